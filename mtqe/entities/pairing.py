"""Which words of a hypothesis stand for the words of names that it lacks: like ones, then those in their place."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence, Set
from typing import NamedTuple

from mtqe.entities.forms import similarity
from mtqe.entities.index import Index, grouped
from mtqe.entities.mentions import Token

#: How far two spellings may differ and still be taken for one name written wrong.
SIMILAR = 0.5
#: How far apart, as a share of the segment, a name and the one in its place may stand.
NEAR = 0.35
#: The least similarity of a word whose capital may be that of its sentence alone.
_SIMILAR_INITIAL = 0.7

Tokens = Sequence[Token]


class Pair(NamedTuple):
    """A word of the hypothesis that stands for a missing one."""

    hyp: int
    similarity: float
    rule: str


def pair_missing(
    ref: Tokens, hyp: Tokens, missing: Sequence[int], explained: Set[int], index: Index
) -> dict[int, Pair]:
    """The words of the hypothesis that stand for the `missing` ones of the reference, one to one.

    `explained` are words of the hypothesis that answer something, and `index` is the hypothesis's.
    """
    if not missing:
        return {}
    pairs = _pair_similar(ref, hyp, missing, explained, index)
    taken = explained | {pair.hyp for pair in pairs.values()}
    return pairs | _pair_in_line(ref, hyp, [i for i in missing if i not in pairs], taken)


def distance(ref: Tokens, hyp: Tokens, i: int, j: int) -> float:
    """How far apart two words stand, as a share of the segment."""
    return abs(i / max(1, len(ref)) - j / max(1, len(hyp)))


def _pair_similar(
    ref: Tokens, hyp: Tokens, missing: Sequence[int], explained: Set[int], index: Index
) -> dict[int, Pair]:
    """Missing words with unexplained ones, the most similar first."""
    spare = _spare(ref, hyp, index)
    free = grouped((_kind(hyp[j]), j) for j in index.capitals if j not in explained or j in spare)
    candidates = []
    for wanted, places in grouped((_kind(ref[i]), i) for i in missing).items():
        for given, others in free.items():
            if wanted[1:] != given[1:] or wanted == given:
                continue
            score = similarity(wanted[0], given[0])
            if score >= SIMILAR:
                candidates += [
                    (-score, distance(ref, hyp, i, j), i, j)
                    for i in places
                    for j in others
                    if score >= _SIMILAR_INITIAL or hyp[j].role != "word"
                ]
    pairs: dict[int, Pair] = {}
    taken: set[int] = set()
    for score, _, i, j in sorted(candidates):
        if i not in pairs and j not in taken:
            pairs[i] = Pair(j, -score, "spelling")
            taken.add(j)
    return pairs


def _spare(ref: Tokens, hyp: Tokens, index: Index) -> set[int]:
    """Proper words that the hypothesis has more often than the reference: one may stand for another name."""
    said = Counter(token.form for token in ref)
    forms = {token.form for token in hyp if token.role == "proper"}
    return {j for form in forms if 0 < said[form] < len(index.by_form[form]) for j in index.by_form[form]}


def _pair_in_line(ref: Tokens, hyp: Tokens, missing: Sequence[int], taken: Set[int]) -> dict[int, Pair]:
    """What is still missing with what still stands unexplained at about the same place."""
    made: dict[int, Pair] = {}
    free = [j for j, token in enumerate(hyp) if token.role != "word" and j not in taken]
    for reach, rule in ((NEAR, "position"), (1.0, "the only one left")):
        for i in missing:
            if i in made or not free:
                continue
            after = bisect(free, i * len(hyp) / len(ref))
            nearest, j = min((distance(ref, hyp, i, j), j) for j in free[max(0, after - 1) : after + 1])
            if nearest <= reach:
                made[i] = Pair(j, similarity(ref[i].form, hyp[j].form), rule)
                free.remove(j)
    return made


def _kind(token: Token) -> tuple[str, bool, bool]:
    return token.form, token.code, token.acronym
