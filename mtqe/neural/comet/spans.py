"""Labels of tokens to error spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtqe.results import Severity


class TokenSpan(NamedTuple):
    """Code points `[start, end)` of the hypothesis, a severity, and the mean probability of the tokens' labels."""

    start: int
    end: int
    severity: Severity
    confidence: float


def decode(
    probabilities: NDArray[np.float32], offsets: Sequence[tuple[int, int]], severities: Sequence[Severity]
) -> tuple[TokenSpan, ...]:
    """The spans of a hypothesis, as unbabel-comet reads them off.

    `probabilities` (tokens, 1 + severities) are those of no error and of each severity, for all tokens with the one
    that opens and the one that closes the text; `offsets` is where each stands. A span is a run of tokens with an error
    and has the severity of its first one. A run that the last token is in is not closed, and is none.
    """
    found, run = [], []
    labels = probabilities.argmax(axis=1).tolist()
    for i, label in enumerate(labels[: len(offsets)]):
        if label:
            run.append(i)
        elif run:
            confidence = float(np.mean([probabilities[k, labels[k]] for k in run], dtype=np.float32))
            found.append(TokenSpan(offsets[run[0]][0], offsets[run[-1]][1], severities[labels[run[0]] - 1], confidence))
            run = []
    return tuple(found)
