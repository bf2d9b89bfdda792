"""Names in other forms, whole or in part, and words left as the source has them. All sentences are invented."""

import pytest

from mtqe.entities import find_entity_errors
from mtqe.results import EntityError


def check(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> list[EntityError]:
    return find_entity_errors([hyp], [ref], [source], source_language=language)[0]


def answered(hyp: str, ref: str) -> dict[str, tuple[str, str]]:
    """The names of the reference: status and what the hypothesis has for them."""
    return {
        ref[slice(*e.ref_span)]: (e.status, hyp[slice(*e.hyp_span or (0, 0))]) for e in check(hyp, ref) if e.ref_span
    }


SAME = [
    # initials
    ("Yesterday G. Dimitrov won.", "Yesterday Grigor Dimitrov won."),
    ("G. Dimitrov won.", "Grigor Dimitrov won."),
    ("Grigor Dimitrov won.", "G. Dimitrov won."),
    ("They met J. Zvirenko there.", "They met Jaroslava Zvirenko there."),
    # acronyms: plural, with points, in another order of letters, and spelled out
    ("They sold a TV there.", "They sold TVs there."),
    ("They sold TVs there.", "They sold a TV there."),
    ("Two NGOs paid.", "Two NGO groups paid."),
    ("The U.N. paid them.", "The UN paid them."),
    ("The Old Bakers Union met.", "The OBU met."),
    ("The Union of Old Bakers met.", "The OBU met."),
    ("The OBU met.", "The Union of Old Bakers met."),
    # designations
    ("Turn left on the E 04 soon.", "Turn left on the E04 soon."),
    ("They flew an F16 home.", "They flew an F-16 home."),
    ("The Covid 19 ward shut.", "The Covid-19 ward shut."),
    # compounds
    ("The coronavirus measures ended.", "The Corona measures ended."),
    ("The Zvirenkobank paid.", "The Zvirenko Bank paid."),
    ("The Zvirenko Bank paid.", "The Zvirenkobank paid."),
    # names of mixed case
    ("She joined deCode last year.", "She joined deCode last year."),
    ("She joined DeCode last year.", "She joined deCode last year."),
    ("She joined Decode last year.", "She joined deCode last year."),
    ("She joined the AFD last year.", "She joined the AfD last year."),
    # a disease
    ("They fought the coronavirus there.", "They fought COVID-19 there."),
    ("They fought COVID-19 there.", "They fought Corona there."),
    # what an institution may as well be called
    ("The Zvirenko Federation met.", "The Zvirenko Association met."),
    ("They read the law on orchards.", "They read the Orchards Act."),
    ("He left North Zvirenko.", "He left Northern Zvirenko."),
    # forms of a given name
    ("They met Kate Zvirenko there.", "They met Catherine Zvirenko there."),
    ("They met Sasha Zvirenko there.", "They met Alexander Zvirenko there."),
    # a part of a person's name
    ("They met Zvirenko there.", "They met Jaroslava Zvirenko there."),
    ("They met Jaroslava Zvirenko there.", "They met Zvirenko there."),
]


@pytest.mark.parametrize(("hyp", "ref"), SAME)
def test_another_form_of_a_name_is_no_error(hyp: str, ref: str) -> None:
    assert [e for e in check(hyp, ref) if e.is_error] == []


@pytest.mark.parametrize(
    ("hyp", "ref", "name"),
    [
        ("Yesterday I. Melnyk won.", "Yesterday Grigor Dimitrov won.", "Grigor Dimitrov"),
        ("The Old Millers Union met.", "The OBU met.", "OBU"),
        ("Turn left on the E05 soon.", "Turn left on the E 04 soon.", None),
        ("She joined ZeBorg last year.", "She joined deCode last year.", "deCode"),
        ("They met Horobets there.", "They met Jaroslava Zvirenko there.", "Jaroslava Zvirenko"),
    ],
)
def test_another_name_is_an_error(hyp: str, ref: str, name: str | None) -> None:
    wrong = [e for e in check(hyp, ref) if e.is_error]
    assert wrong
    assert name in {None, *(ref[slice(*e.ref_span)] for e in wrong if e.ref_span)}


def test_the_span_of_an_initial_is_the_whole_name() -> None:
    hyp, ref = "Yesterday G. Dimitrov won.", "Yesterday Grigor Dimitrov won."
    assert answered(hyp, ref) == {"Grigor Dimitrov": ("variant", "G. Dimitrov")}


def test_a_surname_alone_is_a_variant() -> None:
    hyp, ref = "They met Zvirenko there.", "They met Jaroslava Zvirenko there."
    assert answered(hyp, ref) == {"Jaroslava Zvirenko": ("variant", "Zvirenko")}


def test_a_name_without_its_common_word_is_no_match() -> None:
    hyp, ref = "In spring Zvirenko won.", "In spring Zvirenko United won."
    assert answered(hyp, ref) == {"Zvirenko United": ("variant", "Zvirenko")}


def test_crossed_given_names_are_an_error() -> None:
    hyp, ref = "There Tony Bush met George Blair.", "There Tony Blair met George Bush."
    assert {status for status, _ in answered(hyp, ref).values()} == {"replaced"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("York", "New York"), ("Zealand", "New Zealand")],
)
def test_a_part_of_a_place_may_be_another_place(wrong: str, right: str) -> None:
    status, _ = answered(f"They moved to {wrong} in spring.", f"They moved to {right} in spring.")[right]
    assert status != "match"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Israeli troops", "Palestinian troops"),
        ("Manchester City", "Manchester United"),
        ("Kim Jong-il", "Kim Jong-un"),
        ("King Orban III", "King Orban II"),
        ("West Jerusalem", "East Jerusalem"),
        ("The Interior Ministry", "The Foreign Ministry"),
        ("The Ministry of Justice", "The Defence Ministry"),
        ("The White Army", "The Red Army"),
        ("COVID-22", "COVID-19"),
        ("Zvirenko", "Zvirenkoites"),
        ("Zvirenko", "Zvirenkoists"),
    ],
)
def test_another_person_or_people_is_not_called_right(wrong: str, right: str) -> None:
    errors = check(f"In spring {wrong} came back.", f"In spring {right} came back.")
    assert not {e.status for e in errors if e.ref_span} <= {"match", "variant"}


