"""BERTScore: greedy matching of contextual token embeddings (Zhang et al., ICLR 2020, arXiv:1904.09675)."""

from __future__ import annotations

import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.errors import ConfigError, DataWarning
from mtqe.neural import minilm, similarity
from mtqe.neural.encoder import Encoder, Tokens
from mtqe.results import FloatArray, Metric, MetricSpec, Scope, SegmentScores

CITE = ("zhang-etal-2020-bertscore",)

_MINILM_LAYER = 3
_PARTS = ("precision", "recall", "f1")
_SHOWN_IDS = 10


def make(
    model: str = "minilm",
    layer: int | None = None,
    idf: bool = False,
    baseline: str | None = None,
    part: str = "f1",
    dtype: str | None = None,
    nulls: str = "worst",
    device: str | None = None,
) -> Metric:
    """BERTScore: `model` is minilm (English), an id of the hub (OWNER/NAME@REVISION) or a directory.

    layer     the hidden layer, 0 is the embeddings (default: the bert-score package's of the model, with minilm 3).
    idf       tokens that few references have weigh more.
    baseline  a file of the bert-score package's format (columns LAYER, P, R, F) to rescale by: its score becomes 0.
    part      f1, precision or recall.
    dtype     of the encoder: fp32, bf16 or fp16 (default: fp32, on a GPU bf16; minilm is always fp32).
    nulls     what a missing or empty output gets: `worst` is the score of no match, `skip` leaves the unit unscored.
    device    such as cpu or cuda (default: that of --device, else a GPU where there is one).
    """
    if part not in _PARTS:
        raise ConfigError(f"part of 'bertscore' is {', '.join(_PARTS)}, not {part!r}")
    if nulls not in ("worst", "skip"):
        raise ConfigError(f"nulls of 'bertscore' is worst or skip, not {nulls!r}")
    if model == "minilm":
        if dtype not in (None, "fp32"):
            raise ConfigError(f"bertscore:minilm runs in fp32, not {dtype!r}")
        dtype, layer = "fp32", _MINILM_LAYER if layer is None else layer
        if layer not in range(minilm.LAYERS + 1):
            raise ConfigError(f"bertscore:minilm has layers 0 to {minilm.LAYERS}, not {layer}")
    elif layer is None:
        layer = similarity.layer_of(model)
    zero = similarity.read_baseline(Path(baseline), layer)[_PARTS.index(part)] if baseline else None
    return BERTScore(model, layer, idf, zero, part, dtype, nulls, device)


