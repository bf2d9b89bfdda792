"""What holds of the findings of any texts, also of those that no translator would write."""

import json
import random
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mtqe.entities import find_entity_errors
from mtqe.results import EntityError

#: Names, numbers, and what breaks a reader of texts: marks, ligatures, other scripts and digits, halves of characters.
PIECES = st.sampled_from(
    [
        "Kyiv", "Odesa's", "Kim Jong-un", "Olena Dovzhenko", "the Ministry of Defence", "St. Petersburg", "S-400",
        "NATO", "U.S.", "President", "THE NEWS", "said", "and", "in", ".", ",", "\n", "\u00a0", "  ", "«", "”", "(",
        "'", "’s",
        "5", "3.5 million", "1,234.5", "31.02.2020", "25:61", "5 p.m.", "€5bn", "-7 °C", "5 to 10 km", "half a", "50%",
        "twenty-", "two thirds", "9" * 40, "1–" + "9" * 40, "١٢٣", "１２３", "½", "2:1",
        "4 July 1776", "XXI", "ﬁn",
        "İI", "ʼ", "Київ", "Москва", "習近平", "3億5千万", "שלום", "\u202eabc\u202c", "Ky\u00adiv", "Ky\u200biv",
        "U\u0308nal",
        "\ud800", "🇺🇦", "👨\u200d👩\u200d👧", "\x00", "Z\u0335\u0321", "ß", "<b>",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=8).map(" ".join)
TARGETS = st.sampled_from(["en", "de", "ru", "zh", "tr", "sr_Latn_RS"])
#: Of these the output has something, of what is omitted nothing.
HAS_OUTPUT = {
    "match",
    "variant",
    "misspelled",
    "replaced",
    "mistranslated",
    "wrong value",
    "hallucinated",
    "untranslated",
}
LENIENT = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
)


def check(hyp: str | None, ref: str | None, source: str | None, target: str = "en") -> list[EntityError]:
    refs = None if ref is None else [ref]
    return find_entity_errors([hyp], refs, [source], source_language="uk", target_language=target)[0]


@given(TEXTS, TEXTS, TEXTS | st.none(), TARGETS)
@LENIENT
def test_spans_are_passages_of_the_texts(hyp: str, ref: str, source: str | None, target: str) -> None:
    for error in [*check(hyp, ref, source, target), *check(hyp, None, source, target)]:
        for span, text in ((error.hyp_span, hyp), (error.ref_span, ref), (error.src_span, source or "")):
            if span is not None:
                assert 0 <= span[0] < span[1] <= len(text)
                assert text[slice(*span)].strip() == text[slice(*span)]
        assert 0 <= error.confidence <= 1
        assert error.status == "undecided" or (error.status in HAS_OUTPUT) == (error.hyp_span is not None)
        assert error.hyp_span or error.ref_span or error.src_span


@given(TEXTS, TEXTS)
@LENIENT
def test_each_mention_is_judged_once(hyp: str, ref: str) -> None:
    mentions = [(error.ref_span, error.type) for error in check(hyp, ref, None) if error.ref_span]
    assert len(set(mentions)) == len(mentions)


@given(TEXTS, TEXTS | st.none(), TARGETS, st.booleans())
@LENIENT
def test_a_text_has_no_errors_beside_itself(text: str, source: str | None, target: str, decompose: bool) -> None:
    hyp = unicodedata.normalize("NFD", text) if decompose else text
    assert not [error for error in check(hyp, text, source, target) if error.is_error]


@given(TEXTS, TEXTS, st.integers(0, 9))
@LENIENT
def test_what_no_reader_sees_makes_no_difference(hyp: str, ref: str, seed: int) -> None:
    chance = random.Random(seed)
    marked = "".join(c + chance.choice(["\u00ad", "\u200b", "\u2066", " " if c == " " else "", "", ""]) for c in hyp)
    plain, found = check(hyp, ref, None), check(marked, ref, None)
    assert [(e.status, e.ref_span, e.confidence) for e in found] == [
        (e.status, e.ref_span, e.confidence) for e in plain
    ]


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=2, max_size=5), st.randoms(use_true_random=False))
@LENIENT
def test_neither_the_order_of_segments_nor_a_second_run_changes_findings(
    rows: list[tuple[str, str, str]], chance: random.Random
) -> None:
    def find(order: list[int]) -> dict[int, list[EntityError]]:
        hyps, refs, sources = zip(*(rows[i] for i in order), strict=True)
        return dict(zip(order, find_entity_errors(hyps, refs, sources, source_language="uk"), strict=True))

    order = list(range(len(rows)))
    first = find(order)
    chance.shuffle(order)
    assert find(order) == first


@given(TEXTS, TEXTS, TEXTS)
@LENIENT
def test_findings_survive_json(hyp: str, ref: str, source: str) -> None:
    for error in check(hyp, ref, source):
        row = json.loads(json.dumps(asdict(error), allow_nan=False))
        row = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        assert EntityError(**row) == error


@pytest.mark.parametrize("as_given", [np.array, lambda texts: np.array(texts, dtype=object), iter, tuple])
def test_any_sequence_of_texts_will_do(as_given: Callable[[list[str]], Iterable[str]]) -> None:
    hyps, refs, sources = ["Kyiv fell.", "Lviv stood."], ["Kharkiv fell.", "Lviv stood."], ["Харків упав.", "Львів."]
    expected = find_entity_errors(hyps, refs, sources, documents=["a", "a"])
    given_so = [as_given(texts) for texts in (hyps, refs, sources)]
    assert find_entity_errors(*given_so, documents=as_given(["a", "a"])) == expected  # type: ignore[arg-type]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="sources: segment 1 is nan, no text; None stands for a missing one"):
        find_entity_errors(["a"], ["a"], [float("nan")])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="not one text"):
        find_entity_errors(["a", "b"], ["a", "b"], "ab")


def test_spans_of_a_hyphenated_name_are_of_the_text_as_it_is_stored() -> None:
    hyp, ref = "Reporters  went to Kra\u00admatorsk and Lyman.", "Reporters went to Kramatorsk and Izium."
    found = {hyp[slice(*e.hyp_span)]: e.status for e in check(hyp, ref, None) if e.hyp_span}
    assert found == {"Kra\u00admatorsk": "match", "Lyman": "replaced"}


def test_numbers_of_another_reference_are_read_in_the_target_language() -> None:
    further = [["Es waren drei Millionen Menschen."]]
    hyps, refs = ["Es waren 3 Millionen Menschen."], ["Es waren 4 Millionen Menschen."]
    (error,) = find_entity_errors(hyps, refs, target_language="de", other_references=further)[0]
    assert error.status == "variant"
