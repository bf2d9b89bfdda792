"""Whether the metrics order systems and segments alike."""

from __future__ import annotations

import math
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


@once
def agreement(evaluation: Evaluation) -> dict[str, Grid]:
    """By test set a row a pair of metrics; only test sets and pairs with anything to say."""
    found = {part.name: _grid(part) for part in parts(evaluation)}
    return {name: grid for name, grid in found.items() if grid.rows}


def _grid(part: Part) -> Grid:
    rows = []
    for a, b in combinations(part.scores.metrics.values(), 2):
        (over_systems, systems), (over_segments, units) = tau_over_systems(part, a, b), tau_over_segments(part, a, b)
        if not (math.isnan(over_systems) and math.isnan(over_segments)):
            rows.append((a.label, b.label, number(over_systems, 2), systems, number(over_segments, 2), units))
    return Grid(
        ("Metric", "metric", "over systems", "systems", "over segments", "segments × systems"), tuple(rows), (0, 1)
    )


def tau_over_systems(part: Part, a: MetricInfo, b: MetricInfo) -> tuple[float, str]:
    """Tau of the corpus scores by two metrics, and the number of systems."""
    outputs = [
        key
        for key, system in part.scores.systems.items()
        if not system.human and all(part.scores.has(key, m.name) for m in (a, b))
    ]
    x, y = (np.array([part.scores.corpus(key, m.name) for key in outputs]) for m in (a, b))
    tau, n = _tau(x, y, a.higher_is_better == b.higher_is_better, LEAST_SYSTEMS)
    return tau, f"{n:,}"


def tau_over_segments(part: Part, a: MetricInfo, b: MetricInfo) -> tuple[float, str]:
    """Mean over the systems of tau of their unit scores by two metrics, and the numbers of units and systems."""
    found = []
    for key in part.scores.systems:
        if all(part.scores.has(key, m.name) for m in (a, b)):
            x, y = (part.scores[key, m.name].values for m in (a, b))
            found.append(_tau(x, y, a.higher_is_better == b.higher_is_better, FEW))
    taus = [(tau, n) for tau, n in found if not math.isnan(tau)]
    if not taus:
        return math.nan, "–"
    least, most = min(n for _, n in taus), max(n for _, n in taus)
    units = f"{least:,}" if least == most else f"{least:,}–{most:,}"
    return math.fsum(tau for tau, _ in taus) / len(taus), f"{units} × {len(taus)}"


def _tau(x: FloatArray, y: FloatArray, alike: bool, least: int) -> tuple[float, int]:
    """Tau-b where both have a value, turned unless both metrics are better in the same direction; NaN of too few."""
    from scipy.stats import kendalltau

    known = ~(np.isnan(x) | np.isnan(y))
    n = int(known.sum())
    if n < least or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return math.nan, n
    tau = float(kendalltau(x[known], y[known]).statistic)
    return (tau if alike else -tau), n
