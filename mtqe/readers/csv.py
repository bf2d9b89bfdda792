"""Comma-separated data sets (RFC 4180) with named columns (see `mtqe.readers._table`).

A field in quotation marks may hold commas, line breaks and doubled quotation marks. An empty field is an empty text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.readers import _table
from mtqe.readers._table import Row
from mtqe.text import bare, decode, read_bytes

_LONGEST = 2**31 - 1


def accepts(path: Path) -> bool:
    return bare(path).suffix.lower() == ".csv" and path.is_file()


def load(path: Path, *, languages: str, name: str) -> TestSet:
    return _table.load(_open, path, languages=languages, name=name)


def _open(path: Path, notes: list[str]) -> tuple[Sequence[str], Iterator[Row]]:
    text, found = decode(read_bytes(path), path)
    if not text:
        raise InputError("the file is empty", path=path)
    notes += found
    first = text.partition("\n")[0]
    if first.count(";") > first.count(","):
        raise InputError("has semicolons between its columns", path=path, line=1, hint="save it with commas")
    rows = _rows(text, path)
    header = next(rows).fields
    return [field or "" for field in header], rows


def _rows(text: str, path: Path) -> Iterator[Row]:
    """The header and the rows under it, each with the line that it begins in."""
    lines = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    before = csv.field_size_limit(_LONGEST)
    width, first = 0, 1
    try:
        for fields in lines:
            width = width or len(fields)
            if len(fields) != width or not fields:
                hint = "put a field that holds a comma in quotation marks"
                raise InputError(f"{len(fields)} fields under a header of {width}", path=path, line=first, hint=hint)
            yield Row(first, fields)
            first = lines.line_num + 1
    except csv.Error as error:
        hint = 'put fields with line breaks or quotation marks in quotation marks, and double those inside ("")'
        raise InputError(f"is no CSV from here on ({error})", path=path, line=first, hint=hint) from None
    finally:
        csv.field_size_limit(before)
