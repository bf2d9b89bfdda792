"""From the output files of a system to units: what it wrote for which segments of the test set."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from mtqe.alignment import source as source_side
from mtqe.alignment.dynamic import Pair
from mtqe.alignment.kinds import kinds
from mtqe.alignment.lines import METHOD, link_lines
from mtqe.alignment.parallel import answers_in_order
from mtqe.alignment.reorder import find_reordered, out_of_order
from mtqe.corpus import Document, Origin, Piece, SystemOutput, TestSet, Unlinked
from mtqe.errors import DataWarning, InputError
from mtqe.languages import joiner
from mtqe.readers import TextDocument, is_line_by_line, line_piece
from mtqe.text import first_present, split_sentences


@dataclass(frozen=True, slots=True)
class _Aligned:
    """The units of one document; `units` and `Unlinked.before` count from the document's first segment and unit."""

    units: list[range]
    texts: list[str | None]
    pieces: list[tuple[Piece, ...]]
    unlinked: list[Unlinked]


def align_system(name: str, documents: Sequence[TextDocument], test_set: TestSet) -> SystemOutput:
    """Pairs the output of a system with the segments of a test set, whatever its lines are.

    Where no segment has a reference, the source stands in for it; see `mtqe.align` for what tells its lines then.

    A document whose lines answer the segments one by one stays as it is, and so does one without output. In the others
    lines are split into sentences, which are aligned (see `mtqe.alignment.align`) with those of each segment's first
    present reference; blocks that stand elsewhere in the text are found too. A unit covers the segments that a link
    spans, nearly always one; its text is what is linked to them, with additions and repetitions that follow it. A
    segment without output has the text None. Boilerplate and captions that the reference lacks belong to no unit.
    Every character of the output but white space is kept, in a piece or in `unlinked`.

    Warns (DataWarning) of documents that have as many lines as the reference, but in another order, and of a system
    that would coarsen the units of a paired test by more than half. Raises InputError
    when a document is unknown to the test set or given twice.
    """
    outputs = _by_id(name, documents, test_set)
    units: list[tuple[int, ...]] = []
    texts: list[str | None] = []
    pieces: list[tuple[Piece, ...]] = []
    unlinked: list[Unlinked] = []
    reordered: list[str] = []
    segment, method = 0, "identity"
    for document in test_set.documents:
        output = outputs.get(document.id)
        if output is None or answers_in_order(output, document):
            aligned = _one_by_one(output, document)
        elif test_set.reference_sets == 0:
            aligned = _align_document(output, document, test_set)
            method = f"{source_side.METHOD}|sentences:sentencex"
        else:
            if is_line_by_line(output, document):
                reordered.append(output.path)
            aligned, method = _align_document(output, document, test_set), f"{METHOD}|reorder|sentences:sentencex"
        unlinked += (replace(x, before=x.before + len(units)) for x in aligned.unlinked)
        units += (tuple(segment + i for i in unit) for unit in aligned.units)
        texts += aligned.texts
        pieces += aligned.pieces
        segment += len(document.segments)
    if reordered:
        others = f" and {len(reordered) - 1} more" if len(reordered) > 1 else ""
        what = f"{reordered[0]}{others}: as many lines as the reference, but they do not answer it line by line"
        warnings.warn(f"{what}; they were aligned", DataWarning, stacklevel=2)
    if 2 * len(units) < segment:
        what = f"the lines of {name!r} span several segments: its {segment} segments make {len(units)} units"
        warnings.warn(f"{what}, and paired tests with it have no more than these", DataWarning, stacklevel=2)
    return SystemOutput(
        name,
        tuple(texts),
        units=None if method == "identity" else tuple(units),
        pieces=tuple(pieces),
        unlinked=tuple(unlinked),
        alignment=method,
    )


