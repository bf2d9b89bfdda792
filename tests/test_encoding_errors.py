"""Bytes that are no text: refused, or replaced where that was asked for, and counted."""

import gzip
import json
from pathlib import Path

import pytest
from command import run, write_files
from hypothesis import given
from hypothesis import strategies as st

from mtqe.errors import InputError
from mtqe.text import encoding_errors, iterate_lines, read_lines

FILES = {
    "ref.txt": ["A storm closed the port.", "Nobody was hurt."],
    "hyp.txt": ["A storm shut the port.", "No one hurt."],
}


@given(
    st.lists(st.sampled_from([b"a", b"\xff", b"\xe9", "é".encode(), b"\xed\xa0\x80", b"\n", b"\xf0\x9f"]), min_size=1)
)
def test_replaced_bytes_are_counted(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    data = b"x" + b"".join(pieces)
    path = tmp_path_factory.getbasetemp() / "some.txt"
    path.write_bytes(data)
    kept = data.decode("utf-8", "ignore").encode()
    with encoding_errors("replace"):
        read = read_lines(path)
        noted: list[str] = []
        one_by_one = list(iterate_lines(path, noted))
    assert list(read.lines) == one_by_one == data.decode("utf-8", "replace").removesuffix("\n").split("\n")
    lost = len(data) - len(kept)
    first = next(
        (i for i, line in enumerate(data.split(b"\n"), 1) if line.decode("utf-8", "ignore").encode() != line), 0
    )
    said = (
        f"{path}: {lost} byte{'s' if lost > 1 else ''} of no valid text replaced by U+FFFD, the first in line {first}"
    )
    assert list(read.notes) == noted == ([said] if lost else [])
    if lost:
        with pytest.raises(InputError, match=rf"some\.txt:{first}: not valid utf-8"):
            read_lines(path)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_files(tmp_path, FILES)
    (tmp_path / "bad.txt").write_bytes(b"A storm shut the caf\xe9.\nNo one hurt.\n")
    (tmp_path / "bad.tsv").write_bytes(b"reference\tsys\nA storm.\tA st\xe9rm.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "score -t bad.txt -r ref.txt -l en -m chrf",
        "score -d bad.tsv -l en -m chrf",
        "compare -t bad.txt hyp.txt -r ref.txt -l en -m chrf",
        "evaluate -t bad.txt -r ref.txt -l en -m chrf -o out",
        "align -t bad.txt -r ref.txt",
        "entities -t bad.txt -r ref.txt -l en",
        "fluency -t bad.txt -l en",
        "convert bad.tsv good.jsonl -l en",
    ],
)
def test_every_command_that_reads_has_the_option(files: Path, capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert run(capsys, *words.split())[0] == 1
    code, _, err = run(capsys, *words.split(), "--encoding-errors", "replace")
    assert (code, err.count("1 byte of no valid text replaced by U+FFFD")) == (0, 1)


def test_a_run_says_how_it_was_read(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    system = 'name = "bad"\npath = "bad.txt"\n'
    test_set = 'name = "set"\nlanguages = "en"\nreferences = ["ref.txt"]\n[[test_set.system]]\n'
    (files / "x.toml").write_text(f'metrics = ["chrf"]\n[[test_set]]\n{test_set}{system}', encoding="utf-8")
    assert run(capsys, "run", "x.toml", "-o", "out")[0] == 1
    assert run(capsys, "run", "x.toml", "-o", "out", "--encoding-errors", "replace")[0] == 0
    stored = json.loads((files / "out" / "evaluation.json").read_bytes())
    assert stored["provenance"]["command"] == "mtqe run x.toml --encoding-errors=replace"
    assert any("1 byte of no valid text" in note["text"] for note in stored["notes"])


def test_all_frames_of_zstd_are_read(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    lines = "".join(f"line {i}\n" for i in range(30_000)).encode()
    path = tmp_path / "x.txt.zst"
    path.write_bytes(zstandard.compress(lines[:99]) + zstandard.compress(lines[99:]))
    assert "\n".join(read_lines(path).lines).encode() + b"\n" == lines
    path.write_bytes(gzip.compress(lines[:99]) + gzip.compress(lines[99:]))
    assert len(read_lines(path).lines) == 30_000
