"""Plots that look inside a test set: buckets, lengths, the two best systems unit by unit, entity errors by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from mtqe.comparison.within import Estimate
from mtqe.report.buckets import FEW, BucketScores, best_two, bucket_scores
from mtqe.report.comparisons import Grid
from mtqe.report.entities import TypeCounts, type_counts
from mtqe.report.findings import verdicts
from mtqe.report.svg import COLOURS, DASHES, MARKERS, Plot, draw_plot, drawn_of, legend, short
from mtqe.report.view import Part, number, parts
from mtqe.results import Evaluation, FloatArray, Interval, MetricInfo

#: Cells of the scatter along each side.
_CELLS = 10


def plots(evaluation: Evaluation) -> dict[tuple[str, str], Plot]:
    """`buckets`, `length`, `scatter` and `entities` of each test set that has what they show."""
    found = {}
    for part in parts(evaluation):
        cuts, pair, metric = bucket_scores(evaluation)[part.name], best_two(part), part.primary
        if metric is not None and pair is not None and cuts:
            found[part.name, "buckets"] = _differences(part, metric, pair, cuts)
        if metric is not None and cuts and cuts[0].cut.kind == "length":
            found[part.name, "length"] = _length(part, metric, cuts[0])
        if metric is not None and pair is not None and (values := _together(part, metric, pair)) is not None:
            found[part.name, "scatter"] = _scatter(part, metric, pair, *values)
        rows = {s: type_counts(verdicts(evaluation)[part.name, s]) for s in part.systems}
        if len(rows) > 1 and any(of[0].checked >= FEW for of in list(rows.values())[: len(COLOURS)]):
            found[part.name, "entities"] = _entities(part, rows)
    return found


def _differences(part: Part, metric: MetricInfo, pair: tuple[str, str], cuts: Sequence[BucketScores]) -> Plot:
    """The best system less the second best in every bucket, hollow where units are few; the tables have the numbers."""
    a, b = pair
    rows: list[tuple[str, str, Estimate]] = [
        (of.cut.kind, bucket.name, ahead)
        for of in cuts
        if of.cut.kind != "document"
        for bucket, ahead in zip(of.cut.buckets, of.differences, strict=True)
        if ahead.n
    ]

    def draw(axes: Any) -> None:
        ticks: list[str] = []
        for k, (kind, name, ahead) in enumerate(rows):
            if k == 0 or kind != rows[k - 1][0]:
                ticks.append(f"by {kind}:")
            at = len(ticks)
            ticks.append(f"{short(name)} ({ahead.n:,})")
            if ahead.interval:
                axes.plot([ahead.interval.low, ahead.interval.high], [at, at], color=COLOURS[0], linewidth=1.8)
            face = "none" if ahead.n < FEW else COLOURS[1]
            axes.plot([ahead.value], [at], "o", markersize=5, markeredgecolor=COLOURS[1], markerfacecolor=face)
        axes.axvline(0, color="#000000", linewidth=0.6, linestyle=":")
        axes.set_yticks(range(len(ticks)), ticks)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(ticks) - 0.5, -0.5)
        axes.set_xlabel(short(f"{metric.label}: {short(a)} less {short(b)}", 70))

    facts = "; ".join(f"{name} {number(x.value, metric.decimals, signed=True)}" for _, name, x in rows)
    title = f"{metric.label} of {a} less {b} by bucket, with 95 % intervals"
    return draw_plot(part, "buckets", title, facts, 0.7 + 0.2 * (len(rows) + len(cuts)), draw)


def _length(part: Part, metric: MetricInfo, found: BucketScores) -> Plot:
    """The score in the buckets by length, one line a system; the table of the buckets has the numbers."""
    drawn = list(found.systems.items())[: len(COLOURS)]

    def draw(axes: Any) -> None:
        for k, (system, estimates) in enumerate(drawn):
            places = np.arange(len(estimates)) + 0.09 * (k - (len(drawn) - 1) / 2)
            style = {"color": COLOURS[k], "marker": MARKERS[k], "linestyle": DASHES[k], "label": short(system)}
            axes.plot(places, [x.value for x in estimates], linewidth=1, markersize=4, **style)
            for place, x in zip(places, estimates, strict=True):
                if x.interval:
                    axes.plot([place, place], [x.interval.low, x.interval.high], color=COLOURS[k], linewidth=1)
        axes.set_xticks(range(len(found.cut.buckets)), [bucket.name for bucket in found.cut.buckets])
        axes.set_xlabel("length in characters")
        axes.set_ylabel(short(metric.label, 30))
        legend(axes)

    facts = "; ".join(f"{s} {', '.join(number(x.value, metric.decimals) for x in of)}" for s, of in drawn)
    plot = draw_plot(part, "length", f"{metric.label} by length", facts, 2.6, draw)
    return replace(plot, left_out=drawn_of(len(drawn), len(found.systems)))


def _together(part: Part, metric: MetricInfo, pair: tuple[str, str]) -> tuple[FloatArray, FloatArray] | None:
    """Unit scores of two systems with the same units, where both have one; None of too few and of other units."""
    a, b = (next(key for key, system in part.scores.systems.items() if system.name == name) for name in pair)
    if [unit.segments for unit in part.scores.units[a]] != [unit.segments for unit in part.scores.units[b]]:
        return None
    x, y = part.scores[a, metric.name].values, part.scores[b, metric.name].values
    known = ~(np.isnan(x) | np.isnan(y))
    return (x[known], y[known]) if known.sum() >= FEW and np.ptp(np.concatenate([x[known], y[known]])) else None


def _scatter(part: Part, metric: MetricInfo, pair: tuple[str, str], x: FloatArray, y: FloatArray) -> Plot:
    """How many segments score x by one system and y by the other: squares whose area is their number."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    both = np.concatenate([x, y])
    edges = np.linspace(both.min(), both.max(), _CELLS + 1)
    counts = np.histogram2d(x, y, bins=[edges, edges])[0].astype(int)
    middles, step = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]

    def draw(axes: Any) -> None:
        squares = []
        for i, j in np.argwhere(counts):
            half = step / 2 * np.sqrt(counts[i, j] / counts.max())
            left, right, low, high = middles[i] - half, middles[i] + half, middles[j] - half, middles[j] + half
            squares.append(Path([(left, low), (right, low), (right, high), (left, high), (left, low)], closed=True))
        axes.add_patch(PathPatch(Path.make_compound_path(*squares), facecolor=COLOURS[0], edgecolor="none"))
        axes.plot(edges[[0, -1]], edges[[0, -1]], color="#000000", linewidth=0.7, linestyle=":")
        axes.set_aspect("equal")
        axes.set_xlabel(short(f"{metric.label}: {short(pair[0])}", 45))
        axes.set_ylabel(short(f"{metric.label}: {short(pair[1])}", 45))

    bounds = [f"{number(a, metric.decimals)}–{number(b, metric.decimals)}" for a, b in pairwise(edges)]
    heads = (f"{pair[0]} ↓ {pair[1]} →", *bounds)
    rows = tuple((bounds[i], *(f"{n:,}" if n else "" for n in counts[i])) for i in range(_CELLS))
    ahead = int((x > y).sum()), int((x < y).sum()), int((x == y).sum())
    facts = f"of {len(x):,} units {pair[0]} scores higher on {ahead[0]:,}, {pair[1]} on {ahead[1]:,}"
    facts += f", both the same on {ahead[2]:,}"
    plot = draw_plot(part, "scatter", f"{metric.label} of each unit by {pair[0]} and {pair[1]}", facts, 3.6, draw)
    return replace(plot, table=Grid(heads, rows, (0,)), left_out=facts[0].upper() + facts[1:] + ".")


