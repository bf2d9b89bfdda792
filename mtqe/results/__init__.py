"""What comes out: specs, scores with their statistics and spans, comparisons, and the whole evaluation."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mtqe.corpus import SystemOutput, TestSet, UnitKey
from mtqe.errors import InputError
from mtqe.store import digest

if TYPE_CHECKING:
    import pandas
    import pyarrow

FloatArray = NDArray[np.float64]
Span = tuple[int, int]
#: A word of a hypothesis: its code points `[start, end)`, its surprisal in bits with what ends it (a space, a mark),
#: and whether it counts; names and numbers are left out of averages.
WordSurprisal = tuple[int, int, float, bool]
Scope = Literal["segment", "document", "corpus"]
Severity = Literal["neutral", "minor", "major", "critical"]


@dataclass(frozen=True)
class MetricSpec:
    """What a score was made with; two specs with one `key` give the same numbers on the same texts.

    `scope` says what the score of a unit depends on beside the unit: nothing (`segment`), its document, or the whole
    test set (`corpus`). `fingerprint` is the checksum of a model. `field_signature` takes the place of ours where the
    signature comes from elsewhere (sacreBLEU, a fluency model that says what it was fitted on).
    """

    name: str
    model: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    fingerprint: str | None = None
    scope: Scope = "segment"
    field_signature: str | None = None

    @property
    def signature(self) -> str:
        """For people: sacreBLEU's own string for its metrics, `name|key:value|...` by default."""
        if self.field_signature:
            return self.field_signature
        parts = [self.name] + ([f"model:{self.model}"] if self.model else [])
        parts += [f"{key}:{value}" for key, value in self.parameters.items()]
        parts += [f"weights:{self.fingerprint[:12]}"] if self.fingerprint else []
        return "|".join([*parts, f"version:{self.version}"])

    @property
    def key(self) -> str:
        """sha256 over all fields, for machines."""
        return digest({f.name: _plain(getattr(self, f.name)) for f in fields(self)})


@dataclass(frozen=True, slots=True)
class ErrorSpan:
    """A passage of a unit in which a metric sees an error.

    The spans are code points `[start, end)` of the unit's hypothesis, of its reference number `reference` and of its
    source; None where that side has no counterpart; zero width is an insertion point. `category` is an MQM type such
    as `Accuracy/Mistranslation`. `confidence` is in [0, 1]: from .5 up a verdict, below a hint.
    """

    hyp_span: Span | None
    ref_span: Span | None = None
    src_span: Span | None = None
    reference: int = 0
    category: str = "Other"
    severity: Severity = "major"
    confidence: float = 1.0
    rule: str = ""
    suggestion: str | None = None


#: Statuses of a name or number that are no errors.
NO_ERROR = frozenset({"match", "variant", "undecided"})


@dataclass(frozen=True, slots=True)
class EntityError(ErrorSpan):
    """What became of one name or number of the reference (or appeared without one).

    status  match, variant, misspelled, replaced, mistranslated, omitted, hallucinated, untranslated, wrong value or
            undecided; match, variant and undecided are no errors.
    type    place, person, organisation, group, work, title, number, date, time, money, percent, unit or other.
    evidence  what the confidence rests on, in words.
    """

    status: str = "undecided"
    type: str = "other"
    evidence: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        return self.status not in NO_ERROR and self.confidence >= 0.5

    @property
    def is_mention(self) -> bool:
        """Whether it is one of the names and numbers checked: a hint that the output has something more is none."""
        return self.is_error or self.ref_span is not None or self.status not in ("hallucinated", "untranslated")


