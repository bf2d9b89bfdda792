import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import run, write_files

from mtqe.report.tables import Table, render

FILES = {
    "ref.txt": ["A storm closed the port of Reni.", "Nobody was hurt.", "The ferry sails on 5 May."],
    "good.txt": ["A storm closed the port of Reni.", "No one was hurt.", "The ferry sails on 5 May."],
    "poor.txt": ["The storm has shut Rena port.", "Nobody is hurt hurt.", "Steam goes at May 6."],
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


SCORE = ["score", "-t", "good.txt", "poor.txt", "-r", "ref.txt", "-l", "en", "-m", "bleu", "ter"]


def test_score_prints_a_table_and_nothing_else(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *SCORE)
    assert (code, err) == (0, "")
    head, good, poor, blank, *signatures = out.splitlines()
    assert head.split() == ["System", "BLEU", "↑", "TER", "↓", "n"]
    assert [good.split()[0], poor.split()[0], blank] == ["good", "poor", ""]
    assert signatures == [
        "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "TER|nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0",
    ]


def test_all_formats_carry_the_same_numbers(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(run(capsys, *SCORE, "-f", "json")[1])["scores"]
    assert [(r["system"], r["metric"], r["n"]) for r in rows] == [
        ("good", "bleu", 3), ("good", "ter", 3), ("poor", "bleu", 3), ("poor", "ter", 3)
    ]  # fmt: skip
    table = list(csv.DictReader(io.StringIO(run(capsys, *SCORE, "-f", "csv")[1])))
    assert [float(r["value"]) for r in table] == [r["value"] for r in rows]
    for form in ("text", "md", "latex"):
        out = run(capsys, *SCORE, "-f", form)[1]
        assert all(f"{r['value']:.1f}" in out for r in rows)
        assert all(r["signature"] in out for r in rows)
    assert r"BLEU $\uparrow$" in out


def test_csv_cells_are_no_formulas() -> None:
    table = Table(("a",), (("=1+1",), ("-x",), ("fine",), (-1.5,)), ("A",), ())
    assert render(table, "csv") == "a\n'=1+1\n'-x\nfine\n-1.5\n"


def test_cells_are_escaped() -> None:
    table = Table(("a",), (), ("A_1",), (("50 % & $5 {x} a|b",),))
    assert r"50 \% \& \$5 \{x\} a\textbar{}b \\" in render(table, "latex")
    assert r"| 50 % &amp; \$5 \{x\} a\|b |" in render(table, "md")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["score", "-t", "none.txt", "-r", "ref.txt", "-l", "en"], 1, "none.txt: no such file"),
        (["score", "-t", "good.txt", "-r", "ref.txt", "-l", "en", "-m", "blue"], 2, "did you mean 'bleu'"),
        (["score", "-t", "good.txt", "-r", "ref.txt", "-l", "en", "-m", "bleu:nul=x"], 2, "did you mean 'nulls'"),
        (["score", "-t", "good.txt", "a/good.txt", "good.txt", "-r", "ref.txt", "-l", "en"], 2, "same name"),
        (["score", "-r", "ref.txt", "-l", "en"], 2, "required: -t/--translations"),
        (["evaluate", "-t", "good.txt", "-r", "ref.txt", "-l", "en", "--drawz", "3"], 2, "unrecognized arguments"),
        (["run", "none.toml"], 2, "none.toml: file not found"),
        (["report", "."], 1, "evaluation.json: file not found"),
        (["compare", "."], 1, "evaluation.json: file not found"),
        (["frobnicate"], 2, "invalid choice"),
        (["evaluate", "-t", "good.txt", "-r", "ref.txt", "-l", "en", "-o", "ref.txt"], 1, "ref.txt: File exists"),
        (
            ["evaluate", "-t", "good.txt", "-r", "ref.txt", "-l", "en", "--draws", "x"],
            2,
            "whole number from 1, not 'x'",
        ),
        (["score", "-t", "/dev/null", "-r", "ref.txt", "-l", "en"], 1, "/dev/null: the file is empty"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    got, out, err = run(capsys, *words)
    assert got == code
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_an_internal_error_shows_no_traceback(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtqe.readers.load", lambda *_a, **_k: 1 / 0)
    code, _, err = run(capsys, *SCORE)
    assert code == 70
    assert err.startswith("mtqe: internal error: ZeroDivisionError")
    assert "Traceback" not in err


def test_a_run_directory_serves_compare_and_report(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-t", "good.txt", "poor.txt", "-r", "ref.txt", "-l", "en", "-m", "chrf", "bleu", "--draws", "100"]
    code, out, err = run(capsys, "evaluate", *words, "-o", "out")
    assert (code, out) == (0, str(Path("out", "report.html")) + "\n")
    assert "No source text was given" in err
    written = {p.relative_to("out").as_posix(): p.read_bytes() for p in Path("out").rglob("*") if p.is_file()}
    assert {"report.html", "report.md", "results.json", "scores.parquet", "evaluation.json", "manifest.json"} <= set(
        written
    )
    (comparison,) = json.loads(run(capsys, "compare", "out", "-m", "bleu", "-f", "json")[1])["comparisons"]
    assert [(p["a"], p["b"], p["units"]) for p in comparison["pairs"]] == [("good", "poor", 3)]
    stored = json.loads(written["results.json"])["comparisons"]
    assert run(capsys, "compare", "out", "-m", "bleu", "--draws", "100", "-f", "json")[1].count("\n") > 10
    again = json.loads(run(capsys, "compare", "out", "-m", "bleu", "--draws", "100", "-f", "json")[1])["comparisons"]
    assert again == [of for of in stored if of["metric"] == "bleu"]
    for path in ("report.html", "report.md", "results.json"):
        Path("out", path).unlink()
    assert run(capsys, "report", "out")[0] == 0
    for path, content in written.items():
        assert Path("out", path).read_bytes() == content


def test_interrupt_ends_with_130(files: Path) -> None:
    code = "import signal, os\nfrom mtqe import cli, run\n"
    code += "def slow(*a, **k):\n os.kill(os.getpid(), signal.SIGTERM)\n raise SystemExit('not interrupted')\n"
    code += "run.run_experiment = slow\nraise SystemExit(cli.main(['run', 'x.toml']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "mtqe: interrupted\n")


def test_any_terminal_can_show_the_result(files: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-m", "mtqe", *SCORE], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"BLEU \\u2191" in done.stdout


def test_a_closed_pipe_is_no_error(files: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m mtqe metrics | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
