"""Findings for an editor: tables to decide on, the same for programs, and a list in a terminal.

`findings.csv` and `findings.jsonl` have entity errors, `candidates.csv` and `candidates.jsonl` meaning candidates.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Literal

from mtqe.entities.user.decisions import Decisions
from mtqe.report.entities import type_counts, type_table
from mtqe.report.export import finding_row
from mtqe.report.findings import Finding, Verdict, verdicts
from mtqe.report.marks import visible
from mtqe.report.tables import no_formula, render
from mtqe.report.view import count, percent
from mtqe.results import EntityError, Evaluation

COLUMNS = (
    "test_set",
    "system",
    "document",
    "segment",
    "status",
    "type",
    "severity",
    "confidence",
    "rule",
    "context",
    "wrong",
    "right",
    "place",
    "decision",
)

#: Hints of less confidence are counted, not listed, where people read them.
_WEAK = 0.35


#: What a table is about: entity errors, or meaning candidates.
About = Literal["entities", "meaning"]


def to_csv(evaluation: Evaluation, about: About = "entities") -> str:
    """What is wrong or may be, a row each in the order of the text.

    `wrong` is the form of the output, `right` that of the reference or else a suggestion. In `context` the passage
    stands in square brackets; what the output lacks is quoted from the reference, or else the source. `place` is
    file:line of the output. The table of entities has an empty last column for an editor's decision, which
    `mtqe entities --decisions` reads back. The status of a meaning candidate is `candidate`, its type the kind.
    """
    columns = COLUMNS if about == "entities" else COLUMNS[:-1]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for verdict in verdicts(evaluation).values():
        for finding in _listed(verdict, about):
            if finding.kind != "variant":
                writer.writerow([no_formula(cell) for cell in cells(verdict, finding)[: len(columns)]])
    return out.getvalue()


def to_json_lines(evaluation: Evaluation, about: About = "entities") -> str:
    """A JSON object for each row of that table and each naming variant, as in `results.json`, with the texts.

    The spans `[start, end)` count code points of `hypothesis`, of `reference` and of `source`.
    """
    return "".join(
        json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"
        for verdict in verdicts(evaluation).values()
        for row in _objects(verdict, about)
    )


def to_text(evaluation: Evaluation) -> str:
    """For each system its errors, then its clearer hints, in the order of the text, and a table by type and status."""
    several = len(evaluation.test_sets) > 1
    return "\n".join(_system(verdict, several) for verdict in verdicts(evaluation).values())


def _listed(verdict: Verdict, about: About) -> list[Finding]:
    """What does not simply match, in the order of the text; what is missing stands before the rest of its unit."""
    found = [f for f in verdict.findings if isinstance(f.span, EntityError) and f.kind != "match"]
    found = found if about == "entities" else [f for f in verdict.findings if f.kind == "candidate"]
    return sorted(found, key=lambda f: (f.unit, f.span.hyp_span or (0, 0)))


def cells(verdict: Verdict, finding: Finding) -> list[str]:
    unit, span = verdict.part.units[verdict.system][finding.unit], finding.span
    status, kind = (span.status, span.type) if isinstance(span, EntityError) else (finding.kind, finding.label)
    return [
        verdict.part.name,
        verdict.system,
        unit.document,
        unit.id,
        status,
        kind,
        span.severity,
        f"{span.confidence:.2f}",
        span.rule,
        _context(finding),
        finding.found,
        finding.expected or span.suggestion or "",
        place(verdict, finding),
        "",
    ]


def _objects(verdict: Verdict, about: About) -> Iterator[dict[str, Any]]:
    for finding in _listed(verdict, about):
        unit = verdict.part.units[verdict.system][finding.unit]
        yield {
            "test_set": verdict.part.name,
            "system": verdict.system,
            **finding_row(verdict, finding),
            "place": place(verdict, finding),
            "hypothesis": unit.hypothesis,
            "reference": finding.reference,
            "source": unit.source,
        }


def place(verdict: Verdict, finding: Finding) -> str:
    """Where a finding stands in the file of the output, as file:line; what is missing, where its unit begins."""
    span = finding.span.hyp_span or (0, 1)
    places = verdict.part.test_set.locate(verdict.system, finding.unit, *span)
    return f"{places[0].path}:{places[0].line}" if places else ""


def _context(finding: Finding) -> str:
    before, inside, after = finding.quote(60)
    return visible(" ".join(f"{before}[{inside}]{after}".split()))


def _system(verdict: Verdict, several: bool) -> str:
    total = type_counts(verdict)[0]
    name = f"{verdict.part.name}, {verdict.system}" if several else verdict.system
    checked = count(total.checked, "name or number", "names and numbers")
    facts = [f"{count(total.errors, 'error')} in {checked}", f"{count(total.hints, 'hint')} (?)"]
    lines = [f"{_line(name)}: {', '.join([*facts, count(total.variants, 'variant')])}", ""]
    listed = [f for f in _listed(verdict, "entities") if f.kind != "variant"]
    weak = [f for f in listed if f.is_hint and f.span.confidence < _WEAK]
    for finding in sorted(listed, key=lambda f: f.is_hint):
        lines += _lines(verdict, finding) if finding not in weak else []
    if weak:
        lines += [f"{count(len(weak), 'weaker hint')} (below {_WEAK}): -f csv has all", ""]
    return "\n".join([*lines, render(type_table(verdict), "text")])


def _lines(verdict: Verdict, finding: Finding) -> list[str]:
    expected = finding.expected or finding.span.suggestion or ""
    forms = " -> ".join([_line(finding.found) or "(missing)", *([_line(expected)] if expected else [])])
    mark = "?" if finding.is_hint else "x"
    where = place(verdict, finding) or verdict.part.units[verdict.system][finding.unit].id
    facts = f"{finding.label}, {finding.span.confidence:.2f}, {_line(where)}"
    return [f"{mark} {forms}  ({facts})", f"    {_line(_context(finding))}", ""]


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def precision_line(decisions: Decisions) -> str:
    """How often the detector was right on what an editor decided, in one sentence."""
    found, waiting = decisions.precision(), count(decisions.open, "row")
    if found.interval is None:
        return f"Decisions: no alarm was decided; {waiting} left open."
    between = f"{percent(found.interval.low)} to {percent(found.interval.high)}"
    right = f"{found.right} of {count(found.total, 'alarm')} right, {percent(found.value)} (95 % interval {between})"
    return f"Decisions: {right}; {waiting} left open."
