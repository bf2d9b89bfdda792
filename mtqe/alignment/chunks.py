"""Cuts a long document pair into short ones at places that both sides surely share, so that time stays near-linear."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mtqe.alignment.features import stems

#: A chunk has at most this many lines on each side.
LIMIT = 250

Anchor = tuple[int, int]


def chunks(hyp: Sequence[str], ref: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Consecutive ranges of lines of both sides, to be aligned one by one; they cover both sides."""
    anchors = find_anchors(hyp, ref) if max(len(hyp), len(ref)) > LIMIT else []
    yield from _halve(range(len(hyp)), range(len(ref)), list(pairwise(anchors)))


def _halve(hyp: range, ref: range, cuts: Sequence[tuple[Anchor, Anchor]]) -> Iterator[tuple[range, range]]:
    """Cuts near the middle until the parts are small, best between two anchors with nothing between them."""
    if max(len(hyp), len(ref)) <= LIMIT:
        yield hyp, ref
        return
    inside = [
        (low, high)
        for low, high in cuts
        if hyp.start <= low[0] and high[0] < hyp.stop and ref.start <= low[1] and high[1] < ref.stop
    ]
    middle = hyp.start + hyp.stop + ref.start + ref.stop
    central = [cut for cut in inside if abs(2 * sum(cut[1]) - middle) < (len(hyp) + len(ref)) // 2]
    if central:
        _, high = min(central, key=lambda cut: (sum(cut[1]) - sum(cut[0]), abs(2 * sum(cut[1]) - middle), cut))
    else:  # without any evidence the diagonal is as good as another place
        high = ((hyp.start + hyp.stop) // 2, (ref.start + ref.stop) // 2)
    yield from _halve(range(hyp.start, high[0]), range(ref.start, high[1]), inside)
    yield from _halve(range(high[0], hyp.stop), range(high[1], ref.stop), inside)


def find_anchors(hyp: Sequence[str], ref: Sequence[str]) -> list[Anchor]:
    """Pairs of lines that share at least two stem bigrams which stand once on each side, increasing on both sides."""
    places, others = _unique_bigrams(hyp), _unique_bigrams(ref)
    votes = Counter((places[key], others[key]) for key in places if key in others)
    return _longest_increasing([pair for pair, count in votes.items() if count > 1])


def _unique_bigrams(lines: Sequence[str]) -> dict[tuple[str, str], int]:
    """The line of each stem bigram that occurs once."""
    places: dict[tuple[str, str], int] = {}
    repeated = set()
    for number, line in enumerate(lines):
        for key in pairwise(stems(line)):
            if key in places:
                repeated.add(key)
            places[key] = number
    return {key: number for key, number in places.items() if key not in repeated}


def _longest_increasing(pairs: Sequence[Anchor]) -> list[Anchor]:
    """The longest chain of pairs that strictly increases on both sides."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    # Descending references within one hypothesis line keep a chain from taking two pairs of that line.
    ordered = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    for index, (_, ref) in enumerate(ordered):
        at = bisect_left(tails, ref)
        previous.append(ends[at - 1] if at else -1)
        tails[at : at + 1], ends[at : at + 1] = [ref], [index]
    chain, index = [], ends[-1] if ends else -1
    while index >= 0:
        chain.append(ordered[index])
        index = previous[index]
    return chain[::-1]
