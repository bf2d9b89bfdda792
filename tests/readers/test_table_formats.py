"""CSV, JSON Lines and Parquet: columns by name, missing texts that are not empty, errors with line and remedy."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.readers import load, parts

field = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['"', "a,b", "a\nb", "\r\n", "\u2028", "=1", "\ufeff"]
)


def texts(test_set: TestSet) -> list[tuple[str | None, ...]]:
    columns = [[s.references[0] for s in test_set.segments], *(s.texts for s in test_set.systems)]
    return list(zip(*columns, strict=True))


@given(rows=st.lists(st.tuples(field, field), min_size=1, max_size=6))
def test_csv_is_what_the_standard_library_writes(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("reference", "A"), *rows])
    assert texts(load(path, languages="en")) == rows


def test_csv_knows_the_line_that_a_row_begins_in(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'ref,a\r\n"one\r\ntwo",b\r\nthree,d\r\n')
    test_set = load(path, languages="en")
    assert [(s.id, s.references) for s in test_set.segments] == [("x:2", ("one\r\ntwo",)), ("x:4", ("three",))]
    for data, message in [
        (b'ref,a\n"x\ny",b\nc,d,e\n', r"x\.csv:4: 3 fields under a header of 2; put a field"),
        (b"ref,a\nx,b\n\nc,d\n", r"x\.csv:3: 0 fields under"),
        (b'ref,a\nx,b\n"c"d,e\n', r"x\.csv:3: is no CSV from here on .*; put fields"),
        (b'ref,a\nx,b\n"c,d\ne\n', r"x\.csv:3: is no CSV from here on \(unexpected end"),
        (b"ref,a\nx\ry,b\n", r"x\.csv:2: is no CSV from here on"),
        (b"ref;a\nx;b\n", r"x\.csv:1: has semicolons between its columns; save"),
        (b"", r"x\.csv: the file is empty"),
        (b"ref,a\n", r"x\.csv: the file has no row"),
        (b"ref,a\nx,\xff\n", r"x\.csv:2: not valid utf-8"),
    ]:
        path.write_bytes(data)
        with pytest.raises(InputError, match=message):
            load(path, languages="en")


def test_a_field_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"ref,a\n{'x' * 200_000},b\n")
    assert len(texts(load(path, languages="en"))[0][0] or "") == 200_000


def test_json_tells_missing_from_empty(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "doc": "d", "reference": "r", "reference2": None, "A": "", "metadata": {"kind": "title"}},
        {"id": 8, "doc": "d", "reference": "", "reference2": "s", "A": None, "metadata": {}},
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    test_set = load(path, languages="en")
    assert [(s.id, s.references, s.metadata) for s in test_set.segments] == [
        ("d:7", ("r", None), {"kind": "title"}),
        ("d:8", ("", "s"), {}),
    ]
    assert test_set.systems[0].texts == ("", None)
    assert [texts(part) for part in parts(path, languages="en", size=1)] == [[("r", "")], [("", None)]]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ('{"ref": "a"}', "has no 'A'; each line has the keys of the first"),
        ('{"ref": "a", "A": "b", "B": "c"}', "unknown key 'B'"),
        ('{"ref": "a", "A": 1}', "'A' is a number where a text is needed; write it as a string"),
        ('{"ref": "a", "A": true}', "'A' is true or false"),
        ('{"ref": "a", "A": ["b"]}', "'A' is a list"),
        ('{"ref": "a", "ref": "b", "A": "c"}', "is no JSON (a key stands twice)"),
        ('{"ref": "a", "A": "b"', "is no JSON ("),
        ('["a", "b"]', "is no JSON object"),
        ("", "is a blank line; write one object a line"),
        ("[" * 100_000, "is no JSON"),
        ('{"ref": "a", "A": "\\ud800"}', "'A' has half of a surrogate pair"),
    ],
)
def test_bad_json_names_line_and_remedy(tmp_path: Path, second: str, message: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"ref": "r", "A": "s"}\n' + second + "\n")
    with pytest.raises(InputError) as raised:
        load(path, languages="en")
    assert str(raised.value).startswith(f"{path}:2: {message}")


def test_parquet_has_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "scores.data"
    columns = {"src": ["a", "b"], "ref": ["c", None], "id": [1, 2], "A": pa.array(["", None]).dictionary_encode()}
    pq.write_table(pa.table(columns), path)
    test_set = load(path, languages="uk-en")
    assert [(s.id, s.source, s.references) for s in test_set.segments] == [
        ("scores:1", "a", ("c",)),
        ("scores:2", "b", (None,)),
    ]
    assert test_set.systems[0].texts == ("", None)
    pq.write_table(pa.table({"ref": ["a"], "A": [1.5]}), path)
    with pytest.raises(InputError, match="column 'A' is double where text is needed"):
        load(path, languages="en")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="is no Parquet file"):
        load(path, languages="en")


def test_systems_may_come_in_files(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("src\tref\nа\ta\nб\tb\n")
    (tmp_path / "s.txt").write_text("a\nc\n")
    assert load(path, translations=tmp_path / "s.txt", languages="uk-en").system("s").texts == ("a", "c")
    with pytest.raises(InputError, match=r"x\.tsv:1: has no column with the output of a system; .*or give -t"):
        list(parts(path, languages="uk-en", size=9))
    (tmp_path / "s.txt").write_text("a\n")
    with pytest.raises(InputError, match=r"s\.txt: has 1 lines where .*x\.tsv has 2 segments"):
        load(path, translations=tmp_path / "s.txt", languages="uk-en")
    with pytest.raises(ConfigError, match="standard input"):
        load("-", translations="-", languages="en")
