"""Metrics, one file each; scoring with several of them; their scores on disk."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mtqe import plugins
from mtqe.corpus import TestSet, UnitKey
from mtqe.errors import ConfigError, InputError, MtqeError, UnavailableError
from mtqe.results import (
    FloatArray,
    Metric,
    MetricInfo,
    MetricSpec,
    Scores,
    SegmentScores,
    SystemInfo,
    mean,
    span_from_dict,
)
from mtqe.store import write_atomic

_HEAD = "mtqe.scores/1"

#: What is computed when nobody asks for anything else; nothing in it depends on the extras that are installed.
DEFAULT = ("chrf:word_order=2", "bleu", "ter", "fluency", "entities")


def score(test_set: TestSet, metrics: str | Iterable[str] | Mapping[str, Metric] = DEFAULT) -> Scores:
    """Scores every system of a test set by every metric.

    `metrics` are names as `chrf:word_order=2` or `bertscore:minilm`, or metrics by name. Raises ConfigError for a
    metric that does not exist or needs a source or reference that the test set lacks, UnavailableError for one whose
    extra is missing.
    """
    requests = [metrics] if isinstance(metrics, str) else list(metrics)
    made = dict(metrics) if isinstance(metrics, Mapping) else {request: create(request) for request in requests}
    if len(made) != len(requests):
        raise ConfigError(f"a metric is asked for twice: {', '.join(requests)}")
    if not test_set.systems:
        raise InputError(f"test set {test_set.name!r} has no system output to score")
    for request, metric in made.items():
        if lacking := missing(metric, test_set):
            raise ConfigError(f"metric {request!r} needs a {lacking}, and test set {test_set.name!r} has none")
    keys = _unit_keys(test_set)
    infos: dict[str, MetricInfo] = {}
    values: dict[tuple[str, str], SegmentScores] = {}
    for request, metric in made.items():
        of_metric = _checked(request, metric.score(test_set), keys)
        infos[request] = describe(request, metric, [scores.spec for scores in of_metric.values()])
        values |= {(system, request): scores for system, scores in of_metric.items()}
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        systems={system.key: SystemInfo.of(system) for system in test_set.systems},
        units=keys,
        metrics=infos,
        values=values,
        reference_alignments=test_set.reference_alignments,
        domains=test_set.domains,
    )


def create(request: str) -> Metric:
    """The metric of a name such as `chrf:word_order=2`; raises ConfigError when there is none."""
    metric: Metric = plugins.create("metrics", request)
    return metric


def missing(metric: Metric, test_set: TestSet) -> str | None:
    """`source` or `reference` when the metric needs it and the test set has none."""
    there = {
        "source": all(segment.source is not None for segment in test_set.segments),
        "reference": test_set.reference_sets > 0,
    }
    return next((name for name in sorted(metric.needs) if not there[name]), None)


def describe(request: str, metric: Metric, specs: Sequence[MetricSpec | None] = ()) -> MetricInfo:
    """What the results keep of a metric, and the defaults of what it need not have.

    `specs` are those of its scores; where they agree the data made the metric's own more definite.
    """
    agreed = specs[0] if specs and all(spec == specs[0] for spec in specs) else None
    return MetricInfo(
        name=request,
        label=getattr(metric, "label", request),
        decimals=getattr(metric, "decimals", 2),
        higher_is_better=metric.higher_is_better,
        range=getattr(metric, "range", (-math.inf, math.inf)),
        spec=agreed or metric.spec,
        aggregate=getattr(metric, "aggregate", mean),
    )


def _unit_keys(test_set: TestSet) -> dict[str, tuple[UnitKey, ...]]:
    return {
        system.key: tuple(UnitKey(u.id, u.document, u.segments) for u in test_set.units(system.key))
        for system in test_set.systems
    }


def _checked(
    request: str, scores: Mapping[str, SegmentScores], keys: Mapping[str, Sequence[UnitKey]]
) -> dict[str, SegmentScores]:
    """What a metric returned, weighted by segments; raises MtqeError unless it is one score for each unit."""
    if {name: len(of.values) for name, of in scores.items()} != {name: len(units) for name, units in keys.items()}:
        raise MtqeError(f"metric {request!r} did not return one score for each unit of each system")
    return {name: scores[name].weighted([len(unit.segments) for unit in units]) for name, units in keys.items()}


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Writes the scores of one or more test sets as `scores.parquet`; the columns are `mtqe.results.score_schema`.

    The metadata entry `mtqe.scores/1` is JSON: for each test set its systems with checksums of their output, and its
    metrics with the spec of each number.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.concat_tables([of.table() for of in scores])
    head = json.dumps([_head(of) for of in scores], ensure_ascii=False)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({_HEAD: head}), sink)
    write_atomic(path, sink.getvalue().to_pybytes())


def _head(scores: Scores) -> dict[str, Any]:
    metrics = [
        {
            "name": info.name,
            "label": info.label,
            "decimals": info.decimals,
            "higher_is_better": info.higher_is_better,
            "range": [bound if math.isfinite(bound) else None for bound in info.range],
            "mean": info.aggregate is mean,
            "spec": asdict(info.spec),
        }
        for info in scores.metrics.values()
    ]
    return {
        "test_set": scores.test_set,
        "languages": scores.languages,
        "fingerprint": scores.fingerprint,
        "systems": {key: asdict(info) for key, info in scores.systems.items()},
        "metrics": metrics,
        "specs": [[*key, asdict(of.spec) if of.spec else None] for key, of in scores.values.items()],
    }


def read_scores(path: Path, test_sets: Sequence[TestSet]) -> tuple[Scores, ...]:
    """Reads what `write_scores` wrote for these test sets.

    Raises InputError when the file is none of mtqe's or its scores are of other texts or outputs. A metric that is not
    installed here is missed only when its corpus scores are asked for.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        heads = {head["test_set"]: head for head in json.loads(table.schema.metadata[_HEAD.encode()])}
    except FileNotFoundError:
        raise InputError("file not found", path=path, hint="run mtqe evaluate or mtqe run first") from None
    except (pa.ArrowInvalid, OSError, KeyError, TypeError, ValueError):
        raise InputError("not a score file of mtqe", path=path) from None
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault((row["test_set"], row["system"], row["metric"]), []).append(row)
    return tuple(_read_one(heads.get(test_set.name, {}), test_set, rows, path) for test_set in test_sets)


