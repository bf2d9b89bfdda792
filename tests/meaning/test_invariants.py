"""What holds of `find_meaning_errors` for any two texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtqe
from mtqe.meaning.inflection import word_set

#: What the finders look at, so that drawn texts are not blank to them.
_WORDS = sorted(
    word_set(
        "not no never without nobody n't he she they we I her his him who that which is was were be been has had will "
        "must may can did to by from of off on up down out in the a this all some none more less few most left right "
        "left-wing first-class middle back front rose fell rise fall accepted rejected turned gave took offered "
        "proposed prevented asked join win lose before after if but and or because only even Putin Ukraine Kyiv "
        "Poland minister soldier table price 31 7.5 anti-corruption un-done it's don't nothing north south open closed"
    )
)
_MARKS = [" ", " ", " ", ", ", ". ", "; ", " “", "” ", " (", ") ", ' "', '" ', "\n", "-", " — "]
_SENTENCES = st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_MARKS)), max_size=24).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
_TEXTS = st.one_of(_SENTENCES, st.text(max_size=40))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts, of which the second is often the first with other words in a few places, or in another order."""
    hyp = draw(_TEXTS)
    if draw(st.booleans()):
        return hyp, draw(_TEXTS)
    words = hyp.split(" ")
    if draw(st.booleans()):
        random.Random(draw(st.integers(0, 9))).shuffle(words)
    for at in draw(st.lists(st.integers(0, max(len(words) - 1, 0)), max_size=3)):
        words[at] = draw(st.sampled_from(["", *_WORDS]))
    return hyp, " ".join(words)


@settings(deadline=None, max_examples=100)
@given(pairs())
def test_candidates_lie_in_their_texts_in_order(pair: tuple[str, str]) -> None:
    hyp, ref = pair
    found = mtqe.find_meaning_errors([hyp], [ref])[0]
    for error in found:
        assert error.hyp_span is not None
        assert error.ref_span is not None
        assert 0 <= error.hyp_span[0] <= error.hyp_span[1] <= len(hyp)
        assert 0 <= error.ref_span[0] <= error.ref_span[1] <= len(ref)
        assert error.hyp_span[0] < error.hyp_span[1] or error.ref_span[0] < error.ref_span[1]
        assert 0.0 <= error.confidence <= 1.0
        assert error.category is not None
        assert error.category.startswith("Accuracy/")
    places = [(error.hyp_span, error.ref_span) for error in found]
    assert places == sorted(places, key=lambda place: (place[0] or (), place[1] or ()))


@settings(deadline=None, max_examples=60)
@given(_TEXTS)
def test_a_text_is_no_error_against_itself(text: str) -> None:
    assert mtqe.find_meaning_errors([text], [text]) == [[]]


@settings(deadline=None, max_examples=25)
@given(st.lists(pairs(), max_size=4))
def test_a_segment_does_not_depend_on_the_others(segments: list[tuple[str, str]]) -> None:
    together = mtqe.find_meaning_errors([hyp for hyp, _ in segments], [ref for _, ref in segments])
    assert together == [mtqe.find_meaning_errors([hyp], [ref])[0] for hyp, ref in segments]


@pytest.mark.parametrize(
    "texts", [("She did not open it.", "She opened it."), ("Ukraine beat Poland.", "Poland beat Ukraine.")]
)
def test_the_same_texts_give_the_same_candidates(texts: tuple[str, str]) -> None:
    hyp, ref = texts
    first = mtqe.find_meaning_errors([hyp], [ref])
    assert first[0]
    assert mtqe.find_meaning_errors([hyp], [ref]) == first
