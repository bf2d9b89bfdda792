"""Contrast of the page's colours, computed from its style sheet (WCAG 2.2, AA: 4.5 to 1 for text)."""

import re
from importlib import resources

import pytest

from mtqe.report.plots import COLOURS

CSS = resources.files("mtqe.report").joinpath("templates", "page.css").read_text("utf-8")
TOKENS = {
    name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
}
PAIRS = [
    *((ink, paper) for ink in ("text", "muted", "link", "wrong", "right") for paper in ("page", "panel")),
    *((ink, paper) for ink in ("variant", "fluency", "candidate", "other") for paper in ("page", f"{ink}-tint")),
    ("wrong", "wrong-tint"),
    *(("text", paper) for paper in ("wrong-tint", "variant-tint", "fluency-tint", "candidate-tint", "other-tint")),
    *(("text", f"heat{level}") for level in range(2, 6)),
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_has_contrast(ink: str, paper: str, theme: int) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[paper][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("colour", sorted(set(COLOURS) - {"#000000"}))
def test_plot_colours_have_contrast(colour: str, theme: int) -> None:
    """Black is drawn in the colour of the text."""
    assert contrast(colour, TOKENS["page"][theme]) >= 3


def test_every_colour_is_a_checked_token() -> None:
    assert set(TOKENS) == {name for pair in PAIRS for name in pair} | {"line"}
    outside = CSS[CSS.index('[data-theme="light"]') :]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*})", outside)
