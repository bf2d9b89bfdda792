"""Not this but that: `polarity`, where the other text has it the other way round, or this and that are one word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mtqe.alignment.forms import have_one_stem
from mtqe.meaning.frames import has_break, is_item
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.place import point
from mtqe.results import ErrorSpan, Span

#: The most words of what is denied before "but", and of what is affirmed.
_DENIED, _AFFIRMED = 10, 6


class _Contrast(NamedTuple):
    """The number of the negation, and those of the words that are denied and affirmed."""

    at: int
    denied: Sequence[int]
    affirmed: Sequence[int]


def find_contrasts(pair: Pair) -> Iterator[ErrorSpan]:
    """What one text denies and affirms, and the other affirms and denies."""
    others = list(_contrasts(pair.ref))
    for at in _contradictions(pair.hyp):
        if not list(_contradictions(pair.ref)):
            yield _candidate((pair.hyp.spans[at - 2][0], pair.hyp.spans[at + 1][1]), point(pair, at), 0.6)
    for hyp in _contrasts(pair.hyp):
        for ref in others:
            crossed = _meet(pair, hyp.denied, ref.affirmed) and _meet(pair, hyp.affirmed, ref.denied)
            if crossed and not _meet(pair, hyp.denied, ref.denied) and not _meet(pair, hyp.affirmed, ref.affirmed):
                yield _candidate(_span(pair.hyp, hyp), _span(pair.ref, ref), 0.8)
                break


def _candidate(hyp: Span, ref: Span, sure: float) -> ErrorSpan:
    return ErrorSpan(hyp, ref, category="Accuracy/Mistranslation", confidence=sure, rule="polarity")


def _contradictions(side: Side) -> Iterator[int]:
    """Where "not" stands in what says and denies one word (healthy, if not healthy)."""
    words = [form.key for form in side.forms]
    for at in range(2, len(words) - 1):
        if words[at] == "not" and words[at - 1] in ("if", "but", "and", "though") and words[at - 2] == words[at + 1]:
            yield at


def _contrasts(side: Side) -> Iterator[_Contrast]:
    """Of "not this but that" and "that, not this"."""
    words = [form.key for form in side.forms]
    for at, word in enumerate(words):
        if word != "not":
            continue
        but = next((k for k in range(at + 1, min(at + _DENIED, len(words))) if words[k] == "but"), None)
        if but is not None and not any(has_break(side, k, k + 1) for k in range(at, but)):
            yield _Contrast(at, _items(side, at + 1, but), _items(side, but + 1, but + 1 + _AFFIRMED))
        elif at and "," in side.text[side.spans[at - 1][1] : side.spans[at][0]]:
            before = next((k for k in range(at - 1, 0, -1) if has_break(side, k - 1, k) or at - k >= _AFFIRMED), 0)
            yield _Contrast(at, _items(side, at + 1, at + 1 + _AFFIRMED)[:1], _items(side, before, at)[-1:])


def _items(side: Side, first: int, last: int) -> list[int]:
    """The words from the first to before the last that say something, to the end of the clause."""
    found: list[int] = []
    for k in range(first, min(last, len(side.forms))):
        if k > first and has_break(side, k - 1, k):
            break
        if is_item(side, k):
            found.append(k)
    return found


def _meet(pair: Pair, hyp: Sequence[int], ref: Sequence[int]) -> bool:
    forms, others = pair.hyp.forms, pair.ref.forms
    return any(pair.to_ref.get(i) == j or have_one_stem(forms[i].plain, others[j].plain) for i in hyp for j in ref)


def _span(side: Side, contrast: _Contrast) -> Span:
    words = (contrast.at, *contrast.denied, *contrast.affirmed)
    return side.spans[min(words)][0], side.spans[max(words)][1]
