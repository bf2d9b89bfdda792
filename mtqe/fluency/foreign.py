"""Rules for what was left in another language or another script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import log10

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.fluency.wordlist import frequencies
from mtqe.languages import language_of
from mtqe.results import ErrorSpan, Severity

_WRITTEN_WITH = {"Jpan": ("Han", "Hira", "Kana"), "Hans": ("Han",), "Hant": ("Han",), "Kore": ("Hang", "Han")}
_ALWAYS = r"\p{Script=Common}\p{Script=Inherited}"
_LARGE_LANGUAGES = {
    "Latn": ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "tr"),
    "Cyrl": ("ru", "uk", "bg"),
}
_LATIN_RUN = regex.compile(r"\p{Latin}[\p{Latin}\p{M}'’-]*(?:[\s,]+\p{Latin}[\p{Latin}\p{M}'’-]*)*")
_HAN, _KANA = regex.compile(r"\p{Han}"), regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_UNKNOWN = 1e-7


@lru_cache(maxsize=64)
def script_of(language: str) -> str:
    """ISO 15924 code of the script that a language is written in, from CLDR or from the code itself (`sr_Latn`)."""
    from babel.core import get_global

    parts = language.replace("-", "_").split("_")
    if len(parts) > 1 and len(parts[1]) == 4:
        return parts[1].title()
    likely = get_global("likely_subtags").get(language_of(language), "und_Latn")
    return str(likely).split("_")[1]


@lru_cache(maxsize=64)
def expected_scripts(language: str) -> regex.Pattern[str]:
    """Matches one character that the script of the language has, or that all scripts share."""
    code = script_of(language)
    names = "".join(rf"\p{{Script={name}}}" for name in _WRITTEN_WITH.get(code, (code,)))
    return regex.compile(f"[{names}{_ALWAYS}]")


@lru_cache(maxsize=64)
def _unexpected_run(language: str) -> regex.Pattern[str]:
    own = expected_scripts(language).pattern[1:-1]
    return regex.compile(rf"[^{own}\p{{Latin}}\p{{Greek}}](?:[^{own}\p{{Latin}}]|[\s\p{{P}}](?=[^{own}\p{{Latin}}]))*")


@lru_cache(maxsize=1 << 14)
def _is_unexpected(character: str, language: str) -> bool:
    return _unexpected_run(language).match(character) is not None


def _untranslated(passage: Passage, start: int, end: int, rule: str) -> ErrorSpan:
    """Critical where it is most of the text, as a segment that is no translation is in MQM."""
    severity: Severity = "critical" if end - start > len(passage.text) / 2 else "major" if end - start > 40 else "minor"
    return error_at(start, end, "Accuracy/Untranslated", rule, 0.8, severity)


def foreign_script(passage: Passage) -> Iterator[ErrorSpan]:
    """Letters of a script that the language does not use; Latin and Greek stand in every language's names and terms."""
    if not any(_is_unexpected(c, passage.language) for c in set(passage.text)):
        return
    for match in _unexpected_run(passage.language).finditer(passage.text):
        yield _untranslated(passage, *match.span(), "foreign-script")


_MIXED = regex.compile(
    r"\p{L}*(?:\p{Latin}(?=[\p{Cyrillic}\p{Greek}])|\p{Cyrillic}(?=[\p{Latin}\p{Greek}])|\p{Greek}(?=\p{Cyrillic}))\p{L}*"
)
#: Where the letters of two of these alphabets touch, by their main blocks: a quick test before `_MIXED`.
_ALPHABETS_MEET = re.compile(
    "[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0370-\u052f\u1f00-\u1fff]"
    "|[\u0400-\u052f][A-Za-z\u00c0-\u03ff\u1e00-\u1fff]|[\u0370-\u03ff\u1f00-\u1fff][\u0400-\u052f]"
)


def mixed_script(passage: Passage) -> Iterator[ErrorSpan]:
    """A word in which letters of two alphabets that look alike are mixed."""
    if passage.text.isascii() or not _ALPHABETS_MEET.search(passage.text):
        return
    for match in _MIXED.finditer(passage.text):
        if len(match.group()) > 3:
            yield error_at(*match.span(), "Fluency/Spelling", "mixed-script", 0.7)


def foreign_passage(passage: Passage) -> Iterator[ErrorSpan]:
    """Three or more words in a row that another large language has and this one lacks; names say nothing."""
    script = script_of(passage.language)
    if script != "Latn":
        yield from _latin_passage(passage)
    if script == "Jpan" and len(_HAN.findall(passage.text)) >= 15 and not _KANA.search(passage.text):
        yield _untranslated(passage, 0, len(passage.text), "foreign-passage")
    if script in _LARGE_LANGUAGES and frequencies(passage.language):
        yield from _passage_in_same_script(passage)


def _in_address(text: str, start: int) -> bool:
    """Whether what starts there goes on an address or a tag."""
    return text[max(0, start - 1) : start] in tuple("/@.<")


def _latin_passage(passage: Passage) -> Iterator[ErrorSpan]:
    for match in _LATIN_RUN.finditer(passage.text):
        parts = match.group().split()
        lower = sum(part[0].islower() for part in parts)
        title = lower * 2 < len(parts) and len(match.group()) < 0.8 * len(passage.text)
        if len(parts) > 2 and not title and not _in_address(passage.text, match.start()):
            yield _untranslated(passage, *match.span(), "foreign-passage")


def _passage_in_same_script(passage: Passage) -> Iterator[ErrorSpan]:
    own = frequencies(passage.language)
    titled = sum(word.text[0].isupper() for word in passage.words) > 0.8 * len(passage.words)
    telling = [
        (i, passage.folded[i], own.get(passage.folded[i], 0.0))
        for i, word in enumerate(passage.words)
        if word.text.isalpha() and (titled or word.text.islower())
    ]
    if sum(frequency < 1e-4 for _, _, frequency in telling) < 3:
        return
    candidates = {word: frequency for _, word, frequency in telling}
    for other in _LARGE_LANGUAGES[script_of(passage.language)]:
        theirs = frequencies(other, "small")
        shared = theirs.keys() & candidates.keys()
        if other == language_of(passage.language) or sum(theirs[w] > 5 * candidates[w] for w in shared) < 3:
            continue
        gains = [_gain(frequency, theirs.get(word, 0.0)) for _, word, frequency in telling]
        first, last, total = _best_run(gains)
        if total >= 6 and sum(gain > 0.7 for gain in gains[first:last]) >= 3:
            start, end = passage.words[telling[first][0]].start, passage.words[telling[last - 1][0]].end
            if not _in_address(passage.text, start):
                yield _untranslated(passage, start, end, "foreign-passage")
            return


def _gain(own: float, other: float) -> float:
    """How much more a word of these frequencies speaks for the other language: powers of ten, at most 2.5."""
    return max(-2.5, min(2.5, log10(max(other, _UNKNOWN) / max(own, _UNKNOWN))))


def _best_run(gains: list[float]) -> tuple[int, int, float]:
    """The run `[first, last)` with the largest sum, and the sum."""
    best, start, total = (0, 0, 0.0), 0, 0.0
    for i, gain in enumerate(gains):
        if total <= 0:
            start, total = i, 0.0
        total += gain
        if total > best[2]:
            best = (start, i + 1, total)
    return best
