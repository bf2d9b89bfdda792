"""Conditions that a release must meet: which of them are not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mtqe.comparison.places import ALPHA
from mtqe.errors import ConfigError
from mtqe.metrics._streaming import CorpusScores
from mtqe.plugins import unknown
from mtqe.results import Comparison, Scores


def too_low(scores: Scores | CorpusScores, limits: Mapping[str, float]) -> list[str]:
    """Outputs that score worse than the limit of a metric (higher, where lower is better), or have no score."""
    failed = []
    for metric, limit in limits.items():
        if metric not in scores.metrics:
            raise ConfigError(unknown(f"metric {metric!r} of a gate", metric, scores.metrics))
        info = scores.metrics[metric]
        for system in scores.systems:
            score = scores.corpus(system, metric) if scores.has(system, metric) else math.nan
            met = score >= limit if info.higher_is_better else score <= limit
            if not met:
                side = "below" if info.higher_is_better else "above"
                found = "has no score" if math.isnan(score) else f"scores {score:.{info.decimals}f}, {side} {limit:g}"
                failed.append(f"{scores.test_set}: {system} {found} by {metric}")
    return failed


def worse_than(scores: Scores, comparison: Comparison, baseline: str) -> list[str]:
    """Systems that the tests show to be worse than the baseline, and those that could not be tested against it.

    Human outputs stand outside of tests.
    """
    failed = []
    tested: Sequence[str] = [pair.a for pair in comparison.pairs if pair.b == baseline]
    for name in dict.fromkeys(system.name for system in scores.systems.values() if not system.human):
        if name not in (baseline, *tested):
            failed.append(f"{comparison.test_set}: {name} could not be tested against {baseline}")
    for pair in comparison.pairs:
        worse = pair.delta < 0 if comparison.higher_is_better else pair.delta > 0
        if pair.b == baseline and pair.p_adjusted <= ALPHA and worse:
            delta = f"{pair.delta:+.{comparison.decimals}f} {comparison.metric}, adjusted p {pair.p_adjusted:.2g}"
            failed.append(f"{comparison.test_set}: {pair.a} is worse than {baseline} ({delta})")
    return failed
