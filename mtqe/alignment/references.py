"""A further reference that is segmented otherwise: what it says for each segment."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from mtqe.alignment.features import stems
from mtqe.alignment.system import align_system
from mtqe.corpus import Piece, SystemOutput, TestSet
from mtqe.errors import DataWarning
from mtqe.languages import joiner
from mtqe.readers import TextDocument
from mtqe.text import first_present

#: So many words of one segment that stand in another one's text say that content was moved between them.
_MOVED_WORDS = 2
_LITTLE = 0.5


def add_reference(name: str, documents: Sequence[TextDocument], test_set: TestSet, index: int) -> TestSet:
    """The test set with one more reference set, at `index` of the references, whatever its lines are.

    Its sentences are aligned as those of a system are (see `align_system`); what is linked to nothing is not used. A
    segment has None, and metrics use its other references, where this one says nothing of its own: nothing answers it,
    a sentence spans several segments, or words that only this segment has in the first reference stand in what answers
    another one, so that its text would be incomplete. Warns (DataWarning) of all that is not used, and when that is
    most of the reference.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # that its lines are others is what it is here for
        aligned = align_system(name, documents, test_set)
    texts, unused = _own_texts(aligned, test_set)
    for segment in _incomplete(test_set, texts):
        texts[segment] = None
    _warn(name, sum(text is None for text in texts), len(texts), unused)
    rest = iter(texts)
    alignments = list(test_set.reference_alignments or ["identity"] * test_set.reference_sets)
    return replace(
        test_set,
        documents=tuple(
            replace(
                document,
                segments=tuple(
                    replace(s, references=(*s.references[:index], next(rest), *s.references[index:]))
                    for s in document.segments
                ),
            )
            for document in test_set.documents
        ),
        reference_alignments=(*alignments[:index], aligned.alignment, *alignments[index:]),
    )


def _own_texts(aligned: SystemOutput, test_set: TestSet) -> tuple[list[str | None], int]:
    """What the reference says for each segment alone, and the number of its passages that answer none.

    A sentence without a link belongs to the segment of those beside it in its line; between two segments it leaves
    open which of them it completes, and both have None.
    """
    lines: dict[tuple[str, int], list[tuple[Piece, int | None]]] = defaultdict(list)
    for number, pieces in enumerate(aligned.pieces or ()):
        for piece in pieces:
            if piece.origin:
                lines[piece.origin.path, piece.origin.line].append((piece, number if piece.kind == "match" else None))
    for free in aligned.unlinked:
        if free.piece.origin:
            lines[free.piece.origin.path, free.piece.origin.line].append((free.piece, None))
    found: dict[int, list[Piece]] = defaultdict(list)
    unclear, unused = set(), 0
    for line in lines.values():
        line.sort(key=lambda entry: entry[0].origin.start if entry[0].origin else 0)
        units = [unit for _, unit in line]
        before, after = accumulate(units, _nearest), list(accumulate(reversed(units), _nearest))
        for (piece, _), *sides in zip(line, before, reversed(after), strict=True):
            homes = {unit for unit in sides if unit is not None}
            if len(homes) == 1:
                found[homes.pop()].append(piece)
            else:
                unclear |= homes
                unused += 1
    texts: list[str | None] = [None] * len(test_set.segments)
    for number, unit in enumerate(test_set.partition(aligned)):
        if len(unit) == 1 and number not in unclear:
            text = joiner(test_set.target_language).join(piece.text for piece in found[number])
            texts[unit[0]] = text if text.strip() else None
    return texts, unused


def _nearest(last: int | None, unit: int | None) -> int | None:
    return last if unit is None else unit


def _incomplete(test_set: TestSet, texts: Sequence[str | None]) -> set[int]:
    """Segments between which the two references place content differently."""
    found: set[int] = set()
    start = 0
    for document in test_set.documents:
        first = [first_present(segment.references) for segment in document.segments]
        one, other = _places(first), _places(text or "" for text in texts[start : start + len(first)])
        moved = Counter((one[stem], other[stem]) for stem in one.keys() & other.keys() if one[stem] != other[stem])
        found |= {
            start + i for (i, j), words in moved.items() if words >= _MOVED_WORDS and abs(i - j) == 1 for i in (i, j)
        }
        start += len(first)
    return found


def _places(lines: Iterable[str]) -> dict[str, int]:
    """The line of each stem that only one line has."""
    holders = defaultdict(set)
    for number, line in enumerate(lines):
        for stem in stems(line):
            holders[stem].add(number)
    return {stem: next(iter(numbers)) for stem, numbers in holders.items() if len(numbers) == 1}


def _warn(name: str, missing: int, segments: int, unused: int) -> None:
    parts = [f"{missing} of {segments} segments have no text of their own in it"] if missing else []
    parts += [f"{unused} of its passages answer no segment and are not used"] if unused else []
    doubt = "; is it the same text?" if missing > _LITTLE * segments else ""
    said = f": {', '.join(parts)}{doubt}" if parts else ""
    warnings.warn(f"{name} is segmented otherwise than the first reference and was aligned{said}", DataWarning, 3)
