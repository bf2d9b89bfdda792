"""Articles on web pages: the title, headings, paragraphs, items, quotations and captions, a line each with its kind.

What is the article and what stands around it, trafilatura decides; it leaves out a paragraph that stands there twice.
Captions are those of figures between the beginning and the end of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtqe.errors import InputError, UnavailableError
from mtqe.readers import Text, TextDocument
from mtqe.text import bare, decode, read_bytes

_KINDS = {"head": "heading", "p": "paragraph", "item": "item", "quote": "quotation", "cell": "cell"}
#: Kinds that paragraphs in them have, too.
_LASTING = ("item", "quotation", "cell")
#: Elements of a page that hold blocks of an article.
_HOLDERS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "blockquote", "td", "th", "figcaption")
_BLANKS = re.compile(r"\s+")
_Block = tuple[str, str]


def accepts(path: Path) -> bool:
    return bare(path).suffix.lower() in (".html", ".htm", ".xhtml") and path.is_file()


def read(path: Path) -> Text:
    """Reads one page as one document.

    Raises InputError where there is no article, UnavailableError where trafilatura is missing.
    """
    try:
        import trafilatura
    except ImportError:
        said = f"{path}: a web page needs trafilatura and lxml_html_clean: pip install 'mtqe[web]'"
        raise UnavailableError(said) from None
    page, notes = decode(read_bytes(path), path)
    found: Any = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
    article = [] if found is None or found.body is None else _titled(list(_blocks(found.body)), found.title)
    if not article:
        raise InputError("has no article that could be found", path=path, hint="save its text as .txt")
    blocks = _with_captions(article, page)
    lines, kinds = tuple(text for text, _ in blocks), tuple(kind for _, kind in blocks)
    return Text((TextDocument(bare(path).stem, str(path), lines, kinds),), tuple(notes))


def _blocks(element: Any, kind: str = "paragraph") -> Iterator[_Block]:
    """The texts in an element of what trafilatura returns, with their kinds; a heading of level 1 is a title."""
    text = element.text or ""
    for child in element:
        if any(inner.tag in _KINDS for inner in child.iter("*")):
            yield from _block(text, kind)
            own = "title" if child.get("rend") == "h1" else _KINDS.get(child.tag, kind)
            yield from _blocks(child, kind if kind in _LASTING and own == "paragraph" else own)
            text = ""
        else:
            text += " " if child.tag == "lb" else "".join(child.itertext())
        text += child.tail or ""
    yield from _block(text, kind)


def _block(text: str, kind: str) -> list[_Block]:
    return [(_plain(text), kind)] if _plain(text) else []


def _titled(blocks: list[_Block], title: str | None) -> list[_Block]:
    """With one title: that of the page, or the first heading of level 1, which stands in the article."""
    known = _plain(title or "")
    at = next((i for i, (text, kind) in enumerate(blocks) if text == known or kind == "title"), None)
    rest = [(text, "heading" if kind == "title" else kind) for text, kind in blocks]
    if at is not None:
        return [*rest[:at], (rest[at][0], "title"), *rest[at + 1 :]]
    return [(known, "title"), *rest] if known and rest else rest


def _with_captions(blocks: list[_Block], page: str) -> list[_Block]:
    """With the captions of the article, each before the first block that follows it on the page."""
    from lxml import html

    root = html.fromstring(page.encode(), parser=html.HTMLParser(no_network=True, encoding="utf-8"))
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    texts = {text for text, _ in blocks}
    places: dict[str, int] = {}
    captions: list[tuple[int, str]] = []
    for i, element in enumerate(root.iter(*_HOLDERS)):
        text = _plain(element.text_content())
        if text in texts:
            places.setdefault(text, i)
        elif element.tag == "figcaption" and text:
            captions.append((i, text))
    end = max(places.values(), default=0)
    for i, text in captions:
        if min(places.values(), default=0) < i < end and (text, "caption") not in blocks:
            at = next(n for n, (other, _) in enumerate(blocks) if places.get(other, -1) > i)
            blocks.insert(at, (text, "caption"))
    return blocks


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
