"""Rules for spelling, casing and the form of words."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from functools import lru_cache

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.fluency.wordlist import frequencies, is_content
from mtqe.languages import language_of
from mtqe.results import ErrorSpan

_LOWER_START = regex.compile(r"^[\"“„«'‘(\[¿¡]*(\p{Ll}[\p{Ll}\p{M}'’-]*)(?=[\s,])")
_FINAL = regex.compile(r"[.!?…]['\"”’»)\]]*\s*$")


def lower_case_start(passage: Passage) -> Iterator[ErrorSpan]:
    """A text that ends like a sentence but starts in lower case; in Slavic languages, where posts often do, a hint."""
    match = _LOWER_START.search(passage.text)
    if match and len(passage.words) > 7 and _FINAL.search(passage.text):
        start, end = match.span(1)
        confidence = 0.4 if language_of(passage.language) in _SLAVIC else 0.5
        yield error_at(start, end, "Fluency/Spelling", "lower-case-start", confidence, suggestion=match[1].capitalize())


_ARTICLE = regex.compile(r"(?<![\p{L}\p{N}.'’-])([Aa]n?)\s+([\p{Ll}]{2,})(?![\p{L}\p{N}]|\.\p{L})")
_VOWEL_SOUND = regex.compile(r"[aio]|e(?!u|we)|u(?!na[nr]|ni(?![dmn])|s[aeu]|t[eio]|bi|r[aeio]|k|vu|fo)|hour|hono|heir")
_CONSONANT_SOUND = regex.compile(r"eu|ewe|uni(?![dmn])|us[aeu]|[bcdfgjkpqtvwyz]|[lmnrs][aeiou]")
_LIKE_WON = frozenset({"one", "ones", "once"})


def indefinite_article(passage: Passage) -> Iterator[ErrorSpan]:
    """English: "a" before a vowel sound, "an" before a consonant sound; only before lower-case words.

    A word whose sound its letters do not settle (an herb, an historic) is left alone, and so is the letter A.
    """
    if language_of(passage.language) != "en":
        return
    for match in _ARTICLE.finditer(passage.text):
        article, word = match[1], match[2]
        before = passage.text[: match.start()].rstrip()
        if article == "A" and before and before[-1] not in '.!?"“':
            continue
        if article in "aA":
            wrong = bool(_VOWEL_SOUND.match(word)) and word not in _LIKE_WON and is_content(word, "en")
        else:
            wrong = bool(_CONSONANT_SOUND.match(word)) or word in _LIKE_WON
        if wrong:
            right = article[0] if len(article) == 2 else article + "n"
            yield error_at(*match.span(1), "Fluency/Grammar", "indefinite-article", 0.9, suggestion=right)


#: Languages whose list is large and whose endings are few enough for a neighbour to be a correction.
_CHECKED = frozenset({"en", "de", "es", "fr", "it", "pt", "nl", "sv", "nb", "ca", "cs", "pl", "ru", "uk"})
_SLAVIC = frozenset({"cs", "pl", "ru", "uk"})
_IN_ADDRESS = frozenset("/@_#=<>\\")
_RATIO, _FREQUENT, _RARE = 3000.0, 1e-6, 2e-7


def misspelled(passage: Passage) -> Iterator[ErrorSpan]:
    """A word that the list lacks or hardly knows, one edit away from a frequent word.

    Outside English the last two letters must agree, since the list may lack an inflected form; in the Slavic languages,
    rich in prefixes too, and in capitalised words, only two letters that changed places are looked for; a shorter
    capitalised word may well be a name. A listed word of four letters is a hint.
    """
    if language_of(passage.language) not in _CHECKED:
        return
    frequency = frequencies(passage.language, "large")
    for word, folded in zip(passage.words, passage.folded, strict=True):
        own, capital = frequency.get(folded, 0.0), word.text[0].isupper()
        if (
            own > _FREQUENT
            or len(folded) < (7 if capital else 4)
            or not (word.text.isalpha() and word.text[1:].islower())
        ):
            continue
        around = passage.text[max(0, word.start - 1) : word.start] + passage.text[word.end : word.end + 1]
        if not _IN_ADDRESS.isdisjoint(around):
            continue
        language = language_of(passage.language)
        best = _exchanged(folded, language) if capital or language in _SLAVIC else _correction(folded, language)
        if not best:
            continue
        exchanged = sorted(best) == sorted(folded)
        if not exchanged and _is_derived(folded, frequency):
            continue
        if frequency[best] >= (_RATIO / 3 if exchanged and not capital else _RATIO) * max(own, 1e-9):
            confidence = 0.75 if exchanged or len(folded) > 4 or own < _RARE else 0.4
            right = best.capitalize() if capital else best
            yield error_at(word.start, word.end, "Fluency/Spelling", "misspelled", confidence, suggestion=right)


def _is_derived(word: str, frequency: Mapping[str, float]) -> bool:
    """Whether a listed word stands behind a prefix of two to five letters (de-mined, over-baked)."""
    return any(len(word) - k > 3 and frequency.get(word[k:], 0.0) >= _FREQUENT for k in range(2, 6))


@lru_cache(maxsize=65536)
def _exchanged(word: str, language: str) -> str | None:
    """The most frequent word with two letters exchanged: not the first, and outside English not the last two."""
    frequency, ends = frequencies(language, "large"), len(word) - (1 if language == "en" else 3)
    edits = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, ends)} - {word}
    return max(edits & _frequent(language), key=lambda edit: (frequency[edit], edit), default=None)


@lru_cache(maxsize=65536)
def _correction(word: str, language: str) -> str | None:
    """The most frequent word one edit away: a letter lost, added, changed, or two exchanged; never the first letter."""
    frequency = frequencies(language, "large")
    stop = len(word) if language == "en" else len(word) - 2
    letters = _alphabet(language)
    edits = set()
    for i in range(1, stop + 1):
        head, tail = word[:i], word[i:]
        edits |= {head + letter + tail for letter in letters}
        if i < stop:
            edits.add(head + tail[1:])
            edits |= {head + letter + tail[1:] for letter in letters}
        if i < stop - 1:
            edits.add(head + tail[1] + tail[0] + tail[2:])
    edits -= {word, word[:-1]}  # a derived word ("fighty") is no slip
    return max(edits & _frequent(language), key=lambda edit: (frequency[edit], edit), default=None)


@lru_cache(maxsize=16)
def _frequent(language: str) -> frozenset[str]:
    return frozenset(word for word, share in frequencies(language, "large").items() if share >= _FREQUENT)


@lru_cache(maxsize=16)
def _alphabet(language: str) -> str:
    frequency = frequencies(language, "large")
    common = heapq.nlargest(2000, frequency, key=lambda word: frequency[word])
    return "".join(sorted({letter for word in common for letter in word if letter.isalpha()}))
