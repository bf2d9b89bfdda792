"""What a study asks of a comparison: runs, domains, systems tuned on a metric, agreement, sacreBLEU's own tests."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest
from scipy import stats as scipy_stats

import mtqe
from mtqe.comparison import compare
from mtqe.comparison.agreement import expected_agreement
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.results import MetricSpec, Scores, SegmentScores
from mtqe.score_files import read_scores, write_scores

WORDS = "the cat sat on a mat and it did not see my old dog in the rain of last night".split()  # noqa: SIM905


class Length:
    """Characters of the output: a mean that a test can foretell."""

    spec = MetricSpec("length")
    needs = frozenset({"reference"})
    higher_is_better = True

    def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
        return {s.key: SegmentScores(np.array([float(len(t or "")) for t in s.texts])) for s in test_set.systems}


def make_test_set(systems: Sequence[SystemOutput], domains: Sequence[str | None], each: int = 2) -> TestSet:
    """One document a domain given, each of `each` segments."""
    documents = [
        Document(
            f"d{d}",
            tuple(Segment(f"d{d}:{i}", None, (sentence(100 + 7 * d + i),), f"d{d}") for i in range(each)),
            {} if domain is None else {"domain": domain},
        )
        for d, domain in enumerate(domains)
    ]
    return TestSet("toy", None, "en", tuple(documents), tuple(systems))


def sentence(seed: int, length: int = 12) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, length))


def lengths(values: Sequence[float]) -> tuple[str, ...]:
    return tuple("x" * int(value) for value in values)


def drawn(seed: int, n: int, mean: float = 50) -> tuple[str, ...]:
    return lengths(np.random.default_rng(seed).normal(mean, 6, n).round())


def by_length(systems: Sequence[SystemOutput], domains: Sequence[str | None]) -> Scores:
    return mtqe.score(make_test_set(systems, domains), {"length": Length()})


def test_the_score_of_a_system_with_runs_is_their_mean() -> None:
    runs = [drawn(seed, 60) for seed in range(3)]
    systems = [
        *(SystemOutput("ours", texts, run=i) for i, texts in enumerate(runs, 1)),
        SystemOutput("b", drawn(9, 60)),
    ]
    result = compare(by_length(systems, [None] * 30), draws=500)
    place = next(place for place in result.systems if place.system == "ours")
    assert {place.system for place in result.systems} == {"ours", "b"}
    assert place.runs == tuple(np.mean([len(text) for text in texts]) for texts in runs)
    assert place.score == pytest.approx(np.mean(place.runs))
    assert place.runs_interval is None
    assert abs(result.pairs[0].delta) == pytest.approx(abs(place.score - np.mean([len(t) for t in drawn(9, 60)])))
    assert any("With several runs" in note and "ours" in note for note in result.notes)


@pytest.mark.parametrize("metric", ["bleu", "chrf", "ter"])
def test_a_system_run_twice_with_the_same_output_is_tested_as_if_run_once(metric: str) -> None:
    a = tuple(sentence(100 + 7 * d + i, 9) for d in range(20) for i in range(2))
    b = tuple(sentence(100 + 7 * d + i, 12 - (d % 3)) for d in range(20) for i in range(2))
    domains = [None] * 20
    once = compare(mtqe.score(make_test_set([SystemOutput("a", a), SystemOutput("b", b)], domains), metric), draws=300)
    twice = [SystemOutput("a", a, run=1), SystemOutput("a", a, run=2), SystemOutput("b", b)]
    result = compare(mtqe.score(make_test_set(twice, domains), metric), draws=300)
    assert (result.pairs[0].a, result.pairs[0].p) == (once.pairs[0].a, once.pairs[0].p)
    assert result.pairs[0].delta == pytest.approx(once.pairs[0].delta)
    assert [place.interval for place in result.systems] == [place.interval for place in once.systems]


def test_from_five_runs_on_there_is_students_interval_of_their_mean() -> None:
    runs = [SystemOutput("ours", drawn(seed, 40), run=seed + 1) for seed in range(5)]
    result = compare(by_length([*runs, SystemOutput("b", drawn(9, 40))], [None] * 20), draws=200)
    ours = next(place for place in result.systems if place.system == "ours")
    assert ours.runs_interval
    expected = scipy_stats.t.interval(0.95, 4, np.mean(ours.runs), scipy_stats.sem(ours.runs))
    assert (ours.runs_interval.low, ours.runs_interval.high) == pytest.approx(expected)


def test_domains_keep_their_share_in_every_resample() -> None:
    """Two domains that differ much: their mix varies no more, so the interval is that of what is left."""
    domains = ["news"] * 15 + ["chat"] * 15
    texts = lengths([*np.random.default_rng(1).normal(90, 1, 30), *np.random.default_rng(2).normal(20, 1, 30)])
    with_domains = compare(by_length([SystemOutput("a", texts)], domains), draws=500)
    without = compare(by_length([SystemOutput("a", texts)], [None] * 30), draws=500)
    (narrow,), (wide,) = with_domains.systems, without.systems
    assert narrow.interval
    assert wide.interval
    assert narrow.interval.high - narrow.interval.low < 1 < 10 < wide.interval.high - wide.interval.low


def test_a_domain_that_carries_the_difference_is_named() -> None:
    domains = ["news"] * 12 + ["chat"] * 12
    a = lengths([70.0 + i % 3 for i in range(24)] + [48.0 + i % 3 for i in range(24)])
    b = lengths([40.0 + i % 4 for i in range(24)] + [50.0 + i % 4 for i in range(24)])
    result = compare(by_length([SystemOutput("a", a), SystemOutput("b", b)], domains), draws=999)
    (pair,) = result.pairs
    assert set(pair.without) == {"news", "chat"}
    assert pair.without["news"] < 0 < pair.delta < pair.without["chat"]
    assert "strata:2" in pair.signature
    assert "a against b: the order turns without news." in result.notes


def test_domains_that_not_every_document_has_change_nothing() -> None:
    systems = [SystemOutput("a", drawn(1, 8)), SystemOutput("b", drawn(2, 8))]
    some = compare(by_length(systems, ["news", "news", "chat", None]), draws=200)
    none = compare(by_length(systems, [None] * 4), draws=200)
    assert some.pairs == none.pairs
    assert some.systems == none.systems


def test_domains_survive_the_disk(tmp_path: Path) -> None:
    systems = [SystemOutput("a", drawn(1, 8), optimised_with=("bleu",)), SystemOutput("b", drawn(2, 8))]
    test_set = make_test_set(systems, ["news", "news", "chat", "chat"])
    scores = mtqe.score(test_set, "bleu")
    write_scores(tmp_path / "scores.parquet", [scores])
    (back,) = read_scores(tmp_path / "scores.parquet", [test_set])
    assert back.domains == scores.domains == {"d0": "news", "d1": "news", "d2": "chat", "d3": "chat"}
    assert compare(back, draws=100) == compare(scores, draws=100)
    assert scores.to_pandas()["domain"].unique().tolist() == ["news", "chat"]


def test_a_system_tuned_on_the_metric_is_marked() -> None:
    a = SystemOutput("a", drawn(1, 8), optimised_with=("length",))
    result = compare(by_length([a, SystemOutput("b", drawn(2, 8))], [None] * 4), draws=100)
    assert {place.system: place.optimised for place in result.systems} == {"a": True, "b": False}
    assert any(note.startswith("Optimised with length") and "a." in note for note in result.notes)
    other = compare(by_length([replace(a, optimised_with=("comet",)), SystemOutput("b", drawn(2, 8))], [None] * 4))
    assert not any(place.optimised for place in other.systems)


def test_draws_are_raised_for_a_large_family_or_their_lack_is_said() -> None:
    systems = [SystemOutput(f"s{i}", drawn(i, 40)) for i in range(40)]
    scores = by_length(systems, [None] * 20)
    raised = compare(scores)
    assert len(raised.pairs) == 780
    assert raised.draws == 15_599
    assert raised.smallest_p <= 0.05 / 780
    assert not raised.notes
    asked = compare(scores, draws=1_000)
    assert asked.draws == 1_000
    assert any("draw at least 15,599 times" in note for note in asked.notes)


@pytest.mark.parametrize(("test", "name"), [("bootstrap", "bs"), ("permutation", "ar")])
@pytest.mark.parametrize(("metric", "peer"), [("bleu", BLEU), ("chrf", CHRF)])
def test_compat_gives_the_numbers_of_sacrebleu(test: str, name: str, metric: str, peer: type) -> None:
    references = [sentence(100 + 7 * d + i) for d in range(20) for i in range(2)]
    outputs = {
        f"s{k}": tuple(" ".join(r.split()[: 12 - (i + k) % 4]) for i, r in enumerate(references)) for k in range(3)
    }
    test_set = make_test_set([SystemOutput(n, t) for n, t in outputs.items()], [None] * 20)
    result = compare(mtqe.score(test_set, metric), compat="sacrebleu", test=test, draws=400)
    _, expected = PairedTest(
        [(n, list(t)) for n, t in outputs.items()],
        {metric: peer(references=[references])},
        references=None,
        test_type=name,
        n_samples=400,
        n_ar_confidence=1000,
    )()
    theirs = next(rows for key, rows in expected.items() if key != "System")
    assert [(place.system, place.score) for place in result.systems] == [
        (system, row.score) for system, row in zip(outputs, theirs, strict=True)
    ]
    assert [pair.p for pair in result.pairs] == [row.p_value for row in theirs[1:]]
    assert [place.interval.high - place.interval.low for place in result.systems if place.interval] == pytest.approx(
        [2 * row.ci for row in theirs]
    )
    assert {pair.b for pair in result.pairs} == {"s0"}
    assert (result.unit, result.correction) == ("segment", "none")


def test_compat_refuses_what_sacrebleu_does_not_know() -> None:
    scores = by_length([SystemOutput("a", drawn(1, 8)), SystemOutput("b", drawn(2, 8))], [None] * 4)
    with pytest.raises(ConfigError, match="has no metric 'length'"):
        compare(scores, compat="sacrebleu")
    runs = [
        SystemOutput("a", drawn(1, 8), run=1),
        SystemOutput("a", drawn(3, 8), run=2),
        SystemOutput("b", drawn(2, 8)),
    ]
    bleu = mtqe.score(make_test_set(runs, [None] * 4), "bleu")
    with pytest.raises(ConfigError, match="takes one run"):
        compare(bleu, compat="sacrebleu")
    with pytest.raises(ConfigError, match="no wilcoxon test"):
        compare(mtqe.score(make_test_set(runs[2:], [None] * 4), "bleu"), compat="sacrebleu", test="wilcoxon")
    with pytest.raises(ConfigError, match="did you mean 'sacrebleu'"):
        compare(bleu, compat="sacreblue")


def test_agreement_with_people_as_published() -> None:
    """Figures of Kocmi et al. (2024) as their tool gives them; no other signature has any, none is below a half."""
    bleu = "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"
    chrf = "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"
    assert expected_agreement(bleu, 1.0) == pytest.approx(0.6399, abs=5e-5)
    assert expected_agreement(chrf, -0.710) == pytest.approx(0.6399, abs=5e-4)
    assert expected_agreement(bleu, 0.0) == 0.5
    assert expected_agreement(bleu.replace("13a", "zh"), 1.0) is None
    assert expected_agreement(bleu, math.nan) is None


def test_agreement_stands_in_a_comparison_of_several_documents_only() -> None:
    outputs = [tuple(sentence(7 * i, k) for i in range(40)) for k in (12, 6)]
    systems = [SystemOutput("a", outputs[0]), SystemOutput("b", outputs[1])]
    several = compare(mtqe.score(make_test_set(systems, [None] * 20), "bleu"), draws=100)
    assert several.pairs[0].agreement is not None
    one = compare(mtqe.score(make_test_set(systems, [None], each=40), "bleu"), draws=100)
    assert one.pairs[0].agreement is None


def test_runs_with_other_gaps_have_no_interval_that_their_score_is_not_of() -> None:
    """The mean of the runs is over each run's own units, the resamples over those that all have scored."""

    class Gaps(Length):
        spec = MetricSpec("gaps")

        def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
            found = super().score(test_set)
            values = found["a#2"].values.copy()
            values[:5] = np.nan
            return {**found, "a#2": SegmentScores(values, reasons=dict.fromkeys(range(5), "no score"))}

    runs = [SystemOutput("a", drawn(i, 20), run=i) for i in (1, 2)]
    scores = mtqe.score(make_test_set([*runs, SystemOutput("b", drawn(9, 20))], [None] * 10), {"gaps": Gaps()})
    result = compare(scores, draws=200)
    places = {place.system: place for place in result.systems}
    assert places["a"].interval is None
    assert places["b"].interval is not None
    assert "1 of 1 pairs leave out segments that one side has no score for (at most 5)." in result.notes


