"""Names and numbers counted: which types each system gets wrong and how, and names that go by several forms."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.entities.consistency import NameForms, PolicyUse
from mtqe.report.entities import Consistency, TypeCounts, cells, consistency, heads, type_counts
from mtqe.report.findings import verdicts
from mtqe.report.links import segments_link
from mtqe.report.markdown import blocks, bullets, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, listing, parts
from mtqe.results import Evaluation

ORDER = 45
TITLE = "Entity errors"

#: Rows on names with several forms that are shown for a system; `results.json` has them all.
MOST = 20

MEANING = (
    "Errors among the names and numbers checked, with the 95 % interval of their share (Wilson's, which takes mentions "
    "as independent). Hints and naming variants are no errors. A share of fewer than 30 says little."
)
FORMS = "Within one document; the form used most comes first, then its outliers. Misspelled forms are left out."


def html(evaluation: Evaluation) -> Markup | None:
    shown = _checked(evaluation)
    if not shown:
        return None
    return render(
        "entity_errors.html",
        parts=shown,
        counts=_counts(evaluation),
        consistency=consistency(evaluation),
        columns=columns,
        heads=heads,
        cells=cells,
        link=link,
        forms=forms,
        mixed=mixed,
        plots=plots(evaluation),
        most=MOST,
        meaning=MEANING,
        forms_meaning=FORMS,
    )


def _checked(evaluation: Evaluation) -> list[Part]:
    """Test sets in which any system's names were checked."""
    counts = _counts(evaluation)
    return [part for part in parts(evaluation) if any(counts[part.name, s][0].checked for s in part.systems)]


def _counts(evaluation: Evaluation) -> dict[tuple[str, str], list[TypeCounts]]:
    return {key: type_counts(verdict) for key, verdict in verdicts(evaluation).items()}


def columns(rows: list[list[TypeCounts]]) -> list[str]:
    """The types of several systems, each once, in the order of the tables."""
    return list(dict.fromkeys(row.type for of in rows for row in of))


def link(part: Part, system: str, row: TypeCounts, head: str) -> str | None:
    """The segments with the errors that a cell counts; None for a cell that counts no errors, or none."""
    if not (row.errors if head == "errors" else row.statuses[head]):
        return None
    wanted = ", ".join([kind for kind in (row.type, head) if kind not in ("all", "errors")])
    return segments_link(part, a=system, b="", sort="entities", error=wanted or None)


def forms(name: NameForms) -> str:
    return ", ".join(f"{form} {n}×" for form, n in name.counts.items())


def mixed(use: PolicyUse, part: Part) -> str:
    """What stands beside what in a document that names places by two policies, or spells given names in two ways."""
    said = []
    if use.endonyms and use.exonyms:
        said.append(f"{listing(list(use.endonyms))} (local names) beside {listing(list(use.exonyms))} (English names)")
    if use.mixed_schemes:
        said.append(" beside ".join(listing(list(names)) for names in use.schemes.values()))
    return "; ".join(said) if part.one_document else f"{use.document}: {'; '.join(said)}"


def markdown(evaluation: Evaluation) -> str | None:
    counts, found = _counts(evaluation), consistency(evaluation)
    bodies = []
    for part in _checked(evaluation):
        for system in part.systems:
            rows = counts[part.name, system]
            head = [escape(text) for text in heads(rows)]
            body = table(head, [[escape(cell) for cell in cells(row, rows)] for row in rows])
            title = f"### {escape(part.name)}, {escape(system)}: names and numbers by type"
            bodies.append(blocks(title, body, _consistency_markdown(part, found[part.name, system])))
    return blocks(MEANING, *bodies) if bodies else None


def _consistency_markdown(part: Part, found: Consistency) -> str | None:
    names, uses = found
    rows = [[escape(name.name), escape(name.document), escape(forms(name))] for name in names[:MOST]]
    more = f"Showing {MOST} of {len(names):,}; results.json has all." if len(names) > MOST else None
    return (
        blocks(
            blocks("**One name, several forms**", table(["name", "document", "forms"], rows, left=3)) if rows else None,
            more,
            blocks("**Mixed naming**", bullets(escape(mixed(use, part)) for use in uses[:MOST])) if uses else None,
        )
        or None
    )
