"""The one place where bytes become lines, and lines become sentences and words with offsets."""

from __future__ import annotations

import codecs
import importlib
import io
import lzma
import os
import sys
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

import regex

from mtqe.errors import InputError, UnavailableError

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
#: The endings of compressed files; what a file is, its first bytes say.
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\0": "lzma", b"\x28\xb5\x2f\xfd": "zst"}
#: What a compressed file may become: so many bytes in any case, and beyond that so many times its size.
_ROOM, _RATIO = 2**28, 200
#: Bytes that are unpacked at a time: each may become 32,768.
_ZSTD_BLOCK = 2**10
#: Bytes that are decoded at a time.
_BLOCK = 2**18
#: What is noted where it stands within a line.
_ODD = (("\0", "a NUL character inside"), ("\r", "a bare carriage return inside, which ends no line"))
#: Languages whose sentences and words are joined without a space.
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue", "bo"})
#: Letters (with their marks) and digits; inner apostrophes, hyphens, and separators between digits keep a word whole.
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:(?:['’ʼ‑-](?=\p{L})|[.,](?=\p{N})(?<=\p{N}[.,]))[\p{L}\p{M}\p{N}]+)*")
_FOLDS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES = regex.compile(r"[\u2010-\u2015\u2212]")
#: Soft hyphens, characters without width and marks of direction, which no reader sees.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_UNSEEN_RUN = regex.compile(rf"[\s{_UNSEEN}]+")
_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]+)*")


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


@lru_cache(maxsize=1 << 10)
def language_of(code: str) -> str:
    """The bare language of a code as WMT writes it, `pt` of `pt_BR`, `sr` of `sr_Latn_RS`, or of an English name."""
    language = code.replace("-", "_").split("_")[0].lower()
    return language if len(language) <= 3 else _language_names().get(language, language)


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    from babel import Locale

    return {name.lower(): code for code, name in Locale("en").languages.items() if "_" not in code}


def is_language(code: str) -> bool:
    """Whether a text is written as a language code (`pt_BR`, `zh-Hans`), not as a name (`german`)."""
    return _LANGUAGE.fullmatch(code) is not None


def joiner(language: str) -> str:
    """What stands between two joined sentences: a space, or nothing in scripts that are written without."""
    return "" if language_of(language) in UNSPACED else " "


def read_lines(path: Path) -> Lines:
    """Reads a text file as lines; see `decode` and `split_lines` for what a line is."""
    lines: list[str] = []
    notes: list[str] = []
    odd = {character: array("q") for character, _ in _ODD}
    nuls = characters = offset = 0
    with _opened(path) as (file, _):
        while block := file.read(_BLOCK) + file.readline():  # whole lines; blocks decode faster than all at once
            plain = b"\r" not in block and b"\0" not in block  # which bytes tell faster than text
            if offset:
                text = _decode(block, "utf-8", path, len(lines) + 1, offset)
            else:
                if block.startswith(_WIDE):
                    block, plain = block + file.read(), False
                text, notes = decode(block, path)
            offset += len(block)
            characters += len(text)
            of_block = split_lines(text, plain=plain)
            if not plain:
                nuls += text.count("\0")
                for character, numbers in odd.items():
                    numbers.extend(i for i, line in enumerate(of_block, len(lines) + 1) if character in line)
            lines += of_block
    if not lines:
        raise InputError("the file is empty", path=path)
    _refuse_nul(nuls, characters, path)
    notes += [note_lines(path, what, odd[character]) for character, what in _ODD if odd[character]]
    return Lines(tuple(lines), tuple(notes))


def read_bytes(path: Path, size: int = -1) -> bytes:
    """All bytes of a file or its first ones, unpacked where it is compressed; `-` is standard input, to be read once.

    Raises InputError where the file cannot be read, is cut off, or becomes far larger than any text does.
    """
    with _opened(path) as (file, _):
        return file.read(size)


def bare(path: Path) -> Path:
    """The path without the ending of a compressed file: `x.tsv` of `x.tsv.gz`."""
    return path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path


