"""What the metrics marked, sorted into what a reader asks: which names are wrong, what is missing, what reads badly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mtqe.corpus import Piece
from mtqe.meaning.about import NAMES
from mtqe.report.view import Part, count, listing, once, parts
from mtqe.results import EntityError, ErrorSpan, Evaluation, Span

Kind = Literal["name", "value", "missing", "invented", "variant", "undecided", "match", "fluency", "candidate", "other"]

VALUE_TYPES = frozenset({"number", "date", "time", "money", "percent", "unit"})
_KINDS: dict[str, Kind] = {
    "match": "match",
    "variant": "variant",
    "undecided": "undecided",
    "omitted": "missing",
    "hallucinated": "invented",
}
_WRONG: tuple[tuple[Kind, str], ...] = (
    ("name", "wrong"),
    ("value", "wrong"),
    ("missing", "missing"),
    ("invented", "added"),
)


@dataclass(frozen=True)
class Finding:
    """One span of one metric in one unit, with the texts that it covers on either side.

    `candidate` says that the metric only says where to look: `meaning` does.
    """

    id: str
    metric: str
    unit: int
    span: ErrorSpan
    found: str
    expected: str
    hypothesis: str
    reference: str
    source: str
    candidate: bool = False

    @property
    def kind(self) -> Kind:
        if self.candidate:
            return "candidate"
        if not isinstance(self.span, EntityError):
            return "fluency" if self.span.category.startswith("Fluency") else "other"
        if self.span.status in _KINDS:
            return _KINDS[self.span.status]
        return "value" if self.span.status == "wrong value" or self.span.type in VALUE_TYPES else "name"

    @property
    def is_hint(self) -> bool:
        """Less likely than not, or left open by the metric: never counted with the verdicts."""
        return self.kind == "undecided" or (self.kind != "match" and self.span.confidence < 0.5)

    @property
    def label(self) -> str:
        if isinstance(self.span, EntityError):
            return self.span.status if self.span.type == "other" else f"{self.span.type}, {self.span.status}"
        if self.candidate:
            return NAMES.get(self.span.rule, self.span.rule)
        return self.span.category.rpartition("/")[2].lower()

    @property
    def description(self) -> str:
        """One line for a tooltip."""
        return "; ".join([self.full_label, *self.facts, f"confidence {self.span.confidence:.2f}"])

    @property
    def full_label(self) -> str:
        """The label, and whether it is a candidate or a hint."""
        label = f"meaning candidate: {self.label}" if self.candidate else self.label
        return f"hint: {label}" if self.is_hint else label

    @property
    def facts(self) -> list[str]:
        """What is known beside the label and the confidence."""
        facts = [f"reference: {self.expected}"] if self.expected else []
        facts += [f"suggestion: {self.span.suggestion}"] if self.span.suggestion else []
        facts += [f"severity {self.span.severity}"] if self.kind in ("fluency", "other") else []
        return facts + list(self.span.evidence if isinstance(self.span, EntityError) else ())

    def quote(self, context: int = 36, longest: int = 120) -> tuple[str, str, str]:
        """What stands before the marked passage, the passage, and what follows it, cut to a readable length.

        What is missing from the output is quoted from the reference, or else the source.
        """
        sides = ((self.hypothesis, self.span.hyp_span), (self.reference, self.span.ref_span))
        known = ((text, span) for text, span in (*sides, (self.source, self.span.src_span)) if span is not None)
        return excerpt(*next(known, (self.hypothesis, (0, 0))), context, longest)


def excerpt(text: str, span: Span, context: int, longest: int) -> tuple[str, str, str]:
    """What stands before a passage of a text, the passage, and what follows it, cut to a readable length."""
    start, end = span
    inside = text[start:end] if end - start <= longest else text[start : start + longest] + "…"
    before, after = text[:start], text[end:]
    if len(before) > context:
        before = "…" + (before[-context:].partition(" ")[2] or before[-context:])
    if len(after) > context:
        after = (after[:context].rpartition(" ")[0] or after[:context]) + "…"
    return before, inside, after


@dataclass(frozen=True)
class Item:
    """The same finding at one or several places: one wrong form beside one right form."""

    found: str
    expected: str
    label: str
    places: tuple[Finding, ...]

    @property
    def kind(self) -> Kind:
        return self.places[0].kind

    @property
    def units(self) -> list[int]:
        return sorted({finding.unit for finding in self.places})


@dataclass(frozen=True)
class Verdict:
    """Everything found in the output of one system on one test set."""

    part: Part
    system: str
    findings: tuple[Finding, ...]
    names_checked: bool
    fluency_checked: bool
    meaning_checked: bool
    markers: tuple[str, ...]

    def of(self, *kinds: Kind, hints: bool = False) -> list[Finding]:
        return [f for f in self.findings if f.kind in kinds and f.is_hint == hints]

    def items(self, *kinds: Kind, hints: bool = False) -> list[Item]:
        return grouped(self.of(*kinds, hints=hints))

    def of_unit(self, unit: int) -> list[Item]:
        """What is wrong in one unit, or may be, without hints."""
        return grouped(f for f in self._wrong if f.unit == unit)

    @cached_property
    def _wrong(self) -> list[Finding]:
        return self.of("name", "value", "missing", "invented", "fluency", "candidate", "other")

    @cached_property
    def hints(self) -> list[Item]:
        """Names and numbers that may be wrong: what is left open first, then the likeliest."""
        found = [f for f in self.findings if f.is_hint and isinstance(f.span, EntityError)]
        found.sort(key=lambda f: (f.kind != "undecided", -f.span.confidence))
        return grouped(found)

    @cached_property
    def passage_hints(self) -> list[Finding]:
        return [f for f in self.findings if f.is_hint and not f.candidate and not isinstance(f.span, EntityError)]

    @property
    def matches(self) -> int:
        return len(self.of("match"))

    @cached_property
    def other_categories(self) -> dict[str, list[Finding]]:
        found = self.of("other")
        titles = sorted({f.span.category for f in found})
        return {title.replace("/", ": "): [f for f in found if f.span.category == title] for title in titles}

    @cached_property
    def omissions(self) -> list[int]:
        """Units of the reference that the output lacks."""
        return [i for i, unit in enumerate(self.part.units[self.system]) if unit.hypothesis is None]

    @cached_property
    def additions(self) -> list[tuple[int, Piece]]:
        pieces = self.part.test_set.system(self.system).pieces or ()
        return [(i, piece) for i, unit in enumerate(pieces) for piece in unit if piece.kind != "match"]

    def unlinked(self, *kinds: str) -> list[Piece]:
        pieces = [u.piece for u in self.part.test_set.system(self.system).unlinked]
        return [piece for piece in pieces if piece.kind in kinds or not kinds]

    @property
    def headline(self) -> str:
        """The verdict on names, numbers and wording in one plain sentence or two."""
        said = [
            f"{_names(items)} {'is' if len(items) == 1 else 'are'} {what}"
            for kind, what in _WRONG
            if (items := self.items(kind))
        ]
        if said:
            return listing(said) + "."
        if self.names_checked:
            return "No wrong or missing name or number was found."
        if self.markers:
            return f"Nothing was found to say about names and numbers by {listing(self.markers)}."
        return "Names, numbers and wording were not checked: no metric of this run marks them."

    @property
    def subline(self) -> str:
        said = []
        if self.names_checked and self.matches:
            said.append(f"{count(self.matches, 'name or number', 'names and numbers')} as in the reference")
        if variants := self.items("variant"):
            said.append(count(len(variants), "naming variant"))
        if self.fluency_checked:
            said.append(f"{count(len(self.of('fluency')), 'passage')} that may read badly")
        if candidates := self.of("candidate"):
            said.append(count(len(candidates), "meaning candidate"))
        if others := self.of("other"):
            said.append(count(len(others), "passage") + " with other errors")
        if hints := len(self.hints) + len(self.passage_hints):
            said.append(count(hints, "hint"))
        text = listing(said)
        return text[:1].upper() + text[1:] + "." if text else ""


def grouped(findings: Iterable[Finding]) -> list[Item]:
    """Findings with the same form, counterpart and label as one item, the most frequent first."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        expected = finding.expected or (finding.span.suggestion or "")
        groups.setdefault((finding.found, expected, finding.label), []).append(finding)
    items = [Item(*key, tuple(places)) for key, places in groups.items()]
    return sorted(items, key=lambda item: -len(item.places))


