"""Checkpoints of transformers on disk or on the hub: where their files are, and how much they read."""

from __future__ import annotations

import errno
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mtqe.errors import ConfigError, UnavailableError

T = TypeVar("T")

_MODULES = ("safetensors", "tokenizers", "torch", "transformers")
_FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
#: How files of weights end.
WEIGHTS = (".ckpt", ".safetensors", ".bin")
#: How many tokens a model reads that does not say so.
_MAX_LENGTH = 512


def checkpoint_directory(name: str) -> Path:
    """The directory of a checkpoint: itself, or that of a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`.

    Of its weights, safetensors only. Raises UnavailableError where there is none.
    """
    return fetched(name, _FILES)


@dataclass(frozen=True)
class Lookups:
    """The models that `fetched` was asked for in a `with` block.

    local  look on this machine only.
    found  the directory of each, None where it could not be had.
    """

    local: bool = False
    found: dict[str, Path | None] = field(default_factory=dict)


_lookups: ContextVar[Lookups | None] = ContextVar("lookups", default=None)


@contextmanager
def lookups(local: bool = False) -> Iterator[dict[str, Path | None]]:
    """Keeps which models are asked for, and where they are, for the time of a `with` block."""
    token = _lookups.set(noted := Lookups(local))
    try:
        yield noted.found
    finally:
        _lookups.reset(token)


def fetched(name: str, files: Sequence[str]) -> Path:
    """The directory with `files` of a model: itself, or of a model id, looked up in the hub's cache, then on the hub.

    Raises UnavailableError that says what to do.
    """
    noted = _lookups.get() or Lookups()
    noted.found[name] = None
    directory = Path(name) if Path(name).is_dir() else _of_hub(name, files, noted.local)
    noted.found[name] = directory
    return directory


def _of_hub(name: str, files: Sequence[str], local: bool) -> Path:
    from huggingface_hub import constants, errors, snapshot_download

    model, _, revision = name.partition("@")
    try:
        return Path(
            snapshot_download(model, revision=revision or None, allow_patterns=list(files), local_files_only=local)
        )
    except errors.GatedRepoError:
        raise UnavailableError(
            f"{model!r} is gated: accept its licence on its page on the hub, then log in (hf auth login) "
            "or set HF_TOKEN"
        ) from None
    except errors.RevisionNotFoundError:
        raise UnavailableError(
            f"{model!r} has no revision {revision!r}; give a branch, tag or commit of it, or none for the newest"
        ) from None
    except errors.RepositoryNotFoundError:
        raise UnavailableError(
            f"{model!r} is neither a directory nor a model that the hub shows; check the spelling, and log in "
            "(hf auth login) if it is private"
        ) from None
    except errors.HFValidationError:
        raise UnavailableError(f"no such directory: {name!r}, and no model id OWNER/NAME") from None
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled):
        unreachable = "" if local else " and the hub cannot be reached"
        raise UnavailableError(
            f"{name!r} is not on this machine{unreachable}; "
            "bring it here from where there is a network (mtqe fetch METRIC, or hf download)"
        ) from None
    except Exception as error:  # of the network, of the hub, or of the disk: each library that takes part has its own
        cache, reason = constants.HF_HUB_CACHE, str(error).strip().partition("\n")[0]
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in reason:
            raise UnavailableError(
                f"{name!r} could not be fetched: the disk of {cache} is full; make room, or set HF_HOME to another one"
            ) from None
        if isinstance(error, PermissionError):
            raise UnavailableError(
                f"{name!r} could not be fetched: {cache} cannot be written; set HF_HOME to a directory that can"
            ) from None
        raise UnavailableError(
            f"{name!r} could not be fetched: {reason or type(error).__name__}; ask again, what has come is kept"
        ) from None


def cached_models() -> frozenset[str]:
    """The ids, in lower case, of models whose weights are in the hub's cache."""
    try:
        from huggingface_hub import constants, errors, scan_cache_dir
    except ImportError:
        return frozenset()
    try:
        repositories = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except (errors.CacheNotFound, OSError, ValueError):
        return frozenset()
    return frozenset(
        repository.repo_id.lower()
        for repository in repositories
        for revision in repository.revisions
        if any(file.file_name.endswith(WEIGHTS) for file in revision.files)
    )


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
