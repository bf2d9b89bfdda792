"""CSV of WMT's error span annotation (ESA, Kocmi et al., WMT 2024), as its tool Appraise exports it, without a header.

A row is one output: annotator, system, item, type, the two languages, score (0 to 100), document and system, whether
the score is of the document, errors as JSON, and two times. Rows that test annotators, scores of documents and errors
left `undecided` are left out and counted. Items of a document ascend with its segments, whose numbers and texts the
file does not have. Places are counted in 16-bit units of the stripped output, the last one included.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mtqe.errors import InputError
from mtqe.ratings import Rating
from mtqe.results import ErrorSpan
from mtqe.text import bare, decode, read_bytes

_WIDTH, _DIGITS = 12, 9
_TYPES = frozenset({"TGT", "BAD", "REF", "CHK"})


def accepts(path: Path) -> bool:
    """Whether the first row has the columns of Appraise."""
    if bare(path).suffix.lower() != ".csv":
        return False
    start = io.StringIO(read_bytes(path, 2**16).decode("utf-8-sig", "replace"))
    try:
        first = next(csv.reader(start), [])
    except csv.Error:
        return False
    return len(first) == _WIDTH and first[3] in _TYPES and first[8].casefold() in ("true", "false")


def read(path: Path, notes: list[str]) -> Iterator[Rating]:
    """Reads ratings; `segment` is the number of the item among those that the annotator rated of its document.

    Spans are 16-bit units until `mtqe.ratings.joining.joined` finds their text. Raises InputError with the line for a
    row that is none, a score that is no number from 0 to 100, and two ratings of one item.
    """
    text, found = decode(read_bytes(path), path)
    notes += found
    rated: dict[tuple[str, str, str], dict[int, Rating]] = {}
    left_out: Counter[str] = Counter()
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    line = 1
    try:
        for row in reader:
            rating, item = _rating(row, left_out, path, line)
            if rating:
                items = rated.setdefault((rating.rater, rating.system, rating.document), {})
                if items.setdefault(item, rating) is not rating:
                    raise InputError(f"rates the item of line {items[item].line} again", path=path, line=line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"is no CSV from here on ({error})", path=path, line=line) from None
    notes += [f"{path}: {what} are left out ({count})" for what, count in left_out.items() if count]
    if not rated:
        raise InputError("the file has no rating of an output", path=path)
    for items in rated.values():
        for number, item in enumerate(sorted(items), 1):
            yield replace(items[item], segment=str(number))


def _rating(row: list[str], left_out: Counter[str], path: Path, line: int) -> tuple[Rating | None, int]:
    if len(row) != _WIDTH or not row[2].isdecimal() or len(row[2]) > _DIGITS:
        raise InputError(f"is no row of {_WIDTH} fields with an item's number", path=path, line=line)
    annotator, system, item, kind, *_, score, document, of_document, errors = row[:10]
    document, _, rest = document.partition("#")
    system, _, more = rest.partition("#") if rest else (system, "", "")
    if kind != "TGT" or of_document.casefold() == "true" or more:
        what = "scores of documents" if of_document.casefold() == "true" else "rows that test annotators"
        left_out[what] += 1
        return None, 0
    try:
        value = float(score)
        found = json.loads(errors)
        spans = tuple(_span(error, annotator) for error in found if error["severity"] != "undecided")
        rating = Rating("esa", system, document, item, annotator, None, None, spans, value, line)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"has no score, or no errors as JSON ({error})", path=path, line=line) from None
    if not 0 <= value <= 100:
        raise InputError(f"score {score} is not from 0 to 100", path=path, line=line)
    left_out["errors that the annotator left undecided"] += len(found) - len(spans)
    return rating, int(item)


def _span(error: Any, annotator: str) -> ErrorSpan:
    start, end, severity = error["start_i"], error["end_i"], error["severity"]
    kinds = error.get("error_type") or ()
    missing = start == end == "missing"
    category = "/".join(kinds) if not isinstance(kinds, str) else kinds
    span = None if missing else (start, end + 1)
    return ErrorSpan(
        span, category=category or ("Accuracy/Omission" if missing else "Other"), severity=severity, rule=annotator
    )
