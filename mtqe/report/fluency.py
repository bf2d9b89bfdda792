"""Fluency of files as people and programs read it: a list in a terminal, a table, JSON lines."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import numpy as np

from mtqe.fluency import FluencyResult
from mtqe.fluency.files import SystemFluency
from mtqe.fluency.passage import is_heading
from mtqe.report.heat import bits_per_character
from mtqe.report.marks import visible
from mtqe.report.tables import no_formula
from mtqe.report.view import beginning, count
from mtqe.results import ErrorSpan, WordSurprisal

COLUMNS = (
    "system",
    "document",
    "place",
    "score",
    "bits_per_character",
    "points_per_100_characters",
    "percentile",
    "rules",
    "text",
)
#: So many lines are shown as the least fluent, and so much of each.
_LEAST, _SHOWN, _AROUND = 5, 100, 40
#: So many words are named as surprising, and so much of a marked passage is quoted.
_SURPRISING, _QUOTED = 3, 40


@dataclass(frozen=True)
class Causes:
    """What made a text unfluent.

    errors  the rules that marked errors, in words, with the marked passages; hints are left out.
    words   the most surprising words that count, with their bits per character.
    """

    errors: Mapping[str, Sequence[str]]
    words: Sequence[tuple[str, float]]

    def __str__(self) -> str:
        said = [f"{rule} ({', '.join(passages)})" for rule, passages in self.errors.items()]
        if self.words:
            words = ", ".join(f"{word} {bits:.1f}" for word, bits in self.words)
            said.append(f"surprising words, bits a character: {words}")
        return "; ".join(said)


def causes(text: str, errors: Sequence[ErrorSpan], words: Sequence[WordSurprisal]) -> Causes:
    found: dict[str, list[str]] = {}
    for error in errors:
        if error.confidence >= 0.5 and error.hyp_span is not None:
            found.setdefault(error.rule.replace("-", " "), []).append(beginning(text[slice(*error.hyp_span)], _QUOTED))
    bits: dict[str, float] = {}
    for word in sorted((word for word in words if word[3]), key=bits_per_character, reverse=True):
        bits.setdefault(text[word[0] : word[1]], bits_per_character(word))
    return Causes(found, list(bits.items())[:_SURPRISING])


def least_fluent(texts: Sequence[str], result: FluencyResult) -> list[int]:
    """Indices of the texts with the lowest scores, worst first; headings, captions and perfect ones are left out."""
    scores = result.scores.tolist()
    worst_first = sorted((i for i, score in enumerate(scores) if score < 0), key=lambda i: (scores[i], i))
    return list(islice((i for i in worst_first if not is_heading(texts[i])), _LEAST))


def to_text(systems: Sequence[SystemFluency]) -> str:
    """For each system its score, what is marked (x a verdict, ? a hint), and its least fluent lines."""
    return "\n".join("".join(f"{line}\n" for line in _system(system)) for system in systems)


def to_csv(systems: Sequence[SystemFluency]) -> str:
    """A row a line of text in the order of the files; `rules` names the verdicts; empty cells for a blank line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for system in systems:
        lines = zip(system.places, system.texts, system.result.errors, _values(system), strict=True)
        for place, text, errors, numbers in lines:
            values = [f"{value:.4f}" if math.isfinite(value) else "" for value in numbers]
            rules = " ".join(error.rule for error in errors if error.confidence >= 0.5)
            where = f"{place.path}:{place.line}"
            names = (no_formula(cell) for cell in (system.system, place.document, where))
            writer.writerow([*names, *values, rules, no_formula(text)])
    return out.getvalue()


def to_json_lines(systems: Sequence[SystemFluency]) -> str:
    """A JSON object a line of text, with its marks and its words' surprisal in bits; spans count code points."""
    return "".join(
        json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for system in systems for row in _rows(system)
    )


def _rows(system: SystemFluency) -> Iterator[dict[str, Any]]:
    for i, (place, text, numbers) in enumerate(zip(system.places, system.texts, _values(system), strict=True)):
        score, surprisal, penalty, percentile = (value if math.isfinite(value) else None for value in numbers)
        yield {
            "system": system.system,
            **asdict(place),
            "text": text,
            "score": score,
            "bits_per_character": surprisal,
            "points_per_100_characters": penalty,
            "percentile": percentile,
            "errors": [_error(error) for error in system.result.errors[i]],
            "words": [token._asdict() for token in system.result.tokens[i]],
            "signature": system.result.signature,
        }


def _error(error: ErrorSpan) -> dict[str, Any]:
    assert error.hyp_span is not None
    return {
        "start": error.hyp_span[0],
        "end": error.hyp_span[1],
        "category": error.category,
        "severity": error.severity,
        "confidence": error.confidence,
        "rule": error.rule,
        "suggestion": error.suggestion,
    }


def _values(system: SystemFluency) -> Iterator[tuple[float, float, float, float]]:
    """Score, bits a character, points per 100 characters and percentile of each line, NaN where there is none."""
    result = system.result
    missing = np.full(len(system.texts), np.nan)
    percentiles = missing if result.percentiles is None else result.percentiles
    columns = (result.scores, result.surprisal, result.penalty, percentiles)
    return zip(*(column.tolist() for column in columns), strict=True)


def _system(system: SystemFluency) -> Iterator[str]:
    result = system.result
    scored = [i for i in range(len(system.texts)) if math.isfinite(result.scores[i])]
    if not scored:
        yield f"{visible(system.system)}: no text, so no score"
        return
    bits, counted, points, characters = result.statistics.sum(axis=0)
    marks = sum(error.confidence >= 0.5 for errors in result.errors for error in errors)
    surprisal = f"{bits / counted:.2f} bits a character" if counted else "no language model"
    if result.percentiles is not None:
        surprisal = f"median at percentile {np.nanmedian(result.percentiles):.0f} of the human text, {surprisal}"
    yield (
        f"{visible(system.system)}: {result.corpus:.2f} ({surprisal}, {100 * points / characters:.2f} points per "
        f"100 characters); {count(len(scored), 'line')}, {count(marks, 'mark')}"
    )
    for i in scored:
        for error in result.errors[i]:
            yield f"{'x' if error.confidence >= 0.5 else '?'} {_mark(system, i, error)}"
    least = least_fluent(system.texts, result)
    if least:
        yield "least fluent (headings and captions aside):"
    for i in least:
        text = visible(" ".join(system.texts[i].split()))
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        yield f"  {result.scores[i]:.2f}  {_place(system, i)}  {shown}"
        yield f"         {visible(causes(system.texts[i], result.errors[i], result.tokens[i]))}"


def _mark(system: SystemFluency, i: int, error: ErrorSpan) -> str:
    assert error.hyp_span is not None
    text, (start, end) = system.texts[i], error.hyp_span
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    context = visible(" ".join(f"{before}[{text[start:end]}]{after}".split()))
    right = f" -> {visible(error.suggestion)}" if error.suggestion else ""
    return f"{error.rule}, {error.confidence:.2f}, {_place(system, i)}: {context}{right}"


def _place(system: SystemFluency, i: int) -> str:
    return visible(f"{system.places[i].path}:{system.places[i].line}")
