"""The texts of an evaluation: segments with their references, and what each system made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mtqe.errors import InputError
from mtqe.languages import joiner
from mtqe.store import digest


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text stands in its file: the line, counted from 1, and code points `[start, end)` of that line."""

    path: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The smallest piece that has a reference: a line of a test set, a paragraph or heading of an article.

    `references` holds one text a reference set, None where a set lacks this segment.
    """

    id: str
    source: str | None
    references: tuple[str | None, ...]
    document: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    segments: tuple[Segment, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored sentence or line of a system's output, the kind of its link (`mtqe.alignment.Link`), and its place."""

    text: str
    kind: str = "match"
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Output that is charged to nothing (boilerplate, caption); it stands before unit `before` of the system."""

    piece: Piece
    before: int
    document: str


@dataclass(frozen=True, slots=True)
class SystemOutput:
    """The output of one system, paired with the segments of a test set.

    texts     one a unit; None is missing output, "" is empty output.
    run       its number, where one system translated the test set several times.
    units     for each unit the indices of the segments it covers, a partition in order; None: one unit a segment.
    pieces    for each unit the stored texts that it is joined from, where it was read from a file.
    unlinked  output that belongs to no unit.
    alignment signature of the alignment that made the units.
    reasons   for missing output (by unit) why, where that is known.
    optimised_with  metrics that the system was trained or tuned on, so that they are no independent judges of it.
    metadata  what else is known of the system, as JSON values.
    """

    name: str
    texts: tuple[str | None, ...]
    run: int | None = None
    human: bool = False
    units: tuple[tuple[int, ...], ...] | None = None
    pieces: tuple[tuple[Piece, ...], ...] | None = None
    unlinked: tuple[Unlinked, ...] = ()
    alignment: str = "identity"
    reasons: Mapping[int, str] = field(default_factory=dict)
    optimised_with: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells this output from all others of a test set: the name, `name#2` for the second run."""
        return self.name if self.run is None else f"{self.name}#{self.run}"


@dataclass(frozen=True, slots=True)
class UnitKey:
    """Which unit a score belongs to: segments by index, and the document that they stand in."""

    id: str
    document: str
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unit(UnitKey):
    """What a metric sees: one unit of one system, with the sources and references of its segments joined.

    A source or reference is None unless all segments of the unit have it.
    """

    source: str | None
    references: tuple[str | None, ...]
    hypothesis: str | None


@dataclass(frozen=True)
class TestSet:
    """Documents in one language pair with their references, and the systems that translated them.

    `reference_alignments` has for each reference set the signature of how its lines became those of the segments;
    empty where all agree line by line. `reference_names` are the names of the reference sets, where they have some.

    Raises InputError when ids repeat, a system's units are no partition of the segments or counts differ.
    """

    __test__ = False  # its name is the field's term, not a test class

    name: str
    source_language: str | None
    target_language: str
    documents: tuple[Document, ...]
    systems: tuple[SystemOutput, ...] = ()
    notes: tuple[str, ...] = ()
    reference_alignments: tuple[str, ...] = ()
    reference_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _refuse_repeats("segment id", [segment.id for segment in self.segments], self.name)
        _refuse_repeats("document id", [document.id for document in self.documents], self.name)
        _refuse_repeats("system", [system.key for system in self.systems], self.name)
        widths = {len(segment.references) for segment in self.segments}
        if len(widths) > 1:
            raise InputError(f"segments of test set {self.name!r} have different numbers of reference sets: {widths}")
        for document in self.documents:
            if any(segment.document != document.id for segment in document.segments):
                raise InputError(f"document {document.id!r} of test set {self.name!r} holds a segment of another")
        for system in self.systems:
            self._check(system)

    def _check(self, system: SystemOutput) -> None:
        partition = self.partition(system)
        if len(system.texts) != len(partition):
            raise InputError(
                f"system {system.key!r} has {len(system.texts)} outputs for {len(partition)} segments "
                f"of test set {self.name!r}",
                hint="align it, or give one output a segment",
            )
        if [i for unit in partition for i in unit] != list(range(len(self.segments))):
            raise InputError(f"the units of system {system.key!r} do not cover each segment exactly once, in order")
        for unit in partition:
            if len({self.segments[i].document for i in unit}) != 1:
                raise InputError(f"a unit of system {system.key!r} crosses a document boundary")
        joined = [joiner(self.target_language).join(p.text for p in unit) for unit in system.pieces or ()]
        if system.pieces is not None and joined != [text or "" for text in system.texts]:
            raise InputError(f"the pieces of system {system.key!r} do not make up its texts")

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(segment for document in self.documents for segment in document.segments)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 of languages, ids, sources and references: it does not depend on the systems."""
        rows = [[s.id, s.document, s.source, list(s.references)] for s in self.segments]
        return digest([self.source_language, self.target_language, rows])

    @property
    def languages(self) -> str:
        """The pair as WMT writes it, `uk-en`, or the target alone."""
        return f"{self.source_language}-{self.target_language}" if self.source_language else self.target_language

    @cached_property
    def domains(self) -> dict[str, str]:
        """The domain of each document whose metadata name one."""
        return {d.id: d.metadata["domain"] for d in self.documents if "domain" in d.metadata}

    @property
    def reference_sets(self) -> int:
        return len(self.segments[0].references) if self.segments else 0

    def system(self, key: str) -> SystemOutput:
        for system in self.systems:
            if system.key == key:
                return system
        raise InputError(f"test set {self.name!r} has no system {key!r}; it has {[s.key for s in self.systems]}")

    def with_systems(self, systems: Sequence[SystemOutput]) -> TestSet:
        return replace(self, systems=tuple(systems))

    def partition(self, system: SystemOutput) -> tuple[tuple[int, ...], ...]:
        return system.units if system.units is not None else tuple((i,) for i in range(len(self.segments)))

    def units(self, key: str) -> tuple[Unit, ...]:
        """The units of a system, with the texts of merged segments joined."""
        system = self.system(key)
        return self._units(system, self.references_for(system))

    def _units(self, system: SystemOutput, references: Sequence[tuple[str | None, ...]]) -> tuple[Unit, ...]:
        rows = zip(self.partition(system), system.texts, strict=True)
        return tuple(self._unit(indices, text, references) for indices, text in rows)

    def references_for(self, system: SystemOutput) -> list[tuple[str | None, ...]]:
        """The references of each segment, without a set that a human output itself is: against it, it says nothing."""
        rows = [segment.references for segment in self.segments]
        if not (system.human and system.units is None):
            return rows
        kept = [column != system.texts for column in zip(*rows, strict=True)]
        return [tuple(r if keep else None for r, keep in zip(row, kept, strict=True)) for row in rows]

    def _unit(
        self, indices: tuple[int, ...], text: str | None, references_of: Sequence[tuple[str | None, ...]]
    ) -> Unit:
        segments = [self.segments[i] for i in indices]
        source = _join([s.source for s in segments], self.source_language or "")
        columns = zip(*(references_of[i] for i in indices), strict=True)
        references = tuple(_join(column, self.target_language) for column in columns)
        name = segments[0].id if len(segments) == 1 else f"{segments[0].id}+{len(segments) - 1}"
        return Unit(name, segments[0].document, indices, source, references, text)

    def locate(self, key: str, unit: int, start: int, end: int) -> list[Origin]:
        """Where code points `[start, end)` of a unit's output stand in its file, one origin a piece touched."""
        places, offset = [], 0
        pieces = self.system(key).pieces
        for piece in pieces[unit] if pieces else ():
            low, high = max(start - offset, 0), min(end - offset, len(piece.text))
            if piece.origin is not None and (low < high or (start == end and 0 <= low == start - offset <= high)):
                at = piece.origin
                places.append(Origin(at.path, at.line, at.start + low, at.start + high))
            offset += len(piece.text) + len(joiner(self.target_language))
        return places

    def coverage(self, key: str) -> tuple[float, float]:
        """Share of the characters of the reference (the first, or else the source) that has output, and share of
        the output that is linked to nothing.

        Additions count as unlinked although they are charged to the unit before them. Both shares are in [0, 1].
        """
        system = self.system(key)
        units = self._units(system, [segment.references for segment in self.segments])
        sizes = [len(next((r for r in u.references if r is not None), u.source or "")) for u in units]
        answered = sum(size for size, unit in zip(sizes, units, strict=True) if (unit.hypothesis or "").strip())
        pieces = [piece for unit in system.pieces or () for piece in unit]
        free = sum(len(u.piece.text) for u in system.unlinked) + sum(len(p.text) for p in pieces if p.kind != "match")
        output = sum(len(text or "") for text in system.texts) + sum(len(u.piece.text) for u in system.unlinked)
        return answered / max(1, sum(sizes)), free / max(1, output)


