"""How sure a candidate is: log-odds of what speaks for it and against it.

A ridge-penalised logistic regression over perturbed translations (DEMETR), second human translations (WMT) and the
corpus `frontline`, in which a candidate is right when it touches a labelled meaning error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "polarity": {
        "bias": -0.36,
        "denies nothing": -1.51,
        "free words": -2.24,
        "head answered": 0.4,
        "head distance": -0.18,
        "head the same": 0.82,
        "is never": 0.16,
        "is no": -0.66,
        "is nobody": -0.27,
        "is not": 1.45,
        "is without": -0.67,
        "near share": -0.07,
        "neighbours": 1.17,
        "other negation": -1.3,
        "share answered": 0.04,
    },
    "opposites": {
        "bias": 2.59,
        "before and after": 0.66,
        "by prefix": -2.25,
        "distance": -1.03,
        "linked": -1.92,
        "near share": -0.45,
        "neighbours": -0.23,
        "one ending": 1.35,
        "quantity": -0.75,
        "share answered": -0.35,
    },
}


def confidence(finder: str, evidence: Iterable[tuple[str, float]]) -> float:
    """The probability that a candidate is an error, rounded to .01."""
    weights = _WEIGHTS[finder]
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in evidence)
    return round(1 / (1 + math.exp(-total)), 2)
