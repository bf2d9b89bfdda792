"""Which system is better by one metric, and is that more than chance? Scores in, one Comparison out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from mtqe import stats
from mtqe.comparison.notes import notes
from mtqe.comparison.places import ALPHA, Pair, adjust, count_wins, family, place, smallest_p
from mtqe.comparison.sacrebleu import as_sacrebleu
from mtqe.comparison.task import Group, Task
from mtqe.comparison.units import choose_unit, documents, domains
from mtqe.errors import ConfigError
from mtqe.plugins import unknown
from mtqe.results import Comparison, PairResult, Scores, SystemResult

TESTS = ("permutation", "bootstrap", "wilcoxon")
CORRECTIONS = ("max-t", "holm")
UNITS = ("auto", "document", "segment")
#: As many as are drawn where nobody says how many, and more where the family of pairs needs them.
DRAWS = 10_000
#: The least common multiple of the systems' numbers of runs up to which they are paired: 1 to 6, and 10 or 12.
MOST_RUNS = 60


def compare(
    scores: Scores,
    *,
    metric: str | None = None,
    test: str = "permutation",
    correction: str = "max-t",
    unit: str = "auto",
    baseline: str | None = None,
    margin: float | None = None,
    draws: int | None = None,
    seed: int = 12345,
    compat: str | None = None,
) -> Comparison:
    """Ranks the systems that `metric` (default: the first) has scored, and tests their differences in pairs.

    test        `permutation`: paired approximate randomisation, exact where 2**n <= draws; `bootstrap`: paired, its
                null centred; `wilcoxon`: signed ranks of unit scores. All are two-sided.
    correction  for the family of the pairs shown: `max-t`, step-down over the shared draws of the permutation test, or
                `holm`; Holm's it is for other tests, and where the pairs stand on different units.
    unit        what is resampled: `document`, `segment` (a unit of the alignment, where systems were aligned), or
                `auto`: documents from 20 on, else segments.
    baseline    tests every other system against this one (`delta` = other - baseline); None tests all pairs, the higher
                ranked first.
    margin      a difference, set beforehand, up to which two systems are called equivalent.
    draws       None: 10,000, or as many as a correction over all pairs needs to reach .05.
    compat      `sacrebleu`: the p-values and intervals of its `--paired-ar` (test `permutation`) or `--paired-bs`
                (`bootstrap`), bit by bit: against a baseline (default: the first system), over segments, uncorrected,
                with its number of draws (10,000 or 1,000). Its bootstrap rejects too often: for comparison only.

    A system's score and interval stand on its own units and are the same whatever systems stand beside it; `units`
    counts what was resampled. A system with several runs has the mean of their scores, and its runs are resampled and
    swapped together: the tests speak of these runs. Where every document has a domain, each domain keeps its number of
    units in every resample. Human outputs are scored and stand outside of tests, ranks and clusters. A pair is tested
    on the finest common units of its two systems, and a common unit counts only where both have a scored unit in it:
    with a score on one side alone there is nothing to swap, and the two corpus scores would speak of different text.
    The pair's `delta` is over the counted units; its signature says how many segments were dropped, and with none
    dropped it is the difference of the two scores. A pair with fewer than two units left is not tested.

    Raises ConfigError for an unknown metric, test, correction, unit or baseline, a margin that is not above 0, and for
    documents where there are fewer than two.
    """
    if not scores.metrics:
        raise ConfigError("there is no metric to compare by")
    name = next(iter(scores.metrics)) if metric is None else _known("metric", metric, scores.metrics)
    _known("test", test, TESTS)
    _known("correction", correction, CORRECTIONS)
    check_options(unit, draws, seed, margin)
    outputs = _outputs(scores, name)
    if baseline is not None:
        _known("baseline", baseline, outputs)
    if compat is not None:
        _known("compat", compat, ("sacrebleu",))
        if margin is not None or unit == "document" or correction != CORRECTIONS[0]:
            raise ConfigError("compat knows no margin, no documents and no correction")
        return as_sacrebleu(scores, name, outputs, test=test, baseline=baseline, draws=draws, seed=seed)
    numbers = documents(scores)
    resampled, reason = choose_unit(unit, len(np.unique(numbers)))
    humans = {system.name for system in scores.systems.values() if system.human}
    competing = [system for system in outputs if system not in humans]
    task = Task(
        scores,
        name,
        outputs,
        numbers if resampled == "document" else None,
        domains(scores),
        test,
        margin,
        _enough(len(family(competing, baseline))) if draws is None else draws,
        seed,
    )
    if task.width > MOST_RUNS:
        runs = ", ".join(f"{len(keys)} of {system}" for system, keys in outputs.items())
        raise ConfigError(f"so many different numbers of runs cannot be paired: {runs}; compare equal numbers")
    ranked = sorted(outputs, key=task.rank)
    competing = [system for system in ranked if system in competing and not math.isnan(task.score(system))]
    groups = list(task.groups(ranked, pairs := family(competing, baseline)))
    is_one = sum(bool(group.pairs) for group in groups) == 1
    correction = correction if test == "permutation" and is_one else "holm"
    places, adjusted = _evaluate(task, groups, ranked, pairs, correction, competing)
    least = min((smallest_p(test, pair.units, task.draws) for pair in adjusted), default=1.0)
    return Comparison(
        test_set=scores.test_set,
        metric=name,
        decimals=scores.metrics[name].decimals,
        higher_is_better=task.higher_is_better,
        unit=resampled,
        unit_reason=reason,
        draws=task.draws,
        seed=seed,
        smallest_p=least,
        test=test,
        correction=correction,
        margin=margin,
        systems=tuple(place(places, adjusted, competing, task.higher_is_better) if baseline is None else places),
        pairs=tuple(adjusted),
        notes=tuple(notes(task, groups, places, adjusted, least)),
    )


def _evaluate(
    task: Task,
    groups: Sequence[Group],
    ranked: Sequence[str],
    pairs: Sequence[Pair],
    correction: str,
    competing: Sequence[str],
) -> tuple[list[SystemResult], list[PairResult]]:
    """The systems as they are ranked, with their wins, and the pairs that could be tested, with p adjusted."""
    results = [task.evaluate(group, correction, len(pairs), competing) for group in groups]
    alone = {result.system: result for of_systems, _ in results for result in of_systems}
    tested = {(result.a, result.b): result for _, of_pairs in results for result in of_pairs}
    adjusted = adjust([tested[pair] for pair in pairs if pair in tested], correction)
    return count_wins([alone[system] for system in ranked], adjusted, task.higher_is_better), adjusted


def check_options(unit: str, draws: int | None, seed: int, margin: float | None = None) -> None:
    """Raises ConfigError for an unknown unit and for numbers out of range."""
    _known("resampling unit", unit, UNITS)
    if (draws is not None and draws < 1) or seed < 0:
        raise ConfigError(f"draws must be at least 1 and seed at least 0, not {draws} and {seed}")
    if margin is not None and not margin > 0:
        raise ConfigError(f"the margin of equivalence is above 0, not {margin}")


def _enough(pairs: int) -> int:
    return max(DRAWS, stats.draws_needed(max(1, pairs), ALPHA))


def _outputs(scores: Scores, metric: str) -> dict[str, list[str]]:
    """The systems that the metric has scored, each with the keys of its outputs."""
    found: dict[str, list[str]] = {}
    for key, system in scores.systems.items():
        if scores.has(key, metric):
            found.setdefault(system.name, []).append(key)
    return found


def _known(what: str, name: str, known: Iterable[str]) -> str:
    if name not in known:
        raise ConfigError(unknown(f"{what} {name!r}", name, known))
    return name
