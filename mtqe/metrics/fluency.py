"""Fluency of each unit by itself: surprisal under a model of human text, and marked errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from mtqe import __version__
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError
from mtqe.fluency import LEAST_TEXT, FluencyResult, score_fluency, score_of
from mtqe.neural import minilm
from mtqe.plugins import unknown
from mtqe.results import FloatArray, Metric, MetricSpec, SegmentScores


def make(model: str | None = None, lm: str = "auto", dtype: str | None = None) -> Metric:
    """-(surprisal in bits per character + MQM points of marked errors per 100 characters): higher is more fluent.

    model   `minilm` adds the packaged encoder's probe for broken syntax (English; the extra `offline`).
    lm      `hf:OWNER/NAME@REVISION` or `hf:DIRECTORY`: a causal language model in place of n-grams.
    dtype   its precision: fp32, bf16 or fp16 (default: fp32, on a GPU bf16).
    """
    if model not in (None, "minilm"):
        raise ConfigError(unknown(f"model {model!r} of 'fluency'", model or "", ["minilm"]))
    return Fluency(model, lm, dtype)


@dataclass(frozen=True)
class Fluency:
    """`mtqe.fluency.score_fluency` on the output of each system.

    The language model is fitted on the references of the documents other than the unit's own, where these have
    LEAST_TEXT characters; else word counts stand in. What a unit is worth on its own is never compared with its
    reference. Every text is scored as if it were alone, so a system's scores do not depend on the other systems.
    Units without output stay unscored.
    """

    model: str | None = None
    lm: str = "auto"
    dtype: str | None = None

    needs: ClassVar[frozenset[str]] = frozenset()
    uses: ClassVar = frozenset({"reference"})
    higher_is_better: ClassVar = True
    label: ClassVar = "Fluency"
    decimals: ClassVar = 2
    range: ClassVar = (-math.inf, 0.0)

    @property
    def spec(self) -> MetricSpec:
        parameters = {"lm": self.lm}
        if self.lm == "auto":
            parameters["lm_text"] = f"references of other documents, from {LEAST_TEXT} characters"
        checksum = minilm.SHA256 if self.model else None
        return MetricSpec("fluency", self.model, parameters, __version__, checksum, scope="corpus")

    def aggregate(self, sums: FloatArray) -> FloatArray:
        return score_of(sums)

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        units = {system.key: test_set.units(system.key) for system in test_set.systems}
        everyone = [unit for name in units for unit in units[name]]
        references = [(text, s.document) for s in test_set.segments for text in s.references if text is not None]
        lines = references if self.lm == "auto" else []
        result = score_fluency(
            [unit.hypothesis for unit in everyone],
            language=test_set.target_language,
            lm=self.lm,
            dtype=self.dtype,
            lm_text=[text for text, _ in lines],
            lm_documents=[document for _, document in lines],
            documents=[unit.document for unit in everyone],
            probe=self.model,
        )
        scores, start = {}, 0
        for name in units:
            end = start + len(units[name])
            texts = [unit.hypothesis for unit in units[name]]
            scores[name] = _of_system(result, slice(start, end), texts, self.spec)
            start = end
        return scores


def _of_system(result: FluencyResult, part: slice, texts: list[str | None], spec: MetricSpec) -> SegmentScores:
    values = result.scores[part]
    reasons = {
        i: "no output" if text is None else "empty output" for i, text in enumerate(texts) if math.isnan(values[i])
    }
    spec = replace(spec, field_signature=result.signature)
    return SegmentScores(values, result.statistics[part], result.errors[part], reasons, spec, result.tokens[part])
