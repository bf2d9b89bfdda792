"""What BLEU, chrF and TER share: sacreBLEU does the counting, the arithmetic and the signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mtqe.corpus import TestSet, Unit
from mtqe.errors import UnavailableError
from mtqe.results import FloatArray, MetricSpec, SegmentScores

_CHUNK = 50  # units a progress step: TER needs seconds for so many


@dataclass(frozen=True)
class SacrebleuMetric:
    """A metric of sacreBLEU.

    build      makes sacreBLEU's own metric for a target language.
    vectorised turns sums of statistics (..., k) into scores (...), by the arithmetic that sacreBLEU uses for one row.
    unsaid     parameters that sacreBLEU's signature leaves out, where they are not its defaults.
    sentence   makes the metric that gives the score of one unit, where sacreBLEU advises another than for a corpus.
    """

    spec: MetricSpec
    label: str
    range: tuple[float, float]
    higher_is_better: bool
    build: Callable[[str], Any]
    vectorised: Callable[[FloatArray], FloatArray]
    sentence: Callable[[str], Any] | None = None
    unsaid: str = ""
    decimals: int = 1
    needs: frozenset[str] = field(default=frozenset({"reference"}), init=False)
    uses: frozenset[str] = field(default=frozenset({"reference"}), init=False)

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        from tqdm import tqdm

        units = {system.key: test_set.units(system.key) for system in test_set.systems}
        total = sum(map(len, units.values()))
        with tqdm(total=total, desc=self.label, unit="unit", delay=1, disable=None, leave=False) as bar:
            return {name: self._score(list(of), test_set.target_language, bar.update) for name, of in units.items()}

    def _score(self, units: Sequence[Unit], language: str, advance: Callable[[int], Any]) -> SegmentScores:
        metric, single = self._built(language, self.build), self._built(language, self.sentence or self.build)
        skip = self.spec.parameters["nulls"] == "skip"
        reasons = {}
        for i, unit in enumerate(units):
            if all(reference is None for reference in unit.references):
                reasons[i] = "no reference"
            elif unit.hypothesis is None and skip:
                reasons[i] = "no output"
        scored = [i for i in range(len(units)) if i not in reasons]
        hypotheses = [units[i].hypothesis or "" for i in scored]
        references = [units[i].references for i in scored]
        rows: list[Sequence[float]] = []
        widths = {sum(r is not None for r in row) for row in references}
        for start in range(0, len(scored), _CHUNK):
            part = slice(start, start + _CHUNK)
            rows += metric._extract_corpus_statistics(hypotheses[part], list(zip(*references[part], strict=True)))
            advance(len(hypotheses[part]))
        metric.num_refs = widths.pop() if len(widths) == 1 else -1
        signature = str(metric.get_signature())
        values = np.full(len(units), np.nan)
        statistics = np.zeros((len(units), len(metric._extract_corpus_statistics([""], [[""]])[0])))
        if rows:
            statistics[scored] = rows
            values[scored] = [single._compute_score_from_stats(list(row)).score for row in rows]
        name = metric._compute_score_from_stats(statistics.sum(axis=0).tolist()).name if rows else self.label
        spec = replace(self.spec, field_signature=f"{name}|{signature}{self.unsaid}")
        return SegmentScores(values, statistics, reasons=reasons, spec=spec)

    def aggregate(self, sums: FloatArray) -> FloatArray:
        if sums.ndim == 1:  # the published number: sacreBLEU's own arithmetic to the last bit
            return np.asarray(self.build("")._compute_score_from_stats(sums.tolist()).score)
        return self.vectorised(sums)

    def _built(self, language: str, build: Callable[[str], Any]) -> Any:
        try:
            return build(language)
        except (ImportError, RuntimeError) as error:
            why = " ".join(str(error).split())  # sacreBLEU's runs over several lines
            raise UnavailableError(f"{self.label}: sacreBLEU has no tokeniser for {language!r} here: {why}") from None


def spec(name: str, nulls: str, **parameters: Any) -> MetricSpec:
    """The spec of a sacreBLEU metric; `nulls` says what missing output counts as: `empty` text, or `skip`ped."""
    if nulls not in ("empty", "skip"):
        raise ValueError(f"nulls is 'empty' or 'skip', not {nulls!r}")
    import sacrebleu

    return MetricSpec(name, parameters={**parameters, "nulls": nulls}, version=f"sacrebleu {sacrebleu.__version__}")
