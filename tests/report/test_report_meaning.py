"""Meaning candidates in the report: apart from names and wording, on both sides, and never called errors."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample

from mtqe.meaning.about import MEASURED
from mtqe.report import editor, page
from mtqe.report.export import results
from mtqe.report.findings import Verdict, verdicts
from mtqe.results import Evaluation


def the_verdict(evaluation: Evaluation) -> Verdict:
    (verdict,) = verdicts(evaluation).values()
    return verdict


def without_meaning() -> Evaluation:
    evaluation = sample.article()
    (scores,) = evaluation.scores
    infos = {name: info for name, info in scores.metrics.items() if name != "meaning"}
    values = {key: of for key, of in scores.values.items() if key[1] != "meaning"}
    return replace(evaluation, scores=(replace(scores, metrics=infos, values=values),))


def section(html: str) -> str:
    found = re.search(r'<section id="meaning".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


def test_candidates_are_counted_apart() -> None:
    verdict, before = the_verdict(sample.article()), the_verdict(without_meaning())
    assert [f.label for f in verdict.of("candidate")] == ["who did what", "dropped"]
    assert verdict.headline == before.headline
    assert "2 meaning candidates" in verdict.subline
    assert "candidate" not in before.subline
    assert (verdict.hints, verdict.passage_hints, verdict.of("other")) == (
        before.hints,
        before.passage_hints,
        before.of("other"),
    )


def test_the_section_counts_and_shows_both_sides() -> None:
    html = section(page.html(sample.article()))
    rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)]
    assert rows[1] == ["system-a", "2", "1", "1", "1"]
    assert "who did what" in html
    assert '<b class="passage">by autumn</b>' in html
    assert '<b class="passage">‸</b>The River' in html
    assert (
        html.index(">0.90<") < html.index(">0.60<") < html.index("1 hint, less likely than not") < html.index(">0.30<")
    )


def test_what_was_measured_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEASURED, None, MEASURED[None]._replace(found=0.77, false_alarms=0.13))  # type: ignore[attr-defined]
    for text in (page.html(sample.article()), page.markdown(sample.article())):
        assert "they find 77 %" in text
        assert "they mark 13 % of the segments of a second human translation" in text


def test_markdown_has_the_same_rows() -> None:
    markdown = page.markdown(sample.article())
    assert "| system-a | 2 | 1 | 1 | 1 |" in markdown
    assert (
        "| 6 | dropped | The River Transport Service promises a second berth **by autumn**. | **‸**The River"
        in markdown
    )


def test_without_the_metric_there_is_no_section() -> None:
    evaluation = without_meaning()
    html = page.html(evaluation)
    assert 'id="meaning"' not in html
    assert "meaning candidate" not in html
    assert "Meaning candidates" not in page.markdown(evaluation)
    assert editor.to_csv(evaluation, "meaning").count("\n") == 1
    assert editor.to_json_lines(evaluation, "meaning") == ""
    assert results(evaluation)["candidates"][0]["findings"] == []


def test_a_system_without_candidates_says_so() -> None:
    evaluation = sample.article()
    (scores,) = evaluation.scores
    none = replace(scores["system-a", "meaning"], spans=((),) * 7)
    changed = replace(scores, values={**scores.values, ("system-a", "meaning"): none})
    assert "No candidate was found." in section(page.html(replace(evaluation, scores=(changed,))))


def test_json_has_candidates_that_are_no_verdicts(reports: dict[str, Path]) -> None:
    found: Any = json.loads((reports["article"] / "results.json").read_text("utf-8"))
    (candidates,) = found["candidates"]
    assert candidates["counts"] == {
        "dropped": {"candidates": 1, "hints": 0},
        "roles": {"candidates": 1, "hints": 0},
        "tense": {"candidates": 0, "hints": 1},
    }
    assert not any(row["verdict"] for row in candidates["findings"])
    (passages,) = found["passages"]
    assert {row["metric"] for row in passages["findings"]} == {"fluency"}


def test_tables_have_candidates_of_their_own() -> None:
    evaluation = sample.article()
    rows = list(csv.DictReader(io.StringIO(editor.to_csv(evaluation, "meaning"))))
    assert [(row["status"], row["type"], row["wrong"], row["right"]) for row in rows] == [
        ("candidate", "who did what", "opened", "opened"),
        ("candidate", "tense", "did not sleep", "have not slept"),
        ("candidate", "dropped", "", "by autumn"),
    ]
    assert set(rows[0]) == set(editor.COLUMNS) - {"decision"}
    objects = [json.loads(line) for line in editor.to_json_lines(evaluation, "meaning").splitlines()]
    assert [row["rule"] for row in objects] == ["roles", "tense", "dropped"]
    for row in objects:
        assert row["reference"][slice(*row["ref_span"])] == row["expected"]
    assert "candidate" not in editor.to_csv(evaluation)


def test_marks_of_candidates_are_their_own_and_lead_to_each_other(browser: Any, reports: dict[str, Path]) -> None:
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto((reports["article"] / "report.html").as_uri())
        missing = tab.locator("td[data-label=Output] .mark.candidate[data-symbol='‸Δ']")
        missing.focus()
        assert tab.locator("td[data-label=Reference] .mark.candidate.lit").inner_text() == "by autumn"
        wrong = tab.locator("td[data-label=Output] .mark.wrong").first
        looks = "element => getComputedStyle(element).backgroundColor"
        assert missing.evaluate(looks) != wrong.evaluate(looks)
        assert "meaning candidate" in tab.locator(".key").inner_text()
