"""One evaluation as a page, as Markdown, as JSON and as figures; the same evaluation gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from mtqe.report import editor, page
from mtqe.report.citations import bibliography
from mtqe.report.export import results
from mtqe.report.plots import plots
from mtqe.report.publish import table_files
from mtqe.results import Evaluation
from mtqe.store import write_atomic, write_json

__all__ = ["write"]


def write(evaluation: Evaluation, directory: Path) -> Path:
    """Writes the page and what stands beside it (`FILES` of the section reproduce); returns the page's path.

    The page comes last: where it stands, the files beside it are of the same evaluation.
    """
    record = results(evaluation)
    files = {directory / "figures" / f"{plot.name}.svg": f"{plot.svg}\n" for plot in plots(evaluation).values()}
    files |= {directory / "tables" / name: content for name, content in table_files(evaluation, record).items()}
    for stale in {*directory.glob("figures/*.svg"), *directory.glob("tables/*.csv"), *directory.glob("tables/*.tex")}:
        if stale not in files:
            stale.unlink()
    for path, content in files.items():
        write_atomic(path, content)
    write_atomic(directory / "CITATION.bib", bibliography(evaluation))
    write_json(directory / "results.json", record)
    write_atomic(directory / "findings.csv", editor.to_csv(evaluation))
    write_atomic(directory / "findings.jsonl", editor.to_json_lines(evaluation))
    write_atomic(directory / "candidates.csv", editor.to_csv(evaluation, "meaning"))
    write_atomic(directory / "candidates.jsonl", editor.to_json_lines(evaluation, "meaning"))
    write_atomic(directory / "report.md", page.markdown(evaluation))
    write_atomic(directory / "report.html", page.html(evaluation))
    return directory / "report.html"
