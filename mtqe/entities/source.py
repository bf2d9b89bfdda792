"""What a source sentence says about a name or a number of its translation: it has it, it has another, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cached_property, lru_cache
from typing import NamedTuple

import regex

from mtqe.entities.forms import plain, romanisation_key
from mtqe.entities.knowledge.places import identities, identities_native, territories
from mtqe.entities.romanise import CASED, LONGEST_RUN, SYLLABIC, Word, fit, fit_run, runs, skeleton, words_by_script
from mtqe.languages import language_of
from mtqe.text import words

#: The least fit that says that a source word may be the name.
SIMILAR = 0.7
_SAME, _INFLECTED = 0.97, 0.9
#: Languages of which the Han signs are read; in Japanese a name's signs have many readings.
_HAN_LANGUAGES = frozenset(["zh", "yue", "wuu", "lzh"])
#: Languages that write few vowels, so that different vowels are no different name.
_UNWRITTEN_VOWELS = frozenset(["ar", "fa", "he", "ur", "ps", "yi"])
#: A run like a form is found by chance among so many; one that is read as it is seldom is.
_CHANCE = 0.1
_WHITE = regex.compile(r"[\s\-‑]+")
_KATAKANA = regex.compile(r"[\p{Katakana}ー]{2,}")
_HIRAGANA = regex.compile(r"\p{Hiragana}+")
#: Languages that inflect names, if at all, by what they add to them.
_SUFFIXED = frozenset(["de", "en", "nl", "da", "sv", "no", "nb", "fr", "es", "it", "pt", "ro", "ca"])
#: Countries of which the people have a name of another stem in many languages (Germany, nimeckyj; Netherlands, Dutch).
_OTHER_STEMS = frozenset(["US", "GB", "DE", "NL", "GR", "DK", "CZ", "CH", "HU", "FI"])
#: The letters at least that a country and its people share.
_STEM = 3


class Place(NamedTuple):
    """A place that the source names at code points `[start, end)`: territory codes or GeoNames ids."""

    start: int
    end: int
    ids: frozenset[str]


class Fit(NamedTuple):
    """The place `[start, end)` of the source that a form fits best, with a score in [0, 1]."""

    score: float
    start: int
    end: int


_NOWHERE = Fit(0.0, 0, 0)


class Source:
    """What a source sentence, where there is one, says about two spellings or two values."""

    def __init__(self, text: str | None, language: str | None) -> None:
        self.text = text or ""
        self.language = language_of(language) if language else None
        self._found: dict[str, Fit] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(word.text for word in words(self.text))

    @cached_property
    def is_cased(self) -> bool:
        """Whether the source is in scripts with capitals alone, in which every name can be read."""
        return bool(self.parts) and all(word.script in CASED for word in self.parts)

    @cached_property
    def is_latin(self) -> bool:
        """Whether the source is in Latin script, which spells foreign names as they are."""
        return bool(self.parts) and all(word.script == "latin" for word in self.parts)

    @property
    def knows_countries(self) -> bool:
        """Whether countries are known by their names in the source's language."""
        return bool(self.text and territories(self.language or ""))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The places named in the source, by any name that we know in its language."""
        return tuple(find_places(self.text, self.parts, self.language or ""))

    @cached_property
    def place_ids(self) -> frozenset[str]:
        return frozenset().union(*(place.ids for place in self.places))

    def find(self, form: str) -> Fit:
        """Where the source has what a plain form renders best, and how well it fits."""
        if form not in self._found:
            self._found[form] = self._find(form)
        return self._found[form]

    def _find(self, form: str) -> Fit:
        best = _NOWHERE
        for word in self._single:
            score = fit(form, word.text, word.script, self.language)
            if score > best.score:
                best = Fit(score, word.start, word.end)
        return best if best.score == 1 else max(best, self._find_run(form), key=lambda found: found.score)

    def support(self, form: str) -> float:
        """1 where the plain form, or what it renders, stands in the source; less where one like it does; else 0."""
        best = self.find(plain(form)).score
        return 1.0 if best >= _SAME else best if best >= _INFLECTED else 0.0

    def has_common(self, form: str) -> bool:
        """Whether a plain form romanises a word that the source has in lower case."""
        if not self.is_cased:
            return False
        found = self.find(form)
        return found.score >= _SAME and self.text[found.start].islower()

    def contrast(self, wanted: str, given: str) -> float | None:
        """How much better the source fits the reference's form than the output's, in [-1, 1].

        None where it cannot tell: neither is in it, as far as its script can be read and its places are known, or one
        may be an acronym of the other.
        """
        ours, theirs = _differing(wanted, given)
        if not ours or not theirs or not self.text or _abbreviates(wanted, given) or _abbreviates(given, wanted):
            return None
        here, there = self._names(wanted, ours), self._names(given, theirs)
        if here and there:
            return 0.0
        right, wrong = (sum(self.find(form).score for form in forms) / len(forms) for forms in (ours, theirs))
        right, wrong = (1.0 if here else right), (1.0 if there else wrong)
        return right - wrong if max(right, wrong) >= SIMILAR else None

    def names_place(self, form: str) -> bool:
        """Whether the source names the place that a plain form names."""
        known = identities(form)
        return bool(known and known & self.place_ids)  # the places of the source are costly to find

    def lacks_people(self, codes: frozenset[str]) -> bool:
        """Whether no word is like the name of a country, as the words for its people are, and no place is in it.

        The language's own country goes without saying, and other countries have peoples with names of their own.
        """
        language = self.language or ""
        if not self.is_cased or codes & (_OTHER_STEMS | _home(language)):
            return False
        starts = tuple(start for code in codes for start in _name_starts(code, language))
        return (
            bool(starts)
            and not any(word.lower().startswith(starts) for word in self.words)
            and not any(place.startswith(tuple(codes)) for place in self.place_ids)
        )

    def same_consonants(self, a: str, b: str) -> bool:
        return self.language in _UNWRITTEN_VOWELS and _consonants(a) == _consonants(b)

    @cached_property
    def parts(self) -> list[Word]:
        return words_by_script(self.text)

    @cached_property
    def _single(self) -> list[Word]:
        """Words that are compared one by one, once each: not Han, which is read in runs or not at all."""
        words = [word for word in self.parts if word.script not in SYLLABIC and len(word.text) > 1]
        return list({word.text: word for word in reversed(words)}.values())

    @cached_property
    def _readable(self) -> list[Word]:
        """The words in Han or Hangul that can be read."""
        return [word for word in self.parts if word.script in SYLLABIC and (word.script != "han" or self.reads_han)]

    @property
    def reads_han(self) -> bool:
        return self.language in _HAN_LANGUAGES

    def _names(self, text: str, forms: list[str]) -> bool:
        """Whether the source names the place that a form, or the differing words of one, name."""
        return self.names_place(plain(text)) or self.names_place("".join(forms))

    def _find_run(self, form: str) -> Fit:
        """The same among the runs of about the length of the form."""
        best = _NOWHERE
        shortest, longest = len(form) / 2, 2 * len(form) + 2
        for word in self._readable:
            bones = skeleton(form, word.script)
            for read, theirs, start, end in runs(word.text, word.script):
                if shortest <= len(read) <= longest:
                    score = fit_run(form, bones, read, theirs, word.script) - (read != form) * _CHANCE
                    if score > best.score:
                        best = Fit(score, word.start + start, word.start + end)
        return best


@lru_cache(maxsize=1 << 12)
def source_of(text: str | None, language: str | None) -> Source:
    """The `Source` of a text, which every system that translates it shares."""
    return Source(text, language)


def find_places(text: str, parts: list[Word], language: str) -> Iterator[Place]:
    """The places of a text, the longest name first; in scripts with case names are capitalised."""
    within = {i for match in _KATAKANA.finditer(text) for i in range(match.start() + 1, match.end())}
    unspaced = [word for word in parts if word.script in ("han", "katakana", "hiragana")]
    for start, end in _joined(unspaced):
        yield from _places_in_run(text, start, end, language, within)
    spaced = [word for word in parts if word.script not in ("han", "katakana", "hiragana")]
    taken = -1
    for i, word in enumerate(spaced):
        if word.start < taken or (word.script in CASED and not word.capital):
            continue
        for last in (i + 2, i + 1, i):
            if last < len(spaced):
                name = text[word.start : spaced[last].end]
                run = spaced[i : last + 1]
                joined = name.count(" ") == last - i and all(w.capital or w.script not in CASED for w in run)
                ids = native_identities(name, language) if joined else frozenset()
                if ids:
                    taken = spaced[last].end
                    yield Place(word.start, taken, ids)
                    break


@lru_cache(maxsize=1 << 16)
def native_identities(name: str, language: str) -> frozenset[str]:
    """What a name in the source's script and language may stand for, also where it is inflected."""
    ids = _territory(name, language)
    if ids or not name[0].isupper():
        return ids or identities_native(name)
    if len(name) < 3:
        return ids
    form = plain(name)
    for cut in range(3 if len(form) > 4 else 1):
        ids = identities(form[: len(form) - cut])
        if ids:
            return frozenset(code for code in ids if len(code) > 2)  # an English word for a people says nothing here
    return frozenset()


