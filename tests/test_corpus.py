import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.corpus import (
    Document,
    Origin,
    Piece,
    Segment,
    SystemOutput,
    TestSet,
    Unlinked,
    from_dict,
    join_partitions,
    to_dict,
)
from mtqe.errors import InputError
from mtqe.store import canonical_json


def make_test_set(*systems: SystemOutput, language: str = "en") -> TestSet:
    texts = [("a", "One."), ("a", "Two."), ("b", "Three."), ("b", "Four.")]
    segments = [
        Segment(f"{doc}:{i}", f"src {i}", (text, None if i == 3 else text.lower()), doc)
        for i, (doc, text) in enumerate(texts)
    ]
    documents = tuple(Document(d, tuple(s for s in segments if s.document == d)) for d in "ab")
    return TestSet("tiny", "uk", language, documents, systems)


ALIGNED = SystemOutput(
    "aligned",
    ("Uno. Dos.", None, "Cuatro. And more."),
    units=((0, 1), (2,), (3,)),
    pieces=(
        (Piece("Uno.", origin=Origin("f", 1, 0, 4)), Piece("Dos.", origin=Origin("f", 3, 2, 6))),
        (),
        (Piece("Cuatro.", origin=Origin("f", 4, 0, 7)), Piece("And more.", "addition", Origin("f", 5, 0, 9))),
    ),
    unlinked=(Unlinked(Piece("Subscribe", "boilerplate", Origin("f", 9, 0, 9)), 3, "b"),),
    alignment="lcs",
)


def test_units_join_sources_and_references() -> None:
    first, omitted, last = make_test_set(ALIGNED).units("aligned")
    assert (first.source, first.references, first.hypothesis) == (
        "src 0 src 1",
        ("One. Two.", "one. two."),
        "Uno. Dos.",
    )
    assert omitted.hypothesis is None
    assert last.references == ("Four.", None)


def test_chinese_is_joined_without_a_space() -> None:
    system = SystemOutput("s", ("一二。", "三", "四"), units=((0, 1), (2,), (3,)))
    assert make_test_set(system, language="zh").units("s")[0].references[0] == "One.Two."


def test_half_a_reference_is_none() -> None:
    system = SystemOutput("s", ("a", "b", "c and d"), units=((0,), (1,), (2, 3)))
    assert make_test_set(system).units("s")[2].references == ("Three. Four.", None)


def test_locate_maps_a_span_to_the_stored_lines() -> None:
    test_set = make_test_set(ALIGNED)
    assert test_set.locate("aligned", 0, 2, 7) == [Origin("f", 1, 2, 4), Origin("f", 3, 2, 4)]
    assert test_set.locate("aligned", 0, 6, 6) == [Origin("f", 3, 3, 3)]


def test_coverage_counts_omissions_and_what_is_linked_to_nothing() -> None:
    reference, unlinked = make_test_set(ALIGNED).coverage("aligned")
    assert reference == pytest.approx((len("One. Two.") + len("Four.")) / len("One. Two.Three.Four."))
    assert unlinked == pytest.approx((len("And more.") + len("Subscribe")) / len("Uno. Dos.Cuatro. And more.Subscribe"))


@pytest.mark.parametrize(
    ("system", "message"),
    [
        (SystemOutput("s", ("x",)), "1 outputs for 4 segments"),
        (SystemOutput("s", ("x", "y", "z"), units=((0, 1), (1, 2), (3,))), "exactly once"),
        (SystemOutput("s", ("x", "y", "z"), units=((0,), (1, 2), (3,))), "crosses a document"),
        (SystemOutput("s", ("x", "y", "z"), units=((2,), (0, 1), (3,))), "in order"),
        (SystemOutput("s", ("x", "", None, "y"), pieces=((Piece("z"),), (), (), (Piece("y"),))), "make up its texts"),
    ],
)
def test_wrong_units_are_refused(system: SystemOutput, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_test_set(system)


def test_two_systems_of_one_name_are_refused() -> None:
    system = SystemOutput("s", ("a", "b", "c", "d"))
    with pytest.raises(InputError, match="stands twice"):
        make_test_set(system, system)
    runs = [replace(system, run=i) for i in (1, 2)]
    assert [s.key for s in make_test_set(*runs).systems] == ["s#1", "s#2"]


def test_a_segment_of_another_document_is_refused() -> None:
    with pytest.raises(InputError, match="segment of another"):
        TestSet("t", None, "en", (Document("a", (Segment("1", None, ("x",), "b"),)),))


def test_fingerprint_depends_on_texts_and_not_on_systems() -> None:
    assert make_test_set().fingerprint == make_test_set(ALIGNED).fingerprint
    assert make_test_set().fingerprint != make_test_set(language="de").fingerprint


def test_json_round_trip() -> None:
    test_set = make_test_set(
        ALIGNED,
        SystemOutput("plain", ("", None, "c", "d"), run=2, human=True, reasons={1: "refused"}, metadata={"beam": 4}),
    )
    assert from_dict(json.loads(canonical_json(to_dict(test_set)))) == test_set


@st.composite
def partitions(draw: st.DrawFn, size: int = 9) -> list[list[int]]:
    cuts = sorted(draw(st.sets(st.integers(1, size - 1))))
    return [list(range(a, b)) for a, b in zip([0, *cuts], [*cuts, size], strict=True)]


@given(st.lists(partitions(), min_size=1, max_size=4))
def test_common_units_are_the_finest_that_all_refine(given_partitions: list[list[list[int]]]) -> None:
    blocks = join_partitions(given_partitions, 9)
    assert all(blocks[i] == blocks[unit[0]] for partition in given_partitions for unit in partition for i in unit)
    cuts = [{unit[0] for unit in partition} for partition in given_partitions]  # contiguous units: join = common cuts
    assert len(set(blocks)) == len(set.intersection(*cuts))
    assert join_partitions(list(reversed(given_partitions)), 9) == blocks


def test_a_human_output_is_not_compared_with_itself() -> None:
    segments = tuple(Segment(f"d:{i}", "s", (text, "x"), "d") for i, text in enumerate(("a", "b")))
    test_set = TestSet("t", "uk", "en", (Document("d", segments),))
    human, machine = SystemOutput("h", ("a", "b"), human=True), SystemOutput("m", ("a", "b"))
    test_set = test_set.with_systems([human, machine])
    assert [unit.references for unit in test_set.units("h")] == [(None, "x")] * 2
    assert [unit.references for unit in test_set.units("m")] == [("a", "x"), ("b", "x")]
    assert test_set.references_for(machine) == [("a", "x"), ("b", "x")]
    assert test_set.coverage("h") == (1.0, 0.0)
