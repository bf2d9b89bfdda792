"""Tab-separated data sets: a row a segment, under a header that names the columns (see `mtqe.readers._table`).

Fields are literal: `"` is a character like any other, nothing is escaped, no field holds a tab or a line end. An empty
field is an empty text; nothing says that a text is missing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.readers import _table
from mtqe.readers._table import Row
from mtqe.readers._writing import encoded, line_of, rows_of
from mtqe.store import write_atomic
from mtqe.text import bare, iterate_lines, note_lines

#: What the paths end with that this format is written to.
ENDING = ".tsv"


def accepts(path: Path) -> bool:
    return bare(path).suffix.lower() == ".tsv" and path.is_file()


def load(path: Path, *, languages: str, name: str) -> TestSet:
    return _table.load(_open, path, languages=languages, name=name)


def parts(path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    return _table.parts(_open, path, languages=languages, name=name, size=size)


def write(test_set: TestSet, path: Path) -> list[str]:
    """Writes a data set; returns what the format has no place for. Raises InputError for text that it cannot hold."""
    header, rows, notes = rows_of(test_set)
    lines = ["\t".join(line_of(name, path, 1, "\t\n") for name in header)]
    lines += ["\t".join(line_of(cell, path, i, "\t\n") for cell in row) for i, row in enumerate(rows, 2)]
    for number, line in enumerate(lines, 1):
        if line.startswith("\ufeff"):
            said = "begins with a byte-order mark, which is not read back"
            raise InputError(said, path=path, line=number, hint="write .jsonl")
    write_atomic(path, encoded("".join(line + "\n" for line in lines), path))
    return notes


def _open(path: Path, notes: list[str]) -> tuple[Sequence[str], Iterator[Row]]:
    lines = iterate_lines(path, notes)
    header = next(lines).split("\t")
    return header, _rows(lines, len(header), path, notes)


def _rows(lines: Iterator[str], width: int, path: Path, notes: list[str]) -> Iterator[Row]:
    quoted = array("q")
    for number, line in enumerate(lines, 2):
        fields = line.split("\t")
        if len(fields) != width:
            raise InputError(
                f"{len(fields)} field{'s' if len(fields) > 1 else ''} under a header of {width}",
                path=path,
                line=number,
                hint="a tab stands between two fields and nowhere else, an empty field is an empty text",
            )
        if '""' in line and any(len(f) > 3 and f[0] == f[-1] == '"' and '""' in f[1:-1] for f in fields):
            quoted.append(number)
        yield Row(number, fields, [0, *accumulate(len(field) + 1 for field in fields)])
    if quoted:
        notes.append(note_lines(path, "a field quoted as in CSV, whose quotation marks were taken as text", quoted))
