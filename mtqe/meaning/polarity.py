"""What one text denies and the other does not: `polarity`.

Negations of the two texts are paired by the places where they stand, those of one kind first. A negative word (fail,
lack, unable, few) may answer a negation, but misses none. What is left has no answer: a fact was turned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mtqe.meaning.inflection import bases, word_set
from mtqe.meaning.negation import NEGATIONS, denied, unpaired
from mtqe.meaning.opposites import opposites
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import neighbours, point, point_in_hyp, project
from mtqe.meaning.weights import confidence
from mtqe.results import ErrorSpan, Span

#: They deny, or leave little; a negation may be said by one.
_NEGATIVE = word_set(
    "fail failure refuse refusal lack deny denial prevent avoid stop cease ban forbid prohibit bar hardly barely "
    "scarcely rarely seldom few little only unless until against instead rather exclude absent absence miss reject "
    "decline oppose opposition neglect ignore forget decide dismiss despite spite regardless except but beyond "
    "free zero minus lose loss missing rid far least less too impossible doubt doubtful dispute abandon quit end "
    "discontinue reluctant wrong false illegal empty cannot deprive off save anything anyone anybody "
    "any ever either else otherwise although hesitate halt withhold suspend cancel waive object short "
    "nonsense unlike nil forgo defy difficult hard insufficient incapable abstain blind anonymous disappoint break"
)
#: They may deny where they stand beside the place itself.
_NEGATIVE_NEAR = word_set("keep out off yet even though still away")
#: Who denies them affirms: not missing is there.
_FAILURES = word_set(
    "fail refuse lack deny prevent avoid stop cease ban forbid miss reject decline neglect ignore forget dismiss lose "
    "wrong false illegal abandon disappoint break unable impossible doubt"
)
#: Not until then is only then.
_UNTIL = frozenset(["until", "before"])
_IRREGULAR = {"better": "best", "worse": "worst", "more": "most", "less": "least"}
#: So many words after a negation may belong to its clause.
_CLAUSE = 10
#: What only looks like a negative word.
_AFFIRMATIVE = word_set("nevertheless nonetheless under until united increased indeed")
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
#: So many words apart, a negative word answers a negation, and a negation turns an opposite back.
_NEGATIVE_REACH, _NEAR, _BESIDE = 6.0, 4, 2.0


def find_polarity(pair: Pair) -> Iterator[ErrorSpan]:
    """Negations that the other text does not have."""
    hyp_cues, ref_cues = unanswered(pair)
    for i in hyp_cues:
        sure = confidence("polarity", evidence(pair.hyp, i, pair.to_ref, pair.ref, pair.to_hyp))
        yield _candidate(pair.hyp.spans[i], point(pair, i), sure)
    for j in ref_cues:
        sure = confidence("polarity", evidence(pair.ref, j, pair.to_hyp, pair.hyp, pair.to_ref))
        yield _candidate(point_in_hyp(pair, j), pair.ref.spans[j], sure)


def _candidate(hyp: Span, ref: Span, sure: float) -> ErrorSpan:
    return ErrorSpan(hyp, ref, category="Accuracy/Mistranslation", confidence=sure, rule="polarity")


def evidence(
    side: Side, at: int, answers: Mapping[int, int], other: Side, back: Mapping[int, int]
) -> Iterator[tuple[str, float]]:
    """What speaks for and against a negation without an answer: above all whether the other text has what it denies."""
    yield "neighbours", neighbours(at, answers) / 4
    yield f"is {_kind(side, at)}", 1.0
    head = denied(side, at)
    negative = _nearest_negative(other, project(at, answers), back)
    if negative is not None:
        yield "negative word", 1.0
        yield "negative word near", 1 / (1 + negative)
        same = head is not None and head in answers and _is_same(side, head, other, answers)
        yield "negative word, head the same", float(same)
    if head is None:
        yield "denies nothing", 1.0
        return
    yield "head distance", (head - at) / 4
    if head in answers:
        yield "head answered", 1.0
        yield "head the same", float(_is_same(side, head, other, answers))
    place = project(at, answers)
    free = [j for j, form in enumerate(other.forms) if j not in back and abs(j - place) <= 3 and form.content]
    yield "free words", min(len(free), 4) / 4
    yield "share answered", len(answers) / len(side.forms)
    yield "near share", sum(k in answers for k in range(at - 6, at + 7)) / 12
    yield "other negation", float(any(f.plain in NEGATIONS for f in other.forms))


def _is_same(side: Side, head: int, other: Side, answers: Mapping[int, int]) -> bool:
    return side.forms[head].key == other.forms[answers[head]].key


def _kind(side: Side, at: int) -> str:
    word = side.forms[at].plain
    if word == "no" and at + 1 < len(side.forms) and side.forms[at + 1].key in ("longer", "more"):
        return "not"
    if word in ("not", "never", "no", "without", "cannot"):
        return "not" if word == "cannot" else word
    return "not" if word.endswith("nt") else "nobody"


def unanswered(pair: Pair) -> tuple[list[int], list[int]]:
    """The negations of each text, by number of word, that nothing in the other answers."""
    hyp, ref = unpaired(pair)
    turned = list(opposites(pair))
    hyp, ref = _denying(pair, hyp, True), _denying(pair, ref, False)
    return (
        [i for i in hyp if not any(abs(i - found.hyp) <= _NEAR for found in turned)],
        [j for j in ref if not any(abs(j - found.ref) <= _NEAR for found in turned)],
    )


def _denying(pair: Pair, cues: Sequence[int], in_hyp: bool) -> list[int]:
    """The negations but for those that deny a negative word (not missing, nobody who did not), or compare or wait.

    No larger one is the largest, and not before is at the earliest.
    """
    side, other = (pair.hyp, pair.ref) if in_hyp else (pair.ref, pair.hyp)
    answers, back = (pair.to_ref, pair.to_hyp) if in_hyp else (pair.to_hyp, pair.to_ref)
    there = {form.key for form in other.forms}
    found = []
    for at in cues:
        words = [form.key for form in side.forms[at + 1 : at + 1 + _CLAUSE]]
        waits = not _UNTIL.isdisjoint(words) and _UNTIL.isdisjoint(there)
        compares = any(not there.isdisjoint(_superlatives(word)) for word in words)
        twice = any(cue != at and abs(cue - at) <= _NEAR for cue in cues)
        head = denied(side, at)
        fails = head is not None and head not in answers and not _FAILURES.isdisjoint(bases(side.forms[head].plain))
        if not (waits or compares or twice or (fails and _nearest_negative(other, project(at, answers), back) is None)):
            found.append(at)
    return found


def _superlatives(comparative: str) -> tuple[str, ...]:
    if comparative in _IRREGULAR:
        return (_IRREGULAR[comparative],)
    return (comparative[:-2] + "est",) if comparative.endswith("er") else ()


def _nearest_negative(side: Side, place: float, answers: Mapping[int, int]) -> float | None:
    """How many words from a place the nearest negative word without an answer stands."""
    near = (
        abs(i - place)
        for i, form in enumerate(side.forms)
        if i not in answers
        and (
            (abs(i - place) <= _NEGATIVE_REACH and _is_negative(form.plain))
            or (abs(i - place) <= _BESIDE and form.plain in _NEGATIVE_NEAR)
        )
    )
    return min(near, default=None)


def _is_negative(word: str) -> bool:
    if not _NEGATIVE.isdisjoint(bases(word)):
        return True
    if word in _AFFIRMATIVE:
        return False
    return (word.startswith(_PREFIXES) and len(word) > 5) or (word.endswith("less") and len(word) > 5)
