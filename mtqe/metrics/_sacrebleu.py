"""What BLEU, chrF and TER share. sacreBLEU tokenises and signs; counting and arithmetic are ours, to the same bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtqe.corpus import SystemOutput, TestSet
from mtqe.errors import UnavailableError
from mtqe.results import FloatArray, MetricSpec, SegmentScores

#: Units of all systems together that are counted at a time: it bounds memory, and is enough to share work.
_CHUNK = 2048

References = tuple[str | None, ...]


class Pairs(NamedTuple):
    """Hypothesis i is to be compared with `references[of[i]]`, which are never None; `of` ascends."""

    references: Sequence[tuple[str, ...]]
    hypotheses: Sequence[str]
    of: NDArray[np.int64]


@dataclass(frozen=True)
class SacrebleuMetric:
    """A metric of sacreBLEU.

    build      makes sacreBLEU's own metric for a target language.
    count      takes that and pairs, returns their statistics (pairs, k) as sacreBLEU counts them.
    aggregate  turns sums of statistics (..., k) into corpus scores (...), bit by bit what sacreBLEU makes of one row of
               them in their dtype (float32 where it resamples).
    sentence   the same for the score of one unit, where sacreBLEU advises another than for a corpus.
    unsaid     parameters that sacreBLEU's signature leaves out, where they are not its defaults.
    """

    spec: MetricSpec
    label: str
    range: tuple[float, float]
    higher_is_better: bool
    build: Callable[[str], Any]
    count: Callable[[Any, Pairs], FloatArray]
    aggregate: Callable[[FloatArray], FloatArray]
    sentence: Callable[[FloatArray], FloatArray] | None = None
    unsaid: str = ""
    decimals: int = 1
    needs: frozenset[str] = field(default=frozenset({"reference"}), init=False)
    uses: frozenset[str] = field(default=frozenset({"reference"}), init=False)

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        from tqdm import tqdm

        metric = self._built(test_set.target_language)
        width = len(metric._extract_corpus_statistics([""], [[""]])[0])
        name = metric._compute_score_from_stats([0] * width).name
        systems = [_Units.of(test_set, system, self.spec.parameters["nulls"] == "skip") for system in test_set.systems]
        statistics = [np.zeros((units.size, width)) for units in systems]
        total = sum(len(units.scored) for units in systems)
        with tqdm(total=total, desc=self.label, unit="unit", delay=1, disable=None, leave=False) as bar:
            for parts in _chunks(systems):
                rows = self._count(metric, [systems[s].pair(i) for s, scored in enumerate(parts) for i in scored])
                start = 0
                for s, scored in enumerate(parts):
                    statistics[s][scored] = rows[start : start + len(scored)]
                    start += len(scored)
                bar.update(len(rows))
        scores = zip(test_set.systems, systems, statistics, strict=True)
        return {system.key: self._scores(metric, name, units, of) for system, units, of in scores}

    def _count(self, metric: Any, rows: Sequence[tuple[References, str]]) -> FloatArray:
        """Statistics of rows (rows, k); what is the same in several systems is counted once."""
        numbers: dict[References, int] = {}
        found: dict[tuple[int, str], int] = {}
        pair_of = [found.setdefault((numbers.setdefault(r, len(numbers)), h), len(found)) for r, h in rows]
        of = np.array([number for number, _ in found], dtype=np.int64)
        order = np.argsort(of, kind="stable")
        texts = [text for _, text in found]
        references = [tuple(text for text in r if text is not None) for r in numbers]
        counted = np.empty_like(order)
        counted[order] = np.arange(len(order))
        return self.count(metric, Pairs(references, [texts[i] for i in order], of[order]))[counted[pair_of]]

    def _scores(self, metric: Any, name: str, units: _Units, statistics: FloatArray) -> SegmentScores:
        widths = {sum(text is not None for text in units.references[i]) for i in units.scored} or set(
            map(len, units.references)
        )
        metric.num_refs = widths.pop() if len(widths) == 1 else -1
        values = np.full(units.size, np.nan)
        values[units.scored] = (self.sentence or self.aggregate)(statistics[units.scored])
        spec = replace(self.spec, field_signature=f"{name}|{metric.get_signature()}{self.unsaid}")
        return SegmentScores(values, statistics, reasons=units.reasons, spec=spec)

    def _built(self, language: str) -> Any:
        try:
            return self.build(language)
        except (ImportError, RuntimeError, OSError) as error:
            why = " ".join(str(error).split())  # sacreBLEU's runs over several lines
            raise UnavailableError(f"{self.label}: sacreBLEU has no tokeniser for {language!r} here: {why}") from None


class _Units(NamedTuple):
    """The units of one system: texts, which are scored, and why the others are not."""

    references: Sequence[References]
    hypotheses: Sequence[str | None]
    scored: list[int]
    reasons: dict[int, str]

    @classmethod
    def of(cls, test_set: TestSet, system: SystemOutput, skip: bool) -> _Units:
        if system.units is None:
            references = test_set.references_for(system)
        else:
            references = [unit.references for unit in test_set.units(system.key)]
        reasons = {}
        for i, (of_unit, hypothesis) in enumerate(zip(references, system.texts, strict=True)):
            if all(text is None for text in of_unit):
                reasons[i] = "no reference"
            elif hypothesis is None and skip:
                reasons[i] = "no output"
        return cls(references, system.texts, [i for i in range(len(references)) if i not in reasons], reasons)

    @property
    def size(self) -> int:
        return len(self.references)

    def pair(self, i: int) -> tuple[References, str]:
        return self.references[i], self.hypotheses[i] or ""


def _chunks(systems: Sequence[_Units]) -> Iterator[list[list[int]]]:
    """The scored units of each system in parts of bounded size, about the same stretch of text in each."""
    step = max(1, _CHUNK // max(1, len(systems)))
    for start in range(0, max((len(units.scored) for units in systems), default=0), step):
        yield [units.scored[start : start + step] for units in systems]


def or_python_zero(scores: FloatArray, defined: NDArray[np.bool_], otherwise: FloatArray | float = 0.0) -> FloatArray:
    """Scores where they are defined, else what sacreBLEU gives: a Python float, which makes all of them float64."""
    return scores if np.all(defined) else np.where(defined, scores.astype(np.float64), otherwise)


def spec(name: str, nulls: str, **parameters: Any) -> MetricSpec:
    """The spec of a sacreBLEU metric; `nulls` says what missing output counts as: `empty` text, or `skip`ped."""
    if nulls not in ("empty", "skip"):
        raise ValueError(f"nulls is 'empty' or 'skip', not {nulls!r}")
    import sacrebleu

    return MetricSpec(name, parameters={**parameters, "nulls": nulls}, version=f"sacrebleu {sacrebleu.__version__}")
