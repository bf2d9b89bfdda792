import numpy as np
import pytest

from mtqe.results import EntityError, ErrorSpan, MetricSpec, SegmentScores, mean
from mtqe.results.rows import span_from_dict, span_to_dict


def test_unscored_units_have_zero_statistics_and_need_a_reason() -> None:
    scores = SegmentScores(np.array([0.5, np.nan, 1.0]), reasons={1: "no output"})
    assert scores.statistics.tolist() == [[0.5, 1], [0, 0], [1, 1]]
    assert mean(scores.statistics.sum(axis=0)) == 0.75
    with pytest.raises(ValueError, match="reason"):
        SegmentScores(np.array([0.5, np.nan]))
    with pytest.raises(ValueError, match="reason"):
        SegmentScores(np.array([0.5]), reasons={0: "scored all the same"})


@pytest.mark.parametrize(
    ("values", "statistics"),
    [([np.nan], [[1.0, 1]]), ([-np.inf], None), ([1.0], [[np.nan, 1]]), ([1.0], [[1, 2]]), ([1.0, 2.0], [[1.0, 1]])],
)
def test_wrong_numbers_do_not_pass(values: list[float], statistics: list[list[float]] | None) -> None:
    filled = None if statistics is None else np.array(statistics)
    reasons = {i: "why" for i, value in enumerate(values) if np.isnan(value)}
    with pytest.raises(ValueError, match="statistics"):
        SegmentScores(np.array(values), filled, reasons=reasons)  # type: ignore[arg-type]


def test_spans_and_words_are_there_for_each_unit() -> None:
    for of in ({"spans": ((),)}, {"words": (((0, 1, 2.5, True),),)}):
        with pytest.raises(ValueError, match="spans and words must have one entry a unit"):
            SegmentScores(np.array([0.5, 1.0]), **of)  # type: ignore[arg-type]


def test_default_statistics_are_weighted_by_segments_and_others_are_not() -> None:
    merged = SegmentScores(np.array([0.9, 0.1])).weighted([9, 1])
    assert mean(merged.statistics.sum(axis=0)) == pytest.approx(0.82)
    own = SegmentScores(np.array([0.9]), np.array([[9.0, 10.0, 1.0]]))
    assert own.weighted([9]).statistics is own.statistics


def test_mean_is_vectorised_and_never_divides_by_zero() -> None:
    sums = np.array([[[3.0, 2], [0, 0]], [[1, 4], [5, 5]]])
    assert np.array_equal(mean(sums), [[1.5, np.nan], [0.25, 1]], equal_nan=True)


def test_signature_and_key() -> None:
    spec = MetricSpec("bertscore", "minilm", {"layer": 3}, "1", fingerprint="a" * 64)
    assert spec.signature == "bertscore|model:minilm|layer:3|weights:aaaaaaaaaaaa|version:1"
    assert spec.key == MetricSpec("bertscore", "minilm", {"layer": 3}, "1", fingerprint="a" * 64).key
    assert spec.key != MetricSpec("bertscore", "minilm", {"layer": 4}, "1", fingerprint="a" * 64).key
    assert MetricSpec("bleu", field_signature="BLEU|nrefs:1").signature == "BLEU|nrefs:1"


@pytest.mark.parametrize(
    "span",
    [
        ErrorSpan((0, 3), category="Fluency/Spelling", confidence=0.4),
        EntityError((0, 5), (7, 12), None, status="misspelled", type="place", suggestion="Izium"),
    ],
)
def test_spans_come_back_as_they_were(span: ErrorSpan) -> None:
    assert span_from_dict({"status": None, "type": None} | span_to_dict(span)) == span


def test_hints_and_variants_are_no_errors() -> None:
    assert EntityError((0, 1), status="replaced", confidence=0.5).is_error
    assert not EntityError((0, 1), status="replaced", confidence=0.49).is_error
    assert not EntityError((0, 1), status="variant").is_error
