"""Texts to token ids, by the tokenizer of a checkpoint."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtqe.errors import UnavailableError

#: Files that decide what a tokenizer does; without any of them transformers makes one that knows no word.
VOCABULARY = ("tokenizer.json", "sentencepiece.bpe.model", "spiece.model", "spm.model", "vocab.json", "vocab.txt")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """Ids of a text with the tokens that open and close it, and where each stands: code points `[start, end)`."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    truncated: bool


class TextTokenizer:
    """The tokenizer of a directory; texts longer than `max_length` tokens lose their end.

    start, end  the ids that open and close a text.
    """

    def __init__(self, directory: Path, max_length: int) -> None:
        self._tokenizer = _load(directory)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)
        opened = self._tokenizer.encode("").ids
        self.start, self.end = opened[0], opened[-1]

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Halves of surrogate pairs are no text, and read as U+FFFD."""
        return [
            Encoding(encoding.ids, encoding.offsets, bool(encoding.overflowing))
            for encoding in self._tokenizer.encode_batch([_SURROGATES.sub("\ufffd", text) for text in texts])
        ]


def _load(directory: Path) -> Any:
    from tokenizers import Tokenizer

    if not any((directory / name).is_file() for name in VOCABULARY):
        raise UnavailableError(f"{directory} has no tokenizer: none of {', '.join(VOCABULARY)}")
    try:
        if (file := directory / "tokenizer.json").is_file():
            return Tokenizer.from_file(str(file))
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(directory, local_files_only=True).backend_tokenizer
    except Exception as error:
        raise UnavailableError(
            f"{directory} has no tokenizer that can be used (tokenizer.json): {str(error).partition(chr(10))[0]}"
        ) from None
