"""Rules for punctuation and spacing."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from mtqe.fluency.passage import SENTENCE_END, Passage, error_at
from mtqe.languages import UNSPACED, language_of
from mtqe.results import ErrorSpan

_PAIRS = {")": "(", "]": "[", "}": "{", "】": "【", "」": "「", "』": "『", "》": "《", "〉": "〈"}
_WIDTHS = str.maketrans("（）［］｛｝", "()[]{}")
_BRACKET = regex.compile(r"[\[\](){}【】「」『』《》〈〉]")
_LIST_MARK = r"(?:^|[\s;,:.])(?:[\p{Latin}\p{Cyrillic}]|\p{N}{1,3})\)"
_SMILEY = r"[:;=8：；][-']?[()\[\]]|[()][-']?[:;=]|\){2,}\s*$"
_NO_BRACKET = regex.compile(f"{_LIST_MARK}|{_SMILEY}")


def unbalanced_brackets(passage: Passage) -> Iterator[ErrorSpan]:
    """A bracket without its partner; numbers of a list ("a)") and smileys are left alone."""
    text = passage.text.translate(_WIDTHS)
    if not _BRACKET.search(text):
        return
    exempt = {i for match in _NO_BRACKET.finditer(text) for i in range(*match.span())}
    opened: list[int] = []
    unmatched: list[int] = []
    for match in _BRACKET.finditer(text):
        at = match.start()
        if text[at] not in _PAIRS:
            opened.append(at)
        elif opened and text[opened[-1]] == _PAIRS[text[at]]:
            opened.pop()
        else:
            unmatched.append(at)
    for at in sorted(opened + unmatched):
        if at not in exempt:
            quotes = text[at] in "「」『』" and _may_span_lines(text, at, text[at] in "「『", False)
            yield error_at(at, at + 1, "Fluency/Punctuation", "unbalanced-bracket", 0.4 if quotes else 0.8)


_QUOTE = regex.compile('["“”„‟«»＂]')
_BEFORE_OPENING = regex.compile(r"(?:^|[\s(\[{/‚¿¡])$")
_UNCLEAR = "'‘’…—–-"


def unbalanced_quotes(passage: Passage) -> Iterator[ErrorSpan]:
    """A double quotation mark without its partner; one that may belong to the lines around is a hint."""
    text = passage.text
    opened: list[int] = []
    unmatched: list[int] = []
    for match in _QUOTE.finditer(text):
        at = match.start()
        if _opens(passage, at, bool(opened)):
            opened.append(at)
        elif opened:
            opened.pop()
        elif not (text[at] == '"' and text[at - 1 : at].isdigit()):  # inches
            unmatched.append(at)
    spaced = language_of(passage.language) not in UNSPACED
    for at in sorted(opened + unmatched):
        confidence = 0.35 if _may_span_lines(text, at, at in opened, spaced) else 0.7
        yield error_at(at, at + 1, "Fluency/Punctuation", "unbalanced-quote", confidence)


def _opens(passage: Passage, at: int, inside: bool) -> bool:
    """Whether a quotation mark opens: by its shape where that is clear, else by what stands around it."""
    mark, before, after = passage.text[at], passage.text[max(0, at - 1) : at], passage.text[at + 1 : at + 2]
    if mark in "«»„":
        return mark != "»"
    if language_of(passage.language) in UNSPACED and mark in "“”":
        return mark == "“"
    follows_space, touches_next = _BEFORE_OPENING.match(before) is not None, after.strip() != ""
    if before in tuple(_UNCLEAR):
        return touches_next and not inside
    return follows_space and (touches_next or not inside)


_SPEECH = tuple("说道问喊称答叫言")


def _may_span_lines(text: str, at: int, opens: bool, spaced: bool) -> bool:
    """Whether the partner of a mark may stand in the text before or after this one."""
    before, after = text[:at].rstrip(), text[at + 1 :].lstrip()
    if before == "" or after in ("", ".", ","):
        return True
    if opens:
        if not spaced and before[-1] == "，":
            return before[:-1].endswith(_SPEECH)
        return before[-1] in ":,.!?—–-：，。" and (after[0].isupper() or not after[0].islower())
    return before[-1] in ".,!?…—–-。！？，" or after[0] in ".,"


_SPACE_BEFORE = regex.compile(r"(?<=[\p{L}\p{M}\p{N})\]\"”“»%])\p{Zs}+([,.;:!?](?=[\s\"”’»]|$)|[，。；：！？、])")
#: Languages in which a space before such marks is the rule (French) or widespread (Hindi).
_SPACED_MARKS = frozenset({"fr", "hi"})
_SPLIT_CLITIC = regex.compile(r"(?<=\p{L})\s+(?:['’](?:s|re|ve|ll|m|d)|n['’]t)\b")


def space_before_punctuation(passage: Passage) -> Iterator[ErrorSpan]:
    """A space before a comma, a full stop and the like, and before an English clitic ("do n't")."""
    language = language_of(passage.language)
    for match in _SPACE_BEFORE.finditer(passage.text):
        if not (language in _SPACED_MARKS and match[1] in ";:!?"):
            yield error_at(*match.span(), "Fluency/Punctuation", "space-before-punctuation", 0.9, suggestion=match[1])
    if language == "en":
        for match in _SPLIT_CLITIC.finditer(passage.text):
            yield error_at(*match.span(), "Fluency/Punctuation", "split-clitic", 0.8, suggestion=match.group().strip())


_SENTENCE_FOLLOWS = regex.compile(r"[\"”’»)]*(?:\s+\p{Lu}|\s*$)")
_DOUBLED = regex.compile(
    r"(?<![,;:.،。，、?!？！])(?:([,;:。，、；])\1|\.\.|,[.;:。]|[;:][,.;]|。，|，。|、。|।।|।\.)(?![,;:.。，、)?!])"
)


def doubled_punctuation(passage: Passage) -> Iterator[ErrorSpan]:
    """Two marks where one stands (",,", ",."); two dots inside a sentence are a careless ellipsis, so a hint."""
    for match in _DOUBLED.finditer(passage.text):
        inside = match.group() == ".." and _SENTENCE_FOLLOWS.match(passage.text, match.end()) is None
        confidence = 0.4 if inside or (match.group()[0] in ".।" and language_of(passage.language) == "hi") else 0.85
        yield error_at(
            *match.span(), "Fluency/Punctuation", "doubled-punctuation", confidence, suggestion=match.group()[0]
        )


_DOUBLE_SPACE = regex.compile(r"(?<=(\S))[ \u00a0]{2,}(?=(\S))")
_ONE_AFTER_SENTENCE = regex.compile(r"[.!?।] (?! )")


def double_space(passage: Passage) -> Iterator[ErrorSpan]:
    """Two spaces between words.

    A hint where there are many (tables), after a hyphen, after sentences where a typist puts two throughout, and in
    languages written without spaces.
    """
    if "  " not in passage.text and "\u00a0" not in passage.text:
        return
    found = list(_DOUBLE_SPACE.finditer(passage.text))
    habitual = "…-" if _ONE_AFTER_SENTENCE.search(passage.text) else ".!?…।-"
    for match in found:
        inside = match[1] not in habitual and len(found) < 4 and language_of(passage.language) not in UNSPACED
        yield error_at(*match.span(), "Fluency/Whitespace", "double-space", 0.6 if inside else 0.4, suggestion=" ")


_MISSING_SPACE = regex.compile(
    r"(?<=[\p{Ll}\p{N}]),(?=\p{L}{2})|(?<=\p{Ll}{3})[.!?](?=\p{Lu}\p{Ll})|(?<=\p{Lu}),(?=\p{Lu})"
)


def missing_space(passage: Passage) -> Iterator[ErrorSpan]:
    """No space after a comma or between sentences, in scripts with spaces."""
    if language_of(passage.language) in UNSPACED:
        return
    for match in _MISSING_SPACE.finditer(passage.text):
        confidence = 0.7 if match.group() == "," else 0.4
        yield error_at(*match.span(), "Fluency/Whitespace", "missing-space", confidence, suggestion=match.group() + " ")


def missing_final_mark(passage: Passage) -> Iterator[ErrorSpan]:
    """A text of several sentences whose last has no end; a heading or caption is one sentence, and left alone."""
    text = passage.text.rstrip()
    inner = [end for end in SENTENCE_END.finditer(text) if end.end() < len(text)]
    if len(inner) > 0 and regex.search(r"[\p{L}\p{N}]$", text) and len(passage.sentences[-1]) > 6:
        yield error_at(len(text), len(text), "Fluency/Punctuation", "missing-final-mark", 0.4, suggestion=".")
