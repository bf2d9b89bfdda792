"""The counting kernels and the arithmetic of BLEU, chrF and TER against sacreBLEU: `==` on floats, all statistics."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.lib_ter import translation_edit_rate
from sacrebleu.metrics.ter import TER

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import UnavailableError
from mtqe.metrics import bleu, chrf, ter
from mtqe.metrics._compiled import compiled
from mtqe.metrics._edits import edits
from mtqe.metrics._tokens import vocabulary, words

References = tuple[str | None, ...]

METRICS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "bleu": (bleu, BLEU, {}),
    "bleu zh": (bleu, BLEU, {"tokenize": "zh"}),
    "bleu intl lc": (bleu, BLEU, {"tokenize": "intl", "lowercase": True}),
    "bleu char 6": (bleu, BLEU, {"tokenize": "char", "max_ngram_order": 6}),
    "bleu none eff": (bleu, BLEU, {"tokenize": "none", "effective_order": True}),
    "bleu floor": (bleu, BLEU, {"smooth_method": "floor", "smooth_value": 0.3}),
    "bleu add-k": (bleu, BLEU, {"smooth_method": "add-k", "smooth_value": 0.5}),
    "bleu unsmoothed": (bleu, BLEU, {"smooth_method": "none"}),
    "chrf": (chrf, CHRF, {}),
    "chrf++": (chrf, CHRF, {"word_order": 2}),
    "chrf eps": (chrf, CHRF, {"eps_smoothing": True, "lowercase": True}),
    "chrf spaces": (chrf, CHRF, {"whitespace": True, "char_order": 9, "word_order": 4, "beta": 3}),
    "ter": (ter, TER, {}),
    "ter normalised": (ter, TER, {"normalized": True, "asian_support": True, "case_sensitive": True}),
    "ter no punctuation": (ter, TER, {"no_punct": True, "asian_support": True}),
}
every_metric = pytest.mark.parametrize("name", METRICS)


def make_test_set(systems: dict[str, Sequence[str]], references: Sequence[References], language: str = "en") -> TestSet:
    segments = tuple(Segment(str(i), None, r, "d") for i, r in enumerate(references))
    outputs = tuple(SystemOutput(name, tuple(texts)) for name, texts in systems.items())
    return TestSet("t", None, language, (Document("d", segments),), outputs)


def check(name: str, systems: dict[str, Sequence[str]], references: Sequence[References], language: str = "en") -> None:
    """Statistics, corpus score, sentence scores and signature of each system are sacreBLEU's."""
    module, peer_class, options = METRICS[name]
    of_bleu = {"trg_lang": language} if peer_class is BLEU else {}
    peer = peer_class(**options, **of_bleu)
    single = peer_class(**{**options, **of_bleu, "effective_order": True}) if of_bleu else peer
    metric = module.make(**options)
    scores = metric.score(make_test_set(systems, references, language))
    columns = list(zip(*references, strict=True))
    for system, texts in systems.items():
        found = scores[system]
        statistics = peer._extract_corpus_statistics(texts, columns)
        assert found.statistics.tolist() == statistics
        corpus = peer._aggregate_and_compute(statistics)
        assert metric.aggregate(found.statistics.sum(axis=0)) == corpus.score
        assert found.spec.signature.startswith(f"{corpus.name}|{peer.get_signature()}")
        given = [[r for r in row if r is not None] for row in references]
        if peer_class is TER:  # takes seconds, and makes its score of the same statistics
            sentences = [single._compute_score_from_stats(row).score for row in statistics]
        else:
            sentences = [single.sentence_score(*pair).score for pair in zip(texts, given, strict=True)]
        assert found.values.tolist() == sentences


word = st.sampled_from(
    ["a", "b", "the", "The", "cat.", "(hi)", "1,912", "...", "é", "猫", "猫が", "。", "&amp;", "«да»"]
)
text = st.lists(word | st.text(max_size=4), max_size=9).map(" ".join) | st.text(max_size=12)


@every_metric
@settings(max_examples=25)
@given(data=st.data(), width=st.integers(1, 3), size=st.integers(1, 4))
def test_any_text_is_scored_as_sacrebleu_does(name: str, data: st.DataObject, width: int, size: int) -> None:
    further = st.lists(st.none() | text, min_size=width - 1, max_size=width - 1)
    rows = data.draw(st.lists(st.tuples(text, text, further), min_size=size, max_size=size))
    check(name, {"a": [h for h, _, _ in rows], "b": [r for _, r, _ in rows]}, [(r, *more) for _, r, more in rows])


