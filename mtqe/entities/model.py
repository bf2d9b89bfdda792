"""What matching works with: one side of a segment, and what became of a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mtqe.entities.index import LONGEST_PHRASE
from mtqe.entities.knowledge.places import country_codes, may_begin_country
from mtqe.entities.mentions import Name, Token
from mtqe.results import Span


@dataclass(frozen=True)
class Text:
    """One side of a segment, analysed."""

    text: str
    tokens: Sequence[Token]
    names: Sequence[Name]

    @cached_property
    def forms(self) -> frozenset[str]:
        """Plain forms of the words."""
        return frozenset(token.form for token in self.tokens)

    @cached_property
    def countries(self) -> Sequence[tuple[range, frozenset[str]]]:
        """The countries and peoples, the longest name first: token indices and territory codes."""
        return list(_countries(self.tokens))


@dataclass(frozen=True, slots=True)
class Finding:
    """The status of one name; `hyp` is the span of its counterpart.

    `wrong` holds the indices of the word that is wrong, in the reference and in the hypothesis, and `similarity` how
    near they are. `missing` are the words of a name that are not there, and `slot` the words of the hypothesis that
    stand where they should and answer nothing: they may say the name in other words (the virus, his country). It is
    None where what stands around the name has changed places. `partial` says that other words of the name are there.
    """

    name: Name
    status: str
    rule: str
    hyp: Span | None
    similarity: float = 1.0
    wrong: tuple[int, int] | None = None
    missing: tuple[int, ...] = ()
    slot: tuple[int, ...] | None = ()
    partial: bool = False


def _countries(tokens: Sequence[Token]) -> Iterator[tuple[range, frozenset[str]]]:
    past = 0
    for i, token in enumerate(tokens):
        if token.capital and i >= past and may_begin_country(token.form):
            for end in range(min(len(tokens), i + LONGEST_PHRASE), i, -1):
                codes = country_codes("".join(token.form for token in tokens[i:end]))
                if codes:
                    yield range(i, end), codes
                    past = end
                    break
