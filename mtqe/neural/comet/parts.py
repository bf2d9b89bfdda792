"""What COMET models are made of beside their encoder: the mix of layers and the regression head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mtqe.errors import UnavailableError
from mtqe.neural.comet.checkpoint import Checkpoint
from mtqe.neural.comet.spans import TokenSpan
from mtqe.neural.devices import at_hand
from mtqe.neural.hidden import HiddenLayers
from mtqe.neural.tokens import VOCABULARY, TextTokenizer
from mtqe.store import digest, file_digest

if TYPE_CHECKING:
    import torch

#: Changes when vectors that are on disk would come out otherwise.
ENGINE = 1
_ENCODER = "encoder.model."


@dataclass(frozen=True, slots=True)
class Segment:
    """What is scored: the hypothesis, its source and its reference."""

    mt: str
    src: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """The score of a segment.

    parts      the scores that it is made of, where it is: `src`, `ref`, `unified` and `mqm`.
    spans      the errors that a model with word-level labels marks in the hypothesis; None for other models.
    truncated  the model did not read the segment to its end.
    """

    score: float
    parts: Mapping[str, float] = field(default_factory=dict)
    spans: tuple[TokenSpan, ...] | None = None
    truncated: bool = False


class CometModel:
    """A checkpoint on its devices; the encoder is loaded when something has to be run."""

    def __init__(self, checkpoint: Checkpoint, devices: Sequence[torch.device], dtype: str) -> None:
        self.checkpoint, self.device, self.dtype = checkpoint, devices[0], dtype
        self._devices = devices
        self._depth = int(checkpoint.config["num_hidden_layers"])
        self.padding = int(checkpoint.config.get("pad_token_id") or 0)

    @cached_property
    def head_device(self) -> torch.device:
        """That of the encoder, or a CPU where its vectors come from a machine with other devices."""
        import torch

        return self.device if at_hand(self.device) else torch.device("cpu")

    @property
    def about(self) -> Mapping[str, Any]:
        checkpoint = self.checkpoint
        files = sorted(file for file in checkpoint.tokenizer_directory.iterdir() if file.name in VOCABULARY)
        return {
            "kind": checkpoint.kind,
            "weights": checkpoint.sha256,
            "class": checkpoint.kind,
            "encoder": digest([checkpoint.config, *map(file_digest, files)]),
            "transformation": checkpoint.transformation,
            "dtype": self.dtype,
            "device": self.device.type,
            "engine": ENGINE,
        }

    @cached_property
    def tokenizer(self) -> TextTokenizer:
        return self.checkpoint.tokenizer()

    @property
    def features(self) -> int:
        """How many numbers the head takes of a segment: a vector, or those of its texts and their comparisons."""
        vectors = 1 if self.checkpoint.joint else 2 * len(self.checkpoint.segments)
        return vectors * int(self.checkpoint.config["hidden_size"])

    @property
    def top(self) -> int:
        """The highest hidden layer that matters; those above it are not loaded."""
        return self.mix.top

    @cached_property
    def layers(self) -> HiddenLayers:
        weights = {
            name.removeprefix(_ENCODER): tensor
            for name, tensor in self.checkpoint.weights.items()
            if name.startswith(_ENCODER)
        }
        try:
            return HiddenLayers(
                self.checkpoint.family, self.checkpoint.config, weights, self.top, self._devices, self.dtype
            )
        except (KeyError, RuntimeError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise UnavailableError(
                f"{self.checkpoint.file} does not fit the encoder in {self.checkpoint.encoder}: {reason}"
            ) from None

    @cached_property
    def mix(self) -> LayerMix:
        layer = self.checkpoint.layer
        if layer == "mix" and self.checkpoint.get("pool") != "default":
            return LayerMix.of(self.checkpoint, self._depth, self.device)
        return LayerMix({self.known(self._depth if layer == "mix" else layer): 1.0}, 1.0, False)

    def known(self, layer: int | str) -> int:
        """A hidden layer that a checkpoint names. Raises UnavailableError for one that the encoder has not."""
        if layer not in range(self._depth + 1):
            raise UnavailableError(f"{self.checkpoint.name} reads layer {layer} of an encoder that has {self._depth}")
        return int(layer)

    @cached_property
    def head(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """(texts, features) to (texts,): linear layers with an activation after each but the last."""
        import torch

        weights = self.checkpoint.weights
        places = sorted(
            int(name.split(".")[2]) for name in weights if name.startswith("estimator.ff.") and name.endswith(".weight")
        )
        activation = _activation(self.checkpoint.hparams.get("activations") or "Tanh")
        last = self.checkpoint.hparams.get("final_activation")
        modules: list[Any] = []
        for place in places:
            modules += [self.linear(f"estimator.ff.{place}"), activation]
        modules[-1:] = [_activation(last)] if last else []
        if not places or modules[0].in_features != self.features:
            raise UnavailableError(f"{self.checkpoint.file} has no head of a {self.checkpoint.kind}")
        stack = torch.nn.Sequential(*modules)
        return lambda features: stack(features).view(-1)

    def linear(self, name: str) -> torch.nn.Linear:
        import torch

        try:
            weight, bias = (self.checkpoint.weights[f"{name}.{part}"].float() for part in ("weight", "bias"))
        except KeyError as error:
            raise UnavailableError(f"{self.checkpoint.file} lacks weights {error}") from None
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0], device="meta")
        layer.load_state_dict({"weight": weight, "bias": bias}, assign=True)
        return layer.requires_grad_(False).to(self.head_device)


@dataclass(frozen=True)
class LayerMix:
    """A weighted sum of hidden layers: `shares` of those that count, times `gamma`.

    With `normalised`, each layer's states are first brought to mean 0 and variance 1 over all tokens and dimensions of
    a text.
    """

    shares: Mapping[int, float | torch.Tensor]
    gamma: float | torch.Tensor
    normalised: bool

    @classmethod
    def of(cls, checkpoint: Checkpoint, depth: int, device: torch.device) -> LayerMix:
        import torch

        weights = checkpoint.weights
        try:
            scalars = [weights[f"layerwise_attention.scalar_parameters.{i}"] for i in range(depth + 1)]
            gamma = weights["layerwise_attention.gamma"]
        except KeyError as error:
            raise UnavailableError(f"{checkpoint.file} lacks weights {error}") from None
        if f"layerwise_attention.scalar_parameters.{depth + 1}" in weights:
            raise UnavailableError(f"{checkpoint.file} mixes more layers than the encoder in {checkpoint.encoder} has")
        transform = sparsemax if checkpoint.transformation == "sparsemax" else softmax
        shares = transform(torch.cat(scalars).float()).to(device)
        used = {i: share for i, share in enumerate(shares) if share != 0}
        return cls(used, gamma.float().to(device), bool(checkpoint.get("layer_norm")))

    @property
    def top(self) -> int:
        return max(self.shares)


class Mixing:
    """Adds up a mix of layers as they are computed, of all tokens or of the first one alone."""

    def __init__(self, mix: LayerMix, mask: torch.Tensor, first: bool) -> None:
        self._mix, self._mask, self._first = mix, mask.float(), first
        self._sum: torch.Tensor | None = None

    def add(self, layer: int, states: torch.Tensor) -> None:
        if layer not in self._mix.shares:
            return
        states = states.float()
        part = states[:, :1] if self._first else states
        if self._mix.normalised:
            mean, deviation = self._spread(states)
            part = (part - mean) / deviation
        part = self._mix.shares[layer] * part
        self._sum = part if self._sum is None else self._sum + part

    def result(self) -> torch.Tensor:
        """float32 (texts, tokens or 1, dimensions)."""
        assert self._sum is not None
        return self._mix.gamma * self._sum

    def _spread(self, states: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation, (texts, 1, 1) each, over what is no padding."""
        mask = self._mask[:, :, None]
        count = self._mask.sum(1) * states.shape[2]
        mean = ((states * mask).flatten(1).sum(1) / count)[:, None, None]
        variance = (((states - mean) * mask) ** 2).flatten(1).sum(1) / count
        return mean, (variance + 1e-12).sqrt()[:, None, None]


def sparsemax(scores: torch.Tensor) -> torch.Tensor:
    """(n,) to shares (n,) that sum to 1, some of them exactly 0 (Martins and Astudillo, ICML 2016)."""
    import torch

    ordered = scores.sort(descending=True).values
    sums = ordered.cumsum(0) - 1
    ranks = torch.arange(1, len(scores) + 1)
    support = int((ranks * ordered > sums).sum())
    return (scores - sums[support - 1] / support).clamp(min=0)


def softmax(scores: torch.Tensor) -> torch.Tensor:
    return scores.softmax(0)


def _activation(name: str) -> torch.nn.Module:
    import torch

    try:
        return getattr(torch.nn, name.title())()  # type: ignore[no-any-return]
    except (AttributeError, TypeError):
        raise UnavailableError(f"unknown activation {name!r} in a COMET checkpoint") from None
