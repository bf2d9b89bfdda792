"""A further reference that is segmented otherwise: what it says for each segment."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

from mtqe.alignment.system import align_system
from mtqe.corpus import TestSet
from mtqe.errors import DataWarning
from mtqe.readers import TextDocument


def add_reference(name: str, documents: Sequence[TextDocument], test_set: TestSet) -> TestSet:
    """The test set with one more reference set, whatever its lines are.

    Its sentences are aligned as those of a system are (see `align_system`). A segment for which it has no text of its
    own, because a sentence of it spans several segments or nothing answers, has None: metrics use the other references
    there. Warns (DataWarning) how many such segments there are, and of text that is linked to none.
    """
    aligned = align_system(name, documents, test_set)
    texts: list[str | None] = [None] * len(test_set.segments)
    for unit, text in zip(test_set.partition(aligned), aligned.texts, strict=True):
        if len(unit) == 1 and (text or "").strip():
            texts[unit[0]] = text
    missing = sum(text is None for text in texts)
    if missing:
        _warn(f"reference {name}: {missing} of {len(texts)} segments have no text of their own in it")
    if aligned.unlinked:
        _warn(f"reference {name}: text linked to no segment: {len(aligned.unlinked)} passages, not used")
    rest = iter(texts)
    return replace(
        test_set,
        documents=tuple(
            replace(d, segments=tuple(replace(s, references=(*s.references, next(rest))) for s in d.segments))
            for d in test_set.documents
        ),
    )


def _warn(message: str) -> None:
    warnings.warn(message, DataWarning, stacklevel=3)
