"""What a test set can show: detectable differences, power by size, equivalence; and whether a conclusion is robust."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtqe.results import FloatArray
from mtqe.stats.resampling import Aggregate, interval

#: From this number of runs on, they say something of how runs vary.
ENOUGH_RUNS = 5


def unit_deviation(differences: FloatArray, units: int) -> float:
    """Standard deviation that one unit brings to a paired difference, from its bootstrap draws (draws,) over `units`.

    The standard error of the difference over n units is this over sqrt(n). The draws vary less than a new sample would
    by (units - 1) / units, which is put right. NaN with one unit.
    """
    return float(np.nanstd(differences)) * units / np.sqrt(units - 1) if units > 1 else np.nan


def power(difference: ArrayLike, deviation: ArrayLike, units: ArrayLike, *, alpha: float = 0.05) -> FloatArray:
    """Probability that a two-sided paired test at alpha finds a true `difference`, with `units` units.

    deviation  `unit_deviation` of the pair. For a family of m pairs take alpha / m.

    All three broadcast; an array of `units` gives the power curve. It is the power of Student's paired test (Cohen
    1988), which the sign-flip test follows closely from some 10 units on; of 5 units that one can show nothing at .05.
    """
    from scipy.special import gammainc, stdtrit

    shift, units = np.broadcast_arrays(np.abs(difference) * np.sqrt(units) / np.asarray(deviation), units)
    freedom = units[..., None] - 1
    bound = stdtrit(freedom, 1 - alpha / 2)
    # the noncentral t by hand, as scipy's is NaN in places: normal numerator z + shift, and given that a chi-squared
    z, step = np.linspace(-9, 9, 901, retstep=True)
    density = np.exp(-(z**2) / 2) * step / np.sqrt(2 * np.pi)
    exceeds = gammainc(freedom / 2, freedom / 2 * ((z + shift[..., None]) / bound) ** 2)
    return np.asarray((exceeds * density).sum(axis=-1), dtype=np.float64)


def minimum_detectable_difference(
    deviation: float, units: ArrayLike, *, target: float = 0.8, alpha: float = 0.05
) -> FloatArray:
    """The true difference that a paired test finds with probability `target`; in the metric's points, by `units`.

    Arguments as of `power`. 0 where the deviation is 0, since then any difference shows.
    """
    from scipy.optimize import brentq

    def shift(n: int) -> float:
        """How many standard errors are detectable."""
        high = 8.0
        while power(high, np.sqrt(n), n, alpha=alpha) < target:
            high *= 2
        return float(brentq(lambda d: float(power(d, np.sqrt(n), n, alpha=alpha)) - target, 0, high))

    sizes = np.asarray(units)
    shifts = np.array([shift(int(n)) if n > 1 else np.inf for n in sizes.ravel()]).reshape(sizes.shape)
    return np.asarray(shifts * deviation / np.sqrt(sizes))


def equivalent(differences: FloatArray, margin: float, *, units: int, alpha: float = 0.05) -> bool:
    """Whether two systems are equivalent: their difference is shown to lie within -margin and margin.

    Two one-sided tests at alpha (Schuirmann 1987), by the interval: that of level 1 - 2 alpha lies inside the margins.
    `differences` (draws,) are bootstrap draws of the paired difference over `units` units. The margin has to be set
    before the scores are seen. False is no proof of a difference.
    """
    if margin <= 0:
        raise ValueError(f"the margin is above 0, not {margin}")
    low, high = interval(differences, 1 - 2 * alpha, units=units)
    return -margin < low and high < margin


def leave_one_stratum_out(
    statistics: FloatArray, strata: ArrayLike, aggregate: Aggregate
) -> tuple[NDArray[Any], FloatArray]:
    """Corpus scores without each stratum in turn: does one domain carry the ranking?

    statistics (systems, n, k), strata (n,) labels. Returns the labels, sorted, and scores (strata, systems).
    """
    labels = np.asarray(strata)
    names = np.unique(labels)
    rest = np.stack([labels != name for name in names]).astype(np.float64)
    return names, np.asarray(aggregate(rest @ statistics).T)


def runs_interval(scores: ArrayLike, level: float = 0.95) -> tuple[float, float] | None:
    """Student's interval of the mean score over several runs of one system (training seeds, say), (runs,).

    It speaks of other runs on the same test set. None with fewer than `ENOUGH_RUNS` runs: show every run instead.
    """
    runs = np.asarray(scores, dtype=np.float64)
    if len(runs) < ENOUGH_RUNS:
        return None
    from scipy.special import stdtrit

    half = stdtrit(len(runs) - 1, (1 + level) / 2) * runs.std(ddof=1) / np.sqrt(len(runs))
    return float(runs.mean() - half), float(runs.mean() + half)
