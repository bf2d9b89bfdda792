"""Long folds of the page stay text until they are opened, so that a page on many systems opens at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

#: Characters of markup from which on a fold is long.
LONG = 3000
_TAG = re.compile(r"<(details|noscript)\b[^>]*>|</(details|noscript|summary)>")


def folded(body: Markup) -> Markup:
    """Markup with the contents of its long closed folds in `<noscript>`, out of which `page.js` takes them."""
    pieces, last = [], 0
    for start, end in _closed(body):
        if end - start > LONG:
            pieces += [body[last:start], Markup('<noscript class="fold">'), body[start:end], Markup("</noscript>")]
            last = end
    return Markup("").join([*pieces, body[last:]])


def _closed(body: str) -> Iterator[tuple[int, int]]:
    """Where closed `<details>` have what follows their summary: the outermost only, and none in `<noscript>`."""
    depth, start = 0, 0
    skipped = False
    for tag in _TAG.finditer(body):
        opened, closed = tag.groups()
        if "noscript" in (opened, closed):
            skipped = opened is not None
        elif skipped:
            continue
        elif opened and (depth or not tag[0].endswith(" open>")):
            depth += 1
            start = start if depth > 1 else 0
        elif closed == "summary" and depth == 1 and not start:
            start = tag.end()
        elif closed == "details" and depth:
            depth -= 1
            if not depth:
                yield start, tag.start()
