"""Where models run and in which precision."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtqe.errors import ConfigError, UnavailableError
from mtqe.neural.session import current

if TYPE_CHECKING:
    import torch

#: Short names of the precisions of weights, as signatures say them, and torch's own.
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
_TYPES = ("cpu", "cuda", "mps")
_KNOWN = "auto, cpu, cuda, cuda:N, cuda:N,N and mps"


def workers(name: str | None) -> list[list[torch.device]]:
    """For each worker that a text names the devices that its model is spread over.

    `cuda:0,1` are two workers with a model each, `cuda:0+1` is one model whose layers lie on two devices. None is what
    the session says; there None, as `auto`, is `cuda` where there is one, else `cpu`.
    Raises ConfigError for a device that does not exist, UnavailableError for one that this machine lacks.
    """
    name = name if name is not None else current().device
    found, kind = [], ""
    for worker in ("auto" if name is None else name).split(","):
        devices = []
        for part in worker.split("+"):
            part = f"{kind}:{part}" if part.isdecimal() and kind else part
            kind = part.partition(":")[0]
            devices.append(_device(part))
        found.append(devices)
    return found


def places(name: str | None) -> list[list[torch.device]]:
    """As `workers`; where shards are merged, the kind of device that they were computed on, here or not."""
    import torch

    settings = current()
    if settings.merged is None:
        return workers(name)
    first = re.split("[,+]", name or settings.device or "auto")[0]
    return [[torch.device(settings.merged if first == "auto" else first)]]


def at_hand(device: torch.device) -> bool:
    """Whether this machine has a device."""
    import torch

    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError):
        return False
    return True


def torch_device(name: str | None) -> torch.device:
    """The first device of those that `workers` reads."""
    return workers(name)[0][0]


def dtype_for(device: torch.device, name: str | None = None) -> str:
    """A precision of DTYPES; by default fp32, on a GPU bf16. Raises ConfigError for one that does not exist."""
    if name is None:
        return "bf16" if device.type == "cuda" else "fp32"
    if name not in DTYPES:
        raise ConfigError(f"unknown dtype {name!r}; known are {', '.join(DTYPES)}")
    return name


def _device(name: str) -> torch.device:
    import torch

    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        if device.type not in _TYPES:
            raise RuntimeError
    except RuntimeError:
        raise ConfigError(f"unknown device {name!r}; known are {_KNOWN}") from None
    if not at_hand(device):
        raise UnavailableError(f"torch has no device {name!r} on this machine; use cpu")
    return device
