"""Corpus scores of texts that are larger than memory: part by part, of which only sums of statistics are kept."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mtqe.checks import check, joined, warn_of
from mtqe.checks.columns import Finding
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError, MtqeError
from mtqe.metrics import create_all, describe, score_checked
from mtqe.readers import load, parts
from mtqe.results import FloatArray, Metric, MetricInfo, MetricSpec, Scores, SegmentScores

#: Bytes up to which a data set is loaded whole for a metric that looks at more than one segment at a time.
LARGEST_WHOLE = 32 * 2**20
#: Characters that are in memory at a time; a part must be large against the fixed cost of scoring one.
_PART = 2**20

_REFERENCES = re.compile(r"\bnrefs:\w+")


@dataclass(frozen=True)
class Totals:
    """What is kept of one system and one metric.

    sums      float64 (k,): the sums of the statistics of all units, added in their order.
    scored    how many units have a score.
    reasons   why the others have none, with their numbers.
    spec      what they were made with.
    protocol  how the texts were aligned and what missing output counts as.
    """

    sums: FloatArray
    scored: int
    reasons: Mapping[str, int]
    spec: MetricSpec
    protocol: str

    @property
    def unscored(self) -> int:
        return sum(self.reasons.values())

    def plus(self, part: SegmentScores) -> Totals:
        """With the units of one more part. The sum goes on unit by unit, so that it rounds as that of the whole."""
        sums = np.concatenate([self.sums[None], part.statistics]).sum(axis=0)
        spec = part.spec or self.spec
        if self.scored:
            spec = _common(self.spec, spec) if part.scored else self.spec
        reasons = Counter(self.reasons) + Counter(part.reasons.values())
        return Totals(sums, self.scored + part.scored, reasons, spec, self.protocol)


@dataclass(frozen=True)
class CorpusScores:
    """As `Scores`, without units: what `mtqe.report.tables.score_table` needs."""

    test_set: str
    systems: Sequence[str]
    metrics: Mapping[str, MetricInfo]
    values: Mapping[tuple[str, str], Totals]
    notes: tuple[str, ...]

    def corpus(self, system: str, metric: str) -> float:
        """The corpus score of a system; NaN when none of its units has a score."""
        totals = self[system, metric]
        return float(self.metrics[metric].aggregate(totals.sums)) if totals.scored else math.nan

    def __getitem__(self, key: tuple[str, str]) -> Totals:
        return self.values[key]

    def has(self, system: str, metric: str) -> bool:
        return (system, metric) in self.values

    def signature(self, system: str, metric: str) -> str:
        return self[system, metric].spec.signature

    def protocol(self, system: str, metric: str) -> str:
        return self[system, metric].protocol


def score_data_set(
    path: str | Path, metrics: Iterable[str], *, languages: str, input_format: str | None = None, strict: bool = False
) -> tuple[Scores | CorpusScores, Sequence[str]]:
    """The scores of a data set in one file, and what was noted about it.

    It is read part by part, unless a metric looks at more than a segment at a time (`MetricSpec.scope`): then it is
    loaded whole. Raises ConfigError for such a metric where the file is larger than LARGEST_WHOLE. Warns (DataWarning)
    of what `mtqe.checks` finds, or with `strict` raises InputError.
    """
    made = create_all(metrics)
    wide = {name: metric.spec.scope for name, metric in made.items() if metric.spec.scope != "segment"}
    if not wide:
        scores = score_parts(parts(path, input_format, languages=languages, size=_PART), made, strict)
        return scores, scores.notes
    size = Path(path).stat().st_size if Path(path).exists() else 0
    if size > LARGEST_WHOLE:
        name, scope = next(iter(wide.items()))
        others = " ".join(request for request in made if request not in wide)
        raise ConfigError(
            f"metric {name!r} scores a segment by its whole {scope}, so {path} cannot be scored part by part, and with "
            f"{size / 2**20:.0f} MiB it is too large to be loaded (at most {LARGEST_WHOLE / 2**20:.0f} MiB); "
            f"score an excerpt, or leave {', '.join(wide)} out{f': -m {others}' if others else ''}"
        )
    test_set = load(path, input_format, languages=languages)
    warn_of(check(test_set), test_set.notes, strict=strict)
    return score_checked(test_set, made), test_set.notes


def score_parts(
    test_sets: Iterable[TestSet], metrics: str | Iterable[str] | Mapping[str, Metric], strict: bool = False
) -> CorpusScores:
    """Scores the parts of a text one after the other: the scores, to the last bit, that they would get as one test set.

    Each metric must score a segment by itself, and every part must have the same systems. Raises InputError when they
    have not, or there is no part, and what `mtqe.score` raises. Lines are checked beside those of their own part.
    """
    made = create_all(metrics)
    totals: dict[tuple[str, str], Totals] = {}
    name = ""
    notes: list[str] = []
    found: list[Finding] = []
    lines = 0
    for test_set in test_sets:
        found += check(test_set)
        lines += len(test_set.segments)
        scores = score_checked(test_set, made)
        if not totals:
            name = test_set.name
            for key, of in scores.values.items():
                nothing = np.zeros(of.statistics.shape[1])
                totals[key] = Totals(nothing, 0, {}, made[key[1]].spec, scores.protocol(*key))
        if totals.keys() != scores.values.keys():
            raise InputError(f"the parts of {name!r} have different systems")
        totals = {key: before.plus(scores.values[key]) for key, before in totals.items()}
        notes += test_set.notes
    if not totals:
        raise InputError("there is no text to score")
    warn_of(joined(found, lines), notes, strict=strict)
    infos = {
        request: describe(request, metric, [of.spec for (_, m), of in totals.items() if m == request])
        for request, metric in made.items()
    }
    return CorpusScores(name, list(dict.fromkeys(s for s, _ in totals)), infos, totals, tuple(dict.fromkeys(notes)))


def _common(one: MetricSpec, other: MetricSpec) -> MetricSpec:
    """The spec of both parts: they differ in nothing but the number of references, which then varies."""
    if one == other:
        return one
    signatures = [_REFERENCES.sub("nrefs:var", spec.field_signature or "") for spec in (one, other)]
    merged = replace(one, field_signature=signatures[0])
    if merged != replace(other, field_signature=signatures[1]):
        raise MtqeError(f"two parts of one text were scored by {one.signature} and {other.signature}")
    return merged
