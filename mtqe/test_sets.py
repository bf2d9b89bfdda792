"""What an experiment names, as test sets: files are read and aligned, models translate."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from mtqe.alignment import add_reference, align_system, are_parallel
from mtqe.corpus import SystemOutput, TestSet
from mtqe.errors import ConfigError, DataWarning
from mtqe.experiment import Experiment, SystemInput, TestSetInput
from mtqe.ratings import read as read_ratings
from mtqe.ratings.joining import joined
from mtqe.readers import load, pair_documents, read, runs
from mtqe.readers._references import own_references
from mtqe.results import Note
from mtqe.store import Manifest
from mtqe.translation.outputs import translate_segments, without_translation

_SMALL_COVERAGE = 0.5
T = TypeVar("T")


def load_test_set(entry: TestSetInput, experiment: Experiment, notes: list[Note]) -> TestSet:
    test_set = (_aligned if entry.dataset is None else _data_set)(entry, experiment, notes)
    before = len(test_set.notes)
    test_set = joined(test_set, [read_ratings(path) for path in entry.ratings])
    notes += [Note("input", note, entry.name) for note in test_set.notes[before:]]
    if any(segment.source is None for segment in test_set.segments):
        no_source = "No source text was given, so nothing was checked against it."
        notes.append(Note("unchecked", no_source, entry.name))
    return test_set


def _data_set(entry: TestSetInput, experiment: Experiment, notes: list[Note]) -> TestSet:
    """A data set, with the systems whose files have a line for each of its segments."""
    test_set = load(
        str(entry.dataset),
        experiment.input_format,
        translations={system.name: system.paths for system in entry.systems if system.model is None},
        languages=entry.languages,
        name=entry.name,
        reference_sets=entry.reference_sets,
    )
    notes += [Note("input", note, entry.name) for note in test_set.notes]
    known = {system.name: system for system in entry.systems}
    systems = [
        replace(s, human=known[s.name].human, optimised_with=known[s.name].optimised_with) if s.name in known else s
        for s in test_set.systems
    ]
    return test_set.with_systems(systems)


def _aligned(entry: TestSetInput, experiment: Experiment, notes: list[Note]) -> TestSet:
    """The lines of files as segments, and the outputs of systems aligned with them."""
    texts = [read(path, experiment.input_format) for path in entry.references]
    together = [path for path, text in zip(entry.references, texts, strict=True) if are_parallel(texts[0], text)]
    test_set = load(
        together,
        experiment.input_format,
        source=entry.source,
        languages=entry.languages,
        name=entry.name,
        blank_lines="separate",
    )
    notes += [Note("input", note, entry.name) for note in test_set.notes]
    for index, (path, text) in enumerate(zip(entry.references, texts, strict=True)):
        if path not in together:
            notes += [Note("input", note, entry.name) for note in text.notes]
            with noted(notes, entry.name):
                documents = pair_documents(text, test_set).documents
                test_set = add_reference(str(path), documents, test_set, index)
    outputs = [(system, run, path) for system in entry.systems for run, path in runs(system.paths)]
    aligned = progress(outputs, f"Aligning {entry.name}")
    test_set = test_set.with_systems([_system(*output, test_set, experiment, notes) for output in aligned])
    notes += [Note("input", note, entry.name) for note in own_references(test_set)]
    return test_set


def _system(
    entry: SystemInput, run: int | None, path: Path, test_set: TestSet, experiment: Experiment, notes: list[Note]
) -> SystemOutput:
    text = pair_documents(read(path, experiment.input_format), test_set)
    notes += [Note("input", note, test_set.name) for note in text.notes]
    with noted(notes, test_set.name):
        system = align_system(entry.name, text.documents, test_set)
    system = replace(system, run=run, human=entry.human, optimised_with=entry.optimised_with)
    covered, _ = test_set.with_systems([system]).coverage(system.key)
    if covered < _SMALL_COVERAGE:
        other = "reference" if test_set.reference_sets else "source"
        little = f"{path}: only {covered:.0%} of the {other} is answered; is it the same text?"
        notes.append(Note("warning", little, test_set.name))
    return system


def translated(test_set: TestSet, entry: TestSetInput, manifest: Manifest, notes: list[Note]) -> TestSet:
    """The test set with the outputs of its models, those that a data set has first, the others as they are named."""
    outputs = list(test_set.systems)
    for system in entry.systems:
        if system.model is not None:
            if all(segment.source is None for segment in test_set.segments):
                raise ConfigError(f"test set {entry.name!r} has a model among its systems and no source to translate")
            with manifest.step(f"translate {test_set.name}: {system.name}") as record:
                output, usage = translate_segments(test_set, system.name, system.model)
                record.update(usage)
            outputs.append(replace(output, human=system.human, optimised_with=system.optimised_with))
            if output.reasons:
                notes.append(Note("input", without_translation(output), test_set.name))
    order = {system.name: place for place, system in enumerate(entry.systems)}
    return test_set.with_systems(sorted(outputs, key=lambda system: order.get(system.name, -1)))


@contextmanager
def noted(notes: list[Note], test_set: str, kind: Literal["input", "warning"] = "input") -> Iterator[None]:
    """Makes notes of the warnings about data; other warnings go on as they are."""
    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DataWarning)
            yield
    finally:
        for warning in caught:
            if issubclass(warning.category, DataWarning):
                notes.append(Note(kind, str(warning.message), test_set))
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def progress(items: Sequence[T], label: str) -> Iterable[T]:
    """The items with a progress bar on stderr, where that is a terminal and they take over a second."""
    from tqdm import tqdm

    bar: Iterable[T] = tqdm(items, desc=label, delay=1, disable=None, leave=False)
    return bar
