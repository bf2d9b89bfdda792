"""Systems beside each other: ordered by the primary metric, with intervals, tests of every pair, and plots."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.comparisons import Grid, pair_grid, power_sentence, statement, system_grid
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, parts
from mtqe.results import Evaluation, MetricInfo

ORDER = 20
TITLE = "Systems"


def html(evaluation: Evaluation) -> Markup | None:
    shown = [part for part in parts(evaluation) if len(part.systems) > 1]
    if not shown:
        return None
    return render(
        "systems.html",
        parts=parts(evaluation),
        shown=shown,
        plots=plots(evaluation),
        heading=heading,
        system_grid=system_grid,
        pair_grid=pair_grid,
        statement=statement,
        power_sentence=power_sentence,
    )


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        for comparison in part.comparisons if len(part.systems) > 1 else ():
            metric = part.scores.metrics[comparison.metric]
            bodies += [f"### {escape(part.name)}: {escape(heading(part, metric).lower())}"]
            bodies += [_table(system_grid(part.scores, comparison)), escape(statement(part.scores, comparison))]
            bodies += [_table(pair_grid(comparison))] if comparison.pairs else []
    return blocks(*bodies) or None


def heading(part: Part, metric: MetricInfo) -> str:
    return f"{'Order' if part.one_document else 'Ranking'} by {metric.label}"


def _table(grid: Grid) -> str:
    rows = [[escape(cell) for cell in row] for row in grid.rows]
    return table([escape(head) for head in grid.heads], rows, left=grid.words[0] + 1)
