"""`mtqe compare` and the gates: what can be compared, what is printed, when it ends with 4."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from command import run, write_files
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.significance import PairedTest

from mtqe.cli import main

WORDS = ("a storm closed the port", "nobody was hurt", "the ferry sails on Monday", "two men were seen", "it is late")
LINES = [f"{WORDS[i % 5]} and {WORDS[(i * 3 + 1) % 5]} in {['May', 'June', 'July'][i % 3]}" for i in range(24)]
GOOD = [line if i % 4 else line.replace("and", "or") for i, line in enumerate(LINES)]
POOR = [" ".join(line.split()[: -2 - i % 3]) for i, line in enumerate(LINES)]
FILES = {"ref.txt": LINES, "good.txt": GOOD, "poor.txt": POOR, "again.txt": [*GOOD[1:], GOOD[0]]}
COMPARE = ["compare", "-t", "good.txt", "poor.txt", "-r", "ref.txt", "-l", "en", "-m", "bleu", "chrf", "--draws", "500"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_are_compared_without_a_run(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *COMPARE)
    assert code == 0
    first, blank, head, good, poor, *_ = out.splitlines()
    assert first.startswith("good − poor = +")
    assert "80 % power" in first
    assert blank == ""
    assert head.split()[0] == "System"
    assert "BLEU ↑" in head
    assert "chrF ↑" in head
    assert [good.split()[0], poor.split()[0]] == ["good", "poor"]
    assert "BLEU|nrefs:1|" in out
    assert "permutation|draws:500|" in out
    assert "Difference found with 80 % power, by segments" in out
    assert "conditional on this document" in err


def test_documents_and_domains_come_from_a_file(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{'news' if i < 12 else 'chat'}\td{i}" for i in range(24)]
    write_files(files, {"docs.txt": names})
    out = json.loads(run(capsys, *COMPARE, "--documents", "docs.txt", "-f", "json")[1])
    (comparison,) = out["comparisons"]
    assert (comparison["unit"], comparison["pairs"][0]["units"]) == ("document", 24)
    assert set(comparison["pairs"][0]["without"]) == {"chat", "news"}
    assert "strata:2" in comparison["pairs"][0]["signature"]
    assert [row["metric"] for row in out["scores"]] == ["bleu", "chrf", "bleu", "chrf"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["d1"] * 23, "docs.txt: has 23 lines for 24 segments"),
        (["d1"] * 11 + ["d2"] * 12 + ["d1"], "docs.txt:24: document 'd1' goes on after another one"),
        (["d1"] * 23 + [""], "docs.txt:24: is no document"),
        (["a\tb\tc"] * 24, "docs.txt:1: is no document"),
    ],
)
def test_a_wrong_file_of_documents_is_refused(
    files: Path, capsys: pytest.CaptureFixture[str], lines: list[str], message: str
) -> None:
    write_files(files, {"docs.txt": lines})
    code, out, err = run(capsys, *COMPARE, "--documents", "docs.txt")
    assert (code, out) == (1, "")
    assert message in err


def test_runs_of_one_system_stand_in_one_row(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "-t", "ours=good.txt,again.txt", "poor.txt", "-r", "ref.txt", "-l", "en", "-m", "chrf"]
    found = json.loads(run(capsys, *words, "-f", "json")[1])
    place = next(p for p in found["comparisons"][0]["systems"] if p["system"] == "ours")
    assert place["runs"] == [row["value"] for row in found["scores"] if row["system"].startswith("ours#")]
    assert place["score"] == pytest.approx(np.mean(place["runs"]))
    text = run(capsys, *words)[1]
    assert "runs" in text
    assert ", ".join(f"{value:.1f}" for value in place["runs"]) in text


def test_latex_draws_a_rule_between_clusters(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(files, {"docs.txt": [f"d{i}" for i in range(24)]})
    code, out, _ = run(capsys, *COMPARE, "--documents", "docs.txt", "-f", "latex")
    assert code == 0
    systems = out.split(r"\end{tabular}")[0].splitlines()
    rules = [i for i, line in enumerate(systems) if line == r"\midrule"]
    assert len(rules) == 2
    assert systems[rules[1] - 1].startswith("1 & ")
    assert systems[rules[1] + 1].startswith("2 & ")


def test_compat_prints_the_p_of_sacrebleu(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*COMPARE[:-2], "--compat", "sacrebleu", "--test", "bootstrap", "-f", "json"]
    (comparison,) = json.loads(run(capsys, *words)[1])["comparisons"]
    outputs = [("good", GOOD), ("poor", POOR)]
    _, expected = PairedTest(outputs, {"BLEU": BLEU(references=[LINES])}, None, test_type="bs", n_samples=1000)()
    (rows,) = (rows for key, rows in expected.items() if key != "System")
    assert [pair["p"] for pair in comparison["pairs"]] == [rows[1].p_value]
    assert [place["score"] for place in comparison["systems"]] == [row.score for row in rows]
    assert run(capsys, *words[:-2])[0] == 0


@pytest.mark.parametrize(
    ("gate", "code", "message"),
    [
        (["--fail-below", "bleu=10", "chrf=20"], 0, ""),
        (["--fail-below", "bleu=101"], 4, "good scores"),
        (["--fail-if-worse", "poor"], 0, ""),
        (["--fail-if-worse", "good"], 4, "ref: poor is worse than good ("),
        (["--fail-if-worse", "nobody"], 2, "unknown baseline 'nobody'"),
        (["--fail-below", "ter=10"], 2, "unknown metric 'ter' of a gate"),
        (["--fail-below", "bleu"], 2, "METRIC=SCORE"),
        (["--fail-below", "bleu=nan"], 2, "METRIC=SCORE"),
        (["--baseline", "poor", "--fail-if-worse", "good"], 2, "names another system than --baseline"),
        (["--lower-is-better", "bleu"], 2, "is for the metrics of --scores"),
    ],
)
def test_gates(files: Path, capsys: pytest.CaptureFixture[str], gate: list[str], code: int, message: str) -> None:
    got, out, err = run(capsys, *COMPARE, *gate)
    assert got == code
    assert message in err
    assert bool(out) == (code in (0, 4))


def test_score_has_the_gate_and_lower_may_be_better(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["score", "-t", "good.txt", "poor.txt", "-r", "ref.txt", "-l", "en", "-m", "ter"]
    assert run(capsys, *words, "--fail-below", "ter=100")[0] == 0
    code, out, err = run(capsys, *words, "--fail-below", "ter=12")
    assert code == 4
    assert "poor scores" in err
    assert "above 12 by ter" in err
    assert "good scores" not in err
    assert out


def test_segment_scores_made_elsewhere_are_compared(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(3)
    rows = ["system\tmetric\tid\tdocument\tscore"]
    for name, shift in (("a", 0.1), ("b", 0.0)):
        comet, mqm = generator.normal(0.7 + shift, 0.02, 60), generator.normal(4 - 20 * shift, 1, 60)
        rows += [f"{name}\tcomet\ts{i}\td{i // 2}\t{x:.4f}" for i, x in enumerate(comet)]
        rows += [f"{name}\tmqm\ts{i}\td{i // 2}\t{x:.4f}" for i, x in enumerate(mqm)]
    write_files(files, {"scores.tsv": rows})
    words = ["compare", "--scores", "scores.tsv", "--lower-is-better", "mqm"]
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert out.startswith("a − b = +0.09")
    assert "over 30 documents" in out
    assert "comet ↑" in out
    assert "mqm ↓" in out
    (by_mqm,) = json.loads(run(capsys, *words, "-m", "mqm", "-f", "json")[1])["comparisons"]
    assert [place["system"] for place in by_mqm["systems"]] == ["a", "b"]
    table = list(csv.DictReader(io.StringIO(run(capsys, *words, "-f", "csv")[1])))
    assert [(row["test_set"], row["metric"], row["a"], row["b"]) for row in table] == [("scores", "comet", "a", "b")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["compare"], "give run directories, or -d, or --scores, or -t with -r\n"),
        (["compare", "-t", "good.txt"], "required: -t/--translations, and -r/--references or -s/--source"),
        (["compare", "out", "--scores", "x.tsv"], "or -t with -r: one of them"),
    ],
)
def test_what_is_compared_must_be_said_once(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert message in err


def test_gates_given_twice_all_count_and_a_system_without_the_metric_is_not_passed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{s}\t{m}\t{i}\t{i + (s == 'a')}" for s, m in (("a", "x"), ("b", "x"), ("c", "y")) for i in range(6)]
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(["system\tmetric\tid\tscore", *rows, ""]))
    assert main(["compare", "--scores", str(path), "--fail-if-worse", "b", "-m", "x"]) == 4
    assert "c could not be tested against b" in capsys.readouterr().err
    assert main(["compare", "--scores", str(path), "--fail-below", "x=9", "--fail-below", "y=0"]) == 4
    assert "below 9 by x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "message"),
    [(["a\t1\t1", "a#1\t\t1"], "'a#1' is a system and a run"), (["\t\t1"], "no name of a system")],
)
def test_names_that_make_no_system_are_one_clear_line(
    rows: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(["system\trun\tscore", *rows, ""]))
    assert main(["compare", "--scores", str(path)]) == 1
    assert message in capsys.readouterr().err


def test_a_domain_of_one_unit_is_not_said_to_be_kept_and_a_small_difference_stays_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{s}\td{i}\t{'x' if i else 'y'}\t{i + (s == 'a')}" for s in "ab" for i in range(24)]
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(["system\tdocument\tdomain\tscore", *rows, ""]))
    assert main(["compare", "--scores", str(path), "--margin", "3"]) == 0
    shown = capsys.readouterr()
    assert "not kept apart in resamples" in shown.err
    assert "A better, but equivalent within 3" in shown.out


def test_no_power_is_claimed_where_the_test_can_reject_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{s}\td{i}\t{i + (s == 'a') * (i + 2)}" for s in "ab" for i in range(5)]
    path = tmp_path / "s.tsv"
    path.write_text("\n".join(["system\tdocument\tscore", *rows, ""]))
    assert main(["compare", "--scores", str(path), "--unit", "document"]) == 0
    out = capsys.readouterr().out
    assert "would show" not in out
    assert "so many show" not in out
    assert "here 5): 10: " in out


@pytest.mark.parametrize("metric", ["bleu", "ter"])
def test_sacrebleus_p_of_equal_scores_makes_no_system_worse(
    metric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"hello world {i} is here now\n" for i in range(6)]
    for name, old, new in (("ref", "", ""), ("a", "now", "soon"), ("b", "hello", "hi")):
        Path(name).write_text("".join(lines).replace(old, new) if old else "".join(lines))
    given = ["compare", "-t", "a=a", "b=b", "-r", "ref", "-l", "en", "-m", metric, "--compat", "sacrebleu"]
    assert main([*given, "--fail-if-worse", "a"]) == 0
    assert "better" not in capsys.readouterr().out


def test_the_same_test_set_twice_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(files, {"s.tsv": ["system\tscore", "a\t1", "b\t2"]})
    code, out, err = run(capsys, "compare", "--scores", "s.tsv", "s.tsv")
    assert (code, out) == (2, "")
    assert "test set 's' stands twice" in err


def test_a_data_set_is_compared_by_its_documents(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["reference\tgood\tpoor\tdocument\tdomain"]
    for i, texts in enumerate(zip(LINES, GOOD, POOR, strict=True)):
        rows.append("\t".join([*texts, f"d{i}", "news" if i < 12 else "chat"]))
    write_files(files, {"set.tsv": rows})
    out = json.loads(run(capsys, "compare", "-d", "set.tsv", "-l", "en", "-m", "bleu", "-f", "json")[1])
    (comparison,) = out["comparisons"]
    assert (comparison["test_set"], comparison["unit"]) == ("set", "document")
    assert set(comparison["pairs"][0]["without"]) == {"chat", "news"}
    files_out = json.loads(run(capsys, *COMPARE[:-2], "-f", "json")[1])
    assert [row["value"] for row in out["scores"]] == [r["value"] for r in files_out["scores"] if r["metric"] == "bleu"]
