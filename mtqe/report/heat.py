"""The fluency heat map: which words of a text surprise the language model more than those of the whole test set do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

from mtqe.report.marks import Shade
from mtqe.results import WordSurprisal

#: Shares of the words that lie below the classes 2 to 5; the first class stays unshaded.
SHARES = (0.6, 0.8, 0.9, 0.97)
#: Style of each class that is shaded, and the words for its key.
KEY = tuple((f"heat{level}", f"top {100 * (1 - share):.0f} %") for level, share in enumerate(SHARES, 2))


def bits_per_character(word: WordSurprisal) -> float:
    """The surprisal of a word by its length, what ends it included."""
    start, end, bits, _ = word
    return bits / (end - start + 1)


def class_bounds(texts: Iterable[Sequence[WordSurprisal]]) -> tuple[float, ...]:
    """Bits per character that a word must exceed for the classes 2 to 5: quantiles of the counted words of all texts.

    Empty where there are none.
    """
    values = [bits_per_character(word) for words in texts for word in words if word[3]]
    return tuple(np.quantile(values, SHARES).tolist()) if values else ()


def shades(words: Iterable[WordSurprisal], bounds: Sequence[float]) -> list[Shade]:
    """The words of a text to shade; names, numbers and what is usual stays as it is."""
    found = []
    for word in words:
        value = bits_per_character(word)
        level = 1 + bisect_left(bounds, value)
        if word[3] and level > 1:
            found.append(Shade(word[0], word[1], f"heat{level}", value))
    return found
