"""One side of the end-to-end comparison in lexical.py, which runs it in a fresh process of its own.

    python experiments/bench/lexical_side.py SIDE FOLDER SYSTEMS

Reads FOLDER/reference.txt and FOLDER/systems/*.txt, scores them by BLEU, chrF and TER, and tests all systems against
the first by sacreBLEU's paired bootstrap with intervals. SIDE is `peer` (sacreBLEU) or `ours`; the peer's TER is run on
the first SYSTEMS systems and its time scaled to all. Prints JSON: CPU seconds since the process began, peak memory in
MB, and for each metric [score, p, mean, ci] of each system.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

Results = dict[str, list[tuple[Any, ...]]]


def ours(reference: Path, systems: list[Path], _peers: int) -> tuple[float, Results]:
    import numpy as np

    import mtqe
    from mtqe.metrics import bleu, chrf, ter
    from mtqe.stats import compat

    test_set = mtqe.load(reference, translations={path.stem: path for path in systems}, languages="en")
    results: Results = {}
    for metric in (bleu.make(), chrf.make(), ter.make()):
        statistics = np.stack([scores.statistics for scores in metric.score(test_set).values()])
        results[metric.label] = [
            (of.score, of.p, of.mean, of.ci) for of in compat.paired_bootstrap(statistics, metric.aggregate)
        ]
    return time.process_time(), results


def peer(reference: Path, systems: list[Path], peers: int) -> tuple[float, Results]:
    from sacrebleu.metrics import BLEU, CHRF, TER
    from sacrebleu.significance import PairedTest

    named = [(path.stem, lines(path)) for path in systems]
    references = [lines(reference)]
    results: Results = {}
    for name, metric, some in (("BLEU", BLEU(), named), ("chrF", CHRF(), named), ("TER", TER(), named[:peers])):
        start = time.process_time()
        _, found = PairedTest(some, {name: metric}, references, "bs")()
        taken = time.process_time() - start
        of_systems = next(of for key, of in found.items() if key != "System")
        results[name] = [(of.score, of.p_value, float(of.mean), float(of.ci)) for of in of_systems]
    return start + taken * len(named) / peers, results


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def main() -> None:
    side, folder, peers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    run = ours if side == "ours" else peer
    seconds, results = run(folder / "reference.txt", sorted((folder / "systems").glob("*.txt")), peers)
    print(json.dumps({"seconds": seconds, "memory": peak_memory(), "results": results}))


def peak_memory() -> float:
    """MB of this program alone (Linux); that of `getrusage` is never below its parent's at the time of the fork."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