@lru_cache(maxsize=32)
def _territory_starts(language: str) -> dict[str, list[str]]:
    starts: dict[str, list[str]] = {}
    for name in territories(language):
        starts.setdefault(name[:3], []).append(name)
    return starts


def _territory(name: str, language: str) -> frozenset[str]:
    """The territory of that name, or of the one that shares most of its letters where words are inflected."""
    lower = name.lower()
    names = territories(language)
    if lower in names:
        return frozenset([names[lower]])
    if len(lower) < 4 or not name[0].isupper() or " " in name:
        return frozenset()
    shared = {other: _shared(lower, other) for other in _territory_starts(language).get(lower[:3], ())}
    best = max(shared, key=lambda other: shared[other], default=None)
    stem = len(best or "") - (0 if language in _SUFFIXED else 1)
    if best and shared[best] >= max(4, stem) and len(lower) - shared[best] <= 5:
        return frozenset([names[best]])
    return frozenset()


@lru_cache(maxsize=1 << 10)
def _home(language: str) -> frozenset[str]:
    """The country where most speak a language."""
    from babel.core import get_global

    tag = get_global("likely_subtags").get(language, "")
    return frozenset([tag.rpartition("_")[2]])


@lru_cache(maxsize=1 << 12)
def _name_starts(code: str, language: str) -> tuple[str, ...]:
    """How the words of a country's name begin."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale(language).territories.get(code, "")
    except UnknownLocaleError:
        return ()
    return tuple(word[:_STEM] for word in name.lower().split() if len(word) > _STEM)


def _shared(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _joined(parts: list[Word]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for word in parts:
        if word.start != end:
            if end > start:
                yield start, end
            start = word.start
        end = word.end
    if end > start:
        yield start, end


def _places_in_run(text: str, start: int, end: int, language: str, within: Set[int]) -> Iterator[Place]:
    """The places in signs that follow one another without spaces; none begins or ends `within` a word in katakana.

    None is of hiragana alone, which writes grammar.
    """
    while start < end:
        stops = range(min(end, start + LONGEST_RUN), start + 1, -1) if start not in within else ()
        for stop in stops:
            if stop in within or _HIRAGANA.fullmatch(text, start, stop):
                continue
            if ids := native_identities(text[start:stop], language):
                yield Place(start, stop, ids)
                start = stop - 1
                break
        start += 1


def _differing(wanted: str, given: str) -> tuple[list[str], list[str]]:
    """The plain forms of the words that only one of two names has."""
    ours, theirs = ([f for f in map(plain, _WHITE.split(text)) if f not in ("", "the")] for text in (wanted, given))
    return [form for form in ours if form not in theirs], [form for form in theirs if form not in ours]


def _abbreviates(acronym: str, words: str) -> bool:
    capitals = [c for c in acronym if c.isupper()]
    return 1 < len(capitals) >= len(acronym) / 2 and not words.isupper() and words[:1].upper() in capitals


def _consonants(form: str) -> str:
    return "".join(c for c in romanisation_key(form) if c not in "aeiou")
