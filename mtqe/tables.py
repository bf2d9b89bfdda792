"""Tables on disk, looked up by text: made once, kept in the user's cache, mapped into memory without being read."""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import tempfile
import warnings
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mtqe.store import cache_directory, canonical_json, digest, write_atomic

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = Mapping[str, "NDArray[Any]"]

#: A multiple of the letters modulo a prime: stable, quick, and evenly spread over 61 bits.
_PRIME = (1 << 61) - 1
_FACTOR = 0x0B4E_D2A9_6C83_57F1
_BUCKET_BITS = 45
_BUCKETS = 1 << (61 - _BUCKET_BITS)
#: The mark of the format, the checksum of what follows it, and the length of the description; then the description,
#: JSON, and the columns, each at a multiple of eight.
_MAGIC = b"mtqe.t/1"
_HEAD = struct.Struct("<8sII")
_CHUNK = 1 << 20


def key_of(text: str) -> int:
    """A number below 2^61 for a text; two texts with the same one are not to be met with."""
    return int.from_bytes(text.encode("utf-8", "surrogatepass"), "little") * _FACTOR % _PRIME


def keys_of(texts: Iterable[str]) -> NDArray[np.uint64]:
    import numpy as np

    return np.fromiter(map(key_of, texts), np.uint64)


def key_columns(name: str, keys: NDArray[np.uint64]) -> dict[str, NDArray[Any]]:
    """The columns of the `Index` of that name; the keys are sorted and differ."""
    import numpy as np

    starts = np.searchsorted(keys, np.arange(_BUCKETS + 1, dtype=np.uint64) << np.uint64(_BUCKET_BITS))
    return {f"{name}.keys": keys, f"{name}.starts": starts.astype(np.uint32)}


class Index(NamedTuple):
    """Sorted keys, and where those begin that have the same first bits."""

    keys: memoryview[int]
    starts: memoryview[int]

    def row(self, text: str) -> int:
        """The row of a text among the keys, -1 where it is not there."""
        key = key_of(text)
        bucket = key >> _BUCKET_BITS
        end = self.starts[bucket + 1]
        row = bisect_left(self.keys, key, self.starts[bucket], end)
        return row if row < end and self.keys[row] == key else -1


class Table:
    """Named columns of numbers (or of UTF-8, as bytes) in one buffer, and `meta`, what else is known of them."""

    def __init__(self, buffer: bytes | mmap.mmap) -> None:
        _, _, length = _HEAD.unpack_from(buffer)
        description = json.loads(buffer[_HEAD.size : _HEAD.size + length])
        self.meta: Any = description["meta"]
        view = memoryview(buffer)[_HEAD.size + length :]
        self._columns = {
            name: view[start : start + size].cast(kind) for name, (kind, start, size) in description["columns"].items()
        }

    def __getitem__(self, name: str) -> memoryview[int]:
        return self._columns[name]

    def index(self, name: str) -> Index:
        return Index(self[f"{name}.keys"], self[f"{name}.starts"])


def pack(columns: Columns, meta: object) -> bytes:
    """The bytes that `Table` reads."""
    import numpy as np

    places, parts, start = {}, [], 0
    for name, column in columns.items():
        data = np.ascontiguousarray(column).tobytes()
        places[name] = (column.dtype.char, start, len(data))
        parts.append(data + bytes(-len(data) % 8))
        start += len(parts[-1])
    description = canonical_json({"columns": places, "meta": meta}).encode()
    description += b" " * (-(_HEAD.size + len(description)) % 8)
    body = struct.pack("<I", len(description)) + description + b"".join(parts)
    return _MAGIC + struct.pack("<I", zlib.crc32(body)) + body


def open_table(name: str, version: object, make: Callable[[], bytes]) -> Table:
    """The table of that name, mapped from the cache; made first where it is missing, of another version or damaged.

    `make` returns what `pack` does. The file appears whole or not at all, so that two processes may make it at once.
    Where the cache cannot be written, a directory for temporary files is used, and a warning says so.
    """
    file = f"{name}-{digest([version, sys.byteorder])[:12]}.table"
    directories = [cache_directory()]
    temporary = Path(tempfile.gettempdir()) / f"mtqe-{os.getuid()}"
    if not temporary.exists() or temporary.stat().st_uid == os.getuid():  # what others put there is not to be used
        directories.append(temporary)
    for directory in directories:
        if table := _mapped(directory / file):
            return table
    content = make()
    for directory in directories:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(directory / file, content)
        except OSError as error:
            problem = f"{directory} cannot be written ({error.strerror})"
            continue
        if directory != directories[0]:
            warnings.warn(f"{problem}: {name} are kept in {directory} (MTQE_CACHE names another)", stacklevel=2)
        return _mapped(directory / file) or Table(content)
    warnings.warn(f"{problem}: {name} are made anew by each process (MTQE_CACHE names another)", stacklevel=2)
    return Table(content)


def _mapped(path: Path) -> Table | None:
    """The table of a file; None where there is none, or it is damaged."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            magic, checksum, _ = _HEAD.unpack(head)
            found = zlib.crc32(head[-4:])
            while chunk := file.read(_CHUNK):
                found = zlib.crc32(chunk, found)
            if magic != _MAGIC or found != checksum:
                return None
            return Table(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, struct.error):
        return None
