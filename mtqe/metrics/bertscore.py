"""BERTScore: greedy matching of contextual token embeddings (Zhang et al., ICLR 2020, arXiv:1904.09675)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.errors import ConfigError, DataWarning
from mtqe.neural import minilm
from mtqe.neural.encoder import Encoder, Tokens
from mtqe.plugins import unknown
from mtqe.results import FloatArray, Metric, MetricSpec, SegmentScores, mean

_SHOWN_IDS = 10


def make(model: str = "minilm", layer: int = 3, nulls: str = "worst", device: str | None = None) -> Metric:
    """BERTScore F1 with the hidden states of `layer` (0 to 6), without idf weights and without baseline rescaling.

    nulls   what a missing or empty output gets: `worst` is 0, `skip` leaves the unit unscored.
    device  a torch device; None is `cuda` where there is one, else `cpu`.
    """
    if model != "minilm":
        raise ConfigError(unknown(f"model {model!r} of 'bertscore'", model, ["minilm"]))
    if layer not in range(minilm.LAYERS + 1):
        raise ConfigError(f"bertscore:minilm has layers 0 to {minilm.LAYERS}, not {layer}")
    if nulls not in ("worst", "skip"):
        raise ConfigError(f"nulls of 'bertscore' is worst or skip, not {nulls!r}")
    return BERTScore(layer, nulls, device)


@dataclass(frozen=True)
class BERTScore:
    """BERTScore F1 with MiniLM, for English; of several references the best one counts.

    The arithmetic is that of the bert-score package 0.3.13 with `model_type=<MiniLM>, num_layers=layer`. It differs
    for units whose references are all missing or empty, which stay unscored here, and there score 0. Texts longer
    than 512 tokens are cut as there, with a warning that names the units.

    The scores of a system do not depend, to the last bit, on the other systems of the test set: its texts make
    batches of their own, and those of the references are the same whatever the systems are. Other processors and
    other numbers of threads move a score by about 1e-8.
    """

    layer: int
    nulls: str
    device: str | None

    needs: ClassVar = frozenset({"reference"})
    uses: ClassVar = frozenset({"reference"})
    higher_is_better: ClassVar = True
    label: ClassVar = "BERTScore"
    decimals: ClassVar = 4
    range: ClassVar = (0.0, 1.0)

    @property
    def spec(self) -> MetricSpec:
        return self._spec(self.device or "auto")

    def _spec(self, device: str) -> MetricSpec:
        parameters = {
            "layer": self.layer,
            "idf": "no",
            "references": "max",
            "nulls": self.nulls,
            "max_length": minilm.MAX_LENGTH,
            "dtype": "fp32",
            "device": device,
        }
        return MetricSpec("bertscore", "minilm", parameters, __version__, minilm.SHA256)

    def aggregate(self, sums: FloatArray) -> FloatArray:
        return mean(sums)

    @cached_property
    def _encoder(self) -> Encoder:
        return minilm.encoder(self.layer, self.device, "bertscore:minilm")

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        """Raises ConfigError when the target is not English, UnavailableError without the extra `offline`."""
        from tqdm import tqdm

        language = test_set.target_language
        if language.replace("-", "_").partition("_")[0] != "en":
            raise ConfigError(f"bertscore:minilm scores English targets only, the target here is {language!r}")
        units = {system.key: test_set.units(system.key) for system in test_set.systems}
        shared = _distinct(reference for segment in test_set.segments for reference in segment.references)
        own = {name: _distinct(_texts(units[name])) for name in units}
        own = {name: [text for text in texts if text not in set(shared)] for name, texts in own.items()}
        spec = self._spec(self._encoder.device.type)

        total = len(shared) + sum(map(len, own.values()))
        with tqdm(total=total, desc=self.label, unit="text", delay=1, disable=None) as bar:

            def encode(texts: Sequence[str]) -> dict[str, Tokens]:
                tokens = {}
                for text, encoded in self._encoder.encode(texts):
                    tokens[text] = _normalised(encoded)
                    bar.update()
                return tokens

            references = encode(shared)
            return {name: self._score_system(name, units[name], references | encode(own[name]), spec) for name in units}

    def _score_system(
        self, name: str, units: Sequence[Unit], tokens: Mapping[str, Tokens], spec: MetricSpec
    ) -> SegmentScores:
        values = np.empty(len(units))
        reasons = {}
        for i, unit in enumerate(units):
            values[i], reason = self._score_unit(unit, tokens)
            if reason:
                reasons[i] = reason
        _warn_of_truncation(name, units, tokens)
        return SegmentScores(values, reasons=reasons, spec=spec)

    def _score_unit(self, unit: Unit, tokens: Mapping[str, Tokens]) -> tuple[float, str | None]:
        """The F1 of a unit, or NaN and why."""
        references = [tokens[text.strip()] for text in unit.references if text is not None]
        references = [reference for reference in references if reference.content.any()]
        if not references:
            return math.nan, "no reference"
        hypothesis = tokens[unit.hypothesis.strip()] if unit.hypothesis is not None else None
        if hypothesis is not None and hypothesis.content.any():
            return max(greedy_match(hypothesis, reference)[2] for reference in references), None
        if self.nulls == "worst":
            return self.range[0], None
        return math.nan, "no output" if hypothesis is None else "empty output"


def greedy_match(hypothesis: Tokens, reference: Tokens) -> tuple[float, float, float]:
    """Precision, recall and F1 in [0, 1] of two texts whose vectors have unit length.

    Every content token takes the token of the other side, special ones included, that it is most similar to.
    """
    # Negative cosines count 0, as with the package when it pads; rounding must not take a match above 1.
    similarity = (hypothesis.vectors @ reference.vectors.T).clip(0, 1)
    precision = float(similarity.max(axis=1)[hypothesis.content].mean(dtype=np.float64))
    recall = float(similarity.max(axis=0)[reference.content].mean(dtype=np.float64))
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _normalised(tokens: Tokens) -> Tokens:
    return replace(tokens, vectors=tokens.vectors / np.linalg.norm(tokens.vectors, axis=1, keepdims=True))


def _texts(units: Sequence[Unit]) -> Iterable[str | None]:
    for unit in units:
        yield unit.hypothesis
        yield from unit.references


def _distinct(texts: Iterable[str | None]) -> list[str]:
    """Each text once, without white space around it, as the package strips it."""
    return sorted({text.strip() for text in texts if text is not None})


def _warn_of_truncation(system: str, units: Sequence[Unit], tokens: Mapping[str, Tokens]) -> None:
    cut = [
        unit.id for unit in units if any(tokens[text.strip()].truncated for text in _texts([unit]) if text is not None)
    ]
    if cut:
        more = f" and {len(cut) - _SHOWN_IDS} more" if len(cut) > _SHOWN_IDS else ""
        warnings.warn(
            f"bertscore:minilm reads {minilm.MAX_LENGTH} tokens and left out the end of {len(cut)} units "
            f"of system {system!r} or of their references: {', '.join(cut[:_SHOWN_IDS])}{more}",
            DataWarning,
            stacklevel=2,
        )
