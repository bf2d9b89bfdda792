"""Data sets in JSON Lines: an object a line, a segment an object, its keys the columns (see `mtqe.readers._table`).

Every object has the same keys. Texts are strings, null is a missing text, "" an empty one; `id` and `document` may be
whole numbers. `metadata`, where it is there, is an object of strings about the segment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.plugins import unknown
from mtqe.readers import _table
from mtqe.readers._table import Row
from mtqe.readers._writing import encoded, rows_of
from mtqe.store import write_atomic
from mtqe.text import bare, iterate_lines

#: What the paths end with that this format is written to.
ENDING = ".jsonl"
_METADATA = "metadata"
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}


def accepts(path: Path) -> bool:
    return bare(path).suffix.lower() in (".jsonl", ".ndjson") and path.is_file()


def load(path: Path, *, languages: str, name: str) -> TestSet:
    return _table.load(_open, path, languages=languages, name=name)


def parts(path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    return _table.parts(_open, path, languages=languages, name=name, size=size)


def write(test_set: TestSet, path: Path) -> list[str]:
    """Writes a data set; returns what the format has no place for. Raises InputError for text that is none."""
    header, rows, notes = rows_of(test_set, missing=True, metadata=True)
    described = any(segment.metadata for segment in test_set.segments)
    lines = []
    for row, segment in zip(rows, test_set.segments, strict=True):
        value: dict[str, Any] = dict(zip(header, row, strict=True))
        if described:
            value[_METADATA] = dict(segment.metadata)
        lines.append(json.dumps(value, ensure_ascii=False) + "\n")
    write_atomic(path, encoded("".join(lines), path))
    return notes


def _open(path: Path, notes: list[str]) -> tuple[Sequence[str], Iterator[Row]]:
    lines = iterate_lines(path, notes)
    first = _object(next(lines), path, 1)
    names = [name for name in first if name != _METADATA]
    return names, _rows(chain([first], _objects(lines, path)), first.keys(), names, path)


def _objects(lines: Iterator[str], path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 2):
        yield _object(line, path, number)


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as error:
        said = "a blank line" if not line.strip() else f"no JSON ({error})"
        raise InputError(f"is {said}", path=path, line=number, hint="write one object a line") from None
    if not isinstance(value, dict):
        raise InputError("is no JSON object", path=path, line=number, hint='write {"reference": ..., "SYSTEM": ...}')
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _rows(values: Iterator[dict[str, Any]], keys: Any, names: Sequence[str], path: Path) -> Iterator[Row]:
    for number, value in enumerate(values, 1):
        if value.keys() != keys:
            odd = sorted(value.keys() ^ keys)[0]
            said = f"has no {odd!r}" if odd in keys else unknown(f"key {odd!r}", odd, list(keys))
            raise InputError(said, path=path, line=number, hint="each line has the keys of the first; null is missing")
        metadata = value.get(_METADATA, {})
        if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
            raise InputError(f"{_METADATA!r} is an object of strings", path=path, line=number)
        yield Row(number, [_text(value[name], name, path, number) for name in names], metadata=metadata)


def _text(value: Any, name: str, path: Path, number: int) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and name.lower() in ("id", "doc", "document"):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise InputError(
            f"{name!r} is {_KINDS[type(value)]} where a text is needed",
            path=path,
            line=number,
            hint="write it as a string, or null where it is missing",
        )
    if value and _SURROGATE.search(value):
        raise InputError(f"{name!r} has half of a surrogate pair", path=path, line=number)
    return value
