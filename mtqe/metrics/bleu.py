"""BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mtqe.languages import language_of
from mtqe.metrics._sacrebleu import Pairs, SacrebleuMetric, spec
from mtqe.results import FloatArray

CITE = ("papineni-etal-2002-bleu", "post-2018-call")


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

    def build(language: str) -> Any:
        from sacrebleu.metrics.bleu import BLEU

        return BLEU(**options, effective_order=effective_order, trg_lang=language_of(language))

    if max_ngram_order < 1:
        raise ValueError("max_ngram_order is at least 1")
    if smooth_method not in ("exp", "floor", "add-k", "none"):
        raise ValueError(f"smooth_method is exp, floor, add-k or none, not {smooth_method!r}")
    if tokenize not in {None, *_tokenizers()}:
        raise ValueError(f"tokenize is one of {', '.join(_tokenizers())}, not {tokenize!r}")
    value = {"floor": 0.1, "add-k": 1}.get(smooth_method, 0) if smooth_value is None else smooth_value
    score = partial(_bleu, order=max_ngram_order, method=smooth_method, value=float(value))
    return SacrebleuMetric(
        spec=spec("bleu", nulls, **options, effective_order=effective_order),
        label="BLEU",
        range=(0, 100),
        higher_is_better=True,
        build=build,
        count=_count,
        aggregate=partial(score, effective=effective_order),
        sentence=partial(score, effective=True),
        unsaid="" if max_ngram_order == 4 else f"|max_ngram_order:{max_ngram_order}",
    )


def _tokenizers() -> list[str]:
    from sacrebleu.metrics.bleu import _TOKENIZERS

    return list(_TOKENIZERS)


def _count(metric: Any, pairs: Pairs) -> FloatArray:
    """[hyp length, closest ref length, correct 1..n, total 1..n] of each pair."""
    from mtqe.metrics._ngrams import clipped_matches, ngrams
    from mtqe.metrics._tokens import vocabulary, words

    references = [metric._preprocess_segment(text).split() for texts in pairs.references for text in texts]
    hypotheses = [metric._preprocess_segment(text).split() for text in pairs.hypotheses]
    numbers = vocabulary(references)
    refs, hyps = words(references, numbers), words(hypotheses, numbers)
    sizes = np.array([len(texts) for texts in pairs.references])
    groups = np.concatenate([[0], np.cumsum(sizes)])
    order = metric.max_ngram_order
    closest = np.full(len(hypotheses), -1)
    for r in range(sizes.max()):
        length = refs.lengths[groups[pairs.of] + np.minimum(r, sizes[pairs.of] - 1)]
        gap, least = abs(hyps.lengths - length), abs(hyps.lengths - closest)
        closer = (closest < 0) | (gap < least) | ((gap == least) & (length < closest))
        closest = np.where(closer, length, closest)
    correct = clipped_matches(refs, groups, hyps, pairs.of, order)
    lengths = np.stack([hyps.lengths, closest], axis=1)
    return np.concatenate([lengths, correct, ngrams(hyps.lengths, order)], axis=1).astype(np.float64)


def _bleu(sums: FloatArray, *, order: int, method: str, value: float, effective: bool) -> FloatArray:
    """`BLEU.compute_bleu` of sacreBLEU over rows of [hyp length, ref length, correct 1..n, total 1..n]."""
    from mtqe.metrics._geometric import scores

    hyp, ref = sums[..., 0].astype(np.float64), sums[..., 1].astype(np.float64)
    correct, total = sums[..., 2 : 2 + order], sums[..., 2 + order :]
    none_correct = ~correct.any(axis=-1)
    smooth = not (correct.all() and total.all())
    if method == "add-k":
        added = np.where(np.arange(order) > 0, value, 0.0).astype(sums.dtype)
        correct, total = correct + added, total + added
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, orders = 100.0 * correct / total, np.full(hyp.shape, order)
        if smooth:
            reached = np.logical_and.accumulate(total > 0, axis=-1)  # orders before the first without n-grams
            zero = reached & (correct == 0)
            precision = np.where(reached, precision, 0.0)
            if method == "exp":
                halvings = np.exp2(np.cumsum(zero, axis=-1)).astype(sums.dtype)
                precision = np.where(zero, 100.0 / (halvings * total), precision)
            elif method == "floor":
                precision = np.where(zero, 100.0 * value / total, precision)
            if effective:
                orders = np.maximum(reached.sum(axis=-1), 1)
        shortness = np.where(hyp < ref, 1 - ref / hyp, 0.0)  # -inf without hypothesis
    means = scores(precision.reshape(-1, order), orders.ravel(), shortness.ravel())
    return np.asarray(np.where(none_correct, 0.0, means.reshape(hyp.shape)))
