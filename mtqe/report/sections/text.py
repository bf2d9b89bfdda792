"""The aligned text: source, reference and output row by row, with the findings marked on each side.

Only test sets that fit on a page stand here; the section `segments` has the others.
"""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.findings import verdicts
from mtqe.report.heat import KEY
from mtqe.report.render import render
from mtqe.report.rows import key, rows
from mtqe.report.view import parts
from mtqe.results import Evaluation

ORDER = 40
TITLE = "Text"


def html(evaluation: Evaluation) -> Markup | None:
    shown = [part for part in parts(evaluation) if part.is_whole]
    if not shown:
        return None
    found = verdicts(evaluation)
    marks = key(found[part.name, system] for part in shown for system in part.systems)
    return render("text.html", parts=shown, verdicts=found, rows=rows, key=marks, heat_key=KEY)


def markdown(evaluation: Evaluation) -> str | None:
    return None
