"""What the formats share that hold a segment a row under named columns.

Columns `reference` (further ones `reference2`, `reference3`, ...), `source`, `document`, `domain` and `id` have these
names, or `ref`, `src` and `doc`; every other column is the output of the system that it is named after.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mtqe.corpus import Document, Origin, Segment, SystemOutput, TestSet, whole_piece
from mtqe.errors import ConfigError, InputError
from mtqe.readers import split_languages
from mtqe.text import bare, note_lines

_SHORT = {"src": "source", "doc": "document"}
_REFERENCE = re.compile(r"ref(?:erence)?([1-9][0-9]{0,3})?")
_FIXED = ("source", "document", "domain", "id")
_NAMES = "reference, reference2, source, document, domain and id have these names, other columns are systems"


class Columns(NamedTuple):
    """Which field is what; the references by name, in the order of their numbers."""

    references: Mapping[str, int]
    source: int | None
    document: int | None
    domain: int | None
    id: int | None
    systems: Mapping[str, int]


class Row(NamedTuple):
    """The number of a line or row, its fields (None: missing), and what is known of it otherwise.

    starts    the code point of the line that each field begins at, and the line's end; none where fields are escaped.
    metadata  of the segment.
    """

    line: int
    fields: Sequence[str | None]
    starts: Sequence[int] = ()
    metadata: Mapping[str, str] = {}


#: Opens a file: the names of its columns, and its rows; what is odd is noted by the time that the last row is read.
Opener = Callable[[Path, list[str]], tuple[Sequence[str], Iterator[Row]]]


def load(opener: Opener, path: Path, *, languages: str, name: str) -> TestSet:
    """Reads the whole data set; without columns `document` and `id` the file is the document, the line the id.

    Raises InputError with file and line for what cannot be used, ConfigError when there is a source and `languages`
    name no source language.
    """
    notes: list[str] = []
    columns, rows = _open(opener, path, languages, notes)
    whole = list(rows)
    return _test_set(whole, columns, path, languages, name, notes)


def parts(opener: Opener, path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    """The data set in parts: each ends with the row that fills it up to `size` characters, notes come with the last.

    A part knows no documents and ids, which may stretch over several; raises as `load` does, and for a data set
    without output of systems.
    """
    notes: list[str] = []
    columns, rows = _open(opener, path, languages, notes)
    if not columns.systems:
        raise InputError("has no column with the output of a system", path=path, line=1, hint=f"{_NAMES}; or give -t")
    columns = columns._replace(document=None, domain=None, id=None)
    part: list[Row] = []
    characters = 0
    for row in rows:
        if characters >= size:
            yield _test_set(part, columns, path, languages, name, ())
            part, characters = [], 0
        part.append(row)
        characters += row.starts[-1] if row.starts else sum(len(field or "") + 1 for field in row.fields)
    yield _test_set(part, columns, path, languages, name, notes)


def is_fixed(name: str) -> bool:
    """Whether a column of this name is no system's."""
    name = name.strip().lower()
    return _SHORT.get(name, name) in _FIXED or _REFERENCE.fullmatch(name) is not None


def _open(opener: Opener, path: Path, languages: str, notes: list[str]) -> tuple[Columns, Iterator[Row]]:
    header, rows = opener(path, notes)
    columns = _columns(header, path)
    source_language, _ = split_languages(languages)
    if columns.source is not None and source_language is None:
        raise ConfigError(f"{path} has a source, but languages {languages!r} name no source language; write e.g. uk-en")
    return columns, _checked(rows, columns, path, notes)


def _columns(header: Sequence[str], path: Path) -> Columns:
    if {"rater", "severity"} <= {head.lower() for head in header}:
        raise InputError("holds ratings of outputs, no data set", path=path, line=1, hint="--ratings takes it")
    fixed: dict[str, int] = {}
    references: dict[int, int] = {}
    systems: dict[str, int] = {}
    for i, head in enumerate(header):
        name = _SHORT.get(head.strip().lower(), head.strip().lower())
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
    in_order = {header[i].strip(): i for _, i in sorted(references.items())}
    source, document, domain, segment = map(fixed.get, _FIXED)
    return Columns(in_order, source, document, domain, segment, systems)


def _checked(rows: Iterator[Row], columns: Columns, path: Path, notes: list[str]) -> Iterator[Row]:
    frame = list(columns.references.values()) or [columns.source or 0]
    named = [i for i in (columns.document, columns.id) if i is not None]
    blank = array("q")
    row = None
    for row in rows:
        if not any((row.fields[i] or "").strip() for i in frame):
            blank.append(row.line)
        if any(row.fields[i] is None for i in named):
            raise InputError("has no document or id where there are columns for them", path=path, line=row.line)
        yield row
    if row is None:
        raise InputError("the file has no row below its header", path=path)
    if blank:
        notes.append(note_lines(path, "no reference text" if columns.references else "no text", blank))


def _test_set(
    rows: Sequence[Row], columns: Columns, path: Path, languages: str, name: str, notes: Sequence[str]
) -> TestSet:
    frame = next(iter(columns.references.values()), columns.source or 0)
    documents: dict[str, list[Segment]] = {}
    lines: dict[str, int] = {}
    domains: dict[str, str | None] = {}
    current: str | None = None
    whole = bare(path).stem
    for row in rows:
        document = whole if columns.document is None else row.fields[columns.document] or ""
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
            references=tuple(row.fields[i] for i in columns.references.values()),
            document=document,
            metadata=row.metadata,
            origin=_origin(path, row, frame),
        )
        if (first := lines.setdefault(segment.id, row.line)) != row.line:
            raise InputError(f"has the document and id of line {first}", path=path, line=row.line)
        documents.setdefault(document, []).append(segment)
    systems = tuple(
        SystemOutput(
            system,
            tuple(row.fields[i] for row in rows),
            pieces=tuple(whole_piece(row.fields[i], path, row.line, row.starts[i]) for row in rows)
            if rows[0].starts
            else None,
        )
        for system, i in columns.systems.items()
    )
    made = tuple(
        Document(document, tuple(segments), {"domain": domain} if (domain := domains.get(document)) else {})
        for document, segments in documents.items()
    )
    names = tuple(columns.references)
    return TestSet(name, *split_languages(languages), made, systems, tuple(notes), reference_names=names)


def _origin(path: Path, row: Row, i: int) -> Origin | None:
    if not row.starts:
        return None
    return Origin(str(path), row.line, row.starts[i], row.starts[i] + len(row.fields[i] or ""))
