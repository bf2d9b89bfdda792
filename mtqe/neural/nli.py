"""Does one text follow from another, or contradict it: cross-encoders for natural language inference (NLI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mtqe.errors import ConfigError
from mtqe.neural.checkpoints import load_checkpoint, longest_input
from mtqe.neural.devices import torch_device
from mtqe.neural.encoder import TOKEN_BUDGET, batch_sizes, quiet_transformers
from mtqe.results import FloatArray
from mtqe.store import digest, file_digest

_COLUMNS = ("entailment", "neutral", "contradiction")


class CrossEncoder:
    """A sequence-classification model in fp32 that reads a premise and a hypothesis together; see `load`.

    labels       the model's own, in the order of its outputs.
    fingerprint  the sha256 of its weights; of several files, the sha256 over those of each.
    max_length   how many tokens it reads, special ones included.
    """

    def __init__(self, directory: Path, device: str | None = None) -> None:
        """Loads the files of a directory; raises whatever its libraries do, which `load` puts into words."""
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self.device = torch_device(device)
        local = {"local_files_only": True, "trust_remote_code": False}
        with quiet_transformers():
            tokenizer = AutoTokenizer.from_pretrained(directory, **local)
            model, report = AutoModelForSequenceClassification.from_pretrained(
                directory, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **local
            )
        if report["missing_keys"]:
            raise ValueError(f"it has no weights {sorted(report['missing_keys'])[0]}")
        if not tokenizer.is_fast or tokenizer.pad_token is None:
            raise ValueError("it has no fast tokenizer (tokenizer.json) with a padding token")
        self.labels: list[str] = [model.config.id2label[i] for i in range(model.config.num_labels)]
        self.max_length = longest_input(model.config, tokenizer)
        weights = [file_digest(file) for file in sorted(directory.glob("*.safetensors"))]
        self.fingerprint = weights[0] if len(weights) == 1 else digest(weights)
        self._outputs = read_labels(self.labels)
        self._model = model.to(self.device).eval()
        self._tokenizer = tokenizer

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """What the model says of each pair (premise, hypothesis): float64 (pairs, 3), in the order given.

        The columns are the probabilities of entailment, neutral and contradiction. The last two are NaN for a model
        that knows only whether there is entailment. A row is NaN where the model cannot read both texts whole: cut
        texts would entail what they do not say.

        Each distinct pair is read once. Other pairs beside it move its probabilities in the last bits, since the shape
        of a batch decides how its sums are added up.
        """
        from tqdm import tqdm

        distinct = sorted(set(pairs))
        inputs = self._tokenize(distinct)
        lengths = [len(ids) for ids in inputs["input_ids"]]
        order = sorted((i for i in range(len(distinct)) if lengths[i] <= self.max_length), key=lambda i: -lengths[i])
        found = np.full((len(distinct), len(_COLUMNS)), np.nan)
        columns = list(self._outputs.values())
        outputs = list(self._outputs)
        with tqdm(total=len(order), desc="NLI", unit="pair", delay=1, disable=None) as bar:
            start = 0
            for size in batch_sizes([lengths[i] for i in order], TOKEN_BUDGET):
                batch = order[start : start + size]
                start += size
                read = self._run({name: [rows[i] for i in batch] for name, rows in inputs.items()})
                found[np.ix_(batch, columns)] = read[:, outputs]
                bar.update(size)
        number = {pair: i for i, pair in enumerate(distinct)}
        return found[[number[pair] for pair in pairs]]

    def _tokenize(self, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """The model's inputs by name, a row a pair, neither cut nor padded; text never becomes a special token."""
        if not pairs:
            return {"input_ids": []}
        premises, hypotheses = map(list, zip(*pairs, strict=True))
        return dict(self._tokenizer(premises, hypotheses, split_special_tokens=True, verbose=False))

    def _run(self, inputs: Mapping[str, Any]) -> FloatArray:
        """The probabilities of the model's own labels, `(rows, labels)`."""
        import torch

        with quiet_transformers():  # it would rather pad while it tokenises, which is before batches are made
            padded = self._tokenizer.pad(dict(inputs), return_tensors="pt")
        with torch.inference_mode():
            logits = self._model(**{name: rows.to(self.device) for name, rows in padded.items()}).logits
        return np.asarray(logits.cpu().double().softmax(-1).numpy())


def load(spec: str | Path, device: str | None = None) -> CrossEncoder:
    """The cross-encoder of a directory or a model id, `OWNER/NAME` or `OWNER/NAME@REVISION`.

    An id is looked up as transformers does: in its cache, then on the hub. The weights are safetensors, code of the
    checkpoint's own is not run. `device` is a torch device; None or `auto` is `cuda` where there is one, else `cpu`.
    Raises UnavailableError where the extra `neural`, the model, its fast tokenizer or the device is missing, and
    ConfigError for a device that does not exist or a model that does not name its labels.
    """
    return load_checkpoint("NLI model", str(spec), lambda directory: CrossEncoder(directory, device))


def read_labels(labels: Sequence[str]) -> dict[int, int]:
    """For each output of a model that says something of itself, its column: entailment 0, neutral 1, contradiction 2.

    Labels are `entailment`, `neutral` and `contradiction` in any order and case, or `entailment` and `not_entailment`
    (the latter's output has no column). Raises ConfigError for others.
    """
    names = [label.casefold().replace("-", "_").replace(" ", "_") for label in labels]
    if sorted(names) == sorted(_COLUMNS):
        return {i: _COLUMNS.index(name) for i, name in enumerate(names)}
    if len(names) == 2 and "entailment" in names and {"not_entailment", "non_entailment"} & set(names):
        return {names.index("entailment"): 0}
    raise ConfigError(
        f"its labels are {', '.join(labels)}, not entailment, neutral and contradiction, or entailment and "
        "not_entailment; take an NLI model, or name them in the id2label of a local copy's config.json"
    )
