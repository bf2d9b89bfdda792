"""What one text shows by itself: characters that do not belong there, the marks of a tokeniser, another language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from typing import TYPE_CHECKING

import regex

from mtqe.checks.columns import Column, Finding
from mtqe.fluency.foreign import expected_scripts, script_of
from mtqe.languages import UNSPACED, language_of

if TYPE_CHECKING:
    from babel import Locale

#: Control characters and what is no character at all; a NUL and a carriage return are noted where files are read.
_CONTROL = regex.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\p{Noncharacter_Code_Point}]")
#: Embeddings, overrides and isolates of the bidirectional algorithm (UAX 9), which reorder what is shown.
_DIRECTION = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SPACED_MARK = regex.compile(r"(?<=[\p{L}\p{N})\"'’”]) [.,](?=\s|$)")
_MARK = regex.compile(r"[\p{L}\p{N})\"'’”][.,](?=\s|$)")
_SPACED_CHARACTERS = regex.compile(r"(?:\p{Han}|\p{Hiragana}|\p{Katakana}|\p{Thai}|\p{Khmer}|\p{Lao}|\p{Myanmar}) ")
#: Share of the lines with a full stop or comma that have a space before one. Human text and WMT's systems: up to .04.
_TOKENISED = 0.2
#: Share of the characters that a space follows in languages without spaces. Human text: up to .01.
_SEGMENTED = 0.1
#: Fewer lines, or characters, say nothing about the whole of a text.
_LEAST_LINES, _LEAST = 3, 100
#: Characters of a part of a text that its language is told from, and how many parts there are at most.
_SAMPLE, _PARTS = 600, 8
#: How much likelier another language must be, in log likelihood over the root of the bytes.
_LIKELIER = 2.0
#: Languages that are easily taken for each other, or that one label of py3langid covers.
_ALIKE = [
    {"no", "nb", "nn", "da"}, {"hr", "bs", "sr", "sh", "cnr"}, {"id", "ms"}, {"fa", "prs", "tg"}, {"zh", "yue", "wuu"},
    {"tl", "fil"}, {"gl", "pt"}, {"es", "an", "ext", "ast"}, {"ur", "hi"}, {"cs", "sk"}, {"fr", "wa", "gcr", "gcf"},
    {"ar", "ary", "arz"}, {"it", "lij", "vec"}, {"lv", "ltg"}, {"xh", "zu"}, {"nso", "st", "tn"}, {"he", "hbo"},
    {"uz", "uzs"}, {"ku", "sdh"}, {"en", "pcm"}, {"de", "lb"}, {"nl", "af", "fy"}, {"ca", "oc"}, {"tr", "az", "crh"},
    {"tt", "ba"}, {"rn", "rw"}, {"el", "grc"},
]  # fmt: skip


def of_text(column: Column) -> Iterator[Finding]:
    """All that is odd about one text."""
    odd = [i for i, text in enumerate(column.texts) if text is not None and not text.isprintable()]
    for kind, pattern, what, remedy in (
        ("control", _CONTROL, "{n} of {of} lines {have} a control character", "take it out"),
        (
            "direction",
            _DIRECTION,
            "{n} of {of} lines {have} a mark of direction, which reorders what is shown",
            "take it out unless it is meant",
        ),
    ):
        if lines := [i for i in odd if pattern.search(column.texts[i] or "")]:
            yield column.found(kind, lines, what, remedy)
    yield from _tokenised(column)
    if column.language is not None:
        yield from _foreign(column, column.language)


def _tokenised(column: Column) -> Iterator[Finding]:
    remedy = "detokenise it: metrics expect plain text and tokenise for themselves"
    if column.language is not None and language_of(column.language) in UNSPACED:
        written = [(i, text) for i, text in enumerate(column.texts) if text]
        spaced = [i for i, text in written if _spaced_share(text) > _SEGMENTED]
        if len(spaced) >= max(_LEAST_LINES, len(written) / 2):
            yield column.found("tokenised", spaced, "{n} of {of} lines {have} spaces between their words", remedy)
        return
    spaced = [i for i, text in enumerate(column.texts) if text and (" ." in text or " ," in text)]
    spaced = [i for i in spaced if _SPACED_MARK.search(column.texts[i] or "")]
    if len(spaced) >= _LEAST_LINES:
        marked = sum(1 for text in column.texts if text and ("." in text or "," in text) and _MARK.search(text))
        if len(spaced) > _TOKENISED * (marked + len(spaced)):
            yield column.found("tokenised", spaced, "{n} of {of} lines {have} spaces before their marks", remedy)


def _spaced_share(text: str) -> float:
    return len(_SPACED_CHARACTERS.findall(text)) / max(10, len(text))


def _foreign(column: Column, language: str) -> Iterator[Finding]:
    """Parts of a text that are in another language, told by their script or, where that is the same, by py3langid."""
    found: dict[str, list[int]] = {}
    for part in _parts(column):
        sample = _sample(column, part)
        if len(sample) >= _LEAST and (other := other_language(sample, language)):
            found.setdefault(other, []).extend(part)
    for other, lines in found.items():
        remedy = "check the languages, and which file is given where"
        yield column.found("language", lines, f"{{n}} of {{of}} lines {{are}} {other}", remedy)


def _parts(column: Column) -> list[range]:
    size = len(column.texts)
    parts = max(1, min(_PARTS, size // 25))
    return [range(size * k // parts, size * (k + 1) // parts) for k in range(parts)]


def _sample(column: Column, part: Sequence[int]) -> str:
    """Lines from all over a part of a text."""
    size = sum(len(column.texts[i] or "") for i in part)
    step = max(1, size // _SAMPLE)
    return "\n".join(filter(None, (column.texts[i] for i in part[::step])))[: 2 * _SAMPLE]


def other_language(text: str, language: str) -> str | None:
    """`in German, not in English` or `not in the Greek script`, where a text is; None if it may be in its language.

    Scripts are CLDR's, languages of the same script are told apart by py3langid.
    """
    letters = {c: count for c, count in Counter(text).items() if c.isalpha()}
    scripts = expected_scripts(language)
    if 2 * sum(count for c, count in letters.items() if scripts.match(c)) < sum(letters.values()):
        return f"not in the {_names().scripts.get(code := script_of(language), code)} script"
    from py3langid import rank

    ranked = rank(text)
    likelihood = dict(ranked)
    first, best = ranked[0]
    alike = {language_of(language)}.union(*(group for group in _ALIKE if language_of(language) in group))
    known = [likelihood[code] for code in alike if code in likelihood]
    if not known or first in alike or first == "zxx":
        return None
    if best - max(known) < _LIKELIER * sqrt(len(text.encode())):
        return None
    own, other = (_names().languages.get(code, code) for code in (language_of(language), first))
    return f"in {other}, not in {own}"


def _names() -> Locale:
    from babel import Locale

    return Locale("en")
