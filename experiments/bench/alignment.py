"""Line alignment of mtqe and its peers on ../shared/data/align: quality, CPU time, memory, and how they grow.

python experiments/bench/alignment.py [FAMILY...] [--methods METHOD...] [--ablation]

Gale-Church is written here; Bleualign, vecalign and mweralign are used where they can be imported, as installed or from
checkouts that PYTHONPATH names. A method that needs English, or blocks in another order, runs on such families alone.
Every method and family runs in a process of its own: CPU seconds are those of aligning, after imports, models and a
first small document; MB is the peak of the whole process (Linux). Null F1 is that of lines without counterpart, of the
hypothesis (h) and of the reference (r). Then come long_1000 cut to 100 lines and repeated to 100,000, each copy with
words of its own; a method leaves after a size that takes too long. `--ablation` shows instead what mtqe gains or loses
in strict F1 without each of its components; a dot is less than .002.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import resource
import runpy
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any

import numpy as np

import mtqe
from mtqe.errors import UnavailableError

Pair = tuple[Sequence[int], Sequence[int]]
Aligner = Callable[[Sequence[str], Sequence[str]], Iterable[Pair]]
Entry = dict[str, Any]  # a document as the data has it: id, lang, hyp, ref, gold, equiv, monotone
Result = dict[str, Any]

SHARED = Path(__file__).parents[3] / "shared"
SIZES = (100, 1_000, 10_000, 100_000)
#: A process may take this much memory, so that a matrix of 100,000 by 100,000 lines stops nothing else.
MOST_BYTES = 8 << 30
MEASURES = ("strict_f1", "lax_f1", "null_h_f1", "null_r_f1", "nested_f1", "char_acc")


def ours(**options: Any) -> Aligner:
    return lambda hyp, ref: [(link.hyp, link.ref) for link in mtqe.align(hyp, ref, **options).links]


def gale_church() -> Aligner:
    """Gale & Church (1993) with their parameters: lengths in characters alone."""
    grid = np.arange(0, 37, 0.01)
    # -log of the probability that a deviation is as large, up to where it underflows
    surprise = np.array([-math.log(math.erfc(z / math.sqrt(2))) for z in grid])
    shapes = [(0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)]
    prior = -np.log([0.0099, 0.0099, 0.89, 0.089, 0.089, 0.011])

    def cost(shape: int, one: Any, two: Any) -> Any:
        deviation = np.abs(one - two) / np.sqrt(6.8 * np.maximum(one + two, 1) / 2)
        return prior[shape] + np.interp(deviation, grid, surprise)

    def align(hyp: Sequence[str], ref: Sequence[str]) -> Iterable[Pair]:
        h, r = (np.cumsum([0, *map(len, side)]) for side in (hyp, ref))
        alone = np.concatenate([[0], cost(0, 0, np.diff(r)).cumsum()])
        choice = np.zeros((len(h), len(r)), np.int8)
        rows = [alone]
        for i in range(1, len(h)):
            candidates = np.full((len(shapes), len(r)), np.inf)
            for k, (a, b) in enumerate(shapes[1:], 1):
                if a <= i and b < len(r):
                    widths = r[b:] - r[: len(r) - b]
                    candidates[k, b:] = rows[-a][: len(r) - b] + cost(k, h[i] - h[i - a], widths)
            row = candidates.min(axis=0)
            # Reference lines alone may follow any cell of the row.
            best = alone + np.minimum.accumulate(row - alone)
            choice[i] = np.where(best < row - 1e-9, 0, candidates.argmin(axis=0))
            rows = [*rows[-1:], best]
        i, j = len(hyp), len(ref)
        while i or j:
            a, b = shapes[choice[i, j]]
            i, j = i - a, j - b
            yield range(i, i + a), range(j, j + b)

    return align


def bleualign() -> Aligner:
    make_peer = resolve_name("bleualign.align:Aligner")

    def align(hyp: Sequence[str], ref: Sequence[str]) -> Iterable[Pair]:
        peer = make_peer({"srcfile": hyp, "targetfile": ref, "srctotarget": [hyp], "verbosity": 0})
        peer.mainloop()
        used: set[tuple[int, int]] = set()
        for pair, _ in peer.multialign:
            lines = {(side, line) for side in (0, 1) for line in pair[side]}
            # It sometimes puts a line in two links, which the scorer refuses.
            if used.isdisjoint(lines):
                used |= lines
                yield pair

    return align


def vecalign(embed: Callable[[int], Callable[[Sequence[str], Sequence[str]], Any]]) -> Aligner:
    """With the settings of its README, links of up to 8 lines; `embed` says how overlaps become vectors."""
    peer = resolve_name("vecalign.dp_utils")
    size, buffer = 8, 5
    windows = embed(size)

    def align(hyp: Sequence[str], ref: Sequence[str]) -> Iterable[Pair]:
        random.seed(42)
        np.random.seed(42)
        stack = peer.vecalign(
            *windows(hyp, ref),
            final_alignment_types=peer.make_alignment_types(size),
            del_percentile_frac=0.2,
            width_over2=math.ceil(size / 2) + buffer,
            max_size_full_dp=300,
            costs_sample_size=20_000,
            num_samps_for_norm=100,
        )
        return stack[0]["final_alignments"]  # type: ignore[no-any-return]

    return align


def tfidf(size: int) -> Callable[[Sequence[str], Sequence[str]], Any]:
    """TF-IDF of hashed character 2- to 4-grams at random in 384 dimensions; an overlap is the sum of its lines."""
    bits, primes = 15, np.array([1, 1_000_003, 998_244_353, 1_000_000_007], np.uint64)
    projection = np.random.default_rng(0).standard_normal((1 << bits, 384), np.float32)

    def grams(line: str) -> Any:
        points = np.frombuffer(f" {line.lower()} ".encode("utf-32-le"), np.uint32).astype(np.uint64) + np.uint64(1)
        keys = [sum(points[i : len(points) - n + 1 + i] * primes[i] for i in range(n)) for n in (2, 3, 4)]
        return (np.concatenate(keys) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(64 - bits)).astype(np.uint16)

    def windows(hyp: Sequence[str], ref: Sequence[str]) -> Any:
        lines = [grams(line) for line in (*hyp, *ref)]
        frequency = np.zeros(1 << bits)
        for line in lines:
            frequency[np.unique(line)] += 1
        weight = (np.log((1 + len(lines)) / (1 + frequency)) + 1).astype(np.float32)
        vectors = np.stack([weight[line] @ projection[line] for line in lines])
        return summed(vectors[: len(hyp)]), summed(vectors[len(hyp) :])

    def summed(vectors: Any) -> Any:
        sums = np.zeros((size, *vectors.shape), np.float32)
        sums[0] = vectors
        for k in range(1, min(size, len(vectors))):  # [k, j] is the sum of lines j - k to j
            sums[k, k:] = sums[k - 1, k - 1 : -1] + vectors[k:]
        return sums

    return windows


def minilm(size: int) -> Callable[[Sequence[str], Sequence[str]], Any]:
    """Each overlap is a text for MiniLM; its vector is the mean of its tokens'."""
    from mtqe.neural.minilm import LAYERS, encoder

    peer = resolve_name("vecalign.dp_utils")
    model = encoder(LAYERS, "cpu", "this bench")

    def windows(hyp: Sequence[str], ref: Sequence[str]) -> Any:
        texts = sorted({text for side in (hyp, ref) for text in peer.yield_overlaps(side, size)})
        means = {text: tokens.vectors.mean(axis=0) for text, tokens in model.encode(texts)}
        vectors, places = np.stack([means[text] for text in texts]), {text: i for i, text in enumerate(texts)}
        return [peer.make_doc_embedding(places, vectors, side, size) for side in (hyp, ref)]

    return windows


