"""Checkpoints of transformers on disk or on the hub: where their files are, and how much they read."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mtqe.errors import ConfigError, UnavailableError

T = TypeVar("T")

_MODULES = ("safetensors", "tokenizers", "torch", "transformers")
_FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
#: How many tokens a model reads that does not say so.
_MAX_LENGTH = 512


def checkpoint_directory(name: str) -> Path:
    """The directory of a checkpoint: itself, or that of a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`.

    An id is looked up as transformers does: in its cache, then on the hub. Only safetensors weights are fetched.
    Raises OSError or ValueError where there is none.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    model, _, revision = name.partition("@")
    return Path(snapshot_download(model, revision=revision or None, allow_patterns=_FILES))


def load_checkpoint(what: str, name: str, make: Callable[[Path], T]) -> T:
    """What `make` does with the directory of a checkpoint; errors say `what` it is, such as "NLI model".

    Raises UnavailableError where the extra `neural` is missing or the checkpoint cannot be loaded, and `make`'s own
    ConfigError and UnavailableError.
    """
    if any(importlib.util.find_spec(module) is None for module in _MODULES):
        raise UnavailableError(f"{what} {name!r} needs the extra 'neural': pip install 'mtqe[neural]'")
    try:
        return make(checkpoint_directory(name))
    except ConfigError as error:
        raise ConfigError(f"{what} {name!r}: {error}") from None
    except UnavailableError:
        raise
    except Exception as error:  # tokenizers and safetensors raise no narrower one for a file that they cannot read
        reason = str(error).strip().partition("\n")[0]
        raise UnavailableError(f"{what} {name!r} is no directory or model that can be loaded: {reason}") from error


def longest_input(config: Any, tokenizer: Any) -> int:
    """How many tokens a model reads; RoBERTa and its kin count their places from after the padding's id."""
    positions = getattr(config, "max_position_embeddings", None) or _MAX_LENGTH
    if "roberta" in config.model_type or config.model_type == "camembert":
        positions -= tokenizer.pad_token_id + 1
    return min(int(tokenizer.model_max_length), int(positions))
