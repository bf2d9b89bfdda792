"""Which lines of a text collection repeat a given text, so that it can be judged without them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import regex

from mtqe.languages import UNSPACED, language_of
from mtqe.text import words

_LETTER = regex.compile(r"[\p{L}\p{N}]")
_WORDS, _CHARACTERS = 3, 8


class Overlap:
    """An index of lines by their word trigrams (character 8-grams where words are not set apart)."""

    def __init__(self, lines: Sequence[str], language: str) -> None:
        self._unspaced = language_of(language) in UNSPACED
        self._holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._sizes = []
        for i, line in enumerate(lines):
            shingles = self._shingles(line)
            self._sizes.append(len(shingles))
            for shingle in shingles:
                self._holders[shingle].append(i)

    def find(self, text: str) -> set[int]:
        """Indices of the lines that share half of their shingles, or half of the text's, with the text."""
        shingles = self._shingles(text)
        shared = Counter(i for shingle in shingles for i in self._holders.get(shingle, ()))
        return {i for i, count in shared.items() if 2 * count >= min(len(shingles), self._sizes[i])}

    def _shingles(self, text: str) -> set[tuple[str, ...]]:
        folded = text.casefold()
        units = _LETTER.findall(folded) if self._unspaced else [word.text for word in words(folded)]
        size = _CHARACTERS if self._unspaced else _WORDS
        if len(units) <= size:
            return {tuple(units or folded.split())}
        return {tuple(units[i : i + size]) for i in range(len(units) - size + 1)}
