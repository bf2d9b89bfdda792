"""What the reader of a comparison must know beside its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mtqe import stats
from mtqe.comparison.places import ALPHA
from mtqe.comparison.task import Task
from mtqe.results import PairResult, SystemResult


def notes(task: Task, systems: Sequence[SystemResult], pairs: Sequence[PairResult], smallest_p: float) -> Iterator[str]:
    """One sentence each: too few draws or units, systems with runs, systems tuned on the metric, domains."""
    if pairs and smallest_p > ALPHA / len(pairs):
        needed = stats.draws_needed(len(pairs), ALPHA)
        remedy = f"draw at least {needed:,} times" if task.draws < needed else "more units are needed"
        yield f"No p can be below {smallest_p:.2g}, too much to correct for {len(pairs)} pairs one by one: {remedy}."
    if several := [place.system for place in systems if place.runs]:
        yield f"With several runs, of which the mean is scored and tested: {', '.join(several)}. Other runs may differ."
    if optimised := [place.system for place in systems if place.optimised]:
        label = task.scores.metrics[task.metric].label
        yield f"Optimised with {label}, which is no independent judge of them: {', '.join(optimised)}."
    if task.domains is not None:
        yield f"Domains: {', '.join(np.unique(task.domains))}; each keeps its number of units in every resample."
    for pair in pairs:
        turned = [domain for domain, delta in pair.without.items() if delta * pair.delta < 0]
        if turned and pair.p_adjusted <= ALPHA:
            yield f"{pair.a} against {pair.b}: the order turns without {' or without '.join(turned)}."
