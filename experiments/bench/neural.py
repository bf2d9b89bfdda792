"""Trained metrics against the published code, on the same random weights and real text: CPU seconds, load, memory.

DATA is a folder like ../shared/data/wmt21, PAIR one of its pairs. PEER is the Python of an environment with
unbabel-comet 2.2.7, transformers 4.57 and setuptools < 81, CHECKOUT a clone of github.com/google-research/metricx.
Models of the published formats are made with random weights (`--size` layers x dimensions, a vocabulary of 6,000
trained on the data). Each side is a process of its own with one thread; each figure is CPU seconds after a first call
that loads everything. `dropped` is what our engine gains besides by not running layers whose share is zero.

    python experiments/bench/neural.py ../shared/data/wmt21 -l ja-en --peer PEER --metricx CHECKOUT
"""

from __future__ import annotations

import argparse
import importlib
import io
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

COUNTS = (1, 2, 5, 10)
MODELS = ("regression", "regression-dropped", "unified", "xcomet", "metricx")
#: Least ratio of CPU seconds, by model and number of systems.
BARS = {
    ("regression", 1): 1.1,
    ("regression", 5): 2.3,
    ("regression", 10): 2.7,
    ("unified", 1): 1.05,
    ("xcomet", 1): 1.3,
    ("metricx", 1): 1.5,
}
_HEADS = {"regression": ("regression_metric", 6), "unified": ("unified_metric", 1), "xcomet": ("xcomet_metric", 1)}


def read(data: Path, pair: str, segments: int) -> dict[str, Any]:
    """The first segments of the source, refA and ten systems."""

    def lines(path: Path) -> list[str]:
        return path.read_text(encoding="utf-8").split("\n")[:segments]

    systems = [lines(path) for path in sorted((data / "system-outputs" / pair).glob("*.txt"))]
    return {
        "src": lines(data / "sources" / f"{pair}.txt"),
        "ref": lines(data / "references" / f"{pair}.refA.txt"),
        "systems": systems[: max(COUNTS) + 1],
    }


