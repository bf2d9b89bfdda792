"""Tab-separated data sets: a row a segment, under a header that names the columns.

Columns `reference` (further ones `reference2`, `reference3`, ...), `source`, `document`, `domain` and `id` have these
names, or `ref`, `src` and `doc`; every other column is the output of the system that it is named after. Fields are
literal: `"` is a character like any other, nothing is escaped, no field holds a tab or a line end. An empty field is an
empty text.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from mtqe.corpus import Document, Origin, Piece, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.readers import split_languages
from mtqe.text import iterate_lines, note_lines

_SHORT = {"src": "source", "doc": "document"}
_REFERENCE = re.compile(r"ref(?:erence)?([1-9][0-9]*)?")
_FIXED = ("source", "document", "domain", "id")
_NAMES = "reference, reference2, source, document, domain and id have these names, other columns are systems"


class _Columns(NamedTuple):
    """Which field is what; the references in the order of their numbers."""

    width: int
    references: Sequence[int]
    source: int | None
    document: int | None
    domain: int | None
    id: int | None
    systems: Mapping[str, int]


class _Row(NamedTuple):
    """The number of a line, its fields, and the code point that each begins at; the last start is the line's end."""

    line: int
    fields: list[str]
    starts: list[int]


def accepts(path: Path) -> bool:
    return path.suffix.lower() == ".tsv" and path.is_file()


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads the whole data set; without columns `document` and `id` the file is the document, the line the id.

    Raises InputError with file and line for what cannot be used, ConfigError when there is a source and `languages`
    name no source language.
    """
    notes: list[str] = []
    columns, rows = _open(path, languages, notes)
    whole = list(rows)
    return _test_set(whole, columns, path, languages, name, notes)


def parts(path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    """The data set in parts: each ends with the row that fills it up to `size` characters, notes come with the last.

    A part knows no documents and ids, which may stretch over several; raises as `load` does.
    """
    notes: list[str] = []
    columns, rows = _open(path, languages, notes)
    columns = columns._replace(document=None, domain=None, id=None)
    part: list[_Row] = []
    characters = 0
    for row in rows:
        if characters >= size:
            yield _test_set(part, columns, path, languages, name, ())
            part, characters = [], 0
        part.append(row)
        characters += row.starts[-1]
    yield _test_set(part, columns, path, languages, name, notes)


def _open(path: Path, languages: str, notes: list[str]) -> tuple[_Columns, Iterator[_Row]]:
    lines = iterate_lines(path, notes)
    columns = _columns(next(lines).split("\t"), path)
    source_language, _ = split_languages(languages)
    if columns.source is not None and source_language is None:
        raise ConfigError(f"{path} has a source, but languages {languages!r} name no source language; write e.g. uk-en")
    return columns, _rows(lines, columns, path, notes)


def _columns(header: Sequence[str], path: Path) -> _Columns:
    fixed: dict[str, int] = {}
    references: dict[int, int] = {}
    systems: dict[str, int] = {}
    for i, head in enumerate(header):
        name = _SHORT.get(head.lower(), head.lower())
        if number := _REFERENCE.fullmatch(name):
            first = references.setdefault(int(number[1] or 1), i)
        elif name in _FIXED:
            first = fixed.setdefault(name, i)
        elif head.strip():
            first = systems.setdefault(head, i)
        else:
            raise InputError(f"column {i + 1} of {len(header)} has no name", path=path, line=1, hint=_NAMES)
        if first != i:
            raise InputError(f"column {i + 1}, {head!r}, is column {first + 1} again", path=path, line=1, hint=_NAMES)
    if not references and "source" not in fixed:
        raise InputError("the header has no column 'reference' (nor 'source')", path=path, line=1, hint=_NAMES)
    if not systems:
        raise InputError("the header has no column with the output of a system", path=path, line=1, hint=_NAMES)
    in_order = [references[number] for number in sorted(references)]
    source, document, domain, segment = map(fixed.get, _FIXED)
    return _Columns(len(header), in_order, source, document, domain, segment, systems)


def _rows(lines: Iterator[str], columns: _Columns, path: Path, notes: list[str]) -> Iterator[_Row]:
    frame = columns.references or [columns.source or 0]
    blank, quoted = array("q"), array("q")
    number = 1
    for number, line in enumerate(lines, 2):
        fields = line.split("\t")
        if len(fields) != columns.width:
            raise InputError(
                f"{len(fields)} field{'s' if len(fields) > 1 else ''} under a header of {columns.width}",
                path=path,
                line=number,
                hint="a tab stands between two fields and nowhere else, an empty field is an empty text",
            )
        if not any(fields[i].strip() for i in frame):
            blank.append(number)
        if '""' in line and any(len(f) > 3 and f[0] == f[-1] == '"' and '""' in f[1:-1] for f in fields):
            quoted.append(number)
        yield _Row(number, fields, [0, *accumulate(len(field) + 1 for field in fields)])
    if number == 1:
        raise InputError("the file has no row below its header", path=path)
    if blank:
        notes.append(note_lines(path, "no reference text" if columns.references else "no text", blank))
    if quoted:
        notes.append(note_lines(path, "a field quoted as in CSV, whose quotation marks were taken as text", quoted))


def _test_set(
    rows: Sequence[_Row], columns: _Columns, path: Path, languages: str, name: str, notes: Sequence[str]
) -> TestSet:
    frame = columns.references[0] if columns.references else columns.source or 0
    documents: dict[str, list[Segment]] = {}
    domains: dict[str, str] = {}
    current: str | None = None
    for row in rows:
        document = path.stem if columns.document is None else row.fields[columns.document]
        if document != current and document in documents:
            hint = "keep the rows of a document together"
            raise InputError(f"document {document!r} goes on here after another", path=path, line=row.line, hint=hint)
        current = document
        if columns.domain is not None:
            domain = row.fields[columns.domain]
            if domains.setdefault(document, domain) != domain:
                raise InputError(f"document {document!r} has two domains", path=path, line=row.line)
        segment = Segment(
            id=f"{document}:{row.line if columns.id is None else row.fields[columns.id]}",
            source=None if columns.source is None else row.fields[columns.source],
            references=tuple(row.fields[i] for i in columns.references),
            document=document,
            origin=_origin(path, row, frame),
        )
        documents.setdefault(document, []).append(segment)
    systems = tuple(
        SystemOutput(
            system,
            tuple(row.fields[i] for row in rows),
            pieces=tuple(
                (Piece(row.fields[i], origin=_origin(path, row, i)),) if row.fields[i] else () for row in rows
            ),
        )
        for system, i in columns.systems.items()
    )
    made = tuple(
        Document(document, tuple(segments), {"domain": domains[document]} if domains.get(document) else {})
        for document, segments in documents.items()
    )
    return TestSet(name, *split_languages(languages), made, systems, tuple(notes))


def _origin(path: Path, row: _Row, i: int) -> Origin:
    return Origin(str(path), row.line, row.starts[i], row.starts[i] + len(row.fields[i]))
