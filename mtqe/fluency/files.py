"""Fluency of files: every line of every system with its place, its score and its marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from mtqe.fluency.models import HumanText
from mtqe.fluency.scoring import FluencyResult, score_fluency
from mtqe.languages import language_of
from mtqe.readers import Translations, name_systems, read, split_languages


@dataclass(frozen=True)
class Place:
    """Where a line stands: `line` counts from 1 in the file `path`."""

    document: str
    path: str
    line: int


@dataclass(frozen=True)
class SystemFluency:
    """The output of a system: a place and a text for each entry of `result`."""

    system: str
    places: tuple[Place, ...]
    texts: tuple[str, ...]
    result: FluencyResult


def fluency_of_files(
    translations: Translations,
    *,
    languages: str,
    lm: str = "auto",
    lm_text: Sequence[str | Path] = (),
    probe: str | None = None,
    input_format: str | None = None,
) -> tuple[list[SystemFluency], list[str]]:
    """Scores the lines of files, or of directories with one file a document; also returns what the readers noted.

    `languages` is `uk-en`, or `en`: the last is that of the texts. The files of `lm_text` hold human text in it, a
    document each, for n-grams and, where there is enough of it, for percentiles. What stands in a document of the same
    id as a text's, or is much like the text, is not used for it. A system with several runs has the lines of one run
    after those of the other. Blank lines have no score. Raises what `score_fluency` raises, InputError for a file that
    cannot be read.
    """
    language = language_of(split_languages(languages)[1])
    human = [read(path, input_format) for path in lm_text]
    notes = [note for text in human for note in text.notes]
    names: list[str] = []
    places: list[Place] = []
    texts: list[str] = []
    for system, paths in name_systems(translations).items():
        outputs = [read(path, input_format) for path in paths]
        notes += [note for text in outputs for note in text.notes]
        for document in (document for text in outputs for document in text.documents):
            names += [system] * len(document.lines)
            places += [Place(document.id, document.path, number) for number, _ in enumerate(document.lines, 1)]
            texts += document.lines
    scored = {place.document for place in places}
    lines = [
        # alone where it stands in no document that is scored, so that it never has to be left out with others
        (line, document.id if document.id in scored else f"{document.path}:{number}")
        for text in human
        for document in text.documents
        for number, line in enumerate(document.lines, 1)
        if line.strip()
    ]
    given = HumanText([line for line, _ in lines], [document for _, document in lines])
    result = score_fluency(
        texts,
        language=language,
        lm=lm,
        lm_text=given.lines,
        lm_documents=given.documents,
        documents=[place.document for place in places],
        probe=probe,
        percentiles=given.is_enough(),
    )
    found = []
    end = 0
    for system, group in groupby(names):
        start, end = end, end + len(list(group))
        part = slice(start, end)
        found.append(SystemFluency(system, tuple(places[part]), tuple(texts[part]), result.part(part)))
    return found, notes
