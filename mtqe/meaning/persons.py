"""Pronouns of another person: `roles` for I and we in the place of he, she and they, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project
from mtqe.results import ErrorSpan

_FIRST, _HE, _SHE, _THEY = range(4)
_PERSONS = {
    word: person
    for person, words in (
        (_FIRST, "i me my mine myself we us our ours ourselves"),
        (_HE, "he him his himself"),
        (_SHE, "she her hers herself"),
        (_THEY, "they them their theirs themselves"),
    )
    for word in words.split()
}
_SUBJECTS = frozenset(["i", "we", "he", "she", "they"])
_QUOTES = frozenset('"“”„«»')
#: So many words from where it would stand, a pronoun can still be the other's answer: seen from either text.
_REACH, _BACK = 8.0, 10.0


def find_persons(pair: Pair) -> Iterator[ErrorSpan]:
    """Subjects without an answer that are of another person, and pronouns of another gender in the very place.

    Of the person that the reference speaks of, the hypothesis has no pronoun at all; direct speech that is reported in
    the other text is in another person.
    """
    hyp, ref = _unanswered(pair)
    spoken = set(_persons(pair.hyp).values())
    answered: set[int] = set()
    for i, person in hyp.items():
        place = project(i, pair.to_ref)
        for _, j in sorted((abs(place - j), j) for j in ref.keys() - answered):
            if person == ref[j]:
                continue
            first = (person == _FIRST) != (ref[j] == _FIRST)
            quoted = _is_quoted(pair.hyp, i) != _is_quoted(pair.ref, j)
            if (
                first
                and not quoted
                and ref[j] not in spoken
                and _are_subjects(pair, i, j)
                and _is_near(pair, i, j, place)
            ):
                rule = "roles"
            elif {person, ref[j]} == {_HE, _SHE} and _is_one_place(pair, i, j):
                rule = "gender"
            else:
                continue
            answered.add(j)
            yield ErrorSpan(
                pair.hyp.spans[i],
                pair.ref.spans[j],
                category="Accuracy/Mistranslation",
                confidence=0.6,
                rule=rule,
            )
            break


def _unanswered(pair: Pair) -> tuple[dict[int, int], dict[int, int]]:
    """The pronouns of each text that neither are linked nor stand near one of their person in another form.

    An encoder links pronouns of other persons, which is no answer.
    """
    hyp_persons, ref_persons = _persons(pair.hyp), _persons(pair.ref)
    hyp = {k: who for k, who in hyp_persons.items() if _is_open(who, pair.to_ref.get(k), ref_persons)}
    ref = {k: who for k, who in ref_persons.items() if _is_open(who, pair.to_hyp.get(k), hyp_persons)}
    same = [(abs(project(i, pair.to_ref) - j), i, j) for i in hyp for j in ref if hyp[i] == ref[j]]
    for distance, i, j in sorted(same):
        if distance <= _REACH and i in hyp and j in ref:
            del hyp[i], ref[j]
    return hyp, ref


def _is_open(who: int, answer: int | None, others: Mapping[int, int]) -> bool:
    return answer is None or others.get(answer, who) != who


def _persons(side: Side) -> dict[int, int]:
    words = (form.key.split("'")[0] for form in side.forms)
    return {k: _PERSONS[word] for k, word in enumerate(words) if word in _PERSONS}


def _are_subjects(pair: Pair, i: int, j: int) -> bool:
    return all(form.key.split("'")[0] in _SUBJECTS for form in (pair.hyp.forms[i], pair.ref.forms[j]))


def _is_quoted(side: Side, at: int) -> bool:
    """Whether a word stands in direct speech: after an odd number of double quotation marks."""
    return sum(mark in _QUOTES for mark in side.text[: side.spans[at][0]]) % 2 == 1


def _is_near(pair: Pair, i: int, j: int, place: float) -> bool:
    return abs(place - j) <= _REACH and abs(project(j, pair.to_hyp) - i) <= _BACK


def _is_one_place(pair: Pair, i: int, j: int) -> bool:
    """Whether the words beside two answer one another, or both begin their texts."""
    return (i == j == 0 or pair.to_ref.get(i - 1) == j - 1) and pair.to_ref.get(i + 1) == j + 1
