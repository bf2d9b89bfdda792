import math

import numpy as np
import pytest

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.metrics.entities import make

REFERENCES = (("They left Lviv in 2014.",), ("Nothing happened then.",), ("Oksana Melnyk met the French envoy.",))


def made_of(*systems: SystemOutput, references: tuple[tuple[str | None, ...], ...] = REFERENCES) -> TestSet:
    segments = tuple(Segment(str(i), None, texts, "d") for i, texts in enumerate(references))
    return TestSet("t", "uk", "en", (Document("d", segments),), systems)


GOOD = SystemOutput("good", ("They left Lviv in 2014.", "Nothing happened.", "Oksana Melnyk met the French envoy."))
BAD = SystemOutput("bad", ("They left Lvuv in 2041.", "Nothing happened.", "Oksana Melnik met the French envoy."))


def test_errors_per_mention() -> None:
    scores = make().score(made_of(GOOD, BAD))
    assert scores["good"].statistics.tolist() == [[0, 2], [0, 0], [0, 2]]
    assert scores["bad"].statistics.tolist() == [[2, 2], [0, 0], [0, 2]]
    assert scores["bad"].values[0] == 1.0
    assert math.isnan(scores["bad"].values[1])
    assert scores["bad"].reasons == {1: "no name or number to check"}
    assert make().aggregate(scores["bad"].statistics.sum(axis=0)) == 0.5


def test_the_aggregate_is_vectorised() -> None:
    sums = np.array([[1.0, 4.0], [0.0, 0.0]])
    assert np.allclose(make().aggregate(sums), [0.25, np.nan], equal_nan=True)


def test_every_mention_has_a_span() -> None:
    spans = make().score(made_of(BAD))["bad"].spans
    assert [(s.status, s.ref_span) for s in spans[0]] == [("misspelled", (10, 14)), ("wrong value", (18, 22))]  # type: ignore[attr-defined]


def test_a_score_does_not_depend_on_other_systems() -> None:
    other = SystemOutput("other", ("The lviv, the Left, the oksana.", "Melnyk.", None))
    alone, beside = make().score(made_of(BAD))["bad"], make().score(made_of(GOOD, other, BAD))["bad"]
    assert alone.spans == beside.spans
    assert np.array_equal(alone.statistics, beside.statistics)


def test_missing_output_omits_or_is_skipped() -> None:
    missing = SystemOutput("missing", (None, None, None))
    empty, skipped = (make(nulls).score(made_of(missing))["missing"] for nulls in ("empty", "skip"))
    assert empty.statistics.tolist() == [[2, 2], [0, 0], [2, 2]]
    assert skipped.statistics.sum() == 0
    assert set(skipped.reasons.values()) == {"no output"}


def test_the_reference_with_the_fewest_errors_counts() -> None:
    references = (("They left Odesa.", "They left Lviv."), (None, "Nothing."), (None, None))
    hyps = SystemOutput("s", ("They left Lviv.", "Nothing.", "Nothing."))
    scores = make().score(made_of(hyps, references=references))["s"]
    assert scores.statistics[0].tolist() == [0, 1]
    assert {span.reference for span in scores.spans[0]} == {1}
    assert scores.reasons == {1: "no name or number to check", 2: "no reference"}
    assert "references:fewest-errors" in make().spec.signature


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty or skip"):
        make("worst")
