"""What is published: one number in every format, the same bytes each time, texts that stay texts."""

import csv
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from mtqe.cli import main
from mtqe.neural.known import KNOWN
from mtqe.report import markdown
from mtqe.report.citations import entries
from mtqe.report.comparisons import pair_grid, system_grid
from mtqe.report.view import number, parts
from mtqe.text import as_cell, from_cell


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: from_cell(cell) for key, cell in row.items()} for row in csv.DictReader(file)]


def tex_rows(path: Path) -> list[list[str]]:
    """The cells of a table without its markup; `--` is a dash."""
    body = path.read_text("utf-8").split(r"\midrule", 1)[1].split(r"\bottomrule")[0]
    lines = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r"\\")]
    plain = {"$-$": "−", r"$\leq$": "≤", r"\%": "%", "--": "–", "{}": ""}
    return [
        [_replaced(re.sub(r"\\textbf\{(.*)\}", r"\1", c), plain).strip() for c in line.split(" & ")] for line in lines
    ]


def _replaced(text: str, by: dict[str, str]) -> str:
    for old, new in by.items():
        text = text.replace(old, new)
    return text


@given(st.text() | st.builds("".join, st.lists(st.sampled_from("'=+-@\t\r\n＝a"), max_size=4)))
def test_a_cell_is_read_back_as_the_text_that_it_was(text: str) -> None:
    cell = as_cell(text)
    assert from_cell(cell) == text
    assert cell[:1] not in {*"=+-@\t\r\n＝＋－＠"}


def test_a_number_is_the_same_in_every_format(reports: dict[str, Path]) -> None:
    evaluation, directory = sample.systems(), reports["systems"]
    page, text = ((directory / name).read_text("utf-8") for name in ("report.html", "report.md"))
    rows_of_page = {tuple(cells) for cells in html_rows(page)}
    record = json.loads((directory / "results.json").read_text("utf-8"))["comparisons"]
    systems, pairs = rows(directory / "tables/systems.csv"), rows(directory / "tables/pairs.csv")
    for part, comparison, of in zip(parts(evaluation), evaluation.comparisons, record, strict=True):
        grids = {"systems": system_grid(part.scores, comparison), "pairs": pair_grid(comparison)}
        for what, grid in grids.items():
            assert tex_rows(directory / f"tables/{part.id}-{part.name}-{what}.tex") == [list(row) for row in grid.rows]
            assert rows_of_page >= set(grid.rows)
            assert all("| " + " | ".join(map(markdown.escape, row)) + " |" in text for row in grid.rows)
        for grid, score, table, records, names in (
            (grids["systems"], "score", systems, of["systems"], ("system",)),
            (grids["pairs"], "delta", pairs, of["pairs"], ("a", "b")),
        ):
            own = [row for row in table if row["test_set"] == part.name]
            assert [[float(row[key]) for key in (score, "low", "high", "units")] for row in own] == [
                [row[score], *row["interval"], row["units"]] for row in records
            ]
            assert {tuple(row[name] for name in names) for row in own} == {
                tuple(row[at] for at in grid.words[: len(names)]) for row in grid.rows
            }
            shown = {cell for row in grid.rows for cell in row}
            assert all({number(r[score], 1, score == "delta"), f"{r['units']:,}"} <= shown for r in records)
            assert all(f"[{number(r['interval'][0], 1)}, {number(r['interval'][1], 1)}]" in shown for r in records)


def html_rows(page: str) -> Iterator[list[str]]:
    """The texts of the cells of every row of every table."""
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        yield [html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in cells]


def test_buckets_agreement_and_means_are_the_same_in_every_format(tmp_path: Path) -> None:
    evaluation = sample.systems(("alpha", "beta", "gamma"), sizes=(96, 80), documents=(24, 20))
    directory = evaluation.report(tmp_path).parent
    page, text = ((directory / name).read_text("utf-8") for name in ("report.html", "report.md"))
    record = json.loads((directory / "results.json").read_text("utf-8"))
    for name, figures in (
        ("buckets", ("value", "low", "high", "units")),
        ("agreement", ("over_systems", "over_segments")),
        ("macro_averages", ("value", "test_sets")),
    ):
        table = rows(directory / f"tables/{name}.csv")
        assert len(table) == len(record[name]) > 0
        for row, of in zip(table, record[name], strict=True):
            low, high = of.get("interval") or (None, None)
            own = {**of, "low": low, "high": high}
            assert [row[key] and float(row[key]) for key in figures] == [
                "" if own[key] is None else own[key] for key in figures
            ]
    for of in record["buckets"]:
        low, high = (number(value, 1) for value in of["interval"])
        shown = number(of["value"], 1, of["less"] is not None)
        assert re.search(rf"{re.escape(shown)}</a>\s*\[{re.escape(low)}, {re.escape(high)}\]", html.unescape(page))
        assert markdown.escape(f"{shown} [{low}, {high}]") in text
    for of in record["agreement"]:
        within = f"{of['units'] // 3} × 3"
        shown = [number(of["over_systems"], 2), f"{of['systems']}", number(of["over_segments"], 2), within]
        assert "| " + " | ".join(map(markdown.escape, shown)) + " |" in text
        assert shown in [list(row[-4:]) for row in html_rows(page)]


