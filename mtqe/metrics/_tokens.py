"""Texts as arrays of numbers, the form that the counting kernels take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, count, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

#: What `str.split` splits at; the last is the ideographic space.
_SPACES = np.array([chr(code).isspace() for code in range(0x3002)])


class Ragged(NamedTuple):
    """Sequence i is `values[offsets[i]:offsets[i + 1]]`."""

    values: Int32
    offsets: Int64

    @property
    def lengths(self) -> Int64:
        return np.diff(self.offsets)

    def taken(self, which: Int64) -> Ragged:
        """Some of the sequences, in the order of `which`."""
        if len(which) == len(self.lengths):
            return self
        lengths = self.lengths[which]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(offsets[-1]) + np.repeat(self.offsets[which] - offsets[:-1], lengths)
        return Ragged(self.values[at], offsets)


def vocabulary(texts: Sequence[Sequence[str]]) -> dict[str, int]:
    """Numbers the words of the references, in the order of their first appearance."""
    return dict(zip(dict.fromkeys(chain.from_iterable(texts)), count(), strict=False))


def words(texts: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Ragged:
    """The words of each text by number, -1 for those that no reference has: they match nothing."""
    offsets = _offsets([len(text) for text in texts])
    found = map(numbers.get, chain.from_iterable(texts), repeat(-1))
    return Ragged(np.fromiter(found, np.int32, int(offsets[-1])), offsets)


def characters(texts: Sequence[str], whitespace: bool) -> Ragged:
    """The code points of each text, without whitespace unless it is asked for."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<i4").astype(np.int32, copy=False)
    offsets = _offsets([len(text) for text in texts])
    if whitespace:
        return Ragged(codes, offsets)
    kept = ~_SPACES[np.minimum(codes, len(_SPACES) - 1)]
    return Ragged(codes[kept], np.concatenate([[0], np.cumsum(kept)])[offsets])


def _offsets(lengths: Sequence[int]) -> Int64:
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]).astype(np.int64)
