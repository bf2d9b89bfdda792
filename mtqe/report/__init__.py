"""One evaluation as a page, as Markdown, as JSON and as figures; the same evaluation gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from mtqe.report import editor, page
from mtqe.report.export import results
from mtqe.report.plots import plots
from mtqe.results import Evaluation
from mtqe.store import write_atomic, write_json

__all__ = ["write"]


def write(evaluation: Evaluation, directory: Path) -> Path:
    """Writes the page, the files beside it (`FILES` of the section reproduce) and `figures/*.svg`; returns its path.

    The page comes last: where it stands, the files beside it are of the same evaluation.
    """
    figures = {directory / "figures" / f"{plot.name}.svg": plot.svg for plot in plots(evaluation).values()}
    for stale in set((directory / "figures").glob("*.svg")) - set(figures):
        stale.unlink()
    for path, svg in figures.items():
        write_atomic(path, svg + "\n")
    write_json(directory / "results.json", results(evaluation))
    write_atomic(directory / "findings.csv", editor.to_csv(evaluation))
    write_atomic(directory / "findings.jsonl", editor.to_json_lines(evaluation))
    write_atomic(directory / "candidates.csv", editor.to_csv(evaluation, "meaning"))
    write_atomic(directory / "candidates.jsonl", editor.to_json_lines(evaluation, "meaning"))
    write_atomic(directory / "report.md", page.markdown(evaluation))
    write_atomic(directory / "report.html", page.html(evaluation))
    return directory / "report.html"
