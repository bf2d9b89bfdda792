"""What lines are compared by: word stems for their order, character n-grams for their spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from sys import intern

import numpy as np
import regex
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from mtqe.text import fold

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Words are compared by their first letters, which forgives most inflection.
_STEM = 5
_DIMENSIONS = 512
_LINES = 2**18  # both sides of a text of 100,000 lines are seen several times, one after the other
_SAME, _OTHER_STEMS = 90, 2  # rapidfuzz ratio from which one line repeats another, with at most so many stems more
_WORD = regex.compile(r"[\p{L}\p{M}]+|\p{N}[\p{N}.,]*")
_ASCII_WORD = re.compile(r"[A-Za-z]+|[0-9][0-9.,]*")
#: A character of a script that writes no spaces; katakana apart, whose runs are words.
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_UNSPACED = regex.compile(rf"{UNSPACED}|\p{{Katakana}}")
_OPEN_END = regex.compile(r"(?r)(?:\.\.|…)\W*$")
_CLOSED_END = regex.compile(r"(?r)\p{Sentence_Terminal}[\p{Pe}\p{Pf}\p{Pi}\p{Quotation_Mark}\s]*$")


@lru_cache(maxsize=_LINES)
def stems(line: str) -> tuple[str, ...]:
    """The comparable tokens of a line: word prefixes and numbers, or character bigrams in scripts without spaces.

    A line without words (`***`) is made of its runs of other characters.
    """
    words = _words(fold(line))
    if line.isascii() or not _UNSPACED.search(line):
        return tuple([intern(word[:_STEM]) for word in words]) or tuple(line.split())
    return tuple(part for word in words for part in (_bigrams(word) if _UNSPACED.search(word) else (word[:_STEM],)))


def words_of_stems(line: str) -> Sequence[str]:
    """The word of each stem as it stands in the line; in scripts without spaces the stem itself."""
    words = _words(line)
    return words if len(words) == len(stems(line)) else stems(line)


def _words(line: str) -> list[str]:
    # The quicker expression finds the same.
    return (_ASCII_WORD if line.isascii() else _WORD).findall(line)


def _bigrams(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]


def repetitions(lines: Sequence[str], reach: int) -> Iterator[tuple[int, int]]:
    """Pairs of nearly identical lines that stand at most so many lines apart, the later line first."""
    sizes = np.array([len(stems(line)) for line in lines])
    for distance in range(1, min(reach, len(lines) - 1) + 1):
        for i in np.flatnonzero(np.abs(sizes[distance:] - sizes[:-distance]) <= _OTHER_STEMS).tolist():
            if ratio(fold(lines[i + distance]), fold(lines[i]), score_cutoff=_SAME) > 0:
                yield i + distance, i


@lru_cache(maxsize=_LINES)
def is_fragment(line: str) -> bool:
    """Whether the line ends like a heading, caption or cut teaser: without the punctuation that closes a sentence."""
    return _OPEN_END.search(line) is not None or _CLOSED_END.search(line) is None


def is_label(line: str) -> bool:
    """Whether the line ends like a field of a page, such as `Date:`."""
    return line.rstrip().endswith((":", "："))


def similarity(first: Sequence[str], second: Sequence[str]) -> float:
    """Dice coefficient of the different stems of two groups of lines, in [0, 1]."""
    one, two = (set(chain.from_iterable(map(stems, lines))) for lines in (first, second))
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0


def stem_numbers(lines: Sequence[str]) -> tuple[Integers, Integers]:
    """The stems of the lines as numbers from 0, and the line of each."""
    found = [stems(line) for line in lines]
    flat = list(chain.from_iterable(found))
    numbers = dict(zip(dict.fromkeys(flat), count(), strict=False))
    ids = np.fromiter(map(numbers.__getitem__, flat), np.int64, len(flat))
    return ids, np.repeat(np.arange(len(lines)), np.fromiter(map(len, found), np.int64, len(found)))


def stem_keys(lines: Sequence[str]) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    """The stems and then the stem bigrams of the lines as numbers, the line of each, and whether it is a bigram."""
    ids, owners = stem_numbers(lines)
    different = ids.max(initial=0) + 1
    inside = owners[1:] == owners[:-1]
    bigrams = (different + ids[:-1] * different + ids[1:])[inside]
    keys = np.unique(np.concatenate([ids, bigrams]), return_inverse=True)[1]
    return keys, np.concatenate([owners, owners[1:][inside]]), np.arange(len(keys)) >= len(ids)


def twos(codes: Integers) -> tuple[Integers, Integers]:
    """The places of the codes that occur twice."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    found = starts[np.diff(starts, append=len(codes)) == 2]
    return order[found], order[found + 1]


def containment(hyp: Sequence[str], ref: Sequence[str]) -> Matrix:
    """For each pair of lines the share of the smaller one's n-grams, weighted by rarity, that the other one has."""
    order = _gram_order((*hyp, *ref))
    counts = np.sqrt(_gram_counts((*hyp, *ref), order))
    frequency = np.maximum((counts > 0).sum(axis=0), 1)
    vectors = counts * np.log1p(len(counts) / frequency).astype(np.float32)
    sizes = (vectors**2).sum(axis=1)
    smaller = np.minimum.outer(sizes[: len(hyp)], sizes[len(hyp) :])
    # For matrices this small the threads of a matrix product cost more than they save.
    shared = np.einsum("ik,jk->ij", vectors[: len(hyp)], vectors[len(hyp) :])
    return np.asarray(np.minimum(shared / np.maximum(smaller, 1e-9), 1), np.float64)


def _gram_order(texts: Sequence[str]) -> int:
    """Two characters where most texts are in scripts without spaces, else four."""
    unspaced = sum(not text.isascii() and _UNSPACED.search(text) is not None for text in texts)
    return 2 if 2 * unspaced > len(texts) else 4


def _gram_counts(lines: Sequence[str], order: int) -> NDArray[np.float32]:
    """Counts of the hashed character n-grams of each line and the spaces around it, `(lines, dimensions)`."""
    padded = [f" {fold(line)} " for line in lines]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in padded])
    starts = np.flatnonzero(owners[: len(points) - order + 1] == owners[order - 1 :])
    keys = np.zeros(len(starts), np.uint64)
    for i in range(order):
        keys = keys * np.uint64(1_000_003) + points[starts + i]
    # Fibonacci hashing: the top 9 bits of the product number the 512 dimensions.
    bins = ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(55)).astype(np.int64)
    counts = np.bincount(owners[starts] * _DIMENSIONS + bins, minlength=len(lines) * _DIMENSIONS)
    return counts.reshape(len(lines), _DIMENSIONS).astype(np.float32)
