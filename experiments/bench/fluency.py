"""`mtqe.score_fluency` on the development sets of fluency, beside baselines, with and without human text and the probe.

python experiments/bench/fluency.py ../shared/data [--probe]

Fluent and corrupted texts (DEMETR, nine languages of corruptions), MQM penalties of outputs of the same source, and
control pairs, whose difference is no matter of fluency. Every scorer is judged by `score_fluency.py` beside the data.
The human text for English is the references of `wmt21`, for other languages `fluency/lm_text`; no text stands in the
text of its model. Intervals are bootstraps over sources, 95 %. Last come the marks on human text and the speed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mtqe
from mtqe.errors import DataWarning
from mtqe.fluency.ngram import CharacterModel
from mtqe.fluency.rules import find_errors

Key = tuple[str, str]
Scores = Mapping[Key, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with fluency and wmt21")
    parser.add_argument("--probe", action="store_true", help="also with the probe (the extra `offline`)")
    options = parser.parse_args()
    warnings.simplefilter("ignore", DataWarning)
    judge = scorer(options.data.parent / "tools" / "score_fluency.py")
    pairs = [
        *rows(options.data / "fluency" / "pairs_demetr.jsonl"),
        *rows(options.data / "fluency" / "pairs_synth.jsonl"),
    ]
    mqm = rows(options.data / "fluency" / "mqm_ted_zhen.jsonl")
    texts: dict[str, list[str]] = defaultdict(list)
    for language, text in dict.fromkeys(
        [(pair["lang"], pair[side]) for pair in pairs for side in ("good", "bad")]
        + [("en", row["text"]) for row in mqm]
    ):
        texts[language].append(text)
    human = {language: human_text(options.data, language) for language in texts}
    runs: dict[str, Callable[[str, Sequence[str]], Sequence[float]]] = {
        "minus length": lambda _, given: [-float(len(text)) for text in given],
        "rules alone": lambda language, given: rules_alone(language, given),
        "no text": lambda language, given: ours(language, given, None, None),
        "human text": lambda language, given: ours(language, given, human[language], None),
    }
    if options.probe:
        runs["human text, probe"] = lambda language, given: ours(
            language, given, human[language], "minilm" if language == "en" else None
        )
    reports = {}
    print(f"{'scorer':<20}{'DEMETR':>8}{'control':>9}{'synth':>8}{'MQM':>8}  interval")
    for name, run in runs.items():
        scores = {
            (lang, text): s for lang, given in texts.items() for text, s in zip(given, run(lang, given), strict=True)
        }
        reports[name] = judge.report(pairs, mqm, scores)
        macro, same = reports[name]["macro"], reports[name]["mqm_ted_zhen"]["fluency"]["same_source_pairwise_acc"]
        low, high = interval(mqm, scores)
        print(
            f"{name:<20}{macro['demetr']:>8.3f}{macro['control']:>9.3f}{macro['synth']:>8.3f}{same:>8.3f}  "
            f"[{low:.3f}, {high:.3f}]",
            flush=True,
        )
    print_categories(reports)
    print_marks(options.data)
    print_speed(human["en"], texts["en"])


def ours(language: str, texts: Sequence[str], human: Sequence[str] | None, probe: str | None) -> Sequence[float]:
    return mtqe.score_fluency(texts, language=language, lm_text=human, probe=probe).scores.tolist()


def rules_alone(language: str, texts: Sequence[str]) -> Sequence[float]:
    return (-mtqe.score_fluency(texts, language=language).penalty).tolist()


def human_text(data: Path, language: str) -> list[str]:
    if language != "en":
        return lines(data / "fluency" / "lm_text" / f"{language}.txt")
    paths = sorted((data / "wmt21" / "references").glob("*-en.ref*.txt"))
    return sorted({line for path in paths for line in lines(path)})


def interval(mqm: Sequence[Mapping[str, Any]], scores: Scores) -> tuple[float, float]:
    """Of the share of output pairs of one source, different in penalty, that are ordered rightly."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in mqm:
        if row["system"] not in ("ref", "refB"):
            groups[row["doc"], row["seg"]].append(row)
    counts = []
    for group in groups.values():
        right = total = 0.0
        for k, one in enumerate(group):
            for other in group[k + 1 :]:
                if one["fluency"] != other["fluency"] and one["text"] != other["text"]:
                    gap = (scores["en", one["text"]] - scores["en", other["text"]]) * (
                        other["fluency"] - one["fluency"]
                    )
                    right, total = right + (gap > 0) + (gap == 0) / 2, total + 1
        counts.append((right, total))
    of = np.array(counts)
    draws = of[np.random.default_rng(1).integers(len(of), size=(2000, len(of)))].sum(axis=1)
    low, high = np.quantile(draws[:, 0] / draws[:, 1], [0.025, 0.975])
    return float(low), float(high)


def print_categories(reports: Mapping[str, Mapping[str, Any]]) -> None:
    names = list(reports)[1:]
    print(f"\n{'category':<30}{'n':>5}" + "".join(f"{name:>20}" for name in names))
    for category, found in reports[names[0]]["categories"].items():
        values = [reports[name]["categories"][category]["acc"] for name in names]
        print(f"{category:<30}{found['n']:>5}" + "".join(f"{value:>20.3f}" for value in values))
    for language in reports[names[0]]["synth_by_lang"]:
        values = [reports[name]["synth_by_lang"][language] for name in names]
        print(f"{'synth, ' + language:<35}" + "".join(f"{value:>20.3f}" for value in values))


def print_marks(data: Path) -> None:
    """Shares of segments of human text with a verdict, and with a hint and no verdict."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows(data / "fluency" / "clean.jsonl"):
        groups[row["lang"]].append(row["text"])
    print(f"\n{'human text':<12}{'segments':>9}{'verdicts':>10}{'hints':>8}")
    marked = []
    for language, texts in groups.items():
        found = [find_errors(text, language) for text in texts]
        verdict = [any(error.confidence >= 0.5 for error in of) for of in found]
        hint = [bool(of) and not sure for of, sure in zip(found, verdict, strict=True)]
        marked += list(zip(verdict, hint, strict=True))
        print(f"{language:<12}{len(texts):>9}{np.mean(verdict):>10.3f}{np.mean(hint):>8.3f}")
    verdicts, hints = np.mean(marked, axis=0)
    print(f"{'all':<12}{len(marked):>9}{verdicts:>10.3f}{hints:>8.3f}")


def print_speed(human: Sequence[str], texts: Sequence[str]) -> None:
    """CPU seconds; one warm-up each, since word lists are read and code is compiled at the first call."""
    fitted = [*human, *human][:6000]
    words = sum(len(text.split()) for text in texts)

    def seconds(run: Callable[[], object]) -> float:
        start = time.process_time()
        run()
        return time.process_time() - start

    model = CharacterModel(fitted)
    find_errors(texts[0], "en")
    fit, bits = seconds(lambda: CharacterModel(fitted)), seconds(lambda: model.bits(texts))
    rules = seconds(lambda: [find_errors(text, "en") for text in texts])
    print(
        f"\nfit of {len(fitted)} lines {fit:.2f} s (bar 1.5); words a second: "
        f"n-grams {words / bits:,.0f} (bar 60,000), rules {words / rules:,.0f} (bar 80,000)"
    )


def scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score_fluency", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(path)]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


if __name__ == "__main__":
    main()
