"""Texts with marks: overlapping spans become runs that do not overlap, and what cannot be seen becomes visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex
from markupsafe import Markup, escape

#: Controls, line separators, lone surrogates, and the characters that reorder, join or hide their neighbours.
_HIDDEN = regex.compile(
    r"(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]"
)
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"})


def visible(text: object) -> str:
    """The text with its invisible and reordering characters spelled out: a NUL as `␀`, U+202E as `⟦U+202E⟧`."""
    return str(_HIDDEN.sub(lambda match: _spell(match.group()), str(text)))


def _spell(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"


def language_tag(code: str | None) -> str:
    """A language code as HTML writes it: `pt-BR` for `pt_BR`; empty (unknown) for None."""
    return (code or "").replace("_", "-")


def direction(code: str | None) -> str:
    """`rtl` for languages written so, since a text may begin with a foreign name; else the text decides."""
    return "rtl" if language_tag(code).split("-")[0].lower() in _RIGHT_TO_LEFT else "auto"


def bdi(text: object, language: str | None = "") -> Markup:
    """A text isolated from its neighbours; `language` None or empty is unknown."""
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(language_tag(language), direction(language), visible(text))


@dataclass(frozen=True)
class Mark:
    """A marked passage `[start, end)` of a text; zero width is an insertion point.

    style    class of its underline, symbol  what says the same without colour
    id       of this side, partner           of the same finding on the other side, if any
    """

    start: int
    end: int
    style: str
    symbol: str
    title: str
    id: str = ""
    partner: str = ""


#: The unit of surprisal.
BITS = "bits per character"


@dataclass(frozen=True, slots=True)
class Shade:
    """A word `[start, end)` that is shaded in class `style`, and its surprisal in bits per character."""

    start: int
    end: int
    style: str
    bits: float


def marked(text: str, marks: Sequence[Mark], language: str | None, shades: Sequence[Shade] = ()) -> Markup:
    """The text as HTML: a `bdi` in which each mark is a linked, focusable passage; earlier marks lie on top.

    `shades` are in the order of the text and do not overlap; a word that stands in a mark is shaded inside it.
    """
    size = len(text)
    inside = [(min(max(m.start, 0), size), min(max(m.end, m.start, 0), size), m) for m in marks]
    edges = sorted({0, size, *(start for start, _, _ in inside), *(end for _, end, _ in inside)})
    runs = [_insertions(inside, 0)] if size == 0 else []
    for low, high in pairwise(edges):
        covering = [(start, end, m) for start, end, m in inside if start <= low and high <= end and start < end]
        runs += [_insertions(inside, low), _run(text, low, high, covering, shades)]
    runs += [_insertions(inside, size)] if size else []
    return Markup('<bdi class="text" lang="{}" dir="{}">{}</bdi>').format(
        language_tag(language), direction(language), Markup("").join(runs)
    )


def _run(text: str, low: int, high: int, covering: Sequence[tuple[int, int, Mark]], shades: Sequence[Shade]) -> Markup:
    inside = [s for s in shades if s.start < high and low < s.end]
    if not covering:
        return _shaded(text, low, high, inside, titles=True)
    starting = [m for start, _, m in covering if start == low and m.id]
    ending = "".join(dict.fromkeys(m.symbol for _, end, m in covering if end == high))
    covers = [m for _, _, m in covering]
    # a title of the word itself would hide the mark's, which says more
    titles = [m.title for m in covers] + [f"up to {max(s.bits for s in inside):.1f} {BITS}" for _ in inside[:1]]
    return _element(_shaded(text, low, high, inside, titles=False), covers, titles, starting, ending)


def _shaded(text: str, low: int, high: int, shades: Sequence[Shade], titles: bool) -> Markup:
    pieces, at = [], low
    for shade in shades:
        start, end = max(shade.start, at), min(shade.end, high)
        title = Markup(' title="{:.1f} {}"').format(shade.bits, BITS) if titles else ""
        pieces += [
            escape(visible(text[at:start])),
            Markup('<span class="{}"{}>{}</span>').format(shade.style, title, visible(text[start:end])),
        ]
        at = end
    return Markup("").join([*pieces, escape(visible(text[at:high]))])


def _insertions(inside: Sequence[tuple[int, int, Mark]], at: int) -> Markup:
    points = [m for start, end, m in inside if start == end == at]
    return Markup("").join(_element(Markup(""), [m], [m.title], [m], "‸" + m.symbol) for m in points)


def _element(
    text: Markup, marks: Sequence[Mark], titles: Sequence[str], starting: Sequence[Mark], symbols: str
) -> Markup:
    """One run; the first mark that starts in it gives its id, further ones get an empty anchor before it."""
    anchors = Markup("").join(Markup('<i id="{}"></i>').format(m.id) for m in starting[1:])
    partner = next((m.partner for m in marks if m.partner), "")
    tag = Markup('a href="#{}"').format(partner) if partner else Markup('span tabindex="0"')
    names = " ".join(dict.fromkeys(m.id.rpartition("-")[0] for m in marks if m.id))
    return Markup('{}<{}{} class="mark {}" data-mark="{}" data-symbol="{}" title="{}">{}</{}>').format(
        anchors,
        tag,
        Markup(' id="{}"').format(starting[0].id) if starting and starting[0].id else "",
        " ".join(dict.fromkeys(m.style for m in marks)),
        names,
        symbols,
        visible("\n".join(titles)),
        text,
        Markup("a" if partner else "span"),
    )
