"""Figures of tables lead to the segments behind them: a click leaves the explorer filtered and sorted as it says."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample

from mtqe import comparison
from mtqe.report.buckets import bucket_scores
from mtqe.report.entities import type_counts
from mtqe.report.findings import verdicts
from mtqe.report.view import parts
from mtqe.results import Evaluation

NAMES = ("alpha", "beta", "gamma")


def evaluation() -> Evaluation:
    """Three systems on 96 segments in 24 documents, of which every third is of sport."""
    made = sample.systems(NAMES, sizes=(96,), documents=(24,))
    (test_set,), (scores,) = made.test_sets, made.scores
    domains = ({"domain": "news" if d % 3 else "sport"} for d in range(24))
    documents = [replace(of, metadata=domain) for of, domain in zip(test_set.documents, domains, strict=True)]
    test_set = replace(test_set, documents=tuple(documents))
    scores = replace(scores, domains=test_set.domains)
    compared = comparison.compare(scores, metric="chrf", draws=200)
    return replace(made, test_sets=(test_set,), scores=(scores,), comparisons=(compared,))


EVALUATION = evaluation()


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    report: Path = EVALUATION.report(tmp_path_factory.mktemp("links"))
    found = browser.new_page(viewport={"width": 1280, "height": 900})
    trouble: list[str] = []
    found.on("pageerror", lambda error: trouble.append(str(error)))
    found.on("console", lambda message: trouble.append(message.text))
    found.goto(report.as_uri())
    found.wait_for_selector("#explorer[data-ready]")
    for fold in found.locator("#buckets details, #entity_errors details").all():
        fold.evaluate("fold => { fold.open = true; }")
    yield found
    assert trouble == []
    found.close()


def shown(page: Any, link: Any, *keys: str) -> tuple[int, list[str]]:
    """How many segments the explorer shows after a click, and these fields."""
    page.evaluate("document.activeElement.blur(); history.replaceState(null, '', '#')")
    link.click()
    page.wait_for_selector("#explorer .view:focus")
    count = int(page.inner_text("#explorer .status").split()[0])
    return count, [page.input_value(f"#explorer [name={key}]") for key in keys]


def test_a_cell_of_the_matrix_shows_both_systems_where_the_better_is_ahead(page: Any) -> None:
    first, second, *_ = parts(EVALUATION)[0].systems
    rows = page.locator("#systems .matrix tbody tr")
    assert shown(page, rows.nth(0).locator("td a").nth(0), "a", "b", "sort") == (96, [first, second, "a-b"])
    assert shown(page, rows.nth(1).locator("td a").nth(0), "a", "b", "sort") == (96, [second, first, "b-a"])


def test_a_row_of_the_ranking_and_of_the_pairs(page: Any) -> None:
    best, *_, last = parts(EVALUATION)[0].systems
    ranking = page.locator("#systems .ranking tbody th a")
    assert shown(page, ranking.last, "a", "sort", "metric") == (96, [last, "worst", "chrf"])
    (pairs,) = page.locator("#systems table", has=page.locator("th", has_text="adjusted p")).all()
    assert shown(page, pairs.locator("tbody th a").first, "a", "sort")[1] == [best, "a-b"]


@pytest.mark.parametrize("kind", ["length", "domain", "names and numbers", "document"])
def test_a_bucket_shows_its_segments(page: Any, kind: str) -> None:
    (of,) = [found for found in bucket_scores(EVALUATION)["set-1"] if found.cut.kind == kind]
    table = page.locator("#buckets details", has=page.locator("summary", has_text=f"By {kind}")).locator("tbody tr")
    for k, bucket in enumerate(of.cut.buckets):
        for s, system in enumerate(of.systems):
            expected = (int(bucket.segments.sum()), [system, "worst"])
            assert shown(page, table.nth(s).locator("td a").nth(k), "a", "sort") == expected
        ahead = of.differences[k].value > 0
        found = shown(page, table.last.locator("td a").nth(k), "a", "b", "sort")
        assert found[1] == [*list(of.systems)[:2], "a-b" if ahead else "b-a"]


def test_errors_of_names_lead_to_where_they_are(page: Any) -> None:
    part = parts(EVALUATION)[0]
    section = page.locator("#entity_errors")
    for row, system in zip(section.locator("table.counts").first.locator("tbody tr").all(), part.systems, strict=True):
        every, place = type_counts(verdicts(EVALUATION)["set-1", system])
        assert (every.errors, place.errors) == (24, 24)
        assert shown(page, row.locator("td a").nth(0), "a", "b", "sort") == (96, [system, "", "entities"])
        assert shown(page, row.locator("td a").nth(1), "a", "b", "error") == (24, [system, "", "place"])
    by_status = section.locator("details td a", has_text="24").last
    assert shown(page, by_status, "error") == (24, ["place, misspelled"])


def test_the_same_link_works_twice(page: Any) -> None:
    link = page.locator("#systems .matrix td a").first
    shown(page, link)
    page.select_option("#explorer [name=sort]", "worst")
    page.evaluate("href => history.replaceState(null, '', href)", link.get_attribute("href"))
    page.evaluate("document.activeElement.blur()")
    link.click()
    page.wait_for_selector("#explorer .view:focus")
    assert page.input_value("#explorer [name=sort]") == "a-b"
