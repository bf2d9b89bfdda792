"""What `experiments/bench/fit_content.py` fitted, in `fitted.npz`: trees over evidence, and a network over vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtqe.results import FloatArray


class Trees(NamedTuple):
    """Gradient-boosted decision trees (Friedman 2001): arrays `(trees, nodes)`, each tree from node 0 on.

    names      of the evidences, in the order of `feature`.
    feature    which evidence a node looks at; 0 in a leaf.
    threshold  up to it the first of the `children` is next, above it the second; a leaf is its own child.
    value      what a leaf adds to the log-odds; 0 elsewhere.
    bias       the log-odds before any tree, so that 0 is where a candidate is worth a look.
    scale      what the sum is multiplied with to be calibrated log-odds.
    """

    names: Sequence[str]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    children: NDArray[np.int64]
    value: NDArray[np.float32]
    bias: float
    scale: float

    def confidences(self, found: Sequence[Mapping[str, float]]) -> FloatArray:
        """The probability of each place that it is an error, (places,); an evidence that was not asked is 0."""
        values = np.array([[of.get(name, 0.0) for name in self.names] for of in found], np.float32)
        values = values.reshape(len(found), len(self.names))
        places, trees = np.ogrid[: len(found), : len(self.feature)]
        node = np.zeros((len(found), len(self.feature)), np.int64)
        while True:
            above = values[places, self.feature[trees, node]] > self.threshold[trees, node]
            following = self.children[trees, node, above.astype(np.int64)]
            if (following == node).all():
                break
            node = following
        total = self.value[trees, node].sum(axis=1, dtype=np.float64)
        return np.asarray(1 / (1 + np.exp(-self.scale * (total + self.bias))))


@lru_cache(maxsize=1)
def arrays() -> Mapping[str, NDArray[Any]]:
    with (files("mtqe.meaning") / "fitted.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


@lru_cache(maxsize=4)
def trees(name: str) -> Trees:
    """The trees of `dropped` or `invented`, or of `dropped:minilm` or `invented:minilm`."""
    names, feature, threshold, children, value, bias, scale = (arrays()[f"{name}:{field}"] for field in Trees._fields)
    return Trees(names.tolist(), feature, threshold, children, value, float(bias), float(scale))


def brokenness(vectors: NDArray[np.float32]) -> FloatArray:
    """Of each gap between words, and of both ends, the log-odds that words were taken out there, (words + 1,).

    `vectors`, `(words, 384)`, are those of MiniLM's layer 3. A network with one hidden layer, fitted on sentences with
    words taken out, looks at the words on both sides.
    """
    hidden, bias, output, output_bias = (arrays()[f"gap:{name}"] for name in ("hidden", "bias", "output", "last"))
    edge = np.zeros((1, vectors.shape[1]), np.float32)
    beside = np.hstack([np.vstack([edge, vectors]), np.vstack([vectors, edge])])
    active = np.maximum(beside @ hidden.astype(np.float32).T + bias, 0)
    return np.asarray(active @ output + output_bias, np.float64)
