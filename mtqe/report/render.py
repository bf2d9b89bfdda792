"""Templates to markup: escaping is always on, a name that a template misspells is an error."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from mtqe.report import view
from mtqe.report.links import row_link, segments_link
from mtqe.report.marks import bdi, visible


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("mtqe.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"visible": visible}
    found.globals |= {
        "arrow": view.arrow,
        "bdi": bdi,
        "count": view.count,
        "interval": view.interval,
        "listing": view.listing,
        "number": view.number,
        "p_value": view.p_value,
        "percent": view.percent,
        "row_link": row_link,
        "segments_link": segments_link,
    }
    return found


def render(template: str, **values: Any) -> Markup:
    """A template of this package, filled in."""
    return Markup(environment().get_template(template).render(**values))


def asset(name: str) -> str:
    """A file that the page has inside it."""
    return resources.files("mtqe.report").joinpath("templates", name).read_text("utf-8")
