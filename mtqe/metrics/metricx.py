"""MetricX 23 and 24: trained metrics of Google (Juraska et al., 2023 and 2024)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from mtqe import __version__
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError
from mtqe.metrics._neural import Input, Output, check_nulls, sacrecomet, score_systems, short_name
from mtqe.neural import metricx
from mtqe.neural.checkpoints import need_neural
from mtqe.neural.known import known_model
from mtqe.results import Metric, MetricSpec, SegmentScores

_DEFAULT = "google/metricx-24-hybrid-large-v2p6"


def make(
    model: str = _DEFAULT,
    dtype: str | None = None,
    qe: bool = False,
    version: int | None = None,
    nulls: str = "worst",
    tokenizer: str | None = None,
    device: str | None = None,
) -> Metric:
    """MetricX, errors from 0 to 25, lower is better: `model` is an id of the hub (OWNER/NAME@REVISION) or a directory.

    dtype      fp32 or bf16 (default: fp32, on a GPU bf16).
    qe         score without the reference: version 24, and the models of version 23 that were trained for it.
    version    23 or 24, where the name of the model does not say.
    nulls      what a missing or empty output gets: `worst` is 25, `skip` leaves the unit unscored.
    tokenizer  where the tokenizer of mT5 is, if not on the hub.
    device     such as cpu, cuda:1, cuda:0+1 (default: that of --device, which takes several, else a GPU if any).
    """
    check_nulls("metricx", nulls)
    return MetricX(model, dtype, qe or _trained_without(model), version, nulls, tokenizer, device)


def _trained_without(model: str) -> bool:
    """Whether the name of a model says that it was trained to score without a reference."""
    return "qe" in model.partition("@")[0].rstrip("/").rpartition("/")[2].lower().split("-")


@dataclass(frozen=True)
class MetricX:
    """On fp32 the scores are those of the published code within 5e-5; of several references the best score counts."""

    model: str
    dtype: str | None
    qe: bool
    version: int | None
    nulls: str
    tokenizer: str | None
    device: str | None

    higher_is_better: ClassVar = False
    in_shards: ClassVar = True
    decimals: ClassVar = 2
    range: ClassVar = (0.0, metricx.WORST)

    @cached_property
    def _checkpoint(self) -> metricx.MetricXCheckpoint:
        need_neural(f"metricx:{self.model}")
        return metricx.find_metricx(self.model, self.version, self.tokenizer)

    @cached_property
    def _predictor(self) -> metricx.Predictor:
        return metricx.Predictor(self._checkpoint, self.device, self.dtype)

    @property
    def uses(self) -> frozenset[str]:
        source = {"source"} if self.qe or self._checkpoint.version == 24 else set()
        return frozenset(source if self.qe else source | {"reference"})

    @property
    def needs(self) -> frozenset[str]:
        """Version 24 can do without a reference."""
        return self.uses - {"reference"} if self._checkpoint.version == 24 else self.uses

    @property
    def label(self) -> str:
        name = short_name(self.model)
        return f"{name} QE" if self.qe and "-qe-" not in name else name

    @property
    def spec(self) -> MetricSpec:
        return self._spec(self.uses)

    def _spec(self, reads: frozenset[str]) -> MetricSpec:
        parameters: dict[str, Any] = {
            "reads": "+".join(sorted(reads)),
            "references": "min",
            "max_length": metricx.MAX_LENGTH[self._checkpoint.version],
            "nulls": self.nulls,
            "dtype": self._predictor.dtype,
            "device": self._predictor.device,
            "sacrecomet": sacrecomet(self.model, self._predictor.dtype, reads).replace("|", ";"),
        }
        if self._checkpoint.revision:
            parameters = {"revision": self._checkpoint.revision, **parameters}
        if known := known_model(self.model):
            parameters["cite"] = known.cite
        if "reference" not in reads:
            del parameters["references"]
        return MetricSpec("metricx", self.model.partition("@")[0], parameters, __version__, self._checkpoint.sha256)

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        reads = self.uses if test_set.reference_sets else self.needs
        if not _trained_without(self.model) and self._checkpoint.version == 23 and "reference" not in reads:
            raise ConfigError(f"metricx:{self.model} was not trained to score without a reference")
        return score_systems(
            test_set,
            self._run,
            name=f"metricx:{self.model}",
            reads=reads,
            worst=self.range[1] if self.nulls == "worst" else None,
            higher_is_better=False,
            spec=self._spec(reads),
        )

    def _run(self, inputs: Sequence[Input]) -> list[Output]:
        version = self._checkpoint.version
        texts = [metricx.input_text(version, one.hypothesis, one.source, one.reference) for one in inputs]
        return [Output(float(of.vector[0]), truncated=of.truncated) for of in self._predictor.predict(texts)]
