"""The bootstrap: how far a corpus score would move on other units of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mtqe.results import FloatArray

Aggregate = Callable[[FloatArray], FloatArray]

#: Elements in one chunk of a resample matrix: 1 MB bounds memory and stays in the processor's cache.
_CHUNK = 2**17


def bootstrap(statistics: FloatArray, aggregate: Aggregate, *, draws: int, seed: int) -> FloatArray:
    """Corpus scores of `draws` resamples of the n units with replacement (Efron 1979).

    Takes statistics (..., n, k), returns (..., draws). All leading axes share one resample matrix, which depends on n,
    `draws` and `seed` alone: the difference of two systems' draws is the paired bootstrap of their difference, and a
    system's draws are bit-identical whatever stands beside it.
    """
    chunks = [aggregate(counts @ statistics) for counts in _counts(statistics.shape[-2], draws, seed)]
    return np.concatenate(chunks, axis=-1)


def interval(draws: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of bootstrap draws (draws,); draws without a score (NaN) are left out.

    Both ends are NaN when no draw has a score.
    """
    scored = draws[~np.isnan(draws)]
    if not scored.size:
        return np.nan, np.nan
    low, high = np.quantile(scored, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def chunk_sizes(n: int, draws: int) -> Iterator[int]:
    """Splits `draws` rows of n into chunks of bounded memory, by n alone: the random stream depends on the sizes."""
    rows = max(1, _CHUNK // n)
    for start in range(0, draws, rows):
        yield min(rows, draws - start)


def _counts(n: int, draws: int, seed: int) -> Iterator[FloatArray]:
    """How often each of n units is in each resample, as chunks (rows, n) of one matrix (draws, n)."""
    generator = np.random.default_rng(seed)
    for rows in chunk_sizes(n, draws):
        drawn = generator.integers(n, size=(rows, n))
        drawn += n * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)