@dataclass(frozen=True, eq=False)
class SegmentScores:
    """The scores of one system by one metric, one a unit.

    values      float64 (n,): the score of each unit, NaN where unscored.
    statistics  float64 (n, k): what the corpus score is computed from, by summing over any set of units; zeros where
                unscored. None stands for `[value, 1]`, which `mtqe.score` weights by the segments of each unit.
    spans       for each unit the errors that the metric marks; None for metrics that mark none.
    reasons     for each unscored unit (by index) why.
    spec        the metric's spec, where these data made it more definite (the tokeniser of their language, a device).
    words       for each unit the surprisal of its words; None for metrics that have none.
    """

    values: FloatArray
    statistics: FloatArray = None  # type: ignore[assignment]  # filled below
    spans: tuple[tuple[ErrorSpan, ...], ...] | None = None
    reasons: Mapping[int, str] = field(default_factory=dict)
    spec: MetricSpec | None = None
    words: tuple[tuple[WordSurprisal, ...], ...] | None = None
    is_mean: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        unscored = np.isnan(values)
        object.__setattr__(self, "values", values)
        if self.statistics is None:
            filled = np.stack([np.where(unscored, 0.0, values), ~unscored], axis=1)
            object.__setattr__(self, "statistics", filled)
            object.__setattr__(self, "is_mean", True)
        if self.statistics.dtype != np.float64 or self.statistics.ndim != 2 or len(self.statistics) != len(values):
            raise ValueError("statistics must be float64 of shape (units, k)")
        if np.isinf(values).any() or not np.isfinite(self.statistics).all() or self.statistics[unscored].any():
            raise ValueError("scores must be finite or NaN, statistics finite, and zero where unscored")
        if any(of is not None and len(of) != len(values) for of in (self.spans, self.words)):
            raise ValueError("spans and words must have one entry a unit")
        if set(np.flatnonzero(unscored)) != set(self.reasons):
            raise ValueError("each unscored unit, and no other, needs a reason")

    @property
    def unscored(self) -> int:
        return len(self.reasons)

    @property
    def scored(self) -> int:
        return len(self.values) - self.unscored

    def weighted(self, sizes: Sequence[int]) -> SegmentScores:
        """With default statistics weighted by the segments of each unit, so that merging changes no unit's share."""
        if not self.is_mean:
            return self
        return replace(self, statistics=self.statistics * np.array(sizes, dtype=np.float64)[:, None])


