"""Fluency of texts without a reference: surprisal and marked errors."""

from mtqe.fluency.models import LEAST_TEXT
from mtqe.fluency.scoring import FluencyResult, Token, score_fluency, score_of

__all__ = ["LEAST_TEXT", "FluencyResult", "Token", "score_fluency", "score_of"]
