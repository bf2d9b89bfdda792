"""The tests of one metric on one test set: systems and pairs grouped by the units that they stand on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, cycle, islice

import numpy as np
from numpy.typing import NDArray

from mtqe import stats
from mtqe.comparison.agreement import expected_agreement
from mtqe.comparison.places import ALPHA, Pair, smallest_p
from mtqe.comparison.units import IntArray
from mtqe.corpus import join_partitions
from mtqe.results import FloatArray, Interval, PairResult, Scores, SystemResult
from mtqe.store import digest

StrArray = NDArray[np.str_]


@dataclass(frozen=True)
class Group:
    """Systems and pairs that stand on the same counted units, so that one matrix of resamples serves them all.

    `common` has for each segment the number of its common unit, -1 where that is not counted.
    """

    common: IntArray
    checksum: str
    systems: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)


@dataclass(frozen=True)
class Resampled:
    """The systems of a group by name: scores of their units (n,), of the resamples (draws,), without each domain.

    `free` units decide how wide an interval is: all, less what strata fix.
    """

    values: Mapping[str, FloatArray]
    draws: Mapping[str, FloatArray]
    without: Mapping[str, Mapping[str, float]]
    free: int

    def interval(self, draws: FloatArray) -> Interval | None:
        low, high = stats.interval(draws, units=self.free)
        return None if math.isnan(low) else Interval(low, high)


@dataclass(frozen=True)
class Task:
    """One metric of one test set, and how its systems are tested.

    outputs    of each system the keys of its outputs in `scores`: one, or one a run.
    documents  numbers the document of each segment; None resamples segments.
    domains    the domain of each segment; None where they are not known, or one.

    A system with several runs scores the mean of their scores. Its statistics are those of all runs side by side, so
    that a resample or a swap takes all runs of a unit together; systems with fewer runs repeat theirs up to `width`.
    """

    scores: Scores
    metric: str
    outputs: Mapping[str, Sequence[str]]
    documents: IntArray | None
    domains: StrArray | None
    test: str
    margin: float | None
    draws: int
    seed: int

    @property
    def higher_is_better(self) -> bool:
        return self.scores.metrics[self.metric].higher_is_better

    @cached_property
    def width(self) -> int:
        return math.lcm(*map(len, self.outputs.values()))

    def aggregate(self, sums: FloatArray) -> FloatArray:
        """Sums of statistics (..., width * k) to scores (...)."""
        own = self.scores.metrics[self.metric].aggregate
        return own(sums) if self.width == 1 else own(sums.reshape(*sums.shape[:-1], self.width, -1)).mean(axis=-1)

    def run_scores(self, system: str) -> list[float]:
        return [self.scores.corpus(output, self.metric) for output in self.outputs[system]]

    def score(self, system: str) -> float:
        """The corpus score of a system, the mean over its runs."""
        return math.fsum(scores := self.run_scores(system)) / len(scores)

    def rank(self, system: str) -> tuple[bool, float]:
        """Sort key: best first, systems without a score last."""
        score = self.score(system)
        return math.isnan(score), -score if self.higher_is_better else score

    def groups(self, systems: Sequence[str], pairs: Sequence[Pair]) -> Iterable[Group]:
        found: dict[str, Group] = {}

        def group_of(members: Sequence[str]) -> Group:
            common = self.common_units(members)
            checksum = digest(common.tolist())
            return found.setdefault(checksum, Group(common, checksum))

        for system in systems:
            group_of([system]).systems.append(system)
        for pair in pairs:
            group_of(pair).pairs.append(pair)
        return found.values()

    def evaluate(
        self, group: Group, correction: str, family: int, competing: Sequence[str]
    ) -> tuple[list[SystemResult], list[PairResult]]:
        """Systems before their wins are counted, pairs before Holm's correction; no pairs from fewer than two units."""
        names = list(dict.fromkeys([*group.systems, *chain.from_iterable(group.pairs)]))
        statistics = np.stack([self.sums(name, group.common) for name in names])
        n = statistics.shape[1]
        if n < 2:
            return [self.place(name, None, n) for name in group.systems], []
        domains = self.domains_of(group.common)
        strata = domains if domains is not None and np.unique(domains, return_counts=True)[1].min() > 1 else None
        indices = [(names.index(a), names.index(b)) for a, b in group.pairs]
        delta, p, adjusted = (of.tolist() for of in self.tests(statistics, indices, correction, strata))
        signature = self.signature(group, n, strata)
        tested = [
            PairResult(*pair, delta[i], None, p[i], adjusted[i], n, signature) for i, pair in enumerate(group.pairs)
        ]
        resampled = self.resample(names, statistics, domains, strata)
        first = self.first(group, resampled, competing)
        places = [
            self.place(name, resampled.interval(resampled.draws[name]) if self.runs_agree(name) else None, n)
            for name in group.systems
        ]
        return (
            [replace(place, first=first.get(place.system)) for place in places],
            [self.complete(pair, resampled, family) for pair in tested],
        )

    def resample(
        self, names: Sequence[str], statistics: FloatArray, domains: StrArray | None, strata: StrArray | None
    ) -> Resampled:
        draws = stats.bootstrap(statistics, self.aggregate, draws=self.draws, seed=self.seed, strata=strata)
        without = {}
        if domains is not None and len(np.unique(domains)) > 1:
            labels, scores = stats.leave_one_stratum_out(statistics, domains, self.aggregate)
            without = {
                label: dict(zip(names, of.tolist(), strict=True))
                for label, of in zip(labels.tolist(), scores, strict=True)
            }
        return Resampled(
            dict(zip(names, self.aggregate(statistics), strict=True)),
            dict(zip(names, draws, strict=True)),
            without,
            statistics.shape[1] - (0 if strata is None else len(np.unique(strata)) - 1),
        )

    def place(self, system: str, interval: Interval | None, n: int) -> SystemResult:
        """A system before the tests."""
        runs = self.run_scores(system)
        over_runs = stats.runs_interval(runs)
        return SystemResult(
            system,
            self.score(system),
            interval,
            n,
            runs=tuple(runs) if len(runs) > 1 else (),
            runs_interval=None if over_runs is None else Interval(*over_runs),
            optimised=self.is_optimised(system),
        )

    def runs_agree(self, system: str) -> bool:
        """Whether all runs have scores of the same text, so that their mean is a score of what is resampled."""
        return len({digest(self.common_units_of([output]).tolist()) for output in self.outputs[system]}) == 1

    def is_optimised(self, system: str) -> bool:
        """Whether the system was trained or tuned on this metric, in whatever configuration."""
        name = self.scores.metrics[self.metric].spec.name
        return any(
            of in (name, self.metric) for key in self.outputs[system] for of in self.scores.systems[key].optimised_with
        )

    def tests(
        self,
        statistics: FloatArray,
        pairs: Sequence[tuple[int, int]],
        correction: str,
        strata: StrArray | None,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Differences, p and p adjusted within the group, where max-T does it."""
        draws, seed = self.draws, self.seed
        if correction == "max-t":
            return stats.max_t_tests(statistics, pairs, self.aggregate, draws=draws, seed=seed)
        if self.test == "permutation":
            delta, p = stats.permutation_tests(statistics, pairs, self.aggregate, draws=draws, seed=seed)
        elif self.test == "bootstrap":
            delta, p = stats.bootstrap_tests(statistics, pairs, self.aggregate, draws=draws, seed=seed, strata=strata)
        else:
            score = self.aggregate(statistics.sum(axis=1))
            delta = np.array([score[a] - score[b] for a, b in pairs])
            values = self.aggregate(statistics)
            agree = stats.rank_directions(values, pairs) * np.sign(delta) >= 0
            # ranks that lie on the other side than the scores would name the wrong winner
            p = np.where(agree, stats.wilcoxon_tests(values, pairs), np.nan)
        return delta, p, p

    def complete(self, pair: PairResult, resampled: Resampled, family: int) -> PairResult:
        """A tested pair with its interval, the units that either side wins, and what the units could show."""
        difference = resampled.draws[pair.a] - resampled.draws[pair.b]
        values = resampled.values[pair.a], resampled.values[pair.b]
        units = stats.win_tie_loss(*values, higher_is_better=self.higher_is_better)
        deviation = stats.unit_deviation(difference, pair.units)
        detectable = float(stats.minimum_detectable_difference(deviation, pair.units, alpha=ALPHA / family))
        reachable = smallest_p(self.test, pair.units, self.draws) <= ALPHA / family
        return replace(
            pair,
            interval=resampled.interval(difference),
            wins=units.wins,
            losses=units.losses,
            deviation=deviation if math.isfinite(deviation) else None,
            detectable=detectable if math.isfinite(detectable) and reachable and deviation else None,
            equivalent=None if self.margin is None else stats.equivalent(difference, self.margin, units=resampled.free),
            identical=self.checksums(pair.a) == self.checksums(pair.b),
            without={domain: score[pair.a] - score[pair.b] for domain, score in resampled.without.items()},
            agreement=self.agreement(pair),
        )

    def checksums(self, system: str) -> list[str]:
        return sorted(self.scores.systems[output].output for output in self.outputs[system])

    def agreement(self, pair: PairResult) -> float | None:
        """How often people prefer the same system, where all outputs are scored alike and on more than one document."""
        outputs = [*self.outputs[pair.a], *self.outputs[pair.b]]
        signatures = {self.scores.signature(output, self.metric) for output in outputs}
        documents = {unit.document for unit in self.scores.units[outputs[0]]}
        if len(signatures) > 1 or len(documents) < 2:
            return None
        return expected_agreement(signatures.pop(), pair.delta)

    def first(self, group: Group, resampled: Resampled, competing: Sequence[str]) -> Mapping[str, float]:
        """The share of resamples in which each competing system ranks first, where all stand on the same units."""
        if not set(competing) <= set(group.systems) or not competing:
            return {}
        draws = np.stack([resampled.draws[name] for name in competing])
        shares = stats.share_first(draws, higher_is_better=self.higher_is_better)
        return dict(zip(competing, shares.tolist(), strict=True))

    def signature(self, group: Group, n: int, strata: StrArray | None) -> str:
        exact = "|exact" if self.test == "permutation" and stats.all_assignments_fit(n, self.draws) else ""
        unit = "segment" if self.documents is None else "document"
        dropped = np.count_nonzero(group.common < 0)
        within = "" if strata is None else f"|strata:{len(np.unique(strata))}"
        return (
            f"{self.test}{exact}|draws:{self.draws}|seed:{self.seed}|unit:{unit}|n:{n}{within}"
            f"|units:{group.checksum[:12]}|dropped:{dropped}"
        )

    def common_units(self, systems: Sequence[str]) -> IntArray:
        return self.common_units_of([output for system in systems for output in self.outputs[system]])

    def common_units_of(self, outputs: Sequence[str]) -> IntArray:
        """For each segment the number of its common unit, -1 where some output has no scored unit in that."""
        partitions = [[unit.segments for unit in self.scores.units[output]] for output in outputs]
        common = np.array(join_partitions(partitions, sum(map(len, partitions[0]))), dtype=np.intp)
        counted = np.ones(len(common), dtype=bool)
        for output, partition in zip(outputs, partitions, strict=True):
            scored = ~np.isnan(self.scores[output, self.metric].values)
            counted &= np.isin(common, common[[segments[0] for segments in partition]][scored])
        return np.where(counted, common, -1)

    def sums(self, system: str, common: IntArray) -> FloatArray:
        """Statistics (n, width * k) of a system summed over each counted common unit, or over each document."""
        sums = [self.sums_of_output(output, common) for output in self.outputs[system]]
        return np.concatenate(list(islice(cycle(sums), self.width)), axis=1)

    def sums_of_output(self, output: str, common: IntArray) -> FloatArray:
        first = [unit.segments[0] for unit in self.scores.units[output]]
        counted = common[first] >= 0
        names, index = np.unique(self.labels(common)[first][counted], return_inverse=True)
        statistics = self.scores[output, self.metric].statistics[counted]
        sums = np.zeros((len(names), statistics.shape[1]))
        np.add.at(sums, index, statistics)
        return sums

    def labels(self, common: IntArray) -> IntArray:
        """For each segment the number of what is resampled."""
        return common if self.documents is None else self.documents

    def domains_of(self, common: IntArray) -> StrArray | None:
        """The domain (n,) of each counted common unit, or of each document."""
        if self.domains is None:
            return None
        counted = np.flatnonzero(common >= 0)
        _, first = np.unique(self.labels(common)[counted], return_index=True)
        return self.domains[counted[first]]
