"""A number and its value: digits in every grouping, and the magnitude, unit, currency or time of day beside it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import regex

from mtqe.entities.numbers.units import CURRENCY_SIGNS, Term, first_words, terms
from mtqe.languages import UNSPACED, language_of

_SIGNS = "".join(CURRENCY_SIGNS)
_BEFORE = regex.compile(rf"(?:(?<!\p{{L}})\p{{L}}{{1,3}})?[{_SIGNS}]\s?$|(?<!\p{{L}})(?:\p{{Lu}}{{3}}[\s\u00a0]?|US)$")
CLOCK = re.compile(
    r"""(?P<minutes>[:.]\s?(\d{2})(?!\d))?
    (?P<half>\s?(?P<noon>[apAP])\.?\s?[mM]\b\.?|\s(?:o['’]clock)?\s?(?:in\sthe\s(?P<part>morning|afternoon|evening)|(?P<night>at\snight))
    |\so['’]clock|\sUhr\b|\s(?P<slavic>ранку|вечора|ночі|утра|вечера|ночи)\b)?""",
    re.VERBOSE,
)
_AFTER = re.compile(
    r"[\s\u00a0\u202f‑-]?(°\s?[CF]\b|[%٪％°€₽₴₩₹℃℉$£¥₪₺]|[^\W\d_]+(?:/[^\W\d_]+|[²³]|[23]\b)?)(?:[\s\u00a0-]([^\W\d_]+))?(?:[\s\u00a0-]([^\W\d_]+))?"
)
_PER = re.compile(r"\s?(?:/|per\s|an?\s|pro\s|за\s|на\s|в\s)\s?([^\W\d_]+)")
_HALF_MORE = re.compile(r"\sand\sa\s(half|quarter)\b")
_HALVES = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
_MILLION = re.compile(r"[\d\s][mм]$")
_PART_SIZES = {"halves": 2, "thirds": 3, "quarters": 4, "fifths": 5, "sixths": 6, "eighths": 8, "tenths": 10}
_PARTS = re.compile(rf"[\s-]({'|'.join(_PART_SIZES)})\b(\sof\san?\b)?")
_OF_A = re.compile(r"\sof\san?\b")
_SPACES = re.compile(r"[\s'’]")
#: Group and decimal marks of other scripts.
_MARKS = {0x66C: ",", 0x66B: ".", 0xFF0C: ",", 0xFF0E: ".", 0x30FB: ".", 0xB7: "."}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: code points `[start, end)`, every value it may have, what it counts.

    `values` are numbers, or ("month", 7), ("day", 0), ("time", minutes), ("share", a part of one), ("pair", 3, 1);
    more than one where the writing is ambiguous (`1.500`). `kind` is an entity type: number, money, percent, unit,
    date or time; `unit` a currency, or a unit of measure under CLDR's name (`kilometer`). `asked` is false for words
    that only imply a number (`both`), and for `one`.
    """

    start: int
    end: int
    values: frozenset[object]
    kind: str = "number"
    unit: str | None = None
    asked: bool = True
    spelled: bool = False

    def equals(self, other: Number) -> bool:
        """Whether the two can be one value; two times of the day are compared to the minute."""
        if self.is_clock and other.is_clock:
            return any(isinstance(v, tuple) and v in other.values for v in self.values)
        return not self.values.isdisjoint(other.values)

    @property
    def is_clock(self) -> bool:
        return self.kind == "time" and any(isinstance(v, tuple) and v[0] == "time" for v in self.values)


@lru_cache(maxsize=1 << 14)
def parse_digits(digits: str, language: str = "en") -> frozenset[Decimal]:
    """Every value that a grouped or decimal writing may have: `1,234.5` has one, `1.234` two, `12,5` one.

    A single mark before three digits groups them where the language groups with it; where it is the decimal mark,
    both readings stand, because translations keep the marks of their source.
    """
    plain = "".join(str(unicodedata.decimal(c, c)) for c in digits).translate(_MARKS)
    plain = _SPACES.sub("", plain)
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return frozenset([Decimal(plain)])
    last = marks[-1]
    whole, _, fraction = plain.rpartition(last)
    grouped = Decimal(whole.replace(".", "").replace(",", "") + fraction)
    decimal = grouped.scaleb(-len(fraction))
    if len(set(marks)) > 1:
        return frozenset([decimal if marks.count(last) == 1 else grouped])
    if len(marks) > 1:
        return frozenset([grouped])
    if len(fraction) != 3 or whole.startswith("0"):
        return frozenset([decimal])
    if last != _decimal_mark(language_of(language)):
        return frozenset([grouped])
    return frozenset([decimal, grouped] if len(whole) <= 3 else [decimal])


@lru_cache(maxsize=64)
def _decimal_mark(language: str) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    try:
        return get_decimal_symbol(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return "."


def is_clock(digits: str, clock: re.Match[str]) -> bool:
    """Hours with minutes after a colon, or hours (and minutes after any mark) that say the part of the day."""
    if clock["minutes"] and clock["minutes"][0] == ":":
        return digits.isdecimal() and int(digits) <= 24 and int(clock[2]) < 60
    hour, _, minutes = digits.partition(".")
    return bool(clock["half"]) and (digits.isdecimal() or len(minutes) == 2) and hour.isdecimal() and int(hour) <= 24


def clock_values(digits: str, clock: re.Match[str]) -> set[object]:
    """Minutes after midnight, in both halves of the day where the writing leaves it open, and the hour as a number."""
    hours, _, minutes = digits.partition(".")
    hour, minute = int(hours), int(minutes or clock[2] or 0)
    half = clock["noon"] or clock["part"] or clock["night"] or clock["slavic"] or ""
    late = half[:1] in ("p", "P") or half in ("afternoon", "evening", "вечора", "вечера")
    late = late or (half == "at night" and 6 <= hour < 12)
    time = hour * 60 + minute
    if half and hour <= 12:
        times = {time % 720 + (720 if late else 0)}
    else:
        both = 0 < hour <= 12 and " Uhr" not in (clock["half"] or "")
        times = {time % 1440, time % 720 + 720} if both else {time % 1440}
    return {("time", t) for t in times} | (set() if minute else {Decimal(hour), *(Decimal(t // 60) for t in times)})


def complete(text: str, language: str, number: Number) -> Number:
    """With the magnitude, percent, currency or unit that stands after it, or the currency before it."""
    start, money = _currency_before(text, number.start, language)
    values, end = number.values, number.end
    if language == "en" and (parts := _PARTS.match(text, end)):
        return _in_parts(text, language, number, parts)
    found, stop = _term_after(text, end, language)
    if number.spelled and found is None and (of := _OF_A.match(text, end)):  # a quarter of an hour
        found, stop = _term_after(text, of.end(), language)
    if found and (found.kind == "magnitude" or (money and found.name == "meter")):  # €5m
        factor = found.factor if found.kind == "magnitude" else Decimal(10**6)
        values, end = _scaled(values, factor), stop
        if more := _HALF_MORE.match(text, end):
            values, end = _raised(values, factor * _HALVES[more[1]]), more.end()
        found, stop = _term_after(text, end, language)
    if found is None or found.kind == "magnitude" or (money and found.kind != "money"):
        kind = "money" if money else number.kind
        return Number(start, end, values, kind, money, number.asked, number.spelled)
    kind, unit, end = found.kind, found.name, stop
    if kind in ("unit", "time"):
        if (per := _PER.match(text, end)) and (time := _duration(per[1], language)):
            unit, end = f"{unit}/{time}", per.end()
        if more := _HALF_MORE.match(text, end):  # a hectare and a half
            values, end = _raised(values, _HALVES[more[1]]), more.end()
        if unit == "meter" and _MILLION.search(text[start:stop]):
            values |= _scaled(values, Decimal(10**6))
    elif kind == "money":
        values = _scaled(values, found.factor)
    elif kind == "percent":
        values |= {("share", v / 100) for v in values if isinstance(v, Decimal)}
    asked = number.asked or (kind in ("unit", "money") and number.spelled)
    asked = asked or (kind == "time" and any(isinstance(v, Decimal) and v % 1 for v in values))  # half an hour
    return Number(start, end, values, kind, unit if kind != "percent" else None, asked, number.spelled)


def _in_parts(text: str, language: str, number: Number, parts: re.Match[str]) -> Number:
    """`two thirds`, `three quarters of an hour`; three quarters may be three of them, too."""
    share = Decimal(1) / _PART_SIZES[parts[1]]
    values = _scaled(number.values, share)
    whole, stop = _term_after(text, parts.end(), language) if parts[2] else (None, 0)
    if whole and whole.kind in ("unit", "time"):
        return Number(number.start, stop, values, whole.kind, whole.name, spelled=number.spelled)
    return replace(number, end=parts.end(1), values=number.values | values | {("share", v) for v in values})


def _scaled(values: frozenset[object], factor: Decimal) -> frozenset[object]:
    return frozenset(value * factor for value in values if isinstance(value, Decimal))


def _raised(values: frozenset[object], more: Decimal) -> frozenset[object]:
    return frozenset(value + more for value in values if isinstance(value, Decimal))


def _currency_before(text: str, start: int, language: str) -> tuple[int, str | None]:
    """The currency that stands before a number, and where it (or else the number) starts."""
    last = text[max(0, start - 2) : start].strip()[-1:]
    if last in CURRENCY_SIGNS or last.isupper():
        before = _BEFORE.search(text, max(0, start - 6), start)
        if before and (name := currency(before.group(), language)):
            return before.start(), name
    return start, None


def _duration(word: str, language: str) -> str | None:
    found = terms(language).get(word)
    return found.name if found and found.kind == "time" else None


def _term_after(text: str, end: int, language: str) -> tuple[Term | None, int]:
    """The term that starts here, of at most three words, and where it ends."""
    known = terms(language)
    if language in UNSPACED:
        for size in range(6, 0, -1):
            if found := known.get(text[end : end + size]):
                return found, min(end + size, len(text))
    match = _AFTER.match(text, end)
    if match is None:
        return None, end
    parts = [part for part in match.groups() if part]
    if not (parts[0][0].isupper() or parts[0] in first_words(language) or parts[0][0] == "°"):
        return None, end
    for size in range(len(parts), 0, -1):
        phrase = " ".join(parts[:size])
        found = known.get(phrase) or (known.get(phrase.lower()) if len(phrase) > 2 else None)
        if found is None and phrase[0] == "°":
            found = known.get(phrase.replace(" ", ""))
        if found:
            stop = match.end(size)
            return found, stop + (text[stop : stop + 1] == "." and found.kind == "magnitude" and language != "en")
    if len(parts) > 1 and parts[0][0].isupper() and (found := known.get(parts[1])) and found.kind == "money":
        return found, match.end(2)  # Czech crowns
    return None, end


def currency(text: str, language: str) -> str | None:
    """The name of a currency, without its country: `dollar` for $, US$ and USD."""
    text = text.strip()
    if text == "US":
        return "dollar"
    if text and text[-1] in CURRENCY_SIGNS:
        return CURRENCY_SIGNS[text[-1]]
    found = terms(language).get(text)
    return found.name if found and found.kind == "money" else None
