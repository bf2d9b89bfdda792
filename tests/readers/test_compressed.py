"""Compressed files and standard input are read as they are; damaged ones and bombs are refused."""

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mtqe.packed
from mtqe.errors import InputError, UnavailableError
from mtqe.readers import load, parts, read

PACKED = [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]


@pytest.mark.parametrize(("ending", "pack"), PACKED)
def test_a_packed_file_is_the_file(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"x.txt.{ending}"
    path.write_bytes(pack("один\n\nдва\n".encode()))
    (document,) = read(path).documents
    assert (document.id, document.lines) == ("x", ("один", "", "два"))
    assert [d.id for d in read(tmp_path).documents] == ["x"]
    table = tmp_path / f"y.TSV.{ending}"
    table.write_bytes(pack(b"ref\ta\none\tuno\ntwo\tdos\n"))
    assert load(table, languages="en").name == "y"
    (part,) = parts(table, languages="en", size=99)
    assert part.systems[0].texts == ("uno", "dos")
    table.write_bytes(table.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"y\.TSV.*: (is damaged or cut off .*; copy|cannot be read)"):
        load(table, languages="en")


def test_what_a_file_is_its_bytes_say(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(gzip.compress(b"a\n"))
    (tmp_path / "y.txt.gz").write_bytes(b"BZh is no archive\n")
    assert read(tmp_path / "x.txt").documents[0].lines == ("a",)
    assert read(tmp_path / "y.txt.gz").documents[0].lines == ("BZh is no archive",)


def test_zstd_is_read_and_never_cut_off(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    lines = tuple(f"line {i} of {i * 7919 % 1009}" for i in range(5000))
    data = "".join(line + "\n" for line in lines).encode()
    packed = zstandard.ZstdCompressor().compress(data)
    path = tmp_path / "x.txt.zst"
    path.write_bytes(packed)
    assert read(path).documents[0].lines == lines
    path.write_bytes(packed + packed)
    assert read(path).documents[0].lines == lines * 2
    for end in (len(packed) - 1, len(packed) // 2, 7):
        path.write_bytes(packed[:end])
        with pytest.raises(
            InputError, match=r"x\.txt\.zst: is damaged or cut off \(the last frame is not complete\); copy"
        ):
            read(path)
    path.write_bytes(packed + b"rest")
    with pytest.raises(InputError, match=r"is damaged or cut off \(zstd"):
        read(path)


def test_zstd_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    (tmp_path / "x.txt.zst").write_bytes(b"\x28\xb5\x2f\xfd rest")
    with pytest.raises(UnavailableError, match=r"x\.txt\.zst: is packed with zstd; pip install 'mtqe\[zst\]'"):
        read(tmp_path / "x.txt.zst")


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mtqe.packed, "_ROOM", 1000)
    (tmp_path / "x.txt").write_bytes(gzip.compress(b"a" * 10**6))
    with pytest.raises(InputError, match=r"unpacks to more than 100 times its size; if you trust it"):
        read(tmp_path / "x.txt")


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeffодин\r\n".encode())))
    assert read("-").documents[0].lines == ("один",)
    with pytest.raises(InputError, match="-: the file is empty"):
        read("-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"ref\ta\nr\ts\n")))
    assert load("-", "tsv", languages="en").systems[0].texts == ("s",)