def mweralign() -> Aligner:
    """A line is linked to the segments that hold half of its words, or half of whose words it holds."""
    align_texts = resolve_name("mweralign:align_texts")

    def owners(lines: Iterable[str]) -> list[int]:
        return [i for i, line in enumerate(lines) for _ in line.split()]

    def align(hyp: Sequence[str], ref: Sequence[str]) -> Iterable[Pair]:
        ours, theirs = owners(hyp), owners(align_texts("\n".join(ref), " ".join(hyp)).split("\n"))
        sizes, others = Counter(ours), Counter(theirs)
        links: list[tuple[set[int], set[int]]] = []
        # In order, so that only the link before can have one of the lines.
        for (i, j), common in sorted(Counter(zip(ours, theirs, strict=True)).items()):
            if 2 * common >= min(sizes[i], others[j]):
                if not (links and (i in links[-1][0] or j in links[-1][1])):
                    links.append((set(), set()))
                links[-1][0].add(i)
                links[-1][1].add(j)
        return [(sorted(h), sorted(r)) for h, r in links]

    return align


METHODS: dict[str, Callable[[], Aligner]] = {
    "mtqe": ours,
    "mtqe MiniLM": partial(ours, encoder="minilm"),
    "mtqe reorder": partial(ours, reorder=True),
    "Gale-Church": gale_church,
    "Bleualign": bleualign,
    "vecalign TF-IDF": partial(vecalign, tfidf),
    "vecalign MiniLM": partial(vecalign, minilm),
    "mweralign": mweralign,
}


