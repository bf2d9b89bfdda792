"""Systems beside each other: ordered by the primary metric, with intervals, tests of every pair, and plots."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.comparisons import Grid, pair_grid, power_sentence, score_and_ranks, statement, system_grid
from mtqe.report.links import segments_link
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.matrix import matrix
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, parts
from mtqe.results import Comparison, Evaluation, MetricInfo

ORDER = 20
TITLE = "Systems"

#: As many pairs stand in a table of the page although a matrix says what the tests found.
MOST_PAIRS = 10


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
        distribution=distribution,
        matrix=matrix,
        rank_grid=rank_grid,
        has_table=has_table,
        worst_links=worst_links,
        pair_links=pair_links,
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


def has_table(comparison: Comparison) -> bool:
    """Whether the page lists the tested pairs."""
    return len(comparison.pairs) <= MOST_PAIRS or matrix(comparison) is None


def worst_links(part: Part, table: Grid, metric: MetricInfo) -> list[str | None]:
    """Of each row of the systems where that system is worst."""
    return [segments_link(part, a=row[table.words[0]], metric=metric.name, sort="worst") for row in table.rows]


def pair_links(part: Part, comparison: Comparison) -> list[str | None]:
    """Of each pair where the system with the better score is furthest ahead."""
    ahead = [(pair.delta > 0) == comparison.higher_is_better for pair in comparison.pairs]
    return [
        segments_link(part, a=pair.a, b=pair.b, metric=comparison.metric, sort="a-b" if of else "b-a")
        for pair, of in zip(comparison.pairs, ahead, strict=True)
    ]


def rank_grid(part: Part) -> Grid | None:
    """Score and ranks of each system by the other metrics of which the page does not list the pairs."""
    others = [c for c in part.comparisons[1:] if not has_table(c)]
    if not others:
        return None
    metrics = [part.scores.metrics[c.metric] for c in others]
    found = [{place.system: score_and_ranks(place, c.decimals) for place in c.systems} for c in others]
    rows = [(p.system, *(of.get(p.system, "–") for of in found)) for p in part.comparisons[0].systems]
    return Grid(("System", *(f"{m.label} {arrow(m)}" for m in metrics)), tuple(rows), (0,))


def distribution(part: Part) -> str:
    better = "right" if part.primary is None or part.primary.higher_is_better else "left"
    return f"How the units of each system score: a line further {better} has better units."


def _table(grid: Grid) -> str:
    rows = [[escape(cell) for cell in row] for row in grid.rows]
    return table([escape(head) for head in grid.heads], rows, left=grid.words[0] + 1)
