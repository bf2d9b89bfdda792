"""What is resampled: whole documents or segments, and the domains that they come from."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mtqe.errors import ConfigError
from mtqe.results import Scores

IntArray = NDArray[np.intp]

#: From this number of documents on, whole documents are resampled; fewer say too little about how documents vary.
ENOUGH_DOCUMENTS = 20


def documents(scores: Scores) -> IntArray:
    """For each segment the first segment of its document: numbers that do not depend on how systems are aligned."""
    first: dict[str, int] = {}
    return np.array([first.setdefault(name, i) for i, name in enumerate(_document_names(scores))], dtype=np.intp)


def domains(scores: Scores) -> NDArray[np.str_] | None:
    """For each segment the domain of its document; None unless every document has one and there are several."""
    names = _document_names(scores)
    if not all(name in scores.domains for name in names):
        return None
    found = np.array([scores.domains[name] for name in names], dtype=np.str_)
    return found if len(np.unique(found)) > 1 else None


def choose_unit(unit: str, documents: int) -> tuple[Literal["document", "segment"], str]:
    """What is resampled, and one sentence that says why and what the figures then speak of."""
    if unit == "document" and documents < 2:
        raise ConfigError(f"{'one' if documents else 'no'} document: no p-value over documents")
    enough = documents >= ENOUGH_DOCUMENTS
    size = f"{'at least' if enough else 'fewer than'} {ENOUGH_DOCUMENTS} documents ({documents})"
    why = f"The test set has {size}, {'so' if unit == 'auto' else 'and as asked'} "
    if unit == "document" or (unit == "auto" and enough):
        rough = "" if enough else ", and are rough with so few"
        return "document", f"{why}whole documents were resampled: the figures speak of documents like these{rough}."
    these = "this document" if documents == 1 else "these documents"
    return "segment", f"{why}segments were resampled: the figures are conditional on {these}."


def _document_names(scores: Scores) -> list[str]:
    """The document of each segment."""
    units = next(iter(scores.units.values()), ())
    document = {segment: unit.document for unit in units for segment in unit.segments}
    return [document[i] for i in range(len(document))]
