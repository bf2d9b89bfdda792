"""Words of the source left in the output, and names that the source lacks. Every sentence is invented."""

import pytest

from mtqe.entities import find_entity_errors
from mtqe.entities.knowledge.vocabulary import is_compound
from mtqe.results import EntityError

LEFT = [
    ("We met the Brandenburger.", "We met the Brandenburgers.", "Wir trafen die Brandenburger.", "de"),
    ("They flew to Krakau.", "They flew to Kraków.", "Sie flogen nach Krakau.", "de"),
    ("The Hessen were late.", "The Hessians were late.", "Die Hessen kamen zu spät.", "de"),
    ("They laid a Schwimmbrücke.", "They laid a floating bridge.", "Sie legten eine Schwimmbrücke.", "de"),
    ("She read “Rost und Reste” aloud.", "She read “Rust and Remains” aloud.", "Sie las „Rost und Reste“ vor.", "de"),
    ("He thanked Ragnari for it.", "He thanked Ragnar for it.", "Hann þakkaði Ragnari fyrir það.", "is"),
]
#: The last is a name that the reference keeps too.
NOT_LEFT = [
    ("They flew to Cologne.", "They flew to Köln.", "Sie flogen nach Köln.", "de"),
    ("We met Lindenberg there.", "We met him there.", "Wir trafen Lindenberg dort.", "de"),
    ("They won the Europa League.", "They won the Europe League.", "Sie gewannen die Europa League.", "de"),
    ("She read “Rost und Reste” aloud.", "She read “Rost und Reste” aloud.", "Sie las „Rost und Reste“ vor.", "de"),
]


def check(hyp: str, ref: str, source: str | None, language: str | None) -> list[EntityError]:
    return find_entity_errors([hyp], [ref], [source], source_language=language)[0]


def verdicts(hyp: str, ref: str, source: str | None, language: str | None) -> list[str]:
    return [error.status for error in check(hyp, ref, source, language) if error.is_error]


@pytest.mark.parametrize(("hyp", "ref", "source", "language"), LEFT)
def test_a_word_is_left_as_in_the_source(hyp: str, ref: str, source: str, language: str) -> None:
    assert set(verdicts(hyp, ref, source, language)) == {"untranslated"}


@pytest.mark.parametrize(("hyp", "ref", "source", "language"), NOT_LEFT)
def test_a_word_of_the_source_may_be_a_name(hyp: str, ref: str, source: str, language: str) -> None:
    assert verdicts(hyp, ref, source, language) == []


def test_a_foreign_word_where_a_name_is_missing() -> None:
    hyp, ref = "They say that кадирівці came.", "They say that Kadyrovites came."
    (error,) = (e for e in check(hyp, ref, "Кажуть, що прийшли кадирівці.", "uk") if e.rule == "script")
    assert hyp[slice(*error.hyp_span or ())] == "кадирівці"


SPELT = ("They thanked Anna Wendlandt.", "Sie dankten Anna Wendlandt.", "de")


def test_a_source_in_latin_script_spells_a_name() -> None:
    ref, source, language = SPELT
    assert verdicts("They thanked Anna Wendlantt.", ref, source, language) == ["misspelled"]
    assert verdicts("They thanked Anna Wendlandt.", ref, source, language) == []
    assert verdicts("They thanked Anna Müller.", "They thanked Anna Mueller.", "Sie dankten Anna Mueller.", "de") == []


def test_a_name_that_the_source_lacks() -> None:
    ref, source = "The chief came.", "Die Leiterin kam."
    assert verdicts("The chief came with Petra Schulz.", ref, source, "de") == ["hallucinated"]
    assert verdicts("The chief came with Petra Schulz.", ref, "Die Leiterin kam mit Petra Schulz.", "de") == []


@pytest.mark.parametrize("added", ["to the Baltic", "to the League", "from NATO", "to St Paul"])
def test_what_may_render_another_word_is_not_made_up(added: str) -> None:
    errors = check(f"The chief came {added}.", "The chief came.", "Die Leiterin kam.", "de")
    assert "the source lacks it" not in {error.rule for error in errors}


@pytest.mark.parametrize("word", ["schwimmbrücke", "reichsbahn", "eisheiligen"])
def test_compounds(word: str) -> None:
    assert is_compound(word, "de")
    assert not is_compound(word, "fr")
    assert not is_compound(word[:4], "de")
