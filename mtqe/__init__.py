"""mtqe: judge machine translation. Align, score, find the errors, compare systems, publish the report.

Importing it loads nothing heavy: each public name is fetched from its module when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mtqe.alignment import align as align
    from mtqe.checks import check as check
    from mtqe.entities import find_entity_errors as find_entity_errors
    from mtqe.fluency import score_fluency as score_fluency
    from mtqe.meaning import find_meaning_errors as find_meaning_errors
    from mtqe.metrics import score as score
    from mtqe.readers import load as load
    from mtqe.run import compare as compare
    from mtqe.run import evaluate as evaluate
    from mtqe.run import run_experiment as run_experiment

__version__ = "0.1.0"

_PUBLIC = {
    "load": "mtqe.readers",
    "align": "mtqe.alignment",
    "check": "mtqe.checks",
    "score": "mtqe.metrics",
    "compare": "mtqe.run",
    "evaluate": "mtqe.run",
    "run_experiment": "mtqe.run",
    "find_entity_errors": "mtqe.entities",
    "find_meaning_errors": "mtqe.meaning",
    "score_fluency": "mtqe.fluency",
}
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mtqe' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
