"""Agreement of metrics, checked with scipy and by hand."""

from dataclasses import replace

import numpy as np
import pytest
import sample
from scipy.stats import kendalltau

from mtqe.report import page
from mtqe.report.sections.agreement import agreement, tau_over_segments, tau_over_systems
from mtqe.report.view import number, parts
from mtqe.results import Evaluation, SegmentScores

NAMES = ("alpha", "beta", "gamma", "delta")


def evaluation(size: int = 40) -> Evaluation:
    return sample.systems(NAMES, sizes=(size,), documents=(1,))


def test_tau_is_that_of_scipy_turned_where_lower_is_better() -> None:
    of = evaluation()
    (part,), (scores,) = parts(of), of.scores
    pair = sample.CHRF, sample.TER
    taus = [-kendalltau(*(scores[name, m.name].values for m in pair)).statistic for name in NAMES]
    assert tau_over_segments(part, *pair) == (pytest.approx(np.mean(taus)), (40,) * 4)
    corpus = [[scores.corpus(name, m.name) for name in NAMES] for m in pair]
    assert tau_over_systems(part, *pair) == (pytest.approx(-kendalltau(*corpus).statistic), 4)
    rows = {row[:2]: row[2:] for row in agreement(of)["set-1"].rows}
    assert rows["chrF++", "TER"] == (
        number(-kendalltau(*corpus).statistic, 2),
        "4",
        number(float(np.mean(taus)), 2),
        "40 × 4",
    )
    assert "Metric agreement" in page.html(of)
    assert "| chrF++ | TER |" in page.markdown(of)


def test_tau_by_hand_over_three_systems_that_people_did_not_make() -> None:
    of = evaluation()
    (scores,) = of.scores
    for order, (name, corpus) in enumerate(zip(NAMES, ((1.0, 5.0), (2.0, 3.0), (3.0, 4.0), (9.0, 9.0)), strict=True)):
        for metric, value in zip(("chrf", "ter"), corpus, strict=True):
            own = SegmentScores(np.full(40, value) + (np.arange(40) == order) * 1e-9)
            scores = replace(scores, values={**scores.values, (name, metric): own})
    scores = replace(scores, systems={**scores.systems, "delta": replace(scores.systems["delta"], human=True)})
    (part,) = parts(replace(of, scores=(scores,)))
    # chrF orders alpha < beta < gamma; TER, lower better, alpha < gamma < beta: two pairs of three agree
    assert tau_over_systems(part, sample.CHRF, sample.TER) == (pytest.approx(1 / 3), 3)


def test_nothing_is_shown_of_too_few_systems_segments_or_metrics() -> None:
    few = sample.systems(NAMES[:2], sizes=(29,), documents=(1,))
    assert agreement(few) == {}
    assert 'id="agreement"' not in page.html(few)
    assert agreement(sample.systems(NAMES[:2], sizes=(40,), documents=(1,)))["set-1"].rows[0][2] == "–"
    of = evaluation()
    (scores,) = of.scores
    assert agreement(replace(of, scores=(replace(scores, metrics={"chrf": sample.CHRF}),))) == {}
