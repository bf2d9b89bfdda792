"""Fits the weights of `mtqe/entities/evidence.py` on the development data.

python experiments/bench/fit_entities.py ../shared/data [--write]

Prints for each rule and set how many of the verdicts are right, out of sample, and how many of all findings; with
`--write` makes `mtqe/entities/weights.py`. A finding is right where its span overlaps a labelled error of the segment;
segments whose error has no place are left out. For each rule a logistic regression with a ridge penalty, by Newton's
method; five folds by a hash of the segment's id.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from entity_cases import Case, find, part_of, read_cases, touch
from numpy.typing import NDArray

from mtqe.entities import weights
from mtqe.entities.weights import WEIGHTS

#: How much a finding of each set counts: most where real output was labelled by hand.
SETS = {
    "natural": 3.0,
    "natural_wmt": 1.0,
    "human_ref_vs_ref": 0.3,
    "demetr_ne_removed": 0.25,
    "demetr_ne_replaced": 0.25,
    "translit_name": 0.1,
    "translit_place": 0.1,
}
#: Chosen, like the counts above, by what five folds of the natural set say out of sample.
RIDGE, RIDGE_OF_BIAS = 16.0, 0.01
FOLDS = 5
HEAD = '''"""What each piece of evidence is worth; written by `experiments/bench/fit_entities.py`."""

#: For each rule the log-odds of an error before any evidence (""), and what each piece of evidence adds.
WEIGHTS: dict[str, dict[str, float]] = {
'''

Array = NDArray[np.float64]


class Example(NamedTuple):
    """A finding: the segment, the rule and its evidence, and whether it is right."""

    case: Case
    rule: str
    evidence: tuple[str, ...]
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with natural and entities")
    parser.add_argument("--write", action="store_true", help="write mtqe/entities/weights.py")
    options = parser.parse_args()
    examples = list(collect(read_cases(options.data)))
    if options.write:
        Path(weights.__file__).write_text(written(fitted(examples)), encoding="utf-8")
        return
    print("verdicts: right / all; findings: right / all")
    for rule, of in by_rule(examples).items():
        print(f"\n{rule}")
        print_validation(of)


def collect(cases: Sequence[Case]) -> Iterator[Example]:
    """Every case twice, with its source and without, so that confidence means the same where there is none."""
    cases = [case for case in cases if case.category in SETS and case.wrong is not None]
    found = find(cases), find(cases, with_sources=False)
    for case in cases:
        for error in (*found[0][case.id], *found[1][case.id]):
            if error.rule in WEIGHTS and bool(case.gold) == case.wrong:
                right = any(touch(gold, error) for gold in case.gold)
                yield Example(case, error.rule, error.evidence, right)


def by_rule(examples: Sequence[Example]) -> dict[str, list[Example]]:
    return {rule: [example for example in examples if example.rule == rule] for rule in WEIGHTS}


def fitted(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """The weights of each rule, as `mtqe.entities.weights` has them."""
    found = {}
    for rule, of in by_rule(examples).items():
        names, *data = matrices(of)
        found[rule] = dict(zip(["", *names], fit(*data).tolist(), strict=True))
    return found


@contextmanager
def using(found: Mapping[str, dict[str, float]]) -> Iterator[None]:
    """The detector with these weights."""
    before = dict(WEIGHTS)
    WEIGHTS.update(found)
    try:
        yield
    finally:
        WEIGHTS.update(before)


def written(found: Mapping[str, Mapping[str, float]]) -> str:
    """The text of `mtqe/entities/weights.py`."""
    lines = []
    for rule, of in found.items():
        lines += [f'    "{rule}": {{', *(f'        "{name}": {value:.2f},' for name, value in of.items()), "    },"]
    return HEAD + "\n".join(lines) + "\n}\n"


def print_validation(examples: Sequence[Example]) -> None:
    _, design, right, weight = matrices(examples)
    fold = np.array([part_of(example.case, FOLDS) for example in examples])
    verdicts = np.zeros(len(examples), dtype=bool)
    for k in range(FOLDS):
        kept = fold != k
        verdicts[~kept] = sigmoid(design[~kept] @ fit(design[kept], right[kept], weight[kept])) >= 0.5
    for name in SETS:
        here = np.array([example.case.category == name for example in examples])
        if here.any():
            of_verdicts = f"{right[here & verdicts].sum():.0f} / {(here & verdicts).sum()}"
            print(f"  {name:<20}{of_verdicts:>12}{f'{right[here].sum():.0f} / {here.sum()}':>14}")


def matrices(examples: Sequence[Example]) -> tuple[list[str], Array, Array, Array]:
    """The pieces of evidence; ones and whether each is there; whether each finding is right, and what it counts."""
    names = sorted({name for example in examples for name in example.evidence})
    design = np.ones((len(examples), 1 + len(names)))
    design[:, 1:] = [[name in example.evidence for name in names] for example in examples]
    right = np.array([float(example.right) for example in examples])
    return names, design, right, np.array([SETS[example.case.category] for example in examples])


def fit(design: Array, right: Array, weight: Array) -> Array:
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = RIDGE_OF_BIAS
    found = np.zeros(design.shape[1])
    for _ in range(50):
        p = sigmoid(design @ found)
        gradient = design.T @ (weight * (right - p)) - penalty * found
        hessian = (design.T * (weight * p * (1 - p))) @ design + np.diag(penalty)
        found += np.linalg.solve(hessian, gradient)
    return found


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


if __name__ == "__main__":
    main()
