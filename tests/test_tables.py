import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.store import cache_directory
from mtqe.tables import Table, key_columns, keys_of, open_table, pack


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "cache"


def counted(made: list[int]) -> Callable[[], bytes]:
    def make() -> bytes:
        made.append(1)
        return pack({"n": np.array([1, 2, 3], np.uint32)}, {"made": "here"})

    return make


@settings(max_examples=30)
@given(st.sets(st.text(max_size=8), max_size=9), st.sets(st.text(max_size=8), max_size=9))
def test_an_index_finds_its_texts_and_no_others(texts: set[str], others: set[str]) -> None:
    keys, first = np.unique(keys_of(texts), return_index=True)
    rows = [list(texts)[i] for i in first.tolist()]
    index = Table(pack(key_columns("text", keys), None)).index("text")
    assert [index.row(text) for text in rows] == list(range(len(texts)))
    assert {index.row(text) for text in others - texts} <= {-1}


def test_columns_of_every_width_come_back() -> None:
    columns = {kind: np.array([0, 7, 255], kind) for kind in ("uint8", "uint16", "uint32", "uint64")}
    table = Table(pack(columns | {"none": np.zeros(0, np.uint16)}, {"ї": 1}))
    assert [table[kind].tolist() for kind in columns] == [[0, 7, 255]] * 4
    assert (len(table["none"]), table.meta) == (0, {"ї": 1})


def test_a_table_is_made_once_for_a_version(cache: Path) -> None:
    made: list[int] = []
    for version in (1, 1, 2):
        table = open_table("t", version, counted(made))
        assert (table["n"].tolist(), table.meta) == ([1, 2, 3], {"made": "here"})
    assert len(made) == 2
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: b"", lambda data: data[:-8] + bytes([9]) + data[-7:]]
)
def test_a_damaged_file_is_made_again(cache: Path, damage: Callable[[bytes], bytes]) -> None:
    made: list[int] = []
    open_table("t", 1, counted(made))
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.unlink()  # it is mapped: overwriting it in place would change the table that is open
    path.write_bytes(damage(whole))
    assert open_table("t", 1, counted(made))["n"].tolist() == [1, 2, 3]
    assert (len(made), path.read_bytes()) == (2, whole)


def test_where_the_cache_cannot_be_written_another_directory_is_used_and_named(cache: Path) -> None:
    cache.write_text("a file where the directory should be")
    made: list[int] = []
    with pytest.warns(UserWarning, match=r"cache cannot be written .* t are kept in .*tmp.mtqe-"):
        assert open_table("t", 1, counted(made))["n"].tolist() == [1, 2, 3]
    assert open_table("t", 1, counted(made))["n"].tolist() == [1, 2, 3]
    assert len(made) == 1


def test_where_nothing_can_be_written_the_table_is_made_for_the_process(cache: Path) -> None:
    cache.write_text("")
    (cache.parent / "tmp").rmdir()
    (cache.parent / "tmp").write_text("")
    with pytest.warns(UserWarning, match="made anew by each process"):
        assert open_table("t", 1, counted([]))["n"].tolist() == [1, 2, 3]


TWO = """
import pathlib, sys, time
import numpy as np
from mtqe.tables import open_table, pack

def make():
    here = pathlib.Path(sys.argv[1])
    (here / f"made-{sys.argv[2]}").touch()
    end = time.monotonic() + 20
    while len(list(here.glob("made-*"))) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    return pack({"n": np.arange(1000, dtype=np.uint64)}, None)

print(sum(open_table("t", 1, make)["n"]))
"""


def test_two_processes_may_make_a_table_at_once(cache: Path) -> None:
    code = [sys.executable, "-c", TWO, str(cache.parent)]
    both = [subprocess.Popen([*code, str(i)], stdout=subprocess.PIPE, text=True) for i in range(2)]
    assert [process.communicate()[0] for process in both] == ["499500\n"] * 2
    assert len(list(cache.parent.glob("made-*"))) == 2
    assert len(list(cache.iterdir())) == 1


def test_the_cache_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.delenv("MTQE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_directory() == Path("/home/ann/.cache/mtqe")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_directory() == Path("/home/ann/.cache/mtqe")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert cache_directory() == Path("/var/cache/mtqe")
    monkeypatch.setenv("MTQE_CACHE", "/data/mtqe")
    assert cache_directory() == Path("/data/mtqe")
