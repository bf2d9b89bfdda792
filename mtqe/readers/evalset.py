"""EvalSet directories of mt-metrics-eval: everything about the language pairs of one test set.

    sources/uk-en.txt
    references/uk-en.refA.txt            one file a reference
    system-outputs/uk-en/SYSTEM.txt      a system that is named as a reference is a human output
    documents/uk-en.docs                 domain, tab, document for each line
    human-scores/uk-en.NAME.seg.score    system, tab, score for each line of each system, `None` where it is not rated

Lines are segments, and agree between files. Human scores stand in the metadata of systems (`human_scores`); higher is
better. Scores of systems and documents (`.sys.score`, `.doc.score`) are not read, which a note says: those of mtqe are
means of the segments'.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.readers._documents import in_documents
from mtqe.readers._parallel import parallel_set
from mtqe.readers._writing import check_plain, lines_of, lost
from mtqe.store import write_atomic
from mtqe.text import bare, read_lines

#: What the paths end with that this format is written to.
ENDING = ""
_SCORES = ".seg.score"
_OTHER_SCORES = (".sys.score", ".doc.score")
_REFERENCE = re.compile(r"ref(?!erence)[\w-]*")


def accepts(path: Path) -> bool:
    """A directory with folders `sources` and `references`, and a source named after a language pair."""
    return (path / "references").is_dir() and bool(_pairs(path))


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads one language pair.

    Raises InputError when it is not there, when files have different numbers of lines, or scores do not fit.
    """
    if languages not in (pairs := _pairs(path)):
        raise InputError(f"has no {languages}", path=path, hint=f"-l is one of {', '.join(sorted(pairs))}")
    references = _named(path / "references", f"{languages}.")
    if not references:
        raise InputError(f"has no reference {languages}.NAME.txt", path=path / "references")
    systems = _named(path / "system-outputs" / languages, "")
    test_set = parallel_set(name, languages, pairs[languages], references, systems, references)
    if others := [
        file.name for file in sorted((path / "system-outputs" / languages).glob("[!.]*")) if not _is_text(file)
    ]:
        said = f"{path}: outputs whose names do not end with .txt are left out ({', '.join(others[:5])})"
        test_set = replace(test_set, notes=(*test_set.notes, said))
    docs = path / "documents" / f"{languages}.docs"
    if docs.exists():
        test_set = in_documents(test_set, docs)
    return _rated(test_set, path / "human-scores", languages)


def write(test_set: TestSet, path: Path) -> list[str]:
    """Writes one language pair; returns what the format has no place for.

    References keep names such as refA, or else are named refA, refB, ... Raises InputError for text that it cannot
    hold, for systems whose names cannot be files or say that they are a reference, and where the directory has other
    files of this pair.
    """
    check_plain(test_set)
    pair, segments = test_set.languages, test_set.segments
    if test_set.source_language is None or not test_set.reference_sets:
        raise InputError("an EvalSet has a source and a reference", path=path, hint="write .tsv or .jsonl")
    references = list(test_set.reference_names)
    if not references or not all(map(_REFERENCE.fullmatch, references)):
        references = [f"ref{chr(ord('A') + i) if i < 26 else i + 1}" for i in range(test_set.reference_sets)]
    files = {path / "sources" / f"{pair}.txt": [s.source for s in segments]}
    for i, reference in enumerate(references):
        files[path / "references" / f"{pair}.{reference}.txt"] = [s.references[i] for s in segments]
    notes = lost(test_set, human=False)
    for system in test_set.systems:
        key = system.key
        if key != Path(key).name or key.startswith(".") or "\0" in key or (key in references and not system.human):
            raise InputError(f"system {key!r} cannot have a file of that name in an EvalSet", hint="rename it")
        if system.human and key not in references:
            notes.append(f"not written: that {key!r} is human; an EvalSet says so of {', '.join(references)} alone")
        files[path / "system-outputs" / pair / f"{key}.txt"] = list(system.texts)
    if [s.id for s in segments] != [f"{s.document}:{i}" for i, s in enumerate(segments, 1)]:
        notes.append("not written: ids of segments, which are their lines' numbers")
    files[path / "documents" / f"{pair}.docs"] = [
        f"{test_set.domains.get(s.document, '')}\t{s.document}" for s in segments
    ]
    files |= _scores_of(test_set, path / "human-scores")
    if older := [file for file in _files_of(path, pair) if file not in files]:
        hint = "write into another directory"
        raise InputError(f"is there already and no part of {test_set.name!r}", path=older[0], hint=hint)
    for file, data in [(file, lines_of(texts, file)) for file, texts in files.items()]:
        write_atomic(file, data)
    return notes


