"""BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mtqe.metrics._sacrebleu import SacrebleuMetric, spec
from mtqe.results import FloatArray
from mtqe.text import language_of


def make(
    lowercase: bool = False,
    tokenize: str | None = None,
    smooth_method: str = "exp",
    smooth_value: float | None = None,
    max_ngram_order: int = 4,
    effective_order: bool = False,
    nulls: str = "empty",
) -> SacrebleuMetric:
    """BLEU, 0 to 100. Parameters are sacreBLEU's; `tokenize` is chosen by the target language when not given.

    The score of one unit uses the effective order, as sacreBLEU advises for sentences.
    """
    options: dict[str, Any] = {
        "lowercase": lowercase,
        "tokenize": tokenize,
        "smooth_method": smooth_method,
        "smooth_value": smooth_value,
        "max_ngram_order": max_ngram_order,
    }

    def build(language: str, effective: bool) -> Any:
        from sacrebleu.metrics.bleu import BLEU

        return BLEU(**options, effective_order=effective, trg_lang=language_of(language))

    if max_ngram_order < 1:
        raise ValueError("max_ngram_order is at least 1")
    if smooth_method not in ("exp", "floor", "add-k", "none"):
        raise ValueError(f"smooth_method is exp, floor, add-k or none, not {smooth_method!r}")
    if tokenize not in {None, *_tokenizers()}:
        raise ValueError(f"tokenize is one of {', '.join(_tokenizers())}, not {tokenize!r}")
    value = {"floor": 0.1, "add-k": 1}.get(smooth_method, 0) if smooth_value is None else smooth_value
    return SacrebleuMetric(
        spec=spec("bleu", nulls, **options, effective_order=effective_order),
        label="BLEU",
        range=(0, 100),
        higher_is_better=True,
        build=partial(build, effective=effective_order),
        unsaid="" if max_ngram_order == 4 else f"|max_ngram_order:{max_ngram_order}",
        sentence=partial(build, effective=True),
        vectorised=partial(
            _bleu, order=max_ngram_order, method=smooth_method, value=float(value), effective=effective_order
        ),
    )


def _tokenizers() -> list[str]:
    from sacrebleu.metrics.bleu import _TOKENIZERS

    return list(_TOKENIZERS)


def _bleu(sums: FloatArray, *, order: int, method: str, value: float, effective: bool) -> FloatArray:
    """`BLEU.compute_bleu` of sacreBLEU over rows of [hyp length, ref length, correct 1..n, total 1..n]."""
    hyp, ref = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2 : 2 + order].copy(), sums[..., 2 + order :].copy()
    none_correct = ~correct.any(axis=-1)
    if method == "add-k":
        correct[..., 1:] += value
        total[..., 1:] += value
    reached = np.logical_and.accumulate(total > 0, axis=-1)  # orders before the first without n-grams
    zero = reached & (correct == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(reached, 100.0 * correct / total, 0.0)
        if method == "exp":
            precision = np.where(zero, 100.0 / (2.0 ** np.cumsum(zero, axis=-1) * total), precision)
        elif method == "floor":
            precision = np.where(zero, 100.0 * value / total, precision)
        counted = reached if effective else np.ones_like(reached)
        # sacreBLEU's logarithm of 0 is -9999999999
        logs = np.where(counted, np.log(precision, out=np.full_like(precision, -9999999999.0), where=precision > 0), 0)
        orders = np.maximum(counted.sum(axis=-1), 1)
        brevity = np.where(hyp < ref, np.where(hyp > 0, np.exp(1 - ref / np.maximum(hyp, 1)), 0.0), 1.0)
        score = brevity * np.exp(logs.sum(axis=-1) / orders)
    return np.asarray(np.where(none_correct, 0.0, score))
