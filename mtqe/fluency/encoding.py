"""Rules for text that was decoded wrongly."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from mtqe.fluency.foreign import expected_scripts
from mtqe.fluency.passage import Passage, error_at
from mtqe.results import ErrorSpan

_UNDECODABLE = regex.compile(r"[\uFFFD\uFFFE\uFFFF\p{Cs}]+|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F]+")


def _as_shown(first: int, last: int, page: str) -> str:
    """The characters that a code page shows for bytes `first` to `last`, for a class of a pattern."""
    return "".join(bytes([b]).decode(page, "ignore") + chr(b) * (b < 0xA0) for b in range(first, last + 1))


#: Runs of characters beyond ASCII whose bytes in either code page are led and followed as in UTF-8.
_SUSPECT = regex.compile(
    r"(?<![^\x00-\x7F])(?:"
    + "|".join(f"(?:[{_as_shown(0xC2, 0xF4, page)}][{_as_shown(0x80, 0xBF, page)}]+)+" for page in ("cp1252", "cp1251"))
    + r")(?![^\x00-\x7F])"
)


def undecodable(passage: Passage) -> Iterator[ErrorSpan]:
    """Replacement characters, lone surrogates and control characters."""
    if not _UNDECODABLE.search(passage.text):
        return
    wrong = {(error.hyp_span or (0, 0)) for error in mojibake(passage)}
    for match in _UNDECODABLE.finditer(passage.text):
        if not any(start <= match.start() < end for start, end in wrong):
            yield error_at(*match.span(), "Fluency/Character encoding", "undecodable", 1.0, "major")


def mojibake(passage: Passage) -> Iterator[ErrorSpan]:
    """UTF-8 read as Windows-1252 or Windows-1251: the bytes of a run of such characters are valid UTF-8 again."""
    if passage.text.isascii():
        return
    for match in _SUSPECT.finditer(passage.text):
        meant = _redecoded(match.group(), "cp1252") or _redecoded(match.group(), "cp1251", at_least=2)
        if meant and _plausible(match.group(), meant, passage.language):
            yield error_at(*match.span(), "Fluency/Character encoding", "mojibake", 0.95, "major", meant)


def _redecoded(run: str, encoding: str, at_least: int = 1) -> str | None:
    try:
        meant = b"".join(_byte(c, encoding) for c in run).decode("utf-8")
    except UnicodeError:
        return None
    return meant if len(meant) >= at_least else None


def _byte(c: str, encoding: str) -> bytes:
    """The byte that became `c`; the bytes that Windows code pages leave open came through as control characters."""
    return bytes([ord(c)]) if 0x80 <= ord(c) < 0xA0 else c.encode(encoding)


def _plausible(run: str, meant: str, language: str) -> bool:
    """Whether what was meant is text of the language (or its punctuation) and shorter than what stands there."""
    letters = regex.findall(r"\p{L}", meant)
    if any(not expected_scripts(language).fullmatch(c) for c in letters):
        return False
    if any(ord(c) in range(0x180, 0x250) or ord(c) in range(0x250, 0x2B0) for c in letters):
        return (
            False  # letters of no large alphabet: an accented capital before a closing quotation mark decodes to them
        )
    return len(meant) < len(run) and not regex.search(r"[\p{Cn}\p{Co}\p{Cc}]", meant)