SAID = "The army left {} after {} spoke."


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [
        (SAID.upper(), SAID),
        (SAID.lower(), SAID),
        (SAID.title(), SAID),
        (SAID, SAID.upper()),
        (SAID.upper(), SAID.upper()),
        ("<p>The army left <b>{}</b> after <i>{}</i> spoke.</p>", SAID),
        ("The army left\u00a0{}\u00a0after \u202b{}\u202c spoke.\u200b", SAID),
        ("😀 The army left {} after\n{} spoke 😀", SAID),
    ],
)
def test_case_markup_and_space_say_nothing(hyp: str, ref: str) -> None:
    place, person = "Kherson", "Oksana Bondar"
    as_written = {SAID.upper(): str.upper, SAID.lower(): str.lower}
    right = hyp.format(place, person) if hyp not in as_written else as_written[hyp](SAID.format(place, person))
    wanted = ref.format(place, person) if ref not in as_written else as_written[ref](SAID.format(place, person))
    found = check(right, wanted)
    assert [e.status for e in found] == ["match", "match"]
    wrong = right.replace("Kherson", "Madrid").replace("kherson", "madrid").replace("KHERSON", "MADRID")
    assert [e.is_error for e in check(wrong, wanted)] == [True, False]


@pytest.mark.parametrize(
    "hole", ["He went to .", "He spoke with and left.", "The paper (, 2019) was read.", "'s book sold."]
)
def test_a_hole_in_the_sentence_tells_that_a_name_is_missing(hole: str) -> None:
    whole = {
        "He went to .": "He went to Horobets.",
        "He spoke with and left.": "He spoke with Zubko and left.",
        "The paper (, 2019) was read.": "The paper (Zubko, 2019) was read.",
        "'s book sold.": "Zvirenko's book sold.",
    }[hole]
    after = " Everyone in the old town had heard of it by then."
    (error,) = (e for e in check(hole + after, whole + after) if e.status != "match")
    assert (error.status, error.is_error) == ("omitted", True)
    assert "a hole in the sentence" in error.evidence


def test_a_sentence_that_is_broken_on_both_sides_has_no_hole() -> None:
    errors = check("He went to . Zubko left.", "He went to . Zubko and Petrenko left.")
    assert all("a hole in the sentence" not in e.evidence for e in errors)


@pytest.mark.parametrize(
    ("hyp", "source", "language", "left"),
    [
        ("He read the helgarritið at home.", "Hann las helgarritið heima.", "is", "helgarritið"),
        ("He fixed the kholodylnyk at home.", "Він полагодив холодильник удома.", "uk", "kholodylnyk"),
        ("He fixed the holodilnik at home.", "Он починил холодильник дома.", "ru", "holodilnik"),
        ("He ate ryoshutsu at home.", "彼は家で涼皮を食べた。", "ja", "ryoshutsu"),
    ],
)
def test_words_left_as_the_source_has_them(hyp: str, source: str, language: str, left: str) -> None:
    ref = "He had a thing at home."
    (error,) = check(hyp, ref, source, language)
    assert (error.status, error.is_error) == ("untranslated", True)
    assert hyp[slice(*error.hyp_span or (0, 0))] == left


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [
        ("He saw the restaurant at home.", "He saw the cafe at home."),  # the word of both languages
        ("He read the helgarritið at home.", "He read the helgarritið at home."),  # the reference has it too
    ],
)
def test_words_that_are_fine_in_the_target_language_stay(hyp: str, ref: str) -> None:
    source = "Hann sá restaurant og helgarritið heima."
    assert [e for e in check(hyp, ref, source, "is") if e.is_error] == []


def test_a_name_said_once_less_is_missing_in_a_hole_whatever_other_references_say() -> None:
    hyp, ref = "Kharkiv held out, and troops left for .", "Kharkiv held out, and troops left for Kharkiv."
    for others in (None, [["Kharkiv held out, and troops left for the city."]]):
        errors = find_entity_errors([hyp], [ref], other_references=others)[0]
        assert "hole" in {e.rule for e in errors if e.is_error}
