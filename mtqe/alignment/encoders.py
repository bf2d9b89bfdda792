"""Vectors of lines, for texts that say the same in other words, or in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mtqe.alignment.evidence import Evidence, lexical_evidence
from mtqe.alignment.features import Matrix
from mtqe.errors import ConfigError
from mtqe.neural import minilm
from mtqe.neural.checkpoints import load_checkpoint
from mtqe.neural.encoder import Encoder
from mtqe.store import file_digest

#: A line stands out against the mean of so many lines of the other side that are nearest to it.
_NEIGHBOURS = 4
# Chosen on the development data; scores change little around them.
_CLOSENESS = 0.3  # evidence from a margin of 1, as a share of the weight of the lighter line
_PART = 0.2  # how far below 0 the margin of a long line and a true part of it can be: nothing against the pair
_KNOWN = 0.2  # of the weight of a line, to be shared with others: from there on words tell enough of the line

#: The vector of each line: unit length, or zero for a line that is empty but for white space.
Vectors = Mapping[str, Matrix]


class LineEncoder(Protocol):
    """What turns texts into vectors, as the models of sentence-transformers do.

    One that has an attribute `fingerprint` (str) is named by it in signatures, another one by its class.
    """

    def encode(self, texts: list[str], /) -> Any:
        """An array (texts, dimensions)."""


class MeanEncoder:
    """A transformers encoder: the mean over the tokens of its last hidden layer."""

    def __init__(self, encoder: Encoder, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self._encoder = encoder

    def encode(self, texts: Sequence[str], /) -> Matrix:
        """An array (texts, dimensions); of a text that the encoder is too short for, the end counts nothing."""
        from tqdm import tqdm

        means = {}
        with tqdm(total=len(set(texts)), desc="align", unit="line", delay=1, disable=None) as bar:
            for text, tokens in self._encoder.encode(sorted(set(texts))):
                means[text] = tokens.vectors.mean(axis=0, dtype=np.float64)
                bar.update()
        return np.stack([means[text] for text in texts])


def load_encoder(name: str) -> MeanEncoder:
    """The encoder `minilm` (English), or that of a directory or model id with a fast tokenizer and safetensors weights.

    An id, `OWNER/NAME` or `OWNER/NAME@REVISION`, is looked up as transformers does: in its cache, then on the hub.
    Raises UnavailableError when an extra or the model is missing.
    """
    if name == "minilm":
        return MeanEncoder(minilm.encoder(minilm.LAYERS, None, "encoder minilm"), f"minilm@{minilm.SHA256[:8]}")
    return load_checkpoint("encoder", name, _mean_encoder)


def _mean_encoder(directory: Path) -> MeanEncoder:
    from transformers import AutoConfig

    weights = sorted(directory.glob("*.safetensors"))
    if not weights:
        raise OSError("no safetensors weights")
    layers = AutoConfig.from_pretrained(directory, local_files_only=True).num_hidden_layers
    return MeanEncoder(Encoder(directory, layers), f"{directory.name}@{file_digest(weights[0])[:8]}")


def fingerprint(encoder: LineEncoder) -> str:
    """What a signature calls an encoder."""
    return str(getattr(encoder, "fingerprint", None) or type(encoder).__qualname__)


def embed(encoder: LineEncoder, lines: Iterable[str]) -> dict[str, Matrix]:
    """The vector of each distinct line, in one call of the encoder.

    Raises ConfigError for an object without `encode`, and when it returns anything but a finite vector for each text.
    """
    distinct = sorted(set(lines))
    texts = [line for line in distinct if line.strip()]
    if not texts:
        return dict.fromkeys(distinct, np.zeros(1))
    if not callable(getattr(encoder, "encode", None)):
        raise ConfigError(f"encoder {fingerprint(encoder)} has no method encode")
    encoded = encoder.encode(texts)
    try:
        vectors = np.array(encoded, np.float64)
    except (TypeError, ValueError):
        vectors = np.zeros(0)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.size or not np.isfinite(vectors).all():
        message = f"encoder {fingerprint(encoder)} gave no finite array of {len(texts)} vectors for {len(texts)} lines"
        raise ConfigError(message)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return dict.fromkeys(distinct, np.zeros(vectors.shape[1])) | dict(zip(texts, vectors, strict=True))


def margin(hyp: Sequence[str], ref: Sequence[str], vectors: Vectors) -> Matrix:
    """By how much the cosine of each pair of lines stands out, `(hyp, ref)`.

    That is against the mean cosine of each of the two with its nearest lines of the other side, which takes away what
    all lines of a text have in common (Artetxe & Schwenk 2019; Conneau et al. 2018).
    """
    one, two = (np.stack([vectors[line] for line in lines]) for lines in (hyp, ref))
    cosine = one @ two.T
    return np.asarray(cosine - (_nearest(cosine)[:, None] + _nearest(cosine.T)[None]) / 2)


def _nearest(cosine: Matrix) -> Matrix:
    """The mean of the highest values of each row."""
    count = min(_NEIGHBOURS, cosine.shape[1])
    return np.asarray(np.partition(cosine, -count, axis=1)[:, -count:].mean(axis=1))


def semantic_evidence(hyp: Sequence[str], ref: Sequence[str], vectors: Vectors) -> Evidence:
    """Stems in the same order and spelling, as `lexical_evidence`, and closeness of vectors where those tell little.

    Closeness is evidence for or against a pair: a line of which no words are found elsewhere may say the same in other
    words, or be one that a link must not take in. Between two lines whose words are found, wherever that is, it counts
    nothing: all lines of a link of several would have to be close to each other.
    """
    evidence = lexical_evidence(hyp, ref)
    shared = evidence.shared
    one = shared.sum(axis=1) / np.maximum(evidence.hyp, 1e-12)
    two = shared.sum(axis=0) / np.maximum(evidence.ref, 1e-12)
    unknown = np.maximum(1 - np.minimum.outer(one, two) / _KNOWN, 0)
    stands_out = margin(hyp, ref, vectors)
    closeness = _CLOSENESS * np.where(stands_out > 0, stands_out, np.minimum(stands_out + _PART, 0))
    return evidence._replace(shared=shared + closeness * unknown * np.minimum.outer(evidence.hyp, evidence.ref))
