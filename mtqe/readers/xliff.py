"""XLIFF 1.2: units with a source and its translation; a file element is a document.

As a data set (-d) the targets are the reference; as a text (-t, -r) they are the lines, of which none may be missing.
Codes within a text (bpt, ept, it, ph) are markup and left out, as are alternative translations.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtqe.corpus import Document, Segment, TestSet
from mtqe.errors import InputError
from mtqe.readers import Text, TextDocument, split_languages
from mtqe.readers._xml import has_root, ids_of, is_in, parse, text_of
from mtqe.text import bare

_CODES = frozenset({"bpt", "ept", "it", "ph"})


def accepts(path: Path) -> bool:
    return has_root(path, "xliff")


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads all files of it; a unit without a target has no reference.

    Raises InputError with the line of what cannot be used: another version or language, a unit without a source.
    """
    source_language, target_language = split_languages(languages)
    documents = []
    for document, file in _files(path):
        for key, wanted in (("source-language", source_language), ("target-language", target_language)):
            if wanted and file.get(key) and not is_in(file.get(key), wanted):
                said = f"{key} is {file.get(key)!r}, not {wanted!r}"
                raise InputError(said, path=path, line=file.sourceline, hint="-l names the languages, such as uk-en")
        units = list(file.iter("{*}trans-unit"))
        segments = tuple(
            Segment(
                f"{document}:{number}",
                _text(unit, "source", path) if source_language else None,
                (_text(unit, "target", path),),
                document,
            )
            for number, unit in zip(ids_of([unit.get("id") for unit in units]), units, strict=True)
        )
        documents.append(Document(document, segments))
    if not any(document.segments for document in documents):
        raise InputError("has no trans-unit", path=path)
    return TestSet(name, source_language, target_language, tuple(documents))


def read(path: Path) -> Text:
    """The targets as lines, a document a file. Raises InputError for a unit without one, and for line breaks."""
    documents = []
    for document, file in _files(path):
        lines = []
        for unit in file.iter("{*}trans-unit"):
            line = _text(unit, "target", path)
            if line is None or "\n" in line:
                said = "has no target" if line is None else "has a line break in its target"
                raise InputError(f"a unit {said}", path=path, line=unit.sourceline, hint="-d takes it as a data set")
            lines.append(line)
        documents.append(TextDocument(document, str(path), tuple(lines)))
    return Text(tuple(documents))


def _files(path: Path) -> Iterator[tuple[str, Any]]:
    """The file elements with the ids of their documents: the path itself where there is one."""
    root = parse(path)
    if root.get("version") != "1.2":
        said = f"is XLIFF {root.get('version')}, and 1.2 is what is read"
        raise InputError(said, path=path, line=root.sourceline, hint="save it as XLIFF 1.2 or TMX")
    files = root.findall("{*}file")
    if not files:
        raise InputError("has no file element", path=path)
    ids = ids_of([file.get("original") for file in files]) if len(files) > 1 else [bare(path).stem]
    yield from zip(ids, files, strict=True)


def _text(unit: Any, tag: str, path: Path) -> str | None:
    element = unit.find(f"{{*}}{tag}")
    if element is None and tag == "source":
        raise InputError("a unit has no source", path=path, line=unit.sourceline)
    return None if element is None else text_of(element, path, _CODES)
