"""Clusters, rank ranges and counts: by hand, and properties that hold for any outcome of the tests."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mtqe.stats import beats, clusters, rank_ranges, share_first, win_tie_loss

PAIRS = [(0, 1), (0, 2), (1, 2)]


def test_beats_follows_the_sign_and_the_direction_of_the_metric() -> None:
    delta, p = [1.0, 2.0, -0.5], [0.2, 0.01, 0.05]
    up = beats(3, PAIRS, delta, p)
    assert np.argwhere(up).tolist() == [[0, 2], [2, 1]]
    assert np.array_equal(beats(3, PAIRS, delta, p, higher_is_better=False), up.T)
    assert not beats(3, PAIRS, delta, [np.nan] * 3).any()


def test_a_cut_needs_every_system_above_to_beat_every_one_below() -> None:
    """0 beats 2 and 3, 1 beats 3 only: 1 and 2 hold the middle together, so that only 3 is cut off where 2 beats it."""
    wins = np.zeros((4, 4), dtype=bool)
    for winner, loser in [(0, 2), (0, 3), (1, 3)]:
        wins[winner, loser] = True
    assert clusters([0, 1, 2, 3], wins) == [[0, 1, 2, 3]]
    wins[2, 3] = True
    assert clusters([0, 1, 2, 3], wins) == [[0, 1, 2], [3]]
    wins[0, 1] = wins[1, 2] = True
    assert clusters([0, 1, 2, 3], wins) == [[0], [1], [2], [3]]
    assert clusters([], np.zeros((0, 0), dtype=bool)) == []


def test_rank_ranges_by_hand() -> None:
    wins = np.zeros((3, 3), dtype=bool)
    wins[0, 2] = wins[1, 2] = True
    assert rank_ranges(wins) == [(1, 2), (1, 2), (3, 3)]
    assert rank_ranges(np.zeros((3, 3), dtype=bool)) == [(1, 3)] * 3


@given(npst.arrays(np.float64, st.integers(2, 7), elements=st.floats(-5, 5)), st.randoms(use_true_random=False))
def test_clusters_split_the_order_and_agree_with_rank_ranges(scores: np.ndarray, random) -> None:
    pairs = list(itertools.combinations(range(len(scores)), 2))
    delta = [scores[a] - scores[b] for a, b in pairs]
    wins = beats(len(scores), pairs, delta, [random.choice([0.01, 0.5]) for _ in pairs])
    order = np.argsort(-scores, kind="stable").tolist()
    found = clusters(order, wins)
    assert list(itertools.chain.from_iterable(found)) == order
    ranges = rank_ranges(wins)
    for above, below in itertools.pairwise(found):
        assert max(ranges[i][1] for i in above) < min(ranges[i][0] for i in below)
    assert all(1 <= best <= worst <= len(scores) for best, worst in ranges)


def test_share_first_by_hand() -> None:
    draws = np.array([[3.0, 1.0, 2.0, np.nan], [1.0, 2.0, 2.0, 9.0]])
    assert share_first(draws) == pytest.approx([0.5, 0.5])
    assert share_first(draws[:, :2]) == pytest.approx([0.5, 0.5])
    assert share_first(draws[:, :1], higher_is_better=False) == pytest.approx([0.0, 1.0])
    assert np.isnan(share_first(draws[:, 3:])).all()


@given(npst.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.integers(0, 3).map(float)))
def test_share_first_sums_to_one_and_knows_no_order(draws: np.ndarray) -> None:
    share = share_first(draws)
    assert share.sum() == pytest.approx(1)
    assert share_first(draws[::-1])[::-1] == pytest.approx(share)


def test_win_tie_loss_by_hand() -> None:
    a, b = np.array([1.0, 2.0, 3.0, np.nan, 0.1 + 0.2]), np.array([2.0, 1.0, 2.0, 0.0, 0.3])
    assert win_tie_loss(a, b) == (2, 1, 1)
    assert win_tie_loss(b, a) == (1, 1, 2)
    assert win_tie_loss(a, b, higher_is_better=False) == (1, 1, 2)
