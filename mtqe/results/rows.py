"""Scores as rows: the columns of `scores.parquet`, and error spans as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mtqe.results import EntityError, ErrorSpan, Scores

if TYPE_CHECKING:
    import pyarrow

#: The names of a `WordSurprisal`'s values.
_WORD = ("start", "end", "bits", "counted")


def score_table(scores: Scores) -> pyarrow.Table:
    """A row for each system, metric and unit."""
    import pyarrow as pa

    return pa.Table.from_pylist(_rows(scores), schema=score_schema())


def _rows(scores: Scores) -> list[dict[str, Any]]:
    rows = []
    for (system, metric), of in scores.values.items():
        for i, unit in enumerate(scores.units[system]):
            value = float(of.values[i])
            rows.append(
                {
                    "test_set": scores.test_set,
                    "system": system,
                    "run": scores.systems[system].run,
                    "human": scores.systems[system].human,
                    "metric": metric,
                    "unit": i,
                    "id": unit.id,
                    "document": unit.document,
                    "domain": scores.domains.get(unit.document),
                    "segments": list(unit.segments),
                    "value": None if math.isnan(value) else value,
                    "statistics": of.statistics[i].tolist(),
                    "reason": of.reasons.get(i),
                    "spans": None if of.spans is None else [span_to_dict(span) for span in of.spans[i]],
                    "words": None if of.words is None else [dict(zip(_WORD, w, strict=True)) for w in of.words[i]],
                }
            )
    return rows


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
            ("evidence", pa.list_(pa.string())),
        ]
    )
    word = pa.struct(list(zip(_WORD, (pa.int32(), pa.int32(), pa.float64(), pa.bool_()), strict=True)))
    return pa.schema(
        [
            ("test_set", pa.string()),
            ("system", pa.string()),
            ("run", pa.int32()),
            ("human", pa.bool_()),
            ("metric", pa.string()),
            ("unit", pa.int32()),
            ("id", pa.string()),
            ("document", pa.string()),
            ("domain", pa.string()),
            ("segments", pa.list_(pa.int32())),
            ("value", pa.float64()),
            ("statistics", pa.list_(pa.float64())),
            ("reason", pa.string()),
            ("spans", pa.list_(span)),
            ("words", pa.list_(word)),
        ]
    )


def span_to_dict(span: ErrorSpan) -> dict[str, Any]:
    row = {f.name: getattr(span, f.name) for f in fields(span)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def span_from_dict(row: Mapping[str, Any]) -> ErrorSpan:
    """Reads what `span_to_dict` wrote; rows with a `status` are entity errors."""
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    if values.get("status") is not None:
        return EntityError(**values)
    own = {field.name for field in fields(ErrorSpan)}
    return ErrorSpan(**{name: v for name, v in values.items() if name in own})
