"""Permutation tests and Holm's correction: against scipy, by hand, and calibrated under the null."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mtqe.results import FloatArray, mean
from mtqe.stats import all_assignments_fit, holm, paired_permutation, permutation_tests, smallest_p


def as_statistics(x: np.ndarray) -> FloatArray:
    return np.stack([x, np.ones_like(x)], axis=-1).astype(np.float64)


def f1(sums: FloatArray) -> FloatArray:
    """A corpus score that is no mean of unit scores: sums of matches, hypothesis length, reference length."""
    return np.asarray(2 * sums[..., 0] / (sums[..., 1] + sums[..., 2]))


def f1_statistics(generator: np.random.Generator, n: int) -> FloatArray:
    lengths = generator.integers(1, 30, size=(n, 2))
    return np.column_stack([(lengths.min(axis=1) * generator.random(n)).round(), lengths]).astype(np.float64)


def test_exact_p_agrees_with_scipy_on_means() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(3)
    for n in (4, 9, 12):
        a, b = generator.normal(0.6, 1, n), generator.normal(0, 1, n)
        theirs = scipy_stats.permutation_test(
            (a, b), lambda x, y, axis: (x - y).mean(axis=axis), permutation_type="samples", n_resamples=np.inf
        )
        delta, p = paired_permutation(as_statistics(a), as_statistics(b), mean, draws=10_000, seed=1)
        assert delta == pytest.approx(theirs.statistic)
        assert p == pytest.approx(theirs.pvalue, abs=1e-12)


def test_exact_p_agrees_with_enumeration_by_hand_on_a_score_that_is_no_mean() -> None:
    generator = np.random.default_rng(8)
    a, b = f1_statistics(generator, 7), f1_statistics(generator, 7)
    observed = f1(a.sum(axis=0)) - f1(b.sum(axis=0))
    hits = 0
    for swaps in itertools.product([False, True], repeat=7):
        swap = np.array(swaps)[:, None]
        null = f1(np.where(swap, b, a).sum(axis=0)) - f1(np.where(swap, a, b).sum(axis=0))
        hits += bool(abs(null) >= abs(observed) - 1e-12)
    assert paired_permutation(a, b, f1, draws=128, seed=1) == pytest.approx((float(observed), hits / 128))


def test_sampled_p_approaches_exact_p() -> None:
    generator = np.random.default_rng(4)
    a, b = as_statistics(generator.normal(0.5, 1, 14)), as_statistics(generator.normal(0, 1, 14))
    _, exact = paired_permutation(a, b, mean, draws=2**14, seed=1)
    _, sampled = paired_permutation(a, b, mean, draws=2**14 - 1, seed=1)
    assert exact != sampled
    assert sampled == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 2**14))


@pytest.mark.parametrize(
    ("n", "draws", "exact"), [(1, 1, False), (1, 2, True), (13, 10_000, True), (14, 10_000, False)]
)
def test_enumerates_exactly_when_all_assignments_fit(n: int, draws: int, exact: bool) -> None:
    assert all_assignments_fit(n, draws) is exact
    assert smallest_p(n, draws) == (2 / 2**n if exact else 1 / (draws + 1))


@pytest.mark.parametrize(("n", "draws"), [(6, 1000), (200, 999)])
def test_a_clear_difference_reaches_the_smallest_p_and_never_zero(n: int, draws: int) -> None:
    b = np.random.default_rng(1).random(n)
    _, p = paired_permutation(as_statistics(b + 10), as_statistics(b), mean, draws=draws, seed=5)
    assert p == smallest_p(n, draws)


@pytest.mark.parametrize("n", [1, 5, 300])
def test_identical_statistics_give_one(n: int) -> None:
    x = as_statistics(np.random.default_rng(2).random(n))
    assert paired_permutation(x, x.copy(), mean, draws=1000, seed=1) == (0.0, 1.0)


def test_float_noise_does_not_break_ties() -> None:
    """All differences are equal in size, so that only two of the 2**10 assignments are as large as the observed one."""
    a = as_statistics(np.array([0.1, 0.2, 0.3, 0.7, 1.1, 1.3, 1.7, 1.9, 2.3, 2.9]))
    b = a - [0.1, 0]
    assert paired_permutation(a, b, mean, draws=1024, seed=1)[1] == 2 / 1024
    half = a - np.array([0.1, -0.1] * 5)[:, None] * [1, 0]
    assert paired_permutation(a, half, mean, draws=1024, seed=1)[1] == 1.0


def test_draws_without_a_score_can_only_raise_p() -> None:
    a, b = np.zeros((4, 2)), np.zeros((4, 2))
    a[:, 0], a[0, 1], b[1, 1] = 5.0, 1.0, 1.0
    _, p = paired_permutation(a, b, mean, draws=1000, seed=1)
    assert p >= 0.5  # half of the assignments give one side no weight at all


def test_pairs_tested_together_keep_the_bits_of_a_pair_alone() -> None:
    systems = as_statistics(np.random.default_rng(6).normal(0, 1, (4, 60)))
    pairs = list(itertools.combinations(range(4), 2))
    deltas, ps = permutation_tests(systems, pairs, mean, draws=500, seed=9)
    for (a, b), delta, p in zip(pairs, deltas, ps, strict=True):
        assert paired_permutation(systems[a], systems[b], mean, draws=500, seed=9) == (delta, p)


@pytest.mark.parametrize(("n", "aggregate"), [(8, "mean"), (40, "mean"), (40, "f1")])
def test_rejects_at_the_nominal_rate_under_the_null(n: int, aggregate: str) -> None:
    """600 null pairs: the outputs of each unit are exchangeable, one unit's two scores being correlated."""
    generator = np.random.default_rng(20)
    rejected, trials, draws = 0, 600, 199
    for seed in range(trials):
        if aggregate == "mean":
            difficulty = generator.exponential(1, n)
            a, b = (as_statistics(difficulty + generator.exponential(1, n)) for _ in range(2))
            _, p = paired_permutation(a, b, mean, draws=draws, seed=seed)
        else:
            _, p = paired_permutation(
                f1_statistics(generator, n), f1_statistics(generator, n), f1, draws=draws, seed=seed
            )
        rejected += p <= 0.05
    # +-3.3 standard deviations of a binomial(600, .05); exact p of 8 units is discrete: at most 12/256 = .047
    assert 0.021 <= rejected / trials <= 0.079


