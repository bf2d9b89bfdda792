"""The sentence that sums up all test sets, and the table of means."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import sample

from mtqe.report import page
from mtqe.report.sections.overview import mean_grid, sentence
from mtqe.results import Evaluation


def evaluation(*clusters: Mapping[str, int]) -> Evaluation:
    """As many test sets as there are mappings of systems to clusters."""
    names = tuple(clusters[0])
    of = sample.systems(names, sizes=(40,) * len(clusters), documents=(20,) * len(clusters))
    placed = tuple(
        replace(c, systems=tuple(replace(p, cluster=of[p.system], ranks=(of[p.system],) * 2) for p in c.systems))
        for c, of in zip(of.comparisons, clusters, strict=True)
    )
    return replace(of, comparisons=placed)


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([{"a": 1, "b": 1, "c": 2}], "First cluster by chrF++: a and b."),
        ([{"a": 1, "b": 1}], "No cluster of systems stands apart by chrF++."),
        (
            [{"a": 1, "b": 2}, {"a": 1, "b": 2}],
            "First cluster by chrF++ on 2 test sets: a on both; a has the best mean, ",
        ),
        (
            [{"a": 1, "b": 2, "c": 2}, {"a": 1, "b": 1, "c": 2}, {"a": 1, "b": 1, "c": 1}],
            "First cluster by chrF++ on 3 test sets: a on 2, 1 other on one; on one no cluster stands apart; a has the",
        ),
        ([{**dict.fromkeys("abcdef", 1), "g": 2}], "First cluster by chrF++: a, b, c, d and 2 more."),
    ],
)
def test_the_sentence_names_who_leads(clusters: list[Mapping[str, int]], said: str) -> None:
    of = evaluation(*clusters)
    assert sentence(of).startswith(said)
    assert said in page.html(of)


def test_against_a_baseline_it_names_who_differs() -> None:
    of = sample.systems(("a", "b", "c"), sizes=(40, 40), documents=(20, 20))
    changed = []
    for comparison, p in zip(of.comparisons, (0.01, 0.2), strict=True):
        first, second, _ = comparison.pairs
        pairs = replace(first, a="b", b="a", delta=-2.0, p_adjusted=0.3), replace(second, a="c", b="a", p_adjusted=p)
        changed.append(replace(comparison, pairs=tuple(replace(pair, delta=-2.0) for pair in pairs)))
    of = replace(of, comparisons=tuple(changed))
    assert sentence(of) == "Against a by chrF++: worse: c on one."
    quiet = replace(changed[1], pairs=(changed[1].pairs[0],))
    assert sentence(replace(of, comparisons=(quiet,))) == "Against a by chrF++: no difference is shown."


def test_nothing_is_summed_up_of_one_document() -> None:
    assert sentence(sample.systems(sizes=(12,), documents=(1,))) == ""
    assert 'id="overview"' not in page.html(sample.article())


def test_means_stand_best_first_with_the_ranks_of_each_test_set() -> None:
    of = evaluation({"a": 1, "b": 2}, {"a": 2, "b": 1})
    grid = mean_grid(of)
    assert grid is not None
    assert grid.heads == ("System", "mean chrF++ ↑", "set-1", "set-2")
    corpus = {name: [scores.corpus(name, "chrf") for scores in of.scores] for name in "ab"}
    best = sorted("ab", key=lambda name: -sum(corpus[name]))
    ranks = {"a": "12", "b": "21"}
    assert grid.rows == tuple(
        (n, f"{sum(corpus[n]) / 2:.1f}", *(f"{x:.1f} ({r})" for x, r in zip(corpus[n], ranks[n], strict=True)))
        for n in best
    )
    assert "no test is made of it" in page.markdown(of)
