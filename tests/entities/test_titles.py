"""Titles, ranks and roles: which are found in a text, and which of two say the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities import find_entity_errors
from mtqe.entities.mentions import Truecaser, scan, tokenise
from mtqe.entities.titles import Title, find_titles
from mtqe.results import EntityError

# The name beside the titles that are compared: no word of it is a title or a place.
NAME = "Marta Zvirenko"
WORDS = ["deputy", "chief", "minister", "of", "foreign", "the", "major", "general", NAME, "in", "affairs", "came", ","]


def titles(text: str) -> list[tuple[str, Title]]:
    found = scan(text)
    tokens = tokenise(found, Truecaser([found], "en"))
    return [(text[tokens[t.first].start : tokens[t.last].end], t) for t in find_titles(text, tokens)]


def verdicts(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> list[EntityError]:
    errors = find_entity_errors([hyp], [ref], [source] if source else None, source_language=language)[0]
    return [error for error in errors if error.is_error]


def spans(errors: list[EntityError], hyp: str, ref: str) -> list[tuple[str, str, str]]:
    return [(e.status, ref[slice(*e.ref_span or (0, 0))], hyp[slice(*e.hyp_span or (0, 0))]) for e in errors]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Yesterday Deputy Economy Minister {NAME} came.", "Deputy Economy Minister"),
        ("Then the minister of foreign affairs came.", "minister of foreign affairs"),
        (f"They met {NAME}, a retired major.", "retired major"),
        ("A lieutenant colonel came.", "lieutenant colonel"),
        (f"Major General {NAME} came.", "Major General"),
        ("It was the chief of staff.", "chief of staff"),
    ],
)
def test_a_title_is_its_head_with_what_says_which_it_is(text: str, title: str) -> None:
    assert [found for found, _ in titles(text)] == [title]


@pytest.mark.parametrize("text", ["It is a major problem.", "They count on it.", "A deputy epidemiologist came."])
def test_words_that_are_titles_elsewhere_are_none_before_a_noun(text: str) -> None:
    assert titles(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"The coach {NAME} came.", "Marta"),
        (f"The coach, Dr {NAME}, came.", "Marta"),
        (f"Then {NAME}, the new coach, came.", "Zvirenko"),
        (f"The head of the regional administration, {NAME}, came.", "Marta"),
        ("The coach came.", None),
    ],
)
def test_a_title_touches_the_name_beside_it(text: str, name: str | None) -> None:
    (_, title), tokens = titles(text)[0], tokenise(scan(text), Truecaser([scan(text)], "en"))
    assert (tokens[title.name].text if title.name is not None else None) == name


@pytest.mark.parametrize(
    ("wanted", "given_"),
    [
        ("Major General", "Lieutenant Colonel"),
        ("Staff Sergeant", "headquarters sergeant"),
        ("Senior Sergeant", "elder sergeant"),
        ("Foreign Secretary", "Secretary of State"),
        ("Prime Minister", "Foreign Minister"),
        ("Interior Minister", "Minister of Defence"),
        ("Deputy Minister of Health", "Minister of Health"),
        ("Transport Minister", "Traffic Minister"),
        ("head coach", "goalkeeper"),
        ("Archbishop", "Cardinal"),
        ("Judge", "Prosecutor"),
        ("Professor", "Ambassador"),
        ("District administrator", "Country council"),
        ("Queen", "Duchess"),
    ],
)
def test_another_title_beside_the_same_name_is_wrong(wanted: str, given_: str) -> None:
    ref, hyp = (f"Yesterday the guests met {title} {NAME} there." for title in (wanted, given_))
    found = [error for error in verdicts(hyp, ref) if error.rule == "title"]
    assert [(r, h) for _, r, h in spans(found, hyp, ref)] == [(wanted, given_)]
    assert found[0].status in ("replaced", "mistranslated")


@pytest.mark.parametrize(
    ("wanted", "given_"),
    [
        ("Deputy Economy Minister", "Deputy Minister of the Economy"),
        ("Deputy Minister of Foreign Affairs", "Vice Foreign Minister"),
        ("Prime Minister", "Premier"),
        ("Foreign Secretary", "Foreign Minister"),
        ("Treasury Secretary", "Secretary of the Treasury"),
        ("Lieutenant Colonel", "Lt Col"),
        ("Brigadier General", "Brig. Gen."),
        ("Lieutenant General", "General"),
        ("Chairwoman", "chair"),
        ("Mayor", "head of the city"),
        ("head coach", "senior trainer"),
        ("Police Chief", "chief of police"),
        ("Spokeswoman", "press secretary"),
        ("Lieutenant Governor", "deputy governor"),
        ("Prosecutor General", "Attorney General"),
        ("Princess", "Duchess"),
        ("biologist", "naturalist"),
        ("researcher", "gerontologist"),
    ],
)
def test_the_same_title_in_other_words_is_right(wanted: str, given_: str) -> None:
    ref, hyp = (f"Yesterday the guests met {title} {NAME} there." for title in (wanted, given_))
    assert verdicts(hyp, ref) == []
    assert verdicts(ref, hyp) == []


def test_titles_before_and_behind_a_name_are_compared() -> None:
    ref = f"It was {NAME}, a retired major, who came."
    hyp = f"It was the retired mayor {NAME} who came."
    assert spans(verdicts(hyp, ref), hyp, ref) == [("replaced", "retired major", "retired mayor")]


def test_a_title_alone_is_compared_with_the_one_in_its_place() -> None:
    ref, hyp = (f"In the evening the {title} promised better roads." for title in ("governor", "ambassador"))
    assert spans(verdicts(hyp, ref), hyp, ref) == [("replaced", "governor", "ambassador")]


def test_a_title_that_stands_elsewhere_is_not_missing() -> None:
    ref = f"Governor {NAME} met the ambassador."
    hyp = f"The ambassador met {NAME}, who is the governor."
    assert verdicts(hyp, ref) == []


def test_ministries_are_told_by_their_fields() -> None:
    ref, hyp = (f"This was said by the {field} Ministry in the evening." for field in ("Interior", "Defence"))
    (error,) = verdicts(hyp, ref)
    assert (error.status, error.type) == ("replaced", "organisation")
    same = "This was said by the Ministry of Internal Affairs in the evening."
    assert verdicts(same, ref) == []


def test_a_title_left_as_in_the_source_is_untranslated() -> None:
    ref, hyp = (f"Yesterday the guests met {title} {NAME} there." for title in ("Master Sergeant", "Stabsfeldwebel"))
    errors = verdicts(hyp, ref, f"Gestern trafen die Gäste Stabsfeldwebel {NAME}.", "de")
    assert ("untranslated", "Master Sergeant", "Stabsfeldwebel") in spans(errors, hyp, ref)


def test_a_title_that_is_left_out_is_a_hint() -> None:
    ref, hyp = f"Yesterday the guests met Professor {NAME} there.", f"Yesterday the guests met {NAME} there."
    errors = [error for error in find_entity_errors([hyp], [ref])[0] if error.type == "title"]
    assert [(error.status, error.is_error) for error in errors] == [("omitted", False)]


def test_titles_are_english_alone() -> None:
    ref, hyp = f"Gestern kam General {NAME}.", f"Gestern kam Major {NAME}."
    errors = find_entity_errors([hyp], [ref], target_language="de")[0]
    assert all(error.rule != "title" for error in errors)


@given(st.lists(st.sampled_from(WORDS)))
def test_titles_are_in_order_and_apart(words: list[str]) -> None:
    found = [title for _, title in titles(" ".join(words))]
    assert all(title.first <= title.head <= title.last for title in found)
    assert all(a.last < b.first for a, b in pairwise(found))


@given(st.lists(st.sampled_from(WORDS)))
def test_a_text_has_the_titles_that_it_has(words: list[str]) -> None:
    text = " ".join(words)
    assert all(error.rule != "title" for error in verdicts(text, text))


def test_a_people_that_neither_the_reference_nor_the_source_has_is_hallucinated() -> None:
    ref, hyp = f"The guests met the sculptor {NAME}.", f"The guests met the Bulgarian sculptor {NAME}."
    errors = verdicts(hyp, ref, "Гости встретили скульптора Марту Звиренко.", "ru")
    assert spans(errors, hyp, ref) == [("hallucinated", "", "Bulgarian")]
    assert verdicts(hyp, ref, "Гости встретили болгарского скульптора Марту Звиренко.", "ru") == []
    assert verdicts(hyp.replace("Bulgarian", "Russian"), ref, "Гости встретили скульптора Марту Звиренко.", "ru") == []


@pytest.mark.parametrize(("wanted", "given_"), [("Peruvians", "Chileans"), ("Icelanders", "Bosnians")])
def test_one_people_for_another_is_replaced(wanted: str, given_: str) -> None:
    ref, hyp = (f"There the {people} sent a boat for {NAME}." for people in (wanted, given_))
    assert spans(verdicts(hyp, ref), hyp, ref) == [("replaced", wanted, given_)]


def test_a_rank_that_is_left_out_is_an_error() -> None:
    errors = find_entity_errors(["They met Yurii Sokil."], ["They met Colonel Yurii Sokil."])[0]
    assert [error.status for error in errors if error.is_error] == ["omitted"]
