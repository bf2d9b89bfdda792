"""Meaning candidates of mtqe on the development data, beside one threshold on a score.

python experiments/bench/meaning.py ../shared/data [--minilm] [--out DIR] [--errors CATEGORY]

`meaning` (pairs of a right output and the same with one planted error) and `natural` (real output, labelled blind) are
scored as the scorers beside the data do (../shared/tools). False alarms are the share of segments with a candidate in
professional references read against one another, all candidates and those of polarity and roles alone. The baselines
are the thresholds that are best on the very data: on chrF, and with `--minilm` on BERTScore and on the cosine of the
token of the reference that is least like any of the hypothesis. Then come the pooled balanced accuracy without each
rule, and how many candidates of a confidence are right. With `--minilm` the packaged encoder helps (the extra
`offline`).

What was fitted (`fit_meaning.py`, `fit_content.py`) was fitted on these very pairs: those two print what it is worth on
pairs that it has not seen, which is less.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics.chrf import CHRF

import mtqe
from mtqe.alignment.words import EncodedText, TokenEncoder
from mtqe.results import ErrorSpan

#: A candidate touches a planted error from so many characters away, as the scorer has it.
NEAR = 2
#: The layer of MiniLM whose tokens tell paraphrase best.
LAYER = 3
OMISSIONS = ("subject_omitted", "noun_omitted", "verb_omitted", "modifier_omitted", "phrase_omitted")
TURNED = ("polarity", "roles")
BARS = {"ALL": (0.70, 0.75), "negation": (0.90, 0.92), "antonym": (0.66, 0.72), "addition": (0.72, 0.76)}
Row = Mapping[str, Any]
Found = list[ErrorSpan]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with meaning, natural, entities and wmt21")
    parser.add_argument("--minilm", action="store_true", help="with the packaged encoder")
    parser.add_argument("--out", type=Path, help="a folder for the verdicts as the scorers read them")
    parser.add_argument("--errors", metavar="CATEGORY", help="every miss and false alarm of a category, to be read")
    options = parser.parse_args()
    encoder = minilm() if options.minilm else None
    pairs = [row for path in sorted((options.data / "meaning").glob("*.jsonl")) for row in read(path)]
    sides = {
        side: find([row[side] for row in pairs], [row["ref"] for row in pairs], encoder) for side in ("good", "bad")
    }
    natural = read(options.data / "natural" / "segments.jsonl")
    in_natural = find([row["hyp"] for row in natural], [row["ref"] for row in natural], encoder)
    if options.errors:
        show_errors(options.errors, pairs, sides)
        return
    print_pairs(pairs, sides, baselines(pairs, encoder), 1 if options.minilm else 0)
    print_ablation(pairs, sides)
    print_calibration(pairs, sides)
    print_false_alarms(options.data, encoder)
    print_natural(natural, in_natural)
    if options.out:
        write(options.out, pairs, sides, natural, in_natural)


def find(hyps: Sequence[str], refs: Sequence[str], encoder: TokenEncoder | None) -> list[Found]:
    return mtqe.find_meaning_errors(hyps, refs, encoder=encoder)


def flagged(found: Found) -> Found:
    return [span for span in found if span.confidence >= 0.5]


def baselines(pairs: Sequence[Row], encoder: TokenEncoder | None) -> dict[str, dict[str, np.ndarray]]:
    """The scores of both sides of each pair."""
    chrf = CHRF()
    found = {
        "chrF": {
            s: np.array([chrf.sentence_score(row[s], [row["ref"]]).score for row in pairs]) for s in ("good", "bad")
        }
    }
    if encoder is None:
        return found
    encoded = dict(encoder.encode(sorted({row[side] for row in pairs for side in ("good", "bad", "ref")})))
    units = {text: normalised(of) for text, of in encoded.items()}
    for name in ("BERTScore", "weakest"):
        found[name] = {
            s: np.array([similar(units[r[s]], units[r["ref"]], name) for r in pairs]) for s in ("good", "bad")
        }
    return found


def normalised(encoded: EncodedText) -> np.ndarray:
    return encoded.vectors / np.linalg.norm(encoded.vectors, axis=1, keepdims=True)


def similar(hyp: np.ndarray, ref: np.ndarray, name: str) -> float:
    """F1 of greedy matching (Zhang et al. 2020), or the least cosine of a token of the reference with its nearest."""
    cosines = hyp @ ref.T
    if name == "weakest":
        return float(cosines.max(axis=0).min())
    precision, recall = cosines.max(axis=1).mean(), cosines.max(axis=0).mean()
    return float(2 * precision * recall / (precision + recall))


def print_ablation(pairs: Sequence[Row], sides: Mapping[str, Sequence[Found]]) -> None:
    def accuracy(rule: str) -> float:
        bad, good = (np.mean([any(s.rule != rule for s in flagged(of)) for of in sides[s]]) for s in ("bad", "good"))
        return float(bad + 1 - good) / 2

    rules = Counter(span.rule for of in sides["bad"] for span in flagged(of))
    print("pooled balanced accuracy without", ", ".join(f"{r} {accuracy(r):.3f}" for r, _ in rules.most_common()))


def print_calibration(pairs: Sequence[Row], sides: Mapping[str, Sequence[Found]]) -> None:
    """Candidates of both sides by confidence; half of the outputs have an error."""
    said = [
        (s.confidence, touches([s], row["spans"][1])) for row, of in zip(pairs, sides["bad"], strict=True) for s in of
    ]
    said += [(span.confidence, False) for of in sides["good"] for span in of]
    print("confidence, candidates, share of them right:", end="")
    for low in (0.3, 0.5, 0.7, 0.9):
        right = [hit for sure, hit in said if low <= sure < low + 0.2]
        print(f"  {low:.1f}-{min(low + 0.2, 1):.1f} {len(right)} {np.mean(right):.2f}", end="")
    print()


def print_pairs(
    pairs: Sequence[Row],
    sides: Mapping[str, Sequence[Found]],
    scores: Mapping[str, Mapping[str, np.ndarray]],
    bar: int,
) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(pairs):
        groups[row["cat"]].append(i)
        groups["ALL"].append(i)
    print(
        f"{'category':<18}{'n':>6}{'recall':>9}{'alarms':>9}{'bal_acc':>9}{'bar':>6}{'spans':>8}"
        + "".join(f"{name:>11}" for name in scores)
    )
    accuracy = {}
    for name, members in sorted(groups.items(), key=lambda item: (item[0] == "ALL", item[0])):
        bad = [bool(flagged(sides["bad"][i])) for i in members]
        good = [bool(flagged(sides["good"][i])) for i in members]
        hits = [touches(flagged(sides["bad"][i]), pairs[i]["spans"][1]) for i in members]
        accuracy[name] = (np.mean(bad) + 1 - np.mean(good)) / 2
        spans = sum(hits) / max(1, sum(bad))
        thresholds = [best_threshold(of["good"][members], of["bad"][members]) for of in scores.values()]
        shown = f"{BARS[name][bar]:.2f}" if name in BARS else ""
        print(
            f"{name:<18}{len(members):>6}{np.mean(bad):>9.3f}{np.mean(good):>9.3f}{accuracy[name]:>9.3f}{shown:>6}"
            f"{spans:>8.3f}" + "".join(f"{value:>11.3f}" for value in thresholds)
        )
    print(f"{'omissions, mean':<18}{'':>24}{np.mean([accuracy[name] for name in OMISSIONS]):>9.3f}")
    rules = Counter(span.rule for found in sides["good"] for span in flagged(found))
    print("candidates in right outputs:", ", ".join(f"{rule} {n}" for rule, n in rules.most_common()))


def touches(found: Found, gold: Sequence[int]) -> bool:
    return any(
        span.hyp_span is not None and span.hyp_span[0] <= gold[1] + NEAR and gold[0] - NEAR <= span.hyp_span[1]
        for span in found
    )


def best_threshold(good: np.ndarray, bad: np.ndarray) -> float:
    """Balanced accuracy of the best single threshold: `bad` below it, `good` above."""
    thresholds = np.unique(np.concatenate([good, bad]))
    return float(max(((bad <= t).mean() + (good > t).mean()) / 2 for t in thresholds))


def print_false_alarms(data: Path, encoder: TokenEncoder | None) -> None:
    human = read(data / "entities" / "human_ref_vs_ref.jsonl")
    first, second = (lines(data / "wmt21" / "references" / f"ru-en.ref{x}.txt") for x in "AB")
    sets = {
        "human_ref_vs_ref": ([row["hyp"] for row in human], [row["ref"] for row in human]),
        "wmt21 ru-en B against A": (second, first),
    }
    print(f"\n{'false alarms':<26}{'segments':>9}{'all':>8}{'polarity, roles':>17}{'pairs a second':>16}")
    for name, (hyps, refs) in sets.items():
        start = time.process_time()
        found = [flagged(of) for of in find(hyps, refs, encoder)]
        speed = len(hyps) / (time.process_time() - start)
        turned = [any(span.rule in TURNED for span in of) for of in found]
        share, alone = np.mean([bool(of) for of in found]), np.mean(turned)
        print(f"{name:<26}{len(hyps):>9}{share:>8.3f}{alone:>17.3f}{speed:>16,.0f}")


def print_natural(rows: Sequence[Row], found: Sequence[Found]) -> None:
    clear = [i for i, row in enumerate(rows) if row["meaning_label"] in ("error", "clean")]
    errors = np.array([rows[i]["meaning_label"] == "error" for i in clear])
    verdicts = np.array([bool(flagged(found[i])) for i in clear])
    chrf = CHRF()
    values = np.array([chrf.sentence_score(rows[i]["hyp"], [rows[i]["ref"]]).score for i in clear])
    print(f"\nnatural: {len(clear)} segments, {errors.sum()} with a grave meaning error; 95 % bootstrap intervals")
    draws = np.random.default_rng(1).integers(len(clear), size=(2000, len(clear)))
    for label, pick in {
        "recall": lambda e, v: v[e].mean() if e.any() else np.nan,
        "false alarms": lambda e, v: v[~e].mean(),
        "balanced accuracy": lambda e, v: (v[e].mean() + 1 - v[~e].mean()) / 2 if e.any() else np.nan,
    }.items():
        resampled = [pick(errors[draw], verdicts[draw]) for draw in draws]
        low, high = np.nanquantile(resampled, [0.025, 0.975])
        print(f"  {label:<18}{pick(errors, verdicts):.3f} [{low:.3f}, {high:.3f}]")
    print(f"  best threshold on chrF {best_threshold(values[~errors], values[errors]):.3f}")


def show_errors(category: str, pairs: Sequence[Row], sides: Mapping[str, Sequence[Found]]) -> None:
    for i, row in enumerate(pairs):
        if row["cat"] != category:
            continue
        for side, wrong in (("bad", not flagged(sides["bad"][i])), ("good", bool(flagged(sides["good"][i])))):
            if wrong:
                marks = "; ".join(f"{s.rule} {s.hyp_span} {s.confidence:.2f}" for s in sides[side][i])
                what = "missed" if side == "bad" else "alarm"
                print(f"{what}  {row['id']}\n  ref {row['ref']}\n  hyp {row[side]}\n  {marks}")


def write(
    out: Path,
    pairs: Sequence[Row],
    sides: Mapping[str, Sequence[Found]],
    natural: Sequence[Row],
    found: Sequence[Found],
) -> None:
    """meaning.jsonl and natural.jsonl, as the scorers read them."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "meaning.jsonl").open("w", encoding="utf-8") as file:
        for i, row in enumerate(pairs):
            for side in ("good", "bad"):
                spans = [list(span.hyp_span) for span in flagged(sides[side][i]) if span.hyp_span is not None]
                score = max((span.confidence for span in sides[side][i]), default=0.0)
                verdict = {"id": row["id"], "side": side, "score": score, "flagged": bool(spans), "spans": spans}
                file.write(json.dumps(verdict) + "\n")
    with (out / "natural.jsonl").open("w", encoding="utf-8") as file:
        for row, of in zip(natural, found, strict=True):
            errors = [{"hyp_span": span.hyp_span, "ref_span": span.ref_span} for span in flagged(of)]
            file.write(json.dumps({"id": row["id"], "errors": errors}) + "\n")


def minilm() -> TokenEncoder:
    from mtqe.neural.minilm import encoder

    found: TokenEncoder = encoder(LAYER, None, "experiments/bench/meaning.py --minilm")
    return found


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in lines(path)]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


if __name__ == "__main__":
    main()
