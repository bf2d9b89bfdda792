"""Models of transformers that translate on this machine: sequence to sequence, and chat models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from mtqe.errors import ConfigError, UnavailableError
from mtqe.neural.checkpoints import fetched, longest_input, need_neural
from mtqe.neural.devices import DTYPES, dtype_for, torch_device
from mtqe.neural.encoder import quiet_transformers
from mtqe.neural.engine import Tokens, halving
from mtqe.neural.weights import weights_digest
from mtqe.store import digest, file_digest
from mtqe.translation.model import Answer, ModelSystem, Request
from mtqe.translation.prompt import Prompt, clean
from mtqe.translation.search import Found, search
from mtqe.translation.tags import Tags, tags_of

if TYPE_CHECKING:
    import torch

#: Tokens of a batch's inputs, of all beams, padding included.
TOKEN_BUDGET = {"cpu": 4096, "cuda": 32768, "mps": 8192}
#: What beside its weights decides what a model answers.
_FILES = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja")
#: Choices in fp32 that were nearer than this are made again for the input alone. Other inputs of a batch moved
#: `Found.margin` of random models of up to 512 dimensions and 6 layers by at most a third of it.
_TIE = 5e-5
#: Counts up when the same model would answer otherwise.
_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Input(Tokens):
    """index: of its request; seed: of what is drawn for it."""

    index: int = 0
    seed: int = 0


class LocalModel:
    """A model of a directory or of the hub. Its weights are read when it first has something to translate.

    In fp32 the answer to a request is what the model says to it alone, whatever else is in its batch; in a shorter
    precision the others may decide between words that are about as likely.

    device, dtype  where and how it runs.
    revision       the commit of a model of the hub.

    Raises UnavailableError where the extra `neural`, the model or the device is missing, and ConfigError for a device
    or a dtype that does not exist.
    """

    def __init__(self, system: ModelSystem) -> None:
        need_neural(f"model {system.model!r}")
        self._system = system
        self._directory = _directory(system.model)
        self.device = torch_device(system.device)
        self.dtype = dtype_for(self.device, system.dtype)
        self.revision = self._directory.name if self._directory.parent.name == "snapshots" else None
        self._prompt = Prompt(system) if system.chat else None

    @cached_property
    def about(self) -> Mapping[str, Any]:
        system = self._system
        files = sorted(path for pattern in _FILES for path in self._directory.glob(pattern))
        sampling = {"temperature": system.temperature, "top_p": system.top_p, "seed": system.seed}
        return {
            "version": _VERSION,
            "weights": [weights_digest(path) for path in _weights(self._directory)],
            "files": digest([[path.name, file_digest(path)] for path in files]),
            "languages": [system.source_language, system.target_language],
            "dtype": self.dtype,
            "beam": system.beam,
            "max_tokens": system.max_tokens,
            "sampling": sampling if system.temperature else None,
            "prompt": None if self._prompt is None else self._prompt.about,
        }

    def translate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """The answers, in batches of like lengths, the longest first. Without requests it loads the model only.

        Raises UnavailableError where the model cannot be loaded or there is not enough memory for one request, and
        ConfigError where it does not know the languages or is no chat model and should be one.
        """
        loaded = self._loaded
        inputs = []
        with quiet_transformers():
            tokens = [loaded.encode(request) for request in requests]
        for index, (request, ids) in enumerate(zip(requests, tokens, strict=True)):
            if len(ids) > loaded.longest:
                yield index, Answer(None, f"too long for the model: {len(ids)} tokens, it reads {loaded.longest}")
            else:
                seed = int(digest([self._system.seed, asdict(request)])[:15], 16)
                inputs.append(_Input(ids, index=index, seed=seed))
        inputs.sort(key=lambda one: (-len(one.ids), one.ids))
        budget = self._system.batch_tokens or TOKEN_BUDGET.get(self.device.type, TOKEN_BUDGET["cpu"])
        while inputs:
            size = max(1, budget // (len(inputs[0].ids) * self._system.beam))
            batch, inputs = inputs[:size], inputs[size:]
            for one, found in zip(batch, halving(loaded.run, batch), strict=True):
                yield one.index, loaded.answer(requests[one.index], one, found)

    @cached_property
    def _loaded(self) -> _Loaded:
        name = self._system.model
        try:
            return _Loaded(self._directory, self._system, self.device, self.dtype, self._prompt)
        except (ConfigError, UnavailableError):
            raise
        except Exception as error:  # tokenizers and safetensors raise no narrower one for a file that they cannot read
            reason = str(error).strip().partition("\n")[0]
            raise UnavailableError(f"{name!r} is no translation model that can be loaded: {reason}") from error


class _Loaded:
    """A model in memory.

    longest  how many tokens it reads.
    """

    def __init__(
        self, directory: Path, system: ModelSystem, device: torch.device, dtype: str, prompt: Prompt | None
    ) -> None:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

        self._system, self._prompt, self._exact = system, prompt, dtype == "fp32"
        auto: Any = AutoModelForSeq2SeqLM if prompt is None else AutoModelForCausalLM
        local = {"local_files_only": True, "trust_remote_code": False}
        with quiet_transformers():
            if AutoConfig.from_pretrained(directory, **local).is_encoder_decoder != (prompt is None):
                other = "leave task='chat' out" if prompt else "write task='chat' if it is a chat model"
                raise ConfigError(f"model {system.model!r} is {'' if prompt else 'not '}sequence to sequence; {other}")
            try:
                self._tokenizer: Any = AutoTokenizer.from_pretrained(directory, **local)
            except Exception as error:
                raise ValueError(f"no tokenizer that can be read: {error}") from error
            model, report = auto.from_pretrained(
                directory, dtype=getattr(torch, DTYPES[dtype]), output_loading_info=True, **local
            )
        if report["missing_keys"]:
            raise ValueError(f"it has no weights {sorted(report['missing_keys'])[0]}")
        self._model = model.to(device).eval()
        unused = (self._tokenizer.pad_token_id, self._tokenizer.eos_token_id, 0)
        self._padding: int = next(token for token in unused if token is not None)  # n-grams may not repeat, so no word
        self.longest = longest_input(model.config.get_text_config(), self._tokenizer)
        self._most = min(system.max_tokens, self.longest - 1)
        if prompt is not None:
            self.longest -= self._most
            if not self._tokenizer.chat_template:
                raise ConfigError(f"model {system.model!r} is no chat model: it has no chat template")
        self._tags, self._first = Tags(), None
        if prompt is None:
            self._tags = tags_of(self._tokenizer, system.source_language, system.target_language)
            if self._tags.source:
                self._tokenizer.src_lang = self._tags.source
            if self._tags.first:
                self._first = self._tokenizer.convert_tokens_to_ids(self._tags.first)

    def encode(self, request: Request) -> list[int]:
        if self._prompt is None:
            return list(self._tokenizer(self._tags.prefix + request.text)["input_ids"])
        try:
            ids = self._tokenizer.apply_chat_template(
                self._prompt.messages(request),
                add_generation_prompt=True,
                return_dict=False,
                sanitize_control_tokens=True,  # a text that says `</s>` ends no turn
            )
        except TemplateError as error:
            raise UnavailableError(f"the chat template of {self._system.model!r} refuses: {error}") from None
        return list(ids)

    def run(self, batch: Sequence[_Input]) -> list[Found]:
        """What the search finds; in fp32 inputs of which a choice was near a tie are run again, each alone."""
        found = self._search(batch)
        if self._exact and len(batch) > 1:
            for i, each in enumerate(found):
                if each.margin < _TIE:
                    found[i] = self._search(batch[i : i + 1])[0]
        return found

    def _search(self, batch: Sequence[_Input]) -> list[Found]:
        import torch

        system = self._system
        width = max(len(one.ids) for one in batch)
        ids = torch.full((len(batch), width), self._padding)
        mask = torch.zeros_like(ids)
        for row, one in enumerate(batch):  # a chat model goes on where its input ends, so that it is padded before it
            start = 0 if self._prompt is None else width - len(one.ids)
            ids[row, start : start + len(one.ids)] = torch.tensor(one.ids)
            mask[row, start : start + len(one.ids)] = 1
        options: dict[str, Any] = {"do_sample": False}
        generators = []
        if system.temperature:
            options = {"do_sample": True, "temperature": system.temperature, "top_p": system.top_p, "top_k": 0}
            generators = [torch.Generator().manual_seed(one.seed) for one in batch]
        if self._first is not None:
            options["forced_bos_token_id"] = self._first
        with torch.inference_mode(), quiet_transformers():
            found: list[Found] = self._model.generate(
                input_ids=ids.to(self._model.device),
                attention_mask=mask.to(self._model.device),
                custom_generate=partial(search, generators=generators),
                num_beams=system.beam,
                num_return_sequences=1,
                use_cache=True,
                max_new_tokens=self._most,
                **options,
            )
        return found

    def answer(self, request: Request, one: _Input, found: Found) -> Answer:
        ids = found.ids[1:] if found.ids[:1] == [self._first] else found.ids
        raw: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        if self._prompt is None:
            text, reason = (raw.strip(), None) if raw.strip() else (None, "empty answer")
        else:
            opened = self._tokenizer.decode(one.ids[-8:]).rstrip().endswith("<think>")  # some templates begin to reason
            text, reason = clean(f"<think>{raw}" if opened else raw, request.text)
        return Answer(text, reason, raw, len(one.ids), len(found.ids), cut=len(found.ids) >= self._most)


def _directory(name: str) -> Path:
    """The directory of a model; pickles of weights are looked for only where there are no safetensors."""
    directory = fetched(name, [*_FILES, "*.safetensors"])
    return directory if _weights(directory) else fetched(name, [*_FILES, "pytorch_model*.bin"])


def _weights(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.safetensors")) or sorted(directory.glob("pytorch_model*.bin"))
