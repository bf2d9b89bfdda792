"""COMET and its kin: trained metrics of the format of unbabel-comet (Rei et al., 2020 and 2022)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from mtqe import __version__
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError
from mtqe.metrics._neural import Input, Output, check_nulls, sacrecomet, score_systems, short_name
from mtqe.neural import comet
from mtqe.neural.checkpoints import need_neural
from mtqe.neural.known import known_model
from mtqe.results import ErrorSpan, Metric, MetricSpec, SegmentScores

_DEFAULT = "Unbabel/wmt22-comet-da"


def make(
    model: str = _DEFAULT,
    dtype: str | None = None,
    qe: bool = False,
    nulls: str = "worst",
    encoder: str | None = None,
    trust: bool = False,
    device: str | None = None,
) -> Metric:
    """COMET, CometKiwi, UniTE and XCOMET: `model` is an id of the hub (OWNER/NAME@REVISION), a directory or a .ckpt.

    dtype    of the encoder: fp32, bf16 or fp16 (default: fp32, on a GPU bf16).
    qe       leave the reference out, where a model can do without.
    nulls    what a missing or empty output gets: `worst` is the lower end of the model's range, where that is known to
             be finite; `skip` leaves the unit unscored.
    encoder  where configuration and tokenizer of the base encoder are, if not where the checkpoint says.
    trust    load a checkpoint that holds more than weights and could run code.
    device   such as cpu, cuda:1, cuda:0+1 (default: that of --device, which takes several, else a GPU if any).
    """
    check_nulls("comet", nulls)
    return Comet(model, dtype, qe, nulls, encoder, trust, device)


@dataclass(frozen=True)
class Comet:
    """Segment scores of a COMET model, and the error spans of those that mark errors.

    On fp32 the scores are those of unbabel-comet 2.2.7 within 2e-6. Of several references the best score counts. A
    text is run through the model once, however many systems it is a source or reference of; which texts share a batch
    moves a score by less than 1e-6.
    """

    model: str
    dtype: str | None
    qe: bool
    nulls: str
    encoder: str | None
    trust: bool
    device: str | None

    higher_is_better: ClassVar = True
    in_shards: ClassVar = True
    decimals: ClassVar = 4

    @cached_property
    def _checkpoint(self) -> comet.Checkpoint:
        need_neural(f"comet:{self.model}")
        return comet.find_checkpoint(self.model, self.encoder, self.trust)

    @cached_property
    def _predictor(self) -> comet.Predictor:
        return comet.Predictor(self._checkpoint, self.device, self.dtype)

    @cached_property
    def uses(self) -> frozenset[str]:
        words = {"src": "source", "ref": "reference"}
        reads = frozenset(words[part] for part in self._checkpoint.segments if part != "mt")
        if not self.qe:
            return reads
        if "reference" not in reads:
            return reads
        if not self._checkpoint.joint or "source" not in reads:
            raise ConfigError(f"comet:{self.model} cannot score without a reference")
        return reads - {"reference"}

    @property
    def needs(self) -> frozenset[str]:
        """A model that reads source and reference together can do without the latter."""
        return self.uses - {"reference"} if self._checkpoint.joint and len(self.uses) == 2 else self.uses

    @property
    def label(self) -> str:
        return short_name(self.model) + (" QE" if self.qe else "")

    @property
    def range(self) -> tuple[float, float]:
        known = known_model(self.model)
        if known is not None:
            return known.range
        return (0.0, 1.0) if self._checkpoint.kind == "xcomet_metric" else (-math.inf, math.inf)

    @property
    def _worst(self) -> float | None:
        """What missing output gets, if anything."""
        return self.range[0] if self.nulls == "worst" and math.isfinite(self.range[0]) else None

    @property
    def spec(self) -> MetricSpec:
        return self._spec(self.uses)

    def _spec(self, reads: frozenset[str]) -> MetricSpec:
        checkpoint = self._checkpoint
        parameters: dict[str, Any] = {
            "reads": "+".join(sorted(reads)),
            "references": "max",
            "layers": f"{checkpoint.transformation}-mix" if checkpoint.layer == "mix" else checkpoint.layer,
            "max_length": checkpoint.max_positions if checkpoint.joint else checkpoint.max_positions - 2,
            "nulls": "skip" if self._worst is None else "worst",
            "dtype": self._predictor.dtype,
            "device": self._predictor.device,
            "sacrecomet": sacrecomet(self.model, self._predictor.dtype, reads).replace("|", ";"),
        }
        if checkpoint.revision:
            parameters = {"revision": checkpoint.revision, **parameters}
        if known := known_model(self.model):
            parameters["cite"] = known.cite
        if "reference" not in reads:
            del parameters["references"]
        return MetricSpec("comet", self.model.partition("@")[0], parameters, __version__, checkpoint.sha256)

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        reads = self.uses if test_set.reference_sets else self.needs
        return score_systems(
            test_set,
            self._run,
            name=f"comet:{self.model}",
            reads=reads,
            worst=self._worst,
            higher_is_better=True,
            spec=self._spec(reads),
        )

    def _run(self, inputs: Sequence[Input]) -> list[Output]:
        segments = [comet.Segment(one.hypothesis, one.source, one.reference) for one in inputs]
        found = self._predictor.predict(segments)
        return [
            Output(of.score, _error_spans(of.spans, one.hypothesis, short_name(self.model)), of.truncated)
            for one, of in zip(inputs, found, strict=True)
        ]


def _error_spans(spans: Sequence[comet.TokenSpan] | None, text: str, model: str) -> tuple[ErrorSpan, ...] | None:
    """The model says how bad an error is, not of what kind; a token may start with the space before its word."""
    if spans is None:
        return None
    found = []
    for start, end, severity, confidence in spans:
        blanks = len(text[start:end]) - len(text[start:end].lstrip())
        span, category = (start + blanks, end), f"Other/{model}"
        found.append(ErrorSpan(span, category=category, severity=severity, confidence=confidence, rule="comet"))
    return tuple(found)
