"""What the lines of two texts have in common, for the pairing to weigh against what a link costs.

The weight of the stems that a longest common subsequence of the two texts matches, and a little for spelling. Each
stem is matched once, so evidence adds up over the lines of a link and a repeated sentence finds no second partner.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from mtqe.alignment.features import Integers, Matrix, containment, stem_numbers

_SPELLING = 0.2  # evidence from spelling beside evidence from common stems
_THIN = 0.6  # texts that share more of the lighter one than this in stems need no evidence from spelling
#: Beyond this many tokens the longest common subsequence would take too much memory.
_MOST_TOKENS = 30_000


class Evidence(NamedTuple):
    """What each hypothesis line shares with each reference line, and the weight of the lines, in the same unit."""

    shared: Matrix
    hyp: Matrix
    ref: Matrix


def common_places(one: Sequence[Hashable], two: Sequence[Hashable]) -> tuple[Integers, Integers]:
    """Where a longest common subsequence of two sequences stands in each of them."""
    blocks = LCSseq.editops(one[:_MOST_TOKENS], two[:_MOST_TOKENS]).as_matching_blocks()
    starts, others, sizes = np.array([tuple(block) for block in blocks]).T
    along = np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
    return np.repeat(starts, sizes) + along, np.repeat(others, sizes) + along


def lexical_evidence(hyp: Sequence[str], ref: Sequence[str]) -> Evidence:
    """Stems in the same order and, where these are few, spelling."""
    ids, owners = stem_numbers([*hyp, *ref])
    lines, kinds = len(hyp) + len(ref), ids.max(initial=0) + 1
    frequency = np.bincount(np.unique(owners * kinds + ids) % kinds, minlength=kinds)
    weights = np.log1p(lines / np.maximum(frequency, 1))
    totals = np.asarray(np.bincount(owners, weights[ids], minlength=lines), np.float64)
    border = int(np.searchsorted(owners, len(hyp)))
    shared = np.zeros((len(hyp), len(ref)))
    starts, others = common_places(ids[:border].tolist(), ids[border:].tolist())
    np.add.at(shared, (owners[starts], owners[border + others] - len(hyp)), weights[ids[starts]])
    one, two = totals[: len(hyp)], totals[len(hyp) :]
    if shared.sum() < _THIN * min(one.sum(), two.sum()):
        spelling = containment(hyp, ref)
        # Unrelated lines share n-grams too: only what stands out among all pairs counts.
        chance = spelling.mean() + 2 * spelling.std() if spelling.size > 16 else 0.2
        shared += _SPELLING * np.minimum.outer(one, two) * np.maximum(0, spelling - chance)
    return Evidence(shared, one, two)
