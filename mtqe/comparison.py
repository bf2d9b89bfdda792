"""Which system is better by one metric, and is that more than chance? Scores in, one Comparison out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mtqe import stats
from mtqe.corpus import join_partitions
from mtqe.errors import ConfigError
from mtqe.plugins import unknown
from mtqe.results import Comparison, FloatArray, Interval, PairResult, Scores, SystemResult
from mtqe.store import digest

IntArray = NDArray[np.intp]
Pair = tuple[str, str]

TESTS = ("permutation", "bootstrap", "wilcoxon")
CORRECTIONS = ("max-t", "holm")
UNITS = ("auto", "document", "segment")
#: From this number of documents on, whole documents are resampled; fewer say too little about how documents vary.
ENOUGH_DOCUMENTS = 20
#: A pair is won or lost when its adjusted p is not above this.
ALPHA = 0.05


def compare(
    scores: Scores,
    *,
    metric: str | None = None,
    test: str = "permutation",
    correction: str = "max-t",
    unit: str = "auto",
    baseline: str | None = None,
    margin: float | None = None,
    draws: int = 10_000,
    seed: int = 12345,
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

    A system's score and interval stand on its own units and are the same whatever systems stand beside it; `units`
    counts what was resampled. Human outputs are scored and stand outside of tests, ranks and clusters. A pair is tested
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
    systems = [system for system in scores.systems if scores.has(system, name)]
    if baseline is not None:
        _known("baseline", baseline, systems)
    documents = _documents(scores)
    resampled, reason = _choose_unit(unit, len(np.unique(documents)))
    task = _Task(scores, name, documents if resampled == "document" else None, test, margin, draws, seed)

    ranked = sorted(systems, key=task.rank)
    competing = [system for system in ranked if not scores.systems[system].human]
    pairs = _pairs(competing, baseline)
    groups = list(task.groups(ranked, pairs))
    is_one = sum(bool(group.pairs) for group in groups) == 1
    correction = correction if test == "permutation" and is_one else "holm"
    results = [task.evaluate(group, correction, len(pairs), competing) for group in groups]
    alone = {result.system: result for of_systems, _ in results for result in of_systems}
    tested = {(result.a, result.b): result for _, of_pairs in results for result in of_pairs}
    adjusted = _adjust([tested[pair] for pair in pairs if pair in tested], correction)
    places = _count_wins([alone[system] for system in ranked], adjusted, task.higher_is_better)
    return Comparison(
        test_set=scores.test_set,
        metric=name,
        decimals=scores.metrics[name].decimals,
        higher_is_better=task.higher_is_better,
        unit=resampled,
        unit_reason=reason,
        draws=draws,
        seed=seed,
        smallest_p=min((smallest_p(test, pair.units, draws) for pair in adjusted), default=1.0),
        test=test,
        correction=correction,
        margin=margin,
        systems=tuple(_place(places, adjusted, competing, task.higher_is_better) if baseline is None else places),
        pairs=tuple(adjusted),
    )


def check_options(unit: str, draws: int, seed: int, margin: float | None = None) -> None:
    """Raises ConfigError for an unknown unit and for numbers out of range."""
    _known("resampling unit", unit, UNITS)
    if draws < 1 or seed < 0:
        raise ConfigError(f"draws must be at least 1 and seed at least 0, not {draws} and {seed}")
    if margin is not None and not margin > 0:
        raise ConfigError(f"the margin of equivalence is above 0, not {margin}")


def smallest_p(test: str, units: int, draws: int) -> float:
    """The least p that a test can reach: by its draws, or Wilcoxon's where one side wins every unit."""
    if test == "permutation":
        return stats.smallest_p(units, draws)
    return 1 / (draws + 1) if test == "bootstrap" else 2.0 ** (1 - units)


