"""Counts of names and numbers: how many were checked of each type, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mtqe.entities.consistency import NameForms, PolicyUse, name_forms, policy_use
from mtqe.entities.user.decisions import wilson
from mtqe.report.findings import Verdict, verdicts
from mtqe.report.tables import Table
from mtqe.report.view import once, percent
from mtqe.results import EntityError, Evaluation, Interval

#: Types and statuses in the order of tables; the metric may have others.
_TYPES: Sequence[str] = (
    *("place", "person", "organisation", "group", "work", "title"),
    *("number", "date", "time", "money", "percent", "unit", "other"),
)
_STATUSES: Sequence[str] = (
    "misspelled",
    "replaced",
    "mistranslated",
    "wrong value",
    "omitted",
    "hallucinated",
    "untranslated",
)

Consistency = tuple[list[NameForms], list[PolicyUse]]


@dataclass(frozen=True)
class TypeCounts:
    """The names or numbers of one type: how many were checked, verdicts by status, hints, naming variants.

    What the metric left open is a hint.
    """

    type: str
    checked: int
    statuses: Counter[str]
    hints: int
    variants: int

    @property
    def errors(self) -> int:
        return self.statuses.total()

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval of the share of errors, as if each mention were independent of the others."""
        return wilson(self.errors, self.checked)

    @property
    def share(self) -> str:
        return percent(self.errors / self.checked) if self.checked else "–"

    @property
    def interval_text(self) -> str:
        return "–" if self.interval is None else f"{_bound(self.interval.low)}–{_bound(self.interval.high)} %"


def _bound(share: float) -> str:
    """Percents; a bound that is not quite 0 or 100 does not read as if it were."""
    near = 0 < share < 0.01 or 0.99 < share < 1
    return f"{min(max(100 * share, 0.1), 99.9):.1f}".removesuffix(".0") if near else f"{100 * share:.0f}"


def type_counts(verdict: Verdict) -> list[TypeCounts]:
    """A row a type that occurs, and one for all together (type `all`), which comes first."""
    spans = [finding.span for finding in verdict.findings if isinstance(finding.span, EntityError)]
    kinds = sorted({span.type for span in spans}, key=lambda kind: _place(kind, _TYPES))
    return [_counts("all", spans), *(_counts(kind, [s for s in spans if s.type == kind]) for kind in kinds)]


def _counts(kind: str, spans: list[EntityError]) -> TypeCounts:
    return TypeCounts(
        kind,
        sum(span.is_mention for span in spans),
        Counter(span.status for span in spans if span.is_error),
        sum(not span.is_error and span.status not in ("match", "variant") for span in spans),
        sum(span.status == "variant" for span in spans),
    )


def heads(rows: Sequence[TypeCounts]) -> list[str]:
    """The heads of a table of these rows: of the statuses of errors those that occur."""
    return ["type", "checked", "errors", "share", "95 % interval", *_statuses(rows), "hints", "variants"]


def cells(row: TypeCounts, rows: Sequence[TypeCounts]) -> list[str]:
    """A row of that table."""
    counted = [row.statuses[status] for status in _statuses(rows)] + [row.hints, row.variants]
    figures = [f"{row.checked:,}", f"{row.errors:,}", row.share, row.interval_text]
    return [row.type, *figures, *(f"{n:,}" if n else "–" for n in counted)]


def _statuses(rows: Sequence[TypeCounts]) -> list[str]:
    return sorted({status for row in rows for status in row.statuses}, key=lambda status: _place(status, _STATUSES))


def _place(name: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order)), name


def type_table(verdict: Verdict) -> Table:
    """Types by statuses of one system."""
    rows = type_counts(verdict)
    shown = tuple(tuple(cells(row, rows)) for row in rows)
    return Table(tuple(heads(rows)), shown, tuple(heads(rows)), shown)


@once
def consistency(evaluation: Evaluation) -> dict[tuple[str, str], Consistency]:
    """For each (test set, system) the names that go by several right forms in a document, and mixed naming."""
    return {key: _consistency(verdict) for key, verdict in verdicts(evaluation).items()}


def _consistency(verdict: Verdict) -> Consistency:
    part, units = verdict.part, verdict.part.units[verdict.system]
    errors: list[list[EntityError]] = [[] for _ in units]
    references = ["" for _ in units]
    for finding in verdict.findings:
        if isinstance(finding.span, EntityError):
            errors[finding.unit].append(finding.span)
            references[finding.unit] = finding.reference
    names = name_forms(
        errors,
        references if part.test_set.reference_sets else None,
        [unit.hypothesis for unit in units],
        [unit.document for unit in units],
        source_language=part.test_set.source_language,
        target_language=part.test_set.target_language,
    )
    return [right for name in names if (right := _right(name)).outliers], [
        use for use in policy_use(names) if use.is_mixed
    ]


def _right(name: NameForms) -> NameForms:
    """Without the forms that are wrong: each of those is a finding of its own."""
    forms = {form: places for form, places in name.forms.items() if not all(place.is_error for place in places)}
    return replace(name, forms=forms)
