"""Blocks of a page that stand at another place in the output than in the reference, such as captions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from mtqe.alignment.dynamic import Pair
from mtqe.alignment.features import similarity, stems

#: What two blocks must share, and how much less any rival of either may share.
_LEAST_SIMILARITY = 0.4
_RIVAL = 0.7
#: Shorter blocks look alike too easily.
_LEAST_STEMS = 4
#: A stem that stands in more blocks than this tells none of them apart.
_COMMON = 5


def find_moved(
    hyp: Sequence[str], hyp_blocks: Sequence[int], ref: Sequence[str], ref_blocks: Sequence[int], pairs: Sequence[Pair]
) -> list[Pair]:
    """Links whole unlinked blocks that match strongly and have no rival, wherever they stand."""
    left = _unlinked_blocks(hyp_blocks, {i for h, _ in pairs for i in h})
    right = _unlinked_blocks(ref_blocks, {j for _, r in pairs for j in r})
    one = {block: " ".join(hyp[i] for i in lines) for block, lines in left.items()}
    two = {block: " ".join(ref[j] for j in lines) for block, lines in right.items()}
    scores = {(a, b): similarity(one[a], two[b]) for a, b in _candidates(one, two)}
    return [
        (tuple(left[a]), tuple(right[b]))
        for (a, b), score in sorted(scores.items())
        if score >= _LEAST_SIMILARITY
        and all(rival <= _RIVAL * score for (c, d), rival in scores.items() if (c == a or d == b) and (c, d) != (a, b))
    ]


def _unlinked_blocks(blocks: Sequence[int], linked: set[int]) -> dict[int, list[int]]:
    """The lines of each block that has no linked line."""
    lines = defaultdict(list)
    for number, block in enumerate(blocks):
        lines[block].append(number)
    return {block: members for block, members in lines.items() if linked.isdisjoint(members)}


def _candidates(hyp: Mapping[int, str], ref: Mapping[int, str]) -> set[tuple[int, int]]:
    """Pairs of blocks that share at least two stems which few blocks have."""
    holders = defaultdict(list)
    for block, text in hyp.items():
        if len(stems(text)) >= _LEAST_STEMS:
            for stem in set(stems(text)):
                holders[stem].append(block)
    found = set()
    for block, text in ref.items():
        votes = Counter(
            chain.from_iterable(holders[stem] for stem in set(stems(text)) if len(holders.get(stem, ())) <= _COMMON)
        )
        found |= {(other, block) for other, count in votes.items() if count > 1}
    return found
