"""Tiny models with random weights, made once."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "experiments"))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with `marian`, `m2m100` and `chat`."""
    pytest.importorskip("transformers")
    import tiny_models

    directory = tmp_path_factory.mktemp("models")
    for make in (tiny_models.marian, tiny_models.m2m100, tiny_models.chat):
        make(directory / make.__name__)
    return directory


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of mtqe."""
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "mtqe"))
    return tmp_path / "mtqe"
