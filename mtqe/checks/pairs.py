"""What a text shows beside the one that it answers: copies, repetitions, lengths that cannot be, shifted lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from mtqe.checks.columns import Column, Finding
from mtqe.results import FloatArray

#: Shorter texts are the same by chance.
_LEAST_WORDS = 4
#: Share of the lines that are the reference's own. WMT21's systems: up to .05.
_COPIED = 0.25
#: Lines that repeat another line's text though they answer something else. WMT21's systems: up to .01.
_REPEATED, _LEAST_REPEATED = 0.02, 3
#: How many times as long as the other a text may be, and from which length on.
_RATIO, _LONG = 5.0, 60
#: The same of all lines together. WMT21's systems: .83 to 1.02.
_WHOLE_RATIO = 1.5
#: Lines that a text may be shifted by.
_SHIFTS = (-1, 1, -2, 2, -3, 3)
#: A line that shares less with its own reference, and that much more with one nearby, speaks for a shift.
_OWN, _MORE = 0.45, 0.3
#: Lines in a row that must speak for the same shift, of which one in so many is looked at first.
_RUN = 3
#: Lengths in different languages, in characters to which so many are added, are compared over so many lines.
_SHORT, _WINDOW = 10, 40
#: What the product of two standardised log lengths is in the mean of a window where lines answer each other, and how
#: much more that must be than of their own. WMT21: .3 to 1.6 of their own.
_AGREE, _AGREE_MORE = 0.35, 0.35
#: Lengths that vary less say nothing.
_EVEN = 0.2


def of_emptiness(column: Column, others: Sequence[Column]) -> Iterator[Finding]:
    """Empty lines where another text says something."""
    empty = [
        i
        for i, text in enumerate(column.texts)
        if text is not None and not text.strip() and any((other.texts[i] or "").strip() for other in others)
    ]
    if empty:
        yield column.found(
            "empty", empty, "{n} of {of} lines {are} empty", "each is scored as a text that says nothing"
        )


def of_source(column: Column, source: Column, references: Sequence[Column]) -> Iterator[Finding]:
    """Outputs that are the source itself, though no reference is."""
    same = [
        i
        for i, (text, other) in enumerate(zip(column.texts, source.texts, strict=True))
        if text is not None
        and text == other
        and len(source.words(i)) >= _LEAST_WORDS
        and all(reference.texts[i] != text for reference in references)
    ]
    if same:
        yield column.found("untranslated", same, "{n} of {of} lines {are} the source itself", "were they translated?")


def of_reference(column: Column, reference: Column) -> Iterator[Finding]:
    """Outputs that are the reference itself, and those whose length cannot be that of a translation."""
    pairs = list(zip(column.texts, reference.texts, strict=True))
    same = [i for i, (text, other) in enumerate(pairs) if text and text == other]
    long = [i for i in same if len(column.words(i)) >= _LEAST_WORDS]
    if len(long) >= _LEAST_REPEATED and len(same) > _COPIED * len(pairs):
        what = f"{{n}} of {{of}} lines {{are}} {reference.about} itself"
        yield column.found("reference", same, what, "is it the output of a system?")


def of_lengths(column: Column, references: Sequence[Column]) -> Iterator[Finding]:
    """Lines, and whole texts, that are far longer or shorter than all their references."""
    sizes = np.array([[len(text or "") for text in r.texts] for r in references])
    own = np.array([len(text or "") for text in column.texts])
    low, high = sizes.min(axis=0), sizes.max(axis=0)
    short = (own > 0) & (low > _LONG) & (own * _RATIO < low)
    long = (high > 0) & (own > _LONG) & (own > _RATIO * high)
    for which, said in ((short, "less than a fifth"), (long, "over five times")):
        if which.any():
            said = f"{{n}} of {{of}} lines {{are}} {said} as long as the reference"
            yield column.found("length", np.flatnonzero(which).tolist(), said, "were they cut, merged or repeated?")
    answered = own > 0
    if high[answered].sum() > _RATIO * _LONG:
        ratio = own.sum() / high[answered].sum()
        if own.sum() * _WHOLE_RATIO < low[answered].sum() or own.sum() > _WHOLE_RATIO * high[answered].sum():
            said = f"all {{of}} lines together are {ratio:.2f} times as long as the reference"
            yield column.found("length", range(len(own)), said, "is it the same text?")


def of_repetition(column: Column, others: Sequence[Column]) -> Iterator[Finding]:
    """Lines that say again what another line says, where no other text of the test set repeats itself."""
    lines = defaultdict(list)
    for i, text in enumerate(column.texts):
        if text:
            lines[text].append(i)
    again = []
    for of_text in lines.values():
        if len(of_text) > 1 and len(column.words(of_text[0])) >= _LEAST_WORDS:
            answered = {tuple(other.texts[i] for other in others) for i in of_text}
            again += of_text[1 : len(answered)]
    if len(again) >= max(_LEAST_REPEATED, _REPEATED * len(column.texts)):
        said = "{n} of {of} lines {are} duplicates of another line, though they answer something else"
        yield column.found("repeated", sorted(again), said, "was a line written more than once?")


def of_shift(column: Column, references: Sequence[Column]) -> Iterator[Finding]:
    """Runs of lines that answer another line than their own, at most three before or after it."""
    votes: dict[int, int] = {}
    for i in range(0, len(column.texts), _RUN):
        if _shift(column, references, i):
            for j in range(max(0, i - 2 * _RUN), min(len(column.texts), i + 2 * _RUN + 1)):
                if j not in votes:
                    votes[j] = _shift(column, references, j)
    runs = []
    cast = [(i, vote) for i, vote in sorted(votes.items()) if vote]
    for vote, run in groupby(cast, key=lambda pair: pair[1]):
        lines = [i for i, _ in run]
        near = np.split(lines, np.flatnonzero(np.diff(lines) > _RUN) + 1)
        runs += [(vote, part.tolist()) for part in near if len(part) >= _RUN]
    if runs:
        shifts = sorted({vote for vote, _ in runs}, key=abs)
        lines = [i for _, part in runs for i in part]
        said = f"{{n}} of {{of}} lines are shifted: they answer the {' or the '.join(map(_nth, shifts))} their own"
        yield column.found("shift", lines, said, "was a line lost, split or joined there?")


def of_source_shift(column: Column, other: Column) -> Iterator[Finding]:
    """Long runs of lines whose lengths follow those of other lines in a text of another language than their own."""
    sizes = [np.log([len(text or "") + _SHORT for text in of.texts]) for of in (column, other)]
    if len(sizes[0]) < _WINDOW or min(size.std() for size in sizes) < _EVEN:
        return
    own, others = ((size - size.mean()) / size.std() for size in sizes)
    agreement = {shift: _windows(own * np.roll(others, -shift)) for shift in (0, *_SHIFTS)}
    shifted = np.stack([agreement[shift] for shift in _SHIFTS])
    odd = np.flatnonzero((shifted.max(axis=0) > _AGREE) & (shifted.max(axis=0) > agreement[0] + _AGREE_MORE))
    if odd.size:
        shift = _SHIFTS[int(shifted[:, odd[0]].argmax())]
        lines = range(odd[0], min(odd[-1] + _WINDOW, len(own)))
        beside = f"the {other.about} {_nth(shift)} their own"
        said = f"about {{n}} of {{of}} lines seem shifted: their lengths are like those of {beside}"
        yield column.found("shift", lines, said, "was a line lost, split or joined there?")


def _nth(shift: int) -> str:
    name = ("", "", "second ", "third ")[abs(shift)]
    return f"{name}line {'after' if shift > 0 else 'before'}"


def _windows(values: FloatArray) -> FloatArray:
    """The mean of each window of lines."""
    sums = np.concatenate([[0.0], values.cumsum()])
    means: FloatArray = (sums[_WINDOW:] - sums[:-_WINDOW]) / _WINDOW
    return means


def _shift(column: Column, references: Sequence[Column], i: int) -> int:
    """How many lines after its own reference the one stands that line i answers; 0: none does clearly."""
    if len(column.words(i)) < _LEAST_WORDS:
        return 0
    own = max(column.overlap(i, reference, i) for reference in references)
    if own >= _OWN:
        return 0
    found = [(max(_overlap(column, reference, i, i + k) for reference in references), k) for k in _SHIFTS]
    best, shift = max(found, key=lambda pair: pair[0])
    return shift if best >= own + _MORE else 0


def _overlap(column: Column, reference: Column, i: int, j: int) -> float:
    known = 0 <= j < len(reference.texts) and len(reference.words(j)) >= _LEAST_WORDS
    return column.overlap(i, reference, j) if known else 0.0
