"""`mtqe align`: what it prints, in three forms, and what it says where something is wrong."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from mtqe.alignment.show import align_files, coverage, json_lines, side_by_side, table
from mtqe.cli import main

HYP = [
    "HARBOUR NEWS",
    "",
    "Storm closes the port of Reni",
    "The storm on Friday shut the port of Reni for nine hours, the harbour master said.",
    "Nobody was hurt, but 14 barges had to wait.",
    "Ferries to Galati sail again since Saturday morning.",
    "The pilots drank tea and told old stories about other winds.",
    "A bridge over the Prut stays closed for lorries.",
    "Share this page",
]
REF = [
    "Storm shuts the port of Reni",
    "",
    "A storm closed the port of Reni for nine hours on Friday, the harbour master said. No one was hurt, but 14 barges "
    "had to wait.",
    "The damage is put at 80,000 euros by the regional council.",
    "Ferries to Galati have sailed again since Saturday morning.",
    "The bridge over the Prut remains closed for lorries.",
]
SOURCE = [
    "Буря закрила порт Рені",
    "",
    "Буря у п'ятницу закрила порт Рені на 9 годин, сказав начальник порту. Ніхто не постраждав, але 14 барж чекали.",
    "Регіональна рада оцінює збитки в 80 000 євро.",
    "Пороми до Галаца знову ходять із ранку суботи.",
    "Міст через Прут лишається закритим для вантажівок.",
]


def write(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("".join(line + "\n" for line in lines).encode())
    return path


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, lines in {"hyp.txt": HYP, "ref.txt": REF, "src.txt": SOURCE}.items():
        write(tmp_path / name, lines)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = main(["align", *words])
    except SystemExit as stop:
        code = int(stop.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


def read_table(text: str) -> Iterator[dict[str, str]]:
    """The rows of a table, as its docstring says that it is read."""
    names, *rows = (line.split("\t") for line in text.removesuffix("\n").split("\n"))
    for row in rows:
        yield dict(zip(names, map(unescape, row), strict=True))


def unescape(cell: str) -> str:
    letters = {"t": "\t", "n": "\n", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: letters.get(match[1], match[1]), cell)


def test_a_json_line_is_a_link(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "-t", "hyp.txt", "-r", "ref.txt", "-f", "jsonl")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["hyp"], row["ref"], row["kind"]) for row in rows if "".join(row["hyp_text"] + row["ref_text"])] == [
        ([1], [], "boilerplate"),
        ([3], [1], "match"),
        ([4, 5], [3], "match"),
        ([], [4], "omission"),
        ([6], [5], "match"),
        ([7], [], "addition"),
        ([8], [6], "match"),
        ([9], [], "boilerplate"),
    ]
    (link,) = (row for row in rows if row["ref"] == [3])
    assert list(link) == [
        "document", "hyp_path", "hyp", "ref_path", "ref", "kind", "score", "evidence", "hyp_text", "ref_text",
        "signature",
    ]  # fmt: skip
    assert (link["hyp_path"], link["ref_path"]) == ("hyp.txt", "ref.txt")
    assert (link["hyp_text"], link["ref_text"]) == (HYP[3:5], REF[2:3])
    assert 0.5 < link["score"] < 1
    assert {"Friday", "nine"} <= set(link["evidence"])
    assert link["signature"].startswith("lcs|v")


def test_the_table_says_the_same(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(x) for x in run(capsys, "-t", "hyp.txt", "-r", "ref.txt", "-f", "jsonl")[1].splitlines()]
    code, out, err = run(capsys, "-t", "hyp.txt", "-r", "ref.txt", "-f", "tsv")
    assert (code, err) == (0, "")
    cells = list(read_table(out))
    assert len(cells) == len(rows)
    for cell, row in zip(cells, rows, strict=True):
        assert cell["hyp"].split() == [str(number) for number in row["hyp"]]
        assert cell["evidence"].split("\n") == row["evidence"] or not row["evidence"]
        assert float(cell["score"]) == row["score"]
        assert (cell["kind"], cell["signature"]) == (row["kind"], row["signature"])


LINE = st.one_of(
    st.text(st.sampled_from("ab \t\"'\\=+-@,;中文の🙂é\u0301\u200f\u2028\x85\x1b\r"), max_size=12),
    st.sampled_from(["", " ", "The old port.", '"=1+1', "\\t", "中文中文中文"]),
)


@given(st.lists(LINE, min_size=1, max_size=7), st.lists(LINE, min_size=1, max_size=7), st.integers(40, 110))
def test_nothing_is_lost_and_nothing_breaks_out(
    tmp_path_factory: pytest.TempPathFactory, hyp: list[str], ref: list[str], width: int
) -> None:
    hyp, ref = ([line.removesuffix("\r") for line in lines] for lines in (hyp, ref))
    folder = tmp_path_factory.mktemp("lines")
    rows, _ = align_files(write(folder / "hyp.txt", hyp), write(folder / "ref.txt", ref))
    loaded = [json.loads(line) for line in json_lines(rows).removesuffix("\n").split("\n")]
    cells = list(read_table(table(rows)))
    for side, lines in (("hyp", hyp), ("ref", ref)):
        stored = sorted((n, x) for row in loaded for n, x in zip(row[side], row[f"{side}_text"], strict=True))
        assert stored == list(enumerate(lines, 1))
        pairs = [(cell[side].split(), cell[f"{side}_text"].split("\n")) for cell in cells if cell[side]]
        assert sorted((int(n), x) for ns, xs in pairs for n, x in zip(ns, xs, strict=True)) == stored
    parsed = list(csv.reader(io.StringIO(table(rows), newline=""), "excel-tab"))
    assert [list(map(unescape, row)) for row in parsed[1:]] == [list(cell.values()) for cell in cells]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in parsed for cell in row)
    for line in side_by_side(rows, width, colour=False).removesuffix("\n").split("\n"):
        assert 0 <= wcswidth(line) <= width


@given(st.lists(LINE, min_size=1, max_size=7), st.lists(LINE, min_size=1, max_size=7))
def test_colour_changes_no_text(tmp_path_factory: pytest.TempPathFactory, hyp: list[str], ref: list[str]) -> None:
    folder = tmp_path_factory.mktemp("lines")
    rows, _ = align_files(write(folder / "hyp.txt", hyp), write(folder / "ref.txt", ref))
    plain, coloured = (side_by_side(rows, 80, colour) for colour in (False, True))
    bare = re.sub(r"\x1b\[\d+m", "", coloured)
    assert [line.rstrip() for line in bare.split("\n")] == plain.split("\n")


def test_the_two_texts_stand_side_by_side(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "-t", "hyp.txt", "-r", "ref.txt")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 100
    assert "Storm closes the port of Reni                0.83  1 Storm shuts the port of Reni\n" in out
    numbers = {line.split()[0]: line for line in out.splitlines() if line[:1].isdigit()}
    assert list(numbers) == ["1", "3", "4", "5", "6", "7", "8", "9"]
    assert numbers["1"].split()[1:] == ["HARBOUR", "NEWS", "boilerplate"]
    assert numbers["7"].endswith(" addition")
    (omission,) = (line for line in out.splitlines() if "omission  " in line)
    assert omission.split()[:3] == ["omission", "4", "The"]
    assert out.splitlines()[-2].startswith("4 links, lines alone: addition 1, boilerplate 2, omission 1; linked: ")
    assert out.split()[-1].startswith("lcs|v")


def test_the_width_is_that_of_the_terminal(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = run(capsys, "-t", "hyp.txt", "-r", "ref.txt")[1]
    assert 55 <= max(map(len, out.splitlines())) <= 60


def test_colour_is_for_terminals_that_want_it(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" not in run(capsys, "-t", "hyp.txt", "-r", "ref.txt")[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    out = run(capsys, "-t", "hyp.txt", "-r", "ref.txt")[1]
    assert out.count("\x1b[32mFerries\x1b[0m") == 2
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run(capsys, "-t", "hyp.txt", "-r", "ref.txt")[1]


def test_links_stay_in_their_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("out", "a.txt"), HYP[:5])
    write(Path("out", "b.txt"), HYP[5:])
    write(Path("out", "only.txt"), ["Stray page."])
    write(Path("refs", "a.txt"), REF[4:])
    write(Path("refs", "b.txt"), REF[:4])
    write(Path("refs", "c.txt"), ["Nobody translated this."])
    code, out, err = run(capsys, "-t", "out", "-r", "refs", "-f", "jsonl")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    places = [("a", range(1, 6), range(1, 3)), ("b", range(1, 5), range(1, 5)), ("c", (), (1,)), ("only", (1,), ())]
    for document, hyp, ref in places:
        own = [row for row in rows if row["document"] == document]
        assert sorted(n for row in own for n in row["hyp"]) == list(hyp)
        assert sorted(n for row in own for n in row["ref"]) == list(ref)
        paths = (str(Path("out", f"{document}.txt")), str(Path("refs", f"{document}.txt")))
        assert {(row["hyp_path"], row["ref_path"]) for row in own} == {
            (paths[0] if hyp else None, paths[1] if ref else None)
        }
    first, second, doubt = err.splitlines()
    assert first == "note: out: refs lacks 1 of its documents (only)"
    assert second == "note: refs: out lacks 1 of its documents (c)"
    assert "in 2 of 3 documents (a, b)" in doubt
    assert "is it the same text?" in doubt
    assert "(none)" in run(capsys, "-t", "out", "-r", "refs")[1]


def test_files_of_one_document_may_have_any_names(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(files / "refs" / "ref.txt", REF)
    alone = run(capsys, "-t", "hyp.txt", "-r", "ref.txt", "-f", "tsv")[1]
    assert run(capsys, "-t", "hyp.txt", "-r", "refs", "-f", "tsv")[1] == alone.replace(
        "\tref.txt\t", f"\t{Path('refs', 'ref.txt')}\t"
    )


def test_the_source_stands_in_for_a_reference(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "-t", "hyp.txt", "-s", "src.txt", "-f", "jsonl")
    assert code == 0
    assert "src.txt: linked by lengths, numbers, names and punctuation alone" in err
    rows = [json.loads(line) for line in out.splitlines()]
    assert [3] in [row["ref"] for row in rows if 4 in row["hyp"] or 5 in row["hyp"]]
    assert max(row["score"] for row in rows) <= 0.5
    assert {row["signature"] for row in rows} == {"source:lengths,numbers,names,marks|v1|score<=0.5"}
    assert {row["ref_path"] for row in rows} == {"src.txt"}


def test_moved_blocks_are_linked_on_demand(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(files / "moved.txt", [*REF[4:], *REF[:4]])
    out = run(capsys, "-t", "moved.txt", "-r", "ref.txt", "--reorder")[1]
    assert "5 links (2 moved), lines alone: none; linked: 100% of the left text, 100% of the right;" in out
    assert out.count(" moved   ") == 2
    assert "moved" in run(capsys, "-t", "moved.txt", "-r", "ref.txt")[1].splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["-t", "none.txt", "-r", "ref.txt"], 1, "none.txt: no such file"),
        (["-t", "hyp.txt", "-s", "none.txt"], 1, "none.txt: no such file"),
        (["-t", "hyp.txt"], 2, "one of the arguments -r/--references -s/--source is required"),
        (["-r", "ref.txt"], 2, "required: -t/--translations"),
        (["-t", "hyp.txt", "-r", "ref.txt", "-s", "src.txt"], 2, "not allowed with argument -r"),
        (["-t", "hyp.txt", "-r", "ref.txt", "-f", "csv"], 2, "choose from 'text', 'jsonl', 'tsv'"),
        (["-t", "hyp.txt", "-s", "src.txt", "--reorder"], 2, "reorder needs a reference"),
        (["-t", "hyp.txt", "-r", "ref.txt", "--encoder", "."], 3, "encoder '.' "),
        (["-t", "hyp.txt", "-r", "refs"], 1, "hyp.txt: has no document of refs (hyp; there: one, two)"),
        (["-t", "/dev/null", "-r", "ref.txt"], 1, "/dev/null: the file is empty"),
        (["-t", "hyp.txt", "-r", "ref.txt", "--input-format", "txt"], 2, "unknown reader 'txt'; did you mean 'text'"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(
    files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    write(Path("refs", "one.txt"), REF)
    write(Path("refs", "two.txt"), REF)
    got, out, err = run(capsys, *words)
    assert (got, out) == (code, "")
    assert message in err
    assert err.count("\n") == 1


def test_texts_that_have_nothing_in_common_are_doubted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = ["Lynx returns to the forest.", "A young female was set free near Oberhof on Thursday.", "She ran at once."]
    write(files / "other.txt", other)
    for form in ("text", "jsonl", "tsv"):
        code, out, err = run(capsys, "-t", "other.txt", "-r", "ref.txt", "-f", form)
        assert (code, err.count("\n")) == (0, 1)
        assert err.startswith("note: other.txt: little of it is linked to ref.txt: less than half")
        assert "same text" not in out


def test_empty_output_is_shown(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(files / "blank.txt", ["", " "])
    code, out, err = run(capsys, "-t", "blank.txt", "-r", "ref.txt")
    assert code == 0
    assert "0 links, lines alone: omission 5; linked: 0% of the left text, 0% of the right;" in " ".join(out.split())
    assert "is it the same text?" in err
    assert "0 links, lines alone: none" in run(capsys, "-t", "blank.txt", "-r", "blank.txt")[1]


def test_an_encoder_is_loaded_by_name(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Letters:
        def __init__(self, name: str) -> None:
            self.fingerprint = f"{name}@1"

        def encode(self, texts: list[str]) -> list[list[float]]:
            return [[text.count(letter) for letter in "abcdefghijklmnop"] + [1.0] for text in texts]

    monkeypatch.setattr("mtqe.alignment.lines.load_encoder", Letters)
    out = run(capsys, "-t", "hyp.txt", "-r", "ref.txt", "--encoder", "letters")[1]
    assert out.endswith("|encoder:letters@1\n")
    assert run(capsys, "-t", "hyp.txt", "-s", "src.txt", "--encoder", "letters")[2].count("--encoder") == 0


def test_data_are_utf8_whatever_the_terminal_shows(files: Path) -> None:
    write(files / "cafe.txt", ["Café « Прут » 🙂"])
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    words = [sys.executable, "-m", "mtqe", "align", "-t", "cafe.txt", "-r", "cafe.txt", "-f"]
    done = [
        subprocess.run([*words, form], capture_output=True, env=environment, check=True) for form in ("jsonl", "tsv")
    ]
    assert json.loads(done[0].stdout)["hyp_text"] == ["Café « Прут » 🙂"]
    assert "\tCafé « Прут » 🙂\t".encode() in done[1].stdout
    assert b"\r" not in done[1].stdout


def test_without_an_encoder_no_model_library_is_loaded(files: Path) -> None:
    code = (
        "import sys\nfrom mtqe.cli import main\nmain(['align', '-t', 'hyp.txt', '-r', 'ref.txt'])\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "matplotlib", "pandas"} & set(done.stdout.splitlines()[-1].split())


def test_the_article(shared: Path) -> None:
    files = [shared / "article" / name for name in ("hypothesis.txt", "reference.txt")]
    rows, notes = align_files(*files)
    assert notes == []
    for side, path in zip(("hyp", "ref"), files, strict=True):
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        stored = sorted(
            (n, x) for row in rows for n, x in zip(getattr(row, side), getattr(row, f"{side}_text"), strict=True)
        )
        assert stored == list(enumerate(lines, 1))
    assert coverage(rows)[1] == 1
    shown = side_by_side(rows, 100, colour=False)
    assert max(map(wcswidth, shown.split("\n"))) <= 100
    assert re.search(r"^46 More penalties +0\.50  37 More sanctions$", shown, re.MULTILINE)
    assert re.search(r"^ 3 Date: +boilerplate$", shown, re.MULTILINE)


def test_a_page_of_the_corpus(root: Path) -> None:
    folder = root / "corpora" / "frontline" / "uk-en"
    rows, notes = align_files(folder / "systems" / "webscrape", folder / "references" / "A", reorder=True)
    assert notes == []
    assert len({row.document for row in rows}) == 12
    assert all(row.hyp_path and Path(row.hyp_path).stem == row.document for row in rows)
    assert max(map(wcswidth, side_by_side(rows, 80, colour=False).split("\n"))) <= 80
