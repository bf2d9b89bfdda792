"""Trained metrics on damaged checkpoints, odd texts and machines that lack what others had."""

import gc
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import published
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
import yaml
from command import run, write_files

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, DataWarning, UnavailableError
from mtqe.metrics import create
from mtqe.neural import engine
from mtqe.neural.comet import Predictor, find_checkpoint
from mtqe.neural.hidden import HiddenLayers
from mtqe.neural.session import session
from mtqe.neural.weights import read_weights, weights_digest
from mtqe.run import evaluate, load_scores

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models")
    for name in ("regression", "referenceless", "unified-words", "xcomet"):
        published.write_comet(name, directory)
    published.write_metricx("metricx-23", directory)
    return directory


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Path]:
    with session(store=tmp_path / "store"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*asks for sparsemax", DataWarning)
        yield tmp_path / "store"


def sample(output: str = "The river.") -> TestSet:
    segment = Segment("1", "Der Fluss.", ("The deep river.",), "d")
    return TestSet("t", "de", "en", (Document("d", (segment,)),), (SystemOutput("a", (output,)),))


def changed(model: Path, directory: Path, change: Change, kind: str | None = None) -> str:
    """A copy of a model with another checkpoint, and perhaps of another class, as a metric."""
    copy = shutil.copytree(model, directory / "model")
    checkpoint = torch.load(copy / "checkpoints" / "model.ckpt", weights_only=True)
    change(checkpoint)
    torch.save(checkpoint, copy / "checkpoints" / "model.ckpt")
    if kind is not None:
        hparams = yaml.safe_load((copy / "hparams.yaml").read_text(encoding="utf-8"))
        (copy / "hparams.yaml").write_text(yaml.safe_dump({**hparams, "class_identifier": kind}), encoding="utf-8")
    return f"comet:{copy}"


def hyper(**values: Any) -> Change:
    return lambda checkpoint: checkpoint["hyper_parameters"].update(values)


def without(part: str) -> Change:
    def change(checkpoint: dict[str, Any]) -> None:
        state = checkpoint["state_dict"]
        checkpoint["state_dict"] = {name: tensor for name, tensor in state.items() if part not in name}

    return change


@pytest.mark.parametrize(
    ("model", "change", "kind", "message"),
    [
        ("regression", hyper(layer="top"), None, "reads layer top of an encoder that has 4"),
        ("regression", hyper(activations="Linear"), None, "unknown activation 'Linear'"),
        ("regression", hyper(), "referenceless_regression_metric", "has no head of a referenceless_regression_metric"),
        ("regression", without("estimator"), None, "has no head of a regression_metric"),
        ("xcomet", hyper(word_layer=-1), None, "reads layer -1 of an encoder that has 4"),
        ("xcomet", without("hidden2tag"), None, "lacks weights 'hidden2tag.weight'"),
        ("unified-words", hyper(error_labels=["bad"]), None, "has not the labels bad"),
    ],
)
def test_damaged_checkpoints(
    models: Path, tmp_path: Path, model: str, change: Change, kind: str | None, message: str
) -> None:
    with pytest.raises(UnavailableError, match=message):
        mtqe.score(sample(), [changed(models / model, tmp_path, change, kind)])


def test_an_encoder_with_fewer_layers_is_not_taken(models: Path, tmp_path: Path) -> None:
    encoder = shutil.copytree(models / "regression-encoder", tmp_path / "encoder")
    config = json.loads((encoder / "config.json").read_bytes())
    (encoder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 2}), encoding="utf-8")
    with pytest.raises(UnavailableError, match="mixes more layers than the encoder in"):
        mtqe.score(sample(), [f"comet:{models / 'regression'},encoder={encoder}"])
    (encoder / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnavailableError, match="has no tokenizer that can be used"):
        mtqe.score(sample(), [f"comet:{models / 'regression'},encoder={encoder}"])


def test_scores_that_are_no_numbers_have_a_reason(models: Path, tmp_path: Path) -> None:
    def overflow(checkpoint: dict[str, Any]) -> None:
        checkpoint["state_dict"]["estimator.ff.0.weight"] *= float("nan")

    name = changed(models / "regression", tmp_path, overflow)
    assert mtqe.score(sample(), [name])["a", name].reasons == {0: "no finite score"}


def test_a_file_that_is_cut_is_no_file_of_weights(tmp_path: Path) -> None:
    for name, content in {"a.safetensors": b"\x10", "b.ckpt": b"", "c.ckpt": b"text"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnavailableError, match=r"is no file of weights: \w+"):
            read_weights(tmp_path / name)


def test_the_checksum_of_a_file_with_the_time_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "model.ckpt"
    sums = set()
    for content in (b"one", b"two"):
        file.write_bytes(content)
        os.utime(file, ns=(0, 0))
        sums.add(weights_digest(file))
    assert len(sums) == 2


def test_half_a_surrogate_pair(models: Path) -> None:
    name = f"comet:{models / 'xcomet'}"
    odd, replaced = (mtqe.score(sample(text), [name])["a", name] for text in ("a \ud800 river", "a \ufffd river"))
    assert list(odd.values) == list(replaced.values)
    assert odd.spans == replaced.spans


