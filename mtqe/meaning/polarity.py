"""What one text denies and the other does not: `polarity`.

Negations of the two texts are paired by the places where they stand, those of one kind first. A negative word (fail,
lack, unable, few) answers a negation, but misses none. What is left has no answer: a fact was turned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtqe.meaning.inflection import ADVERBS, FUNCTION_WORDS, bases, word_set
from mtqe.meaning.negation import NEGATIONS, unpaired
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
    "discontinue reluctant wrong false illegal empty cannot keep deprive off out save anything anyone anybody "
    "any ever either yet else otherwise even though although hesitate halt withhold suspend cancel waive object short "
    "still nonsense unlike nil forgo defy difficult hard insufficient incapable "
)
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
#: So many words apart, a negative word answers a negation, and a negation turns an opposite back.
_NEGATIVE_REACH, _NEAR = 6.0, 4


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
    yield f"is {_kind(side.forms[at].plain)}", 1.0
    head = _head(side, at)
    if head is None:
        yield "denies nothing", 1.0
        return
    yield "head distance", (head - at) / 4
    if head in answers:
        yield "head answered", 1.0
        yield "head the same", float(side.forms[head].key == other.forms[answers[head]].key)
    place = project(at, answers)
    free = [j for j, form in enumerate(other.forms) if j not in back and abs(j - place) <= 3 and form.content]
    yield "free words", min(len(free), 4) / 4
    yield "share answered", len(answers) / len(side.forms)
    yield "near share", sum(k in answers for k in range(at - 6, at + 7)) / 12
    yield "other negation", float(any(f.plain in NEGATIONS for f in other.forms))


def _kind(word: str) -> str:
    if word in ("not", "never", "no", "without", "cannot"):
        return "not" if word == "cannot" else word
    return "not" if word.endswith("nt") else "nobody"


def _head(side: Side, at: int) -> int | None:
    """The word that is denied: the next that says something, of the four that follow."""
    for k in range(at + 1, min(at + 5, len(side.forms))):
        word = side.forms[k].key
        if word not in FUNCTION_WORDS and word not in ADVERBS and not word.endswith("ly"):
            return k
    return None


def unanswered(pair: Pair) -> tuple[list[int], list[int]]:
    """The negations of each text, by number of word, that nothing in the other answers."""
    hyp, ref = unpaired(pair)
    turned = list(opposites(pair))
    return (
        [
            i
            for i in hyp
            if not any(abs(i - found.hyp) <= _NEAR for found in turned)
            and not _has_negative(pair.ref, project(i, pair.to_ref), pair.to_hyp)
        ],
        [
            j
            for j in ref
            if not any(abs(j - found.ref) <= _NEAR for found in turned)
            and not _has_negative(pair.hyp, project(j, pair.to_hyp), pair.to_ref)
        ],
    )


def _has_negative(side: Side, place: float, answers: Mapping[int, int]) -> bool:
    """Whether a negative word without an answer stands near a place."""
    return any(
        i not in answers and abs(i - place) <= _NEGATIVE_REACH and _is_negative(form.plain)
        for i, form in enumerate(side.forms)
    )


def _is_negative(word: str) -> bool:
    if not _NEGATIVE.isdisjoint(bases(word)):
        return True
    return (word.startswith(_PREFIXES) and len(word) > 5) or (word.endswith("less") and len(word) > 5)
