"""The worst units of each system by the primary metric, with all their scores."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, beginning, number, parts
from mtqe.results import Evaluation

ORDER = 60
TITLE = "Worst rows"

MOST = 10
_EXCERPT = 160


def html(evaluation: Evaluation) -> Markup | None:
    if not any(worst(part, system) for part in parts(evaluation) for system in part.systems):
        return None
    return render(
        "worst.html", parts=parts(evaluation), plots=plots(evaluation), worst=worst, scores=scores, excerpt=excerpt
    )


def worst(part: Part, system: str) -> list[int]:
    """The worst units, at most half of them: what is left would not be worse than anything."""
    units = part.worst(system)
    return units[: min(MOST, (len(units) + 1) // 2)]


def scores(part: Part, system: str, unit: int) -> list[str]:
    """The scores of a unit by each metric."""
    return [
        number(float(part.scores[system, name].values[unit]), info.decimals) if part.scores.has(system, name) else "–"
        for name, info in part.scores.metrics.items()
    ]


def excerpt(text: str | None) -> str:
    return beginning(text or "", _EXCERPT)


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        labels = [f"{escape(metric.label)} {arrow(metric)}" for metric in part.scores.metrics.values()]
        for system in part.systems:
            units = part.units[system]
            rows = [
                [str(i + 1), escape(units[i].id), escape(excerpt(units[i].hypothesis)), *scores(part, system, i)]
                for i in worst(part, system)
            ]
            if rows and part.primary:
                title = f"### {escape(part.name)}, {escape(system)}: worst by {escape(part.primary.label)}"
                bodies.append(blocks(title, table(["row", "id", "output", *labels], rows, left=3)))
    return blocks(*bodies) or None
