"""Numbers by value in running text: digits of any script, words, dates, times, scores and ranges."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import regex

from mtqe.entities.numbers.amounts import CLOCK, Number, clock_values, complete, currency, is_clock, parse_digits
from mtqe.entities.numbers.spelled import find_spelled, ordinal, past_hours
from mtqe.entities.numbers.units import CURRENCY_SIGNS, convert, is_part
from mtqe.languages import language_of

__all__ = ["Number", "find_numbers", "parse_digits"]

_SIGNS = "".join(CURRENCY_SIGNS)
_DIGITS = regex.compile(
    r"""(?:(?<![\p{Lu}\p{Ll}\p{Nd}]|\p{Nd}[.,])|(?<=(?<!\p{L})(?:US|\p{Lu}{3})))  # not within a word or number
    \p{Nd}+(?:[.,'’·・，．\u00a0\u2009\u202f٬٫](?=\p{Nd})\p{Nd}+|\x20(?=\p{Nd}{3}(?!\p{Nd}))\p{Nd}{3})*""",
    regex.VERBOSE,
)
#: Digits within a word (A4, F-35, COVID-19, windows11) are its name; what is glued to a currency's code is not.
_CODE = regex.compile(r"\p{Lu}\p{L}*[-‑]?\p{Nd}[\p{L}\p{Nd}]*")
_GLUED = regex.compile(r"(?<=\p{Ll})\p{Nd}+(?![\p{L}\p{Nd}])")
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": str(Decimal(1) / 3), "⅔": str(Decimal(2) / 3), "⅛": "0.125"}
_FRACTION = regex.compile(r"\s?([½¼¾⅓⅔⅛])|\s([1-9])/([2-9])(?![\p{Nd}/])|/([2-9])(?![\p{Nd}/.,])")
_ORDINAL = regex.compile(r"(?:st|nd|rd|th)\b")
_DECADE = regex.compile(r"['’]?(?:s|er)\b|[-‑]?(?:х|ті|тих|е)\b")
#: Hours, minutes and seconds that something took; two parts need decimals to be none of the day.
_ELAPSED = regex.compile(
    r"(?:(\p{Nd}{1,3}):(?=\p{Nd}{2}:))?(\p{Nd}{1,2}):(\p{Nd}{2})(?:[.,](\p{Nd}{1,3}))?(?!\p{Nd}|:\p{Nd})"
)
#: A year before a second one of two digits (2019–20), and the number of an item in a list.
_SEASON = re.compile(r"(?<!\d)([12]\d)\d{2}[-–/]$")
_LIST_MARK = re.compile(r"\s*\d{1,2}[.)]\s")
_DATE = regex.compile(r"(?<!\p{Nd})(\p{Nd}{1,2})([./])\s?(\p{Nd}{1,2})\2\s?(\p{Nd}{4})(?!\p{Nd})")
_ISO_DATE = regex.compile(r"(?<!\p{Nd})(\p{Nd}{4})(-)(\p{Nd}{1,2})-(\p{Nd}{1,2})(?!\p{Nd})")
_SCORE_MARK = re.compile(r"\d\s?[-–:]\s?\d")
_SCORE = regex.compile(
    r"(?<![\p{L}\p{Nd}.,:-])(\p{Nd}{1,3})(?:\s?[–-]\s?|:\s?)(\p{Nd}{1,3})(?![\p{Nd}:]|[.,]\p{Nd}|[-–]\p{Nd})"
)
_RANGE = regex.compile(rf"\s?(?:[-–—~]|\s(?:to|or|and|bis|oder|und|до|или|або|и|і|à|a|y)\s)\s?[{_SIGNS}]?")
_AND = regex.compile(r"\s(?:and\s|und\s)?")
_ANY_DIGIT = re.compile(r"[\d½¼¾⅓⅔⅛]")
_CJK_NUMERALS = "〇零一二三四五六七八九两兩十百千万萬亿億兆"
_CJK = regex.compile(rf"(?:\p{{Nd}}+(?:[.,，．・]\p{{Nd}}+)*[{_CJK_NUMERALS[12:]}]*|[{_CJK_NUMERALS}])+")


def find_numbers(text: str, language: str = "en") -> list[Number]:
    """The numbers of a text, by position.

    Words for numbers are read in English, German, Russian and Ukrainian, and Chinese numerals in Chinese and Japanese;
    names of months, weekdays, units and currencies in any language of CLDR; digits of any script.
    """
    code = language_of(language)
    words = find_spelled(text, code)
    if _ANY_DIGIT.search(text) is None and code not in ("zh", "ja"):
        return _combine(text, code, words)
    numbers = [*_dates(text)]
    codes = [match.span() for match in _CODE.finditer(text) if not _is_currency(match.group(), code)]
    digits = _cjk(text, code) if code in ("zh", "ja") else _read_digits(text, code)
    numbers += _apart(digits, [*codes, *((number.start, number.end) for number in numbers)])
    numbers += _apart(words, [(number.start, number.end) for number in numbers])
    numbers.sort(key=lambda number: (number.start, number.end))
    return _combine(text, code, numbers)


def _combine(text: str, language: str, numbers: list[Number]) -> list[Number]:
    if len(numbers) < 2:
        return numbers
    kept = [numbers[0]]
    for number in numbers[1:]:
        last = kept[-1]
        if number.start < last.end:  # the half of `two and a half`
            continue
        if _AND.fullmatch(text, last.end, number.start) and (whole := _sum(last, number)):
            kept[-1] = whole
        else:
            kept.append(number)
    return _join_ranges(text, past_hours(text, kept) if language == "en" else kept)


def _sum(one: Number, other: Number) -> Number | None:
    """`36 minutes 42.6 seconds`, `6 feet 2 inches` as one measure, in the first unit."""
    if not (one.unit and other.unit and is_part(other.unit, one.unit)):
        return None
    values = {
        a + convert(b, other.unit, one.unit)
        for a in one.values
        for b in other.values
        if isinstance(a, Decimal) and isinstance(b, Decimal)
    }
    return replace(one, end=other.end, values=frozenset(values), asked=True)


def _apart(numbers: Iterable[Number], taken: Iterable[tuple[int, int]]) -> list[Number]:
    """The numbers that overlap with nothing that is taken."""
    offsets = {offset for start, end in taken for offset in range(start, end)}
    return [number for number in numbers if offsets.isdisjoint(range(number.start, number.end))]


def _read_digits(text: str, language: str) -> Iterator[Number]:
    scores: dict[int, regex.Match[str]] = {}
    if _SCORE_MARK.search(text):
        for score in _SCORE.finditer(text):
            scores[score.start()] = scores[score.start(2)] = score
    end = 0
    for match in _DIGITS.finditer(text):
        if match.start() < end:
            continue
        number = _read(text, language, match, scores.get(match.start()))
        end = number.end
        yield number
    for match in _GLUED.finditer(text):
        yield Number(*match.span(), frozenset(parse_digits(match.group())), asked=False)


def _read(text: str, language: str, match: regex.Match[str], score: regex.Match[str] | None) -> Number:
    """The number whose digits `match` holds, with what stands around them."""
    start, end = match.span()
    elapsed = _ELAPSED.match(text, start) if text[end : end + 1] == ":" else None
    if elapsed is not None and (elapsed[1] or elapsed[4]):
        hours, minutes, seconds, part = (int(group or 0) for group in elapsed.groups())
        tenths = Decimal(part).scaleb(-len(elapsed[4] or ""))
        total = 3600 * hours + 60 * minutes + seconds + tenths
        return Number(start, elapsed.end(), frozenset([total]), "time", "second")
    digits, after = match.group(), text[end : end + 2]
    clock = CLOCK.match(text, end)
    if clock is not None and is_clock(digits, clock):
        times = clock_values(digits, clock)
        if score is not None and not clock["half"]:
            times.add(_pair(score))
        return Number(start, clock.end(), frozenset(times), "time")
    values: set[object] = set(parse_digits(digits, language))
    if score is not None and ":" in score.group() and score.start() == start:
        return Number(*score.span(), frozenset([_pair(score)]))
    if score is not None:
        values.add(_pair(score))
    worded = after[:1].isalpha() or after[:1] in ("'", "’", "-", "‑")
    if worded and (ending := _ORDINAL.match(text, end)):
        return Number(start, ending.end(), frozenset(values | ordinal(text, ending.end(), min(parse_digits(digits)))))
    if worded and (ending := _DECADE.match(text, end)) and min(len(digits), 5) in (2, 4):
        values = _with_century(values)
        values |= {("century", v // 100 + 1) for v in values if isinstance(v, Decimal) and v % 100 == 0 and v}
        return Number(start, ending.end(), frozenset(values))
    season = _SEASON.search(text[max(0, start - 6) : start]) if len(digits) == 2 else None
    if season or (len(digits) == 2 and text[start - 1 : start] in ("'", "’")):
        century = int(season[1]) if season else 19
        values |= {value + 100 * century for value in values if isinstance(value, Decimal)}
    if after[:1] in (".", ")") and _LIST_MARK.match(text[: end + 2]):
        return Number(start, end, frozenset(values), asked=False)
    if after and not after[-1].isalpha() and (fraction := _FRACTION.match(text, end)):
        values, end = _add_fraction(values, fraction), fraction.end()
    return complete(text, language, Number(start, end, frozenset(values)))


def _pair(score: regex.Match[str]) -> tuple[object, ...]:
    return ("pair", int(score[1]), int(score[2]))


def _with_century(values: Iterable[object]) -> set[object]:
    known = set(values)
    return known | {value + 1900 for value in known if isinstance(value, Decimal) and value < 100}


def _add_fraction(values: set[object], fraction: regex.Match[str]) -> set[object]:
    if fraction[4]:
        return {value / int(fraction[4]) for value in values if isinstance(value, Decimal)} | values
    part = Decimal(_FRACTIONS[fraction[1]]) if fraction[1] else Decimal(fraction[2]) / Decimal(fraction[3])
    return {value + part for value in values if isinstance(value, Decimal)}


def _is_currency(code: str, language: str) -> bool:
    return currency(regex.sub(r"[-‑]?\p{Nd}.*", "", code), language) is not None


def _dates(text: str) -> Iterator[Number]:
    """Day, month and year of dates in digits, each on its own; day and month where their order is open."""
    for match in (*_DATE.finditer(text), *_ISO_DATE.finditer(text)):
        order = (1, 3, 4) if match.re is _DATE else (4, 3, 1)
        day, month, year = (int(match[group]) for group in order)
        either = {day, month} if match[2] == "/" and day <= 12 else None
        days, months = either or {day}, either or {month}
        if either is None and month > 12 >= day:  # 12/25
            days, months = {month}, {day}
        yield Number(match.start(order[0]), match.end(order[0]), frozenset(map(Decimal, days)), "date")
        yield Number(match.start(order[1]), match.end(order[1]), frozenset(("month", m) for m in months), "date")
        yield Number(match.start(order[2]), match.end(order[2]), frozenset([Decimal(year)]), "date")


def _join_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """The first end of a range has the magnitude and the unit of the second: `50 to 70 thousand`, `5-10 km`."""
    joined = list(numbers)
    for i in range(len(joined) - 2, -1, -1):
        one, other = joined[i], joined[i + 1]
        if not _RANGE.fullmatch(text, one.end, other.start) or one.unit or one.kind not in ("number", other.kind):
            continue
        value = max((v for v in one.values if isinstance(v, Decimal)), default=None)
        top = max((v for v in other.values if isinstance(v, Decimal)), default=None)
        if value is None or top is None or other.kind == "date":
            continue
        values = set(one.values)
        for power in (10**2, 10**3, 10**6, 10**9):
            if value < 1000 and power <= top < 10**16 and top % power == 0 and value * power <= top * 10:
                values.add(value * power)
        if other.kind == "time" and other.is_clock and value <= 24:
            half = 720 if all(v[1] >= 720 for v in other.values if isinstance(v, tuple) and v[0] == "time") else 0
            values.add(("time", int(value) * 60 % 720 + half))
        if other.kind == "percent":
            values |= {("share", v / 100) for v in one.values if isinstance(v, Decimal)}
        joined[i] = replace(one, values=frozenset(values), kind=other.kind, unit=other.unit)
    return joined


def _cjk(text: str, language: str) -> Iterator[Number]:
    """Numbers of Chinese and Japanese texts: digits with 万 and 億 between them, and numerals of two and more."""
    for match in _CJK.finditer(text):
        start, end = match.span()
        written = match.group()
        clock = CLOCK.match(text, end)
        if clock and written.isdecimal() and is_clock(written, clock):
            yield Number(start, clock.end(), frozenset(clock_values(written, clock)), "time")
            continue
        value = _cjk_value(written)
        if value is None:
            continue
        spelled = written[0] in _CJK_NUMERALS
        asked = not spelled or len(written) > 1
        number = complete(text, language, Number(start, end, frozenset([value]), asked=asked, spelled=spelled))
        after = text[number.end : number.end + 1]
        if after == "月" and value <= 12:
            yield Number(start, end + 1, frozenset([("month", int(value))]), "date")
        elif after in ("時", "时", "点") and value <= 24:
            yield replace(number, values=frozenset([value, ("time", int(value) * 60)]), kind="time", unit=None)
        else:
            yield number


def _cjk_value(written: str) -> Decimal | None:
    total, section = Decimal(0), Decimal(0)
    digits: Decimal | None = None
    for part in regex.findall(r"\p{Nd}+(?:[.,，．・]\p{Nd}+)*|.", written):
        value = max(parse_digits(part)) if unicodedata.decimal(part[0], None) is not None else _cjk_numeral(part)
        if value < 10 or part[0].isdecimal():
            digits = value if digits is None else digits * 10 + value
        elif value < 10**4:
            section, digits = section + (1 if digits is None else digits) * value, None
        else:
            total, section, digits = total + (section + (digits or 0) or 1) * value, Decimal(0), None
    return total + section + (digits or 0)


def _cjk_numeral(numeral: str) -> Decimal:
    return Decimal(int(unicodedata.numeric(numeral, 2)))  # the other two (两) has no value in Unicode
