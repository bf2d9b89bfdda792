"""Files that have a line for each line of another: do they answer it in order?"""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.alignment.features import containment, stems
from mtqe.alignment.lines import align
from mtqe.corpus import Document
from mtqe.readers import Text, TextDocument, is_line_by_line
from mtqe.text import first_present

# Of 3,125 outputs for documents of WMT21 (ru, is, ja; TED zh) 5 have a stray line: one system moved a clause there.
# With a line split and two others joined 142 of 160 have one. Whole test sets have few by chance: a share is tolerated.
_LINES_PER_STRAY = 200
_STRAY = 0.2  # how much more of a stray line's n-grams another reference line has than its own
_LEAST_STEMS = 4  # shorter lines repeat each other by chance


def answers_in_order(output: TextDocument, document: Document) -> bool:
    """Whether each segment has its own line, and the lines answer the segments of their numbers.

    Counting lines alone cannot tell: one split or lost and one too many below leave their number as it was. A line
    speaks against it when it is linked to another segment and much more of it stands there than in its own; one in
    200 may. Lines that cannot be linked say nothing. Without references the count is all there is.
    """
    if not is_line_by_line(output, document):
        return False
    if not any(segment.references for segment in document.segments):
        return True
    lines = [output.lines[segment.origin.line - 1] for segment in document.segments if segment.origin]
    return _in_order(lines, [first_present(segment.references) for segment in document.segments])


def are_parallel(first: Text, other: Text) -> bool:
    """Whether two references agree line by line: same documents (or one each), as many lines, in the same order.

    Where one has blank lines that the other has not, most lines must be linked to that of their own number.
    """
    ids, others = ([document.id for document in text.documents] for text in (first, other))
    return (ids == others or len(ids) == len(others) == 1) and all(
        _agree(a.lines, b.lines) for a, b in zip(first.documents, other.documents, strict=True)
    )


def _agree(first: Sequence[str], other: Sequence[str]) -> bool:
    if len(first) != len(other) or not _in_order(other, first):
        return False
    blank = [(not a.strip(), not b.strip()) for a, b in zip(first, other, strict=True)]
    if all(a == b for a, b in blank):
        return True
    paired = sum(link.hyp == link.ref for link in align(other, first).links)
    return 2 * paired > sum(not a and not b for a, b in blank)


def _in_order(lines: Sequence[str], references: Sequence[str]) -> bool:
    strays = sum(
        any(_stands_elsewhere(lines[i], references[i], references[j]) for j in link.ref)
        for link in align(lines, references).links
        if link.hyp != link.ref
        for i in link.hyp
    )
    return strays * _LINES_PER_STRAY <= len(lines)


def _stands_elsewhere(line: str, own: str, other: str) -> bool:
    """Whether much more of a line stands in another reference line than in that of its own number."""
    if len(stems(line)) < _LEAST_STEMS or own == other:
        return False
    here, there = containment([line], [own, other])[0]
    return bool(there - here >= _STRAY)
