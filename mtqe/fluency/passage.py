"""What a rule looks at: one text, and what the rules share of its analysis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import regex

from mtqe.results import ErrorSpan, Severity
from mtqe.text import Word, words

#: The end of a sentence: its marks, and the quotation marks and brackets that close with it.
SENTENCE_END = regex.compile(r"[.!?…।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*")


#: A text of fewer words that ends without a mark is a heading, a caption or a label.
_SENTENCE = 15
_WITHOUT_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")


def is_heading(text: str) -> bool:
    """Whether a text is no sentence: short, and without a mark at its end.

    Where words are not set apart, two characters stand for one.
    """
    size = len(words(text)) + len(_WITHOUT_SPACES.findall(text)) // 2
    return size < _SENTENCE and not any(end.end() == len(text.rstrip()) for end in SENTENCE_END.finditer(text))


@dataclass(frozen=True)
class Passage:
    """A text and what the rules share of its analysis."""

    text: str
    language: str

    @cached_property
    def words(self) -> list[Word]:
        return words(self.text)

    @cached_property
    def folded(self) -> list[str]:
        return [word.text.casefold() for word in self.words]

    @cached_property
    def sentences(self) -> list[list[int]]:
        """For each sentence the indices of its words; sentences end at their marks, abbreviations not looked at."""
        ends = [match.end() for match in SENTENCE_END.finditer(self.text)] + [len(self.text)]
        found: list[list[int]] = [[] for _ in ends]
        sentence = 0
        for i, word in enumerate(self.words):
            while word.start >= ends[sentence]:
                sentence += 1
            found[sentence].append(i)
        return found

    def adjacent(self, i: int) -> bool:
        """Whether nothing but space stands between word `i` and the next."""
        between = self.text[self.words[i].end : self.words[i + 1].start]
        return between.isspace() and "\n" not in between


def error_at(
    start: int,
    end: int,
    category: str,
    rule: str,
    confidence: float,
    severity: Severity = "minor",
    suggestion: str | None = None,
) -> ErrorSpan:
    return ErrorSpan(
        (start, end), category=category, severity=severity, confidence=confidence, rule=rule, suggestion=suggestion
    )
