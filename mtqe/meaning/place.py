"""Where in one text a word of the other would stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtqe.meaning.pair import Pair
from mtqe.results import Span

#: So many words away, a linked word still says where one stands.
_REACH = 11


def project(at: int, answers: Mapping[int, int]) -> float:
    """The place among the other text's words where a word would be expected.

    It is told by the nearest other words that are linked; the word's own answer does not count.
    """
    for distance in range(1, _REACH + 1):
        places = [answers[k] - (k - at) for k in (at - distance, at + distance) if k in answers]
        if places:
            return sum(places) / len(places)
    return float(at)


def point(pair: Pair, at: int) -> Span:
    """Where in the reference a word of the hypothesis would stand: zero width, before the word that follows."""
    return _point(pair.ref.spans, project(at, pair.to_ref))


def point_in_hyp(pair: Pair, at: int) -> Span:
    """Where in the hypothesis a word of the reference would stand."""
    return _point(pair.hyp.spans, project(at, pair.to_hyp))


def _point(spans: Sequence[Span], place: float) -> Span:
    if not spans:
        return 0, 0
    at = spans[min(max(round(place), 0), len(spans) - 1)][0]
    return at, at


def neighbours(at: int, answers: Mapping[int, int], reach: int = 2) -> int:
    """How many of the words beside one are linked: how well known its place is."""
    return sum(k in answers for k in range(at - reach, at + reach + 1) if k != at)


def are_answered(pair: Pair, i: int, j: int) -> bool:
    """Whether a word of the hypothesis or one of the reference has an answer.

    For an encoder, opposites and pronouns are alike: that it links the two does not say that they mean the same.
    """
    if pair.to_ref.get(i) != j:
        return i in pair.to_ref or j in pair.to_hyp
    return all(link.kind != "embedding" for link in pair.links if link.hyp == pair.hyp.spans[i])
