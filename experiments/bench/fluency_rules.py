"""What the rules of fluency catch, what they mark in human text, and how fast they are.

`python -m experiments.bench.fluency_rules DATA [--examples RULE]`; DATA is the folder of development data, with
`fluency/` and `wmt21/references/`. A verdict has a confidence from .5 up; a hint is below that and costs nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mtqe.fluency import spelling
from mtqe.fluency.rules import find_errors
from mtqe.fluency.scoring import _points
from mtqe.results import ErrorSpan


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def human_texts(data: Path) -> dict[str, list[tuple[str, str]]]:
    """Sets of human text, each a list of language and text."""
    clean = [(row["lang"], row["text"]) for row in read_rows(data / "fluency" / "clean.jsonl")]
    more = [
        (path.stem, line)
        for path in sorted((data / "fluency" / "lm_text").glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
    references = [
        ("en", line)
        for path in sorted((data / "wmt21" / "references").glob("*-en*"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
    return {"clean": clean, "lm_text": more, "wmt21": references}


def print_false_alarms(name: str, texts: Iterable[tuple[str, str]], shown: str | None) -> None:
    """Share of texts with a verdict and with a hint, by language; then the texts each rule marked."""
    total: Counter[str] = Counter()
    flagged: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    by_rule: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for language, text in texts:
        total[language] += 1
        errors = find_errors(text, language)
        for verdict in (True, False):
            rules = {error.rule for error in errors if (error.confidence >= 0.5) == verdict}
            flagged[verdict][language] += bool(rules)
            for rule in rules:
                by_rule[rule, verdict][language] += 1
        for error in errors:
            if error.rule == shown or (shown == "verdicts" and error.confidence >= 0.5):
                print(f"  {language} {error.rule} {error.confidence} {_in_context(text, error)}")
    print(f"\n{name}: language, texts, with a verdict, with a hint")
    for language, n in sorted(total.items()):
        print(
            f"  {language} {n:5d}  {flagged[True][language]:4d} {flagged[True][language] / n:.4f}"
            f"  {flagged[False][language]:4d} {flagged[False][language] / n:.4f}"
        )
    n = total.total()
    print(f"  all {n:4d} {flagged[True].total() / n:.4f} {flagged[False].total() / n:.4f}")
    for (rule, verdict), counts in sorted(by_rule.items()):
        languages = " ".join(f"{language}:{count}" for language, count in sorted(counts.items()))
        print(f"    {'verdict' if verdict else 'hint':7s} {rule:26s} {counts.total() / n:.4f}  {languages}")


def _in_context(text: str, error: ErrorSpan) -> str:
    start, end = error.hyp_span or (0, 0)
    return f"{text[max(0, start - 40) : start]!r} [{text[start:end]}] {text[end : end + 40]!r}"


def print_catch_rates(name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Share of pairs whose bad side has more MQM points than its good side, by category and language."""
    caught: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        good, bad = (sum(map(_points, find_errors(row[side], row["lang"]))) for side in ("good", "bad"))
        caught[row["category"]][row["lang"]].append(bad > good)
    print(f"\n{name}: category, pairs, caught, by language")
    for category, by_language in sorted(caught.items()):
        found = [each for pairs in by_language.values() for each in pairs]
        languages = " ".join(f"{k}:{sum(v) / len(v):.2f}" for k, v in sorted(by_language.items()))
        print(f"  {category:28s} {len(found):5d} {sum(found) / len(found):.3f}  {languages}")


def print_speed(texts: Iterable[tuple[str, str]]) -> None:
    """Words (by white space) and characters a second of one process, its word lists loaded; the best of three runs."""
    by_language: dict[str, list[str]] = defaultdict(list)
    for language, text in texts:
        by_language[language].append(text)
    print("\nspeed: words and characters a CPU second")
    for language, group in sorted(by_language.items()):
        find_errors(group[0], language)
        best = min(_seconds(group, language) for _ in range(3))
        counts = sum(len(text.split()) for text in group), sum(map(len, group))
        print(f"  {language} {counts[0] / best:9.0f} {counts[1] / best:9.0f}")


def _seconds(texts: Iterable[str], language: str) -> float:
    spelling._exchanged.cache_clear()
    spelling._correction.cache_clear()  # as for text that was never seen
    start = time.process_time()
    for text in texts:
        find_errors(text, language)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--examples", help="show what this rule marks in human text; `verdicts` for all verdicts")
    arguments = parser.parse_args()
    human = human_texts(arguments.data)
    for name, texts in human.items():
        print_false_alarms(name, texts, arguments.examples)
    for name in ("synth", "demetr"):
        print_catch_rates(name, read_rows(arguments.data / "fluency" / f"pairs_{name}.jsonl"))
    print_speed(human["lm_text"])


if __name__ == "__main__":
    main()
