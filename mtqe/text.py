"""The one place where bytes become lines, and lines become sentences and words with offsets."""

from __future__ import annotations

import codecs
import os
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

import regex

from mtqe.errors import InputError

T = TypeVar("T")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AS_UTF8 = "save the file as UTF-8"
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
    with _opened(path) as file:
        data = file.read()
    text, notes = decode(data, path)
    if not text:
        raise InputError("the file is empty", path=path)
    _refuse_nul(text, path)
    lines = split_lines(text)
    for character, what in _ODD:
        numbers = [number for number, line in enumerate(lines, 1) if character in line]
        notes += [note_lines(path, what, numbers)] if numbers else []
    return Lines(tuple(lines), tuple(notes))


def iterate_lines(path: Path, notes: list[str]) -> Iterator[str]:
    """The lines of a UTF-8 file as `read_lines` makes them, but one by one: the file is never in memory.

    It shows a progress bar on stderr, where that is a terminal and it takes over a second. At the end of the file
    `notes` gets what was noted.
    """
    from tqdm import tqdm

    odd = {character: array("q") for character, _ in _ODD}
    number = 0
    with (
        _opened(path) as file,
        tqdm(
            total=os.fstat(file.fileno()).st_size,
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
                _refuse_nul(line, path)
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
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise InputError("file not found", path=path) from None
    except IsADirectoryError:
        raise InputError("is a directory where a file is needed", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from None


def _refuse_nul(text: str, path: Path) -> None:
    if text.count("\0") > len(text) / 4:
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


def _decode(data: bytes, encoding: str, path: Path, first: int) -> str:
    """Bytes of which the first line is number `first` of the file."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = first + data.count(b"\n", 0, error.start)
        shown = " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 4])
        raise InputError(
            f"not valid {encoding} at byte {error.start} ({shown})", path=path, line=line, hint=_AS_UTF8
        ) from None


def split_lines(text: str) -> list[str]:
    r"""Lines end at `\n` or `\r\n` and nowhere else (`str.splitlines` splits at ten more characters)."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


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
