"""What `mtqe compare` says: a conclusion, its table, and what was drawn."""

import math
from dataclasses import replace

import sample

from mtqe.report.comparisons import conclusion, drawn, reading
from mtqe.report.tables import pair_table


def test_clusters_are_named_where_there_are_some() -> None:
    evaluation = sample.systems(("alpha", "beta", "gamma"), sizes=(40,), documents=(20,))
    comparison = evaluation.comparisons[0]
    order = [place.system for place in comparison.systems]
    places = [replace(place, cluster=1 + i // 2) for i, place in enumerate(comparison.systems)]
    said = conclusion(evaluation.scores[0], replace(comparison, systems=tuple(places)))
    assert f"1. {order[0]} and {order[1]}; 2. {order[2]} (" in said
    assert "no proof of equality" in said


def test_a_pair_is_a_sentence_that_stays_on_its_line() -> None:
    evaluation = sample.systems(("alpha", "beta"), sizes=(40,), documents=(20,))
    comparison = evaluation.comparisons[0]
    pair = replace(comparison.pairs[0], a="al\npha", b="beta", delta=1.25, p=0.004, p_adjusted=0.012, detectable=0.9)
    said = conclusion(evaluation.scores[0], replace(comparison, pairs=(pair,)))
    assert said.startswith("al pha − beta = +1.2 chrf [")
    assert "adjusted p = 0.012, permutation test over 20 documents; so many show 0.9 with 80 % power.\n" in said
    assert said.count("\n") == 1


def test_a_pair_says_what_to_read_in_it() -> None:
    comparison = sample.systems(("alpha", "beta"), sizes=(40,), documents=(20,)).comparisons[0]
    pair = replace(comparison.pairs[0], delta=1.2, p_adjusted=0.3, detectable=2.04)
    margin = replace(comparison, margin=3.0)
    readings = {
        "A better": replace(pair, p_adjusted=0.04),
        "B better": replace(pair, p_adjusted=0.04, delta=-1.2),
        "no difference shown; 2.0 would show": pair,
        "no difference shown": replace(pair, p_adjusted=math.nan, detectable=None),
        "equivalent within 3": replace(pair, equivalent=True),
        "identical output": replace(pair, identical=True),
    }
    assert {reading(case, margin): case for case in readings.values()} == readings
    table = pair_table([replace(margin, pairs=tuple(readings.values()))])
    assert [row[-1] for row in table.shown] == list(readings)
    assert [row[table.columns.index("equivalent")] for row in table.values] == [None, None, None, None, True, None]


def test_a_test_without_draws_claims_none_for_its_p() -> None:
    comparison = sample.systems(("alpha", "beta"), sizes=(40,), documents=(20,)).comparisons[0]
    assert drawn(comparison) == "999 draws with seed 7; the smallest p they can reach is 0.001."
    assert drawn(replace(comparison, test="wilcoxon")) == "999 draws with seed 7 for the intervals."
