"""Units, currencies and magnitudes as CLDR names them in a language, and how measures convert into each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mtqe.languages import language_of


@dataclass(frozen=True, slots=True)
class Term:
    """What a word after (or before) a number makes of it; `kind` is magnitude, percent, money, unit or time."""

    kind: str
    name: str
    factor: Decimal = Decimal(1)


#: Units by dimension and their size in its base unit, under the names of CLDR.
_SIZES = {
    "length": "kilometer 1000, meter 1, decimeter .1, centimeter .01, millimeter .001, mile 1609.344, yard .9144, "
    "foot .3048, inch .0254, nautical-mile 1852",
    "area": "square-kilometer 1000000, hectare 10000, square-meter 1, square-centimeter .0001, acre 4046.856, "
    "square-mile 2589988, square-foot .09290304, square-yard .83612736",
    "mass": "tonne 1000, kilogram 1, gram .001, milligram .000001, pound .45359237, ounce .02834952, stone 6.350293",
    "volume": "cubic-kilometer 1000000000000, cubic-meter 1000, hectoliter 100, liter 1, deciliter .1, centiliter .01, "
    "milliliter .001, cubic-centimeter .001, cubic-foot 28.31685, gallon 3.785412, pint .4731765, barrel 158.9873",
    "duration": "century 876600, decade 87660, year 8766, month 730.5, week 168, day 24, hour 1, "
    "minute .0166666666666667, second .000277777777777778",
    "energy": "gigawatt-hour 3600000000000, megawatt-hour 3600000000, kilowatt-hour 3600000, joule 1, kilojoule 1000, "
    "megajoule 1000000, calorie 4.184, kilocalorie 4184",
    "power": "gigawatt 1000000000, megawatt 1000000, kilowatt 1000, watt 1, horsepower 735.49875",
    "digital": "terabyte 1000000000000, gigabyte 1000000000, megabyte 1000000, kilobyte 1000, byte 1",
    "frequency": "gigahertz 1000000000, megahertz 1000000, kilohertz 1000, hertz 1",
    "speed": "kilometer/hour .277777777777778, meter/second 1, mile/hour .44704, knot .514444444444444",
    "temperature": "celsius 1, fahrenheit 1",
}
_UNITS = {
    name: (dimension, Decimal(size))
    for dimension, sizes in _SIZES.items()
    for name, size in (unit.split() for unit in sizes.split(", "))
}
#: Symbols of every language, and English words that CLDR has not; `m` may be million too, and is read so as well.
_SYMBOLS = {
    "kilometer": "km км",
    "meter": "m м",
    "centimeter": "cm см",
    "millimeter": "mm мм",
    "mile": "mi",
    "foot": "ft",
    "square-kilometer": "km² km2 sqkm км²",
    "square-meter": "m² m2 sqm м²",
    "cubic-meter": "m³ m3 м³",
    "hectare": "ha га",
    "tonne": "t т ton tons tonne tonnes",
    "kilogram": "kg кг kilo kilos",
    "gram": "g",
    "milligram": "mg мг",
    "pound": "lb lbs",
    "ounce": "oz",
    "liter": "l L л litre litres",
    "milliliter": "ml мл",
    "hour": "h hr hrs",
    "minute": "min mins мин хв",
    "second": "sec secs",
    "kilowatt-hour": "kWh",
    "megawatt-hour": "MWh",
    "gigawatt-hour": "GWh",
    "kilowatt": "kW",
    "megawatt": "MW",
    "gigawatt": "GW",
    "kilometer/hour": "km/h kph kmh км/ч",
    "meter/second": "m/s м/с",
    "mile/hour": "mph",
    "knot": "kn knots",
    "celsius": "°C ℃",
    "fahrenheit": "°F ℉",
    "degree": "° degree degrees",
    "gigabyte": "GB",
    "megabyte": "MB",
    "terabyte": "TB",
    "pint": "pints",
}
_ENGLISH = {"nautical-mile": "sea mile,sea miles", "celsius": "degrees centigrade,celsius", "fahrenheit": "fahrenheit"}
_ENGLISH |= {"mile/hour": "miles/h", "megawatt-hour": "megawatt hour,megawatt hours", "hour": "hour,hours"}
_ENGLISH |= {"gigawatt-hour": "gigawatt hour,gigawatt hours", "tonne": "metric ton,metric tons"}
#: Hundredths of a currency, by their English name: what they are of, and how they are said.
_HUNDREDTHS = {
    "cent": ("dollar euro rand crown", "cent cents Cent цент цента центов центи центів"),
    "penny": ("pound", "penny pennies pence пенни пенс пенса пенсов пенси пенсів"),
    "kopeck": (
        "ruble hryvnia",
        "kopeck kopecks kopek kopeks kopeyka kopiyka kopiykas kopiika kopiikas Kopeke Kopeken "
        "копейка копейки копеек копейку коп копійка копійки копійок копійку",
    ),
    "grosz": ("zloty", "grosz grosze groszy Groszy"),
    "ore": ("crown", "öre øre ore"),
    "pfennig": ("mark", "pfennig pfennigs pfennige Pfennig Pfennige"),
    "centime": ("franc", "centime centimes"),
    "centavo": ("peso real", "centavo centavos"),
    "paisa": ("rupee", "paisa paise"),
}
#: What may be said for another unit: degrees for both temperature scales and angles, dollars for their cents.
_GENERAL = {"degree": ("celsius", "fahrenheit")} | {name: tuple(of.split()) for name, (of, _) in _HUNDREDTHS.items()}

#: Currencies whose names are looked for; the names of others are too often words (the real, the won of a verb).
_TRADED = "USD EUR GBP JPY CNY RUB UAH INR CHF SEK NOK DKK ISK PLN CZK HUF TRY CAD AUD NZD HKD ILS KZT BYN ZAR MXN SGD"
_TRADED += " THB NGN"
CURRENCY_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₽": "ruble", "₴": "hryvnia", "₩": "won"}
CURRENCY_SIGNS |= {"₹": "rupee", "₪": "shekel", "₺": "lira", "₸": "tenge", "₦": "naira"}
_CURRENCY_WORDS = {"RMB": "yuan", "rouble": "ruble", "roubles": "ruble", "NIS": "shekel", "crowns": "crown"}
_CURRENCY_WORDS |= {"円": "yen", "元": "yuan", "ドル": "dollar", "ユーロ": "euro", "美元": "dollar", "欧元": "euro"}
_CURRENCY_WORDS |= {"renminbi": "yuan", "grivna": "hryvnia", "hryvna": "hryvnia", "bucks": "dollar"}
#: The crowns of five countries, whose names in English are one.
_CROWNS = frozenset(["krona", "króna", "krone", "koruna"])

_MAGNITUDES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "mln": 6, "mn": 6}
_MAGNITUDES |= {"bln": 9, "bn": 9, "tln": 12, "tn": 12, "mil": 6, "lakh": 5, "crore": 7}
_PERCENT = (
    "% ٪ ％ percent per_cent pct percentage_point percentage_points Prozent процент процента процентов процентам "
)
_PERCENT += "パーセント pour_cent por_ciento процентами процентах відсоток"
_PERCENT += " відсотка відсотки відсотків відсотку відсотками відсотках"


def dimension(unit: str) -> str | None:
    """What a unit measures: `length` of `meter`; None of a currency. `meter/second` is of its own dimension."""
    if unit in _UNITS:
        return _UNITS[unit][0]
    whole, _, per = unit.partition("/")
    return f"{dimension(whole)}/{dimension(per)}" if per in _UNITS and whole in _UNITS else None


def same_unit(one: str, other: str) -> bool:
    """Whether two names may stand for one unit: degrees for degrees Celsius, a rate that says per what or does not."""
    if one == other or other in _GENERAL.get(one, ()) or one in _GENERAL.get(other, ()):
        return True
    (whole, _, per), (other_whole, _, other_per) = one.partition("/"), other.partition("/")
    return whole == other_whole and not (per and other_per)


def equal_measures(value: Decimal, unit: str, other: Decimal, other_unit: str) -> bool:
    """Whether `value` of a unit is `other` of another: exactly within the metric system, else rounded by 3 %."""
    if dimension(unit) is None or dimension(unit) != dimension(other_unit):
        return False
    if dimension(unit) == "temperature":
        celsius = value if unit == "celsius" else (value - 32) * 5 / 9
        other_celsius = other if other_unit == "celsius" else (other - 32) * 5 / 9
        return abs(celsius - other_celsius) <= Decimal("0.6")
    size, other_size = value * _size(unit), other * _size(other_unit)
    metric = (_size(unit) / _size(other_unit)).normalize().as_tuple().digits == (1,)
    return size == other_size if metric else abs(size - other_size) <= max(size, other_size) * 3 / 100


def is_part(unit: str, of: str) -> bool:
    """Whether a unit is a smaller one of the same dimension: seconds of minutes."""
    return unit != of and dimension(unit) == dimension(of) is not None and _size(unit) < _size(of)


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    return value * _size(unit) / _size(to)


def _size(unit: str) -> Decimal:
    if unit in _UNITS:
        return _UNITS[unit][1]
    whole, _, per = unit.partition("/")
    return _size(whole) / _size(per)


@lru_cache(maxsize=16)
def terms(language: str) -> Mapping[str, Term]:
    """Every word and symbol that may follow a number in a language, to what it means; hyphens are written as spaces.

    Symbols, codes and English names are known in every language: translations leave them.
    """
    found: dict[str, Term] = {}
    code = language_of(language)
    for name, symbols in _SYMBOLS.items():
        found |= dict.fromkeys(symbols.split(), _unit(name))
    for name, words in _ENGLISH.items():
        found |= dict.fromkeys(words.split(","), _unit(name))
    found |= {word: Term("magnitude", word, Decimal(10) ** power) for word, power in _MAGNITUDES.items()}
    for locale in dict.fromkeys(["en", "en_GB", code]):
        data = _locale_data(locale)
        found |= _cldr_units(data) | _cldr_currencies(data) | _cldr_magnitudes(data)
    found |= {sign: Term("money", name) for sign, name in (CURRENCY_SIGNS | _CURRENCY_WORDS).items()}
    for name, (_, words) in _HUNDREDTHS.items():
        found |= dict.fromkeys(words.split(), Term("money", name, Decimal(".01")))
    return found | {word.replace("_", " "): Term("percent", "percent") for word in _PERCENT.split()}


@lru_cache(maxsize=16)
def first_words(language: str) -> frozenset[str]:
    """The first words of all terms, to turn most words down at once."""
    return frozenset(form for term in terms(language) for form in (term.split()[0], term.split()[0].lower()))


def _unit(name: str) -> Term:
    return Term("time" if name in _UNITS and _UNITS[name][0] == "duration" else "unit", name)


def _locale_data(code: str) -> Mapping[str, Any]:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code)._data
    except (UnknownLocaleError, ValueError):
        return {}


def _cldr_units(data: Mapping[str, Any]) -> dict[str, Term]:
    """Names in full, in every plural form, and short names of two letters and more."""
    found = {}
    for key, widths in data.get("unit_patterns", {}).items():
        name = key.partition("-")[2].replace("-per-", "/").replace("metric-ton", "tonne")
        name = "degree" if key in ("angle-degree", "temperature-generic") else name
        if name in _UNITS or name == "degree":
            for pattern in _patterns(widths.get("long", {})):
                word = pattern.replace("{0}", "").strip().replace("-", " ")
                if len(word) > 1 or not word.isascii():
                    found[word] = found[word.lower()] = _unit(name)
    return found


def _cldr_currencies(data: Mapping[str, Any]) -> dict[str, Term]:
    """Codes, and names without their country: `dollar` for USD, dollar, dollars."""
    english = _locale_data("en")["currency_names"]
    found = {}
    for code in _TRADED.split():
        name = english[code].split()[-1].lower()
        term = Term("money", "crown" if name in _CROWNS else name)
        found[code] = term
        forms = [
            data.get("currency_names", {}).get(code, ""),
            *_patterns(data.get("currency_names_plural", {}).get(code, {})),
        ]
        for form in forms:
            for word in [part for part in form.split() if len(part) > 2][-1:]:
                found[word] = found[word.lower()] = term
    return found


def _cldr_magnitudes(data: Mapping[str, Any]) -> dict[str, Term]:
    """`Mio.`, `тыс.`, 万: what compact numbers of a language write for powers of ten, without the full stop."""
    found = {}
    for width in ("short", "long"):
        for forms in data.get("compact_decimal_formats", {}).get(width, {}).values():
            for power, pattern in forms.items():
                text = getattr(pattern, "pattern", pattern)
                word = text.strip("0").replace("'", "").replace("\xa0", " ").strip(" .")
                zeros = text.count("0")
                if word and "0" not in word and (len(word) > 1 or not word.isascii()):
                    found[word] = Term("magnitude", word, Decimal(power) / Decimal(10) ** (zeros - 1))
    return found


def _patterns(data: Any) -> Iterator[str]:
    for value in data.values():
        if isinstance(value, str):
            yield value
        elif hasattr(value, "values"):
            yield from _patterns(value)
