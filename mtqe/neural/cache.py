"""Results of neural models on disk, so that no text is run through a model twice."""

from __future__ import annotations

import contextlib
import io
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqe.store import digest, write_atomic, write_json

Vector = NDArray[np.float32]

_INDEX = np.dtype([("key", np.uint8, 32), ("start", np.int64), ("end", np.int64)])
#: More files than these are put together into one.
_MANY = 32


class VectorCache:
    """float32 vectors of any length by key, in one directory for everything that decides them (`about`).

    A batch of results is two files that appear whole: `NAME.values.npy`, and after it `NAME.index.npy`, which says
    where each key's vector lies. Nothing is ever written to twice, so that several runs, on one machine or on a file
    system of a cluster, may share a directory. A file that cannot be read is as good as absent.
    """

    def __init__(self, directory: Path, about: Mapping[str, Any]) -> None:
        self._about = dict(about)
        self._directory = directory / digest(self._about)[:32]
        self._read: dict[bytes, Vector] = {}
        self._files: dict[str, list[bytes]] = {}
        self._new: dict[bytes, Vector] = {}
        self._mine: list[str] = []
        self._load()

    def get(self, key: str) -> Vector | None:
        return self._read.get(bytes.fromhex(key))

    def put(self, key: str, vector: Vector) -> None:
        """Keeps a vector in memory; `flush` writes it."""
        raw = bytes.fromhex(key)
        self._read[raw] = self._new[raw] = vector

    def flush(self) -> None:
        """Writes what is new."""
        if self._new:
            self._mine.append(self._write(self._new))
            self._new = {}

    def close(self) -> None:
        """Writes what is new and puts the files of this run together, and all files where they are many."""
        self.flush()
        together = list(self._files if len(self._files) >= _MANY else self._mine)
        if len(together) > 1:
            whole = self._write({key: self._read[key] for name in together for key in self._files[name]})
            for name in together:
                del self._files[name]
                for kind in ("index", "values"):  # the index first: without it nobody looks for the values
                    with contextlib.suppress(OSError):
                        os.unlink(self._directory / f"{name}.{kind}.npy")
            self._mine = [whole]

    def _load(self) -> None:
        for path in sorted(self._directory.glob("*.index.npy")):
            name = path.name.removesuffix(".index.npy")
            try:
                index = np.load(path, allow_pickle=False)
                values = np.load(path.with_name(f"{name}.values.npy"), mmap_mode="r", allow_pickle=False).view(
                    np.ndarray
                )
                if (
                    index.dtype != _INDEX
                    or index.ndim != 1
                    or values.dtype != np.float32
                    or index["end"].max(initial=0) > len(values)
                ):
                    continue
            except (OSError, ValueError, EOFError):
                continue
            keys = [row.tobytes() for row in index["key"]]
            self._files[name] = keys
            plain = values.view(np.ndarray)  # a slice of it costs less than one of a memmap
            for key, start, end in zip(keys, index["start"].tolist(), index["end"].tolist(), strict=True):
                self._read[key] = plain[start:end]

    def _write(self, vectors: Mapping[bytes, Vector]) -> str:
        name = uuid.uuid4().hex
        ends = np.cumsum([len(vector) for vector in vectors.values()])
        index = np.zeros(len(vectors), _INDEX)
        index["key"] = np.frombuffer(b"".join(vectors), np.uint8).reshape(-1, 32)
        index["end"] = ends
        index["start"][1:] = ends[:-1]
        if not (self._directory / "about.json").exists():
            write_json(self._directory / "about.json", self._about)
        write_atomic(self._directory / f"{name}.values.npy", _npy(np.concatenate([*vectors.values()])))
        write_atomic(self._directory / f"{name}.index.npy", _npy(index))
        self._files[name] = list(vectors)
        return name


def key_of(texts: Iterable[str]) -> str:
    """The key of an input made of one or more texts."""
    return digest(list(texts))


def _npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
