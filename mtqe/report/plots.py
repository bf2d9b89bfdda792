"""Plots as SVG: the same bytes for the same numbers, black as `currentColor`, no style that a page would have to allow.

Each plot carries a title and a description made of its numbers; the same numbers stand in a table of the report.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

from mtqe.report.comparisons import Power, power
from mtqe.report.marks import visible
from mtqe.report.view import WHOLE_TEXT, Part, Score, number, once, parts
from mtqe.results import Comparison, Evaluation

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
#: Okabe and Ito's colours that keep 3:1 to white and to the dark page; each line also has its own dashes and marker.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#000000")
_DASHES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D")
_WIDTH = 5.2  # inches: 500 CSS pixels, so that a phone shrinks the letters by no more than a quarter


@dataclass(frozen=True)
class Plot:
    """A figure: `name` of its file, the SVG element with its title and description inside, and what is not drawn."""

    name: str
    svg: Markup
    left_out: str = ""


@once
def plots(evaluation: Evaluation) -> dict[tuple[str, str], Plot]:
    """The plots of each test set by its name and what they show.

    They are `systems`, `power`, `distribution`, `profile` and, of models, `time` and `cost`.
    """
    found = {}
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
        axes.set_yticks(range(len(scores)), [_short(score.system) for score in scores])
        axes.invert_yaxis()
        axes.margins(y=0.12)
        axes.set_xlabel(_short(label, 60))

    facts = "; ".join(f"{s.system} {s.text} {'' if s.interval is None else s.interval_text}".rstrip() for s in scores)
    return _plot(part, "systems", f"{label} of each system with 95 % intervals", facts, 0.75 + 0.3 * len(scores), draw)


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
            axes.annotate(
                _short(score.system), (x, score.value), xytext=(7, 0), textcoords="offset points", va="center"
            )
        axes.set_xscale("log")
        axes.margins(x=0.25, y=0.12)
        axes.xaxis.get_major_locator().set_params(subs=(1, 2, 5))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,g}")
        axes.minorticks_off()
        axes.set_xlabel(axis)
        axes.set_ylabel(_short(label, 30))

    facts = "; ".join(f"{score.system} {score.text} at {x:.4g}" for x, score in known)
    others = len(scores) - len(known)
    left_out = f"Not drawn: {others} of {len(scores)} systems, of which {axis} are not known." if others else ""
    return replace(_plot(part, what, f"{label} against {axis}", facts, 2.8, draw), left_out=left_out)


def _power(part: Part, comparison: Comparison, found: Power) -> Plot:
    """The probability of finding each of three differences, by the number of units."""
    label, decimals = part.scores.metrics[comparison.metric].label, comparison.decimals

    def draw(axes: Any) -> None:
        for k, (difference, shares) in enumerate(found.differences):
            style = {"color": COLOURS[k], "linestyle": _DASHES[k], "marker": _MARKERS[k], "markersize": 3.5}
            axes.plot(found.units, shares, linewidth=1.2, label=f"difference {number(difference, decimals)}", **style)
        axes.axhline(0.8, color="#000000", linewidth=0.5, linestyle=":")
        axes.axvline(found.own, color="#000000", linewidth=0.5, linestyle=":")
        axes.set_xscale("log")
        axes.set_xticks(found.units, [f"{n:,}" for n in found.units])
        axes.minorticks_off()
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(f"{comparison.unit}s (here {found.own:,})")
        axes.set_ylabel("probability to find it")
        _legend(axes)

    facts = "; ".join(
        f"{number(difference, decimals)}: " + ", ".join(f"{s:.2f}" for s in shares)
        for difference, shares in found.differences
    )
    sizes = ", ".join(f"{n:,}" for n in found.units)
    title = f"Probability to find a difference of {label}, by {comparison.unit}s"
    return _plot(part, "power", title, f"with {sizes} {comparison.unit}s, of differences {facts}", 2.4, draw)


def _distribution(part: Part, scores: Sequence[Score]) -> Plot:
    """The share of units that score at most x, one step line a system."""

    def draw(axes: Any) -> None:
        for score, colour, dashes in zip(scores, COLOURS, _DASHES, strict=False):
            values = np.sort(_values(part, score))
            shares = np.arange(1, len(values) + 1) / len(values)
            axes.step(values, shares, where="post", color=colour, linestyle=dashes, label=_short(score.system))
        axes.set_xlabel(_short(f"{scores[0].metric.label} of a unit", 60))
        axes.set_ylabel("share of units at or below")
        _legend(axes)

    medians = [f"{s.system} {number(float(np.median(_values(part, s))), s.metric.decimals)}" for s in scores]
    title = f"Distribution of {scores[0].metric.label} over units"
    plot = _plot(part, "distribution", title, f"medians: {'; '.join(medians)}", 2.6, draw)
    return replace(plot, left_out=_left_out(part, scores))


def _profile(part: Part, scores: Sequence[Score]) -> Plot:
    """The score of each unit in reading order."""
    label = scores[0].metric.label

    def draw(axes: Any) -> None:
        for k, score in enumerate(scores):
            values = part.scores[score.system, score.metric.name].values
            style = {"color": COLOURS[k], "linestyle": _DASHES[k], "marker": _MARKERS[k], "label": _short(score.system)}
            axes.plot(range(1, len(values) + 1), values, linewidth=1, markersize=3.5, **style)
        axes.set_xlim(left=0.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("row of the text, in reading order")
        axes.set_ylabel(_short(label, 30))
        if len(scores) > 1:
            _legend(axes)

    lowest = [f"{s.system} row {part.worst(s.system)[0] + 1}" for s in scores]
    plot = _plot(part, "profile", f"{label} along the text", f"worst rows: {'; '.join(lowest)}", 2.2, draw)
    return replace(plot, left_out=_left_out(part, scores))


def _left_out(part: Part, scores: Sequence[Score]) -> str:
    few, all_ = len(scores), len(part.systems)
    return f"Drawn: the {few} best of {all_} systems." if few < all_ else ""


def _values(part: Part, score: Score) -> Any:
    values = part.scores[score.system, score.metric.name].values
    return values[~np.isnan(values)]


def _legend(axes: Any) -> None:
    axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)


def _short(name: str, longest: int = 24) -> str:
    name = visible(name).replace("\n", " ")
    # matplotlib leaves labels that begin with an underscore out of a legend; a word joiner is not seen
    name = name if len(name) <= longest else name[: longest - 1] + "…"
    return "\u2060" + name if name.startswith("_") else name


def slug(text: str) -> str:
    """A file name for any name: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:40] or "x"


