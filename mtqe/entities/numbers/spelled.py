"""Numbers in words, and the names of months and weekdays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from mtqe.entities.numbers.amounts import CLOCK, Number, clock_values, complete
from mtqe.entities.numbers.words import NumberWord, vocabulary, word_reader

_AFTER_DIGIT = re.compile(r"\d[\s-]?$")
_AND_HALF = re.compile(r"[\s-]and[\s-](?:a|one)[\s-](half|quarter|third)\b")
_CENTURY = re.compile(r"[\s-]centur")
_ONE = re.compile(r"\b(?:a|one)[\s-]$")
_PAST = re.compile(r"\s(?:minutes\s)?(past|to)\s")
_WORD = re.compile(r"[^\W\d_]+")
_WORD_WITH_APOSTROPHE = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_NOON = {"noon": 720, "midday": 720, "midnight": 0}
#: Case endings of months and weekdays by the last letter of the forms that CLDR has, and the letters they replace.
_CASES = {
    "ru": {
        "ь": "ю ем ём е",
        "й": "ю ем е",
        "т": "у ом е",
        "к": "а у ом е",
        "г": "а у ом е",
        "а": "ы у е ой ей",
        "е": "я ю",
    },
    "uk": {"я": "і ю ем ею", "а": "и і у ою ом"},
    "be": {"я": "і ю ем", "а": "ы у е ой ом"},
}
_DROPPED = frozenset("ьйаея")
#: What CLDR lacks otherwise.
_ALSO = {"en": {"Sept": ("month", 9)}, "uk": {"лютому": ("month", 2)}}
_GAPS = frozenset([" ", "-", "‑", "\u00a0", " and "])


def find_spelled(text: str, language: str) -> list[Number]:
    """Numbers in words, and the names of months and weekdays."""
    read, calendar = word_reader(language), _calendar_names(language)
    finder = _WORD_WITH_APOSTROPHE if language == "uk" else _WORD
    found: list[Number] = []
    run: _Run | None = None
    known = _known(language)
    for match in finder.finditer(text):
        written = match[0]
        if known is not None and written not in known:
            continue
        word = read(written)
        if word is None:
            name = calendar.get(written)
            if name is not None:
                found.append(Number(match.start(), match.end(), frozenset([name]), "date"))
            elif language == "en" and written in _NOON:
                found.append(
                    Number(match.start(), match.end(), frozenset([("time", _NOON[written])]), "time", asked=False)
                )
            continue
        if run is not None:
            gap = text[run.end : match.start()]
            if run.last.role == "fraction" and run.words == 1 and gap == " " and written in ("a", "an"):
                run.end = match.end()  # half a million, half an hour
                continue
            if run.takes(word, gap):
                run.add(match.end(), word)
                continue
            found += _finish(text, language, run)
        run = _Run.of(match.start(), match.end(), word)
    if run is not None:
        found += _finish(text, language, run)
    return sorted(found, key=lambda number: number.start)


@lru_cache(maxsize=8)
def _known(language: str) -> frozenset[str] | None:
    """All words that may be read, as they may be written; None where compounds are."""
    words = vocabulary(language)
    return None if words is None else words | _calendar_names(language).keys() | _NOON.keys()


@dataclass(slots=True)
class _Run:
    """Number words that stand together, and the value that they have so far."""

    start: int
    end: int
    total: Decimal
    current: Decimal
    last: NumberWord
    asked: bool
    words: int = 1

    @classmethod
    def of(cls, start: int, end: int, word: NumberWord) -> _Run:
        asked = word.role != "implied" and not word.multiplies and word.value not in (1, Decimal("0.5"))
        run = cls(start, end, Decimal(0), Decimal(0), word, asked and word.role != "ordinal")
        run._add(word)
        return run

    def takes(self, word: NumberWord, gap: str) -> bool:
        """Whether the word goes on with the number: `two | hundred`, `hundred and | five`, not `five | six`."""
        last = self.last
        if last.role in ("ordinal", "decade") or word.role in ("implied", "decade") or gap not in _GAPS:
            return False
        if gap == " and " and not (last.multiplies and word.value < 100 and not word.multiplies):
            return False
        if word.role == "fraction":
            return last.value < 10 and self.words == 1
        if word.multiplies:
            return word.value > last.value or 0 < self.current < 1000 <= word.value
        if last.multiplies:
            return word.value < last.value
        if self._is_century(word):
            return gap != "-"
        place = 100 if last.value >= 100 else 10
        return last.value >= 20 and last.value % place == 0 and 0 < word.value < place

    def _is_century(self, word: NumberWord) -> bool:
        """The first half of a year: `nineteen | ninety-eight`."""
        return self.words == 1 and 13 <= self.last.value <= 20 and 10 <= word.value < 100 and not word.multiplies

    def add(self, end: int, word: NumberWord) -> None:
        self.asked = self.asked or self.last.role != "implied" or word.multiplies
        if self._is_century(word):
            self.current *= 100
        self._add(word)
        self.end, self.last, self.words = end, word, self.words + 1

    def _add(self, word: NumberWord) -> None:
        if word.role == "hundred":
            self.current = (self.current or Decimal(1)) * 100
        elif word.role == "scale":
            self.total, self.current = self.total + (self.current or Decimal(1)) * word.value, Decimal(0)
        elif word.role == "fraction" and self.current:
            self.current *= word.value
        else:
            self.current += word.value


def _finish(text: str, language: str, run: _Run) -> Iterator[Number]:
    start, end = run.start, run.end
    value = run.total + run.current
    if run.words == 1 and run.last.multiplies and _AFTER_DIGIT.search(text[max(0, start - 2) : start]):
        return  # the magnitude of digits
    if run.last.role == "implied":
        number = Number(start, end, frozenset([value]), asked=False, spelled=True)
        yield complete(text, language, number) if value in (1, Decimal("0.5")) else number
        return
    values: set[object] = {value, value + 1900} if run.last.role == "decade" else {value}
    if run.last.role == "ordinal" and 3 <= value <= 10 and _ONE.search(text[max(0, start - 5) : start]):
        values |= {1 / value, ("share", 1 / value)}
        run.asked = run.asked or text[end : end + 4] == " of "
    if run.last.role == "ordinal" and value > 2:  # the first and the second have other senses
        values |= ordinal(text, end, value)
    if run.last.role == "fraction" and value < 1:
        values.add(("share", value))
    number = Number(start, end, frozenset(values), asked=run.asked, spelled=True)
    clock = CLOCK.match(text, end)
    if clock is not None and clock["half"] and value <= 12 and value % 1 == 0 and not clock["minutes"]:
        yield Number(start, clock.end(), frozenset(clock_values(str(int(value)), clock)), "time", spelled=True)
        return
    if more := _AND_HALF.match(text, end):
        part = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal(1) / 3}[more[1]]
        number = replace(number, end=more.end(), values=frozenset([value + part]), asked=True)
    yield complete(text, language, number)


def ordinal(text: str, end: int, value: object) -> set[object]:
    return {("ordinal", value), ("century", value)} if _CENTURY.match(text, end) else {("ordinal", value)}


def past_hours(text: str, numbers: list[Number]) -> list[Number]:
    """`half past two`, `twenty to twelve`, `a quarter past six`: minutes and hour as one time of the day."""
    joined: list[Number] = []
    for number in numbers:
        last = joined[-1] if joined else None
        between = text[last.end : number.start] if last else ""
        word = _PAST.fullmatch(between)
        hours = {v for v in number.values if isinstance(v, Decimal) and 1 <= v <= 12} or (
            number.kind == "time" and {Decimal(0)}
        )
        minutes = _minutes(last) if last and word else None
        if last and word and minutes and hours and (word[1] == "past" or minutes > max(hours)):
            shift = minutes if word[1] == "past" else -minutes
            clock = {v[1] for v in number.values if isinstance(v, tuple) and v[0] == "time"}
            times = clock or {int(h) * 60 % 720 + half for h in hours for half in (0, 720)}
            values = frozenset(("time", (time + shift) % 1440) for time in times)
            joined[-1] = Number(last.start, number.end, values, "time", spelled=True)
        else:
            joined.append(number)
    return joined


def _minutes(number: Number) -> int | None:
    value = next((v for v in number.values if isinstance(v, Decimal)), None)
    if value in (Decimal("0.5"), Decimal("0.25")):
        return int(60 * value)
    if value is None or number.is_clock or not 5 <= value < 60:
        return None
    said = number.unit == "minute" or (number.unit is None and number.spelled and value % 5 == 0)
    return int(value) if said else None


@lru_cache(maxsize=32)
def _calendar_names(language: str) -> dict[str, tuple[str, int]]:
    """Months and weekdays, wide and abbreviated, as CLDR writes them; short names that are words are left out."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, tuple[str, int]] = {}
    for width in ("wide", "abbreviated"):
        for what, table in (("month", locale.months), ("day", locale.days)):
            for context in ("format", "stand-alone"):
                for number, name in table[context][width].items():
                    if len(name) > 1 and name.rstrip(".").isalpha() and name not in ("Sun", "Sat"):
                        found.setdefault(name.rstrip("."), (what, number))
    found |= _ALSO.get(language, {})
    for name, value in list(found.items()) if language in _CASES else ():
        for ending in _CASES[language].get(name[-1], "").split():
            found.setdefault(name[:-1] + ending if name[-1] in _DROPPED else name + ending, value)
    found |= {name.replace("ʼ", mark): value for name, value in found.items() for mark in "'’"}
    return found | {name.upper(): value for name, value in found.items()}
