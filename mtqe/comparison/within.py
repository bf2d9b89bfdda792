"""Systems within a part of a test set (a domain, a length): their scores there, and how far one is ahead of another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from mtqe import stats
from mtqe.comparison.task import Task
from mtqe.comparison.units import ENOUGH_DOCUMENTS, IntArray, documents
from mtqe.results import Comparison, FloatArray, Interval, Scores
from mtqe.stats.ranking import BoolArray

#: Draws of an interval: enough for its first two digits, and quick for many parts.
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score, or a difference of two, over `n` units, with its 95 % bootstrap interval; NaN over none."""

    value: float
    interval: Interval | None
    n: int


class Within:
    """The systems of a comparison within parts of its test set, by its metric.

    A part is a mask of segments (segments,); a unit belongs to it by the first of its segments. Documents are resampled
    where the comparison did so and the part has enough of them, else segments.
    """

    def __init__(self, scores: Scores, comparison: Comparison) -> None:
        self.systems = [place.system for place in comparison.systems if not math.isnan(place.score)]
        keys = [key for key in scores.systems if scores.has(key, comparison.metric)]
        outputs = {name: [key for key in keys if scores.systems[key].name == name] for name in self.systems}
        self.task = Task(scores, comparison.metric, outputs, None, None, comparison.test, None, DRAWS, comparison.seed)
        self.documents = documents(scores) if comparison.unit == "document" else None
        self._statistics = cache(self._all_statistics)

    def scores(self, segments: BoolArray) -> dict[str, Estimate]:
        """Of each system the score over its own units, as in its corpus score."""
        groups: dict[bytes, list[str]] = {}
        for system in self.systems:
            first, _ = self._statistics(system)
            groups.setdefault(first.tobytes(), []).append(system)
        found = {}
        for names in groups.values():
            values, draws, n, resampled = self._sample([self._statistics(name) for name in names], segments)
            for name, value, of in zip(names, values, draws, strict=True):
                found[name] = _estimate(value, of, n, resampled)
        return {system: found[system] for system in self.systems}

    def difference(self, a: str, b: str, segments: BoolArray) -> Estimate:
        """Score of a less that of b over the units that are common to both."""
        values, draws, n, resampled = self._sample([self._statistics(a, b), self._statistics(b, a)], segments)
        return _estimate(values[0] - values[1], draws[0] - draws[1], n, resampled)

    def _all_statistics(self, system: str, other: str | None = None) -> tuple[IntArray, FloatArray]:
        """The first segment (n,) of each counted unit, or unit common with the other system, and its statistics."""
        common = self.task.common_units([system] if other is None else sorted((system, other)))
        labels, first = np.unique(common, return_index=True)
        return first[labels >= 0], self.task.sums(system, common)

    def _sample(
        self, systems: Sequence[tuple[IntArray, FloatArray]], segments: BoolArray
    ) -> tuple[FloatArray, FloatArray, int, int]:
        """Scores (systems,) within a part, their draws (systems, draws), and the numbers of units and resampled units.

        All systems have the same units.
        """
        first = systems[0][0]
        inside = segments[first]
        statistics = np.stack([of[inside] for _, of in systems])
        n = statistics.shape[1]
        if not n:
            return np.full(len(systems), np.nan), np.full((len(systems), 1), np.nan), 0, 0
        if self.documents is not None:
            names, index = np.unique(self.documents[first[inside]], return_inverse=True)
            if len(names) >= ENOUGH_DOCUMENTS:
                sums = np.zeros((len(names), len(systems), statistics.shape[2]))
                np.add.at(sums, index, statistics.swapaxes(0, 1))
                statistics = np.ascontiguousarray(sums.swapaxes(0, 1))
        draws = stats.bootstrap(statistics, self.task.aggregate, draws=DRAWS, seed=self.task.seed)
        return self.task.aggregate(statistics.sum(axis=1)), draws, n, statistics.shape[1]


def _estimate(value: float, draws: FloatArray, n: int, resampled: int) -> Estimate:
    low, high = stats.interval(draws, units=resampled) if resampled else (math.nan, math.nan)
    return Estimate(float(value), None if math.isnan(low) else Interval(low, high), n)
