"""Surprisal under a causal language model: bits for each character of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtqe.errors import InputError
from mtqe.neural.checkpoints import load_checkpoint, longest_input
from mtqe.neural.devices import DTYPES, dtype_for, torch_device
from mtqe.neural.encoder import TOKEN_BUDGET, batch_sizes, quiet_transformers
from mtqe.results import FloatArray
from mtqe.store import digest, file_digest

if TYPE_CHECKING:
    import torch

#: Rows of logits that are in memory at once.
HEAD_ROWS = 256
#: How vocabularies write the white space that a token starts with: byte-level BPE, SentencePiece and its bytes.
_SPACE = ("Ġ", "▁")
_BLANKS = (*_SPACE, "Ċ", "ĉ", "č", "<0x0A>", "<0x09>", "<0x0D>", " ", "\n", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _Input:
    """The tokens of a context and its text, of which those from `first` on are the text's own.

    offsets  where each token stands: code points `[start, end)` of context and text together.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    first: int


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of one input that the model reads after its opening token, and what is scored in it.

    Place p of the stretch is where the model predicts token `start + p` of the input; those in `[first, end)` of
    the input are scored here, the end of the input counting as a token.
    """

    text: int
    start: int
    ids: list[int]
    first: int
    end: int


class CausalModel:
    """A causal language model of which the body and the head are run apart; see `load`.

    bos             what opens every text: `bos`, the token of that name, or where there is none `eos` or `newline`.
    context_length  how many tokens it reads at once, the opening one included.
    dtype           of its body; the head is always computed in float32.
    fingerprint     the sha256 of its weights; of several files, the sha256 over those of each.
    """

    def __init__(self, directory: Path, device: str | None = None, dtype: str | None = None) -> None:
        """Loads the files of a directory; raises whatever its libraries do, which `load` puts into words."""
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        causal: Any = AutoModelForCausalLM  # its types know nothing of output_loading_info
        self.device = torch_device(device)
        self.dtype = dtype_for(self.device, dtype)
        local = {"local_files_only": True, "trust_remote_code": False}
        with quiet_transformers():
            tokenizer = AutoTokenizer.from_pretrained(directory, **local)
            model, report = causal.from_pretrained(
                directory,
                dtype=getattr(torch, DTYPES[self.dtype]),
                use_safetensors=True,
                output_loading_info=True,
                **local,
            )
        if report["missing_keys"]:
            raise ValueError(f"it has no weights {sorted(report['missing_keys'])[0]}")
        if not tokenizer.is_fast:
            raise ValueError("it has no fast tokenizer (tokenizer.json)")
        weights = [file_digest(file) for file in sorted(directory.glob("*.safetensors"))]
        self.fingerprint = weights[0] if len(weights) == 1 else digest(weights)
        config = model.config.get_text_config()
        self.context_length = longest_input(config, tokenizer)
        self._tokenizer = tokenizer
        self._eos: int | None = tokenizer.eos_token_id
        self.bos, self._bos = _opening(tokenizer)

        model = model.to(self.device).eval()
        head = model.get_output_embeddings()
        self._body = model.get_decoder()
        self._weight = head.weight.detach().float()
        self._bias = None if getattr(head, "bias", None) is None else head.bias.detach().float()
        self._scale = _logit_scale(config)
        self._cap: float | None = getattr(config, "final_logit_softcapping", None)
        self._starts = self._word_starts()
        self._starting = torch.tensor(self._starts, device=self.device).float()
        self._check(model)

    def bits(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> list[FloatArray]:
        """For each text its surprisal, -log2 P: one value a character and a last one for the end of the text.

        The bits of a token stand on its first character that is not white space; those of tokens that are parts of one
        character add up there. What ends a text is the model's end-of-text token; without one the last value is 0.

        Where tokens start with the space before a word, the probability of a token is that of any word starting here
        (or of the text ending) times that of this token among such. The bits B of the former end the word before, and
        stand on the space; the token's own go without them. So a word from its first letter to the space after it has
        sum(tokens) - B(start) + B(end) bits, the correction of Pimentel and Meister (2024) and of Oh and Schuler
        (2024); the values of a text still add up to those of its tokens. The first word pays for its start, and the
        last one's end is the end of the text. Scripts without spaces have nothing to correct.

        `contexts` are what stands directly before each text, with the space or line break between them; the model
        reads as much of its end as fits, and the bits of its characters are left out. A text longer than the model can
        read is read in windows that advance by half of their length; each token is scored once, in the first window
        that it is in.

        Raises InputError when the lengths of the sequences differ. Other texts of the call change a value in its last
        bits only, since the shape of a batch decides how its sums are added up.
        """
        from tqdm import tqdm

        if contexts is None:
            contexts = [""] * len(texts)
        if len(contexts) != len(texts):
            raise InputError(f"{len(contexts)} contexts for {len(texts)} texts")
        inputs = self._tokenize(texts, contexts)
        windows = sorted(
            (window for i, tokens in enumerate(inputs) for window in self._windows(i, tokens)),
            key=lambda window: (-len(window.ids), window.ids),
        )
        found = [np.zeros((2, len(tokens.ids) + 1)) for tokens in inputs]
        with tqdm(total=len(windows), desc="Language model", unit="window", delay=1, disable=None) as bar:
            start = 0
            for size in batch_sizes([len(window.ids) + 1 for window in windows], TOKEN_BUDGET):
                batch = windows[start : start + size]
                start += size
                scored = self._score(batch, inputs)
                ends = np.cumsum([window.end - window.first for window in batch])
                for window, values in zip(batch, np.split(scored, ends[:-1], axis=1), strict=True):
                    found[window.text][:, window.first : window.end] = values
                bar.update(size)
        return [
            self._place(text, context, tokens, *values)
            for text, context, tokens, values in zip(texts, contexts, inputs, found, strict=True)
        ]

    def _tokenize(self, texts: Sequence[str], contexts: Sequence[str]) -> list[_Input]:
        """Text never becomes a special token; a token that reaches from the context into the text is the text's."""
        if not texts:
            return []
        encoded = self._tokenizer(
            [context + text for context, text in zip(contexts, texts, strict=True)],
            add_special_tokens=False,
            return_offsets_mapping=True,
            split_special_tokens=True,
            verbose=False,
        )
        inputs = []
        room = self.context_length - 1
        for context, ids, offsets in zip(contexts, encoded["input_ids"], encoded["offset_mapping"], strict=True):
            first = sum(end <= len(context) for _, end in offsets) if context else 0
            cut = max(first - max(room - (len(ids) - first), room // 2), 0)
            inputs.append(_Input(ids[cut:], offsets[cut:], first - cut))
        return inputs

    def _windows(self, text: int, tokens: _Input) -> list[_Window]:
        room, stride = self.context_length - 1, self.context_length // 2
        windows, first = [], tokens.first
        for start in range(0, max(len(tokens.ids) - room, 0) + stride, stride):
            ids = tokens.ids[start : start + room]
            end = start + len(ids) + 1
            windows.append(_Window(text, start, ids, first, end))
            first = end
        return windows

    def _score(self, batch: Sequence[_Window], inputs: Sequence[_Input]) -> FloatArray:
        """For the scored tokens of all windows one after the other, (2, tokens): their bits, and B before each."""
        import torch

        ids = torch.zeros((len(batch), len(batch[0].ids) + 1), dtype=torch.long)
        scored = torch.zeros(ids.shape, dtype=torch.bool)
        targets: list[int] = []
        for row, window in enumerate(batch):
            ids[row, : len(window.ids) + 1] = torch.tensor([self._bos, *window.ids])
            scored[row, window.first - window.start : window.end - window.start] = True
            targets += [*inputs[window.text].ids, self._eos or 0][window.first : window.end]
        found = []
        with torch.inference_mode():
            states = self._states(ids)[scored.to(self.device)]
            wanted = torch.tensor(targets, device=self.device)[:, None]
            for start in range(0, len(targets), HEAD_ROWS):
                rows = slice(start, start + HEAD_ROWS)
                found.append(self._price(states[rows], wanted[rows]))
        return np.concatenate(found, axis=1)

    def _price(self, states: torch.Tensor, wanted: torch.Tensor) -> FloatArray:
        """(2, rows): the bits of the tokens wanted, (rows, 1), and those of any that starts a word or ends the text."""
        import torch

        logits = self._logits(states)
        highest = logits.amax(-1, keepdim=True)
        target = (logits.gather(1, wanted) - highest)[:, 0]
        weights = logits.sub_(highest).exp_()
        total = weights.sum(-1).log()
        token = total - target
        boundary = total - (weights @ self._starting).log()
        boundary = boundary.minimum(token)  # where it is used, its sum holds the token's own probability
        return np.asarray(torch.stack([token, boundary]).cpu().double().numpy() / np.log(2))

    def _states(self, ids: torch.Tensor) -> torch.Tensor:
        """Hidden states (rows, tokens, dimensions); rows are padded on the right, where a causal model never looks."""
        return self._body(input_ids=ids.to(self.device), use_cache=False).last_hidden_state  # type: ignore[no-any-return]

    def _logits(self, states: torch.Tensor) -> torch.Tensor:
        """(rows, vocabulary) in float32, scaled and capped as the model's own."""
        import torch

        logits = torch.nn.functional.linear(states.float(), self._weight, self._bias).mul_(self._scale)
        return logits if self._cap is None else logits.div_(self._cap).tanh_().mul_(self._cap)

    def _word_starts(self) -> NDArray[np.bool_]:
        """(vocabulary,): the tokens that start with white space or end a text; none where no token marks a space."""
        tokens = self._tokenizer.convert_ids_to_tokens(list(range(min(len(self._tokenizer), len(self._weight)))))
        starts = np.zeros(len(self._weight), dtype=np.bool_)
        if any(token and token.startswith(_SPACE) for token in tokens):
            starts[: len(tokens)] = [bool(token) and token.startswith(_BLANKS) for token in tokens]
            if self._eos is not None:
                starts[self._eos] = True
        return starts

    def _place(
        self, text: str, context: str, tokens: _Input, bits: NDArray[np.float64], boundaries: NDArray[np.float64]
    ) -> FloatArray:
        """Values of tokens to values of the text's characters."""
        whole, before = context + text, len(context)
        values = np.zeros(len(text) + 1)
        values[-1] = 0.0 if self._eos is None else bits[-1]
        previous = tokens.offsets[tokens.first - 1][1] if tokens.first else 0
        for k in range(tokens.first, len(tokens.ids)):
            start, end = tokens.offsets[k]
            if whole[previous:start].isspace():  # some tokenizers leave a token's space out of its offsets
                start = previous
            previous = end
            token = whole[start:end]
            blanks = len(token) - len(token.lstrip())
            letter = start + blanks if blanks < len(token) else start
            own = bits[k]
            if blanks and self._starts[tokens.ids[k]]:
                own -= boundaries[k]
                if start >= before:
                    values[start - before] += boundaries[k]
            values[min(max(letter - before, 0), len(text))] += own
        return values

    def _check(self, model: Any) -> None:
        """Raises ValueError for a model that looks ahead, or makes its logits in another way than ours."""
        import torch

        ids = torch.tensor([[self._bos, *range(1, 4)]])
        with torch.inference_mode():
            theirs = model(input_ids=ids.to(self.device), use_cache=False).logits[0, :2].float()
            ours = self._logits(self._states(ids[:, :2])[0])
        tolerance = 1e-3 if self.dtype == "fp32" else 5e-2
        if not bool((ours - theirs).abs().max() <= tolerance * theirs.abs().max()):
            raise ValueError("it is not causal, or makes its probabilities in a way that is not known here")


def load(spec: str | Path, device: str | None = None, dtype: str | None = None) -> CausalModel:
    """The causal language model of a directory or a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`.

    An id is looked up as transformers does: in its cache, then on the hub. The weights are safetensors, code of the
    checkpoint's own is not run. `device` is a torch device; None or `auto` is `cuda` where there is one, else `cpu`.
    `dtype` is fp32, bf16 or fp16 (default: fp32, on a GPU bf16); in the shorter ones other texts of a call move the
    bits of a token by up to .06.
    Raises UnavailableError where the extra `neural`, the model, its fast tokenizer or the device is missing, and
    ConfigError for a device or a dtype that does not exist.
    """
    return load_checkpoint("language model", str(spec), lambda directory: CausalModel(directory, device, dtype))


def _opening(tokenizer: Any) -> tuple[str, int]:
    """The token that stands before every text, so that its first one is scored too: what it is, and its id."""
    if tokenizer.bos_token_id is not None:
        return "bos", tokenizer.bos_token_id
    if tokenizer.eos_token_id is not None:
        return "eos", tokenizer.eos_token_id
    newline = tokenizer("\n", add_special_tokens=False)["input_ids"]
    if not newline:
        raise ValueError("its tokenizer has no token that could open a text: no bos_token, eos_token or line break")
    return "newline", newline[-1]


def _logit_scale(config: Any) -> float:
    """By what logits are multiplied: Cohere's logit_scale, Granite's logits_scaling, Falcon H1's lm_head_multiplier."""
    factors = [getattr(config, name, None) for name in ("logit_scale", "lm_head_multiplier")]
    scale = float(np.prod([factor for factor in factors if factor is not None]))
    return scale / (getattr(config, "logits_scaling", None) or 1.0)
