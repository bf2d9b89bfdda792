"""Tables for the command line: one table, five ways to print it."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mtqe import plugins
from mtqe.comparison.places import ALPHA
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics import create, describe
from mtqe.metrics._streaming import CorpusScores
from mtqe.neural.checkpoints import cached_models
from mtqe.neural.known import KNOWN, Known
from mtqe.report import latex, markdown
from mtqe.report.comparisons import one_line, pair_grid, system_grid
from mtqe.report.values import comparison_row, plain, score_rows
from mtqe.report.view import arrow, listing, number
from mtqe.results import Comparison, Metric, Scores
from mtqe.text import as_cell

Cell = str | float | int | None


@dataclass(frozen=True)
class Table:
    """Rows of values for programs (`csv`, `json`) and the same rows as people read them (`text`, `md`, `latex`).

    LaTeX draws a rule above the shown rows `rules`, and sets the cells `strong` (row, column) in bold.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]
    heads: tuple[str, ...]
    shown: tuple[tuple[str, ...], ...]
    rules: frozenset[int] = frozenset()
    strong: frozenset[tuple[int, int]] = frozenset()


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
    """The systems as the tests place them, with their scores by the other `metrics`.

    LaTeX rules part the clusters, and the scores of the first are bold.
    """
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
    best = frozenset((i, grid.words[0] + 1) for i, cluster in enumerate(clusters) if cluster == "1")
    return Table((), (), heads, tuple(shown), rules, best)


def pair_table(comparisons: Sequence[Comparison]) -> Table:
    """A row a test set and pair of systems; shown are those of the first comparison, in bold an adjusted p <= .05."""
    own = ("a", "b", "delta", "low", "high", "p", "p_adjusted", "units", "wins", "losses", "detectable", "equivalent")
    columns = ("test_set", "metric", *own, "identical", "agreement", "signature")
    rows = []
    for comparison in comparisons:
        for pair in comparison_row(comparison)["pairs"]:
            low, high = pair["interval"] or (None, None)
            cells = {**pair, "test_set": comparison.test_set, "metric": comparison.metric, "low": low, "high": high}
            rows.append(tuple(cells[column] for column in columns))
    grid = pair_grid(comparisons[0])
    at = grid.heads.index("adjusted p")
    adjusted = comparisons[0].pairs if comparisons[0].correction != "none" else ()
    found = frozenset((i, at) for i, pair in enumerate(adjusted) if pair.p_adjusted <= ALPHA)
    return Table(columns, tuple(rows), grid.heads, grid.rows, strong=found)


#: Trained metrics that a user may look for in vain.
NOT_SUPPORTED = ("BLEURT", "DocCOMET (context)", "COMET ranking models", "MetricX-25")
_METRIC_COLUMNS = ("name", "parameters", "range", "better", "needs", "about")
_MODEL_COLUMNS = (*_METRIC_COLUMNS, "licence", "gated", "gigabytes", "languages", "cached", "cite")


def metrics_text(form: str) -> str:
    """The metrics, the published models that they load, and what is not supported yet.

    One list for programs; for people tables, or for `text` paragraphs that fit a terminal.
    """
    metrics, models = metric_table(), model_tables()
    if form in ("json", "csv"):
        rows = [row for table in (metrics, *models.values()) for row in table.values]
        rows += [(name, None, None, None, None, "not supported yet") for name in NOT_SUPPORTED]
        whole = tuple((*row, *[None] * (len(_MODEL_COLUMNS) - len(row))) for row in rows)
        return render(Table(_MODEL_COLUMNS, whole, (), ()), form)
    mark, gap = "% " * (form == "latex"), "\n" * (form == "md")
    parts = [_metric_paragraphs(metrics) if form == "text" else render(metrics, form)]
    parts += [f"{mark}{title}\n{gap}{render(table, form)}" for title, table in models.items()]
    if models:
        parts.append(f"{mark}Gated: accept the licence on the model's page on the hub, then log in (hf auth login).\n")
    parts.append(f"{mark}Not supported yet: {', '.join(NOT_SUPPORTED)}.\n")
    return "\n".join(parts)


