"""The best monotone pairing of a few hundred lines, by dynamic programming over what the lines share.

The evidence for a pair of lines is the weight of the stems that a longest common subsequence of the two texts matches
between them, plus a little for spelling in common. Each stem is matched once, so evidence adds up over the lines of a
link and a repeated sentence finds no second partner. The shapes of links follow Gale & Church (1993), extended to
1-n and n-1 for any n that the sizes of the two sides suggest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import ratio

from mtqe.alignment.features import Matrix, containment, stems
from mtqe.text import fold

#: Chosen on the development data; scores change little around them.
_COST_OF_WEIGHT = 0.02  # of a link, per unit of weight: what it must share to be better than no link
_COST_OF_LENGTH = 0.08  # of a link, per unit of weight that one side has more than the other
_COST_OF_LINE = 0.075  # of each line over the first on a side, as a share of the weight of a line
_SPELLING = 0.2  # evidence from spelling beside evidence from common stems
_LEAST_SHARE = 0.05  # of the weight of a line, or of what it is linked to if that is less, that must be shared
# When a link can spare a line, see `_needed`.
_ENOUGH, _LOPSIDED, _OWN_SHARE, _OWN_SHARE_REPEATED = 0.75, 1.75, 0.25, 0.5
_SAME = 90  # rapidfuzz ratio from which one line repeats another
#: Beyond this many stems the longest common subsequence would take too much memory.
_MOST_STEMS = 30_000

Pair = tuple[tuple[int, ...], tuple[int, ...]]


class Evidence(NamedTuple):
    """What each hypothesis line shares with each reference line, and the weight of the lines, in the same unit."""

    shared: Matrix
    hyp: Matrix
    ref: Matrix

    def share(self, hyp: Sequence[int], ref: Sequence[int]) -> float:
        """The part of the lighter side of a link that is shared."""
        lighter = min(self.hyp[list(hyp)].sum(), self.ref[list(ref)].sum())
        return float(self.shared[np.ix_(hyp, ref)].sum() / lighter) if lighter > 0 else 0.0


def pair_lines(hyp: Sequence[str], ref: Sequence[str]) -> list[Pair]:
    """The links of two short documents: monotone, each line in one at most."""
    if not hyp or not ref:
        return []
    evidence = _evidence(hyp, ref)
    turned = Evidence(evidence.shared.T, evidence.ref, evidence.hyp)
    pairs = []
    for path_hyp, path_ref in _best_path(evidence):
        one = _needed(path_hyp, path_ref, evidence, hyp)
        two = _needed(path_ref, one, turned, ref)
        if _is_plausible(one, two, evidence):
            pairs.append((one, two))
    return pairs


def is_repetition(line: str, other: str) -> bool:
    """Whether two lines are nearly identical."""
    return ratio(fold(line), fold(other), score_cutoff=_SAME) > 0


def _evidence(hyp: Sequence[str], ref: Sequence[str]) -> Evidence:
    sides = [stems(line) for line in hyp], [stems(line) for line in ref]
    frequency = Counter(stem for line in (*sides[0], *sides[1]) for stem in set(line))
    weight = {stem: float(np.log1p((len(hyp) + len(ref)) / count)) for stem, count in frequency.items()}
    weights = [np.array([sum(weight[stem] for stem in line) for line in side]) for side in sides]
    one, two = ([(stem, i) for i, line in enumerate(side) for stem in line][:_MOST_STEMS] for side in sides)
    shared = np.zeros((len(hyp), len(ref)))
    for step in LCSseq.opcodes([stem for stem, _ in one], [stem for stem, _ in two]):
        if step.tag == "equal":
            for i in range(step.src_end - step.src_start):
                stem, line = one[step.src_start + i]
                shared[line, two[step.dest_start + i][1]] += weight[stem]
    spelling = containment(hyp, ref)
    # Unrelated lines share n-grams too: only what stands out among all pairs counts.
    chance = spelling.mean() + 2 * spelling.std() if spelling.size > 16 else 0.2
    lighter = np.minimum.outer(*weights)
    return Evidence(shared + _SPELLING * lighter * np.maximum(0, spelling - chance), *weights)


def _shapes(hyp: int, ref: int) -> list[tuple[int, int]]:
    """How many lines of each side a link may have: `(1, 0)` is a hypothesis line alone."""
    wide = [(1, n) for n in range(2, min(ref, max(8, 4 * ref // hyp)) + 1)]
    tall = [(n, 1) for n in range(2, min(hyp, max(8, 4 * hyp // ref)) + 1)]
    many = [(a, b) for a, b in ((2, 2), (2, 3), (3, 2)) if a <= hyp and b <= ref]
    return [(1, 0), (1, 1), *wide, *tall, *many]


def _gains(evidence: Evidence, shapes: Sequence[tuple[int, int]]) -> Matrix:
    """What a link of each shape that ends before line i and before line j is worth, `(shapes, hyp + 1, ref + 1)`."""
    hyp, ref = (np.concatenate([[0.0], side.cumsum()]) for side in (evidence.hyp, evidence.ref))
    table = np.zeros((len(hyp), len(ref)))
    table[1:, 1:] = evidence.shared.cumsum(axis=0).cumsum(axis=1)
    gains = np.full((len(shapes), *table.shape), -np.inf)
    gains[0, 1:] = 0
    for k, (a, b) in enumerate(shapes[1:], 1):
        shared = table[a:, b:] - table[:-a, b:] - table[a:, :-b] + table[:-a, :-b]
        one, two = (hyp[a:] - hyp[:-a])[:, None], (ref[b:] - ref[:-b])[None]
        cost = _COST_OF_WEIGHT * (one + two) / 2 + _COST_OF_LENGTH * np.abs(one - two)
        gains[k, a:, b:] = shared - cost - _COST_OF_LINE * (a + b - 2) * np.minimum(one / a, two / b)
    return gains


def _best_path(evidence: Evidence) -> list[Pair]:
    rows, columns = evidence.shared.shape
    shapes = _shapes(rows, columns)
    gains = _gains(evidence, shapes)
    hyp_steps, ref_steps = np.array(shapes).T[:, :, None]
    # A margin of -inf stands for what would begin before the first line.
    top, left = int(hyp_steps.max()), int(ref_steps.max())
    best = np.full((top + rows + 1, left + columns + 1), -np.inf)
    best[top, left:] = 0
    choice = np.full((rows + 1, columns + 1), -1)
    before = np.arange(left, left + columns + 1)[None] - ref_steps
    for i in range(1, rows + 1):
        candidates = best[top + i - hyp_steps, before] + gains[:, i]
        row = candidates.max(axis=0)
        best[top + i, left:] = np.maximum.accumulate(row)
        choice[i] = np.where(best[top + i, left:] > row, -1, candidates.argmax(axis=0))
    pairs: list[Pair] = []
    i, j = rows, columns
    while i > 0 and j >= 0:
        a, b = shapes[choice[i, j]] if choice[i, j] >= 0 else (0, 1)
        i, j = i - a, j - b
        if a and b:
            pairs.append((tuple(range(i, i + a)), tuple(range(j, j + b))))
    return pairs[::-1]


def _needed(lines: Sequence[int], others: Sequence[int], evidence: Evidence, texts: Sequence[str]) -> tuple[int, ...]:
    """The hypothesis lines of a link without those that share next to nothing, and without those that it can spare.

    When the rest weighs enough for the other side, it can spare a repetition of the rest, and a line that shares little
    and makes the link lopsided (as a sentence does that was taken in by the heading before it).
    """
    kept = list(lines)
    other = evidence.ref[list(others)].sum()
    for line in reversed(lines):
        rest = [i for i in kept if i != line]
        if not rest:
            break
        weight, left = evidence.hyp[line], evidence.hyp[rest].sum()
        own = evidence.shared[line, list(others)].sum()
        repeats = own < _OWN_SHARE_REPEATED * weight and any(is_repetition(texts[line], texts[i]) for i in rest)
        lopsided = own < _OWN_SHARE * weight and left + weight > _LOPSIDED * other
        spare = left > _ENOUGH * other and (repeats or lopsided)
        if spare or evidence.share([line], others) < _LEAST_SHARE:
            kept = rest
    return tuple(kept)


def _is_plausible(hyp: Sequence[int], ref: Sequence[int], evidence: Evidence) -> bool:
    """Whether a link has evidence: on its lighter side, and on the heavier one too when that is much heavier."""
    lighter, heavier = sorted((evidence.hyp[list(hyp)].sum(), evidence.ref[list(ref)].sum()))
    shared = evidence.shared[np.ix_(hyp, ref)].sum()
    return bool(shared > _LEAST_SHARE * lighter and (heavier < 2 * lighter or shared > 2 * _LEAST_SHARE * heavier))
