"""BLEU, chrF, chrF++ and TER against sacreBLEU in one process: parity asserted, then CPU time and peak memory.

DATA is a folder like ../shared/data/wmt21, PAIR one of its pairs. Its systems are perturbed until there are 20; the
sets are the first `--lines` segments, and for TER also the same text with three segments joined to one. Every time is
CPU seconds of one thread with warm kernels, the least of three; sacreBLEU's randomisation is timed once, and so is its
TER, on `--peer-systems`, scaled to all systems. End to end, each side is a process of its own; ours is run once with
kernels still to be compiled.

    OPENBLAS_NUM_THREADS=1 python experiments/bench/lexical.py -d ../shared/data/wmt21 -l ja-en
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.metrics import bleu, chrf, ter
from mtqe.stats import compat

Texts = list[str]
METRICS: Mapping[str, tuple[Any, Callable[[], Any]]] = {
    "BLEU": (bleu.make(), BLEU),
    "chrF": (chrf.make(), CHRF),
    "chrF++": (chrf.make(word_order=2), lambda: CHRF(word_order=2)),
    "TER": (ter.make(), TER),
}
BARS = {
    "chrF": 25.0,
    "chrF++": 10.0,
    "TER": 150.0,
    "segment chrF": 30.0,
    "warm kernels": 40.0,
    "with compilation": 12.0,
    "memory": 1.3,
}
#: sacreBLEU's tests, with its name, ours, and the bar of each metric.
TESTS: Sequence[tuple[str, Callable[..., Any], Mapping[str, float]]] = (
    ("bs", compat.paired_bootstrap, {"BLEU": 40.0, "chrF": 40.0, "chrF++": 40.0, "TER": 40.0}),
    ("ar", compat.approximate_randomisation, {"BLEU": 10.0, "chrF": 40.0, "chrF++": 40.0, "TER": 40.0}),
)


def read(data: Path, pair: str, size: int, systems: int) -> tuple[Texts, list[Texts]]:
    """The first `size` segments of refA and of `systems` systems; of these the ones too many are perturbed copies."""
    found = [lines(path)[:size] for path in sorted((data / "system-outputs" / pair).glob("*.txt"))]
    reference = lines(data / "references" / f"{pair}.refA.txt")[:size]
    made = [perturbed(found[i % len(found)], i) if i >= len(found) else found[i] for i in range(systems)]
    return reference, made


def lines(path: Path) -> Texts:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def perturbed(texts: Texts, seed: int) -> Texts:
    """Every text with two neighbouring words swapped and one in twenty lost."""
    generator = np.random.default_rng(seed)
    made = []
    for text in texts:
        words = text.split(" ")
        at = int(generator.integers(len(words)))
        words[at : at + 2] = words[at : at + 2][::-1]
        made.append(" ".join(word for word in words if generator.random() > 0.05))
    return made


def test_set(reference: Texts, systems: Sequence[Texts]) -> TestSet:
    segments = tuple(Segment(str(i), None, (text,), "d") for i, text in enumerate(reference))
    outputs = tuple(SystemOutput(str(i), tuple(texts)) for i, texts in enumerate(systems))
    return TestSet("bench", None, "en", (Document("d", segments),), outputs)


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def ours(name: str, reference: Texts, systems: Sequence[Texts]) -> tuple[float, Any]:
    """Statistics and sentence scores of all systems."""
    forget_tokens()
    data = test_set(reference, systems)
    return cpu(lambda: list(METRICS[name][0].score(data).values()))


def least(repeats: int, work: Callable[[], tuple[float, Any]]) -> tuple[float, Any]:
    """The shortest of several runs: other work on the machine only ever makes one longer."""
    return min((work() for _ in range(repeats)), key=lambda run: run[0])


def peer(name: str, reference: Texts, systems: Sequence[Texts]) -> tuple[float, Any]:
    """Statistics of all systems, with the references cached as sacreBLEU's own command caches them."""
    forget_tokens()
    metric = METRICS[name][1]()

    def work() -> list[Any]:
        metric._ref_cache = metric._cache_references([reference])
        return [metric._extract_corpus_statistics(texts, None) for texts in systems]

    return cpu(work)


