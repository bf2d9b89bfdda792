"""Surprisal under a causal model: `mtqe.neural.causal` against batches of 32 with all their logits in memory.

Both sides read the same texts of lognormal length with the same random GPT-2 (50,257 tokens, 128 dimensions, 2 layers),
each in processes of its own, one after the other, on one core. CPU seconds are those of tokenising and scoring, the
best of all runs; memory is the peak of the process above what it held before it scored, the median of all runs.

    python experiments/bench/surprisal.py [--texts 96] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

VOCABULARY = 50257
BATCH = 32
BARS = {"memory": 7, "cpu": 2, "bits": 1e-4}


def make(directory: Path) -> None:
    """A random model, and a tokenizer of invented words that mark the space before them."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    words = {"<eos>": 0} | {f"▁w{i}": i for i in range(1, VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<eos>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(directory / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<eos>", "model_max_length": 1024}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings))
    GPT2LMHeadModel(
        GPT2Config(vocab_size=VOCABULARY, n_embd=128, n_layer=2, n_head=2, initializer_range=0.1, eos_token_id=0)
    ).save_pretrained(directory)


def make_texts(number: int) -> list[str]:
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(3.2, 0.7, number), 1, 150).astype(int)
    return [" ".join(f"w{i}" for i in rng.integers(1, VOCABULARY, length)) for length in lengths]


def ours(directory: Path) -> Any:
    from mtqe.neural.causal import load

    model = load(directory, "cpu")

    def score(texts: list[str]) -> list[list[float]]:
        """Characters added up to tokens again, each with the space before it."""
        found = []
        for text, bits in zip(texts, model.bits(texts), strict=True):
            starts = [0, *(i for i, letter in enumerate(text) if letter == " "), len(text)]
            found.append(np.add.reduceat(bits, starts).tolist())
        return found

    return score


def naive(directory: Path) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()

    def score(texts: list[str]) -> list[list[float]]:
        rows = [[0, *ids, 0] for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]]
        found = []
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            ids = torch.zeros((len(batch), max(map(len, batch))), dtype=torch.long)
            mask = torch.zeros_like(ids)
            for i, row in enumerate(batch):
                ids[i, : len(row)] = torch.tensor(row)
                mask[i, : len(row)] = 1
            with torch.inference_mode():
                logits = model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1]).logits
                bits = -logits.float().log_softmax(-1).gather(2, ids[:, 1:, None])[..., 0] / np.log(2)
            found += [bits[i, : len(row) - 1].tolist() for i, row in enumerate(batch)]
        return found

    return score


SIDES = {"naive": naive, "ours": ours}


def work(side: str, directory: Path, number: int) -> dict[str, Any]:
    score, texts = SIDES[side](directory), make_texts(number)
    score(["w1 w2"])  # what is set up at the first call is neither side's
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    start = time.process_time()
    bits = score(texts)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": peak - pages * resource.getpagesize() / 2**20, "bits": bits}


def main() -> int:
    """Returns 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=96)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", nargs=2, metavar=("SIDE", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        side, directory = arguments.work
        print(json.dumps(work(side, Path(directory), arguments.texts)))
        return 0
    best: dict[str, tuple[float, float]] = {}
    bits: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        make(Path(directory))
        runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
        for side in list(SIDES) * arguments.runs:
            command = [sys.executable, __file__, "--texts", str(arguments.texts), "--work", side, directory]
            environment = os.environ | {"OMP_NUM_THREADS": "1"}
            output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
            runs[side].append(json.loads(output.splitlines()[-1]))
    for side, results in runs.items():
        best[side] = (
            min(result["seconds"] for result in results),
            statistics.median(result["megabytes"] for result in results),
        )
        bits[side] = np.concatenate(results[0]["bits"])
        print(f"{side:6} {best[side][0]:6.2f} CPU s {best[side][1]:7.0f} MB")
    cpu, memory = (a / b for a, b in zip(best["naive"], best["ours"], strict=True))
    difference = float(abs(bits["naive"] - bits["ours"]).max())
    print(
        f"{len(bits['ours'])} tokens; CPU 1/{cpu:.1f}, memory 1/{memory:.1f}, largest difference {difference:.1e} bits"
    )
    return int(cpu < BARS["cpu"] or memory < BARS["memory"] or difference > BARS["bits"])


if __name__ == "__main__":
    sys.exit(main())
