"""NLI cross-encoders on tiny random checkpoints: what is read, in which order, and what cannot be read."""

import importlib.util
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, DataWarning, UnavailableError
from mtqe.meaning.entailment import judge
from mtqe.neural import nli
from mtqe.neural.nli import CrossEncoder, load, read_labels
from mtqe.plugins import create

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "river", "stone", "##s", "old", "the", "under", ".", "["]
MAX_LENGTH = 16
#: As the families of published models have them; RoBERTa has no types, and its places begin after the padding's.
LABELS = {
    "Bert": ["ENTAILMENT", "NEUTRAL", "CONTRADICTION"],
    "Roberta": ["contradiction", "neutral", "entailment"],
    "DebertaV2": ["contradiction", "entailment", "neutral"],
}
PAIRS = [
    ("the old river", "the river"),
    ("stones.", "under the old stones the river"),
    ("the river", "the old river"),
    ("the old river", "the river"),
    ("", "stones"),
    ("the", "river"),
]


def build(directory: Path, family: str = "Bert", labels: Sequence[str] | None = None, head: bool = True) -> Path:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    import torch
    import transformers
    from tokenizers import BertWordPieceTokenizer

    labels = LABELS[family] if labels is None else labels
    config = getattr(transformers, f"{family}Config")(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=MAX_LENGTH + (family == "Roberta"), initializer_range=0.6, pad_token_id=0,
        type_vocab_size=1 if family == "Roberta" else 2, id2label=dict(enumerate(labels)),
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = getattr(transformers, f"{family}{'ForSequenceClassification' if head else 'Model'}")(config)
    model.save_pretrained(directory)
    tokenizer = BertWordPieceTokenizer({word: i for i, word in enumerate(WORDS)})
    tokenizer.enable_padding(length=64)  # as some published files have it, and a truncation
    tokenizer.enable_truncation(8)
    tokenizer.save(str(directory / "tokenizer.json"))
    types = [] if family == "Roberta" else ["token_type_ids"]
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, "pad_token": "[PAD]"}
    settings |= {"model_input_names": ["input_ids", *types, "attention_mask"]}
    settings |= {"cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings))
    return directory


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("nli"))


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> CrossEncoder:
    return load(checkpoint, "cpu")


@pytest.mark.parametrize("family", LABELS)
def test_probabilities_are_those_of_transformers(tmp_path: Path, family: str) -> None:
    directory = build(tmp_path, family)
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForSequenceClassification.from_pretrained(directory)
    expected = np.empty((len(PAIRS), 3))
    for row, (premise, hypothesis) in enumerate(PAIRS):
        inputs = tokenizer([premise], [hypothesis], return_tensors="pt")
        with torch.inference_mode():
            probabilities = model(**inputs).logits.softmax(-1)[0].numpy()
        by_name = dict(zip((label.lower() for label in LABELS[family]), probabilities, strict=True))
        expected[row] = by_name["entailment"], by_name["neutral"], by_name["contradiction"]
    encoder = load(str(directory), "cpu")
    found = encoder.probabilities(PAIRS)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.ptp(found, axis=0).min() > 0.01  # the checkpoint tells pairs and directions apart
    assert abs(found[0] - found[2]).max() > 0.001
    assert encoder.max_length == MAX_LENGTH
    assert np.isfinite(encoder.probabilities([("the " * 6, "river " * 7)])).all()  # so many, with [CLS] and two [SEP]


def test_each_distinct_pair_is_read_once(model: CrossEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    forward = model._model.forward

    def counted(**inputs: object) -> object:
        rows.append(inputs["input_ids"].shape[0])  # type: ignore[attr-defined]
        return forward(**inputs)

    monkeypatch.setattr(model._model, "forward", counted)
    found = model.probabilities(PAIRS * 3)
    assert sum(rows) == len(set(PAIRS))
    np.testing.assert_array_equal(found[: len(PAIRS)], found[-len(PAIRS) :])
    np.testing.assert_array_equal(found[0], found[3])


def test_batches_and_order_change_nothing(model: CrossEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    together = model.probabilities(PAIRS)
    np.testing.assert_array_equal(model.probabilities(PAIRS[::-1]), together[::-1])
    monkeypatch.setattr(nli, "TOKEN_BUDGET", 1)
    np.testing.assert_allclose(model.probabilities(PAIRS), together, atol=1e-5)


def test_nothing_to_read(model: CrossEncoder) -> None:
    assert model.probabilities([]).shape == (0, 3)


def test_what_is_too_long_is_not_read_and_takes_nothing_from_others(model: CrossEncoder) -> None:
    fits = ("the " * 6, "river " * 7)  # with [CLS] and two [SEP] the 16 tokens that the model reads
    found = model.probabilities([(fits[0] + "the", fits[1]), PAIRS[0], ("the " * 500, ""), fits])
    assert np.isnan(found).all(axis=1).tolist() == [True, False, True, False]
    np.testing.assert_allclose(found[1], model.probabilities([PAIRS[0]])[0], atol=1e-5)
    assert model.max_length == MAX_LENGTH


def test_a_text_does_not_become_a_special_token(model: CrossEncoder) -> None:
    assert np.isfinite(model.probabilities([("the [SEP] river", "old")])).all()
    ids = model._tokenize([("the [SEP] river", "old")])["input_ids"][0]
    assert ids.count(WORDS.index("[SEP]")) == 2


def test_a_model_of_two_labels_knows_entailment_alone(tmp_path: Path) -> None:
    model = load(build(tmp_path, labels=["not_entailment", "entailment"]), "cpu")
    found = model.probabilities(PAIRS)
    assert np.isnan(found[:, 1:]).all()
    assert ((found[:, 0] > 0) & (found[:, 0] < 1)).all()
    assert model.labels == ["not_entailment", "entailment"]


def test_a_loaded_model_judges_segments(model: CrossEncoder) -> None:
    hyps, refs = ["the old river", "the " * 20], ["the old stones", "stones"]
    with pytest.warns(DataWarning, match="1 of 2 segments are longer"):
        judged, unread = judge(model, hyps, refs)
    assert unread is None
    assert judged is not None
    forward, backward = model.probabilities([(refs[0], hyps[0]), (hyps[0], refs[0])])
    assert judged == pytest.approx((forward[0], backward[0], min(forward[2], backward[2])), abs=1e-5)
    with pytest.warns(DataWarning):
        assert len(mtqe.find_meaning_errors(hyps, refs, nli=model)) == 2


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (["contradiction", "entailment", "neutral"], {0: 2, 1: 0, 2: 1}),
        (["ENTAILMENT", "Neutral", "CONTRADICTION"], {0: 0, 1: 1, 2: 2}),
        (["entailment", "not_entailment"], {0: 0}),
        (["not-entailment", "Entailment"], {1: 0}),
        (["NON ENTAILMENT", "entailment"], {1: 0}),
    ],
)
def test_labels_are_read_by_name(labels: list[str], columns: dict[int, int]) -> None:
    assert read_labels(labels) == columns