def _read_one(
    head: Mapping[str, Any], test_set: TestSet, rows: Mapping[tuple[str, str, str], list[dict[str, Any]]], path: Path
) -> Scores:
    systems = {system.key: SystemInfo.of(system) for system in test_set.systems}
    written = {key: _system_info(info) for key, info in head.get("systems", {}).items()}
    if (head.get("fingerprint"), written) != (test_set.fingerprint, systems):
        raise InputError(f"its scores are of other texts or outputs than test set {test_set.name!r}", path=path)
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        systems=systems,
        units=_unit_keys(test_set),
        metrics={entry["name"]: _info(entry) for entry in head["metrics"]},
        values={
            (system, metric): _segment_scores(rows[test_set.name, system, metric], spec)
            for system, metric, spec in head["specs"]
        },
        reference_alignments=test_set.reference_alignments,
        domains=test_set.domains,
    )


def _system_info(entry: Mapping[str, Any]) -> SystemInfo:
    return SystemInfo(**{**entry, "optimised_with": tuple(entry["optimised_with"])})


def _info(entry: Mapping[str, Any]) -> MetricInfo:
    low, high = entry["range"]

    def aggregate(sums: FloatArray) -> FloatArray:
        try:
            return describe(entry["name"], create(entry["name"])).aggregate(sums)
        except ConfigError as error:
            raise UnavailableError(f"the metric that made these scores is not installed: {error}") from None

    return MetricInfo(
        name=entry["name"],
        label=entry["label"],
        decimals=entry["decimals"],
        higher_is_better=entry["higher_is_better"],
        range=(-math.inf if low is None else low, math.inf if high is None else high),
        spec=MetricSpec(**entry["spec"]),
        aggregate=mean if entry["mean"] else aggregate,
    )


def _segment_scores(rows: list[dict[str, Any]], spec: Mapping[str, Any] | None) -> SegmentScores:
    rows = sorted(rows, key=lambda row: int(row["unit"]))
    spans = [row["spans"] for row in rows]
    return SegmentScores(
        values=np.array([np.nan if row["value"] is None else row["value"] for row in rows]),
        statistics=np.array([row["statistics"] for row in rows], dtype=np.float64),
        spans=None if None in spans else tuple(tuple(map(span_from_dict, of)) for of in spans),
        reasons={i: row["reason"] for i, row in enumerate(rows) if row["reason"] is not None},
        spec=None if spec is None else MetricSpec(**spec),
    )
