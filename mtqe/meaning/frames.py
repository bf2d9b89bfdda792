"""The verbs of a text with what stands for their subject and their objects, by rule, for English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtqe.meaning.inflection import (
    ADVERBS,
    AUXILIARIES,
    BE,
    FUNCTION_WORDS,
    is_only_participle,
    is_participle,
    is_past,
    is_strong,
    is_verb,
    word_set,
)
from mtqe.meaning.negation import NEGATIONS
from mtqe.meaning.pair import Side

PREPOSITIONS = word_set(
    "about above after against among as at before behind below between by during for from in into like near of off on "
    "onto out over since than through to toward towards under until upon via with within without"
)
DETERMINERS = word_set("a an the this that these those his her its their our my your all both every each no")
#: Who a pronoun is, in any case.
PERSONS = {
    word: person
    for person, words in enumerate(("i me", "he him", "she her", "we us", "they them", "it"))
    for word in words.split()
}
_NOMINATIVES = word_set("i he she we they")
_CONJUNCTIONS = word_set(
    "and or but nor because while whereas if when where whether as than before after until since although though so "
    "which who whom whose that what how why"
)
#: What may stand before a subject: nothing, or what begins a clause as well.
_BEFORE_SUBJECTS = frozenset(["", "until", "before", "after", "since", "as", "than"])
_RELATIVES = word_set("who which that")
#: Words that say when, how many or which.
_NO_ITEMS = word_set(
    "first second third last next year years month months week weeks day days time times today yesterday tomorrow "
    "earlier later early late monday tuesday wednesday thursday friday saturday sunday january february march april "
    "june july august september october november december morning evening night noon most more other others half "
    "same such own least less much many few several hour hours minute minutes spring summer autumn winter"
)
#: What counts after "her", which is then no possessive.
_COUNTS = word_set("one two three four five six seven eight nine ten twice once several many much more")
_BREAKS = frozenset('.;:!?"“”()\n')
#: The most words from a verb to what belongs to it.
_REACH = 12


class Frame(NamedTuple):
    """A verb by its number, the numbers of its subject's words, and of its objects' words with their prepositions."""

    verb: int
    passive: bool
    negated: bool
    subject: Sequence[int]
    objects: Sequence[tuple[int, str]]


def frames(side: Side) -> Iterator[Frame]:
    """One for each word that looks like a finite verb or its participle, but for auxiliaries."""
    words = [form.key for form in side.forms]
    for at in range(len(words)):
        if _may_be_verb(side, words, at):
            first, subject = _subject(side, at)
            if words[at].endswith("s") and not _is_surely_verb(words, at) and at - 1 not in subject:
                continue  # a plural
            if subject or is_verb(words, at):
                negated = any(w in NEGATIONS or w.endswith("n't") for w in words[first:at])
                yield Frame(at, is_passive(side, at), negated, subject, list(_objects(side, at)))


def _may_be_verb(side: Side, words: Sequence[str], at: int) -> bool:
    word, before = words[at], words[at - 1] if at else ""
    if word in FUNCTION_WORDS and not (word in ("do", "does", "did") and words[at + 1 : at + 2] != ["not"]):
        return False
    if not is_lower(side, at) or word in PREPOSITIONS | DETERMINERS | ADVERBS or word.endswith(("n't", "ly", "'s")):
        return False
    if before in DETERMINERS or before in PREPOSITIONS or before == "to" or (word.endswith("ing") and before not in BE):
        return False
    if (at and side.forms[at - 1].is_number) or (is_only_participle(word) and before not in AUXILIARIES | ADVERBS):
        return False
    if any("-" in gap for gap in (_gap(side, at - 1), _gap(side, at))):
        return False
    return _is_surely_verb(words, at) or word.endswith("s")


def _is_surely_verb(words: Sequence[str], at: int) -> bool:
    word, before = words[at], words[at - 1] if at else ""
    if before in AUXILIARIES or before in ADVERBS or before in _RELATIVES or _person(before) is not None:
        return True
    return word in ("do", "does") or is_participle(word) or is_past(word) or is_strong(word)


def _gap(side: Side, at: int) -> str:
    return side.text[side.spans[at][1] : side.spans[at + 1][0]] if 0 <= at < len(side.spans) - 1 else ""


def _subject(side: Side, at: int) -> tuple[int, list[int]]:
    """Where the clause of a verb begins, and the words of its subject that no preposition governs."""
    words = [form.key for form in side.forms]
    k = at - 1
    while k >= 0 and _belongs_to_verb(side, k):
        k -= 1
    if k >= 0 and words[k] in _RELATIVES and not has_break(side, k, k + 1):
        k -= 1
    found: list[int] = []
    first = k + 1
    # A comma right before the verb closes a parenthesis, which another opens.
    commas = int(k >= 0 and "," in _gap(side, k))
    while k >= 0 and at - k <= _REACH:
        if has_break(side, k, k + 1) or words[k] in _CONJUNCTIONS - DETERMINERS:
            break
        if "," in _gap(side, k) and k < at - 1 and first < at:
            commas -= 1
            if commas < 0 and found:
                break
        first = k
        if words[k] in AUXILIARIES or (found and not commas and is_lower(side, k) and is_verb(words, k)):
            break
        if is_item(side, k) and governor(side, k) in _BEFORE_SUBJECTS:
            found.append(k)
        k -= 1
    while first > 0 and words[first - 1] in NEGATIONS | BE:
        first -= 1
    return first, found


def _belongs_to_verb(side: Side, at: int) -> bool:
    word = side.forms[at].key
    if has_break(side, at, at + 1):
        return False
    return word in AUXILIARIES or word in ADVERBS or word in NEGATIONS or word.endswith(("n't", "ly"))


def _objects(side: Side, at: int) -> Iterator[tuple[int, str]]:
    words = [form.key for form in side.forms]
    for k in range(at + 1, min(at + 1 + _REACH, len(words))):
        if has_break(side, k - 1, k) or words[k] in AUXILIARIES:
            return
        if "," in _gap(side, k - 1) and (words[k] in DETERMINERS or person(side, k) is not None):
            return  # another subject
        if words[k] in _CONJUNCTIONS and words[k] not in PREPOSITIONS and words[k] not in ("and", "or"):
            return
        if is_item(side, k):
            yield k, governor(side, k)


def is_item(side: Side, at: int) -> bool:
    """Whether a word may name who or what takes part: a pronoun, or a word that says something."""
    form = side.forms[at]
    if person(side, at) is not None:
        return not is_possessive(side, at)
    if form.key in FUNCTION_WORDS or form.key in ADVERBS or form.key in _NO_ITEMS or form.is_number:
        return False
    if form.key.endswith(("ing", "ly", "n't")) or side.text[side.spans[at][1] :][:1] in ("'", "’"):
        return False
    return form.content > 0


def person(side: Side, at: int) -> int | None:
    """Who a pronoun is, also before a contraction (he'd); the US and IT are none."""
    if side.text[slice(*side.spans[at])] in ("US", "IT"):
        return None
    return _person(side.forms[at].key)


def _person(word: str) -> int | None:
    return PERSONS.get(word.split("'")[0])


def is_possessive(side: Side, at: int) -> bool:
    """Whether "her" stands before its noun."""
    if side.forms[at].key != "her" or at + 1 == len(side.forms):
        return False
    follows = side.forms[at + 1]
    if follows.key in FUNCTION_WORDS or follows.key in ADVERBS or follows.is_number or follows.key in _COUNTS:
        return False
    return side.text[side.spans[at][1] : side.spans[at + 1][0]].isspace()


def governor(side: Side, at: int) -> str:
    """The preposition before a noun and the words that belong to it; none after a verb or at the start of a clause."""
    words = [form.key for form in side.forms]
    name = not is_lower(side, at)
    if words[at] in _NOMINATIVES:
        return ""
    for k in range(at - 1, max(at - 6, -1), -1):
        if has_break(side, k, k + 1) or "," in side.text[side.spans[k][1] : side.spans[k + 1][0]]:
            return ""
        if words[k] in PREPOSITIONS:
            return words[k]
        if words[k] == "that" and name:
            return ""
        if words[k].endswith("'s"):
            continue
        if words[k] in DETERMINERS:
            return words[k - 1] if k and not has_break(side, k - 1, k) and words[k - 1] in PREPOSITIONS else ""
        if words[at] in PERSONS or words[k] in FUNCTION_WORDS or words[k] in PERSONS:
            return ""
        if is_lower(side, k) and (name or is_verb(words, k)):
            return ""
    return ""


def is_lower(side: Side, at: int) -> bool:
    return side.text[side.spans[at][0]].islower()


def has_break(side: Side, first: int, last: int) -> bool:
    """Whether a clause ends between two words."""
    return not _BREAKS.isdisjoint(side.text[side.spans[first][1] : side.spans[last][0]])


def is_passive(side: Side, at: int) -> bool:
    """Whether a verb is a participle after a form of "be", with nothing but adverbs between."""
    if not is_participle(side.forms[at].key):
        return False
    for k in range(at - 1, max(at - 5, -1), -1):
        word = side.forms[k].key
        if word in BE:
            return True
        if word not in ADVERBS and word not in AUXILIARIES and word != "not" and not word.endswith("ly"):
            return False
    return False
