"""The store of results: what is written is read back, by others too, and what is damaged is as good as absent."""

from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.neural.cache import VectorCache, key_of

ABOUT = {"weights": "abc", "dtype": "fp32"}
vectors = st.dictionaries(
    st.text(max_size=5), st.lists(st.floats(-1024, 1024, width=32), max_size=6), min_size=1, max_size=8
)


def fill(directory: Path, texts: dict[str, list[float]], flushes: int = 1) -> VectorCache:
    cache = VectorCache(directory, ABOUT)
    for i, (text, values) in enumerate(texts.items(), 1):
        cache.put(key_of([text]), np.array(values, np.float32))
        if i % flushes == 0:
            cache.flush()
    return cache


@given(vectors, st.integers(1, 4))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, list[float]], n: int
) -> None:
    directory = tmp_path_factory.mktemp("cache")
    fill(directory, texts, n).close()
    again = VectorCache(directory, ABOUT)
    for text, values in texts.items():
        found = again.get(key_of([text]))
        assert found is not None
        assert found.tolist() == np.array(values, np.float32).tolist()
    assert again.get(key_of(["another text"])) is None
    assert len(list(directory.glob("*/*.index.npy"))) == 1, "the files of a run are put together"


def test_other_weights_are_another_directory(tmp_path: Path) -> None:
    fill(tmp_path, {"a": [1.0]}).close()
    other = VectorCache(tmp_path, ABOUT | {"dtype": "bf16"})
    assert other.get(key_of(["a"])) is None


def test_what_is_not_closed_is_there_from_the_last_flush(tmp_path: Path) -> None:
    cache = fill(tmp_path, {"a": [1.0], "b": [2.0]})
    cache.put(key_of(["c"]), np.ones(1, np.float32))
    again = VectorCache(tmp_path, ABOUT)
    assert [again.get(key_of([text])) is not None for text in "abc"] == [True, True, False]


@pytest.mark.parametrize("kind", ["index", "values"])
@pytest.mark.parametrize("content", [b"", b"no array", None])
def test_damaged_files_are_as_good_as_absent(tmp_path: Path, kind: str, content: bytes | None) -> None:
    fill(tmp_path, {"a": [1.0]}).close()
    (file,) = tmp_path.glob(f"*/*.{kind}.npy")
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    again = VectorCache(tmp_path, ABOUT)
    assert again.get(key_of(["a"])) is None
    again.put(key_of(["a"]), np.full(1, 2, np.float32))
    again.close()
    found = VectorCache(tmp_path, ABOUT).get(key_of(["a"]))
    assert found is not None
    assert found.tolist() == [2]


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    fill(tmp_path, {"a": [1.0]}).close()
    (file,) = tmp_path.glob("*/*.values.npy")
    with file.open("wb") as out:
        np.save(out, np.array([object()]), allow_pickle=True)
    assert VectorCache(tmp_path, ABOUT).get(key_of(["a"])) is None


def write_many(directory: Path, name: str) -> None:
    for i in range(12):
        cache = VectorCache(directory, ABOUT)
        cache.put(key_of([name, str(i)]), np.full(3, i, np.float32))
        cache.close()


def test_processes_share_a_directory(tmp_path: Path) -> None:
    """More files than are kept apart, so that they are put together while others write."""
    context = get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, str(k))) for k in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    whole = VectorCache(tmp_path, ABOUT)
    for k in range(4):
        for i in range(12):
            found = whole.get(key_of([str(k), str(i)]))
            assert found is not None
            assert found.tolist() == [i] * 3
