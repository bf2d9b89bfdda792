"""What is certain, possible or yet to come: `modality` and `tense`, where both texts have the verb."""

from __future__ import annotations

from collections.abc import Iterator

from mtqe.meaning.inflection import ADVERBS, AUXILIARIES, BE, FUNCTION_WORDS, is_past, is_verb
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project
from mtqe.results import ErrorSpan

_FUTURE = frozenset(["will", "shall", "won't"])
_PAST = frozenset(["was", "were", "did", "had", "wasn't", "weren't", "didn't", "hadn't"])
_PRESENT = frozenset(["is", "are", "am", "does", "do", "isn't", "aren't", "doesn't", "don't", "has", "have"])
_DUTY, _LEAVE = frozenset(["must"]), frozenset(["may", "might", "can", "could"])
#: Pairs of times, and how sure it is that the fact differs: reports are told in the past or the present alike.
_TIMES = {("future", "past"): 0.7, ("future", "present"): 0.55, ("past", "present"): 0.35}
_OTHER_TIMES = frozenset(["would", "could", "should", "might", "may", "can", "must", "cannot", "to", "if"])


def find_modality(pair: Pair) -> Iterator[ErrorSpan]:
    """Duties that are leave in the other text, and the other way round."""
    for i, j in _verbs(pair):
        one, two = _auxiliaries(pair.hyp, i), _auxiliaries(pair.ref, j)
        for left, right in ((_DUTY, _LEAVE), (_LEAVE, _DUTY)):
            hyp = [k for k in one if pair.hyp.forms[k].key in left]
            ref = [k for k in two if pair.ref.forms[k].key in right]
            if hyp and ref:
                yield _candidate(pair, hyp[0], ref[0], "modality", 0.6)


def find_tense(pair: Pair) -> Iterator[ErrorSpan]:
    """What was and what will be, where the verbs answer one another."""
    for i, j in _verbs(pair):
        times = _time(pair.hyp, i), _time(pair.ref, j)
        if None not in times and times[0] != times[1]:
            first, second = sorted(str(time) for time in times)
            yield _candidate(pair, i, j, "tense", _TIMES[first, second])


def _candidate(pair: Pair, i: int, j: int, rule: str, confidence: float) -> ErrorSpan:
    hyp, ref = _group(pair.hyp, i), _group(pair.ref, j)
    return ErrorSpan(hyp, ref, category="Accuracy/Mistranslation", confidence=confidence, rule=rule)


def _group(side: Side, at: int) -> tuple[int, int]:
    first = min([at, *_auxiliaries(side, at)])
    return side.spans[first][0], side.spans[at][1]


def _verbs(pair: Pair) -> Iterator[tuple[int, int]]:
    """Verbs that answer one another; forms of "be" without an answer where both stand in one place."""
    words = [form.key for form in pair.hyp.forms]
    others = [form.key for form in pair.ref.forms]
    for i, j in pair.to_ref.items():
        if words[i] not in FUNCTION_WORDS and is_verb(words, i) and is_verb(others, j):
            yield i, j
    for i, word in enumerate(words):
        if word in BE and i not in pair.to_ref:
            place = project(i, pair.to_ref)
            near = [j for j, other in enumerate(others) if other in BE and j not in pair.to_hyp and abs(j - place) < 2]
            if near:
                yield i, min(near, key=lambda j: abs(j - place))


def _auxiliaries(side: Side, at: int) -> list[int]:
    """The numbers of the words before a verb that belong to it."""
    found = []
    for k in range(at - 1, max(at - 5, -1), -1):
        word = side.forms[k].key
        if word in AUXILIARIES or word in _OTHER_TIMES or word.endswith("n't"):
            found.append(k)
        elif word not in ADVERBS and word != "not" and not word.endswith("ly"):
            break
    return found


def _is_progressive(side: Side, at: int) -> bool:
    """Whether a form of "be" stands before what is under way, or is to come (is leaving)."""
    following = [form.key for form in side.forms[at + 1 : at + 4]]
    return side.forms[at].key in BE and any(word.endswith("ing") for word in following if word not in ADVERBS)


def _time(side: Side, at: int) -> str | None:
    words = {side.forms[k].key for k in _auxiliaries(side, at)}
    word = side.forms[at].key
    if words & _OTHER_TIMES:
        return None
    if words & _FUTURE:
        return "future"
    if words & _PAST or word in _PAST:
        return "past"
    if word.endswith("ing") or _is_progressive(side, at):
        return None
    if words & _PRESENT or word in _PRESENT:
        return None if words & {"has", "have"} else "present"
    if word in BE:
        return None
    if is_past(word):
        return "past"
    return "present" if word.endswith("s") else None
