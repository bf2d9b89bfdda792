"""Recall and precision of every detector on corpora/frontline, per kind and system: a regression test, not evidence.

python experiments/bench/frontline.py [--list] [--meaning]

Outputs are judged against reference A alone, to which the gold belongs. A gold error is found where a verdict of the
detector overlaps it, in the output or in the reference. A verdict is right where it overlaps a gold error of any kind;
"on variants" counts the wrong ones that overlap a right variant. Last come the links of `mtqe.align` against
alignment.jsonl; moved captions cross the order of lines and are out of its reach. `--list` names every error that no
detector finds and every wrong verdict.

`--meaning` judges the meaning candidates of .5 and more instead. A turned meaning (negation, reversal, role swap) is
found where a candidate touches its mark on either side. A candidate is right where it touches a marked error of
Accuracy of any kind, "turned" where that error is one of those three. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import mtqe
from mtqe.corpus import SystemOutput, TestSet
from mtqe.entities.user.decisions import wilson
from mtqe.languages import joiner
from mtqe.results import EntityError, ErrorSpan, Evaluation
from mtqe.text import read_lines

CORPUS = Path(__file__).parents[2] / "corpora" / "frontline"
METRICS = ("entities", "fluency")
TURNED = ("negation", "reversal", "role swap")


@dataclass(frozen=True)
class Place:
    """Code points `[start, end)` of a line of a document's file."""

    line: int
    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        return self.line == other.line and self.start < other.end and other.start < self.end

    def touches(self, other: Place) -> bool:
        """Whether they overlap, or one begins where the other ends: a missing word has no width."""
        return self.line == other.line and self.start <= other.end and other.start <= self.end


