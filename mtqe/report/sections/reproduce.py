"""What the numbers were made from and with, and how to make them again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mtqe.report.markdown import blocks, bullets, code, escape
from mtqe.report.render import render
from mtqe.report.view import parts, signatures
from mtqe.results import Evaluation

ORDER = 90
TITLE = "Reproduce"

_TABLES = {"versions": "Versions", "inputs": "Inputs (sha256)"}
_HOW = (
    "Run the command again with the same versions and inputs: scores, tables and this page come out byte for byte the "
    "same. Only manifest.json, which tells hardware, times and memory, differs."
)

FILES = (
    ("results.json", "all numbers of this page in full precision, and every finding; mtqe report --schema explains it"),
    ("tables/", "scores, systems and pairs as LaTeX and CSV; buckets, agreement and every unit's scores as CSV"),
    ("*.csv", "a text that a spreadsheet would run as a formula has an apostrophe before it"),
    ("findings.csv", "names and numbers that are wrong or may be, one a row, for an editor: fill in the last column"),
    ("findings.jsonl", "the same and naming variants for programs, with texts and spans"),
    ("candidates.csv", "places where the meaning may have changed, one a row"),
    ("candidates.jsonl", "the same for programs, with texts and spans"),
    ("report.md", "this page as Markdown"),
    ("CITATION.bib", "what to cite for the metrics, tests and data"),
    ("figures/", "the figures as SVG"),
    ("scores.parquet", "every score of every unit; mtqe compare tests others of them"),
    ("evaluation.json", "texts and settings; mtqe report makes this page of them again"),
)


def html(evaluation: Evaluation) -> Markup | None:
    return render(
        "reproduce.html",
        command=_command(evaluation.provenance),
        how=_HOW,
        files=FILES,
        tables=_tables(evaluation.provenance),
        rest=_rest(evaluation.provenance),
        test_sets=[(part.name, part.scores.fingerprint) for part in parts(evaluation)],
        signatures=signatures(evaluation),
    )


def markdown(evaluation: Evaluation) -> str | None:
    command = _command(evaluation.provenance)
    tables = [
        blocks(f"### {title}", bullets(f"{escape(key)}: {code(value)}" for key, value in rows))
        for title, rows in _tables(evaluation.provenance)
    ]
    lines = [f"{escape(label)}: {code(signature)}" for label, signature in signatures(evaluation)]
    rest = [f"{escape(key)}: {code(value)}" for key, value in _rest(evaluation.provenance)]
    sets = [f"{escape(part.name)}: {code(part.scores.fingerprint)}" for part in parts(evaluation)]
    return blocks(
        code(command) if command else None,
        _HOW,
        "### Files",
        bullets(f"{code(name)}: {what}" for name, what in FILES),
        *tables,
        "### Signatures",
        bullets(lines),
        "### Test sets (fingerprints)",
        bullets(sets),
        blocks("### Settings", bullets(rest)) if rest else None,
    )


def _command(provenance: Mapping[str, Any]) -> str:
    command = provenance.get("command", "")
    return command if isinstance(command, str) else shlex.join(map(str, command))


def _tables(provenance: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (title, [(str(name), str(value)) for name, value in provenance[key].items()])
        for key, title in _TABLES.items()
        if isinstance(provenance.get(key), Mapping) and provenance[key]
    ]


def _rest(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything else that was recorded, as JSON."""
    known = {"command", *(key for key in _TABLES if isinstance(provenance.get(key), Mapping))}
    return [
        (str(key), json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str))
        for key, value in provenance.items()
        if key not in known
    ]
