"""Surprisal on tiny random causal models, against logits computed one text at a time by the models themselves."""

import importlib.util
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.fluency import score_fluency
from mtqe.neural import causal
from mtqe.neural.causal import CausalModel, load

CONTEXT = 24
LINES = ["the old river runs under the stone bridge", "a stone in the river", "Old bridges, old stones.\nNew rivers."]
SETTINGS: dict[str, dict[str, Any]] = {
    "GPT2": {},
    "Llama": {},
    "Qwen2": {},
    "Gemma2": {"final_logit_softcapping": 3.0, "head_dim": 8},
    "Cohere": {"logit_scale": 0.3},
    "Granite": {"logits_scaling": 4.0},
}
TEXTS = [
    "the old river",
    "",
    " the  stones\n\nof a river. ",
    "日本語の川 stone 😀👍🏽 é",
    "bridge",
    "<eos> the <bos> river",
    "the stone bridge under the old river " * 5,
]


def build(
    directory: Path,
    family: str = "GPT2",
    bos: bool = True,
    eos: bool = True,
    metaspace: bool = False,
    trim: bool = True,
) -> Path:
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    special = ["<bos>"] * bos + ["<eos>"] * eos
    tokenizer = Tokenizer(models.BPE())
    letters = pre_tokenizers.ByteLevel.alphabet()
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        letters = sorted({*"".join([*LINES, *TEXTS])} - {" "})
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim)
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=special, initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator(LINES * 3, trainer)
    tokenizer.enable_truncation(8)  # as some published files have it
    tokenizer.save(str(directory / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512}
    settings |= {f"{name[1:-1]}_token": name for name in special}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings))
    config = getattr(transformers, f"{family}Config")(
        vocab_size=tokenizer.get_vocab_size() + 3, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, intermediate_size=32, max_position_embeddings=CONTEXT, initializer_range=0.5,
        bos_token_id=None, eos_token_id=None, pad_token_id=None, **SETTINGS[family],
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(3)
        head = "LMHeadModel" if family == "GPT2" else "ForCausalLM"
        getattr(transformers, family + head)(config).save_pretrained(directory)
    return directory


class Oracle:
    """Log-probabilities in bits from the model's own logits, one input at a time."""

    def __init__(self, directory: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.model = AutoModelForCausalLM.from_pretrained(directory).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.vocabulary = {i: token for token, i in self.tokenizer.get_vocab().items()}

    def ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    def table(self, ids: list[int]) -> NDArray[np.float64]:
        """(tokens, vocabulary): -log2 P of what follows each token."""
        import torch

        with torch.inference_mode():
            return np.asarray(-self.model(torch.tensor([ids])).logits[0].double().log_softmax(-1).numpy() / np.log(2))

    def tokens(self, ids: list[int], bos: int, eos: int) -> list[float]:
        table = self.table([bos, *ids])
        return [float(table[i, token]) for i, token in enumerate([*ids, eos])]

    def starts(self) -> list[int]:
        return [i for i, token in self.vocabulary.items() if token[0] in "Ġ▁Ċĉč\n" or token == "<eos>"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("causal"))


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> CausalModel:
    return load(checkpoint, "cpu")


@pytest.fixture(scope="module")
def oracle(checkpoint: Path) -> Oracle:
    return Oracle(checkpoint)


@pytest.mark.parametrize("family", SETTINGS)
def test_values_add_up_to_those_of_the_model_itself(tmp_path: Path, family: str) -> None:
    oracle = Oracle(build(tmp_path, family))
    model = load(tmp_path, "cpu")
    assert (model.bos, model.context_length, model.dtype) == ("bos", CONTEXT, "fp32")
    found = model.bits(TEXTS)
    bos, eos = oracle.tokenizer.bos_token_id, oracle.tokenizer.eos_token_id
    for text, bits in zip(TEXTS, found, strict=True):
        assert (bits.dtype, bits.shape) == (np.float64, (len(text) + 1,))
        ids = oracle.ids(text)
        assert not {bos, eos} & set(ids)  # text never becomes a special token
        assert (bits[:-1] > 0).any() or not text
        if len(ids) < CONTEXT:
            expected = oracle.tokens(ids, bos, eos)
            assert bits.sum() == pytest.approx(sum(expected), abs=1e-4)
            assert bits[-1] == pytest.approx(expected[-1], abs=1e-4)


@pytest.mark.parametrize("trim", [True, False])
def test_a_space_has_the_price_of_ending_a_word(tmp_path: Path, trim: bool) -> None:
    oracle, model = Oracle(build(tmp_path, trim=trim)), load(tmp_path, "cpu")
    text = "the stone river"
    ids = oracle.ids(text)
    assert [oracle.vocabulary[i] for i in ids] == ["the", "Ġstone", "Ġriver"]
    table = oracle.table([oracle.tokenizer.bos_token_id, *ids])
    boundary = -np.log2((2 ** -table[:, oracle.starts()]).sum(axis=1))
    expected = np.zeros(len(text) + 1)
    expected[0] = table[0, ids[0]]
    expected[3], expected[4] = boundary[1], table[1, ids[1]] - boundary[1]
    expected[9], expected[10] = boundary[2], table[2, ids[2]] - boundary[2]
    expected[-1] = table[3, oracle.tokenizer.eos_token_id]
    np.testing.assert_allclose(model.bits([text])[0], expected, atol=1e-4)
    assert boundary.min() > 0.05  # the correction moves something
    words = [expected[:4].sum(), expected[4:10].sum()]
    assert words[0] == pytest.approx(table[0, ids[0]] + boundary[1])
    assert words[1] == pytest.approx(table[1, ids[1]] - boundary[1] + boundary[2])


def test_pieces_of_one_character_add_up_on_it(model: CausalModel, oracle: Oracle) -> None:
    text = "a😀日"
    ids = oracle.ids(text)
    assert len(ids) == 1 + 4 + 3
    tokens = oracle.tokens(ids, oracle.tokenizer.bos_token_id, oracle.tokenizer.eos_token_id)
    expected = [tokens[0], sum(tokens[1:5]), sum(tokens[5:8]), tokens[8]]
    np.testing.assert_allclose(model.bits([text])[0], expected, atol=1e-4)


def test_sentencepiece_marks_words_too(tmp_path: Path) -> None:
    oracle, model = Oracle(build(tmp_path, "Llama", metaspace=True)), load(tmp_path, "cpu")
    text = "the river"
    ids = oracle.ids(text)
    assert "".join(oracle.vocabulary[i] for i in ids) == "▁the▁river"
    tokens = oracle.tokens(ids, oracle.tokenizer.bos_token_id, oracle.tokenizer.eos_token_id)
    table = oracle.table([oracle.tokenizer.bos_token_id, *ids])
    second = next(k for k, i in enumerate(ids) if k and oracle.vocabulary[i][0] == "▁")
    boundary = -np.log2((2 ** -table[second, oracle.starts()]).sum())
    bits = model.bits([text])[0]
    assert bits[:3].sum() == pytest.approx(sum(tokens[:second]), abs=1e-4)
    assert bits[3] == pytest.approx(boundary, abs=1e-4)
    assert bits.sum() == pytest.approx(sum(tokens), abs=1e-4)


@pytest.mark.parametrize(("bos", "eos", "opening"), [(False, True, "eos"), (False, False, "newline")])
def test_what_opens_a_text_without_a_token_of_its_own(tmp_path: Path, bos: bool, eos: bool, opening: str) -> None:
    family = "Qwen2" if eos else "Granite"  # of which transformers adds an end of its own to the former
    oracle, model = Oracle(build(tmp_path, family, bos, eos)), load(tmp_path, "cpu")
    assert model.bos == opening
    first = oracle.tokenizer.eos_token_id if eos else oracle.ids("\n")[-1]
    ids = oracle.ids(TEXTS[0])
    tokens = oracle.tokens(ids, first, oracle.tokenizer.eos_token_id or 0)
    bits = model.bits(TEXTS[:1])[0]
    assert bits.sum() == pytest.approx(sum(tokens if eos else tokens[:-1]), abs=1e-4)
    assert eos or bits[-1] == 0


def test_every_token_of_a_long_text_is_scored_once(model: CausalModel, oracle: Oracle) -> None:
    """Windows of CONTEXT tokens that advance by half of it; all but the first open anew in the middle of the text."""
    bos, eos = oracle.tokenizer.bos_token_id, oracle.tokenizer.eos_token_id
    for length in range(CONTEXT - 3, 3 * CONTEXT):
        text = "日" * (length // 3) + "a" * (length % 3)  # a byte or a letter is a token each
        ids = [*oracle.ids(text), eos]
        assert len(ids) == length + 1
        expected: list[float] = []
        start = 0
        while len(expected) < len(ids):
            read = ids[:-1][start : start + CONTEXT - 1]
            table = oracle.table([bos, *read])
            for target in range(len(expected), start + len(read) + 1):
                expected.append(table[target - start, ids[target]])
            start += CONTEXT // 2
        bits = model.bits([text])[0]
        assert bits.sum() == pytest.approx(sum(expected), abs=1e-3)
        assert bits[0] == pytest.approx(sum(expected[:3]), abs=1e-4)


def test_batches_and_order_change_nothing(model: CausalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    together = model.bits(TEXTS)
    for one, other in zip(model.bits(TEXTS[::-1])[::-1], together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    for text, expected in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(model.bits([text])[0], expected, atol=1e-4)
    monkeypatch.setattr(causal, "TOKEN_BUDGET", 1)
    monkeypatch.setattr(causal, "HEAD_ROWS", 2)
    for one, other in zip(model.bits(TEXTS), together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_a_context_conditions_and_is_not_scored(model: CausalModel, oracle: Oracle) -> None:
    context, text = "a stone. ", "the river"
    ids, own = oracle.ids(context + text), oracle.ids(" " + text)
    assert ids[-len(own) :] == own
    table = oracle.table([oracle.tokenizer.bos_token_id, *ids])
    place = len(ids) - len(own)
    boundary = -np.log2((2 ** -table[place, oracle.starts()]).sum())  # the price of the context's last space
    expected = sum(table[place + i, token] for i, token in enumerate([*own, oracle.tokenizer.eos_token_id])) - boundary
    bits = model.bits([text], [context])[0]
    assert len(bits) == len(text) + 1
    assert bits.sum() == pytest.approx(expected, abs=1e-4)
    assert abs(bits - model.bits([text])[0]).max() > 0.01
    np.testing.assert_allclose(model.bits([text], [""])[0], model.bits([text])[0], atol=1e-4)
    assert model.bits([""], [context])[0].shape == (1,)


def test_as_much_of_a_context_as_fits(model: CausalModel, oracle: Oracle) -> None:
    text, eos = "日", oracle.tokenizer.eos_token_id
    ids = oracle.ids("a" * 50 + text)[-(CONTEXT - 1) :]
    expected = oracle.tokens(ids, oracle.tokenizer.bos_token_id, eos)
    np.testing.assert_allclose(model.bits([text], ["a" * 50])[0], [sum(expected[-4:-1]), expected[-1]], atol=1e-4)
    long = "日" * 20  # beside a text that does not fit, half of the first window
    ids = oracle.ids("a" * 50 + long)[-(CONTEXT - 1) // 2 - 60 + 1 :][: CONTEXT - 1]
    first = model.bits([long], ["a" * 50])[0][0]
    own = ids.index(oracle.ids("日")[0])
    assert own == (CONTEXT - 1) // 2
    assert first == pytest.approx(sum(oracle.tokens(ids, oracle.tokenizer.bos_token_id, eos)[own : own + 3]), abs=1e-4)


def test_nothing_to_read_and_unequal_lengths(model: CausalModel, oracle: Oracle) -> None:
    assert model.bits([]) == []
    empty = oracle.table([oracle.tokenizer.bos_token_id])[0, oracle.tokenizer.eos_token_id]
    np.testing.assert_allclose(model.bits([""])[0], [empty], atol=1e-4)
    with pytest.raises(InputError, match="1 contexts for 2 texts"):
        model.bits(["a", "b"], ["c"])


def test_a_shorter_dtype_is_near(checkpoint: Path, model: CausalModel) -> None:
    short = load(checkpoint, "cpu", "bf16")
    assert (short.dtype, short.fingerprint) == ("bf16", model.fingerprint)
    for one, other in zip(short.bits(TEXTS), model.bits(TEXTS), strict=True):
        assert abs(one.sum() - other.sum()) < 0.05 * other.sum()


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_checkpoint_with_a_missing_file_is_an_error(checkpoint: Path, tmp_path: Path, missing: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    (copy / missing).unlink()
    with pytest.raises(
        UnavailableError, match=f"language model '{copy}' is no directory or model that can be loaded: "
    ):
        load(copy)


def test_a_model_that_looks_ahead_is_an_error(checkpoint: Path, tmp_path: Path) -> None:
    import transformers

    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    (copy / "model.safetensors").unlink()
    config = transformers.BertConfig(
        vocab_size=400, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        initializer_range=0.5, is_decoder=False,
    )  # fmt: skip
    transformers.BertLMHeadModel(config).save_pretrained(copy)
    with pytest.raises(UnavailableError, match="it is not causal, or makes its probabilities in a way"):
        load(copy)


def test_errors_of_what_is_asked(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"language model '.*': unknown device 'gpu'"):
        load(checkpoint, "gpu")
    with pytest.raises(ConfigError, match=r"unknown dtype 'int8'; known are fp32, bf16, fp16"):
        load(checkpoint, dtype="int8")
    with pytest.raises(UnavailableError, match=r"language model: no such directory: '.*nowhere'"):
        load(tmp_path / "nowhere")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"needs the extra 'neural': pip install 'mtqe\[neural\]'"):
        load(checkpoint)


def test_loading_and_reading_are_silent(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load(checkpoint, "cpu").bits(TEXTS)
    assert capfd.readouterr() == ("", "")


def test_fluency_takes_a_causal_model_and_what_stands_before_in_the_document(tmp_path: Path) -> None:
    texts = ["the old river runs.", None, "under the stone bridge.", "a stone."]
    build(tmp_path)
    model = load(tmp_path)
    alone, within = (
        score_fluency(texts, language="en", lm=f"hf:{tmp_path}", documents=["a", "a", "a", "b"], context=context)
        for context in (False, True)
    )
    present = [text for text in texts if text is not None]
    contexts = ["", f"{present[0]}\n", ""]
    for result, bits in ((alone, model.bits(present)), (within, model.bits(present, contexts))):
        expected = [values.sum() / len(values) for values in bits]
        assert result.surprisal[[0, 2, 3]] == pytest.approx(expected, abs=1e-5)
        assert np.isnan(result.surprisal[1])
        assert f"|lm:hf:{tmp_path}:{model.fingerprint[:12]}:fp32:bos-bos" in result.signature
    assert within.surprisal[2] != pytest.approx(alone.surprisal[2], abs=1e-3)
    assert within.surprisal[3] == pytest.approx(alone.surprisal[3], abs=1e-5)
    assert ":context-document|" in within.signature
    assert "context" not in alone.signature


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"context": True}, "context is for a causal language model"),
        ({"lm": "hf:x", "context": True}, "context needs documents"),
        ({"lm": "hf:"}, "lm is auto, hf:OWNER/NAME@REVISION or hf:DIRECTORY, not 'hf:'"),
    ],
)
def test_options_of_fluency_that_do_not_go_together(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        score_fluency(["a"], language="en", **options)
