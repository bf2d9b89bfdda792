"""Lines against lines: which belong together, and why the others stand alone."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.alignment import Alignment, align
from mtqe.alignment.chunks import LIMIT, chunks
from mtqe.errors import ConfigError, InputError
from mtqe.text import read_lines

WORDS = ["river", "bridge", "mayor", "opened", "closed", "Monday", "storm", "40", "the", "of", "in", "harbour", "ferry"]
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
LINES = st.lists(st.one_of(SENTENCES, SENTENCES.map(lambda s: s + "."), st.text(max_size=12)), max_size=14)

REF = [
    "Old mill reopens after the flood",
    "The water mill at Tarnow was opened again on Friday after a repair of two years.",
    "Its wheel had been torn away in the flood of 2019, and the miller's house lost its roof.",
    "A visitor looks at the new oak wheel",
    "Costly timber",
    "The council paid 80,000 euros for the oak, which came from a forest near Lezno.",
    "Volunteers from the village did most of the work on weekends.",
]
HYP = [
    "The old mill opens again after flood",
    "The watermill in Tarnow reopened on Friday after two years of repair.",
    "Its wheel was torn off by the flood of 2019 and the house of the miller lost its roof.",
    "Visitor looks at new oak wheel",
    "Expensive timber",
    "The council paid 80,000 euros for oak that came from the forest near Lezno.",
    "Most of the work was done by volunteers from the village on weekends.",
]


def pairs(alignment: Alignment) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(link.hyp, link.ref) for link in alignment.links if link.kind == "match"}


def alone(alignment: Alignment) -> dict[int, str]:
    return {link.hyp[0]: link.kind for link in alignment.links if not link.ref}


def one_to_one(*numbers: int) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {((i,), (i,)) for i in numbers}


@settings(max_examples=60, deadline=None)
@given(LINES, LINES)
def test_links_are_a_monotone_partition(hyp: list[str], ref: list[str]) -> None:
    links = align(hyp, ref).links
    assert sorted(i for link in links for i in link.hyp) == list(range(len(hyp)))
    assert sorted(j for link in links for j in link.ref) == list(range(len(ref)))
    linked = [link for link in links if link.kind == "match"]
    for before, after in itertools.pairwise(linked):
        assert max(before.hyp) < min(after.hyp)
        assert max(before.ref) < min(after.ref)
    for link in links:
        assert 0 <= link.score <= 1
        assert (link.kind == "match") == bool(link.hyp and link.ref)
        assert not link.hyp or link.kind != "omission"
        assert link.hyp or link.kind in ("omission", "moved", "empty")
        texts = [hyp[i] for i in link.hyp] + [ref[j] for j in link.ref]
        assert (link.kind == "empty") == (not any(text.strip() for text in texts) and hyp != ref)
    assert align(hyp, ref).links == links


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_identical_lines_are_paired_one_by_one(lines: list[str]) -> None:
    links = align(lines, lines).links
    assert [(link.hyp, link.ref, link.score) for link in links] == [((i,), (i,), 1.0) for i in range(len(lines))]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(SENTENCES, st.sampled_from("abc")), max_size=12),
    st.lists(st.tuples(SENTENCES, st.sampled_from("abd")), max_size=12),
)
def test_no_link_leaves_its_document(hyp: list[tuple[str, str]], ref: list[tuple[str, str]]) -> None:
    hyp_documents, ref_documents = [d for _, d in hyp], [d for _, d in ref]
    links = align(
        [s for s, _ in hyp], [s for s, _ in ref], hyp_documents=hyp_documents, ref_documents=ref_documents
    ).links
    for link in links:
        assert len({hyp_documents[i] for i in link.hyp} | {ref_documents[j] for j in link.ref}) == 1
    assert sorted(i for link in links for i in link.hyp) == list(range(len(hyp)))
    assert sorted(j for link in links for j in link.ref) == list(range(len(ref)))


def test_paraphrase_headings_and_captions_are_linked() -> None:
    alignment = align(HYP, REF)
    assert pairs(alignment) == one_to_one(*range(7))
    assert alignment.signature == "lcs|v2"


def test_lines_merged_on_either_side_are_linked_together() -> None:
    assert pairs(align([*HYP[:1], " ".join(HYP[1:3]), *HYP[3:]], REF)) >= {((1,), (1, 2)), ((2,), (3,))}
    assert pairs(align(HYP, [*REF[:1], " ".join(REF[1:3]), *REF[3:]])) >= {((1, 2), (1,)), ((3,), (2,))}


def test_one_line_may_hold_the_whole_text() -> None:
    many = [*REF, *(f"Guest number {i} came from the town of {name}." for i, name in enumerate(WORDS))]
    assert pairs(align([" ".join(many)], many)) == {((0,), tuple(range(len(many))))}


@pytest.mark.parametrize("gone", range(7))
def test_a_line_left_out_is_an_omission_and_disturbs_nothing_else(gone: int) -> None:
    alignment = align(HYP[:gone] + HYP[gone + 1 :], REF)
    assert [link.ref for link in alignment.links if link.kind == "omission"] == [(gone,)]
    assert len(pairs(alignment)) == 6


def test_an_omitted_sentence_is_not_linked_to_the_heading_beside_it() -> None:
    ref = [*REF[:4], "The council paid for timber from a forest near Lezno with 80,000 euros of its own.", REF[6]]
    assert pairs(align([*HYP[:5], HYP[6]], ref)) == {*one_to_one(0, 1, 2, 3), ((5,), (5,))}


def test_added_lines_are_told_apart_by_kind() -> None:
    hyp = [
        "Home | News | Sport",
        *HYP[:3],
        "Dozens of angry fishermen blocked the motorway to the coast for several hours.",
        *HYP[3:4],
        "Photo: private",
        *HYP[4:6],
        HYP[5],
        HYP[6],
        "Share this page",
        "Did you enjoy reading?",
        "Ferry runs aground in heavy fog and...",
    ]
    alignment = align(hyp, REF)
    kinds = alone(alignment)
    # Either of the two equal lines may carry the link.
    repeated = kinds.pop(8, None), kinds.pop(9, None)
    assert sorted(map(str, repeated)) == ["None", "repetition"]
    assert kinds == {
        0: "boilerplate",
        4: "addition",
        6: "caption",
        11: "boilerplate",
        12: "boilerplate",
        13: "boilerplate",
    }
    assert len(pairs(alignment)) == 7


def test_a_sentence_repeated_at_the_end_is_no_boilerplate() -> None:
    kinds = alone(align([*HYP, HYP[6], HYP[6], "Subscribe"], REF))
    assert sorted(kinds.values()) == ["boilerplate", "repetition", "repetition"]


def test_where_nothing_is_punctuated_a_full_line_is_an_addition() -> None:
    hyp = [line.rstrip(".").lower() for line in HYP]
    extra = "dozens of angry fishermen blocked the motorway to the coast for several hours"
    assert alone(align([*hyp[:3], extra, *hyp[3:]], REF)) == {3: "addition"}


def test_unrelated_texts_are_not_linked() -> None:
    other = ["Gold prices rose sharply.", "Analysts blamed weak currencies abroad."]
    alignment = align(other, REF)
    assert pairs(alignment) == set()
    assert set(alone(alignment).values()) == {"boilerplate"}


@pytest.mark.parametrize("lines", [6, 60, 240])
def test_lists_of_other_things_are_not_linked(lines: int) -> None:
    source = random.Random(1)
    hyp, ref = ([str(source.randrange(10**5, 10**6)) for _ in range(lines)] for _ in range(2))
    assert len(pairs(align(hyp, ref))) <= lines // 20
    hyp, ref = (["".join(source.choices("abcdefghij ", k=40)) for _ in range(lines)] for _ in range(2))
    assert len(pairs(align(hyp, ref))) <= lines // 20


@pytest.mark.parametrize("lines", [7, 300])
def test_a_text_that_stands_twice_is_linked_once(lines: int) -> None:
    ref = REF if lines == len(REF) else long_text(lines, seed=1)
    alignment = align([*ref, *ref], ref)
    assert [ref for _, ref in sorted(pairs(alignment))] == [(j,) for j in range(lines)]
    assert [hyp for hyp, _ in sorted(pairs(align(ref, [*ref, *ref])))] == [(i,) for i in range(lines)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.integers(0, 10**6), st.sets(st.integers(0, 149)), st.sets(st.integers(0, 149)))
def test_sides_may_change_places(lines: int, seed: int, no_hyp: set[int], no_ref: set[int]) -> None:
    whole = long_text(lines, seed)
    hyp, ref = ([line for i, line in enumerate(whole) if i not in left_out] for left_out in (no_hyp, no_ref))
    assert {(link.ref, link.hyp) for link in align(hyp, ref).links} == {
        (link.hyp, link.ref) for link in align(ref, hyp).links
    }


def test_a_line_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"ref\[1\] is no text: None"):
        align(HYP, ["One.", None])  # type: ignore[list-item]


def test_scripts_without_spaces() -> None:
    ref = ["市议会周五重新开放了旧水磨坊。", "修复工作花了两年时间。", "橡木来自附近的森林。", "志愿者在周末工作。"]
    hyp = ["旧水磨坊周五由市议会重新开放。", "修复花了两年。", "志愿者们周末都在工作。"]
    assert pairs(align(hyp, ref)) == {((0,), (0,)), ((1,), (1,)), ((2,), (3,))}


def test_empty_sides() -> None:
    assert align([], []).links == ()
    assert [link.kind for link in align([], REF).links] == ["omission"] * 7
    assert [link.kind for link in align(HYP, []).links] == ["boilerplate"] * 7


def test_empty_lines_stay_and_are_linked_to_nothing() -> None:
    alignment = align(["", *HYP[:3], " ", *HYP[3:]], [*REF[:5], "", *REF[5:]])
    assert [(link.hyp, link.ref) for link in alignment.links if link.kind == "empty"] == [
        ((0,), ()),
        ((4,), ()),
        ((), (5,)),
    ]
    assert len(pairs(alignment)) == 7


#: Blocks of the article and the blocks of the reference that say the same, by their lines in the two files.
ARTICLE = """
1-1 5-3 7-5 9-7 11-9 13-11 16-13 18-15 20-17 22-19 24-21 26-23 30-25 32-27 34-29 36-31 38,40-33 44-35 46-37 48-39
50,52,54-41 56,58-43
"""


@pytest.mark.parametrize("reorder", [False, True])
def test_the_article(shared: Path, reorder: bool) -> None:
    hyp, ref = (read_lines(shared / "article" / f"{name}.txt").lines for name in ("hypothesis", "reference"))
    links = align(hyp, ref, reorder=reorder).links
    found = {(tuple(i + 1 for i in link.hyp), tuple(j + 1 for j in link.ref)) for link in links if link.kind == "match"}
    gold = (tuple(tuple(map(int, lines.split(","))) for lines in pair.split("-")) for pair in ARTICLE.split())
    assert found == set(gold)
    rest = {hyp[i]: link.kind for link in links if not link.ref for i in link.hyp if hyp[i].strip()}
    assert set(rest.values()) == {"boilerplate"}
    assert list(rest) == ["Date:", *(line for line in hyp[59:] if line.strip())]
    assert not any(link.kind in ("omission", "moved") for link in links)


def test_documents_must_fit_the_lines() -> None:
    with pytest.raises(ConfigError):
        align(HYP, REF, hyp_documents=["a"] * 7)
    with pytest.raises(InputError, match="6 documents for 7 lines"):
        align(HYP, REF, hyp_documents=["a"] * 7, ref_documents=["a"] * 6)


def long_text(lines: int, seed: int) -> list[str]:
    source = random.Random(seed)
    return [" ".join(f"w{source.randrange(4000)}" for _ in range(source.randint(4, 20))) + "." for _ in range(lines)]


def test_long_texts_are_cut_where_both_sides_agree() -> None:
    ref = long_text(2 * LIMIT, seed=1)
    hyp = long_text(20, seed=2) + ref[:LIMIT] + ref[LIMIT + 30 :]
    alignment = align(hyp, ref)
    assert pairs(alignment) == {
        ((j + 20 - (30 if j >= LIMIT else 0),), (j,)) for j in range(len(ref)) if not LIMIT <= j < LIMIT + 30
    }
    assert sum(link.kind == "omission" for link in alignment.links) == 30


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 700), st.integers(0, 700), st.integers(0, 300), st.booleans())
def test_chunks_cover_both_sides(hyp: int, ref: int, shift: int, related: bool) -> None:
    one = long_text(hyp + shift, seed=3)[shift:]
    parts = list(chunks(one, long_text(ref, seed=3 if related else 4)))
    assert [i for part, _ in parts for i in part] == list(range(hyp))
    assert [j for _, part in parts for j in part] == list(range(ref))
    assert all(max(len(one), len(two)) <= LIMIT for one, two in parts)
