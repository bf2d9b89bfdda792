"""Make the fixtures of the neural metrics: tiny random checkpoints in the published formats, and the peers' scores.

Run in the peers' environment, which `peers.py` says how to make, with a checkout of github.com/google-research/metricx:

    python tests/neural/make_fixtures.py --metricx PATH [NAME ...]

Without names, the texts, the tokenizers and all models are made. Weights are drawn from a fixed seed, set so that
scores spread and spans of each severity come, and rounded to 16 bits before the peer sees them. The training of BERT's
vocabulary is not repeatable: a run without names gives its models other scores.
"""

import argparse
import gzip
import itertools
import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import make_texts
import peers
import published
import torch
from fixture_models import BERTSCORE, COMET, METRICX, MT5, XLMR

Tensors = dict[str, torch.Tensor]

#: Where the mean and the spread of a model's scores are put.
MEAN, SPREAD = 0.85, 0.1


def make_comet(name: str) -> None:
    """Draw a COMET model's weights, unless it shares another one's, and set them on the peer's own answers."""
    spec = COMET[name]
    about = {
        "hparams": spec["hp"] | {"class_identifier": spec["class"]} | spec.get("yaml", {}),
        "hyper_parameters": spec["hp"],
        "config": spec.get("config", XLMR),
        "tokenizer": spec.get("tokenizer", "xlm-roberta"),
        "modes": spec["modes"],
        "tensors": f"{spec.get('tensors', name)}.safetensors",
    }
    write_description(name, about)
    if "tensors" in spec:
        return
    from comet.models import str2model

    torch.manual_seed(spec.get("seed", 4))
    with tempfile.TemporaryDirectory() as scratch:
        published.write_encoder(about, Path(scratch) / "encoder")
        hyper_parameters = spec["hp"] | {"pretrained_model": str(Path(scratch) / "encoder")}
        known = str2model[spec["class"]].__init__.__code__.co_varnames
        given = {key: value for key, value in hyper_parameters.items() if key in known}
        comet = str2model[spec["class"]](**given, load_pretrained_weights=False, local_files_only=True)
    comet.eval()
    randomise(comet.encoder.named_parameters())
    if comet.layerwise_attention:
        for parameter, value in zip(comet.layerwise_attention.scalar_parameters, spec["mix"], strict=True):
            parameter.data.fill_(value)
        comet.layerwise_attention.gamma.data.fill_(1.25)
    randomise(comet.estimator.named_parameters())
    if getattr(comet, "word_level", False):
        set_tags(comet)
    round_weights(comet)
    spread_scores(comet, spec["modes"][0])
    round_weights(comet)
    save_tensors(name, dict(comet.state_dict()))


def randomise(parameters: Any, scale: float = 1.0) -> None:
    """Weights whose scale keeps signals alive through the layers; norms near 1."""
    for key, parameter in parameters:
        if "embeddings" in key and parameter.dim() == 2:
            parameter.data.normal_(0, 0.3 if "position" in key else 1.0)
        elif parameter.dim() == 2:
            parameter.data.normal_(0, scale / parameter.shape[1] ** 0.5)
        elif "norm" in key.lower() and key.endswith("weight"):
            parameter.data.normal_(1.0, 0.1)
        else:
            parameter.data.normal_(0, 0.1)


def round_weights(model: torch.nn.Module) -> None:
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()


def spread_scores(comet: Any, mode: str) -> None:
    """Scale and shift the last layer so that the estimator's outputs have the wished mean and spread."""
    linear = [module for module in comet.estimator.ff if isinstance(module, torch.nn.Linear)][-1]
    outputs = []
    hook = comet.estimator.register_forward_hook(lambda module, inputs, output: outputs.append(output.detach()))
    peers.run_comet(comet, mode)
    hook.remove()
    values = torch.cat(outputs).flatten()
    factor = SPREAD / values.std()
    linear.weight.data *= factor
    linear.bias.data = (linear.bias.data - values.mean()) * factor + MEAN


