"""Metrics, one file each; scoring with several of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from mtqe import plugins
from mtqe.checks import check, warn_of
from mtqe.corpus import TestSet, UnitKey
from mtqe.errors import ConfigError, InputError, MtqeError
from mtqe.neural.session import ShardDone
from mtqe.results import (
    Metric,
    MetricInfo,
    MetricSpec,
    Scores,
    SegmentScores,
    SystemInfo,
    mean,
)

#: What is computed when nobody asks for anything else; nothing in it depends on the extras that are installed.
DEFAULT = ("chrf:word_order=2", "bleu", "ter", "fluency", "entities")


def score(test_set: TestSet, metrics: str | Iterable[str] | Mapping[str, Metric] = DEFAULT) -> Scores:
    """Scores every system of a test set by every metric.

    `metrics` are names as `chrf:word_order=2` or `bertscore:minilm`, or metrics by name. Raises ConfigError for a
    metric that does not exist or needs a source or reference that the test set lacks, UnavailableError for one whose
    extra is missing. Warns (DataWarning) of what `mtqe.checks` finds.
    """
    made = create_all(metrics)
    warn_of(check(test_set))
    return score_checked(test_set, made)


def score_checked(test_set: TestSet, metrics: str | Iterable[str] | Mapping[str, Metric]) -> Scores:
    """As `score`, of a test set that needs no further check."""
    made = create_all(metrics)
    if not test_set.systems:
        raise InputError(f"test set {test_set.name!r} has no system output to score")
    for request, metric in made.items():
        _check_needs(request, metric, test_set)
    keys = unit_keys(test_set)
    infos: dict[str, MetricInfo] = {}
    values: dict[tuple[str, str], SegmentScores] = {}
    for request in list(made):
        metric = made.pop(request)  # its model, if it has one, goes before the next one comes
        of_metric = _checked(request, metric.score(test_set), keys)
        infos[request] = describe(request, metric, [scores.spec for scores in of_metric.values()])
        values |= {(system, request): scores for system, scores in of_metric.items()}
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        systems={system.key: SystemInfo.of(system) for system in test_set.systems},
        units=keys,
        metrics=infos,
        values=values,
        reference_alignments=test_set.reference_alignments,
        domains=test_set.domains,
    )


def compute_shard(test_set: TestSet, metrics: str | Iterable[str]) -> Iterator[str]:
    """Runs the trained metrics on the session's shard of the work; yields the name of each that is done.

    Raises ConfigError when there is none among the metrics.
    """
    trained = {name: metric for name, metric in create_all(metrics).items() if hasattr(metric, "in_shards")}
    if not trained:
        raise ConfigError(f"no metric of {', '.join(metrics)} is computed in shards: comet and metricx are")
    for name, metric in trained.items():
        _check_needs(name, metric, test_set)
        with suppress(ShardDone):
            metric.score(test_set)
        yield name


def create_all(metrics: str | Iterable[str] | Mapping[str, Metric]) -> dict[str, Metric]:
    """Metrics by name, made where they are not; raises ConfigError for one that is asked for twice."""
    if isinstance(metrics, Mapping):
        return dict(metrics)
    requests = [metrics] if isinstance(metrics, str) else list(metrics)
    made = {request: create(request) for request in requests}
    if len(made) != len(requests):
        raise ConfigError(f"a metric is asked for twice: {', '.join(requests)}")
    return made


def _check_needs(request: str, metric: Metric, test_set: TestSet) -> None:
    if lacking := missing(metric, test_set):
        raise ConfigError(f"metric {request!r} needs a {lacking}, and test set {test_set.name!r} has none")


def create(request: str) -> Metric:
    """The metric of a name such as `chrf:word_order=2`; raises ConfigError when there is none."""
    metric: Metric = plugins.create("metrics", request)
    return metric


def missing(metric: Metric, test_set: TestSet) -> str | None:
    """`source` or `reference` when the metric needs it and the test set has none."""
    there = {
        "source": all(segment.source is not None for segment in test_set.segments),
        "reference": test_set.reference_sets > 0,
    }
    return next((name for name in sorted(metric.needs) if not there[name]), None)


def describe(request: str, metric: Metric, specs: Sequence[MetricSpec | None] = ()) -> MetricInfo:
    """What the results keep of a metric, and the defaults of what it need not have.

    `specs` are those of its scores; where they agree the data made the metric's own more definite.
    """
    agreed = specs[0] if specs and all(spec == specs[0] for spec in specs) else None
    return MetricInfo(
        name=request,
        label=getattr(metric, "label", request),
        decimals=getattr(metric, "decimals", 2),
        higher_is_better=metric.higher_is_better,
        range=getattr(metric, "range", (-math.inf, math.inf)),
        spec=agreed or metric.spec,
        aggregate=getattr(metric, "aggregate", mean),
    )


def unit_keys(test_set: TestSet) -> dict[str, tuple[UnitKey, ...]]:
    """The units of each system."""
    return {
        system.key: tuple(UnitKey(u.id, u.document, u.segments) for u in test_set.units(system.key))
        for system in test_set.systems
    }


def _checked(
    request: str, scores: Mapping[str, SegmentScores], keys: Mapping[str, Sequence[UnitKey]]
) -> dict[str, SegmentScores]:
    """What a metric returned, weighted by segments; raises MtqeError unless it is one score for each unit."""
    if {name: len(of.values) for name, of in scores.items()} != {name: len(units) for name, units in keys.items()}:
        raise MtqeError(f"metric {request!r} did not return one score for each unit of each system")
    return {name: scores[name].weighted([len(unit.segments) for unit in units]) for name, units in keys.items()}
