"""Which language model tells how surprising each character of a text is, and what it must not have seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple, Protocol

import numpy as np

from mtqe.fluency.ngram import CharacterModel
from mtqe.fluency.overlap import Overlap
from mtqe.fluency.wordlist import WordModel, WordTrigrams, listed_model, sampled_lines
from mtqe.results import FloatArray

#: With fewer characters of human text a model fitted on it says less than word counts do.
LEAST_TEXT = 10_000
#: How often the bits of words count beside those of characters: they say more, and both together most.
_WORDS = 4


class HumanText(NamedTuple):
    """Lines of human text, and the document of each; no documents, or one a line."""

    lines: Sequence[str]
    documents: Sequence[str]

    def is_enough(self) -> bool:
        """Whether LEAST_TEXT characters are left without the largest document, which may have to be left out."""
        sizes: dict[str, int] = defaultdict(int)
        for line, document in zip(self.lines, self.documents, strict=False):
            sizes[document] += len(line)
        return sum(map(len, self.lines)) - max(sizes.values(), default=0) >= LEAST_TEXT


class _Fitted(Protocol):
    def bits(self, texts: Sequence[str]) -> list[FloatArray]: ...

    def without(self, lines: Sequence[str]) -> AbstractContextManager[None]: ...


def embedded_bits(
    texts: Sequence[str], documents: Sequence[str] | None, language: str, human: HumanText
) -> tuple[list[FloatArray] | None, str]:
    """For each text its surprisal, (characters + 1,), and the name of the model; None where there is none.

    With enough human text: Kneser-Ney models of its characters and, where lists know the words, of its words, which
    count four times; where words are not set apart, words drawn from the lists are fitted with the characters. A
    text's models hold no line of its document and none that is much like it.
    """
    listed = listed_model(language)
    if not human.is_enough():
        if listed is None:
            return None, "none"
        return listed.bits(texts), _name(listed)
    name = f"kn-char5:{len(human.lines)}"
    models: list[tuple[_Fitted, float]]
    if isinstance(listed, WordModel):
        share = 1 / (1 + _WORDS)
        models = [(CharacterModel(human.lines), share), (WordTrigrams(listed, human.lines), 1 - share)]
        name = f"{name}+{_WORDS}*kn-word3:{len(human.lines)}/{_name(listed)}"
    elif listed is not None:
        models = [(CharacterModel([*human.lines, *sampled_lines(language)]), 1.0)]
        name = f"{name}/{_name(listed)}"
    else:
        models = [(CharacterModel(human.lines), 1.0)]
    return _leaving_out(models, texts, documents, language, human), name


def neural_bits(
    texts: Sequence[str], documents: Sequence[str] | None, lm: str, dtype: str | None
) -> tuple[list[FloatArray], str]:
    """As `embedded_bits`, under a causal language model; with `documents` it reads what stands before a text there."""
    from mtqe.neural import causal

    model = causal.load(lm.removeprefix("hf:"), dtype=dtype)
    contexts = None if documents is None else _before(texts, documents)
    signature = f"{lm}:{model.fingerprint[:12]}:{model.dtype}:bos-{model.bos}"
    return model.bits(texts, contexts), signature + ("" if contexts is None else ":context-document")


def _before(texts: Sequence[str], documents: Sequence[str]) -> list[str]:
    """For each text those of its document that stand before it, a line each."""
    so_far: dict[str, str] = defaultdict(str)
    found = []
    for text, document in zip(texts, documents, strict=True):
        found.append(so_far[document])
        so_far[document] += f"{text}\n"
    return found


def _name(listed: WordModel | CharacterModel) -> str:
    return "word-pairs" if isinstance(listed, WordModel) and listed.pairs else "word-counts"


def _leaving_out(
    models: Sequence[tuple[_Fitted, float]],
    texts: Sequence[str],
    documents: Sequence[str] | None,
    language: str,
    human: HumanText,
) -> list[FloatArray]:
    """Each text's weighted bits under models of the lines that are not of its document and not like it."""
    overlap = Overlap(human.lines, language)
    of_document: dict[str, set[int]] = defaultdict(set)
    for i, document in enumerate(human.documents):
        of_document[document].add(i)
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        same = of_document.get(documents[i], set()) if documents is not None else set()
        groups[frozenset(same | overlap.find(text))].append(i)
    found: list[FloatArray] = [np.zeros(len(text) + 1) for text in texts]
    for left_out, members in groups.items():
        lines = [human.lines[i] for i in sorted(left_out)]
        with ExitStack() as stack:
            for model, weight in models:
                stack.enter_context(model.without(lines))
                for i, bits in zip(members, model.bits([texts[i] for i in members]), strict=True):
                    found[i] += weight * bits
    return found
