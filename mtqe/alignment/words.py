"""Which word of a hypothesis answers which word of its reference.

Words that are the same, or have one stem, are linked along the heaviest chain that is in order on both sides. Blocks of
such words outside the chain are moved text, as a shift of TER is (Snover et al. 2006). What is left is linked by its
spelling, readily between the same neighbours and elsewhere only where it is nearly equal, and by the vectors of an
encoder where there is one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from operator import attrgetter
from typing import Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from mtqe.alignment.chunks import chunks
from mtqe.alignment.forms import Form, have_one_stem, read_words
from mtqe.results import Span

#: Least similarity of spelling between the same neighbours, and elsewhere.
_SIMILAR, _SIMILAR_ELSEWHERE = 0.5, 0.75
#: Shorter words look alike too easily.
_LEAST_LETTERS = 4
#: What a moved block must say: a word of five letters, a number, two characters of a script without spaces.
_LEAST_CONTENT = 2
#: What it adds to the weight of a pair that it stands beside the one before it.
_BESIDE = 0.25
#: Least cosine of two words that are each other's nearest.
_SIMILAR_MEANING = 0.5
#: Places of a repeated word that are looked at for each of its places in the other text.
_MOST_PLACES = 64
#: Words of a piece; `chunks` takes 250 pieces at once.
_PIECE = 8
#: So many words away from where it would stand, text that is not linked can have its counterpart.
_REACH = 4

Pair = tuple[int, int]
_T = TypeVar("_T")
_Named = tuple[Span, Span | None]


@dataclass(frozen=True, slots=True)
class WordLink:
    """A word of the hypothesis and the word of the reference that answers it, or a word of one side alone.

    `hyp` and `ref` are code points `[start, end)` of the two texts; of a word alone, the other side has zero width and
    says where the word would stand. `kind` is `exact` (folded; numbers by value), `stem`, `romanised` (the same in
    ASCII letters, or alike in them where the scripts differ), `fuzzy` (alike in spelling), `embedding` (alike for an
    encoder) and, for a word alone, `addition` or `omission`. `score`, in [0, 1], is the similarity of the spellings in
    ASCII letters (`embedding`: the cosine), and 0 for a word alone. A `moved` link crosses the chain of exact and stem
    links that are in order on both sides.
    """

    hyp: Span
    ref: Span
    kind: str
    score: float
    moved: bool = False


class EncodedText(Protocol):
    """The tokens of a text: vectors `(tokens, dimensions)`, and of each the code points `[start, end)`, `(tokens, 2)`.

    `content` is False for the tokens that only open and close a text.
    """

    @property
    def vectors(self) -> NDArray[np.float32]: ...
    @property
    def content(self) -> NDArray[np.bool_]: ...
    @property
    def offsets(self) -> NDArray[np.int64]: ...


class TokenEncoder(Protocol):
    """What `align_words` needs of an encoder: every text with its tokens, in any order."""

    def encode(self, texts: Sequence[str]) -> Iterable[tuple[str, EncodedText]]: ...


class _Match(NamedTuple):
    kind: str
    score: float
    moved: bool = False


class _Text(NamedTuple):
    """The words of a text; `vectors` is `(words, dimensions)`, without dimensions where there is no encoder."""

    text: str
    spans: list[Span]
    forms: list[Form]
    vectors: NDArray[np.float32]

    def pieces(self) -> list[str]:
        starts = [start for start, _ in self.spans[::_PIECE]]
        return [self.text[start:end] for start, end in pairwise([*starts, len(self.text)])]

    def part(self, pieces: range) -> _Text:
        part = slice(pieces.start * _PIECE, pieces.stop * _PIECE)
        return _Text(self.text, self.spans[part], self.forms[part], self.vectors[part])


_EXACT = _Match("exact", 1.0)


def align_words(hyp: str, ref: str, encoder: TokenEncoder | None = None) -> list[WordLink]:
    """Every word of both texts once, linked or alone, in the order of the hypothesis.

    Words are runs of letters or digits; in scripts without spaces every character is one, and every run of katakana.
    With an `encoder`, words left over that are each other's nearest in the two texts are linked too (SimAlign's argmax,
    Jalili Sabet et al. 2020). Swapped texts give the same links. Texts of more than 2,000 words are cut at places that
    both surely share, and no link crosses a cut.
    """
    encoded = dict(encoder.encode(sorted({hyp, ref}))) if encoder else {}
    one, two = _read(hyp, encoded.get(hyp)), _read(ref, encoded.get(ref))
    # Where candidates tie, the side that is looked at first decides: so it is the same whichever is the hypothesis.
    found = _match(one, two) if hyp <= ref else {(i, j): match for (j, i), match in _match(two, one).items()}
    links = [WordLink(one.spans[i], two.spans[j], *match) for (i, j), match in found.items()]
    answers = dict(found.keys())
    links += (WordLink(word, point, "addition", 0.0) for word, point in _alone(one.spans, two.spans, answers))
    links += (WordLink(point, word, "omission", 0.0) for word, point in _alone(two.spans, one.spans, _turned(answers)))
    return sorted(links, key=attrgetter("hyp", "ref"))


def project(span: Span, links: Sequence[WordLink], onto: Literal["hyp", "ref"]) -> Span:
    """What answers a span of one text in the other: code points `[start, end)`, zero width where nothing does.

    `links` are those of `align_words`; `onto` names the side that is asked for. The answer runs from the first to the
    last word that is linked to a word in the span; where the span begins or ends with a word alone, words alone beside
    them belong to it. Where nothing in the span is linked, it is the words alone between the same neighbours, or else
    words alone near by that no others answer.
    """
    own, other = (attrgetter("ref"), attrgetter("hyp")) if onto == "hyp" else (attrgetter("hyp"), attrgetter("ref"))
    # Every word with the name of its link, the span on the own side, or None for a word alone.
    here = [(own(x), own(x) if _is_wide(other(x)) else None) for x in sorted(links, key=own) if _is_wide(own(x))]
    there = [(other(x), own(x) if _is_wide(own(x)) else None) for x in sorted(links, key=other) if _is_wide(other(x))]
    inside = [name for word, name in here if word[0] < span[1] and span[0] < word[1]]
    found = [k for k, (_, name) in enumerate(there) if name is not None and name in inside]
    if not found:
        return _gap(span, here, there)
    first, last = found[0], found[-1]
    if inside[0] is None:
        while first > 0 and there[first - 1][1] is None:
            first -= 1
    if inside[-1] is None:
        while last + 1 < len(there) and there[last + 1][1] is None:
            last += 1
    return there[first][0][0], there[last][0][1]


def _gap(span: Span, here: Sequence[_Named], there: Sequence[_Named]) -> Span:
    """What answers a span in which no word is linked."""
    before = max((name for _, name in here if name and name[1] <= span[0]), default=None)
    after = min((name for _, name in here if name and name[0] >= span[1]), default=None)
    gaps = _neighbours([name for _, name in there])
    alone = [k for k, (_, name) in enumerate(there) if name is None]
    chosen = [k for k in alone if gaps[k][0] == before or gaps[k][1] == after]
    at = next((k + 1 for k, (_, name) in enumerate(there) if name and name == before), 0)
    if not chosen and any(word[0] < span[1] and span[0] < word[1] for word, _ in here):
        # The order may differ by a few words (said Huerta, Rowhani said): words alone that nothing else can answer.
        asking = [gap for gap, (_, name) in zip(_neighbours([name for _, name in here]), here, strict=True) if not name]
        befores, afters = ({gap[side] for gap in asking} for side in (0, 1))
        near = [k for k in alone if at - _REACH <= k < at + _REACH]
        free = [k for k in near if gaps[k][0] not in befores and gaps[k][1] not in afters]
        nearest = min(free, key=lambda k: (abs(k - at + 0.5), k), default=None)
        chosen = [k for k in alone if nearest is not None and gaps[k] == gaps[nearest]]
    if chosen:
        return there[chosen[0]][0][0], there[chosen[-1]][0][1]
    point = there[at - 1][0][1] if at else 0
    return point, point


def _is_wide(span: Span) -> bool:
    return span[1] > span[0]


def _turned(pairs: Mapping[int, int]) -> dict[int, int]:
    return {j: i for i, j in pairs.items()}


def _alone(own: Sequence[Span], other: Sequence[Span], answers: Mapping[int, int]) -> Iterator[tuple[Span, Span]]:
    """The words that are not linked, each with the end of what answers the linked word before it."""
    point = 0
    for i, span in enumerate(own):
        if i in answers:
            point = other[answers[i]][1]
        else:
            yield span, (point, point)


def _read(text: str, encoded: EncodedText | None) -> _Text:
    spans, forms = read_words(text)
    vectors = np.zeros((len(spans), 0), np.float32) if encoded is None else word_vectors(spans, encoded)
    return _Text(text, spans, forms, vectors)


def word_vectors(spans: Sequence[Span], encoded: EncodedText) -> NDArray[np.float32]:
    """Of each word the sum of its tokens' vectors, of length 1; zero where it has none."""
    vectors = np.zeros((len(spans), encoded.vectors.shape[1]), np.float32)
    # By its last character, since some tokens begin with the space before the word.
    last = encoded.offsets[:, 1] - 1
    owner = np.searchsorted([start for start, _ in spans], last, side="right") - 1
    ends = np.array([0, *(end for _, end in spans)])
    kept = encoded.content & (last < ends[owner + 1])
    np.add.at(vectors, owner[kept], encoded.vectors[kept])
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def _match(one: _Text, two: _Text) -> dict[Pair, _Match]:
    """The linked words of two texts, part by part where they are long."""
    return {
        (left.start * _PIECE + i, right.start * _PIECE + j): match
        for left, right in chunks(one.pieces(), two.pieces())
        for (i, j), match in _match_part(one.part(left), two.part(right)).items()
    }


