"""Places where an output may say something else than the reference: counted by kind, and each with both sides."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from mtqe.meaning.about import MEASURED, NAMES
from mtqe.report.findings import Finding, Verdict, excerpt, verdicts
from mtqe.report.markdown import blocks, emphasised, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, count, metrics, parts, percent
from mtqe.results import Evaluation, Span

ORDER = 18
TITLE = "Meaning candidates"

#: Candidates of a system that are shown at once, and at most; `results.json` has them all.
SHOWN, MOST = 10, 200
_CONTEXT, _LONGEST = 70, 200

MEANING = (
    "Places where the output may say something else than the reference: candidates that a reader checks, not errors, "
    "and not counted with those of names and numbers. All are of the MQM type Accuracy. The score counts them per 100 "
    "words of the reference."
)

#: What stands before a passage, the passage, and what follows it.
Quote = tuple[str, str, str]


def html(evaluation: Evaluation) -> Markup | None:
    shown = _checked(evaluation)
    if not shown:
        return None
    return render(
        "meaning.html",
        parts=shown,
        verdicts=verdicts(evaluation),
        heads=heads,
        cells=cells,
        candidates=candidates,
        sides=sides,
        meaning=MEANING,
        measured=measured(evaluation),
        shown=SHOWN,
        most=MOST,
    )


def _checked(evaluation: Evaluation) -> list[Part]:
    """Test sets on which the metric was run."""
    found = verdicts(evaluation)
    return [part for part in parts(evaluation) if any(found[part.name, s].meaning_checked for s in part.systems)]


def measured(evaluation: Evaluation) -> list[str]:
    """How far the candidates can be trusted, a sentence a model that was used."""
    models = dict.fromkeys(info.spec.model for info in metrics(evaluation).values() if info.spec.name == "meaning")
    return [
        f"Heuristics{f' with {model}' if model else ''}: of errors planted into good translations they find "
        f"{percent(MEASURED[model].found)}, and they mark {percent(MEASURED[model].false_alarms)} of the segments of a "
        "second human translation, where nothing is wrong."
        for model in models
        if model in MEASURED
    ]


def candidates(verdict: Verdict, hints: bool) -> list[Finding]:
    """The likeliest first."""
    return sorted(verdict.of("candidate", hints=hints), key=lambda finding: -finding.span.confidence)


def heads(found: list[Verdict]) -> list[tuple[str, str]]:
    """The kinds that occur, by name and MQM type, in the order of tables."""
    kinds = {f.label: f.span.category.rpartition("/")[2] for of in found for f in of.of("candidate")}
    order = list(NAMES.values())
    return sorted(kinds.items(), key=lambda kind: (order.index(kind[0]) if kind[0] in order else len(order), kind))


def cells(verdict: Verdict, kinds: list[tuple[str, str]]) -> list[str]:
    """A row of the table of kinds: all candidates, those of each kind, and hints."""
    if not verdict.meaning_checked:
        return ["–"] * (len(kinds) + 2)
    of_kind = Counter(finding.label for finding in verdict.of("candidate"))
    figures = [of_kind.total(), *(of_kind[name] for name, _ in kinds), len(verdict.of("candidate", hints=True))]
    return [f"{n:,}" for n in figures]


def sides(finding: Finding) -> tuple[Quote | None, Quote | None]:
    """The passage in the reference and in the output; None where there is no such text."""
    reference = _quote(finding.reference, finding.span.ref_span)
    return reference, _quote(finding.hypothesis, finding.span.hyp_span)


def _quote(text: str, span: Span | None) -> Quote | None:
    return None if span is None else excerpt(text, span, _CONTEXT, _LONGEST)


def markdown(evaluation: Evaluation) -> str | None:
    found = verdicts(evaluation)
    bodies = []
    for part in _checked(evaluation):
        systems = [found[part.name, system] for system in part.systems]
        kinds = heads(systems)
        head = ["system", "all", *(f"{escape(name)} ({escape(kind)})" for name, kind in kinds), "hints"]
        counted = table(head, [[escape(verdict.system), *cells(verdict, kinds)] for verdict in systems])
        bodies.append(blocks(f"### {escape(part.name)}: candidates by kind", counted, *map(_system_markdown, systems)))
    return blocks(MEANING, *measured(evaluation), *bodies) if bodies else None


def _system_markdown(verdict: Verdict) -> str | None:
    found = candidates(verdict, hints=False)
    if not found:
        return None
    rows = [
        [
            str(finding.unit + 1),
            escape(finding.label),
            *(emphasised(*quote) if quote else "–" for quote in sides(finding)),
            f"{finding.span.confidence:.2f}",
        ]
        for finding in found[:MOST]
    ]
    more = f"Showing {MOST} of {count(len(found), 'candidate')}; results.json has all." if len(found) > MOST else None
    shown = table(["row", "what", "reference", "output", "confidence"], rows, left=4)
    return blocks(f"#### {escape(verdict.part.name)}, {escape(verdict.system)}", shown, more)
