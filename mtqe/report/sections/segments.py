"""The segment explorer: two systems beside source and reference, sorted, filtered and searched by a script.

Without the script, the worst rows of each system stand here.
"""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.explorer import packed
from mtqe.report.findings import verdicts
from mtqe.report.render import asset, render
from mtqe.report.rows import key, rows
from mtqe.report.view import parts
from mtqe.results import Evaluation

ORDER = 42
TITLE = "Segments"
_SCRIPTS = ("texts", "data", "select", "rows", "view")
SCRIPT = "\n".join(['"use strict";', "{", *(asset(f"explorer/{name}.js") for name in _SCRIPTS), "}"])


def html(evaluation: Evaluation) -> Markup | None:
    shown = [part for part in parts(evaluation) if part.is_explored]
    if not shown:
        return None
    found = verdicts(evaluation)
    return render(
        "segments.html",
        parts=shown,
        packed={part.name: packed(part, evaluation) for part in shown},
        key=key(found[part.name, system] for part in shown for system in part.systems),
        verdicts=found,
        rows=rows,
    )


def markdown(evaluation: Evaluation) -> str | None:
    return None
