"""XML that may come from anybody: no entities, no network, no DTD, nothing huge."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from mtqe.errors import InputError
from mtqe.languages import language_of
from mtqe.text import bare, read_bytes

_ENDINGS = frozenset({".xml", ".tmx", ".xlf", ".xliff"})
_LEFT_OUT = re.compile(rb"<!--.*?-->", re.DOTALL)
_TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def has_root(path: Path, tag: str) -> bool:
    """Whether a file with an ending of XML begins with this element."""
    if bare(path).suffix.lower() not in _ENDINGS or not path.is_file():
        return False
    start = _LEFT_OUT.sub(b"", read_bytes(path, 2**16).replace(b"\0", b""))
    found = _TAG.search(start)
    return found is not None and found[1].decode() == tag


def parse(path: Path) -> Any:
    """The root element of a file. Raises InputError with the line for what is no XML or declares entities."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    data = read_bytes(path)
    if not data:
        raise InputError("the file is empty", path=path)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"is no well-formed XML ({error.msg})", path=path, line=error.lineno) from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise InputError("declares entities, which are not read", path=path, hint="write their text instead")
    return root


def tag_of(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Any, path: Path, codes: Container[str] = ()) -> str:
    """The text in an element, without that in elements named in `codes`, which is markup."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            said = f"has an entity, {child.text}, that is declared elsewhere"
            raise InputError(said, path=path, line=child.sourceline, hint="write its text instead")
        parts += ["" if tag_of(child) in codes else text_of(child, path, codes), child.tail or ""]
    return "".join(parts)


def ids_of(given: Sequence[str | None]) -> list[str]:
    """The ids that elements have, or the number of one that has none; numbers for all where ids are not unique."""
    numbers = [str(number) for number in range(1, len(given) + 1)]
    named = [name or number for name, number in zip(given, numbers, strict=True)]
    return named if len(set(named)) == len(named) else numbers


def is_in(found: str | None, wanted: str) -> bool:
    """Whether a language code of a file is the one asked for, `en-US` where `en` or `en_US` is, for example."""
    one, other = (found or "").replace("-", "_").lower(), wanted.replace("-", "_").lower()
    return one == other or (language_of(one) == language_of(other) and not ("_" in one and "_" in other))
