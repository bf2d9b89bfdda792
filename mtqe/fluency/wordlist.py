"""The language model for want of text: word counts that installed libraries carry."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from itertools import chain

import numpy as np
import regex

from mtqe.fluency.kneser_ney import IntArray, KneserNey
from mtqe.fluency.ngram import CharacterModel
from mtqe.languages import UNSPACED, language_of
from mtqe.results import FloatArray
from mtqe.text import Word, words

_SPELLING_TYPES = 30_000
_SAMPLED_LINES, _SAMPLED_WORDS = 2000, 20
_FUNCTION_WORDS = 150
_UNLISTED = 0.02  # share of running words that no list has
_PART = regex.compile(r"[^-‑]+")
_MARK, _CLOSED = regex.compile(r"[\p{P}\p{S}]"), regex.compile(r"[\p{P}]\s*$")
_MOST_BITS = 1000.0  # 2 to its negative is still above 0
_MARK_SHARE = 2.0**-5  # about that of a mark of punctuation in running text
_TWICE = 2.0**-8  # how much rarer a word is right after itself
_COMMON, _RAREST = 2.0**-8, 2.0**-18  # shares of running words between which half of a word's rarity is forgiven
_ORDER = 3
_UNKNOWN, _END, _FIRST = 1, 2, 3  # codes


@lru_cache(maxsize=64)
def frequencies(language: str, wordlist: str = "best") -> Mapping[str, float]:
    """Share of running words for each lower-case word, from wordfreq; empty for a language that it does not know."""
    import wordfreq

    language = language_of(language)
    if language not in wordfreq.available_languages(wordlist):
        return {}
    frequency: Mapping[str, float] = wordfreq.get_frequency_dict(language, wordlist)
    return frequency


@lru_cache(maxsize=16)
def _function_words(language: str) -> frozenset[str]:
    frequency = frequencies(language)
    return frozenset(heapq.nlargest(_FUNCTION_WORDS, frequency, key=lambda word: (frequency[word], word)))


def is_content(word: str, language: str) -> bool:
    """Whether a word carries meaning of its own: letters, and not among the commonest words of its language."""
    return len(word) > 2 and word.isalpha() and word.casefold() not in _function_words(language)


def same_stem(a: str, b: str) -> bool:
    """Whether two case-folded words differ by their endings at most (expose, exposing), as far as spelling tells."""
    stem = max(4, min(len(a), len(b)) - 2)
    return a == b or (len(a) >= 4 and a[:stem] == b[:stem] and abs(len(a) - len(b)) <= 3)


@lru_cache(maxsize=1)
def _english_bigrams() -> tuple[dict[str, float], dict[str, float]]:
    """P(b | a) for frequent pairs "a b", and for each a what share of its successors these are; from symspellpy."""
    package = files("symspellpy")
    counts = {}
    for row in package.joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines():
        word, count = row.split()
        counts[word] = int(count)
    pairs, covered = {}, dict.fromkeys(counts, 0)
    for row in package.joinpath("frequency_bigramdictionary_en_243_342.txt").read_text("utf-8-sig").splitlines():
        first, second, count = row.split()
        if first in counts:
            pairs[f"{first} {second}"] = int(count)
            covered[first] += int(count)
    totals = {word: max(count, covered[word] / 0.9) for word, count in counts.items()}
    shares = {pair: count / totals[pair.split()[0]] for pair, count in pairs.items()}
    return shares, {word: covered[word] / total for word, total in totals.items()}


class WordModel:
    """Words by wordfreq's frequency, after the word before them where symspellpy counts pairs (English).

    A word that the list lacks is spelled by a character model of the list. One that repeats the word before it is much
    less likely than elsewhere (_TWICE). Each mark of punctuation, and an end of the text without one, costs a constant;
    spaces cost nothing.
    """

    def __init__(self, language: str) -> None:
        self._frequency = frequencies(language)
        self.pairs, self._covered = _english_bigrams() if language_of(language) == "en" else ({}, {})
        frequent = sorted(self._frequency, key=lambda word: (-self._frequency[word], word))[:_SPELLING_TYPES]
        self._spelling = CharacterModel(frequent)

    def bits(self, texts: Sequence[str]) -> list[FloatArray]:
        """For each text its surprisal: one value a character and one for its end; a word's stands on its first."""
        read = [read_tokens(text) for text in texts]
        return spread(texts, read, -np.log2(self.probabilities(texts, read))) if texts else []

    def probabilities(self, texts: Sequence[str], read: Sequence[Sequence[Word]]) -> FloatArray:
        """Of each token of each text, and of each text's end after its tokens."""
        types = sorted({_folded(token) for tokens in read for token in tokens if not _MARK.match(token.text)})
        spelled = {word: float(bits.sum()) for word, bits in zip(types, self._spelling.bits(types), strict=True)}
        found = []
        for text, tokens in zip(texts, read, strict=True):
            before = ""
            for token in tokens:
                if _MARK.match(token.text):
                    found.append(_MARK_SHARE)
                else:
                    word = _folded(token)
                    found.append(self._probability(before, word, spelled[word]))
                    before = word
            found.append(1.0 if _CLOSED.search(text) else _MARK_SHARE)
        return np.array(found)

    def forgiven(self, read: Sequence[Sequence[Word]]) -> FloatArray:
        """Half the bits that tell a rare word from a common one: 0 to 5 for each token, 0 for marks and ends of texts.

        What a text is about makes words rare, and says little of how it is worded (compare SLOR, Kann et al. 2018).
        """
        shares = []
        for tokens in read:
            forms = [None if _MARK.match(token.text) else _folded(token) for token in tokens]
            shares += [1.0 if form is None else self._frequency.get(form, 0.0) for form in (*forms, None)]
        return np.asarray(np.log2(_COMMON / np.clip(shares, _RAREST, _COMMON)) / 2)

    def _probability(self, before: str, word: str, spelled: float) -> float:
        unlisted = 2.0 ** -min(spelled, _MOST_BITS)
        alone = (1 - _UNLISTED) * self._frequency.get(word, 0.0) + _UNLISTED * unlisted
        if word == before:
            alone *= _TWICE
        return float(self.pairs.get(f"{before} {word}", 0.0) + (1 - self._covered.get(before, 0.0)) * alone)


