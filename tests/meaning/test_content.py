"""Dropped and invented content, and what they are told by."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtqe
from mtqe.meaning.equal import said_otherwise
from mtqe.meaning.evidence import Content, gaps, inventions, runs
from mtqe.meaning.fitted import Trees, brokenness, trees
from mtqe.meaning.pair import Pair
from mtqe.meaning.usage import rarity, usage

TEXT = st.text(alphabet="ab the,.5", max_size=40)


@pytest.mark.parametrize(
    ("hyp", "ref", "missing"),
    [
        ("She signed the with Poland in Kyiv.", "She signed the agreement with Poland in Kyiv.", "agreement"),
        ("It flooded villages in the.", "It flooded villages in the southern provinces.", "southern provinces"),
        ("In March the company its factory.", "In March the company closed its factory.", "closed"),
    ],
)
def test_dropped_words_are_pointed_at_where_they_would_stand(hyp: str, ref: str, missing: str) -> None:
    found = [error for error in mtqe.find_meaning_errors([hyp], [ref])[0] if error.confidence >= 0.5]
    assert [error.rule for error in found] == ["dropped"]
    assert found[0].category == "Accuracy/Omission"
    assert found[0].ref_span is not None
    assert ref[slice(*found[0].ref_span)] == missing
    assert found[0].hyp_span is not None
    start, end = found[0].hyp_span
    assert start == end
    kept = ref[: found[0].ref_span[0]].rstrip()
    assert hyp[:start].rstrip(" .") == kept


@pytest.mark.parametrize(
    ("hyp", "ref", "invented"),
    [
        ("They visited the notorious museum on Monday.", "They visited the museum on Monday.", "notorious"),
        ("The regional court fined the company.", "The court fined the company.", "regional"),
    ],
)
def test_invented_words_are_marked(hyp: str, ref: str, invented: str) -> None:
    found = [error for error in mtqe.find_meaning_errors([hyp], [ref])[0] if error.confidence >= 0.5]
    assert [(error.rule, error.category) for error in found] == [("invented", "Accuracy/Addition")]
    assert found[0].hyp_span is not None
    assert hyp[slice(*found[0].hyp_span)] == invented


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("seven people came", "7 people came", {0}),
        ("the us army", "the united states army", {1}),
        ("a nonviolent protest", "a non violent protest", {1}),
        ("the wto said so", "the world trade organization said so", {1}),
        ("seven people came", "8 people came", set()),
    ],
)
def test_words_said_otherwise_have_an_answer(one: str, other: str, same: set[int]) -> None:
    ours, theirs = one.split(), other.split()
    free = [k for k, word in enumerate(ours) if word not in theirs]
    other_free = [k for k, word in enumerate(theirs) if word not in ours]
    assert said_otherwise(ours, theirs, free, other_free)[0] == same
    assert said_otherwise(theirs, ours, other_free, free)[1] == same


def test_usage_knows_which_words_follow_one_another() -> None:
    words = usage()
    assert words.follows("prime", "minister") > 2
    assert words.follows("the", "of") < words.follows("the", "river")
    assert words.follows("she", "announced") > words.follows("the", "announced")
    assert words.likeness("monday", "tuesday") > 0.8 > words.likeness("monday", "announced")
    assert words.follows("prime", "qqqq") == words.follows("qqqq", "minister")
    assert rarity("the") < rarity("river") < rarity("notorious") <= rarity("qqqq") == 12


def test_trees_add_up_the_leaves_that_a_place_falls_into() -> None:
    feature = np.array([[0, 0, 1, 0, 0], [1, 0, 0, 0, 0]])
    threshold = np.array([[2.0, 0, 0.5, 0, 0], [0.5, 0, 0, 0, 0]], np.float32)
    children = np.array([[[1, 2], [1, 1], [3, 4], [3, 3], [4, 4]], [[1, 2], [1, 1], [2, 2], [3, 3], [4, 4]]])
    value = np.array([[0, -1.0, 0, 0.25, 3.0], [0, 0.5, -0.5, 0, 0]], np.float32)
    small = Trees(["mass", "fits"], feature, threshold, children, value, bias=0.5, scale=2.0)
    found = small.confidences([{"mass": 2.0}, {"mass": 3.0}, {"mass": 3.0, "fits": 1.0, "other": 9.0}])
    sums = np.array([-1.0 + 0.5 + 0.5, 0.25 + 0.5 + 0.5, 3.0 - 0.5 + 0.5])
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-2 * sums)))
    assert small.confidences([]).shape == (0,)


@pytest.mark.parametrize("name", ["dropped", "invented", "dropped:minilm", "invented:minilm"])
def test_the_fitted_trees_ask_for_evidence_that_there_is(name: str) -> None:
    rng = np.random.default_rng(1)
    pair = Pair.of("He went to the old town, she said on 5 May", "He had gone into town on 6 May, the woman told us.")
    if name.endswith("minilm"):
        hyp, ref = (rng.normal(size=(len(side.spans), 384)).astype(np.float32) for side in (pair.hyp, pair.ref))
        pair = Pair(
            type(pair.hyp)(pair.hyp.text, pair.hyp.spans, pair.hyp.forms, hyp),
            type(pair.ref)(pair.ref.text, pair.ref.spans, pair.ref.forms, ref),
            pair.links,
        )
    content = Content(pair)
    evidence = list(gaps(content) if name.startswith("dropped") else inventions(content))
    asked = {key for *_, found in evidence for key in found}
    seldom = {"no last mark", "small first letter", "verb first", "follows two before"}
    assert set(trees(name).names) - seldom <= asked


def test_each_gap_has_its_log_odds() -> None:
    vectors = np.random.default_rng(2).normal(size=(7, 384)).astype(np.float32)
    found = brokenness(vectors)
    assert found.shape == (8,)
    np.testing.assert_allclose(found[:4], brokenness(vectors[:5])[:4], rtol=1e-5)  # only the words beside it count
    assert brokenness(vectors[:0]).shape == (1,)


@given(st.lists(st.integers(0, 30), unique=True).map(sorted))
def test_runs_have_every_number_once(numbers: list[int]) -> None:
    found = list(runs(numbers))
    assert [k for first, last in found for k in range(first, last)] == numbers
    assert all(first - before > 0 for (_, before), (first, _) in pairwise(found))


@given(TEXT, TEXT)
def test_there_is_a_gap_beside_every_word(hyp: str, ref: str) -> None:
    pair = Pair.of(hyp, ref)
    content = Content(pair)
    found = list(gaps(content))
    assert [gap for gap, *_ in found] == list(range(len(pair.hyp.forms) + 1))
    assert {j for _, words, _ in found for j in words} == set(content.ref_free)
    for (first, last), evidence in inventions(content):
        assert 0 <= first < last <= len(pair.hyp.forms)
        assert not any(i in pair.to_ref for i in range(first, last))
        assert np.isfinite(list(evidence.values())).all()
