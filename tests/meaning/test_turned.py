"""Finders of changed meaning: polarity, opposites, roles, modality, tense and gender."""

from __future__ import annotations

import pytest

import mtqe
from mtqe.errors import ConfigError
from mtqe.meaning.antonyms import are_opposites, are_quantity_opposites
from mtqe.meaning.inflection import bases
from mtqe.results import ErrorSpan

CHANGED = [
    ("polarity", "She did not open the door.", "She opened the door.", "not", ""),
    ("polarity", "We want to see a new film today.", "We don't want to see a new film today.", "", "don't"),
    ("quantity", "The price has risen by 31 per cent.", "The price has fallen by 31 per cent.", "risen", "fallen"),
    ("quantity", "Before the war he taught here.", "After the war he taught here.", "Before", "After"),
    ("opposite", "The council rejected the plan.", "The council accepted the plan.", "rejected", "accepted"),
    ("roles", "Ukraine beat Poland in the final.", "Poland beat Ukraine in the final.", "Ukraine beat Poland", None),
    ("roles", "Putin prevented the fall of the town.", "Putin is prevented from taking the town.", "prevented", None),
    ("modality", "Drivers must pay a fee.", "Drivers may pay a fee.", "must", "may"),
    ("tense", "The minister will visit Kyiv.", "The minister visited Kyiv.", "will visit", "visited"),
    ("gender", "Yesterday she left the city.", "Yesterday he left the city.", "she", "he"),
]
SAME = [
    ("They were not unhappy about it.", "They were happy about it."),
    ("He was unable to catch the train.", "He could not catch the train."),
    ("Poland was beaten by Ukraine in the final.", "Ukraine beat Poland in the final."),
    ("Not only the mayor came.", "The mayor came, and others too."),
    ("It is not easy to learn it.", "It is hard to learn it."),
    ("On Monday the police arrested a man.", "The police arrested a man on Monday."),
    ("The bus line no. 410 runs daily.", "The 410 bus line runs daily."),
]


def flagged(hyp: str, ref: str) -> list[ErrorSpan]:
    return [error for error in mtqe.find_meaning_errors([hyp], [ref])[0] if error.confidence >= 0.5]


@pytest.mark.parametrize(("rule", "hyp", "ref", "hyp_text", "ref_text"), CHANGED)
def test_turned_meaning_is_marked_on_both_sides(
    rule: str, hyp: str, ref: str, hyp_text: str, ref_text: str | None
) -> None:
    found = [error for error in flagged(hyp, ref) if error.rule == rule]
    assert len(found) == 1
    assert found[0].category == "Accuracy/Mistranslation"
    assert found[0].hyp_span is not None
    assert hyp[slice(*found[0].hyp_span)] == hyp_text
    assert found[0].ref_span is not None
    assert ref_text is None or ref[slice(*found[0].ref_span)] == ref_text


@pytest.mark.parametrize(("hyp", "ref"), SAME)
def test_paraphrase_is_left_alone(hyp: str, ref: str) -> None:
    assert [error for error in flagged(hyp, ref) if error.rule not in ("dropped", "invented")] == []


@pytest.mark.parametrize("text", ["", "!", "not", "no no no", "He did not say that she would not go."])
def test_a_text_has_no_errors_against_itself(text: str) -> None:
    assert mtqe.find_meaning_errors([text], [text]) == [[]]


@pytest.mark.parametrize(("hyp", "ref"), [("", "not"), ("Nobody", ""), ("...", "He came."), ("не был", "He was not")])
def test_spans_lie_in_their_texts(hyp: str, ref: str) -> None:
    for error in mtqe.find_meaning_errors([hyp], [ref])[0]:
        for span, text in ((error.hyp_span, hyp), (error.ref_span, ref)):
            assert span is not None
            assert 0 <= span[0] <= span[1] <= len(text)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("importing", "exported", True),
        ("easier", "hardest", True),
        ("unable", "able", True),
        ("hopeful", "hopeless", True),
        ("invaluable", "valuable", False),
        ("door", "window", False),
    ],
)
def test_opposites_are_symmetric_and_inflected(one: str, two: str, expected: bool) -> None:
    assert are_opposites(one, two) == are_opposites(two, one) == expected


def test_quantities_are_a_kind_of_their_own() -> None:
    assert are_quantity_opposites("more", "less")
    assert not are_quantity_opposites("accept", "reject")


@pytest.mark.parametrize(
    ("word", "base"), [("fallen", "fall"), ("stopped", "stop"), ("denies", "deny"), ("making", "make")]
)
def test_bases(word: str, base: str) -> None:
    assert base in bases(word)


def test_candidates_are_for_english_and_one_list_a_segment() -> None:
    found = mtqe.find_meaning_errors(["He did not sign it.", "He signed it."], ["He signed it.", "He signed it."])
    assert [[span.rule for span in of] for of in found] == [["polarity"], []]
    with pytest.raises(ConfigError, match="for English, not 'de'"):
        mtqe.find_meaning_errors(["Er unterschrieb."], ["Er unterschrieb."], language="de")
    with pytest.raises(ConfigError, match="1 hyps, but 0 refs"):
        mtqe.find_meaning_errors(["One."], [])