def _files_of(path: Path, pair: str) -> list[Path]:
    """The files of a language pair that are there."""
    return [*path.glob(f"*/{pair}.*"), *path.glob(f"system-outputs/{pair}/*")]


def _pairs(path: Path) -> dict[str, Path]:
    """The source of each language pair."""
    return {pair: file for pair, file in _named(path / "sources", "").items() if "-" in pair and "." not in pair}


def _named(directory: Path, prefix: str) -> dict[str, Path]:
    """The text files of a directory by what stands between `prefix` and the ending, in the order of names."""
    files = [f for f in directory.glob("*") if f.name.startswith(prefix) and _is_text(f)]
    found: dict[str, Path] = {}
    for file in sorted(files):
        if (first := found.setdefault(bare(file).stem[len(prefix) :], file)) != file:
            raise InputError(f"is the same as {first}", path=file, hint="keep one of the two")
    return found


def _is_text(file: Path) -> bool:
    return bare(file).suffix == ".txt"


def _rated(test_set: TestSet, directory: Path, languages: str) -> TestSet:
    """With the human scores of each system."""
    notes = list(test_set.notes)
    found: dict[str, dict[str, list[float | None]]] = {system.name: {} for system in test_set.systems}
    files = [file for file in sorted(directory.glob("*")) if file.name.startswith(f"{languages}.")]
    if unread := [file.name for file in files if bare(file).name.endswith(_OTHER_SCORES)]:
        said = f"scores of systems and documents are not read ({', '.join(unread[:5])})"
        notes.append(f"{directory}: {said}; those of mtqe are means of the segments'")
    for file in (file for file in files if bare(file).name.endswith(_SCORES)):
        rating = bare(file).name[len(languages) + 1 :].removesuffix(_SCORES)
        for system, scores in _read_scores(file, len(test_set.segments)).items():
            if system in found:
                found[system][rating] = scores
            else:
                notes.append(f"{file}: the scores of {system!r} are left out; it has no output")
    rated = [replace(s, metadata={"human_scores": found[s.name]} if found[s.name] else {}) for s in test_set.systems]
    return replace(test_set, systems=tuple(rated), notes=tuple(notes))


def _read_scores(path: Path, size: int) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for number, line in enumerate(read_lines(path).lines, 1):
        system, tab, text = line.partition("\t")
        try:
            score = None if text == "None" else float(text)
        except ValueError:
            score = math.nan
        if not tab or not system or "_" in text or (score is not None and not math.isfinite(score)):
            hint = "None says that there is none"
            raise InputError("is no system, tab and score", path=path, line=number, hint=hint)
        found.setdefault(system, []).append(score)
    for system, scores in found.items():
        if len(scores) != size:
            raise InputError(f"has {len(scores)} scores of {system!r} for {size} segments", path=path)
    return found


def _scores_of(test_set: TestSet, directory: Path) -> dict[Path, list[str | None]]:
    files: dict[Path, list[str | None]] = {}
    for system in test_set.systems:
        ratings: Mapping[str, Sequence[float | None]] = system.metadata.get("human_scores", {})
        for rating, scores in ratings.items():
            if rating != Path(rating).name:
                raise ConfigError(f"human scores {rating!r} cannot be a file of that name")
            lines = files.setdefault(directory / f"{test_set.languages}.{rating}{_SCORES}", [])
            lines += [f"{system.key}\t{str(score).removesuffix('.0')}" for score in scores]
    return files