def forget_tokens() -> None:
    """sacreBLEU keeps what it tokenised for the whole process: whoever comes second would tokenise for nothing."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
    from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

    for tokenizer in (Tokenizer13a, TokenizerRegexp, TercomTokenizer):
        tokenizer.__call__.cache_clear()  # type: ignore[attr-defined]


def compare(name: str, what: str, reference: Texts, systems: Sequence[Texts], peers: int) -> float:
    """Prints one line; returns how many times faster ours is. Ends the run where any statistic or score differs."""
    seconds, scores = least(3, lambda: ours(name, reference, systems))
    peer_seconds, expected = least(1 if name == "TER" else 3, lambda: peer(name, reference, systems[:peers]))
    peer_seconds *= len(systems) / peers
    metric, peer_metric = METRICS[name][0], METRICS[name][1]()
    for found, statistics in zip(scores, expected, strict=False):
        assert found.statistics.tolist() == statistics, f"{name}: statistics differ from sacreBLEU's"
        corpus = peer_metric._aggregate_and_compute(statistics).score
        assert metric.aggregate(found.statistics.sum(axis=0)) == corpus, f"{name}: corpus scores differ"
    ratio = peer_seconds / seconds
    report(f"{name} {what}", f"{peer_seconds:9.2f} s  {seconds:7.3f} s", ratio, BARS.get(name, 0))
    return ratio


def segment_scores(reference: Texts, systems: Sequence[Texts]) -> None:
    metric = CHRF()
    pairs = [list(zip(texts, reference, strict=True)) for texts in systems]

    def sentences() -> list[list[float]]:
        return [[metric.sentence_score(h, [r]).score for h, r in of] for of in pairs]

    peer_seconds, expected = least(3, lambda: cpu(sentences))
    seconds, scores = least(3, lambda: ours("chrF", reference, systems))
    assert [found.values.tolist() for found in scores] == expected, "chrF: sentence scores differ"
    report("segment chrF", f"{peer_seconds:9.2f} s  {seconds:7.3f} s", peer_seconds / seconds, BARS["segment chrF"])


def report(what: str, numbers: str, ratio: float, bar: float) -> None:
    verdict = "" if not bar else f"  (bar {bar:g}: {'met' if ratio >= bar else 'MISSED'})"
    print(f"{what:28} {numbers}  {ratio:7.1f} x{verdict}", flush=True)


def resampling(reference: Texts, systems: Sequence[Texts]) -> None:
    """sacreBLEU's paired tests of all systems against the first, from the same statistics: every number is equal."""
    for name, (metric, make_peer) in METRICS.items():
        scores = metric.score(test_set(reference, systems))
        statistics = np.stack([of.statistics for of in scores.values()])
        peer_metric = make_peer()
        known = {id(texts): rows.tolist() for texts, rows in zip(systems, statistics, strict=True)}
        peer_metric._extract_corpus_statistics = lambda texts, _references, known=known: known[id(texts)]
        peer_metric.num_refs = 1
        named = [(str(i), texts) for i, texts in enumerate(systems)]
        for kind, test, bars in TESTS:
            paired = PairedTest(named, {name: peer_metric}, [reference], kind, n_ar_confidence=-1)
            slow, (_, found) = least(3 if kind == "bs" else 1, partial(cpu, paired))
            quick, results = least(3, partial(cpu, partial(test, statistics, metric.aggregate)))
            theirs = next(of for key, of in found.items() if key != "System")
            assert [(r.score, r.p_value, r.mean, r.ci) for r in theirs] == [
                (r.score, r.p, r.mean, r.ci) for r in results
            ]
            report(f"{name} paired {kind}", f"{slow:9.2f} {quick:8.3f}", slow / quick, bars[name])


