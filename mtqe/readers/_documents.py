"""The documents of test sets whose files have a line a segment, as another file names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mtqe.corpus import Document, Segment, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.text import read_lines


def in_documents(test_set: TestSet, path: Path) -> TestSet:
    """The one document of a test set as the documents that a file names, a line a segment."""
    lines = read_lines(path).lines
    if len(test_set.documents) > 1:
        raise ConfigError(f"{path} names documents, but the test set is a directory with one file a document")
    segments = test_set.segments
    if len(lines) != len(segments):
        raise InputError(f"has {len(lines)} lines for {len(segments)} segments", path=path)
    rows = [(domain, document) for domain, _, document in (line.rpartition("\t") for line in lines)]
    for number, (domain, document) in enumerate(rows, 1):
        if not document or "\t" in domain:
            raise InputError("is no document, or domain, tab and document", path=path, line=number)
    return grouped(test_set, rows, path)


def grouped(test_set: TestSet, rows: Sequence[tuple[str, str]], path: Path) -> TestSet:
    """A test set in the documents of its lines, given as pairs of domain and document; ids name document and line."""
    found: dict[tuple[str, str], list[Segment]] = {}
    last = None
    for number, (row, segment) in enumerate(zip(rows, test_set.segments, strict=True), 1):
        if row in found and row != last:
            raise InputError(f"document {row[1]!r} goes on after another one", path=path, line=number)
        last = row
        found.setdefault(row, []).append(replace(segment, id=f"{row[1]}:{number}", document=row[1]))
    documents = [
        Document(document, tuple(of), {"domain": domain} if domain else {}) for (domain, document), of in found.items()
    ]
    return replace(test_set, documents=tuple(documents))