@dataclass(frozen=True)
class Item:
    """A gold item, or a verdict of a detector; `where` is pair, document and system, `category` an MQM type."""

    where: tuple[str, str, str]
    kind: str
    category: str
    type: str | None
    hyp: tuple[Place, ...]
    ref: tuple[Place, ...]
    text: str
    better: str | None

    def overlaps(self, other: Item) -> bool:
        sides = ((self.hyp, other.hyp), (self.ref, other.ref))
        return self.where == other.where and any(a.overlaps(b) for ours, theirs in sides for a in ours for b in theirs)

    def touches(self, other: Item) -> bool:
        sides = ((self.hyp, other.hyp), (self.ref, other.ref))
        return self.where == other.where and any(a.touches(b) for ours, theirs in sides for a in ours for b in theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name what is missed and what is called wrong wrongly")
    parser.add_argument("--meaning", action="store_true", help="candidates for meaning errors, and nothing else")
    arguments = parser.parse_args()
    errors, variants = read_gold(CORPUS)
    if arguments.meaning:
        print_meaning(errors, list(find_meaning(CORPUS)), arguments.list)
        return
    found = detect(CORPUS)
    pairs = sorted({item.where[0] for item in errors})
    print(f"{len(errors)} gold errors, {len(variants)} right variants; {', '.join(pairs)}")
    everyone = [verdict for of in found.values() for verdict in of]
    columns = {**found, "any": everyone}
    print_recall("kind", lambda item: item.kind, errors, columns)
    named = [error for error in errors if error.type]
    print_recall("type of name or number", lambda item: item.type or "", named, columns)
    for pair in pairs:
        of_pair = [error for error in errors if error.where[0] == pair]
        print_recall(f"system, {pair}", lambda item: item.where[2], of_pair, columns)
    for name, verdicts in found.items():
        print_precision(f"{name}: verdict", lambda item: item.kind, verdicts, errors, variants)
        print_precision(f"{name}: system", lambda item: f"{item.where[0]} {item.where[2]}", verdicts, errors, variants)
    print_links(CORPUS)
    if arguments.list:
        print_list("missed", [error for error in errors if not is_hit(error, everyone)])
        for name, verdicts in found.items():
            print_list(f"{name}: wrong verdict", [verdict for verdict in verdicts if not is_hit(verdict, errors)])


def read_gold(corpus: Path) -> tuple[list[Item], list[Item]]:
    """The errors, and the right variants."""
    errors, variants = [], []
    for row in map(json.loads, read_lines(corpus / "gold.jsonl").lines):
        item = Item(
            (row["pair"], row["document"], row["system"]),
            row["kind"],
            row["category"],
            row["type"],
            _places(row["hyp"]),
            _places(row["ref"]),
            row["hyp"]["text"],
            row["ref"] and row["ref"]["text"],
        )
        (variants if row["kind"] == "variant" else errors).append(item)
    return errors, variants


def _places(span: Mapping[str, Any] | None) -> tuple[Place, ...]:
    return (Place(span["line"], span["start"], span["end"]),) if span else ()


def detect(corpus: Path) -> dict[str, list[Item]]:
    """The verdicts of each detector on all systems of both pairs, against reference A."""
    found: dict[str, list[Item]] = {name: [] for name in METRICS}
    for languages, evaluation in _evaluate(corpus, METRICS):
        for metric in METRICS:
            found[metric] += _verdicts(evaluation, metric, languages)
    return found


def find_meaning(corpus: Path) -> Iterator[Item]:
    """The meaning candidates of .5 and more on all systems of both pairs, against reference A."""
    texts = list(read_units(corpus))
    marked = mtqe.find_meaning_errors([hyp for hyp, *_ in texts], [ref for _, ref, _ in texts])
    for (*_, place), spans in zip(texts, marked, strict=True):
        yield from (place(span) for span in spans if span.confidence >= 0.5)


def read_units(corpus: Path) -> Iterator[tuple[str, str, Callable[[ErrorSpan], Item]]]:
    """Every aligned unit: its hypothesis, its reference, and what places a span of it in the corpus."""
    for languages, evaluation in _evaluate(corpus, ["chrf"]):
        test_set = evaluation.test_sets[0]
        for system in test_set.systems:
            for i, unit in enumerate(test_set.units(system.key)):
                place = partial(_item, test_set, languages, system, i)
                yield unit.hypothesis or "", unit.references[0] or "", place


def _evaluate(corpus: Path, metrics: Sequence[str]) -> Iterator[tuple[str, Evaluation]]:
    for pair in json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["test_sets"]:
        languages = f"{pair['source_language']}-{pair['target_language']}"
        folder = corpus / languages
        yield (
            languages,
            mtqe.evaluate(
                {system["name"]: folder / "systems" / system["name"] for system in pair["systems"]},
                folder / "references" / "A",
                source=folder / "source",
                languages=languages,
                metrics=metrics,
                draws=1,
            ),
        )


def _verdicts(evaluation: Evaluation, metric: str, languages: str) -> Iterator[Item]:
    test_set, scores = evaluation.test_sets[0], evaluation.scores[0]
    for system in test_set.systems:
        for i, spans in enumerate(scores[system.key, metric].spans or ()):
            for span in spans:
                if span.is_error if isinstance(span, EntityError) else span.confidence >= 0.5:
                    yield _item(test_set, languages, system, i, span)


def _item(test_set: TestSet, languages: str, system: SystemOutput, i: int, span: ErrorSpan) -> Item:
    unit = test_set.units(system.key)[i]
    entity = isinstance(span, EntityError)
    hyp = test_set.locate(system.key, i, *span.hyp_span) if span.hyp_span else []
    return Item(
        (languages, unit.document, system.name),
        span.status if entity else span.rule,
        span.category,
        span.type if entity else None,
        tuple(Place(at.line, at.start, at.end) for at in hyp),
        tuple(_in_reference(test_set, unit.segments, span.ref_span)) if span.ref_span else (),
        (unit.hypothesis or "")[slice(*span.hyp_span)] if span.hyp_span else "",
        span.suggestion,
    )


def _in_reference(test_set: TestSet, segments: Sequence[int], span: tuple[int, int]) -> Iterator[Place]:
    """The lines of the first reference that a span of a unit's reference touches."""
    offset = 0
    for segment in (test_set.segments[i] for i in segments):
        text = segment.references[0] or ""
        start, end = max(span[0] - offset, 0), min(span[1] - offset, len(text))
        if segment.origin and (start < end or (span[0] == span[1] and 0 <= span[0] - offset <= len(text))):
            yield Place(segment.origin.line, start, end)
        offset += len(text) + len(joiner(test_set.target_language))


def is_hit(item: Item, others: Iterable[Item]) -> bool:
    return any(item.overlaps(other) for other in others)


def print_recall(
    label: str, key: Callable[[Item], str], errors: Sequence[Item], columns: Mapping[str, Sequence[Item]]
) -> None:
    total = Counter(map(key, errors))
    print(f"\n{'recall by ' + label:<32}{'errors':>8}" + "".join(f"{name:>12}" for name in columns))
    hits = {name: Counter(key(e) for e in errors if is_hit(e, verdicts)) for name, verdicts in columns.items()}
    for kind, n in [*sorted(total.items()), ("all", len(errors))]:
        found = (of.total() if kind == "all" else of[kind] for of in hits.values())
        print(f"{kind:<32}{n:>8}" + "".join(share(part, n) for part in found))


def print_precision(
    label: str,
    key: Callable[[Item], str],
    verdicts: Sequence[Item],
    errors: Sequence[Item],
    variants: Sequence[Item],
) -> None:
    total = Counter(map(key, verdicts))
    right = Counter(key(verdict) for verdict in verdicts if is_hit(verdict, errors))
    fooled = Counter(key(verdict) for verdict in verdicts if not is_hit(verdict, errors) and is_hit(verdict, variants))
    print(f"\n{label:<32}{'verdicts':>8}{'precision':>12}{'on variants':>12}")
    for kind, n in [*sorted(total.items()), ("all", len(verdicts))]:
        of = (right.total(), fooled.total()) if kind == "all" else (right[kind], fooled[kind])
        print(f"{kind:<32}{n:>8}{share(of[0], n)}{of[1]:>12}")


def print_meaning(errors: Sequence[Item], found: Sequence[Item], listed: bool) -> None:
    missed = [error for error in errors if not any(item.touches(error) for item in found)]
    turned = [error for error in errors if error.kind in TURNED]
    print(f"\n{'recall by kind':<32}{'errors':>8}{'recall':>12}{'interval':>20}")
    others = sorted({e.kind for e in errors if e.category.startswith("Accuracy/") and not e.type} - set(TURNED))
    for kind in (*TURNED, *others):
        of = [error for error in errors if error.kind == kind]
        print(f"{kind:<32}{interval(sum(error not in missed for error in of), len(of))}")
    print(f"{'turned meaning':<32}{interval(sum(error not in missed for error in turned), len(turned))}")
    accuracy = [error for error in errors if error.category.startswith("Accuracy/")]
    print(f"\n{'precision by rule':<32}{'found':>8}{'right':>12}{'interval':>20}{'turned':>12}")
    wrong = [item for item in found if not any(item.touches(error) for error in accuracy)]
    turning = [item for item in found if item.kind not in ("dropped", "invented")]
    rules = {rule: [item for item in found if item.kind == rule] for rule in sorted({item.kind for item in found})}
    for rule, of in (rules | {"all but dropped, invented": turning, "all": found}).items():
        right = sum(item not in wrong for item in of)
        reversing = sum(any(item.touches(error) for error in turned) for item in of)
        print(f"{rule:<32}{interval(right, len(of))}{share(reversing, len(of))}")
    if listed:
        print_list("missed", [error for error in missed if error in turned])
        print_list("wrong candidate", wrong)


def interval(part: int, whole: int) -> str:
    """How many there are, and the share of them with its interval."""
    bounds = wilson(part, whole)
    return f"{whole:>8}{share(part, whole)}" + (f"{f'[{bounds.low:.3f}, {bounds.high:.3f}]':>20}" if bounds else "")


def print_links(corpus: Path) -> None:
    """Links of `mtqe.align` between the lines of an output and of reference A, against alignment.jsonl."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in map(json.loads, read_lines(corpus / "alignment.jsonl").lines):
        folder, name = corpus / row["pair"], f"{row['document']}.txt"
        texts = [read_lines(folder / part / name).lines for part in (row["output"], "references/A")]
        hyp, ref = ([i for i, line in enumerate(lines, 1) if line.strip()] for lines in texts)
        found = mtqe.align([texts[0][i - 1] for i in hyp], [texts[1][i - 1] for i in ref], reorder=True).links
        ours = {(tuple(hyp[i] for i in link.hyp), tuple(ref[j] for j in link.ref)) for link in found}
        gold = {(tuple(h), tuple(r)) for h, r in row["links"]}
        for links, what in ((ours, "ours"), (gold, "gold"), (ours & gold, "both")):
            for h, r in links:
                side = "linked" if h and r else "output alone" if h else "reference alone"
                counts[f"{row['pair']} {row['output']}", side, what] += 1
    print(f"\n{'alignment of lines':<32}{'':<18}{'gold':>8}{'precision':>12}{'recall':>12}")
    for where, side in sorted({(where, side) for where, side, _ in counts}):
        ours, gold, both = (counts[where, side, what] for what in ("ours", "gold", "both"))
        print(f"{where:<32}{side:<18}{gold:>8}{share(both, ours)}{share(both, gold)}")


def share(part: int, whole: int) -> str:
    return f"{part / whole:>12.3f}" if whole else f"{'–':>12}"


def print_list(label: str, items: Sequence[Item]) -> None:
    print(f"\n{label}: {len(items)}")
    for item in items:
        lines = ", ".join(str(place.line) for place in item.hyp or item.ref)
        print(f"  {'/'.join(item.where)}:{lines} {item.kind} {item.type or ''} {item.text!r} for {item.better!r}")


if __name__ == "__main__":
    main()