def linearity(reference: Texts, systems: Sequence[Texts]) -> None:
    """Microseconds for one segment of one system, on more and more of both."""
    print("\ncost a segment (us), which stays the same where cost is linear")
    for segments, many in ((1_000, 10), (1_000, 100), (100_000, 1), (100_000, 10)):
        times = -(-segments // len(reference))
        texts = (reference * times)[:segments]
        # no two alike, or they would be counted once
        outputs = [
            [f"{t} {i}" for i, t in enumerate((systems[s % len(systems)] * times)[:segments], s * segments)]
            for s in range(many)
        ]
        found = {name: ours(name, texts, outputs)[0] / segments / many * 1e6 for name in ("chrF", "chrF++", "TER")}
        print(f"{segments:8} segments x {many:3} systems  " + "  ".join(f"{n} {t:6.1f}" for n, t in found.items()))


def end_to_end(reference: Texts, systems: Sequence[Texts], peers: int) -> None:
    """Files to scores, paired bootstrap and intervals, each side in a fresh process: see lexical_side.py."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "systems").mkdir()
        write(folder / "reference.txt", reference)
        for i, texts in enumerate(systems):
            write(folder / "systems" / f"{i:03}.txt", texts)
        cold, warm, slow = (one_side(side, folder, peers) for side in ("ours", "ours", "peer"))
    for metric, of_systems in slow["results"].items():
        assert of_systems == warm["results"][metric][: len(of_systems)], f"{metric}: end to end, results differ"
    print("\nend to end: files to BLEU, chrF, TER, paired bootstrap, intervals; CPU seconds and peak memory")
    for what, run in (("warm kernels", warm), ("with compilation", cold)):
        times = f"{slow['seconds']:9.2f} s  {run['seconds']:7.2f} s"
        report(what, times, slow["seconds"] / run["seconds"], BARS[what])
        ratio, bar = run["memory"] / slow["memory"], BARS["memory"]
        verdict = "" if run is cold else f"  (bar at most {bar}: {'met' if ratio <= bar else 'MISSED'})"
        print(f"{'  memory':28} {slow['memory']:8.0f} MB {run['memory']:7.0f} MB {ratio:7.2f} x{verdict}", flush=True)


def write(path: Path, texts: Texts) -> None:
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def one_side(side: str, folder: Path, peers: int) -> Any:
    command = [sys.executable, str(Path(__file__).with_name("lexical_side.py")), side, str(folder), str(peers)]
    environment = {**os.environ, "MTQE_CACHE": str(folder / "cache")}
    return json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-d", "--data", type=Path, required=True)
    parser.add_argument("-l", "--languages", default="ja-en", metavar="PAIR")
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--systems", type=int, default=20)
    parser.add_argument("--peer-systems", type=int, default=2, help="systems that sacreBLEU's TER is timed on")
    arguments = parser.parse_args()
    reference, systems = read(arguments.data, arguments.languages, arguments.lines, arguments.systems)
    for name in METRICS:  # compiles, or loads what was compiled
        ours(name, reference[:20], [systems[0][:20]])
    print(f"{arguments.languages}: {len(systems)} systems x {len(reference)} segments; sacreBLEU, ours, ratio")
    for name in ("BLEU", "chrF", "chrF++"):
        compare(name, "statistics", reference, systems, len(systems))
    segment_scores(reference, systems)
    plain = compare("TER", "statistics", reference, systems, arguments.peer_systems)
    triple = [[" ".join(texts[i : i + 3]) for i in range(0, len(texts), 3)] for texts in (reference, *systems)]
    longer = compare("TER", "segments x 3", triple[0], triple[1:], arguments.peer_systems)
    print(f"longer segments raise TER's ratio: {'yes' if longer > plain else 'NO'}")
    resampling(reference, systems)
    linearity(reference, systems)
    end_to_end(reference, systems, arguments.peer_systems)


if __name__ == "__main__":
    main()
