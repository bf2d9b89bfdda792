"""Whether the metrics order systems and segments alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from markupsafe import Markup

from mtqe.report.buckets import FEW
from mtqe.report.comparisons import Grid
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, number, once, parts
from mtqe.results import Evaluation, FloatArray, MetricInfo

ORDER = 36
TITLE = "Metric agreement"

#: With fewer systems their order says nothing of two metrics.
LEAST_SYSTEMS = 3

MEANING = (
    "Kendall's tau-b, from −1 (opposite orders) over 0 (unrelated) to 1 (the same order), better with better. Over "
    f"systems: of those not made by people, at least {LEAST_SYSTEMS}. Over segments: within each system, and the mean "
    f"of these; of systems with at least {FEW} units that both metrics scored. Agreement does not make a metric right."
)


def html(evaluation: Evaluation) -> Markup | None:
    found = agreement(evaluation)
    shown = [part for part in parts(evaluation) if part.name in found]
    return render("agreement.html", parts=shown, all=parts(evaluation), grids=found, meaning=MEANING) if found else None


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for name, grid in agreement(evaluation).items():
        rows = [[escape(cell) for cell in row] for row in grid.rows]
        bodies += [f"### {escape(name)}", table([escape(head) for head in grid.heads], rows, left=2)]
    return blocks(*bodies, MEANING) if bodies else None


@dataclass(frozen=True)
class Agreement:
    """Tau of two metrics over systems, and the mean over systems of tau over their segments; NaN of too few."""

    a: MetricInfo
    b: MetricInfo
    over_systems: float
    systems: int
    over_segments: float
    #: Segments of each system that the mean is over.
    segments: tuple[int, ...]


@once
def taus(evaluation: Evaluation) -> dict[str, list[Agreement]]:
    """By test set the pairs of metrics with anything to say."""
    return {part.name: list(_taus(part)) for part in parts(evaluation)}


def _taus(part: Part) -> Iterator[Agreement]:
    for a, b in combinations(part.scores.metrics.values(), 2):
        found = Agreement(a, b, *tau_over_systems(part, a, b), *tau_over_segments(part, a, b))
        if not (math.isnan(found.over_systems) and math.isnan(found.over_segments)):
            yield found


def agreement(evaluation: Evaluation) -> dict[str, Grid]:
    """By test set a row a pair of metrics; only test sets with any."""
    heads = ("Metric", "metric", "over systems", "systems", "over segments", "segments × systems")
    return {
        name: Grid(heads, tuple(_row(of) for of in found), (0, 1)) for name, found in taus(evaluation).items() if found
    }


def _row(of: Agreement) -> tuple[str, ...]:
    least, most = min(of.segments, default=0), max(of.segments, default=0)
    segments = f"{least:,}" if least == most else f"{least:,}–{most:,}"
    within = f"{segments} × {len(of.segments)}" if of.segments else "–"
    return of.a.label, of.b.label, number(of.over_systems, 2), f"{of.systems:,}", number(of.over_segments, 2), within


def tau_over_systems(part: Part, a: MetricInfo, b: MetricInfo) -> tuple[float, int]:
    """Tau of the corpus scores by two metrics, and the number of systems."""
    outputs = [
        key
        for key, system in part.scores.systems.items()
        if not system.human and all(part.scores.has(key, m.name) for m in (a, b))
    ]
    x, y = (np.array([part.scores.corpus(key, m.name) for key in outputs]) for m in (a, b))
    return _tau(x, y, a.higher_is_better == b.higher_is_better, LEAST_SYSTEMS)


def tau_over_segments(part: Part, a: MetricInfo, b: MetricInfo) -> tuple[float, tuple[int, ...]]:
    """Mean over the systems of tau of their unit scores by two metrics, and the number of units of each system."""
    found = []
    for key in part.scores.systems:
        if all(part.scores.has(key, m.name) for m in (a, b)):
            x, y = (part.scores[key, m.name].values for m in (a, b))
            found.append(_tau(x, y, a.higher_is_better == b.higher_is_better, FEW))
    taus = [(tau, n) for tau, n in found if not math.isnan(tau)]
    mean = math.fsum(tau for tau, _ in taus) / len(taus) if taus else math.nan
    return mean, tuple(n for _, n in taus)


def _tau(x: FloatArray, y: FloatArray, alike: bool, least: int) -> tuple[float, int]:
    """Tau-b where both have a value, turned unless both metrics are better in the same direction; NaN of too few."""
    from scipy.stats import kendalltau

    known = ~(np.isnan(x) | np.isnan(y))
    n = int(known.sum())
    if n < least or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return math.nan, n
    tau = float(kendalltau(x[known], y[known]).statistic)
    return (tau if alike else -tau), n
