"""Do the tests reject as often as they say? Null simulations on real translations; a table for the documentation.

python experiments/bench/calibration.py ../shared/data/wmt21 --markdown TABLE.md
python experiments/bench/calibration.py ../shared/data/wmt21 --quick

Exchange null: the two outputs of each unit (document or segment) are swapped at random, then the pair is tested.
Weak null: documents are drawn from a population in which both systems have the same score; nothing else is the same.
Every share is of simulations that reject at alpha = .05 although the null is true.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import mtqe
from mtqe import stats
from mtqe.results import FloatArray, mean

ALPHA = 0.05
DRAWS = 499  # alpha (draws + 1) is whole, so that a permutation test is exact as with 9,999
PEER_DRAWS, PEER_SPLITS, PEER_SHARE, PEER_WIN = 1000, 300, 0.4, 0.95
BATCH = 100  # simulations that share one matrix of draws
SIZES = (5, 10, 20, 50, 100)
METRICS = {"BLEU": "bleu", "chrF": "chrf", "TER": "ter"}

#: statistics (2 x simulations, n, k), of simulated pairs one after the other -> which simulations reject
Reject = Callable[[FloatArray, int], NDArray[np.bool_]]


@dataclass(frozen=True)
class Metric:
    """Statistics (systems, segments, k) of real outputs; `quality` are the columns that hold what is right or wrong."""

    name: str
    statistics: FloatArray
    aggregate: Callable[[FloatArray], FloatArray]
    quality: slice


@dataclass(frozen=True)
class Cell:
    """One share of rejections; `default` where the test is mtqe's own and the null is the one that it tests."""

    null: str
    test: str
    metric: str
    rejected: int
    simulations: int
    default: bool = False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder wmt21")
    parser.add_argument("--pair", default="ja-en")
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="200 simulations of each cell")
    parser.add_argument("--markdown", type=Path, help="where to write the table")
    options = parser.parse_args()
    simulations = 200 if options.quick else options.simulations
    start = time.perf_counter()
    metrics, documents = load(options.data, options.pair)
    cells = []
    for cell in simulate(metrics, documents, simulations):
        print(f"{time.perf_counter() - start:6.0f} s  {cell}", file=sys.stderr, flush=True)
        cells.append(cell)
    table = markdown(cells, options.pair, documents)
    print(table)
    if options.markdown:
        options.markdown.write_text(table, encoding="utf-8")


def load(data: Path, pair: str, systems: int = 6) -> tuple[list[Metric], NDArray[np.intp]]:
    """Statistics of the first systems of a WMT pair, and the document of each segment."""
    paths = sorted((data / "system-outputs" / pair).glob("*.txt"))[:systems]
    test_set = mtqe.load(
        data / "references" / f"{pair}.refA.txt",
        translations={path.stem: path for path in paths},
        languages=pair.split("-")[1],
    )
    lines = (data / "documents" / f"{pair}.docs").read_text(encoding="utf-8").split("\n")[:-1]
    documents = np.unique(lines, return_inverse=True)[1]
    scores = mtqe.score(test_set, list(METRICS.values()))
    quality = {"BLEU": slice(2, 6), "chrF": slice(2, None, 3), "TER": slice(0, 1)}
    metrics = [
        Metric(
            label,
            np.stack([scores[path.stem, name].statistics for path in paths]),
            scores.metrics[name].aggregate,
            quality[label],
        )
        for label, name in METRICS.items()
    ]
    values = np.stack([scores[path.stem, "chrf"].values for path in paths])
    metrics.append(Metric("mean of segments", as_mean(values), mean, slice(0, 1)))
    return metrics, documents


def as_mean(values: FloatArray) -> FloatArray:
    return np.stack([values, np.ones_like(values)], axis=-1)


def by_document(statistics: FloatArray, documents: NDArray[np.intp]) -> FloatArray:
    """Sums statistics (systems, segments, k) over documents."""
    sums = np.zeros((len(statistics), documents.max() + 1, statistics.shape[-1]))
    for system, own in zip(sums, statistics, strict=True):
        np.add.at(system, documents, own)
    return sums


def simulate(metrics: Sequence[Metric], documents: NDArray[np.intp], simulations: int) -> Iterator[Cell]:
    pairs = [(0, 1), (2, 3)]
    for metric in metrics:
        for a, b in pairs:
            named = f"{metric.name}, pair {a + 1}-{b + 1}"
            yield from exchange_cells(metric, named, metric.statistics[[a, b]], documents, simulations)
    for metric in metrics:
        yield from weak_cells(metric, by_document(metric.statistics, documents)[[0, 3]], simulations)
    yield from skewed_cells(simulations)
    for metric in metrics[1::2]:
        yield from family_cells(metric, by_document(metric.statistics, documents), simulations)