def test_every_score_of_every_unit_is_in_a_table(reports: dict[str, Path]) -> None:
    table = rows(reports["article"] / "tables/segments.csv")
    assert [row["id"] for row in table] == [f"s{i}" for i in range(1, 8)]
    assert [row["chrf"] for row in table] == ["78.2", "61.5", "70.1", "48.8", "", "66.0", "82.4"]
    scores = rows(reports["systems"] / "tables/scores.csv")
    found = json.loads((reports["systems"] / "results.json").read_text("utf-8"))["scores"]
    assert [(row["system"], row["metric"], float(row["value"])) for row in scores] == [
        (row["system"], row["metric"], row["value"]) for row in found
    ]


def test_a_stored_run_is_rendered_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"Line {i} says that {word} left at {i}." for i, word in enumerate(["Olha", "Petro", "Iryna", "Taras"])]
    (tmp_path / "ref.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, change in (("one", ("left", "leaves")), ("two", ("says that", "said"))):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines).replace(*change) + "\n", encoding="utf-8")
    files = ["-t", *(str(tmp_path / f"{name}.txt") for name in ("one", "two")), "-r", str(tmp_path / "ref.txt")]
    options = ["-l", "en", "-m", "chrf", "entities", "--draws=50", "-o", str(tmp_path / "run")]
    assert main(["evaluate", *files, *options]) == 0
    assert main(["report", str(tmp_path / "run"), "-o", str(tmp_path / "again")]) == 0
    again = {path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()}
    run = {path.relative_to(tmp_path / "run") for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert {path.as_posix() for path in run - again} == {"evaluation.json", "scores.parquet", "manifest.json"}
    assert not again - run
    for path in again:
        assert (tmp_path / "again" / path).read_bytes() == (tmp_path / "run" / path).read_bytes(), path


def test_files_of_an_earlier_report_go(tmp_path: Path) -> None:
    sample.systems().report(tmp_path)
    sample.article().report(tmp_path)
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {"scores.csv", "scores.tex", "segments.csv"}


def test_hostile_names_stay_inside_the_directory_and_come_back_whole(reports: dict[str, Path]) -> None:
    published = reports["named"]
    assert {path.name for path in published.parent.iterdir()} == set(reports)
    assert all(re.fullmatch(r"[a-z0-9_-]+\.\w+", path.name) for path in (published / "tables").iterdir())
    for name in ("scores", "systems", "segments"):
        table = rows(published / f"tables/{name}.csv")
        assert {row["system"] for row in table} == set(sample.ODD_NAMES)
        assert {row["test_set"] for row in table} == {of.name for of in sample.named().test_sets}
        with (published / f"tables/{name}.csv").open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell[:1] in {*"=+-@"} and not re.fullmatch(r"-[\d.e-]+", cell)]
    record = json.loads((published / "results.json").read_text("utf-8"))
    assert {system["name"] for system in record["systems"]} == set(sample.ODD_NAMES)


@pytest.mark.parametrize("name", ["named", "hostile"])
def test_lists_of_findings_hold_hostile_text(name: str, reports: dict[str, Path]) -> None:
    for what in ("findings", "candidates"):
        with (reports[name] / f"{what}.csv").open(encoding="utf-8", newline="") as file:
            table = list(csv.reader(file))
        assert {len(row) for row in table} == {len(table[0])}
        assert not [cell for row in table for cell in row if cell[:1] in {*"=+-@\t\r"}]
        lines = (reports[name] / f"{what}.jsonl").read_text("utf-8").split("\n")
        assert lines.pop() == ""
        assert all(isinstance(json.loads(line), dict) for line in lines)


@pytest.mark.parametrize("name", ["named", "hostile"])
def test_nothing_runs_without_the_policy_either(
    browser: Any, reports: dict[str, Path], tmp_path: Path, name: str
) -> None:
    text = (reports[name] / "report.html").read_text("utf-8")
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert bare != text
    (tmp_path / "bare.html").write_text(bare, encoding="utf-8")
    page = browser.new_page()
    trouble: list[str] = []
    page.on("request", lambda request: trouble.append(request.url))
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto((tmp_path / "bare.html").as_uri())
    assert page.evaluate("window.hacked") is None
    assert trouble == [(tmp_path / "bare.html").as_uri()]
    page.close()


@pytest.mark.parametrize("name", ["named", "hostile", "systems", "article"])
def test_markdown_renders(name: str, reports: dict[str, Path]) -> None:
    parser = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    text = (reports[name] / "report.md").read_text("utf-8")
    tokens = list(parser.parse(text))
    tokens += [child for token in tokens for child in token.children or ()]
    assert not [token for token in tokens if token.type in ("html_block", "html_inline", "link_open", "image")]
    tables = len(re.findall(r"^\| :?--", text, re.MULTILINE))
    assert sum(token.type == "table_open" for token in tokens) == tables > 0


def test_what_is_cited_is_what_was_used(reports: dict[str, Path]) -> None:
    known = entries()
    assert {model.cite for model in KNOWN} <= known.keys()
    assert all(entry.count("{") == entry.count("}") and "  year = {" in entry for entry in known.values())
    found = re.findall(r"^@\w+\{([^,]+),", (reports["systems"] / "CITATION.bib").read_text("utf-8"), re.MULTILINE)
    metrics = ["popovic-2015-chrf", "popovic-2017-chrf", "post-2018-call", "snover-etal-2006-study"]
    tests = [
        "efron-1979-bootstrap",
        "hesterberg-2015-teachers",
        "noreen-1989-computer",
        "riezler-maxwell-2005-pitfalls",
        "holm-1979-simple",
    ]
    assert found == [*metrics, *tests, "mtqe-data-t0", "mtqe-data-t1", "mtqe"]
