"""Systems beside each other: ordered by the primary metric, with intervals, tests of every pair, and plots."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import (
    Part,
    arrow,
    count,
    drawn,
    interval,
    listing,
    number,
    pair_cells,
    parts,
    rank,
    reading,
)
from mtqe.results import Comparison, Evaluation, MetricInfo, SystemResult

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
        order=order,
        statement=statement,
        pair_rows=pair_rows,
    )


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        for comparison in part.comparisons if len(part.systems) > 1 else ():
            metric = part.scores.metrics[comparison.metric]
            title = f"### {escape(part.name)}: {escape(heading(part, metric).lower())}"
            rows = [[escape(cell) for cell in row] for row in order(part, comparison)]
            pairs = [[escape(cell) for cell in row] for row in pair_rows(comparison)]
            head = ["cluster", "ranks", "system", f"{escape(metric.label)} {arrow(metric)}", "95 % interval", "units"]
            head += ["first", "won", "lost"]
            pair_head = ["A", "B", "A − B", "95 % interval", "p", "adjusted p", "units", "reading"]
            bodies += [title, table(head, rows, left=3), escape(statement(part, comparison))]
            bodies += [table(pair_head, pairs, left=2)] if pairs else []
    return blocks(*bodies) or None


def heading(part: Part, metric: MetricInfo) -> str:
    return f"{'Order' if part.one_document else 'Ranking'} by {metric.label}"


def order(part: Part, comparison: Comparison) -> list[list[str]]:
    """Cells of the table of systems, best first.

    Cluster, ranks, name, score, interval, units, share of resamples in which it is first, pairs won, pairs lost; a dash
    for those that stand outside. One document ranks nothing: the first two and the share are empty.
    """
    metric = part.scores.metrics[comparison.metric]
    rows = []
    for place in sorted(comparison.systems, key=lambda place: rank(place.score, metric)):
        cluster, ranks, first = ("", "", "") if part.one_document else _standing(place)
        is_outside = part.scores.systems[place.system].human
        won = ["–", "–"] if is_outside else [str(place.wins), str(place.losses)]
        score = [number(place.score, metric.decimals), interval(place.interval, metric.decimals), f"{place.units:,}"]
        rows.append([cluster, ranks, place.system, *score, first, *won])
    return rows


def _standing(place: SystemResult) -> tuple[str, str, str]:
    """The cluster of a system, the ranks that the tests leave open, and how often it ranks first."""
    cluster = "–" if place.cluster is None else str(place.cluster)
    ranks = "–" if place.ranks is None else "–".join(map(str, sorted(set(place.ranks))))
    return cluster, ranks, "–" if place.first is None else f"{100 * place.first:.0f} %"


def statement(part: Part, comparison: Comparison) -> str:
    """What the tests stand on, in words."""
    reason = comparison.unit_reason.strip().rstrip(".")
    units = sorted({pair.units for pair in comparison.pairs})
    shared = f" ({', '.join(f'{n:,}' for n in units)} in each pair)" if units else ""
    text = f"Paired {comparison.test} tests over {comparison.unit}s{shared}. "
    text += f"{reason[0].upper()}{reason[1:]}. " if reason else ""
    correction = {"max-t": "step-down max-T", "holm": "Holm"}[comparison.correction]
    text += f"{drawn(comparison)} Adjusted p: {correction} over "
    text += f"{count(len(comparison.pairs), 'pair')}, the family of this table."
    if not part.one_document and any(place.cluster for place in comparison.systems):
        text += " A cluster ends only where every system above is better than every one below, at .05; ranks are those "
        text += "that the tests leave open; first: the share of resamples."
    if human := [name for name, system in part.scores.systems.items() if system.human]:
        text += f" Translated by people, and outside of tests and clusters: {listing(human)}."
    if part.one_document:
        text += " One document: this says nothing about other texts, and it is no ranking of the systems."
    return text + " No difference shown is no proof of equality."


def pair_rows(comparison: Comparison) -> list[list[str]]:
    """Cells of the table of pairs: a, b, difference, interval, p, adjusted p, units, what to read in it."""
    return [[*pair_cells(pair, comparison), reading(pair, comparison)] for pair in comparison.pairs]