@pytest.mark.parametrize(
    "labels",
    [
        ["LABEL_0", "LABEL_1", "LABEL_2"],
        ["negative", "positive"],
        ["LABEL_0"],
        ["entailment", "neutral"],
        ["entailment", "entailment", "neutral"],
        ["entailment", "neutral", "contradiction", "other"],
    ],
)
def test_other_labels_are_an_error_that_says_what_to_do(labels: list[str]) -> None:
    with pytest.raises(ConfigError, match=rf"its labels are {', '.join(labels)}, not entailment.* id2label of a local"):
        read_labels(labels)


def test_a_model_without_names_for_its_labels_is_an_error(tmp_path: Path) -> None:
    directory = build(tmp_path, labels=["LABEL_0", "LABEL_1", "LABEL_2"])
    with pytest.raises(ConfigError, match=f"NLI model '{directory}': its labels are LABEL_0, LABEL_1, LABEL_2"):
        load(directory)


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_checkpoint_with_a_missing_file_is_an_error(checkpoint: Path, tmp_path: Path, missing: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    (copy / missing).unlink()
    with pytest.raises(UnavailableError, match=f"NLI model '{copy}' is no directory or model that can be loaded: "):
        load(copy)


def test_a_broken_file_is_an_error(checkpoint: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    (copy / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(UnavailableError, match="is no directory or model that can be loaded: "):
        load(copy)


def test_an_encoder_without_a_head_is_no_nli_model(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"it has no weights classifier\.(bias|weight)"):
        load(build(tmp_path, head=False))


def test_pickled_weights_are_not_read(checkpoint: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    with pytest.raises(UnavailableError, match="is no directory or model that can be loaded: "):
        load(copy)


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(UnavailableError, match=r"NLI model: no such directory: '.*nowhere'"):
        load(tmp_path / "nowhere")


def test_a_model_that_is_not_here_is_an_error_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UnavailableError, match="NLI model: 'owner/invented@main' is not on this machine"):
        load("owner/invented@main")


def test_a_model_of_the_hub_is_read_at_its_revision(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the layout of the hub's cache, offline: `revision` names the snapshot."""
    constants = pytest.importorskip("huggingface_hub.constants")
    repository = tmp_path / "models--owner--tiny"
    shutil.copytree(checkpoint, repository / "snapshots" / ("1" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "v2").write_text("1" * 40)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = load("owner/tiny@v2", "cpu")
    assert model.fingerprint == load(checkpoint, "cpu").fingerprint
    with pytest.raises(UnavailableError, match="NLI model: 'owner/tiny' is not on this machine"):
        load("owner/tiny")


def test_a_missing_extra_and_devices(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="unknown device 'gpu'"):
        load(checkpoint, "gpu")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"needs the extra 'neural': pip install 'mtqe\[neural\]'"):
        load(checkpoint)


def test_loading_and_reading_are_silent(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load(checkpoint, "cpu").probabilities([*PAIRS, ("the " * 600, "the")])
    assert capfd.readouterr() == ("", "")


def test_the_metric_weighs_its_candidates(checkpoint: Path, model: CrossEncoder) -> None:
    hyp, ref = "the old river", "the river stones"
    segments = (Segment("1", None, (ref,), "d"),)
    test_set = TestSet("t", None, "en", (Document("d", segments),), (SystemOutput("s", (hyp,)),))
    metric = create("metrics", f"meaning:nli={checkpoint}")
    spans = metric.score(test_set)["s"].spans
    assert spans is not None
    assert list(spans[0]) == mtqe.find_meaning_errors([hyp], [ref], nli=model)[0] != []
    assert metric.spec.parameters["nli"] == str(checkpoint)
    assert metric.spec.parameters["nli_weights"] == model.fingerprint[:12]
    with pytest.raises(UnavailableError, match="NLI model: 'nowhere/nothing@1' "):
        create("metrics", "meaning:nli=nowhere/nothing@1").score(test_set)
