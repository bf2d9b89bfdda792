"""Scores and error spans of COMET models, for all systems at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mtqe.errors import InputError
from mtqe.neural.comet.checkpoint import Checkpoint, Request, find_checkpoint
from mtqe.neural.comet.joint import JointModel
from mtqe.neural.comet.parts import Prediction, Segment
from mtqe.neural.comet.sentences import SentenceModel
from mtqe.neural.devices import dtype_for, workers
from mtqe.neural.engine import compute
from mtqe.neural.session import current

_WORDS = {"mt": "translation", "src": "source", "ref": "reference"}


class Predictor:
    """A checkpoint on its devices.

    `device` is read by `mtqe.neural.devices.workers`; `dtype` is that of the encoder (fp32, on a GPU bf16), all else is
    float32. Raises ConfigError and UnavailableError for devices and precisions that are not there.
    """

    def __init__(self, checkpoint: Checkpoint, device: str | None = None, dtype: str | None = None) -> None:
        device = device or current().device  # a worker process has no session
        places = workers(device)
        self.checkpoint = checkpoint
        self.device, self.dtype = places[0][0].type, dtype_for(places[0][0], dtype)
        self._kinds = [place[0].type for place in places]
        self._make = partial(_load, checkpoint.request, device, self.dtype)
        self._model = _model(checkpoint, device, self.dtype, 0)

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


def _load(request: Request, device: str | None, dtype: str, worker: int) -> SentenceModel | JointModel:
    """What a worker process calls: a checkpoint is not sent to it, but read again."""
    return _model(find_checkpoint(*request), device, dtype, worker)


def _model(checkpoint: Checkpoint, device: str | None, dtype: str, worker: int) -> SentenceModel | JointModel:
    kind = JointModel if checkpoint.joint else SentenceModel
    return kind(checkpoint, workers(device)[worker], dtype)
