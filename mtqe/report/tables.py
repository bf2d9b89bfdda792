"""Tables for the command line: one table, five ways to print it."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mtqe import plugins
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics import create, describe
from mtqe.metrics._streaming import CorpusScores
from mtqe.report import markdown
from mtqe.report.comparisons import one_line, pair_grid, system_grid
from mtqe.report.values import comparison_row, plain, score_rows
from mtqe.report.view import arrow, listing, number
from mtqe.results import Comparison, Scores

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """Rows of values for programs (`csv`, `json`) and the same rows as people read them (`text`, `md`, `latex`).

    `rules` are the numbers of shown rows above which LaTeX draws a rule.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]
    heads: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    rules: frozenset[int] = frozenset()


def score_table(all_scores: Sequence[Scores | CorpusScores]) -> Table:
    """For programs a row a test set, system and metric; for people a row a test set and system, a column a metric."""
    rows = [row for scores in all_scores for row in score_rows(scores)]
    columns = ("test_set", "system", "metric", "value", "n", "unscored", "signature", "protocol")
    metrics = {name: info for scores in all_scores for name, info in scores.metrics.items()}
    shown = []
    for scores in all_scores:
        for system in scores.systems:
            found = {
                row["metric"]: row for row in rows if (row["test_set"], row["system"]) == (scores.test_set, system)
            }
            cells = [number(found[m]["value"], metrics[m].decimals) if m in found else "–" for m in metrics]
            sizes = listing(list(dict.fromkeys(f"{row['n']:,}" for row in found.values())), "or")
            shown.append((*([scores.test_set] if len(all_scores) > 1 else []), system, *cells, sizes))
    heads = ("System", *(f"{info.label} {arrow(info)}" for info in metrics.values()), "n")
    heads = ("Test set", *heads) if len(all_scores) > 1 else heads
    return Table(columns, tuple(tuple(row[c] for c in columns) for row in rows), heads, tuple(shown))


def compared_systems(scores: Scores, comparison: Comparison, metrics: Sequence[str]) -> Table:
    """The systems as the tests place them, with their scores by the other `metrics`; LaTeX rules part the clusters."""
    grid = system_grid(scores, comparison)
    others = [scores.metrics[name] for name in metrics if name != comparison.metric and name in scores.metrics]
    outputs: dict[str, list[str]] = {}
    for key, system in scores.systems.items():
        outputs.setdefault(system.name, []).append(key)
    shown = []
    for row in grid.rows:
        keys = outputs[row[grid.words[0]]]
        means = [sum(scores.corpus(k, m.name) if scores.has(k, m.name) else math.nan for k in keys) for m in others]
        cells = [number(mean / len(keys), m.decimals) for mean, m in zip(means, others, strict=True)]
        shown.append((*row, *cells))
    heads = (*grid.heads, *(f"{info.label} {arrow(info)}" for info in others))
    clusters = [row[0] for row in grid.rows] if grid.heads[0] == "cluster" else []
    rules = frozenset(i for i in range(1, len(clusters)) if clusters[i] != clusters[i - 1])
    return Table((), (), heads, tuple(shown), rules)


def pair_table(comparisons: Sequence[Comparison]) -> Table:
    """A row a test set and pair of systems; shown are those of one comparison."""
    own = ("a", "b", "delta", "low", "high", "p", "p_adjusted", "units", "wins", "losses", "detectable", "equivalent")
    columns = ("test_set", "metric", *own, "identical", "agreement", "signature")
    rows = []
    for comparison in comparisons:
        for pair in comparison_row(comparison)["pairs"]:
            low, high = pair["interval"] or (None, None)
            cells = {**pair, "test_set": comparison.test_set, "metric": comparison.metric, "low": low, "high": high}
            rows.append(tuple(cells[column] for column in columns))
    grid = pair_grid(comparisons[0])
    return Table(columns, tuple(rows), grid.heads, grid.rows)


def metric_table() -> Table:
    """A row a metric: its parameters, range, direction and what it needs, or why it cannot be had here."""
    rows: list[tuple[Cell, ...]] = []
    for name in plugins.names("metrics"):
        try:
            make = plugins.load("metrics", name).make
            parameters = ",".join(
                p.name if p.default is p.empty else f"{p.name}={p.default}"
                for p in inspect.signature(make).parameters.values()
            )
            about = (inspect.getdoc(make) or "").split("\n")[0]
            info, needs = describe(name, metric := create(name)), metric.needs
        except (ConfigError, UnavailableError) as error:
            rows.append((name, None, None, None, None, str(error)))
            continue
        low, high = (f"{bound:g}" for bound in info.range)
        better = "higher" if info.higher_is_better else "lower"
        rows.append((name, parameters, f"{low}..{high}", better, "+".join(sorted(needs)), about))
    columns = ("name", "parameters", "range", "better", "needs", "about")
    heads = ("Metric", "Parameters", "Range", "Better", "Needs", "What it is")
    shown = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Table(columns, tuple(rows), heads, shown)


def render(table: Table, form: str) -> str:
    """The table as `text`, `json`, `csv`, `md` or `latex`, with a final line end."""
    return {"text": _text, "json": _json, "csv": _csv, "md": _markdown, "latex": _latex}[form](table)


def _text(table: Table) -> str:
    from wcwidth import wcswidth

    rows = [[one_line(cell) for cell in row] for row in (table.heads, *table.shown)]
    widths = [max(wcswidth(row[i]) for row in rows) for i in range(len(table.heads))]
    lines = ["  ".join(cell + " " * (w - wcswidth(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)


def _json(table: Table) -> str:
    return to_json([dict(zip(table.columns, row, strict=True)) for row in table.values])


def to_json(value: Any) -> str:
    """Plain JSON with a final line end; a number that JSON lacks is null."""
    return json.dumps(plain(value), ensure_ascii=False, indent=1) + "\n"


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([[no_formula(plain(cell)) for cell in row] for row in table.values])
    return out.getvalue()


def _markdown(table: Table) -> str:
    rows = [[markdown.escape(cell) for cell in row] for row in table.shown]
    return markdown.table([markdown.escape(head) for head in table.heads], rows, left=len(table.heads)) + "\n"


def _latex(table: Table) -> str:
    lines = [" & ".join(map(_escape_latex, row)) + r" \\" for row in (table.heads, *table.shown)]
    rows = [rule for i, row in enumerate(lines[1:]) for rule in ([r"\midrule"] * (i in table.rules) + [row])]
    body = [r"\begin{tabular}{" + "l" * len(table.heads) + "}", r"\toprule", lines[0], r"\midrule", *rows]
    return "\n".join([*body, r"\bottomrule", r"\end{tabular}"]) + "\n"


def no_formula(cell: Cell) -> Cell:
    """A spreadsheet runs a text that starts like a formula; an apostrophe in front makes it text again."""
    return "'" + cell if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "−": "$-$",
    "≤": r"$\leq$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "†": r"$\dagger$",
    "–": "--",
} | {c: "\\" + c for c in "&%$#_{}"}


def _escape_latex(cell: str) -> str:
    return "".join(_LATEX.get(c, c) for c in one_line(cell))
