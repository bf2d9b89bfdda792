"""LaTeX that any text may stand in, and tables as the package booktabs sets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from anyascii import anyascii

from mtqe.report.marks import visible

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "−": "$-$",
    "≤": r"$\leq$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "†": r"$\dagger$",
    "–": "--",
} | {c: "\\" + c for c in "&%$#_{}"}
#: ASCII and the letters of Latin-1, which every engine sets in its default font.
_PLAIN = r"\x20-\x7eÀ-ÏÑ-ÖØ-Ýß-ïñ-öø-ýÿ"
_OTHER = re.compile(rf"[^{_PLAIN}{''.join(_SPECIAL.keys() - set(map(chr, range(128))))}]+")
#: Lines of a table that a page has room for, beside a long caption.
_ROWS = 36
#: Characters that LaTeX joins with a neighbour of their kind: `--`, `''`, '``'.
_JOINED = re.compile(r"(?<=[-'`,])(?=[-'`,])")

PREAMBLE = r"""% In the preamble: \usepackage{booktabs,graphicx}. For names in other scripts compile with
% LuaLaTeX or XeLaTeX and a font that has them; other engines get them in Latin letters.
\providecommand{\mtqeother}[2]{\ifdefined\Uchar#1\else#2\fi}
"""


def escape(text: object) -> str:
    """A text as literal LaTeX on one line; letters of other scripts come with a Latin spelling beside them."""
    line = " ".join(visible(text).split())
    at, found = 0, []
    for other in _OTHER.finditer(line):
        latin = _ascii(anyascii(other.group()) or "?")
        found += [_ascii(line[at : other.start()]), rf"\mtqeother{{{other.group()}}}{{{latin}}}"]
        at = other.end()
    return "".join([*found, _ascii(line[at:])])


def _ascii(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in _JOINED.sub("\0", text)).replace("\0", "{}")


def code(text: object) -> str:
    """A text in typewriter letters that may be broken after marks, and within long words."""
    pieces = re.findall(r"[^|:,/]{1,24}[|:,/]?|[|:,/]", " ".join(visible(text).split()))
    return r"\texttt{" + r"\allowbreak{}".join(map(escape, pieces)) + "}"


def tabular(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    rules: Iterable[int] = (),
    strong: Iterable[tuple[int, int]] = (),
) -> str:
    """A table of texts, numbers aligned right, with a rule above the rows `rules` and the cells `strong` in bold."""
    bold = set(strong)
    sides = "".join("r" if _numeric([row[i] for row in rows]) else "l" for i in range(len(heads)))
    lines = [_row(map(escape, heads)), r"\midrule"]
    for i, row in enumerate(rows):
        cells = [rf"\textbf{{{escape(cell)}}}" if (i, j) in bold else escape(cell) for j, cell in enumerate(row)]
        lines += [r"\midrule"] * (i in set(rules)) + [_row(cells)]
    return "\n".join([rf"\begin{{tabular}}{{{sides}}}", r"\toprule", *lines, r"\bottomrule", r"\end{tabular}"])


def _numeric(cells: Sequence[str]) -> bool:
    return all(re.match(r"[-+−≤\[ ]*\d|–?$", cell) for cell in cells)


def _row(cells: Iterable[str]) -> str:
    line = " & ".join(cells)
    guard = "{}" if line[:1] in ("[", "*") else ""  # else the line end above would take it for its argument
    return rf"{guard}{line} \\"


def table(tabular: str, caption: str, label: str) -> str:
    """What `tabular` made as floating tables no wider than the text, and short enough for a page.

    The caption is LaTeX already, the label plain ASCII.
    """
    begin, top, heads, rule, *rows, bottom, end = tabular.split("\n")
    pages = [rows[i : i + _ROWS] for i in range(0, len(rows), _ROWS)] or [[]]
    tables = []
    for number, page in enumerate(pages, 1):
        page = page[1:] if page[:1] == [r"\midrule"] else page
        said = caption if number == 1 else rf"Table~\ref{{tab:{label}}}, continued."
        own = label if number == 1 else f"{label}-{number}"
        tables.append(_floating("\n".join([begin, top, heads, rule, *page, bottom, end]), said, own))
    return "".join(tables)


def _floating(tabular: str, caption: str, label: str) -> str:
    width = r"\ifdim\width>\linewidth\linewidth\else\width\fi"
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{caption}}}",
            rf"\label{{tab:{label}}}",
            r"\medskip",
            rf"\resizebox{{{width}}}{{!}}{{%",
            tabular + "}",
            r"\end{table}",
            "",
        ]
    )
