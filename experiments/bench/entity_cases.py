"""What the bench of entity errors is made of: labelled cases, what mtqe finds in them, and the two baselines.

The baselines look for the same names and numbers of the reference as mtqe does: `exact` wants each as it is, without
regard to case, somewhere in the output (m-ETA's rule); `fuzzy` wants something like it there.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from predictions import read
from rapidfuzz import fuzz

import mtqe
from mtqe.languages import language_of
from mtqe.results import EntityError, Span

Findings = Mapping[str, Sequence[EntityError]]  # by the id of the case
Errors = list[dict[str, Any]]  # of one case, as the scorers read them: type, ref_span, hyp_span
Error = Mapping[str, Any] | EntityError  # labelled, or found

NUMBERS = frozenset(["number", "date", "time", "money", "percent", "unit"])
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, eq=False)
class Case:
    """A translation with its reference. `wrong` is None where readers disagree; `gold` are the errors, with spans.

    `mention` is the name of the reference that is asked for, in a set that gives one.
    """

    category: str
    source_language: str | None
    target_language: str
    wrong: bool | None
    gold: Errors
    row: Mapping[str, Any] = field(repr=False)
    mention: Span | None = None

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def pair(self) -> str:
        return f"{self.source_language}-{self.target_language}"

    def texts(self, error: Error) -> list[str]:
        """What an error covers in the reference and in the hypothesis."""
        return [
            self.row[side][slice(*span)] if span else ""
            for side, span in zip(("ref", "hyp"), spans(error), strict=True)
        ]


class Mention(NamedTuple):
    """A name or number of a reference."""

    span: Span
    type: str


def read_cases(data: Path) -> list[Case]:
    """The cases of data/natural and data/entities."""
    cases = [_natural(row) for row in read(data / "natural" / "segments.jsonl")]
    for path in sorted((data / "entities").glob("*.jsonl")):
        cases += map(_built, read(path))
    return cases


def _natural(row: Mapping[str, Any]) -> Case:
    source, target = row["pair"].split("-")
    wrong = None if row["label"] == "undecided" else row["label"] == "error"
    return Case("natural", source, target, wrong, row["errors"], row)


def _built(row: Mapping[str, Any]) -> Case:
    label = row["label"]
    gold = [
        {"status": error["type"], "ref_span": error["ref_span"], "hyp_span": error["hyp_span"]}
        for error in label.get("errors") or [label]
        if label["has_error"] and any(spans(error))
    ]
    mention: Span | None = tuple(label["ref_span"]) if row["cat"] == "eamt" else None
    source = language_of(row["src_lang"]) if row.get("src_lang") else None  # DEMETR has names: german
    target = row.get("tgt_lang", "en")
    return Case(row["cat"], source, target, label["has_error"], gold, row, mention)


def find(cases: Iterable[Case], *, with_refs: bool = True, with_sources: bool = True) -> dict[str, list[EntityError]]:
    """What mtqe finds, in one call for each set and pair of languages, as a test set would be."""
    calls = defaultdict(list)
    for case in cases:
        calls[case.category, case.source_language, case.target_language].append(case)
    found: dict[str, list[EntityError]] = {}
    for (_, source_language, target_language), group in calls.items():
        errors = mtqe.find_entity_errors(
            [case.row["hyp"] for case in group],
            [case.row["ref"] for case in group] if with_refs else None,
            [case.row.get("src") for case in group] if with_sources else None,
            source_language=source_language if with_sources else None,
            target_language=target_language,
            mentions=[[case.mention] for case in group if case.mention] or None,
        )
        found |= zip((case.id for case in group), errors, strict=True)
    return found


def part_of(case: Case, parts: int) -> int:
    """In which of so many parts a case falls, by the hash of its id."""
    return int(sha256(case.id.encode()).hexdigest(), 16) % parts


def spans(error: Error) -> tuple[Any, Any]:
    """Where an error is, in the reference and in the hypothesis; None on a side where it is not."""
    if isinstance(error, EntityError):
        return error.ref_span, error.hyp_span
    return error.get("ref_span"), error.get("hyp_span")


def touch(a: Error, b: Error) -> bool:
    """Whether two errors overlap on either side."""
    both = zip(spans(a), spans(b), strict=True)
    return any(one and other and min(one[1], other[1]) > max(one[0], other[0]) for one, other in both)


def verdicts(findings: Iterable[EntityError]) -> Errors:
    return [{"type": e.type, "ref_span": e.ref_span, "hyp_span": e.hyp_span} for e in findings if e.is_error]


def mentions_of(case: Case, findings: Iterable[EntityError]) -> list[Mention]:
    """The names and numbers of the reference: the one that is given, or those that mtqe checks."""
    if case.mention:
        return [Mention(case.mention, "other")]
    return sorted({Mention(e.ref_span, e.type) for e in findings if e.ref_span})


@dataclass(frozen=True)
class Lookup:
    """A mention is wrong where nothing in the output is like it: where its partial ratio is `threshold` or less.

    The ratio is 0 to 100, without regard to case; below 100 a mention is no substring of the output. `by_word` asks for
    the capitalised words of each name, not for the whole. Numbers are asked for `like names`, as they are (`exact`), or
    not (`left alone`).
    """

    threshold: float
    numbers: str = "like names"
    by_word: bool = False

    def __str__(self) -> str:
        unit = "capitalised words" if self.by_word else "whole names"
        return f"{unit}, partial ratio <= {self.threshold:g}, numbers {self.numbers}"

    def errors(self, case: Case, mentions: Iterable[Mention]) -> Errors:
        limits = {True: _limit(self.numbers, self.threshold), False: self.threshold}
        asked = pieces(case, mentions) if self.by_word else mentions
        wrong = [m for m in asked if likeness(case, m) <= limits[m.type in NUMBERS]]
        return [{"type": m.type, "ref_span": m.span, "hyp_span": None} for m in wrong]


EXACT = {"thresholds": (99.99,), "numbers": ("like names",)}
FUZZY = {"thresholds": range(100), "numbers": ("like names", "exact", "left alone")}


def _limit(numbers: str, threshold: float) -> float:
    return {"like names": threshold, "exact": 99.99, "left alone": -1.0}[numbers]


def pieces(case: Case, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The capitalised words of names, and numbers as they are."""
    for mention in mentions:
        if mention.type in NUMBERS:
            yield mention
            continue
        for word in _WORD.finditer(case.row["ref"], *mention.span):
            if word[0][0].isupper():
                yield Mention(word.span(), mention.type)


