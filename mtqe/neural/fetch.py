"""Brings what metrics need to this machine, so that they can run later where there is no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mtqe import plugins
from mtqe.neural.checkpoints import lookups


class Files(NamedTuple):
    """The files of a model, by its id or path, in a directory."""

    model: str
    directory: Path

    def paths(self) -> list[Path]:
        return sorted(path for path in self.directory.rglob("*") if path.is_file())

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(path.stat().st_size for path in self.paths())


def fetch(request: str) -> list[Files]:
    """Brings the models of a metric such as `comet:Unbabel/wmt22-comet-da` here; none for a metric without any.

    A metric's `spec` has the checksum of its weights, so that asking for it makes the metric look its models up.
    Raises ConfigError for a metric that does not exist, UnavailableError where a model cannot be had.
    """
    with lookups() as found:
        plugins.create("metrics", request).spec  # noqa: B018
    return list(files_of(found))


def files_of(found: dict[str, Path | None]) -> Iterator[Files]:
    """Of what `lookups` noted, what is there."""
    return (Files(model, directory) for model, directory in found.items() if directory is not None)


def listing(request: str, models: list[Files]) -> str:
    """Lines that say what lies where, and its size."""
    width = max((len(files.model) for files in models), default=0)
    lines = [f"  {files.model:<{width}}  {gigabytes(files.size):>9}  {files.directory}" for files in models]
    return "\n".join([request, *(lines or ["  needs no model of the hub"])]) + "\n"


def gigabytes(size: float) -> str:
    return f"{size / 1e9:,.2f} GB" if size >= 1e7 else f"{size / 1e6:,.2f} MB"
