"""What `mtqe compare` says before its table."""

from dataclasses import replace

import sample

from mtqe.report.tables import conclusion


def test_clusters_are_named_where_there_are_some() -> None:
    evaluation = sample.systems(("alpha", "beta", "gamma"), sizes=(40,), documents=(20,))
    comparison = evaluation.comparisons[0]
    order = [place.system for place in comparison.systems]
    places = [replace(place, cluster=1 + i // 2) for i, place in enumerate(comparison.systems)]
    said = conclusion(replace(comparison, systems=tuple(places)))
    assert f"1. {order[0]} and {order[1]}; 2. {order[2]} (" in said
    assert "no proof of equality" in said


def test_a_pair_is_a_sentence_that_stays_on_its_line() -> None:
    evaluation = sample.systems(("alpha", "beta"), sizes=(40,), documents=(20,))
    comparison = evaluation.comparisons[0]
    pair = replace(comparison.pairs[0], a="al\npha", b="beta", delta=1.25, p=0.004, p_adjusted=0.012, detectable=0.9)
    said = conclusion(replace(comparison, pairs=(pair,)))
    assert said.startswith("al pha − beta = +1.2 chrf [")
    assert "adjusted p = 0.012, permutation test over 20 documents; so many show 0.9 with 80 % power.\n" in said
    assert said.count("\n") == 1
