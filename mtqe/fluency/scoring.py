"""How fluent texts are: surprisal under a language model of human text, what the rules mark, what a probe doubts."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import regex

from mtqe.errors import ConfigError, DataWarning, InputError
from mtqe.fluency.models import LEAST_TEXT, HumanText, embedded_bits, neural_bits
from mtqe.fluency.neutral import neutral_words
from mtqe.fluency.passage import is_heading
from mtqe.fluency.rules import find_errors
from mtqe.languages import UNSPACED, language_of
from mtqe.plugins import unknown
from mtqe.results import ErrorSpan, FloatArray, Severity
from mtqe.text import Word, text_list, words

#: MQM's weights of error severities; an error of punctuation or white space counts as minor punctuation does there.
WEIGHTS: Mapping[Severity, float] = {"critical": 25.0, "major": 5.0, "minor": 1.0, "neutral": 0.0}
PUNCTUATION_WEIGHT = 0.1
#: What a place counts of which the probe is sure that it is broken; its doubts add up.
PROBE_WEIGHT = 0.5
#: What names and numbers count beside other words, and headings beside other texts: enough to tell a broken one.
NEUTRAL_WEIGHT = 0.15
#: How often the bits of the end of a text count, since an average forgives an end that comes too early. A causal
#: language model's count once.
END_WEIGHT = 4
VERSION = "3"
_FOREIGN = regex.compile(r"[\p{Latin}\p{Nd}]")
_PIECE = regex.compile(rf"{_FOREIGN.pattern}+|.")


class Token(NamedTuple):
    """A word at code points `[start, end)` and its surprisal in bits, its end included.

    `counted` is False for names and numbers, which hardly count in the averages (NEUTRAL_WEIGHT).
    """

    start: int
    end: int
    bits: float
    counted: bool


@dataclass(frozen=True)
class FluencyResult:
    """What `score_fluency` found, one entry a text; NaN for a text that is None or blank.

    scores      float64 (n,): -(surprisal + penalty), higher is more fluent; without a model the penalty alone.
    surprisal   float64 (n,): weighted bits per counted character; NaN where there is no model for the language.
    penalty     float64 (n,): points per 100 characters: MQM points of the verdicts (errors with confidence from .5),
                and PROBE_WEIGHT times the places that the probe expects to be broken.
    statistics  float64 (n, 4): bits, counted characters, points, all characters; zeros where unscored. Their sums over
                any texts make the score of these texts together: see `score_of`. Those of headings, captions and other
                short texts without a mark at the end are weighted by NEUTRAL_WEIGHT, which leaves their scores alone.
    errors      for each text the marked passages, hints among them.
    tokens      for each text its words with their surprisal; empty without a model.
    signature   the model, what it was fitted on, and the weights.
    human       float64 (lines,), sorted: the scores of the human text by itself, where `percentiles` asked for them.
    """

    statistics: FloatArray
    errors: tuple[tuple[ErrorSpan, ...], ...]
    tokens: tuple[tuple[Token, ...], ...]
    signature: str
    human: FloatArray | None = None

    @property
    def scores(self) -> FloatArray:
        return score_of(self.statistics)

    @property
    def surprisal(self) -> FloatArray:
        return _ratio(self.statistics[:, 0], self.statistics[:, 1])

    @property
    def penalty(self) -> FloatArray:
        return 100 * _ratio(self.statistics[:, 2], self.statistics[:, 3])

    @property
    def percentiles(self) -> FloatArray | None:
        """float64 (n,), in [0, 100]: the share of lines of human text that are less fluent, ties half; NaN unscored.

        Of lines of any length, so that a percentile of short texts says little.
        """
        if self.human is None:
            return None
        below, upto = (np.searchsorted(self.human, self.scores, side) for side in ("left", "right"))
        return np.asarray(np.where(np.isnan(self.scores), np.nan, 50 * (below + upto) / len(self.human)))

    def part(self, part: slice) -> FluencyResult:
        """The result of some of the texts."""
        return FluencyResult(self.statistics[part], self.errors[part], self.tokens[part], self.signature, self.human)

    @property
    def corpus(self) -> float:
        """The score of all texts together (a micro-average); NaN when none has a score."""
        return float(score_of(self.statistics.sum(axis=0)))


def score_of(sums: FloatArray) -> FloatArray:
    """Sums (..., 4) of `FluencyResult.statistics` to scores (...): -(bits a character + points per 100 characters)."""
    surprisal = np.nan_to_num(_ratio(sums[..., 0], sums[..., 1]))
    return np.asarray(0.0 - surprisal - 100 * _ratio(sums[..., 2], sums[..., 3]))


def score_fluency(
    texts: Sequence[str | None],
    *,
    language: str,
    lm: str = "auto",
    dtype: str | None = None,
    lm_text: Sequence[str] | None = None,
    lm_documents: Sequence[str] | None = None,
    documents: Sequence[str] | None = None,
    context: bool = False,
    rules: bool = True,
    probe: str | None = None,
    percentiles: bool = False,
) -> FluencyResult:
    """Scores how fluent each text is, without looking at a source or a reference.

    With `lm="auto"` surprisal comes from Kneser-Ney models of characters and, where words are known by lists, of words,
    fitted on `lm_text`, human text in `language`. A text's models never hold a line of the text's own document
    (`documents` for the texts, `lm_documents` for the lines), nor a line that is the text or much like it; a score
    depends on no other text of the call. With less than LEAST_TEXT characters of it, word counts that are installed
    serve instead: word pairs for English (symspellpy), word frequencies for the languages that wordfreq knows; for
    others surprisal is NaN and the rules stand alone.

    `lm="hf:OWNER/NAME@REVISION"`, or `hf:` and a directory, is a causal language model instead (`lm_text` is for
    percentiles alone then), base rather than
    instruct: `hf:Qwen/Qwen3-0.6B-Base` (Apache-2.0) for most languages, `hf:utter-project/EuroLLM-1.7B` (Apache-2.0)
    for those of Europe, `hf:HuggingFaceTB/SmolLM2-135M` (Apache-2.0) or `hf:gpt2` (MIT) for English. `context` lets it
    read the texts of the same document that stand before a text; `dtype` is its precision, fp32, bf16 or fp16 (default:
    fp32, on a GPU bf16).

    `probe="minilm"` (English, the extra `offline`) adds what the hidden states of MiniLM tell of missing, moved and
    misformed words.

    `percentiles` scores the lines of `lm_text` as well, each by models without it and its document: what a text's score
    is among those of human texts is the one number that may be compared between languages.

    In the average the end of a text counts END_WEIGHT times under `lm="auto"`, and names, numbers and headings by
    NEUTRAL_WEIGHT; under fitted models of words half of what makes a word rare is forgiven.

    Bits per character are comparable between texts in one language under one signature, and between no others.
    Raises InputError when the lengths of the sequences differ or there is too little `lm_text` for percentiles,
    ConfigError for an unknown probe or one that does not
    know the language, UnavailableError for one that is not installed.
    """
    from tqdm import tqdm

    texts = text_list("texts", texts)
    _check_lengths(texts, lm_text, lm_documents, documents)
    _check_lm(lm, documents, context)
    _check_probe(probe, language)
    scored = [i for i, text in enumerate(texts) if text is not None and text.strip()]
    present = [texts[i] or "" for i in scored]
    lines = [k for k, line in enumerate(lm_text or ()) if line.strip()]
    human = HumanText([(lm_text or ())[k] for k in lines], [lm_documents[k] for k in lines] if lm_documents else [])
    own = [documents[i] for i in scored] if documents is not None else None
    bits: list[FloatArray] | None
    if lm == "auto":
        bits, name = embedded_bits(present, own, language, human)
    else:
        bits, name = neural_bits(present, own if context else None, lm, dtype)
    if bits is None:
        warnings.warn(
            f"fluency: there is no language model for {language!r} here, only the rules were applied; "
            "its numbers say nothing of surprisal",
            DataWarning,
            stacklevel=2,
        )
    statistics = np.zeros((len(texts), 4))
    errors: list[tuple[ErrorSpan, ...]] = [()] * len(texts)
    tokens: list[tuple[Token, ...]] = [()] * len(texts)
    for n, i in enumerate(tqdm(scored, desc="Fluency", unit="text", delay=1, disable=None)):
        text = present[n]
        errors[i] = tuple(find_errors(text, language)) if rules else ()
        statistics[i, 2:] = sum(map(_points, errors[i])), len(text)
        if bits is not None:
            tokens[i] = _tokens(text, language, bits[n])
            statistics[i, :2] = _weighted(text, bits[n], tokens[i], END_WEIGHT if lm == "auto" else 1)
    if probe is not None:
        statistics[scored, 2] += PROBE_WEIGHT * _expected_breaks(present)
    headings = [i for i, text in zip(scored, present, strict=True) if is_heading(text)]
    statistics[headings] *= NEUTRAL_WEIGHT
    signature = (
        f"fluency|lm:{name}|unit:character|neutral:names,numbers,headings*{NEUTRAL_WEIGHT}|"
        f"{f'end*{END_WEIGHT}|' if lm == 'auto' else ''}rules:{'mqm25-5-1-0.1/100' if rules else 'none'}|"
        f"{f'probe:{probe}*{PROBE_WEIGHT}/100|' if probe else ''}version:{VERSION}"
    )
    human_scores = None
    if percentiles:
        if not human.is_enough():
            raise InputError(f"percentiles need human text (lm_text) of {LEAST_TEXT} characters and more")
        of_lines = score_fluency(
            human.lines,
            language=language,
            lm=lm,
            lm_text=human.lines,
            lm_documents=human.documents or None,
            documents=human.documents or None,
            rules=rules,
            probe=probe,
        )
        human_scores = np.sort(of_lines.scores)
    return FluencyResult(statistics, tuple(errors), tuple(tokens), signature, human_scores)


def _check_lm(lm: str, documents: Sequence[str] | None, context: bool) -> None:
    if lm == "auto":
        if context:
            raise ConfigError("fluency: context is for a causal language model (lm='hf:...')")
        return
    if not lm.removeprefix("hf:") or not lm.startswith("hf:"):
        raise ConfigError(f"fluency: lm is auto, hf:OWNER/NAME@REVISION or hf:DIRECTORY, not {lm!r}")
    if context and documents is None:
        raise ConfigError("fluency: context needs documents, the document of each text")


def _check_probe(probe: str | None, language: str) -> None:
    if probe not in (None, "minilm"):
        raise ConfigError(unknown(f"probe {probe!r} of fluency", probe or "", ["minilm"]))
    if probe is not None and language_of(language) != "en":
        raise ConfigError(f"fluency: the probe 'minilm' knows English only, not {language!r}; leave it out")


def _expected_breaks(texts: Sequence[str]) -> FloatArray:
    """How many broken places the probe expects in each text, (texts,)."""
    from mtqe.fluency.probe import broken_places, encoder

    return np.array([places.sum() for places in broken_places(texts, encoder())])


def _check_lengths(
    texts: Sequence[str | None],
    lm_text: Sequence[str] | None,
    lm_documents: Sequence[str] | None,
    documents: Sequence[str] | None,
) -> None:
    if documents is not None and len(documents) != len(texts):
        raise InputError(f"{len(documents)} documents for {len(texts)} texts")
    if lm_documents is not None and len(lm_documents) != len(lm_text or ()):
        raise InputError(f"{len(lm_documents)} lm_documents for {len(lm_text or ())} lines of lm_text")


def _tokens(text: str, language: str, bits: FloatArray) -> tuple[Token, ...]:
    found = words(text)
    if language_of(language) in UNSPACED:
        found = [piece for word in found for piece in _pieces(word)]
        neutral = {piece.start for piece in found if _FOREIGN.match(piece.text)}
    else:
        neutral = neutral_words(text, found, language)
    return tuple(
        Token(word.start, word.end, float(bits[word.start : word.end + 1].sum()), word.start not in neutral)
        for word in found
    )


def _pieces(word: Word) -> list[Word]:
    """The characters of a run of text without spaces; numbers, and words in Latin letters, which are names, whole."""
    pieces = _PIECE.finditer(word.text)
    return [Word(piece.group(), word.start + piece.start(), word.start + piece.end()) for piece in pieces]


def _weighted(text: str, bits: FloatArray, tokens: Sequence[Token], end: float) -> tuple[float, float]:
    """Bits and number of the characters: of the text's end the bits `end` times, of names and numbers less."""
    weights = np.ones(len(bits))
    for token in tokens:
        if not token.counted:
            weights[token.start : token.end + text[token.end : token.end + 1].isspace()] = NEUTRAL_WEIGHT
    return float(bits @ weights + (end - 1) * bits[-1]), float(weights.sum())


def _points(error: ErrorSpan) -> float:
    """MQM points of a verdict, weighted by its confidence; a hint has none."""
    if error.confidence < 0.5:
        return 0.0
    slight = error.severity == "minor" and error.category in ("Fluency/Punctuation", "Fluency/Whitespace")
    return error.confidence * (PUNCTUATION_WEIGHT if slight else WEIGHTS[error.severity])


def _ratio(sums: FloatArray, counts: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(counts > 0, sums / counts, np.nan))
