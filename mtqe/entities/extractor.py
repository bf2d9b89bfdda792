"""Names found by a token-classification model of transformers, to be given as `mentions`.

from mtqe.entities.extractor import TokenClassifier

found = TokenClassifier("dslim/bert-base-NER").mentions(refs)
mentions = [[span for span, _, confidence in names if confidence >= 0.8] for names in found]
mtqe.find_entity_errors(hyps, refs, mentions=mentions)
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import regex

from mtqe.alignment.features import UNSPACED
from mtqe.errors import ConfigError, UnavailableError
from mtqe.neural.checkpoints import longest_input
from mtqe.neural.devices import torch_device
from mtqe.neural.encoder import TOKEN_BUDGET, batch_sizes, quiet_transformers
from mtqe.results import FloatArray, Span

if TYPE_CHECKING:
    from tokenizers import Encoding

Mention = tuple[Span, str, float]

_MODULES = ("safetensors", "tokenizers", "torch", "transformers")
#: Our type of a label without its prefix (CoNLL-2003, OntoNotes 5, WikiNEuRal and the like); others are `other`.
_TYPES = {
    "person": "PER PERSON PERS",
    "place": "LOC LOCATION GPE FAC FACILITY",
    "organisation": "ORG ORGANIZATION ORGANISATION CORP CORPORATION",
    "group": "NORP",
    "work": "WORK_OF_ART WORK CREATIVE-WORK MEDIA",
    "date": "DATE",
    "time": "TIME",
    "money": "MONEY",
    "percent": "PERCENT",
    "number": "CARDINAL ORDINAL NUM",
    "unit": "QUANTITY",
}
_TYPE_OF = {label: type_ for type_, labels in _TYPES.items() for label in labels.split()}
#: Labels of BIO, IOB2, BILOU and BIOES, with the prefix before or after the type; a token of `_FIRST` opens a mention.
_LABEL = regex.compile("(?|(?P<prefix>[BILUES])[-_](?P<type>.+)|(?P<type>.+)[-_](?P<prefix>[BILUES]))")
_FIRST = "BUS"
_UNSPACED = regex.compile(UNSPACED + r"|\p{Katakana}")
#: The share of a window that is read in the next one too.
_OVERLAP = 0.25


class _Token(NamedTuple):
    """A token's code points, the probability of each label, and how far from the edge of its window it stood."""

    start: int
    end: int
    probabilities: FloatArray
    depth: int


