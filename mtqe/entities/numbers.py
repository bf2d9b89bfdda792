"""Numbers by value: grouping, decimals, magnitudes, percent, money, times, months and weekdays in running text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import regex

from mtqe.text import language_of

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES += " seventeen eighteen nineteen"
_WORDS = {word: value for value, word in enumerate(_ONES.split())}
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), 2)}
_DECADES = {word[:-1] + "ies": value for word, value in _TENS.items()}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_MAGNITUDES = _SCALES | {"k": 10**3, "mln": 10**6, "mn": 10**6, "bln": 10**9, "bn": 10**9, "tln": 10**12, "tn": 10**12}
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), 1)}
#: Words that say a number without being one: they explain a number of the other side, and are not asked for.
_IMPLIED = {"a": 1, "an": 1, "single": 1, "both": 2, "pair": 2, "couple": 2, "twice": 2, "double": 2, "dozen": 12}
_SYMBOLS = {
    "$": "dollar",
    "€": "euro",
    "£": "pound",
    "¥": "yen",
    "₽": "ruble",
    "₴": "hryvnia",
    "₩": "won",
    "₹": "rupee",
}
_CURRENCY_WORDS = {"RMB": "yuan", "rouble": "ruble", "roubles": "ruble", "NIS": "shekel", "crowns": "crown"}
#: The crowns of five countries, whose names in English are one.
_CROWNS = frozenset(["krona", "króna", "krone", "koruna"])

#: Currencies whose names are looked for; the names of others are too often words (the real, the won of a verb).
_TRADED = "USD EUR GBP JPY CNY RUB UAH INR CHF SEK NOK DKK ISK PLN CZK HUF TRY CAD AUD HKD ILS KZT BYN ZAR MXN SGD THB"

_DIGITS = r"\p{Nd}+(?:[.,'’\u00a0\u202f٬٫](?=\p{Nd})\p{Nd}+|\x20(?=\p{Nd}{3}(?!\p{Nd}))\p{Nd}{3})*"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|k|mln|mn|bln|bn|tln|tn)\b"
_NUMBER = regex.compile(
    rf"""(?<![\p{{Lu}}\p{{Ll}}\p{{Nd}}])(?:(?P<before>[A-Z]{{0,3}}[$€£¥₽₴₩₹]|[A-Z]{{3}}\x20?)\s?)?(?P<digits>{_DIGITS})
    (?:(?P<ordinal>st|nd|rd|th)\b|(?P<decade>['’]?s)\b|
       (?P<minutes>:\s?\p{{Nd}}{{2}}(?!\p{{Nd}}))?(?P<half>\s?(?P<noon>[apAP])\.?[mM]\b)?)
    (?:[\s-]?(?P<magnitude>{_SCALE}))?
    (?=\s?(?:[-–—]|to|and|or)\s?[$€£]?\p{{Nd}}[\p{{Nd}}.,]*[\s-]?(?P<range>{_SCALE})|)
    (?:\s?(?P<percent>%|٪|per\s?cent\b|pct\b|percentage\spoints?\b))?
    (?:\s?(?P<after>[€₽₴₩₹]|(?:\p{{Lu}}\p{{L}}+\s)?\p{{L}}{{3,}}))?""",
    regex.VERBOSE,
)
_DATE = regex.compile(r"(?<!\p{Nd})(\p{Nd}{1,2})([./])(\p{Nd}{1,2})\2(\p{Nd}{4})(?!\p{Nd})")
_ISO_DATE = regex.compile(r"(?<!\p{Nd})(\p{Nd}{4})(-)(\p{Nd}{1,2})-(\p{Nd}{1,2})(?!\p{Nd})")
_WORD = regex.compile(r"\p{L}+")
_CODE = regex.compile(r"\p{Lu}\p{L}*[-‑]?\p{Nd}[\p{L}\p{Nd}]*")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: code points `[start, end)`, every value it may have, what it counts.

    `values` are numbers, or ("month", 7), ("day", 0), ("time", minutes); more than one where the writing is ambiguous
    (`1.500`). `kind` is an entity type: number, money, percent, date or time; `unit` a currency. `asked` is false for
    words that only imply a number (`both`), and for `one`.
    """

    start: int
    end: int
    values: frozenset[object]
    kind: str = "number"
    unit: str | None = None
    asked: bool = True
    spelled: bool = False

    def equals(self, other: Number) -> bool:
        """Whether the two can be one value; two times are compared to the minute."""
        values, others = (
            {v for v in n.values if isinstance(v, tuple)} if self.kind == other.kind == "time" else n.values
            for n in (self, other)
        )
        return bool(values & others)


def find_numbers(text: str, language: str = "en") -> list[Number]:
    """The numbers of a text, by position. Words for numbers are read in English; calendar names in any language."""
    dates = list(_dates(text))
    taken = [(number.start, number.end) for number in dates]
    taken += [match.span() for match in _CODE.finditer(text) if not _currency(match.group().rstrip("0123456789"))]
    digits = [n for n in map(_read, _NUMBER.finditer(text)) if not any(a < n.end and n.start < b for a, b in taken)]
    words = list(_spelled(text)) if language_of(language) == "en" else []
    return sorted([*dates, *digits, *words, *_calendar(text, language)], key=lambda n: (n.start, n.end))


def parse_digits(digits: str) -> frozenset[Decimal]:
    """Every value that a grouped or decimal writing may have: `1,234.5` has one, `1.234` two, `12,5` one."""
    plain = "".join(str(unicodedata.decimal(c, c)) for c in digits).translate({0x66C: ",", 0x66B: "."})
    plain = regex.sub(r"[\s'’]", "", plain)
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return frozenset([Decimal(plain)])
    last = marks[-1]
    whole, _, fraction = plain.rpartition(last)
    grouped = Decimal(regex.sub("[.,]", "", plain))
    decimal = Decimal(regex.sub("[.,]", "", whole) + "." + fraction)
    if len(set(marks)) > 1:
        return frozenset([decimal if marks.count(last) == 1 else grouped])
    if len(marks) > 1:
        return frozenset([grouped])
    if len(fraction) != 3 or whole.startswith("0") or len(whole) > 3:
        return frozenset([decimal])
    return frozenset([grouped] if last == "," else [decimal, grouped])


def _read(match: regex.Match[str]) -> Number:
    part = match.groupdict()
    start = match.start("digits") if not _currency(part["before"]) else match.start()
    end = max(match.end(name) for name in ("digits", "ordinal", "decade", "minutes", "half", "magnitude", "percent"))
    values: set[object] = set(parse_digits(part["digits"]))
    if part["minutes"] or part["noon"]:
        return Number(start, end, _time(part["digits"], part["minutes"], part["noon"]), "time")
    if part["decade"]:
        values |= {value + 1900 for value in values if isinstance(value, Decimal) and value < 100}
    if part["magnitude"]:
        values = {value * _MAGNITUDES[part["magnitude"]] for value in values if isinstance(value, Decimal)}
    elif part["range"]:  # 50 to 70 thousand
        values |= {value * _MAGNITUDES[part["range"]] for value in values if isinstance(value, Decimal)}
    unit = _currency(part["before"]) or _currency(part["after"])
    if unit and not _currency(part["before"]):
        end = match.end("after")
    kind = "percent" if part["percent"] else "money" if unit else "number"
    return Number(start, end, frozenset(values), kind, unit)


def _time(hours: str, minutes: str | None, noon: str | None) -> frozenset[object]:
    """Minutes after midnight, in both halves of the day where the writing leaves it open, and the hour as a number."""
    hour = int(min(parse_digits(hours)))
    clock = hour * 60 + (int(minutes.lstrip(": ")) if minutes else 0)
    times = (
        {clock % 720 + (720 if noon in "pP" else 0)} if noon else {clock, clock % 720 + 720 if hour <= 12 else clock}
    )
    return frozenset({("time", time) for time in times} | {Decimal(hour)} | {Decimal(time // 60) for time in times})


def _dates(text: str) -> Iterator[Number]:
    """Day, month and year of dates in digits, each on its own; day and month where their order is open."""
    for match in (*_DATE.finditer(text), *_ISO_DATE.finditer(text)):
        order = (1, 3, 4) if match.re is _DATE else (4, 3, 1)
        day, month, year = (int(match[group]) for group in order)
        either = {day, month} if match[2] == "/" and day <= 12 else None
        yield Number(match.start(order[0]), match.end(order[0]), frozenset(map(Decimal, either or {day})), "date")
        yield Number(
            match.start(order[1]), match.end(order[1]), frozenset(("month", m) for m in either or {month}), "date"
        )
        yield Number(match.start(order[2]), match.end(order[2]), frozenset([Decimal(year)]), "date")


def _spelled(text: str) -> Iterator[Number]:
    """English number words, with the run that they form: `two hundred and five`, `forty-two million`."""
    run: list[tuple[str, int, int]] = []
    for match in [*_WORD.finditer(text), None]:
        word = match.group().lower() if match else ""
        known = word in _WORDS or word in _TENS or word in _SCALES
        gap = text[run[-1][2] : match.start()] if run and match else ""
        if match and known and (not run or gap in (" ", "-", " and ")):
            run.append((word, *match.span()))
            continue
        if run and match and word == "and" and gap == " ":
            continue
        yield from _run(text, run)
        run = [(word, *match.span())] if match and known else []
        if match and word in _DECADES:
            values = frozenset([Decimal(_DECADES[word]), Decimal(1900 + _DECADES[word])])
            yield Number(match.start(), match.end(), values, spelled=True)
        elif match and word in _ORDINALS:
            yield Number(match.start(), match.end(), frozenset([Decimal(_ORDINALS[word])]), asked=False, spelled=True)
        elif match and word in _IMPLIED:
            yield Number(match.start(), match.end(), frozenset([Decimal(_IMPLIED[word])]), asked=False, spelled=True)


def _run(text: str, run: list[tuple[str, int, int]]) -> Iterator[Number]:
    after_digits = bool(run) and regex.search(r"\p{Nd}[\s-]?$", text[: run[0][1]]) is not None
    if not run or (after_digits and run[0][0] in _SCALES):
        return
    total, current, previous = 0, 0, ""
    for word, _, _ in run:
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
        else:
            current += _WORDS.get(word, 0) or _TENS.get(word, 0)
        previous = word
    asked = len(run) > 1 or (previous != "one" and previous not in _SCALES)
    yield Number(run[0][1], run[-1][2], frozenset([Decimal(total + current)]), asked=asked, spelled=True)


def _calendar(text: str, language: str) -> Iterator[Number]:
    names = _calendar_names(language_of(language))
    for match in _WORD.finditer(text):
        value = names.get(match.group()) or names.get(match.group().capitalize() if match.group().isupper() else "")
        if value:
            yield Number(match.start(), match.end(), frozenset([value]), "date")


@lru_cache(maxsize=8)
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
                    if name.rstrip(".").isalpha() and name not in ("Sun", "Sat"):
                        found.setdefault(name.rstrip("."), (what, number))
    return found


def _currency(text: str | None) -> str | None:
    """The name of a currency, without its country: `dollar` for $, US$, USD and dollars."""
    if not text:
        return None
    text = text.strip()
    return _SYMBOLS.get(text[-1]) or _currencies().get(text.split()[-1])


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    """Codes in upper case and English names in lower case to the name without its country."""
    from babel import Locale
    from babel.numbers import get_currency_name

    found: dict[str, str] = {}
    for code in _TRADED.split():
        name = Locale("en").currencies[code].split()[-1].lower()
        plural = get_currency_name(code, count=2, locale="en").split()[-1].lower()
        found |= dict.fromkeys((code, name, plural), "crown" if name in _CROWNS else name)
    return found | _CURRENCY_WORDS
