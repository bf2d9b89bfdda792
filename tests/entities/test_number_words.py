from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities.numbers.find import find_numbers

_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
ENGLISH = [*_WORDS.split(), "seventeen", "eighteen", "nineteen"]
ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORTE = "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn"
GERMAN = [*_WORTE.split(), "siebzehn", "achtzehn", "neunzehn"]
GERMAN_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]


def say_english(n: int) -> str:
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if n >= size:
            return f"{say_english(n // size)} {name} {say_english(n % size)}".strip()
    if n >= 100:
        return f"{ENGLISH[n // 100 - 1]} hundred" + (f" and {say_english(n % 100)}" if n % 100 else "")
    if n >= 20:
        return ENGLISH_TENS[n // 10 - 2] + (f"-{ENGLISH[n % 10 - 1]}" if n % 10 else "")
    return ENGLISH[n - 1] if n else ""


def say_german(n: int) -> str:
    """Below a million, in one word."""
    if n >= 1000:
        return f"{say_german(n // 1000)}tausend{say_german(n % 1000)}"
    if n >= 100:
        return f"{GERMAN[n // 100 - 1]}hundert{say_german(n % 100)}"
    if n >= 20:
        return (f"{GERMAN[n % 10 - 1]}und" if n % 10 else "") + GERMAN_TENS[n // 10 - 2]
    return GERMAN[n - 1] if n else ""


def the_value(text: str, language: str) -> object:
    (number,) = find_numbers(text, language)
    assert text[number.start : number.end] == text
    (value,) = (value for value in number.values if isinstance(value, Decimal))
    return value


@given(st.integers(2, 10**9))
def test_english_numbers_are_read_back(n: int) -> None:
    assert the_value(say_english(n), "en") == n


@given(st.integers(2, 10**6 - 1).filter(lambda n: n % 100 != 1))
def test_german_compounds_are_read_back(n: int) -> None:
    assert the_value(say_german(n), "de") == n


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("two and a half million", "en", 2_500_000),
        ("half a million", "en", 500_000),
        ("nineteen ninety-eight", "en", 1998),
        ("a hundred", "en", 100),
        ("hundertein", "de", 101),
        ("drei Millionen zweihunderttausend", "de", 3_200_000),
        ("zwei Milliarden", "de", 2 * 10**9),
        ("anderthalb Millionen", "de", 1_500_000),
        ("zweiundvierzigsten", "de", 42),
        ("siebter", "de", 7),
        ("двести сорок пять тысяч триста", "ru", 245_300),
        ("двадцать один миллион", "ru", 21_000_000),
        ("двумястами пятьюдесятью", "ru", 250),
        ("полтора миллиарда", "ru", 1_500_000_000),
        ("сорок третьего", "ru", 43),
        ("двадцять п'ять", "uk", 25),
        ("двадцять п’ять", "uk", 25),
        ("п’ятсот шістнадцять тисяч", "uk", 516_000),
        ("півтори тисячі", "uk", 1500),
        ("шістьма мільйонами", "uk", 6_000_000),
        ("дев’яносто восьмого", "uk", 98),
        ("三十五", "ja", 35),
        ("1万4092", "ja", 14092),
        ("两百万", "zh", 2_000_000),
    ],
)
def test_numbers_in_words(text: str, language: str, value: int) -> None:
    assert the_value(text, language) == value


def test_words_beside_numbers_stay_apart() -> None:
    assert [n.values for n in find_numbers("five, six")] == [{Decimal(5)}, {Decimal(6)}]
    assert find_numbers("Achtung, wir erwarten Beachtung", "de") == []
    assert find_numbers("семью", "ru") == []  # the family, too
