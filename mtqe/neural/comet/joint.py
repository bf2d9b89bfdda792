"""COMET models that read hypothesis, source and reference together: CometKiwi, UniTE, XCOMET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mtqe.errors import UnavailableError
from mtqe.neural.cache import Vector
from mtqe.neural.comet.parts import CometModel, Mixing, Prediction, Segment
from mtqe.neural.comet.spans import TokenSpan, decode
from mtqe.neural.engine import Item, Result, Tokens
from mtqe.neural.hidden import padded
from mtqe.neural.tokens import Encoding
from mtqe.results import Severity

if TYPE_CHECKING:
    import torch

#: How much each of the readings (mt, src), (mt, ref) and (mt, src, ref) counts for the labels of tokens.
_LABEL_SHARES = np.array([0.1667, 0.3333, 0.5], np.float32)
#: XCOMET's score: shares of the three readings and of the MQM score of its spans (Guerreiro et al., TACL 2024).
_SCORE_SHARES = np.array([0.12, 0.33, 0.33], np.float32)
_MQM_SHARE = np.float32(0.22)
_MQM_POINTS = {"minor": 1, "major": 5, "critical": 10}
_MOST_POINTS = 25
#: How many tokens stand between two segments, where it is not two.
_SEPARATORS = {"BERT": 1, "RemBERT": 1}


class JointModel(CometModel):
    """The result of a reading is its score and, of a model with word-level labels, the labels' probabilities.

    These are float32 (1 + tokens x labels,), for the tokens of the hypothesis with those that open and close it.
    """

    def items(self, segment: Segment) -> list[Item]:
        """Its readings: three where there is a source and a reference and the model reads both."""
        src, ref = (getattr(segment, part) if part in self.checkpoint.segments else None for part in ("src", "ref"))
        if src is not None and ref is not None:
            return [(segment.mt, src), (segment.mt, ref), (segment.mt, src, ref)]
        return [(segment.mt, text) for text in (src, ref) if text is not None]

    @property
    def top(self) -> int:
        return max(self.mix.top, self._word_layer) if self.labels else self.mix.top

    @cached_property
    def labels(self) -> tuple[Severity, ...]:
        """The severities of word-level labels; none for a model without them."""
        return tuple(self.checkpoint.get("error_labels")) if self.checkpoint.get("word_level_training") else ()

    def prepare(self, items: Sequence[Item]) -> list[Tokens]:
        texts = list(dict.fromkeys(text for item in items for text in item))
        encoded = dict(zip(texts, self.tokenizer.encode(texts), strict=True))
        return [self._join([encoded[text] for text in item]) for item in items]

    def _join(self, parts: Sequence[Encoding]) -> Tokens:
        """`<s> mt </s></s> src </s>`, cut off where it is too long; the padding token in a text is left out."""
        start, end = self.tokenizer.start, self.tokenizer.end
        inner = [[token for token in part.ids if token != self.padding][1:-1] for part in parts]
        separator = [end] * _SEPARATORS.get(self.checkpoint.hparams["encoder_model"], 2)
        ids = [start, *inner[0]]
        for part in inner[1:]:
            ids += [*separator, *part]
        ids.append(end)
        room = self.checkpoint.max_positions
        types = None
        if self.checkpoint.hparams["encoder_model"] == "BERT":
            types = [0] * (len(inner[0]) + 2) + [1] * (len(ids) - len(inner[0]) - 2)
        cut = sum(map(len, inner)) > room - 1 - len(parts) * len(separator)
        if cut:
            ids, types = ids[:room], types and types[:room]
        return Tokens(ids, types, cut or any(part.truncated for part in parts), len(parts[0].ids))

    def run(self, batch: Sequence[Tokens]) -> list[Vector]:
        import torch

        ids, mask = padded([tokens.ids for tokens in batch], self.padding)
        types = None
        if batch[0].types is not None:
            types, _ = padded([tokens.types or [] for tokens in batch], 1)
        words: list[torch.Tensor] = []
        with torch.inference_mode():
            mixing = Mixing(self.mix, mask.to(self.device), first=True)

            def visit(layer: int, states: torch.Tensor) -> None:
                mixing.add(layer, states)
                if self.labels and layer == self._word_layer:
                    logits = self._tagger(states[:, : max(tokens.marked for tokens in batch)].float())
                    words.append(logits.softmax(2).cpu())

            self.layers.run(ids, mask, types, visit)
            scores = self.head(mixing.result()[:, 0]).cpu().numpy()
        if not words:
            return list(scores[:, None])
        return [
            np.concatenate([[score], rows[: tokens.marked].ravel()])
            for score, rows, tokens in zip(scores, words[0].numpy(), batch, strict=True)
        ]

    @property
    def _word_layer(self) -> int:
        return self.known(self.checkpoint.get("word_layer"))

    @cached_property
    def _tagger(self) -> torch.nn.Linear:
        tagger = self.linear("hidden2tag")
        if tagger.out_features != 1 + len(self.labels):
            raise UnavailableError(f"{self.checkpoint.file} has not the labels {', '.join(self.labels)}")
        return tagger

    def predict(self, segments: Sequence[Segment], results: Mapping[Item, Result]) -> list[Prediction]:
        texts = list(dict.fromkeys(segment.mt for segment in segments)) if self.labels else []
        offsets = {text: encoding.offsets for text, encoding in zip(texts, self.tokenizer.encode(texts), strict=True)}
        return [
            self._prediction([results[item] for item in self.items(segment)], offsets.get(segment.mt, []))
            for segment in segments
        ]

    def _prediction(self, readings: Sequence[Result], offsets: Sequence[tuple[int, int]]) -> Prediction:
        scores = np.array([reading.vector[0] for reading in readings])
        truncated = any(reading.truncated for reading in readings)
        names = ("src", "ref", "unified") if len(readings) == 3 else ()
        parts = dict(zip(names, scores.tolist(), strict=bool(names)))
        if not self.labels:
            return Prediction(float(scores.mean()), parts, None, truncated)
        shares = _LABEL_SHARES if len(readings) == 3 else np.ones(1, np.float32)
        tables = [reading.vector[1:].reshape(-1, 1 + len(self.labels)) for reading in readings]
        rows = min(map(len, tables))
        probabilities = np.sum([share * table[:rows] for share, table in zip(shares, tables, strict=True)], axis=0)
        marked = decode(probabilities, offsets, self.labels)
        if self.checkpoint.kind != "xcomet_metric":
            return Prediction(float(scores.mean()), parts, marked, truncated)
        mqm = _mqm(marked)
        limited = np.minimum(scores, np.float32(1))
        if len(readings) == 1:
            parts = {"src": float(limited[0]), "mqm": float(mqm)}
            score = limited[0] * np.float32(_SCORE_SHARES.sum()) + mqm * _MQM_SHARE
        else:
            parts["mqm"] = float(mqm)
            score = (limited * _SCORE_SHARES).sum() + mqm * _MQM_SHARE
        return Prediction(float(score), parts, marked, truncated)


def _mqm(spans: Sequence[TokenSpan]) -> np.float32:
    """1 without errors, 0 from 25 points on."""
    points = sum(_MQM_POINTS[span.severity] for span in spans)
    return np.float32(_MOST_POINTS - min(points, _MOST_POINTS)) / np.float32(_MOST_POINTS)
