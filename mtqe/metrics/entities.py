"""Entity errors: the share of names and numbers that a translation gets wrong; see `mtqe.entities`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.entities import find_entity_errors
from mtqe.errors import ConfigError
from mtqe.results import EntityError, FloatArray, Metric, MetricSpec, SegmentScores, mean


def make(nulls: str = "empty") -> Metric:
    """Wrong names and numbers per name and number checked, 0 to 1.

    nulls   what missing output is: `empty` omits every name and number of the unit, `skip` leaves the unit unscored.
    """
    if nulls not in ("empty", "skip"):
        raise ConfigError(f"nulls of 'entities' is empty or skip, not {nulls!r}")
    return EntityErrors(nulls)


@dataclass(frozen=True)
class EntityErrors:
    """Errors per mention; the statistics of a unit are [errors, mentions], so that the corpus score is micro-averaged.

    Mentions are the names and numbers of the reference, and what is called an error beside them. Of several references
    the one with the fewest errors counts. Units where nothing is to be checked stay unscored.

    Capitals are counted over the references and the system's own output: a score depends on the texts of the whole
    test set (`scope`), but on no other system.
    """

    nulls: str

    needs: ClassVar = frozenset({"reference"})
    uses: ClassVar = frozenset({"reference", "source"})
    higher_is_better: ClassVar = False
    label: ClassVar = "Entity errors"
    decimals: ClassVar = 3
    range: ClassVar = (0.0, 1.0)

    @property
    def spec(self) -> MetricSpec:
        parameters = {"nulls": self.nulls, "references": "fewest-errors"}
        return MetricSpec("entities", parameters=parameters, version=__version__, scope="corpus")

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        from tqdm import tqdm

        systems = tqdm(test_set.systems, desc=self.label, unit="system", delay=1, disable=None, leave=False)
        return {system.key: self._score(test_set.units(system.key), test_set) for system in systems}

    def _score(self, units: Sequence[Unit], test_set: TestSet) -> SegmentScores:
        best: dict[int, list[EntityError]] = {}
        for reference in range(test_set.reference_sets):
            for i, errors in self._errors(units, reference, test_set).items():
                if i not in best or _count(errors)[0] < _count(best[i])[0]:
                    best[i] = errors
        counts = {i: _count(errors) for i, errors in best.items()}
        reasons = {i: self._reason(unit) for i, unit in enumerate(units) if counts.get(i, (0, 0))[1] == 0}
        statistics = np.array([counts.get(i, (0, 0)) for i in range(len(units))], dtype=np.float64).reshape(-1, 2)
        spans = tuple(tuple(best.get(i, ())) for i in range(len(units)))
        return SegmentScores(mean(statistics), statistics, spans, reasons)

    def _errors(self, units: Sequence[Unit], reference: int, test_set: TestSet) -> dict[int, list[EntityError]]:
        checked = [
            (i, unit, text)
            for i, unit in enumerate(units)
            if (text := unit.references[reference]) is not None and not (unit.hypothesis is None and self._skips)
        ]
        found = find_entity_errors(
            [unit.hypothesis for _, unit, _ in checked],
            [text for _, _, text in checked],
            [unit.source for _, unit, _ in checked],
            source_language=test_set.source_language,
            target_language=test_set.target_language,
            documents=[unit.document for _, unit, _ in checked],
        )
        return {
            i: [replace(error, reference=reference) for error in errors]
            for (i, _, _), errors in zip(checked, found, strict=True)
        }

    @property
    def _skips(self) -> bool:
        return self.nulls == "skip"

    def _reason(self, unit: Unit) -> str:
        if all(reference is None for reference in unit.references):
            return "no reference"
        if unit.hypothesis is None and self._skips:
            return "no output"
        return "no name or number to check"

    def aggregate(self, sums: FloatArray) -> FloatArray:
        return mean(sums)


def _count(errors: Sequence[EntityError]) -> tuple[int, int]:
    """Errors and mentions; a hint that the output has something more is neither."""
    return sum(error.is_error for error in errors), sum(
        error.is_error or error.ref_span is not None for error in errors
    )
