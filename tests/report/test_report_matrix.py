"""The matrix of all pairs: who is better, by how much and how surely, also without colour."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import sample

from mtqe.report import page
from mtqe.report.comparisons import system_grid
from mtqe.report.matrix import Matrix, matrix
from mtqe.report.sections.systems import MOST_PAIRS, rank_grid
from mtqe.report.view import parts
from mtqe.results import Comparison, Interval, PairResult

NAMES = ("alpha", "beta", "gamma")


def example(**changes: Any) -> Comparison:
    """alpha 3.0 above beta (p .004), 1.5 above gamma (not shown); beta against gamma has no p; names in that order."""
    (comparison,) = sample.systems(NAMES, sizes=(40,), documents=(20,)).comparisons
    pairs = [
        ("alpha", "beta", 3.0, Interval(1.0, 5.0), 0.0013, 0.004),
        ("alpha", "gamma", 1.5, Interval(-1.0, 4.0), 0.2, 0.4),
        ("beta", "gamma", -1.5, None, float("nan"), float("nan")),
    ]
    places = {place.system: place for place in comparison.systems}
    return replace(
        comparison,
        systems=tuple(places[name] for name in NAMES),
        pairs=tuple(PairResult(*pair, units=20, signature="") for pair in pairs),
        **changes,
    )


def shown(found: Matrix | None) -> list[list[tuple[str, str, str] | None]]:
    assert found is not None
    return [[cell and (cell.symbol, cell.delta, cell.p) for cell in row] for row in found.rows]


def test_cells_say_direction_difference_and_adjusted_p() -> None:
    found = matrix(example())
    assert shown(found) == [
        [None, ("▲", "+3.0", ".004"), ("", "+1.5", ".400")],
        [("▼", "−3.0", ".004"), None, ("", "−1.5", "–")],
        [("", "−1.5", ".400"), ("", "+1.5", "–"), None],
    ]
    assert found is not None
    assert found.names == NAMES
    assert found.rows[0][1].title == "alpha − beta: +3.0 [1.0, 5.0], p 0.001, adjusted 0.004, 20 units"
    assert found.rows[1][0].title.startswith("beta − alpha: −3.0 [−5.0, −1.0]")
    assert "Holm over 3 pairs, permutation test over documents" in found.meaning


def test_where_lower_is_better_the_lower_score_wins() -> None:
    (first, second), *_ = [row[:2] for row in shown(matrix(example(higher_is_better=False)))]
    assert first is None
    assert second == ("▼", "+3.0", ".004")


def test_no_matrix_of_two_systems_or_against_a_baseline() -> None:
    (comparison,) = sample.systems(NAMES[:2], sizes=(40,), documents=(20,)).comparisons
    assert matrix(comparison) is None
    whole = example()
    assert matrix(replace(whole, pairs=whole.pairs[:2])) is None


def test_the_page_has_the_matrix_and_of_many_systems_one_table_of_other_ranks() -> None:
    names = tuple(f"system {k}" for k in range(6))
    of = sample.systems(names, sizes=(40,), documents=(20,))
    (comparison,) = of.comparisons
    assert len(comparison.pairs) > MOST_PAIRS
    other = replace(comparison, metric="ter")
    of = replace(of, comparisons=(comparison, other))
    html = page.html(of)
    assert html.count('<td class="void">') == 6
    assert html.count('<td class="open"') + html.count('<td class="better"') + html.count('<td class="worse"') == 30
    assert "report.md and results.json list the 15 pairs" in html
    grid = rank_grid(parts(of)[0])
    assert grid is not None
    assert grid.heads == ("System", "TER ↓")
    assert len(grid.rows) == 6
    few = sample.systems(NAMES, sizes=(40,), documents=(20,))
    assert rank_grid(parts(few)[0]) is None


def test_pairs_with_a_baseline_are_listed_however_many() -> None:
    names = tuple(f"system {k}" for k in range(13))
    of = sample.systems(names, sizes=(40,), documents=(20,))
    (comparison,) = of.comparisons
    star = replace(comparison, pairs=tuple(pair for pair in comparison.pairs if pair.a == "system 0"))
    assert len(star.pairs) > MOST_PAIRS
    html = page.html(replace(of, comparisons=(star,)))
    assert "Pairs tested by" in html
    assert 'class="matrix"' not in html


def test_rules_part_clusters_also_around_people() -> None:
    of = sample.systems(("a", "b", "c", "d"), sizes=(40,), documents=(20,))
    (comparison,), (scores,) = of.comparisons, of.scores
    clusters = (1, None, 1, 2)
    places = tuple(replace(p, cluster=k, ranks=k and (k, k)) for p, k in zip(comparison.systems, clusters, strict=True))
    grid = system_grid(scores, replace(comparison, systems=places))
    assert grid.heads[:3] == ("cluster", "ranks", "System")
    assert [row[0] for row in grid.rows] == ["1", "–", "1", "2"]
    assert grid.rules == {3}
    assert '<tr class="ruled">' in page.html(replace(of, comparisons=(replace(comparison, systems=places),)))


def test_twenty_systems_fit_a_screen_and_scroll_on_a_phone(browser: Any, tmp_path: Path) -> None:
    names = [f"Online-{chr(65 + k)}" for k in range(18)] + [sample.HOSTILE[1], "x" * 300]
    of = sample.systems(names, sizes=(40,), documents=(20,))
    report = of.report(tmp_path)
    for width in (1280, 400):
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.goto(report.as_uri())
        tab.get_by_text("Every system against every other", exact=True).click()
        tab.locator(".matrix").wait_for()
        box = "document.querySelector('.matrix').parentElement"
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate(f"{box}.scrollWidth > {box}.clientWidth") == (width == 400)
        assert tab.evaluate("window.hacked") is None
        tab.close()
