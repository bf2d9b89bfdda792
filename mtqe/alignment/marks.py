"""What the ends of lines tell: where a sentence goes on in the next line, and which marks lines end with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import regex

from mtqe.alignment.features import Matrix, is_fragment

_LOWER_CASE = regex.compile(r"\W*\p{Ll}")
_COMMA = regex.compile(r"(?r)[,，、]\W*$")
_LAST_MARK = regex.compile(r"(?r)([?？!！:：;,，.。…])[\p{Pe}\p{Pf}\p{Pi}\p{Quotation_Mark}\s]*$")
#: How often the marks at the ends of the two sides of a true link are the same.
_SAME = 0.9


def goes_on(lines: Sequence[str]) -> Matrix:
    """1 before each line that goes on with the sentence of the line before it, else 0; `(lines + 1,)`.

    In a text where most lines do, as in subtitles or verse, this tells nothing: all 0.
    """
    lower = [_LOWER_CASE.match(line) is not None for line in lines]
    cased = 2 * sum(lower) <= len(lines)
    inside = np.zeros(len(lines) + 1)
    for i in range(1, len(lines)):
        comma = _COMMA.search(lines[i - 1]) is not None
        inside[i] = comma or (cased and lower[i] and is_fragment(lines[i - 1]))
    return inside if 2 * inside.sum() <= len(lines) else np.zeros_like(inside)


def common_ends(hyp: Sequence[str], ref: Sequence[str]) -> Matrix:
    """The log odds that two lines end the two sides of a link, from their last punctuation marks, `(hyp, ref)`."""
    marks, others = ([_last_mark(line) for line in lines] for lines in (hyp, ref))
    counts = Counter([*marks, *others])
    chance = {mark: (count + 0.5) / (counts.total() + 0.5 * len(counts)) for mark, count in counts.items()}
    same = {mark: float(np.log(_SAME / share)) for mark, share in chance.items()}
    other = {mark: float(np.log((1 - _SAME) / max(1 - share, 1 - _SAME))) for mark, share in chance.items()}
    unlike = np.add.outer([other[mark] for mark in marks], [other[mark] for mark in others]) / 2
    alike = np.array(marks)[:, None] == np.array(others)[None]
    return np.where(alike, np.array([same[mark] for mark in marks])[:, None], unlike)


def _last_mark(line: str) -> str:
    found = _LAST_MARK.search(line)
    return found[1] if found else ""
