"""What the neural models of a process have in common: where they run, and where their results are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtqe.errors import MtqeError
from mtqe.store import cache_directory


@dataclass(frozen=True)
class Session:
    """Settings of `mtqe score --device ... --shard ...` and its kin.

    device    as `mtqe.neural.devices.parse_devices` reads it, where a metric names none itself.
    store     the directory of the results; None is `neural` in mtqe's own cache.
    shard     (i, n) with 1 <= i <= n: compute the batches i, i + n, ... of all only, and keep them in `store`.
    merged    the type of the device that shards were computed on, where none is named: every result must be in `store`
              already, no model is run, and the device need not be on this machine.
    """

    device: str | None = None
    store: Path | None = None
    shard: tuple[int, int] | None = None
    merged: str | None = None

    @property
    def directory(self) -> Path:
        return self.store or cache_directory() / "neural"


class ShardDone(MtqeError):
    """The shard's part of a metric is computed and stored; there are no scores before all shards are merged."""


_current: ContextVar[Session | None] = ContextVar("session", default=None)


def current() -> Session:
    return _current.get() or Session()


@contextmanager
def session(**settings: Any) -> Iterator[Session]:
    """Other settings for the time of a `with` block."""
    token = _current.set(replace(current(), **settings))
    try:
        yield current()
    finally:
        _current.reset(token)
