"""Words of place and order taken for a conviction or a rank, or the other way round: `sense`.

A soldier on the left of a picture is no left-wing soldier: the compound fixes one of the senses of its first word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtqe.meaning.inflection import word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project
from mtqe.results import ErrorSpan

_PLACES = word_set("left right centre center upper lower middle top front back first second third")
#: What makes a compound of them say something else.
_FIXERS = word_set(
    "wing wings winger wingers winged leaning handed hander footed class rate ranking ranked hand bench bencher "
    "benchers world party"
)
_JOINED = {
    "leftist": "left", "leftists": "left", "leftwing": "left", "leftwinger": "left", "rightist": "right",
    "rightists": "right", "rightwing": "right", "rightwinger": "right", "centrist": "centre", "centrists": "centre",
    "backbencher": "back", "backbenchers": "back", "frontbencher": "front", "secondhand": "second",
}  # fmt: skip
#: Where these stand, the plain word may have the sense of the compound.
_SUBJECTS = word_set(
    "politics political politician politicians party parties radical extremist extremists socialist socialists "
    "communist communists conservative conservatives liberal liberals progressive nationalist populist class rank "
    "used quality rated parliament mp mps faction coalition far hard activist activists militant militants"
)
#: So many words from where it would stand, the plain word can be meant.
_REACH = 6.0


def find_senses(pair: Pair) -> Iterator[ErrorSpan]:
    """Compounds that the other text has the plain word for."""
    for i, last, place in _compounds(pair.hyp):
        j = _plain(pair.ref, place, project(i, pair.to_ref), i, pair.to_ref)
        if j is not None:
            yield _candidate(pair, (i, last), (j, j))
    for j, last, place in _compounds(pair.ref):
        at = _plain(pair.hyp, place, project(j, pair.to_hyp), j, pair.to_hyp)
        if at is not None:
            yield _candidate(pair, (at, at), (j, last))


def _candidate(pair: Pair, hyp: tuple[int, int], ref: tuple[int, int]) -> ErrorSpan:
    return ErrorSpan(
        (pair.hyp.spans[hyp[0]][0], pair.hyp.spans[hyp[1]][1]),
        (pair.ref.spans[ref[0]][0], pair.ref.spans[ref[1]][1]),
        category="Accuracy/Mistranslation",
        confidence=0.7,
        rule="sense",
    )


def _compounds(side: Side) -> Iterator[tuple[int, int, str]]:
    """The first and the last word of each, and its word of place."""
    words = [form.key for form in side.forms]
    for at, word in enumerate(words):
        if word in _JOINED:
            yield at, at, _JOINED[word]
        elif word in _PLACES and at + 1 < len(words) and words[at + 1] in _FIXERS and _is_joined(side, at):
            yield at, at + 1, word


def _is_joined(side: Side, at: int) -> bool:
    return side.text[side.spans[at][1] : side.spans[at + 1][0]] in ("-", "‑", "–", " ", "")


def _is_set_off(side: Side, at: int) -> bool:
    """Whether a word stands by itself, as a caption says where someone stands: before a comma, a bracket or the end."""
    after = side.text[side.spans[at][1] :].lstrip()
    return not after or after[0] in ",;:.)]!?—–"


def _plain(side: Side, word: str, place: float, at: int, answers: Mapping[int, int]) -> int | None:
    """Where the plain word stands in a text that has neither the compound nor what would give the word its sense."""
    keys = [form.key for form in side.forms]
    if not (_FIXERS | _SUBJECTS | set(_JOINED)).isdisjoint(keys):
        return None
    near = [j for j, key in enumerate(keys) if key == word and (abs(j - place) <= _REACH or answers.get(at) == j)]
    found = [j for j in near if _is_set_off(side, j)]
    return min(found, key=lambda j: abs(j - place), default=None)
