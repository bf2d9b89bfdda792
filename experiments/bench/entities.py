"""Entity errors found by mtqe on the development data, against looking names up exactly and fuzzily.

python experiments/bench/entities.py ../shared/data [--halves] [--out DIR] [--errors | --ablation | --speed]

The baselines look up the same names and numbers in the best way on the very data: `exact` as they are (m-ETA), `fuzzy`
above a partial ratio. Intervals are 95 % percentile bootstrap over segments, paired where methods are compared. Figures
are those of the scorers beside the data (../shared/tools). Shown are natural, with `--halves` also either half by the
hash of the id, with weights that were fitted without it; the other sets, and how far confidence can be believed; or
what one of the last three options asks for.
`--out` keeps verdicts as the scorers read them, and the calibration curve. What is measured on corpora/frontline,
experiments/bench/frontline.py shows.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from entity_cases import (
    EXACT,
    FUZZY,
    Case,
    Errors,
    Findings,
    Outcome,
    Sample,
    estimate,
    find,
    mentions_of,
    outcome,
    part_of,
    read_cases,
    tune,
    verdicts,
)
from entity_reading import calibration, plot_calibration, print_by_status, print_calibration, print_mistakes
from fit_entities import collect, fitted, using

import mtqe
from mtqe.entities.mentions import Truecaser
from mtqe.results import EntityError

Predictions = Mapping[str, Mapping[str, Errors]]  # by method and id
Figures = Callable[[Any], Mapping[str, float]]  # score_natural's: counts of (wrong, flagged) to precision and so on
Score = Callable[[Any, Any], Mapping[str, Mapping[str, Any]]]  # score_entities': rows, predictions to figures

METHODS = ("ours", "exact", "fuzzy")
DIFFERENCES = (("ours", "fuzzy"), ("ours", "exact"))
MEASURES = ("precision", "recall", "bal_acc", "false_alarm", "span_recall")
NAMES = ("demetr_ne_replaced", "demetr_ne_removed")
POOL = (*NAMES, "demetr_numbers", "human_ref_vs_ref")
NUMBERS = ("numbers_value", "numbers_format")
#: Sets of categories, each with the categories that baselines are tuned on and the measure that is compared.
SETS: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "DEMETR x3 + human": (POOL, POOL, "bal_acc"),
    "DEMETR names": (NAMES, NAMES, "bal_acc"),
    "demetr_numbers": (["demetr_numbers"], ["demetr_numbers"], "bal_acc"),
    "human, false alarms": (["human_ref_vs_ref"], POOL, "false_alarm"),
    "eamt": (["eamt"], ["eamt"], "bal_acc"),
    "translit_place": (["translit_place"], ["translit_place"], "bal_acc"),
    "translit_name": (["translit_name"], ["translit_name"], "bal_acc"),
    "numbers": (NUMBERS, NUMBERS, "bal_acc"),
    "natural_wmt": (["natural_wmt"], ["natural_wmt"], "bal_acc"),
    "seed_article": (["seed_article"], ["seed_article"], "bal_acc"),
}
COLUMNS = ("n", "n_err", "P", "R", "F1", "specificity", "bal_acc", "span_P", "span_R")
#: What the ablation shows: categories and a measure.
HEADLINES: dict[str, tuple[Sequence[str], str]] = {
    **{f"natural {name}": (["natural"], name) for name in MEASURES},
    "DEMETR x3 + human bal_acc": (POOL, "bal_acc"),
    "DEMETR names bal_acc": (NAMES, "bal_acc"),
    "demetr_numbers bal_acc": (["demetr_numbers"], "bal_acc"),
    "human false_alarm": (["human_ref_vs_ref"], "false_alarm"),
    "translit_place false_alarm": (["translit_place"], "false_alarm"),
    "translit_place recall": (["translit_place"], "recall"),
    "translit_name false_alarm": (["translit_name"], "false_alarm"),
    "translit_name recall": (["translit_name"], "recall"),
}
#: How many systems of each language pair of WMT21 `--speed` reads.
SYSTEMS = 4


class NoPlaces:
    """A gazetteer that knows no place."""

    def identities(self, form: str, least: int = 0) -> frozenset[str]:
        return frozenset()

    def identities_native(self, text: str) -> frozenset[str]:
        return frozenset()

    def population(self, form: str) -> int:
        return 0


#: Names in mtqe.entities, and what stands there when the component is off.
COMPONENTS: dict[str, dict[str, Callable[..., Any]]] = {
    "gazetteer": {"knowledge.places._gazetteer": NoPlaces},
    "romanisation key": {
        "forms.romanisation_key": lambda form, source_language=None: form,
        "slavic.key": lambda form: form,
        "slavic.compare": lambda a, b: None,
    },
    "truecaser": {"mentions.Truecaser": lambda texts, language: Truecaser((), language)},
    "name-likeness": {"knowledge.vocabulary.is_international": lambda word, language: False},
}


def predict(cases: Sequence[Case], found: Findings, tuned_on: Sequence[Case] | None = None) -> tuple[Predictions, str]:
    """What each method calls wrong in each case, and in words what the baselines were tuned to."""
    tuned_on = tuned_on or cases
    mentions = {case.id: mentions_of(case, found[case.id]) for case in {*cases, *tuned_on}}
    exact, fuzzy = (tune(tuned_on, mentions, **space) for space in (EXACT, FUZZY))
    return {
        "ours": {case.id: verdicts(found[case.id]) for case in cases},
        "exact": {case.id: exact.errors(case, mentions[case.id]) for case in cases},
        "fuzzy": {case.id: fuzzy.errors(case, mentions[case.id]) for case in cases},
    }, f"exact: {exact}; fuzzy: {fuzzy}"


def outcomes(cases: Sequence[Case], predictions: Predictions) -> list[Outcome]:
    return [outcome(case, [of[case.id] for of in predictions.values()]) for case in cases]


def measure(name: str, method: int, figures: Figures) -> Callable[[Sample], float]:
    """The function that `estimate` takes: one of MEASURES, of the method at this place of an outcome."""

    def measured(sample: Sample) -> float:
        if name == "span_recall":
            touched = sum(n * of.touched[method] for of, n in sample.items())
            return touched / max(1, sum(n * of.errors for of, n in sample.items()))
        cells: Counter[tuple[bool, bool]] = Counter()
        for of, n in sample.items():
            cells[of.wrong, of.flagged[method]] += n
        return figures(cells)[name]

    return measured


def difference(name: str, a: str, b: str, figures: Figures) -> Callable[[Sample], float]:
    one, other = (measure(name, METHODS.index(method), figures) for method in (a, b))
    return lambda sample: one(sample) - other(sample)


def print_natural(title: str, cases: Sequence[Case], found: Findings, figures: Figures) -> None:
    predictions, baselines = predict(cases, found)
    of = outcomes(cases, predictions)
    print(f"\n{title}: {len(cases)} segments, {sum(bool(c.wrong) for c in cases)} with errors; {baselines}")
    print(f"{'':<14}" + "".join(f"{name:>24}" for name in MEASURES))
    for i, method in enumerate(METHODS):
        print(f"{method:<14}" + "".join(f"{estimate(of, measure(name, i, figures))!s:>24}" for name in MEASURES))
    for a, b in DIFFERENCES:
        row = (estimate(of, difference(name, a, b, figures)) for name in MEASURES)
        print(f"{a + ' - ' + b:<14}" + "".join(f"{value!s:>24}" for value in row))


def print_halves(cases: Sequence[Case], figures: Figures) -> None:
    """What natural is without over-fitting of the weights; rules and thresholds have been chosen on all of it."""
    natural = [case for case in cases if case.category == "natural"]
    examples = list(collect(cases))
    found: dict[str, Sequence[EntityError]] = {}
    for half in (0, 1):
        its = {case.id for case in natural if part_of(case, 2) == half}
        with using(fitted([example for example in examples if example.case.id not in its])):
            found |= {id_: errors for id_, errors in find(natural).items() if id_ in its}
        title = f"natural, half {half}, weights fitted without it"
        print_natural(title, [case for case in natural if case.id in its], found, figures)
    print_natural("natural, both halves, each with weights fitted without it", natural, found, figures)


def print_source_only(cases: Sequence[Case], figures: Figures) -> None:
    found = find(cases, with_refs=False)
    of = outcomes(cases, {"ours": {case.id: verdicts(found[case.id]) for case in cases}})
    print(f"{'source only':<14}" + "".join(f"{estimate(of, measure(name, 0, figures))!s:>24}" for name in MEASURES))


def print_pairs(cases: Sequence[Case], found: Findings, figures: Figures) -> None:
    predictions, _ = predict(cases, found)
    print(f"\n{'by pair':<10}{'n':>5}{'errors':>8}" + "".join(f"{m + ' P / R / BA':>24}" for m in METHODS))
    for pair in sorted({case.pair for case in cases}):
        its = [case for case in cases if case.pair == pair]
        sample = Counter(outcomes(its, predictions))
        cells = (
            " / ".join(f"{measure(name, i, figures)(sample):.2f}" for name in MEASURES[:3]) for i in range(len(METHODS))
        )
        print(f"{pair:<10}{len(its):>5}{sum(bool(c.wrong) for c in its):>8}" + "".join(f"{x:>24}" for x in cells))


def print_sets(cases: Sequence[Case], found: Findings, figures: Figures) -> None:
    head = (*METHODS, *(f"{a} - {b}" for a, b in DIFFERENCES))
    print(f"\n{'balanced accuracy':<22}{'n':>6}" + "".join(f"{name:>24}" for name in head))
    tuned = []
    for title, (categories, tuned_on, name) in SETS.items():
        its = [case for case in cases if case.category in categories]
        predictions, baselines = predict(its, found, [case for case in cases if case.category in tuned_on])
        tuned.append(f"  {title}: {baselines}")
        of = outcomes(its, predictions)
        row = [estimate(of, measure(name, i, figures)) for i in range(len(METHODS))]
        row += [estimate(of, difference(name, a, b, figures)) for a, b in DIFFERENCES]
        print(f"{title:<22}{len(its):>6}" + "".join(f"{value!s:>24}" for value in row))
    print("\nBaselines as tuned\n" + "\n".join(tuned))


def print_categories(cases: Sequence[Case], found: Findings, score: Score) -> None:
    """Every figure of score_entities for each category, and translit_place also without the gazetteer."""
    print(f"\n{'category':<22}{'method':<8}" + "".join(f"{column:>12}" for column in COLUMNS))
    for name in sorted({case.category for case in cases}):
        its = [case for case in cases if case.category == name]
        tuned_on = next(on for categories, on, _ in reversed(SETS.values()) if name in categories)
        predictions, _ = predict(its, found, [case for case in cases if case.category in tuned_on])
        for method in METHODS:
            print(f"{name:<22}{method:<8}{category_row(its, predictions[method], score)}")
        if name == "translit_place":
            with without("gazetteer"):
                blind = {id_: verdicts(errors) for id_, errors in find(its).items()}
            print(f"{'  without gazetteer':<22}{'ours':<8}{category_row(its, blind, score)}")


def category_row(cases: Sequence[Case], errors: Mapping[str, Errors], score: Score) -> str:
    predicted = {id_: {"has_error": bool(of), "errors": of} for id_, of in errors.items()}
    values = [score([case.row for case in cases], predicted)["ALL"][column] for column in COLUMNS]
    cells = ("-" if x is None else f"{x:.3f}" if isinstance(x, float) else f"{x}" for x in values)
    return "".join(f"{cell:>12}" for cell in cells)


@contextmanager
def without(component: str) -> Iterator[None]:
    """With a component off: what it is made of is replaced wherever a module of mtqe.entities has it."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("mtqe.entities.")]
    before = [dict(vars(module)) for module in modules]
    clear_caches(modules)
    for path, new in COMPONENTS[component].items():
        old = resolve_name(f"mtqe.entities.{path}")
        for module in modules:
            vars(module).update({name: new for name, value in vars(module).items() if value is old})
    try:
        yield
    finally:
        for module, names in zip(modules, before, strict=True):
            vars(module).update(names)
        clear_caches(modules)


