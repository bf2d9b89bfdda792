"""Who did it to whom: `roles`.

Two words, names or pronouns that have exchanged their places, each with the preposition of the other, have exchanged
their roles, unless one of the verbs is passive. What stands before a verb in both texts has changed its role where the
verb is passive in one alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from mtqe.meaning.inflection import ADVERBS, AUXILIARIES, BE, FUNCTION_WORDS, is_participle, is_past, is_verb, word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project
from mtqe.results import ErrorSpan, Span

#: The most words from one of the exchanged to the other, and from where the other would stand.
_REACH, _MISS = 14, 4.0
_PERSONS = {
    word: person
    for person, words in enumerate(("i me", "he him", "she her", "we us", "they them"))
    for word in words.split()
}
_PREPOSITIONS = word_set(
    "about above after against among as at before behind below between by during for from in including into like near "
    "of off on onto out over since than through to toward towards under until upon via with within without and or but "
    "who which that whose"
)
_REPORTS = word_set("said says say told added noted reported wrote writes stressed explained according")
_BEFORE_OBJECT = word_set("a an the this that these those his her its their our my your him them us me it all")
_BREAKS = frozenset('.;:!?"“”()\n')


class _Item(NamedTuple):
    """A word that takes part in something, in both texts."""

    hyp: int
    ref: int


def find_roles(pair: Pair) -> Iterator[ErrorSpan]:
    """Words that have exchanged their roles, and verbs that are passive in one text and active in the other."""
    done = -1
    for one, two in _exchanged(pair):
        if one.hyp > done:
            done = two.hyp
            yield _candidate(pair, (one.hyp, two.hyp), (two.ref, one.ref), 0.7)
    for i, j in pair.to_ref.items():
        if _is_turned(pair, i, j):
            yield _candidate(pair, (i, i), (j, j), 0.6)


def _candidate(pair: Pair, hyp: tuple[int, int], ref: tuple[int, int], confidence: float) -> ErrorSpan:
    return ErrorSpan(
        _between(pair.hyp, *hyp),
        _between(pair.ref, *ref),
        category="Accuracy/Mistranslation",
        confidence=confidence,
        rule="roles",
    )


def _between(side: Side, first: int, last: int) -> Span:
    return side.spans[first][0], side.spans[last][1]


def _exchanged(pair: Pair) -> Iterator[tuple[_Item, _Item]]:
    """Items in the places of one another, in the order of the hypothesis."""
    moved = {pair.hyp.spans.index(link.hyp) for link in pair.links if link.moved and link.hyp in pair.hyp.spans}
    firm = {i: j for i, j in pair.to_ref.items() if i not in moved and _is_lower(pair.hyp, i)}
    for one, two in combinations(_items(pair), 2):
        if not 0 < two.hyp - one.hyp <= _REACH or not 0 < one.ref - two.ref <= _REACH:
            continue
        anchors = {i: j for i, j in firm.items() if i not in (one.hyp, two.hyp)}
        first, second = project(one.hyp, anchors), project(two.hyp, anchors)
        if abs(first - two.ref) > min(_MISS, abs(first - one.ref) - 1):
            continue
        if abs(second - one.ref) > min(_MISS, abs(second - two.ref) - 1):
            continue
        if _governor(pair.hyp, one.hyp) != _governor(pair.ref, two.ref):
            continue
        if _governor(pair.hyp, two.hyp) != _governor(pair.ref, one.ref):
            continue
        if _has_verb(pair.hyp, one.hyp, two.hyp) and _has_verb(pair.ref, two.ref, one.ref):
            yield one, two


def _items(pair: Pair) -> list[_Item]:
    """Names, nouns and pronouns that both texts have, by the words that answer one another, or else by form."""
    items = []
    used: set[int] = set()
    for i, form in enumerate(pair.hyp.forms):
        person = _person(pair.hyp, i)
        if person is not None:
            same = [j for j in range(len(pair.ref.forms)) if _person(pair.ref, j) == person and j not in used]
        elif form.key in FUNCTION_WORDS or form.key in ADVERBS or form.is_number or form.content == 0:
            continue
        else:
            same = [pair.to_ref[i]] if i in pair.to_ref else []
            same = same or [j for j, f in enumerate(pair.ref.forms) if f.key == form.key and j not in pair.to_hyp]
        if same:
            at = project(i, pair.to_ref)
            nearest = min(same, key=lambda j: abs(j - at))
            used.add(nearest)
            items.append(_Item(i, nearest))
    return items


def _person(side: Side, at: int) -> int | None:
    """Who a pronoun is; "her" before a noun is none."""
    word = side.forms[at].key
    if word == "her" and at + 1 < len(side.forms) and side.forms[at + 1].key not in FUNCTION_WORDS | ADVERBS:
        gap = side.text[side.spans[at][1] : side.spans[at + 1][0]]
        if gap.isspace():
            return None
    return _PERSONS.get(word)


def _governor(side: Side, at: int) -> str:
    """The preposition before a noun and the words that belong to it; none after a verb or at the start of a clause."""
    for k in range(at - 1, max(at - 5, -1), -1):
        if _is_broken(side, k, k + 1):
            return ""
        word = side.forms[k].key
        if word in _PREPOSITIONS:
            return word
        if word in ("a", "an", "the", "his", "her", "their", "our", "my", "its"):
            before = side.forms[k - 1].key if k and not _is_broken(side, k - 1, k) else ""
            return before if before in _PREPOSITIONS else ""
        if _is_lower(side, k):
            return ""
    return ""


def _has_verb(side: Side, first: int, last: int) -> bool:
    """Whether something that may be a verb stands between two words of one clause, and no report."""
    words = [form.key for form in side.forms]
    inside = range(first + 1, last)
    if not _REPORTS.isdisjoint(words[first + 1 : last]) or any(_is_broken(side, k, k + 1) for k in range(first, last)):
        return False
    return any(_is_lower(side, k) and words[k] not in FUNCTION_WORDS and _is_finite(words, k) for k in inside)


def _is_finite(words: Sequence[str], at: int) -> bool:
    return is_verb(words, at) or (words[at].endswith("s") and words[at - 1] not in _PREPOSITIONS)


def _is_lower(side: Side, at: int) -> bool:
    return side.text[side.spans[at][0]].islower()


def _is_broken(side: Side, first: int, last: int) -> bool:
    """Whether a clause ends between two words."""
    return not _BREAKS.isdisjoint(side.text[side.spans[first][1] : side.spans[last][0]])


def is_passive(side: Side, at: int) -> bool:
    """Whether a verb is a participle after a form of "be", with nothing but adverbs between."""
    if not is_participle(side.forms[at].key):
        return False
    for k in range(at - 1, max(at - 5, -1), -1):
        word = side.forms[k].key
        if word in BE:
            return True
        if word not in ADVERBS and word not in AUXILIARIES and word != "not" and not word.endswith("ly"):
            return False
    return False


def _is_turned(pair: Pair, i: int, j: int) -> bool:
    """Whether one verb is passive, the other active with an object, and what stands before both is the same."""
    hyp, ref = is_passive(pair.hyp, i), is_passive(pair.ref, j)
    if hyp == ref:
        return False
    active, at, passive, other = (pair.ref, j, pair.hyp, i) if hyp else (pair.hyp, i, pair.ref, j)
    if pair.hyp.forms[i].key[:4] != pair.ref.forms[j].key[:4] or not is_past(active.forms[at].key):
        return False
    if not _has_object(active, at) or _has_object(passive, other):
        return False
    subject = _subject(pair.ref, j, None)
    return subject is not None and subject == _subject(pair.hyp, i, pair.to_ref)


def _has_object(side: Side, at: int) -> bool:
    if at + 1 == len(side.forms) or _is_broken(side, at, at + 1):
        return False
    return side.forms[at + 1].key in _BEFORE_OBJECT or not _is_lower(side, at + 1)


def _subject(side: Side, at: int, answers: Mapping[int, int] | None) -> int | None:
    """The word of the reference that is, or answers, what stands right before a verb and its auxiliaries."""
    for k in range(at - 1, max(at - 6, -1), -1):
        word = side.forms[k].key
        if _is_broken(side, k, k + 1):
            return None
        if word not in AUXILIARIES and word not in ADVERBS and not word.endswith("ly"):
            if word in FUNCTION_WORDS:
                return None
            return k if answers is None else answers.get(k)
    return None
