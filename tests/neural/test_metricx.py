"""MetricX against what its published code gave for the same checkpoints."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import published
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")

from mtqe.errors import ConfigError, UnavailableError
from mtqe.neural import engine
from mtqe.neural.metricx import Predictor, find_metricx, input_text
from mtqe.neural.session import session

RUNS = [(name, mode) for name in published.METRICX for mode in published.expected(name)["runs"]]


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    with session(store=tmp_path / "store"):
        yield


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models")
    for name in published.METRICX:
        published.write_metricx(name, directory)
    return directory


def texts(name: str, system: str, mode: str) -> list[str]:
    data, version = published.segments(), published.description(name)["version"]
    rows = zip(data["systems"][system], data["src"], data["ref"], strict=True)
    return [input_text(version, mt, src, None if mode == "qe" else ref) for mt, src, ref in rows]


def predictor(models: Path, name: str, device: str | None = None) -> Predictor:
    version = published.description(name)["version"]
    return Predictor(find_metricx(str(models / name), version, str(models / f"{name}-tokenizer")), device)


def scores(model: Predictor, of: list[str]) -> list[float]:
    return [float(one.vector[0]) for one in model.predict(of)]


@pytest.mark.parametrize(("name", "mode"), RUNS)
def test_scores_are_the_published_codes(models: Path, name: str, mode: str) -> None:
    model = predictor(models, name)
    for system, expected in published.expected(name)["runs"][mode].items():
        assert np.std(expected["scores"]) > 2
        np.testing.assert_allclose(scores(model, texts(name, system, mode)), expected["scores"], rtol=0, atol=5e-5)


def test_both_forms_of_the_tokenizer_agree(models: Path, tmp_path: Path) -> None:
    published.write_metricx("metricx-24", tmp_path, tokenizer_json=True)
    given = texts("metricx-24", "literal", "ref")
    first = scores(predictor(models, "metricx-24"), given)
    with session(store=tmp_path / "other"):
        assert scores(predictor(tmp_path, "metricx-24"), given) == first


@pytest.mark.parametrize("device", ["cpu+cpu", "cpu,cpu"])
def test_batches_and_devices_change_nothing(
    models: Path, device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = texts("metricx-24", "smooth", "ref")
    together = scores(predictor(models, "metricx-24"), given)
    monkeypatch.setattr(engine, "TOKEN_BUDGET", {"cpu": 1})
    with session(store=tmp_path / "alone"):
        np.testing.assert_allclose(scores(predictor(models, "metricx-24", device), given), together, rtol=0, atol=5e-5)


def test_what_is_cut_is_told(models: Path) -> None:
    long = input_text(23, "word " * 2000, None, "word")
    found = predictor(models, "metricx-23").predict(["candidate: a reference: b", long])
    assert [one.truncated for one in found] == [False, True]


def test_the_version_is_in_the_name_or_asked_for(models: Path, tmp_path: Path) -> None:
    tokenizer = str(models / "metricx-23-tokenizer")
    assert find_metricx(str(models / "metricx-23"), None, tokenizer).version == 23
    other = (models / "metricx-23").rename(models / "model")
    with pytest.raises(ConfigError, match="its name tells no version; add version=23 or version=24"):
        find_metricx(str(other), None, tokenizer)
    other.rename(models / "metricx-23")


def test_errors(models: Path, tmp_path: Path) -> None:
    tokenizer = str(models / "metricx-24-tokenizer")
    (tmp_path / "metricx-24").mkdir()
    with pytest.raises(UnavailableError, match=r"is no MetricX checkpoint: config\.json or weights are missing"):
        find_metricx(str(tmp_path / "metricx-24"), 24, tokenizer)
    with pytest.raises(ConfigError, match="mT5 overflows in fp16"):
        Predictor(find_metricx(str(models / "metricx-24"), 24, tokenizer), dtype="fp16")
    (tmp_path / "none").mkdir()
    nothing = find_metricx(str(models / "metricx-24"), 24, str(tmp_path / "none"))
    with pytest.raises(UnavailableError, match="has no tokenizer: none of"):
        Predictor(nothing).predict(["a"])
