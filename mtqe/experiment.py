"""Experiment files: TOML to an `Experiment`. An unknown key is an error that names the nearest one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from mtqe.errors import ConfigError
from mtqe.plugins import unknown
from mtqe.readers import split_languages
from mtqe.store import read_toml
from mtqe.translation.model import ModelSystem


@dataclass(frozen=True, slots=True)
class SystemInput:
    """A system's output on disk, one path a run: a file, or a directory with one file a document. Or its `model`.

    `optimised_with` names metrics that the system was trained or tuned on, so that they are no independent judges.
    """

    name: str
    paths: tuple[Path, ...]
    human: bool = False
    optimised_with: tuple[str, ...] = ()
    model: ModelSystem | None = None


@dataclass(frozen=True, slots=True)
class TestSetInput:
    """One test set; `languages` is `uk-en`, or `en` when there is no source.

    It is files that are aligned, or a `dataset` (what `-d` takes) of which `reference_sets` are used, by name; then the
    files of further systems have a line a segment. `ratings` are files of error spans by people.
    """

    __test__ = False

    name: str
    languages: str
    references: tuple[Path, ...]
    systems: tuple[SystemInput, ...]
    source: Path | None = None
    dataset: str | None = None
    reference_sets: tuple[str, ...] = ()
    ratings: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Experiment:
    """What a run does: test sets, metrics (the first is the primary one, that orders systems) and the statistics.

    `metrics` None means the default metrics, and BERTScore where its extra is installed and the target is English.
    """

    name: str
    test_sets: tuple[TestSetInput, ...]
    metrics: tuple[str, ...] | None = None
    baseline: str | None = None
    unit: str = "auto"
    draws: int | None = None
    seed: int = 12345
    input_format: str | None = None
    strict: bool = False


def read_experiment(path: Path) -> Experiment:
    """Reads an experiment file; paths in it are relative to the file.

    Raises ConfigError naming the file and the key for anything it does not know or that has the wrong type.
    """
    read = _Table(read_toml(path), str(path))
    experiment = Experiment(
        name=read.take("name", str, path.stem),
        test_sets=tuple(
            _test_set(read.inner(t, f"test_set {i}"), path.parent) for i, t in enumerate(read.take("test_set", list), 1)
        ),
        metrics=read.strings("metrics"),
        baseline=read.take("baseline", str, None),
        unit=read.take("unit", str, "auto"),
        draws=read.take("draws", int, None),
        seed=read.take("seed", int, 12345),
        input_format=read.take("input_format", str, None),
        strict=read.take("strict", bool, False),
    )
    read.finish()
    return experiment


def _test_set(read: _Table, folder: Path) -> TestSetInput:
    """A test set; with a `dataset` its `references` are names, and it needs neither them nor a `system`."""
    dataset = read.take("dataset", str, None)
    if dataset is not None and _beside(folder, dataset).exists():
        dataset = str(_beside(folder, dataset))
    source = None if dataset else read.take("source", str, None)
    references = read.strings("references") or (() if dataset else read.missing("references"))
    systems = read.take("system", list, [] if dataset else _Table._REQUIRED)
    languages = read.take("languages", str)
    result = TestSetInput(
        name=read.take("name", str),
        languages=languages,
        references=() if dataset else tuple(_beside(folder, path) for path in references),
        source=None if source is None else _beside(folder, source),
        systems=tuple(_system(read.inner(s, f"system {i}"), folder, languages) for i, s in enumerate(systems, 1)),
        dataset=dataset,
        reference_sets=references if dataset else (),
        ratings=tuple(_beside(folder, path) for path in read.strings("ratings") or ()),
    )
    read.finish()
    return result


def _system(read: _Table, folder: Path, languages: str) -> SystemInput:
    """A system; `path` is its output, `runs` lists the outputs of several runs, `model` is what translates."""
    model, runs = _model(read, folder, languages), read.strings("runs")
    path = read.take("path", str, None)
    given = [name for name, value in (("path", path), ("runs", runs), ("model", model)) if value is not None]
    if len(given) != 1:
        raise ConfigError(f"{read.where}: a system has one of 'path', 'runs' and 'model', not {given or 'none'}")
    system = SystemInput(
        name=read.take("name", str),
        paths=tuple(_beside(folder, path) for path in runs or ([] if path is None else [path])),
        human=read.take("human", bool, False),
        optimised_with=read.strings("optimised_with") or (),
        model=model,
    )
    read.finish()
    return system


def _model(read: _Table, folder: Path, languages: str) -> ModelSystem | None:
    """The model of a system, whose keys are the fields of `ModelSystem`; the languages are those of the test set."""
    options: dict[str, Any] = {}
    for key, annotation in get_type_hints(ModelSystem).items():
        kind = (get_args(annotation) or (annotation,))[0]
        value = read.take(key, str if kind is Path else kind, None)
        if value is not None:
            options[key] = _beside(folder, value) if kind is Path else value
    if "model" not in options:
        if options:
            read.missing("model")
        return None
    if (directory := _beside(folder, options["model"])).is_dir():
        options["model"] = str(directory)
    source, target = split_languages(languages)
    if source is None:
        raise ConfigError(f"{read.where}: a model translates from a source; write languages such as 'uk-{target}'")
    try:
        return ModelSystem(**{"source_language": source, "target_language": target, **options})
    except ConfigError as error:
        raise ConfigError(f"{read.where}: {error}") from None


def _beside(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


class _Table:
    """A TOML table that knows which of its keys have been read."""

    _REQUIRED = object()

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self.table, self.where = table, where
        self.known: list[str] = []

    def inner(self, table: Any, name: str) -> _Table:
        if not isinstance(table, dict):
            raise ConfigError(f"{self.where}: {name} is a table, written [[{name.split()[0]}]]")
        return _Table(table, f"{self.where}, {name}")

    def take(self, key: str, kind: type, default: Any = _REQUIRED) -> Any:
        self.known.append(key)
        if key not in self.table:
            return self.missing(key) if default is self._REQUIRED else default
        value = self.table[key]
        if kind is float and type(value) is int:
            return float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ConfigError(f"{self.where}: {key!r} must be of type {kind.__name__}, not {value!r}")
        return value

    def strings(self, key: str) -> tuple[str, ...] | None:
        values = self.take(key, list, None)
        if values is not None and not (values and all(isinstance(value, str) for value in values)):
            raise ConfigError(f"{self.where}: {key!r} must be a list of strings, not {values!r}")
        return None if values is None else tuple(values)

    def missing(self, key: str) -> Any:
        raise ConfigError(f"{self.where}: {key!r} is missing")

    def finish(self) -> None:
        for key in self.table:
            if key not in self.known:
                raise ConfigError(f"{self.where}: {unknown(f'key {key!r}', key, self.known)}")
