"""A word in the place of its opposite: `opposite`, and `quantity` for more and less, before and after, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mtqe.meaning.antonyms import are_opposites, are_quantity_opposites, is_negative_of
from mtqe.meaning.inflection import FUNCTION_WORDS
from mtqe.meaning.negation import unpaired
from mtqe.meaning.pair import Pair
from mtqe.meaning.place import neighbours, project
from mtqe.meaning.weights import confidence
from mtqe.results import ErrorSpan

#: So many words from where it would stand, a word can still be the answer to another.
_REACH = 3.0
#: So near, a negation turns an opposite back (not easy, hard).
_NEAR = 4.0


class Opposite(NamedTuple):
    """A word of the hypothesis and one of the reference, and how well their places agree."""

    hyp: int
    ref: int
    rule: str
    distance: float
    known: int


def find_opposites(pair: Pair) -> Iterator[ErrorSpan]:
    """Opposites that stand in one place of the two texts, unless a negation of one side turns them back."""
    hyp_cues, ref_cues = unpaired(pair)
    for found in opposites(pair):
        turned = any(abs(cue - found.hyp) <= _NEAR for cue in hyp_cues) != any(
            abs(cue - found.ref) <= _NEAR for cue in ref_cues
        )
        if not turned:
            yield ErrorSpan(
                pair.hyp.spans[found.hyp],
                pair.ref.spans[found.ref],
                category="Accuracy/Mistranslation",
                confidence=confidence("opposites", evidence(pair, found)),
                rule=found.rule,
                suggestion=pair.ref.text[slice(*pair.ref.spans[found.ref])],
            )


def evidence(pair: Pair, found: Opposite) -> Iterator[tuple[str, float]]:
    """What speaks for and against an opposite: that it stands in the very place, and what stands about it."""
    yield "quantity", float(found.rule == "quantity")
    yield "distance", found.distance
    yield "neighbours", found.known / 8
    one, two = pair.hyp.forms[found.hyp].key, pair.ref.forms[found.ref].key
    yield "one ending", float(one[-2:] == two[-2:])
    yield "linked", float(found.hyp in pair.to_ref or found.ref in pair.to_hyp)
    yield "by prefix", float(is_negative_of(one, two) or is_negative_of(two, one))
    sides = ((found.hyp, pair.to_ref), (found.ref, pair.to_hyp))
    yield "before and after", sum(k in answers for at, answers in sides for k in (at - 1, at + 1)) / 4
    yield "near share", sum(k in answers for at, answers in sides for k in range(at - 6, at + 7)) / 24
    yield "share answered", len(pair.to_ref) / len(pair.hyp.forms)


def opposites(pair: Pair) -> Iterator[Opposite]:
    """Of each word of the hypothesis without an answer, its nearest opposite without an answer in the reference."""
    taken: set[int] = set()
    hyp_words = {form.key for form in pair.hyp.forms}
    ref_words = {form.key for form in pair.ref.forms}
    for i, form in enumerate(pair.hyp.forms):
        if i in pair.to_ref if form.key in FUNCTION_WORDS else form.key in ref_words:
            continue
        ranked = []
        for j, other in enumerate(pair.ref.forms):
            if j in taken or (j in pair.to_hyp if other.key in FUNCTION_WORDS else other.key in hyp_words):
                continue
            quantity = are_quantity_opposites(form.key, other.key)
            if not quantity and not are_opposites(form.key, other.key):
                continue
            distance = min(abs(project(i, pair.to_ref) - j), abs(project(j, pair.to_hyp) - i))
            if distance <= _REACH and not _stands_apart(form.key, other.key, hyp_words, ref_words):
                ranked.append((distance, j, "quantity" if quantity else "opposite"))
        if ranked:
            distance, j, rule = min(ranked)
            taken.add(j)
            known = neighbours(i, pair.to_ref) + neighbours(j, pair.to_hyp)
            yield Opposite(i, j, rule, distance, known)


def _stands_apart(one: str, two: str, hyp_words: set[str], ref_words: set[str]) -> bool:
    """Whether both texts name both opposites: then each answers its like in other words (internal, domestic)."""
    return any(are_opposites(one, word) for word in hyp_words) and any(are_opposites(two, word) for word in ref_words)
