"""Names and numbers: what says nothing about fluency and must not drive its average."""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.fluency.wordlist import frequencies
from mtqe.languages import language_of
from mtqe.text import Word

_BEFORE_START = frozenset('.!?:…。！？"“”„«»「『([')
_NOUNS_CAPITALISED = frozenset({"de", "lb"})
_RARE = 1e-6


def neutral_words(text: str, found: Sequence[Word], language: str) -> set[int]:
    """Starts of the words that are names or numbers.

    A number has a digit. A name is capitalised inside a sentence; where a capital says less (at the start, in a
    title, in German) it is also rare.
    """
    frequency = frequencies(language)
    capitals = sum(word.text[0].isupper() for word in found)
    titled = capitals > 0.6 * len(found) or language_of(language) in _NOUNS_CAPITALISED
    names = set()
    for word in found:
        if any(c.isdigit() for c in word.text):
            names.add(word.start)
        elif word.text[0].isupper() and word.text != "I":
            before = text[: word.start].rstrip()
            starts = not before or before[-1] in _BEFORE_START
            rare = frequency.get(word.text.casefold(), 0.0) < _RARE
            if rare or not (starts or titled):
                names.add(word.start)
    return names
