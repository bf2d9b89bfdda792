"""Checkpoints of transformers on disk or on the hub: where their files are, and how much they read."""

from __future__ import annotations

import errno
import importlib.util
from collections.abc import Callable, Sequence
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

    Of its weights, safetensors only. Raises UnavailableError where there is none.
    """
    return fetched(name, _FILES)


def fetched(name: str, files: Sequence[str]) -> Path:
    """The directory with `files` of a model: itself, or of a model id, looked up in the hub's cache, then on the hub.

    Raises UnavailableError that says what to do.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import errors, snapshot_download

    model, _, revision = name.partition("@")
    try:
        return Path(snapshot_download(model, revision=revision or None, allow_patterns=list(files)))
    except errors.GatedRepoError:
        raise UnavailableError(
            f"{model} is gated: accept its licence on its page on the hub, then log in (hf auth login) or set HF_TOKEN"
        ) from None
    except errors.RevisionNotFoundError:
        raise UnavailableError(f"{model} has no revision {revision!r}") from None
    except errors.RepositoryNotFoundError:
        raise UnavailableError(f"neither a directory nor a public model on the hub: {model!r}") from None
    except errors.HFValidationError:
        raise UnavailableError(f"no such directory: {name!r}, and no model id OWNER/NAME") from None
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled):
        raise UnavailableError(
            f"{name!r} is not on this machine and the hub cannot be reached; "
            "bring it here from where there is a network (mtqe fetch METRIC, or hf download)"
        ) from None
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else str(error).strip().partition("\n")[0]
        raise UnavailableError(f"{name!r} could not be fetched: {reason}") from None


def load_checkpoint(what: str, name: str, make: Callable[[Path], T]) -> T:
    """What `make` does with the directory of a checkpoint; errors say `what` it is, such as "NLI model".

    Raises UnavailableError where the extra `neural` is missing or the checkpoint cannot be loaded, and `make`'s own
    ConfigError and UnavailableError.
    """
    need_neural(f"{what} {name!r}")
    try:
        directory = checkpoint_directory(name)
    except UnavailableError as error:
        raise UnavailableError(f"{what}: {error}") from None
    try:
        return make(directory)
    except ConfigError as error:
        raise ConfigError(f"{what} {name!r}: {error}") from None
    except UnavailableError:
        raise
    except Exception as error:  # tokenizers and safetensors raise no narrower one for a file that they cannot read
        reason = str(error).strip().partition("\n")[0]
        raise UnavailableError(f"{what} {name!r} is no directory or model that can be loaded: {reason}") from error


def need_neural(what: str) -> None:
    """Raises UnavailableError where the extra `neural` is missing."""
    if any(importlib.util.find_spec(module) is None for module in _MODULES):
        raise UnavailableError(f"{what} needs the extra 'neural': pip install 'mtqe[neural]'")


def longest_input(config: Any, tokenizer: Any) -> int:
    """How many tokens a model reads; RoBERTa and its kin count their places from after the padding's id."""
    positions = getattr(config, "max_position_embeddings", None) or _MAX_LENGTH
    if "roberta" in config.model_type or config.model_type == "camembert":
        positions -= tokenizer.pad_token_id + 1
    return min(int(tokenizer.model_max_length), int(positions))
