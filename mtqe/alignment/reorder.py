"""Blocks that stand in another order in the output than in the reference."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from mtqe.alignment.chunks import longest_increasing
from mtqe.alignment.dynamic import Pair
from mtqe.alignment.features import Integers, stem_keys, twos

#: A stem that stands more often than this tells no lines apart among those that are left alone.
_COMMON = 5
# Chosen on the development data; scores change little around them.
_WINDOW = 60  # lines in which a word that stands there once marks a place
_LEAST_SHARE = 0.15  # of the stems of a line, to be shared with another one that says the same
_STEP_BACK = 5.0  # what the lines of a block must share beyond that, to have moved

Seed = tuple[int, int]
Linker = Callable[[Sequence[str], Sequence[str]], list[Pair]]


def find_reordered(hyp: Sequence[str], ref: Sequence[str], pairs: Sequence[Pair], link: Linker) -> list[Pair]:
    """The links of one document whose blocks may stand in another order than in the reference, by hypothesis lines.

    `pairs` are its monotone links as `link` finds them; where nothing moved they stay. The heaviest chain of lines that
    surely say the same, where each step back in the reference has a price, gives the order of the blocks. The lines
    around moved ones are put in the order of the reference and linked anew, so that blocks of any size and links of all
    shapes are found. Links cross then, and one can take in lines on both sides of a moved block. Time is near-linear.
    """
    blocks = _blocks([(-1, -1), *_best_chain(_seeds(hyp, ref, pairs)), (len(hyp), len(ref))])
    if len(blocks) == 1:
        return list(pairs)
    by_ref = sorted(range(len(blocks)), key=lambda number: blocks[number][0][::-1])
    starts = _starts(hyp, ref, blocks, by_ref, link)
    order = [i for number in by_ref for i in range(starts[number], starts[number + 1])]
    kept = _undisturbed(pairs, blocks, by_ref)
    found = kept.copy()
    for before, after in pairwise([((-1,), (-1,)), *kept, ((len(hyp),), (len(ref),))]):
        place = range(before[0][-1] + 1, after[0][0])
        lines, others = order[place.start : place.stop], range(before[1][-1] + 1, after[1][0])
        if lines != list(place):
            links = link([hyp[i] for i in lines], [ref[j] for j in others])
            found += ((tuple(sorted(lines[i] for i in h)), tuple(others[j] for j in r)) for h, r in links)
    return sorted(found)


def out_of_order(pairs: Sequence[Pair]) -> set[Pair]:
    """The pairs outside a longest chain that goes on in both texts."""
    by_start = {(h[0], r[0]): (h, r) for h, r in pairs}
    in_order: list[Pair] = []
    for start in longest_increasing(list(by_start)):
        hyp, ref = by_start[start]
        # Lines of a pair need not be neighbours: another one can begin before its end.
        if not in_order or (in_order[-1][0][-1] < hyp[0] and in_order[-1][1][-1] < ref[0]):
            in_order.append((hyp, ref))
    return set(pairs) - set(in_order)


def _seeds(hyp: Sequence[str], ref: Sequence[str], pairs: Sequence[Pair]) -> dict[Seed, float]:
    """Pairs of lines that say the same, wherever they stand, with what they share beyond the least, in order.

    They share stems, which count 1, and stem bigrams, which count 2, if these stand once on each side in some scope.
    """
    keys, owners, is_bigram = stem_keys([*hyp, *ref])
    frequency = np.bincount(keys)
    matches = []
    for scope, most in _scopes(len(hyp), len(ref), pairs):
        at = np.flatnonzero((scope[owners] >= 0) & (frequency[keys] <= most))
        one, two = twos(scope[owners[at]] * len(frequency) + keys[at])
        sides = (owners[at[one]] < len(hyp)) & (owners[at[two]] >= len(hyp))
        matches.append(at[one[sides]] * len(keys) + at[two[sides]])
    one, two = np.divmod(np.unique(np.concatenate(matches)), len(keys))
    found, group = np.unique(owners[one] * (len(hyp) + len(ref)) + owners[two], return_inverse=True)
    i, j = np.divmod(found, len(hyp) + len(ref))
    votes = np.bincount(group, weights=1 + is_bigram[one])
    sizes = np.bincount(owners[~is_bigram], minlength=len(hyp) + len(ref))
    totals = np.bincount(i, votes), np.bincount(j, votes)
    gain = votes - _LEAST_SHARE * np.minimum(sizes[i], sizes[j])
    sure = (gain > 0) & (2 * votes > np.minimum(totals[0][i], totals[1][j]))
    lines = zip(i[sure].tolist(), (j[sure] - len(hyp)).tolist(), strict=True)
    return dict(zip(lines, gain[sure].tolist(), strict=True))


def _scopes(hyp: int, ref: int, pairs: Sequence[Pair]) -> Iterator[tuple[Integers, int]]:
    """Where a word may stand once: the number of the scope of each line or -1, and how often the word may occur at all.

    The scopes are the document, the lines left alone, and overlapping windows of those that stand side by side.
    """
    lines = hyp + ref
    yield np.zeros(lines, np.int64), lines
    alone = np.zeros(lines, np.int64)
    alone[[*(i for h, _ in pairs for i in h), *(hyp + j for _, r in pairs for j in r)]] = -1
    yield alone, _COMMON
    if max(hyp, ref) > _WINDOW:
        places = [-1, *(h[0] for h, _ in pairs), hyp], [-1, *(r[0] for _, r in pairs), ref]
        beside = np.concatenate([np.interp(np.arange(hyp), *places), np.arange(ref)])
        for shift in (_WINDOW // 2, _WINDOW):
            yield ((beside + shift) // _WINDOW).astype(np.int64), lines


def _best_chain(seeds: Mapping[Seed, float]) -> list[Seed]:
    """The heaviest chain of seeds that goes on in the hypothesis and, but for steps back, in the reference."""
    ordered = list(seeds)
    # The chains that may go on, by the reference line where they end: the later, the heavier.
    lines: list[int] = []
    weights: list[float] = []
    ends: list[int] = []
    heaviest = (0.0, -1)
    previous: list[int] = []
    for number, seed in enumerate(ordered):
        at = bisect_right(lines, seed[1])
        onward = (weights[at - 1], ends[at - 1]) if at else (0.0, -1)
        weight, before = max(onward, (heaviest[0] - _STEP_BACK, heaviest[1]))
        previous.append(before)
        weight += seeds[seed]
        dominated = slice(bisect_left(lines, seed[1]), bisect_right(weights, weight, lo=at))
        lines[dominated], weights[dominated], ends[dominated] = [seed[1]], [weight], [number]
        heaviest = max(heaviest, (weight, number))
    found, number = [], heaviest[1]
    while number >= 0:
        found.append(ordered[number])
        number = previous[number]
    return found[::-1]


def _blocks(seeds: Sequence[Seed]) -> list[tuple[Seed, Seed]]:
    """First and last seed of the runs, in hypothesis order, that no other seed breaks in the reference."""
    rank = {seed: number for number, seed in enumerate(sorted(seeds, key=lambda seed: seed[::-1]))}
    breaks = [number for number in range(1, len(seeds)) if rank[seeds[number]] != rank[seeds[number - 1]] + 1]
    return [(seeds[start], seeds[stop - 1]) for start, stop in pairwise([0, *breaks, len(seeds)])]


def _starts(
    hyp: Sequence[str], ref: Sequence[str], blocks: Sequence[tuple[Seed, Seed]], by_ref: Sequence[int], link: Linker
) -> list[int]:
    """The first hypothesis line of each block, and the number of lines.

    Lines between two blocks go with the end of the first or the start of the second, whichever they link with.
    """
    after = {one: blocks[two][0][1] for one, two in pairwise(by_ref)}
    before = {two: blocks[one][1][1] for one, two in pairwise(by_ref)}
    starts = [0]
    for number, ((_, last), (first, _)) in enumerate(pairwise(blocks)):
        start = max(last[0] + 1, first[0])
        if last[0] + 1 < first[0]:
            lines = range(max(0, last[0]), min(first[0] + 1, len(hyp)))
            end = range(max(0, last[1]), max(last[1] + 1, after[number]))
            beginning = range(min(before[number + 1] + 1, first[1]), min(first[1] + 1, len(ref)))
            links = link([hyp[i] for i in lines], [ref[j] for j in (*end, *beginning)])
            cut = min((lines[h[0]] for h, r in links if r[0] >= len(end)), default=first[0])
            start = max(last[0] + 1, cut)
        starts.append(start)
    return [*starts, len(hyp)]


def _undisturbed(pairs: Sequence[Pair], blocks: Sequence[tuple[Seed, Seed]], by_ref: Sequence[int]) -> list[Pair]:
    """The pairs that lie between two places where blocks stand in another order, on both sides between the same two."""
    # Up to each of these, both sides have seen the same blocks.
    settled = [number for number, furthest in enumerate(accumulate(by_ref, max)) if number == furthest]
    zones = [(one, two + 1) for one, two in pairwise(settled) if two > one + 1]
    hyp = list(accumulate(chain.from_iterable((blocks[a][1][0], blocks[b][0][0] + 1) for a, b in zones), max))
    ref = list(
        accumulate(chain.from_iterable((blocks[by_ref[a]][1][1], blocks[by_ref[b]][0][1] + 1) for a, b in zones), max)
    )
    kept = []
    for h, r in pairs:
        bounds = {bisect_right(hyp, i) for i in (h[0], h[-1])} | {bisect_right(ref, j) for j in (r[0], r[-1])}
        if len(bounds) == 1 and bounds.pop() % 2 == 0:
            kept.append((h, r))
    return kept