def likeness(case: Case, mention: Mention) -> float:
    wanted, hyp = case.row["ref"][slice(*mention.span)].casefold(), case.row["hyp"].casefold()
    # partial_ratio looks for the shorter text in the longer one.
    return fuzz.partial_ratio(wanted, hyp) if len(wanted) <= len(hyp) else fuzz.ratio(wanted, hyp)


def tune(
    cases: Sequence[Case],
    mentions: Mapping[str, Sequence[Mention]],
    *,
    thresholds: Iterable[float],
    numbers: Iterable[str],
) -> Lookup:
    """The lookup with the best balanced accuracy on these very cases: what a baseline could reach at best."""
    wrong = np.array([case.wrong for case in cases])
    best, choice = -1.0, Lookup(0)
    for by_word in (False, True):
        asked = [[*pieces(c, mentions[c.id])] if by_word else mentions[c.id] for c in cases]
        least = {
            kind: np.array([min(_ratios(c, m, kind), default=101.0) for c, m in zip(cases, asked, strict=True)])
            for kind in (False, True)
        }
        for threshold, rule in product(thresholds, numbers):
            flagged = (least[False] <= threshold) | (least[True] <= _limit(rule, threshold))
            accuracy = (flagged[wrong].mean() - flagged[~wrong].mean() + 1) / 2
            if accuracy > best:
                best, choice = accuracy, Lookup(threshold, rule, by_word)
    return choice


def _ratios(case: Case, mentions: Iterable[Mention], numbers: bool) -> list[float]:
    return [likeness(case, m) for m in mentions if (m.type in NUMBERS) == numbers]


class Outcome(NamedTuple):
    """Whether a case is wrong, and its errors; by method whether it is flagged and how many it hits."""

    wrong: bool
    errors: int
    flagged: tuple[bool, ...]
    touched: tuple[int, ...]


def outcome(case: Case, by_method: Iterable[Errors]) -> Outcome:
    by_method = list(by_method)
    touched = (sum(any(touch(gold, error) for error in errors) for gold in case.gold) for errors in by_method)
    return Outcome(bool(case.wrong), len(case.gold), tuple(map(bool, by_method)), tuple(touched))


Sample = Mapping[Outcome, int]  # how often each outcome comes


def resample(outcomes: Iterable[Outcome], draws: int = 2000) -> Iterator[Sample]:
    """The outcomes as they are, then samples of as many, drawn with replacement."""
    counts = Counter(outcomes)
    yield counts
    shares = np.array([*counts.values()]) / counts.total()
    for sample in np.random.default_rng(1).multinomial(counts.total(), shares, size=draws).tolist():
        yield dict(zip(counts, sample, strict=True))


class Estimate(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(outcomes: Iterable[Outcome], figure: Callable[[Sample], float]) -> Estimate:
    """Percentile bootstrap over segments; an outcome tells of all methods, so that their difference is paired."""
    value, *drawn = map(figure, resample(outcomes))
    return Estimate(value, *np.quantile(drawn, (0.025, 0.975)).tolist())
