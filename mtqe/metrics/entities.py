"""Entity errors: the share of names and numbers that a translation gets wrong; see `mtqe.entities`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.entities import find_entity_errors
from mtqe.entities.user.style import Style
from mtqe.errors import ConfigError
from mtqe.results import EntityError, Metric, MetricSpec, SegmentScores, mean


def make(nulls: str = "empty", style: str | None = None, against: str = "reference") -> Metric:
    """Wrong names and numbers per name and number checked, 0 to 1.

    nulls   what missing output is: `empty` omits every name and number of the unit, `skip` leaves the unit unscored.
    style   path of a style file (`mtqe.entities.user.style.Style.load`): aliases, suppressions, policy, glossary.
    against what the output is checked against: `reference`, or `source` alone, with lower confidence.
    """
    if nulls not in ("empty", "skip"):
        raise ConfigError(f"nulls of 'entities' is empty or skip, not {nulls!r}")
    if against not in ("reference", "source"):
        raise ConfigError(f"against of 'entities' is reference or source, not {against!r}")
    return EntityErrors(nulls, None if style is None else Style.load(style), against)


@dataclass(frozen=True)
class EntityErrors:
    """Errors per mention; the statistics of a unit are [errors, mentions], so that the corpus score is micro-averaged.

    Mentions are the names and numbers of the reference (or of the source, see `make`), and what is called an error
    beside them. The first reference that a unit has is the one that is checked; the others are evidence, so that more
    references never make more errors. Units where nothing is to be checked stay unscored.

    Capitals are counted over the references and the system's own output: a score depends on the texts of the whole
    test set (`scope`), but on no other system.
    """

    nulls: str
    style: Style | None = None
    against: str = "reference"

    uses: ClassVar = frozenset({"reference", "source"})
    higher_is_better: ClassVar = False
    label: ClassVar = "Entity errors"
    decimals: ClassVar = 3
    range: ClassVar = (0.0, 1.0)
    aggregate: ClassVar = staticmethod(mean)

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({self.against})

    @property
    def spec(self) -> MetricSpec:
        style = "none" if self.style is None else self.style.fingerprint[:12]
        parameters = {"nulls": self.nulls, "against": self.against, "style": style}
        parameters |= {"references": "first+others-as-evidence"} if self.against == "reference" else {}
        return MetricSpec("entities", parameters=parameters, version=__version__, scope="corpus")

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        from tqdm import tqdm

        systems = tqdm(test_set.systems, desc=self.label, unit="system", delay=1, disable=None, leave=False)
        return {system.key: self._score(test_set.units(system.key), test_set) for system in systems}

    def _score(self, units: Sequence[Unit], test_set: TestSet) -> SegmentScores:
        reasons = {i: reason for i, unit in enumerate(units) if (reason := self._unchecked(unit))}
        found = self._errors([unit for i, unit in enumerate(units) if i not in reasons], test_set)
        spans = tuple(() if i in reasons else tuple(next(found)) for i in range(len(units)))
        statistics = np.array([_count(errors) for errors in spans], dtype=np.float64).reshape(-1, 2)
        for i in np.flatnonzero(statistics[:, 1] == 0):
            reasons.setdefault(int(i), "no name or number to check")
        return SegmentScores(mean(statistics), statistics, spans, reasons)

    def _unchecked(self, unit: Unit) -> str | None:
        """Why a unit is not looked at."""
        if self.against == "source" and unit.source is None:
            return "no source"
        if self.against == "reference" and all(reference is None for reference in unit.references):
            return "no reference"
        return "no output" if unit.hypothesis is None and self.nulls == "skip" else None

    def _errors(self, units: Sequence[Unit], test_set: TestSet) -> Iterator[list[EntityError]]:
        by_reference = self.against == "reference"
        there = [[(k, text) for k, text in enumerate(unit.references) if text is not None] for unit in units]
        found = find_entity_errors(
            [unit.hypothesis for unit in units],
            [texts[0][1] for texts in there] if by_reference else None,
            [unit.source for unit in units],
            source_language=test_set.source_language,
            target_language=test_set.target_language,
            documents=[unit.document for unit in units],
            other_references=[[text for _, text in texts[1:]] for texts in there] if by_reference else None,
            style=self.style,
        )
        for errors, texts in zip(found, there, strict=True):
            yield [replace(error, reference=texts[0][0]) for error in errors] if by_reference else errors


def _count(errors: Sequence[EntityError]) -> tuple[int, int]:
    """Errors and mentions."""
    return sum(error.is_error for error in errors), sum(error.is_mention for error in errors)
