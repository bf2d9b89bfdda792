"""Tiny models with random weights, saved as published ones are: they translate nothing, but run as those do.

Makes those that experiments/models.toml names.

    python experiments/tiny_models.py reports/models
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZE = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
    "scale_embedding": True,
    "init_std": 0.6,
}
SIZE |= {f"{side}_attention_heads": 4 for side in ("encoder", "decoder")}
SIZE |= {f"{side}_ffn_dim": 64 for side in ("encoder", "decoder")}
CHAT_TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}: {{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant: {% endif %}"
)


def texts() -> list[str]:
    files = sorted((ROOT / "corpora" / "frontline" / "uk-en").glob("*/**/*.txt"))
    return [line for file in files for line in file.read_text(encoding="utf-8").split("\n") if line]


def sentencepiece(pieces: int) -> bytes:
    """A SentencePiece model of the project's own corpus."""
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(texts()), model_writer=model, vocab_size=pieces, character_coverage=1.0,
        pad_id=3, minloglevel=2, hard_vocab_limit=False,
    )  # fmt: skip
    return model.getvalue()


def pieces_of(model: bytes) -> list[str]:
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


def save(directory: Path, model: Any, tokenizer: Any) -> Path:
    model.eval().save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


def marian(directory: Path, pieces: int = 500, end: float = 8.0, **size: Any) -> Path:
    """`end` is how much likelier the end of a text is made, so that texts differ in length."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    directory.mkdir(parents=True, exist_ok=True)
    model = sentencepiece(pieces)
    for name in ("source.spm", "target.spm"):
        (directory / name).write_bytes(model)
    known = ["</s>", "<unk>", *(p for p in pieces_of(model) if p not in ("</s>", "<unk>", "<pad>", "<s>")), "<pad>"]
    (directory / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(known)}), encoding="utf-8")
    tokenizer = MarianTokenizer(*(str(directory / name) for name in ("source.spm", "target.spm", "vocab.json")))
    pad = len(known) - 1
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=len(known), pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, bos_token_id=None,
        forced_eos_token_id=0, **(SIZE | size),
    )  # fmt: skip
    network = MarianMTModel(config)
    network.generation_config.bad_words_ids = [[pad]]
    network.final_logits_bias[0, 0] = end
    return save(directory, network, tokenizer)


def m2m100(directory: Path) -> Path:
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    directory.mkdir(parents=True, exist_ok=True)
    model = sentencepiece(500)
    (directory / "sentencepiece.bpe.model").write_bytes(model)
    known = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *(p for p in pieces_of(model) if p not in ("<s>", "<pad>", "</s>", "<unk>")),
    ]
    (directory / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(known)}), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(directory / "vocab.json"), str(directory / "sentencepiece.bpe.model"))
    torch.manual_seed(1)
    languages = len(tokenizer.lang_code_to_id) + tokenizer.num_madeup_words
    config = M2M100Config(vocab_size=len(known) + languages, **SIZE)
    network = M2M100ForConditionalGeneration(config)
    return save(directory, network, tokenizer)


def chat(directory: Path) -> Path:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    whole = Tokenizer(models.BPE())
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    whole.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<pad>", "<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    whole.train_from_iterator(texts(), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=whole, bos_token="<s>", eos_token="</s>", pad_token="<pad>", chat_template=CHAT_TEMPLATE
    )
    torch.manual_seed(2)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        tie_word_embeddings=False,
        max_position_embeddings=1024,
        initializer_range=0.4,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    return save(directory, LlamaForCausalLM(config), tokenizer)


if __name__ == "__main__":
    (to,) = sys.argv[1:]
    print(marian(Path(to) / "marian"), chat(Path(to) / "chat"))
