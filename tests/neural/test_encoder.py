"""The encoder on a tiny random checkpoint: batches, cut-off layers, truncation, devices."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics.bertscore import _normalised, greedy_match
from mtqe.neural import encoder as encoder_module
from mtqe.neural.encoder import Encoder, Tokens, batch_sizes

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "river", "stone", "##s", "old", "the", "under", "."]
TEXTS = ["the old river", "stones.", "", "under the old stones the river", "the", "the river . . . . . . . . . . . ."]
MAX_LENGTH = 12


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel

    directory = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=MAX_LENGTH,
        initializer_range=0.2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(directory)
    tokenizer = BertWordPieceTokenizer({word: i for i, word in enumerate(WORDS)})
    tokenizer.enable_padding(length=64)  # as some published files have it: the encoder must undo it
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"model_max_length": MAX_LENGTH}))
    return directory


def encode(checkpoint: Path, texts: Sequence[str], layer: int = 2) -> dict[str, Tokens]:
    return dict(Encoder(checkpoint, layer, "cpu").encode(texts))


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_a_cut_off_encoder_gives_the_hidden_states_of_the_full_one(checkpoint: Path, layer: int) -> None:
    import torch
    from transformers import BertModel

    ids = [2, 8, 7, 4, 3]
    with torch.inference_mode():
        full = BertModel.from_pretrained(checkpoint).eval()(torch.tensor([ids]), output_hidden_states=True)
    vectors = encode(checkpoint, ["The old river"], layer)["The old river"].vectors
    np.testing.assert_allclose(vectors, full.hidden_states[layer][0].numpy(), atol=1e-6)


def test_batching_does_not_change_the_vectors(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = encode(checkpoint, TEXTS)
    monkeypatch.setattr(encoder_module, "TOKEN_BUDGET", 1)
    alone = encode(checkpoint, TEXTS)
    assert together.keys() == alone.keys() == set(TEXTS)
    for text in TEXTS:
        np.testing.assert_allclose(together[text].vectors, alone[text].vectors, atol=5e-6)


def test_bertscore_is_that_of_each_pair_alone(checkpoint: Path) -> None:
    """The definition, word for word: one text a forward pass, one loop a token."""
    together = {text: _normalised(tokens) for text, tokens in encode(checkpoint, TEXTS).items()}
    alone = {text: encode(checkpoint, [text])[text] for text in TEXTS}

    def best(tokens: Tokens, others: Tokens) -> float:
        cosines = [
            max(v @ w / np.sqrt((v @ v) * (w @ w)) for w in others.vectors.astype(float))
            for v in tokens.vectors.astype(float)[tokens.content]
        ]
        return sum(cosines) / len(cosines)

    for a, b in itertools.permutations([text for text in TEXTS if text], 2):
        precision, recall = best(alone[a], alone[b]), best(alone[b], alone[a])
        expected = precision, recall, 2 * precision * recall / (precision + recall)
        assert greedy_match(together[a], together[b]) == pytest.approx(expected, abs=1e-6)


def test_special_tokens_are_no_content_wherever_they_stand(checkpoint: Path) -> None:
    tokens = encode(checkpoint, ["", "the stones", "the [SEP] river"])
    assert tokens[""].content.tolist() == [False, False]
    assert tokens["the stones"].content.tolist() == [False, True, True, True, False]
    assert tokens["the [SEP] river"].content.tolist() == [False, True, False, True, False]


def test_truncation_is_said(checkpoint: Path) -> None:
    tokens = encode(checkpoint, TEXTS)
    assert [text for text in TEXTS if tokens[text].truncated] == [TEXTS[-1]]
    assert len(tokens[TEXTS[-1]].vectors) == MAX_LENGTH
    assert encode(checkpoint, [" ".join(["the"] * 10)])[" ".join(["the"] * 10)].truncated is False


def test_nothing_to_encode(checkpoint: Path) -> None:
    assert encode(checkpoint, []) == {}


def test_loading_is_silent(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    encode(checkpoint, ["the"], 1)
    assert capfd.readouterr() == ("", "")


def test_devices(checkpoint: Path) -> None:
    import torch

    assert Encoder(checkpoint, 1, "auto").device.type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(ConfigError, match="unknown device 'gpu'"):
        Encoder(checkpoint, 1, "gpu")
    if not torch.cuda.is_available():
        with pytest.raises(UnavailableError, match="no device 'cuda:1'"):
            Encoder(checkpoint, 1, "cuda:1")


@given(st.lists(st.integers(1, 600), max_size=60), st.integers(1, 1000))
def test_batches_hold_all_texts_within_the_budget_and_pad_little(lengths: list[int], budget: int) -> None:
    lengths = sorted(lengths, reverse=True)
    assert list(batch_sizes([9, 8, 5, 4, 4, 3, 1], 20)) == [1, 1, 1, 2, 1, 1]
    assert list(batch_sizes([10, 10, 10, 9, 9, 5, 2], 80)) == [3, 2, 2]
    sizes = list(batch_sizes(lengths, budget))
    assert sum(sizes) == len(lengths)
    start = 0
    for size in sizes:
        batch = lengths[start : start + size]
        start += size
        assert size == 1 or size * batch[0] <= budget
        assert all(1.1 * length >= batch[0] for i, length in enumerate(batch) if i and 8 * i * batch[0] >= budget)
