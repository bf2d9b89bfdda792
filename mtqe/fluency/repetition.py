"""Rules for what is said twice: doubled words, loops, echoes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.fluency.wordlist import is_content, same_stem
from mtqe.languages import UNSPACED, language_of
from mtqe.results import ErrorSpan

#: Languages in which a doubled word is ordinary grammar.
_REDUPLICATING = frozenset({"hi", "ur", "bn", "id", "ms", "tr", "ta", "te", "mr", "gu", "pa", "vi", "th", "fil"})
#: Hindi postpositions and auxiliaries, which reduplication never touches.
_NEVER_DOUBLED = frozenset(["के", "का", "की", "को", "में", "ने", "है", "हैं", "था", "थी", "थे", "और", "कि", "रहे", "रहा", "रही"])
#: Words that grammar or emphasis doubles.
_DOUBLED_ON_PURPOSE = {
    "en": {"that", "had", "is", "very", "really", "so", "no", "bye", "night", "many", "much", "way"},
    "de": {"die", "der", "das", "sie", "sehr", "ja", "nein", "so"},
    "fr": {"nous", "vous", "très", "non", "oui"},
    "es": {"muy", "sí", "no", "ya"},
    "cs": {"velmi", "moc", "ano", "ne", "se"},
    "ru": {"очень", "да", "нет", "ну", "так", "все"},
    "uk": {"дуже", "так", "ні", "ну"},
}
#: Words that tie a phrase to itself: "more and more", "step by step".
_LINKING = {
    "en": {"and", "by", "or", "to", "after", "upon", "on", "in"},
    "de": {"und", "oder", "um", "für", "an"},
    "fr": {"et", "ou", "à", "en"},
    "es": {"y", "o", "a", "en"},
    "cs": {"a", "i", "za", "po"},
    "ru": {"и", "да", "за", "в", "на", "по"},
    "uk": {"і", "й", "та", "за", "в", "на"},
}


def repeated_phrase(passage: Passage) -> Iterator[ErrorSpan]:
    """The same word twice ("the the"), the same phrase twice ("in the in the"), or a loop: three times or more."""
    folded, i = passage.folded, 0
    reduplicates = language_of(passage.language) in _REDUPLICATING
    while i < len(folded) - 1:
        size, times = _loop_at(folded, i)
        end = i + size * times
        if times < 2 or any(word.isnumeric() for word in folded[i : i + size]):
            i += 1
            continue
        error = _repetition(passage, i, size, times)
        if error and not (reduplicates and size == 1 and folded[i] not in _NEVER_DOUBLED):
            yield error
        i = end


def _repetition(passage: Passage, i: int, size: int, times: int) -> ErrorSpan | None:
    end = i + size * times
    unbroken = all(passage.adjacent(k) for k in range(i, end - 1))
    if not unbroken and (times == 2 or size == 1):
        return None
    start, stop, first = passage.words[i].start, passage.words[end - 1].end, passage.words[i]
    once = passage.text[start : passage.words[i + size - 1].end]
    on_purpose = _on_purpose(passage.folded[i : i + size], language_of(passage.language))
    if times > 2:
        confidence = 0.4 if on_purpose else 0.95 if unbroken else 0.7
        return error_at(start, stop, "Fluency/Duplication", "loop", confidence, "major", once)
    if size == 1 and (passage.words[i + 1].text != first.text or (first.text[0].isupper() and len(first.text) < 4)):
        on_purpose = True  # "Die die" is grammar, "Ni Ni" a name
    confidence = 0.3 if on_purpose else 0.6 if first.text[0].isupper() else 0.9
    return error_at(start, stop, "Fluency/Duplication", "repeated-word", confidence, "minor", once)


def _on_purpose(unit: list[str], language: str) -> bool:
    if len(unit) == 1:
        return len(unit[0]) == 1 or unit[0] in _DOUBLED_ON_PURPOSE.get(language, ())
    return len(unit) == 2 and not _LINKING.get(language, set()).isdisjoint(unit)


def _loop_at(folded: list[str], i: int) -> tuple[int, int]:
    """The shortest phrase of at most 8 words that repeats itself from word `i` on: its size and how often it stands."""
    for size in range(1, min(8, (len(folded) - i) // 2) + 1):
        if folded[i] != folded[i + size]:
            continue
        times = 1
        while folded[i : i + size] == folded[i + size * times : i + size * (times + 1)]:
            times += 1
        if times > 1:
            return size, times
    return 1, 1


_UNSPACED_LOOP = regex.compile(r"([\p{L}\p{M}\p{N}\p{P}]{2,20}?)\1{2,}")
_UNSPACED_DOUBLE = regex.compile(r"(\p{Han}{2}|[\p{Han}\p{Hiragana}\p{Katakana}]{3,12})\1")
#: What Japanese doubles on purpose.
_MIMETIC = regex.compile(r"[\p{Hiragana}\p{Katakana}]{3,4}")


def repeated_characters(passage: Passage) -> Iterator[ErrorSpan]:
    """A loop, or a phrase that stands twice, in scripts without spaces."""
    if language_of(passage.language) not in UNSPACED:
        return
    loops = [m for m in _UNSPACED_LOOP.finditer(passage.text) if len(set(m[1])) > 1 and regex.search(r"\p{L}", m[1])]
    for match in loops:
        yield error_at(*match.span(), "Fluency/Duplication", "loop", 0.9, "major", match[1])
    for match in _UNSPACED_DOUBLE.finditer(passage.text):
        confidence = 0.7 if len(match[1]) > 2 else 0.4  # "很久很久": two characters are often doubled on purpose
        if (
            len(set(match[1])) > 1
            and not _MIMETIC.fullmatch(match[1])
            and not any(m.start() < match.end() and match.start() < m.end() for m in loops)
        ):
            yield error_at(*match.span(), "Fluency/Duplication", "repeated-word", confidence, "minor", match[1])


#: What sets two words against each other, by its first word.
_OPPOSING = {
    link[0]: (link,) for link in (("if", "not"), ("but", "not"), ("rather", "than"), ("instead", "of"), ("or",))
}


def echo(passage: Passage) -> Iterator[ErrorSpan]:
    """The same content word in opposition to itself ("good, if not good"), or a phrase said again in one sentence.

    The opposition is looked for in English; the phrase, of two or more content words compared by their stems, anywhere.
    """
    for sentence in passage.sentences:
        if language_of(passage.language) == "en":
            yield from _opposed_to_itself(passage, sentence)
        again = list(_said_again(passage, sentence))
        if again:
            yield max(again, key=lambda error: error.confidence)


def _opposed_to_itself(passage: Passage, sentence: list[int]) -> Iterator[ErrorSpan]:
    for i in sentence[:-2]:
        for link in _OPPOSING.get(passage.folded[i + 1], ()):
            other = i + len(link) + 1
            if other > sentence[-1] or tuple(passage.folded[i + 1 : other]) != link:
                continue
            first, second = passage.words[i], passage.words[other]
            if passage.folded[i] == passage.folded[other] and is_content(first.text, passage.language):
                confidence = 0.5 if link == ("or",) else 0.85
                yield error_at(first.start, second.end, "Fluency/Duplication", "echo", confidence)


def _said_again(passage: Passage, sentence: list[int]) -> Iterator[ErrorSpan]:
    content = [i for i in sentence if is_content(passage.words[i].text, passage.language)]
    pairs = [(a, b) for a, b in pairwise(content) if b - a <= 3]
    for n, (a, b) in enumerate(pairs):
        for c, d in pairs[n + 1 :]:
            if c <= b or not (_same_stem(passage, a, c) and _same_stem(passage, b, d)):
                continue
            first, last = passage.words[a], passage.words[d]
            if first.text[0].isupper() and passage.words[b].text[0].isupper():
                continue  # a name, or a heading
            inflected = passage.folded[a] != passage.folded[c]
            lower = first.text[0].islower() and passage.words[c].text[0].islower()
            confidence = 0.6 if inflected and lower and d - a <= 14 else 0.3
            yield error_at(first.start, last.end, "Fluency/Duplication", "echo", confidence)


def _same_stem(passage: Passage, i: int, j: int) -> bool:
    return same_stem(passage.folded[i], passage.folded[j])
