"""What the commands say of odd texts: a warning, or with --strict an error; of a stream as of the whole."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from command import run, write_files

import mtqe
from mtqe.errors import InputError
from mtqe.metrics import _streaming

REFERENCE = [f"The ferry number {i} left the harbour before the storm." for i in range(40)]
OUTPUT = [f"Ferry {i} went out of the harbour before the storm came." for i in range(40)]
ODD = [*OUTPUT[:6], "", *OUTPUT[7:30], "", *OUTPUT[31:]]
SAID = "system 'odd': 2 of 40 lines are empty (first odd.txt:7); each is scored as a text that says nothing"

FILES = ["-r", "ref.txt", "-l", "en", "-m", "chrf", "-t"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, {"ref.txt": REFERENCE, "good.txt": OUTPUT, "odd.txt": ODD})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", ["score", "compare", "evaluate -o DIR"])
def test_a_command_warns_or_ends(files: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    words = [*command.split(), *FILES, "good.txt"]
    assert "warning: " not in run(capsys, *words, "--strict")[2]
    code, _, err = run(capsys, *words, "odd.txt")
    assert code == 0
    assert f"warning: {SAID}" in err
    code, out, err = run(capsys, *words, "odd.txt", "--strict")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == f"mtqe: {SAID}; mend it, or leave strict out to have warnings"


def test_strict_is_for_what_was_odd_about_the_lines_of_a_file_too(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "mixed.txt").write_bytes((files / "good.txt").read_bytes().replace(b"\n", b"\r\n", 3))
    words = ["score", *FILES, "good=mixed.txt"]
    said = "mixed.txt: 3 lines with the line end CR LF, the first 1; the others end in LF"
    code, table, err = run(capsys, *words)
    assert (code, err) == (0, f"note: {said}\n")
    assert table == run(capsys, "score", *FILES, "good.txt")[1]
    code, out, err = run(capsys, *words, "--strict")
    assert (code, out) == (1, "")
    assert said in err


def test_an_experiment_can_be_strict(files: Path) -> None:
    written = """
name = "ferry"
metrics = ["chrf"]
[[test_set]]
name = "ferry"
languages = "en"
references = ["ref.txt"]
[[test_set.system]]
name = "odd"
path = "odd.txt"
"""
    (files / "run.toml").write_text(written)
    evaluation = mtqe.run_experiment(files / "run.toml")
    (note,) = [note for note in evaluation.notes if note.kind == "warning"]
    assert "2 of 40 lines are empty" in note.text
    (files / "run.toml").write_text("strict = true\n" + written)
    with pytest.raises(InputError, match="2 of 40 lines are empty"):
        mtqe.run_experiment(files / "run.toml")


def test_the_command_of_a_strict_run_is_strict(files: Path) -> None:
    evaluation = mtqe.evaluate(["good.txt"], "ref.txt", languages="en", metrics=["chrf"], strict=True)
    assert "--strict" in evaluation.provenance["command"].split()


def rows(texts: Sequence[str]) -> list[str]:
    return ["reference\todd", *(f"{a}\t{b}" for a, b in zip(REFERENCE, texts, strict=True))]


def test_a_stream_is_checked_as_the_whole(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_streaming, "_PART", 500)
    write_files(files, {"set.tsv": rows(ODD), "good.tsv": rows(OUTPUT)})
    words = ["score", "-l", "en", "-m", "chrf", "-d"]
    said = "system 'odd': 2 of 40 lines are empty (first set.tsv:8); each is scored"
    assert run(capsys, *words, "good.tsv", "--strict")[0] == 0
    code, _, err = run(capsys, *words, "set.tsv")
    assert code == 0
    assert said in err
    code, _, err = run(capsys, *words, "set.tsv", "--strict")
    assert code == 1
    assert said in err
