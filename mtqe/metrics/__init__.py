"""Metrics, one file each, and what scores a test set with several of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mtqe import plugins
from mtqe.corpus import TestSet, Unit
from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.results import Metric, MetricInfo, Scores, SegmentScores, score_schema, span_from_dict
from mtqe.store import write_atomic

#: What is computed when nobody asks for anything else; nothing in it depends on the extras that are installed.
DEFAULT = ("chrf:word_order=2", "bleu", "ter", "fluency", "entities")


def score(test_set: TestSet, metrics: Iterable[str] = DEFAULT) -> Scores:
    """Scores every system of a test set by every metric.

    `metrics` are names as `chrf:word_order=2` or `bertscore:minilm`. Raises ConfigError for a metric that does not
    exist or needs a source or reference that the test set lacks, UnavailableError for one whose extra is missing.
    """
    requests = list(metrics)
    made = {request: create(request) for request in requests}
    if len(made) != len(requests):
        raise ConfigError(f"a metric is asked for twice: {', '.join(requests)}")
    if not test_set.systems:
        raise InputError(f"test set {test_set.name!r} has no system output to score")
    for request, metric in made.items():
        if lacking := missing(metric, test_set):
            raise ConfigError(f"metric {request!r} needs a {lacking}, and test set {test_set.name!r} has none")
    values = {
        (system, request): scores
        for request, metric in made.items()
        for system, scores in metric.score(test_set).items()
    }
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        units={system.name: test_set.units(system.name) for system in test_set.systems},
        metrics={request: _info(request, metric) for request, metric in made.items()},
        values=values,
        alignments={system.name: system.alignment for system in test_set.systems},
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


def _info(request: str, metric: Metric) -> MetricInfo:
    spec = metric.spec
    return MetricInfo(
        name=request,
        label=metric.label,
        decimals=metric.decimals,
        higher_is_better=metric.higher_is_better,
        key=spec.key,
        signature=spec.signature,
        nulls=str(spec.parameters.get("nulls", "skip")),
        aggregate=metric.aggregate,
    )


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Writes the scores of one or more test sets as `scores.parquet`; the columns are `mtqe.results.score_schema`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    head = [
        {
            "test_set": of.test_set,
            "fingerprint": of.fingerprint,
            "metrics": [{k: v for k, v in asdict(m).items() if k != "aggregate"} for m in of.metrics.values()],
            "signatures": [[system, metric, s.signature] for (system, metric), s in of.values.items()],
        }
        for of in scores
    ]
    table = pa.concat_tables([of.table() for of in scores]) if scores else score_schema().empty_table()
    table = table.replace_schema_metadata({"mtqe.scores/1": json.dumps(head, ensure_ascii=False)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    write_atomic(path, sink.getvalue().to_pybytes())


def read_scores(path: Path, test_sets: Sequence[TestSet]) -> tuple[Scores, ...]:
    """Reads what `write_scores` wrote for these test sets.

    Raises InputError when the file is none of mtqe's or belongs to other texts, UnavailableError when the metric
    that made a score is not installed here.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        head = json.loads(table.schema.metadata[b"mtqe.scores/1"])
    except FileNotFoundError:
        raise InputError("file not found", path=path, hint="run mtqe evaluate or mtqe run first") from None
    except (pa.ArrowInvalid, KeyError, TypeError):
        raise InputError("not a score file of mtqe", path=path) from None
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault((row["test_set"], row["system"], row["metric"]), []).append(row)
    return tuple(_read_one(entry, test_set, rows, path) for entry, test_set in zip(head, test_sets, strict=True))


def _read_one(
    entry: dict[str, Any], test_set: TestSet, rows: dict[tuple[str, str, str], list[dict[str, Any]]], path: Path
) -> Scores:
    if (entry["test_set"], entry["fingerprint"]) != (test_set.name, test_set.fingerprint):
        raise InputError(f"the scores belong to other texts than test set {test_set.name!r}", path=path)
    try:
        metrics = {m["name"]: MetricInfo(**m, aggregate=create(m["name"]).aggregate) for m in entry["metrics"]}
    except ConfigError as error:
        raise UnavailableError(f"{path}: a metric that made these scores is not installed: {error}") from None
    units: dict[str, tuple[Unit, ...]] = {system.name: test_set.units(system.name) for system in test_set.systems}
    values = {
        (system, metric): _segment_scores(rows[test_set.name, system, metric], signature)
        for system, metric, signature in entry["signatures"]
    }
    return Scores(
        test_set.name,
        test_set.languages,
        test_set.fingerprint,
        units,
        metrics,
        values,
        {system.name: system.alignment for system in test_set.systems},
    )


def _segment_scores(rows: list[dict[str, Any]], signature: str | None) -> SegmentScores:
    rows = sorted(rows, key=lambda row: int(row["unit"]))
    spans = tuple(tuple(span_from_dict(span) for span in row["spans"]) for row in rows)
    return SegmentScores(
        values=np.array([np.nan if row["value"] is None else row["value"] for row in rows]),
        statistics=np.array([row["statistics"] for row in rows], dtype=np.float64),
        spans=spans if any(spans) else (),
        reasons={i: row["reason"] for i, row in enumerate(rows) if row["reason"] is not None},
        signature=signature,
    )
