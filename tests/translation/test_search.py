"""The search against transformers' own, and against itself with an input alone."""

from functools import partial
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from mtqe.translation.search import Found, search  # noqa: E402

SIZE = 150
SPECIAL = {"pad_token_id": 1, "eos_token_id": 2, "bos_token_id": 0}


def marian() -> Any:
    sides = {f"{side}_{name}": n for side in ("encoder", "decoder") for name, n in [("layers", 1), ("ffn_dim", 32)]}
    sides |= {f"{side}_attention_heads": 2 for side in ("encoder", "decoder")}
    config = transformers.MarianConfig(
        vocab_size=SIZE, d_model=16, max_position_embeddings=64, decoder_start_token_id=1, init_std=0.6,
        scale_embedding=True, tie_word_embeddings=False, forced_eos_token_id=2, **SPECIAL, **sides,
    )  # fmt: skip
    model = transformers.MarianMTModel(config)
    model.final_logits_bias[0, 2] = 5
    return model


def llama() -> Any:
    config = transformers.LlamaConfig(
        vocab_size=SIZE, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=64, initializer_range=0.6, **SPECIAL,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config)


def t5() -> Any:
    config = transformers.T5Config(
        vocab_size=SIZE, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, decoder_start_token_id=1,
        initializer_factor=2.0, tie_word_embeddings=False, **SPECIAL,
    )  # fmt: skip
    model = transformers.T5ForConditionalGeneration(config)
    likelier = torch.zeros(SIZE).index_fill(0, torch.tensor(2), 45.0)  # so that texts differ in length
    model.lm_head.register_forward_hook(lambda _module, _inputs, output: output + likelier)
    return model


def mamba() -> Any:
    config = transformers.MambaConfig(
        vocab_size=SIZE, hidden_size=16, state_size=4, num_hidden_layers=1, initializer_range=0.6, **SPECIAL
    )
    return transformers.MambaForCausalLM(config)


def made(make: Any) -> Any:
    torch.manual_seed(3)
    return make().eval()


def inputs(count: int) -> list[list[int]]:
    random = torch.Generator().manual_seed(5)
    lengths = torch.randint(1, 20, (count,), generator=random).tolist()
    return [torch.randint(3, SIZE, (length,), generator=random).tolist() for length in lengths]


def generate(model: Any, texts: list[list[int]], **options: Any) -> Any:
    width = max(map(len, texts))
    ids = torch.full((len(texts), width), SPECIAL["pad_token_id"])
    mask = torch.zeros_like(ids)
    for i, text in enumerate(texts):
        start = 0 if model.config.is_encoder_decoder else width - len(text)
        ids[i, start : start + len(text)] = torch.tensor(text)
        mask[i, start : start + len(text)] = 1
    with torch.inference_mode():
        return model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=20, **options)


def theirs(model: Any, texts: list[list[int]], **options: Any) -> list[list[int]]:
    start = 1 if model.config.is_encoder_decoder else max(map(len, texts))
    rows = generate(model, texts, do_sample=False, **options)[:, start:].tolist()
    return [row[: row.index(2) + 1] if 2 in row else row for row in rows]


def ours(model: Any, texts: list[list[int]], **options: Any) -> list[Found]:
    return generate(model, texts, do_sample=False, custom_generate=search, **options)  # type: ignore[no-any-return]


@pytest.mark.parametrize("make", [marian, t5, llama, mamba])
@pytest.mark.parametrize(
    "options",
    [
        {"num_beams": 1},
        {"num_beams": 1, "repetition_penalty": 1.3},
        {"num_beams": 4, "early_stopping": False},
        {"num_beams": 4, "early_stopping": True, "no_repeat_ngram_size": 2},
        {"num_beams": 3, "early_stopping": "never", "length_penalty": 0.6},
        {"num_beams": 2, "early_stopping": False, "length_penalty": -1.0, "eos_token_id": [2, 7, 8]},
    ],
)
def test_it_finds_what_transformers_finds(make: Any, options: dict[str, Any]) -> None:
    model, texts = made(make), inputs(24)
    if "eos_token_id" in options:
        found = [each.ids for each in ours(model, texts, **options)]
        alone = [theirs(model, [text], **options)[0] for text in texts]
        ends = [[i for i, token in enumerate(row) if token in (2, 7, 8)] for row in alone]
        assert found == [row[: end[0] + 1] if end else row for row, end in zip(alone, ends, strict=True)]
    else:
        assert [each.ids for each in ours(model, texts, **options)] == theirs(model, texts, **options)


@pytest.mark.parametrize("make", [marian, llama])
@pytest.mark.parametrize("beams", [1, 4])
def test_a_margin_says_when_a_choice_was_near(make: Any, beams: int) -> None:
    """Noise of less than half of the margin on every logit changes nothing; some of more does."""
    model, texts = made(make), inputs(12)
    found = ours(model, texts, num_beams=beams)
    assert all(each.margin > 0 for each in found)
    text, each = max(zip(texts, found, strict=True), key=lambda pair: pair[1].margin)
    random = torch.Generator().manual_seed(1)

    def disturbed(by: float, _ids: Any, logits: Any) -> Any:
        return logits + by * (2 * torch.rand(logits.shape, generator=random) - 1)

    def again(by: float) -> list[int]:
        return ours(model, [text], num_beams=beams, logits_processor=[partial(disturbed, by)])[0].ids

    steps = 1 if beams == 1 else len(each.ids)  # with beams log-probabilities are added up
    assert all(again(0.49 * each.margin / steps) == each.ids for _ in range(5))
    assert any(again(50 * each.margin + 5) != each.ids for _ in range(5))


def test_samples_follow_the_model_and_not_the_batch() -> None:
    model, texts = made(llama), inputs(8)

    def sampled(texts: list[list[int]], seeds: list[int], **options: Any) -> list[list[int]]:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        way = partial(search, generators=generators)
        return [each.ids for each in generate(model, texts, do_sample=True, top_k=0, custom_generate=way, **options)]

    together = sampled(texts, list(range(8)))
    assert together == [sampled([text], [seed])[0] for seed, text in enumerate(texts)]
    assert together != sampled(texts, list(range(1, 9)))
    # first tokens against their probabilities: within four standard deviations
    with torch.inference_mode():
        expected = model(torch.tensor(texts[:1])).logits[0, -1].softmax(0)
    draws = 1000
    first = torch.tensor([ids[0] for ids in sampled(texts[:1] * draws, list(range(draws)))])
    counts = torch.bincount(first, minlength=SIZE)
    assert ((counts - draws * expected).abs() <= 4 * (draws * expected * (1 - expected)).sqrt() + 1).all()
