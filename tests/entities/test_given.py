"""Mentions given by a user: found in every form that is no error, and else what stands in their place."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.given import check_mentions
from mtqe.errors import InputError
from mtqe.results import EntityError


def check(mention: str, ref: str, hyp: str | None, language: str, source: str | None = None) -> EntityError:
    start = ref.index(mention)
    span = (start, start + len(mention))
    (error,) = check_mentions(hyp, ref, [span], source, source_language="en", target_language=language)
    assert error.ref_span == span
    return error


@pytest.mark.parametrize(
    ("language", "mention", "ref", "hyp", "status", "there"),
    [
        ("en", "Lake Naroch", "He saw Lake Naroch.", "He has seen lake Naroch.", "match", "lake Naroch"),
        ("de", "Felsendom", "der Felsendom steht", "die Kuppel des Felsendoms", "match", "Felsendom"),
        ("tr", "Konya Ovası", "Konya Ovası geniş", "Geniş Konya Ovası'nda", "match", "Konya Ovası"),
        ("ko", "한강", "한강은 길다", "긴 한강의 물", "match", "한강"),
        ("ar", "دمشق", "زار دمشق", "سافر لدمشق أمس", "match", "دمشق"),
        ("es", "Río Tíber", "el Río Tíber", "el Rio Tiber", "variant", "Rio Tiber"),
        ("pl", "Łódź", "miasto Łódź", "miasto Lodz", "variant", "Lodz"),
        ("ja", "アンナ・マリア", "アンナ・マリアは", "「アンナマリア」は", "variant", "アンナマリア"),
        ("ja", "ふかひれ", "ふかひれの味", "フカヒレの味", "variant", "フカヒレ"),
        ("zh", "阿波羅11號", "阿波羅11號的", "阿波羅１１號的", "variant", "阿波羅１１號"),
        ("ar", "إيلات", "مدينة إيلات", "مدينة ايلات", "variant", "ايلات"),
        ("ar", "المعبد", "زار المعبد", "ذهب للمعبد", "variant", "للمعبد"),
        ("tr", "Aydaki Adam", "Aydaki Adam filmi", "Ay'daki Adam filmi", "variant", "Ay'daki Adam"),
        ("de", "2. Cellosonate", "die 2. Cellosonate", "die Cellosonate Nr. 2", "variant", "Cellosonate Nr. 2"),
        ("ru", "Красная башня", "это Красная башня", "возле Красной башни", "variant", "Красной башни"),
        ("en", "Sergei Belov", "Sergei Belov came", "Sergey Belov came", "variant", "Sergey Belov"),
    ],
)
def test_the_mention_is_there(language: str, mention: str, ref: str, hyp: str, status: str, there: str) -> None:
    error = check(mention, ref, hyp, language)
    assert (error.status, error.is_error) == (status, False)
    assert error.hyp_span is not None
    assert hyp[slice(*error.hyp_span)] == there
    assert error.suggestion == (None if status == "match" else mention)


@pytest.mark.parametrize(
    ("language", "mention", "ref", "hyp", "source", "status", "there"),
    [
        ("es", "Puente Morado", "Es el Puente Morado.", "Es el Puente Mirado.", None, "misspelled", "Puente Mirado"),
        ("th", "วัดพิชยญาติการาม", "วัดพิชยญาติการามอยู่ที่ไหน", "วัดพิชญายติการามอยู่ที่ไหน", None, "misspelled", None),
        (
            "fr",
            "Le Saule pleureur",
            "Lit-il Le Saule pleureur ?",
            "Lit-il The Weeping Willow ?",
            "Does he read The Weeping Willow?",
            "untranslated",
            "The Weeping Willow",
        ),
        (
            "ja",
            "しだれ柳",
            "しだれ柳の著者",
            "The Weeping Willowの著者",
            "Who wrote The Weeping Willow?",
            "untranslated",
            "The Weeping Willow",
        ),
        ("fr", "Symphonie n° 9", "la Symphonie n° 9", "la Symphonie n° 8", None, "replaced", "Symphonie n° 8"),
        (
            "de",
            "Anna Kramer",
            "Wann starb Anna Kramer?",
            "Wann starb Paul Scholz?",
            "When did Anna Kramer die?",
            "replaced",
            "Paul Scholz",
        ),
        (
            "it",
            "Torre del Vento",
            "La Torre del Vento è alta.",
            "La Torre del Sole è alta.",
            None,
            "mistranslated",
            None,
        ),
        ("en", "Anna", "When did Anna die?", "When did die?", None, "omitted", None),
        ("en", "Anna", "When did Anna die?", " ", None, "omitted", None),
        ("en", "Anna", "When did Anna die?", None, None, "omitted", None),
    ],
)
def test_the_mention_is_not_there(
    language: str, mention: str, ref: str, hyp: str | None, source: str | None, status: str, there: str | None
) -> None:
    error = check(mention, ref, hyp, language, source)
    assert (error.status, error.is_error) == (status, True)
    assert error.suggestion == mention
    if there is not None:
        assert error.hyp_span is not None
        assert hyp is not None
        assert hyp[slice(*error.hyp_span)] == there
    assert (error.hyp_span is None) == (status == "omitted")


def test_of_several_places_the_nearest_is_marked() -> None:
    ref = "Oslo is far, said Eva; from here to Oslo it takes days"
    errors = check_mentions(ref, ref, [(0, 4), (36, 40)], target_language="en")
    assert [error.hyp_span for error in errors] == [(0, 4), (36, 40)]


def test_a_mention_within_a_word_is_found_within_a_word() -> None:
    assert check("land", "Das Saarland ist klein.", "Klein ist das Saarland.", "de").status == "match"
    assert check("Land", "Das Land ist klein.", "Klein ist das Saarland.", "de").is_error


def test_types() -> None:
    assert check("Der Turm", 'Er las "Der Turm" gern.', 'Er las "Der Turm" gern.', "de").type == "work"
    assert check("1984", "Er las 1984 gern.", "Er las 1985 gern.", "de").type == "number"
    assert check("Bonn", "Er war in Bonn.", "Er war in Bonn.", "de").type == "other"


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (5, 3), (0, 99), (5, 6)])
def test_spans_outside_the_reference(span: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="reference of 9 characters"):
        check_mentions("Paris", "Paris  is", [span], target_language="en")


TEXTS = st.text(st.sampled_from("abÉß ǅ-'.İ1٣アばー한가각กิ橋لاإ "), max_size=12)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["en", "de", "tr", "ar", "ja", "th", "uk"]))
def test_any_mention_is_found_in_its_own_reference(before: str, mention: str, after: str, language: str) -> None:
    ref = before + mention + after
    if mention.strip():
        span = (len(before), len(before) + len(mention))
        (error,) = check_mentions(ref, ref, [span], target_language=language)
        assert not error.is_error


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["en", "de", "tr", "ar", "ja", "th", "uk"]))
def test_findings_are_of_their_texts(ref: str, hyp: str, source: str, language: str) -> None:
    spans = [(i, j) for i in range(len(ref)) for j in range(i + 1, len(ref) + 1) if ref[i:j].strip()]
    errors = check_mentions(hyp, ref, spans, source, target_language=language)
    assert [error.ref_span for error in errors] == spans
    for error in errors:
        assert 0 <= error.confidence <= 1
        if error.hyp_span is not None:
            assert 0 <= error.hyp_span[0] < error.hyp_span[1] <= len(hyp)


def test_ea_mt(shared: Path) -> None:
    """Ten target languages; where one of several accepted forms is given, the others look like errors."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for line in (shared / "data/entities/eamt.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        span = tuple(row["label"]["ref_span"])
        (error,) = check_mentions(
            row["hyp"], row["ref"], [span], row["src"], source_language="en", target_language=row["tgt_lang"]
        )
        counts[row["label"]["has_error"], error.is_error] += 1
    recall = counts[True, True] / (counts[True, True] + counts[True, False])
    specificity = counts[False, False] / (counts[False, False] + counts[False, True])
    assert (recall + specificity) / 2 >= 0.92
    assert recall >= 0.96
    assert specificity >= 0.87
