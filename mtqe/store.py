"""Bytes on disk: checksums, canonical JSON, files that appear whole or not at all, and the manifest of a run."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mtqe.errors import ConfigError, InputError
from mtqe.packed import opened


def canonical_json(value: Any) -> str:
    """One spelling for one value: sorted keys, no spaces, no NaN. What checksums and keys are taken of."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file, or of the names and checksums of all files below a directory."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        return digest([[p.relative_to(path).as_posix(), file_digest(p)] for p in files])
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomic(path: Path, content: str | bytes) -> None:
    """Writes a file so that a reader sees the old content or the whole new one, never a part.

    Raises InputError for a device, a pipe or a directory, which are not replaced.
    """
    if path.exists() and not path.is_file():
        raise InputError("is no file that can be written", path=path)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def cache_directory() -> Path:
    """Where that is kept which can be made again: `$MTQE_CACHE`, else `mtqe` below `$XDG_CACHE_HOME` or `~/.cache`."""
    if given := os.environ.get("MTQE_CACHE"):
        return Path(given)
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path(os.path.expanduser("~/.cache"))) / "mtqe"


def write_json(path: Path, value: Any) -> None:
    write_atomic(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(
            "file not found", path=path, hint="is this the output directory of mtqe evaluate or run?"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON ({error})", path=path) from None


def read_toml(path: Path) -> dict[str, Any]:
    """The table of a file that a user wrote. Raises ConfigError where it cannot be read or is no TOML."""
    try:
        with opened(path) as (file, _):
            return tomllib.loads(file.read().decode("utf-8-sig"))
    except InputError as error:
        raise ConfigError(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The installed version of each package, of those that are installed, and of Python."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@dataclass
class Manifest:
    """What a run was: `provenance` decides its output, the rest (hardware, seconds, memory) only describes it."""

    provenance: Mapping[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.time)

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Records wall and CPU seconds of a step, and the peak memory of the process up to its end.

        What is put into the mapping that it gives is recorded too.
        """
        wall, cpu = time.perf_counter(), time.process_time()
        more: dict[str, Any] = {}
        yield more
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.steps.append(
            {
                "step": name,
                "wall_seconds": round(time.perf_counter() - wall, 3),
                "cpu_seconds": round(time.process_time() - cpu, 3),
                "peak_memory_bytes": peak,
                **more,
            }
        )

    def write(self, path: Path) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.started))
        hardware = {
            "system": platform.platform(),
            "machine": platform.machine(),
            "cpus": os.cpu_count(),
        }
        times = {"started": moment, "wall_seconds": round(time.time() - self.started, 3), "steps": self.steps}
        write_json(path, {"schema": "mtqe.manifest/1", **dict(self.provenance), "hardware": hardware, "times": times})
