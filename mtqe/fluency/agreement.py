"""Rules for the agreement of closed classes of English words."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.languages import language_of
from mtqe.results import ErrorSpan

_PLURALS = {
    "year": "years", "day": "days", "week": "weeks", "month": "months", "thing": "things", "country": "countries",
    "city": "cities", "man": "men", "woman": "women", "child": "children", "person": "people", "problem": "problems",
    "idea": "ideas", "company": "companies", "book": "books", "dog": "dogs", "word": "words", "student": "students",
    "teacher": "teachers", "method": "methods", "example": "examples", "reason": "reasons", "car": "cars",
    "event": "events", "system": "systems", "region": "regions", "article": "articles", "measure": "measures",
}  # fmt: skip
#: Plurals that are verbs too ("this dogs his steps"), or that go with "this".
_MAY_BE_OTHERS = frozenset({"people", "dogs", "books", "words", "reasons", "measures"})
#: What follows a noun that nothing else completes: a mark, or a word that is no noun.
_NOUN_ENDS = (
    r"(?=[.,;:?!]|\s+(?:is|are|was|were|has|have|had|will|would|can|could|of|in|on|at|from|for|and|that|who|which)\b)"
)
_DEMONSTRATIVE = regex.compile(
    rf"\b(?:([Tt]h(?:ese|ose))\s+({'|'.join(_PLURALS)})"
    rf"|([Tt]his)\s+({'|'.join(sorted(set(_PLURALS.values()) - _MAY_BE_OTHERS))})){_NOUN_ENDS}"
)
_OTHER_NUMBER = {"these": "this", "those": "that", "this": "these"}


def demonstrative(passage: Passage) -> Iterator[ErrorSpan]:
    """English: "these" or "those" before a singular noun, "this" before a plural one, for common nouns."""
    if language_of(passage.language) != "en":
        return
    for match in _DEMONSTRATIVE.finditer(passage.text):
        group = 1 if match[1] else 3
        word = match[group]
        right = _OTHER_NUMBER[word.lower()]
        right = right.capitalize() if word[0].isupper() else right
        yield error_at(*match.span(), "Fluency/Grammar", "demonstrative", 0.7, suggestion=f"{right} {match[group + 1]}")


_SUBJECT = regex.compile(
    r"(?<![\w’'-])(?:([Hh]e|[Ss]he)\s+(have|are|am)|([Tt]hey|[Ww]e)\s+(was|is|has|does|am))\b(?!['’-])"
)
_LAST_WORD = regex.compile(r"([\w'’]+) +$")
_IT_OR_I = regex.compile(r"(?:^|(?<=[.!?]\s))(?:(It)\s+(have|are|am)|(I)\s+(is|has|are|does))\b(?!['’-])")
_SINGULAR = {"have": "has", "are": "is", "am": "is"}
_PLURAL = {"was": "were", "is": "are", "has": "have", "does": "do", "am": "are"}
_FIRST_PERSON = {"is": "am", "are": "am", "has": "have", "does": "do"}
#: Before a pronoun that is not the subject alone, or is spoken of.
_OTHER_SUBJECT = frozenset({"or", "nor", "than", "pronoun", "word"})
#: Before "he have": an auxiliary that asks or supposes, a verb or conjunction with the subjunctive, another subject.
_FREES = frozenset(
    {"did", "does", "do", "would", "should", "might", "must", "may", "will", "can", "could", "shall", "had"}
    | {"didn't", "doesn't", "wouldn't", "couldn't", "shouldn't", "won't", "can't"}
    | {"that", "lest", "and", "if", "either", "neither", "not", "both"}
    | _OTHER_SUBJECT
)


def subject_and_auxiliary(passage: Passage) -> Iterator[ErrorSpan]:
    """English: a pronoun that is always a subject before a form of be, have or do of another person ("they was")."""
    if language_of(passage.language) != "en":
        return
    for match in _SUBJECT.finditer(passage.text):
        before = _LAST_WORD.search(passage.text, max(0, match.start() - 20), match.start())
        free = before is not None and before[1].lower().replace("’", "'") in (_FREES if match[1] else _OTHER_SUBJECT)
        if not free:
            verb = 2 if match[1] else 4
            right = (_SINGULAR if match[1] else _PLURAL)[match[verb]]
            yield error_at(*match.span(verb), "Fluency/Grammar", "subject-auxiliary", 0.8, suggestion=right)
    for match in _IT_OR_I.finditer(passage.text):
        verb = 2 if match[1] else 4
        right = (_SINGULAR if match[1] else _FIRST_PERSON)[match[verb]]
        yield error_at(*match.span(verb), "Fluency/Grammar", "subject-auxiliary", 0.8, suggestion=right)


_OBJECT_AS_SUBJECT = regex.compile(
    r"\b(?:that|because|while|if|when|although)\s+(him|me|us|them)\s+"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|did|does)\b"
)
_NOMINATIVE = {"him": "he", "me": "I", "us": "we", "them": "they"}


def subject_pronoun(passage: Passage) -> Iterator[ErrorSpan]:
    """English: the object form of a pronoun between a conjunction and a finite verb ("that him will")."""
    if language_of(passage.language) != "en":
        return
    for match in _OBJECT_AS_SUBJECT.finditer(passage.text):
        right = _NOMINATIVE[match[1]]
        yield error_at(*match.span(1), "Fluency/Grammar", "subject-pronoun", 0.8, suggestion=right)
