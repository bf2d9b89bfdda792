"""Files to test sets: one module a format, and `load`, which puts references, sources and systems together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mtqe import plugins
from mtqe.corpus import Document, Origin, Piece, Segment, SystemOutput, TestSet, whole_piece
from mtqe.errors import ConfigError, InputError
from mtqe.languages import is_language, near_language
from mtqe.readers._documents import in_documents
from mtqe.readers._references import choose, own_references
from mtqe.text import bare, note_lines

_Path = TypeVar("_Path", str, Path)
_STDIN = Path("-")
_ALIGN = "mtqe evaluate aligns output that is segmented otherwise"

#: Paths, texts `name=path` or `name=path,path` (several runs of one system), or a mapping of names to such paths.
Translations = Mapping[str, str | Path | Sequence[str | Path]] | Sequence[str | Path] | str | Path


@dataclass(frozen=True, slots=True)
class TextDocument:
    """The lines of one document as they stand in a file, blank ones included, so that line numbers hold.

    `kinds` says what each is (title, paragraph, caption, ...), where the format tells.
    """

    id: str
    path: str
    lines: Sequence[str]
    kinds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """What a reader makes of a path: documents in order, and what it noted (a byte-order mark, a NUL)."""

    documents: tuple[TextDocument, ...]
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """A format of texts: a module of this package with these two functions."""

    def accepts(self, path: Path) -> bool: ...
    def read(self, path: Path) -> Text: ...


class DataSetReader(Protocol):
    """A format that holds references, source or systems together; it has `load` instead of `read` (or both).

    load   the whole test set, with documents and ids.

    It may have `parts(path, *, languages, name, size)`: the same segments in order, as test sets of about `size`
    characters each of which stands alone; what does not fit into one of them (documents, ids) is left out. And, as
    any reader, `write(test_set, path)`, which returns what the format has no place for. `path` may be no file but the
    name of a data set, where `accepts` says so.
    """

    def accepts(self, path: Path) -> bool: ...
    def load(self, path: Path, *, languages: str, name: str) -> TestSet: ...


def read(path: str | Path, input_format: str | None = None) -> Text:
    """Reads a file, or a directory with one file a document, by the format that accepts it or the one that is named.

    Raises InputError where the data are unusable, ConfigError for a format that does not exist.
    """
    reader = _reader(Path(path), input_format)
    if not hasattr(reader, "read"):
        hint = f"-d takes it: did you mean -d {path}? --input-format text reads a file as lines"
        raise InputError("is a data set where a text is needed", path=path, hint=hint)
    text: Text = reader.read(Path(path))
    return text


def parts(path: str | Path, input_format: str | None = None, *, languages: str, size: int) -> Iterator[TestSet]:
    """Reads a data set (see `DataSetReader`) piece by piece, where its format can be, without holding it in memory.

    Raises InputError as `load` does, for a bad line when it is reached.
    """
    path = Path(path)
    reader = _data_set_reader(path, input_format)
    if not streams(path, input_format):
        return iter([reader.load(path, languages=languages, name=_name(path))])
    return _with_missing(reader.parts(path, languages=languages, name=_name(path), size=size), path)


def streams(path: str | Path, input_format: str | None = None) -> bool:
    """Whether a data set can be read piece by piece."""
    return hasattr(_data_set_reader(Path(path), input_format), "parts")


def is_data_set_name(path: str | Path) -> bool:
    """Whether this names a data set and no file."""
    path = Path(path)
    if path.exists():
        return False
    return any(hasattr(reader, "load") and reader.accepts(path) for reader in _readers(tuple(__path__)))


def _data_set_reader(path: Path, input_format: str | None) -> Any:
    reader = _reader(path, input_format)
    if not hasattr(reader, "load"):
        hint = "that is a .tsv file with columns; --input-format names its format"
        raise InputError("is no data set", path=path, hint=hint)
    return reader


def _reader(path: Path, input_format: str | None) -> Any:
    """The Reader or DataSetReader of a path, or of the name of a data set."""
    if input_format:
        reader = plugins.load("readers", input_format)
        if not (path.exists() or path == _STDIN or reader.accepts(path)):
            raise InputError("no such file or directory", path=path)
        return reader
    for reader in _readers(tuple(__path__)):
        if reader.accepts(path):
            return reader
    if path.exists():
        raise InputError("no reader accepts this file", path=path, hint="name one with --input-format")
    raise InputError("no such file or directory", path=path)


@lru_cache(maxsize=2)
def _readers(folders: tuple[str, ...]) -> tuple[Any, ...]:
    """All readers, the one that takes anything last; looking for them takes longer than reading most files."""
    names = sorted(plugins.names("readers"), key=lambda name: (name == "text", name))
    return tuple(plugins.load("readers", name) for name in names)


def _name(path: Path) -> str:
    """What a test set is called: as its file is, or as it was asked for by name."""
    return bare(path).stem if path.exists() else str(path)


def load(
    references: str | Path | Sequence[str | Path] = (),
    input_format: str | None = None,
    *,
    source: str | Path | None = None,
    translations: Translations = (),
    languages: str,
    name: str | None = None,
    blank_lines: str = "keep",
    documents: str | Path | None = None,
    reference_sets: Sequence[str] = (),
) -> TestSet:
    """Loads a test set from one data set with everything in it, or from files that agree line by line.

    The data set is given alone, or with `translations` that have a line a segment: `load("x.tsv", languages="uk-en")`.
    In files a line is a segment, a file a document.
    `references` is a path, or one path a reference set; a path is a file or a directory with one file a document.
    Without any, the segments are the lines of the source.
    `translations` are paths, or a mapping of system names to paths, several where a system has several runs.
    `languages` is `uk-en`, or `en` without a source.
    `blank_lines="separate"` takes blank reference lines as what stands between the paragraphs of an article;
    `"keep"` takes them as empty segments. `documents` is a file that has for each line of a test set in one file its
    document, or its domain, a tab and its document. `reference_sets` are those to use of a data set that has several,
    by name: `["refB"]`. Raises InputError when numbers of lines differ, with the counts.
    """
    paths = [references] if isinstance(references, str | Path) else list(references)
    given = [*paths, *([] if source is None else [source])]
    if not given:
        raise ConfigError("a test set needs a reference or a source")
    if blank_lines not in ("keep", "separate"):
        raise ConfigError(f"blank_lines is keep or separate, not {blank_lines!r}")
    if [*map(Path, given), *(Path(p) for of in name_systems(translations).values() for p in of)].count(_STDIN) > 1:
        raise ConfigError("standard input (-) can be read once; save it to a file first")
    if given == paths[:1] and hasattr(reader := _reader(Path(paths[0]), input_format), "load"):
        if documents is not None:
            raise ConfigError(f"{paths[0]} says itself what its documents are; leave {documents} out")
        data_set: TestSet = reader.load(Path(paths[0]), languages=languages, name=name or _name(Path(paths[0])))
        (data_set,) = _with_missing([choose(data_set, reference_sets)], paths[0])
        return _with_translations(data_set, translations, paths[0])
    if reference_sets:
        raise ConfigError(f"{given[0]} is no data set; the references are the files that are given")
    pair = split_languages(languages)
    if source is not None and pair[0] is None:
        raise ConfigError(f"a source is given, but languages {languages!r} name no source language; write e.g. uk-en")
    read_texts = [read(path, input_format) for path in given]
    frame, *others = read_texts
    for other in others:
        _require_parallel(frame, other, "references and source must agree line by line")
    grid, empty_lines = _documents(read_texts, len(paths), blank_lines == "separate")
    notes = [*(note for text in read_texts for note in text.notes), *empty_lines]
    test_set = TestSet(name or _name(Path(given[0])), *pair, grid, notes=tuple(notes))
    systems = []
    for system, outputs in name_systems(translations).items():
        for run, path in runs(outputs):
            text = read(path, input_format)
            notes += text.notes
            _require_parallel(frame, text, _ALIGN)
            systems.append(replace(_line_by_line(system, pair_documents(text, test_set), test_set), run=run))
    test_set = replace(test_set, systems=tuple(systems), notes=tuple(notes))
    return test_set if documents is None else in_documents(test_set, Path(documents))


def _documents(texts: Sequence[Text], references: int, separate: bool) -> tuple[tuple[Document, ...], list[str]]:
    """Documents of texts that agree line by line, of which the first are references and another the source; notes."""
    found, notes = [], []
    for d, document in enumerate(texts[0].documents):
        segments, empty = _segments(
            document,
            [text.documents[d].lines for text in texts[:references]],
            texts[references].documents[d].lines if len(texts) > references else None,
            separate=separate,
        )
        notes += [note_lines(document.path, "no reference text" if references else "no text", empty)] if empty else []
        if not segments:
            raise InputError("the file has no text", path=document.path)
        found.append(Document(document.id, tuple(segments)))
    return tuple(found), notes


def write(test_set: TestSet, path: str | Path, output_format: str | None = None) -> list[str]:
    """Writes a test set in the format that the ending of the path says (none: an EvalSet directory), or that is named.

    Returns what the format has no place for. Raises InputError for text that it cannot hold, ConfigError where there
    is no such format.
    """
    path = Path(path)
    writers = {name: of for name in plugins.names("readers") if hasattr(of := plugins.load("readers", name), "write")}
    if output_format is None:
        output_format = next((name for name, of in writers.items() if path.suffix.lower() == of.ENDING), path.suffix)
    if output_format not in writers:
        endings = ", ".join(of.ENDING or "none (a directory)" for of in writers.values())
        raise ConfigError(f"{path} cannot be written as {output_format!r}; endings that can be are {endings}")
    noted: list[str] = writers[output_format].write(test_set, path)
    return noted


def _with_missing(test_sets: Iterable[TestSet], path: str | Path) -> Iterator[TestSet]:
    """The parts of a data set, of which the last notes how many outputs and references are missing (None) in all."""
    missing: Counter[str] = Counter()
    last = None
    for part in test_sets:
        if last is not None:
            yield last
        last = part
        for system in part.systems:
            missing[f"output of {system.key!r}"] += system.texts.count(None)
        for i in range(part.reference_sets):
            missing[f"reference {i + 1}"] += sum(segment.references[i] is None for segment in part.segments)
    if last is not None:
        notes = [f"{path}: no {what} for {n} segment{'s' if n > 1 else ''}" for what, n in missing.items() if n]
        yield replace(last, notes=(*last.notes, *notes))


def _with_translations(data_set: TestSet, translations: Translations, path: str | Path) -> TestSet:
    """A data set with the outputs of further systems, whose lines are its segments in order."""
    systems, notes = list(data_set.systems), [*data_set.notes, *own_references(data_set)]
    for system, outputs in name_systems(translations).items():
        for run, output in runs(outputs):
            text = read(output)
            notes += text.notes
            numbered = [
                (document, n) for document in _of(data_set, text, output) for n in range(1, len(document.lines) + 1)
            ]
            if len(numbered) != len(data_set.segments):
                said = f"has {len(numbered)} lines where {path} has {len(data_set.segments)} segments"
                raise InputError(said, path=output)
            lines = tuple(document.lines[n - 1] for document, n in numbered)
            pieces = tuple(line_piece(*place) for place in numbered)
            systems.append(SystemOutput(system, lines, run, pieces=pieces))
    return replace(data_set, systems=tuple(systems), notes=tuple(notes))


def _of(data_set: TestSet, text: Text, path: str) -> Sequence[TextDocument]:
    """The documents of a text in the order of the data set; one document may hold all of it."""
    if len(text.documents) == 1:
        return text.documents
    by_id = {document.id: document for document in text.documents}
    sizes = {document.id: len(document.segments) for document in data_set.documents}
    if {name: len(document.lines) for name, document in by_id.items()} != sizes:
        hint = "give a file a document, named after it, or one file"
        raise InputError(f"has other documents than {data_set.name}, or other lines in them", path=path, hint=hint)
    return [by_id[name] for name in sizes]


def _segments(
    document: TextDocument, references: Sequence[Sequence[str]], source: Sequence[str] | None, *, separate: bool
) -> tuple[list[Segment], list[int]]:
    """A segment a line, and the numbers of those without text; with `separate` blank lines are none."""
    segments, empty = [], []
    for i, line in enumerate(document.lines):
        lines = [reference[i] for reference in references]
        references_of: tuple[str | None, ...] = tuple(lines)
        from_source = None if source is None else source[i]
        if not any(text.strip() for text in (lines or [line])):
            if separate and not (from_source or "").strip():
                continue
            empty.append(i + 1)
        elif separate:  # a blank line says nothing where another reference has a text
            references_of = tuple(reference if reference.strip() else None for reference in lines)
        segments.append(
            Segment(
                id=f"{document.id}:{i + 1}",
                source=from_source,
                references=references_of,
                document=document.id,
                metadata={"kind": document.kinds[i]} if document.kinds else {},
                origin=Origin(document.path, i + 1, 0, len(line)),
            )
        )
    return segments, empty


def _line_by_line(name: str, text: Text, test_set: TestSet) -> SystemOutput:
    texts, pieces = [], []
    for output, document in zip(text.documents, test_set.documents, strict=True):
        if not is_line_by_line(output, document):
            raise InputError("has text where the reference has a blank line", path=output.path, hint=_ALIGN)
        numbers = [segment.origin.line for segment in document.segments if segment.origin]
        texts += [output.lines[number - 1] for number in numbers]
        pieces += [line_piece(output, number) for number in numbers]
    return SystemOutput(name, tuple(texts), pieces=tuple(pieces))


def line_piece(document: TextDocument, number: int) -> tuple[Piece, ...]:
    """Line `number`, counted from 1, as the pieces of a unit: itself, or none where it is empty."""
    return whole_piece(document.lines[number - 1], document.path, number)


def name_systems(translations: Translations) -> dict[str, tuple[str, ...]]:
    """Translations as a mapping of system names to the paths of their runs, one path where there is one output.

    A path's name is its stem, or its folder's and its stem where stems repeat. Raises ConfigError when names repeat.
    """
    if isinstance(translations, Mapping):
        several = {n: [p] if isinstance(p, str | Path) else p for n, p in translations.items()}
        return {name: tuple(map(str, paths)) for name, paths in several.items()}
    if isinstance(translations, str | Path):
        translations = [translations]
    given = [str(path) for path in translations]
    pairs = [["", t] if "=" not in t or Path(t).exists() else t.split("=", 1) for t in given]
    names = [name or bare(Path(path)).stem for name, path in pairs]
    if len(set(names)) < len(names):
        names = [name or "/".join(bare(Path(path)).with_suffix("").parts[-2:]) for name, path in pairs]
    if len(set(names)) < len(names):
        raise ConfigError(f"two systems have the same name ({', '.join(names)}); write name=path")
    outputs = [(path,) if not name or Path(path).exists() else tuple(path.split(",")) for name, path in pairs]
    return dict(zip(names, outputs, strict=True))


def runs(outputs: Sequence[_Path]) -> list[tuple[int | None, _Path]]:
    """The outputs of one system with the numbers of their runs, from 1; None for one output alone."""
    return [(number if len(outputs) > 1 else None, path) for number, path in enumerate(outputs, 1)]


def split_languages(languages: str) -> tuple[str | None, str]:
    """`uk-en` to `("uk", "en")`, `en` to `(None, "en")`. Raises ConfigError for anything else."""
    source, dash, target = languages.partition("-")
    codes = [source, target] if dash else [source]
    if not all(map(is_language, codes)):
        found = [near_language(part) for part in re.findall(r"\w+", languages)]
        asked = f"; did you mean {'-'.join(filter(None, found))}?" if None not in found and 0 < len(found) < 3 else ""
        raise ConfigError(f"languages are a pair like uk-en, or a target like en, not {languages!r}{asked}")
    return (source, target) if dash else (None, source)


def is_line_by_line(output: TextDocument, document: Document) -> bool:
    """Whether each segment has its own line in the output and no other line of the output has content."""
    numbers = [segment.origin.line for segment in document.segments if segment.origin]
    filled = {i for i, line in enumerate(output.lines, 1) if line.strip()}
    return (
        len(numbers) == len(document.segments)
        and len(output.lines) >= max(numbers, default=0)
        and filled <= set(numbers)
    )


def pair_documents(text: Text, test_set: TestSet) -> Text:
    """The text with the document ids of the test set: one file answers one document whatever their names are."""
    if len(text.documents) == len(test_set.documents) == 1:
        only = text.documents[0]
        return Text((replace(only, id=test_set.documents[0].id),), text.notes)
    return text


def _require_parallel(first: Text, other: Text, hint: str) -> None:
    """Raises InputError, naming both files, unless documents and numbers of lines agree."""
    ids, others = [d.id for d in first.documents], [d.id for d in other.documents]
    if len(ids) == len(others) == 1:
        others = ids
    if ids != others:
        lost = sorted(set(ids) ^ set(others))
        raise InputError(
            f"its documents are not those of {first.documents[0].path} (differing: {', '.join(lost[:5])})",
            path=Path(other.documents[0].path).parent,
        )
    for a, b in zip(first.documents, other.documents, strict=True):
        if len(a.lines) != len(b.lines):
            blank = sum(not line.strip() for line in b.lines)
            if len(b.lines) == len(a.lines) + 1 and not b.lines[-1].strip():
                hint = "delete the blank line at its end"
            raise InputError(
                f"has {len(b.lines)} lines{f' ({blank} of them blank)' if blank else ''} "
                f"where {a.path} has {len(a.lines)}",
                path=b.path,
                hint=hint,
            )
