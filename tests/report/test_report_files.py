"""What is written: the same bytes each time, one schema, the same numbers in every format, nothing unescaped."""

import json
import math
import re
from pathlib import Path
from typing import Any

import sample

from mtqe.report.markdown import escape
from mtqe.report.view import number


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def results(directory: Path) -> dict[str, Any]:
    return json.loads((directory / "results.json").read_text("utf-8"), parse_constant=refuse)


def test_the_same_evaluation_gives_the_same_bytes(reports: dict[str, Path], tmp_path: Path) -> None:
    page = sample.systems().report(tmp_path)
    assert page == tmp_path / "report.html"
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.as_posix() for path in written if path.suffix != ".svg"} == {
        "report.html",
        "report.md",
        "results.json",
        "findings.csv",
        "findings.jsonl",
        "candidates.csv",
        "candidates.jsonl",
        "CITATION.bib",
        *(f"tables/{name}.csv" for name in ("scores", "systems", "pairs", "segments", "buckets", "agreement")),
        "tables/macro_averages.csv",
        *(f"tables/t{i}-set-{i + 1}-{what}.tex" for i in (0, 1) for what in ("systems", "pairs")),
        "tables/scores.tex",
    }
    assert sum(path.suffix == ".svg" for path in written) == 7
    for path, content in written.items():
        assert (reports["systems"] / path).read_bytes() == content, path


def test_one_schema_for_one_system_and_for_many(reports: dict[str, Path]) -> None:
    one, many = results(reports["article"]), results(reports["systems"])
    assert one["schema"] == many["schema"] == "mtqe.results/1"
    assert one.keys() == many.keys()
    assert one["scores"][0].keys() == many["scores"][0].keys()
    assert (len(many["test_sets"]), len(many["systems"]), len(many["scores"])) == (2, 2, 2 * 2 * 3)
    assert one["macro_averages"] == []
    assert one["comparisons"] == []


def test_the_scores_are_the_evaluations(reports: dict[str, Path]) -> None:
    evaluation, found = sample.systems(), results(reports["systems"])
    for row in found["scores"]:
        scores = next(s for s in evaluation.scores if s.test_set == row["test_set"])
        assert row["value"] == scores.corpus(row["system"], row["metric"])
        assert row["n"] == len(scores.units[row["system"]])
        assert (row["interval"] is not None) == (row["metric"] == "chrf")
    for mean in found["macro_averages"]:
        values = [r["value"] for r in found["scores"] if (r["system"], r["metric"]) == (mean["system"], mean["metric"])]
        assert math.isclose(mean["value"], sum(values) / 2)
    assert found["comparisons"][1]["pairs"][0]["p"] == 0.001


def test_entities_and_passages_are_counted_and_quoted(reports: dict[str, Path]) -> None:
    found = results(reports["article"])
    (entities,), (passages,) = found["entities"], found["passages"]
    assert entities["counts"]["variant"] == {"person": 2, "place": 1}
    assert entities["counts"]["match"] == {"date": 1, "number": 2, "organisation": 1}
    wrong = {(e["found"], e["expected"]): e for e in entities["findings"] if e["verdict"]}
    assert set(wrong) == {
        ("Lozuvatka", "Lozuvate"),
        ("23,000", "2,300"),
        ("Kremlin Balka", "Verkhnia Balka"),
        ("", "Myroslava Bilozir"),
    }
    assert wrong["23,000", "2,300"]["status"] == "wrong value"
    assert passages["counts"]["Fluency/Grammar"] == {"verdicts": 3, "hints": 0}
    assert passages["counts"]["Fluency/Unidiomatic style"] == {"verdicts": 0, "hints": 1}
    assert found["scores"][0]["unscored"] == 1
    assert found["scores"][0]["coverage_reference"] < 1


def test_every_format_shows_the_same_numbers(reports: dict[str, Path]) -> None:
    decimals = {"chrf": 1, "ter": 1, "who": 1}
    html, markdown = ((reports["systems"] / name).read_text("utf-8") for name in ("report.html", "report.md"))
    found = results(reports["systems"])
    for row in [*found["scores"], *found["macro_averages"]]:
        shown = number(row["value"], decimals[row["metric"]])
        assert f">{shown}<" in html
        assert f"| {shown} |" in markdown
    assert "≤ 0.001" in html
    assert "≤ 0.001" in markdown
    assert not re.search(r"\b(nan|None|inf)\b", markdown)


def test_markdown_holds_hostile_text_in_its_cells(reports: dict[str, Path]) -> None:
    text = (reports["hostile"] / "report.md").read_text("utf-8")
    assert not {"\u202e", "\0", "\u2028", "\r"} & set(text)
    outside_code = re.sub(r"(`+) ?.*? ?\1(?!`)", "", re.sub(r"\\`", "", text))
    assert "<" not in outside_code
    assert not re.search(r"(?<!\\)\{\{", outside_code)
    assert not re.search(r"(?<!\\)\]\(", outside_code)
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


def test_large_sets_show_their_worst_rows_and_say_so(reports: dict[str, Path]) -> None:
    html = (reports["systems"] / "report.html").read_text("utf-8")
    assert html.count("Showing 25 of 80 rows") == 2
    assert html.count('<tr id="t1s0u') == 25
    assert html.count('<tr id="t0s0u') == 12


def test_worst_rows_say_what_was_found_in_them(reports: dict[str, Path]) -> None:
    text = (reports["article"] / "report.md").read_text("utf-8").partition("## Worst rows")[2].partition("\n## ")[0]
    rows = {cells[1].strip(): cells for line in text.splitlines() if len(cells := line.split(" | ")) > 5}
    named = map(json.loads, (reports["article"] / "findings.jsonl").read_text("utf-8").splitlines())
    wrong = {str(of["unit"] + 1): of for of in named if of["verdict"] and of["expected"]}
    assert wrong.keys() & rows.keys()
    for row in wrong.keys() & rows.keys():
        assert escape(wrong[row]["expected"]) in rows[row][4]


def test_one_document_gives_an_order_and_no_ranking(reports: dict[str, Path]) -> None:
    markdown = (reports["systems"] / "report.md").read_text("utf-8")
    assert "### set-1: order by chrf++" in markdown
    assert "### set-2: ranking by chrf++" in markdown
    assert "it is no ranking of the systems" in markdown


def test_a_markdown_verdict_names_wrong_and_right_forms(reports: dict[str, Path]) -> None:
    markdown = (reports["article"] / "report.md").read_text("utf-8")
    assert "| Kremlin Balka | Verkhnia Balka | place, replaced | 1 |" in markdown
    assert "did not **sleep on three nights**,” says" in markdown
    assert "Hints: candidates, not verdicts" in markdown
    assert "3 lines of boilerplate, not charged." in markdown
    assert "BERTScore was not run" in markdown
    assert "mtqe evaluate -t 'output text.txt'" in markdown


def test_hostile_names_do_not_leave_the_directory(reports: dict[str, Path]) -> None:
    names = [path.name for path in (reports["hostile"] / "figures").iterdir()]
    assert names
    assert all(re.fullmatch(r"[a-z0-9-]+\.svg", name) for name in names)
