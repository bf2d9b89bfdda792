"""Transformer encoders cut off at a hidden layer: texts in, one vector a token out."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqe.errors import ConfigError
from mtqe.neural.checkpoints import longest_input
from mtqe.neural.devices import DTYPES, torch_device
from mtqe.neural.tokens import TextTokenizer

#: Tokens of a batch, padding included; on a CPU larger batches are no faster.
TOKEN_BUDGET = 4096


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text.

    vectors    float32 (tokens, dimensions): the hidden state of each, special tokens included.
    content    bool (tokens,): False for the tokens that open and close a text, wherever they stand.
    truncated  the text was longer than the encoder can read; its end is missing here.
    offsets    int64 (tokens, 2): where each stands, code points `[start, end)` of the text.
    """

    vectors: NDArray[np.float32]
    content: NDArray[np.bool_]
    truncated: bool
    offsets: NDArray[np.int64]


class Encoder:
    """A Hugging Face encoder, of which only the first `layer` layers are loaded and run.

    `directory` holds `config.json`, the weights and the tokenizer; nothing is fetched.
    `device` is a torch device; None or `auto` is `cuda` where there is one, else `cpu`. `dtype` is the precision of the
    weights, one of `mtqe.neural.devices.DTYPES`.
    Raises ConfigError for a device that does not exist, a layer that the model has not and a model with a decoder,
    UnavailableError for a device that this machine lacks, ValueError for weights or a tokenizer that are not there.
    """

    def __init__(self, directory: Path, layer: int, device: str | None = None, dtype: str = "fp32") -> None:
        import torch
        from transformers import AutoConfig, AutoModel

        self.device, self.dtype = torch_device(device), dtype
        config = AutoConfig.from_pretrained(directory, local_files_only=True)
        if config.is_encoder_decoder:
            raise ConfigError("it has a decoder")
        if layer not in range(config.num_hidden_layers + 1):
            raise ConfigError(f"it has layers 0 to {config.num_hidden_layers}, not {layer}")
        config.num_hidden_layers = layer
        auto: Any = AutoModel  # its methods are untyped
        with quiet_transformers():
            model, report = auto.from_pretrained(
                directory,
                config=config,
                dtype=getattr(torch, DTYPES[dtype]),
                output_loading_info=True,
                local_files_only=True,
            )
        if missing := sorted(name for name in report["missing_keys"] if "pooler" not in name):
            raise ValueError(f"it has no weights {missing[0]}")
        if hasattr(model, "pooler"):
            model.pooler = None
        self._model = model.to(self.device).eval()
        self._padding: int = config.pad_token_id
        self._tokenizer = TextTokenizer(directory, max_length(directory))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, special tokens included, as `encode` reads it."""
        return [encoding.ids for encoding in self._tokenizer.encode(texts)]

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[str, Tokens]]:
        """Yields every text with its tokens, longest first; texts should be distinct.

        On one machine the same texts, in any order, give the same bits; other texts beside a text move its vectors in
        the last bits, since the shape of a batch decides how its sums are added up.
        """
        encodings = sorted(
            zip(texts, self._tokenizer.encode(texts), strict=True),
            key=lambda pair: (-len(pair[1].ids), pair[0]),
        )
        start = 0
        for size in batch_sizes([len(encoding.ids) for _, encoding in encodings], TOKEN_BUDGET):
            batch = encodings[start : start + size]
            start += size
            ids = [encoding.ids for _, encoding in batch]
            for (text, encoding), vectors in zip(batch, self._run(ids), strict=True):
                content = ~np.isin(encoding.ids, [self._tokenizer.start, self._tokenizer.end])
                offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
                yield text, Tokens(vectors, content, encoding.truncated, offsets)

    def _run(self, batch: Sequence[Sequence[int]]) -> Iterator[NDArray[np.float32]]:
        """The hidden states of texts given as token ids, the longest first."""
        import torch

        ids = torch.full((len(batch), len(batch[0])), self._padding)
        mask = torch.zeros_like(ids)
        for row, text in enumerate(batch):
            ids[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        with torch.inference_mode():
            output = self._model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device))
        states = output.last_hidden_state.float().cpu().numpy()
        for row, text in enumerate(batch):
            yield states[row, : len(text)].copy()  # a view would keep the padded batch in memory


def batch_sizes(lengths: Sequence[int], budget: int) -> Iterator[int]:
    """How many of the texts go into each batch, for lengths in descending order.

    A batch, padded to its longest text, has at most `budget` tokens, or a single text; beyond an eighth of them no text
    of it is padded by more than a tenth.
    """
    start = 0
    while start < len(lengths):
        longest, size = lengths[start], 1
        for length in lengths[start + 1 :]:
            full = 8 * size * longest >= budget
            if (size + 1) * longest > budget or (full and 11 * length < 10 * longest):
                break
            size += 1
        yield size
        start += size


def max_length(directory: Path) -> int:
    """How many tokens the encoder of a directory reads."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(directory, local_files_only=True)
    about = json.loads((directory / "tokenizer_config.json").read_bytes())
    length = about.get("model_max_length") or sys.maxsize
    return longest_input(config, SimpleNamespace(pad_token_id=config.pad_token_id, model_max_length=length))


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Without its table of unused weights, which are the layers cut off on purpose, and its progress bar."""
    logging: Any = importlib.import_module("transformers.utils.logging")  # its functions are untyped
    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()
