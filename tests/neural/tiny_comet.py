"""A tiny random COMET checkpoint and its base encoder, in the layout of the hub's cache."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

COMMIT = "1" * 40
WORDS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "the", "train", "was", "late", ".", "came"]
HPARAMS = {
    "encoder_model": "XLM-RoBERTa",
    "pretrained_model": "owner/encoder",
    "pool": "avg",
    "layer": "mix",
    "layer_transformation": "softmax",
    "layer_norm": False,
    "activations": "Tanh",
    "final_activation": None,
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, which cannot be reached, and an empty one of mtqe."""
    constants = pytest.importorskip("huggingface_hub.constants")
    cache = tmp_path / "hub"
    cache.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "mtqe"))
    return cache


def write_repository(hub: Path, model: str, files: dict[str, bytes]) -> Path:
    """The snapshot of a model; weights are links to files that are named by their checksum."""
    repository = hub / f"models--{model.replace('/', '--')}"
    snapshot = repository / "snapshots" / COMMIT
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    (repository / "blobs").mkdir()
    for name, content in files.items():
        path = snapshot / name
        path.parent.mkdir(parents=True, exist_ok=True)
        blob = repository / "blobs" / hashlib.sha256(content).hexdigest()
        blob.write_bytes(content)
        path.symlink_to(os.path.relpath(blob, path.parent))
    return snapshot


def write_encoder(hub: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    files = {"config.json": _config().to_json_string().encode(), "tokenizer.json": tokenizer.to_str().encode()}
    return write_repository(hub, "owner/encoder", files)


def write_comet(hub: Path, model: str = "owner/tiny", more: Any = None) -> Path:
    """`more` is put beside the weights."""
    import torch
    from transformers import XLMRobertaModel

    with torch.random.fork_rng():
        torch.manual_seed(3)
        state = {f"encoder.model.{name}": tensor for name, tensor in XLMRobertaModel(_config()).state_dict().items()}
        state |= {f"layerwise_attention.scalar_parameters.{i}": torch.randn(1) for i in range(3)}
        state |= {"layerwise_attention.gamma": torch.ones(1)}
        state |= {"estimator.ff.0.weight": torch.randn(8, 96), "estimator.ff.0.bias": torch.randn(8)}
        state |= {"estimator.ff.3.weight": torch.randn(1, 8), "estimator.ff.3.bias": torch.randn(1)}
    buffer = io.BytesIO()
    torch.save({"state_dict": state, "hyper_parameters": HPARAMS, "more": more}, buffer)
    files = {"hparams.yaml": b"class_identifier: regression_metric\n", "checkpoints/model.ckpt": buffer.getvalue()}
    return write_repository(hub, model, files)


def _config() -> Any:
    from transformers import XLMRobertaConfig

    return XLMRobertaConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
