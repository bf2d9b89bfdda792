"""A language model of characters that is fitted at run time, and from which lines can be taken out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import regex

from mtqe.fluency.kneser_ney import IntArray, KneserNey
from mtqe.results import FloatArray

_DIGIT = regex.compile(r"\p{Nd}")
_SPACE = regex.compile(r"[\p{Z}\p{Cc}]")
_QUOTES = str.maketrans("’‘“”„«»–", '\'\'"""""-')
_START, _END = "\x02", "\x03"
_LARGEST_ALPHABET = 6000  # five codes below 6200 fit into one 63-bit key


class CharacterModel:
    """Kneser-Ney over characters.

    `lines` are the text it is fitted on, each with its own start and end. Digits are one character to it, and so are
    the shapes of a quotation mark, since neither says how fluent a text is. A character that the lines lack has the
    probability of one unknown character. Probabilities of all characters, the unknown and the end add up to 1.
    """

    def __init__(self, lines: Sequence[str], order: int = 5) -> None:
        letters = Counter("".join(map(_neutral, lines)))
        kept = sorted(letter for letter, _ in letters.most_common(_LARGEST_ALPHABET))
        self.alphabet = "".join(kept)
        self._code = np.ones(0x110000, dtype=np.int16)  # 1 is the unknown character
        self._code[[ord(_START), ord(_END)]] = 0, 2
        self._code[np.frombuffer(self.alphabet.encode("utf-32-le"), dtype=np.uint32)] = np.arange(3, len(kept) + 3)
        self._kinds = len(kept) + 2
        self._padding = _START * (order - 1)
        self._model = KneserNey(self._stream(lines), self._kinds + 1, order)

    @contextmanager
    def without(self, lines: Sequence[str]) -> Iterator[None]:
        """Inside the block the counts are those of the text without `lines`, which must be among the fitted ones.

        The alphabet and the discounts stay those of the whole text.
        """
        with self._model.without(self._stream(lines)):
            yield

    def bits(self, texts: Sequence[str]) -> list[FloatArray]:
        """For each text its surprisal, -log2 P: one value a character and a last one for the end of the text."""
        if not texts:
            return []
        ends = np.cumsum([len(text) + 1 for text in texts])
        alone = np.full(ends[-1], 1.0 / self._kinds)
        return np.split(-np.log2(self._model.probabilities(self._stream(texts), alone)), ends[:-1])

    def _stream(self, lines: Sequence[str]) -> IntArray:
        stream = "".join(f"{self._padding}{_neutral(line)}{_END}" for line in lines)
        return self._code[np.frombuffer(stream.encode("utf-32-le"), dtype=np.uint32)].astype(np.int64)


def _neutral(line: str) -> str:
    """The line with digits, spaces and quotation marks made one; its length stays."""
    return _SPACE.sub(" ", _DIGIT.sub("0", line)).translate(_QUOTES)
