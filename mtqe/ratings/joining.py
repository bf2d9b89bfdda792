"""Ratings of people as scores and error spans of the systems of a test set."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from mtqe.corpus import SystemOutput, TestSet
from mtqe.errors import InputError
from mtqe.ratings import HUMAN, Rating, Ratings
from mtqe.results import ErrorSpan, Span
from mtqe.results.rows import span_to_dict
from mtqe.text import note_lines

_SAME = 1e-6


def joined(test_set: TestSet, files: Sequence[Ratings]) -> TestSet:
    """With ratings by people in the metadata of the systems: `human_scores` and `human_errors`, by protocol.

    The score of a segment is the mean of its raters', whichever file they are in. Ratings by tools are left out and
    noted. Raises InputError for a file without others, and as `placed`.
    """
    notes: list[str] = []
    found: dict[tuple[str, str], dict[int, list[Rating]]] = {}
    for file in files:
        notes += file.notes
        for system, segment, rating in placed(test_set, _by_people(file, notes), notes):
            found.setdefault((system, rating.protocol), {}).setdefault(segment, []).append(rating)
    systems = {system.key: system for system in test_set.systems}
    for (key, protocol), ratings in found.items():
        systems[key] = _rated(systems[key], protocol, ratings, notes)
    return replace(test_set, systems=tuple(systems.values()), notes=(*test_set.notes, *notes))


def _by_people(file: Ratings, notes: list[str]) -> Ratings:
    people = tuple(rating for rating in file.ratings if rating.protocol in HUMAN)
    tools = ", ".join(sorted({rating.protocol for rating in file.ratings} - set(HUMAN)))
    if not people:
        hint = "mtqe compare --scores takes segment scores of metrics"
        raise InputError(f"holds no ratings by people but by {tools}", path=file.path, hint=hint)
    if tools:
        notes.append(f"{file.path}: ratings by {tools} are left out ({len(file.ratings) - len(people)})")
    return replace(file, ratings=people)


def placed(test_set: TestSet, file: Ratings, notes: list[str]) -> list[tuple[str, int, Rating]]:
    """The ratings with the keys of their systems and the indices of their segments, and with the texts of these.

    A rating belongs to the segment that its document and number name, if the output there is the text that was rated
    (blanks apart), or else to the only one of which it is. What belongs nowhere is left out and noted. Raises
    InputError when that is everything.
    """
    places = _Places.of(test_set, file.ratings)
    found = []
    lost: dict[str, list[int]] = {}
    for rating in file.ratings:
        system = places.system(rating)
        segment = None if system is None else places.segment(rating, system)
        if system is None:
            lost.setdefault(f"ratings of {rating.system!r}, which has no output here and", []).append(rating.line)
        elif segment is None:
            lost.setdefault("ratings of texts that are no output here and", []).append(rating.line)
        else:
            here = _in_text(rating, system.texts[segment] or "", test_set.segments[segment].source)
            found.append((system.key, segment, here))
    if not found:
        hint = "are documents, systems and languages those of the test set?"
        raise InputError(f"has no rating of an output of {test_set.name!r}", path=file.path, hint=hint)
    notes += [note_lines(file.path, f"{what} are left out", lines) for what, lines in lost.items()]
    return found


@dataclass(frozen=True)
class _Places:
    """Where ratings belong.

    documents  the segments of each by their numbers.
    systems    by name, and by name without capitals and punctuation.
    texts      the segments of each output by its text without blanks.
    items      how many a rater has rated of a system's document, where the texts are not known.
    """

    test_set: TestSet
    documents: Mapping[str, Mapping[str, int]]
    systems: Mapping[str, SystemOutput]
    texts: Mapping[tuple[str, str], Sequence[int]]
    items: Mapping[tuple[str, str, str], int]

    @classmethod
    def of(cls, test_set: TestSet, ratings: Sequence[Rating]) -> _Places:
        documents: dict[str, dict[str, int]] = {}
        for i, segment in enumerate(test_set.segments):
            of_document = documents.setdefault(segment.document, {})
            of_document[str(len(of_document) + 1)] = i
        texts: dict[tuple[str, str], list[int]] = {}
        for system in test_set.systems:
            for i, text in enumerate(system.texts if system.units is None else ()):
                texts.setdefault((system.key, _squeezed(text)), []).append(i)
        systems = {_plain(system.key): system for system in reversed(test_set.systems)}
        systems |= {system.key: system for system in test_set.systems}
        items = Counter((r.rater, r.system, r.document) for r in ratings if r.target is None)
        return cls(test_set, documents, systems, texts, items)

    def system(self, rating: Rating) -> SystemOutput | None:
        """The system of that name, capitals and punctuation apart: WMT calls refA `ref-A` and `ref`, too."""
        found = self.systems.get(rating.system) or self.systems.get(_plain(rating.system))
        return found if found and found.units is None else None

    def segment(self, rating: Rating, system: SystemOutput) -> int | None:
        of_document = self.documents.get(rating.document, {})
        named = of_document.get(rating.segment)
        if rating.target is None:
            whole = self.items[rating.rater, rating.system, rating.document] == len(of_document)
            return named if named is not None and whole and _fits(rating, system.texts[named] or "") else None
        same = self.texts.get((system.key, _squeezed(rating.target)), ())
        return named if named in same else same[0] if len(same) == 1 else None


def _in_text(rating: Rating, target: str, source: str | None) -> Rating:
    """The rating with spans that are code points of the texts as they stand in the test set."""
    errors = [
        replace(
            error,
            hyp_span=_moved(error.hyp_span, rating.target, target),
            src_span=None if source is None else _moved(error.src_span, rating.source, source),
        )
        for error in rating.errors
    ]
    return replace(rating, source=source, target=target, errors=tuple(errors))


def _moved(span: Span | None, rated: str | None, text: str) -> Span | None:
    """A span of the rated text in a text that differs in blanks alone, None where it is another; without the rated
    text its span is one of 16-bit units of the stripped text.
    """
    if span is None or rated == text:
        return span
    if rated is None:
        shift, ends = len(text) - len(text.lstrip()), _units(text)
        return shift + bisect_right(ends, span[0]) - 1, shift + bisect_left(ends, span[1])
    if _squeezed(rated) != _squeezed(text):
        return None
    filled = [i for i, c in enumerate(text) if not c.isspace()]
    first, last = (sum(not c.isspace() for c in rated[:place]) for place in span)
    if first == last:
        at = filled[first] if first < len(filled) else len(text)
        return at, at
    return filled[first], filled[last - 1] + 1


def _units(text: str) -> list[int]:
    """The 16-bit units of the stripped text before each of its characters, and in all."""
    return list(accumulate((1 + (c > "\uffff") for c in text.strip()), initial=0))


def _fits(rating: Rating, text: str) -> bool:
    return all(error.hyp_span is None or error.hyp_span[1] <= _units(text)[-1] for error in rating.errors)


def _rated(
    system: SystemOutput, protocol: str, ratings: Mapping[int, Sequence[Rating]], notes: list[str]
) -> SystemOutput:
    values: list[float | None] = [None] * len(system.texts)
    errors: list[list[ErrorSpan]] = [[] for _ in system.texts]
    for place, of_segment in ratings.items():
        given = [rating.value for rating in of_segment if rating.value is not None]
        values[place] = sum(given) / len(given) if given else None
        errors[place] = [error for rating in of_segment for error in rating.errors]
    scores, spans = (dict(system.metadata.get(name, {})) for name in ("human_scores", "human_errors"))
    differing = sum(not _agree(a, b) for a, b in zip(scores.get(protocol, values), values, strict=True))
    if differing:
        said = f"of {system.key!r} differ between the ratings and the test set; those of the ratings are taken"
        notes.append(f"{differing} of {len(values)} {protocol} scores {said}")
    scores[protocol] = values
    spans[protocol] = [[span_to_dict(error) for error in of] for of in errors]
    return replace(system, metadata={**system.metadata, "human_scores": scores, "human_errors": spans})


def _agree(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= _SAME)


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())


def _plain(name: str) -> str:
    plain = re.sub(r"[\W_]+", "", name).casefold()
    return "refa" if plain == "ref" else plain
