"""XML of WMT (from 2021 on): documents with a source, references by their translators, and outputs by their systems.

Segments are paired by their ids within a document; one that a translator or system lacks is missing. Documents of test
suites are left out and counted, as sacreBLEU leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import InputError
from mtqe.readers import split_languages
from mtqe.readers._xml import has_root, is_in, parse, text_of

_Texts = Mapping[str, str]


def accepts(path: Path) -> bool:
    return has_root(path, "dataset")


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads one language pair; metadata of a document are its `domain` and `origlang`.

    Raises InputError with the line of what cannot be used: another language, an id that repeats or has no source.
    """
    source_language, target_language = split_languages(languages)
    root = parse(path)
    elements = [doc for doc in root.iter("doc") if "testsuite" not in doc.attrib]
    suites = sum("testsuite" in doc.attrib for doc in root.iter("doc"))
    notes = [f"{path}: {suites} documents of test suites were left out"] if suites else []
    if not elements:
        raise InputError("has no document", path=path)
    _refuse_other(root, "src", source_language, path)
    _refuse_other(root, "ref", target_language, path)
    translators = list(dict.fromkeys(_who(ref, path) for doc in elements for ref in doc.findall("ref")))
    systems = list(dict.fromkeys(_who(hyp, path) for doc in elements for hyp in doc.findall("hyp")))
    documents: list[Document] = []
    outputs: dict[str, list[str | None]] = {system: [] for system in systems}
    for element in elements:
        sources = _one(element, "src", path) if source_language else {}
        references = _by_name(element, "ref", path)
        hypotheses = _by_name(element, "hyp", path)
        frame = dict.fromkeys(sources or next(iter(references.values()), {}))
        for texts in (*references.values(), *hypotheses.values()):
            if lost := [number for number in texts if number not in frame]:
                raise InputError(f"segment {lost[0]!r} has no source", path=path, line=element.sourceline)
        document = element.get("id") or f"{path.stem}.{len(documents) + 1}"
        segments = [
            Segment(
                f"{document}:{number}",
                sources.get(number),
                tuple(references.get(translator, {}).get(number) for translator in translators),
                document,
            )
            for number in frame
        ]
        metadata = {key: value for key in ("domain", "origlang") if (value := element.get(key))}
        documents.append(Document(document, tuple(segments), metadata))
        for system, output in outputs.items():
            output += [hypotheses.get(system, {}).get(number) for number in frame]
    humans = {*translators, *(f"ref{translator}" for translator in translators)}
    made = [SystemOutput(system, tuple(texts), human=system in humans) for system, texts in outputs.items()]
    return TestSet(
        name,
        source_language,
        target_language,
        tuple(documents),
        tuple(made),
        tuple(notes),
        reference_names=tuple(translators),
    )


def _refuse_other(root: Any, tag: str, wanted: str | None, path: Path) -> None:
    for element in root.iter(tag):
        if wanted and not is_in(element.get("lang"), wanted):
            said = f"{tag} is in {element.get('lang')!r}, not {wanted!r}"
            raise InputError(said, path=path, line=element.sourceline, hint="-l names the languages, such as uk-en")


def _who(element: Any, path: Path) -> str:
    """Who wrote a translation; a reference may be without a name."""
    name = element.get("system" if element.tag == "hyp" else "translator")
    if not name and element.tag == "hyp":
        raise InputError("a hyp has no system", path=path, line=element.sourceline)
    return name or ""


def _by_name(element: Any, tag: str, path: Path) -> dict[str, _Texts]:
    found: dict[str, _Texts] = {}
    for child in element.findall(tag):
        if (name := _who(child, path)) in found:
            raise InputError(f"has two {tag} of {name!r}", path=path, line=child.sourceline)
        found[name] = _segments(child, path)
    return found


def _one(element: Any, tag: str, path: Path) -> _Texts:
    children = element.findall(tag)
    if len(children) != 1:
        raise InputError(f"a document has {len(children)} {tag}", path=path, line=element.sourceline)
    return _segments(children[0], path)


def _segments(element: Any, path: Path) -> _Texts:
    found: dict[str, str] = {}
    for segment in element.iter("seg"):
        number = segment.get("id")
        if number is None or number in found:
            said = "has no id" if number is None else f"has the id {number!r} of another"
            raise InputError(f"a segment {said}", path=path, line=segment.sourceline)
        found[number] = text_of(segment, path)
    return found
