"""What the reader of a comparison must know beside its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mtqe import stats
from mtqe.comparison.places import ALPHA
from mtqe.comparison.task import Group, Task
from mtqe.results import PairResult, SystemResult


def notes(
    task: Task,
    groups: Sequence[Group],
    systems: Sequence[SystemResult],
    pairs: Sequence[PairResult],
    smallest_p: float,
) -> Iterator[str]:
    """One sentence each: too few draws or units, units left out, runs, systems tuned on the metric, domains."""
    dropped = [(len(group.pairs), np.count_nonzero(group.common < 0)) for group in groups if group.pairs]
    if most := max((n for _, n in dropped), default=0):
        some = f"{sum(n for n, lost in dropped if lost)} of {sum(n for n, _ in dropped)} pairs"
        yield f"{some} leave out segments that one side has no score for (at most {most})."
    if pairs and smallest_p > ALPHA / len(pairs):
        needed = stats.draws_needed(len(pairs), ALPHA)
        remedy = f"draw at least {needed:,} times" if task.draws < needed else "more units are needed"
        many = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs one by one"
        yield f"No p can be below {smallest_p:.2g}, too much to correct for {many}: {remedy}."
    if several := [place.system for place in systems if place.runs]:
        yield f"With several runs, of which the mean is scored and tested: {', '.join(several)}. Other runs may differ."
    if optimised := [place.system for place in systems if place.optimised]:
        label = task.scores.metrics[task.metric].label
        yield f"Optimised with {label}, which is no independent judge of them: {', '.join(optimised)}."
    if task.domains is not None:
        kept = "each keeps its number of units in every resample"
        fixed = all("|strata:" in pair.signature for pair in pairs)
        names = ", ".join(np.unique(task.domains))
        yield f"Domains: {names}; {kept if fixed else 'not kept apart in resamples, since one has a single unit'}."
    for pair in pairs:
        if np.isnan(pair.p):
            yield f"{pair.a} against {pair.b}: most units favour the one, the score the other; no test is shown."
        turned = [domain for domain, delta in pair.without.items() if delta * pair.delta < 0]
        if turned and pair.p_adjusted <= ALPHA:
            yield f"{pair.a} against {pair.b}: the order turns without {' or without '.join(turned)}."
