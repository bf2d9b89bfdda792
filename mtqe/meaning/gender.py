"""A man for a woman: `gender`."""

from __future__ import annotations

from collections.abc import Iterator

from mtqe.meaning.inflection import word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import are_answered, project
from mtqe.results import ErrorSpan

_MALE = word_set(
    "he him his himself man men boy boys father son brother husband uncle nephew grandfather grandson king prince "
    "actor gentleman mr policeman businessman chairman spokesman widower boyfriend male sir lord"
)
_FEMALE = word_set(
    "she her hers herself woman women girl girls mother daughter sister wife aunt niece grandmother granddaughter "
    "queen princess actress lady mrs ms policewoman businesswoman chairwoman spokeswoman widow girlfriend female "
    "madam"
)
#: So many words from where it would stand, a pronoun can still be of the same person.
_REACH = 5.0


def find_gender(pair: Pair) -> Iterator[ErrorSpan]:
    """Words for one gender without an answer, where the reference has one for the other and none for this."""
    answered: set[int] = set()
    for own, other in ((_MALE, _FEMALE), (_FEMALE, _MALE)):
        hyp, ref = _words(pair.hyp, own), _words(pair.ref, other)
        mixed = bool(_words(pair.ref, own))
        for i in hyp:
            place = project(i, pair.to_ref)
            free = [j for j in ref if j not in answered and abs(j - place) <= _REACH and not are_answered(pair, i, j)]
            if free:
                j = min(free, key=lambda j: abs(j - place))
                answered.add(j)
                yield ErrorSpan(
                    pair.hyp.spans[i],
                    pair.ref.spans[j],
                    category="Accuracy/Mistranslation",
                    confidence=0.4 if mixed else 0.8,
                    rule="gender",
                )


def _words(side: Side, gender: frozenset[str]) -> list[int]:
    return [k for k, form in enumerate(side.forms) if form.key.removesuffix("'s") in gender]