def clear_caches(modules: Sequence[Any]) -> None:
    for module in modules:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def headlines(cases: Sequence[Case], found: Findings, figures: Figures) -> dict[str, float]:
    values = {}
    for title, (categories, name) in HEADLINES.items():
        its = [case for case in cases if case.category in categories]
        of = outcomes(its, {"ours": {case.id: verdicts(found[case.id]) for case in its}})
        values[title] = measure(name, 0, figures)(Counter(of))
    return values


def print_ablation(cases: Sequence[Case], figures: Figures) -> None:
    """The figures, then what each gains or loses without a component; a dot is less than .0005."""
    whole = headlines(cases, find(cases), figures)
    changed = {}
    for component in COMPONENTS:
        with without(component):
            changed[component] = headlines(cases, find(cases), figures)
    changed["source"] = headlines(cases, find(cases, with_sources=False), figures)
    print(f"{'without':<28}{'nothing':>10}" + "".join(f"{component:>18}" for component in changed))
    for title, value in whole.items():
        changes = [values[title] - value for values in changed.values()]
        cells = (f"{x:+.3f}" if abs(x) >= 0.0005 else "·" for x in changes)
        print(f"{title:<28}{value:>10.3f}" + "".join(f"{cell:>18}" for cell in cells))


def print_speed(folder: Path) -> None:
    """CPU time of this process, on one core, for WMT21 into English: fresh text, then the same text again."""
    start = time.process_time()
    mtqe.find_entity_errors(["Two men in Minsk."], ["Three men in Moscow."], ["モスクワで3人。"], source_language="ja")
    print(f"knowledge opened in {time.process_time() - start:.2f} s; peak memory {peak():.0f} MB")
    print(f"{'pair':<8}{'segment pairs':>14}{'fresh, a second':>17}{'again, a second':>17}")
    sums = [0.0, 0.0, 0.0]
    for pair in ("is-en", "ja-en", "ru-en", "zh-en"):
        refs, sources = lines(folder / "references" / f"{pair}.refA.txt"), lines(folder / "sources" / f"{pair}.txt")
        systems = [*map(lines, sorted((folder / "system-outputs" / pair).glob("*.txt"))[:SYSTEMS])]
        n, seconds = len(systems) * len(refs), []
        for _ in ("fresh", "again"):
            start = time.process_time()
            for hyps in systems:
                mtqe.find_entity_errors(hyps, refs, sources, source_language=pair[:2])
            seconds.append(time.process_time() - start)
        print_rate(pair, n, *seconds)
        sums = [a + b for a, b in zip(sums, (n, *seconds), strict=True)]
    print_rate("all", *sums)
    print(f"peak memory {peak():.0f} MB")


