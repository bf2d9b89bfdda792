"""chrF and chrF++ (Popović 2015, 2017) as sacreBLEU computes them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mtqe.metrics._sacrebleu import SacrebleuMetric, spec
from mtqe.results import FloatArray


def make(
    char_order: int = 6,
    word_order: int = 0,
    beta: int = 2,
    lowercase: bool = False,
    whitespace: bool = False,
    eps_smoothing: bool = False,
    nulls: str = "empty",
) -> SacrebleuMetric:
    """chrF, 0 to 100; with `word_order=2` it is chrF++. Parameters are sacreBLEU's."""
    options: dict[str, Any] = {
        "char_order": char_order,
        "word_order": word_order,
        "beta": beta,
        "lowercase": lowercase,
        "whitespace": whitespace,
        "eps_smoothing": eps_smoothing,
    }

    if char_order < 1 or word_order < 0 or beta < 1:
        raise ValueError("char_order and beta are at least 1, word_order at least 0")

    def build(_language: str) -> Any:
        from sacrebleu.metrics.chrf import CHRF

        return CHRF(**options)

    return SacrebleuMetric(
        spec=spec("chrf", nulls, **options),
        label=f"chrF{beta if beta != 2 else ''}" + "+" * word_order,
        range=(0, 100),
        higher_is_better=True,
        build=build,
        vectorised=partial(_chrf, beta=beta, eps_smoothing=eps_smoothing),
    )


def _chrf(sums: FloatArray, *, beta: int, eps_smoothing: bool) -> FloatArray:
    """`CHRF._compute_f_score` of sacreBLEU over rows of [hyp, ref, match] for each order."""
    hyp, ref, match = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    eps, factor = 1e-16, beta**2
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(hyp > 0, match / hyp, eps)
        recall = np.where(ref > 0, match / ref, eps)
        if eps_smoothing:
            denominator = factor * precision + recall
            scores = np.where(denominator > 0, (1 + factor) * precision * recall / denominator, eps)
            return np.asarray(100 * scores.sum(axis=-1) / hyp.shape[-1])
        counted = (hyp > 0) & (ref > 0)
        orders = np.maximum(counted.sum(axis=-1), 1)
        p = np.where(counted, precision, 0.0).sum(axis=-1) / orders
        r = np.where(counted, recall, 0.0).sum(axis=-1) / orders
        return np.asarray(np.where(p + r > 0, 100 * ((1 + factor) * p * r / (factor * p + r)), 0.0))
