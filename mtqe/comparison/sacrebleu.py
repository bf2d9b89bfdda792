"""sacreBLEU's paired tests of the systems of one comparison, with its p-values and intervals bit by bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mtqe.errors import ConfigError
from mtqe.results import Comparison, Interval, PairResult, Scores, SystemResult
from mtqe.stats import compat

_METRICS = ("bleu", "chrf", "ter")
_NAMES = {"permutation": "sacrebleu paired-ar", "bootstrap": "sacrebleu paired-bs"}


def as_sacrebleu(
    scores: Scores,
    metric: str,
    outputs: Mapping[str, Sequence[str]],
    *,
    test: str,
    baseline: str | None,
    draws: int | None,
    seed: int,
) -> Comparison:
    """Every other system against the baseline, over segments; `outputs` are of `mtqe.comparison.Task`.

    Its mean and interval over resamples (`--paired-ar-confidence-n 1000` for randomisation) are the systems' intervals.
    """
    if scores.metrics[metric].spec.name not in _METRICS:
        raise ConfigError(f"sacreBLEU has no metric {metric!r}; compat is for {', '.join(_METRICS)}")
    if test not in _NAMES:
        raise ConfigError(f"sacreBLEU has no {test} test; take permutation or bootstrap")
    for system, keys in outputs.items():
        units = scores.units[keys[0]]
        if len(keys) > 1 or scores[keys[0], metric].reasons or any(len(unit.segments) > 1 for unit in units):
            raise ConfigError(
                f"sacreBLEU cannot test system {system!r}: it takes one run, with an output and a reference a segment"
            )
    first = next(iter(outputs)) if baseline is None else baseline
    names = [first, *(name for name in outputs if name != first)]
    statistics = np.stack([scores[outputs[name][0], metric].statistics for name in names])
    aggregate = scores.metrics[metric].aggregate
    n, number = statistics.shape[1], draws or (1_000 if test == "bootstrap" else 10_000)
    if test == "bootstrap":
        results = compat.paired_bootstrap(statistics, aggregate, draws=number, seed=seed)
    else:
        results = compat.approximate_randomisation(
            statistics, aggregate, draws=number, seed=seed, bootstrap_draws=1_000
        )
    signature = f"{_NAMES[test]}|draws:{number}|seed:{seed}|unit:segment|n:{n}"
    places, pairs = [], []
    for name, result in zip(names, results, strict=True):
        interval = None
        if result.mean is not None and result.ci is not None:
            interval = Interval(result.mean - result.ci, result.mean + result.ci)
        places.append(SystemResult(name, result.score, interval, n))
        if result.p is not None:
            delta = result.score - results[0].score
            pairs.append(PairResult(name, first, delta, None, result.p, result.p, n, signature))
    return Comparison(
        test_set=scores.test_set,
        metric=metric,
        decimals=scores.metrics[metric].decimals,
        higher_is_better=scores.metrics[metric].higher_is_better,
        unit="segment",
        unit_reason="As sacreBLEU does it: segments, each p alone.",
        draws=number,
        seed=seed,
        smallest_p=1 / (number + 1),
        test=_NAMES[test],
        correction="none",
        margin=None,
        systems=tuple(places),
        pairs=tuple(pairs),
    )
