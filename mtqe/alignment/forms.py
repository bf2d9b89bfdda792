"""What the words of a text are, and what two words are compared by."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import regex

from mtqe.alignment.features import UNSPACED
from mtqe.results import Span
from mtqe.text import fold, words

_UNSPACED = rf"{UNSPACED}\p{{M}}*"
_KATAKANA = r"[\p{Katakana}ー]+"
_PART = regex.compile(rf"{_KATAKANA}|(?P<unspaced>{_UNSPACED})|(?:(?!{_KATAKANA}|{_UNSPACED})\P{{Pd}})+")
_NUMBER = regex.compile(r"\p{Nd}+(?:[.,]\p{Nd}+)*")
_GROUPING = regex.compile(r"[.,](?=\d{3}(?!\d))")
_NOT_PLAIN = regex.compile(r"[^a-z0-9]+")
_LATIN = regex.compile(r"\p{Latin}")


class Form(NamedTuple):
    """What a word is compared by.

    `key` is the same for equal words, and for numbers of one value. `plain` are its ASCII letters and digits, none for
    a character of a script without spaces. `content` says how much the word says: its letters beyond three, all the
    more for a number, 1 for a character.
    """

    key: str
    plain: str
    is_number: bool
    is_latin: bool
    content: int


def read_words(text: str) -> tuple[list[Span], list[Form]]:
    """The words of a text, as code points `[start, end)`: runs of letters or of digits, cut at hyphens.

    In scripts without spaces every character is a word, and every run of katakana.
    """
    spans, forms = [], []
    for word in words(text):
        for form, start, end in _parts(word.text):
            spans.append((word.start + start, word.start + end))
            forms.append(form)
    return spans, forms


@lru_cache(maxsize=1 << 16)
def _parts(word: str) -> tuple[tuple[Form, int, int], ...]:
    return tuple((_form(match), match.start(), match.end()) for match in _PART.finditer(word))


def _form(match: regex.Match[str]) -> Form:
    key = fold(match.group())
    if match["unspaced"]:
        return Form(key, "", False, False, 1)
    plain = key
    if not key.isascii():
        from anyascii import anyascii

        plain = anyascii(key).lower()
    plain = _NOT_PLAIN.sub("", plain)
    if any(c.isdigit() for c in key):
        return Form(_value(key) if _NUMBER.fullmatch(key) else plain, plain, True, True, len(plain) + 1)
    return Form(key, plain, False, _LATIN.match(key) is not None, max(len(plain) - 3, 0))


def _value(number: str) -> str:
    """Equal for `1,234.5`, `1.234,50` and `1234.5`; and for `1.234` and `1,234`, which cannot be told apart."""
    digits = "".join(c if c in ".," else str(unicodedata.decimal(c)) for c in number)
    plain = _GROUPING.sub("", digits).replace(",", ".").lstrip("0") or "0"
    return plain.rstrip("0").rstrip(".") if plain.count(".") == 1 else plain


@lru_cache(maxsize=1 << 16)
def have_one_stem(one: str, two: str) -> bool:
    """Whether two words are equal, or begin alike with at least four letters and have short endings."""
    shared = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    rest, other = len(one) - shared, len(two) - shared
    return rest == other == 0 or (rest + other <= shared and max(rest, other) <= 4 <= shared)
