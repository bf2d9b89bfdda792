"""The bootstrap against scipy's, against theory, and against itself beside other systems."""

import numpy as np
import pytest

from mtqe.results import mean
from mtqe.stats import bootstrap, interval
from mtqe.stats.resampling import chunk_sizes


def values(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(50, 10, n)


def as_statistics(x: np.ndarray) -> np.ndarray:
    return np.stack([x, np.ones_like(x)], axis=-1)


def test_interval_agrees_with_scipy() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    x = values(1, 60)
    theirs = scipy_stats.bootstrap((x,), np.mean, n_resamples=9999, method="percentile", rng=5).confidence_interval
    ours = interval(bootstrap(as_statistics(x), mean, draws=9999, seed=7))
    width = theirs.high - theirs.low
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.04 * width)


def test_draws_have_the_spread_that_theory_gives() -> None:
    x = values(2, 200)
    drawn = bootstrap(as_statistics(x), mean, draws=5000, seed=1)
    assert drawn.shape == (5000,)
    assert drawn.mean() == pytest.approx(x.mean(), abs=0.1)
    assert drawn.std() == pytest.approx(x.std() / np.sqrt(200), rel=0.05)


def test_every_resample_has_n_units() -> None:
    ones = np.ones((37, 1))
    assert set(bootstrap(ones, lambda sums: sums[..., 0], draws=500, seed=3)) == {37.0}


def test_a_system_beside_others_keeps_its_bits() -> None:
    systems = as_statistics(np.stack([values(seed, 700) for seed in range(5)]))
    together = bootstrap(systems, mean, draws=400, seed=11)
    assert together.shape == (5, 400)
    for alone, beside in zip(systems, together, strict=True):
        assert np.array_equal(bootstrap(alone, mean, draws=400, seed=11), beside)


def test_systems_share_the_resamples_so_that_a_constant_difference_has_no_spread() -> None:
    x = values(4, 90)
    drawn = bootstrap(as_statistics(np.stack([x + 2, x])), mean, draws=300, seed=1)
    assert drawn[0] - drawn[1] == pytest.approx(2.0)
    assert drawn[0].std() > 0.5


def test_the_seed_decides_the_draws() -> None:
    x = as_statistics(values(5, 50))
    first, again, other = (bootstrap(x, mean, draws=100, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_interval_is_the_percentile_interval_and_leaves_out_draws_without_a_score() -> None:
    draws = np.arange(101.0)
    assert interval(draws) == pytest.approx((2.5, 97.5))
    assert interval(draws, level=0.9) == pytest.approx((5.0, 95.0))
    assert interval(np.concatenate([draws, [np.nan] * 50])) == pytest.approx((2.5, 97.5))
    assert np.isnan(interval(np.array([np.nan]))).all()


def test_strata_keep_their_number_of_units() -> None:
    strata = np.array(["web", "news", "web", "talk", "news", "web", "talk"])
    indicators = np.stack([strata == name for name in ("news", "talk", "web")], axis=-1).astype(np.float64)
    for stratum, size in enumerate((2, 2, 3)):
        drawn = bootstrap(indicators, lambda sums, i=stratum: sums[..., i], draws=200, seed=2, strata=strata)
        assert set(drawn) == {size}


def test_strata_take_their_differences_out_of_the_spread() -> None:
    """Neyman: the variance of a stratified mean is that within the strata; a stratum of one does not vary."""
    generator = np.random.default_rng(3)
    strata = np.repeat([0, 1, 2], [80, 119, 1])
    x = generator.normal(0, 1, 200) + 50 * strata
    drawn = bootstrap(as_statistics(x), mean, draws=5000, seed=1, strata=strata)
    within = sum(x[strata == s].var() * (strata == s).sum() for s in range(3)) / 200**2
    assert drawn.mean() == pytest.approx(x.mean(), abs=0.01)
    assert drawn.std() == pytest.approx(np.sqrt(within), rel=0.05)


def test_one_stratum_is_none_and_names_do_not_matter() -> None:
    x = as_statistics(values(6, 30))
    drawn = [bootstrap(x, mean, draws=50, seed=4, strata=s) for s in (["a"] * 15 + ["b"] * 15, [0] * 15 + [9] * 15)]
    assert np.array_equal(*drawn)
    one = bootstrap(x, mean, draws=4000, seed=4, strata=np.zeros(30))
    assert one.std() == pytest.approx(bootstrap(x, mean, draws=4000, seed=4).std(), rel=0.05)


@pytest.mark.parametrize("whole", [True, False])
def test_whole_numbers_and_others_give_the_sums_of_the_units_drawn(whole: bool) -> None:
    """Sums of indices squared identify the resample: every draw is the one that numpy's generator gives."""
    x = np.arange(20.0) ** 2 + (0 if whole else 0.5)
    drawn = bootstrap(np.stack([x, 3 * x])[..., None], lambda sums: sums[..., 0], draws=30, seed=8)
    indices = np.random.default_rng(8).integers(20, size=(30, 20))
    assert drawn == pytest.approx(np.stack([x[indices].sum(1), 3 * x[indices].sum(1)]))


@pytest.mark.parametrize("units", [5, 10, 29, 400])
def test_the_interval_of_few_units_is_as_wide_as_students(units: int) -> None:
    """The percentile interval is that of the normal; expanded it is Student's, here of exactly normal draws."""
    scipy_stats = pytest.importorskip("scipy.stats")
    draws = scipy_stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000) * np.sqrt((units - 1) / units)
    low, high = interval(draws, units=units)
    assert (low, high) == pytest.approx(scipy_stats.t.interval(0.95, units - 1), rel=0.01)
    assert interval(draws)[1] < high


def test_ten_units_are_covered_as_often_as_said() -> None:
    x = np.random.default_rng(5).normal(0, 1, (2000, 10))
    drawn = bootstrap(as_statistics(x), mean, draws=999, seed=1)
    covered = [np.mean([low <= 0 <= high for low, high in (interval(d, units=u) for d in drawn)]) for u in (10, None)]
    assert covered[0] == pytest.approx(0.95, abs=0.016)  # 3.3 standard errors
    assert covered[1] < 0.92
    assert np.isnan(interval(drawn[0], units=1)).all()


@pytest.mark.parametrize(("n", "draws"), [(1, 10), (1000, 10_000), (100_000, 500), (10**9, 3)])
def test_chunks_cover_the_draws_in_bounded_memory(n: int, draws: int) -> None:
    sizes = list(chunk_sizes(n, draws))
    assert sum(sizes) == draws
    assert all(size == 1 or size * n <= 2**22 for size in sizes)
