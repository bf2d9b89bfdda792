from decimal import Decimal

import pytest

from mtqe.entities.numbers.units import convert, dimension, equal_measures, is_part, same_unit, terms


@pytest.mark.parametrize(
    ("language", "word", "kind", "name"),
    [
        ("en", "kilometres", "unit", "kilometer"),
        ("en", "square kilometers", "unit", "square-kilometer"),
        ("en", "m", "unit", "meter"),
        ("de", "Kilometer", "unit", "kilometer"),
        ("de", "Tonnen", "unit", "tonne"),
        ("uk", "кілометрів", "unit", "kilometer"),
        ("ru", "лет", "time", "year"),
        ("fr", "heures", "time", "hour"),
        ("uk", "гривень", "money", "hryvnia"),
        ("cs", "CZK", "money", "crown"),
        ("ru", "процентов", "percent", "percent"),
    ],
)
def test_words_after_a_number(language: str, word: str, kind: str, name: str) -> None:
    found = terms(language)[word]
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("language", "word", "power"),
    [
        ("de", "Mio", 6),
        ("de", "Billion", 12),
        ("en", "billion", 9),
        ("ru", "тыс", 3),
        ("uk", "млн", 6),
        ("zh", "亿", 8),
    ],
)
def test_magnitudes_of_a_language(language: str, word: str, power: int) -> None:
    assert terms(language)[word].factor == 10**power


def test_a_language_without_data_knows_symbols_and_english() -> None:
    assert terms("xx")["km"].name == "kilometer"
    assert terms("xx")["$"].name == "dollar"


def test_measures_convert() -> None:
    assert equal_measures(Decimal(5), "kilometer", Decimal("3.1"), "mile")
    assert equal_measures(Decimal("9.2"), "kilometer", Decimal(9200), "meter")
    assert not equal_measures(Decimal("9.2"), "kilometer", Decimal(9300), "meter")  # metric units convert exactly
    assert equal_measures(Decimal(50), "fahrenheit", Decimal(10), "celsius")
    assert not equal_measures(Decimal(5), "kilometer", Decimal(5), "kilogram")
    assert equal_measures(Decimal(90), "minute", Decimal("1.5"), "hour")
    assert convert(Decimal(2), "kilometer", "meter") == 2000
    assert is_part("second", "minute")
    assert not is_part("meter", "hour")


def test_names_of_one_unit() -> None:
    assert same_unit("degree", "celsius")
    assert same_unit("meter/second", "meter")
    assert not same_unit("meter/second", "meter/minute")
    assert dimension("meter/minute") == "length/duration"
    assert dimension("dollar") is None
