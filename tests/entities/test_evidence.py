"""What a verdict rests on, and how sure it is. Every sentence is invented.

The weights are fitted anew now and then: the tests ask what evidence is found and which way it counts, not how much.
"""

import math

import pytest

from mtqe.entities import find_entity_errors
from mtqe.entities.weights import WEIGHTS
from mtqe.results import EntityError


def check(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> list[EntityError]:
    return find_entity_errors([hyp], [ref], [source], source_language=language)[0]


def finding(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> EntityError:
    """The one finding that is not in order, be it a verdict or a hint."""
    (found,) = (e for e in check(hyp, ref, source, language) if e.status not in ("match", "variant"))
    return found


LATE = "after the dinner we all left the old garden"

#: Rule, hypothesis, reference, evidence that is named.
ALONE = [
    ("spelling", "They saw Krametorsk.", "They saw Kramatorsk.", "near"),
    ("spelling", "We met Kovalenko.", "We met Kovalchuk.", "far apart"),
    ("spelling", "They saw Krametorsk.", "They saw Kramatorsk.", "a known place is wanted"),
    ("spelling", "They saw Austria.", "They saw Australia.", "a known place stands there"),
    ("spelling", "They saw Austria.", "They saw Australia.", "place"),
    ("spelling", "The Yard paid.", "The Yurdka paid.", "a common word stands there"),
    ("spelling", "They use a Boo-13 now.", "They use a Foo-13 now.", "a code is wanted"),
    ("spelling", "We met Anna Zalinko.", "We met Anna Zelinko.", "the rest of the name is right"),
    ("position", "They toured Madrid.", "They toured Kherson.", "a known place stands there"),
    ("position", "They asked Butcher.", "They asked Myasnenko.", "a common word stands there"),
    ("position", "They asked a Committee then.", "They asked UNHCR then.", "an acronym is wanted"),
    ("position", "They asked OPEC then.", "They asked Myasnenko then.", "an acronym stands there"),
    ("position", "Voters trust Qorva and later Lviv.", "Later voters in Lviv trust Zubrenko.", "the only one left"),
    ("missing", f"We met, and {LATE}.", f"We met Zubko, and {LATE}.", "nothing stands there"),
    ("missing", f"He went, and {LATE}.", f"He went to Lisbon, and {LATE}.", "a known place"),
    ("missing", f"We met, and {LATE}.", f"We met Anna Zubko, and {LATE}.", "several words"),
    ("missing", f"We met, and {LATE}.", f"We met UNHCR, and {LATE}.", "acronym"),
    ("missing", f"We flew, and {LATE}.", f"We flew an S-300, and {LATE}.", "code"),
    ("missing", "They left.", "They left with Zubko after a very long dinner.", "a shorter output"),
    ("words of the name", "They saw the farms office.", "They saw the Farms Museum.", "common words"),
    ("words of the name", "They saw the farms office.", "They saw the Farms Museum.", "other words stand there"),
    ("words of the name", "They saw the farms office.", "They saw the Farms Museum.", "its last word is missing"),
    ("extra name", "They praised the book by Qorvatheni.", "They praised the book.", "an unknown word"),
    ("extra name", "They praised the book by NASA.", "They praised the book.", "acronym"),
    ("extra name", "They praised the book from Portugal.", "They praised the book.", "country"),
    ("extra name", "They met Marta Qorvatheni.", "They met Marta.", "the rest of the name is right"),
]
WANTED, NOBODY = f"We saw Zubko, and {LATE}.", f"We saw nobody, and {LATE}."
#: The same with a source and its language.
WITH_SOURCE = [
    ("spelling", "We saw Zalko.", "We saw Zelko.", "Мы видели Зелко.", "ru", "the source is nearer the reference"),
    ("spelling", "We saw Zalko.", "We saw Zelko.", "Мы видели Зелко.", "ru", "the source has the reference's form"),
    ("spelling", "We saw Zalko.", "We saw Zelko.", "Wir sahen Zelko.", "de", "the source spells it so"),
    ("missing", NOBODY, WANTED, "Wir sahen Zubko.", "de", "the source has the same word"),
    ("missing", NOBODY, WANTED, "Мы видели Зубко.", "ru", "the source has it"),
    ("missing", NOBODY, WANTED, "Мы никого не видели.", "ru", "the source lacks it"),
    (
        "missing",
        f"They left, and {LATE}.",
        f"They left Iceland, and {LATE}.",
        "Они ушли.",
        "ru",
        "the source names no such country",
    ),
    ("extra name", "They met NASA.", "They met.", "Они встретились.", "ru", "the source lacks it"),
    ("extra name", "They met in Lisbon.", "They met.", "Они встретились.", "ru", "the source names no such place"),
]
CASES = [(*case[:3], None, None, case[3]) for case in ALONE] + WITH_SOURCE


@pytest.mark.parametrize(("rule", "hyp", "ref", "source", "language", "evidence"), CASES)
def test_a_finding_names_what_it_rests_on(
    rule: str, hyp: str, ref: str, source: str | None, language: str | None, evidence: str
) -> None:
    error = finding(hyp, ref, source, language)
    assert error.rule == rule
    assert evidence in error.evidence


def test_every_rule_with_weights_is_reached() -> None:
    cases = [case[1:5] for case in CASES]
    cases.append(("They asked the Committee there.", "They asked the Committee for Public Safety there.", None, None))
    rules = {e.rule for hyp, ref, source, language in cases for e in check(hyp, ref, source, language)}
    assert set(WEIGHTS) <= rules


def test_no_evidence_is_without_weight() -> None:
    named = {(e.rule, piece) for case in CASES for e in check(*case[1:5]) for piece in e.evidence}
    assert {(rule, piece) for rule, piece in named if piece not in WEIGHTS[rule]} == set()


def test_confidence_is_the_sum_of_the_weights() -> None:
    for case in CASES:
        error = finding(*case[1:5])
        weights = WEIGHTS[error.rule]
        odds = weights[""] + sum(weights[piece] for piece in error.evidence)
        assert error.confidence == pytest.approx(1 / (1 + math.exp(-odds)))


def test_what_is_in_order_needs_no_evidence() -> None:
    for hyp, ref in (("They saw Kharkiv.", "They saw Kharkiv."), ("They saw Kharkov.", "They saw Kharkiv.")):
        (error,) = check(hyp, ref)
        assert (error.is_error, error.evidence) == (False, ())


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        # A known place with another one in its place, and two unknown names.
        (("They toured Madrid.", "They toured Kherson."), ("They toured Zorbly.", "They toured Qenko.")),
        # A name in its place, and a word that may say the same.
        (("They asked Qenko.", "They asked Zorbly."), ("They asked Butcher.", "They asked Zorbly.")),
        # A spelling that is far from the right one, and one that is near.
        (("We met Kovalenka.", "We met Kovalchuk."), ("We met Kovalchyk.", "We met Kovalchuk.")),
        # A preposition without its name, and a sentence that is whole.
        (
            (f"He spoke to , and {LATE}.", f"He spoke to Zubko, and {LATE}."),
            (f"He spoke, and {LATE}.", f"He spoke to Zubko, and {LATE}."),
        ),
        # An invented name of no language, and a known one.
        (("He read books by Qorvatheni.", "He read books."), ("He read books by NASA.", "He read books.")),
    ],
)
def test_stronger_evidence_gives_more_confidence(surer: tuple[str, str], less: tuple[str, str]) -> None:
    assert finding(*surer).confidence > finding(*less).confidence


def test_the_source_moves_the_confidence_both_ways() -> None:
    hyp, ref = f"We saw nobody, and {LATE}.", f"We saw Zubko, and {LATE}."
    against = finding(hyp, ref, "Мы никого не видели.", "ru").confidence
    alone = finding(hyp, ref).confidence
    for_it = finding(hyp, ref, "Мы видели Зубко.", "ru").confidence
    assert against < alone < for_it


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [
        ("They fired an S-300 missile.", "They fired an S-400 missile."),
        ("They flew an F-16 home.", "They flew an F-35 home."),
    ],
)
def test_another_acronym_or_designation_is_an_error(hyp: str, ref: str) -> None:
    (error,) = check(hyp, ref)
    assert error.is_error


@pytest.mark.parametrize(("wrong", "right"), [("Iraq", "Iran"), ("Austria", "Australia"), ("Niger", "Nigeria")])
def test_another_country_is_no_slip_of_spelling(wrong: str, right: str) -> None:
    error = finding(f"They moved to {wrong}.", f"They moved to {right}.")
    assert (error.status, error.severity, error.is_error) == ("replaced", "critical", True)
