"""MetricX 23 and 24 (Juraska et al., WMT 2023 and 2024): mT5 that reads one line of text and gives an error score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mtqe.errors import ConfigError, UnavailableError
from mtqe.neural.cache import Vector
from mtqe.neural.checkpoints import fetched
from mtqe.neural.devices import DTYPES, dtype_for, places
from mtqe.neural.encoder import quiet_transformers
from mtqe.neural.engine import Result, Tokens, compute
from mtqe.neural.hidden import padded, spread
from mtqe.neural.tokens import VOCABULARY, TextTokenizer
from mtqe.neural.weights import read_weights, weights_digest
from mtqe.store import digest, file_digest, read_json

if TYPE_CHECKING:
    import torch

#: Changes when results that are on disk would come out otherwise.
ENGINE = 1
MAX_LENGTH = {23: 1024, 24: 1536}
WORST = 25.0
#: `<extra_id_10>` of mT5: its logit is the score.
_SCORE_TOKEN = 250089
_TOKENIZER = "google/mt5-xl"
_WEIGHTS = ["config.json", "*.safetensors", "pytorch_model*.bin"]
_TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "spiece.model", "config.json"]
_TIED = ("shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight")


@dataclass(frozen=True)
class MetricXCheckpoint:
    """A checkpoint on this machine: `version` is 23 or 24, `revision` the commit of the hub's repository."""

    name: str
    version: int
    revision: str | None
    directory: Path
    tokenizer: Path

    @cached_property
    def files(self) -> list[Path]:
        found = sorted(self.directory.glob("*.safetensors")) or sorted(self.directory.glob("pytorch_model*.bin"))
        if not found or not (self.directory / "config.json").is_file():
            raise UnavailableError(f"{self.directory} is no MetricX checkpoint: config.json or weights are missing")
        return found

    @cached_property
    def sha256(self) -> str:
        """Of its weights; of several files, sha256 over those of each."""
        sums = [weights_digest(file) for file in self.files]
        return sums[0] if len(sums) == 1 else digest(sums)


def find_metricx(name: str, version: int | None = None, tokenizer: str | None = None) -> MetricXCheckpoint:
    """The checkpoint of a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`, or of a directory.

    `version` is what its name says where it says so. `tokenizer` is an id or directory; the checkpoints have none of
    their own, and use that of mT5. Raises ConfigError without a version, UnavailableError for what is missing.
    """
    base = name.partition("@")[0].rstrip("/").rpartition("/")[2].lower()
    version = version or next((of for of in MAX_LENGTH if f"metricx-{of}" in base), None)
    if version not in MAX_LENGTH:
        raise ConfigError(f"metricx:{name}: its name tells no version; add version=23 or version=24")
    directory = fetched(name, _WEIGHTS)
    own = [directory / file for file in ("tokenizer.json", "spiece.model")]
    if tokenizer is None and any(file.is_file() for file in own):
        tokenizer = str(directory)
    revision = None if Path(name).is_dir() else directory.name
    found = MetricXCheckpoint(name, version, revision, directory, fetched(tokenizer or _TOKENIZER, _TOKENIZER_FILES))
    found.files  # noqa: B018
    return found


def input_text(version: int, hypothesis: str, source: str | None, reference: str | None) -> str:
    """What the model reads: version 23 the reference or else the source, version 24 the source and any reference."""
    if version == 24:
        end = "" if reference is None else f" reference: {reference}"
        return f"source: {source} candidate: {hypothesis}{end}"
    return f"candidate: {hypothesis} " + (f"source: {source}" if reference is None else f"reference: {reference}")


class Predictor:
    """A checkpoint on its devices; `device` is read by `mtqe.neural.devices.places`, `dtype` is fp32 or bf16.

    Raises ConfigError for fp16, whose numbers are too small for mT5, and for devices that are not there.
    """

    def __init__(self, checkpoint: MetricXCheckpoint, device: str | None = None, dtype: str | None = None) -> None:
        of = places(device)
        self.checkpoint = checkpoint
        self.device, self.dtype = of[0][0].type, dtype_for(of[0][0], dtype)
        if self.dtype == "fp16":
            raise ConfigError(f"metricx:{checkpoint.name}: mT5 overflows in fp16; take bf16 or fp32")
        self._kinds = [place[0].type for place in of]
        self._make = partial(_load, checkpoint, of, self.dtype)
        self._model = self._make(0)

    def predict(self, texts: Sequence[str]) -> list[Result]:
        """For each text, as `input_text` makes them, a vector (1,) with its score in [0, 25], 0 is best."""
        items = [(text,) for text in texts]
        results = compute(self._model, self._make, self._kinds, items, self.checkpoint.name)
        return [results[item] for item in items]


