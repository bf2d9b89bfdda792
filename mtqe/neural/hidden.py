"""The layers of a transformer encoder, of which only those that matter are loaded and run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mtqe.neural.devices import DTYPES
from mtqe.neural.encoder import quiet_transformers

if TYPE_CHECKING:
    import torch


class HiddenLayers:
    """An encoder up to hidden layer `top` (0 is the embeddings), whose hidden states are shown layer by layer.

    `config` is a transformers configuration, `weights` has its tensors by their names in transformers. The layers are
    spread evenly over `devices`. Nothing but one layer's states is kept in memory. Raises KeyError for a weight that is
    missing.
    """

    def __init__(
        self, config: Any, weights: Mapping[str, torch.Tensor], top: int, devices: Sequence[torch.device], dtype: str
    ) -> None:
        import torch
        from transformers import AutoModel

        auto: Any = AutoModel  # its methods are untyped

        self.device, self._depth = devices[0], config.num_hidden_layers
        config.num_hidden_layers = top
        with quiet_transformers(), torch.device("meta"):
            model = auto.from_config(config, add_pooling_layer=False, attn_implementation="sdpa")
        names = list(model.state_dict())
        kind = getattr(torch, DTYPES[dtype])
        model.load_state_dict({name: weights[name].to(kind) for name in names}, assign=True)
        _fill_buffers(model)
        model = model.eval().requires_grad_(False)
        self._visit: Callable[[int, torch.Tensor], None] = lambda layer, states: None
        self._place(model, devices)
        self._watch(model, top)
        self._model = model

    def run(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor,
        types: torch.Tensor | None,
        visit: Callable[[int, torch.Tensor], None],
    ) -> None:
        """Calls `visit(layer, states)` with the hidden states (texts, tokens, dimensions) of each layer, in order."""
        self._visit = visit
        more = {} if types is None else {"token_type_ids": types.to(self.device)}
        self._model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device), **more)

    def _place(self, model: Any, devices: Sequence[torch.device]) -> None:
        model.to(self.device)
        for i, layer in enumerate(model.encoder.layer):
            device = devices[i * len(devices) // len(model.encoder.layer)]
            if device != self.device:
                layer.to(device)
                layer.register_forward_pre_hook(_mover(device), with_kwargs=True)
        if len(devices) > 1 and hasattr(model.encoder, "LayerNorm"):
            model.encoder.LayerNorm.register_forward_pre_hook(_mover(self.device), with_kwargs=True)

    def _watch(self, model: Any, top: int) -> None:
        """A pre-norm encoder normalises its last states; those of a layer below are what the layer gives."""
        import torch

        def watch(module: Any, layer: int) -> None:
            module.register_forward_hook(
                lambda _module, _inputs, output: self._visit(
                    layer, (output[0] if isinstance(output, tuple) else output).to(self.device)
                )
            )

        watch(model.embeddings, 0)
        for i, layer in enumerate(model.encoder.layer, 1):
            watch(layer, i)
        if hasattr(model.encoder, "LayerNorm"):
            if top < self._depth:
                model.encoder.LayerNorm = torch.nn.Identity()
            else:
                model.encoder.layer[-1]._forward_hooks.clear()
                watch(model.encoder.LayerNorm, top)


def padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of token ids, the longest first, as (rows, tokens), and which of them are the rows' own."""
    import torch

    ids = torch.full((len(rows), len(rows[0])), padding)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def _fill_buffers(model: Any) -> None:
    """Buffers that are no weights: places and segment types."""
    import torch

    for module in model.modules():
        for name, buffer in module.named_buffers(recurse=False):
            if buffer.is_meta:
                fill = {"position_ids": torch.arange(buffer.shape[-1]), "token_type_ids": torch.zeros(1)}[name]
                module._buffers[name] = fill.long().expand(buffer.shape)


def _mover(device: torch.device) -> Callable[..., Any]:
    def move(value: Any) -> Any:
        return value.to(device) if hasattr(value, "to") else value

    return lambda _module, inputs, named: (tuple(map(move, inputs)), {key: move(v) for key, v in named.items()})
