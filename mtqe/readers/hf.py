"""Data sets of the `datasets` library by id or directory: `hf:ID,split=test,source=COLUMN,reference=COLUMN`.

What is neither `split`, `config` nor `revision` names a column by what it holds, a system's name, or one of the names
of `mtqe.readers._table`; `translation.uk` is the value `uk` of column `translation`. Rows are streamed. The split is
`test` where none is named, and the only one of a directory that `datasets` has saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.plugins import parse, unknown
from mtqe.readers import _table
from mtqe.readers._table import Row

_OPTIONS = ("split", "config", "revision")


def accepts(path: Path) -> bool:
    return str(path).startswith("hf:")


def load(path: Path, *, languages: str, name: str) -> TestSet:
    return _table.load(_open, path, languages=languages, name=name)


def parts(path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    return _table.parts(_open, path, languages=languages, name=name, size=size)


def _open(path: Path, notes: list[str]) -> tuple[Sequence[str], Iterator[Row]]:
    _, data_set, given = parse(str(path))
    options = {key: given.pop(key) for key in _OPTIONS if key in given}
    if not data_set or not given:
        raise ConfigError(f"{path} names no columns; write hf:ID,split=test,source=COLUMN,reference=COLUMN")
    return list(given), _rows(_data(data_set, options), given, path)


def _data(data_set: str, options: Mapping[str, str]) -> Any:
    try:
        import datasets
    except ImportError:
        raise UnavailableError(f"hf:{data_set} needs the package datasets: pip install 'mtqe[hub]'") from None
    split, config, revision = (options.get(key) for key in _OPTIONS)
    try:
        if not any((Path(data_set) / name).exists() for name in ("state.json", "dataset_dict.json")):
            return datasets.load_dataset(data_set, config, split=split or "test", revision=revision, streaming=True)
        stored = datasets.load_from_disk(data_set)
    except Exception as error:
        raise _unavailable(data_set, error) from None
    if config or revision:
        raise ConfigError(f"data set {data_set} is stored here as it is; leave config and revision out")
    splits = stored if isinstance(stored, Mapping) else {str(stored.split or ""): stored}
    if split is None and len(splits) == 1:
        return next(iter(splits.values()))
    if (split or "test") not in splits:
        names = ", ".join(filter(None, splits)) or "none, so leave it out"
        raise ConfigError(f"data set {data_set} has no split {split or 'test'!r}; its splits are {names}")
    return splits[split or "test"]


def _rows(data: Any, columns: Mapping[str, str], path: Path) -> Iterator[Row]:
    rows = iter(data)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _unavailable(str(path), error) from None
        yield Row(number, [_value(row, column, path, number, name) for name, column in columns.items()])


def _value(row: Mapping[str, Any], column: str, path: Path, number: int, name: str) -> str | None:
    value: Any = row
    for key in [column] if column in row else column.split("."):
        if not isinstance(value, Mapping) or key not in value:
            raise InputError(unknown(f"column {column!r}", column, list(row)), path=path, line=number)
        value = value[key]
    if isinstance(value, int) and not isinstance(value, bool) and name in ("id", "document", "doc"):
        return str(value)
    if value is not None and not isinstance(value, str):
        said = f"column {column!r} has {type(value).__name__} where text is needed"
        raise InputError(said, path=path, line=number)
    return value


def _unavailable(data_set: str, error: Exception) -> UnavailableError:
    said = (str(error).splitlines() or [""])[0] or type(error).__name__
    return UnavailableError(f"data set {data_set} cannot be had ({said}); check its id, its splits and the network")
