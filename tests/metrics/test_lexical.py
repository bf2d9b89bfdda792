"""BLEU, chrF and TER against sacreBLEU itself: equal to the last bit, signatures included."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError, MtqeError, UnavailableError
from mtqe.metrics import score
from mtqe.readers import load
from mtqe.results import MetricSpec, SegmentScores
from mtqe.score_files import read_scores, write_scores

PAIRS: list[tuple[str, Any]] = [
    ("bleu", BLEU(trg_lang="en")),
    ("bleu:lowercase=true,smooth_method=floor", BLEU(lowercase=True, smooth_method="floor")),
    ("bleu:smooth_method=add-k,smooth_value=1", BLEU(smooth_method="add-k", smooth_value=1)),
    ("bleu:effective_order=true,smooth_method=none", BLEU(effective_order=True, smooth_method="none")),
    ("bleu:tokenize=char,max_ngram_order=2", BLEU(tokenize="char", max_ngram_order=2)),
    ("chrf", CHRF()),
    ("chrf:word_order=2", CHRF(word_order=2)),
    ("chrf:eps_smoothing=true,beta=1", CHRF(eps_smoothing=True, beta=1)),
    ("ter", TER()),
    ("ter:normalized=true,case_sensitive=true", TER(normalized=True, case_sensitive=True)),
]
REFERENCES = [
    ("The ferry to Ochakiv leaves at dawn.", "At dawn the Ochakiv ferry departs."),
    ("Nobody was hurt.", None),
    ("He paid 1,912 hryvnias, she 15.", "He paid 1912 hryvnias and she paid 15."),
    ("Fog", "Fog."),
]
OUTPUTS = {
    "good": ["The ferry to Ochakov leaves at dawn.", "No one was hurt.", "He paid 1,912 hryvnias, and she 15.", "Fog"],
    "poor": ["Steam to the Ochakiv goes at dawn dawn", "", "He 1912 paid UAH.", "Nebula of"],
}


def make_test_set(systems: dict[str, list[Any]], references: list[tuple[str | None, ...]] = REFERENCES) -> TestSet:
    segments = tuple(Segment(str(i), None, r, "d") for i, r in enumerate(references))
    outputs = tuple(SystemOutput(name, tuple(texts)) for name, texts in systems.items())
    return TestSet("t", None, "en", (Document("d", segments),), outputs)


@pytest.mark.parametrize(("request_", "peer"), PAIRS, ids=[name for name, _ in PAIRS])
def test_corpus_scores_and_signatures_are_sacrebleus(request_: str, peer: Any) -> None:
    scores = score(make_test_set(OUTPUTS), [request_])
    for name, texts in OUTPUTS.items():
        expected = peer.corpus_score(texts, list(zip(*REFERENCES, strict=True)))
        assert scores.corpus(name, request_) == expected.score
        ours = scores.signature(name, request_).removesuffix("|max_ngram_order:2")  # sacreBLEU's does not say it
        assert ours == f"{expected.name}|{peer.get_signature()}"


def test_unit_scores_are_sacrebleus_sentence_scores() -> None:
    scores = score(make_test_set(OUTPUTS), ["bleu", "chrf", "ter"])
    for request, peer in (("bleu", BLEU(effective_order=True)), ("chrf", CHRF()), ("ter", TER())):
        expected = [
            peer.sentence_score(text, [r for r in refs if r is not None]).score
            for text, refs in zip(OUTPUTS["poor"], REFERENCES, strict=True)
        ]
        assert scores["poor", request].values.tolist() == expected


@pytest.mark.parametrize(("request_", "peer"), PAIRS, ids=[name for name, _ in PAIRS])
@settings(max_examples=30, deadline=None)
@given(weights=st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=5))
def test_resampled_scores_are_what_sacrebleu_computes(request_: str, peer: Any, weights: list[list[int]]) -> None:
    scores = score(make_test_set({"poor": OUTPUTS["poor"]}), [request_])
    sums = np.array(weights, dtype=np.float64) @ scores["poor", request_].statistics
    expected = [peer._compute_score_from_stats(row.tolist()).score for row in sums]
    np.testing.assert_allclose(scores.metrics[request_].aggregate(sums), expected, rtol=1e-12)


def test_missing_output_counts_as_empty_or_is_skipped() -> None:
    outputs = make_test_set({"none": ["Fog", None, None, "Fog"], "empty": ["Fog", "", "", "Fog"]})
    scores = score(outputs, ["chrf", "chrf:nulls=skip"])
    assert scores.corpus("none", "chrf") == scores.corpus("empty", "chrf")
    skipped = scores["none", "chrf:nulls=skip"]
    assert skipped.reasons == {1: "no output", 2: "no output"}
    assert scores.protocol("none", "chrf:nulls=skip") == "align:identity|nulls:skip"
    assert np.isnan(skipped.values[[1, 2]]).all()
    assert scores.corpus("none", "chrf:nulls=skip") > scores.corpus("none", "chrf")


def test_a_system_without_any_output_is_unscored_beside_others() -> None:
    scores = score(make_test_set({"s": ["Fog"] * 4, "none": [None] * 4}), ["chrf:nulls=skip", "bleu:nulls=skip"])
    for metric in scores.metrics:
        assert np.isnan(scores.corpus("none", metric))
        assert scores["none", metric].statistics.shape == scores["s", metric].statistics.shape


def test_a_segment_without_reference_is_unscored() -> None:
    scores = score(make_test_set({"s": ["a b c d", "x"]}, [("a b c d",), (None,)]), ["bleu"])
    assert scores["s", "bleu"].reasons == {1: "no reference"}
    assert scores.corpus("s", "bleu") == pytest.approx(100)


def test_adding_a_system_changes_no_bit() -> None:
    metrics = ["bleu", "chrf:word_order=2", "ter"]
    alone, both = (score(make_test_set(o), metrics) for o in ({"poor": OUTPUTS["poor"]}, OUTPUTS))
    for metric in metrics:
        assert np.array_equal(alone["poor", metric].statistics, both["poor", metric].statistics)
        assert alone.corpus("poor", metric) == both.corpus("poor", metric)


def test_what_cannot_be_scored_is_said() -> None:
    with pytest.raises(InputError, match="no system output"):
        score(make_test_set({}), ["bleu"])
    with pytest.raises(ConfigError, match="needs a reference"):
        score(make_test_set({"s": ["x"]}, [()]), ["bleu"])
    with pytest.raises(ConfigError, match="twice"):
        score(make_test_set(OUTPUTS), ["bleu", "bleu"])


def test_scores_come_back_from_disk(tmp_path: Path) -> None:
    test_set = make_test_set(OUTPUTS | {"gap": ["Fog", None, "He", "Fog"]})
    scores = score(test_set, ["bleu", "chrf:nulls=skip"])
    write_scores(tmp_path / "scores.parquet", [scores])
    (back,) = read_scores(tmp_path / "scores.parquet", [test_set])
    assert back.units == scores.units
    assert back.metrics == scores.metrics
    assert back.systems == scores.systems
    for key, value in scores.values.items():
        assert np.array_equal(back[key].values, value.values, equal_nan=True)
        assert np.array_equal(back[key].statistics, value.statistics)
        assert back[key].reasons == value.reasons
        assert back.signature(*key) == scores.signature(*key)
        assert back.corpus(*key) == scores.corpus(*key)
    other = make_test_set(OUTPUTS, [("other",)] * 4)
    changed = make_test_set(OUTPUTS | {"gap": ["Fog", None, "He", "Mist"]})
    for wrong in (other, changed):
        with pytest.raises(InputError, match="of other texts or outputs"):
            read_scores(tmp_path / "scores.parquet", [wrong])


def test_scores_are_readable_where_their_metric_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_set = make_test_set(OUTPUTS)
    write_scores(tmp_path / "scores.parquet", [score(test_set, ["chrf"])])
    monkeypatch.setattr("mtqe.plugins.names", lambda _kind: ["bleu"])
    (back,) = read_scores(tmp_path / "scores.parquet", [test_set])
    assert back["poor", "chrf"].values.size == 4
    with pytest.raises(UnavailableError, match="not installed"):
        back.corpus("poor", "chrf")


class Broken:
    spec = MetricSpec("broken")
    needs: ClassVar[frozenset[str]] = frozenset()
    higher_is_better = True

    def __init__(self, size: int) -> None:
        self.size = size

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        return {system.key: SegmentScores(np.ones(self.size)) for system in test_set.systems}


def test_a_metric_needs_few_members_and_one_score_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqe.metrics.create", lambda request: Broken(int(request)))
    scores = score(make_test_set(OUTPUTS), ["4"])
    assert (scores.corpus("good", "4"), scores.metrics["4"].label) == (1.0, "4")
    with pytest.raises(MtqeError, match="one score for each unit"):
        score(make_test_set(OUTPUTS), ["5"])


def test_a_tokeniser_that_is_not_installed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(_name: str) -> None:
        raise RuntimeError("\nJapanese tokenization requires extra dependencies.\n\n    pip install sacrebleu[ja]\n")

    monkeypatch.setattr("sacrebleu.metrics.bleu._get_tokenizer", not_installed)
    with pytest.raises(UnavailableError) as caught:
        score(make_test_set(OUTPUTS), ["bleu"])
    assert str(caught.value).endswith(
        "here: Japanese tokenization requires extra dependencies. pip install sacrebleu[ja]"
    )


def test_all_empty_is_zero_as_in_sacrebleu() -> None:
    scores = score(make_test_set({"s": ["", ""]}, [("",), ("",)]), ["bleu", "ter"])
    assert (scores.corpus("s", "bleu"), scores.corpus("s", "ter")) == (0.0, 0.0)


def test_scores_of_other_outputs_are_not_merged() -> None:
    a, b = (score(make_test_set({"s": texts}), ["chrf"]) for texts in OUTPUTS.values())
    assert set(a.merged(score(make_test_set({"s": OUTPUTS["good"]}), ["bleu"])).metrics) == {"chrf", "bleu"}
    with pytest.raises(InputError, match="other texts or outputs"):
        a.merged(b)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def test_frontline_is_scored_as_sacrebleu_does(root: Path) -> None:
    corpus = root / "corpora" / "frontline" / "uk-en"
    check_against_sacrebleu(corpus / "references" / "A", {"literal": corpus / "systems" / "literal"})


@pytest.mark.parametrize("pair", ["ru-en", "zh-en"])
def test_wmt21_is_scored_as_sacrebleu_does(shared: Path, tmp_path: Path, pair: str) -> None:
    check_against_sacrebleu(*taken(tmp_path, wmt21(shared, pair)[:3], range(50)))


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["ru-en", "is-en", "ja-en", "zh-en"])
def test_wmt21_in_full(shared: Path, pair: str) -> None:
    reference, *systems = wmt21(shared, pair)[:7]
    check_against_sacrebleu(reference, {path.stem: path for path in systems}, ["bleu", "chrf:word_order=2"])


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["ru-en", "is-en", "ja-en", "zh-en"])
def test_long_segments_of_wmt21_are_scored_as_sacrebleu_does(shared: Path, tmp_path: Path, pair: str) -> None:
    """The longest meet TER's limits; the whole set would take sacreBLEU half an hour."""
    paths = wmt21(shared, pair)[:3]
    words = [len(line.split()) for line in lines(paths[0])]
    longest = sorted(range(len(words)), key=lambda i: words[i])[-3:]
    check_against_sacrebleu(*taken(tmp_path, paths, sorted({*longest, *range(0, len(words), 25)})))


