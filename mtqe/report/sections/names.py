"""Names and numbers by their form in the reference, the worst first, with the forms that each system gave them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from mtqe.report.findings import VALUE_TYPES, Finding, Item, Verdict, grouped, verdicts
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.render import render
from mtqe.report.rows import HINT, STYLES
from mtqe.report.view import Part, fewer, parts
from mtqe.results import EntityError, Evaluation

ORDER = 50
TITLE = "Names and numbers"

#: Rows of a table that are shown at once, and at most, and forms in a cell; `results.json` has them all.
SHOWN, MOST, FORMS = 10, 200, 12
#: Where so many systems stand beside each other, the page shows no row at once.
WIDE = 10


@dataclass(frozen=True)
class Name:
    """One form of the reference (empty: none), its type, and for each system what became of it."""

    reference: str
    type: str
    forms: dict[str, list[Item]]

    @cached_property
    def places(self) -> list[Finding]:
        return [finding for items in self.forms.values() for item in items for finding in item.places]

    @cached_property
    def errors(self) -> list[Finding]:
        return [f for f in self.places if isinstance(f.span, EntityError) and f.span.is_error]

    @property
    def all_match(self) -> bool:
        return all(finding.kind == "match" for finding in self.places)

    @property
    def is_value(self) -> bool:
        return self.type in VALUE_TYPES

    @property
    def example(self) -> Finding | None:
        """The first error that stands in an output, or else the first."""
        return min(self.errors, key=lambda finding: not finding.found, default=None)


@dataclass(frozen=True)
class Group:
    """Names, or numbers: those with errors, those with variants or hints alone, and those that always match."""

    title: str
    wrong: list[Name]
    open: list[Name]
    right: list[Name]


def html(evaluation: Evaluation) -> Markup | None:
    found = {part.name: groups(part, evaluation) for part in parts(evaluation)}
    if not any(found.values()):
        return None
    systems = max(len(part.systems) for part in parts(evaluation))
    return render(
        "names.html",
        parts=parts(evaluation),
        groups=found,
        symbol=symbol,
        shown=0 if systems >= WIDE else SHOWN,
        most=fewer(MOST, systems),
        forms=fewer(FORMS, systems),
    )


def groups(part: Part, evaluation: Evaluation) -> list[Group]:
    """Names and numbers apart; a kind that does not occur is left out."""
    found = names(part, evaluation)
    return [
        Group(
            title,
            [name for name in of if name.errors],
            [name for name in of if not name.errors and not name.all_match],
            [name for name in of if name.all_match],
        )
        for title, is_value in (("Names", False), ("Numbers", True))
        if (of := [name for name in found if name.is_value == is_value])
    ]


def names(part: Part, evaluation: Evaluation) -> list[Name]:
    """The names of a test set: those with the most errors first, then the most frequent ones; what is none's last."""
    table: dict[tuple[str, str], dict[str, list[Item]]] = {}
    for system in part.systems:
        verdict: Verdict = verdicts(evaluation)[part.name, system]
        for item in grouped(f for f in verdict.findings if isinstance(f.span, EntityError)):
            span = item.places[0].span
            assert isinstance(span, EntityError)
            forms = table.setdefault((item.places[0].expected, span.type), {name: [] for name in part.systems})
            forms[system].append(item)
    found = [Name(reference, kind, forms) for (reference, kind), forms in table.items()]
    return sorted(found, key=lambda name: (not name.reference, -len(name.errors), -len(name.places)))


def symbol(item: Item) -> str:
    """The mark of an item, as in the text; a check mark where the name is as in the reference."""
    finding = item.places[0]
    return "✓" if finding.kind == "match" else HINT[1] if finding.is_hint else STYLES[finding.kind][1]


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        for group in groups(part, evaluation):
            found = group.wrong + group.open
            rows = [
                [escape(name.reference) or "–", escape(name.type), *(_cell(name.forms[s]) for s in part.systems)]
                for name in found[:MOST]
            ]
            if rows:
                more = f"Showing {MOST} of {len(found):,}; results.json has all." if len(found) > MOST else None
                head = ["reference", "type", *map(escape, part.systems)]
                title = f"### {escape(part.name)}: {group.title.lower()}"
                bodies.append(blocks(title, table(head, rows, left=len(head)), more))
    return blocks(*bodies) or None


def _cell(items: list[Item]) -> str:
    shown = [f"{symbol(i)} {escape(i.found) or 'none'} ×{len(i.places)}" for i in items[:FORMS]]
    more = [f"{len(items) - FORMS} more"] if len(items) > FORMS else []
    return ", ".join(shown + more) or "–"
