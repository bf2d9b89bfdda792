"""Every system against every other: who is shown to be better, by how much, and how sure the tests are of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mtqe.comparison.places import ALPHA
from mtqe.report.comparisons import CORRECTIONS, pair_cells
from mtqe.report.view import count, interval, number
from mtqe.results import Comparison, Interval, PairResult


@dataclass(frozen=True)
class Cell:
    """The row's score less the column's with its sign, adjusted p, what a triangle says of it, and all figures.

    `ahead` says whether the row has the better score, sure or not.
    """

    outcome: Literal["better", "worse", "open"]
    delta: str
    p: str
    title: str
    ahead: bool

    @property
    def symbol(self) -> str:
        return {"better": "▲", "worse": "▼", "open": ""}[self.outcome]


@dataclass(frozen=True)
class Matrix:
    """Systems best first, and for each row and column a cell; None on the diagonal and for pairs without a test."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    meaning: str


def matrix(comparison: Comparison) -> Matrix | None:
    """The tests of all pairs as a matrix; None for a comparison with a baseline and for fewer than three systems."""
    pairs = {(pair.a, pair.b): pair for pair in comparison.pairs}
    tested = {name for names in pairs for name in names}
    names = tuple(place.system for place in comparison.systems if place.system in tested)
    if len(names) < 3 or len(pairs) < len(names):
        return None

    def cell(row: str, column: str) -> Cell | None:
        if (row, column) in pairs:
            return _cell(pairs[row, column], comparison, 1)
        return _cell(pairs[column, row], comparison, -1) if (column, row) in pairs else None

    meaning = (
        "Every system against every other, row less column: ▲ the row is better at .05, ▼ it is worse, no triangle: no "
        f"difference shown. Below it the adjusted p: {CORRECTIONS.get(comparison.correction, comparison.correction)} "
        f"over {count(len(pairs), 'pair')}, {comparison.test} test over {comparison.unit}s."
    )
    return Matrix(names, tuple(tuple(cell(row, column) for column in names) for row in names), meaning)


def _cell(pair: PairResult, comparison: Comparison, sign: int) -> Cell:
    decimals, between = comparison.decimals, pair.interval
    if sign < 0 and between is not None:
        between = Interval(-between.high, -between.low)
    *_, p, adjusted, units = pair_cells(pair, comparison)
    outcome: Literal["better", "worse", "open"] = "open"
    ahead = (sign * pair.delta > 0) == comparison.higher_is_better
    if pair.p_adjusted <= ALPHA and pair.delta:
        outcome = "better" if ahead else "worse"
    row, column = (pair.a, pair.b) if sign > 0 else (pair.b, pair.a)
    delta = number(sign * pair.delta, decimals, signed=True)
    title = f"{row} − {column}: {delta} {interval(between, decimals)}, p {p}, adjusted {adjusted}, {units} units"
    return Cell(outcome, delta, adjusted.replace("0.", "."), title, ahead)
