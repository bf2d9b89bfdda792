"""What comes out: specs, scores with their statistics and spans, comparisons, and the whole evaluation."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mtqe.corpus import TestSet, Unit
from mtqe.errors import InputError
from mtqe.store import digest

if TYPE_CHECKING:
    import pandas
    import pyarrow

FloatArray = NDArray[np.float64]
Span = tuple[int, int]
Scope = Literal["segment", "document", "corpus"]
Severity = Literal["neutral", "minor", "major", "critical"]


@dataclass(frozen=True)
class MetricSpec:
    """What a score was made with; two specs with one `key` give the same numbers on the same texts.

    `scope` says what the score of a unit depends on beside the unit: nothing (`segment`), its document, or the whole
    test set (`corpus`). `fingerprint` is the checksum of a model. `field_signature` is the signature that the field
    already uses (sacreBLEU's), where there is one.
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
        """For people: sacreBLEU's own string for its metrics, `name|key:value|...` for the others."""
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
    """

    status: str = "undecided"
    type: str = "other"

    @property
    def is_error(self) -> bool:
        return self.status not in NO_ERROR and self.confidence >= 0.5


@dataclass(frozen=True)
class SegmentScores:
    """The scores of one system by one metric, one a unit.

    values      float64 (n,): the score of each unit, NaN where unscored.
    statistics  float64 (n, k): what the corpus score is computed from, by summing over any set of units; default
                `[value, 1]`, and zeros where unscored.
    spans       for each unit the errors that the metric marks, empty for metrics that mark none.
    reasons     for each unscored unit (by index) why.
    signature   what the score turned out to depend on, where that is more than the metric's spec can know.
    """

    values: FloatArray
    statistics: FloatArray = None  # type: ignore[assignment]  # filled below
    spans: tuple[tuple[ErrorSpan, ...], ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    signature: str | None = None

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        unscored = np.isnan(values)
        object.__setattr__(self, "values", values)
        if self.statistics is None:
            default = np.stack([np.nan_to_num(values), np.ones_like(values)], axis=1)
            object.__setattr__(self, "statistics", np.where(unscored[:, None], 0.0, default))
        if self.statistics.dtype != np.float64 or self.statistics.ndim != 2 or len(self.statistics) != len(values):
            raise ValueError("statistics must be float64 of shape (units, k)")
        if self.spans and len(self.spans) != len(values):
            raise ValueError("spans must have one entry a unit")
        if set(np.flatnonzero(unscored)) != set(self.reasons):
            raise ValueError("each unscored unit, and no other, needs a reason")


def mean(sums: FloatArray) -> FloatArray:
    """The default aggregate: sums (..., 2) of `[value, weight]` to means (...), NaN without weight."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan))


class Metric(Protocol):
    """What scores translations. Any object with these members is a metric; see `mtqe/metrics/chrf.py` for one.

    needs     which of `source`, `reference` must be there; a metric is skipped, and said to be, where they are not.
    uses      which of them it looks at when they are there.
    score     scores every system of a test set in one call, so that work is shared between them.
    aggregate turns sums of statistics, shape (..., k), into corpus scores, shape (...).
    label     what a table's head says; `decimals` how many are shown; `range` the least and greatest score.
    """

    @property
    def spec(self) -> MetricSpec: ...
    @property
    def needs(self) -> frozenset[str]: ...
    @property
    def uses(self) -> frozenset[str]: ...
    @property
    def higher_is_better(self) -> bool: ...
    @property
    def label(self) -> str: ...
    @property
    def decimals(self) -> int: ...
    @property
    def range(self) -> tuple[float, float]: ...
    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]: ...
    def aggregate(self, sums: FloatArray) -> FloatArray: ...


@dataclass(frozen=True)
class MetricInfo:
    """What the results keep of a metric: enough to show, to compare and to recreate it by `name`."""

    name: str
    label: str
    decimals: int
    higher_is_better: bool
    key: str
    signature: str
    nulls: str = "skip"
    aggregate: Callable[[FloatArray], FloatArray] = field(default=mean, compare=False, repr=False)


