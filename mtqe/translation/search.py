"""Greedy search, beam search and sampling for a batch of inputs that have nothing to do with each other.

The choices are those of transformers' own `generate`. Beside it, an input that is done leaves the batch at once, what
is drawn at random for an input does not depend on the others, and each is told how near its choices were to others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mtqe.errors import UnavailableError

if TYPE_CHECKING:
    import torch

#: The score of beams that do not exist, before the first step.
_NONE = -1e9


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found for an input.

    ids     the new tokens, the one that ends the text included.
    margin  by how much every choice was made on which `ids` depend: in logits, with beams in log-probabilities, of
            values beyond 64 as a share of that, since sums of many tokens are less exact. Another batch, which adds
            its sums up in another order, leads to the same ids where that moves no value by half of it.
    """

    ids: list[int]
    margin: float


def search(
    model: Any,
    input_ids: torch.Tensor,
    logits_processor: Any,
    stopping_criteria: Any,
    generation_config: Any,
    *,
    generators: Sequence[torch.Generator] = (),
    **state: Any,
) -> list[Found]:
    """A `custom_generate` of transformers; `generators` on the CPU, one an input, let it sample.

    `input_ids` are (inputs * beams, tokens). A text ends with one of the tokens that `generation_config` names, or at
    its `max_length`.
    """
    import torch

    config, device = generation_config, input_ids.device
    beams, start = config.num_beams, input_ids.shape[1]
    ends = torch.tensor(_listed(config.eos_token_id), device=device)
    kept = max(2, 1 + len(ends)) * beams
    inputs = [_Input(beams, config.early_stopping, config.length_penalty) for _ in range(len(input_ids) // beams)]
    running = list(range(len(inputs)))
    scores = torch.full((len(inputs), beams), _NONE, device=device)
    scores[:, 0] = 0
    ids = input_ids
    step: dict[str, Any] = {"is_first_iteration": True}
    while True:
        output = model(**model.prepare_inputs_for_generation(ids, **step, **state), return_dict=True)
        state = model._update_model_kwargs_for_generation(output, state, model.config.is_encoder_decoder)
        step = {"next_sequence_length": 1}
        logits = output.logits[:, -1].to(device, torch.float32)
        logits = logits_processor(ids, logits if beams == 1 else logits.log_softmax(-1))
        if generators:
            logits = logits + torch.stack([_gumbel(generators[i], logits.shape[1]) for i in running]).to(device)
        values, flat = (logits.view(len(running), beams, -1) + scores[:, :, None]).flatten(1).topk(kept + 1)
        token = flat % logits.shape[1]
        row = flat // logits.shape[1] + beams * torch.arange(len(running), device=device)[:, None]
        length = ids.shape[1] + 1 - start
        last = ids.shape[1] + 1 == config.max_length
        ended = torch.isin(token, ends) | last
        for i, j in ended[:, :beams].nonzero().tolist():
            inputs[running[i]].end([*ids[row[i, j], start:].tolist(), int(token[i, j])], float(values[i, j]), length)
        chosen = _first_open(ended[:, :kept], beams)
        best = values.gather(1, chosen[:, :1])[:, 0].tolist()
        horizon = (
            config.max_length - start if config.early_stopping == "never" and config.length_penalty > 0 else length
        )
        going = [
            i
            for i, margin in enumerate(_margins(values, chosen).tolist())
            if inputs[running[i]].goes_on(margin, best[i], horizon) and not last
        ]
        if not going:
            return [each.found() for each in inputs]
        rest = torch.tensor(going, device=device)
        chosen = chosen[rest]
        origin = row[rest].gather(1, chosen).flatten()
        dropped = len(going) < len(running)
        if dropped or beams > 1:
            state = _select(state, origin, len(ids), dropped)
        for processor in logits_processor if dropped else ():  # the repetition penalty knows where each row begins
            if isinstance(begins := getattr(processor, "prompt_ignore_length", None), torch.Tensor):
                processor.prompt_ignore_length = begins[origin.to(begins.device)]
        ids = torch.cat([ids[origin], token[rest].gather(1, chosen).flatten()[:, None]], 1)
        scores = values[rest].gather(1, chosen) if beams > 1 else scores[rest]
        running = [running[i] for i in going]


class _Input:
    """The texts that have been found for an input, the best first, at most one a beam."""

    def __init__(self, beams: int, early_stopping: bool | str | None, length_penalty: float) -> None:
        self._beams, self._early_stopping, self._length_penalty = beams, early_stopping, length_penalty
        self._texts: list[tuple[float, list[int]]] = []
        self._margin = math.inf

    def end(self, ids: list[int], score: float, length: int) -> None:
        self._texts.append((score / length**self._length_penalty, ids))
        self._texts.sort(key=lambda text: -text[0])
        del self._texts[self._beams :]

    def goes_on(self, margin: float, best: float, horizon: int) -> bool:
        """Whether another text could be better; `best` is the score of the best unfinished one."""
        self._margin = min(self._margin, margin)
        if len(self._texts) < self._beams:
            return True
        if self._beams == 1 or self._early_stopping is True:
            return False
        ahead = float(best / horizon**self._length_penalty - self._texts[-1][0])
        self._margin = min(self._margin, abs(ahead))
        return ahead > 0

    def found(self) -> Found:
        (score, ids), *others = self._texts
        return Found(ids, min([self._margin, *(score - other for other, _ in others)]))


def _first_open(ended: torch.Tensor, beams: int) -> torch.Tensor:
    """The first places of each row at which the text goes on, (rows, beams)."""
    import torch

    size = ended.shape[1]
    places = torch.arange(size, device=ended.device) + ended * size
    return places.topk(beams, largest=False).values % size


def _margins(values: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """For each row the smaller of two gaps in its sorted values, (rows,).

    They are where texts that end cease to count, after as many places as there are beams, and after the last that goes
    on.
    """
    import torch

    beams = chosen.shape[1]
    edges = torch.cat([torch.full_like(chosen[:, -1:], beams - 1), chosen[:, -1:]], 1)
    gaps = (values.gather(1, edges) - values.gather(1, edges + 1)) / (values[:, :1].abs() / 64).clamp(min=1)
    return gaps.nan_to_num(nan=math.inf, posinf=math.inf).amin(1)


def _gumbel(generator: torch.Generator, size: int) -> torch.Tensor:
    """Noise that makes the largest of logits a draw from their softmax (Gumbel 1954; Maddison et al. 2014)."""
    import torch

    return -torch.empty(size).exponential_(generator=generator).log()


def _select(state: Mapping[str, Any], rows: torch.Tensor, size: int, dropped: bool) -> dict[str, Any]:
    """What the model keeps between steps, for those of its `size` rows; where none is dropped inputs stay in place."""
    cache: Any = state.get("past_key_values", state.get("cache_params"))
    if not hasattr(cache, "reorder_cache"):
        raise UnavailableError("the model keeps no states of single inputs; take batch_tokens=1 and beam=1")
    if not dropped:  # what attention to the input keeps is the same for all beams
        getattr(cache, "self_attention_cache", cache).reorder_cache(rows)
        return dict(state)
    cache.reorder_cache(rows)
    return {name: _rows(value, rows, size) for name, value in state.items()}


def _rows(value: Any, rows: torch.Tensor, size: int) -> Any:
    import torch
    from transformers.utils.generic import ModelOutput

    if isinstance(value, torch.Tensor) and value.ndim and len(value) == size:
        return value[rows.to(value.device)]
    if isinstance(value, ModelOutput):
        return type(value)(**{name: _rows(inner, rows, size) for name, inner in value.items()})
    return value


def _listed(tokens: int | Sequence[int] | None) -> list[int]:
    return [] if tokens is None else [tokens] if isinstance(tokens, int) else list(tokens)
