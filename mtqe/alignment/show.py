"""Aligned files as people and programs read them: side by side in a terminal, as JSON lines, as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from itertools import groupby, zip_longest
from pathlib import Path

import regex
from wcwidth import ljust, wrap

from mtqe.alignment.encoders import LineEncoder
from mtqe.alignment.lines import align
from mtqe.alignment.words import align_words
from mtqe.errors import ConfigError, InputError
from mtqe.readers import Text, read

#: Translations have most of their text in links of such scores; with other texts, or their sources, hardly any is.
_SURE, _MOST = 0.35, 0.5
#: In a narrower terminal the columns would be too narrow to read.
_LEAST_WIDTH = 40
#: Between the columns there is a score, such as 0.75, or `moved`.
_MIDDLE = 5
#: What would move the cursor or reorder a row.
_HIDDEN = regex.compile(r"(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]")
_BOLD, _DIM, _YELLOW, _GREEN = "1", "2", "33", "32"
_FREE = ("boilerplate", "caption")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


@dataclass(frozen=True, slots=True)
class Row:
    """A link (`mtqe.alignment.Link`) with its lines as they are stored.

    `hyp` and `ref` are line numbers, counted from 1, in the files `hyp_path` and `ref_path`; a path is None where that
    side lacks the document. Where there is no reference, `ref` is the source.
    """

    document: str
    hyp_path: str | None
    hyp: tuple[int, ...]
    ref_path: str | None
    ref: tuple[int, ...]
    kind: str
    score: float
    evidence: tuple[str, ...]
    hyp_text: tuple[str, ...]
    ref_text: tuple[str, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class _Side:
    """All lines of a path, with the document of each and its number there, and the files of the documents."""

    path: str | Path
    lines: list[str]
    documents: list[str]
    numbers: list[int]
    files: dict[str, str]


def align_files(
    hyp: str | Path,
    ref: str | Path | None,
    *,
    source: str | Path | None = None,
    input_format: str | None = None,
    encoder: str | Path | LineEncoder | None = None,
    reorder: bool = False,
) -> tuple[list[Row], list[str]]:
    """Aligns two files, or directories with one file a document; also returns notes on what may be wrong with them.

    Every line of both stands in exactly one row. Links stay inside a document: the one of each side where neither has
    more, else those of the same id. The parameters are those of `mtqe.align`; `input_format` names a reader.

    Raises InputError where a path cannot be read or the two have no document in common, and what `mtqe.align` raises.
    """
    other = source if ref is None else ref
    if other is None:
        raise ConfigError("align needs a reference or a source")
    texts = [read(path, input_format) for path in (hyp, other)]
    same = texts[1].documents[0].id if all(len(text.documents) == 1 for text in texts) else None
    ours, theirs = _side(hyp, texts[0], same), _side(other, texts[1], same)
    notes = [note for text in texts for note in text.notes]
    notes += _strangers(ours, theirs)
    alignment = align(
        ours.lines,
        None if ref is None else theirs.lines,
        source=theirs.lines if ref is None else None,
        hyp_documents=ours.documents,
        ref_documents=theirs.documents,
        encoder=encoder,
        reorder=reorder,
    )
    rows = []
    for link in alignment.links:
        document = ours.documents[link.hyp[0]] if link.hyp else theirs.documents[link.ref[0]]
        rows.append(
            Row(
                document,
                ours.files.get(document),
                tuple(ours.numbers[i] for i in link.hyp),
                theirs.files.get(document),
                tuple(theirs.numbers[j] for j in link.ref),
                link.kind,
                link.score,
                link.evidence,
                tuple(alignment.hyp[i] for i in link.hyp),
                tuple(alignment.ref[j] for j in link.ref),
                alignment.signature,
            )
        )
    if ref is None and encoder is None:
        notes.append(
            f"{other}: linked by lengths, numbers, names and punctuation alone, so scores are 0.5 at most; "
            "an encoder that knows both languages tells more (--encoder)"
        )
    return rows, notes + _doubts(rows, ours, theirs)


def _side(path: str | Path, text: Text, document: str | None) -> _Side:
    """The lines of a text; `document` is the id of its only document, where it does not matter what that is called."""
    side = _Side(path, [], [], [], {})
    for given in text.documents:
        name = document or given.id
        side.files[name] = given.path
        side.lines.extend(given.lines)
        side.documents.extend([name] * len(given.lines))
        side.numbers.extend(range(1, len(given.lines) + 1))
    return side


def _strangers(hyp: _Side, ref: _Side) -> list[str]:
    """Notes on documents that one side lacks."""
    if not hyp.files.keys() & ref.files.keys():
        raise InputError(
            f"has no document of {ref.path} ({_some(hyp.files)}; there: {_some(ref.files)})",
            path=hyp.path,
            hint="files of one document have one name",
        )
    return [
        f"{one.path}: {two.path} lacks {len(alone)} of its documents ({_some(alone)})"
        for one, two in ((hyp, ref), (ref, hyp))
        if (alone := [name for name in one.files if name not in two.files])
    ]


def _doubts(rows: Iterable[Row], hyp: _Side, ref: _Side) -> list[str]:
    """A note on the documents of both sides of which little is linked."""
    doubtful = [
        name
        for name, document in groupby(rows, key=lambda row: row.document)
        if name in hyp.files and name in ref.files and max(coverage(document, _SURE)) < _MOST
    ]
    where = f" in {len(doubtful)} of {len(hyp.files)} documents ({_some(doubtful)})" if len(hyp.files) > 1 else ""
    little = f"little of it is linked to {ref.path}{where}: less than half, counting scores from {_SURE}"
    return [f"{hyp.path}: {little}; is it the same text?"] if doubtful else []


def _some(names: Collection[str]) -> str:
    return ", ".join(list(names)[:5]) + (", ..." if len(names) > 5 else "")


def coverage(rows: Iterable[Row], least_score: float = 0.0) -> tuple[float, float]:
    """The share of the characters of each side that are in links of at least that score; 0 for a side without text."""
    linked, total = [0, 0], [0, 0]
    for row in rows:
        for side, lines in enumerate((row.hyp_text, row.ref_text)):
            size = sum(len(line.strip()) for line in lines)
            total[side] += size
            linked[side] += size if row.hyp and row.ref and row.score >= least_score else 0
    one, two = (part / max(1, whole) for part, whole in zip(linked, total, strict=True))
    return one, two


def _percent(share: float) -> str:
    """Rounded down: 100% is all."""
    return f"{int(100 * share)}%"


def json_lines(rows: Iterable[Row]) -> str:
    """A JSON object a row."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


