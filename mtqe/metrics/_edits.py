"""The edits and shifts of TER (Snover et al. 2006), by the rules of Tercom that sacreBLEU follows.

TER looks for the shifts of hypothesis words that save most edits, one at a time, under limits: it only looks at
matching runs of at most 10 words that lie at most 50 words apart, at 1000 candidates in all, and at edit paths near
the diagonal. Those limits decide the number, so they are kept to the letter. What is saved is the work of a candidate:
a shift changes a stretch of the hypothesis alone, so the distances before it are those of the unshifted words, and
the least distance from each cell behind it to the end is known from one pass backwards.
"""

from __future__ import annotations

import math

import numpy as np

from mtqe.metrics._compiled import compiled
from mtqe.metrics._tokens import Int32, Int64, Ragged

_LONGEST_SHIFT = 10
_FARTHEST_SHIFT = 50
_MOST_CANDIDATES = 1000
_BEAM = 25
#: Of each row of the distance matrix the columns [low, high) of the beam, and where its column 0 would be in storage.
_Beam = tuple[Int64, Int64, Int64]
#: For each reference word the hypothesis word at or before it, and running counts of unmatched words on both sides.
_Alignment = tuple[Int64, Int64, Int64]
#: Distances from the start and to the end, and those of a candidate.
_Matrices = tuple[Int32, Int32, Int32]

_NEVER = 1 << 28  # the distance of a cell outside the beam; two of them fit in an int32


def edits(references: Ragged, hypotheses: Ragged, reference_of: Int64) -> Int64:
    """Edits and shifts that turn each hypothesis into reference `reference_of[i]`, (hypotheses,)."""
    return _edits(*references, *hypotheses, reference_of)


@compiled
def _edits(ref: Int32, ref_at: Int64, hyp: Int32, hyp_at: Int64, reference_of: Int64) -> Int64:
    result = np.zeros(len(reference_of), np.int64)
    for k in range(len(reference_of)):
        r = reference_of[k]
        result[k] = _one(hyp[hyp_at[k] : hyp_at[k + 1]], ref[ref_at[r] : ref_at[r + 1]])
    return result


@compiled
def _one(hyp: Int32, ref: Int32) -> int:
    n, m = len(hyp), len(ref)
    if n == 0 or m == 0:
        return max(n, m)
    beam = _beam(n, m)
    row = beam[2]
    cells = row[n] + m + 2
    forward, backward, trial = np.empty(cells, np.int32), np.empty(cells, np.int32), np.empty(cells, np.int32)
    for j in range(m + 1):
        forward[row[0] + j] = j
    words, shifted = hyp.copy(), hyp.copy()
    alignment = (np.empty(m, np.int64), np.zeros(m + 1, np.int64), np.zeros(n + 1, np.int64))
    shifts = checked = 0
    while True:
        _forwards(words, np.int64(0), n, ref, beam, forward)  # a plain 0 would be compiled as a type of its own
        distance = forward[row[n] + m]
        if distance == 0:
            return shifts
        _trace(words, ref, row, forward, alignment)
        _backwards(words, ref, beam, backward)
        gain, length, start, target, more = _best_shift(
            words, ref, distance, _MOST_CANDIDATES - checked, alignment, beam, (forward, backward, trial), shifted
        )
        checked += more
        if checked >= _MOST_CANDIDATES or gain <= 0:
            return int(shifts + distance)
        first, last = _shift(words, start, length, target, shifted)
        _copy(shifted, first, last, words, first)
        shifts += 1


@compiled
def _beam(n: int, m: int) -> _Beam:
    """A row is stored from the column before `low` up to the `high` of the next row, which looks there."""
    ratio = m / n
    width = math.ceil(ratio / 2 + _BEAM) if ratio / 2 > _BEAM else _BEAM
    low, high = np.zeros(n + 1, np.int64), np.empty(n + 1, np.int64)
    high[0] = m + 1
    for i in range(1, n + 1):
        diagonal = math.floor(i * ratio)
        low[i] = max(0, diagonal - width)
        high[i] = min(m + 1, diagonal + width)
    high[n] = m + 1
    row = np.empty(n + 1, np.int64)
    at = 0
    for i in range(n + 1):
        row[i] = at - (low[i] - 1)
        at += max(high[i], high[min(i + 1, n)]) - low[i] + 2
    return low, high, row


@compiled
def _forwards(words: Int32, first: int | np.int64, last: int, ref: Int32, beam: _Beam, distance: Int32) -> None:
    """Fills rows `first` + 1 to `last`: the distance of the first i words to the first j of the reference."""
    n = len(words)
    low, high, row = beam
    for i in range(first + 1, last + 1):
        above, own, word = row[i - 1], row[i], words[i - 1]
        distance[own + low[i] - 1] = _NEVER
        begin = low[i]
        left = _NEVER
        if begin == 0:
            left = distance[above] + 1
            distance[own] = left
            begin = 1
        diagonal = distance[above + begin - 1]
        for j in range(begin, high[i]):
            up = distance[above + j]
            best = diagonal + (0 if word == ref[j - 1] else 1)
            best = min(best, min(up, left) + 1)
            diagonal, left = up, best
            distance[own + j] = best
        for j in range(high[i], high[min(i + 1, n)]):
            distance[own + j] = _NEVER


