"""`mtqe convert`, and what -d and -t take."""

import io
import json
import sys
from pathlib import Path

import pytest
from command import run, write_files


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [
        {"src": "Дощ.", "ref": "Rain.", "A": "Rain.", "B": "A rain."},
        {"src": "Сніг.", "ref": "Snow.", "A": "Snow!", "B": "Snows."},
    ]
    write_files(tmp_path, {"x.jsonl": [json.dumps(row) for row in rows], "c.txt": ["Rain.", "Snow."]})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_forms_of_a_data_set_score_alike(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def score(path: str) -> object:
        code, out, err = run(capsys, "score", "-d", path, "-l", "uk-en", "-m", "chrf", "-f", "json")
        assert (code, err) == (0, "")
        return [(r["system"], r["value"], r["n"]) for r in json.loads(out)["scores"]]

    before = score("x.jsonl")
    for path in ("y.tsv", "y", "z.jsonl"):
        assert run(capsys, "convert", "x.jsonl", path, "-l", "uk-en")[:2] == (0, "")
        assert score(path) == before
    code, out, _ = run(capsys, "compare", "-d", "y", "-t", "c.txt", "-l", "uk-en", "-m", "chrf", "-f", "json")
    assert (code, json.loads(out)["comparisons"][0]["systems"][0]["system"]) == (0, "c")


def test_human_scores_are_rows_of_the_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "convert", "x.jsonl", "y", "-l", "uk-en")[0] == 0
    Path("y/human-scores").mkdir()
    Path("y/human-scores/uk-en.da.seg.score").write_text("A\t90\nA\t70\nB\t60\nB\tNone\n")
    words = ["-d", "y", "-l", "uk-en", "-m", "chrf", "human:da", "-f", "json"]
    rows = json.loads(run(capsys, "score", *words)[1])["scores"]
    assert [(r["system"], r["value"], r["n"]) for r in rows if r["metric"] == "human:da"] == [
        ("A", 80.0, 2),
        ("B", 60.0, 1),
    ]
    code, out, _ = run(capsys, "compare", *words)
    assert (code, {c["metric"] for c in json.loads(out)["comparisons"]}) == (0, {"chrf"})
    assert run(capsys, "convert", "y", "z", "-l", "uk-en")[0] == 0
    assert Path("z/human-scores/uk-en.da.seg.score").read_text() == "A\t90\nA\t70\nB\t60\nB\tNone\n"


def test_what_is_lost_is_noted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "convert", "c.txt", "d.txt", "-l", "en") == (0, "", "")
    assert Path("d.txt").read_bytes() == Path("c.txt").read_bytes()
    code, _, err = run(capsys, "convert", "x.jsonl", "d.txt", "-l", "uk-en")
    assert (code, err.count("\n")) == (1, 1)
    assert "one text is one file, and 'x' has 4" in err


def test_a_hyphen_is_standard_input(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["score", "-t", "-", "-r", "c.txt", "-l", "en", "-m", "chrf"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Rain.\nSnow.\n")))
    assert run(capsys, *words)[0] == 0
    words[words.index("c.txt")] = "-"
    code, _, err = run(capsys, *words)
    assert (code, err) == (2, "mtqe: standard input (-) can be read once; save it to a file first\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["score", "-t", "wmt23", "-l", "uk-en"], 2, "wmt23 is no file but a data set; did you mean -d wmt23?"),
        (["score", "-d", "wmt99", "-l", "uk-en"], 1, "wmt99: no such file or directory"),
        (["score", "-d", "x.jsonl", "c.txt", "-t", "c.txt", "-l", "uk-en"], 2, "give -d, or -t with -r: one of them"),
        (["convert", "x.jsonl", "y.docx", "-l", "uk-en"], 2, "cannot be written as '.docx'"),
        (["convert", "x.jsonl", "y.tsv"], 2, "required: -l/--languages"),
    ],
)
def test_errors_are_one_line(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    got, out, err = run(capsys, *words)
    assert (got, out, err.count("\n")) == (code, "", 1)
    assert message in err