def _entities(part: Part, rows: dict[str, list[TypeCounts]]) -> Plot:
    """The share of wrong names and numbers by type, one mark a system, with Wilson's intervals."""
    drawn = list(rows.items())[: len(COLOURS)]
    kinds = list(dict.fromkeys(row.type for of in rows.values() for row in of))
    kinds = [k for k in kinds if any(row.type == k and row.checked >= FEW for _, of in drawn for row in of)]

    def draw(axes: Any) -> None:
        for k, (system, of) in enumerate(drawn):
            by_kind = {row.type: row for row in of}
            shown = [(i, by_kind[kind]) for i, kind in enumerate(kinds) if kind in by_kind and by_kind[kind].checked]
            places = [i + 0.18 * (k - (len(drawn) - 1) / 2) for i, _ in shown]
            for place, (_, row) in zip(places, shown, strict=True):
                low, high = _percents(row.interval)
                axes.plot([low, high], [place, place], color=COLOURS[k], linewidth=1)
            shares = [100 * row.errors / row.checked for _, row in shown]
            axes.plot(shares, places, MARKERS[k], color=COLOURS[k], markersize=4.5, clip_on=False, label=short(system))
        axes.set_yticks(range(len(kinds)), kinds)
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("share wrong, %")
        legend(axes)

    facts = "; ".join(
        f"{system} {', '.join(f'{row.type} {row.share}' for row in of if row.type in kinds)}" for system, of in drawn
    )
    title = "Wrong names and numbers by type, with 95 % intervals"
    plot = draw_plot(part, "entities", title, facts, 0.9 + 0.32 * len(kinds), draw)
    return replace(plot, left_out=drawn_of(len(drawn), len(rows)))


def _percents(of: Interval | None) -> tuple[float, float]:
    return (0.0, 0.0) if of is None else (100 * of.low, 100 * of.high)
