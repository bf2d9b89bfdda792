from pathlib import Path

import pytest

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
    assert test_set.notes == (f"{ref}:2: the reference line is empty",)


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
    assert is_line_by_line(read(write(tmp_path / "x.txt", "Título", "", "Texto.")), test_set)
    assert not is_line_by_line(read(write(tmp_path / "y.txt", "Título", "Texto.")), test_set)
    assert not is_line_by_line(read(write(tmp_path / "z.txt", "Título", "more", "Texto.")), test_set)


def test_different_line_numbers_name_both_files(tmp_path: Path) -> None:
    ref = write(tmp_path / "ref.txt", "One.", "Two.")
    hyp = write(tmp_path / "hyp.txt", "One.", "Two.", "")
    with pytest.raises(
        InputError, match=r"hyp\.txt: has 3 lines \(1 of them blank\) where .*ref\.txt has 2; mtqe eval"
    ):
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
