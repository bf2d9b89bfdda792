"""Files for the command line, and a run of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mtqe.cli import main


def write_files(directory: Path, files: Mapping[str, Sequence[str]]) -> None:
    """Files by name, from their lines."""
    for name, lines in files.items():
        (directory / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of one command."""
    try:
        code = main(words)
    except SystemExit as stop:
        code = int(stop.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err
