"""TER (Snover et al. 2006) as sacreBLEU computes it, after Tercom."""

from __future__ import annotations

from typing import Any

import numpy as np

from mtqe.metrics._sacrebleu import Pairs, SacrebleuMetric, or_python_zero, spec
from mtqe.results import FloatArray

CITE = ("snover-etal-2006-study", "post-2018-call")


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
        count=_count,
        aggregate=_ter,
    )


def _count(metric: Any, pairs: Pairs) -> FloatArray:
    """[edits to the nearest reference, mean reference length] of each pair."""
    from mtqe.metrics._edits import edits
    from mtqe.metrics._tokens import vocabulary, words

    references = [metric._preprocess_segment(text).split() for texts in pairs.references for text in texts]
    hypotheses = [metric._preprocess_segment(text).split() for text in pairs.hypotheses]
    numbers = vocabulary(references)
    refs, hyps = words(references, numbers), words(hypotheses, numbers)
    sizes = np.array([len(texts) for texts in pairs.references])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    least = np.full(len(hypotheses), np.iinfo(np.int64).max)
    for r in range(sizes.max()):
        has = np.flatnonzero(r < sizes[pairs.of])
        least[has] = np.minimum(least[has], edits(refs, hyps.taken(has), first[pairs.of[has]] + r))
    mean_length = np.add.reduceat(refs.lengths, first) / sizes
    return np.stack([least.astype(np.float64), mean_length[pairs.of]], axis=1)


def _ter(sums: FloatArray) -> FloatArray:
    """`TER._compute_score_from_stats` of sacreBLEU over rows of [edits, reference length]."""
    edits, length = sums[..., 0], sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return or_python_zero(100 * (edits / length), length > 0, np.where(edits > 0, 100.0, 0.0))
