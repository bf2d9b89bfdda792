"""JSON that COMET's command line exports (`comet-score --to_json`): for each file of outputs an object a line.

An object has `src`, `mt`, `ref` where there is one, the score as `COMET`, and with xCOMET `errors`, each with `start`,
`end`, `severity` and `confidence`; the blank that COMET counts to a word after it is taken off.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtqe.errors import InputError
from mtqe.ratings import Rating
from mtqe.results import ErrorSpan
from mtqe.text import bare, decode, read_bytes


def accepts(path: Path) -> bool:
    return bare(path).suffix.lower() == ".json"


def read(path: Path, notes: list[str]) -> Iterator[Rating]:
    """Reads ratings by `COMET`; a file of outputs is a system, named after it, and its document.

    Raises InputError that names the system and the segment where the file is not what COMET writes.
    """
    text, found = decode(read_bytes(path), path)
    notes += found
    try:
        systems = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is no JSON ({error})", path=path, line=getattr(error, "lineno", None)) from None
    if not isinstance(systems, dict) or not systems or not all(isinstance(of, list) and of for of in systems.values()):
        hint = 'comet-score --to_json writes {"FILE": [{"src": ..., "mt": ..., "COMET": ...}, ...]}'
        raise InputError("has no list of segments for each file", path=path, hint=hint)
    stems = {name: bare(Path(name)).stem for name in systems}
    names = stems if len(set(stems.values())) == len(stems) else {name: name for name in systems}
    for name, segments in systems.items():
        for number, segment in enumerate(segments, 1):
            try:
                yield _rating(names[name], number, segment)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                said = f"segment {number} of {name!r} is not as COMET writes it ({type(error).__name__}: {error})"
                raise InputError(said, path=path) from None


def _rating(system: str, number: int, segment: Any) -> Rating:
    score, source, target = segment["COMET"], segment["src"], segment["mt"]
    if not (
        type(score) in (int, float) and math.isfinite(score) and isinstance(source, str) and isinstance(target, str)
    ):
        raise ValueError("a score is a number, a text a string")
    errors = tuple(_error(error, target) for error in segment.get("errors", ()))
    return Rating("comet", system, system, str(number), "COMET", source, target, errors, float(score))


def _error(error: Any, target: str) -> ErrorSpan:
    start, end, severity = error["start"], error["end"], error["severity"]
    inside = target[start:end]
    if inside.strip():
        span = (start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip()))
    else:
        span = (start, end)
    return ErrorSpan(span, severity=severity, confidence=float(error.get("confidence", 1)), rule="comet")
