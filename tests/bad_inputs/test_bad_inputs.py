"""No bad input ends in a traceback, in a silently changed score, or without a line that says what to do."""

from functools import cache
from pathlib import Path

import pytest
from bad_cases import NOTED, SAME, Case, Result, problems, run, spoiled
from bad_directories import DIRECTORIES
from bad_formats import FORMATS
from bad_runs import RUNS
from bad_texts import ODD_TEXTS, PLAIN
from bad_works import WORKS
from clean_files import write_clean, write_run

CASES = [*PLAIN, *ODD_TEXTS, *FORMATS, *DIRECTORIES, *WORKS, *RUNS]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("clean")
    write_clean(directory)
    write_run(directory)
    return directory


@cache
def result_of(command: str, directory: Path) -> Result:
    return run(command, directory)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input(case: Case, clean: Path, tmp_path: Path) -> None:
    result = spoiled(case, clean, tmp_path / "bad")
    same = case.outcome in (SAME, NOTED)
    found = problems(case, result, result_of(case.clean or case.command, clean) if same else None)
    assert not found, f"{found}: {result}"
    assert case.after(tmp_path / "bad")


def test_cases_are_many_and_told_apart() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 70
    assert len(set(names)) == len(names)
