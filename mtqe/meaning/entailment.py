"""What a model of natural language inference (NLI) says of candidates.

The reference must entail the hypothesis, or something was invented or contradicted; the hypothesis must entail the
reference, or something was dropped or contradicted. Both are asked, and the direction that is less sure counts.

- Entailment speaks against a candidate, that of its own direction against an addition or omission and that of both
  against any other; contradiction speaks for it. A model that is sure moves the confidence by `_SHIFT` in log-odds.
  Neither entailment nor contradiction says nothing: a free translation, too, says more or less than its reference.
- A contradiction for which nothing else is flagged in the segment is a candidate of its own, `contradiction`. Where it
  stands is a guess, the words that answer one another least; its confidence is the model's probability.

These constants are chosen, not fitted: no NLI model has been measured on the development data.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np

from mtqe.errors import ConfigError, DataWarning
from mtqe.meaning.inflection import FUNCTION_WORDS
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import point, point_in_hyp, project
from mtqe.results import ErrorSpan, FloatArray, Span

#: By how much certain entailment lowers and certain contradiction raises a confidence, in log-odds: 7 to 1.
_SHIFT = 2.0
_FLAGGED = 0.5
#: Words that alone make no candidate.
_SAY_LITTLE = FUNCTION_WORDS - {"not", "no"}


class Entailment(Protocol):
    """What `find_meaning_errors` needs of an NLI model, such as one of `mtqe.neural.nli.load`."""

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Of each pair (premise, hypothesis) how probable entailment, neutral and contradiction are, (pairs, 3).

        A pair that cannot be read is a row of NaN; a model that knows of no contradiction leaves the others NaN.
        """


class Verdict(NamedTuple):
    """The probabilities that reference entails hypothesis, hypothesis reference, and that they contradict."""

    forward: float
    backward: float
    contradiction: float


def judge(nli: Entailment | None, hyps: Sequence[str], refs: Sequence[str]) -> list[Verdict | None]:
    """What the model says of each segment; None without a model, and where there is nothing to ask: equal or empty.

    None, too, for a segment that is longer than the model reads, with a DataWarning. Contradiction is 0 for a model
    that does not know it. Raises ConfigError when the model returns anything but probabilities of shape (pairs, 3).
    """
    found: list[Verdict | None] = [None] * len(hyps)
    asked = [i for i, (h, r) in enumerate(zip(hyps, refs, strict=True)) if h != r and h.strip() and r.strip()]
    if nli is None or not asked:
        return found
    forward = [(refs[i], hyps[i]) for i in asked]
    said = _checked(nli.probabilities([*forward, *((hyp, ref) for ref, hyp in forward)]), 2 * len(asked))
    entailment = said[:, 0].reshape(2, -1)
    contradiction = np.nan_to_num(said[:, 2].reshape(2, -1).min(axis=0))
    read = np.isfinite(entailment.sum(axis=0))
    for k, i in enumerate(asked):
        if read[k]:
            found[i] = Verdict(float(entailment[0, k]), float(entailment[1, k]), float(contradiction[k]))
    if not read.all():
        warnings.warn(
            f"{np.sum(~read)} of {len(hyps)} segments are longer than the NLI model reads; it was not asked about them",
            DataWarning,
            stacklevel=3,
        )
    return found


def weigh(found: Iterable[ErrorSpan], pair: Pair, verdict: Verdict | None) -> list[ErrorSpan]:
    """The candidates of a segment with the verdict counted in, and `contradiction` where nothing else is flagged."""
    if verdict is None:
        return list(found)
    weighed = [replace(error, confidence=_shifted(error.confidence, _shift(error, verdict))) for error in found]
    if verdict.contradiction < _FLAGGED or any(error.confidence >= _FLAGGED for error in weighed):
        return weighed
    hyp_span, ref_span = least_linked(pair)
    category, confidence = "Accuracy/Mistranslation", round(verdict.contradiction, 2)
    return merge(
        weighed, [ErrorSpan(hyp_span, ref_span, category=category, confidence=confidence, rule="contradiction")]
    )


