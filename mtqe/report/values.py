"""Scores and comparisons as plain JSON values: the one shape of `results.json` and of what the command line prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mtqe.metrics._streaming import CorpusScores
from mtqe.report.comparisons import power
from mtqe.results import Comparison, Interval, Scores


def score_rows(scores: Scores | CorpusScores, comparisons: Sequence[Comparison] = ()) -> list[dict[str, Any]]:
    """A row a system and metric: the corpus score, its interval where `comparisons` have it, and its signature."""
    intervals = {(place.system, of.metric): place.interval for of in comparisons for place in of.systems}
    return [
        {
            "test_set": scores.test_set,
            "system": system,
            "metric": metric,
            "value": scores.corpus(system, metric),
            "interval": _interval(intervals.get((system, metric))),
            "n": scores[system, metric].scored,
            "unscored": scores[system, metric].unscored,
            "signature": scores.signature(system, metric),
            "protocol": scores.protocol(system, metric),
        }
        for system in scores.systems
        for metric in scores.metrics
        if scores.has(system, metric)
    ]


def comparison_row(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain JSON values, with the power of its median pair."""
    found = power(comparison)
    return {
        "test_set": comparison.test_set,
        "metric": comparison.metric,
        "unit": comparison.unit,
        "unit_reason": comparison.unit_reason,
        "draws": comparison.draws,
        "seed": comparison.seed,
        "smallest_p": comparison.smallest_p,
        "test": comparison.test,
        "correction": comparison.correction,
        "margin": comparison.margin,
        "notes": comparison.notes,
        "power": None if found is None else asdict(found),
        "systems": [
            {
                "system": place.system,
                "score": place.score,
                "interval": _interval(place.interval),
                "units": place.units,
                "wins": place.wins,
                "losses": place.losses,
                "ranks": place.ranks,
                "cluster": place.cluster,
                "first": place.first,
                "runs": place.runs,
                "runs_interval": _interval(place.runs_interval),
                "optimised": place.optimised,
            }
            for place in comparison.systems
        ],
        "pairs": [
            {
                "a": pair.a,
                "b": pair.b,
                "delta": pair.delta,
                "interval": _interval(pair.interval),
                "p": pair.p,
                "p_adjusted": pair.p_adjusted,
                "units": pair.units,
                "wins": pair.wins,
                "losses": pair.losses,
                "detectable": pair.detectable,
                "equivalent": pair.equivalent,
                "identical": pair.identical,
                "deviation": pair.deviation,
                "without": pair.without,
                "agreement": pair.agreement,
                "signature": pair.signature,
            }
            for pair in comparison.pairs
        ],
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def plain(value: Any) -> Any:
    """Plain JSON values: mappings and sequences unwrapped, numbers that JSON lacks as None, the rest as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