@dataclass(frozen=True)
class _Group:
    """Systems and pairs that stand on the same counted units, so that one matrix of resamples serves them all.

    `common` has for each segment the number of its common unit, -1 where that is not counted.
    """

    common: IntArray
    checksum: str
    systems: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    """One metric of one test set; `documents` numbers the document of each segment, None resamples segments."""

    scores: Scores
    metric: str
    documents: IntArray | None
    test: str
    margin: float | None
    draws: int
    seed: int

    @property
    def higher_is_better(self) -> bool:
        return self.scores.metrics[self.metric].higher_is_better

    def rank(self, system: str) -> tuple[bool, float]:
        """Sort key: best first, systems without a score last."""
        score = self.scores.corpus(system, self.metric)
        return math.isnan(score), -score if self.higher_is_better else score

    def groups(self, systems: Sequence[str], pairs: Sequence[Pair]) -> Iterable[_Group]:
        found: dict[str, _Group] = {}

        def group_of(members: Sequence[str]) -> _Group:
            common = self.common_units(members)
            checksum = digest(common.tolist())
            return found.setdefault(checksum, _Group(common, checksum))

        for system in systems:
            group_of([system]).systems.append(system)
        for pair in pairs:
            group_of(pair).pairs.append(pair)
        return found.values()

    def evaluate(
        self, group: _Group, correction: str, family: int, competing: Sequence[str]
    ) -> tuple[list[SystemResult], list[PairResult]]:
        """Systems before their wins are counted, pairs before Holm's correction; no pairs from fewer than two units."""
        aggregate = self.scores.metrics[self.metric].aggregate
        names = list(dict.fromkeys([*group.systems, *chain.from_iterable(group.pairs)]))
        statistics = np.stack([self.sums(name, group.common) for name in names])
        n = statistics.shape[1]
        score = {name: self.scores.corpus(name, self.metric) for name in group.systems}
        if n < 2:
            return [SystemResult(name, score[name], None, n) for name in group.systems], []
        drawn = stats.bootstrap(statistics, aggregate, draws=self.draws, seed=self.seed)
        resamples = dict(zip(names, drawn, strict=True))
        indices = [(names.index(a), names.index(b)) for a, b in group.pairs]
        values = dict(zip(names, aggregate(statistics), strict=True))
        signature = self.signature(group, n)
        tested = [
            PairResult(a, b, delta, None, p, adjusted, n, signature)
            for (a, b), delta, p, adjusted in zip(
                group.pairs, *(of.tolist() for of in self.tests(statistics, indices, correction)), strict=True
            )
        ]
        first = self.first(group, resamples, competing)
        return (
            [
                SystemResult(name, score[name], _interval(resamples[name], n), n, first=first.get(name))
                for name in group.systems
            ],
            [self.complete(pair, resamples, values, family) for pair in tested],
        )

    def tests(
        self, statistics: FloatArray, pairs: Sequence[tuple[int, int]], correction: str
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Differences, p and p adjusted within the group, where max-T does it."""
        aggregate, draws, seed = self.scores.metrics[self.metric].aggregate, self.draws, self.seed
        if correction == "max-t":
            return stats.max_t_tests(statistics, pairs, aggregate, draws=draws, seed=seed)
        if self.test == "permutation":
            delta, p = stats.permutation_tests(statistics, pairs, aggregate, draws=draws, seed=seed)
        elif self.test == "bootstrap":
            delta, p = stats.bootstrap_tests(statistics, pairs, aggregate, draws=draws, seed=seed)
        else:
            score = aggregate(statistics.sum(axis=1))
            delta = np.array([score[a] - score[b] for a, b in pairs])
            p = stats.wilcoxon_tests(aggregate(statistics), pairs)
        return delta, p, p

    def complete(
        self, pair: PairResult, resamples: Mapping[str, FloatArray], values: Mapping[str, FloatArray], family: int
    ) -> PairResult:
        """A tested pair with its interval, the units that either side wins, and what the units could show."""
        difference = resamples[pair.a] - resamples[pair.b]
        units = stats.win_tie_loss(values[pair.a], values[pair.b], higher_is_better=self.higher_is_better)
        deviation = stats.unit_deviation(difference, pair.units)
        detectable = float(stats.minimum_detectable_difference(deviation, pair.units, alpha=ALPHA / family))
        return replace(
            pair,
            interval=_interval(difference, pair.units),
            wins=units.wins,
            losses=units.losses,
            detectable=detectable if math.isfinite(detectable) else None,
            equivalent=None if self.margin is None else stats.equivalent(difference, self.margin, units=pair.units),
            identical=self.scores.systems[pair.a].output == self.scores.systems[pair.b].output,
        )

    def first(
        self, group: _Group, resamples: Mapping[str, FloatArray], competing: Sequence[str]
    ) -> Mapping[str, float]:
        """The share of resamples in which each competing system ranks first, where all stand on the same units."""
        if not set(competing) <= set(group.systems) or not competing:
            return {}
        shares = stats.share_first(
            np.stack([resamples[name] for name in competing]), higher_is_better=self.higher_is_better
        )
        return dict(zip(competing, shares.tolist(), strict=True))

    def signature(self, group: _Group, n: int) -> str:
        exact = "|exact" if self.test == "permutation" and stats.all_assignments_fit(n, self.draws) else ""
        unit = "segment" if self.documents is None else "document"
        dropped = np.count_nonzero(group.common < 0)
        return (
            f"{self.test}{exact}|draws:{self.draws}|seed:{self.seed}|unit:{unit}|n:{n}"
            f"|units:{group.checksum[:12]}|dropped:{dropped}"
        )

    def common_units(self, systems: Sequence[str]) -> IntArray:
        """For each segment the number of its common unit, -1 where some system has no scored unit in that."""
        partitions = [[unit.segments for unit in self.scores.units[system]] for system in systems]
        common = np.array(join_partitions(partitions, sum(map(len, partitions[0]))), dtype=np.intp)
        counted = np.ones(len(common), dtype=bool)
        for system, partition in zip(systems, partitions, strict=True):
            scored = ~np.isnan(self.scores[system, self.metric].values)
            counted &= np.isin(common, common[[segments[0] for segments in partition]][scored])
        return np.where(counted, common, -1)

    def sums(self, system: str, common: IntArray) -> FloatArray:
        """Statistics (n, k) of a system summed over each counted common unit, or over each document."""
        first = [unit.segments[0] for unit in self.scores.units[system]]
        counted = common[first] >= 0
        labels = (common if self.documents is None else self.documents)[first][counted]
        names, index = np.unique(labels, return_inverse=True)
        statistics = self.scores[system, self.metric].statistics[counted]
        sums = np.zeros((len(names), statistics.shape[1]))
        np.add.at(sums, index, statistics)
        return sums


def _documents(scores: Scores) -> IntArray:
    """For each segment the first segment of its document: numbers that do not depend on how systems are aligned."""
    units = next(iter(scores.units.values()), ())
    document = {segment: unit.document for unit in units for segment in unit.segments}
    first: dict[str, int] = {}
    return np.array([first.setdefault(document[i], i) for i in range(len(document))], dtype=np.intp)


def _choose_unit(unit: str, documents: int) -> tuple[Literal["document", "segment"], str]:
    """What is resampled, and one sentence that says why and what the figures then speak of."""
    if unit == "document" and documents < 2:
        raise ConfigError(f"{'one' if documents else 'no'} document: no p-value over documents")
    enough = documents >= ENOUGH_DOCUMENTS
    size = f"{'at least' if enough else 'fewer than'} {ENOUGH_DOCUMENTS} documents ({documents})"
    why = f"The test set has {size}, {'so' if unit == 'auto' else 'and as asked'} "
    if unit == "document" or (unit == "auto" and enough):
        rough = "" if enough else ", and are rough with so few"
        return "document", f"{why}whole documents were resampled: the figures speak of documents like these{rough}."
    these = "this document" if documents == 1 else "these documents"
    return "segment", f"{why}segments were resampled: the figures are conditional on {these}."


def _pairs(systems: Sequence[str], baseline: str | None) -> list[Pair]:
    if baseline is None:
        return list(combinations(systems, 2))
    return [(system, baseline) for system in systems if system != baseline]


def _adjust(pairs: Sequence[PairResult], correction: str) -> list[PairResult]:
    adjusted = stats.holm([pair.p for pair in pairs]) if correction == "holm" else [pair.p_adjusted for pair in pairs]
    return [
        replace(pair, p_adjusted=float(p), signature=f"{pair.signature}|adjust:{correction}|pairs:{len(pairs)}")
        for pair, p in zip(pairs, adjusted, strict=True)
    ]


def _count_wins(
    systems: Sequence[SystemResult], pairs: Sequence[PairResult], higher_is_better: bool
) -> list[SystemResult]:
    names = [system.system for system in systems]
    beats = _beats(names, pairs, higher_is_better)
    won, lost = beats.sum(axis=1).tolist(), beats.sum(axis=0).tolist()
    return [replace(system, wins=w, losses=x) for system, w, x in zip(systems, won, lost, strict=True)]


def _place(
    systems: Sequence[SystemResult], pairs: Sequence[PairResult], competing: Sequence[str], higher_is_better: bool
) -> Iterator[SystemResult]:
    """The systems with the ranks and the cluster that the tests of all pairs give those that compete, best first."""
    beats = _beats(competing, pairs, higher_is_better)
    ranks = dict(zip(competing, stats.rank_ranges(beats), strict=True))
    clusters = {competing[i]: k for k, of in enumerate(stats.clusters(range(len(competing)), beats), 1) for i in of}
    for system in systems:
        yield replace(system, ranks=ranks.get(system.system), cluster=clusters.get(system.system))


def _beats(names: Sequence[str], pairs: Sequence[PairResult], higher_is_better: bool) -> NDArray[np.bool_]:
    indices = [(names.index(pair.a), names.index(pair.b)) for pair in pairs]
    delta, p = [pair.delta for pair in pairs], [pair.p_adjusted for pair in pairs]
    return stats.beats(len(names), indices, delta, p, higher_is_better=higher_is_better, alpha=ALPHA)


def _interval(draws: FloatArray, units: int) -> Interval | None:
    low, high = stats.interval(draws, units=units)
    return None if math.isnan(low) else Interval(low, high)


def _known(what: str, name: str, known: Iterable[str]) -> str:
    if name not in known:
        raise ConfigError(unknown(f"{what} {name!r}", name, known))
    return name