def build(texts: dict[str, Any], layers: int, width: int, directory: Path) -> None:
    """A checkpoint of each kind; `regression-dropped` is `regression` with a mix whose upper half has no share."""
    import torch
    import transformers
    import yaml

    torch.manual_seed(7)
    sizes = {"hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": width // 32}
    sizes |= {"intermediate_size": 4 * width, "vocab_size": _tokenizer(texts, directory / "encoder") + 1}
    common = {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0}
    for kind in ("regression", "regression-dropped", "unified", "xcomet"):
        base = kind.partition("-")[0]
        config = (transformers.XLMRobertaXLConfig if base == "xcomet" else transformers.XLMRobertaConfig)(
            **sizes, **common, eos_token_id=2
        )
        encoder = directory / f"{kind}-encoder"
        encoder.mkdir()
        for file in (directory / "encoder").iterdir():
            (encoder / file.name).write_bytes(file.read_bytes())
        config.save_pretrained(encoder)
        model = transformers.AutoModel.from_config(config, add_pooling_layer=False)
        state = {f"encoder.model.{name}": tensor for name, tensor in model.state_dict().items()}
        name, features = _HEADS[base]
        hidden = [2 * width, width]
        for place, shape in zip((0, 3, 6), itertools.pairwise([features * width, *hidden, 1]), strict=True):
            state[f"estimator.ff.{place}.weight"] = torch.randn(shape[1], shape[0]) / shape[0] ** 0.5
            state[f"estimator.ff.{place}.bias"] = torch.zeros(shape[1])
        for i in range(layers + 1):
            low = kind == "regression-dropped" and i > layers // 2
            state[f"layerwise_attention.scalar_parameters.{i}"] = torch.full((1,), -9.0 if low else 0.01 * i)
        state["layerwise_attention.gamma"] = torch.ones(1)
        hparams = {
            "encoder_model": "XLM-RoBERTa-XL" if base == "xcomet" else "XLM-RoBERTa",
            "pretrained_model": str(encoder),
            "layer_transformation": "sparsemax",
            "layer_norm": False,
            "hidden_sizes": hidden,
        }
        if base == "unified":
            hparams |= {"input_segments": ["mt", "src"], "word_level_training": False}
        if base == "xcomet":
            hparams |= {"word_layer": layers}
            state |= {"hidden2tag.weight": torch.randn(4, width) / width**0.5, "hidden2tag.bias": torch.zeros(4)}
        (directory / kind / "checkpoints").mkdir(parents=True)
        (directory / kind / "hparams.yaml").write_text(yaml.safe_dump({**hparams, "class_identifier": name}))
        content = {"state_dict": state, "hyper_parameters": hparams, "pytorch-lightning_version": "2.0.6"}
        torch.save(content, directory / kind / "checkpoints" / "model.ckpt")
    _build_metricx(layers, width, directory / "metricx")


def _build_metricx(layers: int, width: int, directory: Path) -> None:
    """mT5 of its real vocabulary, since its last rows hold the score; the tokenizer is the encoder's."""
    import torch
    from safetensors.torch import save_file
    from transformers import MT5Config, MT5ForConditionalGeneration

    torch.manual_seed(7)
    config = MT5Config(
        vocab_size=250112, d_model=width, d_kv=32, d_ff=2 * width, num_layers=layers, num_heads=width // 32,
        tie_word_embeddings=False,
    )  # fmt: skip
    model = MT5ForConditionalGeneration(config)
    with torch.inference_mode():
        logits = model(
            input_ids=torch.arange(4, 40)[None], decoder_input_ids=torch.zeros((1, 1), dtype=torch.long)
        ).logits
        model.lm_head.weight[250089] *= 10 / logits[0, 0, 250089]  # scores between 0 and 25
    state = {name: tensor.clone() for name, tensor in model.state_dict().items() if "embed_tokens" not in name}
    directory.mkdir()
    save_file(state, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "config.json").write_text(json.dumps({**config.to_dict(), "tie_word_embeddings": False}))


def _tokenizer(texts: dict[str, Any], directory: Path) -> int:
    """A tokenizer as XLM-R's, trained on the texts; the number of its tokens."""
    import sentencepiece
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    model = io.BytesIO()
    lines = [*texts["src"], *texts["ref"], *(line for system in texts["systems"] for line in system)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=6000, hard_vocab_limit=False, minloglevel=2
    )
    trained = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [(trained.id_to_piece(i), trained.get_score(i)) for i in range(3, trained.get_piece_size())]
    vocabulary = [*((token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")), *pieces, ("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    directory.mkdir()
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "XLMRobertaTokenizer"}))
    return len(vocabulary)


def samples(texts: dict[str, Any], systems: Sequence[Sequence[str]], reference: bool) -> list[dict[str, str]]:
    return [
        {"src": src, "mt": mt, **({"ref": ref} if reference else {})}
        for system in systems
        for src, mt, ref in zip(texts["src"], system, texts["ref"], strict=False)
    ]


def metricx_texts(texts: dict[str, Any], system: Sequence[str]) -> list[str]:
    rows = zip(texts["src"], system, texts["ref"], strict=True)
    return [f"source: {src} candidate: {mt} reference: {ref}" for src, mt, ref in rows]


def peer_process(work: Path, kind: str, checkout: str) -> dict[str, Any]:
    texts = json.loads((work / "texts.json").read_text())
    if kind == "metricx":
        return _peer_metricx(work, texts, checkout)
    started = time.process_time()
    import torch

    torch.set_num_threads(1)
    comet = importlib.import_module("comet")
    before = _resident()
    model = comet.load_from_checkpoint(str(work / kind / "checkpoints" / "model.ckpt"), local_files_only=True)

    def predict(systems: Sequence[Sequence[str]]) -> list[float]:
        given = samples(texts, systems, kind != "unified")
        options: dict[str, Any] = {"batch_size": 16, "gpus": 0, "num_workers": 0, "progress_bar": False}
        return model.predict(given, **options).scores  # type: ignore[no-any-return]

    predict([texts["systems"][0][:1]])
    first = time.process_time() - started
    found: dict[str, Any] = {"first": first, "memory": _peak() - before}
    for count in COUNTS if kind.startswith("regression") else COUNTS[:1]:
        found[str(count)], scores = _timed(lambda: predict(texts["systems"][:count]))  # noqa: B023
        found[f"scores {count}"] = scores
    if kind == "regression":
        found["added"], _ = _timed(lambda: predict(texts["systems"][10:11]))
        found["eleven"], _ = _timed(lambda: predict(texts["systems"][:11]))
    return found


def _peer_metricx(work: Path, texts: dict[str, Any], checkout: str) -> dict[str, Any]:
    """The script's own way: one text at a time."""
    import torch
    from transformers import PreTrainedTokenizerFast

    torch.set_num_threads(1)
    sys.path.insert(0, checkout)
    models = importlib.import_module("metricx24.models")
    model = models.MT5ForRegression.from_pretrained(work / "metricx", torch_dtype="float32").eval()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(work / "encoder" / "tokenizer.json"))

    def predict() -> list[float]:
        scores = []
        for text in metricx_texts(texts, texts["systems"][0]):
            ids = torch.tensor([tokenizer(text, max_length=1536, truncation=True)["input_ids"][:-1]])
            with torch.inference_mode():
                output = model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=False)
            scores.append(output.predictions.item())
        return scores

    seconds, scores = _timed(predict)
    return {"1": seconds, "scores 1": scores}


