"""Cuts a long document pair into short ones at places that both sides surely share, so that time stays near-linear."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from mtqe.alignment.features import Integers, stem_keys, twos

#: A chunk has at most this many lines on each side; where lines that surely belong together follow each other on both
#: sides, a cut costs nothing, and smaller chunks save time.
LIMIT, _ENOUGH = 250, 100

Anchor = tuple[int, int]


def chunks(hyp: Sequence[str], ref: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Consecutive ranges of lines of both sides, to be aligned one by one; they cover both sides."""
    anchors = find_anchors(hyp, ref) if max(len(hyp), len(ref)) > _ENOUGH else []
    yield from _halve(range(len(hyp)), range(len(ref)), list(pairwise(anchors)))


def _halve(hyp: range, ref: range, cuts: Sequence[tuple[Anchor, Anchor]]) -> Iterator[tuple[range, range]]:
    """Cuts near the middle until the parts are small, best between two anchors with nothing between them."""
    size = max(len(hyp), len(ref))
    inside = [
        (low, high)
        for low, high in cuts
        if hyp.start <= low[0] and high[0] < hyp.stop and ref.start <= low[1] and high[1] < ref.stop
    ]
    middle = hyp.start + hyp.stop + ref.start + ref.stop
    central = [cut for cut in inside if abs(2 * sum(cut[1]) - middle) < (len(hyp) + len(ref)) // 2]
    best = min(central, default=None, key=lambda cut: (_gap(cut), abs(2 * sum(cut[1]) - middle), cut))
    if size <= _ENOUGH or (size <= LIMIT and (best is None or _gap(best) > 0)):
        yield hyp, ref
        return
    # Without any evidence the diagonal is as good as another place.
    high = best[1] if best else ((hyp.start + hyp.stop) // 2, (ref.start + ref.stop) // 2)
    yield from _halve(range(hyp.start, high[0]), range(ref.start, high[1]), inside)
    yield from _halve(range(high[0], hyp.stop), range(high[1], ref.stop), inside)


def _gap(cut: tuple[Anchor, Anchor]) -> int:
    """How many lines of both sides stand between two anchors."""
    return sum(cut[1]) - sum(cut[0]) - 2


def find_anchors(hyp: Sequence[str], ref: Sequence[str]) -> list[Anchor]:
    """Pairs of lines that share at least two stem bigrams, increasing on both sides.

    The bigrams stand once on each side; where hardly any do, as when a side holds the whole text twice, their first
    places count.
    """
    keys, owners, is_bigram = stem_keys([*hyp, *ref])
    keys, owners = keys[is_bigram], owners[is_bigram]
    one, two = (owners[places] for places in twos(keys))
    across = (one < len(hyp)) & (two >= len(hyp))
    anchors = _chain(one[across], two[across] - len(hyp), len(ref))
    if len(anchors) * LIMIT < max(len(hyp), len(ref)):
        border = int(np.searchsorted(owners, len(hyp)))
        (ours, at), (theirs, other) = (np.unique(side, return_index=True) for side in (keys[:border], keys[border:]))
        _, left, right = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
        anchors = _chain(owners[at[left]], owners[border + other[right]] - len(hyp), len(ref))
    return anchors


def _chain(hyp: Integers, ref: Integers, lines: int) -> list[Anchor]:
    pairs, votes = np.unique(hyp * lines + ref, return_counts=True)
    return longest_increasing([divmod(pair, lines) for pair in pairs[votes > 1].tolist()])


def longest_increasing(pairs: Sequence[Anchor]) -> list[Anchor]:
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
