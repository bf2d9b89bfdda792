"""A published COMET checkpoint: its files, its hyperparameters, and what they mean.

The format is that of unbabel-comet 2.2: `hparams.yaml` has the class of the model, `checkpoints/model.ckpt` all other
hyperparameters and the weights, and configuration and tokenizer of the base encoder lie where it was published.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtqe.errors import DataWarning, UnavailableError
from mtqe.neural.checkpoints import fetched
from mtqe.neural.tokens import TextTokenizer
from mtqe.neural.weights import read_weights, weights_digest
from mtqe.store import read_json

if TYPE_CHECKING:
    import torch

#: What the classes take for granted of a hyperparameter that a checkpoint does not have.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "regression_metric": {"pool": "avg", "layer": "mix", "layer_transformation": "softmax", "layer_norm": True},
    "referenceless_regression_metric": {
        "pool": "avg",
        "layer": "mix",
        "layer_transformation": "softmax",
        "layer_norm": True,
    },
    "unified_metric": {
        "sent_layer": "mix",
        "layer_transformation": "sparsemax",
        "layer_norm": True,
        "word_layer": 24,
        "input_segments": ["mt", "src", "ref"],
        "word_level_training": False,
        "error_labels": ["minor", "major"],
    },
    "xcomet_metric": {
        "sent_layer": "mix",
        "layer_transformation": "sparsemax",
        "layer_norm": False,
        "word_layer": 36,
        "input_segments": ["mt", "src", "ref"],
        "word_level_training": True,
        "error_labels": ["minor", "major", "critical"],
    },
}
#: What XCOMET is, whatever its checkpoint says.
_FIXED = ("input_segments", "word_level_training", "error_labels")
#: The name of each encoder in `mtqe.neural.hidden.FAMILIES`.
_ENCODERS = {
    "BERT": "bert",
    "MiniLM": "bert",
    "RemBERT": "rembert",
    "XLM-RoBERTa": "xlm-roberta",
    "XLM-RoBERTa-XL": "xlm-roberta-xl",
}
#: What is needed of an encoder's config.json.
_NEEDED = ("num_hidden_layers", "num_attention_heads", "max_position_embeddings", "layer_norm_eps")
_FILES = ["hparams.yaml", "checkpoints/model.ckpt", "README.md"]
ENCODER_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "sentencepiece.bpe.model", "vocab.txt"]


Request = tuple[str, str | None, bool]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on this machine.

    request      what `find_checkpoint` was asked for: name, encoder, trust.
    revision     the commit of the hub's repository that it comes from.
    kind         the `class_identifier` of `hparams.yaml`.
    encoder      the directory with configuration and tokenizer of the base encoder.
    """

    request: Request
    revision: str | None
    file: Path
    kind: str
    yaml: Mapping[str, Any]
    hparams: Mapping[str, Any]
    encoder: Path
    tokenizer_directory: Path
    weights: Mapping[str, torch.Tensor]

    @property
    def name(self) -> str:
        return self.request[0]

    @cached_property
    def sha256(self) -> str:
        return weights_digest(self.file)

    def get(self, name: str) -> Any:
        """A hyperparameter, or what its class takes for granted."""
        if self.kind == "xcomet_metric" and name in _FIXED:
            return _DEFAULTS[self.kind][name]
        return self.hparams.get(name, _DEFAULTS[self.kind].get(name))

    @property
    def transformation(self) -> str:
        """How weights of layers become shares: `softmax` or `sparsemax`.

        Models that unbabel-comet up to 2.2.4 trained asked for sparsemax and got softmax; `sparsemax_patch` in their
        `hparams.yaml` says so, and since 2.2.6 is heeded there as here.
        """
        if self.yaml.get("layer_transformation") == "sparsemax_patch":
            return "softmax"
        return "sparsemax" if self.get("layer_transformation") == "sparsemax" else "softmax"

    @property
    def layer(self) -> str | int:
        """`mix`, or the hidden layer that sentences are read off."""
        return self.get("sent_layer" if self.joint else "layer")  # type: ignore[no-any-return]

    @property
    def joint(self) -> bool:
        """Whether hypothesis, source and reference are read together."""
        return self.kind in ("unified_metric", "xcomet_metric")

    @property
    def segments(self) -> tuple[str, ...]:
        """Which of `mt`, `src` and `ref` the model reads."""
        if self.joint:
            return tuple(self.get("input_segments"))
        return ("mt", "src", "ref") if self.kind == "regression_metric" else ("mt", "src")

    @cached_property
    def max_positions(self) -> int:
        """The longest input in tokens."""
        return int(self.config["max_position_embeddings"]) - 2

    def tokenizer(self) -> TextTokenizer:
        return TextTokenizer(self.tokenizer_directory, self.max_positions - 2)

    @property
    def family(self) -> str:
        """The base encoder's name in `mtqe.neural.hidden.FAMILIES`."""
        return _ENCODERS[self.hparams["encoder_model"]]

    @cached_property
    def config(self) -> dict[str, Any]:
        """What config.json of the base encoder says."""
        found: dict[str, Any] = read_json(self.encoder / "config.json")
        if lacking := [name for name in _NEEDED if name not in found]:
            raise UnavailableError(f"{self.encoder / 'config.json'} is of no encoder: it has no {lacking[0]}")
        return found


