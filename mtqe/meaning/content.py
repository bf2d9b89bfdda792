"""What the reference says and the hypothesis does not, `dropped`, and the other way round, `invented`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqe.meaning.entailment import merge
from mtqe.meaning.evidence import Content, gaps, inventions, runs
from mtqe.meaning.fitted import trees
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import point
from mtqe.results import ErrorSpan, Span

#: Less likely candidates are none.
_LEAST = 0.3
#: So near, two gaps are one.
_NEAR = 2


def find_content(pair: Pair) -> Iterator[ErrorSpan]:
    """What is missing, then what was added, unless it stands where something is missing."""
    content = Content(pair)
    yield from merge(list(_dropped(content)), _invented(content))


def _dropped(content: Content) -> Iterator[ErrorSpan]:
    """Gaps between words of the hypothesis, with the words of the reference that would stand there.

    Where only the hypothesis tells that something is missing, the words beside the gap are marked.
    """
    pair = content.pair
    if not pair.ref.forms:
        return
    found = list(gaps(content))
    sure = trees(f"dropped{_model(pair)}").confidences([evidence for *_, evidence in found])
    taken: list[int] = []
    for k in sure.argsort(kind="stable")[::-1].tolist():
        gap, words, _ = found[k]
        if sure[k] < _LEAST:
            break
        if all(abs(gap - other) > _NEAR for other in taken):
            taken.append(gap)
            confidence = round(float(sure[k]), 2)
            at = _gap(pair.hyp, gap) if words else _beside(pair.hyp, gap)
            missing = _missing(pair, gap, words)
            yield ErrorSpan(at, missing, category="Accuracy/Omission", confidence=confidence, rule="dropped")


def _invented(content: Content) -> Iterator[ErrorSpan]:
    """Words of the hypothesis that nothing in the reference answers."""
    pair = content.pair
    found = list(inventions(content))
    sure = trees(f"invented{_model(pair)}").confidences([evidence for _, evidence in found])
    taken: list[int] = []
    for k in sure.argsort(kind="stable")[::-1].tolist():
        (first, last), _ = found[k]
        if sure[k] < _LEAST:
            break
        if not any(first <= i < last for i in taken):
            taken += range(first, last)
            span = pair.hyp.spans[first][0], pair.hyp.spans[last - 1][1]
            confidence = round(float(sure[k]), 2)
            yield ErrorSpan(
                span, point(pair, first), category="Accuracy/Addition", confidence=confidence, rule="invented"
            )


def _model(pair: Pair) -> str:
    return "" if pair.hyp.vectors is None else ":minilm"


def _gap(side: Side, gap: int) -> Span:
    """The point before a word, or after the last."""
    at = side.spans[gap][0] if gap < len(side.spans) else max((end for _, end in side.spans), default=0)
    return at, at


def _beside(side: Side, gap: int) -> Span:
    """The words before and after a gap."""
    words = side.spans[max(gap - 1, 0) : gap + 1]
    return (words[0][0], words[-1][1]) if words else (0, 0)


def _missing(pair: Pair, gap: int, words: Sequence[int]) -> Span:
    """The longest passage of the words of the reference that may be missing, or the point where they would stand."""
    if not words:
        return point(pair, gap) if gap < len(pair.hyp.spans) else _gap(pair.ref, len(pair.ref.spans))
    first, last = max(runs(sorted(words)), key=lambda run: run[1] - run[0])
    return pair.ref.spans[first][0], pair.ref.spans[last - 1][1]
