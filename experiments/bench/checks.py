"""How often each check before scoring finds what it is for, how often it speaks of texts that are right, and its time.

    experiments/bench/checks.py DIR -l uk-en cs-en [--lines N]

DIR is an EvalSet directory. For each kind of damage, each system's output is damaged alone, at a place drawn at random;
the row says in how many of these test sets the check meant for it says so. Findings about the test set as it is are
printed at the end, to be looked at: they are false alarms, or real. With --lines the same is done on N lines in a row.
"""

from __future__ import annotations

import argparse
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mtqe.checks import check
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.readers import load

Texts = list[str]
Damage = Callable[[Texts, Texts, random.Random], Texts]


def moved(by: int) -> Damage:
    """All lines stand a few lines later, or earlier."""
    return lambda texts, _, __: texts[-by:] + texts[:-by]


def lost(texts: Texts, _: Texts, draw: random.Random) -> Texts:
    """A line of the first three quarters is lost, and there is one more at the end."""
    at = draw.randrange(max(1, 3 * len(texts) // 4))
    return [*texts[:at], *texts[at + 1 :], texts[-1]]


def healed(size: int) -> Damage:
    """A line is split, and so many lines later two are joined."""

    def damage(texts: Texts, _: Texts, draw: random.Random) -> Texts:
        at = draw.randrange(len(texts) - size - 1)
        words = texts[at].split()
        halves = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
        joined = " ".join(texts[at + size : at + size + 2])
        return [*texts[:at], *halves, *texts[at + 1 : at + size], joined, *texts[at + size + 2 :]]

    return damage


def some(count: int, change: Callable[[str, str], str]) -> Damage:
    """So many lines, long ones, are changed; `change` sees a line and its source."""

    def damage(texts: Texts, sources: Texts, draw: random.Random) -> Texts:
        long = [i for i, text in enumerate(texts) if len(text) > 80] or list(range(len(texts)))
        which = set(draw.sample(long, min(count, len(long))))
        return [change(t, s) if i in which else t for i, (t, s) in enumerate(zip(texts, sources, strict=True))]

    return damage


def each(change: Callable[[str], str]) -> Damage:
    return lambda texts, _, __: [change(text) for text in texts]


def repeated(texts: Texts, _: Texts, draw: random.Random) -> Texts:
    """One line in twenty is that before it."""
    which = set(draw.sample(range(1, len(texts)), max(4, len(texts) // 20)))
    return [texts[i - 1] if i in which else text for i, text in enumerate(texts)]


def in_source_language(part: int) -> Damage:
    """One in so many lines, in a row, is the source."""

    def damage(texts: Texts, sources: Texts, draw: random.Random) -> Texts:
        size = len(texts) // part
        at = draw.randrange(len(texts) - size + 1)
        return texts[:at] + sources[at : at + size] + texts[at + size :]

    return damage


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a line later": ("shift", moved(1)),
    "two lines earlier": ("shift", moved(-2)),
    "three lines later": ("shift", moved(3)),
    "a line lost, one more at the end": ("shift", lost),
    "split, and joined 20 lines later": ("shift", healed(20)),
    "split, and joined 6 lines later": ("shift", healed(6)),
    "all is the source": ("language", in_source_language(1)),
    "a quarter is the source": ("language", in_source_language(4)),
    "3 lines are the source": ("untranslated", some(3, lambda _, source: source)),
    "1 line in 20 repeated": ("repeated", repeated),
    "an empty line": ("empty", some(1, lambda *_: "")),
    "a line said ten times": ("length", some(1, lambda text, _: " ".join([text] * 10))),
    "a line cut to a tenth": ("length", some(1, lambda text, _: text[: len(text) // 10])),
    "every line cut in half": ("length", each(lambda text: text[: len(text) // 2])),
    "spaces before marks": ("tokenised", each(lambda text: text.replace(".", " .").replace(",", " ,"))),
    "a control character": ("control", some(1, lambda text, _: text[:5] + "\x07" + text[5:])),
    "an override of direction": ("direction", some(1, lambda text, _: text[:5] + "\u202e" + text[5:])),
}


def damaged(test_set: TestSet, draw: random.Random) -> Iterator[tuple[str, str, str, TestSet]]:
    """Damage, the check that is to find it, the text that it is about, the test set."""
    sources = [segment.source or "" for segment in test_set.segments]
    references = [segment.references[0] or "" for segment in test_set.segments]
    others = [system for system in test_set.systems if not system.human]
    for system in others:
        about = f"system {system.name!r}"
        texts = [text or "" for text in system.texts]
        for name, (kind, damage) in DAMAGES.items():
            yield name, kind, about, test_set.with_systems([plain(system, damage(texts, sources, draw))])
        yield "the reference itself", "reference", about, test_set.with_systems([plain(system, references)])
        group = [plain(system, references), *(other for other in draw.sample(others, 4) if other is not system)]
        yield "swapped with the reference", "swapped", about, answering(test_set, texts).with_systems(group)
    for by in (1, -2):
        shifted = answering(test_set, references, moved(by)(sources, sources, draw)).with_systems(others)
        yield "the source moved", "shift", "source", shifted


def plain(system: SystemOutput, texts: Sequence[str]) -> SystemOutput:
    return replace(system, texts=tuple(texts), pieces=None)


def answering(test_set: TestSet, references: Sequence[str], sources: Sequence[str] | None = None) -> TestSet:
    """The test set with this reference, and these sources."""
    segments = [
        replace(segment, references=(references[i],), source=segment.source if sources is None else sources[i])
        for i, segment in enumerate(test_set.segments)
    ]
    return of_segments(test_set, segments)


def of_segments(test_set: TestSet, segments: Sequence[Segment]) -> TestSet:
    documents = (Document("all", tuple(replace(segment, document="all") for segment in segments)),)
    return replace(test_set, documents=documents, systems=())


def excerpt(test_set: TestSet, lines: int, draw: random.Random) -> TestSet:
    """So many lines in a row."""
    at = draw.randrange(len(test_set.segments) - lines)
    systems = [replace(s, texts=s.texts[at : at + lines], pieces=None) for s in test_set.systems]
    return of_segments(test_set, test_set.segments[at : at + lines]).with_systems(systems)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("-l", "--languages", nargs="+", required=True)
    parser.add_argument("--lines", type=int, help="of an excerpt; ten excerpts of each test set")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    draw = random.Random(arguments.seed)
    found, tried, wrong = Counter[str](), Counter[str](), Counter[str]()
    said, right = [], 0
    lines, seconds = 0, 0.0
    for languages in arguments.languages:
        whole = load(arguments.directory, languages=languages)
        check(whole)  # once, so that nothing is loaded within the time
        sets = [whole] if arguments.lines is None else [excerpt(whole, arguments.lines, draw) for _ in range(10)]
        for test_set in sets:
            before = time.perf_counter()
            findings = check(test_set)
            seconds += time.perf_counter() - before
            lines += len(test_set.segments) * len(test_set.systems)
            said += [f"{languages} {finding}" for finding in findings]
            wrong.update(finding.kind for finding in findings)
            right += len(test_set.systems)
            for name, kind, about, spoiled in damaged(test_set, draw):
                tried[name] += 1
                found[name] += any(f.kind == kind and f.about == about for f in check(spoiled))
    print(f"{'damage':<36}{'found':>12}")
    for name in tried:
        print(f"{name:<36}{found[name]:>5} of {tried[name]}")
    print(f"\nabout {right} outputs as they are: {dict(wrong)}; {seconds / lines * 1e6:.1f} microseconds a line")
    print("\n".join(said))


if __name__ == "__main__":
    main()
