"""Systems compared: what is resampled, which units pair up, and what other systems may not change."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.comparison import compare
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.results import (
    Comparison,
    Interval,
    MetricInfo,
    MetricSpec,
    PairResult,
    Scores,
    SegmentScores,
    SystemInfo,
    SystemResult,
)

NAN = math.nan
Partition = Sequence[tuple[int, ...]]


def make_scores(
    values: Mapping[str, Sequence[float]],
    *,
    documents: int = 1,
    units: Mapping[str, Partition] | None = None,
    higher_is_better: bool = True,
    segments: int | None = None,
) -> Scores:
    """Scores of a mean metric over an invented test set: `values` of each system, one a unit."""
    segments = segments or len(next(iter(values.values())))
    per_document = -(-segments // documents)
    grid = [
        Document(
            f"d{d}",
            tuple(
                Segment(f"s{i}", None, ("reference",), f"d{d}")
                for i in range(d * per_document, min(segments, (d + 1) * per_document))
            ),
        )
        for d in range(documents)
    ]
    systems = tuple(
        SystemOutput(name, ("output",) * len(v), units=tuple(units[name]) if units and name in units else None)
        for name, v in values.items()
    )
    test_set = TestSet("toy", "uk", "en", tuple(grid), systems)
    return Scores(
        test_set=test_set.name,
        languages=test_set.languages,
        fingerprint=test_set.fingerprint,
        systems={system.key: SystemInfo.of(system) for system in systems},
        units={name: test_set.units(name) for name in values},
        metrics={"quality": MetricInfo("quality", "Quality", 1, higher_is_better, (0, 100), MetricSpec("quality"))},
        values={(name, "quality"): segment_scores(v) for name, v in values.items()},
    )


def segment_scores(values: Sequence[float]) -> SegmentScores:
    array = np.asarray(values, dtype=np.float64)
    return SegmentScores(array, reasons={int(i): "no output" for i in np.flatnonzero(np.isnan(array))})


def noise(seed: int, n: int, shift: float = 0.0) -> list[float]:
    return list(np.random.default_rng(seed).normal(50 + shift, 5, n))


def pair_of(comparison: Comparison, a: str, b: str) -> PairResult:
    return next(pair for pair in comparison.pairs if {pair.a, pair.b} == {a, b})


def system_of(comparison: Comparison, name: str) -> SystemResult:
    return next(system for system in comparison.systems if system.system == name)


def brute_force_p(a: Sequence[float], b: Sequence[float]) -> float:
    d = np.subtract(a, b)
    sums = [abs(np.dot(signs, d)) for signs in itertools.product([1, -1], repeat=len(d))]
    return float(np.mean([s >= abs(d.sum()) - 1e-9 for s in sums]))


def test_ranks_tests_and_counts_wins() -> None:
    base = np.array(noise(1, 60))
    wobble = np.random.default_rng(2).normal(0, 1, (3, 60))
    scores = make_scores({"low": base + wobble[0] - 3, "high": base + wobble[1] + 3, "also high": base + wobble[2] + 3})
    result = compare(scores, draws=999)
    assert result.test_set == "toy"
    assert result.metric == "quality"
    assert [s.score for s in result.systems] == sorted((s.score for s in result.systems), reverse=True)
    assert result.systems[-1].system == "low"
    assert (result.systems[-1].wins, result.systems[-1].losses) == (0, 2)
    assert all((s.wins, s.losses) == (1, 0) for s in result.systems[:2])
    assert all(s.interval and s.interval.low < s.score < s.interval.high for s in result.systems)
    assert [(p.a, p.b) for p in result.pairs] == list(itertools.combinations([s.system for s in result.systems], 2))
    clear = pair_of(result, "high", "low")
    assert clear.delta == pytest.approx(scores.corpus(clear.a, "quality") - scores.corpus("low", "quality"))
    assert clear.interval
    assert 0 < clear.interval.low < clear.delta < clear.interval.high
    assert clear.p == result.smallest_p == 1 / 1000
    assert clear.p_adjusted == 1 / 1000
    assert pair_of(compare(scores, draws=999, correction="holm"), "high", "low").p_adjusted == pytest.approx(3 / 1000)
    close = pair_of(result, "high", "also high")
    assert close.p == close.p_adjusted > 0.05


def test_lower_is_better_turns_the_ranking_and_the_wins() -> None:
    scores = make_scores({"more": noise(1, 40, 9), "fewer": noise(1, 40)}, higher_is_better=False)
    result = compare(scores, draws=500)
    assert [(s.system, s.wins, s.losses) for s in result.systems] == [("fewer", 1, 0), ("more", 0, 1)]
    assert result.pairs[0].delta == pytest.approx(-9)


def test_exact_p_of_few_units_is_the_enumerated_one() -> None:
    a, b = noise(1, 7), noise(2, 7)
    result = compare(make_scores({"a": a, "b": b}))
    assert result.pairs[0].p == pytest.approx(brute_force_p(a, b))
    assert result.smallest_p == 2 / 2**7
    assert result.pairs[0].signature.startswith("permutation|exact|draws:10000|seed:12345|unit:segment|n:7|units:")


def test_documents_are_resampled_from_twenty_on() -> None:
    many = compare(make_scores({"a": noise(1, 60), "b": noise(2, 60)}, documents=20), draws=200)
    assert (many.unit, many.pairs[0].units, many.systems[0].units) == ("document", 20, 20)
    assert "at least 20 documents (20), so whole documents were resampled" in many.unit_reason
    few = compare(make_scores({"a": noise(1, 57), "b": noise(2, 57)}, documents=19), draws=200)
    assert (few.unit, few.pairs[0].units) == ("segment", 57)
    assert "fewer than 20 documents (19), so segments were resampled" in few.unit_reason
    assert "conditional on these documents" in few.unit_reason


def test_a_forced_unit_is_obeyed_and_said() -> None:
    scores = make_scores({"a": noise(1, 60), "b": noise(2, 60)}, documents=20)
    segments = compare(scores, unit="segment", draws=200)
    documents = compare(scores, unit="document", draws=200)
    assert (segments.pairs[0].units, documents.pairs[0].units) == (60, 20)
    assert segments.pairs[0].delta == pytest.approx(documents.pairs[0].delta)
    assert "as asked segments were resampled" in segments.unit_reason
    few = compare(make_scores({"a": noise(1, 6), "b": noise(2, 6)}, documents=3), unit="document")
    assert (few.pairs[0].units, few.smallest_p) == (3, 0.25)
    assert "rough" in few.unit_reason


def test_document_p_is_the_segment_p_of_document_sums() -> None:
    a, b = np.array(noise(1, 12)), np.array(noise(2, 12))
    by_document = compare(make_scores({"a": a, "b": b}, documents=6), unit="document").pairs[0]
    assert by_document.p == pytest.approx(brute_force_p(a.reshape(6, 2).sum(axis=1), b.reshape(6, 2).sum(axis=1)))


def test_one_document_gives_no_p_over_documents() -> None:
    with pytest.raises(ConfigError, match="one document: no p-value over documents"):
        compare(make_scores({"a": noise(1, 9), "b": noise(2, 9)}), unit="document")
    assert "conditional on this document" in compare(make_scores({"a": noise(1, 9)})).unit_reason


def test_pairs_stand_on_the_common_units_of_their_own_two_systems() -> None:
    units = {"joined": [(0, 1), (2,), (3,), (4, 5)], "split": [(0,), (1, 2), (3,), (4,), (5,)]}
    values = {"plain": noise(1, 6), "joined": noise(2, 4), "split": noise(3, 5)}
    result = compare(make_scores(values, units=units, segments=6))
    assert [system_of(result, name).units for name in ("plain", "joined", "split")] == [6, 4, 5]
    assert pair_of(result, "plain", "joined").units == 4
    assert pair_of(result, "plain", "split").units == 5
    both = pair_of(result, "joined", "split")  # {0, 1, 2}, {3}, {4, 5}
    assert both.units == 3
    assert abs(both.delta) == pytest.approx(abs(np.mean(values["joined"]) - np.mean(values["split"])))
    assert "|dropped:0|" in both.signature
    assert len({pair.signature.split("|units:")[1][:12] for pair in result.pairs}) == 3


def test_p_on_merged_units_swaps_whole_common_units() -> None:
    joined, plain = [1.0, 4.0, 2.0], [0.5, 3.0, 2.5, 1.5]
    scores = make_scores({"joined": joined, "plain": plain}, units={"joined": [(0,), (1, 2), (3,)]}, segments=4)
    a, b = np.array([[1, 1], [4, 1], [2, 1]]), np.array([[0.5, 1], [5.5, 2], [1.5, 1]])
    observed = abs(a.sum(0)[0] / a.sum(0)[1] - b.sum(0)[0] / b.sum(0)[1])
    hits = 0
    for swaps in itertools.product([False, True], repeat=3):
        swap = np.array(swaps)[:, None]
        left, right = np.where(swap, b, a).sum(0), np.where(swap, a, b).sum(0)
        hits += bool(abs(left[0] / left[1] - right[0] / right[1]) >= observed - 1e-12)
    assert compare(scores).pairs[0].p == hits / 8


def test_units_that_one_side_has_not_scored_are_dropped_from_the_pair_alone() -> None:
    full, gaps = noise(1, 8), noise(2, 8)
    gaps[2] = gaps[5] = NAN
    result = compare(make_scores({"full": full, "gaps": gaps, "other": noise(3, 8)}))
    assert system_of(result, "full").score == pytest.approx(np.mean(full))
    assert (system_of(result, "full").units, system_of(result, "gaps").units) == (8, 6)
    pair = pair_of(result, "full", "gaps")
    kept = [i for i in range(8) if i not in (2, 5)]
    sign = 1 if pair.a == "full" else -1
    assert pair.units == 6
    assert pair.delta == pytest.approx(sign * (np.mean(np.array(full)[kept]) - np.nanmean(gaps)))
    assert pair.p == pytest.approx(brute_force_p(np.array(full)[kept], np.array(gaps)[kept]))
    assert "|n:6|" in pair.signature
    assert "|dropped:2|" in pair.signature
    assert pair_of(result, "full", "other").units == 8


def test_a_dropped_unit_is_dropped_before_documents_are_summed() -> None:
    a, b = noise(1, 8), noise(2, 8)
    b[1] = NAN
    scores = make_scores({"a": a, "b": b}, documents=4)
    by_document, by_segment = (compare(scores, unit=unit).pairs[0] for unit in ("document", "segment"))
    assert by_document.delta == pytest.approx(by_segment.delta)
    assert (by_document.units, by_segment.units) == (4, 7)


def test_a_common_unit_counts_when_both_have_some_scored_unit_in_it() -> None:
    scores = make_scores(
        {"joined": [5.0, 6.0, 7.0], "plain": [4.0, NAN, 3.0, 2.0]}, units={"joined": [(0, 1), (2,), (3,)]}, segments=4
    )
    pair = compare(scores).pairs[0]
    assert pair.units == 3
    assert pair.delta == pytest.approx(6 - 3)


def test_systems_without_a_score_come_last_and_are_not_tested() -> None:
    result = compare(make_scores({"silent": [NAN] * 5, "a": noise(1, 5), "b": noise(2, 5)}))
    assert result.systems[-1].system == "silent"
    assert math.isnan(result.systems[-1].score)
    assert (result.systems[-1].interval, result.systems[-1].units) == (None, 0)
    assert {name for pair in result.pairs for name in (pair.a, pair.b)} == {"a", "b"}
    assert result.pairs[0].p_adjusted == result.pairs[0].p


def test_too_few_units_or_systems_give_no_pairs() -> None:
    one_unit = compare(make_scores({"a": [1.0], "b": [2.0]}))
    assert (one_unit.pairs, one_unit.smallest_p) == ((), 1.0)
    assert [s.interval for s in one_unit.systems] == [None, None]
    alone = compare(make_scores({"a": noise(1, 30)}), draws=100)
    assert alone.pairs == ()
    assert isinstance(alone.systems[0].interval, Interval)
    assert (alone.systems[0].wins, alone.systems[0].losses) == (0, 0)


def test_identical_systems_do_not_differ() -> None:
    pair = compare(make_scores({"a": noise(1, 30), "twin": noise(1, 30)}), draws=300).pairs[0]
    assert (pair.delta, pair.p, pair.p_adjusted) == (0, 1, 1)
    assert pair.interval == Interval(0, 0)


def test_a_baseline_is_tested_against_every_other_and_the_family_is_smaller() -> None:
    scores = make_scores({"a": noise(0, 40), "b": noise(1, 40, 2), "c": noise(2, 40, 4)})
    every, versus = compare(scores, draws=500), compare(scores, baseline="a", draws=500)
    assert [(p.a, p.b) for p in versus.pairs] == [(s.system, "a") for s in versus.systems if s.system != "a"]
    assert pair_of(versus, "c", "a").p == pair_of(every, "c", "a").p
    assert pair_of(versus, "c", "a").signature.endswith("|adjust:max-t|pairs:2")
    assert pair_of(every, "c", "a").signature.endswith("|adjust:max-t|pairs:3")


def test_other_systems_change_neither_intervals_nor_raw_p_values() -> None:
    values = {"a": noise(1, 50), "b": noise(2, 50, 1), "joined": noise(3, 49), "gaps": [NAN, *noise(4, 49)]}
    units = {"joined": [(0, 1), *((i,) for i in range(2, 50))]}
    whole = compare(make_scores(values, units=units, segments=50), draws=400)
    for names in (["a"], ["joined"], ["a", "b"], ["gaps", "joined"], ["b", "joined", "a"]):
        part = compare(make_scores({n: values[n] for n in names}, units=units, segments=50), draws=400)
        for system in part.systems:
            beside = system_of(whole, system.system)
            assert (system.score, system.interval, system.units) == (beside.score, beside.interval, beside.units)
        for pair in part.pairs:
            beside = pair_of(whole, pair.a, pair.b)
            assert (pair.delta, pair.interval, pair.p) == (beside.delta, beside.interval, beside.p)
            assert pair.signature.split("|adjust")[0] == beside.signature.split("|adjust")[0]


def test_the_same_call_gives_the_same_comparison_and_the_seed_matters() -> None:
    scores = make_scores({"a": noise(1, 50), "b": noise(2, 50)})
    assert compare(scores, draws=200) == compare(scores, draws=200)
    assert compare(scores, draws=200).systems[0].interval != compare(scores, draws=200, seed=0).systems[0].interval


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "qualty"}, "unknown metric 'qualty'; did you mean 'quality'"),
        ({"test": "permutatoin"}, "unknown test 'permutatoin'; did you mean 'permutation'"),
        ({"correction": "holms"}, "unknown correction 'holms'; did you mean 'holm'"),
        ({"margin": 0.0}, "the margin of equivalence is above 0, not 0.0"),
        ({"unit": "documents"}, "did you mean 'document'"),
        ({"baseline": "systm"}, "unknown baseline 'systm'; did you mean 'system'"),
        ({"draws": 0}, "draws must be at least 1"),
        ({"seed": -1}, "seed at least 0"),
    ],
)
def test_unknown_names_and_numbers_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        compare(make_scores({"system": noise(1, 5)}), **options)


def test_systems_that_the_metric_did_not_score_are_left_out() -> None:
    scores = make_scores({"a": noise(1, 5), "b": noise(2, 5), "c": noise(3, 5)})
    partial = replace(scores, values={key: value for key, value in scores.values.items() if key[0] != "b"})
    assert {s.system for s in compare(partial).systems} == {"a", "c"}
    with pytest.raises(ConfigError, match="unknown baseline 'b'"):
        compare(partial, baseline="b")


@st.composite
def partitions(draw: st.DrawFn, size: int = 9) -> list[tuple[int, ...]]:
    cuts = sorted(draw(st.sets(st.integers(1, size - 1))))
    return [tuple(range(low, high)) for low, high in itertools.pairwise([0, *cuts, size])]


@settings(max_examples=40, deadline=None)
@given(partitions(), partitions(), st.integers(0, 99))
def test_corpus_scores_survive_any_two_partitions(first: Partition, second: Partition, seed: int) -> None:
    values = {"a": noise(seed, len(first)), "b": noise(seed + 1, len(second))}
    scores = make_scores(values, units={"a": first, "b": second}, segments=9)
    result = compare(scores, draws=64)
    for pair in result.pairs:
        assert pair.delta == pytest.approx(scores.corpus(pair.a, "quality") - scores.corpus(pair.b, "quality"))
        assert result.smallest_p <= pair.p <= pair.p_adjusted <= 1
        common = set(itertools.accumulate(map(len, first))) & set(itertools.accumulate(map(len, second)))
        assert pair.units == len(common)


def test_clusters_and_rank_ranges_follow_from_the_tests_of_all_pairs() -> None:
    base = np.array(noise(1, 80))
    wobble = np.random.default_rng(2).normal(0, 1, (4, 80))
    shifts = {"a": 6, "b": 6, "c": 0, "d": -6}
    scores = make_scores({name: base + wobble[i] + shifts[name] for i, name in enumerate(shifts)})
    places = {system.system: system for system in compare(scores, draws=2000).systems}
    assert [places[name].cluster for name in shifts] == [1, 1, 2, 3]
    assert [places[name].ranks for name in shifts] == [(1, 2), (1, 2), (3, 3), (4, 4)]
    assert sum(place.first or 0 for place in places.values()) == pytest.approx(1)
    assert places["d"].first == 0
    assert {place.cluster for place in compare(scores, baseline="a", draws=500).systems} == {None}


def test_human_outputs_stand_outside() -> None:
    scores = make_scores({"a": noise(1, 40), "b": noise(2, 40), "people": noise(3, 40, 9)})
    people = replace(scores.systems["people"], human=True)
    result = compare(replace(scores, systems={**scores.systems, "people": people}), draws=500)
    assert [(pair.a, pair.b) for pair in result.pairs] in ([("a", "b")], [("b", "a")])
    outside = system_of(result, "people")
    assert (outside.cluster, outside.ranks, outside.first) == (None, None, None)
    assert outside.interval is not None


@pytest.mark.parametrize("test", ["bootstrap", "wilcoxon"])
def test_other_tests_agree_where_all_is_clear_and_are_signed(test: str) -> None:
    scores = make_scores({"a": noise(1, 40), "b": noise(2, 40, 20), "c": noise(3, 40)})
    result = compare(scores, test=test, draws=999)
    assert (result.test, result.correction) == (test, "holm")
    assert pair_of(result, "a", "b").p_adjusted < 0.01 < 0.05 < pair_of(result, "a", "c").p_adjusted
    assert all(pair.signature.startswith(f"{test}|") for pair in result.pairs)


def test_pairs_on_different_units_are_corrected_by_holm() -> None:
    merged = {"b": [(0, 1), *((i,) for i in range(2, 30))]}
    values = {"a": noise(1, 30), "b": noise(2, 29), "c": noise(3, 30)}
    result = compare(make_scores(values, units=merged, segments=30), draws=500)
    assert result.correction == "holm"
    assert all(pair.signature.endswith("|adjust:holm|pairs:3") for pair in result.pairs)


def test_units_won_equivalence_and_what_would_show() -> None:
    base = np.array(noise(1, 200))
    wobble = np.random.default_rng(2).normal(0, 1, 200)
    scores = make_scores({"a": base, "b": base + wobble})
    (pair,) = compare(scores, margin=0.5, draws=1000).pairs
    assert pair.equivalent is True
    assert pair.wins + pair.losses == 200
    assert pair.wins == np.count_nonzero(wobble > 0 if pair.a == "b" else wobble < 0)
    # 80 % power of a two-sided test at .05 needs about 2.8 standard errors
    assert pair.detectable == pytest.approx(2.8 * wobble.std() / np.sqrt(200), rel=0.1)
    assert compare(scores, draws=1000).pairs[0].equivalent is None
    assert compare(scores, margin=0.01, draws=1000).pairs[0].equivalent is False


def test_identical_outputs_are_said_to_be() -> None:
    scores = make_scores({"a": noise(1, 30), "b": noise(1, 30)})
    (pair,) = compare(scores, draws=500).pairs
    assert (pair.identical, pair.p, pair.delta) == (True, 1.0, 0.0)
    other = replace(scores.systems["b"], output="other")
    (pair,) = compare(replace(scores, systems={**scores.systems, "b": other}), draws=500).pairs
    assert pair.identical is False


def test_the_least_p_is_that_of_the_test() -> None:
    scores = make_scores({"a": noise(1, 12), "b": noise(2, 12, 30)})
    least = {test: compare(scores, test=test, draws=999).smallest_p for test in ("bootstrap", "wilcoxon")}
    assert least == {"bootstrap": 1 / 1000, "wilcoxon": 2 / 2**12}
    assert compare(scores, test="wilcoxon", draws=999).pairs[0].p == pytest.approx(2 / 2**12)
