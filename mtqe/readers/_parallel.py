"""Test sets in files that agree line by line and are found by their names, not given one by one."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

from mtqe.corpus import Document, Origin, Segment, SystemOutput, TestSet, whole_piece
from mtqe.errors import InputError
from mtqe.readers import split_languages
from mtqe.text import read_lines


def parallel_set(
    name: str,
    languages: str,
    source: Path,
    references: Mapping[str, Path],
    systems: Mapping[str, Path],
    humans: Container[str] = (),
) -> TestSet:
    """A test set of one document named after the languages; references and systems are given by name.

    A system that is among the `humans` is a human output. Raises InputError when files have different numbers of lines.
    """
    notes: list[str] = []
    source_language, target_language = split_languages(languages)
    sources = _lines(source, notes)
    texts = {reference: _parallel(path, notes, len(sources), source) for reference, path in references.items()}
    segments = tuple(
        Segment(f"{languages}:{i}", text, tuple(of), languages, origin=Origin(str(source), i, 0, len(text)))
        for i, (text, *of) in enumerate(zip(sources, *texts.values(), strict=True), 1)
    )
    outputs = []
    for system, path in systems.items():
        lines = _parallel(path, notes, len(sources), source)
        pieces = tuple(whole_piece(line, path, number) for number, line in enumerate(lines, 1))
        outputs.append(SystemOutput(system, lines, human=system in humans, pieces=pieces))
    documents = (Document(languages, segments),)
    return TestSet(
        name,
        source_language,
        target_language,
        documents,
        tuple(outputs),
        tuple(notes),
        reference_names=tuple(references),
    )


def _lines(path: Path, notes: list[str]) -> tuple[str, ...]:
    read = read_lines(path)
    notes += read.notes
    return read.lines


def _parallel(path: Path, notes: list[str], size: int, other: Path) -> tuple[str, ...]:
    lines = _lines(path, notes)
    if len(lines) != size:
        raise InputError(f"has {len(lines)} lines where {other} has {size}", path=path)
    return lines
