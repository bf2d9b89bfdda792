"""Where given phrases stand in a text: folded, inflected, on word boundaries; in scripts without spaces, anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from mtqe.alignment.features import UNSPACED
from mtqe.entities.forms import plain, same_stem, without_possessive
from mtqe.results import Span

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ][\p{L}\p{M}]+)*['’]?")
_UNSPACED = regex.compile(rf"{UNSPACED}|\p{{Katakana}}")
#: Phrases are looked up by so many first letters; an inflected word keeps them.
_START = 3
_SHORT_ACRONYM = 4


class Piece(NamedTuple):
    """A word of a text without its possessive, by its plain form; hyphens separate words."""

    form: str
    start: int
    end: int


class Hit(NamedTuple):
    """Phrase number `phrase` stands at code points `span`."""

    span: Span
    phrase: int


@lru_cache(maxsize=1 << 12)
def pieces(text: str) -> tuple[Piece, ...]:
    found = []
    for match in _WORD.finditer(text):
        word = without_possessive(match.group())
        if form := plain(word):
            found.append(Piece(form, match.start(), match.start() + len(word)))
    return tuple(found)


def same_words(a: Sequence[Piece], b: Sequence[Piece], language: str) -> bool:
    """Whether two phrases have the same words, each maybe inflected."""
    return len(a) == len(b) and all(
        x.form == y.form or same_stem(x.form, y.form, language) for x, y in zip(a, b, strict=True)
    )


class Phrases:
    """Phrases indexed by how they begin, so that a text is searched for all of them at once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._words: list[tuple[Piece, ...]] = []
        self._exact_case: dict[int, str] = {}
        self._known: dict[tuple[str, str, str], list[int]] = {}
        self._by_start: dict[str, list[int]] = defaultdict(list)
        self._forms: list[str] = []
        self._unspaced: list[tuple[regex.Pattern[str], int]] = []
        for i, phrase in enumerate(phrases):
            self._words.append(pieces(phrase))
            form = "".join(piece.form for piece in self._words[i])
            self._forms.append(form)
            if _UNSPACED.search(phrase):
                self._unspaced.append((regex.compile(regex.escape(phrase)), i))
            elif form:
                self._by_start[form[:_START]].append(i)
            if phrase.isupper() and len(form) <= _SHORT_ACRONYM:
                self._exact_case[i] = _letters(phrase)

    def find(self, text: str, language: str) -> list[Hit]:
        """Every phrase in the text, in order; an inflected one only where no phrase stands as it is.

        A short acronym is not the word that has its letters (US, us).
        """
        hits = [Hit(m.span(), i) for pattern, i in self._unspaced for m in pattern.finditer(text)]
        words = pieces(text)
        for at, word in enumerate(words):
            start = word.form if len(word.form) >= _START else "".join(near.form for near in words[at : at + _START])
            for i in self._beginning(word.form, start[:_START], language):
                if (end := self._end(i, words, at, language)) and self._in_case(i, text[word.start : end]):
                    hits.append(Hit((word.start, end), i))
        exact = [hit for hit in hits if plain(text[slice(*hit.span)]) == self._forms[hit.phrase]]
        settled = {hit.span for hit in exact}
        return sorted([*exact, *(hit for hit in hits if hit.span not in settled)])

    def _beginning(self, word: str, start: str, language: str) -> list[int]:
        """The phrases that may begin with a word, or with an inflection of it; `start` are the first letters there."""
        known = self._known.get((word, start, language))
        if known is None:
            starts = dict.fromkeys(start[:size] for size in range(1, _START + 1))
            near = [(i, self._words[i][0].form) for x in starts for i in self._by_start.get(x, ())]
            known = [i for i, first in near if self._forms[i].startswith(word) or same_stem(first, word, language)]
            self._known[word, start, language] = known
        return known

    def _end(self, phrase: int, words: Sequence[Piece], at: int, language: str) -> int | None:
        """Where the phrase ends that begins with word number `at`; None where it does not stand there."""
        wanted = self._words[phrase]
        here = words[at : at + len(wanted)]
        if same_words(here, wanted, language):
            return here[-1].end
        form, size, so_far = self._forms[phrase], 0, ""
        while at + size < len(words) and len(so_far) < len(form):  # El Al, El-Al, ElAl
            so_far += words[at + size].form
            size += 1
        return words[at + size - 1].end if so_far == form else None

    def _in_case(self, phrase: int, found: str) -> bool:
        return _letters(found).startswith(self._exact_case.get(phrase, ""))


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """Without those that stand within a longer one (York in New York)."""
    found: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.span[0], -hit.span[1], hit.phrase)):
        if not found or hit.span == found[-1].span or hit.span[1] > found[-1].span[1]:
            found.append(hit)
    return found
