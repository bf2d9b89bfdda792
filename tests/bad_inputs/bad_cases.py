"""What a case of bad input is, how it is run, and what must never happen."""

import contextlib
import io
import re
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from shlex import split
from typing import NamedTuple

from mtqe.cli import main

#: The plain-text pair that every tool can score; the test set is `ref`, the system `sys`.
SCORE = "score -t sys=hyp.txt -r ref.txt -l en -m bleu chrf -f csv"
SET = "score -d set.tsv -l uk-en -m bleu chrf -f csv"
#: Seconds after which a case is called a hang.
_HANG = 20


class Outcome(Enum):
    """SAME: the result of the clean files. NOTED: and a note. WARNED: another result, and a note why. REFUSED: none."""

    SAME = "same"
    NOTED = "same and a note"
    WARNED = "another result and a note"
    REFUSED = "refused"


SAME, NOTED, WARNED, REFUSED = Outcome


@dataclass(frozen=True)
class Case:
    """One bad input.

    spoil    changes the clean files in their directory.
    says     a regular expression that matches in stderr: file, line and remedy, or the note.
    command  is run in that directory; `clean` is the one on clean files with the same result, where it is another.
    after    what must hold in the directory when it is done.
    """

    name: str
    spoil: Callable[[Path], object]
    outcome: Outcome
    says: str = ""
    command: str = SCORE
    clean: str | None = None
    stdin: bytes = b""
    after: Callable[[Path], bool] = lambda _: True

    @property
    def in_plain_text(self) -> bool:
        """Whether it is a pair of plain texts under their usual names, which other tools can be given as well."""
        return self.command == SCORE


class Result(NamedTuple):
    code: int
    out: str
    err: str


class _Hang(BaseException):
    pass


def run(command: str, directory: Path, stdin: bytes = b"") -> Result:
    """One command of mtqe in this process, in a directory."""
    out, err = io.StringIO(), io.StringIO()
    streams = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(directory)
    given, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin))
    try:
        with _no_hang(), warnings.catch_warnings(), streams[0], streams[1], streams[2]:
            code = main(split(command))
    except SystemExit as stop:  # argparse
        code = int(stop.code or 0)
    except _Hang:
        return Result(-1, out.getvalue(), f"hangs for {_HANG} s")
    finally:
        sys.stdin = given
    return Result(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _no_hang() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_HANG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def spoiled(case: Case, clean: Path, directory: Path) -> Result:
    """The case run on a copy of the clean files in a new directory."""
    shutil.copytree(clean, directory)
    case.spoil(directory)
    return run(case.command, directory, case.stdin)


def problems(case: Case, result: Result, clean: Result | None) -> list[str]:
    """What is wrong with the result of a case; `clean` is that of the clean files, where it must be the same."""
    code, out, err = result
    found = []
    if "Traceback" in err or "internal error" in err or code not in (0, 1, 2, 3):
        found.append(f"exit code {code}, no clean error")
    if case.outcome is REFUSED:
        if code == 0:
            found.append("not refused")
        if out or err.count("\n") != 1 + len(re.findall("^(?:note|warning|not checked): ", err, re.MULTILINE)):
            found.append("more than a line")
    elif code:
        found.append(f"refused with {code}")
    if clean is not None and out != clean.out:
        found.append("a silently changed result")
    if not re.search(case.says, err):
        found.append(f"does not say {case.says!r}")
    return found
