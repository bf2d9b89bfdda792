"""Scores and error spans of COMET models, for all systems at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from mtqe.errors import InputError
from mtqe.neural.comet.checkpoint import Checkpoint, Request, find_checkpoint
from mtqe.neural.comet.joint import JointModel
from mtqe.neural.comet.parts import Prediction, Segment
from mtqe.neural.comet.sentences import SentenceModel
from mtqe.neural.devices import dtype_for, places
from mtqe.neural.engine import compute

if TYPE_CHECKING:
    import torch

_WORDS = {"mt": "translation", "src": "source", "ref": "reference"}


class Predictor:
    """A checkpoint on its devices.

    `device` is read by `mtqe.neural.devices.places`; `dtype` is that of the encoder (fp32, on a GPU bf16), all else is
    float32. Raises ConfigError and UnavailableError for devices and precisions that are not there.
    """

    def __init__(self, checkpoint: Checkpoint, device: str | None = None, dtype: str | None = None) -> None:
        of = places(device)
        self.checkpoint = checkpoint
        self.device, self.dtype = of[0][0].type, dtype_for(of[0][0], dtype)
        self._kinds = [place[0].type for place in of]
        self._make = partial(_load, checkpoint.request, of, self.dtype)
        self._model = _model(checkpoint, of[0], self.dtype)

    def predict(self, segments: Sequence[Segment]) -> list[Prediction]:
        """The prediction of each segment, in order.

        Raises InputError for a segment without what the model reads, and what `compute` raises.
        """
        for i, segment in enumerate(segments):
            if lacking := _lacking(self.checkpoint, segment):
                raise InputError(f"{self.checkpoint.name} reads a {_WORDS[lacking]}, and segment {i + 1} has none")
        items = [item for segment in segments for item in self._model.items(segment)]
        results = compute(self._model, self._make, self._kinds, items, self.checkpoint.name)
        return self._model.predict(segments, results)


def _lacking(checkpoint: Checkpoint, segment: Segment) -> str | None:
    """A model that reads hypothesis, source and reference together can do with either of the latter."""
    there = [part for part in checkpoint.segments if getattr(segment, part) is not None]
    if checkpoint.joint and len(there) > 1:
        return None
    return next((part for part in checkpoint.segments if part not in there), None)


def _load(
    request: Request, places: Sequence[Sequence[torch.device]], dtype: str, worker: int
) -> SentenceModel | JointModel:
    """What a worker process calls: a checkpoint is not sent to it, but read again."""
    return _model(find_checkpoint(*request), places[worker], dtype)


def _model(checkpoint: Checkpoint, devices: Sequence[torch.device], dtype: str) -> SentenceModel | JointModel:
    return (JointModel if checkpoint.joint else SentenceModel)(checkpoint, devices, dtype)
