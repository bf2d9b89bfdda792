"""What the segment explorer of the page knows: every text, score and mark of a test set, packed into one string.

Packed is base 85 of deflate (RFC 1951) of UTF-8: a line of JSON, then all texts, row by row, each ended by a NUL. A row
is a segment; within a row equal texts are stored once. In the texts a character stands for each word that occurs more
than once, which deflates by a third better. The JSON has

languages             `[lang, dir]` of source and target as HTML writes them
systems               names, best first; `source` says whether there is a source, `references` how many there are
metrics, primary      `[name, label, decimals, higher is better]` each, and the place of the primary one
ids, documents, of, domains   of each row its id and the place of its document; of each document its name and domain
words, letters        the words, and the characters that stand for them and for nothing else
buckets               `[name, "0110…"]`: which rows are in a bucket that no other filter finds
stored                of each row how many texts it has
columns               for source (if any), references and systems: of each row which of its texts it is, null: none
scores                of each system and metric: of each row the score times 10^decimals, null where unscored
joined                of each system `[row, first, last]` for rows whose output stands for several
kinds, notes          of marks: `[style, symbol, label, type, status, error]` and what else is said of them
marks                 of each system eleven columns, in the order of rows: how many rows after the last mark, kind,
                      confidence in percent, note, reference, and in code points start and length in output, reference
                      and source; start is -1 where there is none

Texts are as the evaluation has them, but for NUL and lone surrogates, which are replaced by the signs for them.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mtqe.corpus import Unit
from mtqe.languages import joiner
from mtqe.report.buckets import bucket_scores
from mtqe.report.findings import Finding, Verdict, verdicts
from mtqe.report.marks import direction, language_tag
from mtqe.report.rows import ADDITION, HINT, STYLES, additions, weight
from mtqe.report.view import Part
from mtqe.results import EntityError, Evaluation, Span

_NOWHERE = (-1, 0)
#: The digits of RFC 1924, but others for the three that have a meaning in HTML.
_SAFE = str.maketrans("<>&", "./,")
#: Words, with a space before them if there is one, and all that stands between.
_TOKEN = re.compile(r" ?\w+|\W")
_LONE = re.compile("[\ud800-\udfff]")


def packed(part: Part, evaluation: Evaluation) -> str:
    """A test set for the page, see above."""
    head, texts = unpacked(part, evaluation)
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    data = "".join([_storable(line), "\n", *(text + "\0" for text in texts)]).encode()
    compressor = zlib.compressobj(9, wbits=-15)
    return base64.b85encode(compressor.compress(data) + compressor.flush()).decode().translate(_SAFE)


def unpacked(part: Part, evaluation: Evaluation) -> tuple[dict[str, Any], list[str]]:
    """The JSON and the coded texts of a test set, see above."""
    test_set = part.test_set
    segments = test_set.segments
    outputs = {system: _by_segment(part.units[system], len(segments)) for system in part.systems}
    sides: list[Sequence[str | None]] = [[s.source for s in segments]] if test_set.source_language else []
    sides += [[s.references[k] for s in segments] for k in range(test_set.reference_sets)]
    sides += [[part.units[system][i].hypothesis for i in of] for system, of in outputs.items()]
    stored, columns, texts = _texts(sides)
    letters, coded = _coded(texts)
    places = {document.id: k for k, document in enumerate(test_set.documents)}
    marks = _Marks(part)
    found = verdicts(evaluation)
    metrics = list(part.scores.metrics.values())
    head = {
        "languages": [[language_tag(x), direction(x)] for x in (test_set.source_language, test_set.target_language)],
        "systems": part.systems,
        "source": test_set.source_language is not None,
        "references": test_set.reference_sets,
        "metrics": [[m.name, m.label, m.decimals, m.higher_is_better] for m in metrics],
        "primary": metrics.index(part.primary) if part.primary else None,
        "ids": [s.id for s in segments],
        "documents": list(places),
        "of": [places[s.document] for s in segments],
        "domains": [test_set.domains.get(document) for document in places],
        "buckets": _buckets(part, evaluation),
        "words": list(letters),
        "letters": "".join(letters.values()),
        "stored": stored,
        "columns": columns,
        "scores": [
            [_scaled(part, system, m.name, m.decimals, outputs[system]) for m in metrics] for system in part.systems
        ],
        "joined": [
            [[i, u.segments[0], u.segments[-1]] for u in part.units[s] if len(u.segments) > 1 for i in u.segments]
            for s in part.systems
        ],
        "marks": [marks.of(found[part.name, system]) for system in part.systems],
        "kinds": list(marks.kinds),
        "notes": list(marks.notes),
    }
    return head, coded


def _buckets(part: Part, evaluation: Evaluation) -> list[tuple[str, str]]:
    buckets = [bucket for of in bucket_scores(evaluation)[part.name] for bucket in of.cut.buckets]
    return [
        (b.state["bucket"], "".join("01"[i] for i in b.segments.astype(int).tolist()))
        for b in buckets
        if "bucket" in b.state
    ]


def _by_segment(units: Iterable[Unit], size: int) -> list[int]:
    """Of each segment the unit that covers it."""
    found = [0] * size
    for i, unit in enumerate(units):
        for segment in unit.segments:
            found[segment] = i
    return found


def _texts(sides: Sequence[Sequence[str | None]]) -> tuple[list[int], list[list[int | None]], list[str]]:
    """Of each row how many texts it has, of each side and row which of them it is, and all the texts."""
    stored, rows = [], []
    texts: list[str] = []
    for row in zip(*sides, strict=True):
        places: dict[str, int] = {}
        rows.append([None if text is None else places.setdefault(_storable(text), len(places)) for text in row])
        stored.append(len(places))
        texts += places
    return stored, [list(column) for column in zip(*rows, strict=True)], texts


def _coded(texts: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Letters for words, the most frequent first, and the texts written with them."""
    tokens = [_TOKEN.findall(text) for text in texts]
    counts = Counter(token for text in tokens for token in text)
    used = {character for token in counts for character in token}
    free = (letter for letter in map(chr, range(0x100, 0xD800)) if letter not in used)
    words = sorted(
        (word for word, n in counts.items() if n > 1 and len(word) > 1), key=lambda word: (-counts[word], word)
    )
    letters = dict(zip(words, free, strict=False))
    return letters, ["".join([letters.get(token, token) for token in text]) for text in tokens]


