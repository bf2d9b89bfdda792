"""The COMET family: checkpoints as unbabel-comet publishes them, run on current transformers and torch."""

from mtqe.neural.comet.checkpoint import Checkpoint, find_checkpoint
from mtqe.neural.comet.parts import Prediction, Segment
from mtqe.neural.comet.predict import Predictor
from mtqe.neural.comet.spans import TokenSpan

__all__ = ["Checkpoint", "Prediction", "Predictor", "Segment", "TokenSpan", "find_checkpoint"]
