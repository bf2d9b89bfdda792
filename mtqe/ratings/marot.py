"""TSV of Marot, and of WMT's MQM ratings from which it comes: a row an error, marked by <v> and </v> in its text.

Columns are system, doc, docSegId, globalSegId, rater, source, target, category, severity and metadata, in this order;
the files of WMT have a header with these or other names, and may lack the last, which is not read. A row with
`no-error` says that the rater found none; one without a rater holds no rating. A rater whose name begins with `AutoMQM`
is a tool. An empty source is one that is not known. Fields are literal: nothing is quoted or escaped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mtqe.errors import InputError
from mtqe.ratings import HUMAN, SEVERITIES, Rating
from mtqe.readers._writing import encoded
from mtqe.results import EntityError, ErrorSpan, Span
from mtqe.store import write_atomic
from mtqe.text import bare, note_lines, read_bytes, read_lines

_COLUMNS = ("system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity", "metadata")
_NEEDED = frozenset(_COLUMNS[:3]) | frozenset(_COLUMNS[4:9])
#: What other files call the columns.
_NAMES = {
    "doc_id": "docSegId",
    "seg_id": "globalSegId",
    "document_id": "doc",
    "doc_segment_id": "docSegId",
    "system_id": "system",
    "rater_id": "rater",
    "candidate": "target",
}
_TOOL = "AutoMQM"
_NO_ERROR = ("no-error", "no error")
_TAGS = re.compile("</?v>")
_CANNOT = re.compile("[\t\n\r]|</?v>")


def accepts(path: Path) -> bool:
    """Whether the first line is a header with the columns, or a row of nine or ten with a severity in its place."""
    if bare(path).suffix.lower() not in (".tsv", ".txt"):
        return False
    first = read_bytes(path, 2**16).decode("utf-8-sig", "replace").split("\n")[0].removesuffix("\r").split("\t")
    return set(map(_name, first)) >= _NEEDED or _is_row(first)


def read(path: Path, notes: list[str]) -> Iterator[Rating]:
    """Reads ratings in the order of the file; errors of one rater in one output are one rating.

    Raises InputError with the line for a row without its columns, an unknown severity, and where the rows of one
    rating disagree about its text.
    """
    lines = read_lines(path)
    notes += lines.notes
    first = [_name(field) for field in lines.lines[0].split("\t")]
    with_header = set(first) >= _NEEDED
    columns = first if with_header else list(_COLUMNS)[: len(first)]
    found: dict[tuple[str, str, str, str], Rating] = {}
    odd: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines.lines[with_header:], 1 + with_header):
        fields = line.split("\t")
        if len(fields) != len(columns):
            said = f"{len(fields)} field{'s' if len(fields) > 1 else ''} where there are {len(columns)} columns"
            raise InputError(said, path=path, line=number, hint="a tab stands between two fields and nowhere else")
        row = dict(zip(columns, fields, strict=True))
        if not row["rater"] and not row["severity"]:
            continue
        (source, src_span), (target, hyp_span) = _marked(row["source"]), _marked(row["target"])
        tags = [_TAGS.findall(row[side]) for side in ("source", "target")]
        if any(of != ["<v>", "</v>"] * (len(of) // 2) for of in tags):
            odd["an error that lost its place, since <v> and </v> do not pair"].append(number)
        if max(map(len, tags)) > 2:
            odd["an error of several passages, which are taken as one"].append(number)
        errors = _errors(row, hyp_span, src_span, path, number)
        key = (row["system"], row["doc"], row["docSegId"], row["rater"])
        protocol = "automqm" if row["rater"].casefold().startswith(_TOOL.casefold()) else "mqm"
        before = found.setdefault(key, Rating(protocol, *key, source or None, target, (), line=number))
        if (before.source or "", before.target) != (source, target):
            said = f"rates another text than line {before.line}, which has the same system, document, segment and rater"
            raise InputError(said, path=path, line=number)
        found[key] = replace(before, errors=before.errors + errors)
    notes += [note_lines(path, what, numbers) for what, numbers in odd.items()]
    if not found:
        raise InputError("the file has no rating", path=path)
    yield from found.values()


def write(ratings: Sequence[Rating], path: Path) -> list[str]:
    """Writes ratings with a header; returns what the format has no place for.

    Raises InputError for ratings of texts that are not known, and for text with a tab, a line's end or a tag in it.
    """
    rows = ["\t".join(_COLUMNS)]
    for rating in ratings:
        if rating.target is None:
            said = f"the text of {_place(rating)} is not known, and Marot shows it"
            raise InputError(said, path=path, hint="give it with -d and -l, or write .jsonl")
        for error in rating.errors or (None,):
            category, severity = (error.category, error.severity) if error else (_NO_ERROR[0], _NO_ERROR[0])
            texts = (rating.source or "", rating.target)
            spans = (error.src_span, error.hyp_span) if error else (None, None)
            human = rating.protocol in HUMAN or rating.rater.startswith(_TOOL)
            rater = rating.rater if human else f"{_TOOL}-{rating.rater}"
            own = [rating.system, rating.document, rating.segment, "0", rater]
            if found := next((t for t in (*own, *texts, category) if _CANNOT.search(t)), None):
                said = f"{_CANNOT.findall(found)[0]!r} stands in a text of {_place(rating)}, which a TSV cannot hold"
                raise InputError(said, path=path, hint="write .jsonl")
            marked = [_mark(text, span) for text, span in zip(texts, spans, strict=True)]
            rows.append("\t".join([*own, *marked, category, severity, "{}"]))
    write_atomic(path, encoded("".join(row + "\n" for row in rows), path))
    errors = [error for rating in ratings for error in rating.errors]
    lost = {
        "scores": any(rating.score is not None for rating in ratings),
        "spans of references": any(error.ref_span for error in errors),
        "confidences": any(error.confidence < 1 for error in errors),
        "suggestions": any(error.suggestion for error in errors),
        "what became of names and numbers": any(isinstance(error, EntityError) for error in errors),
    }
    return [f"not written: {what}" for what, is_lost in lost.items() if is_lost]


def _name(column: str) -> str:
    return _NAMES.get(column, column)


def _is_row(fields: Sequence[str]) -> bool:
    severity = fields[8].casefold() if len(fields) in (9, 10) else ""
    return severity in SEVERITIES or severity in _NO_ERROR


def _marked(text: str) -> tuple[str, Span | None]:
    """A text without its tags, and the span from the first to the last; None where they do not pair."""
    tags = list(_TAGS.finditer(text))
    span = None
    if tags and [tag.group() for tag in tags] == ["<v>", "</v>"] * (len(tags) // 2):
        span = (tags[0].start(), tags[-1].start() - sum(len(tag.group()) for tag in tags[:-1]))
    return _TAGS.sub("", text), span


def _errors(row: dict[str, str], hyp: Span | None, src: Span | None, path: Path, line: int) -> tuple[ErrorSpan, ...]:
    severity = row["severity"].casefold()
    if severity in _NO_ERROR or row["category"].casefold() in _NO_ERROR:
        return ()
    if severity not in SEVERITIES:
        said = f"severity {row['severity']!r} is none of {', '.join(SEVERITIES)}, no-error"
        raise InputError(said, path=path, line=line)
    return (ErrorSpan(hyp, None, src, category=row["category"], severity=severity, rule=row["rater"]),)  # type: ignore[arg-type]


def _mark(text: str, span: Span | None) -> str:
    return text if span is None else f"{text[: span[0]]}<v>{text[span[0] : span[1]]}</v>{text[span[1] :]}"


def _place(rating: Rating) -> str:
    return f"{rating.system!r} in segment {rating.segment} of {rating.document!r}"
