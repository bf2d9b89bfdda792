"""A second reference that is segmented otherwise says for each segment what belongs to it, or nothing."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtqe
from mtqe.alignment import add_reference, are_parallel
from mtqe.corpus import Document, Segment, TestSet
from mtqe.errors import DataWarning
from mtqe.readers import Text, TextDocument
from mtqe.run import load_evaluation
from mtqe.text import read_lines

A = [
    "Old mill reopens after the flood",
    "The water mill at Tarnow was opened again on Friday after a repair of two years.",
    "Its wheel had been torn away in the flood of 2019, and the miller's house lost its roof.",
    "The council paid 80,000 euros for the oak, which came from a forest near Lezno.",
    "Volunteers from the village did most of the work on weekends.",
    "Anna Wolska, the miller's daughter, baked the first loaf on Sunday.",
]
B = [
    "After the flood the old mill opens again",
    "After two years of repairs the Tarnow water mill was opened again on Friday.",
    "The flood of 2019 had torn away its wheel and taken the roof off the miller's house.",
    "For the oak, from a forest near Lezno, the council paid 80,000 euros.",
    "Most of the work was done at weekends by volunteers from the village.",
    "The first loaf was baked on Sunday by the miller's daughter, Anna Wolska.",
]


def make_set(*documents: list[str]) -> TestSet:
    made = (
        Document(f"d{d}", tuple(Segment(f"d{d}:{i}", None, (line,), f"d{d}") for i, line in enumerate(lines)))
        for d, lines in enumerate(documents)
    )
    return TestSet("mill", None, "en", tuple(made))


def second(lines: list[str], test_set: TestSet | None = None) -> list[str | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        added = add_reference("B", [TextDocument("d0", "b.txt", lines)], test_set or make_set(A), 1)
    assert [s.references[0] for s in added.segments] == [s.references[0] for s in (test_set or make_set(A)).segments]
    return [segment.references[1] for segment in added.segments]


@given(st.lists(st.booleans(), min_size=len(B) - 1, max_size=len(B) - 1))
def test_joined_paragraphs_are_taken_apart(joined: list[bool]) -> None:
    lines = [B[0]]
    for glue, line in zip(joined, B[1:], strict=True):
        lines[-1:] = [f"{lines[-1]} {line}"] if glue and lines[-1].endswith(".") else [lines[-1], line]
    assert second(lines) == B


def test_a_sentence_that_spans_two_segments_belongs_to_neither() -> None:
    spanning = f"{B[3][:-1]}, and m{B[4][1:]}"
    with pytest.warns(DataWarning, match=r"B is segmented otherwise .* aligned: 2 of 6 segments have no text of their"):
        add_reference("B", [TextDocument("d0", "b.txt", [*B[:3], spanning, B[5]])], make_set(A), 1)
    assert second([*B[:3], spanning, B[5]]) == [*B[:3], None, None, B[5]]


def test_a_document_without_second_reference_keeps_its_first() -> None:
    assert second(B, make_set(A, ["Snow fell on the mill."])) == [*B, None]


@pytest.mark.parametrize("at", range(len(B) + 1))
@pytest.mark.parametrize("extra", ["Menu | Home | Weather", "Ten pumpkin recipes. Subscribe here.", "Photo: J. Bak"])
def test_what_no_segment_asks_for_is_in_no_reference_and_said(at: int, extra: str) -> None:
    with pytest.warns(DataWarning, match=r"\d of its passages answer no segment and are not used"):
        added = add_reference("B", [TextDocument("d0", "b.txt", [*B[:at], extra, *B[at:]])], make_set(A), 1)
    assert [segment.references[1] for segment in added.segments] == B


def test_a_sentence_of_its_own_stays_in_its_paragraph() -> None:
    longer = [*B[:3], f"What a price! {B[3]}", *B[4:]]
    assert second([f"{longer[0]}", f"{longer[1]} {longer[2]}", *longer[3:]]) == longer


def test_content_that_stands_in_another_paragraph_is_found() -> None:
    one = [A[0], f"{A[1]} Anna Wolska of Lezno, the owner, was glad.", "Snow fell on Friday. Few guests came."]
    other = [B[0], f"{B[1]} Snow fell that Friday and few", "guests came. Anna Wolska, the owner from Lezno, was glad."]
    moved = "Anna Wolska, the owner from Lezno, was glad."
    assert second(other, make_set(one))[1:] == [f"{B[1]} {moved}", "Snow fell that Friday and few guests came."]


def test_another_text_is_doubted() -> None:
    with pytest.warns(DataWarning, match="6 of 6 segments .* is it the same text?"):
        added = add_reference("B", [TextDocument("d0", "b.txt", ["Quarterly profits rose again."] * 3)], make_set(A), 1)
    assert [segment.references for segment in added.segments] == [(line, None) for line in A]


def text(lines: list[str]) -> Text:
    return Text((TextDocument("d", "d.txt", lines),))


def test_as_many_lines_prove_nothing() -> None:
    halves = ["The flood of 2019 had torn away its wheel.", "The miller's house lost its roof to it."]
    one_split_two_joined = [*B[:2], *halves, f"{B[3]} {B[4]}", B[5]]
    assert len(one_split_two_joined) == len(A)
    assert are_parallel(text(A), text(B))
    assert not are_parallel(text(A), text(one_split_two_joined))
    assert not are_parallel(text(A), text(B[:-1]))
    assert not are_parallel(text(A), text([*B[1:], "Snow fell on the mill."]))


def test_documents_must_be_the_same() -> None:
    two = Text((TextDocument("a", "a.txt", A), TextDocument("b", "b.txt", B)))
    turned = Text((two.documents[1], two.documents[0]))
    assert are_parallel(two, two)
    assert not are_parallel(two, turned)
    assert not are_parallel(two, text(A))


def test_blank_lines_in_other_places_need_proof() -> None:
    holes = [*B[:2], "", *B[3:]]
    assert are_parallel(text(A), text(holes))
    assert not are_parallel(text(["Mayor quits", "", "Rain tomorrow"]), text(["Town head resigns", "Showers due", ""]))


def test_short_lines_that_repeat_each_other_prove_nothing() -> None:
    said = ["Yes.", "Okay.", "Go home.", "Yes.", "Go home now."]
    answered = ["Okay.", "Yes.", "Go away.", "Go home.", "Go home now."]
    assert are_parallel(text(said), text(answered))


def test_test_sets_that_agree_line_by_line_are_left_alone(shared: Path) -> None:
    data = shared / "data" / "wmt21"
    reference = text(list(read_lines(data / "references" / "ja-en.refA.txt").lines))
    for system in ("MiSS", "Online-W"):  # the latter moves some clauses between lines
        path = data / "system-outputs" / "ja-en" / f"{system}.txt"
        assert are_parallel(reference, text(list(read_lines(path).lines))), path
    ted = sorted((shared / "data" / "wmt21ted" / "references").glob("*.txt"))
    assert are_parallel(*(text(list(read_lines(path).lines)) for path in ted[:2]))


def test_an_evaluation_takes_references_that_are_segmented_otherwise(tmp_path: Path) -> None:
    joined = [B[0], f"{B[1]} {B[2]}", f"{B[3][:-1]}, and m{B[4][1:]}", B[5]]
    for name, lines in (("a", A), ("b", joined), ("same", B)):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def evaluate(*references: str) -> mtqe.Evaluation:
        paths = [tmp_path / f"{name}.txt" for name in references]
        return mtqe.evaluate({"s": tmp_path / "same.txt"}, paths, languages="en", metrics=["chrf"], draws=10)

    both = evaluate("a", "b")
    assert [s.references[1] for s in both.test_sets[0].segments] == [*B[:3], None, None, B[5]]
    assert any("2 of 6 segments have no text of their own in it" in note.text for note in both.notes)
    assert "|ref2:lcs" in both.scores[0].protocol("s", "chrf")
    values = both.scores[0]["s", "chrf"].values
    alone = evaluate("a").scores[0]["s", "chrf"].values
    assert values[[0, 1, 2, 5]].tolist() == [100.0] * 4
    assert values[[3, 4]].tolist() == alone[[3, 4]].tolist()
    assert evaluate("a", "same").scores[0].corpus("s", "chrf") == 100.0


def test_references_keep_their_order_and_what_the_first_lacks(tmp_path: Path) -> None:
    files = {
        "a": [*A[:2], "", *A[3:]],
        "joined": [B[0], f"{B[1]} {B[2]}", *B[3:]],
        "c": [line.replace("The", "This") for line in A],
    }
    for name, lines in files.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "joined.txt").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "joined.txt").read_bytes())
    paths = [tmp_path / f"{name}.txt" for name in files]
    evaluation = mtqe.evaluate({"s": paths[2]}, paths, languages="en", metrics=["chrf"], draws=10)
    segments = evaluation.test_sets[0].segments
    assert [s.references[0] for s in segments] == [*A[:2], None, *A[3:]]
    assert [s.references[1] for s in segments] == B
    assert [s.references[2] for s in segments] == files["c"]
    assert any("byte-order mark" in note.text and "joined.txt" in note.text for note in evaluation.notes)
    evaluation.report(tmp_path / "run")
    assert load_evaluation(tmp_path / "run").test_sets == evaluation.test_sets
