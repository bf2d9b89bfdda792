"""What the peers say of a fixture: run in the peers' own environment, not in ours.

    pip install torch==2.13.0        # first, from the index of CPU builds
    pip install "setuptools<81" "transformers==4.57.6" unbabel-comet==2.2.7 bert-score==0.3.13
    python tests/neural/peers.py regression unified out.json
    python tests/neural/peers.py --metricx PATH metricx-24 out.json

PATH is a checkout of github.com/google-research/metricx. The result is what `published.expected` gives, by name.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import published

#: As `predict` has it by default; MetricX's script says that 1 should be used.
BATCH = 16
SETTINGS = [
    {"layer": 2, "idf": False, "rescale": False, "references": 1},
    {"layer": 3, "idf": True, "rescale": False, "references": 1},
    {"layer": 3, "idf": False, "rescale": True, "references": 1},
    {"layer": 1, "idf": True, "rescale": True, "references": 2},
    {"layer": 4, "idf": False, "rescale": False, "references": 2},
]


def record(name: str, metricx: Path | None = None) -> dict[str, Any]:
    """The expected scores of one fixture."""
    with tempfile.TemporaryDirectory() as scratch:
        if name in published.COMET:
            peer, runs = "unbabel-comet", record_comet(published.write_comet(name, Path(scratch)), name)
        elif name in published.BERTSCORE:
            peer, runs = "bert-score", record_bertscore(published.write_bertscore(name, Path(scratch)))
        else:
            assert metricx, "--metricx PATH is needed"
            peer, runs = "google-research/metricx", record_metricx(name, Path(scratch), metricx)
    packages = ["torch", "transformers", "tokenizers", *([peer] if "/" not in peer else [])]
    weights = published.FIXTURES / published.description(name)["tensors"]
    return {
        "peer": peer,
        "versions": {package: version(package) for package in packages},
        "tensors_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "runs": runs,
    }


def record_comet(model: Path, name: str) -> dict[str, Any]:
    """Scores and metadata of `predict`, with references and, where the model can do without, without."""
    import torch
    from comet import load_from_checkpoint

    torch.set_num_threads(1)
    comet = load_from_checkpoint(str(model / "checkpoints" / "model.ckpt"), local_files_only=True)
    return {mode: run_comet(comet, mode) for mode in published.description(name)["modes"]}


def run_comet(comet: Any, mode: str) -> dict[str, Any]:
    """`predict` on both systems; `mode` is `ref` or `qe`."""
    data = published.segments()
    fields = {"src": data["src"]} | ({"ref": data["ref"]} if mode == "ref" else {})
    runs = {}
    for system, output in data["systems"].items():
        columns = fields | {"mt": output}
        samples = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        result = comet.predict(samples, batch_size=BATCH, gpus=0, num_workers=0, progress_bar=False)
        runs[system] = {"scores": result.scores, **dict(result.get("metadata", {}))}
    return runs


def record_metricx(name: str, scratch: Path, checkout: Path, states: list[Any] | None = None) -> dict[str, Any]:
    """The published model's predictions, one segment at a time; `states` gets the decoder's last hidden states."""
    import torch
    import transformers

    about = published.description(name)
    model = load_metricx(published.write_metricx(name, scratch, tokenizer_json=True), checkout, about["version"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(scratch / f"{name}-tokenizer")
    if states is not None:
        model.decoder.register_forward_hook(lambda module, inputs, output: states.append(output[0][:, 0]))
    torch.set_num_threads(1)
    runs: dict[str, Any] = {}
    for mode in about["modes"]:
        for system, texts in metricx_inputs(about["version"], mode):
            scores = []
            for text in texts:
                ids = tokenizer(text, max_length=about["max_length"], truncation=True, padding=False)["input_ids"][:-1]
                batch = torch.tensor([ids])
                with torch.inference_mode():
                    output = model(input_ids=batch, attention_mask=torch.ones_like(batch), use_cache=False)
                scores.append(output.predictions.item())
            runs.setdefault(mode, {})[system] = {"scores": scores}
    return runs


def load_metricx(model: Path, checkout: Path, year: int) -> Any:
    """The original model class on a directory."""
    import importlib

    sys.path.insert(0, str(checkout))
    models = importlib.import_module(f"metricx{year}.models")
    return models.MT5ForRegression.from_pretrained(model, torch_dtype="float32").eval()


def metricx_inputs(year: int, mode: str) -> Iterator[tuple[str, list[str]]]:
    """The texts that the original script makes, by system."""
    data = published.segments()
    for system, output in data["systems"].items():
        rows = zip(data["src"], output, data["ref"], strict=True)
        if year == 23 and mode == "ref":
            yield system, [f"candidate: {mt} reference: {ref}" for _, mt, ref in rows]
        elif year == 23:
            yield system, [f"candidate: {mt} source: {src}" for src, mt, _ in rows]
        elif mode == "ref":
            yield system, [f"source: {src} candidate: {mt} reference: {ref}" for src, mt, ref in rows]
        else:
            yield system, [f"source: {src} candidate: {mt}" for src, mt, _ in rows]


def record_bertscore(model: Path) -> list[dict[str, Any]]:
    """Precision, recall and F1 of `BERTScorer` for each setting, one call a system, idf over the references."""
    import torch
    from bert_score import BERTScorer

    torch.set_num_threads(1)
    data = published.segments()
    runs = []
    for setting in SETTINGS:
        references = list(zip(data["ref"], data["ref2"], strict=True)) if setting["references"] == 2 else data["ref"]
        flat = [text for group in references for text in group] if setting["references"] == 2 else references
        scorer = BERTScorer(
            model_type=str(model),
            num_layers=setting["layer"],
            idf=setting["idf"],
            idf_sents=flat if setting["idf"] else None,
            lang="en",
            rescale_with_baseline=setting["rescale"],
            baseline_path=str(model / "baseline.tsv") if setting["rescale"] else None,
            device="cpu",
            nthreads=0,
        )
        scores = {
            system: [part.tolist() for part in scorer.score(output, references)]
            for system, output in data["systems"].items()
        }
        runs.append(setting | {"scores": scores})
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--metricx", type=Path)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    results = {name: record(name, arguments.metricx) for name in arguments.names}
    arguments.out.write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
