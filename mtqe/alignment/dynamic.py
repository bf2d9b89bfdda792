"""The best monotone pairing of a few hundred lines, by dynamic programming over what the lines share.

The shapes of links follow Gale & Church (1993), extended to 1-n and n-1 for any n that the sizes of the two sides
suggest. A link is worth what its sides share, less costs that follow how much the two texts agree as a whole: what is
little among good translations is much where a poor one says everything in other words. What it costs to leave a line
alone is estimated from a first pairing: in a page full of boilerplate next to nothing, in a clean text a lot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from mtqe.alignment.evidence import Evidence
from mtqe.alignment.features import Matrix, repetitions
from mtqe.alignment.marks import common_ends, goes_on

# Chosen on the development data; scores change little around them.
_COST_OF_WEIGHT = 0.05  # of a link, per unit of weight of both sides, where the texts agree in all
_COST_OF_FURTHER = 0.2  # of the lines of a side beside its heaviest one, likewise
_COST_OF_LENGTH = 0.08  # of a link, per unit of weight that one side is longer than the other
_ENDS = 0.3  # what log odds of punctuation marks at the ends of a link add
_CUT = 3.0  # cost of an end of a link that cuts a sentence on one side only
_REPEATED = 0.3  # of the weight of a line that repeats another one of its link: gained by leaving it alone
_OWN_SHARE = 0.1  # of the weight of a line, to be shared for its full cost alone to count
# Cost of a line alone: by the share of lines alone, with a prior of so many lines.
_ALONE, _FREE, _MOST, _PRIOR_LINES, _PRIOR_ALONE = 1.2, 1.8, 2.5, 5.0, 0.25
_AT_FIRST = 0.5
#: Texts that share less of the lighter one are not about the same, and next to nothing is known of a very short text:
#: there only what lines share can link them, and what they share by chance counts nothing.
_UNRELATED, _TOO_LITTLE = 0.18, 20.0
#: A line repeats another one at most so many lines before it.
_NEAR = 4

Pair = tuple[tuple[int, ...], tuple[int, ...]]
Weight = TypeVar("Weight", float, Matrix)


@dataclass(frozen=True, slots=True)
class _Side:
    """The lines of one side: weights, lengths in the same unit, where a sentence goes on, repetitions."""

    weights: Matrix
    lengths: Matrix
    inside: Matrix
    repeats: frozenset[tuple[int, int]]


def pair_lines(
    hyp: Sequence[str], ref: Sequence[str], measure: Callable[[Sequence[str], Sequence[str]], Evidence]
) -> list[Pair]:
    """The links of two short documents: monotone, each line in one at most; `measure` says what lines share."""
    if not hyp or not ref:
        return []
    evidence = measure(hyp, ref)
    pairing = _Pairing(hyp, ref, evidence)
    pairs = pairing.links(*pairing.costs_alone([]))
    return pairing.links(*pairing.costs_alone(pairs)) if pairs else []


class _Pairing:
    """Two texts, and what each possible link of their lines is worth, whatever it costs to leave lines alone."""

    def __init__(self, hyp: Sequence[str], ref: Sequence[str], evidence: Evidence) -> None:
        characters = [np.array([len(line) for line in lines], float) for lines in (hyp, ref)]
        unit = (evidence.hyp.sum() + evidence.ref.sum()) / max(1.0, characters[0].sum() + characters[1].sum())
        self.shared = evidence.shared
        # Lists are quicker than arrays for a few lines.
        self.rows = evidence.shared.tolist()
        self.weights = evidence.hyp.tolist(), evidence.ref.tolist()
        self.hyp = _side(hyp, evidence.hyp, characters[0] * unit)
        self.ref = _side(ref, evidence.ref, characters[1] * unit)
        self.lengths = self.hyp.lengths.tolist(), self.ref.lengths.tolist()
        lighter = min(evidence.hyp.sum(), evidence.ref.sum())
        shared = np.maximum(evidence.shared, 0)
        self.agreement = float(shared.sum() / lighter) if lighter else 0.0
        # What little every pair of lines shares by chance adds up with their number: the best of each line does not.
        best = (shared == shared.max(axis=0)) | (shared == shared.max(axis=1, keepdims=True))
        self.related = shared[best].sum() > _UNRELATED * (lighter + _TOO_LITTLE)
        self.shapes = _shapes(len(hyp), len(ref))
        self.cut = _CUT * np.abs(self.hyp.inside[:, None] - self.ref.inside[None])
        self.gains = self._gains(self.related * _ENDS * common_ends(hyp, ref))

    def links(self, alone_hyp: Matrix, alone_ref: Matrix) -> list[Pair]:
        """The best links where leaving a line alone costs so much."""
        path = self._best_path(alone_hyp, alone_ref)
        return [self._needed(h, r, alone_hyp, alone_ref) for h, r in path]

    def costs_alone(self, pairs: Sequence[Pair]) -> tuple[Matrix, Matrix]:
        """What lines cost alone beside these links; without links a first guess."""
        if not self.related:
            return np.zeros_like(self.hyp.weights), np.zeros_like(self.ref.weights)
        if not pairs:
            return np.full_like(self.hyp.weights, _AT_FIRST), np.full_like(self.ref.weights, _AT_FIRST)
        hyp, ref = ([line for pair in pairs for line in pair[k]] for k in (0, 1))
        return _costs_alone(self.hyp, hyp), _costs_alone(self.ref, ref)

    def _gains(self, ends: Matrix) -> Matrix:
        """What a link of each shape is worth that ends before line i and line j, `(shapes, hyp + 1, ref + 1)`."""
        one, two = self._costs_of_runs(self.hyp, 0), self._costs_of_runs(self.ref, 1)
        hyp_lengths, ref_lengths = (np.concatenate([[0.0], side.lengths.cumsum()]) for side in (self.hyp, self.ref))
        table = np.zeros((len(hyp_lengths), len(ref_lengths)))
        table[1:, 1:] = self.shared.cumsum(axis=0).cumsum(axis=1)
        gains = np.full((len(self.shapes), *table.shape), -np.inf)
        gains[0, 1:] = 0
        for k, (a, b) in enumerate(self.shapes[1:], 1):
            shared = table[a:, b:] - table[:-a, b:] - table[a:, :-b] + table[:-a, :-b]
            longer = np.abs((hyp_lengths[a:] - hyp_lengths[:-a])[:, None] - (ref_lengths[b:] - ref_lengths[:-b])[None])
            costs = one[a][:, None] + two[b][None]
            gains[k, a:, b:] = shared - _COST_OF_LENGTH * longer - costs + ends[a - 1 :, b - 1 :]
        return gains - self.cut

    def _costs_of_runs(self, side: _Side, axis: int) -> dict[int, Matrix]:
        """What each run of lines costs as one side of a link, by the number of its lines."""
        costs = {}
        weight = heaviest = np.zeros(len(side.weights) + 1)
        for lines in range(1, max(shape[axis] for shape in self.shapes) + 1):
            last = side.weights[lines - 1 :]
            weight, heaviest = weight[:-1] + last, np.maximum(heaviest[:-1], last)
            costs[lines] = self._cost(weight, heaviest)
        return costs

    def _cost(self, weight: Weight, heaviest: Weight) -> Weight:
        """What the lines of one side of a link cost."""
        by_chance = 0.0 if self.related else _UNRELATED / 2
        cost = (self.agreement * _COST_OF_WEIGHT + by_chance) * weight
        return cost + self.agreement * _COST_OF_FURTHER * (weight - heaviest)

    def _best_path(self, alone_hyp: Matrix, alone_ref: Matrix) -> list[Pair]:
        rows, columns = self.shared.shape
        hyp_steps, ref_steps = np.array(self.shapes).T[:, :, None]
        gains = self.gains.swapaxes(0, 1).copy()
        gains[1:, 0] -= alone_hyp[:, None]
        passing = np.concatenate([[0.0], alone_ref.cumsum()]) + self.cut.cumsum(axis=1)
        # A margin of -inf stands for what would begin before the first line.
        top, left = int(hyp_steps.max()), int(ref_steps.max())
        best = np.full((top + rows + 1, left + columns + 1), -np.inf)
        best[top, left:] = -passing[0]
        choice = np.full((rows + 1, columns + 1), -1)
        width = best.shape[1]
        before = (top - hyp_steps) * width + np.arange(left, width)[None] - ref_steps
        for i in range(1, rows + 1):
            before += width
            candidates = best.ravel().take(before) + gains[i]
            choice[i] = candidates.argmax(axis=0)
            row = candidates.max(axis=0)
            best[top + i, left:] = np.maximum.accumulate(row + passing[i]) - passing[i]
            choice[i][best[top + i, left:] > row + 1e-9] = -1
        pairs: list[Pair] = []
        i, j = rows, columns
        while i > 0 and j >= 0:
            a, b = self.shapes[choice[i, j]] if choice[i, j] >= 0 else (0, 1)
            i, j = i - a, j - b
            if a and b:
                pairs.append((tuple(range(i, i + a)), tuple(range(j, j + b))))
        return pairs[::-1]

    def _needed(
        self, hyp: tuple[int, ...], ref: tuple[int, ...], alone_hyp: Matrix, alone_ref: Matrix
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """A link without the lines, at its ends or inside, that are better left alone; the worst goes first."""
        while len(hyp) + len(ref) > 2:
            value = self._value(hyp, ref)
            options = []
            for line in hyp if len(hyp) > 1 else ():
                rest, common = tuple(i for i in hyp if i != line), sum(self.rows[line][j] for j in ref)
                options.append((self._value(rest, ref) - _loss(self.hyp, line, rest, common, alone_hyp), rest, ref))
            for line in ref if len(ref) > 1 else ():
                rest, common = tuple(j for j in ref if j != line), sum(self.rows[i][line] for i in hyp)
                options.append((self._value(hyp, rest) - _loss(self.ref, line, rest, common, alone_ref), hyp, rest))
            best = max(options, key=lambda option: option[0])
            if best[0] <= value + 1e-9:
                break
            hyp, ref = best[1:]
        return hyp, ref

    def _value(self, hyp: tuple[int, ...], ref: tuple[int, ...]) -> float:
        one, two = [self.weights[0][i] for i in hyp], [self.weights[1][j] for j in ref]
        longer = abs(sum(self.lengths[0][i] for i in hyp) - sum(self.lengths[1][j] for j in ref))
        costs = self._cost(sum(one), max(one)) + self._cost(sum(two), max(two))
        return float(sum(self.rows[i][j] for i in hyp for j in ref) - _COST_OF_LENGTH * longer - costs)


def _side(lines: Sequence[str], weights: Matrix, lengths: Matrix) -> _Side:
    return _Side(weights, lengths, goes_on(lines), frozenset(repetitions(lines, _NEAR)))


def _shapes(hyp: int, ref: int) -> list[tuple[int, int]]:
    """How many lines of each side a link may have: `(1, 0)` is a hypothesis line alone."""
    wide = [(1, n) for n in range(2, min(ref, max(8, 4 * ref // hyp)) + 1)]
    tall = [(n, 1) for n in range(2, min(hyp, max(8, 4 * hyp // ref)) + 1)]
    many = [(a, b) for a, b in ((2, 2), (2, 3), (3, 2)) if a <= hyp and b <= ref]
    return [(1, 0), (1, 1), *wide, *tall, *many]


def _loss(side: _Side, line: int, rest: Sequence[int], common: float, alone: Matrix) -> float:
    """What is lost, beside what a link is worth, when one of its lines is left alone.

    Next to nothing where the line shares next to nothing: then its place alone speaks for it.
    """
    supported = min(1.0, common / (_OWN_SHARE * side.weights[line])) if side.weights[line] else 0.0
    repeated = any((max(line, i), min(line, i)) in side.repeats for i in rest)
    cut = _CUT * (side.inside[line] + side.inside[line + 1])
    return float(supported * alone[line] + cut - _REPEATED * side.weights[line] * repeated)


def _costs_alone(side: _Side, linked: Sequence[int]) -> Matrix:
    """What each line costs alone: nothing at the edges, inside more the fewer are alone.

    Lines alone that follow each other count, and cost together, as one.
    """
    costs = np.zeros(len(side.weights))
    runs = [range(one + 1, two) for one, two in pairwise(sorted(linked))]
    cost = _ALONE * cost_alone(sum(map(bool, runs)), len(linked))
    costs[min(linked) : max(linked) + 1] = cost
    for run in filter(None, runs):
        costs[run] = cost / len(run)
    return costs


def cost_alone(alone: int, linked: int) -> float:
    """What a line inside a text costs alone where so many runs of lines are alone, and so many lines are linked."""
    odds = np.log((alone + linked + _PRIOR_LINES) / (alone + _PRIOR_ALONE))
    return float(np.clip(odds - _FREE, 0, _MOST))
