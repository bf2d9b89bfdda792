"""The plots of a report: each has a title and a description made of its numbers, which also stand in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mtqe.report import bucket_plots
from mtqe.report.comparisons import Grid, Power, power
from mtqe.report.svg import COLOURS, DASHES, MARKERS, Plot, draw_plot, drawn_of, legend, short
from mtqe.report.view import WHOLE_TEXT, Part, Score, number, once, parts
from mtqe.results import Comparison, Evaluation, FloatArray

#: Percentiles that a distribution is drawn by, and those of its table.
_DRAWN, _SHOWN = np.arange(101), (0, 10, 25, 50, 75, 90, 100)


@once
def plots(evaluation: Evaluation) -> dict[tuple[str, str], Plot]:
    """The plots of each test set by its name and what they show.

    They are `systems`, `power`, `distribution`, `profile`, those of `mtqe.report.bucket_plots` and, of models, `time`
    and `cost`.
    """
    found = bucket_plots.plots(evaluation)
    for part in parts(evaluation):
        scores = _scores(part)
        drawn = scores[: len(COLOURS)]
        if len(scores) > 1:
            found[part.name, "systems"] = _systems(part, scores)
        if part.comparisons and (found_power := power(part.comparisons[0])):
            found[part.name, "power"] = _power(part, part.comparisons[0], found_power)
        if len(scores) > 1 and max(score.n for score in scores) >= 30:
            found[part.name, "distribution"] = _distribution(part, drawn)
        for what, axis in (("time", "seconds"), ("cost", "cost")):
            if len(known := _known(part, scores, axis)) > 1:
                found[part.name, what] = _against(part, known, scores, what, axis)
        if scores and max(score.n + score.unscored for score in scores) <= WHOLE_TEXT:
            found[part.name, "profile"] = _profile(part, drawn)
    return found


def _scores(part: Part) -> list[Score]:
    if part.primary is None:
        return []
    return [score for s in part.systems if (score := part.score(s, part.primary.name)) and score.n]


def _systems(part: Part, scores: Sequence[Score]) -> Plot:
    """Corpus scores as dots with their intervals, best on top."""
    label = scores[0].metric.label

    def draw(axes: Any) -> None:
        for row, score in enumerate(scores):
            if score.interval:
                axes.plot([score.interval.low, score.interval.high], [row, row], color=COLOURS[0], linewidth=2.2)
            axes.plot([score.value], [row], "o", color=COLOURS[1], markersize=6)
        axes.set_yticks(range(len(scores)), [short(score.system) for score in scores])
        axes.invert_yaxis()
        axes.margins(y=0.12)
        axes.set_xlabel(short(label, 60))

    facts = "; ".join(f"{s.system} {s.text} {'' if s.interval is None else s.interval_text}".rstrip() for s in scores)
    return draw_plot(
        part, "systems", f"{label} of each system with 95 % intervals", facts, 0.75 + 0.3 * len(scores), draw
    )


def _known(part: Part, scores: Sequence[Score], axis: str) -> list[tuple[float, Score]]:
    """What each system's translations took, in seconds or cost, with its score, of those of which it is known."""
    usage = {system.key: system.metadata.get("usage", {}) for system in part.test_set.systems}
    return [(usage[score.system][axis], score) for score in scores if usage[score.system].get(axis)]


def _against(part: Part, known: Sequence[tuple[float, Score]], scores: Sequence[Score], what: str, axis: str) -> Plot:
    """Corpus scores of models over what their translations took, on a logarithmic scale."""
    label = scores[0].metric.label

    def draw(axes: Any) -> None:
        for x, score in known:
            if score.interval:
                axes.plot([x, x], [score.interval.low, score.interval.high], color=COLOURS[0], linewidth=2.2)
            axes.plot([x], [score.value], "o", color=COLOURS[1], markersize=6)
            axes.annotate(short(score.system), (x, score.value), xytext=(7, 0), textcoords="offset points", va="center")
        axes.set_xscale("log")
        axes.margins(x=0.25, y=0.12)
        axes.xaxis.get_major_locator().set_params(subs=(1, 2, 5))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,g}")
        axes.minorticks_off()
        axes.set_xlabel(axis)
        axes.set_ylabel(short(label, 30))

    facts = "; ".join(f"{score.system} {score.text} at {x:.4g}" for x, score in known)
    others = len(scores) - len(known)
    left_out = f"Not drawn: {others} of {len(scores)} systems, of which {axis} are not known." if others else ""
    return replace(draw_plot(part, what, f"{label} against {axis}", facts, 2.8, draw), left_out=left_out)