def our_process(work: Path, kind: str) -> dict[str, Any]:
    texts = json.loads((work / "texts.json").read_text())
    started = time.process_time()
    import torch

    torch.set_num_threads(1)
    from mtqe.neural.session import session

    if kind == "metricx":
        from mtqe.neural import metricx

        checkpoint = metricx.find_metricx(str(work / "metricx"), 24, str(work / "encoder"))
        model = metricx.Predictor(checkpoint)
        with session(store=work / "metricx-store"):
            model.predict(metricx_texts(texts, texts["systems"][0])[:1])
        with session(store=work / "metricx-cold"):
            seconds, found = _timed(lambda: model.predict(metricx_texts(texts, texts["systems"][0])))
        return {"1": seconds, "scores 1": [float(one.vector[0]) for one in found]}

    from mtqe.neural import comet

    before = _resident()
    predictor = comet.Predictor(comet.find_checkpoint(str(work / kind)))

    def predict(systems: Sequence[Sequence[str]], by: comet.Predictor = predictor) -> list[float]:
        given = samples(texts, systems, kind != "unified")
        return [one.score for one in by.predict([comet.Segment(**sample) for sample in given])]

    with session(store=work / f"{kind}-first"):
        predict([texts["systems"][0][:1]])
    first = time.process_time() - started
    result: dict[str, Any] = {"first": first, "memory": _peak() - before}
    for count in COUNTS if kind.startswith("regression") else COUNTS[:1]:
        with session(store=work / f"{kind}-{count}"):
            result[str(count)], scores = _timed(lambda: predict(texts["systems"][:count]))  # noqa: B023
        result[f"scores {count}"] = scores
    with session(store=work / f"{kind}-bf16"):
        short = comet.Predictor(predictor.checkpoint, dtype="bf16")
        result["bf16"], result["scores bf16"] = _timed(lambda: predict(texts["systems"][:1], short))
    if kind == "regression":
        with session(store=work / f"{kind}-10"):
            result["added"], _ = _timed(lambda: predict(texts["systems"][:11]))
        with session(store=work / f"{kind}-alone"):
            result["alone"], _ = _timed(lambda: predict(texts["systems"][10:11]))
        with session(store=work / f"{kind}-eleven"):
            result["eleven"], _ = _timed(lambda: predict(texts["systems"][:11]))
    return result


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    value = call()
    return time.process_time() - started, value


def _resident() -> int:
    """The memory that the process has now, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _peak() -> int:
    """The most that it has had."""
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("-l", "--languages", default="ja-en", metavar="PAIR")
    parser.add_argument("--peer", metavar="PEER")
    parser.add_argument("--metricx", default="", metavar="CHECKOUT")
    parser.add_argument("--size", default="6x256")
    parser.add_argument("--segments", type=int, default=100)
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--side", choices=("peer", "ours"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        (kind,) = arguments.models
        side = peer_process(arguments.data, kind, arguments.metricx) if arguments.side == "peer" else None
        print(json.dumps(side or our_process(arguments.data, kind)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        texts = read(arguments.data, arguments.languages, arguments.segments)
        (work / "texts.json").write_text(json.dumps(texts))
        layers, width = map(int, arguments.size.split("x"))
        build(texts, layers, width, work)
        for kind in arguments.models:
            if kind != "metricx" or arguments.metricx:
                report(kind, *(_side(side, kind, work, arguments) for side in ("peer", "ours")), work)


def _side(side: str, kind: str, work: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    python = arguments.peer if side == "peer" else sys.executable
    words = [python, __file__, str(work), "--models", kind, "--side", side, "--metricx", arguments.metricx]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    environment["MTQE_CACHE"] = str(work / "cache")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def report(kind: str, peer: dict[str, Any], ours: dict[str, Any], work: Path) -> None:
    for count in COUNTS:
        if str(count) in peer:
            ratio = peer[str(count)] / ours[str(count)]
            bar = BARS.get((kind, count))
            apart = max(abs(a - b) for a, b in zip(peer[f"scores {count}"], ours[f"scores {count}"], strict=True))
            print(
                f"{kind}, {count} systems: peer {peer[str(count)]:.2f} s, ours {ours[str(count)]:.2f} s, {ratio:.2f}x"
                + (f" (bar {bar}x: {'met' if ratio >= bar else 'SHORT'})" if bar else "")
                + f", scores within {apart:.1e}"
            )
    if "bf16" in ours:
        apart = [b - a for a, b in zip(ours["scores 1"], ours["scores bf16"], strict=True)]
        print(
            f"{kind}, bf16: scores within {max(map(abs, apart)):.1e} (bar 5e-3), mean within "
            f"{abs(sum(apart)) / len(apart):.1e} (bar 1e-3), {ours['1'] / ours['bf16']:.2f}x as fast, load included"
        )
    if "added" in ours:
        again, alone, theirs = (of / ours["added"] for of in (ours["eleven"], ours["alone"], peer["eleven"]))
        print(f"{kind}, an eleventh system with a warm cache: all eleven again take {again:.1f}x (bar 10x),", end=" ")
        print(f"the new one alone {alone:.2f}x, the peer's eleven {theirs:.1f}x")
    if "first" in ours:
        size = (work / kind / "checkpoints" / "model.ckpt").stat().st_size
        times = f"peer {peer['first']:.1f} s, ours {ours['first']:.1f} s, {peer['first'] / ours['first']:.1f}x (bar 2x)"
        memory = f"peer {peer['memory'] / size:.2f}, ours {ours['memory'] / size:.2f} of the weights (bar 1.15)"
        print(f"{kind}, import to first score: {times}; memory above that after imports: {memory}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
