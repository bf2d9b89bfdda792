"""Every name and number of the reference, and the forms that each system gave it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from mtqe.report.findings import Item, Verdict, grouped, verdicts
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.render import render
from mtqe.report.rows import HINT, STYLES
from mtqe.report.view import Part, parts
from mtqe.results import EntityError, Evaluation

ORDER = 50
TITLE = "Names and numbers"

#: Names that are shown for a test set at most; `results.json` has them all.
MOST = 200


@dataclass(frozen=True)
class Name:
    """One form of the reference (empty: none), its type, and for each system what became of it."""

    reference: str
    type: str
    forms: dict[str, list[Item]]

    @property
    def all_match(self) -> bool:
        return all(finding.kind == "match" for items in self.forms.values() for i in items for finding in i.places)


def html(evaluation: Evaluation) -> Markup | None:
    found = {part.name: names(part, evaluation) for part in parts(evaluation)}
    if not any(found.values()):
        return None
    return render("names.html", parts=parts(evaluation), names=found, symbol=symbol, most=MOST)


def names(part: Part, evaluation: Evaluation) -> list[Name]:
    """The names of a test set: those with findings first, the most frequent of them first."""
    table: dict[tuple[str, str], dict[str, list[Item]]] = {}
    for system in part.systems:
        verdict: Verdict = verdicts(evaluation)[part.name, system]
        for item in grouped(f for f in verdict.findings if isinstance(f.span, EntityError)):
            span = item.places[0].span
            assert isinstance(span, EntityError)
            forms = table.setdefault((item.places[0].expected, span.type), {name: [] for name in part.systems})
            forms[system].append(item)
    found = [Name(reference, kind, forms) for (reference, kind), forms in table.items()]
    return sorted(found, key=lambda name: (name.all_match, not name.reference, -_times(name)))


def _times(name: Name) -> int:
    return sum(len(item.places) for items in name.forms.values() for item in items)


def symbol(item: Item) -> str:
    """The mark of an item, as in the text; a check mark where the name is as in the reference."""
    finding = item.places[0]
    return "✓" if finding.kind == "match" else HINT[1] if finding.is_hint else STYLES[finding.kind][1]


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        found = [name for name in names(part, evaluation) if not name.all_match]
        rows = [
            [escape(name.reference) or "–", escape(name.type), *(_cell(name.forms[s]) for s in part.systems)]
            for name in found[:MOST]
        ]
        if rows:
            more = f"Showing {MOST} of {len(found):,}; results.json has all." if len(found) > MOST else None
            head = ["reference", "type", *map(escape, part.systems)]
            bodies.append(blocks(f"### {escape(part.name)}", table(head, rows, left=len(head)), more))
    return blocks(*bodies) or None


def _cell(items: list[Item]) -> str:
    return ", ".join(f"{symbol(i)} {escape(i.found) or 'none'} ×{len(i.places)}" for i in items) or "–"
