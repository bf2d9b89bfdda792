"""Fits `mtqe/meaning/fitted.npz`: what tells dropped and invented content from paraphrase.

python experiments/bench/fit_content.py ../shared/data [--write]

1. A network that tells from the vectors of two words of MiniLM whether words are missing between them, on sentences of
   `wmt21` of which words were taken out.
2. Gradient-boosted trees over the evidence of `mtqe/meaning/evidence.py`, without and with MiniLM, on the pairs of
   `meaning`, second human translations (`entities/human_ref_vs_ref.jsonl`, wmt21 ru-en), and for dropped content also
   on outputs of `wmt21` of which words were taken out (other lines than those of step 1).

Prints for each, by five folds of references, recall and balanced accuracy at several shares of right outputs with an
alarm, and the alarms in human translations there; then the reliability of the confidences; last what all finders
together say of `meaning`, with the trees of the other folds: `experiments/bench/meaning.py` asks those that have seen
the very pairs. Needs scikit-learn and the extra `offline`; takes about fifteen minutes. `--write` replaces the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from mtqe.alignment.forms import read_words
from mtqe.alignment.words import EncodedText, word_vectors
from mtqe.meaning import evidence, fitted
from mtqe.meaning.content import find_content
from mtqe.meaning.detect import FINDERS
from mtqe.meaning.frames import PREPOSITIONS
from mtqe.meaning.inflection import AUXILIARIES, FUNCTION_WORDS
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.usage import usage
from mtqe.neural import minilm

PACKAGE_FILE = Path(fitted.__file__).with_name("fitted.npz")
LAYER = 3
#: How much a pair of each set counts beside one of `meaning`.
WEIGHTS = {"meaning": 1.0, "human": 0.5, "taken out": 0.3}
TREES: Mapping[str, Mapping[str, Any]] = {
    "dropped": {"max_iter": 150, "learning_rate": 0.06, "max_leaf_nodes": 15, "min_samples_leaf": 20,
                "l2_regularization": 3.0, "max_depth": 7, "max_features": 0.3},
    "invented": {"max_iter": 250, "learning_rate": 0.05, "max_leaf_nodes": 8, "min_samples_leaf": 30,
                 "l2_regularization": 10.0, "max_features": 0.3},
}  # fmt: skip
#: The share of right outputs in which each may raise an alarm: where a confidence is .5.
ALARMS = {"dropped": 0.075, "invented": 0.045, "dropped:minilm": 0.065, "invented:minilm": 0.045}
SHOWN = (0.03, 0.05, 0.075, 0.10)
FOLDS = 5
HIDDEN, EPOCHS, BATCH = 64, 6, 1024
OUTPUTS, PAIRS = 6000, 1000
ENDINGS = ("ed", "ing")
Array = NDArray[np.float64]


class Case(NamedTuple):
    """A pair of texts; `gold` is the place of the error in the hypothesis, if there is one."""

    part: str
    category: str
    hyp: str
    ref: str
    gold: tuple[int, int] | None


class Table(NamedTuple):
    """The places of all cases: their evidence, of which case each is, and whether it is the error."""

    names: list[str]
    values: NDArray[np.float32]
    case: NDArray[np.int64]
    right: NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with meaning, entities and wmt21")
    parser.add_argument("--write", action="store_true", help="replace mtqe/meaning/fitted.npz")
    options = parser.parse_args()
    encoder = minilm.encoder(LAYER, None, "experiments/bench/fit_content.py")
    arrays = {f"gap:{name}": array for name, array in fit_network(options.data, encoder).items()}
    fitted.arrays = lambda: arrays  # the evidence asks for the network that has just been fitted
    cases = [*planted(options.data), *human(options.data), *shortened(options.data)]
    texts = sorted({text for case in cases for text in (case.hyp, case.ref)})
    encoded = dict(encoder.encode(texts))
    for model, vectors in (("", None), (":minilm", encoded)):
        flagged = by_rule(cases, vectors)
        for error in TREES:
            table = tabulate(cases, error, vectors)
            sums = cross_validate(table, cases, error, f"{error}{model}")
            bias, scale = calibrate(table, cases, sums, error, ALARMS[f"{error}{model}"])
            flagged |= best(table, cases, sums) > -bias
            exported = export(fit(table, cases, error, np.ones(len(table.case), bool)), table.names, bias, scale)
            arrays |= {f"{error}{model}:{field}": array for field, array in exported.items()}
        print_together(cases, flagged, model)
    if options.write:
        np.savez_compressed(PACKAGE_FILE, **arrays)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def planted(data: Path) -> Iterator[Case]:
    for path in sorted((data / "meaning").glob("*.jsonl")):
        for row in map(json.loads, lines(path)):
            yield Case("meaning", row["cat"], row["good"], row["ref"], None)
            yield Case("meaning", row["cat"], row["bad"], row["ref"], tuple(row["spans"][1]))


def human(data: Path) -> Iterator[Case]:
    for row in map(json.loads, lines(data / "entities" / "human_ref_vs_ref.jsonl")):
        yield Case("human", "human", row["hyp"], row["ref"], None)
    first, second = (lines(data / "wmt21" / "references" / f"ru-en.ref{x}.txt") for x in "AB")
    yield from (Case("human", "human", b, a, None) for a, b in zip(first, second, strict=True))


def shortened(data: Path) -> Iterator[Case]:
    """Outputs on odd lines, as they are and with words taken out."""
    rng = random.Random(5)
    rows = [(text, ref) for text, ref, number in outputs(data) if number % 2 and 8 <= len(read_words(text)[0]) <= 45]
    for text, ref in rng.sample(rows, PAIRS):
        yield Case("taken out", "human", text, ref, None)
        for short, at in take_out(text, rng, 6):
            yield Case("taken out", "omitted", short, ref, (at, at))


def outputs(data: Path) -> Iterator[tuple[str, str, int]]:
    """Every output into English with its reference and the number of its line."""
    for folder in sorted((data / "wmt21" / "system-outputs").glob("*-en")):
        refs = lines(data / "wmt21" / "references" / f"{folder.name}.refA.txt")
        for path in sorted(folder.glob("*.txt")):
            yield from ((out, ref, k) for k, (out, ref) in enumerate(zip(lines(path), refs, strict=True)))


def take_out(text: str, rng: random.Random, times: int) -> Iterator[tuple[str, int]]:
    """The text without a word, a noun, a verb, a phrase or a subject, and where it stood."""
    spans, forms = read_words(text)
    words = [form.key for form in forms]
    tried = set()
    for kind in rng.sample(("word", "word", "phrase", "subject", "noun", "verb", "verb"), times):
        passage = _passage(text, spans, words, kind, rng)
        if passage is None or passage in tried or passage[1] - passage[0] >= len(words) - 3:
            continue
        tried.add(passage)
        start, end = spans[passage[0]][0], spans[passage[1] - 1][1]
        if passage[1] == len(words) and rng.random() < 0.5:
            end = len(text)
        elif text[end : end + 2] == ", " and rng.random() < 0.4:
            end += 1
        if text[end : end + 1] == " ":
            end += 1
        elif text[start - 1 : start] == " ":
            start -= 1
        yield text[:start] + text[end:], start


def _passage(
    text: str, spans: Sequence[tuple[int, int]], words: Sequence[str], kind: str, rng: random.Random
) -> tuple[int, int] | None:
    def joined(k: int) -> bool:
        return text[spans[k - 1][1] : spans[k][0]] == " "

    content = [k for k, word in enumerate(words) if word not in FUNCTION_WORDS and len(word) > 2]
    verbs = {
        k
        for k, word in enumerate(words)
        if word in AUXILIARIES or (k in content and (word.endswith(ENDINGS) or usage().classes(word)[1] > 0.2))
    }
    places = {
        "word": content,
        "noun": [k for k in content if usage().classes(words[k])[3] > 0.12 or usage().classes(words[k])[0] > 0.25],
        "verb": sorted(verbs),
        "phrase": [k for k in range(1, len(words) - 1) if words[k] in PREPOSITIONS],
        "subject": [k for k in range(1, len(words)) if words[k] in AUXILIARIES or words[k].endswith("ed")][:3],
    }[kind]
    if not places:
        return None
    start = rng.choice(places)
    stop = start + 1
    if kind == "noun" and stop in content and joined(stop) and rng.random() < 0.3:
        stop += 1
    elif kind == "verb":
        while stop in verbs and joined(stop) and stop - start < 3 and rng.random() < 0.6:
            stop += 1
    elif kind == "phrase":
        stop += 1
        ends = PREPOSITIONS | AUXILIARIES | {"and", "or", "but", "that", "which", "who"}
        while stop < len(words) and words[stop] not in ends and joined(stop) and stop - start < 7:
            stop += 1
        start -= rng.random() < 0.35
    elif kind == "subject":
        start, stop = start - 1, start
        ends = PREPOSITIONS | AUXILIARIES | {"and", "or", "but", "that"}
        while start and joined(start) and words[start - 1] not in ends and stop - start < 4 and rng.random() < 0.5:
            start -= 1
    return start, stop


def fit_network(data: Path, encoder: Any) -> dict[str, NDArray[np.generic]]:
    """On references and on outputs of even lines, whole and with words taken out."""
    rng = random.Random(9)
    paths = sorted((data / "wmt21" / "references").glob("*-en.ref*.txt"))
    refs = [text for path in paths for text in lines(path)[::2]]
    others = sorted({text for text, _, number in outputs(data) if number % 2 == 0})
    sentences = [text for text in (*refs, *rng.sample(others, OUTPUTS)) if 6 <= len(read_words(text)[0]) <= 60]
    examples = [(text, -1) for text in sentences]
    examples += [found for text in sentences for found in take_out(text, rng, 4)]
    table, starts = [np.zeros((1, 384), np.float16)], {}
    total = 1
    for text, tokens in encoder.encode(sorted({text for text, _ in examples})):
        starts[text] = total
        table.append(word_vectors(read_words(text)[0], tokens).astype(np.float16))
        total += len(table[-1])
    vectors = torch.tensor(np.vstack(table))
    before, after, broken = [], [], []
    for text, at in examples:
        spans = read_words(text)[0]
        words = range(starts[text], starts[text] + len(spans))
        before += [0, *words]
        after += [*words, 0]
        broken += [at >= 0 and at_gap(Side(text, spans, ()), gap, (at, at)) for gap in range(len(spans) + 1)]
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(768, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(HIDDEN, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    left, right, gold = torch.tensor(before), torch.tensor(after), torch.tensor(broken, dtype=torch.float32)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(left)).split(BATCH):
            optimiser.zero_grad()
            beside = torch.cat([vectors[left[batch]], vectors[right[batch]]], 1).float()
            torch.nn.functional.binary_cross_entropy_with_logits(network(beside)[:, 0], gold[batch]).backward()
            optimiser.step()
        schedule.step()
    print(f"network: {len(examples)} sentences, {len(left)} gaps, {sum(broken)} of them with words taken out")
    first, last = network[0], network[3]
    return {
        "hidden": first.weight.detach().numpy().astype(np.float16),
        "bias": first.bias.detach().numpy(),
        "output": last.weight.detach().numpy()[0],
        "last": last.bias.detach().numpy()[0],
    }


def at_gap(side: Side, gap: int, gold: tuple[int, int]) -> bool:
    start = side.spans[gap - 1][1] if gap else 0
    end = side.spans[gap][0] if gap < len(side.spans) else len(side.text)
    return start <= gold[1] and gold[0] <= end


def tabulate(cases: Sequence[Case], error: str, encoded: Mapping[str, EncodedText] | None) -> Table:
    rows: list[dict[str, float]] = []
    of, right = [], []
    for number, case in enumerate(cases):
        if case.part == "taken out" and not concerns(case, error):
            continue
        gold = case.gold if concerns(case, error) else None
        pair = Pair.of(case.hyp, case.ref, encoded)
        content = evidence.Content(pair)
        if error == "dropped":
            for gap, _, found in evidence.gaps(content):
                rows.append(found)
                right.append(gold is not None and at_gap(pair.hyp, gap, gold))
        else:
            for (first, last), found in evidence.inventions(content):
                rows.append(found)
                span = pair.hyp.spans[first][0], pair.hyp.spans[last - 1][1]
                right.append(gold is not None and span[0] < gold[1] and gold[0] < span[1])
        of += [number] * (len(rows) - len(of))
    names = sorted({name for row in rows for name in row})
    column = {name: k for k, name in enumerate(names)}
    values = np.zeros((len(rows), len(names)), np.float32)
    for k, row in enumerate(rows):
        values[k, [column[name] for name in row]] = list(row.values())
    return Table(names, values, np.array(of), np.array(right))


def concerns(case: Case, error: str) -> bool:
    """Whether the trees for an error are fitted on a case: right outputs, and those with this error."""
    if case.part == "taken out" and error == "invented":
        return False
    if case.gold is None:
        return True
    return case.category.endswith("omitted") if error == "dropped" else case.category == "addition"


def fit(table: Table, cases: Sequence[Case], error: str, used: NDArray[np.bool_]) -> HistGradientBoostingClassifier:
    weights = np.array([WEIGHTS[cases[k].part] for k in table.case])
    used = used & np.array([concerns(case, error) for case in cases])[table.case]
    model = HistGradientBoostingClassifier(random_state=0, early_stopping=False, **TREES[error])
    return model.fit(table.values[used], table.right[used], sample_weight=weights[used])


def cross_validate(table: Table, cases: Sequence[Case], error: str, name: str) -> Array:
    """The log-odds of each place, by trees that have not seen its reference."""
    folds = np.array([hashlib.sha256(case.ref.encode()).digest()[0] % FOLDS for case in cases])[table.case]
    sums = np.zeros(len(table.case))
    for fold in range(FOLDS):
        held = folds == fold
        sums[held] = fit(table, cases, error, ~held).decision_function(table.values[held])
    highest = best(table, cases, sums)
    good, bad, human = (members(cases, error, kind) for kind in ("good", "bad", "human"))
    print(f"\n{name}: {len(table.names)} evidences, {len(sums):,} places")
    print(f"{'right outputs':>14}{'recall':>9}{'bal_acc':>9}{'human':>9}")
    for alarms in SHOWN:
        threshold = np.quantile(highest[good], 1 - alarms)
        recall, other = (highest[bad] > threshold).mean(), (highest[human] > threshold).mean()
        print(f"{alarms:>14.3f}{recall:>9.3f}{(recall + 1 - alarms) / 2:>9.3f}{other:>9.3f}")
    return sums


def best(table: Table, cases: Sequence[Case], sums: Array) -> Array:
    """The log-odds of the likeliest place of each case; -20 where there is none."""
    highest = np.full(len(cases), -20.0)
    np.maximum.at(highest, table.case, sums)
    return highest


def members(cases: Sequence[Case], error: str, kind: str) -> list[int]:
    """Of `meaning` the right outputs (good) and those with an error (bad), or second human translations."""
    part, wrong = ("human", False) if kind == "human" else ("meaning", kind == "bad")
    return [
        k
        for k, case in enumerate(cases)
        if case.part == part and (case.gold is not None) == wrong and concerns(case, error)
    ]


def calibrate(table: Table, cases: Sequence[Case], sums: Array, error: str, alarms: float) -> tuple[float, float]:
    """The bias that puts .5 where so many right outputs have an alarm, and the scale by a logistic regression.

    The regression is over the likeliest places of pairs; what it says of how common errors are is not used, since half
    of these pairs have one.
    """
    highest = best(table, cases, sums)
    good, bad = members(cases, error, "good"), members(cases, error, "bad")
    at = {int(table.case[n]): n for n in np.argsort(sums)}
    right = np.array([False] * len(good) + [k in at and bool(table.right[at[k]]) for k in bad])
    values = highest[[*good, *bad]][:, None]
    model = LogisticRegression(C=1e6).fit(values, right)
    bias, scale = -float(np.quantile(highest[good], 1 - alarms)), float(model.coef_[0, 0])
    said = 1 / (1 + np.exp(-scale * (values[:, 0] + bias)))
    print(f"{'confidence':>14}{'places':>9}{'right':>9}   (half of the pairs have the error)")
    for low in (0.3, 0.5, 0.7, 0.9):
        inside = (said >= low) & (said < low + 0.2)
        print(f"{low:>10.1f}-{min(low + 0.2, 1):.1f}{inside.sum():>9}{right[inside].mean():>9.3f}")
    return bias, scale


def by_rule(cases: Sequence[Case], encoded: Mapping[str, EncodedText] | None) -> NDArray[np.bool_]:
    """Whether each case has a candidate of a finder that is not fitted here."""
    flagged = np.zeros(len(cases), bool)
    for k, case in enumerate(cases):
        if case.part != "taken out":
            pair = Pair.of(case.hyp, case.ref, encoded)
            others = (finder for finder in FINDERS if finder is not find_content)
            flagged[k] = any(span.confidence >= 0.5 for finder in others for span in finder(pair))
    return flagged


def print_together(cases: Sequence[Case], flagged: NDArray[np.bool_], model: str) -> None:
    print(f"\nall finders{model}, trees of the other folds\n{'category':<18}{'recall':>9}{'alarms':>9}{'bal_acc':>9}")
    of = [case for case in cases if case.part == "meaning"]
    said = flagged[[case.part == "meaning" for case in cases]]
    accuracy = {}
    for name in (*sorted({case.category for case in of}), ""):
        recall, alarms = (
            np.mean(
                [v for v, case in zip(said, of, strict=True) if name in ("", case.category) and bool(case.gold) == w]
            )
            for w in (True, False)
        )
        accuracy[name] = (recall + 1 - alarms) / 2
        print(f"{name or 'ALL':<18}{recall:>9.3f}{alarms:>9.3f}{accuracy[name]:>9.3f}")
    omitted = [value for name, value in accuracy.items() if name.endswith("omitted")]
    human = flagged[[case.part == "human" for case in cases]].mean()
    print(f"omissions, mean {np.mean(omitted):.3f}; alarms in human translations {human:.3f}", flush=True)


def export(
    model: HistGradientBoostingClassifier, names: Sequence[str], bias: float, scale: float
) -> dict[str, NDArray[np.generic]]:
    """The trees as arrays, as `mtqe.meaning.fitted.Trees` describes them."""
    nodes = [trees[0].nodes for trees in model._predictors]
    shape = len(nodes), max(map(len, nodes))
    feature, threshold, value = np.zeros(shape, np.int16), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    children = np.tile(np.arange(shape[1], dtype=np.int16)[:, None], (shape[0], 1, 2))
    for k, tree in enumerate(nodes):
        inner, size = tree["is_leaf"] == 0, len(tree)
        feature[k, :size] = np.where(inner, tree["feature_idx"], 0)
        threshold[k, :size] = np.where(inner, tree["num_threshold"], 0)
        value[k, :size] = np.where(inner, 0, tree["value"])
        own = children[k, :size, 0]
        children[k, :size] = np.stack([np.where(inner, tree["left"], own), np.where(inner, tree["right"], own)], axis=1)
    return {
        "names": np.array(names),
        "feature": feature,
        "threshold": threshold,
        "children": children,
        "value": value,
        "bias": np.array(float(model._baseline_prediction.item()) + bias),
        "scale": np.array(scale),
    }


if __name__ == "__main__":
    main()
