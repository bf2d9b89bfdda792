"""A sentence and its reference, word by word: what every finder of meaning errors looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtqe.alignment.forms import Form, read_words
from mtqe.alignment.words import EncodedText, WordLink, align_words, word_vectors
from mtqe.results import Span


@dataclass(frozen=True)
class Side:
    """The words of a text: their spans and forms, and with an encoder their vectors, `(words, dimensions)`."""

    text: str
    spans: Sequence[Span]
    forms: Sequence[Form]
    vectors: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Pair:
    """A hypothesis and its reference, and which words answer one another."""

    hyp: Side
    ref: Side
    links: Sequence[WordLink]

    @classmethod
    def of(cls, hyp: str, ref: str, encoded: Mapping[str, EncodedText] | None = None) -> Pair:
        """`encoded` has both texts as an encoder gives them."""
        links = align_words(hyp, ref, None if encoded is None else _Encoded(encoded))
        return cls(_side(hyp, encoded), _side(ref, encoded), links)

    @cached_property
    def to_ref(self) -> dict[int, int]:
        """For each linked word of the hypothesis the number of its word in the reference."""
        hyp = {span: i for i, span in enumerate(self.hyp.spans)}
        ref = {span: i for i, span in enumerate(self.ref.spans)}
        return {hyp[link.hyp]: ref[link.ref] for link in self.links if link.hyp in hyp and link.ref in ref}

    @cached_property
    def to_hyp(self) -> dict[int, int]:
        return {j: i for i, j in self.to_ref.items()}


class _Encoded(NamedTuple):
    """Texts that have been encoded, as `align_words` asks for them."""

    texts: Mapping[str, EncodedText]

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[str, EncodedText]]:
        return ((text, self.texts[text]) for text in texts)


def _side(text: str, encoded: Mapping[str, EncodedText] | None) -> Side:
    spans, forms = read_words(text)
    return Side(text, spans, forms, None if encoded is None else word_vectors(spans, encoded[text]))