class TokenClassifier:
    """A token-classification model by id or local path, with its fast tokenizer; weights are safetensors only.

    `device` is a torch device; None or `auto` is `cuda` where there is one, else `cpu`. `revision` is that of an id.
    Raises UnavailableError where the extra `neural`, the model, its fast tokenizer or the device is missing, and
    ConfigError where the model does not say what its labels are.
    """

    def __init__(self, model: str | Path, *, revision: str | None = None, device: str | None = None) -> None:
        if any(importlib.util.find_spec(module) is None for module in _MODULES):
            raise UnavailableError("a token-classification model needs the extra 'neural': pip install 'mtqe[neural]'")
        import torch
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        self.device = torch_device(device)
        try:
            with quiet_transformers():
                tokenizer = AutoTokenizer.from_pretrained(model, revision=revision)
                classifier, report = AutoModelForTokenClassification.from_pretrained(
                    model, revision=revision, dtype=torch.float32, use_safetensors=True, output_loading_info=True
                )
        except (OSError, ValueError, ImportError, KeyError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise UnavailableError(f"token-classification model {str(model)!r} cannot be loaded: {reason}") from None
        if report["missing_keys"]:
            missing = sorted(report["missing_keys"])[0]
            raise UnavailableError(f"{str(model)!r} is no token-classification model: it has no weights {missing}")
        if not tokenizer.is_fast:
            raise UnavailableError(f"token-classification model {str(model)!r} has no fast tokenizer (tokenizer.json)")
        self.labels = [classifier.config.id2label[i] for i in range(classifier.config.num_labels)]
        if all(label.startswith("LABEL_") for label in self.labels):
            raise ConfigError(f"token-classification model {str(model)!r} does not name its labels (id2label)")
        self._model = classifier.to(self.device).eval()
        self._padding = tokenizer.pad_token_id or 0
        longest = longest_input(classifier.config, tokenizer)
        self._tokenizer = tokenizer.backend_tokenizer
        self._tokenizer.no_padding()
        special = len(self._tokenizer.encode("").ids)
        self._tokenizer.enable_truncation(longest, stride=int(_OVERLAP * (longest - special)))

    def mentions(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text in order: code points `[start, end)`, type, and mean probability of its label.

        A text longer than the model reads is read in overlapping windows, each of its tokens in the window where it
        stands farthest from the edge.
        """
        encodings = self._tokenizer.encode_batch(list(texts))
        windows = [(i, window) for i, first in enumerate(encodings) for window in (first, *first.overflowing)]
        windows.sort(key=lambda pair: -len(pair[1].ids))
        tokens: list[dict[Span, _Token]] = [{} for _ in texts]
        start = 0
        for size in batch_sizes([len(window.ids) for _, window in windows], TOKEN_BUDGET):
            batch = windows[start : start + size]
            start += size
            for (i, window), probabilities in zip(batch, self._run([w for _, w in batch]), strict=True):
                for token in _read(window, probabilities, texts[i]):
                    known = tokens[i].get(token[:2])
                    if known is None or token.depth > known.depth:
                        tokens[i][token[:2]] = token
        return [
            self._join([found[span] for span in sorted(found)], text) for found, text in zip(tokens, texts, strict=True)
        ]

    def _run(self, windows: Sequence[Encoding]) -> Iterator[FloatArray]:
        """The probabilities of the labels, `(tokens, labels)`, of each window, the longest first."""
        import torch

        ids = torch.full((len(windows), len(windows[0].ids)), self._padding)
        mask = torch.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
            mask[row, : len(window.ids)] = 1
        with torch.inference_mode():
            logits = self._model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device)).logits
        probabilities = logits.double().softmax(-1).cpu().numpy()
        for row, window in enumerate(windows):
            yield probabilities[row, : len(window.ids)]

    def _join(self, tokens: Sequence[_Token], text: str) -> list[Mention]:
        """Runs of tokens of one type; the pieces of a word have the label of its first one, as models are trained."""
        runs: list[tuple[str, Span, list[float]]] = []
        prefix, type_, value, going_on = "O", "", 0.0, False
        for token in tokens:
            if not _goes_on(text, token.start):
                value = float(token.probabilities.max())
                prefix, type_ = _split(self.labels[int(token.probabilities.argmax())])
                going_on = bool(runs) and going_on and runs[-1][0] == type_ and prefix not in _FIRST
            if prefix == "O":
                going_on = False
            elif going_on:
                runs[-1] = type_, (runs[-1][1][0], token.end), [*runs[-1][2], value]
            else:
                runs.append((type_, (token.start, token.end), [value]))
                going_on = True
        return [(span, _TYPE_OF.get(name.upper(), "other"), sum(values) / len(values)) for name, span, values in runs]


def _read(window: Encoding, probabilities: FloatArray, text: str) -> Iterator[_Token]:
    """The tokens of a window that stand for text, without the space that some begin with."""
    for k, (start, end) in enumerate(window.offsets):
        token = text[start:end].lstrip()
        if token and not window.special_tokens_mask[k]:
            yield _Token(end - len(token), end, probabilities[k], min(k, len(window.ids) - 1 - k))


def _goes_on(text: str, at: int) -> bool:
    """Whether a token that begins here is a further piece of a word; scripts without spaces have no such pieces."""
    return at > 0 and text[at - 1].isalnum() and text[at].isalnum() and not _UNSPACED.match(text, at)


def _split(label: str) -> tuple[str, str]:
    """Prefix and type of a label: `B-PER` and `PER-B` are ("B", "PER"), `PER` is ("I", "PER"), `O` is ("O", "")."""
    if label in ("O", "0"):
        return "O", ""
    match = _LABEL.fullmatch(label)
    return (match["prefix"], match["type"]) if match else ("I", label)
