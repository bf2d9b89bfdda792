"""What `mtqe score` and `mtqe compare` print: sentences and tables for people, one shape of JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.metrics._streaming import CorpusScores
from mtqe.report import markdown
from mtqe.report.comparisons import conclusion, one_line, power_sentence, statement
from mtqe.report.tables import compared_systems, pair_table, render, score_table, to_json
from mtqe.report.values import comparison_row, score_rows
from mtqe.results import Comparison, Scores


def scores_text(all_scores: Sequence[Scores | CorpusScores], form: str) -> str:
    """The corpus scores as `text`, `json` (as in `results.json`), `csv`, `md` or `latex`."""
    if form == "json":
        return to_json({"scores": [row for scores in all_scores for row in score_rows(scores)]})
    return render(score_table(all_scores), form) + _signatures(all_scores, (), form)


def _signatures(all_scores: Sequence[Scores | CorpusScores], comparisons: Sequence[Comparison], form: str) -> str:
    """A line for each signature that stands behind the numbers of a table that people read."""
    if form == "csv":
        return ""
    lines = [row["signature"] for scores in all_scores for row in score_rows(scores)]
    lines += [pair.signature for comparison in comparisons for pair in comparison.pairs]
    mark = {"text": "{}", "md": "- `{}`", "latex": "% {}"}[form]
    return "\n" + "".join(mark.format(one_line(line)) + "\n" for line in dict.fromkeys(lines))


def comparisons_text(results: Sequence[tuple[Scores, Comparison]], metrics: Sequence[str], form: str) -> str:
    """One comparison a test set in the same formats; the scores of the other `metrics` stand beside, untested."""
    if form == "json":
        rows = [row for scores, comparison in results for row in score_rows(scores, [comparison])]
        return to_json({"scores": rows, "comparisons": [comparison_row(comparison) for _, comparison in results]})
    if form == "csv":
        return render(pair_table([comparison for _, comparison in results]), form)
    parts = []
    for scores, comparison in results:
        tables = [compared_systems(scores, comparison, metrics)]
        tables += [pair_table([comparison])] if comparison.pairs else []
        parts += [f"{scores.test_set}\n"] if len(results) > 1 and form == "text" else []
        said = conclusion(scores, comparison) if comparison.pairs else ""
        parts += [said if form == "text" else markdown.escape(said)] if form in ("text", "md") else []
        parts += [render(table, form) for table in tables]
        parts += [f"{power_sentence(comparison)}\n"] if form == "text" and comparison.pairs else []
    signatures = _signatures([scores for scores, _ in results], [comparison for _, comparison in results], form)
    return "\n".join(part for part in parts if part.strip()) + signatures


def about(results: Sequence[tuple[Scores, Comparison]]) -> str:
    """What the tests stand on, a paragraph a test set."""
    return "\n".join(statement(scores, comparison) for scores, comparison in results)