def suits(method: str, entries: Iterable[Entry]) -> bool:
    """MiniLM knows English alone; without blocks in another order `reorder` has nothing to find."""
    if method.endswith("MiniLM"):
        return all(entry["lang"].endswith("-en") for entry in entries)
    return not method.endswith("reorder") or not all(entry["monotone"] for entry in entries)


def unweighted(numpy: Any) -> SimpleNamespace:
    """In place of numpy: each stem weighs what the stems of the text do in the mean."""

    def log1p(rarity: Any) -> Any:
        return numpy.full_like(rarity, numpy.average(numpy.log1p(rarity), weights=1 / rarity))

    return SimpleNamespace(**{**vars(numpy), "log1p": log1p})


#: Agreement that is the same for all texts: the mean of this data.
MEAN = property(lambda self: 0.55, lambda self, value: None)
#: A name in mtqe.alignment, and what stands there when the component is off, or a function that makes it of what stood.
COMPONENTS: dict[str, tuple[str, Any]] = {
    "words in the same order": ("evidence.LCSseq", lambda lcs: SimpleNamespace(editops=lambda *_: lcs.editops([], []))),
    "stems (whole words instead)": ("features._STEM", 100),
    "weight of rare stems": ("evidence.np", unweighted),
    "spelling": ("evidence._SPELLING", 0.0),
    "punctuation at the ends": ("dynamic._ENDS", 0.0),
    "cut sentences": ("dynamic._CUT", 0.0),
    "cost of length": ("dynamic._COST_OF_LENGTH", 0.0),
    "cost of weight": ("dynamic._COST_OF_WEIGHT", 0.0),
    "cost of further lines": ("dynamic._COST_OF_FURTHER", 0.0),
    "costs scaled by agreement": ("dynamic._Pairing", lambda cls: type("Alike", (cls,), {"agreement": MEAN})),
    "unrelated texts": ("dynamic._UNRELATED", 0.0),
    "cost of lines alone": ("dynamic._cost_alone", lambda _: lambda *_: 0.0),
    "  from a first pairing": ("dynamic._Pairing.costs_alone", lambda f: lambda self, _: f(self, [])),
    "  none at the edges": ("dynamic._costs", lambda f: lambda side, at: f(side, [0, *at, len(side.weights) - 1])),
    "lines left out of links": ("dynamic._Pairing._needed", lambda _: lambda self, hyp, ref, *_: (hyp, ref)),
    "  repetitions": ("dynamic._REPEATED", 0.0),
    "  own share": ("dynamic._loss", lambda f: lambda side, line, rest, _, alone: f(side, line, rest, 1e9, alone)),
    "links 3-1, 1-3 and more": ("dynamic._shapes", lambda f: lambda *n: [s for s in f(*n) if min(s) > 1 or max(s) < 3]),
    "links 2-2 and more": ("dynamic._shapes", lambda f: lambda *n: [s for s in f(*n) if min(s) < 2]),
    "anchors (cut at the diagonal)": ("chunks.find_anchors", lambda _: lambda *_: []),
    "cutting into chunks": ("chunks._ENOUGH", 1 << 30),
}


