"""The least fluent passages of each system, and what made them so: marked errors and surprising words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mtqe.fluency import FluencyResult
from mtqe.report.findings import Verdict, verdicts
from mtqe.report.fluency import Causes, causes, least_fluent
from mtqe.report.heat import shades
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.marks import Mark, marked
from mtqe.report.render import render
from mtqe.report.rows import STYLES
from mtqe.report.view import Part, beginning, number, once, parts
from mtqe.results import Evaluation

ORDER = 42
TITLE = "Least fluent passages"

NUMBERS = ("score", "surprisal", "penalty")
#: So much of a passage is shown.
_SHOWN = 400

MEANING = (
    "Judged without the reference; headings and captions are left out. The score is minus the surprisal (bits per "
    "character under a language model of human text; the end counts more, names and numbers hardly) minus the penalty "
    "(points of marked errors per 100 characters)."
)


@dataclass(frozen=True)
class Passage:
    """One of the least fluent units: its score, the surprisal and the penalty behind it, and what made it so."""

    unit: int
    text: str
    score: float
    surprisal: float
    penalty: float
    causes: Causes

    @property
    def numbers(self) -> dict[str, str]:
        """By the heads of tables."""
        return {head: number(getattr(self, head), 2) for head in NUMBERS}


def html(evaluation: Evaluation) -> Markup | None:
    found = passages(evaluation)
    if not any(found.values()):
        return None
    return render(
        "fluency.html",
        parts=[part for part in parts(evaluation) if any(found[part.name, system] for system in part.systems)],
        passages=found,
        text=_text,
        verdicts=verdicts(evaluation),
        meaning=MEANING,
        heads=NUMBERS,
    )


@once
def passages(evaluation: Evaluation) -> dict[tuple[str, str], list[Passage]]:
    """For each (test set, system) its least fluent units, worst first; none where the metric `fluency` was not run."""
    return {(part.name, system): _passages(part, system) for part in parts(evaluation) for system in part.systems}


def _passages(part: Part, system: str) -> list[Passage]:
    metric = _metric(part, system)
    if metric is None:
        return []
    scores = part.scores[system, metric]
    texts = [unit.hypothesis or "" for unit in part.units[system]]
    nothing: tuple[tuple[Any, ...], ...] = ((),) * len(texts)
    errors, words = scores.spans or nothing, scores.words or nothing
    result = FluencyResult(scores.statistics, errors, nothing, part.scores.signature(system, metric))
    return [
        Passage(
            i,
            texts[i],
            result.scores[i],
            result.surprisal[i],
            result.penalty[i],
            causes(texts[i], errors[i], words[i]),
        )
        for i in least_fluent(texts, result)
    ]


def _metric(part: Part, system: str) -> str | None:
    found = (name for name, info in part.scores.metrics.items() if info.spec.name == "fluency")
    return next((name for name in found if part.scores.has(system, name)), None)


def _text(part: Part, verdict: Verdict, passage: Passage) -> Markup:
    """The text of a passage with its marked errors and its surprising words."""
    marks = [
        Mark(*f.span.hyp_span, *STYLES[f.kind][:2], f.description)
        for f in verdict.findings
        if (f.metric, f.unit) == (_metric(part, verdict.system), passage.unit) and f.span.hyp_span and not f.is_hint
    ]
    words = part.words.get(verdict.system)
    found = shades(words[passage.unit], part.heat_bounds) if words else []
    return marked(beginning(passage.text, _SHOWN), marks, part.test_set.target_language, found)


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        for system in part.systems:
            rows = [
                [str(p.unit + 1), escape(beginning(p.text, _SHOWN)), escape(p.causes), *p.numbers.values()]
                for p in passages(evaluation)[part.name, system]
            ]
            if rows:
                head = ["row", "output", "what made it so", *NUMBERS]
                bodies.append(blocks(f"### {escape(part.name)}, {escape(system)}", table(head, rows, left=3)))
    return blocks(MEANING, *bodies) if bodies else None
