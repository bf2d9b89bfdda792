"""Tables to publish: `tables/*.csv` with full precision for programs, `tables/*.tex` as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mtqe.report import latex
from mtqe.report.comparisons import statement
from mtqe.report.sections.scores import signatures
from mtqe.report.sections.systems import heading
from mtqe.report.svg import slug
from mtqe.report.tables import Table, compared_systems, pair_table, render, score_table
from mtqe.report.view import Part, macro_average, metrics, number, parts, systems
from mtqe.results import Comparison, Evaluation

_SCORES = (
    *("test_set", "system", "metric", "value", "low", "high", "n", "unscored"),
    *("coverage_reference", "output_unlinked", "signature", "protocol"),
)
_SYSTEMS = (
    *("test_set", "metric", "system", "cluster", "best_rank", "worst_rank", "score", "low", "high", "units"),
    *("first", "wins", "losses", "optimised"),
)
#: Tables that only some evaluations have.
_FURTHER = (
    ("buckets", ("test_set", "metric", "by", "bucket", "system", "less", "value", "low", "high", "units")),
    ("agreement", ("test_set", "a", "b", "over_systems", "systems", "over_segments", "units")),
    ("macro_averages", ("system", "metric", "value", "test_sets")),
)
_UNITS = ("test_set", "system", "document", "domain", "id")


def table_files(evaluation: Evaluation, record: Mapping[str, Any]) -> dict[str, str]:
    """The content of each file by its name; `record` is that of `results.json`.

    A cell of a CSV file is read back with `mtqe.text.from_cell`.
    """
    found = {
        "scores.csv": _csv(_SCORES, map(_between, record["scores"])),
        "segments.csv": _csv((*_UNITS, *metrics(evaluation)), _units(evaluation)),
        "scores.tex": _scores_tex(evaluation),
    }
    found |= {f"{name}.csv": _csv(columns, map(_between, record[name])) for name, columns in _FURTHER if record[name]}
    if evaluation.comparisons:
        found["systems.csv"] = _csv(_SYSTEMS, _places(record["comparisons"]))
        found["pairs.csv"] = render(pair_table(evaluation.comparisons), "csv")
    for part in parts(evaluation):
        for comparison in part.comparisons[:1]:
            found[_label(part, "systems") + ".tex"] = _systems_tex(part, comparison)
            if comparison.pairs:
                found[_label(part, "pairs") + ".tex"] = _pairs_tex(part, comparison)
    return found


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    return render(Table(tuple(columns), tuple(tuple(row.get(c) for c in columns) for row in rows), (), ()), "csv")


def _between(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its interval in two columns."""
    low, high = row.get("interval") or (None, None)
    return {**row, "low": low, "high": high}


def _places(comparisons: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for comparison in comparisons:
        for row in comparison["systems"]:
            best, worst = row["ranks"] or (None, None)
            names = {"test_set": comparison["test_set"], "metric": comparison["metric"]}
            yield {**_between(row), **names, "best_rank": best, "worst_rank": worst}


def _units(evaluation: Evaluation) -> Iterable[dict[str, Any]]:
    """A row a system and unit with its score by each metric; empty where it has none."""
    for part in parts(evaluation):
        for system in part.systems:
            values = {metric: of.values for (name, metric), of in part.scores.values.items() if name == system}
            for i, unit in enumerate(part.units[system]):
                where = (part.name, system, unit.document, part.scores.domains.get(unit.document), unit.id)
                yield {metric: float(of[i]) for metric, of in values.items()} | dict(zip(_UNITS, where, strict=True))


def _scores_tex(evaluation: Evaluation) -> str:
    """Every test set below the other, then the means over them."""
    sets, found = parts(evaluation), metrics(evaluation)
    table = score_table([part.scores for part in sets])
    shown = list(table.shown)
    rules = [sum(len(part.scores.systems) for part in sets[:i]) for i in range(1, len(sets) + 1)]
    if len(sets) > 1:
        for system in systems(evaluation):
            means = [number(macro_average(evaluation, system, name), info.decimals) for name, info in found.items()]
            shown.append((f"mean of {len(sets)}", system, *means, ""))
    caption = f"Scores of {latex.escape(evaluation.name)}; $n$ counts the units that they stand on."
    lines = [line for part in sets for line in signatures(part)]
    return _tex(latex.tabular(table.heads, shown, rules), caption, lines, slug(evaluation.name) + "-scores")


def _systems_tex(part: Part, comparison: Comparison) -> str:
    metric = part.scores.metrics[comparison.metric]
    table = compared_systems(part.scores, comparison, ())
    caption = f"{heading(part, metric)} on {part.name}"
    caption += ", the first cluster in bold" if table.strong else ""
    caption = latex.escape(f"{caption}. {statement(part.scores, comparison)}")
    return _tex(render(table, "latex").rstrip(), caption, _behind(part, comparison), _label(part, "systems"))


def _pairs_tex(part: Part, comparison: Comparison) -> str:
    metric = part.scores.metrics[comparison.metric]
    caption = f"Tests of pairs by {metric.label} on {part.name}; an adjusted p of .05 or less is bold."
    caption = latex.escape(f"{caption} {statement(part.scores, comparison)}")
    table = render(pair_table([comparison]), "latex").rstrip()
    return _tex(table, caption, _behind(part, comparison), _label(part, "pairs"))


def _behind(part: Part, comparison: Comparison) -> list[tuple[str, str]]:
    """The signatures of the metric and of the tests, where all pairs have one; else `pairs.csv` has them."""
    label = part.scores.metrics[comparison.metric].label
    tests = {pair.signature for pair in comparison.pairs}
    return [line for line in signatures(part) if line[0] == label] + [("test", of) for of in tests if len(tests) == 1]


def _label(part: Part, what: str) -> str:
    return f"{part.id}-{slug(part.name)}-{what}"


def _tex(tabular: str, caption: str, signatures: Iterable[tuple[str, str]], label: str) -> str:
    """A file to `\\input`: signatures follow the caption, each once."""
    lines = "; ".join(f"{latex.escape(what)}: {latex.code(line)}" for what, line in dict.fromkeys(signatures))
    return latex.PREAMBLE + latex.table(tabular, f"{caption} Signatures: {lines}.", label)
