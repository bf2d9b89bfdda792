"""The texts of a test set as columns: its source, its references, the outputs of its systems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import regex

from mtqe.corpus import SystemOutput, TestSet
from mtqe.languages import UNSPACED, language_of

_PART = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True)
class Finding:
    """Something odd about one text of a test set, found before it is scored.

    kind    which check found it: `shift`, for example.
    about   which text: `source`, `reference 1`, `system 'a'`.
    count   how many of its `of` lines it concerns.
    place   the first of them, as `hyp.txt:4`, or `line 4` where only that is known.
    what    what is odd, with {n} for the count, {of} for all lines, {are} and {have} for what goes with the count.
    remedy  what to do.
    """

    kind: str
    about: str
    count: int
    of: int
    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        are, have = ("is", "has") if self.count == 1 else ("are", "have")
        what = self.what  # may hold a name with braces of its own
        for mark, said in (("{n}", f"{self.count:,}"), ("{of}", f"{self.of:,}"), ("{are}", are), ("{have}", have)):
            what = what.replace(mark, said)
        return f"{self.about}: {what} ({'first ' if self.count > 1 else ''}{self.place}); {self.remedy}"


@dataclass(frozen=True)
class Column:
    """One text, None where it is missing; `place` says where its line i stands, `path` is its file where that is known.

    `spans` are the segments that each text covers, None where text i is that of segment i.
    """

    about: str
    texts: Sequence[str | None]
    language: str | None
    place: Callable[[int], str]
    path: Path | None = None
    spans: tuple[tuple[int, ...], ...] | None = None
    _words: dict[int, frozenset[str]] = field(default_factory=dict)

    def words(self, i: int) -> frozenset[str]:
        """What line i says, without its order: words, or pairs of characters where no spaces stand between words."""
        if i not in self._words:
            text = (self.texts[i] or "").casefold()
            if self.language is not None and language_of(self.language) in UNSPACED:
                self._words[i] = frozenset(text[k : k + 2] for k in range(len(text) - 1))
            else:
                self._words[i] = frozenset(_PART.findall(text))
        return self._words[i]

    def overlap(self, i: int, other: Column, j: int) -> float:
        """Share of the shorter text's words that both have, in [0, 1]."""
        own, others = self.words(i), other.words(j)
        return len(own & others) / max(1, min(len(own), len(others)))

    def found(self, kind: str, lines: Sequence[int], what: str, remedy: str) -> Finding:
        """A finding about these lines of the text."""
        return Finding(kind, self.about, len(lines), len(self.texts), self.place(lines[0]), what, remedy)


def columns(test_set: TestSet) -> tuple[Column | None, list[Column], list[Column]]:
    """The source, the references and the systems of a test set."""
    segments = test_set.segments
    place = partial(_of_segment, test_set)
    sources = [segment.source for segment in segments]
    source = None
    if any(text is not None for text in sources):
        source = Column("source", sources, test_set.source_language, place)
    path = Path(segments[0].origin.path) if segments[0].origin else None
    references = [
        Column(f"reference {number}", texts, test_set.target_language, place, None if number > 1 else path)
        for number, texts in enumerate(zip(*(segment.references for segment in segments), strict=True), 1)
    ]
    return source, references, [_of_system(system, test_set) for system in test_set.systems]


def _of_segment(test_set: TestSet, i: int) -> str:
    segment = test_set.segments[i]
    one_file = len(test_set.documents) == 1
    return f"line {segment.origin.line}" if segment.origin and one_file else f"segment {segment.id}"


def _of_system(system: SystemOutput, test_set: TestSet) -> Column:
    segments = [test_set.segments[unit[0]] for unit in test_set.partition(system)]
    origins = [next((piece.origin for piece in of_unit if piece.origin), None) for of_unit in system.pieces or ()]
    path = next((Path(origin.path) for origin in origins if origin), None)

    def place(i: int) -> str:
        """An empty text stands in the file of its document, in the line that its segment has in its own."""
        if origins and (own := origins[i]) is not None:
            return f"{own.path}:{own.line}"
        segment = segments[i]
        beside = (o for s, o in zip(segments, origins, strict=False) if o and s.document == segment.document)
        other = next(beside, None)
        return f"{other.path}:{segment.origin.line}" if other and segment.origin else f"segment {segment.id}"

    return Column(f"system {system.key!r}", system.texts, test_set.target_language, place, path, system.units)