def iterate_lines(path: Path, notes: list[str]) -> Iterator[str]:
    """The lines of a UTF-8 file as `read_lines` makes them, but one by one: the file is never in memory.

    It shows a progress bar on stderr, where that is a terminal and it takes over a second. At the end of the file
    `notes` gets what was noted.
    """
    from tqdm import tqdm

    odd = {character: array("q") for character, _ in _ODD}
    number = 0
    with (
        _opened(path) as (file, size),
        tqdm(
            total=size,
            desc=path.name,
            unit="B",
            unit_scale=True,
            delay=1,
            disable=None,
            leave=False,
        ) as bar,
    ):
        for number, data in enumerate(file, 1):
            bar.update(len(data))
            if number == 1:
                line, found = decode(data, path, utf8_only=True)
                notes += found
                _refuse_nul(line.count("\0"), len(line), path)
            else:
                line = _decode(data, "utf-8", path, number)
            line = line.removesuffix("\n").removesuffix("\r")
            for character, numbers in odd.items():
                if character in line:
                    numbers.append(number)
            yield line
    if not number:
        raise InputError("the file is empty", path=path)
    notes += [note_lines(path, what, odd[character]) for character, what in _ODD if odd[character]]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """The unpacked bytes of a file, and how many they are where that is known."""
    try:
        if path == Path("-"):
            yield sys.stdin.buffer, None
            return
        with path.open("rb") as file:
            start = file.peek(6)
            packed = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)
            size = os.fstat(file.fileno()).st_size
            if packed is None or (packed == "bz2" and start[4:6] != b"1A"):
                yield file, size
            else:
                with _unpacked(file, packed, path) as stream:
                    yield io.BufferedReader(_Bounded(stream, max(_ROOM, _RATIO * size), path), 2**16), None
    except FileNotFoundError:
        raise InputError("file not found", path=path) from None
    except IsADirectoryError:
        raise InputError("is a directory where a file is needed", path=path) from None
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"is damaged or cut off ({error})", path=path, hint="copy or pack it again") from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", path=path) from None


def _unpacked(file: BinaryIO, packed: str, path: Path) -> BinaryIO:
    if packed == "zst":
        try:
            import zstandard
        except ImportError:
            hint = f"pip install 'mtqe[zst]', or unpack it first: zstd -d {path}"
            raise UnavailableError(f"{path}: is packed with zstd; {hint}") from None
        return cast(BinaryIO, _Zstd(file, zstandard))
    return cast(BinaryIO, importlib.import_module(packed).open(file, "rb"))


class _Zstd(io.RawIOBase):
    """What is packed with zstd. The library's own streams end without a word where the file is cut off."""

    def __init__(self, file: BinaryIO, library: Any) -> None:
        self._file, self._library = file, library
        self._frame: Any = None
        self._packed = self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and (data := self._packed or self._file.read(_ZSTD_BLOCK)):
            self._frame = self._frame or self._library.ZstdDecompressor().decompressobj()
            try:
                self._ready = self._frame.decompress(data)
            except self._library.ZstdError as error:
                raise zlib.error(str(error)) from None
            self._packed = self._frame.unused_data
            self._frame = None if self._frame.eof else self._frame
        if not self._ready and self._frame is not None:
            raise EOFError("the last frame is not complete")
        size = min(len(self._ready), len(buffer))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


class _Bounded(io.RawIOBase):
    """A stream that ends with an error where it is longer than `limit` bytes."""

    def __init__(self, stream: BinaryIO, limit: int, path: Path) -> None:
        self._stream, self._left, self._path = stream, limit, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            hint = "if you trust it, unpack it first"
            raise InputError(f"unpacks to more than {_RATIO} times its size", path=self._path, hint=hint)
        buffer[: len(data)] = data
        return len(data)


def _refuse_nul(nuls: int, characters: int, path: Path) -> None:
    if nuls > characters / 4:
        raise InputError("looks like UTF-16 without a byte-order mark", path=path, hint=_AS_UTF8)


def note_lines(path: str | Path, what: str, numbers: Sequence[int]) -> str:
    """One line about many lines of a file: `x.txt: 12 lines with a NUL character inside (3, 7, 9, ...)`."""
    first = ", ".join(map(str, numbers[:5])) + (", ..." if len(numbers) > 5 else "")
    return f"{path}: {len(numbers)} line{'s' if len(numbers) > 1 else ''} with {what} ({first})"


def text_list(what: str, texts: Iterable[T]) -> list[T]:
    """The texts of a call as a list. Raises TypeError for one bare text, which would be read letter by letter."""
    if isinstance(texts, str | bytes):
        raise TypeError(f"{what} is a sequence of texts, not one text")
    return list(texts)


def decode(data: bytes, path: Path, *, utf8_only: bool = False) -> tuple[str, list[str]]:
    """Bytes to text: UTF-8, or what a byte-order mark says; the mark is stripped and noted.

    Raises InputError with file, line and byte where the bytes are not valid.
    """
    encoding, notes = "utf-8", []
    for mark, name in _BOMS:
        if data.startswith(mark):
            if utf8_only and name != "utf-8":
                raise InputError(f"is {name}, which cannot be read line by line", path=path, hint=_AS_UTF8)
            data, encoding = data[len(mark) :], name
            notes.append(f"{path}: a byte-order mark was stripped; the file was read as {name}")
            break
    return _decode(data, encoding, path, 1), notes


def _decode(data: bytes, encoding: str, path: Path, first: int, offset: int = 0) -> str:
    """Bytes of which the first line is number `first` of the file, and the first byte number `offset`."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = first + data.count(b"\n", 0, error.start)
        shown = " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 4])
        raise InputError(
            f"not valid {encoding} at byte {offset + error.start} ({shown})", path=path, line=line, hint=_AS_UTF8
        ) from None


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
