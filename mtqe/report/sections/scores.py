"""Every score with its units, interval and coverage; over several test sets also the mean."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.markdown import blocks, bullets, code, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, Score, arrow, macro_average, metrics, number, parts, percent, systems
from mtqe.results import Evaluation

ORDER = 30
TITLE = "Scores"

ONE_DOCUMENT = "One document: these scores are not comparable with those of other texts."


def html(evaluation: Evaluation) -> Markup | None:
    return render(
        "scores.html",
        parts=parts(evaluation),
        metrics=metrics(evaluation),
        macro=macro(evaluation),
        signatures=signatures,
        one_document=ONE_DOCUMENT,
    )


def macro(evaluation: Evaluation) -> list[list[str]]:
    """Rows of the table of means over test sets: system, then a mean for each metric; empty for one test set."""
    if len(parts(evaluation)) < 2:
        return []
    return [
        [system, *(number(macro_average(evaluation, system, m.name), m.decimals) for m in metrics(evaluation).values())]
        for system in systems(evaluation)
    ]


def signatures(part: Part) -> list[tuple[str, str]]:
    """The label and signature of each metric on this test set, one line a distinct signature."""
    scores = [part.score(system, metric) for metric in part.scores.metrics for system in part.systems]
    return list(dict.fromkeys((score.metric.label, score.signature) for score in scores if score))


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        head = ["system", "metric", "score", "95 % interval", "units scored", "reference covered", "output unlinked"]
        rows = [
            _row(part, score)
            for system in part.systems
            for metric in part.scores.metrics
            if (score := part.score(system, metric))
        ]
        note = ONE_DOCUMENT if part.one_document else None
        lines = bullets(f"{escape(label)}: {code(signature)}" for label, signature in signatures(part))
        bodies.append(blocks(f"### {escape(part.name)}", table(head, rows, left=2), note, lines))
    if means := macro(evaluation):
        labels = [f"{escape(m.label)} {arrow(m)}" for m in metrics(evaluation).values()]
        rows = [[escape(system), *values] for system, *values in means]
        bodies.append(blocks(f"### Mean over {len(parts(evaluation))} test sets", table(["system", *labels], rows)))
    return blocks(*bodies)


def _row(part: Part, score: Score) -> list[str]:
    covered, free = part.coverage(score.system)
    label = f"{escape(score.metric.label)} {arrow(score.metric)}"
    row = [escape(score.system), label, score.text, score.interval_text, score.units_text]
    return [*row, percent(covered), percent(free)]