def print_rate(title: str, n: float, fresh: float, again: float) -> None:
    print(f"{title:<8}{n:>14,.0f}{n / fresh:>17,.0f}{n / again:>17,.0f}")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def peak() -> float:
    """The most memory that this process has had, in MB (Linux)."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


def write(out: Path, cases: Sequence[Case], found: Findings) -> None:
    """Verdicts as the scorers read them: natural.jsonl and entities.jsonl."""
    for name, natural in (("natural", True), ("entities", False)):
        with (out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for case in cases:
                if (case.category == "natural") == natural:
                    errors = verdicts(found[case.id])
                    row = {"id": case.id, "has_error": bool(errors), "errors": errors}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with natural, entities and wmt21")
    parser.add_argument("--halves", action="store_true", help="natural also by halves")
    parser.add_argument("--out", type=Path, help="a folder for verdicts and the calibration curve")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--errors", action="store_true", help="every mistake, to be read")
    only.add_argument("--ablation", action="store_true", help="without each component")
    only.add_argument("--speed", action="store_true", help="segment pairs a second, and memory")
    options = parser.parse_args()
    if options.speed:
        print_speed(options.data / "wmt21")
        return
    tools = options.data.parent / "tools"
    figures = runpy.run_path(str(tools / "score_natural.py"))["figures"]
    cases = [case for case in read_cases(options.data) if case.wrong is not None]
    if options.ablation:
        print_ablation(cases, figures)
        return
    found = find(cases)
    if options.errors:
        print_mistakes(cases, found)
        return
    natural = [case for case in cases if case.category == "natural"]
    others = [case for case in cases if case.category != "natural"]
    print_natural("natural", natural, found, figures)
    print_source_only(natural, figures)
    if options.halves:
        print_halves(cases, figures)
    print_pairs(natural, found, figures)
    print_by_status(natural, found)
    print_sets(others, found, figures)
    print_categories(others, found, runpy.run_path(str(tools / "score_entities.py"))["score"])
    print_calibration(calibration(cases, found))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        write(options.out, cases, found)
        plot_calibration(calibration(cases, found), options.out)


if __name__ == "__main__":
    main()
