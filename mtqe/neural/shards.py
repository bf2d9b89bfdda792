"""What was asked for in a directory of shards, so that merging them can ask again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mtqe.errors import ConfigError, InputError
from mtqe.neural.devices import torch_device
from mtqe.store import read_json, write_json

_FILE = "request.json"
_KINDS = {"words": list, "directory": str, "shards": int, "device": str}
_OPTIONS = ("--shard", "-o", "--output")


@dataclass(frozen=True)
class Request:
    """A command line but for which shard it is of, the directory that its paths start from, and the kind of device."""

    words: list[str]
    directory: str
    shards: int
    device: str

    @classmethod
    def of(cls, words: Sequence[str], shards: int) -> Request:
        return cls(_without_shard(words), os.getcwd(), shards, torch_device("auto").type)

    @classmethod
    def read(cls, directory: Path) -> Request:
        """Raises InputError where a directory has no shards."""
        file = directory / _FILE
        if not file.is_file():
            raise InputError(f"{directory} has no shards of mtqe score --shard")
        stored = read_json(file)
        if not (isinstance(stored, dict) and {k: type(v) for k, v in stored.items()} == _KINDS and _is_score(stored)):
            raise InputError("not what mtqe score --shard writes", path=file, hint="score the shards again")
        return cls(**stored)

    def check(self, directory: Path) -> None:
        """Raises ConfigError where a directory has shards of something else."""
        if (directory / _FILE).exists() and Request.read(directory) != self:
            raise ConfigError(
                f"{directory} has shards of another command line, or of another kind of device; take another directory"
            )

    def keep(self, directory: Path) -> None:
        write_json(directory / _FILE, asdict(self))


def _is_score(stored: dict[str, Any]) -> bool:
    words = stored["words"]
    return all(isinstance(word, str) for word in words) and words[:1] == ["score"]


def _without_shard(words: Sequence[str]) -> list[str]:
    kept, skip = [], False
    for word in words:
        if not skip and word not in _OPTIONS and not word.startswith(("--shard=", "--output=", "-o")):
            kept.append(word)
        skip = not skip and word in _OPTIONS
    return kept
