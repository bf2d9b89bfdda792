"""Names to modules: built-ins by file name, third parties by entry point, both by one path.

A metric is a module `mtqe/metrics/NAME.py`, or an entry point NAME of the group `mtqe.metrics` that is such a module;
its function `make(...)` makes the metric, its keyword parameters are the metric's; `CITE`, where it has one, names what
to cite, as keys of `mtqe/report/citations.bib` or whole BibTeX entries. Readers (`mtqe.readers`) and report
sections (`mtqe.report.sections`) are found in the same way; their packages say which functions they have.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.metadata
import inspect
import math
import pkgutil
import typing
from collections.abc import Callable, Iterable
from typing import Any

from mtqe.errors import ConfigError, UnavailableError


def names(kind: str) -> list[str]:
    """Every plugin of a kind (`metrics`, `readers`, `report.sections`), sorted."""
    return sorted({*_built_in(kind), *importlib.metadata.entry_points(group=f"mtqe.{kind}").names})


def load(kind: str, name: str) -> Any:
    """The module of one plugin.

    Raises ConfigError with the nearest name when there is none, UnavailableError when it cannot be imported.
    """
    if name not in names(kind):
        raise ConfigError(unknown(f"{kind.rstrip('s')} {name!r}", name, names(kind)))
    try:
        if name in _built_in(kind):
            return importlib.import_module(f"mtqe.{kind}.{name}")
        (entry, *_) = importlib.metadata.entry_points(group=f"mtqe.{kind}", name=name)
        return entry.load()
    except ImportError as error:
        raise UnavailableError(f"{kind.rstrip('s')} {name!r} cannot be imported: {error}") from error


def _built_in(kind: str) -> set[str]:
    package = importlib.import_module(f"mtqe.{kind}")
    return {module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")}


def create(kind: str, request: str) -> Any:
    """Makes a plugin from `name[:model][,key=value]...`; the first item without `=` is the model.

    Values are read as what the parameters of `make` are annotated as. Raises ConfigError for an unknown name or
    parameter, and for a value that its parameter does not take.
    """
    name, model, texts = parse(request)
    factory: Callable[..., Any] = load(kind, name).make
    accepted = inspect.signature(factory).parameters
    if model is not None:
        if "model" not in accepted:
            raise ConfigError(f"{name!r} takes no model, but {request!r} names one")
        texts["model"] = model
    for key in texts:
        if key not in accepted:
            raise ConfigError(unknown(f"parameter {key!r} of {name!r}", key, accepted))
    types = typing.get_type_hints(factory)
    try:
        return factory(**{key: _value(key, text, types.get(key, str)) for key, text in texts.items()})
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{request!r}: {error}") from error


def parse(request: str) -> tuple[str, str | None, dict[str, str]]:
    """`chrf:word_order=2` to `("chrf", None, {"word_order": "2"})`."""
    name, _, rest = request.partition(":")
    model: str | None = None
    parameters: dict[str, str] = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if equals:
            parameters[key.strip()] = value.strip()
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


def _value(key: str, text: str, annotation: Any) -> Any:
    """A text as the first type of an annotation such as `int | None` that takes it."""
    kinds = typing.get_args(annotation) or (annotation,)
    if type(None) in kinds and str not in kinds and text.lower() == "none":
        return None
    if bool in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            if kind in kinds and math.isfinite(value := kind(text)):
                return value
    if str in kinds:
        return text
    expected = "true or false" if bool in kinds else "a number"
    raise ConfigError(f"{key} is {expected}, not {text!r}")