def mean(sums: FloatArray) -> FloatArray:
    """The default aggregate: sums (..., 2) of `[value, weight]` to means (...), NaN without weight."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan))


class Metric(Protocol):
    """What scores translations. Any object with these members is a metric; see `mtqe/metrics/chrf.py` for one.

    needs     which of `source`, `reference` must be there; a metric is refused where they are not.
    score     scores every system of a test set in one call, so that work is shared between them.

    It may have more: `uses`, which of source and reference it looks at when they are there (default: what it needs);
    `aggregate`, which turns sums of statistics (..., k) into corpus scores (...) (default: `mean`); `label`, what a
    table's head says; `decimals`, how many are shown (2); `range`, the least and greatest score.
    """

    @property
    def spec(self) -> MetricSpec: ...
    @property
    def needs(self) -> frozenset[str]: ...
    @property
    def higher_is_better(self) -> bool: ...
    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]: ...


@dataclass(frozen=True)
class MetricInfo:
    """A metric as the results keep it: by `name` it can be made again, `aggregate` makes corpus scores of sums."""

    name: str
    label: str
    decimals: int
    higher_is_better: bool
    range: tuple[float, float]
    spec: MetricSpec
    aggregate: Callable[[FloatArray], FloatArray] = field(default=mean, compare=False, repr=False)

    @property
    def nulls(self) -> str:
        """What missing output counts as."""
        return str(self.spec.parameters.get("nulls", "unscored"))


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """A system as the results keep it; the checksums tie scores to the units and the output that they are of."""

    name: str
    run: int | None
    human: bool
    alignment: str
    units: str
    output: str
    optimised_with: tuple[str, ...] = ()

    @classmethod
    def of(cls, system: SystemOutput) -> SystemInfo:
        units, output = digest(system.units), digest(system.texts)
        return cls(system.name, system.run, system.human, system.alignment, units, output, system.optimised_with)


@dataclass(frozen=True)
class Scores:
    """All scores of one test set: `values[system, metric]`, with the units that each system's scores stand on.

    Systems are named by `SystemOutput.key`, metrics by the request that made them (`chrf:word_order=2`). `domains` has
    the domain of each document that has one.
    """

    test_set: str
    languages: str
    fingerprint: str
    systems: Mapping[str, SystemInfo]
    units: Mapping[str, tuple[UnitKey, ...]]
    metrics: Mapping[str, MetricInfo]
    values: Mapping[tuple[str, str], SegmentScores]
    reference_alignments: tuple[str, ...] = ()
    domains: Mapping[str, str] = field(default_factory=dict)

    def corpus(self, system: str, metric: str) -> float:
        """The corpus score of a system; NaN when none of its units has a score."""
        scores = self[system, metric]
        if np.isnan(scores.values).all():
            return math.nan
        return float(self.metrics[metric].aggregate(scores.statistics.sum(axis=0)))

    def merged(self, other: Scores) -> Scores:
        """With the scores of other metrics. Raises InputError when they are of other texts, units or outputs."""
        if (self.fingerprint, self.systems) != (other.fingerprint, other.systems):
            raise InputError(
                f"scores of {other.test_set!r} are of other texts or outputs than those of {self.test_set!r}"
            )
        return replace(self, metrics={**self.metrics, **other.metrics}, values={**self.values, **other.values})

    def __getitem__(self, key: tuple[str, str]) -> SegmentScores:
        if key not in self.values:
            raise InputError(
                f"no scores of system {key[0]!r} by metric {key[1]!r}; "
                f"there are systems {list(self.units)} and metrics {list(self.metrics)}"
            )
        return self.values[key]

    def has(self, system: str, metric: str) -> bool:
        return (system, metric) in self.values

    def signature(self, system: str, metric: str) -> str:
        """The signature of one number: of the metric as it was for this system."""
        return (self[system, metric].spec or self.metrics[metric].spec).signature

    def protocol(self, system: str, metric: str) -> str:
        """What stands beside every signature: how the texts were aligned and what missing output counts as."""
        own = f"align:{self.systems[system].alignment}|nulls:{self.metrics[metric].nulls}"
        return "|".join([own, *(f"ref{i}:{x}" for i, x in enumerate(self.reference_alignments, 1) if x != "identity")])

    def table(self) -> pyarrow.Table:
        """Long form, a row for each (system, metric, unit): see `mtqe.results.rows.score_schema` for the columns."""
        from mtqe.results.rows import score_table

        return score_table(self)

    def to_pandas(self) -> pandas.DataFrame:
        return self.table().to_pandas()


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SystemResult:
    """The place of one system in a comparison; `interval` is the 95 % bootstrap interval of its corpus score.

    `ranks` are the best and the worst rank that the tests of all pairs leave open, `cluster` counts from 1, and `first`
    is the share of resamples in which it ranks first. They are None where they cannot be told: for human outputs, which
    stand outside, for systems tested against a baseline alone, or on other units than the rest.

    A system with several `runs` has their mean as its score; from five on, `runs_interval` is Student's 95 % interval
    of that mean over other runs. `optimised` says that the system was trained or tuned on this metric.
    """

    system: str
    score: float
    interval: Interval | None
    units: int
    wins: int = 0
    losses: int = 0
    ranks: tuple[int, int] | None = None
    cluster: int | None = None
    first: float | None = None
    runs: tuple[float, ...] = ()
    runs_interval: Interval | None = None
    optimised: bool = False


@dataclass(frozen=True, slots=True)
class PairResult:
    """A paired test of `a` against `b`: `delta` = score(a) - score(b), two-sided `p`, and `p_adjusted` for the family.

    `interval` is the 95 % bootstrap interval of the difference; `units` counts the common units of the test, of which
    `a` scores better than `b` on `wins` and worse on `losses`. `detectable` is the true difference that so many units
    show with 80 % power, at alpha over the number of pairs. `equivalent` says whether the difference is shown to lie
    within the margin, None without one; `identical` that the two outputs are the same. `deviation` is the standard
    deviation that one unit brings to the difference: `mtqe.stats.power` makes a power curve of it. `without` has the
    difference without each domain in turn; `agreement` is the share of pairs with such a difference in which people
    prefer the same system, where that has been published for the metric.
    """

    a: str
    b: str
    delta: float
    interval: Interval | None
    p: float
    p_adjusted: float
    units: int
    signature: str
    wins: int = 0
    losses: int = 0
    detectable: float | None = None
    equivalent: bool | None = None
    identical: bool = False
    deviation: float | None = None
    without: Mapping[str, float] = field(default_factory=dict)
    agreement: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Systems compared by one metric on one test set.

    `unit` says what was resampled (`document` or `segment`), `smallest_p` is the least p that the draws can reach.
    `correction` is the one that was made for the family of `pairs`: `max-t`, `holm`, or `none` where `test` is one of
    sacreBLEU's. `notes` say what to mind in reading it.
    """

    test_set: str
    metric: str
    decimals: int
    higher_is_better: bool
    unit: Literal["document", "segment"]
    unit_reason: str
    draws: int
    seed: int
    smallest_p: float
    test: str
    correction: str
    margin: float | None
    systems: tuple[SystemResult, ...]
    pairs: tuple[PairResult, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of a result must know.

    `kind` is `input` (how the data were read), `warning` (they may not be what they should be) or `unchecked` (what
    was left out, and why).
    """

    kind: Literal["input", "warning", "unchecked"]
    text: str
    test_set: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """Everything that one run found: what the report, the tables and `results.json` are made of."""

    name: str
    test_sets: tuple[TestSet, ...]
    scores: tuple[Scores, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[Note, ...]
    provenance: Mapping[str, Any]
    writer: Callable[[Evaluation, Path], Path] = field(repr=False, compare=False)

    def say(self, note: Note) -> str:
        """The text of a note, with the test set that it is about where there are several."""
        several = len(self.test_sets) > 1 and note.test_set is not None
        return f"{note.test_set}: {note.text}" if several else note.text

    def report(self, path: str | Path) -> Path:
        """Writes the report and its tables into directory `path`; returns the page's path."""
        return self.writer(self, Path(path))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=dict))
