"""Fluency of texts without a reference: surprisal and marked errors."""

from mtqe.fluency.scoring import LEAST_TEXT, FluencyResult, Token, score_fluency, score_of

__all__ = ["LEAST_TEXT", "FluencyResult", "Token", "score_fluency", "score_of"]
