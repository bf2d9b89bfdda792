"""What mtqe, sacreBLEU and COMET make of bad plain texts: a table, tool by case.

    python experiments/bench/bad_inputs.py [--comet PYTHON]

The cases are those of tests/bad_inputs that are a pair of plain texts. PYTHON is that of an environment with
unbabel-comet, whose own `score_command` reads and pairs the lines; a stub takes the place of its model, so that any
change of a line or pair shows in the scores. sacreBLEU is run by its command line.

    ok        the scores of the clean files
    noted     other scores, and a note that says why
    unsaid    other scores, since the text is another one, without a word
    error     refused with a message
    traceback, hangs
    SILENT    scores of other pairs or of another text than is in the file, without a word
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "bad_inputs"))

from bad_cases import SCORE, WARNED, Case, run, spoiled
from bad_inputs_comet import pair_of
from bad_texts import ODD_TEXTS, PLAIN
from clean_files import write_clean

_PAIR = ("hyp.txt", "ref.txt")
_SECONDS = 30
_COMET = Path(__file__).with_name("bad_inputs_comet.py")


@dataclass(frozen=True)
class Ran:
    """What a tool did: exit code (None: it was stopped), scores as it prints them, stderr, pairs if it tells them."""

    code: int | None
    scores: str
    said: str
    pairs: Sequence[str] | None = None


def verdict(case: Case, ran: Ran, clean: Ran, directory: Path) -> str:
    if ran.code is None:
        return "hangs"
    if "Traceback" in ran.said:
        return "traceback"
    if ran.code:
        return "error"
    if ran.scores == clean.scores:
        return "ok"
    if case.outcome is not WARNED or (ran.pairs is not None and ran.pairs != pairs_of(directory)):
        return "SILENT"
    return "noted" if ran.said.strip() else "unsaid"


def pairs_of(directory: Path) -> list[str]:
    """What is answered by what: lines end at line feeds."""
    hyp, ref = ((directory / name).read_bytes().decode().split("\n") for name in _PAIR)
    return [pair_of(*pair) for pair in zip(hyp[:-1], ref[:-1], strict=True)]


def of_sacrebleu(directory: Path) -> Ran:
    words = [
        sys.executable,
        "-m",
        "sacrebleu",
        "ref.txt",
        "-i",
        "hyp.txt",
        "-m",
        "bleu",
        "chrf",
        "-f",
        "json",
        "-w",
        "9",
    ]
    try:
        done = subprocess.run(words, cwd=directory, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return Ran(None, "", "")
    found = json.loads(done.stdout) if done.returncode == 0 else []
    return Ran(done.returncode, str([one["score"] for one in found]), done.stderr)


def of_comet(python: str, directories: Sequence[Path]) -> list[Ran]:
    done = subprocess.run(
        [python, str(_COMET), *map(str, directories)], capture_output=True, text=True, check=True, cwd=directories[0]
    )
    return [Ran(**one) for one in json.loads(done.stdout)]


def table(cases: Sequence[Case], columns: Mapping[str, Sequence[str]]) -> None:
    print("| case | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for i, case in enumerate(cases):
        print(f"| {case.name} | " + " | ".join(of[i] for of in columns.values()) + " |")
    print()
    for tool, verdicts in columns.items():
        print(f"{tool}: {', '.join(f'{number} {what}' for what, number in Counter(verdicts).most_common())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--comet", metavar="PYTHON", help="of an environment with unbabel-comet")
    arguments = parser.parse_args()
    cases = [case for case in (*PLAIN, *ODD_TEXTS) if case.in_plain_text]
    with tempfile.TemporaryDirectory() as name:
        clean = Path(name, "clean")
        clean.mkdir()
        write_clean(clean)
        directories = [Path(name, str(i)) for i in range(len(cases))]
        results = [spoiled(case, clean, directory) for case, directory in zip(cases, directories, strict=True)]
        columns = {"mtqe": [Ran(*result) for result in (run(SCORE, clean), *results)]}
        columns["sacreBLEU"] = [of_sacrebleu(directory) for directory in (clean, *directories)]
        if arguments.comet:
            columns["COMET"] = of_comet(arguments.comet, [clean, *directories])
        else:
            print("COMET is left out: --comet names no environment with unbabel-comet\n")
        verdicts = {
            tool: [verdict(*one, first, of) for *one, of in zip(cases, others, directories, strict=True)]
            for tool, (first, *others) in columns.items()
        }
    table(cases, verdicts)


if __name__ == "__main__":
    main()