def test_a_system_without_any_score_takes_no_part() -> None:
    class Nothing(Length):
        spec = MetricSpec("nothing")

        def score(self, test_set: TestSet) -> Mapping[str, SegmentScores]:
            none = SegmentScores(np.full(60, np.nan), reasons=dict.fromkeys(range(60), "no score"))
            return {**super().score(test_set), "b": none}

    systems = [SystemOutput("a", drawn(1, 60, 80)), SystemOutput("b", drawn(2, 60)), SystemOutput("c", drawn(3, 60))]
    result = compare(mtqe.score(make_test_set(systems, [None] * 30), {"nothing": Nothing()}), draws=500)
    places = {place.system: place for place in result.systems}
    assert [(places[s].cluster, places[s].ranks) for s in "acb"] == [(1, (1, 1)), (2, (2, 2)), (None, None)]
    assert places["a"].first == 1.0
    assert [(pair.a, pair.b) for pair in result.pairs] == [("a", "c")]


def test_numbers_of_runs_that_cannot_be_paired_are_refused() -> None:
    runs = [SystemOutput(f"s{n}", drawn(i, 8), run=i + 1) for n in (7, 11) for i in range(n)]
    with pytest.raises(ConfigError, match=r"cannot be paired: 7 of s7, 11 of s11"):
        compare(by_length(runs, [None] * 4))


def test_wilcoxon_names_no_winner_whom_the_score_does_not() -> None:
    """Most units favour b by a little, few favour a by much: the ranks are b's, the mean is a's."""
    a = lengths([51.0 + 400 * (i < 4) for i in range(60)])
    b = lengths([53.0 + i % 3 for i in range(60)])
    result = compare(
        by_length([SystemOutput("a", a), SystemOutput("b", b)], [None] * 30), test="wilcoxon", unit="segment"
    )
    (pair,) = result.pairs
    assert (pair.a, pair.delta > 0) == ("a", True)
    assert math.isnan(pair.p)
    assert [place.wins for place in result.systems] == [0, 0]
    assert "a against b: most units favour the one, the score the other; no test is shown." in result.notes


def test_compat_takes_nothing_that_sacrebleu_has_not() -> None:
    scores = mtqe.score(
        make_test_set([SystemOutput("a", drawn(1, 8)), SystemOutput("b", drawn(2, 8))], [None] * 4), "bleu"
    )
    for options in ({"margin": 1.0}, {"unit": "document"}, {"correction": "holm"}):
        with pytest.raises(ConfigError, match="compat knows no margin"):
            compare(scores, compat="sacrebleu", **options)
