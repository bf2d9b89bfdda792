"""`CITATION.bib`: the papers behind the metrics, models and tests of an evaluation, its data, and this toolkit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import resources

from mtqe import plugins
from mtqe.errors import MtqeError
from mtqe.neural.known import known_model
from mtqe.report.latex import escape
from mtqe.report.view import count, metrics, parts
from mtqe.results import Comparison, Evaluation, MetricSpec

_MODELS = {"minilm": ("wang-etal-2020-minilm", "reimers-gurevych-2019-sentence")}
_TESTS = {
    "permutation": ("noreen-1989-computer", "riezler-maxwell-2005-pitfalls"),
    "bootstrap": ("koehn-2004-statistical",),
    "wilcoxon": ("wilcoxon-1945-individual",),
}
_CORRECTIONS = {"max-t": ("westfall-young-1993-resampling",), "holm": ("holm-1979-simple",)}


def bibliography(evaluation: Evaluation) -> str:
    """BibTeX entries, each once, in the order of the report: metrics, tests, data, toolkit."""
    known = entries()
    cited = [key for info in metrics(evaluation).values() for key in _of_metric(info.spec)]
    cited += [key for comparison in evaluation.comparisons for key in _of_tests(comparison)]
    found = [known.get(key, key) for key in dict.fromkeys(cited)]
    return "\n".join([*found, *_data(evaluation), _toolkit(evaluation)])


def entries() -> dict[str, str]:
    """The entries of `citations.bib` by their keys, each with its final line end."""
    text = resources.files("mtqe.report").joinpath("citations.bib").read_text("utf-8")
    return {match[1]: match[0] for match in re.finditer(r"^@\w+\{([^,]+),\n.*?^\}\n", text, re.MULTILINE | re.DOTALL)}


def _of_metric(spec: MetricSpec) -> Iterator[str]:
    """What the metric's module calls `CITE`: keys of `citations.bib`, or whole entries of its own; then its model."""
    with suppress(MtqeError):  # the plugin that scored may not be here
        yield from getattr(plugins.load("metrics", spec.name), "CITE", ())
    model = spec.model or ""
    yield from _MODELS.get(model, ())
    if published := known_model(model):
        yield published.cite


def _of_tests(comparison: Comparison) -> Iterator[str]:
    if any(place.interval for place in comparison.systems):
        yield from ("efron-1979-bootstrap", "hesterberg-2015-teachers")
    if comparison.pairs:
        yield from _TESTS[comparison.test]
        yield from _CORRECTIONS.get(comparison.correction, ())
    if any(place.cluster for place in comparison.systems):
        yield "bojar-etal-2016-findings"
    if any(pair.agreement is not None for pair in comparison.pairs):
        yield "kocmi-etal-2024-navigating"


def _data(evaluation: Evaluation) -> Iterator[str]:
    """An entry a test set with what tells it from others; who made it is not known here."""
    for part in parts(evaluation):
        size = f"{count(len(part.test_set.documents), 'document')}, {count(len(part.test_set.segments), 'segment')}"
        note = f"{part.test_set.languages}, {size}, sha256 {part.scores.fingerprint[:16]}"
        name = _literal(part.name)
        fields = {"key": name, "title": f"{{{name}}}", "note": _literal(note)}
        yield _entry("misc", f"mtqe-data-{part.id}", fields)


def _toolkit(evaluation: Evaluation) -> str:
    versions = evaluation.provenance.get("versions")
    version = versions.get("mtqe", "") if isinstance(versions, dict) else ""
    fields = {"title": "{mtqe}: judge machine translation", "author": "{The mtqe developers}"}
    return _entry("misc", "mtqe", {**fields, "note": f"Version {_literal(version)}"} if version else fields)


def _literal(text: object) -> str:
    """A text as a value of BibTeX, which counts braces even where LaTeX has them escaped."""
    return escape(text).replace(r"\{", r"\textbraceleft{}").replace(r"\}", r"\textbraceright{}")


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])
