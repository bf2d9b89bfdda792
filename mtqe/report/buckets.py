"""Parts of a test set in which the systems are looked at again: domains, documents, lengths, names, similarity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mtqe.comparison.within import Estimate, Within
from mtqe.report.view import Part, number, once, parts
from mtqe.results import EntityError, Evaluation, FloatArray
from mtqe.stats.ranking import BoolArray

#: Buckets with fewer units say little.
FEW = 30
#: Buckets of one kind that are shown.
MOST = 8
#: Buckets by length and by similarity, where there are units for as many with FEW in each.
_BINS = 5


@dataclass(frozen=True)
class Bucket:
    """Segments (segments,) that have something in common; `state` is what `segments_link` shows them by."""

    name: str
    segments: BoolArray
    state: Mapping[str, Any]


@dataclass(frozen=True)
class Cut:
    """Buckets of one kind; `left_out` says which are not shown."""

    kind: str
    meaning: str
    buckets: tuple[Bucket, ...]
    left_out: str = ""


@dataclass(frozen=True)
class BucketScores:
    """The primary metric in each bucket of a cut: of every system, best first, and of the best less the second best.

    `differences` is empty where fewer than two systems compete.
    """

    cut: Cut
    systems: dict[str, tuple[Estimate, ...]]
    differences: tuple[Estimate, ...]

    @property
    def sizes(self) -> list[int]:
        """The units of each bucket, of the system that has most of them scored."""
        return [max(of.n for of in column) for column in zip(*self.systems.values(), strict=True)]


@once
def bucket_scores(evaluation: Evaluation) -> dict[str, list[BucketScores]]:
    """By test set the cuts that have something to say; none for a text with too few segments for two buckets."""
    return {part.name: _bucket_scores(part) for part in parts(evaluation)}


def best_two(part: Part) -> tuple[str, str] | None:
    """The two best systems that compete by the primary metric."""
    humans = {system.name for system in part.scores.systems.values() if system.human}
    places = part.comparisons[0].systems if part.comparisons else ()
    competing = [place.system for place in places if place.system not in humans]
    return (competing[0], competing[1]) if len(competing) > 1 else None


def _bucket_scores(part: Part) -> list[BucketScores]:
    if not part.comparisons or len(part.test_set.segments) < 2 * FEW:
        return []
    within, pair = Within(part.scores, part.comparisons[0]), best_two(part)
    if not within.systems:
        return []
    found = []
    for cut in cuts(part):
        columns = [within.scores(bucket.segments) for bucket in cut.buckets]
        systems = {system: tuple(column[system] for column in columns) for system in within.systems}
        ahead = [within.difference(*pair, bucket.segments) for bucket in cut.buckets] if pair else []
        found.append(BucketScores(cut, systems, tuple(ahead)))
    return found


def cuts(part: Part) -> list[Cut]:
    """Every way to cut a test set that gives at least two buckets."""
    found = [_lengths(part), _similarities(part), _domains(part), _entity_types(part), _documents(part)]
    return [cut for cut in found if len(cut.buckets) > 1]


def _lengths(part: Part) -> Cut:
    lengths = np.array([len(_reference(s.references) or s.source or "") for s in part.test_set.segments], dtype=float)
    meaning = "Characters of the reference, or of the source without one; about as many segments in each bucket."
    spans = [(mask, int(lengths[mask].min()), int(lengths[mask].max())) for mask in _bins(lengths)]
    buckets = [Bucket(_span(low, high), mask, {"length": (low, high)}) for mask, low, high in spans]
    return Cut("length", meaning, tuple(buckets))


def _similarities(part: Part) -> Cut:
    """How like the reference the systems' outputs are on average: 1 - edits / lengths, edits without substitution."""
    from rapidfuzz.distance import Indel

    outputs = [key for key, system in part.scores.systems.items() if not system.human]
    values = np.full((max(1, len(outputs)), len(part.test_set.segments)), np.nan)
    for row, key in zip(values, outputs, strict=False):
        for unit in part.units[key]:
            alike = [Indel.normalized_similarity(r, unit.hypothesis or "") for r in unit.references if r is not None]
            row[list(unit.segments)] = max(alike, default=np.nan)
    meaning = (
        "Characters that output and reference share, on average over the systems: on the left are free references and "
        "hard segments. Compare the systems within a bucket; all score higher where outputs are like the reference."
    )
    means = 100 * values.mean(axis=0)
    names = [(_span(means[mask].min(), means[mask].max(), " %"), mask) for mask in _bins(means)]
    buckets = [Bucket(name, mask, {"bucket": f"similarity {name}"}) for name, mask in names]
    return Cut("similarity to the reference", meaning, tuple(buckets))


def _domains(part: Part) -> Cut:
    domains = part.test_set.domains
    return _named("domain", "", [domains.get(s.document) for s in part.test_set.segments])


def _documents(part: Part) -> Cut:
    return _named("document", "", [s.document for s in part.test_set.segments])


def _entity_types(part: Part) -> Cut:
    """Segments whose reference has a name or number of a type; a segment with several types is in several buckets."""
    found: list[set[str]] = [set() for _ in part.test_set.segments]
    for (key, _), scores in part.scores.values.items():
        for unit, spans in zip(part.scores.units[key], scores.spans or (), strict=False):
            types = {s.type for s in spans if isinstance(s, EntityError) and s.ref_span is not None}
            for segment in unit.segments if types else ():
                found[segment] |= types
    meaning = "Segments whose reference has such a name or number; one with several types counts in each."
    counts = Counter(kind for types in found for kind in sorted(types))
    names = _most(counts)
    masks = {name: np.array([name in types for types in found]) for name in names}
    nothing = np.array([not types for types in found])
    masks |= {"none": nothing} if names and nothing.any() else {}
    buckets = [Bucket(name, mask, {"bucket": f"names and numbers: {name}"}) for name, mask in masks.items()]
    return Cut("names and numbers", meaning, tuple(buckets), _left_out(names, counts))


def _named(kind: str, meaning: str, labels: Sequence[str | None]) -> Cut:
    counts = Counter(label for label in labels if label is not None)
    names = _most(counts)
    buckets = tuple(Bucket(name, np.array([label == name for label in labels]), {kind: name}) for name in names)
    return Cut(kind, meaning, buckets, _left_out(names, counts))


def _most(counts: Counter[str]) -> list[str]:
    """The names with most segments, in the order of their first segment."""
    most = {name for name, _ in counts.most_common(MOST)}
    return [name for name in counts if name in most]


def _left_out(names: Sequence[str], counts: Counter[str]) -> str:
    return f"Shown: the {len(names)} of {len(counts):,} with most segments." if len(names) < len(counts) else ""


def _bins(values: FloatArray) -> list[BoolArray]:
    """Segments in ascending order cut into bins of about the same size.

    Equal values share a bin; segments without one (NaN) are in none.
    """
    known = values[~np.isnan(values)]
    bins = min(_BINS, len(known) // FEW)
    if bins < 2:
        return []
    bounds = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="higher"))
    number_of_bin = np.where(np.isnan(values), -1, np.searchsorted(bounds, values, side="right"))
    masks = [number_of_bin == k for k in range(len(bounds) + 1)]
    return [mask for mask in masks if mask.any()]


def _span(low: float, high: float, sign: str = "") -> str:
    least, most = number(low, 0), number(high, 0)
    return f"{least}{sign}" if least == most else f"{least}–{most}{sign}"


def _reference(references: Iterable[str | None]) -> str | None:
    return next((text for text in references if text is not None), None)
