"""Plain text: a segment or paragraph a line; a directory holds one file a document."""

from __future__ import annotations

from pathlib import Path

from mtqe.errors import InputError
from mtqe.readers import Text, TextDocument
from mtqe.text import read_lines


def accepts(path: Path) -> bool:
    """Any file is text, if nothing says otherwise."""
    return True


def read(path: Path) -> Text:
    """Reads a file as one document named after it, or each `*.txt` of a directory, in the order of their names."""
    files = [path]
    if path.is_dir():
        files = sorted(path.glob("*.txt"))
        if not files:
            raise InputError("the directory has no .txt file", path=path)
    documents: list[TextDocument] = []
    notes: list[str] = []
    for file in files:
        content = read_lines(file)
        documents.append(TextDocument(file.stem, str(file), content.lines))
        notes += content.notes
    return Text(tuple(documents), tuple(notes))