@dataclass(frozen=True)
class BERTScore:
    """BERTScore with an encoder; `zero` is the score that rescaling takes to 0.

    The arithmetic is that of the bert-score package 0.3.13 with `model_type=MODEL, num_layers=layer` and its slow
    tokenizers, within 1e-6 in fp32: of several references the best one counts, for precision, recall and F1 apart; idf
    counts the references of all segments. It differs for units whose references are all missing or empty, which stay
    unscored here, and there score 0. Texts longer than the encoder reads are cut as there, with a warning that names
    the units.

    Each distinct text is encoded once, with the first system that has it. Which texts share its batch moves a score by
    less than 1e-6, so that another system beside it may change its last digits.
    """

    model: str
    layer: int
    with_idf: bool
    zero: float | None
    part: str
    dtype: str | None
    nulls: str
    device: str | None

    needs: ClassVar = frozenset({"reference"})
    uses: ClassVar = frozenset({"reference"})
    higher_is_better: ClassVar = True
    decimals: ClassVar = 4

    @property
    def label(self) -> str:
        short = "" if self.model == "minilm" else self.model.partition("@")[0].rstrip("/").rpartition("/")[2]
        return " ".join(filter(None, ["BERTScore", short, "" if self.part == "f1" else self.part]))

    @property
    def range(self) -> tuple[float, float]:
        return self._rescaled(0.0), 1.0

    @property
    def spec(self) -> MetricSpec:
        return self._spec(self.device or "auto", self.dtype or "auto")

    def _spec(self, device: str, dtype: str) -> MetricSpec:
        name, files = self.model.partition("@")[0], self._files
        parameters: dict[str, Any] = {"revision": files.revision} if files.revision else {}
        parameters |= {
            "layer": self.layer,
            "idf": "yes" if self.with_idf else "no",
            "references": "max",
            "nulls": self.nulls,
            "max_length": files.max_length,
            "dtype": dtype,
            "device": device,
        }
        if self.part != "f1":
            parameters["part"] = self.part
        if self.zero is not None:
            parameters["baseline"] = self.zero
        if files.revision:
            idf, rescaled = "idf" if self.with_idf else "no-idf", "" if self.zero is None else "-custom-rescaled"
            parameters["bert-score"] = f"{name}_L{self.layer}_{idf}_version=mtqe{__version__}{rescaled}"
        scope: Scope = "corpus" if self.with_idf else "segment"
        return MetricSpec("bertscore", name, parameters, __version__, files.sha256, scope)

    @cached_property
    def _files(self) -> similarity.Files:
        if self.model == "minilm":
            return similarity.Files(None, minilm.SHA256, minilm.MAX_LENGTH, prefix="")
        return similarity.find(self.model)

    @cached_property
    def _encoder(self) -> Encoder:
        if self.model == "minilm":
            return minilm.encoder(self.layer, self.device, "bertscore:minilm")
        return similarity.load(self.model, self.layer, self.device, self.dtype)

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        """Raises ConfigError when minilm is to score another target than English, and what `similarity.load` raises."""
        from tqdm import tqdm

        language = test_set.target_language
        if self.model == "minilm" and language.replace("-", "_").partition("_")[0] != "en":
            raise ConfigError(f"bertscore:minilm scores English targets only, the target here is {language!r}")
        units = {system.key: test_set.units(system.key) for system in test_set.systems}
        texts = {name: _distinct(_texts(units[name])) for name in units}
        references = [text for segment in test_set.segments for text in segment.references if text is not None]
        shared = _distinct(references)
        idf = self._idf(references) if self.with_idf else None
        spec = self._spec(self._encoder.device.type, self._encoder.dtype)

        read: dict[str, _Read] = {}
        scores = {}
        total = len(shared.union(*texts.values()))
        with tqdm(total=total, desc=self.label, unit="text", delay=1, disable=None) as bar:

            def encode(wanted: set[str]) -> None:
                for text, one in self._read(wanted - read.keys(), idf):
                    read[text] = one
                    bar.update()

            encode(shared)
            for i, name in enumerate(units):
                encode(texts[name])
                scores[name] = self._score_system(name, units[name], read, spec)
                for text in read.keys() - shared.union(*list(texts.values())[i + 1 :]):
                    del read[text]
        return scores

    def _read(self, texts: Iterable[str], idf: Mapping[int, float] | None) -> Iterator[tuple[str, _Read]]:
        inputs = {self._input(text): text for text in sorted(texts)}
        ids = {} if idf is None else dict(zip(inputs, self._encoder.ids(list(inputs)), strict=True))
        for text, tokens in self._encoder.encode(list(inputs)):
            weights = tokens.content.astype(np.float64) if idf is None else np.array([idf[i] for i in ids[text]])
            yield inputs[text], _Read(_normalised(tokens), weights)

    def _input(self, text: str) -> str:
        text = text.strip()
        return self._files.prefix + text if text else text

    def _idf(self, references: Sequence[str]) -> Mapping[int, float]:
        """log((N + 1) / (n + 1)) of each token id that is in n of N references, special tokens like any other."""
        count = Counter(i for ids in self._encoder.ids([self._input(text) for text in references]) for i in set(ids))
        most = math.log(len(references) + 1)
        return defaultdict(lambda: most, {i: most - math.log(n + 1) for i, n in count.items()})

    def _score_system(
        self, name: str, units: Sequence[Unit], read: Mapping[str, _Read], spec: MetricSpec
    ) -> SegmentScores:
        values = np.empty(len(units))
        reasons = {}
        for i, unit in enumerate(units):
            values[i], reason = self._score_unit(unit, read)
            if reason:
                reasons[i] = reason
        self._warn_of_truncation(name, units, read)
        return SegmentScores(values, reasons=reasons, spec=spec)

    def _score_unit(self, unit: Unit, read: Mapping[str, _Read]) -> tuple[float, str | None]:
        """The score of a unit, or NaN and why."""
        references = [read[text.strip()] for text in unit.references if text is not None]
        references = [reference for reference in references if reference.tokens.content.any()]
        if not references:
            return math.nan, "no reference"
        hypothesis = read[unit.hypothesis.strip()] if unit.hypothesis is not None else None
        if hypothesis is not None and hypothesis.tokens.content.any():
            part = _PARTS.index(self.part)
            best = max(
                greedy_match(hypothesis.tokens, one.tokens, (hypothesis.weights, one.weights))[part]
                for one in references
            )
            return self._rescaled(best), None
        if self.nulls == "worst":
            return self.range[0], None
        return math.nan, "no output" if hypothesis is None else "empty output"

    def _rescaled(self, score: float) -> float:
        return score if self.zero is None else (score - self.zero) / (1 - self.zero)

    def _warn_of_truncation(self, system: str, units: Sequence[Unit], read: Mapping[str, _Read]) -> None:
        cut = [
            unit.id
            for unit in units
            if any(read[text.strip()].tokens.truncated for text in _texts([unit]) if text is not None)
        ]
        if cut:
            more = f" and {len(cut) - _SHOWN_IDS} more" if len(cut) > _SHOWN_IDS else ""
            warnings.warn(
                f"bertscore:{self.model} reads {self._files.max_length} tokens and left out the end of {len(cut)} "
                f"units of system {system!r} or of their references: {', '.join(cut[:_SHOWN_IDS])}{more}",
                DataWarning,
                stacklevel=2,
            )


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as its encoder reads it: tokens with vectors of unit length, and what each counts, float64 (tokens,)."""

    tokens: Tokens
    weights: FloatArray


def greedy_match(
    hypothesis: Tokens, reference: Tokens, weights: tuple[FloatArray, FloatArray] | None = None
) -> tuple[float, float, float]:
    """Precision, recall and F1 in [0, 1] of two texts whose vectors have unit length.

    Every token takes the token of the other side, special ones included, that it is most similar to. `weights` are what
    the tokens of both sides count; by default those of the content count the same and special ones nothing. A side
    whose tokens all count nothing has 0.
    """
    # Negative cosines count 0, as with the package when it pads; rounding must not take a match above 1.
    similarity = (hypothesis.vectors @ reference.vectors.T).clip(0, 1)
    of_hypothesis, of_reference = weights or (hypothesis.content, reference.content)
    precision = _weighted(similarity.max(axis=1), of_hypothesis)
    recall = _weighted(similarity.max(axis=0), of_reference)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _weighted(best: NDArray[np.float32], weights: FloatArray | NDArray[np.bool_]) -> float:
    total = weights.sum()
    return float(best.astype(np.float64) @ weights / total) if total else 0.0


def _normalised(tokens: Tokens) -> Tokens:
    return replace(tokens, vectors=tokens.vectors / np.linalg.norm(tokens.vectors, axis=1, keepdims=True))


def _texts(units: Sequence[Unit]) -> Iterable[str | None]:
    for unit in units:
        yield unit.hypothesis
        yield from unit.references


def _distinct(texts: Iterable[str | None]) -> set[str]:
    """Each text once, without white space around it, as the package strips it."""
    return {text.strip() for text in texts if text is not None}
