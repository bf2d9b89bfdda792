"""The aligned text of one system as rows in reading order, with the marks of all findings on each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from mtqe.corpus import Unit, Unlinked
from mtqe.languages import joiner
from mtqe.report.findings import Finding, Kind, Verdict
from mtqe.report.heat import shades
from mtqe.report.marks import Mark, marked
from mtqe.report.view import Part, number
from mtqe.results import Span

#: What a mark looks like: class, symbol, words for the key.
STYLES: dict[Kind, tuple[str, str, str]] = {
    "name": ("wrong", "×", "wrong"),
    "value": ("wrong", "×", "wrong"),
    "missing": ("missing", "∅", "missing from the output"),
    "invented": ("invented", "+", "not in the reference"),
    "other": ("other", "!", "other error"),
    "candidate": ("candidate", "Δ", "meaning candidate"),
    "fluency": ("fluency", "~", "reads badly"),
    "variant": ("variant", "≈", "naming variant"),
    "undecided": ("hint", "?", "hint"),
}
HINT = STYLES["undecided"]
ADDITION = ("added", "⊕", "added passage")


@dataclass(frozen=True)
class Row:
    """A row of the aligned text.

    kind  `unit`, `omission` (no output for this reference), `document` (a heading), or the kind of unlinked output
          (`caption`, `boilerplate`, ...), whose texts stand in `lines`.
    """

    kind: str
    id: str = ""
    number: int = 0
    name: str = ""
    score: str = ""
    source: Markup | None = None
    references: tuple[Markup, ...] = ()
    hypothesis: Markup | None = None
    lines: tuple[str, ...] = ()


def key(verdicts: Iterable[Verdict]) -> list[tuple[str, str, str]]:
    """The styles that occur in the texts of these verdicts, for a key to the marks."""
    all_verdicts = list(verdicts)
    findings = [f for verdict in all_verdicts for f in verdict.findings if f.kind != "match"]
    used = {HINT if f.is_hint else STYLES[f.kind] for f in findings}
    used |= {ADDITION} if any(verdict.additions for verdict in all_verdicts) else set()
    return [style for style in dict.fromkeys((*STYLES.values(), ADDITION)) if style in used]


def rows(verdict: Verdict) -> Iterator[Row]:
    """The rows of a system's shown units; unlinked output and document names only where the whole text is shown."""
    part, system = verdict.part, verdict.system
    units, shown = part.units[system], part.shown[system]
    findings: dict[int, list[Finding]] = {}
    for finding in verdict.findings:
        findings.setdefault(finding.unit, []).append(finding)
    whole = len(shown) == len(units)
    unlinked = part.test_set.system(system).unlinked if whole else ()
    document = None
    for i in shown:
        if whole and units[i].document != document:
            # what closes the last document stands before the first unit of the next one, but belongs to the last
            yield from _unlinked([u for u in unlinked if u.before == i and u.document == document])
            document = units[i].document
            if not part.one_document:
                yield Row("document", name=document)
        yield from _unlinked([u for u in unlinked if u.before == i and u.document == units[i].document])
        yield _unit_row(part, system, i, units[i], findings.get(i, []))
    yield from _unlinked([u for u in unlinked if u.before >= len(units)])


def _unlinked(outputs: Sequence[Unlinked]) -> Iterator[Row]:
    for kind, group in groupby(outputs, key=lambda u: u.piece.kind):
        yield Row(kind, lines=tuple(u.piece.text for u in group))


def _unit_row(part: Part, system: str, i: int, unit: Unit, findings: Sequence[Finding]) -> Row:
    source_language, target_language = part.test_set.source_language, part.test_set.target_language
    ordered = sorted((f for f in findings if f.kind != "match"), key=weight)
    references = tuple(
        marked(
            text, [_mark(f, f.span.ref_span, "r") for f in ordered if f.span.ref_span and f.span.reference == k], lang
        )
        for k, (text, lang) in enumerate((r, target_language) for r in unit.references)
        if text is not None
    )
    source_marks = [_mark(f, f.span.src_span, "s") for f in ordered if f.span.src_span]
    output_marks = [_mark(f, f.span.hyp_span, "h") for f in ordered if f.span.hyp_span]
    output_marks += additions(part, system, i)
    shaded = shades(part.words[system][i], part.heat_bounds) if system in part.words else []
    primary = part.primary
    scored = primary is not None and part.scores.has(system, primary.name)
    return Row(
        kind="omission" if unit.hypothesis is None else "unit",
        id=part.anchor(system, i),
        number=i + 1,
        name=unit.id,
        score=number(float(part.scores[system, primary.name].values[i]), primary.decimals)
        if primary and scored
        else "",
        source=None if unit.source is None else marked(unit.source, source_marks, source_language),
        references=references,
        hypothesis=None if unit.hypothesis is None else marked(unit.hypothesis, output_marks, target_language, shaded),
    )


def weight(finding: Finding) -> tuple[bool, int]:
    """Sort key of a finding: what lies on top comes first."""
    return finding.is_hint, list(STYLES).index(finding.kind)


def _mark(finding: Finding, span: Span | None, side: str) -> Mark:
    style, symbol, _ = HINT if finding.is_hint else STYLES[finding.kind]
    start, end = span or (0, 0)
    other = "h" if side == "r" else "r"
    reachable = finding.span.hyp_span is not None if other == "h" else bool(finding.span.ref_span and finding.reference)
    return Mark(
        start,
        end,
        style,
        symbol,
        finding.description,
        id=f"{finding.id}-{side}",
        partner=f"{finding.id}-{other}" if reachable else "",
    )


def additions(part: Part, system: str, i: int) -> Iterator[Mark]:
    """Sentences inside a unit that the reference lacks, found by the lengths of the pieces that the unit joins."""
    output = part.test_set.system(system)
    text = output.texts[i] or ""
    offset = 0
    for piece in output.pieces[i] if output.pieces else ():
        end = offset + len(piece.text)
        if piece.kind != "match" and text[offset:end] == piece.text:
            yield Mark(offset, end, ADDITION[0], ADDITION[1], f"{piece.kind}: the reference has no such passage")
        offset = end + len(joiner(part.test_set.target_language))
