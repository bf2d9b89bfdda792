"""What was measured on the development data stays: strict F1 of links, as vecalign's scorer counts it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from mtqe.alignment import align

#: A little under what was measured.
FLOORS = {
    "natural_eval1957": 0.79,
    "syn_noise": 0.985,
    "syn_paragraph": 0.98,
    "syn_refB": 0.985,
    "syn_reorder": 0.96,
    "syn_resegment": 0.98,
    "syn_resplit": 0.965,
    "syn_web": 0.985,
    "long_1000": 0.965,
}


@pytest.mark.parametrize("family", FLOORS)
def test_links_on_the_development_data(shared: Path, family: str) -> None:
    spec = importlib.util.spec_from_file_location("score_align", shared / "tools" / "score_align.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    lines = (shared / "data" / "align" / f"{family}.jsonl").read_text("utf-8").split("\n")
    entries = [json.loads(line) for line in lines if line][:12]
    reorder = family == "syn_reorder"
    links = {e["id"]: [(x.hyp, x.ref) for x in align(e["hyp"], e["ref"], reorder=reorder).links] for e in entries}
    assert scorer.score(entries, links)["strict_f1"] >= FLOORS[family]