@pytest.mark.parametrize("name", ["bleu", "bleu zh", "chrf", "chrf++", "ter"])
@given(hypothesis=st.text(st.characters(), max_size=60), reference=st.text(st.characters(), max_size=60))
def test_any_code_points_are_scored_as_sacrebleu_does(name: str, hypothesis: str, reference: str) -> None:
    check(name, {"s": [hypothesis]}, [(reference,)])


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def worse(texts: Sequence[str], by: str = " ") -> list[str]:
    """Translations made of references: a stretch moved to the front, every ninth word lost, some lines empty."""
    made = []
    for i, line in enumerate(texts):
        tokens = line.split(by) if by else list(line)
        half = len(tokens) // 3
        moved = tokens[half : 2 * half] + tokens[:half] + tokens[2 * half :]
        made.append("" if i % 13 == 5 else (by or "").join(t for k, t in enumerate(moved) if (k + i) % 9))
    return made


@every_metric
@pytest.mark.parametrize("language", ["ja", "ru", "zh"])
def test_other_languages_are_scored_as_sacrebleu_does(name: str, language: str, shared: Path) -> None:
    texts = [
        line[: 100 if language == "ru" else 40]
        for line in lines(shared / "data" / "wmt21" / "sources" / f"{language}-en.txt")[:14]
    ]
    systems = {"words": worse(texts), "characters": worse(texts, "")}
    tokenised = "tokenize" in METRICS[name][2] or METRICS[name][1] is not BLEU
    check(name, systems, [(text,) for text in texts], language if tokenised and language != "ja" else "ru")


@every_metric
def test_german_is_scored_as_sacrebleu_does(name: str, root: Path) -> None:
    files = sorted((root / "corpora" / "frontline" / "de-en" / "source").glob("*.txt"))
    texts = [line[:120] for file in files for line in lines(file)][:14]
    assert len(texts) == 14
    check(name, {"worse": worse(texts)}, [(text,) for text in texts], "de")


@every_metric
@pytest.mark.parametrize("width", [1, 2, 3])
def test_several_references_are_scored_as_sacrebleu_does(name: str, width: int, shared: Path) -> None:
    data = shared / "data" / "wmt21"
    sets = [data / "references" / f"ru-en.ref{x}.txt" for x in "AB"] + [data / "system-outputs/ru-en/Online-W.txt"]
    references = list(zip(*([x[:90] for x in lines(path)[:8]] for path in sets[:width]), strict=True))
    systems = {"G": [line[:90] for line in lines(data / "system-outputs/ru-en/Online-G.txt")[:8]]}
    check(name, systems, references)
    gaps = [(row[0], *(None if i % 3 == 0 else r for r in row[1:])) for i, row in enumerate(references)]
    check(name, systems, gaps)


def test_ter_keeps_thirds_with_three_references() -> None:
    references = [("a b c d", "a b c", "b c d"), ("x y", "x", "y"), ("q", "q r", "q r s t u")]
    check("ter", {"s": ["b a d c", "y x", "s r q"]}, references)
    scores = ter.make().score(make_test_set({"s": ["b a d c", "y x", "s r q"]}, references))["s"]
    assert scores.statistics[:, 1].tolist() == [10 / 3, 4 / 3, 8 / 3]


TOKENISERS = ["13a", "intl", "zh", "char", "none", "ja-mecab", "ko-mecab", "flores101", "flores200", "spBLEU-1K"]


@pytest.mark.parametrize("tokenize", TOKENISERS)
def test_every_tokeniser_of_sacrebleu_can_be_had(tokenize: str) -> None:
    """Mecab's want packages that mtqe does not bring (sacrebleu[ja], sacrebleu[ko]), SentencePiece's also a model."""
    references = [
        ("彼は猫を見た。", "彼は一匹の猫を見ました。"),
        ("나는 어제 학교에 갔다.", None),
        ("The cat sat; 5,000!", ""),
    ]
    systems = {
        "a": ["彼は猫を 2 匹見た。", "나는 학교에 어제 갔다.", "A cat sat: 5000"],
        "b": ["猫は彼を見た", "", "The cat, sat!"],
    }
    try:
        scores = bleu.make(tokenize=tokenize).score(make_test_set(systems, references))
    except UnavailableError as error:
        pytest.skip(str(error))
    peer = BLEU(tokenize=tokenize)
    columns = list(zip(*references, strict=True))
    for system, texts in systems.items():
        statistics = peer._extract_corpus_statistics(texts, columns)
        assert scores[system].statistics.tolist() == statistics
        assert scores[system].spec.signature == f"BLEU|{peer.get_signature()}"


@pytest.mark.parametrize(
    ("hyp", "ref", "distinct"),
    [(0, 5, 3), (5, 0, 3), (1, 200, 9), (200, 1, 9), (2, 101, 2), (40, 10, 9), (12, 60, 9), (20, 20, 15), (9, 9, 3)],
)
def test_shifts_are_found_as_sacrebleu_finds_them(hyp: int, ref: int, distinct: int) -> None:
    generator = np.random.default_rng(hyp * 1000 + ref)
    pairs = [[list(map(str, generator.integers(distinct, size=n))) for n in (hyp, ref)] for _ in range(5)]
    assert of_kernel(pairs) == [translation_edit_rate(h, r)[0] for h, r in pairs]


