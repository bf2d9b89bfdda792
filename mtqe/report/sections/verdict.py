"""The verdict in plain words: which names and numbers are wrong, what reads badly, what was compared and what not."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from mtqe.report.findings import Finding, Item, Verdict, verdicts
from mtqe.report.markdown import blocks, bullets, emphasised, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, count, parts, percent
from mtqe.results import Evaluation

ORDER = 10
TITLE = "Verdict"

#: Items of a group that are shown at once, and at most; `results.json` has them all.
SHOWN, MOST = 10, 100

HINTS = "Hints: candidates, not verdicts"

#: Heading, what it means, class of the list, items.
Group = tuple[str, str, str, list[Item]]


def html(evaluation: Evaluation) -> Markup | None:
    return render(
        "verdict.html",
        parts=parts(evaluation),
        verdicts=verdicts(evaluation),
        groups=groups,
        passages=passages,
        unlinked=unlinked,
        unscored=unscored,
        notes=_notes(evaluation),
        shown=SHOWN,
        most=MOST,
    )


def groups(verdict: Verdict) -> list[Group]:
    """Names and numbers by what is wrong with them; groups without items are left out."""
    found: list[Group] = [
        ("Wrong names", "", "error", verdict.items("name")),
        ("Wrong numbers", "", "error", verdict.items("value")),
        ("Missing", "In the reference, not in the output.", "error", verdict.items("missing")),
        ("Added", "In the output, not in the reference.", "error", verdict.items("invented")),
        ("Your style?", "Variants of a name, not errors.", "variant", verdict.items("variant")),
    ]
    return [group for group in found if group[3]]


def passages(verdict: Verdict) -> list[tuple[str, list[Finding]]]:
    """Marked passages that are no names: fluency first, then each other category under its own name."""
    found = [("Reads badly", verdict.of("fluency")), *verdict.other_categories.items()]
    return [(title, findings) for title, findings in found if findings]


def unlinked(verdict: Verdict) -> list[tuple[str, list[str]]]:
    """Output that nothing in the reference answers: what it is and what became of it, and its texts."""
    pieces = [(piece.kind, piece.text) for piece in verdict.unlinked()]
    found = [
        (f"{_pieces(len(texts), kind)}, not charged", texts)
        for kind in dict.fromkeys(kind for kind, _ in pieces)
        if (texts := [text for k, text in pieces if k == kind])
    ]
    added = [piece.text for _, piece in verdict.additions]
    return found + (
        [(f"{count(len(added), 'added passage')}, charged to the row it stands in", added)] if added else []
    )


def _pieces(n: int, kind: str) -> str:
    return f"{count(n, 'line')} of boilerplate" if kind == "boilerplate" else count(n, kind)


def unscored(part: Part, system: str) -> list[str]:
    """For each metric the units that it could not score, and why."""
    found = []
    for name, info in part.scores.metrics.items():
        if part.scores.has(system, name):
            reasons = Counter(part.scores[system, name].reasons.values())
            found += [f"{info.label}: {count(n, 'unit')} not scored ({reason})" for reason, n in reasons.items()]
    return found


def _notes(evaluation: Evaluation) -> dict[str, list[str]]:
    """What was not checked and what is odd about the input, each said once."""
    found: dict[str, list[str]] = {"Not checked": [], "About the input": []}
    for note in dict.fromkeys(evaluation.notes):
        found["Not checked" if note.kind == "unchecked" else "About the input"].append(evaluation.say(note))
    return found


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        heading = f"### {escape(part.name)}" if len(parts(evaluation)) > 1 else None
        bodies.append(blocks(heading, *(_system_markdown(part, system, evaluation) for system in part.systems)))
    notes = [
        blocks(f"### {title}", bullets(map(escape, texts))) for title, texts in _notes(evaluation).items() if texts
    ]
    return blocks(*bodies, *notes)


def _system_markdown(part: Part, system: str, evaluation: Evaluation) -> str:
    verdict = verdicts(evaluation)[part.name, system]
    covered, free = part.coverage(system)
    heading = f"#### {escape(system)}" if len(part.systems) > 1 else None
    tables = [
        blocks(f"**{escape(title)}**", _items_table(items))
        for title, _, _, items in [*groups(verdict), (HINTS, "", "", verdict.hints)]
        if items
    ]
    quotes = [
        blocks(f"**{escape(title)}**", bullets(map(_quote, findings[:MOST])))
        for title, findings in [*passages(verdict), (HINTS, verdict.passage_hints)]
        if findings
    ]
    compared = [f"{percent(covered)} of the reference has a counterpart in the output."]
    compared += [f"{percent(free)} of the output is linked to nothing."] if free else []
    compared += [f"{what}." for what, _ in unlinked(verdict)] + [f"{escape(t)}." for t in unscored(part, system)]
    headline = f"**{escape(verdict.headline)}** {escape(verdict.subline)}"
    return blocks(heading, headline, *tables, *quotes, "**What was compared**", bullets(compared))


def _items_table(items: list[Item]) -> str:
    rows = [
        [escape(i.found) or "–", escape(i.expected) or "–", escape(i.label), str(len(i.places))] for i in items[:MOST]
    ]
    more = f"{len(items) - MOST:,} more in results.json" if len(items) > MOST else None
    return blocks(table(["output", "reference", "what", "times"], rows, left=3), more)


def _quote(finding: Finding) -> str:
    suggestion = f"; suggestion: {escape(finding.span.suggestion)}" if finding.span.suggestion else ""
    return f"“{emphasised(*finding.quote())}” ({escape(finding.label)}{suggestion})"
