"""Fits `mtqe/fluency/probe.npz`: a network that tells from the vectors of two words whether something is wrong there.

python experiments/bench/fit_probe.py [--write]

The text is that of the references of `corpora`, each paragraph as it is and corrupted: words taken out, exchanged,
moved, doubled, put in, or in another form. A gap between words is broken where a corruption touches it. Prints how well
the network tells broken gaps of documents that it has not seen, by corruption. Needs the extra `offline`; takes about
two minutes. `--write` replaces the file by a network fitted on all documents.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import wordfreq
from numpy.typing import NDArray

from mtqe.alignment.words import word_vectors
from mtqe.fluency import probe
from mtqe.meaning.inflection import FUNCTION_WORDS
from mtqe.text import words

CORPORA = Path(__file__).parents[2] / "corpora"
PACKAGE_FILE = Path(probe.__file__).with_name("probe.npz")
TIMES, SHORTEST, LONGEST = 16, 6, 60
HIDDEN, EPOCHS, BATCH = 32, 12, 1024
#: How often each corruption is drawn.
CORRUPTIONS = {
    "taken out": 5, "function word out": 2, "passage out": 3, "exchanged": 2, "moved": 2, "doubled": 1,
    "put in": 1, "other function word": 2, "other form": 4, "cut off": 1,
}  # fmt: skip
PUT_IN = sorted(FUNCTION_WORDS)
ENDINGS = ("s", "ed", "ing", "ly", "d", "es", "er", "ness", "tion", "ment", "al", "ful", "ive", "y")
RARE = 3e-7


class Example(NamedTuple):
    """A text and its broken gaps, each named by the word that follows it."""

    text: str
    broken: frozenset[int]
    document: str
    corruption: str


class Text:
    """Words and what stands between them: `between[k]` before word k, the last behind the last word."""

    def __init__(self, text: str) -> None:
        spans = words(text)
        self.words = [word.text for word in spans]
        ends = [0, *(word.end for word in spans)]
        starts = [*(word.start for word in spans), len(text)]
        self.between = [text[end:start] for end, start in zip(ends, starts, strict=True)]

    def __str__(self) -> str:
        return "".join(a + b for a, b in zip(self.between, [*self.words, ""], strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="replace mtqe/fluency/probe.npz")
    options = parser.parse_args()
    found = list(examples())
    vectors = {}
    for text, tokens in probe.encoder().encode(sorted({example.text for example in found})):
        vectors[text] = probe.beside(word_vectors([(word.start, word.end) for word in words(text)], tokens))
    documents = sorted({example.document for example in found})
    held = set(documents[::4])
    network = fit([e for e in found if e.document not in held], vectors)
    print_held([e for e in found if e.document in held], vectors, network)
    if options.write:
        np.savez_compressed(PACKAGE_FILE, **export(fit(found, vectors)))


def examples() -> Iterator[Example]:
    rng = random.Random(1)
    for path in sorted(CORPORA.glob("*/*/references/*/*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if SHORTEST <= len(words(line)) <= LONGEST:
                yield Example(line, frozenset(), path.stem, "none")
                for kind in rng.choices(list(CORRUPTIONS), list(CORRUPTIONS.values()), k=TIMES):
                    text = Text(line)
                    broken = corrupt(text, kind, rng)
                    if broken and str(text) != line:
                        yield Example(str(text), frozenset(broken), path.stem, kind)


def corrupt(text: Text, kind: str, rng: random.Random) -> set[int]:
    """Corrupts a text in place and returns its broken gaps, none where the corruption finds nothing to do."""
    small = [k for k, word in enumerate(text.words) if word.islower()]
    function = [k for k in small if text.words[k] in FUNCTION_WORDS]
    content = [k for k in small if text.words[k] not in FUNCTION_WORDS]
    if kind in ("taken out", "function word out"):
        return take_out(text, rng.choice(content if kind == "taken out" else function), 1)
    if kind == "passage out":
        size = rng.randint(2, 4)
        return take_out(text, rng.randrange(len(text.words) - size), size)
    if kind == "cut off":
        size = rng.randint(1, len(text.words) // 3)
        del text.words[-size:], text.between[-size:]
        text.between[-1] = rng.choice(("", "."))
        return {len(text.words)}
    if kind == "exchanged":
        k = rng.randrange(len(text.words) - 1)
        text.words[k : k + 2] = text.words[k + 1], text.words[k]
        return {k, k + 1, k + 2}
    if kind == "moved":
        k = rng.choice(small)
        to = min(max(k + rng.choice((-4, -3, -2, 2, 3, 4)), 0), len(text.words) - 1)
        text.words.insert(to, text.words.pop(k))
        return {to, to + 1, k + (to < k)}
    k = rng.choice(function if kind == "other function word" else small if kind == "doubled" else content)
    if kind in ("doubled", "put in"):
        text.words.insert(k, text.words[k] if kind == "doubled" else rng.choice(PUT_IN))
        text.between.insert(k + 1, " ")
        return {k, k + 1, k + 2} if kind == "doubled" else {k, k + 1}
    others = other_forms(text.words[k]) if kind == "other form" else PUT_IN
    if others:
        text.words[k] = rng.choice(others)
    return {k, k + 1}


def take_out(text: Text, at: int, size: int) -> set[int]:
    del text.words[at : at + size], text.between[at + 1 : at + 1 + size]
    return {at}


@cache
def other_forms(word: str) -> Sequence[str]:
    """Words that have another ending, or none, behind the same letters."""
    stems = {word} | {
        word.removesuffix(end) + extra for end in ENDINGS if word.endswith(end) for extra in ("", "e", "y")
    }
    forms = {cut + end for stem in stems if len(stem) > 2 for cut in (stem, stem.rstrip("e")) for end in ("", *ENDINGS)}
    return sorted(form for form in forms - {word} if wordfreq.word_frequency(form, "en", "large") > RARE)


def fit(found: Sequence[Example], vectors: dict[str, NDArray[np.float32]]) -> torch.nn.Module:
    inputs = torch.tensor(np.vstack([vectors[example.text] for example in found]))
    broken = torch.tensor(np.concatenate([labels(example, vectors) for example in found]), dtype=torch.float32)
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(inputs.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(HIDDEN, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH):
            optimiser.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(network(inputs[batch])[:, 0], broken[batch])
            loss.backward()
            optimiser.step()
        schedule.step()
    return network.eval()


def labels(example: Example, vectors: dict[str, NDArray[np.float32]]) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(vectors[example.text])), list(example.broken))


def print_held(found: Sequence[Example], vectors: dict[str, NDArray[np.float32]], network: torch.nn.Module) -> None:
    """Per corruption how often its likeliest gap is likelier than that of the text as it was."""
    with torch.inference_mode():
        likeliest = {e.text: float(network(torch.tensor(vectors[e.text])).max()) for e in found}
    print(f"{'corruption':<22}{'texts':>7}{'told':>8}   (documents not fitted on)")
    whole, pairs = "", []
    for example in found:
        if example.corruption == "none":
            whole = example.text
        else:
            pairs.append((example.corruption, likeliest[example.text] > likeliest[whole]))
    for kind in CORRUPTIONS:
        told = [right for name, right in pairs if name == kind]
        print(f"{kind:<22}{len(told):>7}{np.mean(told):>8.3f}")


def export(network: torch.nn.Module) -> dict[str, NDArray[np.float16]]:
    hidden, bias, output, last = (tensor.detach().numpy().astype(np.float16) for tensor in network.parameters())
    return {"hidden": hidden, "bias": bias, "output": output[0], "last": last}


if __name__ == "__main__":
    main()
