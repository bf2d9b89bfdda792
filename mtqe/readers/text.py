"""Plain text: a segment or paragraph a line; a directory holds one file a document."""

from __future__ import annotations

from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.readers import Text, TextDocument
from mtqe.readers._writing import check_plain, lines_of, lost
from mtqe.store import write_atomic
from mtqe.text import bare, read_lines

#: What the paths end with that this format is written to.
ENDING = ".txt"
#: Files whose lines are none of a text.
_OTHERS = frozenset({".xml", ".tmx", ".xlf", ".xliff", ".parquet", ".docx", ".pdf", ".xlsx", ".zip"})


def accepts(path: Path) -> bool:
    """Any file or directory is text, if nothing says otherwise, and so is standard input."""
    return (path.exists() and bare(path).suffix.lower() not in _OTHERS) or path == Path("-")


def read(path: Path) -> Text:
    """Reads a file as one document named after it, or each `*.txt` of a directory, in the order of their names."""
    notes: list[str] = []
    files = [path]
    if path.is_dir():
        there = sorted(file for file in path.glob("*") if not file.name.startswith("."))
        files = [file for file in there if bare(file).suffix == ".txt"]
        if not files:
            raise InputError("the directory has no .txt file", path=path)
        if others := [file.name for file in there if file not in files]:
            notes.append(f"{path}: what is no .txt file is left out ({', '.join(others[:5])})")
    documents: list[TextDocument] = []
    for file in files:
        content = read_lines(file)
        documents.append(TextDocument(bare(file).stem, str(file), content.lines))
        notes += content.notes
    return Text(tuple(documents), tuple(notes))


def write(test_set: TestSet, path: Path) -> list[str]:
    """Writes the one text that a test set has, its reference, source, or a system's output; a line a segment.

    Returns what the format has no place for. Raises InputError for a test set of several texts.
    """
    check_plain(test_set)
    segments = test_set.segments
    texts = [[s.references[i] for s in segments] for i in range(test_set.reference_sets)]
    texts += [[s.source for s in segments]] if any(s.source is not None for s in segments) else []
    texts += [list(system.texts) for system in test_set.systems]
    if len(texts) > 1:
        hint = "write .tsv, .jsonl, or a directory"
        raise InputError(f"one text is one file, and {test_set.name!r} has {len(texts)}", path=path, hint=hint)
    write_atomic(path, lines_of(texts[0], path))
    several = ["not written: which lines are a document"] if len(test_set.documents) > 1 else []
    return several + lost(test_set)
