"""How sure a candidate is: log-odds of what speaks for it and against it.

Ridge-penalised logistic regressions, fitted by `experiments/bench/fit_meaning.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "polarity": {
        "bias": -0.33,
        "denies nothing": -0.65,
        "free words": -1.24,
        "head answered": 0.71,
        "head distance": 0.71,
        "head the same": 0.62,
        "is never": 0.12,
        "is no": -0.61,
        "is nobody": -0.53,
        "is not": 1.55,
        "is without": -0.53,
        "near share": 0.21,
        "negative word": -1.65,
        "negative word near": -1.56,
        "negative word, head the same": -0.87,
        "neighbours": 0.79,
        "other negation": -1.33,
        "share answered": -0.06,
    },
    "opposites": {
        "bias": 0.94,
        "before and after": 1.39,
        "by prefix": -0.60,
        "distance": -0.79,
        "linked": -2.32,
        "near share": -0.03,
        "neighbours": 0.97,
        "one ending": 0.99,
        "quantity": -1.89,
        "share answered": 0.51,
    },
}


def confidence(finder: str, evidence: Iterable[tuple[str, float]]) -> float:
    """The probability that a candidate is an error, rounded to .01."""
    weights = _WEIGHTS[finder]
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in evidence)
    return round(1 / (1 + math.exp(-total)), 2)
