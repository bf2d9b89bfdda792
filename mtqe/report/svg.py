"""Figures as SVG: the same bytes for the same numbers, black as `currentColor`, no style that a page must allow."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from mtqe.report.comparisons import Grid
from mtqe.report.marks import visible
from mtqe.report.view import Part

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
#: Okabe and Ito's colours that keep 3:1 to white and to the dark page; each line also has its own dashes and marker.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")
_WIDTH = 5.2  # inches: 500 CSS pixels, so that a phone shrinks the letters by no more than a quarter


@dataclass(frozen=True)
class Plot:
    """A figure: `name` of its file, the SVG element with its title and description inside, and what is not drawn.

    `table` has the numbers that are drawn, where no table of the report beside the figure has them.
    """

    name: str
    svg: Markup
    left_out: str = ""
    table: Grid | None = None


def drawn_of(drawn: int, all_: int) -> str:
    """What a caption says where lines for all systems would be too many."""
    return f"Drawn: the {drawn} best of {all_} systems." if drawn < all_ else ""


def legend(axes: Any) -> None:
    """Names above the axes, two a line."""
    axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)


def short(name: str, longest: int = 24) -> str:
    """A name as matplotlib may draw it."""
    name = visible(name).replace("\n", " ")
    # matplotlib leaves labels that begin with an underscore out of a legend; a word joiner is not seen
    name = name if len(name) <= longest else name[: longest - 1] + "…"
    return "\u2060" + name if name.startswith("_") else name


def slug(text: str) -> str:
    """A file name for any name: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:40] or "x"


def draw_plot(part: Part, what: str, title: str, description: str, height: float, draw: Callable[[Any], None]) -> Plot:
    """A figure of `height` inches that `draw` fills: it takes matplotlib's axes."""
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
    _unwrap(root)
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


def _unwrap(parent: ElementTree.Element) -> None:
    """Takes out the groups that matplotlib puts around everything and that say nothing, for a lighter page."""
    children: list[ElementTree.Element] = []
    for child in parent:
        _unwrap(child)
        bare = child.tag == f"{{{_SVG}}}g" and not set(child.attrib) - {"id"}
        children += list(child) if bare else [child]
    parent[:] = children


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
