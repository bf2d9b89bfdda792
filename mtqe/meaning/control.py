"""Who is to do it: `roles` for an infinitive that is done by the speaker in one text and by others in the other.

Who offers to join joins; who asks others to join, or proposes that they join, does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mtqe.meaning.frames import has_break, is_item, is_passive, person
from mtqe.meaning.inflection import bases, word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.results import ErrorSpan

#: Their own subject does what the infinitive says.
_OWN = word_set(
    "offer promise agree decide plan try attempt refuse threaten hope intend vow pledge volunteer undertake swear aim "
    "seek choose prepare decline manage consent resolve demand ask propose"
)
#: Their object does, or the subject of the clause with "that".
_OTHERS = word_set(
    "ask invite urge tell order propose suggest request advise encourage oblige compel recommend instruct persuade "
    "convince require command demand call insist remind beg appeal"
)
#: The most words between such a verb, or its "that", and what others are to do.
_REACH = 8


class _Governed(NamedTuple):
    """The numbers of a verb, of the one who is to do it, and of the verb that it depends on."""

    verb: int
    doers: range
    governor: int


def find_control(pair: Pair) -> Iterator[ErrorSpan]:
    """Verbs that answer one another, one done by the subject before it, the other by somebody else."""
    for i, j in pair.to_ref.items():
        own, own_in_ref = _own(pair.hyp, i), _own(pair.ref, j)
        if own is not None:
            asked = _others(pair.ref, j)
            if asked is not None and not _may_be_one(pair.hyp, own, pair.ref, asked, pair.to_hyp):
                yield _candidate(pair, own, asked)
        elif own_in_ref is not None:
            asked = _others(pair.hyp, i)
            if asked is not None and not _may_be_one(pair.ref, own_in_ref, pair.hyp, asked, pair.to_ref):
                yield _candidate(pair, asked, own_in_ref)


def _candidate(pair: Pair, hyp: _Governed, ref: _Governed) -> ErrorSpan:
    return ErrorSpan(
        (pair.hyp.spans[hyp.governor][0], pair.hyp.spans[hyp.verb][1]),
        (pair.ref.spans[ref.governor][0], pair.ref.spans[ref.verb][1]),
        category="Accuracy/Mistranslation",
        confidence=0.6,
        rule="roles",
    )


def _own(side: Side, at: int) -> _Governed | None:
    """What the subject before it does (offers to join)."""
    governor = at - 2
    if governor < 0 or side.forms[at - 1].key != "to" or _OWN.isdisjoint(bases(side.forms[governor].key)):
        return None
    if has_break(side, governor, at) or is_passive(side, governor):
        return None
    return _Governed(at, range(max(governor - _REACH, 0), governor), governor)


def _others(side: Side, at: int) -> _Governed | None:
    """What others do (asks them to join, proposes that they join)."""
    words = [form.key for form in side.forms]
    last = at - 1 if words[max(at - 1, 0)] == "to" else at
    for k in range(last - 1, max(last - 1 - _REACH, 0), -1):
        if has_break(side, k, k + 1):
            return None
        governor = k - 1 if words[k] == "that" else k
        if (words[k] == "that") != (last == at) or _OTHERS.isdisjoint(bases(words[governor])):
            continue
        doers = range(k + 1, last)
        return _Governed(at, doers, governor) if any(is_item(side, doer) for doer in doers) else None
    return None


def _may_be_one(side: Side, own: _Governed, other: Side, others: _Governed, answers: Mapping[int, int]) -> bool:
    """Whether those who are to do it may be the subject of the other text: one of them stands there, or a pronoun."""
    persons = {person(side, k) for k in own.doers} - {None}
    return any(answers.get(k, own.verb) < own.governor or person(other, k) in persons for k in others.doers) or all(
        person(other, k) is not None for k in others.doers if is_item(other, k)
    )
