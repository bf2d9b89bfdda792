"""sacreBLEU's significance tests (Post 2018; version 2.6) bit by bit, for papers that compare with its numbers.

Its paired bootstrap centres the size of the difference instead of the difference, and rejects too often: use
`mtqe.stats.bootstrap_tests` or `permutation_tests` for a conclusion. The same numbers need the same NumPy (2 or later)
and Python as sacreBLEU runs on. Two things are not reproduced, where sacreBLEU mixes types of numbers: add-k smoothing
by a fraction, which its randomisation cuts off, and epsilon smoothing of a resample in which an order is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqe.results import FloatArray
from mtqe.stats.resampling import counts

#: Statistics are multiples of 1 / _PARTS (TER with two references has halves); thirds are no such multiples.
_PARTS = 64
#: Elements of a resample matrix that are taken at a time, 2 MB of float32.
_CHUNK = 2**19

Array = NDArray[Any]
#: Rows of summed statistics (m, k) to scores (m,), each the score that sacreBLEU gives for that row in the row's own
#: dtype, float32 (bootstrap) or float64 (randomisation); float32 or float64 as sacreBLEU's would be.
Score = Callable[[Array], Array]


@dataclass(frozen=True)
class Result:
    """What sacreBLEU says of a system; no p for the baseline, no mean and ci (half the interval) without bootstrap."""

    score: float
    p: float | None = None
    mean: float | None = None
    ci: float | None = None


def paired_bootstrap(statistics: FloatArray, score: Score, *, draws: int = 1000, seed: int = 12345) -> list[Result]:
    """`sacrebleu --paired-bs`: systems (systems, n, k), the first the baseline, segments the units.

    A seed of 0 is a seed here; sacreBLEU draws without one then.
    """
    observed = _observed(statistics, score)
    drawn = _resampled(statistics, score, np.random.default_rng(seed), draws)
    results = []
    for i, (own, scores) in enumerate(zip(observed, drawn, strict=True)):
        mean, ci = _mean_and_interval(scores)
        size = np.abs(scores - drawn[0])
        p = _p(size - size.mean(), abs(observed[0] - own)) if i else None
        results.append(Result(own, p, mean, ci))
    return results


def approximate_randomisation(
    statistics: FloatArray, score: Score, *, draws: int = 10_000, seed: int = 12345, bootstrap_draws: int = 0
) -> list[Result]:
    """`sacrebleu --paired-ar`, arguments as of `paired_bootstrap`.

    `bootstrap_draws` is its `--paired-ar-confidence-n` (1000 on its command line); 0 gives no mean and no interval.
    """
    n = statistics.shape[1]
    observed = _observed(statistics, score)
    sizes = [abs(observed[0] - own) for own in observed[1:]]
    generator = np.random.default_rng(seed)
    selected = generator.integers(2, size=(draws, n), dtype=np.bool_)
    randomised = _randomised_exact if _adds_exactly(statistics) else _randomised_as_sacrebleu
    larger = [0] * len(sizes)
    for i, a, b in randomised(statistics, selected):
        larger[i] += int((np.abs(score(a) - score(b)) > sizes[i]).sum())
    ps = [None, *((count + 1) / (draws + 1) for count in larger)]
    intervals: list[tuple[float | None, float | None]] = [(None, None)] * len(observed)
    if bootstrap_draws:
        # the baseline's resamples come from a fresh generator, the others' go on after the selection
        first = _resampled(statistics[:1], score, np.random.default_rng(seed), bootstrap_draws)
        rest = _resampled(statistics[1:], score, generator, bootstrap_draws)
        intervals = [_mean_and_interval(scores) for scores in [*first, *rest]]
    return [Result(own, p, *interval) for own, p, interval in zip(observed, ps, intervals, strict=True)]


def _observed(statistics: FloatArray, score: Score) -> list[float]:
    """Scores of whole systems; summed in order of the units, as sacreBLEU does."""
    totals = np.add.accumulate(statistics, axis=1)[:, -1]
    return [float(own) for row in totals for own in score(row[None])]


def _resampled(statistics: FloatArray, score: Score, generator: np.random.Generator, draws: int) -> list[Array]:
    """Scores (draws,) of each system over resamples; sums are float32."""
    n = statistics.shape[1]
    drawn = generator.choice(n, size=(draws, n), replace=True)
    single = statistics.astype(np.float32)
    if _adds_exactly(statistics):
        add = _sums(single)
        sums = np.concatenate([add(counts(part, n)) for part in _chunks(drawn)], axis=-1)
        # sums that only grow were exact all the way when they are in the end
        if sums.max(initial=0.0) < _float32_exact(statistics):
            return [score(own.T) for own in sums]
    return [score(np.stack([own[indices].sum(0) for indices in drawn])) for own in single]


def _chunks(matrix: Array) -> list[Array]:
    """Rows of (draws, n) in chunks of bounded memory."""
    draws, n = matrix.shape
    rows = max(1, _CHUNK // n)
    return [matrix[start : start + rows] for start in range(0, draws, rows)]


def _whole(statistics: FloatArray) -> bool:
    return bool((statistics == np.rint(statistics)).all())


def _adds_exactly(statistics: FloatArray) -> bool:
    """Whether sums do not depend on their order, so that one product of matrices may stand for sacreBLEU's."""
    return bool((statistics >= 0).all()) and _whole(statistics * _PARTS)


