"""Names to factories: built-ins by module name, third parties by entry point, both by one path.

A metric is a module `mtqe/metrics/NAME.py`, or an entry point NAME of the group `mtqe.metrics`, that has a function
`make(...)`; its keyword parameters are the parameters of the metric. Readers and report sections work alike.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from mtqe.errors import ConfigError


def names(kind: str) -> dict[str, str]:
    """Every plugin of a kind (`metrics`, `readers`, `report.sections`) and where it comes from, sorted by name."""
    package = importlib.import_module(f"mtqe.{kind}")
    found = {entry.name: entry.value for entry in importlib.metadata.entry_points(group=f"mtqe.{kind}")}
    found |= {
        module.name: f"mtqe.{kind}.{module.name}"
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_")
    }
    return dict(sorted(found.items()))


def load(kind: str, name: str) -> ModuleType:
    """The module of one plugin. Raises ConfigError with the nearest name when there is none."""
    known = names(kind)
    if name not in known:
        raise ConfigError(unknown(f"{kind.rstrip('s')} {name!r}", name, known))
    return importlib.import_module(known[name])


def create(kind: str, request: str) -> Any:
    """Makes a plugin from `name[:model][,key=value]...`; the first item without `=` is the model.

    Raises ConfigError for an unknown name or parameter, and for a value that its parameter does not take.
    """
    name, model, parameters = parse(request)
    factory: Callable[..., Any] = load(kind, name).make
    accepted = inspect.signature(factory).parameters
    if model is not None:
        if "model" not in accepted:
            raise ConfigError(f"{name!r} takes no model, but {request!r} names one")
        parameters["model"] = model
    for key in parameters:
        if key not in accepted:
            raise ConfigError(unknown(f"parameter {key!r} of {name!r}", key, accepted))
    try:
        return factory(**parameters)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{request!r}: {error}") from error


def parse(request: str) -> tuple[str, str | None, dict[str, Any]]:
    """`chrf:word_order=2` to `("chrf", None, {"word_order": 2})`; numbers and true/false become values."""
    name, _, rest = request.partition(":")
    model: str | None = None
    parameters: dict[str, Any] = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if equals:
            parameters[key.strip()] = _value(value.strip())
        elif model is None and not parameters:
            model = item
        else:
            raise ConfigError(f"{request!r}: {item!r} is neither key=value nor the first item, the model")
    return name.strip(), model, parameters


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """One line that says what is not known, the nearest name, and all names."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what}" + (f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}")


def _value(text: str) -> bool | int | float | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
