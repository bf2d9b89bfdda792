"""Files opened to be read, and unpacked where they are compressed, which their first bytes say."""

from __future__ import annotations

import importlib
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from mtqe.errors import InputError, UnavailableError

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "lzma", b"\x28\xb5\x2f\xfd": "zst"}
#: What a compressed file may become: so many bytes in any case, and beyond that so many times its size.
_ROOM, _RATIO = 2**25, 100


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """The unpacked bytes of a file, and how many they are where that is known."""
    try:
        if path == Path("-"):
            yield sys.stdin.buffer, None
            return
        of_shell = str(path).startswith(("/dev/", "/proc/"))
        if stat.S_ISFIFO(path.stat().st_mode) and not of_shell:  # it would wait for a writer, maybe for ever
            raise InputError("is a named pipe", path=path, hint="save it to a file first, or pipe it into -")
        with path.open("rb") as file:
            start = file.peek(6)
            packed = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)
            size = os.fstat(file.fileno()).st_size
            if packed is None or (packed == "bz2" and start[4:6] != b"1A"):
                yield file, size
            else:
                with _unpacked(file, packed, path) as stream:
                    yield io.BufferedReader(_Bounded(stream, max(_ROOM, _RATIO * size), path), 2**16), None
    except FileNotFoundError:
        raise InputError("file not found", path=path) from None
    except IsADirectoryError:
        raise InputError("is a directory where a file is needed", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", path=path) from None


def _unpacked(file: BinaryIO, packed: str, path: Path) -> BinaryIO:
    if packed == "zst":
        try:
            return cast(BinaryIO, io.BufferedReader(_Zst(file)))
        except ImportError:
            hint = f"pip install 'mtqe[zst]', or unpack it first: zstd -d {path}"
            raise UnavailableError(f"{path}: is packed with zstd; {hint}") from None
    return cast(BinaryIO, importlib.import_module(packed).open(file, "rb"))


class _Zst(io.RawIOBase):
    """All frames of a zstd file; its library's own stream takes one that is cut off for the end."""

    def __init__(self, file: BinaryIO) -> None:
        import zstandard

        self._blocks = self._frames(file, zstandard.ZstdDecompressor())
        self._rest = memoryview(b"")

    @staticmethod
    def _frames(file: BinaryIO, library: Any) -> Iterator[bytes]:
        frame = None
        while data := file.read(2**10):  # which become 32 MiB at most
            while data:
                frame = frame or library.decompressobj()
                yield frame.decompress(data)
                data, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
        if frame:
            raise EOFError("the last frame is not complete")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest and (block := next(self._blocks, None)) is not None:
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


class _Bounded(io.RawIOBase):
    """An unpacked stream, which ends with an error where it is damaged or longer than `limit` bytes."""

    def __init__(self, stream: BinaryIO, limit: int, path: Path) -> None:
        self._stream, self._left, self._path = stream, limit, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except Exception as error:  # each library that unpacks has its own
            hint = "copy or pack it again"
            raise InputError(f"is damaged or cut off ({error})", path=self._path, hint=hint) from None
        self._left -= len(data)
        if self._left < 0:
            hint = "if you trust it, unpack it first"
            raise InputError(f"unpacks to more than {_RATIO} times its size", path=self._path, hint=hint)
        buffer[: len(data)] = data
        return len(data)