def _load(
    checkpoint: MetricXCheckpoint, places: Sequence[Sequence[torch.device]], dtype: str, worker: int
) -> MetricXModel:
    return MetricXModel(checkpoint, places[worker], dtype)


class MetricXModel:
    """A checkpoint on its devices; the weights are loaded when something has to be run."""

    def __init__(self, checkpoint: MetricXCheckpoint, devices: Sequence[torch.device], dtype: str) -> None:
        self.checkpoint, self._devices, self.dtype = checkpoint, devices, dtype
        self._config: dict[str, Any] = read_json(checkpoint.directory / "config.json")

    @property
    def about(self) -> Mapping[str, Any]:
        directory = self.checkpoint.tokenizer
        return {
            "weights": self.checkpoint.sha256,
            "config": self._config,
            "tokenizer": [file_digest(file) for file in sorted(directory.iterdir()) if file.name in VOCABULARY],
            "max_length": MAX_LENGTH[self.checkpoint.version],
            "dtype": self.dtype,
            "device": self._devices[0].type,
            "engine": ENGINE,
        }

    def prepare(self, items: Sequence[tuple[str, ...]]) -> list[Tokens]:
        """The model was trained without the token that ends a text."""
        tokenizer = TextTokenizer(self.checkpoint.tokenizer, MAX_LENGTH[self.checkpoint.version])
        return [Tokens(of.ids[:-1], truncated=of.truncated) for of in tokenizer.encode([text for (text,) in items])]

    def run(self, batch: Sequence[Tokens]) -> list[Vector]:
        import torch

        model, head = self._model
        ids, mask = padded([tokens.ids for tokens in batch], int(self._config.get("pad_token_id") or 0))
        home = self._devices[0]
        with torch.inference_mode():
            output = model(
                input_ids=ids.to(home),
                attention_mask=mask.to(home),
                decoder_input_ids=torch.zeros((len(batch), 1), dtype=torch.long, device=home),
                use_cache=False,
            )
            scores = (output.last_hidden_state[:, 0].float() @ head).clamp(0, WORST)
        return list(scores.cpu().numpy().astype(np.float32)[:, None])

    @cached_property
    def _model(self) -> tuple[Any, torch.Tensor]:
        """The body of mT5, and the one row of its head that matters, scaled as the published code scales it.

        Whether embeddings and head are tied is what config.json says, and no by default; what transformers makes of
        it has changed.
        """
        import torch
        from transformers import MT5Config, MT5Model

        weights: dict[str, torch.Tensor] = {}
        for file in self.checkpoint.files:
            weights |= read_weights(file)
        config = MT5Config.from_dict({k: v for k, v in self._config.items() if k not in ("dtype", "torch_dtype")})
        kind, home = getattr(torch, DTYPES[self.dtype]), self._devices[0]
        tied = bool(self._config.get("tie_word_embeddings", False))
        try:
            with quiet_transformers(), torch.device("meta"):
                model: Any = MT5Model(config)
            shared = weights["shared.weight"].to(kind)
            state = {name: shared if name in _TIED else weights[name].to(kind) for name in model.state_dict()}
            model.load_state_dict(state, assign=True)
            head = weights["shared.weight" if tied else "lm_head.weight"][_SCORE_TOKEN].float()
        except (KeyError, RuntimeError, IndexError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise UnavailableError(f"{self.checkpoint.directory} is no MetricX checkpoint: {reason}") from None
        model = model.eval().requires_grad_(False).to(home)
        spread(model.encoder.block, model.encoder.final_layer_norm, self._devices)
        return model, (head * config.d_model**-0.5 if tied else head).to(home)
