"""mtqe entities: stdout is the result, bad input is one line, an editor's decisions come back."""

import csv
import io
import json
from pathlib import Path

import pytest
from command import run, write_files

FILES = {
    "ref.txt": [
        "Minister Ostap Melnyk went to Kharkiv on 5 May.",
        "The shelling of Irpin killed 23 people.",
        "Nobody answered.",
    ],
    "good.txt": [
        "The minister, Ostap Melnyk, went to Kharkov on May 5.",
        "The shelling of Irpin killed 23 people.",
        "No one answered.",
    ],
    "poor.txt": [
        "Minister Ostap Melnyk went to Kharkiv on 5 May.",
        "The shelling of Irbin killed 32 people.",
        "Nobody answered.",
    ],
    "source.txt": [
        "Міністр Остап Мельник поїхав до Харкова 5 травня.",
        "Обстріл Ірпеня вбив 23 людини.",
        "Ніхто не відповів.",
    ],
    "style.toml": ['policy = "exonyms"'],
    "names.toml": ['aliases = "names.tsv"'],
    "names.tsv": ["Irpin\tIrbin"],
    "bad.csv": ["wrong,right,decision", "Irbin,Irpin,maybe"],
}
BOTH = ["entities", "-t", "good.txt", "poor.txt", "-r", "ref.txt", "-l", "uk-en"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_terminal_shows_what_is_wrong_where_and_what_would_be_right(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *BOTH)
    assert code == 0
    assert err == "not checked: No source text was given, so nothing was checked against it.\n"
    good, _, poor = out.partition("\npoor: ")
    assert good.startswith("good: no errors in ")
    assert "\nx " not in good
    assert poor.startswith("2 errors in ")
    assert "x Irbin -> Irpin  (place, misspelled, " in poor
    assert ", poor.txt:2)\n    The shelling of [Irbin] killed 32 people.\n" in poor
    assert "x 32 -> 23  (number, wrong value, " in poor
    assert poor.splitlines()[-1].split()[0] in ("date", "other", "number")


def test_all_formats_tell_the_same_findings(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = rows(run(capsys, *BOTH, "-f", "csv")[1])
    lines = [json.loads(line) for line in run(capsys, *BOTH, "-f", "jsonl")[1].splitlines()]
    text = run(capsys, *BOTH)[1]
    assert [r["wrong"] for r in table if r["system"] == "poor"] == ["Irbin", "32"]
    told = [(r["system"], r["found"], r["place"]) for r in lines if r["status"] != "variant"]
    assert told == [(r["system"], r["wrong"], r["place"]) for r in table]
    assert {r["found"] for r in lines if r["status"] == "variant"} >= {"Kharkov"}
    for row in table:
        assert row["context"] in text
    assert run(capsys, *BOTH, "-f", "csv")[1] == run(capsys, *BOTH, "-f", "csv")[1]


def test_a_source_is_enough(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "entities", "-t", "poor.txt", "-s", "source.txt", "-l", "uk-en", "-f", "csv")
    assert (code, err) == (0, "")
    assert ("32", "23") in {(r["wrong"], r["right"]) for r in rows(out)}
    assert {r["place"] for r in rows(out)} <= {f"poor.txt:{i}" for i in (1, 2, 3)}


def test_output_of_other_lines_is_aligned_with_the_source(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "one.txt").write_text(" ".join(FILES["poor.txt"]) + "\n", encoding="utf-8")
    code, out, _ = run(capsys, "entities", "-t", "one.txt", "-s", "source.txt", "-l", "uk-en", "-f", "csv")
    assert code == 0
    assert ("32", "23", "one.txt:1") in {(r["wrong"], r["right"], r["place"]) for r in rows(out)}


def test_what_the_user_knows_is_heeded(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = rows(run(capsys, *BOTH, "-f", "csv")[1])
    after = rows(run(capsys, *BOTH, "--style", "names.toml", "-f", "csv")[1])
    assert {r["wrong"] for r in before} - {r["wrong"] for r in after} == {"Irbin"}


def test_decisions_come_back(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = rows(run(capsys, *BOTH, "-f", "csv")[1])
    verdicts = {"Irbin": "wrong", "32": "error"}
    with Path("decided.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys())
        writer.writeheader()
        writer.writerows([{**row, "decision": verdicts.get(row["wrong"], "")} for row in table])
    code, out, _ = run(capsys, *BOTH, "--decisions", "decided.csv")
    assert code == 0
    assert "Irbin -> Irpin" not in out
    assert "x 32 -> 23" in out
    assert out.splitlines()[-1].startswith("Decisions: 1 of 2 alarms right, 50 % (95 % interval 9 % to 91 %)")
    code, out, err = run(capsys, *BOTH, "--decisions", "decided.csv", "-f", "csv")
    assert "Decisions: 1 of 2" in err
    assert "Decisions" not in out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["-t", "none.txt", "-r", "ref.txt", "-l", "en"], 1, "none.txt: no such file"),
        (["-t", "good.txt", "-l", "en"], 2, "against a reference or a source"),
        (["-t", "good.txt", "-s", "source.txt", "-l", "en"], 2, "name no source language"),
        (["-t", "good.txt", "-r", "ref.txt", "-l", "en", "--style", "none.toml"], 2, "none.toml: file not found"),
        (["-t", "good.txt", "-r", "ref.txt", "-l", "en", "--style", "style.toml"], 2, "did you mean 'exonym'"),
        (["-t", "good.txt", "-r", "ref.txt", "-l", "en", "--decisions", "none.csv"], 1, "none.csv: file not found"),
        (["-t", "good.txt", "-r", "ref.txt", "-l", "en", "--decisions", "bad.csv"], 1, "bad.csv:2: "),
        (["-t", "good.txt", "-r", "ref.txt", "-l", "en", "-f", "html"], 2, "invalid choice"),
        (["-r", "ref.txt", "-l", "en"], 2, "required: -t/--translations"),
    ],
)
def test_bad_input_is_one_line(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    got, out, err = run(capsys, "entities", *words)
    assert (got, out) == (code, "")
    assert message in err
    assert err.count("\n") == 1
