"""COMET models against what unbabel-comet gave for the same checkpoints (fixtures/*.expected.json.gz)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import published
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from mtqe.errors import DataWarning, InputError, UnavailableError
from mtqe.neural import engine
from mtqe.neural.comet import Predictor, Segment, find_checkpoint
from mtqe.neural.comet.joint import JointModel
from mtqe.neural.comet.parts import CometModel, sparsemax
from mtqe.neural.comet.sentences import SentenceModel
from mtqe.neural.comet.spans import decode
from mtqe.neural.engine import Tokens
from mtqe.neural.hidden import HiddenLayers
from mtqe.neural.session import ShardDone, session

pytestmark = pytest.mark.filterwarnings("ignore:.*asks for sparsemax:mtqe.errors.DataWarning")
RUNS = [(name, mode) for name in published.COMET for mode in published.expected(name)["runs"]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models")
    for name in published.COMET:
        published.write_comet(name, directory)
    return directory


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Path]:
    with session(store=tmp_path / "store"):
        yield tmp_path / "store"


def segments(system: str, mode: str = "ref") -> list[Segment]:
    data = published.segments()
    references = data["ref"] if mode == "ref" else [None] * len(data["src"])
    return [Segment(*texts) for texts in zip(data["systems"][system], data["src"], references, strict=True)]


def scores(model: Path, of: Sequence[Segment], **options: Any) -> list[float]:
    return [prediction.score for prediction in Predictor(find_checkpoint(str(model)), **options).predict(of)]


def ran(monkeypatch: pytest.MonkeyPatch, kind: type[CometModel] = SentenceModel) -> list[int]:
    """The sizes of the batches that are run from now on."""
    sizes: list[int] = []
    run = kind.run  # type: ignore[attr-defined]

    def counting(self: CometModel, batch: Sequence[Tokens]) -> Any:
        sizes.append(len(batch))
        return run(self, batch)

    monkeypatch.setattr(kind, "run", counting)
    return sizes


@pytest.mark.parametrize(("name", "mode"), RUNS)
def test_scores_and_spans_are_the_peers(models: Path, name: str, mode: str) -> None:
    predictor = Predictor(find_checkpoint(str(models / name)))
    for system, expected in published.expected(name)["runs"][mode].items():
        found = predictor.predict(segments(system, mode))
        np.testing.assert_allclose([one.score for one in found], expected["scores"], rtol=0, atol=2e-6)
        for part in ("src", "ref", "unified", "mqm"):
            if values := expected.get(f"{part}_scores"):
                np.testing.assert_allclose([one.parts[part] for one in found], values, rtol=0, atol=2e-6)
        if "error_spans" not in expected:
            assert all(one.spans is None for one in found)
            continue
        for one, spans in zip(found, expected["error_spans"], strict=True):
            assert one.spans is not None
            assert [span[:3] for span in one.spans] == [(s["start"], s["end"], s["severity"]) for s in spans]
            confidences = [span["confidence"] for span in spans]
            np.testing.assert_allclose([span.confidence for span in one.spans], confidences, rtol=0, atol=2e-6)


def test_the_fixtures_hold_what_they_are_for() -> None:
    """Spans of all severities, and scores that differ."""
    xcomet = published.expected("xcomet")["runs"]["ref"].values()
    found = {span["severity"] for run in xcomet for spans in run["error_spans"] for span in spans}
    assert found == {"minor", "major", "critical"}
    for name, mode in RUNS:
        for run in published.expected(name)["runs"][mode].values():
            assert np.std(run["scores"]) > 0.02


@pytest.mark.parametrize("name", ["regression", "unified", "xcomet"])
def test_batches_and_the_cache_change_nothing(
    models: Path, name: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = segments("literal") + segments("smooth")
    together = scores(models / name, whole)
    assert scores(models / name, whole) == together, "what is read back is what was computed"
    with session(store=store / "alone"):
        monkeypatch.setattr(engine, "TOKEN_BUDGET", {"cpu": 1})
        np.testing.assert_allclose(scores(models / name, whole[::-1])[::-1], together, rtol=0, atol=1e-6)


def test_each_text_is_run_once(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = published.segments()
    sizes = ran(monkeypatch)
    scores(models / "regression", segments("literal"))
    assert sum(sizes) == len({*data["src"], *data["ref"], *data["systems"]["literal"]})
    sizes.clear()
    scores(models / "regression", segments("literal") + segments("smooth"))
    known = {*data["src"], *data["ref"], *data["systems"]["literal"]}
    assert sum(sizes) == len(set(data["systems"]["smooth"]) - known)


def test_an_interrupted_run_goes_on_where_it_was(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scores(models / "regression", segments("smooth"))
    monkeypatch.setattr(engine, "TOKEN_BUDGET", {"cpu": 64})
    with session(store=models / "interrupted"):
        sizes = ran(monkeypatch)
        run = SentenceModel.run

        def interrupted(self: SentenceModel, batch: Sequence[Tokens]) -> Any:
            if len(sizes) == 5:
                raise KeyboardInterrupt
            return run(self, batch)

        with monkeypatch.context() as patch:
            patch.setattr(SentenceModel, "run", interrupted)
            with pytest.raises(KeyboardInterrupt):
                scores(models / "regression", segments("smooth"))
        done = sum(sizes)
        assert done > 0
        sizes.clear()
        found = scores(models / "regression", segments("smooth"))
    data = published.segments()
    assert done + sum(sizes) == len({*data["src"], *data["ref"], *data["systems"]["smooth"]})
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_layers_that_do_not_matter_are_not_loaded(models: Path) -> None:
    """The sparsemax of the fixture gives its last layers nothing."""
    checkpoint = find_checkpoint(str(models / "regression"))
    model = SentenceModel(checkpoint, [torch.device("cpu")], "fp32")
    depth = checkpoint.config["num_hidden_layers"]
    shares = sparsemax(
        torch.cat([checkpoint.weights[f"layerwise_attention.scalar_parameters.{i}"] for i in range(depth + 1)])
    )
    assert model.top == max(shares.nonzero().flatten().tolist()) < depth
    loaded = {int(name.split(".")[2]) for name in model.layers._weights if name.startswith("encoder.layer.")}
    assert loaded == set(range(model.top))


def test_sparsemax_is_the_projection_onto_the_simplex() -> None:
    """Against a search for the threshold at which the shares sum to 1."""
    generator = np.random.default_rng(1)
    for _ in range(50):
        values = generator.normal(0, 1, generator.integers(1, 12))
        low, high = values.min() - 1, values.max()
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if np.maximum(values - middle, 0).sum() > 1 else (low, middle)
        np.testing.assert_allclose(sparsemax(torch.tensor(values)).numpy(), np.maximum(values - low, 0), atol=1e-9)


@pytest.mark.parametrize("name", ["regression", "xcomet"])
def test_a_model_may_be_spread_over_devices(models: Path, name: str, store: Path) -> None:
    alone = scores(models / name, segments("literal"))
    with session(store=store / "spread"):
        assert scores(models / name, segments("literal"), device="cpu+cpu") == alone


def test_several_workers_share_the_work(models: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = scores(models / "unified-words", segments("literal", "qe"))
    with session(store=store / "workers"):
        sizes = ran(monkeypatch, JointModel)
        found = scores(models / "unified-words", segments("literal", "qe"), device="cpu,cpu")
    assert not sizes, "the main process runs nothing"
    np.testing.assert_allclose(found, alone, rtol=0, atol=1e-6)


def test_workers_are_those_of_the_session(models: Path, store: Path) -> None:
    alone = scores(models / "unified-words", segments("literal", "qe"))
    with session(store=store / "workers", device="cpu,cpu"):
        np.testing.assert_allclose(
            scores(models / "unified-words", segments("literal", "qe")), alone, rtol=0, atol=1e-6
        )


def test_what_a_worker_cannot_do_is_said(models: Path, tmp_path: Path) -> None:
    model = published.write_comet("regression", tmp_path)
    predictor = Predictor(find_checkpoint(str(model)), device="cpu,cpu")
    assert len(predictor.checkpoint.sha256) == 64
    (model / "checkpoints" / "model.ckpt").rename(model / "gone")
    with pytest.raises(UnavailableError, match="is no COMET checkpoint"):
        predictor.predict(segments("smooth"))


def test_shards_make_the_scores_of_one_run_to_the_last_bit(
    models: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "TOKEN_BUDGET", {"cpu": 256})
    whole = scores(models / "regression", segments("literal"))
    for shard in (2, 3, 1):
        with session(store=store / "shards", shard=(shard, 3)), pytest.raises(ShardDone):
            scores(models / "regression", segments("literal"))
        with session(store=store / "shards", merged="cpu"):
            if shard == 1:
                assert scores(models / "regression", segments("literal")) == whole
            else:
                with pytest.raises(UnavailableError, match=r"lacks \d+ of \d+ results of .*regression"):
                    scores(models / "regression", segments("literal"))


def test_a_shard_is_not_computed_twice(models: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = ran(monkeypatch)
    for _ in range(2):
        with session(shard=(1, 2)), pytest.raises(ShardDone):
            scores(models / "regression", segments("literal"))
        assert sizes
        sizes.append(0)
    assert sizes[-2:] == [0, 0]


def test_batches_are_halved_when_memory_is_short(models: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = scores(models / "regression", segments("smooth"))
    run = SentenceModel.run

    def small(self: SentenceModel, batch: Sequence[Tokens]) -> Any:
        if len(batch) > 2:
            raise torch.OutOfMemoryError("no more")
        return run(self, batch)

    monkeypatch.setattr(SentenceModel, "run", small)
    with session(store=store / "small"):
        np.testing.assert_allclose(scores(models / "regression", segments("smooth")), expected, rtol=0, atol=1e-6)

    def none(self: SentenceModel, batch: Sequence[Tokens]) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate")

    monkeypatch.setattr(SentenceModel, "run", none)
    with session(store=store / "none"), pytest.raises(UnavailableError, match=r"not enough memory for a text of \d+"):
        scores(models / "regression", segments("smooth"))


@pytest.mark.parametrize("name", ["regression", "referenceless", "unified-qe"])
def test_bf16_is_near(models: Path, name: str) -> None:
    mode = "ref" if name == "regression" else "qe"
    exact, short = (scores(models / name, segments("smooth", mode), dtype=dtype) for dtype in ("fp32", "bf16"))
    assert exact != short
    # of 16 dimensions, few to even out what is rounded; experiments/bench/neural.py has the figures of 256
    assert np.abs(np.subtract(exact, short)).max() < 1e-2
    assert abs(np.mean(exact) - np.mean(short)) < 5e-3


def rembert() -> tuple[Any, Any]:
    """A tiny random RemBERT of transformers."""
    from transformers import RemBertConfig, RemBertModel

    torch.manual_seed(5)
    config = RemBertConfig(
        vocab_size=40, hidden_size=16, input_embedding_size=8, num_hidden_layers=3, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    return config, RemBertModel(config, add_pooling_layer=False).eval()


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
def test_rembert_is_that_of_transformers(dtype: str) -> None:
    """No fixture has this encoder."""
    config, theirs = rembert()
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with torch.inference_mode():
        expected = theirs(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        ours = HiddenLayers("rembert", config.to_dict(), theirs.state_dict(), 3, [torch.device("cpu")], dtype)
        found: dict[int, torch.Tensor] = {}
        ours.run(ids, mask, None, found.__setitem__)
    assert list(found) == [0, 1, 2, 3]
    for layer, states in enumerate(expected):
        difference = (found[layer] - states)[mask.bool()].abs().max()
        assert difference < (1e-5 if dtype == "fp32" else 5e-2)


def test_truncation_is_told(models: Path) -> None:
    checkpoint = find_checkpoint(str(models / "regression"))
    long = "word " * 700
    found = Predictor(checkpoint).predict([Segment("a", "b", "c"), Segment("a", long, "c")])
    assert [one.truncated for one in found] == [False, True]


def test_what_a_model_reads_must_be_there(models: Path) -> None:
    predictor = Predictor(find_checkpoint(str(models / "regression")))
    with pytest.raises(InputError, match="regression reads a reference, and segment 2 has none"):
        predictor.predict([Segment("a", "b", "c"), Segment("a", "b")])


def test_a_stale_xcomet_is_warned_of(models: Path) -> None:
    with pytest.warns(DataWarning, match="asks for sparsemax, with which it was not trained"):
        find_checkpoint(str(models / "xcomet"))


def test_the_patch_of_the_layer_transformation_is_heeded(models: Path) -> None:
    assert find_checkpoint(str(models / "unified-patch")).transformation == "softmax"
    assert find_checkpoint(str(models / "regression")).transformation == "sparsemax"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("hparams.yaml", r"is no COMET checkpoint: it has no hparams\.yaml"),
        ("checkpoints/model.ckpt", r"is no COMET checkpoint: it has no checkpoints/model\.ckpt"),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, broken: str, message: str) -> None:
    model = published.write_comet("regression", tmp_path)
    (model / broken).unlink()
    with pytest.raises(UnavailableError, match=message):
        find_checkpoint(str(model))


def test_files_that_are_no_checkpoints_are_refused(tmp_path: Path) -> None:
    model = published.write_comet("regression", tmp_path)
    file, yaml = model / "checkpoints" / "model.ckpt", model / "hparams.yaml"
    content = file.read_bytes()
    for data, message in [
        (b"", "is no file of weights"),
        (b"not a checkpoint", "is no file of weights"),
        (content[: len(content) // 2], "is no file of weights"),
    ]:
        file.write_bytes(data)
        with pytest.raises(UnavailableError, match=message):
            find_checkpoint(str(model))
    torch.save([1, 2], file)
    with pytest.raises(UnavailableError, match="is no file of weights: it holds a list"):
        find_checkpoint(str(model))
    torch.save({"weights": {}}, file)
    with pytest.raises(UnavailableError, match="it has no state_dict and hyper_parameters"):
        find_checkpoint(str(model))
    file.write_bytes(content)
    yaml.write_text("class_identifier: ranking_metric\n")
    with pytest.raises(UnavailableError, match="models of class 'ranking_metric' are not supported"):
        find_checkpoint(str(model))
    yaml.write_text("a: [")
    with pytest.raises(UnavailableError, match="is not valid YAML"):
        find_checkpoint(str(model))


class Nasty:
    """What runs a program when it is read."""

    def __reduce__(self) -> Any:
        return exec, ("import pathlib; pathlib.Path('ran').write_text('')",)


def test_a_pickle_that_could_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = published.write_comet("regression", tmp_path)
    file = model / "checkpoints" / "model.ckpt"
    content = torch.load(file, weights_only=True)
    torch.save({**content, "callbacks": Nasty()}, file)
    with pytest.raises(UnavailableError, match=r"could run code when it is read; .* trust=true"):
        find_checkpoint(str(model))
    assert not Path("ran").exists()
    find_checkpoint(str(model), trust=True)
    assert Path("ran").exists()


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    model = published.write_comet("regression", tmp_path)
    file = model / "checkpoints" / "model.ckpt"
    content = torch.load(file, weights_only=True)
    del content["state_dict"]["encoder.model.embeddings.word_embeddings.weight"]
    torch.save(content, file)
    with pytest.raises(UnavailableError, match=r"does not fit the encoder in .*word_embeddings"):
        scores(model, segments("smooth"))


def test_spans_are_read_off_as_the_peer_does() -> None:
    """A run takes its first severity, ends at a token without error, and is none if the last token is in it."""
    labels = [0, 1, 2, 0, 3, 0, 2, 2]
    table = np.full((8, 4), 0.1, np.float32)
    table[np.arange(8), labels] = 0.7
    offsets = [(0, 0), (0, 2), (2, 5), (6, 7), (7, 9), (9, 10), (11, 12), (0, 0)]
    found = decode(table, offsets, ("minor", "major", "critical"))
    assert [span[:3] for span in found] == [(0, 5, "minor"), (7, 9, "critical")]
    assert [span.confidence for span in found] == pytest.approx([0.7, 0.7])
