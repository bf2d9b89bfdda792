"""Markdown that any text may stand in: escaped, on one line, with nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mtqe.report.marks import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$]|^[-+#=]|(?<=^\d)[.)](?=\s|$))")


def escape(text: object) -> str:
    """A text as literal Markdown on one line, safe inside a table cell and for template engines that read `{{`."""
    line = re.sub(r"\s+", " ", visible(text)).strip()
    return _SPECIAL.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def emphasised(before: str, inside: str, after: str) -> str:
    """A passage in bold between what stands around it; an insertion point where it is empty."""
    left, right = " " * before[-1:].isspace(), " " * after[:1].isspace()  # escape drops the white space at its edges
    return f"{escape(before)}{left}**{escape(inside) or '‸'}**{right}{escape(after)}"


def code(text: object) -> str:
    """A text as inline code, with a fence longer than any run of backticks in it; not for table cells (`|`)."""
    line = re.sub(r"\s+", " ", visible(text)).strip()
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table of cells that are Markdown already; the first `left` columns are aligned left, the others right."""
    rule = [":--" if i < left else "--:" for i in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def blocks(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)
