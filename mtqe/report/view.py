"""An evaluation as it is shown: its parts, its scores, and the only place where a number becomes text."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from mtqe.corpus import TestSet, Unit
from mtqe.report import heat
from mtqe.results import Comparison, Evaluation, Interval, MetricInfo, Scores, WordSurprisal

#: A test set with more units is shown by its worst ones: so many of all systems together, and at least so many of each.
WHOLE_TEXT = 60
WORST_SHOWN = 50
LEAST_SHOWN = 5
#: With more systems, large tables are folded.
CROWD = 12
#: The id of the first part.
FIRST = "t0"

_Result = TypeVar("_Result")


def once(function: Callable[[Evaluation], _Result]) -> Callable[[Evaluation], _Result]:
    """Remembers the result for the evaluation of the last call: all sections of a page ask for the same things."""
    last: list[tuple[weakref.ref[Evaluation], _Result]] = []

    def remembered(evaluation: Evaluation) -> _Result:
        if not last or last[0][0]() is not evaluation:
            last[:] = [(weakref.ref(evaluation), function(evaluation))]
        return last[0][1]

    return remembered


def number(value: float | None, decimals: int, signed: bool = False) -> str:
    """`1,234.5` with a true minus; a dash where there is no number."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    is_zero = not any(digit in text for digit in "123456789")
    return text.lstrip("+-") if is_zero else text.replace("-", "−")


