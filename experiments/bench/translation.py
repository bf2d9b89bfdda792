"""How fast models translate here, against a plain loop of transformers over batches of a fixed size.

SOURCE is a text file such as ../shared/data/wmt21/sources/ru-en.txt, of which the first `--count` lines are taken. The
model has random weights (`--layers` x `--width`, a vocabulary of up to 8,000 trained on the file), but as trained ones
do it ends a text about where the source ends (8 to 12 tokens for 10, the same for any batch) and is fairly sure of its
tokens (.63 on average in greedy search). The loop takes the lines in their order, pads each batch and lets `generate`
run, which is what the translation pipelines before transformers 5 did. Seconds are CPU time, after a first batch;
`equal` is how many outputs are those of ours, with the token budget of a device, and `alone` how many inputs were run
in batches of one, nearly all of them because a choice was near a tie. Rows with `budget` are ours with other token
budgets.

    OMP_NUM_THREADS=1 python experiments/bench/translation.py ../shared/data/wmt21/sources/ru-en.txt
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent))

BAR = 1.5
#: What logits are multiplied by.
SHARPNESS = 4.0


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("source", type=Path)
    options.add_argument("--count", type=int, default=400)
    options.add_argument("--layers", type=int, default=3)
    options.add_argument("--width", type=int, default=256)
    options.add_argument("--sizes", type=int, nargs="+", default=[1, 16, 64], help="batch sizes of the plain loop")
    options.add_argument("--budgets", type=int, nargs="*", default=[1, 400, 1600], help="other token budgets of ours")
    options.add_argument("--beams", type=int, nargs="+", default=[1, 4])
    options.add_argument("--max-tokens", type=int, default=64)
    options.add_argument("--device", default="cpu")
    given = options.parse_args()
    whole = [line for line in given.source.read_text(encoding="utf-8").split("\n") if line.strip()]
    lines = whole[: given.count]
    _as_trained()
    with tempfile.TemporaryDirectory() as folder:
        directory = _model(Path(folder), whole, given.layers, given.width)
        for beam in given.beams:
            ours, seconds, row = _ours(directory, lines, beam, None, given)
            print(json.dumps({"beam": beam, **row}), flush=True)
            for budget in given.budgets:
                others, _, row = _ours(directory, lines, beam, budget * beam, given)
                equal = sum(a == b for a, b in zip(ours, others, strict=True))
                print(json.dumps({"beam": beam, "budget": budget * beam, "equal": equal, **row}), flush=True)
            for size in given.sizes:
                theirs, plain = _plain(directory, lines, beam, size, given)
                equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
                ratio = plain / seconds
                row = {"beam": beam, "plain batch": size, "plain": round(plain, 2), "ratio": round(ratio, 2)}
                verdict = "" if ratio >= BAR else f"  below {BAR}"
                print(json.dumps({**row, "equal": equal, "of": len(lines)}) + verdict, flush=True)


def _model(folder: Path, lines: Sequence[str], layers: int, width: int) -> Path:
    import tiny_models

    tiny_models.texts = lambda: list(lines)
    sizes = {"layers": layers, "ffn_dim": 4 * width, "attention_heads": width // 32}
    sides = {f"{side}_{name}": size for side in ("encoder", "decoder") for name, size in sizes.items()}
    return tiny_models.marian(folder / "model", pieces=8000, end=0, d_model=width, init_std=0.1, **sides)


def _as_trained() -> None:
    """Lets every Marian model be sure of its words and end a text where the source does, give or take a fifth."""
    from transformers import MarianMTModel

    forward = MarianMTModel.forward

    def run(self: Any, *args: Any, **named: Any) -> Any:
        output = forward(self, *args, **named)
        size = named["attention_mask"].sum(1)
        ends = size * (8 + size % 5) // 10
        logits = output.logits * SHARPNESS
        there = output.past_key_values.get_seq_length() >= ends
        logits[..., self.config.eos_token_id] = (2.0 * there - 1)[:, None] * 1e4
        output.logits = logits
        return output

    MarianMTModel.forward = run  # type: ignore[method-assign]


def _ours(
    directory: Path, lines: Sequence[str], beam: int, budget: int | None, given: Any
) -> tuple[list[str], float, dict[str, Any]]:
    """The outputs, the seconds, and what else there is to say."""
    from mtqe.translation import ModelSystem, Request, local

    sizes: list[int] = []
    search = local._Loaded._search

    def counted(self: Any, batch: Sequence[Any]) -> Any:
        sizes.append(len(batch))
        return search(self, batch)

    options = {"beam": beam, "max_tokens": given.max_tokens, "device": given.device, "batch_tokens": budget}
    model = local.LocalModel(ModelSystem(str(directory), "ru", "en", dtype="fp32", **options))
    requests = [Request(line) for line in lines]
    local._Loaded._search = counted  # type: ignore[method-assign]
    list(model.translate(requests[:2]))
    sizes.clear()
    started = time.process_time()
    answers = dict(model.translate(requests))
    seconds = time.process_time() - started
    local._Loaded._search = search  # type: ignore[method-assign]
    row = {"ours": round(seconds, 2), "alone": sizes.count(1), "largest batch": max(sizes)}
    row |= {key: sum(getattr(answer, key) for answer in answers.values()) for key in ("tokens_in", "tokens_out")}
    row["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [answers[i].raw or "" for i in range(len(lines))], seconds, row


def _plain(directory: Path, lines: Sequence[str], beam: int, size: int, given: Any) -> tuple[list[str], float]:
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForSeq2SeqLM.from_pretrained(directory).eval().to(given.device)

    def run(texts: Sequence[str]) -> list[str]:
        batch = tokenizer(list(texts), return_tensors="pt", padding=True).to(given.device)
        with torch.inference_mode():
            rows = model.generate(**batch, num_beams=beam, max_new_tokens=given.max_tokens, do_sample=False)
        return list(tokenizer.batch_decode(rows, skip_special_tokens=True))

    run(lines[:2])
    started = time.process_time()
    found = [text for start in range(0, len(lines), size) for text in run(lines[start : start + size])]
    return found, time.process_time() - started


if __name__ == "__main__":
    main()