@compiled
def _backwards(words: Int32, ref: Int32, beam: _Beam, distance: Int32) -> None:
    """Fills all rows: the distance of the words from i on to the reference from j on, by the cells of the beam."""
    n, m = len(words), len(ref)
    low, high, row = beam
    for j in range(low[n], m + 1):
        distance[row[n] + j] = m - j
    for i in range(n - 1, -1, -1):
        below, own, word = row[i + 1], row[i], words[i]
        right = _NEVER
        for j in range(high[i] - 1, low[i] - 1, -1):
            best = right + 1
            if low[i + 1] <= j < high[i + 1]:
                best = min(best, distance[below + j] + 1)
            if j < m and low[i + 1] <= j + 1 < high[i + 1]:
                best = min(best, distance[below + j + 1] + (0 if word == ref[j] else 1))
            right = min(best, _NEVER)
            distance[own + j] = right


@compiled
def _trace(words: Int32, ref: Int32, row: Int64, distance: Int32, alignment: _Alignment) -> None:
    """Fills the alignment; of equal paths it takes, from the end: match or substitution, deletion, insertion."""
    align, ref_errors, hyp_errors = alignment
    i, j = len(words), len(ref)
    while i > 0 or j > 0:
        here = distance[row[i] + j]
        match = i > 0 and j > 0 and words[i - 1] == ref[j - 1]
        if i > 0 and j > 0 and distance[row[i - 1] + j - 1] + (0 if match else 1) == here:
            i, j = i - 1, j - 1
            align[j] = i
            hyp_errors[i + 1] = ref_errors[j + 1] = 0 if match else 1
        elif i > 0 and (j == 0 or distance[row[i - 1] + j] + 1 == here):
            i -= 1
            hyp_errors[i + 1] = 1
        else:
            j -= 1
            align[j] = i - 1
            ref_errors[j + 1] = 1
    for i in range(len(words)):
        hyp_errors[i + 1] += hyp_errors[i]
    for j in range(len(ref)):
        ref_errors[j + 1] += ref_errors[j]


@compiled
def _best_shift(
    words: Int32,
    ref: Int32,
    distance: int,
    most: int,
    alignment: _Alignment,
    beam: _Beam,
    matrices: _Matrices,
    shifted: Int32,
) -> tuple[int, int, int, int, int]:
    """The shift that saves most edits: gain, length, start, target, and how many candidates were checked of `most`.

    Among equals the longest, then the one that starts first, then the one that goes farthest to the front.
    """
    n, m = len(words), len(ref)
    align, ref_errors, hyp_errors = alignment
    best, checked = (-_NEVER, 0, 0, 0), 0
    for start in range(n):
        for goal in range(max(0, start - _FARTHEST_SHIFT), min(m, start + _FARTHEST_SHIFT + 1)):
            for length in range(1, min(_LONGEST_SHIFT, n - start, m - goal) + 1):
                if words[start + length - 1] != ref[goal + length - 1]:
                    break
                # both sides must be wrong where they stand, and the words must not already be there
                if hyp_errors[start + length] == hyp_errors[start] or ref_errors[goal + length] == ref_errors[goal]:
                    continue
                if start <= align[goal] < start + length:
                    continue
                before = -1
                for at in range(goal - 1, goal + length):
                    target = align[at] + 1 if at >= 0 else 0
                    if target == before:
                        continue
                    before = target
                    checked += 1
                    first, last = _shift(words, start, length, target, shifted)
                    moved = _moved_distance(shifted, first, last, ref, beam, matrices)
                    candidate = (distance - moved, length, -start, -target)
                    if candidate > best:
                        best = candidate
                if checked >= most:
                    return best[0], best[1], -best[2], -best[3], checked
    return best[0], best[1], -best[2], -best[3], checked


@compiled
def _shift(words: Int32, start: int, length: int, target: int, shifted: Int32) -> tuple[int, int]:
    """Writes into `shifted` the stretch [first, last) that changes when words go to stand before `target`."""
    if target < start:
        first, last, split = target, start + length, start
    elif target > start + length:
        first, last, split = start, target, start + length
    else:  # within itself: as many words onwards
        first, last, split = start, min(len(words), target + length), start + length
    _copy(words, split, last, shifted, first)
    _copy(words, first, split, shifted, first + last - split)
    return first, last


@compiled
def _copy(source: Int32, first: int, last: int, target: Int32, at: int) -> None:
    """A loop, which compiles in a fraction of the time that assigning a slice takes."""
    for i in range(first, last):
        target[at + i - first] = source[i]


@compiled
def _moved_distance(shifted: Int32, first: int, last: int, ref: Int32, beam: _Beam, matrices: _Matrices) -> int:
    """The edit distance of the words with `shifted[first:last]` in their places."""
    low, high, row = beam
    forward, backward, trial = matrices
    begin = row[first] + low[first] - 1
    end = row[first] + max(high[first], high[min(first + 1, len(shifted))])
    _copy(forward, begin, end, trial, begin)
    _forwards(shifted, first, last, ref, beam, trial)
    least = _NEVER
    for j in range(low[last], high[last]):
        least = min(least, trial[row[last] + j] + backward[row[last] + j])
    return least
