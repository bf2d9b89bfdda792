"""What the tests of all pairs say together: clusters, rank ranges, who comes first, units won and lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtqe.results import FloatArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


class WinTieLoss(NamedTuple):
    """Units that the first system wins, ties and loses against the second."""

    wins: int
    ties: int
    losses: int


def beats(
    systems: int,
    pairs: Sequence[tuple[int, int]],
    delta: ArrayLike,
    p: ArrayLike,
    *,
    higher_is_better: bool = True,
    alpha: float = 0.05,
) -> BoolArray:
    """Who is significantly better than whom, (systems, systems): [i, j] where i beats j with p <= alpha.

    `delta` and `p` (adjusted, for a family) are of the `pairs`; a pair without a test, or with p = NaN, is no win.
    """
    matrix = np.zeros((systems, systems), dtype=np.bool_)
    for (a, b), difference, probability in zip(pairs, np.asarray(delta), np.asarray(p), strict=True):
        if probability <= alpha and difference != 0:
            winner, loser = (a, b) if (difference > 0) == higher_is_better else (b, a)
            matrix[winner, loser] = True
    return matrix


def clusters(order: Sequence[int], beats: BoolArray) -> list[list[int]]:
    """Significance clusters of systems in `order`, best first (Bojar et al. 2016).

    A cut stands only where every system above beats every system below. Systems of one cluster are not shown to be
    equal: a tie is no proof of equality, and two of them may differ significantly.
    """
    found: list[list[int]] = [[]]
    for position, system in enumerate(order):
        above, below = list(order[:position]), list(order[position:])
        if position and beats[np.ix_(above, below)].all():
            found.append([])
        found[-1].append(system)
    return [cluster for cluster in found if cluster]


def rank_ranges(beats: BoolArray) -> list[tuple[int, int]]:
    """For each system the ranks (from 1) that its wins and losses leave open, as WMT reports them.

    Best: one more than the systems that beat it. Worst: all but those that it beats.
    """
    return [(int(1 + lost), int(len(beats) - won)) for won, lost in zip(beats.sum(1), beats.sum(0), strict=True)]


def share_first(draws: FloatArray, *, higher_is_better: bool = True) -> FloatArray:
    """Share of resamples in which each system ranks first; draws (systems, draws), the result (systems,) sums to 1.

    Systems that tie for first share the resample. Resamples in which any system has no score (NaN) are left out;
    the shares are NaN when none is left.
    """
    scored = draws[:, ~np.isnan(draws).any(axis=0)]
    if not scored.size:
        return np.full(len(draws), np.nan)
    best = scored == (scored.max(axis=0) if higher_is_better else scored.min(axis=0))
    return np.asarray((best / best.sum(axis=0)).mean(axis=1))


def win_tie_loss(a: FloatArray, b: FloatArray, *, higher_is_better: bool = True, within: float = 1e-9) -> WinTieLoss:
    """Counts units by who scores better; a and b (n,) are unit scores, units without both (NaN) are left out.

    Scores that differ by no more than `within` are a tie.
    """
    difference = (a - b if higher_is_better else b - a)[~(np.isnan(a) | np.isnan(b))]
    wins, losses = int((difference > within).sum()), int((difference < -within).sum())
    return WinTieLoss(wins, len(difference) - wins - losses, losses)