def _plot(part: Part, what: str, title: str, description: str, height: float, draw: Callable[[Any], None]) -> Plot:
    import matplotlib
    from matplotlib.figure import Figure

    name = f"{part.id}-{slug(part.name)}-{what}"
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": name, "text.parse_math": False}
    style |= {"font.size": 9, "axes.linewidth": 0.6}
    sink = io.StringIO()
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the browser has other fonts
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    return Plot(name, _inline(sink.getvalue(), name, visible(title), visible(description)))


def _inline(svg: str, name: str, title: str, description: str) -> Markup:
    """Matplotlib's SVG for a page: ids of its own, styles as attributes, a title and a description."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)
    for element in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(element)
    for parent in list(root.iter()):
        for element in parent.findall(f"{{{_SVG}}}style"):
            parent.remove(element)
    for element in root.iter():
        _plain_attributes(element, name)
    for index, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(index, element)
    root.attrib |= {
        "class": "plot",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "fill": "currentColor",
        "stroke-linejoin": "round",
    }
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _plain_attributes(element: ElementTree.Element, name: str) -> None:
    """Turns `style="a: b"` into `a="b"`, black into `currentColor`, and makes ids unique to the figure."""
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = (item.strip() for item in rule.partition(":"))
        if key == "font":
            size = re.search(r"[\d.]+px", value)
            element.set("font-size", size.group() if size else "9px")
            element.set("font-family", "system-ui, sans-serif")
        elif key:
            element.set(key, value)
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == f"{{{_XLINK}}}href" and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")
        elif value == "#000000":
            element.set(key, "currentColor")
        elif value.startswith("url(#"):
            element.set(key, f"url(#{name}-{value[5:]}")