statistic_pairs = npst.arrays(
    np.float64, st.tuples(st.just(2), st.integers(1, 7), st.just(1)), elements=st.integers(-40, 40).map(float)
).map(lambda values: np.concatenate([values, np.ones_like(values)], axis=-1))


@settings(max_examples=60, deadline=None)
@given(statistic_pairs, st.sampled_from([50, 128]), st.randoms(use_true_random=False))
def test_p_is_a_probability_symmetric_and_blind_to_order(pair: FloatArray, draws: int, random) -> None:
    a, b = pair
    delta, p = paired_permutation(a, b, mean, draws=draws, seed=3)
    assert smallest_p(len(a), draws) <= p <= 1
    assert paired_permutation(b, a, mean, draws=draws, seed=3) == (-delta, p)
    if all_assignments_fit(len(a), draws):
        order = random.sample(range(len(a)), len(a))
        assert paired_permutation(a[order], b[order], mean, draws=draws, seed=4) == pytest.approx((delta, p))


def test_holm_by_hand() -> None:
    """.01 x 4, .02 x 3 = .06, .03 x 2 = .06, .4 x 1; the order of the input is kept."""
    assert holm([0.03, 0.01, 0.4, 0.02]) == pytest.approx([0.06, 0.04, 0.4, 0.06])
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([0.2]).tolist() == [0.2]
    assert holm([]).tolist() == []


@given(npst.arrays(np.float64, st.integers(1, 30), elements=st.floats(1e-6, 1)))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p: FloatArray) -> None:
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(1, p * len(p))).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    order = np.argsort(-p, kind="stable")
    assert np.array_equal(holm(p[order]), adjusted[order])
