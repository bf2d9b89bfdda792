"""Compiles the counting kernels with numba, once a machine: the machine code is kept in mtqe's cache directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import numba

from mtqe.store import cache_directory

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """`numba.njit` with its cache below `cache_directory()`; where that cannot be written, compiled in each process."""
    directory, config = cache_directory() / "numba", vars(numba)["config"]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        cached = os.access(directory, os.W_OK)
    except OSError:
        cached = False
    before = config.CACHE_DIR
    config.CACHE_DIR = str(directory)
    try:
        kernel: Any = numba.njit(cache=cached)(function)
    finally:
        config.CACHE_DIR = before
    return kernel  # type: ignore[no-any-return]
