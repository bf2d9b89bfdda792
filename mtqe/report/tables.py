"""Tables for the command line: one table, five ways to print it."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
from dataclasses import dataclass

from mtqe import plugins
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics import create, describe
from mtqe.report import markdown
from mtqe.report.marks import visible
from mtqe.report.view import arrow, listing, number, pair_cells, reading
from mtqe.results import Comparison, PairResult, Scores

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """Rows of values for programs (`csv`, `json`) and the same rows as people read them (`text`, `md`, `latex`)."""

    columns: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]
    heads: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]


def score_table(scores: Scores) -> Table:
    """A row a system and metric: the corpus score with its n, coverage and signature."""
    rows, shown = [], []
    for system, name in ((s, m) for s in scores.systems for m in scores.metrics if scores.has(s, m)):
        of, info, value = scores[system, name], scores.metrics[name], scores.corpus(system, name)
        n = len(of.values) - len(of.reasons)
        signature = scores.signature(system, name)
        rows.append((system, name, value, n, len(of.reasons), signature, scores.protocol(system, name)))
        shown.append((system, f"{info.label} {arrow(info)}", number(value, info.decimals), str(n), signature))
    columns = ("system", "metric", "score", "n", "unscored", "signature", "protocol")
    return Table(columns, tuple(rows), ("System", "Metric", "Score", "n", "Signature"), tuple(shown))


def comparison_table(comparison: Comparison) -> Table:
    """A row a pair of systems."""
    rows: list[tuple[Cell, ...]] = []
    for pair in comparison.pairs:
        low, high = (pair.interval.low, pair.interval.high) if pair.interval else (None, None)
        head = (pair.a, pair.b, comparison.metric, pair.delta, low, high)
        units = (pair.units, pair.wins, pair.losses)
        rows.append((*head, pair.p, pair.p_adjusted, *units, pair.detectable, pair.equivalent, pair.signature))
    test = ("delta", "low", "high", "p", "p_adjusted", "units", "wins", "losses", "detectable", "equivalent")
    heads = ("A", "B", "A − B", "95 % interval", "p", "adjusted p", "Units", "Reading at .05")
    shown = tuple((*pair_cells(pair, comparison), reading(pair, comparison)) for pair in comparison.pairs)
    return Table(("a", "b", "metric", *test, "signature"), tuple(rows), heads, shown)


def conclusion(comparison: Comparison) -> str:
    """What the tests say, in a line each: every pair of two systems or with a baseline, else the clusters."""
    clusters: dict[int, list[str]] = {}
    for place in comparison.systems:
        if place.cluster is not None:
            clusters.setdefault(place.cluster, []).append(place.system)
    if sum(map(len, clusters.values())) > 2:
        ranked = "; ".join(f"{k}. {listing(names)}" for k, names in clusters.items())
        rule = "one ends where all above are better than all below; sharing one is no proof of equality"
        return _one_line(f"Clusters by {comparison.metric}: {ranked} ({rule}).") + "\n"
    return "".join(_one_line(_sentence(pair, comparison)) + "\n" for pair in comparison.pairs)


def _sentence(pair: PairResult, comparison: Comparison) -> str:
    a, b, delta, between, _, adjusted, units = pair_cells(pair, comparison)
    sign = "" if adjusted.startswith("≤") else "= "
    text = (
        f"{a} − {b} = {delta} {comparison.metric} {between}, adjusted p {sign}{adjusted}, {comparison.test} test over "
    )
    text += f"{units} {comparison.unit}s"
    if pair.detectable is None:
        return f"{text}."
    return f"{text}; so many show {number(pair.detectable, comparison.decimals)} with 80 % power."


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

    rows = [[_one_line(cell) for cell in row] for row in (table.heads, *table.shown)]
    widths = [max(wcswidth(row[i]) for row in rows) for i in range(len(table.heads))]
    lines = ["  ".join(cell + " " * (w - wcswidth(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)


def _json(table: Table) -> str:
    rows = [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.values]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([[no_formula(_plain(cell)) for cell in row] for row in table.values])
    return out.getvalue()


def _markdown(table: Table) -> str:
    rows = [[markdown.escape(cell) for cell in row] for row in table.shown]
    return markdown.table([markdown.escape(head) for head in table.heads], rows, left=len(table.heads)) + "\n"


def _latex(table: Table) -> str:
    lines = [" & ".join(map(_escape_latex, row)) + r" \\" for row in (table.heads, *table.shown)]
    body = [r"\begin{tabular}{" + "l" * len(table.heads) + "}", r"\toprule", lines[0], r"\midrule", *lines[1:]]
    return "\n".join([*body, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _plain(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


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
} | {c: "\\" + c for c in "&%$#_{}"}


def _escape_latex(cell: str) -> str:
    return "".join(_LATEX.get(c, c) for c in _one_line(cell))


def _one_line(cell: str) -> str:
    return visible(" ".join(cell.split()))
