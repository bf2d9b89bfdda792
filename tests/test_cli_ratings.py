"""Ratings on the command line, references chosen by name, and experiments on data sets."""

import json
from pathlib import Path

import pytest
from command import run, write_files

RATINGS = [
    "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity",
    "A\tuk-en\t1\t1\tr\tДощ.\t<v>Hail</v>.\tAccuracy/Mistranslation\tMajor",
    "A\tuk-en\t2\t2\tr\tСніг.\tSnow.\tNo-error\tNo-error",
]
EXPERIMENT = """
metrics = ["chrf"]
draws = 20
[[test_set]]
name = "weather"
languages = "uk-en"
dataset = "set"
references = ["refB"]
ratings = ["r.tsv"]
[[test_set.system]]
name = "C"
path = "c.txt"
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("sources", "references", "system-outputs/uk-en"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    write_files(
        tmp_path,
        {
            "set/sources/uk-en.txt": ["Дощ.", "Сніг."],
            "set/references/uk-en.refA.txt": ["Rain.", "Snow."],
            "set/references/uk-en.refB.txt": ["A rain.", "A snow."],
            "set/system-outputs/uk-en/A.txt": ["Hail.", "Snow."],
            "set/system-outputs/uk-en/refB.txt": ["A rain.", "A snow."],
            "c.txt": ["Rain.", "Snow!"],
            "r.tsv": RATINGS,
            "x.toml": EXPERIMENT.splitlines(),
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scores(out: str) -> dict[tuple[str, str], float | None]:
    return {(row["system"], row["metric"]): row["value"] for row in json.loads(out)["scores"]}


def test_ratings_are_scores_beside_those_of_metrics(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-d", "set", "-l", "uk-en", "-m", "chrf", "--ratings", "r.tsv", "-f", "json"]
    code, out, err = run(capsys, "score", *words)
    assert (code, err) == (0, "note: human output 'refB' is reference 2 itself and is not scored against it\n")
    assert scores(out)["A", "human:mqm"] == -2.5
    assert run(capsys, "compare", *words)[0] == 0
    code, _, err = run(capsys, "compare", "--scores", "r.tsv", "--ratings", "r.tsv")
    assert (code, err) == (2, "mtqe: --ratings are of the outputs given with -d or -t\n")


def test_one_reference_is_used(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["score", "-d", "set", "-l", "uk-en", "-m", "chrf", "-f", "json"]
    found = scores(run(capsys, *words, "-r", "refB")[1])
    only = ["score", "-t", "A=set/system-outputs/uk-en/A.txt", "-r", "set/references/uk-en.refB.txt", "-l", "en"]
    assert found["A", "chrf"] == scores(run(capsys, *only, "-m", "chrf", "-f", "json")[1])["A", "chrf"]
    assert found["refB", "chrf"] is None
    assert scores(run(capsys, *words, "-r", "refA")[1])["refB", "chrf"] is not None
    code, _, err = run(capsys, *words, "-r", "refC")
    assert (code, err.count("\n")) == (2, 1)
    assert "unknown reference 'refC' of set (refA, refB); did you mean" in err


def test_spans_are_converted_there_and_back(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "convert", "r.tsv", "a.jsonl") == (0, "", "")
    assert run(capsys, "convert", "a.jsonl", "b.tsv") == (0, "", "")
    assert run(capsys, "convert", "b.tsv", "c.jsonl") == (0, "", "")
    assert Path("a.jsonl").read_bytes() == Path("c.jsonl").read_bytes()
    assert json.loads(Path("a.jsonl").read_text().splitlines()[0])["errors"][0]["hyp_span"] == [0, 4]
    errors = '"[{""start_i"":0,""end_i"":3,""severity"":""major"",""error_type"":null}]"'
    row = "u,A,{},TGT,ukr,eng,60,uk-en#A,False,{},1.0,2.0"
    write_files(files, {"e.csv": [row.format(2, "[]"), row.format(1, errors)]})
    code, _, err = run(capsys, "convert", "e.csv", "e.tsv")
    assert (code, err) == (
        1,
        "mtqe: e.tsv: the text of 'A' in segment 1 of 'uk-en' is not known, and Marot shows it; "
        "give it with -d and -l, or write .jsonl\n",
    )
    assert run(capsys, "convert", "e.csv", "e.tsv", "-d", "set", "-l", "uk-en")[0] == 0
    assert "\tДощ.\t<v>Hail</v>.\tOther\tmajor\t" in Path("e.tsv").read_text()
    assert run(capsys, "convert", "e.csv", "e.tsv", "-d", "set")[0] == 2
    assert run(capsys, "convert", "c.txt", "e.tsv", "-d", "set", "-l", "uk-en")[0] == 2


def test_an_experiment_takes_a_data_set(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "run", "x.toml", "-o", "out")
    assert code == 0
    assert "note: human output 'refB' is reference 1 itself and is not scored against it\n" in err
    rows = json.loads(Path("out/results.json").read_text())["scores"]
    found = {(row["system"], row["metric"]): row["value"] for row in rows}
    assert {system for system, _ in found} == {"A", "C", "refB"}
    assert found["A", "human:mqm"] == -2.5
    score = scores(
        run(capsys, "score", "-d", "set", "-r", "refB", "-t", "C=c.txt", "-l", "uk-en", "-m", "chrf", "-f", "json")[1]
    )
    assert found["C", "chrf"] == score["C", "chrf"]
    inputs = json.loads(Path("out/manifest.json").read_text())["inputs"]
    assert {Path(path).name for path in inputs} == {"set", "r.tsv", "c.txt"}
    assert run(capsys, "convert", "out", "found.jsonl")[0] == 0
    spans = [row["errors"] for row in map(json.loads, Path("found.jsonl").read_text().splitlines())]
    assert [[error["hyp_span"] for error in of] for of in spans] == [[[0, 4]], []]
    Path("x.toml").write_text(EXPERIMENT.replace('dataset = "set"', 'dataset = "set"\nsource = "c.txt"'))
    code, _, err = run(capsys, "run", "x.toml")
    assert code == 2
    assert err.startswith("mtqe: x.toml, test_set 1: unknown key 'source'; known are dataset, references")
