"""The sections put together: `report.html` as one page that asks the network for nothing, and `report.md`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from mtqe import plugins
from mtqe.report.folds import folded
from mtqe.report.markdown import blocks, escape
from mtqe.report.marks import visible
from mtqe.report.render import asset, render
from mtqe.report.view import count, parts, systems
from mtqe.results import Evaluation


@dataclass(frozen=True)
class Section:
    """A plugin of the kind `report.sections`; see `mtqe/report/sections/__init__.py` for what its module has."""

    name: str
    title: str
    order: int
    html: Callable[[Evaluation], Markup | None]
    markdown: Callable[[Evaluation], str | None]
    script: str | None = None


def sections() -> list[Section]:
    """Every section, in the order of the page."""
    found = []
    for name in plugins.names("report.sections"):
        module = plugins.load("report.sections", name)
        title = getattr(module, "TITLE", name.replace("_", " ").capitalize())
        script = getattr(module, "SCRIPT", None)
        found.append(Section(name, title, module.ORDER, module.html, module.markdown, script))
    return sorted(found, key=lambda section: (section.order, section.name))


def html(evaluation: Evaluation) -> str:
    """The whole page: style and scripts inside, and a policy that allows these and nothing else."""
    bodies = [(section, body) for section in sections() if (body := section.html(evaluation))]
    style = asset("page.css")
    scripts = [asset("page.js"), *(section.script for section, _ in bodies if section.script)]
    policy = (
        f"default-src 'none'; style-src {checksum(style)}; script-src {' '.join(map(checksum, scripts))}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    page = render(
        "page.html",
        policy=policy,
        style=Markup(style),
        scripts=[Markup(script) for script in scripts],
        name=evaluation.name,
        summary=_summary(evaluation),
        sections=[(section, folded(body)) for section, body in bodies],
    )
    return str(page)


def markdown(evaluation: Evaluation) -> str:
    bodies = [f"## {escape(s.title)}\n\n{body}" for s in sections() if (body := s.markdown(evaluation))]
    return blocks(f"# {escape(evaluation.name)}", escape(_summary(evaluation)), *bodies) + "\n"


def _summary(evaluation: Evaluation) -> str:
    """What was evaluated, in one line."""
    sets = parts(evaluation)
    languages = ", ".join(dict.fromkeys(visible(part.test_set.languages) for part in sets))
    documents = sum(len(part.test_set.documents) for part in sets)
    segments = sum(len(part.test_set.segments) for part in sets)
    facts = [count(len(sets), "test set")] if len(sets) > 1 else []
    facts += [languages, count(documents, "document"), count(segments, "segment")]
    return " · ".join([*facts, count(len(systems(evaluation)), "system")])


def checksum(text: str) -> str:
    """What a policy allows a style or script by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
