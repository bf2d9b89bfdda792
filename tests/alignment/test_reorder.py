"""Blocks in another order: found when asked for, and named when not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.alignment import Alignment, align
from mtqe.errors import ConfigError

WORDS = ["river", "bridge", "mayor", "opened", "closed", "Monday", "storm", "40", "the", "of", "in", "harbour", "ferry"]
LINES = st.lists(
    st.one_of(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), st.text(max_size=12)), max_size=14
)
STORY = [
    "The water mill at Tarnow was opened again on Friday after a repair of two years.",
    "Its wheel had been torn away in the flood of 2019, and the miller's house lost its roof.",
    "The council paid 80,000 euros for the oak, which came from a forest near Lezno.",
    "Volunteers from the village did most of the work on weekends.",
    "Anna Wolska, the miller's daughter, baked the first loaf on Sunday.",
    "A visitor looks at the new wheel of oak in front of the mill",
]
OUTPUT = [
    "The watermill in Tarnow reopened on Friday after two years of repair.",
    "Its wheel was torn off by the flood of 2019 and the house of the miller lost its roof.",
    "The council paid 80,000 euros for oak that came from the forest near Lezno.",
    "Most of the work was done by volunteers from the village on weekends.",
    "On Sunday the miller's daughter Anna Wolska baked the first loaf.",
    "Visitor looks at new oak wheel in front of the mill",
]


def text(lines: int, seed: int) -> list[str]:
    source = random.Random(seed)
    return [" ".join(f"w{source.randrange(4000)}" for _ in range(source.randint(5, 20))) + "." for _ in range(lines)]


def linked(alignment: Alignment) -> dict[tuple[int, ...], tuple[int, ...]]:
    return {link.hyp: link.ref for link in alignment.links if link.hyp and link.ref}


@settings(max_examples=60, deadline=None)
@given(LINES, LINES)
def test_every_line_stands_in_one_link(hyp: list[str], ref: list[str]) -> None:
    links = align(hyp, ref, reorder=True).links
    assert sorted(i for link in links for i in link.hyp) == list(range(len(hyp)))
    assert sorted(j for link in links for j in link.ref) == list(range(len(ref)))
    assert align(hyp, ref, reorder=True).links == links


@settings(max_examples=40, deadline=None)
@given(st.integers(6, 150), st.integers(0, 10**6), st.data())
def test_two_blocks_that_changed_places_are_found(lines: int, seed: int, data: st.DataObject) -> None:
    ref = text(lines, seed)
    a, b, c, d = sorted(data.draw(st.lists(st.integers(0, lines), min_size=4, max_size=4)))
    order = [*range(a), *range(c, d), *range(b, c), *range(a, b), *range(d, lines)]
    alignment = align([ref[i] for i in order], ref, reorder=True)
    assert linked(alignment) == {(k,): (i,) for k, i in enumerate(order)}
    in_order = [link for link in alignment.links if link.kind == "match"]
    assert [link.ref for link in in_order] == sorted(link.ref for link in in_order)
    assert (len(in_order) == lines) == (order == list(range(lines)))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.integers(0, 10**6), st.sets(st.integers(0, 149)))
def test_nothing_changes_where_nothing_moved(lines: int, seed: int, left_out: set[int]) -> None:
    ref = text(lines, seed)
    hyp = [line for number, line in enumerate(ref) if number not in left_out]
    assert align(hyp, ref, reorder=True).links == align(hyp, ref).links


@pytest.mark.parametrize("to", [0, 2, 3])
def test_a_caption_at_another_place_is_linked_or_named(to: int) -> None:
    hyp = OUTPUT[:-1]
    hyp.insert(to, OUTPUT[-1])
    found = align(hyp, STORY, reorder=True)
    assert linked(found) == {(i + (i >= to),): (i,) for i in range(5)} | {(to,): (5,)}
    assert [link.hyp for link in found.links if link.kind == "moved"] == [(to,)]
    assert found.signature == "lcs|v2|reorder"
    alone = [(link.hyp, link.ref) for link in align(hyp, STORY).links if link.kind == "moved"]
    assert sorted(alone) == [((), (5,)), ((to,), ())]


def test_merged_lines_of_a_moved_block_stay_together() -> None:
    hyp = [*OUTPUT[3:5], f"{OUTPUT[0]} {OUTPUT[1]}", OUTPUT[2]]
    assert linked(align(hyp, STORY[:5], reorder=True)) == {(0,): (3,), (1,): (4,), (2,): (0, 1), (3,): (2,)}


def test_reorder_needs_a_reference() -> None:
    with pytest.raises(ConfigError, match="reorder needs a reference"):
        align(OUTPUT, None, source=STORY, reorder=True)
