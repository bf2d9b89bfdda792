"""Data sets in TSV: what is written comes back, whole and in parts; what cannot be read says where and why."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.readers import load, parts, read, tsv

#: Anything that a line may hold but a tab; a carriage return at its end would belong to the line's end.
field = st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', '"a', '"a ""b"" c"', "a\u2028b", "\x85", "\x0b", "=1+1", "#", "\\t", " ", "\ufeff"]
)


def write(path: Path, *rows: str, end: str = "\n") -> Path:
    path.write_bytes("".join(row + end for row in rows).encode())
    return path


def texts(test_set: TestSet) -> list[tuple[str | None, ...]]:
    columns = [[s.references[0] for s in test_set.segments], *(s.texts for s in test_set.systems)]
    return list(zip(*columns, strict=True))


@given(
    rows=st.lists(st.tuples(field, field, field), min_size=1, max_size=9),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 40),
)
def test_what_is_written_comes_back(
    rows: list[tuple[str, str, str]], end: str, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = ["\t".join(("", *row)) for row in rows]  # a mark at the start of a line is stripped
    path = write(tmp_path_factory.mktemp("t") / "x.tsv", "source\treference\tA\tB", *lines, end=end)
    whole = tsv.load(path, languages="uk-en", name="x")
    assert [system.name for system in whole.systems] == ["A", "B"]
    assert texts(whole) == rows
    pieces = list(tsv.parts(path, languages="uk-en", name="x", size=size))
    assert [row for part in pieces for row in texts(part)] == rows
    lengths = [[sum(map(len, row)) + len(row) + 1 for row in texts(part)] for part in pieces]
    assert all(sum(some[:-1]) < size for some in lengths)
    assert all(sum(some) >= size for some, _ in pairwise(lengths))


def test_columns_stand_in_any_order(tmp_path: Path) -> None:
    rows = [
        "new\tReference2\tID\tref\tdoc\tsrc\told sys",
        "n\tr2\t7\tr1\td\ts\to",
        "\t\t8\tx\td\t\t",
        "p\tq\t7\tr\te\ts\tu",
    ]
    test_set = load(write(tmp_path / "x.tsv", *rows), languages="uk-en")
    assert (test_set.name, test_set.languages) == ("x", "uk-en")
    assert [(s.id, s.document, s.source, s.references) for s in test_set.segments] == [
        ("d:7", "d", "s", ("r1", "r2")),
        ("d:8", "d", "", ("x", "")),
        ("e:7", "e", "s", ("r", "q")),
    ]
    assert {s.name: s.texts for s in test_set.systems} == {"new": ("n", "", "p"), "old sys": ("o", "", "u")}
    (part,) = parts(tmp_path / "x.tsv", languages="uk-en", size=1000)
    assert [(s.id, s.document) for s in part.segments] == [("x:2", "x"), ("x:3", "x"), ("x:4", "x")]
    assert texts(part) == texts(test_set)


def test_texts_know_where_they_stand(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tsv", "a\tsource\tref\tb", "eins\tодин\tone\tuno", "\tдва\ttwo\tdos")
    test_set = load(path, languages="uk-en")
    for line, (segment, row) in enumerate(zip(test_set.segments, path.read_text().splitlines()[1:], strict=True), 2):
        assert segment.origin is not None
        assert (segment.origin.line, row[segment.origin.start : segment.origin.end]) == (line, segment.references[0])
        for system in ("a", "b"):
            text = test_set.system(system).texts[line - 2] or ""
            places = test_set.locate(system, line - 2, 0, len(text))
            assert [(place.path, place.line) for place in places] == [(str(path), line)] * bool(text)
            assert [row[place.start : place.end] for place in places] == [text] * bool(text)


def test_a_source_is_enough(tmp_path: Path) -> None:
    test_set = load(write(tmp_path / "x.tsv", "source\ta", "один\tone"), languages="uk-en")
    assert (test_set.reference_sets, test_set.segments[0].source) == (0, "один")


def test_oddities_are_noted_with_their_lines(tmp_path: Path) -> None:
    rows = ["\ufeffref\ta", '"x ""y"" z"\tb', "\tc", 'an ""inch\td', "p\rq\te", "\u3000\tf"]
    path = write(tmp_path / "x.tsv", *rows)
    noted = (
        f"{path}: a byte-order mark was stripped; the file was read as utf-8",
        f"{path}: 1 line with a bare carriage return inside, which ends no line (5)",
        f"{path}: 1 line with a field quoted as in CSV, whose quotation marks were taken as text (2)",
        f"{path}: 2 lines with no reference text (3, 6)",
    )
    assert load(path, languages="en").notes == noted
    assert [part.notes for part in parts(path, languages="en", size=1)] == [(), (), (), (), noted]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([b""], "x.tsv: the file is empty"),
        ([b"ref\ta"], "x.tsv: the file has no row below its header"),
        ([b"a\tb", b"one\tuno"], "x.tsv:1: the header has no column 'reference' (nor 'source'); reference, reference2"),
        ([b"ref\ta\tReference", b"a\tb\tc"], "x.tsv:1: column 3, 'Reference', is column 1 again"),
        ([b"ref\tref2\tref1\ta", b"a\tb\tc\td"], "x.tsv:1: column 3, 'ref1', is column 1 again"),
        ([b"ref\ta\ta", b"a\tb\tc"], "x.tsv:1: column 3, 'a', is column 2 again"),
        ([b"ref\ta\t", b"a\tb\t"], "x.tsv:1: column 3 of 3 has no name"),
        ([b"ref\ta", b"a\tb", b"a\tb\tc"], "x.tsv:3: 3 fields under a header of 2; a tab stands between"),
        ([b"ref\ta", b"a\tb", b""], "x.tsv:3: 1 field under a header of 2"),
        ([b"ref\ta", b"a\tb", b"a\t\xff\xfe"], "x.tsv:3: not valid utf-8 at byte 2 (ff fe 0a); save the file as UTF-8"),
        (["ref\ta\nb\tc".encode("utf-16")], "x.tsv: is utf-16-le, which cannot be read line by line; save"),
        (["ref\ta\nb\tc".encode("utf-16-be")], "x.tsv: looks like UTF-16 without a byte-order mark; save"),
    ],
)
def test_bad_data_name_line_and_remedy(tmp_path: Path, rows: list[bytes], message: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(b"\n".join(rows) + b"\n" * (rows != [b""]))
    with pytest.raises(InputError) as of_load:
        load(path, languages="en")
    with pytest.raises(InputError) as of_parts:
        list(parts(path, languages="en", size=2))
    assert str(of_load.value).startswith(f"{tmp_path}/{message}")
    assert str(of_parts.value) == str(of_load.value)


def test_documents_must_hang_together_and_ids_differ(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tsv", "ref\tdoc\tid\ta", "r\td\t1\ta", "r\te\t1\ta", "r\td\t2\ta")
    with pytest.raises(InputError, match=r"x\.tsv:4: document 'd' goes on here after another; keep"):
        load(path, languages="en")
    path = write(tmp_path / "x.tsv", "ref\tdoc\tid\ta", "r\td\t1\ta", "r\td\t1\ta")
    with pytest.raises(InputError, match=r"x\.tsv:3: has the document and id of line 2"):
        load(path, languages="en")


def test_a_text_is_no_data_set_nor_a_data_set_a_text(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tsv", "src\ta", "один\tone")
    with pytest.raises(InputError, match=r"x\.tsv: is a data set where a text is needed; -d takes it"):
        load(path, translations=path, languages="uk-en")
    with pytest.raises(ConfigError, match="has a source, but languages 'en' name no source language"):
        load(path, languages="en")
    with pytest.raises(ConfigError, match="says itself what its documents are"):
        load(path, languages="uk-en", documents=path)
    assert read(path, "text").documents[0].lines == ("src\ta", "один\tone")
    other = write(tmp_path / "x.txt", "ref\ta", "r\tone")
    with pytest.raises(InputError, match=r"x\.txt: is no data set; that is a \.tsv file"):
        list(parts(other, languages="en", size=1))
    assert texts(load(other, "tsv", languages="en")) == [("r", "one")]


def test_a_table_of_ratings_is_no_data_set(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.tsv", "system\tdoc\trater\tsource\ttarget\tcategory\tseverity", "A\td\tr\ts\tt\tc\tMajor"
    )
    with pytest.raises(InputError, match=r"x\.tsv:1: holds ratings of outputs, no data set; --ratings takes it"):
        load(path, languages="uk-en")
    path = write(tmp_path / "x.tsv", "src\t Reference \ta", "s\tr\ta")
    assert load(path, languages="uk-en").segments[0].references == ("r",)
