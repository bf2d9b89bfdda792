"""An editor's decisions on names and numbers: right, wrong or variant, with a note; kept by the browser, downloaded."""

from __future__ import annotations

import json

from markupsafe import Markup

from mtqe.report.decisions import data, to_decide
from mtqe.report.render import asset, render
from mtqe.results import Evaluation

ORDER = 44
TITLE = "Decisions"
SCRIPT = asset("decisions.js")

#: Findings of all systems together that are decided on in a page.
MOST = 2_000


def html(evaluation: Evaluation) -> Markup | None:
    findings = to_decide(evaluation)
    if not findings:
        return None
    packed = None
    if findings <= MOST:
        packed = Markup(json.dumps(data(evaluation)).replace("<", "\\u003c"))
    return render("decisions.html", findings=findings, most=MOST, data=packed)


def markdown(evaluation: Evaluation) -> str | None:
    return None
