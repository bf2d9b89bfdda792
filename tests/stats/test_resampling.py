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


@pytest.mark.parametrize(("n", "draws"), [(1, 10), (1000, 10_000), (10**9, 3)])
def test_chunks_cover_the_draws_in_bounded_memory(n: int, draws: int) -> None:
    sizes = list(chunk_sizes(n, draws))
    assert sum(sizes) == draws
    assert all(size == 1 or size * n <= 2**20 for size in sizes)
