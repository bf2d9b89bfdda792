"""Rules for the conventions of a language: how numbers, quotations, letters and tokens are written in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.fluency.wordlist import is_content
from mtqe.languages import language_of
from mtqe.results import ErrorSpan

_WITH_COMMA_GROUPS = regex.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d+(?![.,]?\d)")
_WITH_POINT_GROUPS = regex.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d+(?![.,]?\d)")
_EXCHANGED = str.maketrans(",.", ".,")


@lru_cache(maxsize=64)
def _decimal_mark(language: str) -> str:
    """The mark of CLDR between the whole number and its fraction; empty for a language that CLDR lacks."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale(language_of(language)).number_symbols["latn"]["decimal"])
    except (UnknownLocaleError, ValueError, KeyError):
        return ""


def number_format(passage: Passage) -> Iterator[ErrorSpan]:
    """Languages of CLDR: a number with points and commas that are exchanged ("1,234.50" in German): a hint.

    Only numbers with both marks are told with certainty; Spanish is left out, since its countries differ.
    """
    if "," not in passage.text or language_of(passage.language) == "es":
        return
    mark = _decimal_mark(passage.language)
    wrong = {",": _WITH_COMMA_GROUPS, ".": _WITH_POINT_GROUPS}.get(mark)
    for match in wrong.finditer(passage.text) if wrong else ():
        meant = match.group().translate(_EXCHANGED)
        yield error_at(*match.span(), "Locale convention/Number format", "number-format", 0.45, suggestion=meant)


_OTHERS_QUOTES = regex.compile("[„«»‹›]")
_WITHOUT_THEM = frozenset({"en", "hi", "ja", "zh", "ko"})


def quotation_convention(passage: Passage) -> Iterator[ErrorSpan]:
    """English, Hindi, Japanese, Korean and Chinese: quotation marks of other languages („, «): a hint."""
    if language_of(passage.language) in _WITHOUT_THEM and not passage.text.isascii():
        for match in _OTHERS_QUOTES.finditer(passage.text):
            yield error_at(*match.span(), "Fluency/Punctuation", "quotation-convention", 0.4)


_ODD_CAPITALS = regex.compile(
    r"(?<![\p{L}\p{N}'’_.@-])(?:\p{Ll}+\p{Lu}|\p{Lu}\p{Ll}+\p{Lu})\p{L}*(?![\p{L}\p{N}'’_.@-])"
)
_SHOUTED = regex.compile(r"\p{Lu}{2,}(?:[\s,]+\p{Lu}{2,}){4,}")


def odd_capitals(passage: Passage) -> Iterator[ErrorSpan]:
    """Languages with a word list: capitals inside one of the commonest words ("tHe").

    In any language, five words in a row in capitals are a hint, unless they are the whole text.
    """
    text = passage.text
    for match in _ODD_CAPITALS.finditer(text):
        word = match.group()
        if len(word) > 2 and not is_content(word, passage.language):
            yield error_at(*match.span(), "Fluency/Spelling", "odd-capitals", 0.7, suggestion=word.lower())
    if not text.isupper():
        for match in _SHOUTED.finditer(text):
            yield error_at(*match.span(), "Fluency/Spelling", "all-capitals", 0.3)


_TOKENISED = regex.compile(r"[(\[] [^()\[\]\n]+ [)\]]|(?<![`\w])``(?=[\p{L} ])|(?<=[\p{L}.,!? ])''(?=[\s.,]|$)")
_SPLIT_APOSTROPHE = regex.compile(r"(?<=\p{L}) ['’] (?=\p{L})")


def tokenised(passage: Passage) -> Iterator[ErrorSpan]:
    """Any language: spaces inside brackets and quotation marks of two strokes, as a tokeniser leaves them.

    English, French and Italian: spaces around an apostrophe that joins words ("l ' homme").
    """
    text = passage.text
    if " )" in text or " ]" in text or "``" in text:
        for match in _TOKENISED.finditer(text):
            yield error_at(*match.span(), "Fluency/Punctuation", "tokenised", 0.6)
    if language_of(passage.language) in ("en", "fr", "it") and (" ' " in text or " ’ " in text):
        for match in _SPLIT_APOSTROPHE.finditer(text):
            yield error_at(*match.span(), "Fluency/Punctuation", "tokenised", 0.6, suggestion=match.group().strip())
