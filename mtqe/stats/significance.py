"""Is the difference of two systems more than chance? Paired permutation tests, and Holm's correction for many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from mtqe.results import FloatArray
from mtqe.stats.resampling import Aggregate, chunk_sizes

#: Differences that are this close, relative to the scores, are ties: float noise must never lower a p-value.
_TOLERANCE = 1e-10


def paired_permutation(
    a: FloatArray, b: FloatArray, aggregate: Aggregate, *, draws: int, seed: int
) -> tuple[float, float]:
    """Difference of two corpus scores and its two-sided p; a and b are statistics (n, k) of the same n units.

    See `permutation_tests`, of which this is the case of one pair.
    """
    delta, p = permutation_tests(np.stack([a, b]), [(0, 1)], aggregate, draws=draws, seed=seed)
    return float(delta[0]), float(p[0])


def permutation_tests(
    statistics: FloatArray, pairs: Sequence[tuple[int, int]], aggregate: Aggregate, *, draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Approximate randomisation (Noreen 1989; Riezler and Maxwell 2005) of pairs of systems on the same n units.

    Under the null hypothesis the two outputs of each unit are exchangeable: each draw swaps them at random, and p is
    the share of draws whose difference is at least as large, in either direction, as the observed one. Ties count.

    statistics  (systems, n, k); `pairs` are indices of systems. All pairs share one matrix of swaps, which depends on
                n, `draws` and `seed` alone.
    Returns delta (pairs,) = score(a) - score(b), and p (pairs,) in (0, 1]: (1 + hits) / (draws + 1), or the exact share
    where all 2**n assignments fit in `draws`. Equal statistics give 1. See `smallest_p` for what p can reach.
    """
    n = statistics.shape[1]
    totals = statistics.sum(axis=1)
    scores = aggregate(totals)
    delta = np.array([scores[a] - scores[b] for a, b in pairs])
    ties = _TOLERANCE * np.array([abs(scores[a]) + abs(scores[b]) for a, b in pairs])
    hits = np.zeros(len(pairs))
    for swaps in _swaps(n, draws, seed) if pairs else ():
        swapped = swaps @ statistics
        for i, (a, b) in enumerate(pairs):
            exchanged = swapped[b] - swapped[a]
            null = aggregate(totals[a] + exchanged) - aggregate(totals[b] - exchanged)
            # "not smaller" so that a draw without a score (NaN) can only raise p
            hits[i] += np.count_nonzero(~(np.abs(null) < abs(delta[i]) - ties[i]))
    return delta, hits / 2**n if all_assignments_fit(n, draws) else (1 + hits) / (draws + 1)


def all_assignments_fit(n: int, draws: int) -> bool:
    """Whether 2**n <= draws, so that a permutation test of n units enumerates all swaps and its p is exact."""
    return n < draws.bit_length()


def smallest_p(n: int, draws: int) -> float:
    """The least p that a permutation test of n units can reach.

    Exact: 2 / 2**n, since no swap and all swaps are both as large as the observed difference; else 1 / (draws + 1).
    """
    return 2 / 2**n if all_assignments_fit(n, draws) else 1 / (draws + 1)


def holm(p: ArrayLike) -> FloatArray:
    """Holm's (1979) step-down adjustment of p (m,): keeps the family-wise error without any assumption.

    The adjusted values are in the order of p, at most 1, and never order two hypotheses against their p.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def _swaps(n: int, draws: int, seed: int) -> Iterator[FloatArray]:
    """Which units are swapped (1) in each draw, as chunks (rows, n); all 2**n assignments where they fit."""
    if all_assignments_fit(n, draws):
        start = 0
        for rows in chunk_sizes(n, 2**n):
            yield ((np.arange(start, start + rows)[:, None] >> np.arange(n)) & 1).astype(np.float64)
            start += rows
        return
    generator = np.random.default_rng(seed)
    for rows in chunk_sizes(n, draws):
        yield generator.integers(2, size=(rows, n), dtype=np.bool_).astype(np.float64)
