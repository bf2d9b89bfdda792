"""BERT and its kin as plain functions of their weights: layer by layer, and no layer that does not matter.

The arithmetic is that of transformers' classes of these names, whose weights they are; what is gained is a start
without its imports, weights that stay mapped to their file, and one layer's states in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mtqe.errors import UnavailableError
from mtqe.neural.devices import DTYPES

if TYPE_CHECKING:
    import torch

#: Which of them normalise before a layer's two parts rather than after; and which count places from the padding's id.
_PRE_NORM = ("xlm-roberta-xl",)
_PLACES_AFTER_PADDING = ("xlm-roberta", "xlm-roberta-xl")
FAMILIES = ("bert", "rembert", *_PLACES_AFTER_PADDING)


class HiddenLayers:
    """An encoder up to hidden layer `top` (0 is the embeddings), whose hidden states are shown layer by layer.

    `family` is one of FAMILIES, `config` what its config.json says, `weights` has its tensors by their names in
    transformers. The layers are spread evenly over `devices`. Products of matrices are in precision `dtype` of
    `mtqe.neural.devices`; embeddings, sums along the layers and normalisation stay in fp32, so that bf16 moves scores
    by a tenth of what it would.
    Raises KeyError for a weight that is missing, RuntimeError for one of another shape, UnavailableError for a variant
    that is not known here.
    """

    def __init__(
        self,
        family: str,
        config: Mapping[str, Any],
        weights: Mapping[str, torch.Tensor],
        top: int,
        devices: Sequence[torch.device],
        dtype: str,
    ) -> None:
        import torch

        if config.get("position_embedding_type", "absolute") != "absolute":
            raise UnavailableError(f"encoders with positions of type {config['position_embedding_type']!r} are unknown")
        self.device, self._family, self._top = devices[0], family, top
        self._padding = int(config.get("pad_token_id") or 0)
        self._heads, self._epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        self._activation = _activation(str(config.get("hidden_act", "gelu")))
        self._last = top == int(config["num_hidden_layers"])
        kind = getattr(torch, DTYPES[dtype])
        self._places = [devices[i * len(devices) // max(top, 1)] for i in range(top)]
        self._weights = {
            name: tensor.to(device=self._place_of(name), dtype=kind if _multiplies(name) else torch.float32)
            for name, tensor in weights.items()
            if self._place_of(name) is not None
        }
        word = torch.zeros((1, 1), dtype=torch.long)
        with torch.inference_mode():
            self.run(word, word + 1, None, lambda layer, states: None)

    def run(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor,
        types: torch.Tensor | None,
        visit: Callable[[int, torch.Tensor], None],
    ) -> None:
        """Calls `visit(layer, states)` with the hidden states (texts, tokens, dimensions) of each layer, in order.

        `ids` and `mask` are (texts, tokens), `mask` is 0 for padding; `types` has the segment of each token, or is None
        where all are of one.
        """
        ids, mask = ids.to(self.device), mask.to(self.device)
        states = self._embed(ids, ids * 0 if types is None else types.to(self.device))
        visit(0, states)
        seen = None if bool(mask.all()) else mask.bool()[:, None, None, :]
        for i, place in enumerate(self._places):
            states = states.to(place)
            here = seen if seen is None else seen.to(place)
            states = self._layer(f"encoder.layer.{i}.", states, here)
            if self._family in _PRE_NORM and self._last and i + 1 == self._top:
                states = self._normalise("encoder.LayerNorm", states.to(self.device))
            visit(i + 1, states.to(self.device))

    def _place_of(self, name: str) -> torch.device | None:
        """Where a weight lies; None for those that are not used."""
        if name.startswith("encoder.layer."):
            layer = int(name.split(".")[2])
            return self._places[layer] if layer < self._top else None
        return self.device if name.startswith(("embeddings.", "encoder.")) else None

    def _embed(self, ids: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        import torch

        if self._family in _PLACES_AFTER_PADDING:  # a padding token within a text takes no place
            counted = ids.ne(self._padding).long()
            places = counted.cumsum(1) * counted + self._padding
        else:
            places = torch.arange(ids.shape[1], device=ids.device)[None]
        looked_up = {"word": ids, "token_type": types, "position": places}
        word, token_type, position = (
            torch.nn.functional.embedding(of, self._weights[f"embeddings.{name}_embeddings.weight"])
            for name, of in looked_up.items()
        )
        states = word + token_type + position
        if self._family not in _PRE_NORM:
            states = self._normalise("embeddings.LayerNorm", states)
        if self._family == "rembert":
            states = self._linear("encoder.embedding_hidden_mapping_in", states).float()
        return states

    def _layer(self, name: str, states: torch.Tensor, seen: torch.Tensor | None) -> torch.Tensor:
        if self._family in _PRE_NORM:
            inner = self._normalise(f"{name}attention.self_attn_layer_norm", states)
            states = self._linear(f"{name}attention.output.dense", self._attend(name, inner, seen)) + states
            inner = self._normalise(f"{name}LayerNorm", states)
            return self._linear(f"{name}output.dense", self._inner(name, inner)) + states
        attended = self._linear(f"{name}attention.output.dense", self._attend(name, states, seen))
        states = self._normalise(f"{name}attention.output.LayerNorm", attended + states)
        widened = self._linear(f"{name}output.dense", self._inner(name, states))
        return self._normalise(f"{name}output.LayerNorm", widened + states)

    def _attend(self, name: str, states: torch.Tensor, seen: torch.Tensor | None) -> torch.Tensor:
        import torch

        query, key, value = (
            self._linear(f"{name}attention.self.{part}", states)
            .view(*states.shape[:2], self._heads, -1)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        return attended.transpose(1, 2).flatten(2)

    def _inner(self, name: str, states: torch.Tensor) -> torch.Tensor:
        return self._activation(self._linear(f"{name}intermediate.dense", states))

    def _linear(self, name: str, states: torch.Tensor) -> torch.Tensor:
        import torch

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return torch.nn.functional.linear(states.to(weight.dtype), weight, bias)

    def _normalise(self, name: str, states: torch.Tensor) -> torch.Tensor:
        import torch

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return torch.nn.functional.layer_norm(states, weight.shape, weight, bias, self._epsilon)


def _multiplies(name: str) -> bool:
    """Whether a weight is one of a linear layer."""
    return not name.startswith("embeddings.") and "norm" not in name.lower()


def _activation(name: str) -> Callable[[torch.Tensor], torch.Tensor]:
    import torch

    known: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "gelu": torch.nn.functional.gelu,
        "gelu_new": partial(torch.nn.functional.gelu, approximate="tanh"),
        "relu": torch.nn.functional.relu,
    }
    if name not in known:
        raise UnavailableError(f"encoders with activation {name!r} are unknown; known are {', '.join(known)}")
    return known[name]


def spread(layers: Sequence[Any], after: Any, devices: Sequence[torch.device]) -> None:
    """Lays modules on devices, in order and evenly; `after` is the one that takes what the last of them gives."""
    if len(devices) > 1:
        for i, layer in enumerate(layers):
            device = devices[i * len(devices) // len(layers)]
            layer.to(device).register_forward_pre_hook(_mover(device), with_kwargs=True)
        after.register_forward_pre_hook(_mover(devices[0]), with_kwargs=True)


def padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of token ids, the longest first, as (rows, tokens), and which of them are the rows' own."""
    import torch

    ids = torch.full((len(rows), len(rows[0])), padding)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def _mover(device: torch.device) -> Callable[..., Any]:
    def move(value: Any) -> Any:
        return value.to(device) if hasattr(value, "to") else value

    return lambda _module, inputs, named: (tuple(map(move, inputs)), {key: move(v) for key, v in named.items()})
