"""What lines are compared by: word stems for their order, character n-grams for their spelling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from mtqe.text import fold

Matrix = NDArray[np.float64]

#: Words are compared by their first letters, which forgives most inflection.
_STEM = 5
_DIMENSIONS = 1024
_WORD = regex.compile(r"[\p{L}\p{M}]+|\p{N}[\p{N}.,]*")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")
_OPEN_END = regex.compile(r"(?:\.\.|…)\W*$")
_CLOSED_END = regex.compile(r"\p{Sentence_Terminal}[\p{Pe}\p{Pf}\p{Pi}\p{Quotation_Mark}\s]*$")


@lru_cache(maxsize=65536)
def stems(line: str) -> tuple[str, ...]:
    """The comparable tokens of a line: word prefixes and numbers, or character bigrams in scripts without spaces.

    A line without words (`***`) is made of its runs of other characters.
    """
    words = _WORD.findall(fold(line))
    if not _UNSPACED.search(line):
        return tuple(word[:_STEM] for word in words) or tuple(line.split())
    return tuple(part for word in words for part in (_bigrams(word) if _UNSPACED.search(word) else (word[:_STEM],)))


def _bigrams(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]


def is_fragment(line: str) -> bool:
    """Whether the line ends like a heading, caption or cut teaser: without the punctuation that closes a sentence."""
    return _OPEN_END.search(line) is not None or _CLOSED_END.search(line) is None


def similarity(first: str, second: str) -> float:
    """Dice coefficient of the character n-grams of two texts, in [0, 1]; equal texts have 1."""
    if first == second:
        return 1.0
    order = _gram_order((first, second))
    one, two = _gram_counts((first, second), order)
    total = one.sum() + two.sum()
    return float(2 * np.minimum(one, two).sum() / total) if total else 0.0


def containment(hyp: Sequence[str], ref: Sequence[str]) -> Matrix:
    """For each pair of lines the share of the smaller one's n-grams, weighted by rarity, that the other one has."""
    order = _gram_order((*hyp, *ref))
    counts = np.sqrt(_gram_counts((*hyp, *ref), order))
    frequency = np.maximum((counts > 0).sum(axis=0), 1)
    vectors = counts * np.log1p(len(counts) / frequency).astype(np.float32)
    sizes = (vectors**2).sum(axis=1)
    smaller = np.minimum.outer(sizes[: len(hyp)], sizes[len(hyp) :])
    shared = vectors[: len(hyp)] @ vectors[len(hyp) :].T
    return np.asarray(np.minimum(shared / np.maximum(smaller, 1e-9), 1), np.float64)


def _gram_order(texts: Sequence[str]) -> int:
    """Two characters where scripts without spaces prevail, else four."""
    sample = "".join(texts)
    return 2 if 2 * len(_UNSPACED.findall(sample)) > len(sample) else 4


def _gram_counts(lines: Sequence[str], order: int) -> NDArray[np.float32]:
    """Counts of the hashed character n-grams of each line and the spaces around it, `(lines, dimensions)`."""
    padded = [f" {fold(line)} " for line in lines]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in padded])
    starts = np.flatnonzero(owners[: len(points) - order + 1] == owners[order - 1 :])
    keys = np.zeros(len(starts), np.uint64)
    for i in range(order):
        keys = keys * np.uint64(1_000_003) + points[starts + i]
    # Fibonacci hashing: the top 10 bits of the product number the 1024 dimensions.
    bins = ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(54)).astype(np.int64)
    counts = np.bincount(owners[starts] * _DIMENSIONS + bins, minlength=len(lines) * _DIMENSIONS)
    return counts.reshape(len(lines), _DIMENSIONS).astype(np.float32)
