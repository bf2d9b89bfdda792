"""Translation memories (TMX 1.4): source and reference of each unit in the two languages asked for.

Several variants in the target language are several references. Codes within a text (bpt, ept, it, ph, ut) are markup
and left out. A unit without one of the languages has no source or no reference.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mtqe.corpus import Document, Segment, TestSet
from mtqe.errors import InputError
from mtqe.readers import split_languages
from mtqe.readers._xml import has_root, ids_of, is_in, parse, tag_of, text_of
from mtqe.text import bare

_CODES = frozenset({"bpt", "ept", "it", "ph", "ut"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def accepts(path: Path) -> bool:
    return has_root(path, "tmx")


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads all units as one document; its ids are those of the units, or their numbers where they are not unique.

    Raises InputError where no unit has the target language, or one has two sources.
    """
    source_language, target_language = split_languages(languages)
    document = bare(path).stem
    found: list[tuple[str | None, list[str]]] = []
    units = list(parse(path).iter("{*}tu"))
    seen = set()
    for unit in units:
        variants = [(_language(v), v) for v in unit.iterchildren("{*}tuv")]
        seen |= {language for language, _ in variants}
        targets = [_text(v, path) for language, v in variants if is_in(language, target_language)]
        sources = [_text(v, path) for language, v in variants if source_language and is_in(language, source_language)]
        if len(sources) > 1 or len(sources) + len(targets) > len(variants):
            said = f"a unit has {len(sources)} variants in {source_language}, and {len(targets)} in {target_language}"
            raise InputError(said, path=path, line=unit.sourceline, hint="keep one source a unit, in its own language")
        found.append((sources[0] if sources else None, targets))
    if not any(targets for _, targets in found):
        said = f"has no text in {target_language}, but in {', '.join(sorted(seen)) or 'no language'}"
        raise InputError(said, path=path, hint="-l names the languages, such as uk-en")
    width = max(len(targets) for _, targets in found)
    ids = ids_of([unit.get("tuid") for unit in units])
    segments = tuple(
        Segment(f"{document}:{number}", source, (*targets, *[None] * (width - len(targets))), document)
        for number, (source, targets) in zip(ids, found, strict=True)
    )
    return TestSet(name, source_language, target_language, (Document(document, segments),))


def _language(variant: Any) -> str:
    return variant.get(_LANGUAGE) or variant.get("lang") or ""


def _text(variant: Any, path: Path) -> str:
    texts = [text_of(child, path, _CODES) for child in variant if tag_of(child) == "seg"]
    if len(texts) != 1:
        raise InputError(f"a variant has {len(texts)} seg", path=path, line=variant.sourceline)
    return texts[0]
