from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.numbers import find_numbers, parse_digits
from mtqe.entities.quantities import match_numbers


def values(text: str, language: str = "en") -> list[set[object]]:
    return [set(number.values) for number in find_numbers(text, language)]


def statuses(hyp: str, ref: str) -> list[tuple[str, str]]:
    found = match_numbers(find_numbers(ref), find_numbers(hyp), (len(ref), len(hyp)))
    return [(finding.status, finding.rule) for finding in found]


@given(st.integers(0, 10**12), st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH", "en_IN", "uk_UA", "es_ES"]))
def test_an_integer_keeps_its_value_in_every_grouping(number: int, locale: str) -> None:
    from babel.numbers import format_decimal

    assert Decimal(number) in parse_digits(format_decimal(number, locale=locale))


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en_US", "de_DE", "fr_FR", "sv_SE"]))
def test_a_decimal_keeps_its_value_in_every_locale(number: Decimal, locale: str) -> None:
    from babel.numbers import format_decimal

    assert number in parse_digits(format_decimal(number, format="#,##0.00", locale=locale))


@given(st.integers(0, 10**9))
def test_digits_of_other_scripts_are_digits(number: int) -> None:
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(number))
    assert parse_digits(arabic) == {Decimal(number)}


@given(st.integers(0, 10**6), st.text(max_size=20), st.text(max_size=20))
def test_spans_hold_the_number(number: int, before: str, after: str) -> None:
    text = f"{before} {number:,} {after}"
    for found in find_numbers(text):
        assert 0 <= found.start < found.end <= len(text)
    spans = [(found.start, found.end) for found in find_numbers(text)]
    assert any(start <= len(before) + 1 < end for start, end in spans)


def test_a_point_before_three_digits_is_read_both_ways() -> None:
    assert parse_digits("1.500") == {Decimal("1.5"), Decimal(1500)}
    assert parse_digits("1,500") == {Decimal(1500)}
    assert parse_digits("12,5") == {Decimal("12.5")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 thousand", "1,500"),
        ("1.2 million", "1,200,000"),
        ("3 bn", "three billion"),
        ("two hundred and five", "205"),
        ("forty-two", "42"),
        ("the 7th", "seven"),
        ("5 p.m.", "17:00"),
        ("5:30 pm", "17:30"),
        ("the 1990s", "the '90s"),
        ("12 March", "March 12"),
        ("12/25/2020", "25.12.2020"),
        ("2020-12-25", "25.12.2020"),
        ("US$5", "5 dollars"),
        ("5 %", "5 percent"),
        ("€3 million", "3 million euros"),
        ("between 50 and 70 thousand", "50,000 to 70,000"),
    ],
)
def test_two_writings_of_one_value_match(one: str, other: str) -> None:
    for hyp, ref in ((one, other), (other, one)):
        assert {status for status, _ in statuses(hyp, ref)} == {"match"}, (hyp, ref)


@pytest.mark.parametrize(
    ("hyp", "ref", "rule"),
    [
        ("in 2020", "in 2022", "value"),
        ("1.5 million people", "1.5 billion people", "value"),
        ("nine years", "seven years", "value"),
        ("in May", "in July", "value"),
        ("on Monday", "on Sunday", "value"),
        ("at 17:06", "at 19:06", "value"),
        ("€20", "$20", "currency"),
        ("grew by 20", "grew by 20%", "percent dropped"),
        ("cost 20", "cost $20", "currency dropped"),
    ],
)
def test_another_value_is_wrong(hyp: str, ref: str, rule: str) -> None:
    assert ("wrong value", rule) in statuses(hyp, ref)


def test_missing_and_additional_numbers() -> None:
    assert statuses("They came.", "They came in 1999.") == [("omitted", "missing number")]
    assert statuses("They came in 1999.", "They came.") == [("hallucinated", "extra number")]
    assert statuses("the one he saw", "a man he saw") == []
    assert statuses("3 cars and then 4 cars", "3 cars and then 3 cars") == [
        ("match", "value"),
        ("wrong value", "value"),
    ]


def test_designations_are_no_numbers() -> None:
    assert values("an S-400 and COVID-19") == [{Decimal(1)}]
    assert find_numbers("S-400")[:1] == []


def test_months_are_read_in_the_language_of_the_text() -> None:
    assert ("month", 7) in values("17. Juli", "de")[1]
    assert values("17. Juli", "xx") == [{Decimal(17)}]
