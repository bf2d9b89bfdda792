"""Scores within parts of a test set: what is counted and what is resampled."""

from dataclasses import replace

import numpy as np
import pytest

from mtqe import comparison
from mtqe.comparison.within import Within
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.results import MetricInfo, MetricSpec, Scores, SegmentScores, SystemInfo


def scored(documents: int, per_document: int = 3) -> Scores:
    """Two systems whose units differ between documents only; unit 1 of `b` has no score."""
    of = tuple(
        Document(f"d{d}", tuple(Segment(f"{d}.{i}", None, ("x",), f"d{d}") for i in range(per_document)))
        for d in range(documents)
    )
    n = documents * per_document
    test_set = TestSet("t", None, "en", of, tuple(SystemOutput(name, ("x",) * n) for name in "ab"))
    values = np.repeat(np.random.default_rng(3).normal(50, 9, documents), per_document)
    missing = np.where(np.arange(n) == 1, np.nan, values - 2)
    return Scores(
        "t", "en", test_set.fingerprint,
        {s.key: SystemInfo.of(s) for s in test_set.systems},
        {s.key: test_set.units(s.key) for s in test_set.systems},
        {"m": MetricInfo("m", "m", 1, True, (0, 100), MetricSpec("m"))},
        {("a", "m"): SegmentScores(values), ("b", "m"): SegmentScores(missing, reasons={1: "none"})},
    )  # fmt: skip


def test_units_without_a_score_are_left_out_on_their_side_and_of_differences() -> None:
    scores = scored(4)
    within = Within(scores, comparison.compare(scores, draws=50))
    mask = np.arange(12) < 6
    found = within.scores(mask)
    assert (found["a"].n, found["b"].n) == (6, 5)
    assert found["a"].value == pytest.approx(scores["a", "m"].values[:6].mean())
    assert found["b"].value == pytest.approx(np.nanmean(scores["b", "m"].values[:6]))
    ahead = within.difference("a", "b", mask)
    assert (ahead.value, ahead.n) == (pytest.approx(2), 5)
    assert within.difference("b", "a", mask).value == pytest.approx(-2)
    assert ahead.interval is not None
    assert ahead.interval.low == pytest.approx(2)


def test_of_nothing_there_is_no_score_and_of_one_unit_no_interval() -> None:
    scores = scored(4)
    within = Within(scores, comparison.compare(scores, draws=50))
    empty = within.scores(np.zeros(12, dtype=bool))["a"]
    assert np.isnan(empty.value)
    assert (empty.interval, empty.n) == (None, 0)
    assert within.scores(np.arange(12) == 3)["a"].interval is None


def test_documents_are_resampled_where_a_part_has_enough_of_them() -> None:
    scores = scored(40)
    by_document = Within(scores, comparison.compare(scores, draws=50))
    by_segment = Within(scores, comparison.compare(scores, draws=50, unit="segment"))
    half, few = np.arange(120) < 60, np.arange(120) < 57

    def width(within: Within, mask: np.ndarray) -> float:
        interval = within.scores(mask)["a"].interval
        assert interval is not None
        return interval.high - interval.low

    # units of a document are alike, so that segments alone feign three times as many observations
    assert width(by_document, half) == pytest.approx(3**0.5 * width(by_segment, half), rel=0.15)
    assert width(by_document, few) == width(by_segment, few)


def test_runs_are_taken_together() -> None:
    scores = scored(4)
    systems = {key: replace(scores.systems["a"], name="a", run=k) for k, key in enumerate(("a#1", "a#2"), 1)}
    values = scores["a", "m"].values
    runs = replace(
        scores,
        systems=systems,
        units=dict.fromkeys(systems, scores.units["a"]),
        values={("a#1", "m"): SegmentScores(values), ("a#2", "m"): SegmentScores(values + 4)},
    )
    found = Within(runs, comparison.compare(runs, draws=50)).scores(np.arange(12) < 6)
    assert list(found) == ["a"]
    assert found["a"].value == pytest.approx(values[:6].mean() + 2)