def percent(share: float) -> str:
    """A share in [0, 1] as a whole percentage; what is not quite all or nothing never reads as if it were."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def interval(value: Interval | None, decimals: int) -> str:
    return "–" if value is None else f"[{number(value.low, decimals)}, {number(value.high, decimals)}]"


def p_value(p: float, at_least: bool) -> str:
    """A p-value; `at_least` says that the draws could not reach a smaller one. It never reads 0."""
    if math.isnan(p):
        return "–"
    if p >= 0.001 and not at_least:
        return f"{p:.3f}"
    p = max(p, 1e-9)
    digits = 1 - math.floor(math.log10(p))
    rounded_up = math.ceil(round(p * 10**digits, 6)) / 10**digits
    text = f"{rounded_up:.{max(digits, 1)}f}".rstrip("0").rstrip(".")
    return f"≤ {text}" if at_least else text


def count(n: int, noun: str, plural: str | None = None) -> str:
    """`1 name`, `1,200 names`, `no names`."""
    many = plural or f"{noun}s"
    return f"no {many}" if n == 0 else f"{n:,} {noun if n == 1 else many}"


def listing(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def beginning(text: str, longest: int) -> str:
    """The beginning of a text, cut between words where it has any."""
    return text if len(text) <= longest else (text[:longest].rpartition(" ")[0] or text[:longest]) + "…"


def rank(value: float, metric: MetricInfo) -> tuple[bool, float]:
    """Sort key of a score: best first, no score last."""
    return math.isnan(value), 0.0 if math.isnan(value) else -value if metric.higher_is_better else value


def fewer(limit: int, systems: int) -> int:
    """What is left of a limit for up to five systems where more of them stand beside each other."""
    return max(limit * 5 // max(systems, 5), 5)


def arrow(metric: MetricInfo) -> str:
    return "↑" if metric.higher_is_better else "↓"


@dataclass(frozen=True)
class Score:
    """The corpus score of one system by one metric on one test set, and what must stand beside it."""

    test_set: str
    system: str
    metric: MetricInfo
    value: float
    interval: Interval | None
    n: int
    unscored: int
    signature: str
    protocol: str

    @property
    def text(self) -> str:
        return number(self.value, self.metric.decimals)

    @property
    def units_text(self) -> str:
        """The number of units that the score stands on, `6 of 7` where some are unscored."""
        return f"{self.n:,} of {self.n + self.unscored:,}" if self.unscored else f"{self.n:,}"

    @property
    def interval_text(self) -> str:
        return interval(self.interval, self.metric.decimals)


@dataclass(frozen=True)
class Part:
    """One test set of an evaluation with its scores and comparisons; the report has a section for each."""

    id: str
    test_set: TestSet
    scores: Scores
    comparisons: tuple[Comparison, ...]

    @property
    def name(self) -> str:
        return self.test_set.name

    @cached_property
    def units(self) -> dict[str, tuple[Unit, ...]]:
        return {system: self.test_set.units(system) for system in self.scores.systems}

    @property
    def one_document(self) -> bool:
        return len(self.test_set.documents) == 1

    @cached_property
    def primary(self) -> MetricInfo | None:
        """The metric that orders the systems and picks the worst units: of the first comparison, or the first."""
        name = self.comparisons[0].metric if self.comparisons else next(iter(self.scores.metrics), None)
        return self.scores.metrics.get(name) if name else None

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The systems, best first by the primary metric; those without a score last."""
        if self.primary is None:
            return tuple(self.scores.systems)
        metric = self.primary

        def place(system: str) -> tuple[bool, float]:
            score = self.score(system, metric.name)
            return rank(score.value if score else math.nan, metric)

        return tuple(sorted(self.scores.systems, key=place))

    def score(self, system: str, metric: str) -> Score | None:
        if not self.scores.has(system, metric):
            return None
        compared = next((c for c in self.comparisons if c.metric == metric), None)
        places = compared.systems if compared else ()
        return Score(
            test_set=self.name,
            system=system,
            metric=self.scores.metrics[metric],
            value=self.scores.corpus(system, metric),
            interval=next((place.interval for place in places if place.system == system), None),
            n=self.scores[system, metric].scored,
            unscored=self.scores[system, metric].unscored,
            signature=self.scores.signature(system, metric),
            protocol=self.scores.protocol(system, metric),
        )

    def coverage(self, system: str) -> tuple[float, float]:
        return self.test_set.coverage(system)

    def worst(self, system: str) -> list[int]:
        """Indices of the scored units of a system, worst first by the primary metric."""
        if self.primary is None or not self.scores.has(system, self.primary.name):
            return []
        values = self.scores[system, self.primary.name].values
        sign = 1 if self.primary.higher_is_better else -1
        scored = [i for i, value in enumerate(values) if not math.isnan(value)]
        return sorted(scored, key=lambda i: (sign * values[i], i))

    @cached_property
    def is_whole(self) -> bool:
        """Whether the page shows all the texts; of others the segment explorer shows them."""
        return all(len(units) <= WHOLE_TEXT for units in self.units.values())

    @property
    def is_explored(self) -> bool:
        """Whether there is more to explore than one text that the page shows whole."""
        return len(self.systems) > 1 or not self.is_whole

    @property
    def is_crowded(self) -> bool:
        return len(self.systems) > CROWD

    @cached_property
    def shown(self) -> dict[str, list[int]]:
        """Of each system the units whose text the page shows: all in reading order, or of many the worst first."""
        most = max(WORST_SHOWN // len(self.systems), LEAST_SHOWN)
        whole = {system: list(range(len(self.units[system]))) for system in self.systems}
        return whole if self.is_whole else {s: (self.worst(s) or units)[:most] for s, units in whole.items()}

    @cached_property
    def words(self) -> dict[str, tuple[tuple[WordSurprisal, ...], ...]]:
        """Of each system the surprisal of the words of each unit, by the first metric that has it."""
        found: dict[str, tuple[tuple[WordSurprisal, ...], ...]] = {}
        for (system, _), scores in self.scores.values.items():
            if scores.words is not None:
                found.setdefault(system, scores.words)
        return found

    @cached_property
    def heat_bounds(self) -> tuple[float, ...]:
        """Bounds of the classes of the heat map, common to all systems; empty where no metric has words."""
        return heat.class_bounds(unit for units in self.words.values() for unit in units)

    def anchor(self, system: str, unit: int | None = None) -> str:
        """The id of a system's text on the page, or of one of its rows."""
        name = f"{self.id}s{list(self.scores.systems).index(system)}"
        return name if unit is None else f"{name}u{unit}"


@once
def parts(evaluation: Evaluation) -> tuple[Part, ...]:
    scores = {scores.test_set: scores for scores in evaluation.scores}
    return tuple(
        Part(
            f"t{i}",
            test_set,
            scores[test_set.name],
            tuple(c for c in evaluation.comparisons if c.test_set == test_set.name),
        )
        for i, test_set in enumerate(evaluation.test_sets)
        if test_set.name in scores
    )


def metrics(evaluation: Evaluation) -> dict[str, MetricInfo]:
    """Every metric of the evaluation by name, in the order of the test sets."""
    return {name: info for scores in evaluation.scores for name, info in scores.metrics.items()}


def systems(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(system for scores in evaluation.scores for system in scores.systems))


def macro_average(evaluation: Evaluation, system: str, metric: str) -> float:
    """The mean over all test sets of a system's corpus scores; NaN unless each of them has one."""
    scores = [part.score(system, metric) for part in parts(evaluation)]
    values = [math.nan if score is None else score.value for score in scores]
    return sum(values) / len(values) if values else math.nan


def _grouped(what: str, values: dict[str, str]) -> list[tuple[str, str]]:
    """Each value once, with all the names that have it."""
    names: dict[str, list[str]] = {}
    for name, value in values.items():
        names.setdefault(value, []).append(name)
    return [(f"{what} {listing(of)}", value) for value, of in names.items()]


def signatures(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Each signature that stands behind a number, once, with what it belongs to; the metrics' own come first.

    Where the pairs of a test differ in their units, and with them in their signatures, the first stands for all.
    """
    own, protocols, tests = [], [], []
    for part in parts(evaluation):
        scores = [part.score(system, metric) for metric in part.scores.metrics for system in part.systems]
        own += [(score.metric.label, score.signature) for score in scores if score]
        protocols += _grouped("alignment of", {s: f"align:{part.scores.systems[s].alignment}" for s in part.systems})
        aligned = {f"reference {i + 1}": f"align:{x}" for i, x in enumerate(part.scores.reference_alignments)}
        protocols += _grouped("alignment of", aligned)
        protocols += _grouped("missing output in", {m.label: f"nulls:{m.nulls}" for m in part.scores.metrics.values()})
        for comparison in part.comparisons:
            of = list(dict.fromkeys(pair.signature for pair in comparison.pairs))
            label = f"test on {part.scores.metrics[comparison.metric].label}"
            further = f", and {len(of) - 1:,} more for other pairs (in results.json)" if len(of) > 1 else ""
            tests += [(label + further, signature) for signature in of[:1]]
    return list(dict.fromkeys(own + protocols + tests))
