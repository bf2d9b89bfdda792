"""TER (Snover et al. 2006) as sacreBLEU computes it, after Tercom."""

from __future__ import annotations

from typing import Any

import numpy as np

from mtqe.metrics._sacrebleu import SacrebleuMetric, spec
from mtqe.results import FloatArray


def make(
    normalized: bool = False,
    no_punct: bool = False,
    asian_support: bool = False,
    case_sensitive: bool = False,
    nulls: str = "empty",
) -> SacrebleuMetric:
    """TER, edits per 100 reference words: 0 is best, more than 100 is possible. Parameters are sacreBLEU's."""
    options: dict[str, Any] = {
        "normalized": normalized,
        "no_punct": no_punct,
        "asian_support": asian_support,
        "case_sensitive": case_sensitive,
    }

    def build(_language: str) -> Any:
        from sacrebleu.metrics.ter import TER

        return TER(**options)

    return SacrebleuMetric(
        spec=spec("ter", nulls, **options),
        label="TER",
        range=(0, float("inf")),
        higher_is_better=False,
        build=build,
        vectorised=_ter,
    )


def _ter(sums: FloatArray) -> FloatArray:
    """`TER._compute_score_from_stats` of sacreBLEU over rows of [edits, reference length]."""
    edits, length = sums[..., 0], sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0)))
