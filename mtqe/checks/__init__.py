"""Checks before scoring: what about the texts of a test set would make its scores mean something else.

Every rule has its threshold from WMT21's outputs and reference texts, which must pass; `experiments/bench/checks.py`
shows how often each finds what it is for, and how often it is wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mtqe.checks import pairs, swaps, texts
from mtqe.checks.columns import Column, Finding, columns
from mtqe.corpus import TestSet
from mtqe.errors import DataWarning, InputError
from mtqe.text import is_line_note


def check(test_set: TestSet) -> list[Finding]:
    """All that is odd about the texts of a test set: its source, its references, then each system.

    Outputs that cover several segments at a time were aligned, and are not compared line by line.
    """
    source, references, systems = columns(test_set)
    given = [column for column in (source, *references) if column is not None]
    found: list[Finding] = []
    for column in given:
        others = [other for other in given if other is not column]
        found += texts.of_text(column)
        found += pairs.of_repetition(column, others) if others else ()
    if source is not None and references:
        found += pairs.of_source_shift(source, references[0])
    machines = []
    for column, system in zip(systems, test_set.systems, strict=True):
        own = [reference for reference in references if not (system.human and reference.texts == system.texts)]
        found += _of_system(column, source, own)
        machines += [] if system.human else [column]
    found += swaps.same_systems(systems)
    if references:
        found += list(swaps.exchanged_by_name(machines, references[0])) or swaps.exchanged(machines, references[0])
    return found


def _of_system(column: Column, source: Column | None, references: Sequence[Column]) -> Iterator[Finding]:
    yield from texts.of_text(column)
    if column.spans is not None:
        return
    others = [other for other in (source, *references) if other is not None]
    yield from pairs.of_emptiness(column, others)
    yield from pairs.of_repetition(column, others) if others else ()
    if source is not None:
        yield from pairs.of_source(column, source, references)
    for reference in references:
        yield from pairs.of_reference(column, reference)
    if references:
        yield from pairs.of_shift(column, references)
        yield from pairs.of_lengths(column, references)
    elif source is not None:
        yield from pairs.of_source_shift(column, source)


def joined(parts: Iterable[Finding], lines: int) -> list[Finding]:
    """The findings about parts of a text, as findings about the whole with so many lines."""
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in parts:
        key = (finding.kind, finding.about, finding.what)
        count = finding.count + (first[key].count if key in first else 0)
        first[key] = replace(first.get(key, finding), count=count, of=lines)
    return list(first.values())


def warn_of(found: Iterable[Finding], noted: Iterable[str] = (), *, strict: bool = False) -> None:
    """Warns (DataWarning) of what was found in a test set.

    With `strict` it raises InputError instead, of this or of what was `noted` while the lines of its files were read.
    """
    said = [str(finding) for finding in found]
    if strict and (problems := [*filter(is_line_note, noted), *said]):
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(problems[0] + more, hint="mend it, or leave strict out to have warnings")
    for sentence in said:
        warnings.warn(sentence, DataWarning, stacklevel=3)