def wmt21(shared: Path, pair: str) -> list[Path]:
    data = shared / "data" / "wmt21"
    return [data / "references" / f"{pair}.refA.txt", *sorted((data / "system-outputs" / pair).glob("*.txt"))]


def taken(folder: Path, paths: Sequence[Path], numbers: Sequence[int]) -> tuple[Path, dict[str, Path]]:
    """Some lines of a reference and systems, as files of their own."""
    for path in paths:
        texts = lines(path)
        (folder / path.name).write_text("".join(f"{texts[i]}\n" for i in numbers), encoding="utf-8")
    reference, *systems = [folder / path.name for path in paths]
    return reference, {path.stem: path for path in systems}


PEERS = {"bleu": BLEU(trg_lang="en"), "chrf:word_order=2": CHRF(word_order=2), "ter": TER()}


def check_against_sacrebleu(reference: Path, systems: dict[str, Path], metrics: Sequence[str] = tuple(PEERS)) -> None:
    scores = score(load(reference, translations=systems, languages="en"), metrics)
    folders = [sorted(path.glob("*.txt")) if path.is_dir() else [path] for path in (reference, *systems.values())]
    ref, *outputs = ([line for file in folder for line in lines(file)] for folder in folders)
    for name, hyp in zip(systems, outputs, strict=True):
        for request in metrics:
            expected = PEERS[request].corpus_score(hyp, [ref])
            assert scores.corpus(name, request) == expected.score
            assert scores.signature(name, request) == f"{expected.name}|{PEERS[request].get_signature()}"