def table(rows: Iterable[Row]) -> str:
    r"""A line of cells a row, after a line with their names; tabs separate them, and nothing is quoted.

    A cell with several numbers has spaces between them, one with several texts `\n`. In texts a tab, a carriage return
    and a backslash are `\t`, `\r` and `\\`, and a backslash stands before a first character that programs take for the
    beginning of a quotation or formula.
    """
    lines = [[field.name for field in fields(Row)], *([_table_cell(value) for value in astuple(row)] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _table_cell(value: object) -> str:
    if isinstance(value, tuple):
        numbers = all(isinstance(item, int) for item in value)
        return " ".join(map(str, value)) if numbers else _table_cell("\n".join(value))
    text = "" if value is None else str(value).translate(_ESCAPES)
    return "\\" + text if text.startswith(('"', "=", "+", "-", "@")) else text


def side_by_side(rows: Iterable[Row], width: int, colour: bool) -> str:
    """The hypothesis on the left, the other side on the right, in `width` columns of a terminal (at least 40).

    Lines without text are left out; a line alone has its kind on the other side. With `colour`, words of the evidence
    are green. The last paragraph says how much is linked.
    """
    width = max(width, _LEAST_WIDTH)
    rows = [row for row in rows if any(line.strip() for line in (*row.hyp_text, *row.ref_text))]
    digits = len(str(max((number for row in rows for number in row.hyp + row.ref), default=0)))
    sheet = _Sheet((width - 2 * digits - _MIDDLE - 4) // 2, digits, colour)
    lines = []
    for _, document in groupby(rows, key=lambda row: row.document):
        members = list(document)
        lines += [*sheet.head(members[0]), "", *_spaced(map(sheet.block, members)), ""]
    return "\n".join([*lines, *wrap(_summary(rows), width)]) + "\n"


def _spaced(blocks: Iterable[list[str]]) -> Iterator[str]:
    """The lines of all blocks, with an empty one before and after each block of several."""
    before = 0
    for block in blocks:
        if before and max(before, len(block)) > 1:
            yield ""
        yield from block
        before = len(block)


def _summary(rows: Sequence[Row]) -> str:
    links = [row for row in rows if row.hyp and row.ref]
    moved = sum(row.kind == "moved" for row in links)
    alone = sorted(Counter(row.kind for row in rows if not (row.hyp and row.ref)).items())
    one, two = map(_percent, coverage(rows))
    return (
        f"{len(links)} link{'' if len(links) == 1 else 's'}{f' ({moved} moved)' if moved else ''}, "
        f"lines alone: {', '.join(f'{kind} {count}' for kind, count in alone) or 'none'}; "
        f"linked: {one} of the left text, {two} of the right; {rows[0].signature if rows else 'no text'}"
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Two columns of numbered lines, with the score between them, and the kind of a link where it is no match."""

    column: int
    digits: int
    colour: bool

    def head(self, row: Row) -> list[str]:
        names = (self._styled(_plain(path or "(none)"), _BOLD) for path in (row.hyp_path, row.ref_path))
        return self._joined(*(self._cell("", name, break_on_hyphens=False) for name in names))

    def block(self, row: Row) -> list[str]:
        hyp, ref = (_plain("\n".join(lines)) for lines in (row.hyp_text, row.ref_text))
        if row.hyp and row.ref:
            if self.colour:
                one, two = _places(row.evidence, hyp, ref)
                hyp, ref = self._styled(hyp, _GREEN, one), self._styled(ref, _GREEN, two)
            between = [f"{row.score:.2f}", *([] if row.kind == "match" else [row.kind])]
            return self._joined(self._cells(row.hyp, hyp), self._cells(row.ref, ref), between)
        style = _DIM if row.kind in _FREE else _YELLOW
        kind = self._cell("", self._styled(row.kind, style))
        text = self._cells(row.hyp or row.ref, self._styled(hyp or ref, style))
        return self._joined(text, kind) if row.hyp else self._joined(kind, text)

    def _cells(self, numbers: Iterable[int], text: str) -> list[str]:
        pairs = zip(map(str, numbers), text.split("\n"), strict=True)
        return [part for number, line in pairs for part in self._cell(number, line)]

    def _cell(self, number: str, line: str, break_on_hyphens: bool = True) -> list[str]:
        """A line in as many parts as the column needs, with its number beside the first one."""
        parts = wrap(line, self.column, break_on_hyphens=break_on_hyphens)
        return [f"{'' if i else number:>{self.digits}} {part}" for i, part in enumerate(parts)]

    def _joined(self, left: Iterable[str], right: Iterable[str], between: Iterable[str] = ()) -> list[str]:
        width = self.digits + 1 + self.column
        lines = zip_longest(left, between, right, fillvalue="")
        return [f"{ljust(one, width)} {middle:^{_MIDDLE}} {two}".rstrip() for one, middle, two in lines]

    def _styled(self, text: str, style: str, places: Collection[int] | None = None) -> str:
        """The text with the code points at these places, or all of them, in a style."""
        if not self.colour:
            return text
        if places is None:
            return f"\x1b[{style}m{text}\x1b[0m"
        runs = groupby(range(len(text)), key=lambda place: place in places)
        parts = ((marked, "".join(text[place] for place in run)) for marked, run in runs)
        return "".join(self._styled(part, style) if marked else part for marked, part in parts)


def _plain(text: str) -> str:
    """A text of the same length without what a terminal obeys."""
    return str(_HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\t", " ")))


def _places(evidence: Collection[str], hyp: str, ref: str) -> tuple[set[int], set[int]]:
    """Code points of the words of the evidence, and of the words of the other side that answer them."""
    words = regex.compile("|".join(map(regex.escape, evidence)) or "(?!)")
    found = {place for match in words.finditer(hyp, overlapped=True) for place in range(*match.span())}
    links = [link for link in align_words(hyp, ref) if link.hyp[0] < link.hyp[1] and found.issuperset(range(*link.hyp))]
    one, two = ({place for link in links for place in range(*getattr(link, side))} for side in ("hyp", "ref"))
    return one, two