def test_shifts_of_long_segments_are_found_as_sacrebleu_finds_them() -> None:
    generator = np.random.default_rng(5)
    pairs = []
    for size in (60, 80):  # beyond the beam, the farthest shift and the most candidates
        reference = list(map(str, generator.integers(60, size=size)))
        a, b, c = np.sort(generator.integers(size, size=3))
        moved = reference[:a] + reference[b:c] + reference[a:b] + reference[c:]
        pairs.append([[w for w in moved if generator.random() > 0.05], reference])
    assert of_kernel(pairs) == [translation_edit_rate(h, r)[0] for h, r in pairs]


def of_kernel(pairs: list[list[list[str]]]) -> list[int]:
    references = [reference for _, reference in pairs]
    numbers = vocabulary(references)
    refs, hyps = words(references, numbers), words([hypothesis for hypothesis, _ in pairs], numbers)
    return edits(refs, hyps, np.arange(len(pairs))).tolist()


SUMS = st.lists(st.integers(0, 40), min_size=18, max_size=18)


@every_metric
@settings(max_examples=20)
@given(drawn=st.lists(SUMS, min_size=1, max_size=4))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_resamples_are_scored_as_sacrebleu_scores_them(name: str, dtype: Any, drawn: list[list[int]]) -> None:
    module, peer_class, options = METRICS[name]
    peer, metric = peer_class(**options), module.make(**options)
    width = len(peer._extract_corpus_statistics([""], [[""]])[0])
    sums = np.sort(np.array(drawn) + np.arange(18), axis=1)[:, ::-1].astype(dtype)
    sums = np.concatenate([sums, sums, sums], axis=1)[:, :width]
    if peer_class is not TER:
        sums[:, -width // 3 :] *= np.array(drawn)[:, :1] > 3  # orders without n-grams or matches
    if options.get("eps_smoothing") and dtype == np.float32:
        sums = np.maximum(sums, 1)  # sacreBLEU mixes dtypes where an order is empty
    expected = [peer._compute_score_from_stats(row.copy()).score for row in sums]
    assert metric.aggregate(sums).tolist() == expected
    np.testing.assert_allclose(metric.aggregate(sums), expected, rtol=1e-12 if dtype == np.float64 else 1e-5)


def test_what_several_systems_share_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    count = chrf._count

    def spy(metric: Any, pairs: Any, score: Any) -> Any:
        counted.append(len(pairs.hypotheses))
        return count(metric, pairs, score)

    monkeypatch.setattr(chrf, "_count", spy)
    test_set = make_test_set({"a": ["x", "y", "x"], "b": ["x", "z", "y"]}, [("x",), ("y",), ("x",)])
    scores = chrf.make().score(test_set)
    assert counted == [4]  # x-x, y-y, z-y, y-x
    assert scores["b"].values.tolist() == [100.0, 0.0, 0.0]


@every_metric
def test_scores_do_not_depend_on_the_size_of_a_part(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, options = METRICS[name]
    references = [(f"the cat no. {i} sat on the mat", None if i % 4 else f"mat no. {i}") for i in range(9)]
    test_set = make_test_set({x: [f"{x} cat no. {i % 4} on a mat" for i in range(9)] for x in "abc"}, references)
    whole = module.make(**options).score(test_set)
    monkeypatch.setattr("mtqe.metrics._sacrebleu._CHUNK", 7)
    parts = module.make(**options).score(test_set)
    assert [parts[x].statistics.tolist() for x in "abc"] == [whole[x].statistics.tolist() for x in "abc"]


def test_merged_units_are_scored_against_their_joined_references() -> None:
    segments = tuple(Segment(str(i), None, (r,), "d") for i, r in enumerate(["One cat.", "Two dogs.", "A bird."]))
    outputs = (
        SystemOutput("merged", ("A cat, two dogs.", "A bird."), units=((0, 1), (2,))),
        SystemOutput("plain", ("One cat.", "Two.", "Bird.")),
    )
    scores = chrf.make(word_order=2).score(TestSet("t", None, "en", (Document("d", segments),), outputs))
    peer = CHRF(word_order=2)
    expected = peer._extract_corpus_statistics(["A cat, two dogs.", "A bird."], [["One cat. Two dogs.", "A bird."]])
    assert scores["merged"].statistics.tolist() == expected
    assert scores["plain"].values[0] == 100


def twice(x: int) -> int:
    return 2 * x


def test_compiled_kernels_are_kept_in_the_cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "cache"))
    assert compiled(twice)(4) == 8
    assert [path for path in (tmp_path / "cache" / "numba").rglob("*.nbi") if "twice" in path.name]
    (tmp_path / "file").touch()
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "file" / "cache"))
    assert compiled(twice)(5) == 10
    assert sorted(os.listdir(tmp_path)) == ["cache", "file"]
