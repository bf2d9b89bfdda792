from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqe.errors import InputError
from mtqe.text import decode, fold, iterate_lines, read_lines, split_lines, split_sentences, words

SOMEWHERE = Path("somewhere.txt")


def test_only_newlines_end_lines() -> None:
    assert split_lines("a\u2028b\x0bc\x85d\x1ce\r\nf\rg\n\nh") == ["a\u2028b\x0bc\x85d\x1ce", "f\rg", "", "h"]


def test_last_line_end_is_no_line() -> None:
    assert split_lines("a\n") == ["a"]
    assert split_lines("a\n\n") == ["a", ""]
    assert split_lines("") == []


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), min_size=1))
def test_lines_come_back(lines: list[str]) -> None:
    assert split_lines("".join(line + "\n" for line in lines)) == lines


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_is_stripped_and_noted(encoding: str) -> None:
    text, notes = decode("Ірпінь\n".encode(encoding), SOMEWHERE)
    assert text == "Ірпінь\n"
    assert "byte-order mark" in notes[0]


def test_invalid_bytes_name_file_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes("eins\nzwölf\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin1\.txt:2: not valid utf-8 at byte 7") as caught:
        read_lines(path)
    assert caught.value.line == 2


def test_nul_and_bare_carriage_return_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(b"one\r\ntw\0o\nthr\ree\n")
    lines = read_lines(path)
    assert lines.lines == ("one", "tw\0o", "thr\ree")
    assert lines.notes == (
        f"{path}: 1 line with a NUL character inside (2)",
        f"{path}: 1 line with a bare carriage return inside, which ends no line (3)",
        f"{path}: 1 line with the line end CR LF, the first 1; the others end in LF",
    )


@given(ends=st.lists(st.sampled_from([b"\r\n", b"\n"]), min_size=1, max_size=40), last=st.booleans())
def test_mixed_line_ends_are_counted(tmp_path_factory: pytest.TempPathFactory, ends: list[bytes], last: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "ends.txt"
    path.write_bytes(b"".join(b"a" + end for end in ends) + b"a" * last)
    lines = read_lines(path)
    noted: list[str] = []
    assert [*iterate_lines(path, noted)] == [*lines.lines] == ["a"] * (len(ends) + last)
    assert [*lines.notes] == noted
    crlf, lf = (sum(end == which for end in ends) for which in (b"\r\n", b"\n"))
    if not crlf or not lf:
        assert noted == []
        return
    (note,) = noted
    rarer = b"\r\n" if f"{crlf} line" in note and "end CR LF" in note else b"\n"
    assert (crlf if rarer == b"\r\n" else lf) == min(crlf, lf)
    assert f"the first {ends.index(rarer) + 1}; " in note


def test_missing_empty_and_directory_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "mark").write_bytes(b"\xef\xbb\xbf")
    (tmp_path / "wide").write_bytes("wide".encode("utf-16-le"))
    for path, what in [
        (tmp_path / "none", "not found"),
        (tmp_path / "empty", "empty"),
        (tmp_path / "mark", "empty"),
        (tmp_path / "wide", "UTF-16"),
        (tmp_path, "directory"),
    ]:
        with pytest.raises(InputError, match=what) as caught:
            read_lines(path)
        assert "\n" not in str(caught.value)


def test_words_keep_inner_marks() -> None:
    found = [word.text for word in words("Don't pay 1,912.5 for O’Neill’s re-run, हिन्दी; naïve.")]
    assert found == ["Don't", "pay", "1,912.5", "for", "O’Neill’s", "re-run", "हिन्दी", "naïve"]


@given(st.text())
def test_word_offsets_lie_where_they_say(text: str) -> None:
    assert all(text[word.start : word.end] == word.text for word in words(text))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["en", "uk", "zh", "de", "ar"]))
def test_sentences_lose_nothing(line: str, language: str) -> None:
    line = line.replace("\n", " ").replace("\r", " ")
    ranges = split_sentences(line, language)
    assert all(a[1] <= b[0] for a, b in pairwise(ranges))
    assert "".join(line[a:b] for a, b in ranges) == "".join(_parts(line, ranges))


def _parts(line: str, ranges: list[tuple[int, int]]) -> list[str]:
    """The line without the white space between the ranges; anything else between them stays and fails the test."""
    parts, at = [], 0
    for start, end in ranges:
        parts += [line[at:start].strip(), line[start:end]]
        at = end
    return [*parts, line[at:].strip()]


def test_sentences_of_a_paragraph() -> None:
    line = "  Mr. Hall came at 5 p.m. yesterday.  He left.  "
    assert [line[a:b] for a, b in split_sentences(line, "en")] == ["Mr. Hall came at 5 p.m. yesterday.", "He left."]


def test_fold_unifies_quotes_dashes_and_case() -> None:
    assert fold("“Gazprom–Média”") == fold('"gazprom-MÉDIA"')
