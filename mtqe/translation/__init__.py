"""Models as systems: what they are asked to translate, what comes of it, and what it took."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtqe.errors import InputError, UnavailableError
from mtqe.store import cache_directory
from mtqe.translation.local import LocalModel
from mtqe.translation.model import Answer as Answer
from mtqe.translation.model import ModelSystem as ModelSystem
from mtqe.translation.model import Request as Request
from mtqe.translation.model import Translator
from mtqe.translation.store import AnswerStore

#: What is said of a blank text, which no model is shown.
BLANK = Answer(None, "no source text")


@dataclass(frozen=True, slots=True)
class Translations:
    """The answers to a list of texts, in order.

    about  what decided them, as JSON values: the weights' checksums, the parameters.
    usage  what they took: `requests` (distinct ones), `tokens_in`, `tokens_out`, how many were `cut` at the most tokens
           that an answer may have, the `cost` where prices are known, and the `seconds`, without loading the model,
           `tokens_per_second` (those out) and `device` of when they were made.
    here   what this call had of it: requests answered `from_store`, and where there are others the `peak_memory_bytes`
           of the process, on a GPU of the GPU.
    """

    answers: tuple[Answer, ...]
    about: Mapping[str, Any]
    usage: Mapping[str, Any]
    here: Mapping[str, Any]

    @property
    def texts(self) -> tuple[str | None, ...]:
        return tuple(answer.text for answer in self.answers)

    @property
    def reasons(self) -> dict[int, str]:
        """Why a text is missing, by its index."""
        return {i: answer.reason for i, answer in enumerate(self.answers) if answer.reason is not None}


def translate(
    texts: Sequence[str | None],
    *,
    system: ModelSystem,
    documents: Sequence[str] | None = None,
    store: Path | None = None,
) -> Translations:
    """Translates texts by a model, each distinct one once, and none that is in the store already.

    `documents` names the document of each text, for models that see the text before (`ModelSystem.context`); by
    default all are of one. `store` is a directory, by default in mtqe's own cache. A text that is None or blank is not
    shown to the model.
    Raises UnavailableError and ConfigError as the model does, UnavailableError where an endpoint has no answer to any,
    InputError where `documents` are not as many as `texts`.
    """
    if documents is not None and len(documents) != len(texts):
        raise InputError(f"{len(documents)} documents for {len(texts)} texts")
    work = _Work(system, store)
    answers = [BLANK] * len(texts)
    try:
        for wave in _waves(texts, documents, system.context):
            requests = {i: Request(texts[i] or "", _context(texts, answers, before)) for i, before in wave}
            found = work.answers(list(requests.values()))
            for i, request in requests.items():
                answers[i] = found[request]
    finally:
        work.store.close()
    asked = [answer for answer in answers if answer is not BLANK]
    if asked and all(answer.temporary for answer in asked):
        raise UnavailableError(f"no answer from {system.endpoint}: {asked[0].reason}")
    return Translations(tuple(answers), work.about(), work.usage(), work.here())


def _waves(
    texts: Sequence[str | None], documents: Sequence[str] | None, context: int
) -> list[list[tuple[int, list[int]]]]:
    """What can be translated at once: indices of texts, each with those of the texts that it needs translated before.

    With a context they are the first texts of all documents, then the second ones, and so on.
    """
    there = [i for i, text in enumerate(texts) if text is not None and text.strip()]
    if not context:
        return [[(i, []) for i in there]]
    of_document: dict[str, list[int]] = {}
    for i in there:
        of_document.setdefault(documents[i] if documents else "", []).append(i)
    longest = max(map(len, of_document.values()), default=0)
    return [
        [(own[n], own[max(0, n - context) : n]) for own in of_document.values() if n < len(own)] for n in range(longest)
    ]


def _context(
    texts: Sequence[str | None], answers: Sequence[Answer], before: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    return tuple((texts[i] or "", text) for i in before if (text := answers[i].text) is not None)


class _Work:
    """A model at work: its answers so far, and what they took."""

    def __init__(self, system: ModelSystem, store: Path | None) -> None:
        self._system = system
        self.translator = _translator(system)
        self.store = AnswerStore(store or cache_directory() / "translations", self.translator.about)
        self._asked: dict[Request, Answer] = {}
        self._computed = 0

    def answers(self, requests: Sequence[Request]) -> Mapping[Request, Answer]:
        """The answers so far, among them those to `requests`."""
        from tqdm import tqdm

        for request in requests:
            if request not in self._asked and (kept := self.store.get(request)) is not None:
                self._asked[request] = kept
        missing = [request for request in dict.fromkeys(requests) if request not in self._asked]
        if missing:
            for _ in self.translator.translate([]):  # makes it ready
                pass
            device = str(self.translator.device) if isinstance(self.translator, LocalModel) else None
            before = time.perf_counter()
            with tqdm(total=len(missing), desc=self._system.model, unit="segment", delay=1, disable=None) as bar:
                for index, answer in self.translator.translate(missing):
                    now = time.perf_counter()
                    answer = replace(answer, seconds=round(now - before, 6), device=device)
                    before = now
                    self.store.put(missing[index], answer)
                    self._asked[missing[index]] = answer
                    bar.update()
            self._computed += len(missing)
        return self._asked

    def about(self) -> dict[str, Any]:
        revision = self.translator.revision if isinstance(self.translator, LocalModel) else None
        return {"model": self._system.model, "revision": revision, **self.translator.about}

    def usage(self) -> dict[str, Any]:
        answers = self._asked.values()
        tokens_in, tokens_out = sum(a.tokens_in for a in answers), sum(a.tokens_out for a in answers)
        seconds = sum(a.seconds for a in answers)
        prices = (self._system.price_in, self._system.price_out)
        priced = None if prices == (None, None) else tokens_in * (prices[0] or 0) + tokens_out * (prices[1] or 0)
        return {
            "requests": len(answers),
            "tokens_in": tokens_in,
            "tokens_out": tokens_out,
            "cut": sum(answer.cut for answer in answers),
            "cost": None if priced is None else priced / 1e6,
            "seconds": round(seconds, 3),
            "tokens_per_second": round(tokens_out / seconds, 1) if seconds else None,
            "device": ", ".join(sorted({answer.device for answer in answers if answer.device})) or None,
        }

    def here(self) -> dict[str, Any]:
        found = {"from_store": len(self._asked) - self._computed}
        return found | ({"peak_memory_bytes": _peak_memory(self.translator)} if self._computed else {})


def _translator(system: ModelSystem) -> Translator:
    if system.endpoint is None:
        return LocalModel(system)
    from mtqe.translation.endpoint import Endpoint

    return Endpoint(system)


def _peak_memory(translator: Translator) -> int:
    if isinstance(translator, LocalModel) and translator.device.type == "cuda":
        import torch

        return torch.cuda.max_memory_allocated(translator.device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
