"""What an NLI model adds to the candidates, with models whose verdicts are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtqe
from mtqe.errors import ConfigError, DataWarning
from mtqe.meaning.entailment import Verdict, least_linked, merge, weigh
from mtqe.meaning.pair import Pair
from mtqe.results import ErrorSpan, FloatArray

NAN = float("nan")
ENTAILED, NEUTRAL, CONTRADICTED = (0.98, 0.01, 0.01), (0.02, 0.97, 0.01), (0.01, 0.02, 0.97)
REF = "The council accepted the plan."
CHANGED = "The council rejected the plan."
Said = tuple[float, float, float]


class Saying:
    """A model that says the same of every pair, or what a function of premise and hypothesis says."""

    def __init__(self, said: Said | Callable[[str, str], Said]) -> None:
        self.said = said if callable(said) else lambda premise, hypothesis: said
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        self.asked += pairs
        return np.array([self.said(*pair) for pair in pairs]).reshape(-1, 3)


def only(hyp: str, ref: str, said: Said | Callable[[str, str], Said] | None) -> ErrorSpan:
    (error,) = mtqe.find_meaning_errors([hyp], [ref], nli=Saying(said) if said else None)[0]
    return error


def test_entailment_in_both_directions_lowers_and_contradiction_raises() -> None:
    plain = only(CHANGED, REF, None)
    assert plain.confidence >= 0.5
    assert only(CHANGED, REF, ENTAILED).confidence < plain.confidence < only(CHANGED, REF, CONTRADICTED).confidence
    assert only(CHANGED, REF, NEUTRAL) == plain
    lowered = only(CHANGED, REF, ENTAILED)
    assert (lowered.rule, lowered.hyp_span, lowered.ref_span) == (plain.rule, plain.hyp_span, plain.ref_span)


def test_entailment_in_one_direction_is_none() -> None:
    for premise in (CHANGED, REF):
        one_way = only(CHANGED, REF, lambda p, h, premise=premise: ENTAILED if p == premise else NEUTRAL)
        assert one_way.confidence == pytest.approx(only(CHANGED, REF, None).confidence, abs=0.01)


def test_additions_and_omissions_have_a_direction_each() -> None:
    pair = Pair.of("He left early.", "He left.")
    added, dropped = (
        ErrorSpan((8, 13), (7, 7), category=f"Accuracy/{kind}", confidence=0.6) for kind in ("Addition", "Omission")
    )
    said = weigh([added, dropped], pair, Verdict(forward=0, backward=1, contradiction=0))
    assert [error.confidence for error in said] == [0.6, pytest.approx(0.17)]
    said = weigh([added, dropped], pair, Verdict(forward=1, backward=0, contradiction=0))
    assert [error.confidence for error in said] == [pytest.approx(0.17), 0.6]


def test_both_directions_are_asked_once_and_nothing_of_equal_or_empty_texts() -> None:
    model = Saying(NEUTRAL)
    mtqe.find_meaning_errors([CHANGED, REF, "", " "], [REF, REF, REF, "A."], nli=model)
    assert sorted(model.asked) == sorted([(REF, CHANGED), (CHANGED, REF)])
    model = Saying(CONTRADICTED)
    assert mtqe.find_meaning_errors([REF, ""], [REF, " "], nli=model) == [[], []]
    assert model.asked == []


@pytest.mark.parametrize(
    ("hyp", "ref", "hyp_text", "ref_text"),
    [
        ("The minister praised the new law.", "The minister tore up the new law.", "praised", "tore"),
        ("The vote was a triumph for him.", "The vote was a heavy blow for him.", "triumph", "heavy blow"),
        ("They met in the old palace.", "They met in secret in the palace.", "old", "secret"),
        ("They met the press again.", "They met the press.", "again", ""),
        ("They met.", "They met with great joy.", "", "great joy"),
        ("Zelensky thanked Biden.", "Biden thanked Zelensky.", "thanked Biden", "Biden thanked"),
        ("He seemed happy there.", "He seemed unhappy there.", "happy", "unhappy"),
        ("He walked in.", "He walked on.", "He walked in.", "He walked on."),
    ],
)
def test_a_contradiction_for_which_nothing_is_flagged_is_a_candidate(
    hyp: str, ref: str, hyp_text: str, ref_text: str
) -> None:
    pair = Pair.of(hyp, ref)
    assert weigh([], pair, Verdict(0, 0, 0.49)) == []
    (error,) = weigh([], pair, Verdict(0, 0, 0.874))
    assert (error.rule, error.category, error.confidence) == ("contradiction", "Accuracy/Mistranslation", 0.87)
    assert error.hyp_span is not None
    assert error.ref_span is not None
    assert (hyp[slice(*error.hyp_span)], ref[slice(*error.ref_span)]) == (hyp_text, ref_text)


def test_a_contradiction_is_a_candidate_only_where_there_is_no_other() -> None:
    hyps, refs = [CHANGED, "The minister praised the law."], [REF, "The minister tore up the law."]
    found = mtqe.find_meaning_errors(hyps, refs, nli=Saying(CONTRADICTED))
    assert [[error.rule for error in errors] for errors in found] == [["opposite"], ["contradiction"]]
    assert found[1][0].confidence == 0.97


def test_both_directions_must_contradict() -> None:
    hyp, ref = "The minister praised the law.", "The minister tore up the law."
    one_way = Saying(lambda premise, hypothesis: CONTRADICTED if premise == ref else NEUTRAL)
    assert mtqe.find_meaning_errors([hyp], [ref], nli=one_way) == mtqe.find_meaning_errors([hyp], [ref]) == [[]]


def test_a_model_that_knows_no_contradiction_lowers_alone() -> None:
    plain = only(CHANGED, REF, None)
    assert only(CHANGED, REF, (0.98, NAN, NAN)) == only(CHANGED, REF, ENTAILED)
    assert only(CHANGED, REF, (0.0, NAN, NAN)) == plain


def test_segments_too_long_for_the_model_stand_as_they_are() -> None:
    hyps, refs = [CHANGED, CHANGED + " Yes."], [REF, REF + " Yes."]
    model = Saying(lambda premise, hypothesis: (NAN, NAN, NAN) if "Yes" in premise + hypothesis else ENTAILED)
    with pytest.warns(DataWarning, match="1 of 2 segments are longer than the NLI model reads"):
        short, long = mtqe.find_meaning_errors(hyps, refs, nli=model)
    plain = mtqe.find_meaning_errors(hyps, refs)
    assert long == plain[1]
    assert short[0].confidence < plain[0][0].confidence


@pytest.mark.parametrize("said", [np.zeros((2, 2)), np.zeros((3, 3)), np.full((2, 3), 1.5), np.full((2, 3), -0.1)])
def test_what_is_no_probability_is_an_error(said: FloatArray) -> None:
    class Wrong:
        def probabilities(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
            return said

    with pytest.raises(ConfigError, match=r"no probabilities of shape \(2, 3\)"):
        mtqe.find_meaning_errors([CHANGED], [REF], nli=Wrong())


def test_spans_found_in_another_way_are_added_where_nothing_is_flagged() -> None:
    flagged = ErrorSpan((4, 8), (4, 9), confidence=0.8)
    hint = ErrorSpan((20, 25), (21, 25), confidence=0.3)
    elsewhere = ErrorSpan((10, 12), None, confidence=0.6)
    on_hint = ErrorSpan((20, 22), None, confidence=0.7)
    others = [ErrorSpan((6, 10)), ErrorSpan((30, 31), (9, 9)), elsewhere, on_hint]
    assert merge([flagged, hint], others) == [flagged, hint, elsewhere, on_hint]
    assert merge([], others) == others


WORDS = st.sampled_from(
    ["the", "not", "council", "accepted", "rejected", "Putin", "plan,", "plans", "happy", "unhappy", "3", "...", "été"]
)
TEXTS = st.lists(WORDS, max_size=9).map(" ".join)
PROBABILITY = st.floats(0, 1)


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=3),
    st.lists(PROBABILITY, min_size=36, max_size=36),
)
def test_spans_lie_in_their_texts_and_confidences_in_their_range(
    texts: list[tuple[str, str]], numbers: list[float]
) -> None:
    values = iter(numbers)
    hyps, refs = [hyp for hyp, _ in texts], [ref for _, ref in texts]
    model = Saying(lambda premise, hypothesis: (next(values), next(values), next(values)))
    found = mtqe.find_meaning_errors(hyps, refs, nli=model)
    plain = mtqe.find_meaning_errors(hyps, refs)
    for hyp, ref, errors, before in zip(hyps, refs, found, plain, strict=True):
        assert len(errors) - len(before) in (0, 1)
        kept = [error.hyp_span for error in errors if error.rule != "contradiction"]
        assert kept == [error.hyp_span for error in before]
        for error in errors:
            assert 0 <= error.confidence <= 1
            for span, text in ((error.hyp_span, hyp), (error.ref_span, ref)):
                assert span is not None
                assert 0 <= span[0] <= span[1] <= len(text)


@given(TEXTS, TEXTS, PROBABILITY, PROBABILITY, PROBABILITY, st.floats(0, 1))
def test_more_contradiction_never_lowers_and_more_entailment_never_raises(
    hyp: str, ref: str, entailment: float, more: float, contradiction: float, confidence: float
) -> None:
    pair = Pair.of(hyp, ref)
    candidate = ErrorSpan((0, len(hyp)), (0, len(ref)), category="Accuracy/Mistranslation", confidence=confidence)

    def weighed(entailed: float, contradicted: float) -> float:
        return weigh([candidate], pair, Verdict(entailed, entailed, contradicted))[0].confidence

    low, high = sorted((entailment, more))
    assert weighed(high, contradiction) <= weighed(low, contradiction)
    assert weighed(contradiction, low) <= weighed(contradiction, high)


@given(TEXTS, TEXTS)
def test_the_least_linked_passages_lie_in_their_texts(hyp: str, ref: str) -> None:
    for span, text in zip(least_linked(Pair.of(hyp, ref)), (hyp, ref), strict=True):
        assert 0 <= span[0] <= span[1] <= len(text)