def _storable(text: str) -> str:
    return _LONE.sub("\ufffd", text.replace("\0", "␀"))


def _scaled(part: Part, system: str, metric: str, decimals: int, units: Sequence[int]) -> list[int | None]:
    """The scores as they are shown, without their point."""
    if not part.scores.has(system, metric):
        return [None] * len(units)
    values = part.scores[system, metric].values.tolist()
    shown = [None if math.isnan(value) else int(f"{value:.{decimals}f}".replace(".", "")) for value in values]
    return [shown[i] for i in units]


class _Marks:
    """The marks of systems, with the kinds and notes that they share, in the order of their first use."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.kinds: dict[tuple[str, str, str, str, str, bool], int] = {}
        self.notes: dict[str, int] = {}

    def of(self, verdict: Verdict) -> list[list[int]]:
        columns: list[list[int]] = [[] for _ in range(11)]
        last = 0
        for row, *mark in self._all(verdict):
            for column, value in zip(columns, (row - last, *mark), strict=True):
                column.append(value)
            last = row
        return columns

    def _all(self, verdict: Verdict) -> Iterator[tuple[int, ...]]:
        units = self.part.units[verdict.system]
        findings: dict[int, list[Finding]] = {}
        for finding in verdict.findings:
            if finding.kind != "match":
                findings.setdefault(finding.unit, []).append(finding)
        for i, unit in enumerate(units):
            added = additions(self.part, verdict.system, i)
            for row in unit.segments:
                for finding in sorted(findings.get(i, []), key=weight):
                    yield self._mark(row, unit, finding)
                for mark in added:
                    kind = self.kinds.setdefault((*ADDITION, "", "", False), len(self.kinds))
                    length = mark.end - mark.start
                    yield row, kind, 100, self._note(mark.title), 0, mark.start, length, *_NOWHERE, *_NOWHERE

    def _mark(self, row: int, unit: Unit, finding: Finding) -> tuple[int, ...]:
        span = finding.span
        style, symbol, _ = HINT if finding.is_hint else STYLES[finding.kind]
        type_, status, error = "", "", False
        if isinstance(span, EntityError):
            type_, status, error = span.type, span.status, span.is_error
        kind = (style, symbol, finding.full_label, type_, status, error)
        segments = [self.part.test_set.segments[i] for i in unit.segments]
        reference = [s.references[span.reference] for s in segments] if finding.reference else []
        source = [s.source for s in segments]
        language = self.part.test_set.source_language or ""
        return (
            row,
            self.kinds.setdefault(kind, len(self.kinds)),
            round(100 * span.confidence),
            self._note("; ".join(finding.facts)),
            span.reference,
            *_inside(span.hyp_span, 0, len(unit.hypothesis or "")),
            *self._part_of(span.ref_span, reference, row - unit.segments[0], self.part.test_set.target_language),
            *self._part_of(span.src_span, source, row - unit.segments[0], language),
        )

    def _note(self, text: str) -> int:
        return self.notes.setdefault(text, len(self.notes))

    def _part_of(self, span: Span | None, texts: Sequence[str | None], k: int, language: str) -> tuple[int, int]:
        """Where a span of joined texts stands in the one of number `k`."""
        known = [text for text in texts if text is not None]
        if not texts or len(known) < len(texts):
            return _NOWHERE
        start = sum(len(text) + len(joiner(language)) for text in known[:k])
        return _inside(span, start, start + len(known[k]))


def _inside(span: Span | None, low: int, high: int) -> tuple[int, int]:
    """Start, from `low` on, and length of what lies in `[low, high)`; an insertion point may stand at `high`."""
    if span is None:
        return _NOWHERE
    start, end = max(span[0], low), min(max(span), high)
    return (start - low, end - start) if start < end or (span[0] >= span[1] and start == end) else _NOWHERE
