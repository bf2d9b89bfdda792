"""Words of a language: how often they are used, and which of them are names.

Frequency lists fold case, so that a frequent name looks like a frequent word. Two things tell them apart: a name is
used in other languages nearly as often (`james`, `samsung`; but so is `hotel`), and only a common word is inflected
(`committees`, but no `moscows`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from mtqe.entities.forms import plain
from mtqe.entities.knowledge.places import identities, is_country_word, population, territories
from mtqe.languages import language_of
from mtqe.store import versions
from mtqe.tables import Index, key_columns, keys_of, open_table, pack

#: Raise it when what is stored, or how, changes.
_FORMAT = 2
#: Languages in Latin script of which wordfreq has long lists.
_COMPARED = ("cs", "de", "en", "es", "fi", "fr", "it", "nl", "pl", "pt", "sv")
#: Rarity, hundredths of log10 below 10^9 per billion words: of words that a list lacks, and the most that is compared.
_UNSEEN, _COMPARABLE = 850, 700
#: How much more often a word is used than in other languages, as log10: at most by a name, at least by a common word.
_NAME, _COMMON = 1.0, 1.6
#: Words that are rarer are none of a language; log10 of occurrences in a billion words.
UNKNOWN = 1.5
#: Inhabitants of a city that is no common word: smaller ones are (Essen, Halle).
_CITY = 600_000
#: Languages that write compounds as one word, what may stand between the parts, and how long and frequent those are.
_COMPOUNDING = frozenset(["de", "nl", "sv", "da", "nb", "no", "is"])
_LINKING = ("s", "n", "en", "es", "er", "a")
_PART, _RARE_PART, _COMMON_PART = 3, 2.8, 3.3
_INFLECTIONS = ("s", "es", "ed", "d", "ing", "ly", "er")
_ENDINGS = ("s", "ing", "ed", "ern")


class _Words(NamedTuple):
    keys: Index
    rarity: memoryview[int]
    elsewhere: memoryview[int]

    def frequency(self, word: str) -> float:
        row = self.keys.row(word.replace("’", "'"))
        return max(0.0, 9 - self.rarity[row] / 100) if row >= 0 else 0.0

    def peculiarity(self, word: str) -> float | None:
        row = self.keys.row(word.replace("’", "'"))
        if row < 0 or self.rarity[row] > _COMPARABLE or not len(self.elsewhere):
            return None
        return (self.elsewhere[row] - self.rarity[row]) / 100


@lru_cache(maxsize=1 << 16)
def frequency(word: str, language: str) -> float:
    """How often a word in lower case is used, as log10 of occurrences in a billion words; 0 where it is unknown."""
    return _words(language_of(language)).frequency(word)


@lru_cache(maxsize=1 << 16)
def is_international(word: str, language: str) -> bool:
    """Whether other languages use a word in lower case nearly as often, as they do names."""
    peculiarity = _words(language_of(language)).peculiarity(word)
    return peculiarity is not None and peculiarity <= _NAME


@lru_cache(maxsize=1 << 16)
def is_common_word(word: str, language: str) -> bool:
    """Whether a word is a common noun, verb or adjective rather than a name.

    Languages other than English go by frequency alone, but for countries and large cities.
    """
    word, language = word.lower(), language_of(language)
    if is_international(word, language):
        return False
    if language != "en":
        is_place = word in territories(language) or population(plain(word)) >= _CITY
        return frequency(word, language) >= 4.0 and not is_place
    if is_country_word(plain(word)) or (frequency(word, language) < 4.0 and identities(plain(word))):
        return False
    words = _words("en")
    peculiar = (words.peculiarity(word) or 0) >= _COMMON
    least = max(2.0, words.frequency(word) - 3) if peculiar else max(2.5, words.frequency(word) - 1.9)
    return any(words.frequency(form) >= least for form in _inflected(word))


@lru_cache(maxsize=1 << 12)
def is_compound(word: str, language: str) -> bool:
    """Whether a word in lower case is two words of a language that writes them as one (Schwimmbrücke)."""
    if language_of(language) not in _COMPOUNDING:
        return False
    for cut in range(_PART, len(word) - _PART + 1):
        first, second = word[:cut], word[cut:]
        if frequency(second, language) >= _COMMON_PART and any(
            frequency(first.removesuffix(link), language) >= _RARE_PART
            for link in ("", *_LINKING)
            if len(first) - len(link) >= _PART
        ):
            return True
    return False


def _inflected(word: str) -> Iterator[str]:
    yield from (word + ending for ending in _INFLECTIONS)
    yield from (word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending) and len(word) > len(ending) + 2)
    if word.endswith("y"):
        yield word[:-1] + "ies"
    if word.endswith("e"):
        yield word[:-1] + "ing"


@lru_cache(maxsize=8)
def _words(language: str) -> _Words:
    version = [_FORMAT, versions(["wordfreq"])]
    table = open_table(f"words-{language}", version, partial(_make_words, language))
    return _Words(table.index("word"), table["rarity"], table["elsewhere"])


def _make_words(language: str) -> bytes:
    """wordfreq's words of a language, how rare each is, and in the median of the other languages that are compared."""
    import numpy as np
    from wordfreq import available_languages, get_frequency_list, read_cBpack

    try:
        bins = get_frequency_list(language)
    except (LookupError, ValueError):  # a language without a list, or no language code
        bins = []
    words = [word for alike in bins for word in alike]
    rarity = np.repeat(np.arange(len(bins), dtype=np.uint16), [len(alike) for alike in bins])
    elsewhere = np.zeros(0, np.uint16)
    if language in _COMPARED:
        compared = words[: int((rarity <= _COMPARABLE).sum())]
        others = []
        for other in _COMPARED:
            if other != language:
                lists = read_cBpack(available_languages("large")[other])
                rare = {word: i for i, alike in enumerate(lists) for word in alike}
                others.append([rare.get(word, _UNSEEN) for word in compared])
        elsewhere = np.full(len(words), _UNSEEN, np.uint16)
        elsewhere[: len(compared)] = np.median(others, axis=0)
    keys, first = np.unique(keys_of(words), return_index=True)
    kept = first if len(elsewhere) else slice(0)
    return pack({**key_columns("word", keys), "rarity": rarity[first], "elsewhere": elsewhere[kept]}, None)