def metric_table() -> Table:
    """A row a metric: its parameters, range, direction and what it needs, or why it cannot be had here.

    Metrics of published models are not asked for what depends on the model, which would have to be loaded.
    """
    by_model = {known.metric for known in KNOWN}
    rows: list[tuple[Cell, ...]] = []
    for name in plugins.names("metrics"):
        try:
            make = plugins.load("metrics", name).make
            parameters = ",".join(
                p.name if p.default is p.empty else f"{p.name}={p.default}"
                for p in inspect.signature(make).parameters.values()
            )
            about = (inspect.getdoc(make) or "").split("\n")[0]
            metric = create(name)
            scores, needs = "by model", "by model"
            if name not in by_model:
                scores, needs = _range(describe(name, metric).range), "+".join(sorted(metric.needs))
        except (ConfigError, UnavailableError) as error:
            rows.append((name, None, None, None, None, str(error)))
            continue
        rows.append((name, parameters, scores, _better(metric), needs, about))
    heads = ("Metric", "Parameters", "Range", "Better", "Needs", "What it is")
    shown = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Table(_METRIC_COLUMNS, tuple(rows), heads, shown)


def model_tables() -> dict[str, Table]:
    """By title, a row a published model of a metric that is here; whether it is in the hub's cache is looked up."""
    here = cached_models()
    groups: dict[tuple[str, str], list[Known]] = {}
    for known in KNOWN:
        if known.metric in plugins.names("metrics"):
            groups.setdefault((known.metric, known.languages), []).append(known)
    found = {}
    for (name, languages), models in groups.items():
        better = _better(create(name))
        rows, shown = [], []
        for known in models:
            request, scores, cached = f"{name}:{known.model}", _range(known.range), known.model.lower() in here
            about = (known.licence, known.gated, known.gigabytes, languages, cached, known.cite)
            rows.append((request, None, scores, better, known.reads, None, *about))
            reads = known.reads.replace("source", "src").replace("reference", "ref")
            scores = "any" if scores == _range((-math.inf, math.inf)) else scores
            licence = known.licence + (", gated" if known.gated else "")
            shown.append(
                (request, reads, scores, f"{known.gigabytes:.2g}", licence, "yes" if cached else "", known.cite)
            )
        heads = ("Metric and model", "Reads", "Range", "GB", "Licence", "Here", "Cite")
        title = f"Published models of {name}: {better} is better, {languages}."
        found[title] = Table(_MODEL_COLUMNS, tuple(rows), heads, tuple(shown))
    return found


def _range(bounds: tuple[float, float]) -> str:
    low, high = (f"{bound:g}" for bound in bounds)
    return f"{low}..{high}"


def _better(metric: Metric) -> str:
    return "higher" if metric.higher_is_better else "lower"


def _metric_paragraphs(table: Table) -> str:
    """Each metric in lines of at most 118 characters: its name, and beside it what there is to say."""
    width = max(len(name) for name, *_ in table.shown) + 2
    wrapped = textwrap.TextWrapper(118, subsequent_indent=" " * width, break_on_hyphens=False)
    lines = []
    for name, parameters, scores, better, needs, about in table.shown:
        facts = f"{scores}, {better} is better" + (f", needs {needs}" if needs else "") if scores else "not available"
        for i, text in enumerate(filter(None, (facts, about, parameters.replace(",", ", ")))):
            wrapped.initial_indent = (name if i == 0 else "").ljust(width)
            lines += wrapped.wrap(one_line(text))
    return "".join(line + "\n" for line in lines)


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


def _latex(table: Table) -> str:
    return latex.tabular(table.heads, table.shown, table.rules, table.strong) + "\n"


def _markdown(table: Table) -> str:
    rows = [[markdown.escape(cell) for cell in row] for row in table.shown]
    return markdown.table([markdown.escape(head) for head in table.heads], rows, left=len(table.heads)) + "\n"


def no_formula(cell: Cell) -> Cell:
    """The cell of a table for programs, which no spreadsheet runs: see `mtqe.text.as_cell`."""
    return as_cell(cell) if isinstance(cell, str) else cell
