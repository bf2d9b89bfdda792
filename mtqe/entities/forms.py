"""When two spellings are the same name: folding, inflection, romanisation; and how similar they are when not."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from mtqe.entities import slavic
from mtqe.entities.rewriting import rewrite, rules
from mtqe.entities.romanisations import unify

#: Endings by which an English noun and the adjective or the people made of it differ.
_ENGLISH_ENDINGS = frozenset(
    ["", "s", "es", "n", "an", "ian", "ans", "ians", "ean", "ese", "ish", "i", "is", "ic", "er", "ers"]
)
_NO_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation + string.whitespace))
_POSSESSIVE = re.compile(r"(?:['’ʼ]s?|(?<=s)['’])$", re.IGNORECASE)
#: Spellings of one sound in the usual romanisations, in the order in which they are unified.
_ROMANISATION = rules(
    ("ph", "ph", "f"),
    ("off", "off$", "ov"),
    ("kh", "kh", "h"),
    ("dh", "dh", "d"),
    ("ou", "ou", "u"),
    ("gue", "gue$", "g"),
    ("t", "tz|tc|ts", "c"),
    ("x", "x", "ks"),
    ("v", "[yji][eo]v(?=a?$)", "ev"),
    ("e", "[yj](?=e)", ""),
    ("o", "(?<=[^aeiou])[yj]o(?=.)", "e"),
    ("er", "(?<=[dt])er$", "r"),
    ("y", "y", "i"),
    ("j", "j", "i"),
    ("", r"(.)\1+", r"\1"),
)
#: Two letters of East Slavic languages, but one sound elsewhere (Schmidt, Shmidt).
_SHCH = re.compile("shch|sch")


#: British spellings of common words, with the American ones.
_BRITISH = rules(
    ("ence", "(?<=[dfp]en)ce(?=s?$)", "se"),
    ("re", "(?<=[bt])re(?=s?$)", "er"),
    ("our", "our", "or"),
    ("is", "is(?=e|ing|ation)", "iz"),
    ("ys", "ys(?=e|ing)", "yz"),
    ("ogue", "ogue(?=s?$)", "og"),
    ("amme", "amme(?=s?$)", "am"),
    ("ll", "ll(?=e[dr]|ing)", "l"),
)


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Letters and digits in ASCII lower case: no marks, spaces or points; other scripts are romanised."""
    return _ascii(text).lower().translate(_NO_PUNCTUATION)


def plain_forms(texts: Sequence[str]) -> list[str]:
    """`plain` of many texts without line breaks, at once."""
    marked = {ord(c): _ascii(c) for c in set().union(*texts) if not c.isascii()}
    together = "\n".join(text if text.isascii() else text.translate(marked) for text in texts)
    return together.lower().translate(_NO_PUNCTUATION | {ord("\n"): "\n"}).split("\n")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    from anyascii import anyascii

    return anyascii(unicodedata.normalize("NFKC", text))


def without_possessive(text: str) -> str:
    return _POSSESSIVE.sub("", text)


@lru_cache(maxsize=1 << 16)
def romanisation_key(form: str, source_language: str | None = None) -> str:
    """Equal for the usual romanisations of one name (Sergey, Sergei); `form` comes from `plain`.

    What the romanisations of the source language write in several ways is one (Ohno, Ono; Busan, Pusan).
    """
    form = _SHCH.sub("sch" if slavic.applies(source_language) else "sh", form)
    return rewrite(unify(form, source_language), _ROMANISATION)


@lru_cache(maxsize=1 << 16)
def american(form: str) -> str:
    """A key that British and American spellings of one English word share (defence, defense)."""
    return rewrite(form, _BRITISH)


@lru_cache(maxsize=1 << 16)
def same_stem(a: str, b: str, language: str) -> bool:
    """Whether two plain forms are inflections of one name, or a name and its adjective (Russia, Russian).

    English inflects by a few endings; elsewhere up to three last letters may differ after a stem of four.
    """
    shared = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        shared += 1
    rest_a, rest_b = a[shared:], b[shared:]
    if language == "en":
        if shared < 3:
            return False
        if {rest_a, rest_b} <= {"", "s", "es"}:
            return True
        return shared >= 4 and _is_ending(rest_a, rest_b) and _is_ending(rest_b, rest_a)
    return shared >= 4 and len(rest_a) <= 3 and len(rest_b) <= 3 and len(rest_a) + len(rest_b) <= shared


def _is_ending(rest: str, other: str) -> bool:
    """Whether `rest` may end a word; a final vowel of the stem may fall before an ending (Chile, Chilean)."""
    return rest in _ENGLISH_ENDINGS or (len(rest) == 1 and rest in "aeoy" and len(other) > 1)


@lru_cache(maxsize=1 << 16)
def similarity(a: str, b: str) -> float:
    """In [0, 1], of two plain forms: one minus edits per letter, of the spelling or of the romanisation key."""
    return max(
        Levenshtein.normalized_similarity(a, b),
        Levenshtein.normalized_similarity(romanisation_key(a), romanisation_key(b)),
    )
