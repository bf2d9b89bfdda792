from pathlib import Path

import pytest

import mtqe.readers
from mtqe.corpus import Origin
from mtqe.errors import ConfigError, InputError
from mtqe.readers import is_line_by_line, load, read, split_languages


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_file_is_a_document_and_a_line_a_segment(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "One.", "", "Three.")
    hyp = write(tmp_path / "hyp.txt", "Uno.", "Dos.", "")
    test_set = load(ref, translations={"hyp": hyp}, languages="en")
    assert [s.references for s in test_set.segments] == [("One.",), ("",), ("Three.",)]
    assert test_set.systems[0].texts == ("Uno.", "Dos.", "")
    assert test_set.notes == (f"{ref}: 1 line with no reference text (2)",)


def test_a_directory_holds_documents(tmp_path: Path) -> None:
    for side in ("src", "ref", "sys"):
        write(tmp_path / side / "b.txt", f"{side} b1", f"{side} b2")
        write(tmp_path / side / "a.txt", f"{side} a1")
    test_set = load(tmp_path / "ref", source=tmp_path / "src", translations={"s": tmp_path / "sys"}, languages="uk-en")
    assert [d.id for d in test_set.documents] == ["a", "b"]
    assert [(s.id, s.source) for s in test_set.segments] == [("a:1", "src a1"), ("b:1", "src b1"), ("b:2", "src b2")]
    assert test_set.systems[0].texts == ("sys a1", "sys b1", "sys b2")


def test_blank_lines_separate_the_blocks_of_an_article(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "Title", "", "Text.")
    test_set = load(ref, languages="en", blank_lines="separate")
    assert [(s.id, s.origin.line) for s in test_set.segments if s.origin] == [("ref:1", 1), ("ref:3", 3)]
    for name, lines, expected in [
        ("x.txt", ["Título", "", "Texto."], True),
        ("y.txt", ["Título", "Texto."], False),
        ("z.txt", ["Título", "more", "Texto."], False),
    ]:
        (document,) = read(write(tmp_path / name, *lines)).documents
        assert is_line_by_line(document, test_set.documents[0]) is expected


def test_a_line_that_one_reference_has_is_a_segment(tmp_path: Path) -> None:
    a = write(tmp_path / "a.txt", "One man came.", "", "", "Rain.")
    b = write(tmp_path / "b.txt", "A man came.", "Two men came.", "", "Rain.")
    test_set = load([a, b], languages="en", blank_lines="separate")
    assert [s.references for s in test_set.segments] == [
        ("One man came.", "A man came."),
        (None, "Two men came."),
        ("Rain.", "Rain."),
    ]


def test_output_is_paired_by_line_and_knows_its_place(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "Title", "", "Text.")
    hyp = write(tmp_path / "hyp.txt", "Título", "", "Texto.")
    test_set = load(ref, translations=hyp, languages="en", blank_lines="separate")
    assert test_set.systems[0].texts == ("Título", "Texto.")
    assert test_set.locate("hyp", 1, 1, 3) == [Origin(str(hyp), 3, 1, 3)]
    write(hyp, "Título", "more", "Texto.")
    with pytest.raises(
        InputError, match=r"hyp\.txt: has text where the reference has a blank line; mtqe evaluate aligns"
    ):
        load(ref, translations=hyp, languages="en", blank_lines="separate")


def test_any_reader_comes_before_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zzz.py").write_text(
        "from mtqe.readers import Text, TextDocument\n"
        "def accepts(path): return path.suffix == '.zzz'\n"
        "def read(path): return Text((TextDocument('d', str(path), ('read by zzz',)),))\n"
    )
    monkeypatch.setattr("mtqe.readers.__path__", [*mtqe.readers.__path__, str(tmp_path)])
    assert read(write(tmp_path / "x.zzz", "plain")).documents[0].lines == ("read by zzz",)
    assert read(write(tmp_path / "x.txt", "plain")).documents[0].lines == ("plain",)


def test_different_line_numbers_name_both_files(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "One.", "Two.")
    hyp = write(tmp_path / "hyp.txt", "One.", "Two.", "")
    with pytest.raises(InputError, match=r"hyp\.txt: has 3 lines \(1 of them blank\) where .*ref\.txt has 2; delete"):
        load(ref, translations={"hyp": hyp}, languages="en")


def test_documents_that_differ_are_named(tmp_path: Path) -> None:
    for side, names in (("ref", "ab"), ("sys", "ac")):
        for name in names:
            write(tmp_path / side / f"{name}.txt", "x")
    with pytest.raises(InputError, match="differing: b, c"):
        load(tmp_path / "ref", translations={"s": tmp_path / "sys"}, languages="en")


def test_unusable_calls_are_refused(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "One.")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "nothing", languages="en")
    with pytest.raises(InputError, match=r"no \.txt file"):
        load(tmp_path / "empty", languages="en")
    with pytest.raises(ConfigError, match="no source language"):
        load(ref, source=ref, languages="en")
    with pytest.raises(ConfigError, match="unknown reader 'txt'; did you mean 'text'"):
        load(ref, "txt", languages="en")
    with pytest.raises(ConfigError, match="languages"):
        split_languages("uk-en-de!")
    assert split_languages("pt_BR-sr_Latn_RS") == ("pt_BR", "sr_Latn_RS")