def _match_part(one: _Text, two: _Text) -> dict[Pair, _Match]:
    candidates = _candidates(one.forms, two.forms)
    in_order = _heaviest_chain({pair: match.score for pair, match in candidates.items()})
    found = {pair: candidates[pair] for pair in (*in_order, *_moved_blocks(one.forms, two.forms, candidates, in_order))}
    found |= _match_spelling(one.forms, two.forms, candidates, dict(found.keys()))
    found |= _match_vectors(one, two, dict(found.keys()))
    rows, columns = [i for i, _ in in_order], [j for _, j in in_order]
    crossing = [(i, j) for i, j in found if bisect_left(rows, i) != bisect_left(columns, j)]
    return found | {pair: found[pair]._replace(moved=True) for pair in crossing}


def _candidates(one: Sequence[Form], two: Sequence[Form]) -> dict[Pair, _Match]:
    """The pairs of equal words, and of words with one stem."""
    by_key: dict[str, list[int]] = defaultdict(list)
    by_start: dict[str, list[int]] = defaultdict(list)
    for j, form in enumerate(two):
        by_key[form.key].append(j)
        if form.plain and not form.is_number:
            by_start[form.plain[:3]].append(j)
    found = {}
    for i, form in enumerate(one):
        at = i * len(two) // len(one)
        for j in _nearest(by_key.get(form.key, ()), at):
            found[i, j] = _EXACT
        if form.plain and not form.is_number:
            for j in _nearest(by_start.get(form.plain[:3], ()), at):
                if form.key != two[j].key and have_one_stem(form.plain, two[j].plain):
                    found[i, j] = _compare(form, two[j], "stem")
    return found


