"""Systems that are models: what was run, how fast, and at what cost, beside how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mtqe.report.comparisons import Grid
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, number, parts
from mtqe.results import Evaluation

ORDER = 25
TITLE = "Models"

MEANING = (
    "Seconds are those that a model took when it made its translations, without loading it. A run that finds "
    "translations made earlier takes them with their seconds; manifest.json says how many (from_store). "
    "Compare seconds between models on one device only."
)


def html(evaluation: Evaluation) -> Markup | None:
    shown = [part for part in parts(evaluation) if usages(part)]
    if not shown:
        return None
    return render(
        "models.html", parts=parts(evaluation), shown=shown, grid=model_grid, meaning=MEANING, plots=plots(evaluation)
    )


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        if usages(part):
            grid = model_grid(part)
            rows = [[escape(cell) for cell in row] for row in grid.rows]
            bodies += [f"### {escape(part.name)}", table([escape(head) for head in grid.heads], rows, left=3)]
    return blocks(*bodies, MEANING) if bodies else None


def usages(part: Part) -> dict[str, Mapping[str, Any]]:
    """What the translations of each system that is a model took, best system first."""
    known = {system.key: system.metadata for system in part.test_set.systems}
    return {key: known[key]["usage"] for key in part.systems if "usage" in known[key]}


def model_grid(part: Part) -> Grid:
    """The models of a test set, best first. A dash stands for what is not known."""
    known = {system.key: system for system in part.test_set.systems}
    rows = []
    for key, usage in usages(part).items():
        system, seconds = known[key], usage["seconds"]
        score = part.score(key, part.primary.name) if part.primary else None
        rows.append(
            {
                "System": key,
                "model": "@".join(filter(None, (system.metadata["model"], system.metadata["revision"]))),
                "device": ", ".join(filter(None, (usage["device"], system.metadata.get("dtype")))) or "–",
                f"{part.primary.label} {arrow(part.primary)}" if part.primary else "score": score.text
                if score
                else "–",
                "translated": f"{usage['requests']:,}",
                "no answer": f"{sum(text is None for text in system.texts):,}",
                "cut short": f"{usage['cut']:,}",
                "seconds": number(seconds, 1),
                "segments/s": number(usage["requests"] / seconds if seconds else None, 1),
                "tokens in": f"{usage['tokens_in']:,}",
                "tokens out": f"{usage['tokens_out']:,}",
                "out/s": number(usage["tokens_per_second"], 0),
                "cost": number(usage["cost"], 4),
            }
        )
    return Grid(tuple(rows[0]), tuple(tuple(row.values()) for row in rows), words=(0, 1, 2))
