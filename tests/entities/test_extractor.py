"""Token classification with tiny models whose labels are known: pieces, windows, label schemes, what is missing."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.entities import extractor
from mtqe.entities.extractor import TokenClassifier, _split
from mtqe.errors import ConfigError, UnavailableError
from mtqe.results import Span

#: Word pieces with the label that the crafted model gives them.
PIECES = {
    "O": "[PAD] [UNK] [CLS] [SEP] visited in and , .",
    "B-PER": "Olena Taras",
    "I-PER": "Bondar Melnyk",
    "B-LOC": "Lviv Київ 京",
    "I-LOC": "City 都",
    "B-ORG": "Nafto",
    "B-WORK_OF_ART": "Eneida",
    "B-XYZ": "Zorya",
}
PIECES["O"] += " ##gaz ##y"
MAX_LENGTH = 12


def build(
    directory: Path, pieces: dict[str, str], *, model: str = "BertForTokenClassification", names: bool = True
) -> Path:
    """A model without layers: embeddings are one-hot for the label of their piece, and the head reads it off."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    import torch
    import transformers
    from tokenizers import BertWordPieceTokenizer

    labels = list(pieces)
    vocabulary = [(word, label) for label in labels for word in pieces[label].split()]
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=0,
        num_attention_heads=1,
        intermediate_size=16,
        max_position_embeddings=MAX_LENGTH,
        id2label=dict(enumerate(labels)) if names else None,
        num_labels=len(labels),
    )
    network = getattr(transformers, model)(config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        for i, (_, label) in enumerate(vocabulary):
            network.get_input_embeddings().weight[i, labels.index(label)] = 1.0
        for module in network.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.weight.fill_(1.0)
        if hasattr(network, "classifier"):
            network.classifier.weight.copy_(torch.eye(len(labels), 16))
    network.save_pretrained(directory)
    tokenizer = BertWordPieceTokenizer({word: i for i, (word, _) in enumerate(vocabulary)}, lowercase=False)
    tokenizer.enable_padding(length=64)  # as some published files have it
    tokenizer.save(str(directory / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_LENGTH, "pad_token": "[PAD]"}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings))
    return directory


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("tagger"), PIECES)


@pytest.fixture(scope="module")
def tagger(checkpoint: Path) -> TokenClassifier:
    return TokenClassifier(checkpoint, device="cpu")


def found(tagger: TokenClassifier, text: str) -> list[tuple[str, str]]:
    return [(text[slice(*span)], type_) for span, type_, _ in tagger.mentions([text])[0]]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Olena Bondar visited Lviv City.", [("Olena Bondar", "person"), ("Lviv City", "place")]),
        ("Olena Taras", [("Olena", "person"), ("Taras", "person")]),
        ("Melnyk visited Bondar", [("Melnyk", "person"), ("Bondar", "person")]),
        ("Naftogaz, Eneida and Zorya", [("Naftogaz", "organisation"), ("Eneida", "work"), ("Zorya", "other")]),
        ("Olena visited Київ", [("Olena", "person"), ("Київ", "place")]),
        ("in 京都", [("京都", "place")]),
        ("Taras, Bondar", [("Taras", "person"), ("Bondar", "person")]),
        ("visited and", []),
        ("", []),
    ],
)
def test_mentions_are_runs_of_one_type(tagger: TokenClassifier, text: str, mentions: list[tuple[str, str]]) -> None:
    assert found(tagger, text) == mentions


def test_a_long_text_is_read_in_windows(tagger: TokenClassifier) -> None:
    text = "Olena Bondar visited Lviv City and Naftogazy , " * 9
    expected = [("Olena Bondar", "person"), ("Lviv City", "place"), ("Naftogazy", "organisation")] * 9
    assert found(tagger, text) == expected
    starts = [span[0] for span, _, _ in tagger.mentions([text])[0]]
    assert starts == sorted(set(starts))


@given(
    words=st.lists(
        st.sampled_from(["Olena", "Bondar", "Lviv", "City", "Naftogazy", "visited", ",", "Київ"]), max_size=30
    )
)
def test_batches_and_windows_change_nothing(tagger: TokenClassifier, words: list[str]) -> None:
    text = " ".join(words)
    alone = tagger.mentions([text])[0]
    together = tagger.mentions(["Taras", text, "Olena Bondar visited " * 6])[1]
    assert [mention[:2] for mention in together] == [mention[:2] for mention in alone]
    spans: list[Span] = [span for span, _, _ in alone]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(0 < confidence <= 1 for _, _, confidence in alone)


def test_confidence_is_the_probability_of_the_labels(tagger: TokenClassifier) -> None:
    ((_, _, first),) = tagger.mentions(["Olena"])[0]
    ((_, _, both),) = tagger.mentions(["Olena Bondar"])[0]
    assert 0.5 < first <= 1
    assert both == pytest.approx(first)  # the crafted model is as sure of either


@pytest.mark.parametrize(
    ("scheme", "mentions"),
    [
        ({"B-PER": "Olena", "L-PER": "Bondar", "U-PER": "Taras"}, ["Olena Bondar", "Taras"]),
        ({"B-PER": "Olena", "E-PER": "Bondar", "S-PER": "Taras"}, ["Olena Bondar", "Taras"]),
        ({"PER-B": "Olena", "PER-I": "Bondar", "PER-S": "Taras"}, ["Olena Bondar", "Taras"]),
        ({"B-PER": "Olena Taras", "I-PER": "Bondar"}, ["Olena Bondar", "Taras"]),
        ({"PER": "Olena Bondar Taras"}, ["Olena Bondar Taras"]),
    ],
)
def test_label_schemes(tmp_path: Path, scheme: dict[str, str], mentions: list[str]) -> None:
    tagger = TokenClassifier(build(tmp_path, {"O": "[PAD] [UNK] [CLS] [SEP] visited"} | scheme), device="cpu")
    text = "Olena Bondar Taras visited"
    assert found(tagger, text) == [(mention, "person") for mention in mentions]


@given(st.sampled_from("BIULES"), st.text("ABCDE_-", min_size=1).filter(lambda t: not {t[0], t[-1]} & set("BIULES")))
def test_a_prefix_is_taken_off(prefix: str, type_: str) -> None:
    assert _split(f"{prefix}-{type_}") == (prefix, type_)


def test_loading_is_silent(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    TokenClassifier(checkpoint, device="cpu")
    assert capfd.readouterr() == ("", "")


def test_what_is_missing_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UnavailableError, match="cannot be loaded") as error:
        TokenClassifier(tmp_path / "nowhere", device="cpu")
    assert "\n" not in str(error.value)
    with pytest.raises(UnavailableError, match="no token-classification model"):
        TokenClassifier(build(tmp_path / "plain", PIECES, model="BertModel"), device="cpu")
    with pytest.raises(ConfigError, match="does not name its labels"):
        TokenClassifier(build(tmp_path / "unnamed", PIECES, names=False), device="cpu")
    with pytest.raises(ConfigError, match="unknown device"):
        TokenClassifier(tmp_path / "nowhere", device="gpu")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "_MODULES", ("no_such_module",))
    with pytest.raises(UnavailableError, match="needs the extra 'neural'"):
        TokenClassifier("any/model")
