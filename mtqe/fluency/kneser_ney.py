"""An n-gram language model over numbers, from which text can be taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from mtqe.results import FloatArray

IntArray = NDArray[np.int64]


class KneserNey:
    """Interpolated modified Kneser-Ney (Chen and Goodman 1999), with counts that can be taken back.

    A text is a stream of codes in [0, `size`), where 0 stands before a text and is never predicted: `order` - 1 of
    them part one text from another. `size` to the power of `order` must fit into 63 bits. N-grams shorter than `lowest`
    are not used.
    """

    def __init__(self, stream: IntArray, size: int, order: int, lowest: int = 1) -> None:
        self.order, self._lowest, self._size = order, lowest, size
        grams = self._grams(stream)
        self._keys: list[IntArray] = []
        self._raw: list[IntArray] = []
        self._suffix: list[IntArray] = []  # for each n-gram, the (n-1)-gram that it ends with
        self._context: list[IntArray] = []  # for each n-gram, the context that it stands in
        self._context_keys: list[IntArray] = []
        for n in range(1, order + 1):
            keys, raw = np.unique(grams[n - 1], return_counts=True)
            context_keys, context = np.unique(keys // size, return_inverse=True)
            suffix = keys % size ** (n - 1)
            self._suffix.append(np.searchsorted(self._keys[-1], suffix) if self._keys else suffix)
            self._keys.append(keys)
            self._raw.append(raw)
            self._context.append(context)
            self._context_keys.append(context_keys)
        self._count_types()

    def _count_types(self) -> None:
        """Below the highest order an n-gram counts by how many different codes stand before it."""
        self._count: list[IntArray] = []
        self._total: list[IntArray] = []
        self._kinds: list[IntArray] = []  # for each context, how many continuations have count 1, 2 and 3 or more
        self._discounts: list[FloatArray] = []
        for n in range(self.order):
            last = n == self.order - 1
            count = self._raw[n] if last else np.bincount(self._suffix[n + 1], minlength=len(self._keys[n]))
            count = count.astype(np.int64)
            contexts = len(self._context_keys[n])
            kinds = np.bincount(3 * self._context[n] + _kind(count), minlength=3 * contexts).reshape(contexts, 3)
            total = np.bincount(self._context[n], count, contexts).astype(np.int64)
            self._count.append(count)
            self._total.append(total)
            self._kinds.append(kinds)
            self._discounts.append(_discounts(count))

    @contextmanager
    def without(self, stream: IntArray) -> Iterator[None]:
        """Inside the block the counts are those of the text without `stream`, texts that are among the fitted ones.

        The discounts stay those of the whole text.
        """
        self._shift(stream, -1)
        try:
            yield
        finally:
            self._shift(stream, 1)

    def _shift(self, stream: IntArray, sign: int) -> None:
        if not len(stream):
            return
        grams, appeared = self._grams(stream), np.zeros(0, dtype=np.int64)
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

    def probabilities(self, stream: IntArray, base: FloatArray) -> FloatArray:
        """Of each code but 0, given those before it. `base`: its probability where nothing is known, in any context."""
        grams, probability = self._grams(stream), base
        for n in range(self._lowest - 1, self.order):
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
        return probability

    def _grams(self, stream: IntArray) -> list[IntArray]:
        """Keys of the 1- to `order`-grams that end at each code but 0."""
        predicted = np.flatnonzero(stream)
        grams = [stream[predicted]]
        for n in range(1, self.order):
            grams.append(grams[-1] + stream[predicted - n] * self._size**n)
        return grams


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
