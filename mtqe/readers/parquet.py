"""Data sets in Parquet: a row a segment, columns of strings by name (see `mtqe.readers._table`); null is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.readers import _table
from mtqe.readers._table import Row

_BATCH = 4096


def accepts(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def load(path: Path, *, languages: str, name: str) -> TestSet:
    return _table.load(_open, path, languages=languages, name=name)


def parts(path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]:
    return _table.parts(_open, path, languages=languages, name=name, size=size)


def _open(path: Path, notes: list[str]) -> tuple[Sequence[str], Iterator[Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"is no Parquet file ({str(error).splitlines()[0]})", path=path) from None
    for field in file.schema_arrow:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        named = field.name.lower() in ("id", "doc", "document") and pa.types.is_integer(kind)
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or named):
            hint = "make it a column of strings, or leave it out"
            raise InputError(f"column {field.name!r} is {field.type} where text is needed", path=path, hint=hint)
    return file.schema_arrow.names, _rows(file, path)


def _rows(file: Any, path: Path) -> Iterator[Row]:
    import pyarrow as pa

    number = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield Row(number, [None if value is None else str(value) for value in values])
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise InputError(f"cannot be read after row {number} ({said})", path=path, hint="write it again") from None
