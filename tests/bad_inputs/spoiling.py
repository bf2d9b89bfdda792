"""What is done to clean files: functions that make the `spoil` of a case."""

import codecs
import os
import socket
from collections.abc import Callable
from pathlib import Path

BOM = codecs.BOM_UTF8
Spoil = Callable[[Path], object]


def edit(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    """Other content of a file."""
    return lambda directory: (directory / name).write_bytes(change((directory / name).read_bytes()))


def put(name: str, content: bytes) -> Spoil:
    """A file in the place of what is there."""
    return lambda directory: (directory / name).write_bytes(content)


def swap(name: str, old: str, new: str) -> Spoil:
    """Another text in the place of one that stands in the file."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return edit(name, change)


def line(name: str, number: int, change: Callable[[bytes], bytes]) -> Spoil:
    """Another content of one line, counted from 1."""

    def changed(data: bytes) -> bytes:
        rows = data.split(b"\n")
        rows[number - 1] = change(rows[number - 1])
        return b"\n".join(rows)

    return edit(name, changed)


def packed(name: str, ending: str, pack: Callable[[bytes], bytes]) -> Spoil:
    """The file under its name and an ending, packed."""
    return lambda directory: (directory / f"{name}{ending}").write_bytes(pack((directory / name).read_bytes()))


def gone(name: str) -> Spoil:
    return lambda directory: (directory / name).unlink()


def instead(name: str, make: Callable[[Path], object]) -> Spoil:
    """Something else than a file in its place."""

    def spoil(directory: Path) -> None:
        (directory / name).unlink()
        make(directory / name)

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(directory: Path) -> None:
        for one in spoils:
            one(directory)

    return spoil


def pipe(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def nothing(_: Path) -> None:
    """The files are clean; the command is not."""
