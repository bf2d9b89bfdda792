"""Scores on disk: those of a run, and segment scores that were made elsewhere."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mtqe.corpus import SystemOutput, TestSet, UnitKey
from mtqe.errors import ConfigError, DataWarning, InputError, UnavailableError
from mtqe.metrics import create, unit_keys
from mtqe.plugins import unknown
from mtqe.results import (
    FloatArray,
    MetricInfo,
    MetricSpec,
    Scores,
    SegmentScores,
    SystemInfo,
    mean,
)
from mtqe.results.rows import span_from_dict
from mtqe.store import digest, file_digest, write_atomic
from mtqe.text import read_lines

_HEAD = "mtqe.scores/1"
_COLUMNS = ("system", "score", "metric", "id", "document", "domain", "run", "test_set")
_NO_SCORE = frozenset({"", "nan", "none", "null", "na"})
#: Scores of which none is larger than this are shown with four decimals: neural metrics that score up to 1.
_SMALL = 2.0


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Writes the scores of one or more test sets as `scores.parquet`; the columns are `mtqe.results.rows.score_schema`.

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
        rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for row in table.to_pylist():
            rows.setdefault((row["test_set"], row["system"], row["metric"]), []).append(row)
        return tuple(_read_one(heads.get(test_set.name, {}), test_set, rows, path) for test_set in test_sets)
    except FileNotFoundError:
        raise InputError("file not found", path=path, hint="run mtqe evaluate or mtqe run first") from None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, AttributeError):
        raise InputError("not a score file of mtqe, or damaged", path=path, hint="run it again") from None


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
        units=unit_keys(test_set),
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

    @cache
    def made() -> Callable[[FloatArray], FloatArray]:
        return getattr(create(entry["name"]), "aggregate", mean)

    def aggregate(sums: FloatArray) -> FloatArray:
        try:
            return made()(sums)
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
    words: list[Any] = [row.get("words") for row in rows]  # older files have none
    return SegmentScores(
        values=np.array([np.nan if row["value"] is None else row["value"] for row in rows]),
        statistics=np.array([row["statistics"] for row in rows], dtype=np.float64),
        spans=None if None in spans else tuple(tuple(map(span_from_dict, of)) for of in spans),
        reasons={i: row["reason"] for i, row in enumerate(rows) if row["reason"] is not None},
        spec=None if spec is None else MetricSpec(**spec),
        words=None if None in words else tuple(tuple(tuple(word.values()) for word in of) for of in words),
    )


def read_segment_scores(path: str | Path, lower_is_better: Sequence[str] = ()) -> tuple[Scores, ...]:
    """Reads a table of segment scores that were made elsewhere (by another tool, by people), one result a test set.

    The file is tab-separated with a header. `system` and `score` are required; `metric`, `test_set`, `id` (of the
    segment; without it a system's rows are its segments in order), `document`, `domain` and `run` may be there. An
    empty score, `nan` or `None` says that there is none. Higher is better, but for the metrics `lower_is_better`.

    Raises InputError with file and line for a column that does not exist, a score that is no number, a segment scored
    twice or in two documents, and where systems have scores of different segments.
    """
    path = Path(path)
    tables: dict[str, _Given] = {}
    for row in _rows(path):
        tables.setdefault(row.get("test_set", path.stem), _Given({}, {}, {})).add(row, path)
    metrics = {metric for table in tables.values() for _, metric in table.values}
    for metric in lower_is_better:
        if metric not in metrics:
            raise ConfigError(unknown(f"metric {metric!r} of {path}", metric, sorted(metrics)))
    checksum = file_digest(path)
    return tuple(table.scores(name, path, checksum, lower_is_better) for name, table in tables.items())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table as mappings; `line` is their number in the file."""
    read = read_lines(path)
    lines = read.lines
    for note in read.notes:
        warnings.warn(note, DataWarning, stacklevel=2)
    columns = lines[0].split("\t")
    for column in columns:
        if column not in _COLUMNS:
            raise InputError(unknown(f"column {column!r}", column, _COLUMNS), path=path, line=1)
    if lacking := [column for column in _COLUMNS[:2] if column not in columns]:
        raise InputError(f"no column {lacking[0]!r}", path=path, line=1, hint="the first line names the columns")
    if len(set(columns)) < len(columns):
        raise InputError("a column stands twice", path=path, line=1)
    if "domain" in columns and "document" not in columns:
        raise InputError("a column 'domain' needs a column 'document'", path=path, line=1)
    if len(lines) == 1:
        raise InputError("no scores below the header", path=path)
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise InputError(f"{len(cells)} fields where the header has {len(columns)}", path=path, line=number)
        yield {**dict(zip(columns, cells, strict=True)), "line": str(number)}


@dataclass(frozen=True)
class _Given:
    """The scores of one test set as they are read: `values[output, metric]` by segment, in the order of the file."""

    values: dict[tuple[tuple[str, int | None], str], dict[str, float]]
    documents: dict[str, str]
    domains: dict[str, str]

    def add(self, row: Mapping[str, str], path: Path) -> None:
        line = int(row["line"])
        run = row.get("run", "")
        if run and not (run.isdecimal() and int(run)):
            raise InputError(f"a run is a number from 1, not {run!r}", path=path, line=line)
        if not row["system"]:
            raise InputError("no name of a system", path=path, line=line)
        output = (row["system"], int(run) if run else None)
        values = self.values.setdefault((output, row.get("metric", "score")), {})
        segment = row.get("id", str(len(values) + 1))
        if segment in values:
            raise InputError(f"segment {segment!r} of {row['system']!r} is scored twice", path=path, line=line)
        values[segment] = _number(row["score"], path, line)
        document = row.get("document", "")
        if self.documents.setdefault(segment, document) != document:
            raise InputError(f"segment {segment!r} stands in two documents", path=path, line=line)
        if (domain := row.get("domain")) and self.domains.setdefault(document, domain) != domain:
            raise InputError(f"document {document!r} has two domains", path=path, line=line)

    def scores(self, name: str, path: Path, checksum: str, lower_is_better: Sequence[str]) -> Scores:
        segments = list(self.documents)
        for (output, metric), values in self.values.items():
            if len(values) < len(segments):
                lost = next(segment for segment in segments if segment not in values)
                share = f"{len(values)} of {len(segments)} {metric} scores"
                raise InputError(
                    f"{output[0]!r} has {share} of {name!r} (none of {lost!r})",
                    path=path,
                    hint="leave a score empty where there is none",
                )
        systems = {SystemOutput(*output[:1], (), output[1]).key: output for output, _ in self.values}
        key_of = {output: key for key, output in systems.items()}
        for output, _ in self.values:
            if output not in key_of:
                raise InputError(f"{SystemOutput(*output[:1], (), output[1]).key!r} is a system and a run", path=path)
        units = tuple(UnitKey(s, self.documents[s] or name, (i,)) for i, s in enumerate(segments))
        found = {
            (key_of[output], metric): _given([values[segment] for segment in segments])
            for (output, metric), values in self.values.items()
        }
        metrics = dict.fromkeys(metric for _, metric in self.values)
        return Scores(
            test_set=name,
            languages="",
            fingerprint=digest([name, checksum]),
            systems={
                key: SystemInfo(system, run, False, "identity", digest(None), digest([name, key]))
                for key, (system, run) in systems.items()
            },
            units=dict.fromkeys(systems, units),
            metrics={
                metric: _given_metric(
                    metric,
                    np.concatenate([of.values for (_, other), of in found.items() if other == metric]),
                    f"{metric}|given:{path.name}|sha256:{checksum[:12]}",
                    metric not in lower_is_better,
                )
                for metric in metrics
            },
            values=found,
            domains={document or name: domain for document, domain in self.domains.items()},
        )


def _number(text: str, path: Path, line: int) -> float:
    if text.strip().lower() in _NO_SCORE:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if math.isinf(value) or "_" in text:  # which Python reads in numbers
        raise InputError(f"{text!r} is no score", path=path, line=line)
    return value


def _given(values: Sequence[float]) -> SegmentScores:
    return SegmentScores(
        np.array(values), reasons={i: "no score was given" for i, value in enumerate(values) if math.isnan(value)}
    )


def _given_metric(name: str, values: FloatArray, signature: str, higher_is_better: bool) -> MetricInfo:
    decimals = 4 if np.abs(values[~np.isnan(values)]).max(initial=0.0) <= _SMALL else 2
    spec = MetricSpec(name, field_signature=signature)
    return MetricInfo(name, name, decimals, higher_is_better, (-math.inf, math.inf), spec)
