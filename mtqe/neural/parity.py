"""Scores of a metric beside those that its authors' software gave: published ones, or recorded elsewhere."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtqe import plugins
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.neural.checkpoints import fetched
from mtqe.results import Metric
from mtqe.store import read_json

#: How far scores may lie apart: on other processors the last digits differ, in 16 bits more of them.
_TOLERANCE = {"fp32": 1e-4, "bf16": 5e-3, "fp16": 5e-3}
#: Languages, scores and their source for the example that a model's card on the hub has as `data = [...]`.
_PUBLISHED: Mapping[str, tuple[str, tuple[float, ...], str]] = {
    "Unbabel/wmt22-comet-da": (
        "de-en",
        (0.838558, 0.971726),
        "segments of the model's card; scores as in github.com/meteatamel/genai-beyond-basics, "
        "samples/evaluation/vertexai_genai_eval/model_based",
    )
}
_CARD = "README.md"
_DATA = re.compile(r"^data = (\[.*?^\])", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """Segments of one system with the scores that a metric should give them; `source` says whose they are."""

    test_set: TestSet
    scores: tuple[float, ...]
    source: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Example:
        """`source`, `languages` (`de-en`, or `en` without a source) and `segments` with `mt`, `src`, `ref`, `score`."""
        before, _, after = str(data["languages"]).rpartition("-")
        rows = data["segments"]
        segments = tuple(
            Segment(str(i), row.get("src"), (row["ref"],) if "ref" in row else (), "example")
            for i, row in enumerate(rows, start=1)
        )
        system = SystemOutput("system", tuple(row["mt"] for row in rows))
        test_set = TestSet("example", before or None, after, (Document("example", segments),), (system,))
        return cls(test_set, tuple(float(row["score"]) for row in rows), str(data["source"]))


def example(request: str, path: Path | None) -> Example:
    """The example of a file, or the published one of the metric's model.

    Raises InputError for a file that has none, ConfigError where none is published.
    """
    if path is not None:
        try:
            found = Example.of(read_json(path))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(
                f"no example ({error!r})",
                path=path,
                hint="it is JSON: source, languages, and segments with mt, score and what the metric reads: src, ref",
            ) from None
        if not found.scores or not all(map(math.isfinite, found.scores)):
            raise InputError("no segment, or one without a score", path=path)
        return found
    model = (plugins.parse(request)[1] or "").partition("@")[0]
    if model not in _PUBLISHED:
        raise ConfigError(
            f"mtqe knows published scores of {', '.join(_PUBLISHED)}, not of {request!r}; "
            "name a file of others with --expected"
        )
    languages, scores, source = _PUBLISHED[model]
    rows = _card_rows(plugins.parse(request)[1] or "")
    if len(rows) != len(scores):
        raise UnavailableError(f"the card of {model} has another example than scores are known of; use --expected")
    segments = [{**row, "score": score} for row, score in zip(rows, scores, strict=True)]
    return Example.of({"source": source, "languages": languages, "segments": segments})


def _card_rows(model: str) -> list[dict[str, str]]:
    """The segments that the card of a model shows how to score."""
    card = fetched(model, [_CARD]) / _CARD
    found = _DATA.search(card.read_text(encoding="utf-8")) if card.is_file() else None
    try:
        return list(ast.literal_eval(found[1])) if found else []
    except (ValueError, SyntaxError):
        return []


def compare(metric: Metric, of: Example) -> tuple[list[tuple[float, float]], float]:
    """The score and the expected one of each segment, and how far they may lie apart.

    Raises UnavailableError for a segment that the metric does not score.
    """
    (scores,) = metric.score(of.test_set).values()
    values = [float(value) for value in scores.values]
    if unscored := [i for i, value in enumerate(values, start=1) if math.isnan(value)]:
        raise UnavailableError(f"segment {unscored[0]} is not scored: {scores.reasons.get(unscored[0] - 1)}")
    dtype = str((scores.spec or metric.spec).parameters.get("dtype", "fp32"))
    return list(zip(values, of.scores, strict=True)), _TOLERANCE[dtype]