def whole_piece(text: str | None, path: str | Path, line: int, start: int = 0) -> tuple[Piece, ...]:
    """The pieces of a unit that is one text of a line, or none where it is missing or empty."""
    return (Piece(text, origin=Origin(str(path), line, start, start + len(text))),) if text else ()


def join_partitions(partitions: Sequence[Sequence[Sequence[int]]], size: int) -> list[int]:
    """The finest partition of `range(size)` that each given one refines: the common units of several systems.

    Returns for each index the number of its block, blocks numbered by their first index.
    """
    root = list(range(size))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for partition in partitions:
        for unit in partition:
            for i in unit[1:]:
                low, high = sorted((find(unit[0]), find(i)))
                root[high] = low
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(i), len(numbers)) for i in range(size)]


def to_dict(test_set: TestSet) -> dict[str, Any]:
    """A test set as plain JSON values; `from_dict` reads it back unchanged."""
    return asdict(test_set)


def from_dict(value: Mapping[str, Any]) -> TestSet:
    documents = tuple(
        Document(
            d["id"],
            tuple(
                Segment(**{**s, "references": tuple(s["references"]), "origin": _origin(s["origin"])})
                for s in d["segments"]
            ),
            d["metadata"],
        )
        for d in value["documents"]
    )
    systems = tuple(
        SystemOutput(
            **{
                **s,
                "texts": tuple(s["texts"]),
                "reasons": {int(i): reason for i, reason in s["reasons"].items()},
                "optimised_with": tuple(s["optimised_with"]),
                "units": None if s["units"] is None else tuple(tuple(unit) for unit in s["units"]),
                "pieces": None if s["pieces"] is None else tuple(tuple(map(_piece, unit)) for unit in s["pieces"]),
                "unlinked": tuple(Unlinked(_piece(u["piece"]), u["before"], u["document"]) for u in s["unlinked"]),
            }
        )
        for s in value["systems"]
    )
    plain = {key: tuple(value.get(key, ())) for key in ("notes", "reference_alignments", "reference_names")}
    return TestSet(**{**value, **plain, "documents": documents, "systems": systems})


def _origin(value: Mapping[str, Any] | None) -> Origin | None:
    return None if value is None else Origin(**value)


def _piece(value: Mapping[str, Any]) -> Piece:
    return Piece(value["text"], value["kind"], _origin(value["origin"]))


def _join(texts: Sequence[str | None], language: str) -> str | None:
    """None unless every text is there: half a reference would call half a translation whole."""
    present = [text for text in texts if text is not None]
    return joiner(language).join(present) if len(present) == len(texts) else None


def _refuse_repeats(what: str, names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{what} {name!r} stands twice in test set {where!r}")
        seen.add(name)
