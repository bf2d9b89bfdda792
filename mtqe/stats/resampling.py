"""The bootstrap: how far a corpus score would move on other units of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtqe.results import FloatArray

Aggregate = Callable[[FloatArray], FloatArray]

#: Elements in one chunk of a resample matrix: 1 MB stays in the processor's cache.
CHUNK = 2**17
#: Where n is large, so many rows at once are worth leaving the cache, since each chunk reads all statistics; 32 MB.
_ROWS, _LARGE_CHUNK = 64, 2**22


def bootstrap(
    statistics: FloatArray, aggregate: Aggregate, *, draws: int, seed: int, strata: ArrayLike | None = None
) -> FloatArray:
    """Corpus scores of `draws` resamples of the n units with replacement (Efron 1979).

    statistics  (..., n, k)
    strata      (n,) labels: each stratum (a domain, say) keeps its number of units. A stratum of one unit never varies.

    Returns (..., draws). All leading axes share one resample matrix, which depends on n, `draws`, `seed` and `strata`
    alone, so it is also the same for every metric: the difference of two systems' draws is the paired bootstrap of
    their difference, and a system's draws are bit-identical whatever stands beside it.
    """
    resample = weighted_sums(statistics)
    chunks = [aggregate(resample(counts)) for counts in _counts(statistics.shape[-2], draws, seed, strata)]
    return np.concatenate(chunks, axis=-1)


def interval(draws: FloatArray, level: float = 0.95, *, units: int | None = None) -> tuple[float, float]:
    """Percentile interval of bootstrap draws (draws,); draws without a score (NaN) are left out.

    `units` (less the strata, plus one, where there are strata) widens it to what so few units can tell: Hesterberg's
    (2015) expanded percentile interval takes the quantiles Phi(-sqrt(n / (n - 1)) t) for the quantile t of Student's
    distribution with n - 1 degrees of freedom. It makes up for the bootstrap's variance, which is small by (n - 1) / n,
    and for the tails of t: without it ten normal units are covered in 90 % instead of 95 %. It is used at every n, so
    that no interval jumps at a threshold; below 30 units it matters, from some hundred on it changes nothing.

    Both ends are NaN when no draw has a score or there is only one unit.
    """
    scored = draws[~np.isnan(draws)]
    if not scored.size or units == 1:
        return np.nan, np.nan
    tail = (1 - level) / 2
    if units is not None:
        from scipy.special import ndtr, stdtrit

        tail = float(ndtr(np.sqrt(units / (units - 1)) * stdtrit(units - 1, tail)))
    low, high = np.quantile(scored, [tail, 1 - tail])
    return float(low), float(high)


def weighted_sums(statistics: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """A function that sums statistics (..., n, k) over units with weights (rows, n), into (..., rows, k).

    Whole numbers add exactly in any order: then one wide product serves all systems. Others are summed system by
    system, so that a system's bits do not depend on those beside it.
    """
    if (statistics != np.rint(statistics)).any():
        return lambda weights: np.asarray(weights @ statistics)
    *lead, n, k = statistics.shape
    wide = np.moveaxis(statistics, -2, 0).reshape(n, -1)
    return lambda weights: np.moveaxis((weights @ wide).reshape(len(weights), *lead, k), 0, -2)


def chunk_sizes(n: int, draws: int) -> Iterator[int]:
    """Splits `draws` rows of n into chunks of bounded memory, by n alone: the random stream depends on the sizes."""
    rows = max(1, CHUNK // n, min(_ROWS, _LARGE_CHUNK // n))
    for start in range(0, draws, rows):
        yield min(rows, draws - start)


def counts(drawn: NDArray[np.intp], n: int) -> FloatArray:
    """How often each of n units is in each resample; drawn (rows, size) are indices of units, the result (rows, n)."""
    rows = len(drawn)
    flat = (drawn + n * np.arange(rows)[:, None]).ravel()
    return np.bincount(flat, minlength=rows * n).reshape(rows, n).astype(np.float64)


def _counts(n: int, draws: int, seed: int, strata: ArrayLike | None) -> Iterator[FloatArray]:
    """Chunks (rows, n) of one matrix of counts (draws, n)."""
    generator = np.random.default_rng(seed)
    if strata is None:
        for rows in chunk_sizes(n, draws):
            yield counts(generator.integers(n, size=(rows, n)), n)
        return
    _, stratum, sizes = np.unique(np.asarray(strata), return_inverse=True, return_counts=True)
    members = np.argsort(stratum, kind="stable")
    size, start = np.repeat(sizes, sizes), np.repeat(np.cumsum(sizes) - sizes, sizes)
    for rows in chunk_sizes(n, draws):
        yield counts(members[start + generator.integers(size, size=(rows, n))], n)
