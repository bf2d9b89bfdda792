"""mtqe fluency: stdout is the result, every line of every file stands in it, bad input is one line."""

import csv
import io
import json
from pathlib import Path

import pytest
from command import run, write_files

import mtqe

FILES = {
    "good.txt": ["The ferry left the harbour at noon.", "", "Nobody on the quay had seen the captain."],
    "poor.txt": ["The ferry left the the harbour at noon.", "News", "=Nobody quay the on had seen captain the."],
}
COMMAND = ["fluency", "-t", "good.txt", "bad=poor.txt", "-l", "uk-en"]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_terminal_shows_scores_marks_and_the_least_fluent_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *COMMAND)
    assert code == 0
    assert err.startswith("signature: fluency|lm:word-pairs|")
    good, _, bad = out.partition("\nbad: ")
    assert good.startswith("good: -")
    assert "; 2 lines, no marks\n" in good
    assert "; 3 lines, 1 mark\n" in bad
    assert "\nx repeated-word, 0.90, poor.txt:1: The ferry left [the the] harbour at noon. -> the\n" in bad
    worst = bad.partition("least fluent (headings and captions aside):\n")[2].splitlines()
    assert [line.split()[1] for line in worst[::2]] == ["poor.txt:1", "poor.txt:3"]
    assert worst[1].startswith("         repeated word (the the); surprising words, bits a character: ")
    assert worst[3].startswith("         surprising words, bits a character: ")


def test_without_text_or_a_model_there_is_no_list(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "blank.txt").write_text("\n\n", encoding="utf-8")
    _, out, _ = run(capsys, "fluency", "-t", "blank.txt", "-l", "en")
    assert out == "blank: no text, so no score\n"
    code, out, err = run(capsys, "fluency", "-t", "good.txt", "-l", "ig")
    assert (code, out) == (0, "good: 0.00 (no language model, 0.00 points per 100 characters); 2 lines, no marks\n")
    assert err.startswith("warning: fluency: there is no language model for 'ig' here")


def test_programs_get_every_line_with_the_numbers_of_the_function(capsys: pytest.CaptureFixture[str]) -> None:
    expected = mtqe.score_fluency(
        [*FILES["good.txt"], *FILES["poor.txt"]], language="en", documents=["good"] * 3 + ["poor"] * 3
    )
    code, out, _ = run(capsys, *COMMAND, "-f", "jsonl")
    objects = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(o["system"], o["path"], o["line"]) for o in objects] == [
        (system, path, line) for system, path in (("good", "good.txt"), ("bad", "poor.txt")) for line in (1, 2, 3)
    ]
    assert [o["score"] for o in objects] == [None if s != s else s for s in expected.scores.tolist()]
    assert objects[3]["errors"][0] | {"confidence": 0} == {
        "start": 15, "end": 22, "category": "Fluency/Duplication", "severity": "minor", "confidence": 0,
        "rule": "repeated-word", "suggestion": "the",
    }  # fmt: skip
    assert (
        "".join(o["text"][w["start"] : w["end"]] for o in objects[:1] for w in o["words"])
        == "Theferrylefttheharbouratnoon"
    )
    _, table, _ = run(capsys, *COMMAND, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["place"] for row in rows] == [
        f"{path}:{line}" for path in ("good.txt", "poor.txt") for line in (1, 2, 3)
    ]
    assert float(rows[0]["score"]) == pytest.approx(objects[0]["score"], abs=1e-4)
    assert rows[1]["score"] == ""
    assert rows[3]["rules"] == "repeated-word"
    assert rows[5]["text"].startswith("'=Nobody"), "a spreadsheet would run it"


def test_human_text_is_read_but_for_the_document_that_is_scored(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        f"Ship number {k} carried {k % 9} crates of {['tea', 'salt', 'rope', 'coal'][k % 4]} north." for k in range(400)
    ]
    (files / "human.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (files / "good").mkdir()
    (files / "good" / "good.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    *_, with_text = run(capsys, *COMMAND, "--lm-text", "human.txt")
    *_, own = run(capsys, *COMMAND, "--lm-text", "good/good.txt")
    assert "|lm:kn-char5:400+4*kn-word3:400/word-pairs|" in with_text
    assert "|lm:word-pairs|" in own, "its only document is the one that is scored"
    _, out, _ = run(capsys, *COMMAND, "--lm-text", "human.txt", "-f", "csv")
    percentiles = [row["percentile"] for row in csv.DictReader(io.StringIO(out))]
    assert percentiles[1] == ""
    assert 0 <= float(percentiles[5]) <= float(percentiles[0]) <= 100
    _, out, _ = run(capsys, *COMMAND, "--lm-text", "human.txt")
    assert out.count("(median at percentile ") == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["-t", "none.txt", "-l", "en"], 1, "none.txt"),
        (["-t", "good.txt"], 2, "-l/--languages"),
        (
            ["-t", "good.txt", "-l", "en", "--lm", "gpt2"],
            2,
            "lm is auto, hf:OWNER/NAME@REVISION or hf:DIRECTORY, not 'gpt2'",
        ),
        (["-t", "good.txt", "-l", "de", "--probe", "minilm"], 2, "knows English only, not 'de'"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    found, out, err = run(capsys, "fluency", *arguments)
    assert (found, out) == (code, "")
    assert said in err
    assert len(err.splitlines()) == 1