def test_scores_are_there_though_the_store_cannot_be_written(models: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    name = f"comet:{models / 'regression'}"
    with session(store=tmp_path / "file"):
        with pytest.warns(DataWarning, match="results are not kept for the next time: .*/file/.* cannot be written"):
            assert mtqe.score(sample(), [name])["a", name].reasons == {}
        with session(shard=(1, 1)), pytest.raises(UnavailableError, match="cannot be written"):
            create(name).score(sample())


def test_workers_are_those_of_the_session(models: Path) -> None:
    with session(device="cpu:0,1"):
        predictor = Predictor(find_checkpoint(str(models / "regression")))
        assert [str(predictor._make(i).device) for i in range(2)] == ["cpu:0", "cpu:1"]
    with session(device="meta"), pytest.raises(ConfigError, match="unknown device 'meta'"):
        Predictor(find_checkpoint(str(models / "regression")))


class Failing:
    """Its errors cannot be sent from one process to another."""

    def __call__(self, worker: int) -> Any:
        error = RuntimeError("odd")
        error.args = (lambda: None,)
        raise error


def test_a_worker_that_fails_is_heard_of_while_work_waits() -> None:
    """More work than fits into a pipe, so that leaving must not wait for someone to read it."""
    work = [[engine.Tokens(list(range(1000)))]] * 500
    with pytest.raises(mtqe.errors.MtqeError, match="a worker failed: RuntimeError"):
        list(engine._elsewhere(Failing(), 1, work))


def test_shards_of_a_gpu_are_merged_without_one(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqe.neural.comet.parts.at_hand", lambda device: device.type == "cpu")
    checkpoint = find_checkpoint(str(models / "regression"))
    with session(merged="cuda"):
        predictor = Predictor(checkpoint)
        assert (predictor.device, predictor.dtype) == ("cuda", "bf16")
        assert predictor._model.linear("estimator.ff.0").weight.device.type == "cpu"
        assert Predictor(checkpoint, "cpu").device == "cpu"


def test_a_run_is_read_without_the_model(models: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(models / "regression", tmp_path / "model")
    for name, text in {"hyp": "The river.", "ref": "The deep river.", "src": "Der Fluss."}.items():
        (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
    evaluate(
        [str(tmp_path / "hyp")],
        [str(tmp_path / "ref")],
        languages="de-en",
        source=str(tmp_path / "src"),
        metrics=[f"comet:{copy}"],
    ).report(tmp_path / "out")
    shutil.rmtree(copy)
    (scores,) = load_scores(tmp_path / "out")
    assert scores.corpus("hyp", f"comet:{copy}") == pytest.approx(float(scores["hyp", f"comet:{copy}"].values[0]))


def test_what_the_name_of_a_metricx_model_says(models: Path, tmp_path: Path) -> None:
    study = shutil.copytree(models / "metricx-23", tmp_path / "my-qe-study" / "metricx-23")
    asked = f"metricx:{study},tokenizer={models / 'metricx-23-tokenizer'}"
    assert create(asked).uses == {"reference"}
    with pytest.raises(ConfigError, match="was not trained to score without a reference"):
        mtqe.score(sample(), [f"{asked},qe=true"])


def test_a_model_without_a_reference_is_asked_to_do_without(models: Path) -> None:
    name = f"comet:{models / 'referenceless'}"
    asked = f"{name},qe=true"
    scores = mtqe.score(sample(), [name, asked])
    assert list(scores["a", name].values) == list(scores["a", asked].values)


def test_the_signature_says_what_missing_output_gets(models: Path) -> None:
    assert "|nulls:skip|" in create(f"comet:{models / 'regression'}").spec.signature
    assert "|nulls:worst|" in create(f"comet:{models / 'xcomet'}").spec.signature


def test_a_shard_that_fails_does_not_bar_the_one_that_corrects_it(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, {"hyp": ["The river."], "ref": ["The deep river."], "src": ["Der Fluss."]})
    words = [
        "score",
        "-t",
        f"s={tmp_path / 'hyp'}",
        "-r",
        f"{tmp_path / 'ref'}",
        "-m",
        f"comet:{models / 'regression'}",
    ]
    parts = ["--shard", "1/1", f"-o{tmp_path / 'parts'}"]
    assert "needs a source" in run(capsys, *words, "-l", "en", *parts)[2]
    words += ["-l", "de-en", "-s", f"{tmp_path / 'src'}"]
    assert run(capsys, *words, *parts)[0] == 0
    assert run(capsys, "merge", f"{tmp_path / 'parts'}") == run(capsys, *words)
    code, _, err = run(capsys, "merge", f"{tmp_path}")
    assert (code, err) == (1, f"mtqe: {tmp_path} has no shards of mtqe score --shard\n")


def test_results_do_not_keep_the_model_in_memory(models: Path) -> None:
    scores = mtqe.score(sample(), [f"comet:{models / 'xcomet'}"])
    gc.collect()
    assert scores.systems
    assert not any(type(thing) is HiddenLayers for thing in gc.get_objects())
