"""The aligned text: source, reference and output row by row, with the findings marked on each side."""

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
    found = verdicts(evaluation)
    return render(
        "text.html", parts=parts(evaluation), verdicts=found, rows=rows, key=key(found.values()), heat_key=KEY
    )


def markdown(evaluation: Evaluation) -> str | None:
    return None
