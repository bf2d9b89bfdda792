"""Why a line of the hypothesis answers to no line of the reference: page furniture, or something the system added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from mtqe.alignment.features import is_fragment, is_label, repetitions, stems

#: A caption or heading has at most this many stems; a line of text has at least as many as a short sentence.
_CAPTION = 25
_SENTENCE = 6
#: A repetition stands at most this many lines from what it repeats.
_NEAR = 50


def kinds(hyp: Sequence[str], linked: Collection[int], blocks: Sequence[int]) -> dict[int, str]:
    """The kind of each unlinked hypothesis line of one document, see `mtqe.alignment.Link`.

    `blocks` names the block (line of the page) that each line stands in. A sentence beside others in its block is
    running text: it is no caption, and in the block of a linked sentence it is no boilerplate either.
    """
    if not linked:
        return dict.fromkeys(range(len(hyp)), "boilerplate")
    sizes = Counter(blocks)
    fragments = {
        i for i, line in enumerate(hyp) if sizes[blocks[i]] == 1 and is_fragment(line) and len(stems(line)) <= _CAPTION
    }
    pairs = list(repetitions(hyp, _NEAR))
    repeated = {i for pair in pairs for i, other in (pair, pair[::-1]) if other in linked}

    def in_text(i: int, neighbour: int) -> bool:
        return 0 <= i < len(hyp) and (blocks[i] == blocks[neighbour] or (i in repeated and i not in fragments))

    first, last = min(linked), max(linked)
    while in_text(first - 1, first):
        first -= 1
    while in_text(last + 1, last):
        last += 1
    captions = fragments if _is_punctuated([hyp[i] for i in linked]) else set()
    found: dict[int, str] = {}
    for i in range(len(hyp)):
        if i in linked:
            continue
        if not first <= i <= last:
            found[i] = "boilerplate"
        elif i in repeated:
            found[i] = "repetition"
        else:
            found[i] = "addition" if i not in captions else "boilerplate" if is_label(hyp[i]) else "caption"
    return found


def _is_punctuated(lines: Sequence[str]) -> bool:
    """Whether most full lines end with punctuation; where they do not, its absence marks no caption."""
    full = [line for line in lines if len(stems(line)) >= _SENTENCE]
    return 2 * sum(is_fragment(line) for line in full) <= len(full)
