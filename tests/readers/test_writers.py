"""What is written comes back as it was, or is refused; what a format has no place for is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.readers import load, write

text = st.text(max_size=6) | st.sampled_from(
    ["", " ", "\t", "a\nb", "c\r", "\r", "d\re", "\0", "\ufeff", "\u2028", "\x85", '"', '"",', "null", "None", "\ud800"]
)
name = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=5)


@st.composite
def any_test_set(draw: st.DrawFn) -> TestSet:
    """Test sets that differ in all that a format may or may not be able to say."""
    often = text if draw(st.booleans()) else text | st.none()
    sets = draw(st.integers(0, 2))
    source = draw(st.booleans()) or not sets
    ids = draw(st.lists(name, min_size=1, max_size=3, unique=True))
    documents, number = [], 0
    for document in ids:
        segments = []
        for _ in range(draw(st.integers(1, 2))):
            number += 1
            segments.append(
                Segment(
                    draw(st.sampled_from([f"{document}:{number}", f"{document}:x{number}", f"s{number}"])),
                    draw(often) if source else None,
                    tuple(draw(often) for _ in range(sets)),
                    document,
                    draw(st.sampled_from([{}, {}, {"kind": "title"}])),
                )
            )
        documents.append(Document(document, tuple(segments), draw(st.sampled_from([{}, {"domain": "news"}]))))
    names = draw(st.lists(name | st.sampled_from(["refA", "Ref", "a/b"]), max_size=2, unique=True))
    systems = [
        SystemOutput(
            system,
            tuple(draw(often) for _ in range(number)),
            human=draw(st.sampled_from([False, False, True])),
            metadata=draw(st.sampled_from([{}, {}, {"human_scores": {"mqm": [-1.5] * (number - 1) + [None]}}])),
        )
        for system in names
    ]
    return TestSet("x", "uk", "en", tuple(documents), tuple(systems))


def plain(test_set: TestSet) -> TestSet:
    """Without notes, places in files and names of references."""
    documents = [replace(d, segments=tuple(replace(s, origin=None) for s in d.segments)) for d in test_set.documents]
    systems = sorted((replace(s, pieces=None) for s in test_set.systems), key=lambda s: s.name)
    return replace(test_set, documents=tuple(documents), systems=tuple(systems), notes=(), reference_names=())


@pytest.mark.parametrize("ending", [".tsv", ".jsonl", ""])
@settings(max_examples=60)
@given(test_set=any_test_set())
def test_what_is_written_comes_back(ending: str, test_set: TestSet, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / f"x{ending}"
    try:
        notes = write(test_set, path)
    except InputError:
        assert not path.exists()
        return
    again = load(path, languages="uk-en", name="x")
    same = plain(again) == plain(test_set)
    assert same == (not notes)
    assert [s.texts for s in plain(again).systems] == [s.texts for s in plain(test_set).systems]
    assert [(s.source, s.references) for s in again.segments] == [(s.source, s.references) for s in test_set.segments]


@settings(max_examples=40)
@given(lines=st.lists(text, min_size=1, max_size=4))
def test_a_text_comes_back(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "x.txt"
    segments = tuple(Segment(f"x:{i}", None, (line,), "x") for i, line in enumerate(lines, 1))
    test_set = TestSet("x", None, "en", (Document("x", segments),))
    try:
        assert write(test_set, path) == []
    except InputError:
        return
    assert plain(load(path, languages="en")) == test_set


def a_set(reference: str | None, *systems: SystemOutput, **changes: object) -> TestSet:
    return TestSet("x", "uk", "en", (Document("d", (Segment("d:1", "s", (reference,), "d", **changes),)),), systems)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("test_set", "ending", "message"),
    [
        (a_set(None), ".tsv", "row 2 has no 'reference', which this format cannot say; write .jsonl, which tells"),
        (a_set("a\tb"), ".tsv", "x.tsv:2: a text has a tab, which this format cannot hold; write .jsonl"),
        (a_set("a\nb"), "", "uk-en.refA.txt:1: a text has a line break"),
        (a_set("\ud800"), ".jsonl", "x.jsonl:1: half of a surrogate pair"),
        (a_set("r", SystemOutput("Source", ("s",))), ".jsonl", "system 'Source' has the name of a column; rename it"),
        (a_set("r", SystemOutput("../s", ("s",))), "", "system '../s' cannot have a file of that name"),
        (a_set("r", SystemOutput("refA", ("s",))), "", "system 'refA' cannot have a file of that name"),
        (a_set("r", SystemOutput("a", ("s",), units=((0,),))), ".tsv", "'a' is aligned in units that are no lines"),
        (a_set("r"), ".txt", "x.txt: one text is one file, and 'x' has 2; write .tsv, .jsonl, or a directory"),
        (TestSet("x", None, "en", (Document("d", (Segment("d:1", None, ("r",), "d"),)),)), "", "has a source and a"),
        (TestSet("x", None, "en", ()), ".tsv", "test set 'x' has no segment to write"),
    ],
)
def test_what_cannot_be_written_is_refused(test_set: TestSet, ending: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        write(test_set, tmp_path / f"x{ending}")
    assert message in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_an_ending_that_nothing_writes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.csv cannot be written as '\.csv'; endings that can be are none"):
        write(a_set("r"), tmp_path / "x.csv")


def test_an_evalset_keeps_the_names_of_references_and_no_older_files(tmp_path: Path) -> None:
    system = SystemOutput("refB", ("r",), human=True)
    write(replace(a_set("r", system), reference_names=("refB",)), tmp_path / "x")
    again = load(tmp_path / "x", languages="uk-en")
    assert (again.reference_names, again.system("refB").human) == (("refB",), True)
    with pytest.raises(InputError, match=r"refB\.txt: is there already and no part of 'x'; write into another"):
        write(a_set("r"), tmp_path / "x")
    write(again, tmp_path / "x")
    write(replace(a_set("r"), reference_names=("reference",)), tmp_path / "y")
    assert load(tmp_path / "y", languages="uk-en").reference_names == ("refA",)
