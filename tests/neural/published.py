"""Tiny random checkpoints of the neural metrics, written as the published ones lie on disk, and the peers' scores.

`fixtures/NAME.json` says what a model is, `fixtures/TENSORS.safetensors` has its weights in 16 bits (all of them are
16-bit numbers, so the 32-bit weights that are written here are exactly those that the peer had). Made by
`make_fixtures.py`; nothing here imports mtqe, so that the peers' environments can use it too.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parent / "fixtures"

#: Models by family; every name has a NAME.json and a NAME.expected.json.gz.
COMET = (
    "regression",
    "regression-cls",
    "regression-max",
    "referenceless",
    "unified-qe",
    "unified-patch",
    "unified",
    "unified-words",
    "unified-bert",
    "xcomet",
    "xcomet-inner",
)
METRICX = ("metricx-23", "metricx-23-qe", "metricx-24", "metricx-24-tied")
BERTSCORE = ("bertscore-roberta", "bertscore-bert")

#: The id of MetricX's output token, and how many rows its embeddings have.
METRICX_TOKEN = 250089
METRICX_ROWS = 250112


def segments() -> dict[str, Any]:
    """`src`, `ref`, `ref2` (lists of texts, one a segment) and `systems` (lists by system name)."""
    data: dict[str, Any] = json.loads((FIXTURES / "segments.json").read_text(encoding="utf-8"))
    return data


def description(name: str) -> dict[str, Any]:
    """What `NAME.json` says of a model."""
    data: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return data


def expected(name: str) -> dict[str, Any]:
    """What the peer gave: `peer`, `versions`, `tensors_sha256` and `runs`.

    Runs of COMET and MetricX: `runs[mode][system]` with mode `ref` or `qe`, each with `scores` and, where the peer has
    them, `src_scores`, `ref_scores`, `unified_scores`, `mqm_scores` and `error_spans`, a list for each segment.
    Runs of BERTScore: a list of settings with `scores[system]` as lists of precision, recall and F1.
    """
    data: dict[str, Any] = json.loads(gzip.decompress((FIXTURES / f"{name}.expected.json.gz").read_bytes()))
    return data


def tensors(name: str) -> dict[str, Any]:
    """The state dict of a fixture, in 32 bits, under the published keys."""
    from safetensors.torch import load_file

    return {key: tensor.float() for key, tensor in load_file(FIXTURES / f"{description(name)['tensors']}").items()}


def write_comet(name: str, directory: Path) -> Path:
    """`DIRECTORY/NAME` as a COMET repository, its base encoder's files in `DIRECTORY/NAME-encoder`; the former."""
    import torch
    import yaml

    model, about = directory / name, description(name)
    encoder = write_encoder(about, directory / f"{name}-encoder")
    (model / "checkpoints").mkdir(parents=True)
    (model / "hparams.yaml").write_text(yaml.safe_dump(about["hparams"]), encoding="utf-8")
    checkpoint = {
        "epoch": 1,
        "global_step": 2,
        "pytorch-lightning_version": "2.0.6",
        "state_dict": tensors(name),
        "hparams_name": "kwargs",
        "hyper_parameters": about["hyper_parameters"] | {"pretrained_model": str(encoder)},
    }
    torch.save(checkpoint, model / "checkpoints" / "model.ckpt")
    return model


def write_bertscore(name: str, directory: Path) -> Path:
    """`DIRECTORY/NAME` as a checkpoint of transformers; beside the weights, `baseline.tsv` of ours for rescaling."""
    from safetensors.torch import save_file

    model = write_encoder(description(name), directory / name)
    save_file(tensors(name), model / "model.safetensors", metadata={"format": "pt"})
    shutil.copy(FIXTURES / "baseline.tsv", model)
    return model


def write_metricx(name: str, directory: Path, tokenizer_json: bool = False) -> Path:
    """`DIRECTORY/NAME` as a MetricX repository, its tokenizer's files in `DIRECTORY/NAME-tokenizer`; the former.

    The published tokenizer has only `spiece.model`; with `tokenizer_json`, `tokenizer.json` is written in its place.
    """
    import torch
    from safetensors.torch import save_file

    model, about = directory / name, description(name)
    files = ("tokenizer.json",) if tokenizer_json else ("spiece.model",)
    _copy_tokenizer("mt5", directory / f"{name}-tokenizer", (*files, "tokenizer_config.json"))
    model.mkdir(parents=True)
    (model / "config.json").write_text(json.dumps(about["config"]), encoding="utf-8")
    state = {key: _expanded(key, tensor) for key, tensor in tensors(name).items()}
    if about["config"]["tie_word_embeddings"]:
        state["lm_head.weight"] = state["shared.weight"]
    if about["weights"] == "model.safetensors":
        save_file(state, model / "model.safetensors", metadata={"format": "pt"})
        return model
    for key in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        state[key] = state["shared.weight"]
    torch.save(state, model / "pytorch_model.bin")
    return model


def _expanded(key: str, tensor: Any) -> Any:
    """Embeddings with all their rows: the stored ones are the first, and the last of them is the output token's."""
    if key not in ("shared.weight", "lm_head.weight"):
        return tensor
    rows = tensor.new_zeros(METRICX_ROWS, tensor.shape[1])
    rows[: len(tensor) - 1] = tensor[:-1]
    rows[METRICX_TOKEN] = tensor[-1]
    return rows


def write_encoder(about: dict[str, Any], directory: Path) -> Path:
    """`config.json` and the tokenizer's files of a base encoder; the directory."""
    _copy_tokenizer(about["tokenizer"], directory)
    (directory / "config.json").write_text(json.dumps(about["config"]), encoding="utf-8")
    return directory


def _copy_tokenizer(name: str, directory: Path, files: tuple[str, ...] | None = None) -> None:
    directory.mkdir(parents=True)
    for path in sorted((FIXTURES / name).iterdir()):
        if files is None or path.name in files:
            shutil.copy(path, directory)
