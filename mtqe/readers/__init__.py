"""Files to test sets: one module a format, and `load`, which puts references, sources and systems together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mtqe import plugins
from mtqe.corpus import Document, Origin, Piece, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.text import is_language, note_lines, read_lines

_Path = TypeVar("_Path", str, Path)
_ALIGN = "mtqe evaluate aligns output that is segmented otherwise"

#: Paths, texts `name=path` or `name=path,path` (several runs of one system), or a mapping of names to such paths.
Translations = Mapping[str, str | Path | Sequence[str | Path]] | Sequence[str | Path] | str | Path


@dataclass(frozen=True, slots=True)
class TextDocument:
    """The lines of one document as they stand in a file, blank ones included, so that line numbers hold."""

    id: str
    path: str
    lines: Sequence[str]


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
    """A format that holds references, source and systems together; it has these functions instead of `read`.

    load   the whole test set, with documents and ids.
    parts  the same segments in order, as test sets of about `size` characters each of which stands alone; what does not
           fit into one of them (documents, ids) is left out.
    """

    def accepts(self, path: Path) -> bool: ...
    def load(self, path: Path, *, languages: str, name: str) -> TestSet: ...
    def parts(self, path: Path, *, languages: str, name: str, size: int) -> Iterator[TestSet]: ...


def read(path: str | Path, input_format: str | None = None) -> Text:
    """Reads a file, or a directory with one file a document, by the format that accepts it or the one that is named.

    Raises InputError where the data are unusable, ConfigError for a format that does not exist.
    """
    reader = _reader(Path(path), input_format)
    if not hasattr(reader, "read"):
        hint = "-d takes it; --input-format text reads it as lines"
        raise InputError("is a data set where a text is needed", path=path, hint=hint)
    text: Text = reader.read(Path(path))
    return text


def parts(path: str | Path, input_format: str | None = None, *, languages: str, size: int) -> Iterator[TestSet]:
    """Reads a data set (see `DataSetReader`) piece by piece, without holding it in memory.

    Raises InputError as `load` does, for a bad line when it is reached.
    """
    reader = _reader(Path(path), input_format)
    if not hasattr(reader, "parts"):
        raise InputError(
            "is no data set", path=path, hint="that is a .tsv file with columns; --input-format names its format"
        )
    found: Iterator[TestSet] = reader.parts(Path(path), languages=languages, name=Path(path).stem, size=size)
    return found


def _reader(path: Path, input_format: str | None) -> Any:
    """The Reader or DataSetReader of a path."""
    if not path.exists():
        raise InputError("no such file or directory", path=path)
    anything_last = sorted(plugins.names("readers"), key=lambda name: (name == "text", name))
    for name in [input_format] if input_format else anything_last:
        reader = plugins.load("readers", name)
        if input_format or reader.accepts(path):
            return reader
    raise InputError("no reader accepts this file", path=path, hint="name one with --input-format")


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
) -> TestSet:
    """Loads a test set from one data set with everything in it, or from files that agree line by line.

    The data set is given alone: `load("x.tsv", languages="uk-en")`. In files a line is a segment, a file a document.
    `references` is a path, or one path a reference set; a path is a file or a directory with one file a document.
    Without any, the segments are the lines of the source.
    `translations` are paths, or a mapping of system names to paths, several where a system has several runs.
    `languages` is `uk-en`, or `en` without a source.
    `blank_lines="separate"` takes blank reference lines as what stands between the paragraphs of an article;
    `"keep"` takes them as empty segments. `documents` is a file that has for each line of a test set in one file its
    document, or its domain, a tab and its document. Raises InputError when numbers of lines differ, with the counts.
    """
    paths = [references] if isinstance(references, str | Path) else list(references)
    given = [*paths, *([] if source is None else [source])]
    if not given:
        raise ConfigError("a test set needs a reference or a source")
    if blank_lines not in ("keep", "separate"):
        raise ConfigError(f"blank_lines is keep or separate, not {blank_lines!r}")
    if given == paths[:1] and not translations and hasattr(reader := _reader(Path(paths[0]), input_format), "load"):
        if documents is not None:
            raise ConfigError(f"{paths[0]} has its documents in a column; leave {documents} out")
        data_set: TestSet = reader.load(Path(paths[0]), languages=languages, name=name or Path(paths[0]).stem)
        return data_set
    source_language, target_language = split_languages(languages)
    if source is not None and source_language is None:
        raise ConfigError(f"a source is given, but languages {languages!r} name no source language; write e.g. uk-en")
    read_texts = [read(path, input_format) for path in given]
    texts, sources = read_texts[: len(paths)], read_texts[len(paths) :]
    notes = [note for text in read_texts for note in text.notes]
    frame, *others = read_texts
    for other in others:
        _require_parallel(frame, other, "references and source must agree line by line")
    grid = []
    for d, document in enumerate(frame.documents):
        segments, empty = _segments(
            document,
            [text.documents[d].lines for text in texts],
            sources[0].documents[d].lines if sources else None,
            separate=blank_lines == "separate",
        )
        notes += [note_lines(document.path, "no reference text" if paths else "no text", empty)] if empty else []
        if not segments:
            raise InputError("the file has no text", path=document.path)
        grid.append(Document(document.id, tuple(segments)))
    test_set = TestSet(name or Path(given[0]).stem, source_language, target_language, tuple(grid), notes=tuple(notes))
    systems = []
    for system, outputs in name_systems(translations).items():
        for run, path in runs(outputs):
            text = read(path, input_format)
            _require_parallel(frame, text, _ALIGN)
            systems.append(replace(_line_by_line(system, pair_documents(text, test_set), test_set), run=run))
    test_set = test_set.with_systems(systems)
    return test_set if documents is None else _in_documents(test_set, Path(documents))


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
                origin=Origin(document.path, i + 1, 0, len(line)),
            )
        )
    return segments, empty


def _in_documents(test_set: TestSet, path: Path) -> TestSet:
    """The one document of a test set as the documents that a file names, a line a segment."""
    lines = read_lines(path).lines
    if len(test_set.documents) > 1:
        raise ConfigError(f"{path} names documents, but the test set is a directory with one file a document")
    segments = test_set.segments
    if len(lines) != len(segments):
        raise InputError(f"has {len(lines)} lines for {len(segments)} segments", path=path)
    found: dict[tuple[str, str], list[Segment]] = {}
    last = None
    for number, (line, segment) in enumerate(zip(lines, segments, strict=True), 1):
        domain, _, document = line.rpartition("\t")
        if not document or "\t" in domain:
            raise InputError("is no document, or domain, tab and document", path=path, line=number)
        if (domain, document) in found and (domain, document) != last:
            raise InputError(f"document {document!r} goes on after another one", path=path, line=number)
        last = (domain, document)
        found.setdefault(last, []).append(replace(segment, document=document))
    documents = [
        Document(document, tuple(of), {"domain": domain} if domain else {}) for (domain, document), of in found.items()
    ]
    return replace(test_set, documents=tuple(documents))


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
    line = document.lines[number - 1]
    return (Piece(line, origin=Origin(document.path, number, 0, len(line))),) if line else ()


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
    names = [name or Path(path).stem for name, path in pairs]
    if len(set(names)) < len(names):
        names = [name or "/".join(Path(path).with_suffix("").parts[-2:]) for name, path in pairs]
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
        raise ConfigError(f"languages are a pair like uk-en, or a target like en, not {languages!r}")
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
        return Text((TextDocument(test_set.documents[0].id, only.path, only.lines),), text.notes)
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
            raise InputError(
                f"has {len(b.lines)} lines{f' ({blank} of them blank)' if blank else ''} "
                f"where {a.path} has {len(a.lines)}",
                path=b.path,
                hint=hint,
            )
