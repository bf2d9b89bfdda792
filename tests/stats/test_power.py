"""Power, detectable differences, equivalence and robustness: against scipy, published tables and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.results import FloatArray, mean
from mtqe.stats import (
    bootstrap,
    equivalent,
    leave_one_stratum_out,
    minimum_detectable_difference,
    permutation_tests,
    power,
    runs_interval,
    unit_deviation,
)


def as_statistics(x: np.ndarray) -> FloatArray:
    return np.stack([x, np.ones_like(x)], axis=-1).astype(np.float64)


def test_power_agrees_with_the_tables_of_cohen() -> None:
    """An effect of .5 standard deviations needs 34 pairs for 80 % at .05, of .2 needs 199, of .8 needs 15 (G*Power)."""
    for effect, needed in ((0.5, 34), (0.2, 199), (0.8, 15)):
        assert power(effect, 1.0, needed) >= 0.8 > power(effect, 1.0, needed - 1)


@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_power_agrees_with_scipys_noncentral_t(alpha: float) -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    for units in (3, 12, 80):
        bound = scipy_stats.t.ppf(1 - alpha / 2, units - 1)
        for shift in (0.3, 1.5, 4.0):
            t = scipy_stats.nct(units - 1, shift)
            assert power(shift, np.sqrt(units), units, alpha=alpha) == pytest.approx(
                t.sf(bound) + t.cdf(-bound), abs=1e-6
            )


def test_power_is_alpha_without_a_difference_and_one_far_away() -> None:
    sizes = np.array([2, 5, 30, 1000])
    assert power(0.0, 1.0, sizes) == pytest.approx([0.05] * 4, abs=1e-4)
    assert power(1e6, 1.0, sizes) == pytest.approx([1.0] * 4)
    assert power(3.0, 1.0, sizes, alpha=0.01)[2] == pytest.approx(1.0)


@pytest.mark.parametrize(("units", "difference"), [(20, 0.7), (100, 0.3)])
def test_the_permutation_test_finds_what_the_curve_says(units: int, difference: float) -> None:
    """800 simulations; 4 standard errors of the share, and the bootstrap's own estimate of the deviation."""
    generator, trials = np.random.default_rng(4), 800
    a = generator.normal(difference, 1, (trials, units))
    b = np.zeros_like(a)
    systems = as_statistics(np.stack([a, b], 1).reshape(-1, units))
    pairs = [(i, i + 1) for i in range(0, len(systems), 2)]
    _, p = permutation_tests(systems, pairs, mean, draws=399, seed=1)
    expected = float(power(difference, 1.0, units))
    assert (p <= 0.05).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / trials) + 0.01)


def test_unit_deviation_is_that_of_the_paired_differences() -> None:
    x = np.random.default_rng(1).normal(0, 3, 40)
    drawn = bootstrap(as_statistics(x), mean, draws=4000, seed=1)
    assert unit_deviation(drawn, 40) == pytest.approx(x.std(ddof=1), rel=0.04)
    assert np.isnan(unit_deviation(drawn, 1))


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 190])
def test_the_minimum_detectable_difference_has_the_power_asked_for(alpha: float) -> None:
    sizes = np.array([2, 6, 20, 170])
    least = minimum_detectable_difference(4.0, sizes, target=0.8, alpha=alpha)
    assert power(least, 4.0, sizes, alpha=alpha) == pytest.approx([0.8] * 4, abs=1e-6)
    assert (np.diff(least) < 0).all()
    assert np.isinf(minimum_detectable_difference(4.0, 1))
    assert minimum_detectable_difference(0.0, 30) == 0


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 3), st.integers(3, 500), st.floats(0.5, 100))
def test_power_grows_with_units_and_knows_no_scale(difference: float, units: int, scale: float) -> None:
    least, more = power(difference, 1.0, [units, units + 1])
    assert 0.05 - 1e-4 <= least <= more + 1e-6 <= 1 + 1e-5
    assert power(difference * scale, scale, units) == pytest.approx(least)


def test_equivalence_needs_the_whole_interval_within_the_margin() -> None:
    x = np.random.default_rng(3).normal(0.1, 1, 60)
    drawn = bootstrap(as_statistics(x), mean, draws=2000, seed=1)
    assert equivalent(drawn, 1.0, units=60)
    assert not equivalent(drawn, 0.05, units=60)
    assert not equivalent(drawn + 5, 1.0, units=60)
    with pytest.raises(ValueError, match="margin"):
        equivalent(drawn, 0.0, units=60)


def test_equivalence_at_the_margin_is_claimed_in_one_of_twenty() -> None:
    """The true difference is the margin itself; scipy's two one-sided t-tests on the same data decide alike."""
    scipy_stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(6)
    x = generator.normal(0.5, 1, (400, 50))
    drawn = bootstrap(as_statistics(x), mean, draws=500, seed=1)
    found = np.array([equivalent(draws, 0.5, units=50) for draws in drawn])
    tests = (
        scipy_stats.ttest_1samp(x, 0.5, axis=1, alternative="less"),
        scipy_stats.ttest_1samp(x, -0.5, axis=1, alternative="greater"),
    )
    assert (found == (np.maximum(*(test.pvalue for test in tests)) < 0.05)).mean() > 0.96
    assert 0.01 <= found.mean() <= 0.09


def test_leave_one_stratum_out_scores_the_rest() -> None:
    systems = as_statistics(np.arange(12.0).reshape(2, 6))
    labels, scores = leave_one_stratum_out(systems, ["news", "talk", "news", "web", "talk", "web"], mean)
    assert labels.tolist() == ["news", "talk", "web"]
    assert scores == pytest.approx(np.array([[3.25, 9.25], [2.5, 8.5], [1.75, 7.75]]))


def test_runs_have_an_interval_from_five_on() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    runs = [30.1, 30.5, 29.8, 30.9, 30.2]
    assert runs_interval(runs[:4]) is None
    theirs = scipy_stats.ttest_1samp(runs, 0).confidence_interval(0.95)
    assert runs_interval(runs) == pytest.approx((theirs.low, theirs.high))
