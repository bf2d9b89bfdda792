"""The verdict in plain words: which names and numbers are wrong, what reads badly, what was compared and what not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from mtqe.report.comparisons import Grid
from mtqe.report.findings import Finding, Item, Kind, Verdict, verdicts
from mtqe.report.markdown import blocks, bullets, emphasised, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, count, fewer, parts, percent, systems
from mtqe.results import Evaluation

ORDER = 10
TITLE = "Verdict"

#: Items of a group that are shown at once, and at most; `results.json` has them all.
SHOWN, MOST = 10, 100

HINTS = "Hints: candidates, not verdicts"
WHAT_FOUND = "What was found, by system. Different forms of names are counted once each; hints are left out."
HONEST = (
    "Names, numbers and passages are marked by heuristics. What is called wrong has a confidence of at least one half; "
    "check it before you correct it."
)

_NAMES: dict[str, Kind] = {
    "wrong names": "name",
    "wrong numbers": "value",
    "missing": "missing",
    "added": "invented",
    "variants": "variant",
}

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
        counted={part.name: counted(part, evaluation) for part in parts(evaluation)},
        what_found=WHAT_FOUND,
        honest=HONEST,
        shown=SHOWN,
        most=fewer(MOST, len(systems(evaluation))),
    )


def counted(part: Part, evaluation: Evaluation) -> Grid:
    """A row a system: what was found, and the share of the reference covered. What nobody checked has no column."""
    found = [verdicts(evaluation)[part.name, system] for system in part.systems]
    columns: dict[str, Sequence[str]] = {"System": part.systems}
    for head, kind in _NAMES.items():
        columns[head] = [f"{len(of.items(kind)):,}" if of.names_checked else "–" for of in found]
    columns["meaning candidates"] = [f"{len(of.of('candidate')):,}" if of.meaning_checked else "–" for of in found]
    columns["read badly"] = [f"{len(of.of('fluency')):,}" if of.fluency_checked else "–" for of in found]
    columns["reference covered"] = [percent(part.coverage(system)[0]) for system in part.systems]
    kept = [head for head, cells in columns.items() if head == "System" or set(cells) != {"–"}]
    return Grid(tuple(kept), tuple(zip(*(columns[head] for head in kept), strict=True)), (0,))


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
    """What may be wrong with the input, what was not checked, and how the input was read, each said once."""
    titles = {"warning": "Warnings", "unchecked": "Not checked", "input": "About the input"}
    found: dict[str, list[str]] = {title: [] for title in titles.values()}
    for note in dict.fromkeys(evaluation.notes):
        found[titles[note.kind]].append(evaluation.say(note))
    return found


def markdown(evaluation: Evaluation) -> str | None:
    """Of several systems the table of what was found, and of each kind the first; of one system everything."""
    bodies = []
    for part in parts(evaluation):
        of = [verdicts(evaluation)[part.name, system] for system in part.systems]
        bodies += [f"### {escape(part.name)}"] if len(parts(evaluation)) > 1 else []
        if len(of) > 1:
            grid = counted(part, evaluation)
            bodies += [WHAT_FOUND, table(grid.heads, [[escape(row[0]), *row[1:]] for row in grid.rows])]
        bodies += [_system_markdown(part, verdict, MOST if len(of) == 1 else SHOWN) for verdict in of]
    bodies += [
        blocks(f"### {title}", bullets(map(escape, texts))) for title, texts in _notes(evaluation).items() if texts
    ]
    return blocks(*bodies, HONEST)


def _system_markdown(part: Part, verdict: Verdict, most: int) -> str:
    system = verdict.system
    covered, free = part.coverage(system)
    heading = f"#### {escape(system)}" if len(part.systems) > 1 else None
    tables = [
        blocks(f"**{escape(title)}**", _items_table(items[:most]), _more(items, most))
        for title, _, _, items in [*groups(verdict), (HINTS, "", "", verdict.hints)]
        if items
    ]
    quotes = [
        blocks(f"**{escape(title)}**", bullets(map(_quote, findings[:most])), _more(findings, most))
        for title, findings in [*passages(verdict), (HINTS, verdict.passage_hints)]
        if findings
    ]
    compared = [f"{percent(covered)} of the reference has a counterpart in the output."]
    compared += [f"{percent(free)} of the output is linked to nothing."] if free else []
    compared += [f"{what}." for what, _ in unlinked(verdict)] + [f"{escape(t)}." for t in unscored(part, system)]
    headline = f"**{escape(verdict.headline)}** {escape(verdict.subline)}".rstrip()
    return blocks(heading, headline, *tables, *quotes, "**What was compared**", bullets(compared))


def _items_table(items: list[Item]) -> str:
    rows = [[escape(i.found) or "–", escape(i.expected) or "–", escape(i.label), str(len(i.places))] for i in items]
    return table(["output", "reference", "what", "times"], rows, left=3)


def _more(listed: Sequence[object], most: int) -> str | None:
    return f"{len(listed) - most:,} more in results.json" if len(listed) > most else None


def _quote(finding: Finding) -> str:
    suggestion = f"; suggestion: {escape(finding.span.suggestion)}" if finding.span.suggestion else ""
    return f"“{emphasised(*finding.quote())}” ({escape(finding.label)}{suggestion})"
