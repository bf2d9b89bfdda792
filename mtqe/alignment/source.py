"""Pairs the lines of a translation with those of its source, for want of a reference.

Without an encoder there is little to go by: the length of a line tells the length of its translation (Gale & Church
1993), numbers and punctuation marks stay, and names begin alike when both are romanised. What a longest common
subsequence of these tokens matches counts as log odds beside those of the lengths, and so do marks at the ends of lines
and, where an encoder knows both languages, the closeness of vectors. Every text has some fit by length: how much less
the source fits when it is read backwards tells how far the links can be trusted.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import regex
from anyascii import anyascii

from mtqe.alignment.chunks import Anchor, longest_increasing
from mtqe.alignment.dynamic import Pair, cost_alone
from mtqe.alignment.encoders import Vectors, margin
from mtqe.alignment.evidence import common_places
from mtqe.alignment.features import UNSPACED, Matrix, is_fragment
from mtqe.alignment.marks import common_ends
from mtqe.text import fold

#: The method and its version; a change that can move a link changes it.
METHOD = "source:lengths,numbers,names,marks|v1"

# Chosen on the development data; scores change little around them.
#: Variance of the length of a translation per character; 6.8 in careful human translation (Gale & Church).
_VARIANCE = 12.0
#: How many letters a character of a script without spaces counts as.
_WIDE = 3
#: What a link gains over lines that stand alone (log odds, as all gains), so that a link of more lines is no cheaper
#: than one of two, and what a margin of 1 between vectors adds.
_LINK, _CLOSENESS = 4.0, 10.0
#: Cost of a heading, or another line without full stop, that is taken into a link with the line after it.
_JOIN = 0.5
#: A link that is not 2-2 has one line on one side, and at most so many on the other.
_MOST_LINES = 6
#: Romanised words are compared by so many letters, and must have as many as this to be looked at.
_STEM, _FEWEST = 4, 3
#: So many lines of each side are paired at a time; links that begin in the first part stand, the rest is paired again.
#: After an anchor so many lines are enough to see how it goes on.
_WINDOW, _STANDS, _MARGIN = 200, 150, 10
#: Lines of one side by lines of the other that may lie before an anchor that is further on one side.
_MOST_CELLS = 160_000
#: So many lines tell the ratio of lengths and the cost of lines alone.
_SAMPLE = 1000
#: The gain per line of a link that is more likely right than wrong, and a gain that is no reason for distrust.
_CERTAIN, _LITTLE = 2.0, 3.0

_UNSPACED = regex.compile(UNSPACED)
_TOKEN = regex.compile(
    rf"""(?P<number> \p{{N}}+(?:[.,:\ ]\p{{N}}+)*)
    | (?P<word> \p{{Katakana}}[\p{{Katakana}}ー]+ | (?:(?!{UNSPACED})[\p{{L}}\p{{M}}'’])+)
    | (?P<mark> [?!:;()"%&/「」『』])""",
    regex.VERBOSE,
)
_QUOTES = "「」『』"
_MARKS = str.maketrans("。，、？！：；", ".,,?!:;")

Token = tuple[str, str]
Found = tuple[Pair, float]


def pair_with_source(hyp: Sequence[str], source: Sequence[str], vectors: Vectors | None) -> list[Found]:
    """The links between the lines of a translation and those of its source, each with a score.

    Links are monotone, a line is in one at most, and an empty one in none. The score is in [0, 1], without vectors in
    [0, 0.5]; it tends to 0 where the source would fit as well if it were read backwards.
    """
    highest = 0.5 if vectors is None else 1.0
    if list(hyp) == list(source):
        return [(((i,), (i,)), highest) for i in range(len(hyp))]
    places = [[i for i, line in enumerate(lines) if line.strip()] for lines in (hyp, source)]
    one, two = ([lines[i] for i in kept] for lines, kept in zip((hyp, source), places, strict=True))
    if not one or not two:
        return []
    scale, alone = _learn(one[:_SAMPLE], two[:_SAMPLE], vectors)
    return [
        ((tuple(places[0][i] for i in h), tuple(places[1][j] for j in s)), highest * trust * _certainty(gain, h, s))
        for part in _parts(one, two, scale, alone, vectors)
        for trust in [_trust(part, scale, alone, vectors)]
        for (h, s), gain in part.links
    ]


def common_words(hyp: Sequence[str], source: Sequence[str]) -> list[str]:
    """Numbers of the first lines that the others have, and words that begin as one of theirs when romanised."""
    there = {token for token in chain.from_iterable(map(_tokens, source)) if token[0] != "mark"}
    return [match.group() for line in hyp for match in _TOKEN.finditer(line) if _token(match) in there]


@lru_cache(maxsize=65536)
def _tokens(line: str) -> tuple[Token, ...]:
    """What may look the same in a line and in its translation: numbers, romanised words and punctuation marks."""
    found = map(_token, _TOKEN.finditer(fold(line)))
    return tuple((kind, text) for kind, text in found if kind != "word" or len(text) >= _FEWEST)


def _token(match: regex.Match[str]) -> Token:
    kind, text = str(match.lastgroup), match.group()
    if kind == "mark":
        return kind, '"' if text in _QUOTES else text
    if kind == "number":
        return kind, "".join(filter(str.isalnum, fold(text)))
    return kind, "".join(filter(str.isalpha, anyascii(fold(text)).lower()))[:_STEM]


def _certainty(gain: float, hyp: tuple[int, ...], source: tuple[int, ...]) -> float:
    return float(1 - np.exp(-max(0.0, gain) / (len(hyp) + len(source)) / _CERTAIN))


def _trust(part: _Part, scale: float, alone: tuple[float, float], vectors: Vectors | None) -> float:
    """0 for lines that fit their source read backwards as well, 1 for those that fit it twice as well or better."""
    backwards = _Window(part.hyp, part.source[::-1], vectors).links(scale, alone)
    return float(np.clip(2 - 2 * _total(backwards) / (part.gain + _LITTLE), 0, 1))


def _learn(hyp: Sequence[str], source: Sequence[str], vectors: Vectors | None) -> tuple[float, tuple[float, float]]:
    """The length of hypothesis lines by that of their source, and what a line of either side costs alone.

    A first pairing tells both: the one that gains more of two, which begin with the ratio of the lengths of all full
    sentences and with that of the median lines.
    """
    lengths = [np.array([_length(line) for line in lines]) for lines in (hyp, source)]
    full = [np.array([not is_fragment(line.translate(_MARKS)) for line in lines]) for lines in (hyp, source)]
    if not (full[0].any() and full[1].any()):
        full = [np.ones(len(lines), bool) for lines in (hyp, source)]
    starts = [float(measure(lengths[0][full[0]]) / measure(lengths[1][full[1]])) for measure in (np.sum, np.median)]
    pairings = [
        [link for part in _parts(hyp, source, start, (0.0, 0.0), vectors) for link in part.links] for start in starts
    ]
    pairs = [pair for pair, _ in max(pairings, key=_total)]
    if not pairs:
        return starts[0], (0.0, 0.0)
    linked = [[line for pair in pairs for line in pair[side]] for side in (0, 1)]
    scale = lengths[0][linked[0]].sum() / lengths[1][linked[1]].sum()
    runs = [int((np.diff(side) > 1).sum()) for side in linked]
    return float(scale), (cost_alone(runs[0], len(linked[0])), cost_alone(runs[1], len(linked[1])))


@lru_cache(maxsize=65536)
def _length(line: str) -> int:
    """The letters of a line; a character that says as much as several of them counts as so many."""
    return len(line) + 1 + (_WIDE - 1) * len(_UNSPACED.findall(line))


def _total(links: Sequence[Found]) -> float:
    return sum(gain for _, gain in links)


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines that are paired at once, what all their links gain, and the links among them that stand."""

    hyp: Sequence[str]
    source: Sequence[str]
    gain: float
    links: list[Found]


def _parts(
    hyp: Sequence[str], source: Sequence[str], scale: float, alone: tuple[float, float], vectors: Vectors | None
) -> Iterator[_Part]:
    """The text, paired part by part; `scale` is the length of hypothesis lines by that of source lines."""
    anchors = _anchors(hyp, source)
    i = j = 0
    while i < len(hyp) and j < len(source):
        whole = len(hyp) - i <= _WINDOW and len(source) - j <= _WINDOW
        anchor = None if whole else _next_anchor(anchors, i, j)
        if anchor:
            h, s = anchor
            one, two = hyp[i : h + _MARGIN], source[j : s + _MARGIN]
        else:
            h, s = (len(hyp), len(source)) if whole else (i + _STANDS, j + _STANDS)
            one, two = hyp[i : i + _WINDOW], source[j : j + _WINDOW]
        links = _Window(one, two, vectors).links(scale, alone, inside=i + j > 0)
        stand = [
            ((tuple(i + x for x in left), tuple(j + y for y in right)), gain)
            for (left, right), gain in links
            if i + left[0] < h and j + right[0] < s
        ]
        yield _Part(one, two, _total(links), stand)
        if whole:
            return
        last = (stand[-1][0][0][-1] + 1, stand[-1][0][1][-1] + 1) if stand else (i, j)
        # Without an anchor nobody knows where the side that is behind goes on.
        i, j = (max(h, last[0]), max(s, last[1])) if anchor or not stand else last


def _next_anchor(anchors: Sequence[Anchor], i: int, j: int) -> Anchor | None:
    """The last anchor in reach of lines i and j; else the first one, which is further where one side lacks lines."""
    ahead = [(h, s) for h, s in anchors[bisect(anchors, (i, j)) :][:_STANDS] if s > j and h > i]
    near = [(h, s) for h, s in ahead if h - i <= _STANDS and s - j <= _STANDS]
    far = [(h, s) for h, s in ahead[:1] if (h - i) * (s - j) <= _MOST_CELLS]
    found = near or far
    return found[-1] if found else None


def _anchors(hyp: Sequence[str], source: Sequence[str]) -> list[Anchor]:
    """Pairs of lines that have a number or name alone on each side, increasing on both sides."""
    places, others = _single(hyp), _single(source)
    return longest_increasing(list({(places[token], others[token]) for token in places if token in others}))


def _single(lines: Sequence[str]) -> dict[Token, int]:
    """The line of each number and longer word that stands in one line only."""
    counts = Counter(token for line in lines for token in set(_tokens(line)))
    return {
        token: i
        for i, line in enumerate(lines)
        for token in _tokens(line)
        if counts[token] == 1 and (token[0] == "number" or len(token[1]) == _STEM)
    }


class _Window:
    """Lines of both sides, and what speaks for their links whatever the ratio of lengths is."""

    def __init__(self, hyp: Sequence[str], source: Sequence[str], vectors: Vectors | None) -> None:
        evidence = _evidence(hyp, source)
        if vectors is not None:
            evidence += _CLOSENESS * margin(hyp, source, vectors)
        self.shared = np.zeros((len(hyp) + 1, len(source) + 1))
        self.shared[1:, 1:] = evidence.cumsum(axis=0).cumsum(axis=1)
        hyp, source = ([line.translate(_MARKS) for line in lines] for lines in (hyp, source))
        self.ends = common_ends(hyp, source)
        self.joins = [_JOIN * np.cumsum([0, *map(is_fragment, lines[:-1])]) for lines in (hyp, source)]
        self.lengths = [np.cumsum([0, *map(_length, lines)]) for lines in (hyp, source)]

    def links(self, scale: float, alone: tuple[float, float], inside: bool = False) -> list[Found]:
        """The links, in order, whose gains add up to most.

        Lines alone at the end cost nothing, nor do the first ones unless the window begins `inside` the text.
        """
        gains = self._gains(scale)
        shapes = list(gains)
        rows, columns = self.ends.shape
        first = np.array(alone) * inside
        best = np.zeros((rows + 1, columns + 1))
        best[0], best[:, 0] = -first[1] * np.arange(columns + 1), -first[0] * np.arange(rows + 1)
        choice = np.zeros((rows + 1, columns + 1), int)  # 0 leaves the line of the hypothesis alone
        spent = alone[1] * np.arange(columns)
        for i in range(1, rows + 1):
            candidates = np.full((len(shapes) + 1, columns + 1), -np.inf)
            candidates[0] = best[i - 1] - alone[0]
            for k, (a, b) in enumerate(shapes, 1):
                if a <= i:
                    candidates[k, b:] = best[i - a, : columns + 1 - b] + gains[a, b][i - a]
            choice[i] = candidates.argmax(axis=0)
            row = candidates[:, 1:].max(axis=0)
            best[i, 1:] = np.maximum.accumulate(row + spent) - spent
            choice[i, 1:][best[i, 1:] > row + 1e-9] = -1  # leaves the line of the source alone
        i, j = rows, int(best[rows].argmax())
        if best[:, columns].max() > best[i, j]:
            i, j = int(best[:, columns].argmax()), columns
        found: list[Found] = []
        while i and j:
            if choice[i, j] < 1:
                i, j = (i - 1, j) if choice[i, j] == 0 else (i, j - 1)
                continue
            a, b = shapes[choice[i, j] - 1]
            i, j = i - a, j - b
            found.append(((tuple(range(i, i + a)), tuple(range(j, j + b))), float(gains[a, b][i, j])))
        return found[::-1]

    def _gains(self, scale: float) -> dict[tuple[int, int], Matrix]:
        """What a link of each shape that begins at line i and at line j gains."""
        one, two, table = self.lengths[0], self.lengths[1] * scale, self.shared
        gains = {}
        for a, b in _shapes(*self.ends.shape):
            shared = table[a:, b:] - table[:-a, b:] - table[a:, :-b] + table[:-a, :-b]
            left, right = _sums(one, a)[:, None], _sums(two, b)[None]
            off = np.abs(left - right) / np.sqrt(_VARIANCE * (left + right) / 2)
            joins = _sums(self.joins[0], a - 1)[:, None] + _sums(self.joins[1], b - 1)[None]
            # The terms with `off` are close to the logarithm of the chance that lengths differ by as much or more.
            gains[a, b] = _LINK + shared + self.ends[a - 1 :, b - 1 :] - joins - 0.717 * off - 0.416 * off**2
        return gains


def _sums(table: Matrix, lines: int) -> Matrix:
    """The sum over each run of so many lines, from sums that begin with 0."""
    return np.asarray(table[lines:] - table[: len(table) - lines])


def _shapes(hyp: int, source: int) -> list[tuple[int, int]]:
    """How many lines of each side a link may have."""
    wide = [(1, n) for n in range(1, _MOST_LINES + 1)]
    tall = [(n, 1) for n in range(2, _MOST_LINES + 1)]
    return [(a, b) for a, b in (*wide, *tall, (2, 2)) if a <= hyp and b <= source]


def _evidence(hyp: Sequence[str], source: Sequence[str]) -> Matrix:
    """The log odds of two lines from the tokens that a longest common subsequence of both texts matches."""
    one, two = ([(token, i) for i, line in enumerate(side) for token in _tokens(line)] for side in (hyp, source))
    common = {token for token, _ in one} & {token for token, _ in two}
    one, two = ([(token, i) for token, i in side if token in common] for side in (one, two))
    frequency = Counter(token for side in (one, two) for token, _ in set(side))
    shared = np.zeros((len(hyp), len(source)))
    places = common_places([token for token, _ in one], [token for token, _ in two])
    for at, other in zip(*(side.tolist() for side in places), strict=True):
        token, line = one[at]
        shared[line, two[other][1]] += np.log((len(hyp) + len(source)) / frequency[token])
    return shared
