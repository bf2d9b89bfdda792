"""How English words are used, as far as the words beside them tell; also of pairs that no list has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqe.results import FloatArray
from mtqe.store import versions
from mtqe.tables import Table, key_columns, keys_of, open_table, pack

IntArray = NDArray[np.int64]

_FORMAT = 1
_WORDS, _DIMENSIONS, _CLASSES = 20_000, 64, 6
#: Further dimensions of the random projection, and how often it is improved.
_MORE, _ITERATIONS = 16, 4
#: Contexts are smoothed by this power.
_SMOOTHING = 0.75
#: What two words are told to be for one another of which one is not known: neither odd nor usual.
_UNKNOWN = 1.0
#: A word is shared out among its classes as if it had been seen so often without any.
_UNSEEN = 50.0
#: What stands before nouns, verbs and adjectives, and after nouns and verbs.
_BEFORE = (
    "the a an my your his its our their of in",
    "to will would can could may must should he they we i who did not",
)
_DEGREES = "very more most so too"
_AFTER = ("of and is in was are for", "the a to that by it")


class Usage:
    """Vectors of words, from symspellpy's counts of word pairs.

    Positive pointwise mutual information of a word and the next, factorised by a truncated singular value
    decomposition (Levy and Goldberg 2014), contexts smoothed (Levy et al. 2015). `before` and `after`, each
    `(words, 64)`, are a word's vectors for its place in a pair. Made once, kept in the cache.
    """

    def __init__(self, table: Table) -> None:
        self._words, self._pairs = table.index("word"), table.index("pair")
        self._number, self._information = table["number"], table["information"]
        self._classes = np.asarray(table["classes"]).reshape(-1, _CLASSES)
        self.before, self.after = (np.asarray(table[name]).reshape(-1, _DIMENSIONS) for name in ("before", "after"))
        both = np.hstack([self.before, self.after])
        self._both = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)

    def follows(self, first: str, second: str) -> float:
        """How readily a word follows another: pointwise mutual information, of pairs not listed by vectors."""
        a, b = self._vector(first), self._vector(second)
        if a < 0 or b < 0:
            return _UNKNOWN
        listed = self._pairs.row(f"{first} {second}")
        return float(self.before[a] @ self.after[b]) if listed < 0 else self._information[listed]

    def likeness(self, one: str, other: str) -> float:
        """How alike the words are beside which two words stand: a cosine; 0 where one is not known."""
        a, b = self._vector(one), self._vector(other)
        return 0.0 if a < 0 or b < 0 else float(self._both[a] @ self._both[b])

    def classes(self, word: str) -> Sequence[float]:
        """The shares of its places after what precedes nouns, verbs and adjectives, and before what follows the first
        two, each in [0, 1] but the third, which is five times as much, and how rarely pairs end with it (a logarithm).
        """
        row = self._words.row(word)
        return (0.0,) * _CLASSES if row < 0 else self._classes[row].tolist()

    def _vector(self, word: str) -> int:
        row = self._words.row(word)
        return -1 if row < 0 else self._number[row]


@lru_cache(maxsize=1)
def usage() -> Usage:
    return Usage(open_table("usage-en", [_FORMAT, versions(["symspellpy", "wordfreq"])], _made))


def _made() -> bytes:
    first, second, counts = _pairs()
    words = sorted({*first, *second}, key=lambda word: (-_frequencies().get(word, 0.0), word))
    number = {word: k for k, word in enumerate(words)}
    rows, columns = (np.array([number[word] for word in column]) for column in (first, second))
    classes = _classes(words, rows, columns, counts)
    kept = (rows < _WORDS) & (columns < _WORDS)
    rows, columns, counts = rows[kept], columns[kept], counts[kept]
    size = min(len(words), _WORDS)
    shares = [np.bincount(ends, counts, size) ** _SMOOTHING for ends in (rows, columns)]
    before, after = (share / share.sum() for share in shares)
    information = np.log(counts / counts.sum()) - np.log(before[rows]) - np.log(after[columns])
    left, values, right = _factorised(rows, columns, np.maximum(information, 0), size)
    word_keys, word_at = np.unique(keys_of(words), return_index=True)
    pairs = (f"{words[row]} {words[column]}" for row, column in zip(rows.tolist(), columns.tolist(), strict=True))
    pair_keys, pair_at = np.unique(keys_of(pairs), return_index=True)
    return pack(
        {
            **key_columns("word", word_keys),
            **key_columns("pair", pair_keys),
            "number": np.where(word_at < size, word_at, -1).astype(np.int32),
            "classes": classes[word_at].astype(np.float32),
            "information": information[pair_at],
            "before": (left * np.sqrt(values)).astype(np.float32),
            "after": (right * np.sqrt(values)).astype(np.float32),
        },
        None,
    )


@lru_cache(maxsize=1)
def _frequencies() -> Mapping[str, float]:
    import wordfreq

    found: Mapping[str, float] = wordfreq.get_frequency_dict("en", "best")
    return found


@lru_cache(maxsize=1 << 16)
def rarity(word: str) -> float:
    """Minus the logarithm of its share of running text, at most 12."""
    return min(12.0, -log(_frequencies().get(word, 1e-7)))


def _pairs() -> tuple[Sequence[str], Sequence[str], FloatArray]:
    """The first and the second word of all pairs, and how often each was counted."""
    path = files("symspellpy").joinpath("frequency_bigramdictionary_en_243_342.txt")
    fields = path.read_text("utf-8-sig").split()
    return fields[::3], fields[1::3], np.array(fields[2::3], np.float64)


def _factorised(rows: IntArray, columns: IntArray, values: FloatArray, size: int) -> tuple[Any, Any, Any]:
    """The largest singular values of a sparse matrix and their vectors, by random projection (Halko et al. 2011)."""
    from scipy.sparse import csr_matrix

    matrix = csr_matrix((values.astype(np.float32), (rows, columns)), shape=(size, size))
    basis = np.random.default_rng(0).standard_normal((size, _DIMENSIONS + _MORE), np.float32)
    for _ in range(_ITERATIONS):
        basis = np.linalg.qr(matrix @ basis)[0]
        basis = np.linalg.qr(matrix.T @ basis)[0]
    basis = np.linalg.qr(matrix @ basis)[0]
    small = matrix.T @ basis
    squares, mixture = np.linalg.eigh(small.T @ small)
    largest = slice(None, -_DIMENSIONS - 1, -1)
    found = np.sqrt(squares[largest])
    return basis @ mixture[:, largest], found, small @ mixture[:, largest] / found


def _classes(words: Sequence[str], rows: IntArray, columns: IntArray, counts: FloatArray) -> FloatArray:
    """What `Usage.classes` says of each word, (words, 6)."""
    number = {word: k for k, word in enumerate(words)}

    def with_one_of(listed: str, ends: IntArray, others: IntArray) -> FloatArray:
        inside = np.isin(ends, [number[word] for word in listed.split() if word in number])
        return np.bincount(others[inside], counts[inside], len(words)) / (
            np.bincount(others, counts, len(words)) + _UNSEEN
        )

    frequency = np.array([_frequencies().get(word, 1e-8) for word in words])
    seldom = np.log((np.bincount(rows, counts, len(words)) + _UNSEEN) / (frequency * 1e9 + 1) + 1e-3)
    before = [with_one_of(listed, rows, columns) for listed in (*_BEFORE, _DEGREES)]
    before[-1] *= 5
    return np.stack([*before, *(with_one_of(listed, columns, rows) for listed in _AFTER), seldom], axis=1)
