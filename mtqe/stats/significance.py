"""Is the difference of two systems more than chance? Paired tests, two-sided; ties count, equal systems give p = 1.

Permutation (the default), bootstrap and Wilcoxon's signed ranks; corrections for many pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from mtqe.results import FloatArray
from mtqe.stats.resampling import CHUNK, Aggregate, bootstrap, chunk_sizes, weighted_sums

Pairs = Sequence[tuple[int, int]]

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
    statistics: FloatArray, pairs: Pairs, aggregate: Aggregate, *, draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Approximate randomisation (Noreen 1989; Riezler and Maxwell 2005) of pairs of systems on the same n units.

    Under the null hypothesis the two outputs of each unit are exchangeable: each draw swaps them at random, and p is
    the share of draws whose difference is at least as large, in either direction, as the observed one. Ties count.
    Strata need no word: a swap never leaves its unit.

    statistics  (systems, n, k); `pairs` are indices of systems. All pairs share one matrix of swaps, which depends on
                n, `draws` and `seed` alone.
    Returns delta (pairs,) = score(a) - score(b), and p (pairs,) in (0, 1]: (1 + hits) / (draws + 1), or the exact share
    where all 2**n assignments fit in `draws`. Equal statistics give 1. See `smallest_p` for what p can reach.
    """
    if not pairs:
        return np.zeros(0), np.zeros(0)
    n = statistics.shape[1]
    delta, bar = _differences(statistics.sum(axis=1), pairs, aggregate)
    hits = sum(_reached(null, bar) for null in _null_sizes(statistics, pairs, aggregate, draws, seed))
    return delta, _shares(hits, n, draws)


