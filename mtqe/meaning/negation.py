"""The words that deny, and which of them answer one another in the two texts."""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.meaning.inflection import ADVERBS, FUNCTION_WORDS, word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import project

NEGATIONS = word_set(
    "not no never nobody nothing none nowhere neither nor without cannot cant dont doesnt didnt wont wouldnt isnt "
    "arent wasnt werent hasnt havent hadnt couldnt shouldnt mustnt mightnt neednt aint shant"
)
_DEGREES = word_set("more less fewer later earlier sooner other better worse smaller greater higher")
#: So many words apart, two negations can answer one another.
_REACH = 9.0


def unpaired(pair: Pair) -> tuple[list[int], list[int]]:
    """The negations of each text, by number of word, that no negation of the other answers."""
    hyp, ref = _negations(pair.hyp), _negations(pair.ref)
    pairs = sorted((_distance(pair, i, j), i, j) for i in hyp for j in ref)
    answered_hyp: set[int] = set()
    answered_ref: set[int] = set()
    for distance, i, j in pairs:
        if distance <= _REACH and i not in answered_hyp and j not in answered_ref:
            answered_hyp.add(i)
            answered_ref.add(j)
    return [i for i in hyp if i not in answered_hyp], [j for j in ref if j not in answered_ref]


def _distance(pair: Pair, i: int, j: int) -> float:
    head = denied(pair.hyp, i)
    if head is not None and head in pair.to_ref and pair.to_ref[head] == denied(pair.ref, j):
        return -1.0
    return min(abs(project(i, pair.to_ref) - j), abs(project(j, pair.to_hyp) - i))


def denied(side: Side, at: int) -> int | None:
    """The word that a negation denies: the next that says something, of the four that follow."""
    for k in range(at + 1, min(at + 5, len(side.forms))):
        word = side.forms[k].key
        if word not in FUNCTION_WORDS and word not in ADVERBS and not word.endswith("ly"):
            return k
    return None


def _negations(side: Side) -> list[int]:
    words = [form.plain for form in side.forms]
    return [i for i, word in enumerate(words) if word in NEGATIONS and not _is_void(words, i)]


def _is_void(words: Sequence[str], at: int) -> bool:
    """Whether a negation denies nothing: not only, nothing but, no. 7, no more than seven, why not."""
    following = words[at + 1] if at + 1 < len(words) else ""
    before = words[at - 1] if at else ""
    if words[at] == "no":
        return following.isdigit() or (following in _DEGREES and words[at + 2 : at + 3] == ["than"])
    if words[at] == "not":
        return following in ("only", "just", "merely", "least") or before in ("why", "or", "if", "whether")
    return words[at] in ("nothing", "none") and following in ("but", "except", "other")
