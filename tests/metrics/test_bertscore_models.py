"""BERTScore with any encoder: parity with the bert-score package on tiny random ones, layers, files, refusals."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics import bertscore
from mtqe.neural import similarity
from mtqe.plugins import create

pytest.importorskip("torch")
sys.path.append(str(Path(__file__).resolve().parents[1] / "neural"))
import published

BASELINE = published.FIXTURES / "baseline.tsv"
PARTS = ("precision", "recall", "f1")
CASES = [(kind, run) for kind in ("bert", "roberta") for run in published.expected(f"bertscore-{kind}")["runs"]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("encoders")
    return {kind: str(published.write_bertscore(f"bertscore-{kind}", directory)) for kind in ("bert", "roberta")}


def make_test_set(references: Sequence[Sequence[str | None]], **systems: Sequence[str | None]) -> TestSet:
    segments = tuple(Segment(f"s{i}", None, tuple(texts), "d") for i, texts in enumerate(references))
    outputs = tuple(SystemOutput(name, tuple(texts)) for name, texts in systems.items())
    return TestSet("invented", None, "de", (Document("d", segments),), outputs)


def scores(test_set: TestSet, model: str, **options: Any) -> np.ndarray:
    return bertscore.make(model, device="cpu", **options).score(test_set)["x"].values


@pytest.mark.filterwarnings("ignore:bertscore")
@pytest.mark.parametrize(("kind", "case"), CASES)
def test_equals_the_bert_score_package(kind: str, case: dict[str, Any], models: dict[str, str]) -> None:
    data = published.segments()
    columns = [data["ref"], data["ref2"]][: case["references"]]
    references = list(zip(*columns, strict=True))
    baseline = str(BASELINE) if case["rescale"] else None
    for system, expected in case["scores"].items():
        test_set = make_test_set(references, x=data["systems"][system])
        for part, name in enumerate(PARTS):
            ours = scores(test_set, models[kind], layer=case["layer"], idf=case["idf"], part=name, baseline=baseline)
            for i, texts in enumerate(references):
                if any(text.strip() for text in texts):
                    assert ours[i] == pytest.approx(expected[part][i], abs=1e-6), (i, name)
                else:
                    assert np.isnan(ours[i])


@pytest.mark.filterwarnings("ignore:bertscore")
def test_idf_is_that_of_all_references_whatever_the_systems_are(models: dict[str, str]) -> None:
    """Tokens that all references have count nothing; a system that is merged otherwise changes nothing."""
    references = [("the ferry",), ("the bridge",), ("the rain",)]
    hypotheses = ["the ferry", "ferry", "the"]
    test_set = make_test_set(references, x=hypotheses)
    values = scores(test_set, models["bert"], layer=0, idf=True, part="precision")
    assert values[0] == pytest.approx(1, abs=1e-6)
    assert values[2] == 0  # all that it says counts nothing
    merged = test_set.with_systems([SystemOutput("y", ("the ferry", "the"), units=((0, 1), (2,))), *test_set.systems])
    np.testing.assert_allclose(
        scores(merged, models["bert"], layer=0, idf=True, part="precision"), values, rtol=0, atol=1e-6
    )
    assert bertscore.make(models["bert"], layer=0, idf=True).spec.scope == "corpus"
    assert bertscore.make(models["bert"], layer=0).spec.scope == "segment"


def test_rescaling_is_linear_and_no_match_gets_its_lower_end(models: dict[str, str]) -> None:
    test_set = make_test_set([("the old ferry",), ("rain",)], x=["the bridge", ""])
    raw = scores(test_set, models["bert"], layer=2)
    metric = bertscore.make(models["bert"], layer=2, baseline=str(BASELINE), device="cpu")
    rescaled = metric.score(test_set)["x"].values
    assert rescaled[0] == pytest.approx((raw[0] - 0.505) / (1 - 0.505), abs=1e-6)
    assert rescaled[1] == metric.range[0] == pytest.approx(-0.505 / (1 - 0.505))
    assert "|baseline:0.505|" in metric.spec.signature


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("LAYER,P,R,F\n0,.1,.1,.1\n", "has no layer 2"),
        ("layer,p,r,f\n2,.1,.1,.1\n", "columns are not LAYER, P, R, F"),
        ("LAYER,P,R,F\n2,.1\n", "columns are not LAYER, P, R, F"),
    ],
)
def test_wrong_baselines_are_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "baseline.tsv").write_text(content)
    with pytest.raises(ConfigError, match=message):
        bertscore.make("any", layer=2, baseline=str(tmp_path / "baseline.tsv"))


@pytest.mark.parametrize(
    ("model", "layer"),
    [
        ("roberta-large", 17),
        ("FacebookAI/roberta-large@main", 17),
        ("bert-base-multilingual-cased", 9),
        ("google-bert/bert-base-chinese", 8),
        ("microsoft/deberta-xlarge-mnli", 40),
        ("xlm-roberta-large", 17),
    ],
)
def test_known_models_have_the_layer_of_the_package(model: str, layer: int) -> None:
    assert similarity.layer_of(model) == layer


@pytest.mark.parametrize("model", ["roberta-larger", "somebody/roberta-large", "deberta-xlarge-mnli"])
def test_other_models_need_a_layer(model: str) -> None:
    with pytest.raises(ConfigError, match=f"'bertscore:{model}'.* layer=N"):
        create("metrics", f"bertscore:{model}")


def test_a_model_of_the_hub_is_signed_with_its_revision(
    models: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked = []

    def download(model: str, revision: str | None, **_: Any) -> str:
        asked.append((model, revision))
        return models["roberta"]

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    metric = create("metrics", "bertscore:someone/tiny@v2,layer=2,idf=true,device=cpu")
    found = metric.score(make_test_set([("the ferry",)], x=["the ferry"]))["x"]
    assert set(asked) == {("someone/tiny", "v2")}
    assert found.values == pytest.approx(0)  # one reference: every token of it is in all references
    sha256 = similarity.find(models["roberta"]).sha256
    assert found.spec.signature == (
        "bertscore|model:someone/tiny|revision:bertscore-roberta|layer:2|idf:yes|references:max|nulls:worst|max_length:512"
        f"|dtype:fp32|device:cpu|bert-score:someone/tiny_L2_idf_version=mtqe{bertscore.__version__}"
        f"|weights:{sha256[:12]}|version:{bertscore.__version__}"
    )


def test_weights_that_torch_saved_are_fetched_where_there_are_no_others(
    models: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    import torch
    from safetensors.torch import load_file

    for file in Path(models["bert"]).iterdir():
        if file.suffix != ".safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())

    def download(model: str, revision: str | None, allow_patterns: list[str], **_: Any) -> str:
        if "pytorch_model*.bin" in allow_patterns:
            torch.save(load_file(Path(models["bert"]) / "model.safetensors"), tmp_path / "pytorch_model.bin")
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    test_set = make_test_set([("the old ferry",)], x=["the bridge"])
    assert scores(test_set, "someone/tiny", layer=2) == scores(test_set, models["bert"], layer=2)


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_other_precisions_are_near(dtype: str, models: dict[str, str]) -> None:
    test_set = make_test_set([("the old ferry",)], x=["the bridge"])
    metric = bertscore.make(models["bert"], layer=2, dtype=dtype, device="cpu")
    found = metric.score(test_set)["x"]
    assert found.spec.parameters["dtype"] == dtype
    assert found.values == pytest.approx(scores(test_set, models["bert"], layer=2), abs=2e-2)


def test_only_roberta_has_a_space_before_the_first_word(models: dict[str, str], tmp_path: Path) -> None:
    assert {kind: similarity.find(model).prefix for kind, model in models.items()} == {"bert": "", "roberta": " "}
    for name, prefix in (("RobertaTokenizerFast", " "), ("RobertaTokenizer", " "), ("XLMRobertaTokenizer", "")):
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": name}))
        assert similarity._prefix(tmp_path) == prefix


def test_what_cannot_be_loaded_is_said_in_one_line(models: dict[str, str], tmp_path: Path) -> None:
    test_set = make_test_set([("a",)], x=["a"])
    with pytest.raises(ConfigError, match=r"it has layers 0 to 4, not 5$"):
        scores(test_set, models["bert"], layer=5)
    with pytest.raises(ConfigError, match="unknown dtype 'int8'"):
        scores(test_set, models["bert"], layer=2, dtype="int8")
    for file in Path(models["bert"]).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(UnavailableError, match=r"it has no weights$"):
        scores(test_set, str(tmp_path), layer=2)
    _without("encoder.layer.1.output.dense.bias", Path(models["bert"]), tmp_path)
    with pytest.raises(UnavailableError, match=r"it has no weights encoder\.layer\.1\.output\.dense\.bias$"):
        scores(test_set, str(tmp_path), layer=2)
    scores(test_set, str(tmp_path), layer=1)
    config = json.loads((tmp_path / "config.json").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**config, "is_encoder_decoder": True}))
    with pytest.raises(ConfigError, match=r"it has a decoder$"):
        scores(test_set, str(tmp_path), layer=1)


def _without(name: str, source: Path, target: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(source / "model.safetensors")
    del weights[f"bert.{name}"]
    save_file(weights, target / "model.safetensors", {"format": "pt"})