def find_checkpoint(name: str, encoder: str | None = None, trust: bool = False) -> Checkpoint:
    """The checkpoint of a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`, of a directory, or of its `.ckpt` file.

    `encoder` is where configuration and tokenizer of its base encoder are, an id or a directory, where they are not to
    be had as the checkpoint says. `trust` lets a file through that may run code when it is read.
    Raises UnavailableError for everything that is missing or is not what it should be.
    """
    file, revision = _file_of(name)
    yaml = _yaml(file.absolute().parent.parent / "hparams.yaml")
    kind = str(yaml.get("class_identifier"))
    if kind not in _DEFAULTS:
        raise UnavailableError(f"{name}: models of class {kind!r} are not supported; known are {', '.join(_DEFAULTS)}")
    content = read_weights(file, trust)
    if not {"state_dict", "hyper_parameters"} <= set(content):
        raise UnavailableError(f"{file} is no COMET checkpoint: it has no state_dict and hyper_parameters")
    hparams = dict(content["hyper_parameters"])
    family = hparams.get("encoder_model", "XLM-RoBERTa")
    if family not in _ENCODERS:
        raise UnavailableError(f"{name}: encoder {family!r} is not supported; known are {', '.join(_ENCODERS)}")
    directory = encoder_directory(encoder or _beside(file) or hparams.get("pretrained_model", "xlm-roberta-large"))
    tokenizer = encoder_directory("xlm-roberta-base") if family == "MiniLM" and not encoder else directory
    found = Checkpoint(
        (name, encoder, trust),
        revision,
        file,
        kind,
        yaml,
        {**hparams, "encoder_model": family},
        directory,
        tokenizer,
        content["state_dict"],
    )
    if kind == "xcomet_metric" and yaml.get("layer_transformation") == "sparsemax":
        warnings.warn(
            f"{name}: this copy of the model asks for sparsemax, with which it was not trained; scores differ from "
            "those of its current revision: fetch it again",
            DataWarning,
            stacklevel=2,
        )
    return found


def encoder_directory(name: str) -> Path:
    """Where configuration and tokenizer of a base encoder are; its weights are not needed."""
    directory = fetched(name, ENCODER_FILES)
    if not (directory / "config.json").is_file():
        raise UnavailableError(f"{directory} has no config.json of a base encoder; name one by encoder=PATH")
    return directory


def _file_of(name: str) -> tuple[Path, str | None]:
    if Path(name).is_file():
        return Path(name), None
    directory = fetched(name, _FILES)
    file = directory / _FILES[1]
    if not file.is_file():
        again = "" if Path(name).is_dir() else f"; mtqe fetch comet:{name} brings what is missing"
        raise UnavailableError(f"{directory} is no COMET checkpoint: it has no {_FILES[1]}{again}")
    return file, None if Path(name).is_dir() else directory.name


def _beside(file: Path) -> str | None:
    """The directory of a checkpoint that has its base encoder's files with it."""
    directory = file.parents[1]
    there = all((directory / name).is_file() for name in ("config.json", "tokenizer.json"))
    return str(directory) if there else None


def _yaml(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnavailableError(f"{path.parent} is no COMET checkpoint: it has no {path.name}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnavailableError(f"{path} is not valid YAML: {str(error).partition(chr(10))[0]}") from None
    if not isinstance(found, dict):
        raise UnavailableError(f"{path} has no hyperparameters")
    return found
