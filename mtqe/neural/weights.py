"""Weights on disk: safetensors, or what torch.save wrote, read without running anything that a file could hide."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from mtqe.errors import UnavailableError
from mtqe.store import cache_directory, digest, file_digest, read_json, write_json

#: Plain mappings under names of libraries that are not needed here: what Lightning keeps hyperparameters in.
_MAPPINGS = (
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "lightning.pytorch.utilities.parsing.AttributeDict",
    "lightning_fabric.utilities.data.AttributeDict",
    "lightning.fabric.utilities.data.AttributeDict",
)


class _Mapping(dict[str, Any]):
    """Stands for the mappings of _MAPPINGS."""


def read_weights(path: Path, trust: bool = False) -> dict[str, Any]:
    """What a file of weights holds, its tensors mapped into memory rather than read.

    `trust` lets a pickle through that may run code. Raises UnavailableError for a pickle that holds more than tensors
    and plain values, and for what is no such file.
    """
    import torch

    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(path)
        except SafetensorError as error:
            raise UnavailableError(f"{path} is no file of weights: {error}") from None
    options: dict[str, Any] = {"map_location": "cpu", "weights_only": not trust}
    try:
        with torch.serialization.safe_globals([(_Mapping, name) for name in _MAPPINGS]):
            try:
                found = torch.load(path, mmap=True, **options)
            except RuntimeError as error:
                if "mmap" not in str(error):
                    raise
                found = torch.load(path, **options)  # as torch wrote them before 1.6
    except FileNotFoundError:
        raise
    except Exception as error:
        if global_name := re.search(r"[Uu]nsupported global: GLOBAL (\S+)", str(error)):
            raise UnavailableError(
                f"{path} holds more than weights ({global_name[1]}) and could run code when it is read; "
                "if you trust where it comes from, ask for it with trust=true"
            ) from None
        raise UnavailableError(f"{path} is no file of weights: {_line(error)}") from None
    if not isinstance(found, dict):
        raise UnavailableError(f"{path} is no file of weights: it holds a {type(found).__name__}")
    return found


def _line(error: Exception) -> str:
    """What an error says in its first line, with its kind: some of the libraries' errors say no more than a number."""
    return f"{type(error).__name__} {str(error).strip().partition(chr(10))[0]}".strip()


def weights_digest(path: Path) -> str:
    """sha256 of a file of weights; of one that has not changed since it is remembered.

    The hub's cache names its files by it.
    """
    real = path.resolve()
    if real.parent.name == "blobs" and re.fullmatch(r"[0-9a-f]{64}", real.name):
        return real.name
    status = real.stat()
    about: dict[str, Any] = {"path": str(real), "size": status.st_size, "modified": status.st_mtime_ns}
    about |= {"changed": status.st_ctime_ns, "inode": status.st_ino}  # a copy may keep the time of its original
    memory = cache_directory() / "neural" / "checksums" / f"{digest(about)}.json"
    if memory.exists():
        return str(read_json(memory)["sha256"])
    found = file_digest(real)
    with contextlib.suppress(OSError):  # a store that cannot be written is said once, of the results
        write_json(memory, {**about, "sha256": found})
    return found