def exchange_cells(
    metric: Metric, named: str, pair: FloatArray, documents: NDArray[np.intp], simulations: int
) -> Iterator[Cell]:
    """Both units of exchange, each tested by its own unit; and what ignores documents, where those are exchanged."""
    of_documents = by_document(pair, documents)
    segments = np.arange(len(documents))
    peers = min(simulations, max(200, simulations // 5))
    cases: list[tuple[str, str, FloatArray, NDArray[np.intp], Reject, int, bool]] = [
        ("documents", "permutation of documents", of_documents, np.unique(documents), permutation, simulations, True),
        ("documents", "bootstrap of documents", of_documents, np.unique(documents), bootstrap, simulations, False),
        ("documents", "permutation of segments", pair, documents, permutation, peers, False),
        ("documents", "sacreBLEU paired bootstrap", pair, documents, sacrebleu_bootstrap, peers, False),
        ("segments", "permutation of segments", pair, segments, permutation, simulations, True),
        ("segments", "sacreBLEU paired bootstrap", pair, segments, sacrebleu_bootstrap, peers, False),
    ]
    for unit, test, statistics, exchanged, reject, count, default in cases:
        made = partial(exchange, statistics, exchanged)
        rejected = run(made, partial(reject, metric.aggregate), count)
        yield Cell(f"exchange of {unit}", test, named, rejected, count, default)
    if metric.aggregate is mean:
        for unit, exchanged in (("documents", documents), ("segments", segments)):
            for test, reject in (("comet-compare win ratio", win_ratio), ("comet-compare t-test", t_test)):
                rejected = run(partial(exchange, pair, exchanged), reject, peers)
                yield Cell(f"exchange of {unit}", test, named, rejected, peers)


def run(make: Callable[[np.random.Generator, int], FloatArray], reject: Reject, simulations: int) -> int:
    """How many simulations reject; `make` gives statistics (2 x simulations, n, k)."""
    rejected = 0
    for start in range(0, simulations, BATCH):
        count = min(BATCH, simulations - start)
        rejected += int(reject(make(np.random.default_rng([1, start]), count), start).sum())
    return rejected


def exchange(pair: FloatArray, group: NDArray[np.intp], generator: np.random.Generator, count: int) -> FloatArray:
    """Pairs in which the outputs of every group of units are swapped at random."""
    swap = generator.integers(2, size=(count, group.max() + 1), dtype=np.bool_)[:, group, None]
    made = np.stack([np.where(swap, pair[1], pair[0]), np.where(swap, pair[0], pair[1])], axis=1)
    return made.reshape(2 * count, *pair.shape[1:])


def draw(pair: FloatArray, size: int, generator: np.random.Generator, count: int) -> FloatArray:
    """Pairs on `size` documents drawn from those there are."""
    drawn = generator.integers(pair.shape[1], size=(count, size))
    return pair[:, drawn].swapaxes(0, 1).reshape(2 * count, size, pair.shape[-1])


def neighbours(statistics: FloatArray) -> list[tuple[int, int]]:
    return [(i, i + 1) for i in range(0, len(statistics), 2)]


def permutation(aggregate: stats.resampling.Aggregate, statistics: FloatArray, seed: int) -> NDArray[np.bool_]:
    _, p = stats.permutation_tests(statistics, neighbours(statistics), aggregate, draws=DRAWS, seed=seed)
    return p <= ALPHA


def bootstrap(aggregate: stats.resampling.Aggregate, statistics: FloatArray, seed: int) -> NDArray[np.bool_]:
    _, p = stats.bootstrap_tests(statistics, neighbours(statistics), aggregate, draws=DRAWS, seed=seed)
    return p <= ALPHA


def sacrebleu_bootstrap(aggregate: stats.resampling.Aggregate, statistics: FloatArray, seed: int) -> NDArray[np.bool_]:
    """The p of `mtqe.stats.compat`, without its float32."""
    drawn = stats.bootstrap(statistics, aggregate, draws=PEER_DRAWS, seed=seed)
    observed = aggregate(statistics.sum(axis=1))
    size = np.abs(drawn[::2] - drawn[1::2])
    above = size - size.mean(axis=1, keepdims=True) > np.abs(observed[::2] - observed[1::2])[:, None]
    return (above.sum(axis=1) + 1) / (PEER_DRAWS + 1) <= ALPHA


def win_ratio(statistics: FloatArray, seed: int) -> NDArray[np.bool_]:
    """One system wins at least 95 % of 300 samples of 40 % of the segments."""
    difference = statistics[::2, :, 0] - statistics[1::2, :, 0]
    n = difference.shape[1]
    drawn = np.random.default_rng(seed).integers(n, size=(PEER_SPLITS, int(PEER_SHARE * n)))
    wins = (difference @ stats.resampling.counts(drawn, n).T > 0).mean(axis=1)
    return np.maximum(wins, 1 - wins) >= PEER_WIN


def t_test(statistics: FloatArray, _seed: int) -> NDArray[np.bool_]:
    from scipy.stats import ttest_rel

    return np.asarray(ttest_rel(statistics[::2, :, 0], statistics[1::2, :, 0], axis=1).pvalue <= ALPHA)


def weak_cells(metric: Metric, pair: FloatArray, simulations: int) -> Iterator[Cell]:
    """Few documents; sizes, variances and skew are those of the real documents."""
    equal = equalised(pair, metric)
    for size in SIZES:
        yield from few("weak, real documents", metric, partial(draw, equal, size), size, simulations)


def few(
    null: str, metric: Metric, make: Callable[[np.random.Generator, int], FloatArray], size: int, simulations: int
) -> Iterator[Cell]:
    """The default test, and beside it the bootstrap and the interval of the difference, on `size` documents."""
    peers = min(simulations, max(200, simulations // 5))
    for test, reject, count in (
        ("permutation", permutation, simulations),
        ("bootstrap", bootstrap, peers),
        ("interval", interval, peers),
    ):
        rejected = run(make, partial(reject, metric.aggregate), count)
        yield Cell(null, f"{test}, {size} documents", metric.name, rejected, count)


def equalised(pair: FloatArray, metric: Metric) -> FloatArray:
    """The pair with the second system's quality counts scaled so that both corpus scores are the same."""
    target = metric.aggregate(pair[0].sum(axis=0))
    low, high = 0.0, 3.0
    for _ in range(100):
        factor = (low + high) / 2
        scaled = pair[1].copy()
        scaled[:, metric.quality] *= factor
        low, high = (factor, high) if metric.aggregate(scaled.sum(axis=0)) < target else (low, factor)
    return np.stack([pair[0], scaled])


def interval(aggregate: stats.resampling.Aggregate, statistics: FloatArray, seed: int) -> NDArray[np.bool_]:
    """Whether the 95 % interval of the paired difference leaves out 0."""
    drawn = stats.bootstrap(statistics, aggregate, draws=DRAWS, seed=seed)
    units = statistics.shape[1]
    ends = [stats.interval(difference, units=units) for difference in drawn[::2] - drawn[1::2]]
    return np.array([low > 0 or high < 0 for low, high in ends])


def skewed_cells(simulations: int) -> Iterator[Cell]:
    """A mean over documents of lognormal size; document effects normal for one, skewed and three times as wide."""
    metric = Metric("mean of segments", np.zeros(0), mean, slice(0, 1))
    for size in SIZES:
        yield from few("weak, synthetic skew", metric, partial(skewed, size), size, simulations)


def skewed(size: int, generator: np.random.Generator, count: int) -> FloatArray:
    lengths = np.ceil(8 * generator.lognormal(0, 0.8, (count, size)))
    effects = np.stack([generator.normal(0, 1, (count, size)), 3 * (generator.exponential(1, (count, size)) - 1)], 1)
    weights = np.broadcast_to(lengths[:, None], effects.shape)
    return np.stack([effects * weights, weights], axis=-1).reshape(2 * count, size, 2)


def family_cells(metric: Metric, documents: FloatArray, simulations: int) -> Iterator[Cell]:
    """Six systems, 15 pairs: all equal; two groups of equals; and how many pairs of the real systems are found."""
    systems, size = documents.shape[:2]
    pairs = list(combinations(range(systems), 2))
    halves = np.arange(systems) // (systems // 2)
    peers = min(simulations, max(200, simulations // 5))
    for label, groups in (("all systems equal", np.zeros(systems, int)), ("two groups of equals", halves)):
        true = np.array([groups[a] == groups[b] for a, b in pairs])
        for adjust, count, default in ((corrections, simulations, True), (plain, peers, False)):
            wrong: Counter[str] = Counter()
            for seed in range(count):
                made = shuffled(documents, groups, np.random.default_rng([2, seed]))
                for method, adjusted in adjust(made, pairs, metric.aggregate, seed).items():
                    wrong[method] += bool((adjusted[true] <= ALPHA).any())
            for method, rejected in wrong.items():
                yield Cell(f"family, {label}", method, metric.name, rejected, count, default and method != "none")
    found: Counter[str] = Counter()
    for seed in range(peers // 2):
        sample = documents[:, np.random.default_rng([3, seed]).integers(size, size=size)]
        for adjust in (corrections, plain):
            for method, adjusted in adjust(sample, pairs, metric.aggregate, seed).items():
                found[method] += int((adjusted <= ALPHA).sum())
    for method, count in found.items():
        yield Cell("real differences (power)", method, metric.name, count, peers // 2 * len(pairs))


def corrections(
    statistics: FloatArray, pairs: Sequence[tuple[int, int]], aggregate: stats.resampling.Aggregate, seed: int
) -> dict[str, FloatArray]:
    _, p, adjusted = stats.max_t_tests(statistics, pairs, aggregate, draws=DRAWS, seed=seed)
    return {"max-T, studentised": adjusted, "Holm": stats.holm(p), "none": p}


def plain(
    statistics: FloatArray, pairs: Sequence[tuple[int, int]], aggregate: stats.resampling.Aggregate, seed: int
) -> dict[str, FloatArray]:
    test = stats.max_t_tests(statistics, pairs, aggregate, draws=DRAWS, seed=seed, studentised=False)
    return {"max-T, plain": test[2]}


def shuffled(documents: FloatArray, groups: NDArray[np.intp], generator: np.random.Generator) -> FloatArray:
    """Every document's outputs dealt out anew among the systems of each group."""
    made = documents.copy()
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        order = generator.permuted(np.tile(members, (documents.shape[1], 1)), axis=1)
        made[members] = documents[order.T, np.arange(documents.shape[1])]
    return made


def verdict(cell: Cell, defaults: int) -> str:
    """Where the share lies to the Bonferroni-corrected 99 % binomial interval around alpha."""
    from scipy.stats import binom

    tail = 0.01 / max(1, defaults) / 2
    low, high = binom.ppf([tail, 1 - tail], cell.simulations, ALPHA)
    return "too often" if cell.rejected > high else "less often" if cell.rejected < low else "as said"


def markdown(cells: Sequence[Cell], pair: str, documents: NDArray[np.intp]) -> str:
    """A table for each null: a row a metric, a column a test."""
    defaults = sum(cell.default for cell in cells)
    own = min(cell.simulations for cell in cells if cell.default)
    lines = [
        "# How often each test rejects",
        "",
        f"`experiments/bench/calibration.py` on WMT21 {pair}: {len(documents)} segments, {documents.max() + 1} "
        f"documents; alpha .05; {DRAWS} draws (sacreBLEU {PEER_DRAWS}, comet-compare {PEER_SPLITS} samples of 40 %). "
        "Bold: mtqe's default tests, of the null that they test. ▲ rejects more and ▼ less often than alpha, by the "
        f"99 % binomial interval, Bonferroni-corrected over {defaults} cells. At least {own:,} simulations a bold "
        f"cell, {min(cell.simulations for cell in cells):,} another.",
    ]
    for null in dict.fromkeys(cell.null for cell in cells):
        found = {(cell.metric, cell.test): cell for cell in cells if cell.null == null}
        metrics = list(dict.fromkeys(metric for metric, _ in found))
        tests = list(dict.fromkeys(test for _, test in found))
        wide = len(tests) > len(metrics)
        rows, columns = (tests, metrics) if wide else (metrics, tests)
        lines += ["", f"## {null[0].upper()}{null[1:]}", "", f"| | {' | '.join(columns)} |"]
        lines.append("|---" * (len(columns) + 1) + "|")
        for row in rows:
            keys = [(column, row) if wide else (row, column) for column in columns]
            lines.append(f"| {row} | {' | '.join(shown(found.get(key), defaults) for key in keys)} |")
    return "\n".join(lines) + "\n"


def shown(cell: Cell | None, defaults: int) -> str:
    if cell is None:
        return ""
    share = f"{100 * cell.rejected / cell.simulations:.2f} %"
    mark = "" if "power" in cell.null else {"too often": " ▲", "less often": " ▼"}.get(verdict(cell, defaults), "")
    return f"**{share}**{mark}" if cell.default else share + mark


if __name__ == "__main__":
    main()
