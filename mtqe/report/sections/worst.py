"""The worst units of all systems and of each by the primary metric, with what was found in them and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from mtqe.report.findings import verdicts
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, beginning, number, parts, rank
from mtqe.results import Evaluation

ORDER = 60
TITLE = "Worst rows"

#: Rows of all systems together, and of each of several.
MOST, OF_EACH = 20, 10
_EXCERPT = 160
#: Findings of a row that are named, and characters of each form.
FINDINGS, _FORM = 3, 60


def html(evaluation: Evaluation) -> Markup | None:
    if not any(worst(part, part.systems) for part in parts(evaluation)):
        return None
    return render(
        "worst.html",
        parts=parts(evaluation),
        plots=plots(evaluation),
        worst=worst,
        of_each=OF_EACH,
        scores=scores,
        excerpt=excerpt,
        marked=partial(marked, evaluation),
        findings=FINDINGS,
    )


def worst(part: Part, systems: Sequence[str], most: int = MOST) -> list[tuple[str, int]]:
    """The worst units of these systems, at most half of each one's: what is left would not be worse than anything."""
    metric = part.primary
    if metric is None:
        return []
    units = {system: part.worst(system) for system in systems}
    found = [(system, unit) for system, of in units.items() for unit in of[: (len(of) + 1) // 2]]
    found.sort(key=lambda of: rank(part.scores[of[0], metric.name].values[of[1]], metric), reverse=True)
    return found[:most]


def scores(part: Part, system: str, unit: int) -> dict[str, str]:
    """The scores of a unit by metric."""
    return {
        name: number(float(part.scores[system, name].values[unit]), of.decimals)
        if part.scores.has(system, name)
        else "–"
        for name, of in part.scores.metrics.items()
    }


def excerpt(text: str | None) -> str:
    return beginning(text or "", _EXCERPT)


def marked(evaluation: Evaluation, part: Part, system: str, unit: int) -> list[tuple[list[str], str]]:
    """What is wrong in a unit, or may be: the form that was found and the right one, and what it is."""
    if part.units[system][unit].hypothesis is None:
        return [([], "not in the output")]
    items = verdicts(evaluation)[part.name, system].of_unit(unit)
    forms = [[beginning(form.strip(), _FORM) for form in (item.found, item.expected) if form.strip()] for item in items]
    return [(both, item.places[0].full_label) for both, item in zip(forms, items, strict=True)]


def _listed(items: Sequence[tuple[list[str], str]]) -> str:
    said = [f"{' → '.join(forms)} ({label})" if forms else label for forms, label in items[:FINDINGS]]
    return "; ".join([*said, f"and {len(items) - FINDINGS} more"] if len(items) > FINDINGS else said)


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        labels = [f"{escape(metric.label)} {arrow(metric)}" for metric in part.scores.metrics.values()]
        rows = [
            [
                escape(system),
                str(unit + 1),
                escape(part.units[system][unit].id),
                escape(excerpt(part.units[system][unit].hypothesis)),
                escape(_listed(marked(evaluation, part, system, unit))),
                *scores(part, system, unit).values(),
            ]
            for system, unit in worst(part, part.systems)
        ]
        if rows and part.primary:
            title = f"### {escape(part.name)}: worst by {escape(part.primary.label)}"
            bodies.append(blocks(title, table(["system", "row", "id", "output", "found", *labels], rows, left=5)))
    return blocks(*bodies) or None
