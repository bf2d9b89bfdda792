"""What the writers share: the columns of a test set, and the check that its text can be written as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import InputError

_ENDS = {"\t": "a tab", "\n": "a line break"}

Rows = list[list[str | None]]


def rows_of(test_set: TestSet, *, missing: bool = False, metadata: bool = False) -> tuple[list[str], Rows, list[str]]:
    """A header, a row a segment, and notes on what columns have no place for.

    `missing` says that the format can leave a text out, `metadata` that it keeps that of segments. Raises InputError
    for what a data set in columns cannot be: no segments, aligned units, a system named as a column is.
    """
    from mtqe.readers._table import is_fixed

    segments = test_set.segments
    check_plain(test_set)
    columns: dict[str, list[str | None]] = {"document": [s.document for s in segments]}
    prefixed = all(s.id.startswith(f"{s.document}:") for s in segments)
    columns["id"] = [s.id.removeprefix(f"{s.document}:") if prefixed else s.id for s in segments]
    if test_set.domains:
        columns["domain"] = [test_set.domains.get(s.document, "") for s in segments]
    if any(s.source is not None for s in segments) or not test_set.reference_sets:
        columns["source"] = [s.source for s in segments]
    for i in range(test_set.reference_sets):
        columns[f"reference{i + 1 if i else ''}"] = [s.references[i] for s in segments]
    for system in test_set.systems:
        if is_fixed(system.key) or not system.key.strip():
            raise InputError(f"system {system.key!r} has the name of a column", hint="rename it")
        columns[system.key] = list(system.texts)
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    if not missing:
        for number, row in enumerate(rows, 2):
            if None in row:
                name = list(columns)[row.index(None)]
                hint = "write .jsonl, which tells missing from empty"
                raise InputError(f"row {number} has no {name!r}, which this format cannot say", hint=hint)
    notes = [] if prefixed else ["ids of segments get their document's before them"]
    return list(columns), rows, notes + lost(test_set, metadata=metadata)


def check_plain(test_set: TestSet) -> None:
    """Raises InputError for a test set that no writer can write: an empty one, or one with aligned units."""
    if not test_set.segments:
        raise InputError(f"test set {test_set.name!r} has no segment to write")
    for system in test_set.systems:
        if system.units is not None or system.unlinked:
            raise InputError(f"system {system.key!r} is aligned in units that are no lines", hint="write its own file")


def lost(test_set: TestSet, *, human: bool = True, metadata: bool = False) -> list[str]:
    """What no column has a place for, a line each; `human` says that this holds for human outputs and scores, too."""
    found = {
        "other metadata of documents": any(set(d.metadata) - {"domain"} for d in test_set.documents),
        "metadata of segments": not metadata and any(s.metadata for s in test_set.segments),
        "the numbers of runs": any(s.run is not None for s in test_set.systems),
        "which outputs are human": human and any(s.human for s in test_set.systems),
        "human scores": human and any("human_scores" in s.metadata for s in test_set.systems),
        "other metadata of systems": any(set(s.metadata) - {"human_scores"} for s in test_set.systems),
        "reasons for missing output": any(s.reasons for s in test_set.systems),
        "what systems were optimised with": any(s.optimised_with for s in test_set.systems),
    }
    return [f"not written: {what}" for what, is_lost in found.items() if is_lost]


def line_of(text: str | None, path: Path, number: int, ends: str = "\n") -> str:
    """A text that is to be (a field of) a line. Raises InputError where it would not be read back as it is."""
    if text is None:
        raise InputError("a text is missing, which this format cannot say", path=path, line=number, hint="write .jsonl")
    found = [what for character, what in _ENDS.items() if character in ends and character in text]
    found += ["a carriage return at its end"] if text.endswith("\r") else []
    if found:
        said = f"a text has {found[0]}, which this format cannot hold"
        raise InputError(said, path=path, line=number, hint="write .jsonl")
    return text


def lines_of(texts: Sequence[str | None], path: Path) -> bytes:
    """The bytes of a file of plain lines; raises InputError for texts that are none."""
    lines = [line_of(text, path, number) for number, text in enumerate(texts, 1)]
    if any("\0" in line or line.startswith("\ufeff") for line in lines):
        raise InputError("a text holds a NUL or begins with a byte-order mark", path=path, hint="write .jsonl")
    return encoded("".join(line + "\n" for line in lines), path)


def encoded(text: str, path: Path) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise InputError("half of a surrogate pair cannot be written", path=path, line=line) from None