def set_tags(comet: Any) -> None:
    """A word-level head under which each severity comes about as often, and six in seven tokens are no error."""
    rows: list[torch.Tensor] = []

    def collect(probabilities: torch.Tensor, ids: torch.Tensor, offsets: Any) -> list[list[Any]]:
        rows.extend(row[: len(places)] for row, places in zip(probabilities, offsets, strict=True))
        return [[] for _ in offsets]

    comet.hidden2tag.weight.data.normal_()
    comet.hidden2tag.weight.data[0] = 0
    comet.hidden2tag.bias.data.zero_()
    decode, comet.decode = comet.decode, collect
    peers.run_comet(comet, "qe")
    comet.decode = decode
    logits = torch.cat(rows).log()
    logits = (logits - logits[:, :1])[:, 1:]
    mean, deviation = logits.mean(0), logits.std(0)
    comet.hidden2tag.weight.data[1:] /= deviation[:, None]
    comet.hidden2tag.bias.data[1:] = -mean / deviation - ((logits - mean) / deviation).amax(1).quantile(0.86)


def check_spans(name: str) -> None:
    """Raise AssertionError unless the peer's spans of a fixture are of all the kinds that a test needs."""
    from comet import load_from_checkpoint

    with tempfile.TemporaryDirectory() as scratch:
        path = published.write_comet(name, Path(scratch)) / "checkpoints" / "model.ckpt"
        comet = load_from_checkpoint(str(path), local_files_only=True)
    decode, counts, margins = comet.decode, Counter[str](), []

    def watch(probabilities: torch.Tensor, ids: torch.Tensor, offsets: Any) -> Any:
        for row, places in zip(probabilities, offsets, strict=True):
            best = row[: len(places)].topk(2).values
            margins.append((best[:, 0] - best[:, 1]).min().item())
            labels = row[: len(places)].argmax(1).tolist()
            runs = [list(group) for error, group in itertools.groupby(labels, bool) if error]
            counts["spans"] += len(runs)
            counts["merged"] += sum(len(set(run)) > 1 for run in runs)
            counts["long"] += sum(len(run) > 2 for run in runs)
            counts["open"] += labels[-1] > 0
            counts["first"] += labels[0] > 0
        return decode(probabilities, ids, offsets)

    comet.decode = watch
    for mode in COMET[name]["modes"]:
        counts.clear()
        runs = peers.run_comet(comet, mode)
        severities = Counter(
            span["severity"] for run in runs.values() for spans in run["error_spans"] for span in spans
        )
        print(name, mode, dict(severities), dict(counts), f"least margin {min(margins):.1e}")
        if "tensors" not in COMET[name]:
            assert all(counts[kind] > 1 for kind in ("merged", "open", "first", "long"))
            assert set(severities) == set(COMET[name]["hp"]["error_labels"])
    assert min(margins) > 1e-5, "a span hangs on rounding: take another seed"


def make_metricx(name: str, checkout: Path) -> None:
    """Draw an MT5 model's weights; the output token's row is set so that scores spread over 0 to 25 and beyond."""
    spec = METRICX[name]
    write_description(name, {"config": MT5} | spec | {"tensors": "metricx-24.safetensors"})
    if name != "metricx-24":
        return
    import transformers

    torch.manual_seed(3)
    tokens = len(json.loads((published.FIXTURES / "mt5" / "tokenizer.json").read_text())["model"]["vocab"])
    mt5 = transformers.MT5ForConditionalGeneration(transformers.MT5Config(**MT5 | {"vocab_size": tokens + 1}))
    for key, parameter in mt5.named_parameters():
        scale = 1.0 if key == "shared.weight" or "bias" in key else 0.8 / parameter.shape[-1] ** 0.5
        parameter.data.normal_(0, scale) if parameter.dim() == 2 else parameter.data.normal_(1.0, 0.1)
    for stack in (mt5.encoder, mt5.decoder):
        for block in stack.block:  # T5 does not divide by the root of the head's size: its queries are small instead
            block.layer[0].SelfAttention.q.weight.data /= 2
    state = {key: tensor for key, tensor in mt5.state_dict().items() if "embed_tokens" not in key}
    save_tensors(name, {key: tensor.half().float() for key, tensor in state.items()})
    with tempfile.TemporaryDirectory() as scratch:
        states: list[torch.Tensor] = []
        peers.record_metricx(name, Path(scratch), checkout, states)
    hidden = torch.cat(states)
    along = hidden @ torch.linalg.svd(hidden - hidden.mean(0)).Vh[0]
    wished = 8 + 6 * (along - along.mean()) / along.std()
    row = torch.linalg.lstsq(hidden, wished[:, None]).solution[:, 0]
    state["lm_head.weight"][-1] = row
    state["shared.weight"][-1] = 3 * row  # where tied, times 1/4: another score
    save_tensors(name, {key: tensor.half().float() for key, tensor in state.items()})