def merge(found: Sequence[ErrorSpan], others: Iterable[ErrorSpan]) -> list[ErrorSpan]:
    """The candidates of a segment, and those found in another way that touch no flagged one on either side."""
    flagged = [error for error in found if error.confidence >= _FLAGGED]
    return [*found, *(other for other in others if not any(_touch(other, error) for error in flagged))]


def least_linked(pair: Pair) -> tuple[Span, Span]:
    """The passages of hypothesis and reference that answer one another least.

    Those are content words alone on both sides that stand in one place; the longest run of them where only one side has
    some, with the point where it would stand in the other; else what has moved; else the loosest link; else the whole
    texts.
    """
    hyp_runs, ref_runs = list(_alone(pair.hyp, pair.to_ref)), list(_alone(pair.ref, pair.to_hyp))
    if hyp_runs and ref_runs:
        hyp_places = [project(run[0], pair.to_ref) for run in hyp_runs]
        ref_places = [project(run[0], pair.to_hyp) for run in ref_runs]
        _, k, n = min(
            (min(abs(hyp_places[k] - other[0]), abs(ref_places[n] - run[0])), k, n)
            for k, run in enumerate(hyp_runs)
            for n, other in enumerate(ref_runs)
        )
        return _span(pair.hyp, hyp_runs[k]), _span(pair.ref, ref_runs[n])
    if hyp_runs:
        longest = max(hyp_runs, key=len)
        return _span(pair.hyp, longest), point(pair, longest[0])
    if ref_runs:
        longest = max(ref_runs, key=len)
        return point_in_hyp(pair, longest[0]), _span(pair.ref, longest)
    loose = [link for link in pair.links if link.moved]
    loose = loose or sorted((link for link in pair.links if 0 < link.score < 1), key=lambda link: link.score)[:1]
    if loose:
        return _hull([link.hyp for link in loose]), _hull([link.ref for link in loose])
    return (0, len(pair.hyp.text)), (0, len(pair.ref.text))


def _alone(side: Side, answers: Mapping[int, int]) -> Iterator[range]:
    """The runs of content words that have no answer, as ranges of word numbers."""
    start = 0
    for i in range(len(side.forms) + 1):
        if i == len(side.forms) or i in answers or side.forms[i].key in _SAY_LITTLE:
            if start < i:
                yield range(start, i)
            start = i + 1


def _span(side: Side, run: range) -> Span:
    return side.spans[run[0]][0], side.spans[run[-1]][1]


def _hull(spans: Sequence[Span]) -> Span:
    return min(start for start, _ in spans), max(end for _, end in spans)


def _touch(one: ErrorSpan, other: ErrorSpan) -> bool:
    sides = ((one.hyp_span, other.hyp_span), (one.ref_span, other.ref_span))
    return any(a and b and a[0] <= b[1] and b[0] <= a[1] for a, b in sides)


def _shift(error: ErrorSpan, verdict: Verdict) -> float:
    """What the verdict adds to the log-odds of a candidate."""
    if error.category == "Accuracy/Addition":
        entailment = verdict.forward
    elif error.category == "Accuracy/Omission":
        entailment = verdict.backward
    else:
        entailment = min(verdict.forward, verdict.backward)
    return _SHIFT * (verdict.contradiction - entailment)


def _shifted(confidence: float, shift: float) -> float:
    """A confidence with log-odds added, rounded to .01; 0 and 1 stay."""
    odds = confidence * math.exp(shift)
    return round(odds / (odds + 1 - confidence), 2)


def _checked(said: FloatArray, pairs: int) -> FloatArray:
    said = np.asarray(said, np.float64)
    if said.shape != (pairs, 3) or ((said < 0) | (said > 1)).any():
        raise ConfigError(f"the NLI model gave no probabilities of shape ({pairs}, 3)")
    return said
