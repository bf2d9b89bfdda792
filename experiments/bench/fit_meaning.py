"""Fits the weights of `mtqe/meaning/weights.py`: negations and opposites without an answer in the other text.

python experiments/bench/fit_meaning.py ../shared/data

Ridge-penalised logistic regressions over the pairs of `meaning`, second human translations (human_ref_vs_ref, wmt21
ru-en B against A) and `corpora/frontline`, where a candidate is right when it touches a planted error. By five folds of
references it prints how many wrong outputs of `meaning` with such an error have a candidate of .5 and more, how many
right ones, and of the candidates in `frontline` how many are right; then how reliable the confidences are, and the
weights.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frontline import CORPUS, Item, read_gold, read_units
from meaning import lines, read, touches

from mtqe.meaning import opposites, polarity
from mtqe.meaning.pair import Pair
from mtqe.meaning.place import point, point_in_hyp
from mtqe.results import ErrorSpan, Span

#: The categories of planted errors that each finder is for.
FINDERS = {"polarity": ("negation",), "opposites": ("antonym",)}
RIDGE, FOLDS = 1.0, 5
#: How much a candidate in `frontline` counts beside one in real texts.
OF_FRONTLINE = 0.3


class Case(NamedTuple):
    """A pair of texts, what is planted in it, and whether a candidate is right."""

    category: str
    pair: Pair
    is_wrong: bool
    is_right: Callable[[ErrorSpan], bool]


class Example(NamedTuple):
    """A candidate: the number of its case, its evidence, whether it is right."""

    case: int
    evidence: dict[str, float]
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with meaning, entities and wmt21")
    cases = list(read_cases(parser.parse_args().data))
    for finder, categories in FINDERS.items():
        found = list(examples(cases, finder))
        names = sorted({name for example in found for name in example.evidence})
        values = np.array([[1.0, *(example.evidence.get(name, 0.0) for name in names)] for example in found])
        right = np.array([example.right for example in found], np.float64)
        folds = np.array([fold(cases[example.case].pair.ref.text) for example in found])
        counts = np.array([OF_FRONTLINE if cases[e.case].category == "frontline" else 1.0 for e in found])
        said = np.zeros(len(found))
        for k in range(FOLDS):
            seen, held = folds != k, folds == k
            said[held] = sigmoid(values[held] @ fit(values[seen], right[seen], counts[seen]))
        print_finder(finder, categories, cases, found, said)
        for name, weight in zip(["bias", *names], fit(values, right, counts), strict=True):
            print(f'        "{name}": {weight:.2f},')


def read_cases(data: Path) -> Iterator[Case]:
    for path in sorted((data / "meaning").glob("*.jsonl")):
        for row in read(path):
            yield Case(row["cat"], Pair.of(row["good"], row["ref"]), False, never)
            gold = row["spans"][1]
            yield Case(row["cat"], Pair.of(row["bad"], row["ref"]), True, lambda span, gold=gold: touches([span], gold))
    for row in read(data / "entities" / "human_ref_vs_ref.jsonl"):
        yield Case("human", Pair.of(row["hyp"], row["ref"]), False, never)
    first, second = (lines(data / "wmt21" / "references" / f"ru-en.ref{x}.txt") for x in "AB")
    for ref, hyp in zip(first, second, strict=True):
        yield Case("human", Pair.of(hyp, ref), False, never)
    errors = [error for error in read_gold(CORPUS)[0] if error.category.startswith("Accuracy/")]
    for hyp, ref, place in read_units(CORPUS):
        yield Case("frontline", Pair.of(hyp, ref), False, lambda span, place=place: touches_any(place(span), errors))


def touches_any(item: Item, errors: Iterable[Item]) -> bool:
    return any(item.touches(error) for error in errors)


def never(span: ErrorSpan) -> bool:
    return False


def examples(cases: Sequence[Case], finder: str) -> Iterator[Example]:
    for number, case in enumerate(cases):
        for span, evidence in candidates(case.pair, finder):
            yield Example(number, dict(evidence), case.is_right(ErrorSpan(*span, category="")))


def candidates(pair: Pair, finder: str) -> Iterator[tuple[tuple[Span, Span], Iterable[tuple[str, float]]]]:
    """The places of all candidates in hypothesis and reference, and their evidence."""
    if finder == "opposites":
        for of in opposites.unturned(pair):
            yield (pair.hyp.spans[of.hyp], pair.ref.spans[of.ref]), opposites.evidence(pair, of)
        return
    hyp, ref = polarity.unanswered(pair)
    for i in hyp:
        yield (pair.hyp.spans[i], point(pair, i)), polarity.evidence(pair.hyp, i, pair.to_ref, pair.ref, pair.to_hyp)
    for j in ref:
        yield (
            (point_in_hyp(pair, j), pair.ref.spans[j]),
            polarity.evidence(pair.ref, j, pair.to_hyp, pair.hyp, pair.to_ref),
        )


def fold(ref: str) -> int:
    return hashlib.sha256(ref.encode()).digest()[0] % FOLDS


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def fit(values: np.ndarray, right: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """By Newton's method; the bias, in the first column, is not penalised."""
    weights = np.zeros(values.shape[1])
    ridge = np.diag([1e-6, *[RIDGE] * (values.shape[1] - 1)])
    for _ in range(30):
        said = sigmoid(values @ weights)
        slope = values.T @ (counts * (said - right)) + ridge @ weights
        weights -= np.linalg.solve((values.T * (counts * said * (1 - said))) @ values + ridge, slope)
    return weights


def print_finder(
    finder: str, categories: Sequence[str], cases: Sequence[Case], found: Sequence[Example], said: np.ndarray
) -> None:
    flagged = {example.case for example, sure in zip(found, said, strict=True) if sure >= 0.5}
    groups = {
        f"recall of {', '.join(categories)}": [
            k for k, c in enumerate(cases) if c.category in categories and c.is_wrong
        ],
        "alarms in right outputs": [
            k for k, c in enumerate(cases) if c.category not in ("human", "frontline") and not c.is_wrong
        ],
        "alarms in human translations": [k for k, c in enumerate(cases) if c.category == "human"],
    }
    print(f"\n{finder}: {len(found)} candidates")
    for name, members in groups.items():
        print(f"  {name:<32}{len(flagged.intersection(members)) / len(members):.3f} of {len(members)}")
    here = [
        e.right for e, sure in zip(found, said, strict=True) if cases[e.case].category == "frontline" and sure >= 0.5
    ]
    print(f"  {'right in frontline':<32}{np.mean(here):.3f} of {len(here)}")
    right = np.array([example.right for example in found])
    for low in np.arange(0, 1, 0.2):
        inside = (said >= low) & (said < low + 0.2 + 1e-9 * (low > 0.7))
        if inside.any():
            part = f"{inside.sum():>4} candidates, {right[inside].mean():.2f} of them right"
            print(f"  confidence {low:.1f}-{low + 0.2:.1f}: {part}")
    print(f"  Brier score {np.mean((said - right) ** 2):.3f}")


if __name__ == "__main__":
    main()