def work() -> None:
    """Aligns the documents of a job from stdin in this process; the result goes to stdout as JSON."""
    stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # peers print
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (job["limit"], job["limit"] + 10))  # the system kills at the second
    try:
        if job["without"]:
            path, change = COMPONENTS[job["without"]]
            place, _, name = path.rpartition(".")
            owner = resolve_name(f"mtqe.alignment.{place}")
            setattr(owner, name, change(getattr(owner, name)) if callable(change) else change)
        align = METHODS[job["method"]]()
    except (ModuleNotFoundError, UnavailableError) as error:
        json.dump({"failed": f"left out: {error}"}, stdout)
        return
    list(align(["A first line.", "And another one."], ["A first line.", "And one more."]))
    start = time.process_time()
    links = [[[list(map(int, lines)) for lines in pair] for pair in align(*document)] for document in job["documents"]]
    seconds = time.process_time() - start
    peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    json.dump({"links": links, "seconds": seconds, "MB": int(peak) / 1024}, stdout)


def run(
    method: str, entries: Sequence[Entry], without: str = "", *, limit: int, score: Callable[..., Mapping[str, float]]
) -> Result:
    """Scores, time and memory of a method on these documents, or why there are none: `failed`."""
    documents = [[entry["hyp"], entry["ref"]] for entry in entries]
    job = json.dumps({"method": method, "without": without, "limit": limit, "documents": documents})
    done = subprocess.run([sys.executable, __file__, "--work"], input=job, capture_output=True, text=True)
    if done.returncode == -signal.SIGXCPU:
        return {"failed": f"over {limit} s"}
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2] or f"ended by signal {-done.returncode}"
        return {"failed": f"over {MOST_BYTES >> 30} GiB" if re.search("MemoryError|bad_alloc", reason) else reason}
    result: Result = json.loads(done.stdout)
    if "links" in result:
        result["scores"] = score(entries, dict(zip((entry["id"] for entry in entries), result["links"], strict=True)))
    return result


def read_families(folder: Path, wanted: Sequence[str]) -> dict[str, list[Entry]]:
    """The documents of each file; of each family in the file of natural texts."""
    families = defaultdict(list)
    for path in sorted(folder.glob("*.jsonl")):
        for entry in map(json.loads, filter(None, path.read_text(encoding="utf-8").split("\n"))):
            families[entry["family"] if path.stem.startswith("natural") else path.stem].append(entry)
    unknown = set(wanted) - families.keys()
    if unknown:
        raise SystemExit(f"no family {', '.join(sorted(unknown))}; there are {', '.join(families)}")
    return {name: families[name] for name in wanted or families}


