"""How English words are used, as far as the words beside them tell; also of pairs that no list has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from math import log

import numpy as np

_WORDS, _DIMENSIONS = 20_000, 64
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
    `(words, 64)`, are a word's vectors for its place in a pair.
    """

    def __init__(self) -> None:
        from scipy.sparse import csr_matrix
        from scipy.sparse.linalg import svds

        pairs = list(_pairs())
        frequency = _frequencies()
        known = sorted({word for a, b, _ in pairs for word in (a, b)}, key=lambda w: (-frequency.get(w, 0.0), w))
        self._number = {word: k for k, word in enumerate(known[:_WORDS])}
        size = len(self._number)
        kept = [(self._number[a], self._number[b], n) for a, b, n in pairs if a in self._number and b in self._number]
        rows, columns, counts = (np.array(values) for values in zip(*kept, strict=True))
        shares = [np.bincount(ends, counts, size) ** _SMOOTHING for ends in (rows, columns)]
        first, second = (share / share.sum() for share in shares)
        information = np.log(counts / counts.sum()) - np.log(first[rows]) - np.log(second[columns])
        self._listed = {(a, b): value for (a, b, _), value in zip(kept, information.tolist(), strict=True)}
        positive = information > 0
        matrix = csr_matrix(
            (information[positive].astype(np.float32), (rows[positive], columns[positive])), shape=(size, size)
        )
        left, values, right = svds(matrix, k=_DIMENSIONS, v0=np.ones(size, np.float32))
        self.before = left * np.sqrt(values)
        self.after = right.T * np.sqrt(values)
        both = np.hstack([self.before, self.after])
        self._both = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
        self._classes = _classes(pairs, frequency)

    def follows(self, first: str, second: str) -> float:
        """How readily a word follows another: pointwise mutual information, of pairs not listed by vectors."""
        a, b = self._number.get(first), self._number.get(second)
        if a is None or b is None:
            return _UNKNOWN
        listed = self._listed.get((a, b))
        return float(self.before[a] @ self.after[b]) if listed is None else listed

    def likeness(self, one: str, other: str) -> float:
        """How alike the words are beside which two words stand: a cosine; 0 where one is not known."""
        a, b = self._number.get(one), self._number.get(other)
        return 0.0 if a is None or b is None else float(self._both[a] @ self._both[b])

    def classes(self, word: str) -> Sequence[float]:
        """The shares of its places after what precedes nouns, verbs and adjectives, and before what follows the first
        two, each in [0, 1] but the third, which is five times as much, and how rarely pairs end with it (a logarithm).
        """
        return self._classes.get(word, (0.0,) * 6)


@lru_cache(maxsize=1)
def usage() -> Usage:
    return Usage()


@lru_cache(maxsize=1)
def _frequencies() -> Mapping[str, float]:
    import wordfreq

    found: Mapping[str, float] = wordfreq.get_frequency_dict("en", "best")
    return found


@lru_cache(maxsize=1 << 16)
def rarity(word: str) -> float:
    """Minus the logarithm of its share of running text, at most 12."""
    return min(12.0, -log(_frequencies().get(word, 1e-7)))


def _pairs() -> Iterable[tuple[str, str, int]]:
    path = files("symspellpy").joinpath("frequency_bigramdictionary_en_243_342.txt")
    for row in path.read_text("utf-8-sig").splitlines():
        first, second, count = row.split()
        yield first, second, int(count)


def _classes(pairs: Iterable[tuple[str, str, int]], frequency: Mapping[str, float]) -> Mapping[str, Sequence[float]]:
    before = [frozenset(words.split()) for words in (*_BEFORE, _DEGREES)]
    after = [frozenset(words.split()) for words in _AFTER]
    counted: list[Counter[str]] = [Counter() for _ in range(len(before) + len(after))]
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for a, b, n in pairs:
        first[a] += n
        second[b] += n
        for of, words in zip(counted, before, strict=False):
            if a in words:
                of[b] += n
        for of, words in zip(counted[len(before) :], after, strict=True):
            if b in words:
                of[a] += n
    return {
        word: (
            *(
                scale * of[word] / ((second if k < len(before) else first)[word] + _UNSEEN)
                for k, (of, scale) in enumerate(zip(counted, (1, 1, 5, 1, 1), strict=True))
            ),
            log((first[word] + _UNSEEN) / (frequency.get(word, 1e-8) * 1e9 + 1) + 1e-3),
        )
        for word in first.keys() | second.keys()
    }
