"""Permutation tests and Holm's correction: against scipy, by hand, and calibrated under the null."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mtqe.results import FloatArray, mean
from mtqe.stats import (
    all_assignments_fit,
    bootstrap_tests,
    draws_needed,
    holm,
    max_t_tests,
    paired_permutation,
    permutation_tests,
    smallest_p,
    wilcoxon_tests,
)


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


def systems_of(seed: int, count: int, n: int, shift: float = 0.0) -> FloatArray:
    """Systems that share the difficulty of the units; each is better than the one before by `shift`."""
    generator = np.random.default_rng(seed)
    x = generator.normal(0, 1, n) + generator.normal(0, 1, (count, n)) + shift * np.arange(count)[:, None]
    return as_statistics(x)


@pytest.mark.parametrize("studentised", [True, False])
def test_max_t_agrees_with_enumeration_by_hand(studentised: bool) -> None:
    """Westfall and Young (1993), algorithm 4.1, over all 2**7 assignments; the scale is the exact null deviation."""
    systems = systems_of(5, 3, 7, shift=0.7)
    pairs = list(itertools.combinations(range(3), 2))
    signs = np.array(list(itertools.product([1.0, -1.0], repeat=7)))
    differences = np.array([systems[a, :, 0] - systems[b, :, 0] for a, b in pairs])
    scale = np.sqrt((differences**2).sum(axis=1)) if studentised else np.ones(3)
    observed = np.abs(differences.sum(axis=1)) / scale
    null = np.abs(differences @ signs.T) / scale[:, None]
    order = np.argsort(-observed)
    expected, last = np.zeros(3), 0.0
    for position, pair in enumerate(order):
        last = max(last, (null[order[position:]].max(axis=0) >= observed[pair] - 1e-9).mean())
        expected[pair] = last
    delta, p, adjusted = max_t_tests(systems, pairs, mean, draws=128, seed=1, studentised=studentised)
    assert delta == pytest.approx(differences.mean(axis=1))
    assert p == pytest.approx((null >= observed[:, None] - 1e-9).mean(axis=1))
    assert adjusted == pytest.approx(expected)


def test_max_t_loses_less_than_holm_where_the_pairs_hang_together() -> None:
    systems = systems_of(2, 6, 60, shift=0.25)
    pairs = list(itertools.combinations(range(6), 2))
    _, p, adjusted = max_t_tests(systems, pairs, mean, draws=4999, seed=3)
    assert adjusted.sum() < holm(p).sum()
    assert (adjusted[np.argsort(p)][:3] <= holm(p)[np.argsort(p)][:3]).all()


def test_studentised_max_t_finds_a_close_pair_beside_a_noisy_system() -> None:
    generator = np.random.default_rng(4)
    a = generator.normal(0, 1, 50)
    systems = as_statistics(np.stack([a, a + generator.normal(0.2, 0.2, 50), generator.normal(0, 30, 50)]))
    pairs = [(0, 1), (0, 2), (1, 2)]
    assert max_t_tests(systems, pairs, mean, draws=999, seed=1)[2][0] == pytest.approx(0.001)
    assert max_t_tests(systems, pairs, mean, draws=999, seed=1, studentised=False)[2][0] > 0.05


families = npst.arrays(
    np.float64, st.tuples(st.integers(2, 4), st.integers(1, 9)), elements=st.integers(-9, 9).map(float)
)


@settings(max_examples=60, deadline=None)
@given(families, st.sampled_from([60, 600]), st.floats(0.01, 1000), st.randoms(use_true_random=False))
def test_adjusted_p_is_monotone_and_knows_neither_order_nor_scale(
    x: FloatArray, draws: int, scale: float, random
) -> None:
    systems = as_statistics(x)
    pairs = list(itertools.combinations(range(len(x)), 2))
    delta, p, adjusted = max_t_tests(systems, pairs, mean, draws=draws, seed=2)
    assert ((p > 0) & (p <= adjusted) & (adjusted <= 1)).all()
    scaled = max_t_tests(as_statistics(x * scale), pairs, mean, draws=draws, seed=2)
    assert scaled[2] == pytest.approx(adjusted)
    turned = max_t_tests(systems, [(b, a) for a, b in pairs], mean, draws=draws, seed=2)
    assert turned[0] == pytest.approx(-delta)
    assert turned[2] == pytest.approx(adjusted)
    order = random.sample(range(len(pairs)), len(pairs))
    assert max_t_tests(systems, [pairs[i] for i in order], mean, draws=draws, seed=2)[2] == pytest.approx(
        adjusted[order]
    )


def test_identical_systems_in_a_family_give_one_and_leave_the_rest_alone() -> None:
    systems = systems_of(7, 3, 30, shift=1.0)
    with_twin = np.concatenate([systems, systems[:1]])
    pairs = list(itertools.combinations(range(3), 2))
    _, p, adjusted = max_t_tests(with_twin, [*pairs, (0, 3)], mean, draws=999, seed=1)
    assert (p[-1], adjusted[-1]) == (1.0, 1.0)
    assert adjusted[:-1].tolist() == max_t_tests(systems, pairs, mean, draws=999, seed=1)[2].tolist()
    assert [part.size for part in max_t_tests(systems, [], mean, draws=9, seed=1)] == [0, 0, 0]


def test_bootstrap_test_agrees_with_the_z_test_of_many_units() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    systems = systems_of(3, 2, 400, shift=0.12)
    delta, p = bootstrap_tests(systems, [(0, 1)], mean, draws=20_000, seed=1)
    difference = systems[0, :, 0] - systems[1, :, 0]
    z = difference.mean() / difference.std() * 20
    assert delta[0] == pytest.approx(difference.mean())
    assert p[0] == pytest.approx(2 * scipy_stats.norm.sf(abs(z)), abs=0.01)


def test_bootstrap_test_of_equal_systems_strata_and_order() -> None:
    systems = systems_of(9, 2, 40, shift=0.3)
    twins = np.stack([systems[0], systems[0]])
    assert [part.tolist() for part in bootstrap_tests(twins, [(0, 1)], mean, draws=99, seed=1)] == [[0.0], [1.0]]
    forth, back = (bootstrap_tests(systems, [pair], mean, draws=500, seed=1) for pair in ((0, 1), (1, 0)))
    assert (forth[0][0], forth[1][0]) == (-back[0][0], back[1][0])
    assert [part.size for part in bootstrap_tests(systems, [], mean, draws=9, seed=1)] == [0, 0]
    alone = bootstrap_tests(systems, [(0, 1)], mean, draws=500, seed=1, strata=np.arange(40))
    assert alone[1][0] == 1 / 501  # no stratum varies, so that no draw differs from what was observed


def test_bootstrap_test_rejects_at_the_nominal_rate_where_centring_sizes_does_not() -> None:
    """600 null pairs of 100 units; what sacreBLEU centres would reject twice as often."""
    generator, draws = np.random.default_rng(1), 199
    a, b = generator.exponential(1, (2, 600, 100))
    systems = as_statistics(np.stack([a, b], 1).reshape(1200, 100))
    _, p = bootstrap_tests(systems, [(i, i + 1) for i in range(0, 1200, 2)], mean, draws=draws, seed=2)
    assert 0.021 <= (p <= 0.05).mean() <= 0.079


def test_wilcoxon_agrees_with_scipy_and_leaves_out_the_unscored() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(2)
    x = generator.normal(0, 1, (3, 40)) + np.array([[0], [0.3], [0.9]])
    x[0, :3] = np.nan
    pairs = [(0, 1), (1, 2), (2, 0)]
    theirs = [scipy_stats.wilcoxon((x[a] - x[b])[~np.isnan(x[a] - x[b])]).pvalue for a, b in pairs]
    assert wilcoxon_tests(x, pairs) == pytest.approx(theirs)
    assert wilcoxon_tests(x, [(1, 0)]) == pytest.approx(theirs[:1])


def test_wilcoxon_by_exact_enumeration_and_with_ties() -> None:
    """Ranks 1 to 6 all in favour: 2 of 2**6 sign vectors. Zeros are ranked: they take the low ranks (Pratt)."""
    b = np.zeros(6)
    assert wilcoxon_tests(np.stack([np.arange(1, 7.0), b]), [(0, 1)])[0] == pytest.approx(2 / 64)
    assert wilcoxon_tests(np.stack([b, b]), [(0, 1)]).tolist() == [1.0]
    assert wilcoxon_tests(np.full((2, 3), np.nan), [(0, 1)]).tolist() == [1.0]
    noisy = np.stack([[0.1 + 0.2, 0.5, 0.7, 0.9, 1.1, 0.4], [0.3, 0.4, 0.6, 0.8, 1.0, 0.5]])
    clean = np.stack([[0, 1, 1, 1, 1, -1.0], b])
    assert wilcoxon_tests(noisy, [(0, 1)]) == pytest.approx(wilcoxon_tests(clean, [(0, 1)]))


@pytest.mark.parametrize(("pairs", "needed"), [(1, 19), (190, 3799), (3, 59)])
def test_draws_needed_reach_bonferronis_bar(pairs: int, needed: int) -> None:
    assert draws_needed(pairs) == needed
    assert smallest_p(100, needed) <= 0.05 / pairs + 1e-12
    assert smallest_p(100, needed - 1) > 0.05 / pairs
