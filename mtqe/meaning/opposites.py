"""A word in the place of its opposite: `opposite`, and `quantity` for more and less, before and after, up and down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtqe.meaning.antonyms import (
    are_converses,
    are_opposites,
    are_quantity_opposites,
    are_written_opposites,
    is_negative_of,
)
from mtqe.meaning.frames import frames, has_break
from mtqe.meaning.inflection import FUNCTION_WORDS, bases, word_set
from mtqe.meaning.negation import NEGATIONS, unpaired
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.phrases import is_particle, meaning
from mtqe.meaning.place import are_answered, neighbours, project
from mtqe.meaning.roles import agree, are_exchanged
from mtqe.meaning.weights import confidence
from mtqe.results import ErrorSpan

#: So many words from where it would stand, a word can still be the answer to another.
_REACH = 3.0
#: So near, a negation turns an opposite back (not easy, hard).
_NEAR = 4.0
#: How sure opposites are that have exchanged their places.
_CROSSED = 0.7
#: So many words apart, two pairs of opposites belong together.
_TOGETHER = 12
#: What turns the word after its hyphen.
_PREFIXES = word_set("anti non un")
#: A word after one of them is denied.
_REFUSALS = word_set("refuse fail decline unable unwilling stop cease avoid forget neglect prevent lack cannot")


class Opposite(NamedTuple):
    """A word of the hypothesis and one of the reference, and how well their places agree."""

    hyp: int
    ref: int
    rule: str
    distance: float
    known: int


def find_opposites(pair: Pair) -> Iterator[ErrorSpan]:
    """Opposites that stand in one place of the two texts, unless a negation of one side turns them back."""
    for found in unturned(pair):
        yield ErrorSpan(
            pair.hyp.spans[found.hyp],
            pair.ref.spans[found.ref],
            category="Accuracy/Mistranslation",
            confidence=confidence("opposites", evidence(pair, found)),
            rule=found.rule,
            suggestion=pair.ref.text[slice(*pair.ref.spans[found.ref])],
        )


def unturned(pair: Pair) -> Iterator[Opposite]:
    hyp_cues, ref_cues = unpaired(pair)
    for found in opposites(pair):
        turned = any(abs(cue - found.hyp) <= _NEAR for cue in hyp_cues) != any(
            abs(cue - found.ref) <= _NEAR for cue in ref_cues
        )
        turned = turned or _is_denied(pair.hyp, found.hyp) != _is_denied(pair.ref, found.ref)
        if not turned and not _are_converses(pair, found):
            yield found


def find_crossed_opposites(pair: Pair) -> Iterator[ErrorSpan]:
    """Opposites of which both texts have both, each in the place of the other (rose here and fell there).

    Two such pairs beside one another have gone together (fell in the south and rose in the north).
    """
    crossed = dict(_crossed(pair))
    for i, there in crossed.items():
        if sum(k != i and abs(k - i) <= _TOGETHER for k in crossed) % 2 == 0:
            yield ErrorSpan(
                pair.hyp.spans[i],
                pair.ref.spans[there],
                category="Accuracy/Mistranslation",
                confidence=_CROSSED,
                rule="opposite",
                suggestion=pair.ref.text[slice(*pair.ref.spans[there])],
            )


def _crossed(pair: Pair) -> Iterator[tuple[int, int]]:
    """Of each pair that has exchanged its places, a word of the hypothesis and the opposite that stands for it."""
    done: set[int] = set()
    moved = {link.hyp for link in pair.links if link.moved and link.kind == "exact"}
    for i, j in pair.to_ref.items():
        if pair.hyp.spans[i] not in moved or i in done:
            continue
        there = _opposite_in_place(pair.hyp, i, pair.ref, {k: v for k, v in pair.to_ref.items() if k != i}, j)
        here = _opposite_in_place(pair.ref, j, pair.hyp, {v: k for k, v in pair.to_ref.items() if k != i}, i)
        if there is not None and here is not None and not _are_choices(pair, (i, here), (j, there)):
            done.add(here)
            yield i, there


def _are_choices(pair: Pair, hyp: tuple[int, int], ref: tuple[int, int]) -> bool:
    """Whether both texts join two opposites, in whichever order (left or right)."""
    sides = ((pair.hyp, hyp), (pair.ref, ref))
    return all(
        max(ends) - min(ends) <= 3 and any(form.key in ("or", "and") for form in side.forms[min(ends) : max(ends)])
        for side, ends in sides
    )


def _opposite_in_place(side: Side, at: int, other: Side, answers: Mapping[int, int], own: int) -> int | None:
    """The opposite of a word that stands where the word would, nearer than its own answer."""
    word = side.forms[at].key
    place = project(at, answers)
    near = [
        k
        for k in range(max(round(place) - 2, 0), min(round(place) + 3, len(other.forms)))
        if are_written_opposites(word, other.forms[k].key) and abs(k - place) + 1 < abs(own - place)
    ]
    return min(near, key=lambda k: abs(k - place), default=None)


def evidence(pair: Pair, found: Opposite) -> Iterator[tuple[str, float]]:
    """What speaks for and against an opposite: that it stands in the very place, and what stands about it."""
    yield "quantity", float(found.rule == "quantity")
    yield "distance", found.distance
    yield "neighbours", found.known / 8
    one, two = pair.hyp.forms[found.hyp].key, pair.ref.forms[found.ref].key
    yield "one ending", float(one[-2:] == two[-2:])
    yield "linked", float(are_answered(pair, found.hyp, found.ref))
    by_prefix = is_negative_of(one, two) or is_negative_of(two, one)
    yield "by prefix", float(by_prefix and not are_written_opposites(one, two))
    sides = ((found.hyp, pair.to_ref), (found.ref, pair.to_hyp))
    yield "before and after", sum(k in answers for at, answers in sides for k in (at - 1, at + 1)) / 4
    yield "near share", sum(k in answers for at, answers in sides for k in range(at - 6, at + 7)) / 24
    yield "share answered", len(pair.to_ref) / len(pair.hyp.forms)


def _is_denied(side: Side, at: int) -> bool:
    """Whether a word of its clause before it denies it (refused to accept, not one of them left)."""
    for k in range(at - 1, max(at - 6, -1), -1):
        if has_break(side, k, k + 1):
            return False
        word = side.forms[k].plain
        if word in NEGATIONS or (k >= at - 3 and not _REFUSALS.isdisjoint(bases(word))):
            return True
        if k >= at - 2 and word in ("less", "least"):
            return True
    return False


def _are_converses(pair: Pair, found: Opposite) -> bool:
    """Whether two verbs say the same of those who have exchanged their places (A sold to B, B bought from A)."""
    one, two = pair.hyp.forms[found.hyp].key, pair.ref.forms[found.ref].key
    hyp = [frame for frame in frames(pair.hyp) if frame.verb == found.hyp]
    ref = [frame for frame in frames(pair.ref) if frame.verb == found.ref]
    if not hyp or not ref:
        return False
    if are_exchanged(pair, hyp[0], ref[0]):
        return True
    return are_converses(one, two) and bool(hyp[0].subject and ref[0].subject) and not agree(pair, hyp[0], ref[0])


def opposites(pair: Pair) -> Iterator[Opposite]:
    """Of each word of the hypothesis without an answer, its nearest opposite without an answer in the reference."""
    taken: set[int] = set()
    hyp_senses, ref_senses = _senses(pair.hyp), _senses(pair.ref)
    hyp_words = {form.key for form in pair.hyp.forms}
    ref_words = {form.key for form in pair.ref.forms}
    for i, form in enumerate(pair.hyp.forms):
        one = hyp_senses[i]
        if one is None or (form.key not in FUNCTION_WORDS and one in ref_words):
            continue
        ranked = []
        for j, other in enumerate(pair.ref.forms):
            two = ref_senses[j]
            if two is None or j in taken or (other.key not in FUNCTION_WORDS and two in hyp_words):
                continue
            quantity = are_quantity_opposites(one, two)
            if not quantity and not are_opposites(one, two):
                continue
            if not FUNCTION_WORDS.isdisjoint((form.key, other.key)) and are_answered(pair, i, j):
                continue
            distance = min(abs(project(i, pair.to_ref) - j), abs(project(j, pair.to_hyp) - i))
            if distance <= _REACH and not _stands_apart(one, two, hyp_words, ref_words):
                ranked.append((distance, j, "quantity" if quantity else "opposite"))
        if ranked:
            distance, j, rule = min(ranked)
            taken.add(j)
            known = neighbours(i, pair.to_ref) + neighbours(j, pair.to_hyp)
            yield Opposite(i, j, rule, distance, known)


def _senses(side: Side) -> list[str | None]:
    """What each word says, with its particle or prefix; None for the particle."""
    return [None if is_particle(side, k) else meaning(side, k) or _whole(side, k) for k in range(len(side.forms))]


def _whole(side: Side, at: int) -> str:
    """A word with the prefix before its hyphen (anti-corruption)."""
    if at and side.forms[at - 1].key in _PREFIXES and "-" in side.text[side.spans[at - 1][1] : side.spans[at][0]]:
        return side.forms[at - 1].key + side.forms[at].key
    return side.forms[at].key


def _stands_apart(one: str, two: str, hyp_words: set[str], ref_words: set[str]) -> bool:
    """Whether both texts name both opposites: then each answers its like in other words (internal, domestic)."""
    return any(are_opposites(one, word) for word in hyp_words) and any(are_opposites(two, word) for word in ref_words)
