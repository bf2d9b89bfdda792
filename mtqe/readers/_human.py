"""Human scores that came with the outputs of systems, as scores of the metrics `human:NAME`."""

from __future__ import annotations

import math

import numpy as np

from mtqe.corpus import TestSet, UnitKey
from mtqe.results import MetricInfo, MetricSpec, Scores, SegmentScores, SystemInfo
from mtqe.results.rows import span_from_dict

PREFIX = "human:"
#: Scores of which none is larger than this are shown with four decimals (standardised ones).
_SMALL = 5.0


def human_scores(test_set: TestSet) -> Scores | None:
    """The scores in the metadata of the systems (`human_scores`), None where there are none; higher is better.

    Errors that people marked (`human_errors`) are the spans of these scores. They can be merged with those that metrics
    give the same test set. A segment that nobody rated has no score.
    """
    found: dict[tuple[str, str], SegmentScores] = {}
    for system in test_set.systems:
        for name, given in system.metadata.get("human_scores", {}).items():
            values = np.array([math.nan if value is None else value for value in given], dtype=np.float64)
            reasons = {i: "not rated" for i, value in enumerate(given) if value is None}
            errors = system.metadata.get("human_errors", {}).get(name)
            spans = None if errors is None else tuple(tuple(map(span_from_dict, of)) for of in errors)
            found[system.key, PREFIX + name] = SegmentScores(values, spans=spans, reasons=reasons)
    if not found:
        return None
    units = tuple(UnitKey(s.id, s.document, (i,)) for i, s in enumerate(test_set.segments))
    metrics = {}
    for metric in sorted({metric for _, metric in found}):
        largest = max(np.nanmax(np.abs(of.values), initial=0.0) for (_, other), of in found.items() if other == metric)
        metrics[metric] = MetricInfo(
            name=metric,
            label=metric,
            decimals=4 if largest <= _SMALL else 2,
            higher_is_better=True,
            range=(-math.inf, math.inf),
            spec=MetricSpec(metric, field_signature=f"{metric}|given:{test_set.name}"),
        )
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        systems={system.key: SystemInfo.of(system) for system in test_set.systems},
        units=dict.fromkeys([system.key for system in test_set.systems], units),
        metrics=metrics,
        values=found,
        domains=test_set.domains,
    )