class WordTrigrams:
    """Kneser-Ney over the words and marks of `lines`, with a `WordModel` in place of unigrams, of which it knows more.

    Bigrams and trigrams are those of the lines; a word's form is its lower case. Bits are less by what is `forgiven`.
    """

    def __init__(self, listed: WordModel, lines: Sequence[str]) -> None:
        self._listed = listed
        read = [read_tokens(line) for line in lines]
        types = dict.fromkeys(_folded(token) for tokens in read for token in tokens)
        self._code = {word: code for code, word in enumerate(types, _FIRST)}
        self._model = KneserNey(self._stream(read), len(self._code) + _FIRST, _ORDER, lowest=2)

    @contextmanager
    def without(self, lines: Sequence[str]) -> Iterator[None]:
        """Inside the block the counts are those of the text without `lines`, which must be among the fitted ones."""
        with self._model.without(self._stream([read_tokens(line) for line in lines])):
            yield

    def bits(self, texts: Sequence[str]) -> list[FloatArray]:
        """As `WordModel.bits`."""
        if not texts:
            return []
        read = [read_tokens(text) for text in texts]
        alone = self._listed.probabilities(texts, read)
        bits = -np.log2(self._model.probabilities(self._stream(read), alone))
        return spread(texts, read, np.maximum(bits - self._listed.forgiven(read), 0))

    def _stream(self, read: Sequence[Sequence[Word]]) -> IntArray:
        start = (0,) * (_ORDER - 1)
        codes = ((*start, *(self._code.get(_folded(token), _UNKNOWN) for token in tokens), _END) for tokens in read)
        return np.fromiter(chain.from_iterable(codes), np.int64)


def _folded(word: Word) -> str:
    return word.text.casefold().replace("’", "'")


def read_tokens(text: str) -> list[Word]:
    """The words of a text, those with hyphens by their parts, and its marks of punctuation and symbols."""
    found, done = [], 0
    for word in words(text):
        found += _marks(text, done, word.start)
        parts = _PART.finditer(word.text)
        found += [Word(part.group(), word.start + part.start(), word.start + part.end()) for part in parts]
        done = word.end
    return found + _marks(text, done, len(text))


def _marks(text: str, start: int, end: int) -> list[Word]:
    return [Word(c, at, at + 1) for at, c in enumerate(text[start:end], start) if _MARK.match(c)]


def spread(texts: Sequence[str], read: Sequence[Sequence[Word]], bits: FloatArray) -> list[FloatArray]:
    """Values of tokens and ends, one after the other, as one array a text: (characters + 1,)."""
    found, done = [], 0
    for text, tokens in zip(texts, read, strict=True):
        places = [*(token.start for token in tokens), len(text)]
        values = np.zeros(len(text) + 1)
        values[places] = bits[done : done + len(places)]
        done += len(places)
        found.append(values)
    return found


def sampled_lines(language: str) -> list[str]:
    """For languages written without spaces: lines of words drawn by their frequency (always the same)."""
    frequency = frequencies(language)
    draw = random.Random(0)
    listed, weights = list(frequency), list(frequency.values())
    drawn = draw.choices(listed, weights, k=_SAMPLED_LINES * _SAMPLED_WORDS)
    return ["".join(drawn[i::_SAMPLED_LINES]) for i in range(_SAMPLED_LINES)]


@lru_cache(maxsize=4)
def listed_model(language: str) -> WordModel | CharacterModel | None:
    """The model of a language that stands on word counts alone; None for a language that wordfreq does not know."""
    if not frequencies(language):
        return None
    return CharacterModel(sampled_lines(language)) if language_of(language) in UNSPACED else WordModel(language)
