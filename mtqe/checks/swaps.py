"""Texts in each other's place: a reference that is an output, an output that is the reference, two equal systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

import regex

from mtqe.checks.columns import Column, Finding

#: Lines from all over a text that are compared, and how few say nothing.
_LINES, _LEAST_LINES = 100, 20
#: How much more the reference may be like the other systems than one of them is, and how much less than they are like
#: each other (shared words of a line). WMT21's references, for any 3 to 10 systems: up to .05 more; over .043 less.
_MORE, _LESS = 0.06, 0.04
#: A bad system beside a post-edited reference is more like that than like the others by more. Of WMT21's swaps that the
#: rest finds, 8 % are over it for is-en, 2 % for ja-en, none elsewhere.
_CLOSE = 0.05
_REFERENCE = regex.compile(r"(?i)(?<![a-z])(?:ref|refs|ref[a-d]|references?|gold|human)(?![a-z])")
_OUTPUT = regex.compile(
    r"(?i)(?<![a-z])(?:hyps?|hypothes[ie]s|sys|system|mt|outputs?|out|pred|predictions?|translated|translations?)(?![a-z])"
)
_EXCHANGED = "are the two swapped?"


def same_systems(systems: Sequence[Column]) -> Iterator[Finding]:
    """Systems that say the same in every line."""
    first: dict[tuple[str | None, ...], Column] = {}
    for column in systems:
        texts = tuple(column.texts)
        other = first.setdefault(texts, column)
        if other is not column and len(texts) >= _LEAST_LINES and other.spans == column.spans:
            said = f"all {{of}} lines are those of {other.about}"
            yield column.found("same", range(len(texts)), said, "was one file given twice?")


def exchanged_by_name(systems: Sequence[Column], reference: Column) -> Iterator[Finding]:
    """An output whose file is called a reference, beside a reference whose file is called an output."""
    if reference.path is None or not _OUTPUT.search(reference.path.stem):
        return
    for column in systems:
        if column.path is not None and _REFERENCE.search(column.path.stem) and column.path != reference.path:
            said = f"{{n}} lines are in {column.path.name}, and the reference is {reference.path.name}"
            yield column.found("swapped", range(len(column.texts)), said, _EXCHANGED)


def exchanged(systems: Sequence[Column], reference: Column) -> Iterator[Finding]:
    """One of three or more systems that is less like the others than the reference is, while that is as they are.

    Machines resemble each other more than they do a human translation.
    """
    size = len(reference.texts)
    lines = range(0, size, max(1, size // _LINES))
    systems = [column for column in systems if column.spans is None]
    if len(systems) < 3 or len(lines) < _LEAST_LINES:
        return
    alike: dict[tuple[int, int], float] = {}
    columns = [reference, *systems]
    for a, one in enumerate(columns):
        for b, other in enumerate(columns[:a]):
            alike[a, b] = alike[b, a] = fmean(one.overlap(i, other, i) for i in lines)
    numbers = range(1, len(columns))
    more = {a: fmean(alike[0, b] - alike[a, b] for b in numbers if b != a) for a in numbers}
    odd = max(more, key=lambda a: more[a])
    others = [a for a in numbers if a != odd]
    less = fmean(alike[a, b] for a in others for b in others if a != b) - fmean(alike[0, a] for a in others)
    closer = alike[0, odd] - fmean(alike[odd, a] for a in others)
    if more[odd] > _MORE and less < _LESS and closer < _CLOSE:
        said = "{n} lines are less like those of the other systems than the reference is"
        yield columns[odd].found("swapped", range(size), said, _EXCHANGED)
