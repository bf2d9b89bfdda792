"""Tables that users write: tab-separated rows with comments, and what a spreadsheet saves of one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mtqe.entities.forms import plain
from mtqe.errors import InputError
from mtqe.text import decode, from_cell, read_bytes, read_lines


class Row(NamedTuple):
    """The cells of a row, without blanks around them, and the line (from 1) on which it ends."""

    line: int
    cells: list[str]


def tsv_rows(path: Path) -> Iterator[Row]:
    """Rows of a tab-separated file; empty lines and lines that begin with `#` are none, nor are empty last cells."""
    for number, line in enumerate(read_lines(path).lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        yield Row(number, [cell.strip() for cell in line.rstrip().split("\t")])


def check_form(form: str, what: str, path: Path, line: int) -> str:
    """The form itself. Raises InputError where it is empty or has neither letters nor digits, so that none finds it."""
    if not plain(form):
        problem = f"{what} {form!r} has no letter or digit" if form else f"{what} is missing"
        raise InputError(problem, path=path, line=line)
    return form


def table_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Head and rows of a table with a head: `.csv` with commas or semicolons, anything else with tabs; `"` quotes.

    Apostrophes that keep cells from being formulas are taken off. Raises InputError for rows that are longer or
    shorter than the head.
    """
    text, _ = decode(read_bytes(path), path)
    first = text.partition("\n")[0]
    comma = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma if path.suffix.lower() == ".csv" else "\t")
    try:
        rows = [Row(reader.line_num, [from_cell(cell) for cell in cells]) for cells in reader if any(cells)]
    except csv.Error as error:
        raise InputError(f"not a table: {error}", path=path, line=reader.line_num) from None
    if not rows:
        raise InputError("the file is empty", path=path)
    (_, head), *rest = rows
    for row in rest:
        if len(row.cells) != len(head):
            raise InputError(f"{len(row.cells)} cells under a head of {len(head)}", path=path, line=row.line)
    return head, rest
