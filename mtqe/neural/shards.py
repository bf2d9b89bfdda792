"""What was asked for in a directory of shards, so that merging them can ask again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mtqe.errors import ConfigError, InputError
from mtqe.store import read_json, write_json

_REQUEST = "request.json"
_OPTIONS = ("--shard", "-o", "--output")


def keep_request(directory: Path, words: Sequence[str], shards: int) -> None:
    """Writes the words of a command line, but for which shard it is of.

    Raises ConfigError where the directory has shards of another command line.
    """
    request = {"words": _without_shard(words), "directory": os.getcwd(), "shards": shards}
    file = directory / _REQUEST
    if file.exists() and read_json(file) != request:
        raise ConfigError(f"{directory} has shards of another command line; take another directory")
    write_json(file, request)


def request_of(directory: Path) -> tuple[list[str], Path]:
    """The words of the command line, and the directory that its paths start from. Raises InputError without any."""
    request = read_json(directory / _REQUEST)
    try:
        return [str(word) for word in request["words"]], Path(request["directory"])
    except (KeyError, TypeError):
        raise InputError("not what mtqe score --shard writes", path=directory / _REQUEST) from None


def _without_shard(words: Sequence[str]) -> list[str]:
    kept, skip = [], False
    for word in words:
        if not skip and word not in _OPTIONS and not word.startswith(("--shard=", "--output=")):
            kept.append(word)
        skip = not skip and word in _OPTIONS
    return kept
