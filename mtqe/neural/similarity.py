"""Encoders as the bert-score package 0.3.13 uses them: which hidden layer, and what it puts before a text."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

from mtqe.errors import ConfigError
from mtqe.neural.checkpoints import fetched, load_checkpoint
from mtqe.neural.devices import dtype_for, torch_device
from mtqe.neural.encoder import Encoder, max_length
from mtqe.neural.weights import weights_digest
from mtqe.store import digest

#: The hidden layer of each model that the package takes, by agreement with people at WMT16 (`model2layers` of its
#: utils.py; models with a decoder, XLM, XLNet, relative places and the miniatures of BERT left out).
_LAYERS = {
    4: ("distilbert-base-uncased-distilled-squad dbmdz/distilbert-base-turkish-cased microsoft/deberta-v3-small"),
    5: "distilroberta-base distilbert-base-uncased distilbert-base-multilingual-cased",
    7: ("roberta-base-openai-detector allenai/longformer-base-4096"),
    8: (
        "bert-base-chinese allenai/scibert_scivocab_uncased albert-xxlarge-v1 albert-xxlarge-v2 microsoft/mpnet-base "
        "SpanBERT/spanbert-base-cased google/bigbird-base-trivia-itc princeton-nlp/unsup-simcse-roberta-base"
    ),
    9: (
        "bert-base-uncased bert-base-cased-finetuned-mrpc bert-base-multilingual-cased allenai/scibert_scivocab_cased "
        "nfliu/scibert_basevocab_uncased albert-base-v2 xlm-roberta-base google/electra-small-generator "
        "google/electra-base-discriminator vinai/bertweet-base microsoft/deberta-base microsoft/deberta-base-mnli "
        "YituTech/conv-bert-medium-small squeezebert/squeezebert-uncased squeezebert/squeezebert-mnli "
        "squeezebert/squeezebert-mnli-headless microsoft/deberta-v3-base"
    ),
    10: (
        "roberta-base albert-base-v1 google/electra-base-generator YituTech/conv-bert-base YituTech/conv-bert-small "
        "ProsusAI/finbert microsoft/deberta-v2-xlarge google/bigbird-roberta-base "
        "princeton-nlp/unsup-simcse-bert-base-uncased princeton-nlp/sup-simcse-bert-base-uncased "
        "princeton-nlp/sup-simcse-roberta-base dbmdz/bert-base-turkish-cased microsoft/deberta-v3-xsmall "
        "microsoft/mdeberta-v3-base"
    ),
    11: "google/electra-small-discriminator",
    12: "microsoft/deberta-v3-large",
    13: "albert-xlarge-v2 princeton-nlp/unsup-simcse-roberta-large",
    14: (
        "albert-large-v2 google/electra-large-discriminator allenai/longformer-large-4096 "
        "allenai/longformer-large-4096-finetuned-triviaqa google/bigbird-roberta-large"
    ),
    15: "roberta-large-openai-detector",
    16: "albert-xlarge-v1 microsoft/deberta-large princeton-nlp/sup-simcse-roberta-large",
    17: (
        "roberta-large albert-large-v1 xlm-roberta-large SpanBERT/spanbert-large-cased microsoft/deberta-v2-xlarge-mnli"
    ),
    18: (
        "bert-large-uncased google/electra-large-generator microsoft/deberta-large-mnli microsoft/deberta-xlarge "
        "princeton-nlp/unsup-simcse-bert-large-uncased princeton-nlp/sup-simcse-bert-large-uncased "
        "khalidalt/DeBERTa-v3-large-mnli"
    ),
    19: "roberta-large-mnli",
    21: "microsoft/deberta-v2-xxlarge",
    22: "microsoft/deberta-v2-xxlarge-mnli",
    40: "microsoft/deberta-xlarge-mnli",
}
_LAYER_OF = {model: layer for layer, models in _LAYERS.items() for model in models.split()}
_PICKLES = "pytorch_model*.bin"
#: Owners that the hub has since given to models without one.
_OWNERS = ("FacebookAI", "albert", "distilbert", "google-bert")


class Files(NamedTuple):
    """What is known of a checkpoint on this machine before it is loaded.

    revision    its commit, where it comes from the hub.
    sha256      of its weights; of several files, over those of each.
    max_length  how many tokens it reads.
    prefix      what the package puts before every text.
    """

    revision: str | None
    sha256: str
    max_length: int
    prefix: str


def layer_of(model: str) -> int:
    """The layer that the package takes of a model id. Raises ConfigError for a model that it does not know."""
    owner, _, name = model.partition("@")[0].rpartition("/")
    layer = _LAYER_OF.get(name if owner in _OWNERS else model.partition("@")[0])
    if layer is None:
        raise ConfigError(f"nobody has tuned the layer of 'bertscore:{model}' yet: name one, layer=N")
    return layer


def find(model: str) -> Files:
    """Looks a model up: an id, `OWNER/NAME` or `OWNER/NAME@REVISION`, or a directory.

    Of its weights safetensors or, where there are none, what torch.save wrote. Raises UnavailableError.
    """

    def read(directory: Path) -> Files:
        sums = [weights_digest(file) for file in _weights(model, directory)]
        revision = None if Path(model).is_dir() else directory.name
        sha256 = sums[0] if len(sums) == 1 else digest(sums)
        return Files(revision, sha256, max_length(directory), _prefix(directory))

    return load_checkpoint("encoder", model, read)


def load(model: str, layer: int, device: str | None, dtype: str | None) -> Encoder:
    """The encoder of a model up to a hidden layer; `dtype` is fp32, on a GPU bf16, where it is None."""

    def make(directory: Path) -> Encoder:
        _weights(model, directory)
        return Encoder(directory, layer, device, dtype_for(torch_device(device), dtype))

    return load_checkpoint("encoder", model, make)


def read_baseline(path: Path, layer: int) -> tuple[float, float, float]:
    """Precision, recall and F1 of texts that have nothing to do with each other, from a file of the package's format.

    Raises ConfigError for a file that cannot be read, is of another format or lacks the layer.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if int(row["LAYER"]) == layer:
                    return float(row["P"]), float(row["R"]), float(row["F"])
    except OSError as error:
        raise ConfigError(f"baseline {path}: {error.strerror}") from None
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"{path} is no baseline file of bert-score: its columns are not LAYER, P, R, F") from None
    raise ConfigError(f"baseline {path} has no layer {layer}")


def _weights(model: str, directory: Path) -> list[Path]:
    found = sorted(directory.glob("*.safetensors")) or sorted(fetched(model, [_PICKLES]).glob(_PICKLES))
    if not found:
        raise OSError("it has no weights")
    return found


def _prefix(directory: Path) -> str:
    """A space for tokenizers of RoBERTa's class, which so read the first word like any other; else nothing."""
    kind = json.loads((directory / "tokenizer_config.json").read_bytes()).get("tokenizer_class")
    if kind is None:
        model_type = json.loads((directory / "config.json").read_bytes())["model_type"]
        return " " if model_type == "roberta" else ""
    return " " if kind.removesuffix("Fast") == "RobertaTokenizer" else ""
