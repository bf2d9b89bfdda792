"""Ratings in JSON Lines, as mtqe writes them: an object a rating, its keys the fields of `Rating`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from mtqe.errors import InputError
from mtqe.ratings import Rating
from mtqe.readers._writing import encoded
from mtqe.results.rows import span_from_dict, span_to_dict
from mtqe.store import write_atomic
from mtqe.text import bare, iterate_lines, read_bytes

_KEYS = tuple(field.name for field in fields(Rating) if field.name != "line")
_OPTIONAL = ("source", "target")


def accepts(path: Path) -> bool:
    """Whether the first line is an object with these keys."""
    if bare(path).suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    first = read_bytes(path, 2**20).split(b"\n")[0]
    return all(key in first for key in (b'"protocol"', b'"rater"', b'"errors"'))


def read(path: Path, notes: list[str]) -> Iterator[Rating]:
    """Reads ratings. Raises InputError with the line for what is none of them."""
    for number, line in enumerate(iterate_lines(path, notes), 1):
        try:
            yield _rating(json.loads(line), number)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            said = f"is no rating ({type(error).__name__}: {error})"
            raise InputError(said, path=path, line=number, hint="mtqe convert writes such files") from None


def write(ratings: Sequence[Rating], path: Path) -> list[str]:
    """Writes ratings; there is nothing that the format has no place for.

    Raises InputError for spans in texts that are not known, which are no code points.
    """
    if lost := next((r for r in ratings if r.target is None and any(error.hyp_span for error in r.errors)), None):
        said = f"the output of {lost.system!r} that {lost.rater!r} rated is not known"
        raise InputError(said, path=path, hint="give the texts with -d and -l")
    rows = ({key: getattr(r, key) for key in _KEYS} | {"errors": list(map(span_to_dict, r.errors))} for r in ratings)
    lines = [json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows]
    write_atomic(path, encoded("".join(lines), path))
    return []


def _rating(row: dict[str, Any], line: int) -> Rating:
    if row.keys() != set(_KEYS):
        raise ValueError(f"its keys are not {', '.join(_KEYS)}")
    kinds = {key: str | None if key in _OPTIONAL else str for key in _KEYS[:7]}
    if odd := [key for key, kind in kinds.items() if not isinstance(row[key], kind)]:
        raise ValueError(f"{odd[0]!r} is {row[odd[0]]!r}")
    if row["score"] is not None:
        row["score"] = float(row["score"])
    return Rating(**{**row, "errors": tuple(map(span_from_dict, row["errors"]))}, line=line)