def _power(part: Part, comparison: Comparison, found: Power) -> Plot:
    """The probability of finding each of three differences, by the number of units."""
    label, decimals = part.scores.metrics[comparison.metric].label, comparison.decimals

    def draw(axes: Any) -> None:
        for k, (difference, shares) in enumerate(found.differences):
            style = {"color": COLOURS[k], "linestyle": DASHES[k], "marker": MARKERS[k], "markersize": 3.5}
            axes.plot(found.units, shares, linewidth=1.2, label=f"difference {number(difference, decimals)}", **style)
        axes.axhline(0.8, color="#000000", linewidth=0.5, linestyle=":")
        axes.axvline(found.own, color="#000000", linewidth=0.5, linestyle=":")
        axes.set_xscale("log")
        axes.set_xticks(found.units, [f"{n:,}" for n in found.units])
        axes.minorticks_off()
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(f"{comparison.unit}s (here {found.own:,})")
        axes.set_ylabel("probability to find it")
        legend(axes)

    facts = "; ".join(
        f"{number(difference, decimals)}: " + ", ".join(f"{s:.2f}" for s in shares)
        for difference, shares in found.differences
    )
    sizes = ", ".join(f"{n:,}" for n in found.units)
    title = f"Probability to find a difference of {label}, by {comparison.unit}s"
    heads = ("difference", *(f"{n:,} {comparison.unit}s" for n in found.units))
    rows = tuple(
        (number(difference, decimals), *(number(share, 2) for share in shares))
        for difference, shares in found.differences
    )
    plot = draw_plot(part, "power", title, f"with {sizes} {comparison.unit}s, of differences {facts}", 2.4, draw)
    return replace(plot, table=Grid(heads, rows, (0,)))


def _distribution(part: Part, scores: Sequence[Score]) -> Plot:
    """The share of units that score at most x, one line a system."""
    metric, named = scores[0].metric, {0: "lowest", 50: "median", 100: "highest"}
    values = [_values(part, score) for score in scores]

    def draw(axes: Any) -> None:
        for score, of, colour, dashes in zip(scores, values, COLOURS, DASHES, strict=False):
            percentiles = np.percentile(of, _DRAWN)
            axes.plot(percentiles, _DRAWN / 100, color=colour, linestyle=dashes, label=short(score.system))
        axes.set_xlabel(short(f"{metric.label} of a unit", 60))
        axes.set_ylabel("share of units at or below")
        legend(axes)

    rows = [
        (s.system, f"{len(of):,}", *(number(float(x), metric.decimals) for x in np.percentile(of, _SHOWN)))
        for s, of in zip(scores, values, strict=True)
    ]
    heads = ("System", "units", *(named.get(p, f"{p} % below") for p in _SHOWN))
    medians = "; ".join(f"{row[0]} {row[5]}" for row in rows)
    plot = draw_plot(
        part, "distribution", f"Distribution of {metric.label} over units", f"medians: {medians}", 2.6, draw
    )
    return replace(plot, left_out=drawn_of(len(scores), len(part.systems)), table=Grid(heads, tuple(rows), (0,)))


def _profile(part: Part, scores: Sequence[Score]) -> Plot:
    """The score of each unit in reading order."""
    label = scores[0].metric.label

    def draw(axes: Any) -> None:
        for k, score in enumerate(scores):
            values = part.scores[score.system, score.metric.name].values
            style = {"color": COLOURS[k], "linestyle": DASHES[k], "marker": MARKERS[k], "label": short(score.system)}
            axes.plot(range(1, len(values) + 1), values, linewidth=1, markersize=3.5, **style)
        axes.set_xlim(left=0.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("row of the text, in reading order")
        axes.set_ylabel(short(label, 30))
        if len(scores) > 1:
            legend(axes)

    lowest = [f"{s.system} row {part.worst(s.system)[0] + 1}" for s in scores]
    plot = draw_plot(part, "profile", f"{label} along the text", f"worst rows: {'; '.join(lowest)}", 2.2, draw)
    return replace(plot, left_out=drawn_of(len(scores), len(part.systems)))


def _values(part: Part, score: Score) -> FloatArray:
    values = part.scores[score.system, score.metric.name].values
    return np.asarray(values[~np.isnan(values)])
