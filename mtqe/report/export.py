"""`results.json`: one schema for any number of test sets, systems and metrics; numbers in full precision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mtqe.report.entities import Consistency, consistency
from mtqe.report.findings import Finding, Verdict, counts, verdicts
from mtqe.report.view import Part, macro_average, metrics, parts, systems
from mtqe.results import Comparison, EntityError, Evaluation, Interval, span_to_dict

SCHEMA = "mtqe.results/1"


def results(evaluation: Evaluation) -> dict[str, Any]:
    """The content of `results.json` as plain JSON values; a score that does not exist is None."""
    found = {
        "schema": SCHEMA,
        "name": evaluation.name,
        "test_sets": [_test_set(part) for part in parts(evaluation)],
        "systems": [{"name": name} for name in systems(evaluation)],
        "metrics": [
            {
                "name": info.name,
                "label": info.label,
                "higher_is_better": info.higher_is_better,
                "decimals": info.decimals,
                "key": info.spec.key,
                "signature": info.spec.signature,
            }
            for info in metrics(evaluation).values()
        ],
        "scores": [row for part in parts(evaluation) for row in _scores(part)],
        "macro_averages": _macro(evaluation),
        "comparisons": [_comparison(comparison) for comparison in evaluation.comparisons],
        "entities": [_entities(verdict, consistency(evaluation)[key]) for key, verdict in verdicts(evaluation).items()],
        "passages": [_passages(verdict) for verdict in verdicts(evaluation).values()],
        "notes": [{"kind": note.kind, "test_set": note.test_set, "text": note.text} for note in evaluation.notes],
        "provenance": evaluation.provenance,
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def _test_set(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "languages": part.test_set.languages,
        "fingerprint": part.scores.fingerprint,
        "documents": len(part.test_set.documents),
        "segments": len(part.test_set.segments),
        "notes": part.test_set.notes,
    }


def _scores(part: Part) -> list[dict[str, Any]]:
    rows = []
    for system in part.systems:
        covered, unlinked = part.coverage(system)
        for metric in part.scores.metrics:
            if score := part.score(system, metric):
                rows.append(
                    {
                        "test_set": part.name,
                        "system": system,
                        "metric": metric,
                        "value": score.value,
                        "interval": _interval(score.interval),
                        "n": score.n,
                        "unscored": score.unscored,
                        "coverage_reference": covered,
                        "output_unlinked": unlinked,
                        "signature": score.signature,
                        "protocol": score.protocol,
                    }
                )
    return rows


def _macro(evaluation: Evaluation) -> list[dict[str, Any]]:
    n = len(parts(evaluation))
    return [
        {"system": system, "metric": metric, "value": macro_average(evaluation, system, metric), "test_sets": n}
        for system in systems(evaluation)
        for metric in metrics(evaluation)
        if n > 1
    ]


def _comparison(comparison: Comparison) -> dict[str, Any]:
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
                "signature": pair.signature,
            }
            for pair in comparison.pairs
        ],
    }


def _entities(verdict: Verdict, found: Consistency) -> dict[str, Any]:
    """Counts of all names and numbers by status and type, each one that does not simply match, and mixed forms."""
    entities = [f for f in verdict.findings if isinstance(f.span, EntityError)]
    return {
        "test_set": verdict.part.name,
        "system": verdict.system,
        "counts": counts(entities),
        "findings": [finding_row(verdict, finding) for finding in entities if finding.kind != "match"],
        "several_forms": [
            {"document": name.document, "name": name.name, "type": name.type, "forms": dict(name.counts)}
            for name in found[0]
        ],
        "mixed_naming": [asdict(use) for use in found[1]],
    }


def _passages(verdict: Verdict) -> dict[str, Any]:
    """Passages with fluency errors and errors of other categories: counts of verdicts and hints, and each one."""
    passages = [f for f in verdict.findings if not isinstance(f.span, EntityError)]
    table: dict[str, dict[str, int]] = {}
    for finding in passages:
        row = table.setdefault(finding.span.category, {"verdicts": 0, "hints": 0})
        row["hints" if finding.is_hint else "verdicts"] += 1
    return {
        "test_set": verdict.part.name,
        "system": verdict.system,
        "counts": dict(sorted(table.items())),
        "findings": [finding_row(verdict, finding) for finding in passages],
    }


def finding_row(verdict: Verdict, finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON values: where it is, what stands on either side, and its span."""
    unit = verdict.part.units[verdict.system][finding.unit]
    return {
        "metric": finding.metric,
        "unit": finding.unit,
        "id": unit.id,
        "document": unit.document,
        "verdict": finding.kind in ("name", "value", "missing", "invented", "fluency", "other") and not finding.is_hint,
        "found": finding.found,
        "expected": finding.expected,
        **span_to_dict(finding.span),
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _plain(value: Any) -> Any:
    """Plain JSON values: mappings and sequences unwrapped, numbers that JSON lacks as None, the rest as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
