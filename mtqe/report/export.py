"""`results.json`: one schema for any number of test sets, systems and metrics; numbers in full precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from mtqe.comparison.within import Estimate
from mtqe.report.buckets import BucketScores, best_two, bucket_scores
from mtqe.report.entities import Consistency, consistency
from mtqe.report.findings import Finding, Verdict, counts, verdicts
from mtqe.report.sections.agreement import taus
from mtqe.report.sections.models import usages
from mtqe.report.values import comparison_row, plain, score_rows
from mtqe.report.view import Part, macro_average, metrics, parts, systems
from mtqe.results import EntityError, Evaluation
from mtqe.results.rows import span_to_dict

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
        "comparisons": [comparison_row(comparison) for comparison in evaluation.comparisons],
        "buckets": [row for part in parts(evaluation) for row in _buckets(part, bucket_scores(evaluation)[part.name])],
        "agreement": [
            {
                "test_set": name,
                "a": of.a.name,
                "b": of.b.name,
                "over_systems": of.over_systems,
                "systems": of.systems,
                "over_segments": of.over_segments,
                "units": sum(of.segments),
            }
            for name, found in taus(evaluation).items()
            for of in found
        ],
        "usage": [
            {"test_set": part.name, "system": system, **usage}
            for part in parts(evaluation)
            for system, usage in usages(part).items()
        ],
        "entities": [_entities(verdict, consistency(evaluation)[key]) for key, verdict in verdicts(evaluation).items()],
        "passages": [_passages(verdict) for verdict in verdicts(evaluation).values()],
        "candidates": [_candidates(verdict) for verdict in verdicts(evaluation).values()],
        "notes": [{"kind": note.kind, "test_set": note.test_set, "text": note.text} for note in evaluation.notes],
        "provenance": evaluation.provenance,
    }
    rows: dict[str, Any] = plain(found)
    return rows


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
    for row in score_rows(part.scores, part.comparisons):
        covered, unlinked = part.coverage(row["system"])
        rows.append({**row, "coverage_reference": covered, "output_unlinked": unlinked})
    return rows


def _macro(evaluation: Evaluation) -> list[dict[str, Any]]:
    n = len(parts(evaluation))
    return [
        {"system": system, "metric": metric, "value": macro_average(evaluation, system, metric), "test_sets": n}
        for system in systems(evaluation)
        for metric in metrics(evaluation)
        if n > 1
    ]


def _buckets(part: Part, found: Sequence[BucketScores]) -> Iterator[dict[str, Any]]:
    """A row a bucket and system, and a row a bucket for the best less the second best (`less`)."""
    for of in found:
        rows: list[tuple[str, str | None, tuple[Estimate, ...]]]
        rows = [(system, None, estimates) for system, estimates in of.systems.items()]
        rows += [(*pair, of.differences) for pair in [best_two(part)] if pair and of.differences]
        for system, less, estimates in rows:
            for bucket, estimate in zip(of.cut.buckets, estimates, strict=True):
                between = estimate.interval
                yield {
                    "test_set": part.name,
                    "metric": part.comparisons[0].metric,
                    "by": of.cut.kind,
                    "bucket": bucket.name,
                    "system": system,
                    "less": less,
                    "value": estimate.value,
                    "interval": between and [between.low, between.high],
                    "units": estimate.n,
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
    passages = [f for f in verdict.findings if f.kind in ("fluency", "other")]
    return _counted(verdict, passages, lambda finding: finding.span.category, "verdicts")


def _candidates(verdict: Verdict) -> dict[str, Any]:
    """Meaning candidates: counts of candidates and hints by rule, and each one."""
    found = [f for f in verdict.findings if f.kind == "candidate"]
    return _counted(verdict, found, lambda finding: finding.span.rule, "candidates")


def _counted(
    verdict: Verdict, findings: Sequence[Finding], group: Callable[[Finding], str], sure: str
) -> dict[str, Any]:
    """Findings with their counts by group: hints, and what is likely, which is called `sure`."""
    table: dict[str, dict[str, int]] = {}
    for finding in findings:
        row = table.setdefault(group(finding), {sure: 0, "hints": 0})
        row["hints" if finding.is_hint else sure] += 1
    return {
        "test_set": verdict.part.name,
        "system": verdict.system,
        "counts": dict(sorted(table.items())),
        "findings": [finding_row(verdict, finding) for finding in findings],
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
