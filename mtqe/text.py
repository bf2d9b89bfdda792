"""The one place where bytes become lines, and lines become sentences and words with offsets."""

from __future__ import annotations

import codecs
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import regex

from mtqe.errors import InputError
from mtqe.languages import language_of
from mtqe.packed import opened

T = TypeVar("T")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = tuple(mark for mark, name in _BOMS if name != "utf-8")
_AS_UTF8 = "save the file as UTF-8"
#: The endings of compressed files.
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
#: Bytes that are decoded at a time, and those of the longest line.
_BLOCK, _LONGEST = 2**18, 2**24
#: Bytes that are read at once of what says no size.
_MOST = 2**28
#: How files begin that are no text though people take them for one, and where that stands.
_NO_TEXT = (
    (b"PK\x03\x04", 0, "is an archive or an office document", "unpack it, or save its text as .txt"),
    (b"ustar", 257, "is an archive", "unpack it first"),
    (b"%PDF-", 0, "is a PDF document", "save its text as .txt"),
    (b"\x89PNG", 0, "is a picture", "save its text as .txt"),
)
_MARK = "\ufeff"
#: What is noted where it stands within a line, or at its start.
_NUL, _CR = "a NUL character inside", "a bare carriage return inside, which ends no line"
_CRLF, _LF = "CR LF", "LF"
_JOINED = "a byte-order mark at the start, now stripped"
#: Letters (with their marks) and digits; inner apostrophes, hyphens, and separators between digits keep a word whole.
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:(?:['’ʼ‑-](?=\p{L})|[.,](?=\p{N})(?<=\p{N}[.,]))[\p{L}\p{M}\p{N}]+)*")
_FOLDS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES = regex.compile(r"[\u2010-\u2015\u2212]")
#: Soft hyphens, characters without width and marks of direction, which no reader sees.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_UNSEEN_RUN = regex.compile(rf"[\s{_UNSEEN}]+")
#: What a spreadsheet may take for the beginning of a formula, and that behind the apostrophes that keep it from it.
_FORMULA = regex.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_LINE_NOTE = regex.compile(r": [\d,]+ lines? with ")


class Word(NamedTuple):
    """A word and where it stands: code points `[start, end)` of its text."""

    text: str
    start: int
    end: int


class Seen(NamedTuple):
    """A text as it is read; `at` says where its code points stand in the stored text, None: in the same place."""

    text: str
    at: tuple[int, ...] | None = None

    def stored(self, span: tuple[int, int] | None) -> tuple[int, int] | None:
        """A span of the stored text from one of this text that is not empty."""
        return span if span is None or self.at is None else (self.at[span[0]], self.at[span[1] - 1] + 1)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file, without their ends, and what was noted while reading them."""

    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()


@contextmanager
def encoding_errors(how: str) -> Iterator[None]:
    """What happens to bytes that are not valid, for the time of a `with` block.

    `strict`, the default, raises InputError; `replace` reads U+FFFD for them, and notes how many there are.
    """
    token = _replacing.set(how == "replace")
    try:
        yield
    finally:
        _replacing.reset(token)


def replaces_bytes() -> bool:
    """Whether `encoding_errors("replace")` holds."""
    return _replacing.get()


_replacing: ContextVar[bool] = ContextVar("replacing", default=False)


class _Found:
    """What is odd in a file that is being read, by the numbers of its lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, array[int]] = {what: array("q") for what in (_NUL, _CR, _JOINED)}
        self.replaced, self.first_replaced = 0, 0
        self.ends = dict.fromkeys((_CRLF, _LF), (0, 0))

    def count_ends(self, data: bytes, before: int, ended: int) -> None:
        """Lines of UTF-8 after so many others, so many of them ended: how many end in what, and the first such."""
        crlf = data.count(b"\r\n") if b"\r" in data else 0
        for end, pattern, count in ((_CRLF, rb"\r\n", crlf), (_LF, rb"(?<!\r)\n", ended - crlf)):
            known, first = self.ends[end]
            if count and not known:
                at = regex.search(pattern, data)
                first = before + 1 + data.count(b"\n", 0, at.start() if at else 0)
            self.ends[end] = (known + count, first)

    def check(self, line: str, number: int) -> str:
        """The line without byte-order marks at its start."""
        if "\0" in line:
            self.lines[_NUL].append(number)
        if "\r" in line:
            self.lines[_CR].append(number)
        if line.startswith(_MARK):
            self.lines[_JOINED].append(number)
            return line.lstrip(_MARK)
        return line

    def decode(self, data: bytes, encoding: str, first: int = 1, offset: int = 0) -> str:
        """Bytes of which the first line is number `first` of the file, and the first byte number `offset`."""
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            text = data[: error.start].decode(encoding)
            line = first + text.count("\n")
            if replaces_bytes():
                self.replaced += len(data) - len(data.decode(encoding, "ignore").encode(encoding))
                self.first_replaced = self.first_replaced or line
                return data.decode(encoding, "replace")
            shown = " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 4])
            said = f"not valid {encoding} at byte {offset + error.start} ({shown})"
            hint = f"{_AS_UTF8} (from Latin-1 or a Windows code page, maybe), or read it with --encoding-errors replace"
            raise InputError(said, path=self.path, line=line, hint=hint) from None

    def notes(self) -> list[str]:
        found = [note_lines(self.path, what, numbers) for what, numbers in self.lines.items() if numbers]
        (rarer, (count, first)), (other, _) = sorted(self.ends.items(), key=lambda item: item[1])
        if count:
            many = f"{count:,} line{'s' if count > 1 else ''}"
            found.append(f"{self.path}: {many} with the line end {rarer}, the first {first}; the others end in {other}")
        if self.replaced:
            many = f"{self.replaced} byte{'s' if self.replaced > 1 else ''}"
            found.append(
                f"{self.path}: {many} of no valid text replaced by U+FFFD, the first in line {self.first_replaced}"
            )
        return found


def read_lines(path: Path) -> Lines:
    """Reads a text file as lines; see `decode` and `split_lines` for what a line is.

    A file without any line feed is split at carriage returns, as old Macs ended lines.
    """
    lines: list[str] = []
    notes: list[str] = []
    found = _Found(path)
    offset = 0
    ended = False
    with opened(path) as (file, _):
        while block := file.read(_BLOCK):  # whole lines; blocks decode faster than all at once
            block += _line(file, path, len(lines), block)
            marked = b"\xef" in block and codecs.BOM_UTF8 in block  # a single byte is found far faster
            plain = not (marked or b"\r" in block or b"\0" in block)  # which bytes tell faster than text
            if offset:
                text = found.decode(block, "utf-8", len(lines) + 1, offset)
            else:
                if block.startswith(_WIDE):
                    block, plain = block + file.read(), False
                text, notes = _decode_start(block, found)
            offset += len(block)
            of_block = split_lines(text, plain=plain)
            if not block.startswith(_WIDE):
                found.count_ends(block, len(lines), len(of_block) - (not block.endswith(b"\n")))
            ended = ended or len(of_block) > 1 or text.endswith("\n")
            if not plain:
                of_block = [found.check(line, i) for i, line in enumerate(of_block, len(lines) + 1)]
            lines += of_block
    if not lines:
        raise InputError("the file is empty", path=path)
    if not ended and "\r" in lines[0]:
        lines = lines[0].split("\r")
        del found.lines[_CR]
        notes.append(f"{path}: its lines end in bare carriage returns; it was read as {len(lines)} lines")
    return Lines(tuple(lines), (*notes, *found.notes()))


def _line(file: BinaryIO, path: Path, before: int, block: bytes = b"") -> bytes:
    """The bytes up to the end of a line; lines and a block before it. Raises InputError where they are too many."""
    data = file.readline(_LONGEST + 1)
    if len(data) > _LONGEST:
        said = f"a line of more than {_LONGEST >> 20} MiB"
        number = before + block.count(b"\n") + 1
        raise InputError(said, path=path, line=number, hint="is this a text with a segment or paragraph a line?")
    return data


def read_bytes(path: Path, size: int = -1) -> bytes:
    """All bytes of a file or its first ones, unpacked where it is compressed; `-` is standard input, to be read once.

    Raises InputError where the file cannot be read, is cut off, or becomes far larger than any text does.
    """
    with opened(path) as (file, known):
        if size >= 0:
            return file.read(size)
        most = max(known or 0, _MOST)
        if len(data := file.read(most + 1)) > most:
            hint = "save it to a file first"
            raise InputError(f"goes on after {_MOST >> 20} MiB", path=path, hint=hint)
        return data


def bare(path: Path) -> Path:
    """The path without the ending of a compressed file: `x.tsv` of `x.tsv.gz`."""
    return path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path


def iterate_lines(path: Path, notes: list[str]) -> Iterator[str]:
    """The lines of a UTF-8 file as `read_lines` makes them, but one by one: the file is never in memory.

    It shows a progress bar on stderr, where that is a terminal and it takes over a second. At the end of the file
    `notes` gets what was noted.
    """
    from tqdm import tqdm

    found = _Found(path)
    number = 0
    shown: dict[str, Any] = {"desc": path.name, "unit": "B", "unit_scale": True, "delay": 1, "leave": False}
    with opened(path) as (file, size), tqdm(total=size, disable=None, **shown) as bar:
        while data := _line(file, path, number):
            number += 1
            bar.update(len(data))
            if number == 1:
                line, noted = _decode_start(data, found, utf8_only=True)
                notes += noted
                if b"\r" in data and not data.endswith(b"\n"):
                    said = "its lines end in bare carriage returns"
                    raise InputError(said, path=path, line=1, hint="save it with line feeds")
            else:
                line = found.decode(data, "utf-8", number)
            found.count_ends(data, number - 1, data.endswith(b"\n"))
            yield found.check(line.removesuffix("\n").removesuffix("\r"), number)
    if not number:
        raise InputError("the file is empty", path=path)
    notes += found.notes()


def is_line_note(note: str) -> bool:
    """Whether a note is about lines of a file, as those of `note_lines` are."""
    return _LINE_NOTE.search(note) is not None


def note_lines(path: str | Path, what: str, numbers: Sequence[int]) -> str:
    """One line about many lines of a file: `x.txt: 12 lines with a NUL character inside (3, 7, 9, ...)`."""
    first = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    return f"{path}: {len(numbers)} line{'s' if len(numbers) > 1 else ''} with {what} ({first})"


def text_list(what: str, texts: Iterable[T]) -> list[T]:
    """The texts of a call as a list. Raises TypeError for one bare text, which would be read letter by letter."""
    if isinstance(texts, str | bytes):
        raise TypeError(f"{what} is a sequence of texts, not one text")
    return list(texts)


def decode(data: bytes, path: Path) -> tuple[str, list[str]]:
    """Bytes to text: UTF-8, or what a byte-order mark says; marks at the start of lines are stripped and noted.

    Raises InputError with file, line and byte where the bytes are not valid.
    """
    found = _Found(path)
    text, notes = _decode_start(data, found)
    if "\0" in text or "\n" + _MARK in text:
        lines = text.split("\n")
        for what, is_odd in ((_NUL, lambda line: "\0" in line), (_JOINED, lambda line: line.startswith(_MARK))):
            found.lines[what].extend(i for i, line in enumerate(lines, 1) if is_odd(line))
        text = "\n".join(line.lstrip(_MARK) for line in lines)
    return text, notes + found.notes()


def _decode_start(data: bytes, found: _Found, *, utf8_only: bool = False) -> tuple[str, list[str]]:
    """The start of a file, or all of it, and what its byte-order mark says."""
    for magic, place, what, hint in _NO_TEXT:
        if data.startswith(magic, place):
            raise InputError(what, path=found.path, hint=hint)
    for mark, name in _BOMS:
        if data.startswith(mark):
            if utf8_only and name != "utf-8":
                raise InputError(f"is {name}, which cannot be read line by line", path=found.path, hint=_AS_UTF8)
            note = f"{found.path}: a byte-order mark was stripped; the file was read as {name}"
            return found.decode(data[len(mark) :], name).removeprefix(_MARK), [note]
    even, odd = (data[start::2].count(0) if b"\0" in data else 0 for start in (0, 1))
    if max(even, odd) > len(data) / 16 and not min(even, odd):
        raise InputError("looks like UTF-16 without a byte-order mark", path=found.path, hint=_AS_UTF8)
    return found.decode(data, "utf-8"), []


def split_lines(text: str, *, plain: bool = False) -> list[str]:
    r"""Lines end at `\n` or `\r\n` and nowhere else (`str.splitlines` splits at ten more characters).

    `plain` says that there is no `\r`.
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines if plain else [line.removesuffix("\r") for line in lines]


def words(text: str) -> list[Word]:
    """The words of a text in order: runs of letters, marks and digits in any script."""
    return [Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=2**18)
def fold(text: str) -> str:
    """A form for comparison: NFKC, case folded, quotes and dashes unified. Not length-preserving."""
    if text.isascii():
        return text.lower()
    return str(_DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold().translate(_FOLDS)))


def seen(text: str) -> Seen:
    """Without characters that no reader sees, and of several blanks in a row with one, a line's end if there is one."""
    if text.isprintable() and "  " not in text:  # neither unseen characters nor blanks other than the space
        return Seen(text)
    at: list[int] = []
    end = 0
    for run in _UNSEEN_RUN.finditer(text):
        at += range(end, run.start())
        blanks = sorted((text[i] != "\n", i) for i in range(*run.span()) if text[i].isspace())
        at += [i for _, i in blanks[:1]]
        end = run.end()
    at += range(end, len(text))
    return Seen("".join(text[i] for i in at), tuple(at))


def split_sentences(line: str, language: str) -> list[tuple[int, int]]:
    """The sentences of one line as code-point ranges `[start, end)`, white space at their edges left out.

    The split is sentencex's; every character that is not white space lies in exactly one range.
    """
    import sentencex

    ranges, position = [], 0
    for sentence in sentencex.segment(language_of(language), line):
        text = sentence.strip()
        if not text:
            continue
        start = line.index(text, position)
        position = start + len(text)
        ranges.append((start, position))
    return ranges


def first_present(texts: Iterable[str | None]) -> str:
    """The first text that is there, or an empty one."""
    return next((text for text in texts if text is not None), "")


def as_cell(text: str) -> str:
    """The text as a cell of a table that no spreadsheet runs: an apostrophe goes before what may begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def from_cell(cell: str) -> str:
    """The text that `as_cell` made a cell of; it is the same text for every text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
