"""What the tested pairs say of the systems: wins, ranks, clusters; and the family that their p is adjusted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mtqe import stats
from mtqe.results import PairResult, SystemResult

Pair = tuple[str, str]

#: A pair is won or lost when its adjusted p is not above this.
ALPHA = 0.05


def family(systems: Sequence[str], baseline: str | None) -> list[Pair]:
    """The pairs that are tested: all, or every other system with the baseline."""
    if baseline is None:
        return list(combinations(systems, 2))
    return [(system, baseline) for system in systems if system != baseline]


def adjust(pairs: Sequence[PairResult], correction: str) -> list[PairResult]:
    """The pairs with p adjusted by Holm, where the tests did not adjust it themselves."""
    adjusted = stats.holm([pair.p for pair in pairs]) if correction == "holm" else [pair.p_adjusted for pair in pairs]
    return [
        replace(pair, p_adjusted=float(p), signature=f"{pair.signature}|adjust:{correction}|pairs:{len(pairs)}")
        for pair, p in zip(pairs, adjusted, strict=True)
    ]


def count_wins(
    systems: Sequence[SystemResult], pairs: Sequence[PairResult], higher_is_better: bool
) -> list[SystemResult]:
    names = [system.system for system in systems]
    beats = _beats(names, pairs, higher_is_better)
    won, lost = beats.sum(axis=1).tolist(), beats.sum(axis=0).tolist()
    return [replace(system, wins=w, losses=x) for system, w, x in zip(systems, won, lost, strict=True)]


def place(
    systems: Sequence[SystemResult], pairs: Sequence[PairResult], competing: Sequence[str], higher_is_better: bool
) -> Iterator[SystemResult]:
    """The systems with the ranks and the cluster that the tests of all pairs give those that compete, best first."""
    beats = _beats(competing, pairs, higher_is_better)
    ranks = dict(zip(competing, stats.rank_ranges(beats), strict=True))
    clusters = {competing[i]: k for k, of in enumerate(stats.clusters(range(len(competing)), beats), 1) for i in of}
    for system in systems:
        yield replace(system, ranks=ranks.get(system.system), cluster=clusters.get(system.system))


def smallest_p(test: str, units: int, draws: int) -> float:
    """The least p that a test can reach: by its draws, or Wilcoxon's where one side wins every unit."""
    if test == "permutation":
        return stats.smallest_p(units, draws)
    return 2.0 ** (1 - units) if test == "wilcoxon" else 1 / (draws + 1)


def _beats(names: Sequence[str], pairs: Sequence[PairResult], higher_is_better: bool) -> NDArray[np.bool_]:
    indices = [(names.index(pair.a), names.index(pair.b)) for pair in pairs]
    delta, p = [pair.delta for pair in pairs], [pair.p_adjusted for pair in pairs]
    return stats.beats(len(names), indices, delta, p, higher_is_better=higher_is_better, alpha=ALPHA)
