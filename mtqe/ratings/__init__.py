"""Error spans that people or other tools marked: read from their files, written, and joined with a test set.

`read` knows the TSV of Marot and of WMT's MQM ratings (`marot`), WMT's ESA ratings (`esa`), the JSON that COMET exports
(`comet`), and what `write` makes (`jsonl`); what a file is, its content says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from mtqe.errors import ConfigError, InputError
from mtqe.results import EntityError, ErrorSpan, Evaluation, Severity, Span

SEVERITIES: tuple[str, ...] = get_args(Severity)
#: The protocols of people.
HUMAN = ("mqm", "esa")


@dataclass(frozen=True, slots=True)
class Rating:
    """What one rater, person or tool, marked in one output.

    protocol  `mqm` or `esa` of a person, `automqm` or its name of a tool; errors of the MQM ones are weighed.
    segment   the number of the segment in its document, from 1, as the file has it.
    source, target  the texts that the spans are in; None where the file has none.
    errors    their spans are code points of these texts; an error without a place has no span.
    score     of the whole output, higher is better; None where there is none but the errors.
    line      of the file, from 1.

    Raises ValueError for a score that is no number, an unknown severity, and a span outside of its text.
    """

    protocol: str
    system: str
    document: str
    segment: str
    rater: str
    source: str | None
    target: str | None
    errors: tuple[ErrorSpan, ...]
    score: float | None = None
    line: int = 0

    def __post_init__(self) -> None:
        if self.score is not None and not math.isfinite(self.score):
            raise ValueError(f"score {self.score} is no number")
        for error in self.errors:
            if error.severity not in SEVERITIES or not isinstance(error.category, str):
                raise ValueError(
                    f"severity {error.severity!r} is none of {', '.join(SEVERITIES)}, or a category no text"
                )
            if not 0 <= error.confidence <= 1:
                raise ValueError(f"confidence {error.confidence} is not from 0 to 1")
            for span, text in ((error.src_span, self.source), (error.hyp_span, self.target)):
                if span is not None and not _is_span(span, text):
                    raise ValueError(f"{span} is no span of a text of {len(text or '')} characters")

    @property
    def value(self) -> float | None:
        """The score, higher is better: the one that was given, or of MQM the weights of the errors, negated."""
        return 0.0 - sum(map(weight, self.errors)) if self.protocol in ("mqm", "automqm") else self.score


def _is_span(span: Span, text: str | None) -> bool:
    start, end = span
    return type(start) is type(end) is int and 0 <= start <= end <= (end if text is None else len(text))


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of a file in its order, and what was noted while reading it."""

    path: Path
    ratings: tuple[Rating, ...]
    notes: tuple[str, ...] = ()


_WEIGHTS = {"neutral": 0.0, "minor": 1.0, "major": 5.0, "critical": 10.0}


def weight(error: ErrorSpan) -> float:
    """What an error counts in MQM: 5 if major, 1 if minor, 0.1 if it is minor punctuation, 25 for a non-translation.

    These are the weights of Freitag et al. (TACL 2021), who have no critical errors; 10 is what xCOMET takes for them.
    """
    category = error.category.casefold()
    if error.severity != "neutral" and category.startswith("non-translation"):
        return 25.0
    if error.severity == "minor" and category == "fluency/punctuation":
        return 0.1
    return _WEIGHTS[error.severity]


def is_ratings(path: Path) -> bool:
    """Whether a file is one that `read` knows."""
    return path.is_file() and any(form.accepts(path) for form in _forms())


def read(path: str | Path) -> Ratings:
    """Reads a file of ratings. Raises InputError with file and line for what cannot be used."""
    path = Path(path)
    if not path.exists():
        raise InputError("file not found", path=path)
    for form in _forms():
        if form.accepts(path):
            notes: list[str] = []
            return Ratings(path, tuple(form.read(path, notes)), tuple(notes))
    hint = "known are Marot's and WMT's MQM TSV, WMT's ESA CSV, COMET's JSON, and the JSONL of mtqe convert"
    raise InputError("holds no ratings that are known", path=path, hint=hint)


def write(ratings: Sequence[Rating], path: Path, output_format: str | None = None) -> list[str]:
    """Writes ratings as `jsonl` or `marot`, or as the ending says; returns what the format has no place for."""
    from mtqe.ratings import jsonl, marot

    forms = {"jsonl": jsonl.write, "marot": marot.write}
    form = output_format or {".jsonl": "jsonl", ".tsv": "marot"}.get(path.suffix.lower(), "")
    if form not in forms:
        raise ConfigError(f"{path}: error spans are written as .jsonl (jsonl), or as .tsv for Marot (marot)")
    return forms[form](ratings, path)


def of_evaluation(evaluation: Evaluation) -> list[Rating]:
    """The errors that the metrics of an evaluation found, as ratings by them, without hints and what is no error.

    Missing output is an empty text.
    """
    found = []
    for test_set, scores in zip(evaluation.test_sets, evaluation.scores, strict=True):
        first = {s.document: i for i, s in reversed(list(enumerate(test_set.segments)))}
        prefix = f"{test_set.name}/" if len(evaluation.test_sets) > 1 else ""
        for (system, metric), of_metric in scores.values.items():
            rows = zip(test_set.units(system), of_metric.spans or (), of_metric.values.tolist(), strict=False)
            for unit, spans, value in rows:
                found.append(
                    Rating(
                        protocol=metric,
                        system=system,
                        document=prefix + unit.document,
                        segment=str(unit.segments[0] - first[unit.document] + 1),
                        rater=metric,
                        source=unit.source,
                        target=unit.hypothesis or "",
                        errors=tuple(span for span in spans if _is_error(span)),
                        score=None if math.isnan(value) else value,
                    )
                )
    return found


def _is_error(span: ErrorSpan) -> bool:
    return span.is_error if isinstance(span, EntityError) else span.confidence >= 0.5


def _forms() -> tuple[Any, ...]:
    from mtqe.ratings import comet, esa, jsonl, marot

    return marot, esa, comet, jsonl
