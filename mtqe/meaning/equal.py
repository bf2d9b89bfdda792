"""Words without a link that the other text has all the same: numbers in words, abbreviations, compounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqe.meaning.inflection import FUNCTION_WORDS

_NUMBERS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_DIGITS = {digits: word for word, digits in _NUMBERS.items()}
_SHORT = {
    "us": ("united", "states"), "usa": ("united", "states"), "uk": ("united", "kingdom"), "eu": ("european", "union"),
    "un": ("united", "nations"), "tv": ("television",),
}  # fmt: skip
_ABBREVIATION = range(2, 6)


def said_otherwise(
    hyp: Sequence[str], ref: Sequence[str], hyp_free: Sequence[int], ref_free: Sequence[int]
) -> tuple[set[int], set[int]]:
    """Of the words without a link, by number, those of each text that the other says in another way."""
    found: tuple[set[int], set[int]] = (set(), set())
    for side, (own, other, free, other_free) in enumerate(
        ((hyp, ref, hyp_free, ref_free), (ref, hyp, ref_free, hyp_free))
    ):
        for at in free:
            for answer in _answers(own[at], other, other_free):
                found[side].add(at)
                found[1 - side].update(answer)
    return found


def _answers(word: str, other: Sequence[str], free: Sequence[int]) -> Iterator[Sequence[int]]:
    """The places in the other text where a word is said otherwise."""
    number = _NUMBERS.get(word) or _DIGITS.get(word)
    if number is not None:
        yield from ([k] for k in free if other[k] == number)
    if word in _SHORT and set(_SHORT[word]).issubset(other):
        yield [k for k in free if other[k] in _SHORT[word]]
    if len(word) in _ABBREVIATION and word not in FUNCTION_WORDS:
        for k in range(len(other) - len(word) + 1):
            if "".join(initial[0] for initial in other[k : k + len(word)]) == word:
                yield range(k, k + len(word))
    if len(word) > 5:
        yield from ([k, k + 1] for k in range(len(other) - 1) if _is_compound(word, other[k], other[k + 1]))


def _is_compound(word: str, first: str, second: str) -> bool:
    """Whether two words are a compound written apart (non-violent, nonviolently)."""
    if len(first) < 3:
        return False
    if first + second == word:
        return True
    return (
        len(second) > 2
        and word.startswith(first)
        and word.endswith(second[-3:])
        and abs(len(first) + len(second) - len(word)) <= 1
    )
