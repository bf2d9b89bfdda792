"""Output that has a line for each segment: does it answer them in order, and what units it makes then."""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.alignment.lines import align
from mtqe.corpus import Document
from mtqe.readers import TextDocument, is_line_by_line

_FEWEST_LINKS = 3


def answers_in_order(output: TextDocument, document: Document) -> bool:
    """Whether each segment has its own line, and most lines that can be linked answer the segment of their number.

    Counting lines alone cannot tell: one lost at the top and one too many below leave their number as it was.
    """
    if not is_line_by_line(output, document):
        return False
    lines = [output.lines[segment.origin.line - 1] for segment in document.segments if segment.origin]
    references = [next((text for text in s.references if text is not None), "") for s in document.segments]
    return not _is_shifted(lines, references)


def _is_shifted(lines: Sequence[str], references: Sequence[str]) -> bool:
    linked = [link for link in align(lines, references).links if link.hyp and link.ref]
    elsewhere = sum(not set(link.hyp) & set(link.ref) for link in linked)
    return len(linked) >= _FEWEST_LINKS and 2 * elsewhere > len(linked)