def _float32_exact(statistics: FloatArray) -> float:
    """The number below which float32 adds such statistics exactly."""
    return 2**24 / (1 if _whole(statistics) else _PARTS)


def _sums(statistics: Array) -> Callable[[Array], Array]:
    """A function that sums (systems, n, k) over units with weights (rows, n), into (systems, k, rows).

    Columns that several systems share, as the lengths of references, are summed once.
    """
    systems, n, k = statistics.shape
    columns = np.moveaxis(statistics, 1, 2).reshape(systems * k, n)
    numbers: dict[bytes, int] = {}
    number = np.array([numbers.setdefault(column.tobytes(), len(numbers)) for column in columns]).reshape(systems, k)
    distinct = columns[np.unique(number, return_index=True)[1]]
    return lambda weights: np.asarray((distinct @ weights.T.astype(distinct.dtype))[number])


def _randomised_exact(statistics: FloatArray, selected: Array) -> Iterator[tuple[int, Array, Array]]:
    """After randomisation the sums (rows, k) of the baseline and of system i + 1, as (i, baseline's, system's).

    A selected unit keeps its side; the sums over the others are what the totals leave.
    """
    totals = statistics.sum(axis=1)[..., None]
    single = totals.max(initial=0.0) < _float32_exact(statistics)
    add = _sums(statistics.astype(np.float32) if single else statistics)
    for part in _chunks(selected):
        baseline, *others = add(part)
        for i, (total, kept) in enumerate(zip(totals[1:], others, strict=True)):
            a = baseline + (total - kept)
            yield i, a.T, (totals[0] + total - a).T


def _randomised_as_sacrebleu(statistics: FloatArray, selected: Array) -> Iterator[tuple[int, Array, Array]]:
    """The same where sums depend on their order (TER with three references): sacreBLEU's own products."""
    base, others = statistics[0], ~selected
    for i, own in enumerate(statistics[1:]):
        yield i, selected @ base + others @ own, others @ base + selected @ own


def _mean_and_interval(scores: Array) -> tuple[float, float]:
    """Mean and half the 95 % percentile interval, in the dtype of the scores."""
    ordered = np.sort(scores)
    cut = len(ordered) // 40
    return float(ordered.mean()), float(0.5 * (ordered[len(ordered) - cut - 1] - ordered[cut]))


def _p(null: Array, observed: float) -> float:
    """Share above the observed size; a Python float, so that NumPy compares in the dtype of `null`."""
    return (int((null > observed).sum()) + 1) / (len(null) + 1)
