"""Where the syntax of an English text breaks, as the hidden states of MiniLM tell: missing, moved and misformed words.

A network with one hidden layer looks at the words on both sides of each gap between words. It was fitted by
`experiments/bench/fit_probe.py` on sentences of `corpora`, whole and with words taken out, moved, doubled or changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mtqe.alignment.words import word_vectors
from mtqe.neural.encoder import Encoder
from mtqe.results import FloatArray
from mtqe.text import words

#: The hidden layer of MiniLM that is looked at.
LAYER = 3


def encoder(device: str | None = None) -> Encoder:
    """Raises UnavailableError where the extra `offline` is missing."""
    from mtqe.neural import minilm

    return minilm.encoder(LAYER, device, "fluency's probe")


def broken_places(texts: Sequence[str], encoder: Encoder) -> list[FloatArray]:
    """Of each text's gaps, before each word and after the last, the probability that it is broken, (words + 1,)."""
    encoded = dict(encoder.encode(sorted(set(texts))))
    found = {}
    for text, tokens in encoded.items():
        spans = [(word.start, word.end) for word in words(text)]
        found[text] = _probabilities(beside(word_vectors(spans, tokens)))
    return [found[text] for text in texts]


def beside(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each gap the vectors of the words before and after it, zeros at the ends: (words + 1, 2 x dimensions)."""
    edge = np.zeros((1, vectors.shape[1]), np.float32)
    return np.hstack([np.vstack([edge, vectors]), np.vstack([vectors, edge])])


def _probabilities(gaps: NDArray[np.float32]) -> FloatArray:
    network = _network()
    active = np.maximum(gaps @ network["hidden"].T + network["bias"], 0)
    log_odds = np.asarray(active @ network["output"] + network["last"], np.float64)
    return np.asarray(1 / (1 + np.exp(-log_odds)))


@lru_cache(maxsize=1)
def _network() -> Mapping[str, NDArray[np.float32]]:
    with (files("mtqe.fluency") / "probe.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return {name: array.astype(np.float32) for name, array in arrays.items()}