def of_size(entry: Entry, lines: int) -> Entry:
    """The document repeated until it has so many hypothesis lines, and cut there."""
    copies = -(-lines // len(entry["hyp"]))
    starts = [(k * len(entry["hyp"]), k * len(entry["ref"])) for k in range(copies)]
    hyp, ref = (list(side) for side in zip(*(reworded(entry, k) for k in range(copies)), strict=True))
    gold = [([h + i for i in one], [r + j for j in two]) for h, r in starts for one, two in entry["gold"]]
    kept = [(one, two) for one, two in gold if one and max(one) < lines]
    last = max(max(two) for _, two in kept if two)
    return {
        "id": str(lines),
        "hyp": list(chain.from_iterable(hyp))[:lines],
        "ref": list(chain.from_iterable(ref))[: last + 1],
        "gold": [*kept, *(([], two) for one, two in gold if not one and max(two) <= last)],
        "equiv": [[h + i for i in pair] for h, _ in starts for pair in entry["equiv"] if h + max(pair) < lines],
    }


def reworded(entry: Entry, copy: int) -> tuple[list[str], list[str]]:
    """Both sides with half of the longer words put in place of others, the same on both; copy 0 is as it was."""
    sides = entry["hyp"], entry["ref"]
    if not copy:
        return sides
    word = re.compile(r"\w{4,}")
    starts = sorted({found[:5].lower() for line in chain(*sides) for found in word.findall(line)})
    draw = random.Random(copy)
    other = {start: draw.choice(starts) for start in starts if draw.random() < 0.5}
    one, two = (
        [word.sub(lambda m: other.get(m[0][:5].lower(), m[0][:5]) + m[0][5:], line) for line in side] for side in sides
    )
    return one, two


def print_families(families: Mapping[str, list[Entry]], tell: Callable[..., Result], methods: Sequence[str]) -> None:
    for name, entries in families.items():
        sizes = " to ".join(f"{sum(len(entry[side]) for entry in entries):,}" for side in ("hyp", "ref"))
        print_head(f"{name}, {sizes} lines")
        for method in methods:
            if suits(method, entries):
                print_row(method, tell(method, entries))


def print_scaling(entry: Entry, tell: Callable[..., Result], methods: Sequence[str]) -> None:
    print_head("long_1000 at other sizes")
    documents = {size: of_size(entry, size) for size in SIZES}
    for method in methods:
        for size, document in documents.items():
            result = tell(method, [document])
            print_row(f"{method}, {size:,}", result)
            if "failed" in result:
                break


def print_head(title: str) -> None:
    print(f"\n{title:<44}" + "".join(f"{name:>10}" for name in (*MEASURES, "CPU s", "MB")), flush=True)


def print_row(label: str, result: Result) -> None:
    figures = f"  {result.get('failed')}"
    if "scores" in result:
        figures = "".join(f"{result['scores'][key]:>10.3f}" for key in MEASURES)
        figures += f"{result['seconds']:>10.2f}{result['MB']:>10.0f}"
    print(f"{label:<44}{figures}", flush=True)


def print_ablation(families: Mapping[str, list[Entry]], tell: Callable[..., Result]) -> None:
    """Strict F1, then the changes of it; `reorder` is shown on all families."""
    whole: list[float] = []
    print(f"{'without':<40}" + "".join(f"{re.split('[_-]', name)[-1][:9]:>10}" for name in families))
    for label in ("nothing", *COMPONENTS, "nothing, with reorder"):
        method, without = "mtqe reorder" if "reorder" in label else "mtqe", label if label in COMPONENTS else ""
        results = [tell(method, entries, without) for entries in families.values()]
        if reasons := [result["failed"] for result in results if "failed" in result]:
            raise SystemExit(f"without {label}: {reasons[0]}")
        strict = [result["scores"]["strict_f1"] for result in results]
        changes = [now - then for now, then in zip(strict, whole or strict, strict=True)]
        figures = [f"{x:+.3f}" if abs(x) >= 0.002 else "·" for x in changes] if whole else [f"{x:.3f}" for x in strict]
        whole = whole or strict
        print(f"{label:<40}" + "".join(f"{x:>10}" for x in figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("families", nargs="*", metavar="FAMILY", help="a file of the data, or a natural family")
    add("--methods", nargs="+", default=[*METHODS], choices=METHODS, metavar="METHOD", help=", ".join(METHODS))
    add("--limit", type=int, default=600, help="CPU seconds that a method has for a family or size")
    add("--ablation", action="store_true", help="mtqe without each of its components")
    add("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    score = runpy.run_path(str(SHARED / "tools" / "score_align.py"))["score"]
    tell = partial(run, limit=options.limit, score=score)
    families = read_families(SHARED / "data" / "align", options.families)
    if options.ablation:
        print_ablation(families, tell)
        return
    print_families(families, tell, options.methods)
    if "long_1000" in families:
        print_scaling(families["long_1000"][0], tell, options.methods)


if __name__ == "__main__":
    main()
