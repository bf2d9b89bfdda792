"""An editor's verdicts on findings, read back: what becomes an alias, what a suppression, and how often we were right.

The table is `findings.csv` with its last column filled in, or any table with a head that has at least the columns
`wrong` (the form of the output), `right` (that of the reference, or the one suggested) and `decision`:

    error     the alarm is right
    variant   both forms are fine, here and elsewhere: an alias
    wrong     the alarm is wrong, whatever the reason: a suppression of this pair of forms

Rows without a decision are not decided yet. A pair of forms that is called an error in any row is neither made an alias
nor suppressed: there the forms alone do not tell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mtqe.entities.forms import plain
from mtqe.entities.user.files import table_rows
from mtqe.entities.user.style import STATUSES, AliasGroup, Style, Suppression
from mtqe.errors import InputError
from mtqe.plugins import unknown
from mtqe.results import NO_ERROR, Interval
from mtqe.text import fold

VERDICTS = ("error", "variant", "wrong")
_Z = 1.959964  # of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Decision:
    """One decided row; `confidence` 1 and `status` empty where the table does not tell them."""

    wrong: str
    right: str
    decision: str
    status: str = ""
    confidence: float = 1.0
    system: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether the finding was a verdict of the detector, not a hint."""
        return self.status not in NO_ERROR and self.confidence >= 0.5


@dataclass(frozen=True, slots=True)
class Precision:
    """How many alarms were right, of how many decided ones; `interval` is Wilson's at 95 %, None without any."""

    right: int
    total: int
    interval: Interval | None

    @property
    def value(self) -> float:
        return self.right / self.total if self.total else math.nan


@dataclass(frozen=True)
class Decisions:
    """The decided rows of a table, in its order; `open` counts those without a decision."""

    rows: tuple[Decision, ...]
    open: int = 0

    @cached_property
    def aliases(self) -> tuple[AliasGroup, ...]:
        """Of `variant`, where both forms are there; one group a form of the reference."""
        groups: dict[str, list[str]] = defaultdict(list)
        for row in self._agreed("variant"):
            if plain(row.right) and plain(row.wrong) and row.wrong not in (row.right, *groups[row.right]):
                groups[row.right].append(row.wrong)
        return tuple(AliasGroup(right, tuple(forms)) for right, forms in groups.items() if forms)

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """Of `wrong`; and of `variant` where a side has no form: the name may be left out, or added."""
        rows = [*self._agreed("wrong"), *(row for row in self._agreed("variant") if not self._is_alias(row))]
        found = (Suppression(row.right, row.wrong, row.status or None) for row in rows if row.right or row.wrong)
        return tuple(dict.fromkeys(found))

    def as_style(self, style: Style | None = None) -> Style:
        """The style with these aliases and suppressions beside its own.

        A form that the style bars (`!Kiev`) stays so, whatever was decided.
        """
        style = style or Style()
        groups = {group.canonical: group for group in style.aliases}
        for group in self.aliases:
            own = groups.get(group.canonical, AliasGroup(group.canonical))
            further = [form for form in group.variants if form not in own.forms]
            groups[group.canonical] = replace(own, variants=(*own.variants, *further))
        suppressions = tuple(dict.fromkeys((*style.suppressions, *self.suppressions)))
        return replace(style, aliases=tuple(groups.values()), suppressions=suppressions)

    def precision(self) -> Precision:
        """Of the detector's verdicts (no hints) that were decided: `error` is right, `variant` and `wrong` are not."""
        alarms = [row for row in self.rows if row.is_alarm]
        right, total = sum(row.decision == "error" for row in alarms), len(alarms)
        return Precision(right, total, wilson(right, total))

    def _agreed(self, decision: str) -> Iterator[Decision]:
        errors = {(fold(row.right), fold(row.wrong)) for row in self.rows if row.decision == "error"}
        for row in self.rows:
            if row.decision == decision and (fold(row.right), fold(row.wrong)) not in errors:
                yield row

    @staticmethod
    def _is_alias(row: Decision) -> bool:
        return bool(plain(row.right) and plain(row.wrong))


def read_decisions(path: Path) -> Decisions:
    """Reads a table of decisions: `.csv` with commas or semicolons, anything else with tabs; see the module.

    Raises InputError naming file and line for a missing column, an unknown decision or status, or a bad confidence.
    """
    head, rows = table_rows(path)
    columns = [name.strip().lower() for name in head]
    for needed in ("wrong", "right", "decision"):
        if needed not in columns:
            raise InputError(f"no column {needed!r} (there are {', '.join(columns)})", path=path, line=1)
    decided = []
    for line, cells in rows:
        row = dict(zip(columns, cells, strict=True))
        decision, status = row["decision"].strip().lower(), row.get("status", "").strip()
        if not decision:
            continue
        if decision not in VERDICTS:
            raise InputError(unknown(f"decision {decision!r}", decision, VERDICTS), path=path, line=line)
        if status and status not in (*STATUSES, *NO_ERROR):
            raise InputError(unknown(f"status {status!r}", status, STATUSES), path=path, line=line)
        confidence = _confidence(row.get("confidence", "").strip(), path, line)
        wrong, right = row["wrong"].strip(), row["right"].strip()
        decided.append(Decision(wrong, right, decision, status, confidence, row.get("system", "")))
    return Decisions(tuple(decided), len(rows) - len(decided))


def wilson(right: int, total: int) -> Interval | None:
    """Wilson's 95 % score interval of a share; None of nothing."""
    if total == 0:
        return None
    share, z2 = right / total, _Z**2 / total
    middle = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(share * (1 - share) * z2 + z2**2 / 4) / (1 + z2)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def _confidence(text: str, path: Path, line: int) -> float:
    try:
        value = float(text.replace(",", ".")) if text else 1.0  # a spreadsheet may write 0,7
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"confidence {text!r} is no number from 0 to 1", path=path, line=line)
    return value
