"""What an experiment says of a model that translates, what the model is asked, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mtqe.errors import ConfigError
from mtqe.plugins import unknown

TASKS = ("seq2seq", "chat")


@dataclass(frozen=True, slots=True)
class ModelSystem:
    """A model that translates, and how it is run.

    model           a directory or `OWNER/NAME@REVISION`; behind an endpoint, the name that it knows the model by.
    task            seq2seq (the default without an endpoint) or chat.
    endpoint        the URL that `/chat/completions` is appended to; None runs the model here.
    key_variable    the environment variable that has the endpoint's key; without it none is sent.
    beam            beams, 1 is greedy search.
    max_tokens      of an answer.
    temperature     above 0 draws at random, with `seed` and of the likeliest tokens that make up `top_p`.
    prompt          the template for chat models; None is mtqe's own.
    examples        a TSV file of source and translation that chat models are shown.
    context         how many earlier segments of the document a chat model sees with their translations.
    device, dtype   as `mtqe.neural.devices` reads them.
    batch_tokens    of a batch, padding included; None is what suits the device.
    concurrency     requests at once to an endpoint; each may last `timeout` seconds.
    price_in, price_out  of a million tokens, in any one currency.
    """

    model: str
    source_language: str
    target_language: str
    task: str | None = None
    endpoint: str | None = None
    key_variable: str = "OPENAI_API_KEY"
    beam: int = 1
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 12345
    prompt: str | None = None
    examples: Path | None = None
    context: int = 0
    device: str | None = None
    dtype: str | None = None
    batch_tokens: int | None = None
    concurrency: int = 8
    timeout: float = 120.0
    price_in: float | None = None
    price_out: float | None = None

    def __post_init__(self) -> None:
        """Raises ConfigError for values that cannot be, and for options of chat models that others would ignore."""
        if self.task is not None and self.task not in TASKS:
            raise ConfigError(unknown(f"task {self.task!r}", self.task, TASKS))
        if self.endpoint is not None and self.task == "seq2seq":
            raise ConfigError("a model behind an endpoint is a chat model; leave task='seq2seq' out")
        for name in ("beam", "max_tokens", "concurrency"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is a whole number from 1, not {getattr(self, name)}")
        if self.batch_tokens is not None and self.batch_tokens < 1:
            raise ConfigError(f"batch_tokens is a whole number from 1, not {self.batch_tokens}")
        if self.context < 0 or not 0 < self.top_p <= 1 or not 0 < self.timeout < math.inf:
            raise ConfigError("context is 0 or more, top_p above 0 and at most 1, timeout a number above 0")
        if not all(0 <= (number or 0) < math.inf for number in (self.temperature, self.price_in, self.price_out)):
            raise ConfigError("temperature and prices are numbers from 0")
        if self.beam > 1 and (self.temperature or self.endpoint):
            raise ConfigError("beam search is for models run here, and goes with no temperature")
        for_chat = [name for name in ("prompt", "examples", "context") if getattr(self, name)]
        if for_chat and not self.chat:
            raise ConfigError(f"{for_chat[0]} is for chat models; write task='chat' or name an endpoint")

    @property
    def chat(self) -> bool:
        return self.endpoint is not None or self.task == "chat"


@dataclass(frozen=True, slots=True)
class Request:
    """A text to translate; `context` has earlier (source, translation) pairs of its document, the latest last."""

    text: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a text, or the reason why there is none.

    raw        what the model said before anything was removed from it, None where it said nothing.
    temporary  the reason is one that may pass (a time-out, a busy server): asking again is worth it.
    cut        the answer ends where it does because it may have no more tokens.
    seconds    how long it took after the answer before it: those of a batch come at once, so that only sums say much.
    device     where it was made, None behind an endpoint.
    """

    text: str | None
    reason: str | None = None
    raw: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    temporary: bool = False
    cut: bool = False
    seconds: float = field(default=0.0, compare=False)
    device: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if (self.text is None) != (self.reason is not None) or (self.temporary and self.text is not None):
            raise ValueError("an answer has either a text or a reason")


class Translator(Protocol):
    """What translates.

    about      everything that decides an answer beside its request, as JSON values: it keys the answers on disk.
    translate  the answer of each request, by its index, in any order, each exactly once.
    """

    @property
    def about(self) -> Mapping[str, Any]: ...
    def translate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]: ...