def _nearest(places: Sequence[int], at: int) -> Sequence[int]:
    if len(places) <= _MOST_PLACES:
        return places
    middle = bisect_left(places, at)
    return places[max(0, middle - _MOST_PLACES // 2) : middle + _MOST_PLACES // 2]


def _compare(one: Form, two: Form, kind: str) -> _Match:
    in_ascii = one.key.isascii() and two.key.isascii()
    if not in_ascii and (one.plain == two.plain or one.is_latin != two.is_latin):
        kind = "romanised"
    return _Match(kind, Levenshtein.normalized_similarity(one.plain, two.plain))


def _heaviest_chain(weights: Mapping[Pair, float]) -> list[Pair]:
    """The pairs that increase on both sides and weigh most together, in little more than the time of sorting them."""
    # A staircase of chains: of those that end at or before a column the heaviest, so totals increase with the columns.
    columns: list[int] = []
    totals: list[float] = []
    lasts: list[Pair] = []
    ends: dict[Pair, float] = {}
    before: dict[Pair, Pair | None] = {}
    # Row by row, and descending within a row, which keeps a chain from taking two pairs of one row.
    for i, j in sorted(weights, key=lambda pair: (pair[0], -pair[1])):
        at = bisect_left(columns, j)
        total, previous = (totals[at - 1], lasts[at - 1]) if at else (0.0, None)
        beside = ends.get((i - 1, j - 1), -1.0) + _BESIDE
        if beside >= total:
            total, previous = beside, (i - 1, j - 1)
        total += weights[i, j]
        ends[i, j], before[i, j] = total, previous
        stop = at
        while stop < len(columns) and totals[stop] <= total:
            stop += 1
        if stop > at or at == len(columns) or columns[at] > j:
            columns[at:stop], totals[at:stop], lasts[at:stop] = [j], [total], [(i, j)]
    chain = []
    pair = lasts[-1] if lasts else None
    while pair:
        chain.append(pair)
        pair = before[pair]
    return chain[::-1]


def _moved_blocks(
    one: Sequence[Form], two: Sequence[Form], candidates: Iterable[Pair], in_order: Sequence[Pair]
) -> list[Pair]:
    """Candidates in a row outside the chain, those first that say most."""
    found: list[Pair] = []
    rows, columns = {i for i, _ in in_order}, {j for _, j in in_order}
    while True:
        left = {(i, j) for i, j in candidates if i not in rows and j not in columns}
        ranked = []
        for i, j in left:
            if (i - 1, j - 1) not in left:
                length = next(k for k in count() if (i + k, j + k) not in left)
                content = sum(min(one[i + k].content, two[j + k].content) for k in range(length))
                if content >= _LEAST_CONTENT:
                    ranked.append((-content, _distance((i, j), one, two), i, j, length))
        if not ranked:
            return found
        for _, _, i, j, length in sorted(ranked):
            block = [(i + k, j + k) for k in range(length)]
            if not any(i in rows or j in columns for i, j in block):
                found += block
                rows.update(i for i, _ in block)
                columns.update(j for _, j in block)


def _distance(pair: Pair, one: Sequence[Form], two: Sequence[Form]) -> float:
    return abs(pair[0] / len(one) - pair[1] / len(two))


def _match_spelling(
    one: Sequence[Form], two: Sequence[Form], candidates: Mapping[Pair, _Match], linked: Mapping[int, int]
) -> dict[Pair, _Match]:
    """Links of words left over that are spelled alike, the most similar first."""
    turned = _turned(linked)
    rows = [i for i, form in enumerate(one) if i not in linked and _is_spelled(form)]
    columns = [j for j, form in enumerate(two) if j not in turned and _is_spelled(form)]
    if not rows or not columns:
        return {}
    spelled = [one[i].plain for i in rows], [two[j].plain for j in columns]
    scores = cdist(*spelled, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    around = _neighbours([i if i in linked else None for i in range(len(one))])
    around_other = _neighbours([turned.get(j) for j in range(len(two))])
    ranked = []
    for row, column in np.argwhere(scores >= _SIMILAR).tolist():
        i, j, score = rows[row], columns[column], scores[row, column]
        beside = any(a == b for a, b in zip(around[i], around_other[j], strict=True))
        if beside or score >= _SIMILAR_ELSEWHERE:
            ranked.append((-score, _distance((i, j), one, two), i, j))
    found: dict[Pair, _Match] = {}
    used: tuple[set[int], set[int]] = set(), set()
    for _, _, i, j in sorted(ranked):
        if i not in used[0] and j not in used[1]:
            found[i, j] = candidates.get((i, j)) or _compare(one[i], two[j], "fuzzy")
            used[0].add(i)
            used[1].add(j)
    return found


def _is_spelled(form: Form) -> bool:
    return len(form.plain) >= _LEAST_LETTERS and not form.is_number


def _neighbours(names: Sequence[_T | None]) -> list[tuple[_T | None, _T | None]]:
    """For each word the names of the nearest words before and after it that have one, None at the edges."""
    sides: tuple[list[_T | None], list[_T | None]] = [], []
    for side, row in zip(sides, (names, reversed(names)), strict=True):
        nearest = None
        for name in row:
            nearest = nearest if name is None else name
            side.append(nearest)
    return list(zip(sides[0], reversed(sides[1]), strict=True))


def _match_vectors(one: _Text, two: _Text, linked: Mapping[int, int]) -> dict[Pair, _Match]:
    """Links of words left over of which each is the nearest of the other among all words."""
    if not one.vectors.size or not two.vectors.size:
        return {}
    scores = one.vectors @ two.vectors.T
    turned, back = _turned(linked), scores.argmax(axis=0).tolist()
    return {
        (i, j): _Match("embedding", min(float(scores[i, j]), 1.0))
        for i, j in enumerate(scores.argmax(axis=1).tolist())
        if back[j] == i
        and scores[i, j] >= _SIMILAR_MEANING
        and i not in linked
        and j not in turned
        and not one.forms[i].is_number
        and not two.forms[j].is_number
    }
