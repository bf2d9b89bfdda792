"""Who did it to whom: `roles`.

The verbs of both texts are read with their subjects and objects. Roles are exchanged where the subject of one text is
an object of the same verb in the other and the other way round, both active or both passive; where a passive and an
active have one subject and one agent; and where two verbs have exchanged their subjects. Of verbs that do not answer
one another only exchanged pronouns tell. What stands before a verb in both texts has changed its role where the verb
is passive in one alone and the active has an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from mtqe.alignment.forms import have_one_stem
from mtqe.meaning.antonyms import are_opposites
from mtqe.meaning.frames import (
    DETERMINERS,
    Frame,
    frames,
    has_break,
    is_lower,
    is_passive,
    person,
)
from mtqe.meaning.inflection import ADVERBS, AUXILIARIES, FUNCTION_WORDS, bases, is_past, word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project
from mtqe.results import ErrorSpan, Span

#: So many words from where it would stand, a verb can still say what another says; so many words apart, two verbs can
#: exchange their subjects.
_NEAR, _APART = 4, 25
#: So many words after a verb that may say another thing, an object is still its own.
_BESIDE = 4
#: What both may do to one another, or be, and reports, which are told in either order.
_EITHER_WAY = word_set(
    "aged remain remains remained become becomes became stay stays stayed seem seems seemed appear appears appeared "
    "mean means meant represent represents represented constitute constitutes constituted include includes included "
    "contain contains contained involve involves involved meet meets met marry marries married equal equals equalled "
    "face faces faced match matches matched resemble resembles resembled border borders fight fights fought play plays "
    "played said says say added noted reported wrote writes stressed explained according"
)
#: Prepositions of the one whom something is done to.
_OBJECTS = frozenset(["", "to", "from", "over", "against", "about", "of", "for", "on", "at", "into"])
_IT = 5


class _Item(NamedTuple):
    """A word of the hypothesis and one of the reference that name the same, and the preposition of the object."""

    hyp: int
    ref: int
    preposition: str


def find_roles(pair: Pair) -> Iterator[ErrorSpan]:
    """Words that have exchanged their roles, and verbs that are passive in one text and active in the other."""
    done: list[Span] = []
    for hyp, ref in _exchanged(pair):
        span = _between(pair.hyp, hyp)
        if not any(start < span[1] and span[0] < end for start, end in done):
            done.append(span)
            yield _candidate(span, _between(pair.ref, ref), 0.7)
    for i, j in pair.to_ref.items():
        if _is_turned(pair, i, j):
            yield _candidate(pair.hyp.spans[i], pair.ref.spans[j], 0.6)


def _candidate(hyp: Span, ref: Span, sure: float) -> ErrorSpan:
    return ErrorSpan(hyp, ref, category="Accuracy/Mistranslation", confidence=sure, rule="roles")


def _between(side: Side, words: Sequence[int]) -> Span:
    return side.spans[min(words)][0], side.spans[max(words)][1]


def _exchanged(pair: Pair) -> Iterator[tuple[list[int], list[int]]]:
    """The words of each text about an exchange of roles: the verbs and those who exchanged."""
    hyp_frames, ref_frames = list(frames(pair.hyp)), list(frames(pair.ref))
    for hyp in hyp_frames:
        if pair.hyp.forms[hyp.verb].key in _EITHER_WAY:
            continue
        same = [ref for ref in ref_frames if _is_same_verb(pair, hyp, ref)]
        others = same or [ref for ref in ref_frames if _may_say_the_same(pair, hyp, ref)]
        if any(agree(pair, hyp, ref) for ref in others):
            continue
        for ref in others:
            items = are_exchanged(pair, hyp, ref, sure=bool(same))
            if items and pair.ref.forms[ref.verb].key not in _EITHER_WAY:
                yield [hyp.verb, *(item.hyp for item in items)], [ref.verb, *(item.ref for item in items)]
                break
    linked = [(hyp, ref) for hyp in hyp_frames for ref in ref_frames if pair.to_ref.get(hyp.verb) == ref.verb]
    for (hyp, ref), (hyp_2, ref_2) in combinations(linked, 2):
        apart = abs(hyp.verb - hyp_2.verb) <= _APART and hyp.passive == ref.passive and hyp_2.passive == ref_2.passive
        if apart and _have_exchanged_subjects(pair, (hyp, hyp_2), (ref, ref_2)):
            yield [hyp.verb, hyp_2.verb, *hyp.subject], [ref.verb, ref_2.verb, *ref.subject]


def _is_same_verb(pair: Pair, hyp: Frame, ref: Frame) -> bool:
    one, two = pair.hyp.forms[hyp.verb], pair.ref.forms[ref.verb]
    return not set(bases(one.key)).isdisjoint(bases(two.key)) or have_one_stem(one.plain, two.plain)


def _may_say_the_same(pair: Pair, hyp: Frame, ref: Frame) -> bool:
    """Whether two verbs answer one another, or have no answers and stand in one place; not of converses (buy, sell)."""
    if are_opposites(pair.hyp.forms[hyp.verb].key, pair.ref.forms[ref.verb].key):
        return False
    if hyp.verb in pair.to_ref or ref.verb in pair.to_hyp:
        return pair.to_ref.get(hyp.verb) == ref.verb
    return abs(project(hyp.verb, pair.to_ref) - ref.verb) <= _NEAR


def agree(pair: Pair, hyp: Frame, ref: Frame) -> bool:
    """Whether one who takes part has the same role in both."""
    if hyp.negated != ref.negated:
        return False
    if hyp.passive == ref.passive:
        return bool(_shared(pair, hyp.subject, ref.subject))
    if hyp.passive:
        return bool(_shared(pair, hyp.subject, [j for j, _ in ref.objects]))
    return bool(_shared(pair, [i for i, _ in hyp.objects], ref.subject))


def _shared(pair: Pair, hyp: Sequence[int], ref: Sequence[int]) -> list[tuple[int, int]]:
    return [(i, j) for i in hyp for j in ref if _name_the_same(pair, i, j)]


def _name_the_same(pair: Pair, i: int, j: int) -> bool:
    if pair.to_ref.get(i) == j:
        return True
    one, two = person(pair.hyp, i), person(pair.ref, j)
    return one == two if one is not None or two is not None else pair.hyp.forms[i].key == pair.ref.forms[j].key


def are_exchanged(pair: Pair, hyp: Frame, ref: Frame, sure: bool = True) -> list[_Item]:
    """The subjects that are objects of the other's verb, where roles are exchanged; else none.

    Where it is not sure that the verbs say the same, the objects must be without prepositions, and one of the words a
    name or a pronoun of a person.
    """
    if hyp.negated != ref.negated:
        return []
    if hyp.passive != ref.passive:
        return _kept(pair, hyp, ref) if sure else []
    down = [
        _Item(i, j, preposition)
        for j, preposition in ref.objects
        for i in hyp.subject
        if _name_the_same(pair, i, j) and not _shared(pair, [i], ref.subject)
    ]
    up = [
        _Item(i, j, preposition)
        for i, preposition in hyp.objects
        for j in ref.subject
        if _name_the_same(pair, i, j) and not _shared(pair, hyp.subject, [j])
    ]
    if hyp.passive:
        down, up = ([item for item in items if item.preposition == "by"] for items in (down, up))
        return [*down, *up] if down and up else []
    allowed = _OBJECTS if sure else {""}
    times = {item.preposition for item in down} & {item.preposition for item in up} & {"before", "after"}
    down, up = ([item for item in items if item.preposition in allowed | times] for items in (down, up))
    if not sure:
        down = [item for item in down if item.ref - ref.verb <= _BESIDE]
        up = [item for item in up if item.hyp - hyp.verb <= _BESIDE]
    if down and up and (sure or any(_is_name(pair, item) or _is_person(pair, item) for item in (*down, *up))):
        return [*down, *up]
    if not sure or not (_has_object(pair.hyp, hyp.verb) and _has_object(pair.ref, ref.verb)):
        return []
    return [item for item in (*down, *up) if item.preposition == "" and _is_name(pair, item)]


def _kept(pair: Pair, hyp: Frame, ref: Frame) -> list[_Item]:
    """Of a passive and an active with one subject, the agent of the one who is the object of the other."""
    subjects = [_Item(i, j, "") for i, j in _shared(pair, hyp.subject, ref.subject)]
    passive, active = (hyp.objects, ref.objects) if hyp.passive else (ref.objects, hyp.objects)
    agents, patients = [k for k, by in passive if by == "by"], [k for k, to in active if to == ""]
    shared = _shared(pair, agents, patients) if hyp.passive else _shared(pair, patients, agents)
    return [*subjects, *(_Item(i, j, "by") for i, j in shared)] if subjects and shared else []


def _is_person(pair: Pair, item: _Item) -> bool:
    return person(pair.hyp, item.hyp) not in (None, _IT)


def _is_name(pair: Pair, item: _Item) -> bool:
    sides = ((pair.hyp, item.hyp), (pair.ref, item.ref))
    return all(at > 0 and not is_lower(side, at) and person(side, at) is None for side, at in sides)


def _have_exchanged_subjects(pair: Pair, hyp: tuple[Frame, Frame], ref: tuple[Frame, Frame]) -> bool:
    subjects = [[k for k in _agents(of) if person(pair.hyp, k) != _IT] for of in hyp]
    others = [_agents(of) for of in ref]
    crossed = _shared(pair, subjects[0], others[1]) and _shared(pair, subjects[1], others[0])
    return bool(crossed) and not _shared(pair, subjects[0], others[0]) and not _shared(pair, subjects[1], others[1])


def _agents(frame: Frame) -> Sequence[int]:
    """The words of the one who does it: the subject, or of a passive the first after "by"."""
    if not frame.passive:
        return frame.subject
    return [k for k, preposition in frame.objects if preposition == "by"][:1] or frame.subject


def _has_object(side: Side, at: int) -> bool:
    if at + 1 == len(side.forms) or has_break(side, at, at + 1):
        return False
    following = side.forms[at + 1].key
    return following in DETERMINERS or person(side, at + 1) is not None or not is_lower(side, at + 1)


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


def _subject(side: Side, at: int, answers: Mapping[int, int] | None) -> int | None:
    """The word of the reference that is, or answers, what stands right before a verb and its auxiliaries."""
    for k in range(at - 1, max(at - 6, -1), -1):
        word = side.forms[k].key
        if has_break(side, k, k + 1):
            return None
        if word not in AUXILIARIES and word not in ADVERBS and not word.endswith("ly"):
            if word in FUNCTION_WORDS or side.forms[k].is_number:
                return None
            return k if answers is None else answers.get(k)
    return None