def _by_id(name: str, documents: Sequence[TextDocument], test_set: TestSet) -> dict[str, TextDocument]:
    known = {document.id for document in test_set.documents}
    outputs: dict[str, TextDocument] = {}
    for document in documents:
        if document.id not in known:
            message = f"document {document.id!r} of {name} is not in test set {test_set.name!r}"
            raise InputError(message, path=document.path)
        if document.id in outputs:
            raise InputError(f"document {document.id!r} of {name} is given twice", path=document.path)
        outputs[document.id] = document
    return outputs


def _one_by_one(output: TextDocument | None, document: Document) -> _Aligned:
    units = [range(i, i + 1) for i in range(len(document.segments))]
    if output is None:
        return _Aligned(units, [None] * len(units), [()] * len(units), [])
    numbers = [segment.origin.line for segment in document.segments if segment.origin]
    texts: list[str | None] = [output.lines[number - 1] for number in numbers]
    return _Aligned(units, texts, [line_piece(output, number) for number in numbers], [])


def _align_document(output: TextDocument, document: Document, test_set: TestSet) -> _Aligned:
    language = test_set.target_language
    hyp = _sentences(output, language)
    texts, blocks = [piece.text for piece in hyp], [piece.origin.line for piece in hyp if piece.origin]
    if test_set.reference_sets:
        ref, segments = _reference_sentences(document, language)
        pairs = find_reordered(texts, ref, link_lines(texts, ref), link_lines)
    else:
        lines = [segment.source or "" for segment in document.segments]
        ref, segments = _sentences_of(lines, test_set.source_language or "")
        pairs = [pair for pair, _ in source_side.pair_with_source(texts, ref, None)]
    units = _merge(pairs, segments, len(document.segments))
    unit_of = {segment: number for number, unit in enumerate(units) for segment in unit}
    home = {i: unit_of[segments[r[0]]] for h, r in pairs for i in h}
    kind = kinds(texts, home, blocks)
    # A moved block says nothing about the place of what stands around it.
    path = {i: home[i] for h, _ in set(pairs) - out_of_order(pairs) for i in h}
    pieces: list[list[Piece]] = [[] for _ in units]
    unlinked = []
    for i, piece in enumerate(hyp):
        piece = replace(piece, kind=kind.get(i, "match"))
        if piece.kind in ("boilerplate", "caption"):
            following = min((j for j in path if j > i), default=None)
            unlinked.append(Unlinked(piece, len(units) if following is None else path[following], document.id))
        else:
            pieces[home[i] if i in home else path[max((j for j in path if j < i), default=min(path))]].append(piece)
    texts_of = [joiner(language).join(piece.text for piece in unit) if unit else None for unit in pieces]
    return _Aligned(units, texts_of, [tuple(unit) for unit in pieces], unlinked)


def _sentences(output: TextDocument, language: str) -> list[Piece]:
    return [
        Piece(line[start:end], origin=Origin(output.path, number, start, end))
        for number, line in enumerate(output.lines, 1)
        for start, end in split_sentences(line, language)
    ]


def _reference_sentences(document: Document, language: str) -> tuple[list[str], list[int]]:
    """The sentences of each segment's first present reference, and the number of the segment of each."""
    return _sentences_of([first_present(segment.references) for segment in document.segments], language)


def _sentences_of(lines: Sequence[str], language: str) -> tuple[list[str], list[int]]:
    """The sentences of some lines, and the number of the line of each."""
    found = [
        (line[start:end], number) for number, line in enumerate(lines) for start, end in split_sentences(line, language)
    ]
    return [text for text, _ in found], [number for _, number in found]


def _merge(pairs: Sequence[Pair], segments: Sequence[int], count: int) -> list[range]:
    """The finest runs of segments that no link leaves."""
    joined = set(chain.from_iterable(range(segments[min(r)], segments[max(r)]) for _, r in pairs))
    starts = (i for i in range(count) if i - 1 not in joined)
    stops = (i + 1 for i in range(count) if i not in joined)
    return [range(start, stop) for start, stop in zip(starts, stops, strict=True)]
