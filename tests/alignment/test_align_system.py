"""Output files to units: every sentence finds its place, and nothing of the file is lost."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.alignment import align_system
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import DataWarning, InputError
from mtqe.readers import TextDocument
from mtqe.text import read_lines

REF = [
    "Old mill reopens after the flood",
    "The water mill at Tarnow was opened again on Friday after a repair of two years. Its wheel had been torn away in "
    "the flood of 2019, and the miller's house lost its roof.",
    "A visitor looks at the new oak wheel of the Tarnow mill",
    "Costly timber",
    "The council paid 80,000 euros for the oak, which came from a forest near Lezno. Volunteers from the village did "
    "most of the work on weekends.",
]
HYP = [
    "The old mill opens again after flood",
    "",
    "The watermill in Tarnow reopened on Friday after two years of repair. Its wheel was torn off by the flood of 2019 "
    "and the house of the miller lost its roof.",
    "Visitor looks at new oak wheel of Tarnow mill",
    " ",
    "Expensive timber",
    "The council paid 80,000 euros for oak that came from the forest near Lezno.",
    "Most of the work was done by volunteers from the village on weekends.",
]


def make_set(*documents: list[str | None], language: str = "en") -> TestSet:
    return TestSet(
        "mill",
        None,
        language,
        tuple(
            Document(f"d{k}", tuple(Segment(f"d{k}.{i}", None, (line,), f"d{k}") for i, line in enumerate(lines)))
            for k, lines in enumerate(documents)
        ),
    )


def run(hyp: list[str], ref: list[str | None], language: str = "en") -> SystemOutput:
    return align_system("s", [TextDocument("d0", "out.txt", hyp)], make_set(ref, language=language))


def stored(system: SystemOutput) -> list[tuple[int, int, int, str]]:
    """Line, start, end and text of everything that the system keeps."""
    kept = [piece for unit in system.pieces or () for piece in unit] + [x.piece for x in system.unlinked]
    return sorted((p.origin.line, p.origin.start, p.origin.end, p.text) for p in kept if p.origin is not None)


def test_units_are_the_reference_lines() -> None:
    system = run(HYP, REF)
    assert system.units == ((0,), (1,), (2,), (3,), (4,))
    assert system.texts == (HYP[0], HYP[2], HYP[3], HYP[5], " ".join(HYP[6:]))
    assert system.unlinked == ()
    assert system.alignment == "lcs|v2|reorder|sentences:sentencex"
    assert [piece.origin.line for piece in system.pieces[4]] == [7, 8]
    [place] = make_set(REF).with_systems([system]).locate("s", 4, len(HYP[6]) + 1, len(HYP[6]) + 5)
    assert (place.line, place.start, place.end) == (8, 0, 4)


def test_segments_are_merged_only_where_a_sentence_spans_them() -> None:
    ref = [
        REF[0],
        "The council paid 80,000 euros for the oak,",
        "which came from a forest near Lezno in the hills.",
        *REF[1:2],
    ]
    hyp = [
        HYP[0],
        "The council paid 80,000 euros for the oak, that came from a forest near Lezno in the hills.",
        HYP[2],
    ]
    system = run(hyp, ref)
    assert system.units == ((0,), (1, 2), (3,))
    assert system.texts == tuple(hyp)


def test_a_segment_without_output_has_no_text() -> None:
    system = run(HYP[:5] + HYP[6:], REF)
    assert system.texts[3] is None
    assert [text is None for text in system.texts] == [False, False, False, True, False]


def test_additions_and_repetitions_are_charged_to_the_unit_before_them() -> None:
    added = "Dozens of angry fishermen blocked the motorway to the coast for several hours."
    system = run([*HYP[:4], added, *HYP[5:], HYP[7], "Share:", "Read also"], REF)
    assert [piece.kind for piece in system.pieces[2]] == ["match", "addition"]
    assert system.texts[2] == f"{HYP[3]} {added}"
    assert sorted(piece.kind for piece in system.pieces[4]) == ["match", "match", "repetition"]
    assert [(x.piece.text, x.piece.kind, x.before) for x in system.unlinked] == [
        ("Share:", "boilerplate", 5),
        ("Read also", "boilerplate", 5),
    ]


def test_a_sentence_added_inside_a_paragraph_is_no_boilerplate() -> None:
    added = "Dozens of angry fishermen blocked the motorway."
    system = run([*HYP[:7], f"{HYP[7]} {added}", "Share"], REF)
    assert [(piece.text, piece.kind) for piece in system.pieces[4]][-1] == (added, "addition")
    first = run([f"{added} {HYP[2]}", *HYP[3:]], REF[1:])
    assert [piece.kind for piece in first.pieces[0]] == ["addition", "match", "match"]


def test_captions_stand_before_the_unit_that_follows() -> None:
    system = run([*HYP[:3], "Photo: the mill archive", *HYP[3:]], REF)
    assert [(x.piece.kind, x.before, x.document) for x in system.unlinked] == [("caption", 2, "d0")]


def test_a_caption_at_another_place_is_linked() -> None:
    system = run([*HYP[:3], *HYP[5:], HYP[3]], REF)
    assert system.texts == run(HYP, REF).texts
    assert system.unlinked == ()


def test_a_caption_with_a_rival_is_not_moved() -> None:
    ref = [*REF[:2], REF[2], "A visitor looks at the old oak wheel of the Tarnow mill", *REF[3:]]
    system = run([*HYP[:3], *HYP[5:], HYP[3]], ref)
    assert system.texts[2] is None
    assert system.texts[3] is None


def test_a_system_that_coarsens_by_more_than_half_is_named() -> None:
    ref = [
        "The council met on Monday.",
        "It paid for the oak.",
        "The wood came from Lezno.",
        "Volunteers helped on weekends.",
        "The mayor cut the ribbon.",
    ]
    joined = ["The council met on Monday, it paid for the oak, the wood came from Lezno.", *ref[3:]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(joined, ref).units == ((0, 1, 2), (3,), (4,))
    joined[1:] = ["Volunteers helped on weekends, the mayor cut the ribbon."]
    with pytest.warns(DataWarning, match="'s' span several segments: its 5 segments make 2 units"):
        run(joined, ref)


def test_documents_are_matched_by_id_and_counted_through() -> None:
    test_set = make_set(REF[:2], REF[2:3], REF[3:])
    system = align_system(
        "s",
        [TextDocument("d2", "b.txt", [*HYP[5:], "Share"]), TextDocument("d0", "a.txt", ["Menu", *HYP[:3]])],
        test_set,
    )
    assert system.texts == (HYP[0], HYP[2], None, HYP[5], " ".join(HYP[6:]))
    assert [(x.document, x.before) for x in system.unlinked] == [("d0", 0), ("d2", 5)]
    test_set.with_systems([system])


def test_unknown_and_repeated_documents_are_refused() -> None:
    with pytest.raises(InputError, match=r"x\.txt: .*'d7'"):
        align_system("s", [TextDocument("d7", "x.txt", HYP)], make_set(REF))
    with pytest.raises(InputError, match="twice"):
        align_system("s", [TextDocument("d0", "x.txt", HYP), TextDocument("d0", "y.txt", HYP)], make_set(REF))


def test_the_first_present_reference_counts() -> None:
    segments = (
        Segment("1", None, (None, REF[0]), "d0"),
        Segment("2", None, (None, None), "d0"),
        Segment("3", None, (REF[4], None), "d0"),
    )
    test_set = TestSet("t", None, "en", (Document("d0", segments),))
    system = align_system("s", [TextDocument("d0", "a.txt", [HYP[0], *HYP[6:]])], test_set)
    assert system.texts == (HYP[0], None, " ".join(HYP[6:]))


def test_languages_without_spaces_join_without_spaces() -> None:
    system = run(
        ["旧水磨坊周五由市议会重新开放。修复花了两年。"], ["市议会周五重新开放了旧水磨坊。修复工作花了两年时间。"], "zh"
    )
    assert system.texts == ("旧水磨坊周五由市议会重新开放。修复花了两年。",)


WORDS = ["river", "bridge", "Mayor", "closed", "storm", "40", "the", "of", "new", "said.", "Mr.", "“Yes”", "ferry?"]
TEXTS = st.lists(
    st.one_of(
        st.just(""),
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.text("ab.!? \u00a0\u200b…中。", max_size=9),
    ),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["en", "zh"]))
def test_nothing_of_the_output_is_lost(hyp: list[str], ref: list[str], language: str) -> None:
    test_set = make_set(ref, language=language)
    system = align_system("s", [TextDocument("d0", "out.txt", hyp)], test_set)
    test_set.with_systems([system])
    rest = [list(line) for line in hyp]
    for line, start, end, text in stored(system):
        assert rest[line - 1][start:end] == list(text)
        rest[line - 1][start:end] = " " * (end - start)
    assert not "".join("".join(line) for line in rest).strip()
    assert all((text is None) == (not unit) for text, unit in zip(system.texts, system.pieces, strict=True))
    assert all(0 <= x.before <= len(system.units) for x in system.unlinked)


def test_the_article(shared: Path) -> None:
    hyp = read_lines(shared / "article" / "hypothesis.txt").lines
    ref: list[str | None] = [line for line in read_lines(shared / "article" / "reference.txt").lines if line.strip()]
    system = run(list(hyp), ref)
    lines = [sorted({piece.origin.line for piece in unit}) for unit in system.pieces]
    one_each = [1, 5, 7, 9, 11, 13, 16, 18, 20, 22, 24, 26, 30, 32, 34, 36]
    assert lines == [*([n] for n in one_each), [38, 40], [44], [46], [48], [50, 52, 54], [56, 58]]
    assert {piece.kind for unit in system.pieces for piece in unit} == {"match"}
    tail = [n for n, line in enumerate(hyp, 1) if n >= 60 and line.strip()]
    assert [x.piece.origin.line for x in system.unlinked] == [3, *tail]
    assert [x.piece.kind for x in system.unlinked] == ["boilerplate"] * (1 + len(tail))
    for block in range(len(ref)):
        expected = [[] if i == block else unit for i, unit in enumerate(lines)]
        gone = set(lines[block])
        less = run(["" if n in gone else line for n, line in enumerate(hyp, 1)], ref)
        assert [sorted({piece.origin.line for piece in unit}) for unit in less.pieces] == expected