@once
def verdicts(evaluation: Evaluation) -> dict[tuple[str, str], Verdict]:
    """The verdict on each (test set, system), test sets in order and the systems of each best first."""
    spans = [
        span
        for part in parts(evaluation)
        for scores in part.scores.values.values()
        for unit in scores.spans or ()
        for span in unit
    ]
    names_checked = any(isinstance(span, EntityError) for span in spans)
    fluency_checked = any(span.category.startswith("Fluency") for span in spans)
    return {
        (part.name, system): Verdict(
            part,
            system,
            tuple(_findings(part, system)),
            names_checked,
            fluency_checked,
            any(_finds_candidates(part, metric) for metric in part.scores.metrics if part.scores.has(system, metric)),
            _markers(part, system),
        )
        for part in parts(evaluation)
        for system in part.systems
    }


def counts(findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    """How many entity spans have each status and type, hints included."""
    table: dict[str, Counter[str]] = {}
    for finding in findings:
        if isinstance(finding.span, EntityError):
            table.setdefault(finding.span.status, Counter())[finding.span.type] += 1
    return {status: dict(sorted(types.items())) for status, types in sorted(table.items())}


def _findings(part: Part, system: str) -> Iterable[Finding]:
    number = 0
    for metric in part.scores.metrics:
        if not part.scores.has(system, metric):
            continue
        for i, spans in enumerate(part.scores[system, metric].spans or ()):
            unit = part.units[system][i]
            hypothesis = unit.hypothesis or ""
            for span in spans:
                reference = unit.references[span.reference] if span.reference < len(unit.references) else None
                yield Finding(
                    id=f"{part.anchor(system)}m{number}",
                    metric=metric,
                    unit=i,
                    span=span,
                    found=_cut(hypothesis, span.hyp_span),
                    expected=_cut(reference or "", span.ref_span),
                    hypothesis=hypothesis,
                    reference=reference or "",
                    source=unit.source or "",
                    candidate=_finds_candidates(part, metric),
                )
                number += 1


def _finds_candidates(part: Part, metric: str) -> bool:
    return part.scores.metrics[metric].spec.name == "meaning"


def _markers(part: Part, system: str) -> tuple[str, ...]:
    """Labels of the metrics that mark names or wording, whether or not they found any."""
    metrics = [(name, info) for name, info in part.scores.metrics.items() if info.spec.name not in ("meaning", "comet")]
    return tuple(
        info.label for name, info in metrics if part.scores.has(system, name) and part.scores[system, name].spans
    )


def _cut(text: str, span: Span | None) -> str:
    return "" if span is None else text[max(span[0], 0) : max(span[1], 0)]


def _names(items: Sequence[Item]) -> str:
    """How many names, or numbers, or both."""
    types = {span.type in VALUE_TYPES for i in items if isinstance(span := i.places[0].span, EntityError)}
    if types == {True, False}:
        return count(len(items), "name or number", "names and numbers")
    return count(len(items), "number" if types == {True} else "name")
