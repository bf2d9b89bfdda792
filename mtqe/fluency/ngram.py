"""A character n-gram language model that is fitted at run time, and from which lines can be taken out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import regex
from numpy.typing import NDArray

from mtqe.results import FloatArray

IntArray = NDArray[np.int64]

_DIGIT = regex.compile(r"\p{Nd}")
_SPACE = regex.compile(r"[\p{Z}\p{Cc}]")
_QUOTES = str.maketrans("’‘“”„«»–", '\'\'"""""-')
_START, _END = "\x02", "\x03"
_LARGEST_ALPHABET = 6000  # five codes below 6200 fit into one 63-bit key


class CharacterModel:
    """Interpolated modified Kneser-Ney over characters (Chen and Goodman 1999), with counts that can be taken back.

    `lines` are the text it is fitted on, each with its own start and end. Digits are one character to it, and so are
    the shapes of a quotation mark, since neither says how fluent a text is. A character that the lines lack has the
    probability of one unknown character. Probabilities of all characters, the unknown and the end add up to 1.
    """

    def __init__(self, lines: Sequence[str], order: int = 5) -> None:
        self.order = order
        letters = Counter("".join(map(_neutral, lines)))
        kept = sorted(letter for letter, _ in letters.most_common(_LARGEST_ALPHABET))
        self.alphabet = "".join(kept)
        self._code = np.ones(0x110000, dtype=np.int16)  # 1 is the unknown character
        self._code[[ord(_START), ord(_END)]] = 0, 2
        self._code[np.frombuffer(self.alphabet.encode("utf-32-le"), dtype=np.uint32)] = np.arange(3, len(kept) + 3)
        self._size = len(kept) + 3

        grams = self._grams(lines)
        self._keys: list[IntArray] = []
        self._raw: list[IntArray] = []
        self._suffix: list[IntArray] = []  # for each n-gram, the (n-1)-gram that it ends with
        self._context: list[IntArray] = []  # for each n-gram, the context that it stands in
        self._context_keys: list[IntArray] = []
        for n in range(1, order + 1):
            keys, raw = np.unique(grams[n - 1], return_counts=True)
            context_keys, context = np.unique(keys // self._size, return_inverse=True)
            suffix = keys % self._size ** (n - 1)
            self._suffix.append(np.searchsorted(self._keys[-1], suffix) if self._keys else suffix)
            self._keys.append(keys)
            self._raw.append(raw)
            self._context.append(context)
            self._context_keys.append(context_keys)
        self._count_types()

    def _count_types(self) -> None:
        """Below the highest order an n-gram counts by how many different characters stand before it."""
        self._count: list[IntArray] = []
        self._total: list[IntArray] = []
        self._kinds: list[IntArray] = []  # for each context, how many continuations have count 1, 2 and 3 or more
        self._discounts: list[FloatArray] = []
        for n in range(self.order):
            last = n == self.order - 1
            count = self._raw[n] if last else np.bincount(self._suffix[n + 1], minlength=len(self._keys[n]))
            count = count.astype(np.int64)
            kinds = np.zeros((len(self._context_keys[n]), 3), dtype=np.int64)
            np.add.at(kinds, (self._context[n], _kind(count)), 1)
            total = np.zeros(len(kinds), dtype=np.int64)
            np.add.at(total, self._context[n], count)
            self._count.append(count)
            self._total.append(total)
            self._kinds.append(kinds)
            self._discounts.append(_discounts(count))

    @contextmanager
    def without(self, lines: Sequence[str]) -> Iterator[None]:
        """Inside the block the counts are those of the text without `lines`, which must be among the fitted ones.

        The alphabet and the discounts stay those of the whole text.
        """
        self._shift(lines, -1)
        try:
            yield
        finally:
            self._shift(lines, 1)

    def _shift(self, lines: Sequence[str], sign: int) -> None:
        if not lines:
            return
        grams, appeared = self._grams(lines), np.zeros(0, dtype=np.int64)
        for n in reversed(range(self.order)):
            places = np.searchsorted(self._keys[n], grams[n]).astype(np.int64)
            index, times = np.unique(places, return_counts=True)
            before = self._raw[n][index]
            self._raw[n][index] += sign * times
            changed, amount = index, times
            if n < self.order - 1:
                changed, amount = np.unique(self._suffix[n + 1][appeared], return_counts=True)
            old = self._count[n][changed]
            new = old + sign * amount
            self._count[n][changed] = new
            appeared = index[(before == 0) | (before + sign * times == 0)]
            context = self._context[n][changed]
            np.add.at(self._total[n], context, sign * amount)
            np.add.at(self._kinds[n], (context, _kind(old)), -(old > 0).astype(np.int64))
            np.add.at(self._kinds[n], (context, _kind(new)), (new > 0).astype(np.int64))

    def bits(self, texts: Sequence[str]) -> list[FloatArray]:
        """For each text its surprisal, -log2 P: one value a character and a last one for the end of the text."""
        if not texts:
            return []
        grams = self._grams(texts)
        probability = np.full(len(grams[0]), 1.0 / (self._size - 1))
        for n in range(self.order):
            context, known = _find(self._context_keys[n], grams[n] // self._size)
            total = self._total[n][context]
            known &= total > 0
            index, seen = _find(self._keys[n], grams[n])
            count = np.where(seen, self._count[n][index], 0)
            discounts = self._discounts[n]
            kept = count - discounts[np.minimum(count, 3)]
            kinds = self._kinds[n][context]
            # written out: a matrix product may round differently with the number of rows
            freed = kinds[:, 0] * discounts[1] + kinds[:, 1] * discounts[2] + kinds[:, 2] * discounts[3]
            interpolated = (kept + freed * probability) / np.maximum(total, 1)
            probability = np.where(known, interpolated, probability)
        ends = np.cumsum([len(text) + 1 for text in texts])
        return np.split(-np.log2(probability), ends[:-1])

    def _grams(self, lines: Sequence[str]) -> list[IntArray]:
        """Keys of the 1- to `order`-grams that end at each character, and at the end, of each line."""
        padding = _START * (self.order - 1)
        stream = "".join(f"{padding}{_neutral(line)}{_END}" for line in lines)
        codes = self._code[np.frombuffer(stream.encode("utf-32-le"), dtype=np.uint32)].astype(np.int64)
        predicted = np.flatnonzero(codes)
        grams = [codes[predicted]]
        for n in range(1, self.order):
            grams.append(grams[-1] + codes[predicted - n] * self._size**n)
        return grams


def _neutral(line: str) -> str:
    """The line with digits, spaces and quotation marks made one; its length stays."""
    return _SPACE.sub(" ", _DIGIT.sub("0", line)).translate(_QUOTES)


def _kind(count: IntArray) -> IntArray:
    return np.clip(count, 1, 3) - 1


def _find(keys: IntArray, wanted: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    index = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return index, keys[index] == wanted


def _discounts(count: IntArray) -> FloatArray:
    """What is taken off counts of 0, 1, 2 and 3 or more; half of a count where there is too little to estimate it."""
    ones, twos, threes, fours = (int(np.sum(count == k)) for k in (1, 2, 3, 4))
    if min(ones, twos, threes, fours) < 10:
        return np.array([0.0, 0.5, 1.0, 1.5])
    y = ones / (ones + 2 * twos)
    estimates = [1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes]
    return np.array([0.0, *(float(np.clip(d, 0.1 * k, 0.95 * k)) for k, d in enumerate(estimates, 1))])
