"""chrF and chrF++ (Popović 2015, 2017) as sacreBLEU computes them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mtqe.metrics._sacrebleu import Pairs, SacrebleuMetric, or_python_zero, spec
from mtqe.results import FloatArray

CITE = ("popovic-2015-chrf", "popovic-2017-chrf", "post-2018-call")


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

    score = partial(_chrf, beta=beta, eps_smoothing=eps_smoothing)
    return SacrebleuMetric(
        spec=spec("chrf", nulls, **options),
        label=f"chrF{beta if beta != 2 else ''}" + "+" * word_order,
        range=(0, 100),
        higher_is_better=True,
        build=build,
        count=partial(_count, score=score),
        aggregate=score,
    )


def _count(metric: Any, pairs: Pairs, score: Any) -> FloatArray:
    """[hyp, ref, match] for each order, against the reference of the highest score, the first of equals."""
    from mtqe.metrics._tokens import Ragged, characters, vocabulary, words

    references = [metric._preprocess_segment(text) for texts in pairs.references for text in texts]
    hypotheses = [metric._preprocess_segment(text) for text in pairs.hypotheses]
    kinds: list[tuple[Ragged, Ragged, int]] = [
        (characters(references, metric.whitespace), characters(hypotheses, metric.whitespace), metric.char_order)
    ]
    if metric.word_order:
        split = [metric._remove_punctuation(text) for text in references]
        numbers = vocabulary(split)
        hyps = words([metric._remove_punctuation(text) for text in hypotheses], numbers)
        kinds.append((words(split, numbers), hyps, metric.word_order))

    sizes = np.array([len(texts) for texts in pairs.references])
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    best = np.zeros((len(hypotheses), 3 * metric.order))
    highest = np.full(len(hypotheses), -1.0)
    for r in range(sizes.max()):
        has = np.flatnonzero(r < sizes[pairs.of])
        rows = np.concatenate([_triples(*kind, has, first[pairs.of[has]] + r) for kind in kinds], axis=1)
        scores = score(rows)
        better = scores > highest[has]
        best[has[better]], highest[has[better]] = rows[better], scores[better]
    return best


def _triples(refs: Any, hyps: Any, order: int, has: Any, reference_of: Any) -> FloatArray:
    """[hyp, ref, match] for each order of hypotheses `has` against one reference each, (has, 3 * order)."""
    from mtqe.metrics._ngrams import clipped_matches, ngrams

    taken = hyps.taken(has)
    rows = np.empty((len(has), order, 3))
    rows[..., 1] = ngrams(refs.lengths, order)[reference_of]
    # sacreBLEU counts no hypothesis n-grams of an order that the reference has none of
    rows[..., 0] = np.where(rows[..., 1] > 0, ngrams(taken.lengths, order), 0)
    rows[..., 2] = clipped_matches(refs, np.arange(len(refs.lengths) + 1), taken, reference_of, order)
    return rows.reshape(len(has), -1)


def _chrf(sums: FloatArray, *, beta: int, eps_smoothing: bool) -> FloatArray:
    """`CHRF._compute_f_score` of sacreBLEU over rows of [hyp, ref, match] for each order, operation by operation."""
    hyp, ref, match = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    eps, factor = 1e-16, beta**2
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = match / hyp, match / ref
        full = hyp.all() and ref.all()
        if not full:
            precision, recall = np.where(hyp > 0, precision, eps), np.where(ref > 0, recall, eps)
        if eps_smoothing:
            denominator = factor * precision + recall
            scores = np.where(denominator > 0, (1 + factor) * precision * recall / denominator, eps)
            return np.asarray(100 * _in_order(scores) / hyp.shape[-1])
        orders = np.asarray(hyp.shape[-1], dtype=sums.dtype)
        if not full:
            counted = (hyp > 0) & (ref > 0)
            precision, recall = np.where(counted, precision, 0.0), np.where(counted, recall, 0.0)
            orders = np.maximum(counted.sum(axis=-1), 1).astype(sums.dtype)
        p, r = _in_order(precision) / orders, _in_order(recall) / orders
        return or_python_zero(100 * ((1 + factor) * p * r / (factor * p + r)), p + r > 0)


def _in_order(values: FloatArray) -> FloatArray:
    """Sums over the last axis from the first to the last; NumPy's own sum pairs them from eight on."""
    total = values[..., 0].copy()
    for i in range(1, values.shape[-1]):
        total += values[..., i]
    return np.asarray(total)