def max_t_tests(
    statistics: FloatArray,
    pairs: Pairs,
    aggregate: Aggregate,
    *,
    draws: int,
    seed: int,
    studentised: bool = True,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`permutation_tests`, and p adjusted for the family of pairs by step-down max-T (Westfall and Young 1993).

    The adjusted p of a pair is the share of draws in which the largest statistic of it and all pairs with a smaller
    one is at least its own. All pairs share the swaps, so the correction knows how the pairs hang together and loses
    less than Holm's. It keeps the family-wise error where the joint null is that of the differences with their signs
    flipped unit by unit: in the limit always, for few units see experiments/bench/calibration.py.

    studentised  the statistic is |delta| in units of the pair's own standard deviation under the null; else |delta|,
                 with which pairs of unlike systems drown the close ones.
    Returns delta, p, adjusted p, each (pairs,); adjusted is never below p.
    """
    if not pairs:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    n, totals = statistics.shape[1], statistics.sum(axis=1)
    delta, bar = _differences(totals, pairs, aggregate)
    scale = _null_deviation(statistics, totals, delta, pairs, aggregate) if studentised else np.ones(len(pairs))
    # a scale of 0: systems that are identical to the test, whose p is 1
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    ascending = np.argsort(np.nan_to_num(np.abs(delta) * inverse, nan=0.0), kind="stable")
    hits, family_hits = np.zeros(len(pairs)), np.zeros(len(pairs))
    for null in _null_sizes(statistics, pairs, aggregate, draws, seed):
        hits += _reached(null, bar)
        largest = np.maximum.accumulate((null * inverse[:, None])[ascending], axis=0)
        family_hits[ascending] += _reached(largest, (bar * inverse)[ascending])
    p, family = _shares(hits, n, draws), _shares(family_hits, n, draws)
    descending = ascending[::-1]
    adjusted = np.empty_like(p)
    adjusted[descending] = np.maximum.accumulate(np.maximum(family, p)[descending])
    return delta, p, adjusted


def bootstrap_tests(
    statistics: FloatArray,
    pairs: Pairs,
    aggregate: Aggregate,
    *,
    draws: int,
    seed: int,
    strata: ArrayLike | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Paired bootstrap test (Koehn 2004) of pairs of systems, with the null centred as Hall and Wilson (1991) ask.

    The draws of the signed difference, less the observed difference, stand for the null: p is the share whose size is
    at least the observed one, (1 + hits) / (draws + 1). Centring |difference| instead, as several tools do, makes p
    too small. With few units it rejects too often, since resamples of few units vary too little: see the permutation.

    Arguments and results as of `permutation_tests`; `strata` and the resamples as of `bootstrap`.
    """
    if not pairs:
        return np.zeros(0), np.zeros(0)
    delta, bar = _differences(statistics.sum(axis=1), pairs, aggregate)
    drawn = bootstrap(statistics, aggregate, draws=draws, seed=seed, strata=strata)
    hits = [_reached(np.abs(drawn[[a]] - drawn[[b]] - delta[i]), bar[[i]]).item() for i, (a, b) in enumerate(pairs)]
    return delta, (1 + np.array(hits)) / (draws + 1)


def wilcoxon_tests(values: FloatArray, pairs: Pairs) -> FloatArray:
    """Wilcoxon's (1945) signed-rank test of pairs on unit scores (systems, n), as WMT ranks by human scores.

    Returns p (pairs,) by scipy; a unit that either side has no score (NaN) for is left out, zeros are ranked (Pratt
    1959). It asks whether unit differences lie evenly about 0, not whether corpus scores differ: `rank_directions` says
    on which side more of them lie. 1 where all are equal.
    """
    return np.array([_wilcoxon(values[a], values[b]) for a, b in pairs], dtype=np.float64)


def rank_directions(values: FloatArray, pairs: Pairs) -> FloatArray:
    """Signs (pairs,) of the sums of signed ranks that `wilcoxon_tests` tests: 1 where the first of a pair is higher."""
    from scipy.stats import rankdata

    differences = [values[a] - values[b] for a, b in pairs]
    signed = [d[~np.isnan(d)] for d in differences]
    return np.array([np.sign((np.sign(d) * rankdata(np.abs(d))).sum()) for d in signed], dtype=np.float64)


def all_assignments_fit(n: int, draws: int) -> bool:
    """Whether 2**n <= draws, so that a permutation test of n units enumerates all swaps and its p is exact."""
    return n < draws.bit_length()


def smallest_p(n: int, draws: int) -> float:
    """The least p that a permutation test of n units can reach.

    Exact: 2 / 2**n, since no swap and all swaps are both as large as the observed difference; else 1 / (draws + 1).
    """
    return 2 / 2**n if all_assignments_fit(n, draws) else 1 / (draws + 1)


def draws_needed(pairs: int, alpha: float = 0.05) -> int:
    """The fewest draws with 1 / (draws + 1) <= alpha / pairs: with fewer, Holm's correction can reject nothing."""
    # the small term keeps 190 / 0.05 at 3800, which floats would raise
    return max(1, math.ceil(pairs / alpha - 1e-9) - 1)


def holm(p: ArrayLike) -> FloatArray:
    """Holm's (1979) step-down adjustment of p (m,): keeps the family-wise error without any assumption.

    The adjusted values are in the order of p, at most 1, and never order two hypotheses against their p.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def _differences(totals: FloatArray, pairs: Pairs, aggregate: Aggregate) -> tuple[FloatArray, FloatArray]:
    """Observed differences (pairs,), and the size from which on another one is as large: a little less than theirs."""
    scores = aggregate(totals)
    a, b = np.array(pairs).T
    delta = scores[a] - scores[b]
    return delta, np.abs(delta) - _TOLERANCE * (np.abs(scores[a]) + np.abs(scores[b]))


def _reached(null: FloatArray, bar: FloatArray) -> FloatArray:
    """How many draws of null (pairs, rows) reach the bar (pairs,); one without a score (NaN) does, to raise p."""
    return np.asarray(np.count_nonzero(~(null < bar[:, None]), axis=1), dtype=np.float64)


def _shares(hits: ArrayLike, n: int, draws: int) -> FloatArray:
    hits = np.asarray(hits, dtype=np.float64)
    return hits / 2**n if all_assignments_fit(n, draws) else (1 + hits) / (draws + 1)


def _null_sizes(
    statistics: FloatArray, pairs: Pairs, aggregate: Aggregate, draws: int, seed: int
) -> Iterator[FloatArray]:
    """Sizes of the differences under swaps, in chunks (pairs, rows)."""
    totals, exchange = statistics.sum(axis=1), weighted_sums(statistics)
    for swaps in _swaps(statistics.shape[1], draws, seed):
        yield np.abs(_swapped_differences(exchange(swaps), totals, pairs, aggregate))


def _swapped_differences(swapped: FloatArray, totals: FloatArray, pairs: Pairs, aggregate: Aggregate) -> FloatArray:
    """Differences (pairs, rows) after swaps; swapped (systems, rows, k) are sums over the swapped units."""
    _, rows, k = swapped.shape
    null = np.empty((len(pairs), rows))
    step = max(1, CHUNK // (rows * k))
    for start in range(0, len(pairs), step):
        a, b = np.array(pairs[start : start + step]).T
        exchanged = swapped[b] - swapped[a]
        null[start : start + step] = aggregate(totals[a, None] + exchanged) - aggregate(totals[b, None] - exchanged)
    return null


def _null_deviation(
    statistics: FloatArray, totals: FloatArray, delta: FloatArray, pairs: Pairs, aggregate: Aggregate
) -> FloatArray:
    """Standard deviation (pairs,) of the difference under random swaps, from the effect of swapping each unit alone.

    Exact for means; for other scores the linear part, which is all but a rest of order 1 / n.
    """
    variance = np.zeros(len(pairs))
    n = statistics.shape[1]
    for start in range(0, n, CHUNK):
        units = statistics[:, start : start + CHUNK]
        for i, pair in enumerate(pairs):
            single = _swapped_differences(units[list(pair)], totals[list(pair)], [(0, 1)], aggregate)[0]
            variance[i] += np.nansum(((delta[i] - single) / 2) ** 2)
    return np.sqrt(variance)


def _wilcoxon(a: FloatArray, b: FloatArray) -> float:
    from scipy.stats import wilcoxon

    both = ~(np.isnan(a) | np.isnan(b))
    difference = a[both] - b[both]
    scale = np.abs(np.concatenate([a[both], b[both]])).max(initial=0.0)
    # equal up to float noise must be equal: ranks see the last bit
    difference = np.round(difference / scale, 10) if scale > 0 else difference
    return float(wilcoxon(difference, zero_method="pratt").pvalue) if difference.any() else 1.0


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