@dataclass(frozen=True)
class Scores:
    """All scores of one test set: `values[system, metric]`, with the units that each system's scores stand on."""

    test_set: str
    languages: str
    fingerprint: str
    units: Mapping[str, tuple[Unit, ...]]
    metrics: Mapping[str, MetricInfo]
    values: Mapping[tuple[str, str], SegmentScores]
    alignments: Mapping[str, str] = field(default_factory=dict)

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(self.units)

    def corpus(self, system: str, metric: str) -> float:
        """The corpus score of a system; NaN when none of its units has a score."""
        sums = self[system, metric].statistics.sum(axis=0)
        return float(self.metrics[metric].aggregate(sums)) if sums.any() else math.nan

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
        """The signature of one number: the metric's, or what it turned out to depend on for this system."""
        return self[system, metric].signature or self.metrics[metric].signature

    def protocol(self, system: str, metric: str) -> str:
        """What stands beside every signature: how the output was aligned and what missing output counts as."""
        return f"align:{self.alignments.get(system, 'identity')}|nulls:{self.metrics[metric].nulls}"

    @cached_property
    def units_hash(self) -> dict[str, str]:
        """For each system a checksum of the partition that its units are."""
        return {name: digest([list(unit.segments) for unit in units]) for name, units in self.units.items()}

    def table(self) -> pyarrow.Table:
        """Long form, a row for each (system, metric, unit): see `mtqe.metrics.write_scores` for the columns."""
        import pyarrow as pa

        return pa.Table.from_pylist(list(self._rows()), schema=score_schema())

    def _rows(self) -> Sequence[dict[str, Any]]:
        rows = []
        for (system, metric), scores in self.values.items():
            for i, unit in enumerate(self.units[system]):
                value = float(scores.values[i])
                rows.append(
                    {
                        "test_set": self.test_set,
                        "system": system,
                        "metric": metric,
                        "unit": i,
                        "id": unit.id,
                        "document": unit.document,
                        "segments": list(unit.segments),
                        "value": None if math.isnan(value) else value,
                        "statistics": scores.statistics[i].tolist(),
                        "reason": scores.reasons.get(i),
                        "spans": [span_to_dict(span) for span in scores.spans[i]] if scores.spans else [],
                    }
                )
        return rows

    def to_pandas(self) -> pandas.DataFrame:
        return self.table().to_pandas()


def score_schema() -> pyarrow.Schema:
    """Columns of `scores.parquet`: a row for each test set, system, metric and unit."""
    import pyarrow as pa

    offsets = pa.list_(pa.int32(), 2)
    span = pa.struct(
        [
            ("hyp_span", offsets),
            ("ref_span", offsets),
            ("src_span", offsets),
            ("reference", pa.int32()),
            ("category", pa.string()),
            ("severity", pa.string()),
            ("confidence", pa.float64()),
            ("rule", pa.string()),
            ("suggestion", pa.string()),
            ("status", pa.string()),
            ("type", pa.string()),
        ]
    )
    return pa.schema(
        [
            ("test_set", pa.string()),
            ("system", pa.string()),
            ("metric", pa.string()),
            ("unit", pa.int32()),
            ("id", pa.string()),
            ("document", pa.string()),
            ("segments", pa.list_(pa.int32())),
            ("value", pa.float64()),
            ("statistics", pa.list_(pa.float64())),
            ("reason", pa.string()),
            ("spans", pa.list_(span)),
        ]
    )


def span_to_dict(span: ErrorSpan) -> dict[str, Any]:
    row = {f.name: getattr(span, f.name) for f in fields(span)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def span_from_dict(row: Mapping[str, Any]) -> ErrorSpan:
    """Reads what `span_to_dict` wrote; rows with a `status` are entity errors."""
    values: dict[str, Any] = {
        name: tuple(v) if name.endswith("_span") and v is not None else v for name, v in row.items()
    }
    if values.get("status") is not None:
        return EntityError(**values)
    return ErrorSpan(**{name: v for name, v in values.items() if name not in ("status", "type")})


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SystemResult:
    """The place of one system in a comparison; `interval` is the 95 % bootstrap interval of its corpus score."""

    system: str
    score: float
    interval: Interval | None
    units: int
    wins: int
    losses: int


@dataclass(frozen=True, slots=True)
class PairResult:
    """A paired test of `a` against `b`: `delta` = score(a) - score(b), two-sided `p`, Holm-adjusted `p_adjusted`.

    `interval` is the 95 % bootstrap interval of the difference; `units` counts the common units of the test.
    """

    a: str
    b: str
    delta: float
    interval: Interval | None
    p: float
    p_adjusted: float
    units: int
    signature: str


@dataclass(frozen=True)
class Comparison:
    """Systems compared by one metric on one test set.

    `unit` says what was resampled (`document` or `segment`), `smallest_p` is the least p that the draws can reach.
    """

    test_set: str
    metric: str
    unit: Literal["document", "segment"]
    unit_reason: str
    draws: int
    seed: int
    smallest_p: float
    systems: tuple[SystemResult, ...]
    pairs: tuple[PairResult, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of a result must know; `kind` is `input` (odd data) or `unchecked` (left out, and why)."""

    kind: Literal["input", "unchecked"]
    text: str


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

    def report(self, path: str | Path) -> Path:
        """Writes the report and its tables into directory `path`; returns the page's path."""
        return self.writer(self, Path(path))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=dict))
