"""What an editor decides on in the page: the findings of a system, form by form, and the lines that they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from mtqe.corpus import Origin, Piece, SystemOutput
from mtqe.report import editor
from mtqe.report.findings import Finding, Item, Verdict, verdicts
from mtqe.report.links import row_link
from mtqe.report.marks import direction, language_tag, visible
from mtqe.results import Evaluation
from mtqe.store import digest
from mtqe.text import as_cell

#: Of the table that the page writes, which `mtqe entities --decisions` reads.
COLUMNS = (*editor.COLUMNS, "note")


def to_decide(evaluation: Evaluation) -> int:
    """How many names and numbers of all systems do not simply match."""
    return sum(len(item.places) for verdict in verdicts(evaluation).values() for _, item in _items(verdict))


def data(evaluation: Evaluation) -> dict[str, Any]:
    """What `decisions.js` works on, as JSON values.

    key       names these findings, so that what was decided on another report is not taken for decisions on them
    columns   of the table of decisions
    systems   of each its `set`, `name`, `language` (tag and direction), `files` ([name, lines]) and `items`: forms,
              `group`, what is to be `put` for the form found, and `places`, each with `cells` of the table up to the
              decision, `quote` in three parts, `row` and `link`, and `at`: file, line, start and end in code points,
              null where nothing can be put
    """
    systems = [_system(verdict) for verdict in verdicts(evaluation).values()]
    return {"key": digest(systems), "columns": COLUMNS, "systems": systems}


def _system(verdict: Verdict) -> dict[str, Any]:
    system = _placed(verdict.part.test_set.system(verdict.system))
    files = _files(system)
    test_set = verdict.part.test_set.with_systems([system])
    names = list(files)

    def at(finding: Finding) -> tuple[int, int, int, int] | None:
        if finding.span.hyp_span is None or not finding.found:
            return None
        places = test_set.locate(system.key, finding.unit, *finding.span.hyp_span)
        if len(places) != 1:
            return None
        (place,) = places
        return names.index(place.path), place.line - files[place.path][0], place.start, place.end

    return {
        "set": visible(verdict.part.name),
        "name": visible(verdict.system),
        "language": [language_tag(test_set.target_language), direction(test_set.target_language)],
        "files": [[visible(name), lines] for name, (_, lines) in files.items()],
        "items": [
            {
                "group": group,
                "found": visible(item.found),
                "expected": visible(item.expected),
                "label": visible(item.label),
                "put": item.expected,
                "places": [
                    {
                        "cells": [as_cell(cell) for cell in editor.cells(verdict, finding)[:-1]],
                        "quote": [visible(text) for text in finding.quote()],
                        "row": finding.unit + 1,
                        "link": row_link(verdict.part, verdict.system, finding.unit),
                        "at": at(finding),
                    }
                    for finding in item.places
                ],
            }
            for group, item in _items(verdict)
        ],
    }


def _items(verdict: Verdict) -> Iterator[tuple[str, Item]]:
    for group, items in (
        ("", verdict.items("name", "value", "missing", "invented")),
        ("hint", verdict.hints),
        ("variant", verdict.items("variant")),
    ):
        yield from ((group, item) for item in items)


def _placed(system: SystemOutput) -> SystemOutput:
    """The system with a place for each piece: its own where all have one, else a line of their own in their order."""
    pieces = system.pieces
    if pieces is not None and all(p.origin for p in (*(p for unit in pieces for p in unit), *_unlinked(system))):
        return system
    lines = count(1)

    def placed(piece: Piece) -> Piece:
        return replace(piece, origin=Origin(f"{system.key}.txt", next(lines), 0, len(piece.text)))

    units, unlinked = [], []
    for i, text in enumerate((*system.texts, None)):
        unlinked += [replace(u, piece=placed(u.piece)) for u in system.unlinked if u.before == i]
        if i < len(system.texts):
            of_unit = (Piece(text or ""),) if pieces is None else pieces[i]
            units.append(tuple(map(placed, of_unit)))
    return replace(system, pieces=tuple(units), unlinked=tuple(unlinked))


def _unlinked(system: SystemOutput) -> list[Piece]:
    return [unlinked.piece for unlinked in system.unlinked]


def _files(system: SystemOutput) -> dict[str, tuple[int, list[str]]]:
    """The files of a placed output: of each the number of its first line with text, and the lines from there.

    Between the pieces of a line there are as many spaces as characters, whatever they were.
    """
    lines: dict[str, dict[int, str]] = defaultdict(dict)
    pieces = [*(piece for unit in system.pieces or () for piece in unit), *_unlinked(system)]
    origins = [(piece.origin, piece.text) for piece in pieces if piece.origin]
    for origin, text in sorted(origins, key=lambda pair: (pair[0].line, pair[0].start)):
        before = lines[origin.path].get(origin.line, "")
        lines[origin.path][origin.line] = before.ljust(origin.start) + text
    return {
        path: (first := min(of := lines[path]), [of.get(number, "") for number in range(first, max(of) + 1)])
        for path in dict.fromkeys(origin.path for origin, _ in origins)
    }
