"""Spellings of one name by two published romanisations. All sentences are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities import find_entity_errors
from mtqe.entities.forms import romanisation_key
from mtqe.entities.romanisations import wade_giles

CHINESE = [
    ("pudong", "putung"),
    ("xiamen", "hsiamen"),
    ("zhejiang", "chechiang"),
    ("sichuan", "ssuchuan"),
    ("guangzhou", "kuangchou"),
    ("dezhou", "techou"),
    ("luoyang", "loyang"),
    ("xueye", "hsuehyeh"),
    ("rizhao", "jihchao"),
    # Postal
    ("nanjing", "nanking"),
    ("tianjin", "tientsin"),
    ("chongqing", "chungking"),
    ("hangzhou", "hangchow"),
    ("xian", "sian"),
]


@pytest.mark.parametrize(("pinyin", "other"), CHINESE)
def test_wade_giles_of_pinyin(pinyin: str, other: str) -> None:
    assert other in wade_giles(pinyin)


@pytest.mark.parametrize("form", ["", "xia", "london", "kharkiv", "3com", "beijing2", "a" * 50])
def test_what_is_no_name_in_pinyin_has_no_wade_giles(form: str) -> None:
    assert not wade_giles(form)


SYLLABLES = ["bei", "jing", "xi", "an", "zhang", "e", "ai", "gan", "guang"]


@given(st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=5).map("".join))
def test_a_form_is_not_its_own_wade_giles(form: str) -> None:
    assert form not in wade_giles(form)


SAME = [
    ("He was born in Hsia-men in May.", "He was born in Xiamen in May."),
    ("He was born in Xiamen in May.", "He was born in Hsia-men in May."),
    ("The road from P'u-tung is closed.", "The road from Pudong is closed."),
    ("The road from Tientsin is closed.", "The road from Tianjin is closed."),
]


@pytest.mark.parametrize(("hyp", "ref"), SAME)
def test_wade_giles_and_pinyin_are_one_name(hyp: str, ref: str) -> None:
    errors = find_entity_errors([hyp], [ref], source_language="zh")[0]
    assert errors
    assert {error.status for error in errors} <= {"match", "variant"}


def test_pinyin_with_another_initial_is_another_name() -> None:
    error = find_entity_errors(["He was born in Quzhou."], ["He was born in Huzhou."], source_language="zh")[0][0]
    assert error.is_error


KEYS = [
    ("ko", "busan", "pusan"),
    ("ko", "jeonju", "chonju"),
    ("ja", "shizuoka", "sizuoka"),
    ("ja", "chiba", "tiba"),
    ("ja", "ohno", "ono"),
    ("ja", "jinja", "zinzya"),
    ("ar", "mohamad", "muhammad"),
    ("ar", "ahmed", "ahmad"),
    ("el", "chania", "hania"),
    ("he", "chaim", "haim"),
    ("he", "tzfat", "tsfat"),
    ("de", "mueller", "muller"),
    ("cs", "prague", "prag"),
    (None, "abou", "abu"),
]


@pytest.mark.parametrize(("language", "one", "other"), KEYS)
def test_romanisations_have_one_key(language: str | None, one: str, other: str) -> None:
    assert romanisation_key(one, language) == romanisation_key(other, language)


def test_key_of_other_languages_keeps_sounds_apart() -> None:
    assert romanisation_key("busan", "ru") != romanisation_key("pusan", "ru")
