"""Words against words inside linked text, and spans carried from one text to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.alignment import Link, align
from mtqe.alignment.words import WordLink, align_words, project
from mtqe.text import words

VOCABULARY = [
    "the",
    "of",
    "river",
    "rivers",
    "Kyiv",
    "Київ",
    "Moscow",
    "1,200",
    "1200",
    "7",
    "Łódź",
    "Lodz",
    "北京",
    "well-known",
]
TEXTS = st.one_of(st.lists(st.sampled_from([*VOCABULARY, ",", "-"]), max_size=14).map(" ".join), st.text(max_size=30))
PLAIN = st.lists(st.sampled_from(["the", "of", "river", "ferry", "Kyiv", "7"]), max_size=12).map(" ".join)
KINDS = {"exact", "stem", "romanised", "fuzzy"}


def kinds(hyp: str, ref: str) -> dict[tuple[str, str], str]:
    return {(hyp[slice(*x.hyp)], ref[slice(*x.ref)]): x.kind for x in align_words(hyp, ref)}


def linked(hyp: str, ref: str) -> set[tuple[str, str]]:
    return {pair for pair, kind in kinds(hyp, ref).items() if kind in KINDS}


def carried(text: str, hyp: str, ref: str, onto: Literal["hyp", "ref"] = "hyp") -> str:
    """What the aligned text has for a passage of the other one."""
    own, other = (ref, hyp) if onto == "hyp" else (hyp, ref)
    start = own.index(text)
    return other[slice(*project((start, start + len(text)), align_words(hyp, ref), onto))]


def swapped(links: Sequence[WordLink]) -> list[WordLink]:
    other = {"addition": "omission", "omission": "addition"}
    turned = [replace(x, hyp=x.ref, ref=x.hyp, kind=other.get(x.kind, x.kind)) for x in links]
    return sorted(turned, key=lambda x: (x.hyp, x.ref))


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_every_word_stands_once(hyp: str, ref: str) -> None:
    links = align_words(hyp, ref)
    for text, spans in ((hyp, [x.hyp for x in links]), (ref, [x.ref for x in links])):
        own = sorted(span for span in spans if span[0] < span[1])
        assert all(end <= start for (_, end), (start, _) in pairwise(own))
        covered = {place for span in own for place in range(*span)}
        assert all(k in covered for word in words(text) for k in range(word.start, word.end) if text[k].isalnum())
        assert all(0 <= start <= end <= len(text) for start, end in spans)
    for link in links:
        alone = {"addition": (True, False), "omission": (False, True)}.get(link.kind, (True, True))
        assert alone == (link.hyp[0] < link.hyp[1], link.ref[0] < link.ref[1])
        assert 0 <= link.score <= 1
        assert (link.score == 0) == (link.kind not in KINDS)
    in_order = [link for link in links if link.kind in {"exact", "stem"} and not link.moved]
    assert all(a.ref < b.ref for a, b in pairwise(in_order))
    assert align_words(hyp, ref) == links
    assert align_words(ref, hyp) == swapped(links)


@settings(max_examples=100)
@given(TEXTS)
def test_equal_texts_are_linked_word_by_word(text: str) -> None:
    assert all(x.hyp == x.ref and (x.kind, x.score, x.moved) == ("exact", 1, False) for x in align_words(text, text))


@settings(max_examples=100)
@given(TEXTS, TEXTS, st.integers(0, 30), st.integers(0, 30))
def test_a_projection_lies_in_the_text_and_cuts_no_word(hyp: str, ref: str, start: int, length: int) -> None:
    links = align_words(hyp, ref)
    span = min(start, len(ref)), min(start + length, len(ref))
    first, last = project(span, links, "hyp")
    assert 0 <= first <= last <= len(hyp)
    spans = [x.hyp for x in links if x.hyp[0] < x.hyp[1]]
    assert first == last or (first in {a for a, _ in spans} and last in {b for _, b in spans})
    assert project(span, swapped(links), "ref") == (first, last)


@settings(max_examples=50)
@given(PLAIN.filter(bool), st.data())
def test_a_word_of_equal_texts_is_projected_onto_itself(text: str, data: st.DataObject) -> None:
    found = words(text)
    first = data.draw(st.sampled_from(found))
    last = data.draw(st.sampled_from([word for word in found if word.start >= first.start]))
    assert project((first.start, last.end), align_words(text, text), "hyp") == (first.start, last.end)


@pytest.mark.parametrize(
    ("hyp", "ref", "kind"),
    [
        ("KYIV", "Kyiv", "exact"),
        ("don’t", "don't", "exact"),
        ("1,200", "1.200", "exact"),
        ("1 500,50", "1 500.5", "exact"),
        ("٣", "3", "exact"),
        ("1990's", "1990s", "exact"),
        ("Ｋｙｉｖ", "Kyiv", "exact"),
        ("reported", "reports", "stem"),
        ("Ukrainian", "Ukraine's", "stem"),
        ("Mbappé", "Mbappe", "romanised"),
        ("Київ", "Kyiv", "romanised"),
        ("アレクセイ", "Aleksei", "romanised"),
        ("Plugotarenko", "Belgotarenko", "fuzzy"),
        ("Irpen", "Irpin", "fuzzy"),
        ("Prilev", "Brilev", "fuzzy"),
    ],
)
def test_kinds(hyp: str, ref: str, kind: str) -> None:
    assert set(kinds(hyp, ref).values()) == {kind}


@pytest.mark.parametrize(
    ("hyp", "ref"),
    [("18,000", "1,800"), ("1995", "1996"), ("5m", "6m"), ("they", "the"), ("他", "她")],
)
def test_different_numbers_and_short_words_are_not_linked(hyp: str, ref: str) -> None:
    assert not linked(hyp, ref)


def test_hyphens_cut_words() -> None:
    assert linked("a well-known follow up", "a well known follow-up") >= {("well", "well"), ("up", "up")}


def test_a_repeated_word_goes_with_its_neighbour() -> None:
    links = align_words("the man and the dog", "the dog")
    assert [(x.hyp, x.ref) for x in links if x.kind == "exact"] == [((12, 15), (0, 3)), ((16, 19), (4, 7))]


def test_moved_blocks_are_linked_and_flagged() -> None:
    hyp, ref = "In March the old bridge was closed.", "The old bridge was closed in March."
    moved = {hyp[slice(*x.hyp)] for x in align_words(hyp, ref) if x.moved}
    assert moved == {"In", "March"}
    assert linked(hyp, ref) == {(w, w) for w in ("March", "old", "bridge", "was", "closed")} | {
        ("In", "in"),
        ("the", "The"),
    }


def test_function_words_alone_do_not_move() -> None:
    hyp, ref = "of the Danube flood gates", "Danube flood gates in spite of the"
    assert linked(hyp, ref) == {(word, word) for word in ("Danube", "flood", "gates")}


def test_spelling_counts_more_between_the_same_neighbours() -> None:
    assert ("Belgo", "Pelgi") in linked("Governor Belgo resigned", "Governor Pelgi resigned")
    assert ("Belgo", "Pelgi") not in linked(
        "Governor Belgo resigned on Friday", "Governor resigned, Pelgi says, on Friday"
    )


def test_characters_of_scripts_without_spaces_are_words() -> None:
    assert linked("他住在北京市", "北京是首都") == {("北", "北"), ("京", "京")}
    assert carried("北京", "他住在北京市", "我去过北京") == "北京"


def test_words_alone_say_where_they_would_stand() -> None:
    hyp, ref = "The bridge was closed.", "The old bridge was not closed."
    alone = [(x.hyp, ref[slice(*x.ref)]) for x in align_words(hyp, ref) if x.kind == "omission"]
    assert alone == [((3, 3), "old"), ((14, 14), "not")]


@pytest.mark.parametrize(
    ("text", "hyp", "ref", "answer"),
    [
        ("Boris Ivanov", "Minister Boris A. Ivanov said no", "Minister Boris Ivanov said no", "Boris A. Ivanov"),
        ("Farmers", "the success of the peasants came", "the success of the Farmers came", "peasants"),
        ("Red Square Choir", "a Red Plaza Chorale sang", "the Red Square Choir sang", "Red Plaza Chorale"),
        ("old", "The bridge fell", "The old bridge fell", ""),
        ("Rowhani", "we shall see, Huerta said.", "we shall see, said Rowhani.", "Huerta"),
        ("Friday", "all day long they slept", "They slept on Friday", "all day long"),
        ("nothing", "", "nothing", ""),
    ],
)
def test_projection(text: str, hyp: str, ref: str, answer: str) -> None:
    assert carried(text, hyp, ref) == answer


def test_projection_takes_no_words_that_another_passage_asks_for() -> None:
    hyp, ref = "They met Ivanov and left.", "On Monday they met and talked and left."
    assert carried("On Monday", hyp, ref) == ""


def test_long_texts_are_cut_where_both_agree() -> None:
    ref = [
        f"{a}{b}{c}" for a in "bdfgklmn" for b in ("ar", "el", "ow", "is", "um") for c in ("tan", "dor", "ven", "lis")
    ]
    text = " ".join(f"{word} {number}" for number, word in enumerate(ref * 8))
    assert all(x.hyp == x.ref for x in align_words(text, text))
    shorter = text.split(" ", 301)[301]
    found = [x for x in align_words(shorter, text) if x.kind == "exact"]
    assert len(found) > 0.98 * len(shorter.split())
    assert sum(x.ref[0] - x.hyp[0] == len(text) - len(shorter) for x in found) > 0.98 * len(found)
    assert len([x for x in align_words("go " * 3000, "go " * 2500) if x.kind == "exact"]) == 2500


@dataclass
class Encoded:
    vectors: np.ndarray
    content: np.ndarray
    offsets: np.ndarray


class FakeEncoder:
    """Two tokens a word, the second with the space before the next; words of one meaning have one direction."""

    meanings = ("jubilant rejoiced", "mayor chief", "seven 7", "five 5")

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[str, Encoded]]:
        for text in texts:
            vectors, offsets = [np.ones(300)], [(0, 0)]
            for word in words(text):
                meaning = next((k for k, same in enumerate(self.meanings) if word.text in same.split()), None)
                axis = 4 + sum(map(ord, word.text)) % 290 if meaning is None else meaning
                middle = (word.start + word.end) // 2
                vectors += [np.eye(300)[axis], 2 * np.eye(300)[axis]]
                offsets += [(max(0, word.start - 1), middle), (middle, word.end)]
            content = np.arange(len(vectors)) > 0
            yield text, Encoded(np.array(vectors, np.float32), content, np.array(offsets, np.int64))


def test_an_encoder_links_what_spelling_leaves() -> None:
    hyp, ref = "The chief said that the mayor rejoiced at 7", "The chief said that he was jubilant at seven"
    links = align_words(hyp, ref, FakeEncoder())
    found = {(hyp[slice(*x.hyp)], ref[slice(*x.ref)]) for x in links if x.kind == "embedding"}
    assert found == {("rejoiced", "jubilant")}  # the chief is linked already, and numbers have no likeness
    assert all(x.score == pytest.approx(1) for x in links if x.kind == "embedding")
    assert [x for x in links if x.kind in KINDS] == [x for x in align_words(hyp, ref) if x.kind in KINDS]
    assert align_words(ref, hyp, FakeEncoder()) == swapped(links)
    assert align_words("", ref, FakeEncoder()) == align_words("", ref)


def test_words_of_a_link_of_several_lines() -> None:
    alignment = align(["The bridge", "was closed."], ["The bridge was closed.", "Why?"])
    links = alignment.words(Link((0, 1), (0,), 1.0, "match"))
    assert [(x.hyp, x.kind) for x in links] == [((a, b), "exact") for a, b in ((0, 3), (4, 10), (11, 14), (15, 21))]
    assert [x.kind for x in alignment.words(Link((), (1,), 0.0, "omission"))] == ["omission"]


def hits(rows: Sequence[tuple[str, str, tuple[int, int], tuple[int, int]]]) -> tuple[float, float]:
    """How often a span of the reference is projected onto one that overlaps that of the hypothesis, and back."""
    counts = [0, 0]
    aligned = {texts: align_words(*texts) for texts in {(hyp, ref) for hyp, ref, _, _ in rows}}
    for hyp, ref, hyp_span, ref_span in rows:
        links = aligned[hyp, ref]
        for side, (found, gold) in enumerate(
            ((project(ref_span, links, "hyp"), hyp_span), (project(hyp_span, links, "ref"), ref_span))
        ):
            counts[side] += found[0] < gold[1] and gold[0] < found[1]
    return counts[0] / len(rows), counts[1] / len(rows)


def test_spans_of_real_errors_are_found(shared: Path) -> None:
    rows = []
    for row in map(json.loads, (shared / "data/natural/segments.jsonl").read_text(encoding="utf-8").splitlines()):
        for error in (*row["errors"], *row["disputed"], *row["meaning"]):
            hyp, ref = (tuple(error.get(f"{side}_span") or (0, 0)) for side in ("hyp", "ref"))
            if hyp[0] < hyp[1] and ref[0] < ref[1]:
                rows.append((row["hyp"], row["ref"], hyp, ref))
    assert len(rows) == 130
    assert min(hits(rows)) > 0.92


def test_spans_of_planted_errors_are_found(root: Path) -> None:
    corpus = root / "corpora" / "frontline"

    def line(*path: str, number: int) -> str:
        return (corpus.joinpath(*path[:-1]) / f"{path[-1]}.txt").read_text(encoding="utf-8").split("\n")[number - 1]

    rows = []
    for row in map(json.loads, (corpus / "gold.jsonl").read_text(encoding="utf-8").splitlines()):
        hyp, ref = row["hyp"], row["ref"]
        if row["system"] == "webscrape" or not ref or hyp["start"] == hyp["end"] or ref["start"] == ref["end"]:
            continue
        hyp_line = line(row["pair"], "systems", row["system"], row["document"], number=hyp["line"])
        ref_line = line(row["pair"], "references", "A", row["document"], number=ref["line"])
        if hyp["line"] == ref["line"]:
            rows.append((hyp_line, ref_line, (hyp["start"], hyp["end"]), (ref["start"], ref["end"])))
    assert len(rows) > 1400
    assert min(hits(rows)) > 0.97
