"""Whatever stands in a file, reading it raises nothing but MtqeError. A longer run: experiments/bench/fuzz.py."""

from pathlib import Path

import fuzzing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

_PARTS = st.floats(0, 1, exclude_max=True)
_EDITS = st.lists(
    st.tuples(st.sampled_from(fuzzing.EDITS), _PARTS, _PARTS, st.sampled_from(fuzzing.TOKENS) | st.binary(max_size=8)),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("fuzzing")
    fuzzing.write_files(directory)
    return directory


@settings(max_examples=310)
@pytest.mark.parametrize("name", fuzzing.READERS)
@given(edits=_EDITS)
def test_no_corruption_raises_anything_else(name: str, edits: list[fuzzing.Edit], directory: Path) -> None:
    data = fuzzing.corrupted((directory / name).read_bytes(), edits)
    assert fuzzing.outcome(name, data, directory) in ("read", "refused")


@settings(max_examples=100)
@pytest.mark.parametrize("name", fuzzing.VALUED)
@given(at=_PARTS, value=st.sampled_from(fuzzing.VALUES))
def test_no_value_raises_anything_else(name: str, at: float, value: object, directory: Path) -> None:
    data = fuzzing.VALUED[name]((directory / name).read_bytes(), at, value)
    assert fuzzing.outcome(name, data, directory) in ("read", "refused")


@settings(max_examples=70)
@pytest.mark.parametrize("name", fuzzing.READERS)
@given(data=st.binary(max_size=200) | st.text(max_size=99).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_raise_anything_else(name: str, data: bytes, directory: Path) -> None:
    assert fuzzing.outcome(name, data, directory) in ("read", "refused")
