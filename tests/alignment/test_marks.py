"""What the ends of lines tell the aligner."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.alignment import align
from mtqe.alignment.marks import common_ends, goes_on

LINES = st.lists(st.text(alphabet="aB1 .,?!…“”。、", max_size=8), max_size=10)


def test_a_sentence_goes_on_after_a_comma_and_before_small_letters() -> None:
    lines = ["The mill,", "Old as it is,", "stands. It", "is of oak.", "the end", "Fine."]
    assert goes_on(lines).tolist() == [0, 1, 1, 1, 0, 0, 0]


def test_where_all_lines_go_on_it_tells_nothing() -> None:
    assert not goes_on(["the old mill", "stands by the river", "and turns", "all day"]).any()


@pytest.mark.parametrize(("mark", "other"), [(".", "."), ("?", "?"), (".”", "."), ("。", "。"), ("", "")])
def test_the_same_mark_speaks_for_a_pair(mark: str, other: str) -> None:
    odds = common_ends([f"One{mark}", "Two!", "Three:"], [f"Four{other}", "Five!", "Six:"])
    assert odds[0, 0] > 0 > odds[0, 1]
    assert odds[0, 2] < 0


@given(LINES, LINES)
def test_odds_are_finite_and_symmetrical(hyp: list[str], ref: list[str]) -> None:
    odds = common_ends(hyp, ref)
    assert odds.shape == (len(hyp), len(ref))
    assert np.isfinite(odds).all()
    assert np.allclose(odds, common_ends(ref, hyp).T)
    assert len(goes_on(hyp)) == len(hyp) + 1


def test_marks_decide_between_headings_without_common_words() -> None:
    ref = ["Costly timber", "Who paid for the oak of the mill?", "Nobody knows it."]
    hyp = ["Expensive wood", "Who has paid for the oak of that mill?", "No one is sure."]
    assert [(x.hyp, x.ref) for x in align(hyp, ref).links] == [((0,), (0,)), ((1,), (1,)), ((2,), (2,))]
