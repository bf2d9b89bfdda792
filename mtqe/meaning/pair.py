"""A sentence and its reference, word by word: what every finder of meaning errors looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mtqe.alignment.forms import Form, read_words
from mtqe.alignment.words import TokenEncoder, WordLink, align_words
from mtqe.results import Span


@dataclass(frozen=True)
class Side:
    """The words of a text: their spans and forms."""

    text: str
    spans: Sequence[Span]
    forms: Sequence[Form]


@dataclass(frozen=True)
class Pair:
    """A hypothesis and its reference, and which words answer one another."""

    hyp: Side
    ref: Side
    links: Sequence[WordLink]

    @classmethod
    def of(cls, hyp: str, ref: str, encoder: TokenEncoder | None = None) -> Pair:
        return cls(_side(hyp), _side(ref), align_words(hyp, ref, encoder))

    @cached_property
    def to_ref(self) -> dict[int, int]:
        """For each linked word of the hypothesis the number of its word in the reference."""
        hyp = {span: i for i, span in enumerate(self.hyp.spans)}
        ref = {span: i for i, span in enumerate(self.ref.spans)}
        return {hyp[link.hyp]: ref[link.ref] for link in self.links if link.hyp in hyp and link.ref in ref}

    @cached_property
    def to_hyp(self) -> dict[int, int]:
        return {j: i for i, j in self.to_ref.items()}


def _side(text: str) -> Side:
    spans, forms = read_words(text)
    return Side(text, spans, forms)
