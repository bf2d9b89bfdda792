"""The character model is a probability model, deterministic, and forgets exactly what it is told to leave out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.fluency.ngram import CharacterModel

LINES = [
    "The ferry leaves the old harbour at seven.",
    "Nobody on the quay had seen the captain since Monday.",
    "The harbour master waved, and the ferry left.",
    "In winter the old ferry sleeps under a sheet of ice.",
]
texts = st.text(alphabet="abcde fgh.é", max_size=12)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(texts, min_size=1, max_size=6), context=texts)
def test_the_probabilities_of_what_may_follow_add_up_to_one(lines: list[str], context: str) -> None:
    model = CharacterModel(lines)
    following = [context + c for c in model.alphabet + "\uffff"]  # the last one is no character of the text
    each = [bits[len(context)] for bits in model.bits(following)]
    end = model.bits([context])[0][-1]
    assert np.exp2(-np.array([*each, end])).sum() == pytest.approx(1.0)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(texts, min_size=1, max_size=6), text=texts)
def test_surprisal_is_positive_one_value_a_character_and_one_for_the_end(lines: list[str], text: str) -> None:
    (bits,) = CharacterModel(lines).bits([text])
    assert bits.shape == (len(text) + 1,)
    assert (bits > 0).all()
    assert np.array_equal(bits, CharacterModel(lines).bits([text, "another"])[0])


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(texts, min_size=2, max_size=8), text=texts, data=st.data())
def test_leaving_lines_out_equals_counting_without_them(lines: list[str], text: str, data: st.DataObject) -> None:
    out = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1, max_size=len(lines) - 1))
    rest = [line for i, line in enumerate(lines) if i not in out]
    model = CharacterModel(lines)
    before = model.bits([text])[0]
    # Lines this few leave the discounts at their fixed values, so that only counts and alphabet can differ.
    fresh = CharacterModel(rest)
    with model.without([lines[i] for i in sorted(out)]):
        if model.alphabet == fresh.alphabet:
            assert np.allclose(model.bits([text])[0], fresh.bits([text])[0])
        with pytest.raises(ZeroDivisionError), model.without(rest[:1]):
            raise ZeroDivisionError
    assert np.array_equal(before, model.bits([text])[0])


def test_what_the_model_has_seen_surprises_it_least() -> None:
    model = CharacterModel(LINES)
    seen, new, noise = (
        bits.mean() for bits in model.bits([LINES[0], "The captain sleeps at seven.", "Xq zvv kjj wpp."])
    )
    assert seen < new < noise
    with model.without(LINES[:1]):
        assert model.bits([LINES[0]])[0].mean() > seen


def test_digits_and_shapes_of_quotation_marks_cost_the_same() -> None:
    model = CharacterModel([*LINES, 'Gate 4 is "closed".'])
    straight, curly = model.bits(['Gate 4 is "closed".', "Gate 9 is “closed”."])
    assert np.array_equal(straight, curly)
    assert model.bits([]) == []
