"""Meaning candidates: where a translation may say something else than its reference; see `mtqe.meaning`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.errors import ConfigError
from mtqe.meaning import find_meaning_errors
from mtqe.neural import minilm
from mtqe.neural.encoder import Encoder
from mtqe.neural.nli import CrossEncoder, load
from mtqe.plugins import unknown
from mtqe.results import ErrorSpan, FloatArray, Metric, MetricSpec, SegmentScores, mean

#: The layer whose tokens tell paraphrase best.
_LAYER = 3


def make(model: str | None = None, nulls: str = "empty", nli: str | None = None) -> Metric:
    """Candidates for changed meaning (negation, opposites, who did what, ...) per 100 reference words, in English.

    model   None compares words by rules alone, `minilm` has the packaged encoder help (the extra `offline`).
    nulls   what missing output is: `empty` is one omission of the whole unit, `skip` leaves the unit unscored.
    nli     a directory, or OWNER/NAME@REVISION of the hub: an NLI cross-encoder that weighs the candidates.
    """
    if model not in (None, "minilm"):
        raise ConfigError(unknown(f"model {model!r} of 'meaning'", model or "", ["minilm"]))
    if nulls not in ("empty", "skip"):
        raise ConfigError(f"nulls of 'meaning' is empty or skip, not {nulls!r}")
    return MeaningCandidates(model, nulls, nli)


@dataclass(frozen=True)
class MeaningCandidates:
    """Candidates of confidence .5 and more; the statistics of a unit are [candidates, words of the reference].

    The score is candidates per 100 words, as MQM counts its points: it hardly changes when the same text is cut into
    other units (those of a system are its own), as the share of units with a candidate would, and long units have
    their weight. Words are what stands between white space. It is a rate of alarms, not of errors: human translations
    of one text have some, too.

    Of several references the one with the fewest candidates counts, of equals the first: what one professional wrote
    is no error because another wrote something else. Empty output is one omission of the whole unit, whatever `nulls`
    says of missing output. A unit's score depends on nothing but the unit.
    """

    model: str | None
    nulls: str
    nli: str | None

    needs: ClassVar = frozenset({"reference"})
    uses: ClassVar = frozenset({"reference"})
    higher_is_better: ClassVar = False
    label: ClassVar = "Meaning candidates"
    decimals: ClassVar = 2
    range: ClassVar = (0.0, float("inf"))

    @property
    def spec(self) -> MetricSpec:
        parameters = {"per": "100-words", "confidence": 0.5, "references": "fewest", "nulls": self.nulls}
        parameters |= {"layer": _LAYER} if self.model else {}
        if self._nli is not None:
            parameters |= {"nli": self.nli, "nli_weights": self._nli.fingerprint[:12]}
        return MetricSpec("meaning", self.model, parameters, __version__, minilm.SHA256 if self.model else None)

    def aggregate(self, sums: FloatArray) -> FloatArray:
        return mean(sums * (100.0, 1.0))

    @cached_property
    def _encoder(self) -> Encoder | None:
        return minilm.encoder(_LAYER, None, "meaning:minilm") if self.model else None

    @cached_property
    def _nli(self) -> CrossEncoder | None:
        return None if self.nli is None else load(self.nli)

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        """Raises ConfigError when the target is not English, UnavailableError for a model that is not there."""
        from tqdm import tqdm

        systems = tqdm(test_set.systems, desc=self.label, unit="system", delay=1, disable=None, leave=False)
        return {s.key: self._score(test_set.units(s.key), test_set.target_language) for s in systems}

    def _score(self, units: Sequence[Unit], language: str) -> SegmentScores:
        reasons = {i: reason for i, unit in enumerate(units) if (reason := self._unchecked(unit))}
        found = self._candidates([unit for i, unit in enumerate(units) if i not in reasons], language)
        spans: list[tuple[ErrorSpan, ...]] = []
        statistics = np.zeros((len(units), 2))
        for i, unit in enumerate(units):
            k, candidates = (0, []) if i in reasons else next(found)
            spans.append(tuple(replace(candidate, reference=k) for candidate in candidates))
            if i not in reasons:
                statistics[i] = _flagged(candidates), len((unit.references[k] or "").split())
        return SegmentScores(self.aggregate(statistics), statistics, tuple(spans), reasons)

    def _unchecked(self, unit: Unit) -> str | None:
        """Why a unit is not looked at."""
        if not _references(unit):
            return "no reference"
        return "no output" if unit.hypothesis is None and self.nulls == "skip" else None

    def _candidates(self, units: Sequence[Unit], language: str) -> Iterator[tuple[int, list[ErrorSpan]]]:
        """For each unit the number of the reference that counts, and its candidates, hints included."""
        pairs = [(unit.hypothesis or "", text) for unit in units for _, text in _references(unit)]
        hyps, refs = [hyp for hyp, _ in pairs], [ref for _, ref in pairs]
        found = iter(find_meaning_errors(hyps, refs, language=language, encoder=self._encoder, nli=self._nli))
        for unit in units:
            beside = [(k, text, next(found)) for k, text in _references(unit)]
            if unit.hypothesis is None or not unit.hypothesis.strip():
                k, text, _ = beside[0]
                yield k, [_omission(unit.hypothesis, text)]
            else:
                k, _, candidates = min(beside, key=lambda of: _flagged(of[2]))
                yield k, candidates


def _references(unit: Unit) -> list[tuple[int, str]]:
    """The references of a unit that say something, with their numbers."""
    return [(k, text) for k, text in enumerate(unit.references) if text is not None and text.strip()]


def _flagged(candidates: Sequence[ErrorSpan]) -> int:
    return sum(candidate.confidence >= 0.5 for candidate in candidates)


def _omission(hypothesis: str | None, reference: str) -> ErrorSpan:
    """That the whole unit is missing."""
    nowhere = None if hypothesis is None else (0, 0)
    return ErrorSpan(nowhere, (0, len(reference)), category="Accuracy/Omission", rule="dropped")