def make_bertscore(name: str) -> None:
    """Draw an encoder's weights; keys as published: with the model's name, and BERT's norms with their old names."""
    import transformers

    spec = BERTSCORE[name]
    write_description(name, spec | {"tensors": f"{name}.safetensors"})
    torch.manual_seed(5)
    config = transformers.AutoConfig.for_model(**spec["config"])
    model = transformers.AutoModel.from_config(config, add_pooling_layer=False)
    randomise(model.named_parameters(), 0.8)
    prefix = spec["config"]["model_type"]
    state = {f"{prefix}.{key}": tensor.half().float() for key, tensor in model.state_dict().items()}
    if prefix == "bert":
        norms = {".LayerNorm.weight": ".LayerNorm.gamma", ".LayerNorm.bias": ".LayerNorm.beta"}
        for old, new in norms.items():
            state = {key.replace(old, new): tensor for key, tensor in state.items()}
    save_tensors(name, {key: tensor for key, tensor in state.items() if tensor.is_floating_point()})


def make_baseline() -> None:
    """A baseline file as bert-score has them, with numbers of ours."""
    rows = [
        "LAYER,P,R,F",
        *(f"{layer},{0.3 + layer / 10},{0.31 + layer / 10},{0.305 + layer / 10}" for layer in range(5)),
    ]
    (published.FIXTURES / "baseline.tsv").write_text("\n".join(rows) + "\n")


def make_texts_and_tokenizers() -> None:
    text = json.dumps(make_texts.make_segments(), ensure_ascii=False, indent=1)
    (published.FIXTURES / "segments.json").write_text(text + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        make_texts.make_xlmr(Path(scratch), published.FIXTURES / "xlm-roberta")
        make_texts.make_mt5(Path(scratch), published.FIXTURES / "mt5")
    make_texts.make_bert(published.FIXTURES / "bert")
    make_texts.make_roberta(published.FIXTURES / "roberta")
    make_baseline()


def write_description(name: str, about: dict[str, Any]) -> None:
    text = json.dumps(about, indent=1, sort_keys=True)
    (published.FIXTURES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def save_tensors(name: str, tensors: Tensors) -> None:
    from safetensors.torch import save_file

    halves = {key: tensor.half() for key, tensor in tensors.items()}
    exact = {key: half if half.equal(tensors[key]) else tensors[key] for key, half in halves.items()}
    path = published.FIXTURES / f"{name}.safetensors"
    save_file({key: tensor.contiguous() for key, tensor in exact.items()}, path)
    path.chmod(0o644)


def write_expected(name: str, metricx: Path | None) -> None:
    text = json.dumps(peers.record(name, metricx), ensure_ascii=False)
    compressed = gzip.compress(text.encode(), mtime=0)
    (published.FIXTURES / f"{name}.expected.json.gz").write_bytes(compressed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--metricx", type=Path, required=True)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch.set_num_threads(1)
    published.FIXTURES.mkdir(exist_ok=True)
    if not arguments.names:
        make_texts_and_tokenizers()
    for name in arguments.names or (*COMET, *METRICX, *BERTSCORE):
        if name in COMET:
            make_comet(name)
            if COMET[name]["hp"].get("word_level_training"):
                check_spans(name)
        elif name in METRICX:
            make_metricx(name, arguments.metricx)
        else:
            make_bertscore(name)
        write_expected(name, arguments.metricx)
        print(name)


if __name__ == "__main__":
    main()
