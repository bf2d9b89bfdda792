"""What an alignment is: links between lines of the hypothesis and of the reference."""

from __future__ import annotations

from dataclasses import dataclass

from mtqe.alignment.words import TokenEncoder, WordLink, align_words


@dataclass(frozen=True, slots=True)
class Link:
    """Lines of the hypothesis and of the reference that say the same, or lines of one side that nothing answers.

    `hyp` and `ref` are line indices; `score` is in [0, 1]. `kind` is `match` for linked lines, or `moved` where they
    cross the order of the others. Reference lines alone are an `omission`; hypothesis lines alone are `boilerplate`
    (edge of the document, or a label such as `Date:`), `caption` (a short inner line without sentence punctuation),
    `repetition` (says again what a linked line says) or an `addition`; lines alone on both sides that say the same at
    other places are `moved`, and lines without text `empty`. `evidence` names words of the hypothesis that the other
    side has too, the rarest first, at most 8.
    """

    hyp: tuple[int, ...]
    ref: tuple[int, ...]
    score: float
    kind: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alignment:
    """A partition of the lines of both sides into links, in reading order; `ref` is the source without a reference."""

    links: tuple[Link, ...]
    signature: str
    hyp: tuple[str, ...]
    ref: tuple[str, ...]

    def words(self, link: Link, encoder: TokenEncoder | None = None) -> list[WordLink]:
        """The words of a link, see `align_words`; spans are in the lines of each side joined by single spaces."""
        return align_words(
            " ".join(self.hyp[i] for i in link.hyp), " ".join(self.ref[j] for j in link.ref), encoder=encoder
        )
