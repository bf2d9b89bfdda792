"""A page over all runs below a directory, made of their `results.json` and manifests, for any static host."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from mtqe.errors import DataWarning, InputError
from mtqe.report.export import SCHEMA
from mtqe.report.page import checksum
from mtqe.report.render import asset, render
from mtqe.report.view import count, interval, number
from mtqe.results import Interval
from mtqe.store import read_json, write_atomic


@dataclass(frozen=True)
class Ranking:
    """The systems of one test set, best first by its primary metric: name, score, interval, units, cluster."""

    test_set: str
    languages: str
    size: str
    metric: str
    rows: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True)
class Run:
    """A run as the index shows it; `link` is relative, `date` (YYYY-MM-DD) empty where no manifest tells it."""

    name: str
    folder: str
    link: str
    date: str
    rankings: tuple[Ranking, ...]


def write_index(directory: Path) -> Path:
    """Writes `index.html` over the reports below `directory`, newest first; returns its path.

    Warns of each that is left out since its `results.json` is none; raises InputError where there is no directory.
    """
    if not directory.is_dir():
        raise InputError("no such directory", path=directory)
    runs = []
    for path in sorted(directory.rglob("results.json")):
        if (path.parent / "report.html").is_file():
            try:
                runs.append(_run(path, directory))
            except InputError as error:
                warnings.warn(f"left out: {error}", DataWarning, stacklevel=2)
            except (LookupError, TypeError, ValueError, AttributeError):
                warnings.warn(f"left out: {path}: not of the schema {SCHEMA}", DataWarning, stacklevel=2)
    runs.sort(key=lambda run: run.date, reverse=True)
    style = asset("page.css")
    policy = f"default-src 'none'; style-src {checksum(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    page = render("index.html", policy=policy, style=Markup(style), runs=runs)
    write_atomic(directory / "index.html", page)
    return directory / "index.html"


def _run(path: Path, directory: Path) -> Run:
    found = read_json(path)
    if found["schema"] != SCHEMA:
        raise ValueError(found["schema"])
    folder = path.parent.relative_to(directory)
    link = quote(os.fsencode((folder / "report.html").as_posix()))
    rankings = tuple(_ranking(of, found) for of in found["test_sets"])
    return Run(str(found["name"]), folder.as_posix(), link, _date(path.parent), rankings)


def _date(run: Path) -> str:
    try:
        return str(read_json(run / "manifest.json")["times"]["started"])[:10]
    except (InputError, KeyError, TypeError):
        return ""


def _ranking(test_set: Mapping[str, Any], found: Mapping[str, Any]) -> Ranking:
    name = test_set["name"]
    comparison = next((c for c in found["comparisons"] if c["test_set"] == name), None)
    scores = [row for row in found["scores"] if row["test_set"] == name]
    metrics = {metric["name"]: metric for metric in found["metrics"]}
    primary = metrics[comparison["metric"] if comparison else scores[0]["metric"]]
    places = {place["system"]: place for place in comparison["systems"]} if comparison else {}
    rows = [row for row in scores if row["metric"] == primary["name"]]
    sign = -1 if primary["higher_is_better"] else 1
    rows.sort(key=lambda row: (row["value"] is None, sign * (row["value"] or 0)))
    arrow = "↑" if primary["higher_is_better"] else "↓"
    return Ranking(
        name,
        test_set["languages"],
        f"{count(test_set['documents'], 'document')}, {count(test_set['segments'], 'segment')}",
        f"{primary['label']} {arrow}",
        tuple(_row(row, primary["decimals"], places.get(row["system"], {})) for row in rows),
    )


def _row(row: Mapping[str, Any], decimals: int, place: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    between = row["interval"] and Interval(*row["interval"])
    cluster = place.get("cluster")
    value, between = number(row["value"], decimals), interval(between, decimals)
    return row["system"], value, between, f"{row['n']:,}", "–" if cluster is None else str(cluster)
