"""`find_meaning_errors`: the candidates of all finders, for each segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mtqe.alignment.words import TokenEncoder
from mtqe.errors import ConfigError
from mtqe.languages import language_of
from mtqe.meaning.content import find_content
from mtqe.meaning.contrast import find_contrasts
from mtqe.meaning.control import find_control
from mtqe.meaning.entailment import Entailment, judge, merge, weigh
from mtqe.meaning.gender import find_gender
from mtqe.meaning.opposites import find_crossed_opposites, find_opposites
from mtqe.meaning.pair import Pair
from mtqe.meaning.persons import find_persons
from mtqe.meaning.polarity import find_polarity
from mtqe.meaning.roles import find_roles
from mtqe.meaning.senses import find_senses
from mtqe.meaning.verbs import find_modality, find_tense
from mtqe.results import ErrorSpan
from mtqe.text import text_list

Finder = Callable[[Pair], Iterable[ErrorSpan]]
#: In the order in which they are asked; a place that one has marked is left to it.
FINDERS: Sequence[Finder] = (
    find_polarity,
    find_contrasts,
    find_opposites,
    find_crossed_opposites,
    find_roles,
    find_control,
    find_modality,
    find_tense,
    find_gender,
    find_senses,
    find_persons,
    find_content,
)
#: Segments that are encoded at once, and the length of MiniLM's vectors.
_BATCH, _DIMENSIONS = 256, 384


def find_meaning_errors(
    hyps: Sequence[str],
    refs: Sequence[str],
    *,
    language: str = "en",
    encoder: TokenEncoder | None = None,
    nli: Entailment | None = None,
) -> list[list[ErrorSpan]]:
    """Candidates for meaning errors: one list a segment, in the order of the text, with spans on both sides.

    Each has a `rule` (polarity, opposite, quantity, roles, modality, tense, gender, sense, dropped, invented), an MQM
    category of Accuracy, and a confidence: from .5 up it is worth a reader's look. It is a heuristic:
    `experiments/bench/meaning.py` and `frontline.py --meaning` measure it. `encoder` is
    `mtqe.neural.minilm.encoder(3, ...)`, for which it was fitted.

    With `nli`, a model of `mtqe.neural.nli.load`, entailment in both directions lowers the confidence and contradiction
    raises it, or is a candidate (`contradiction`) where there is no other; `mtqe.meaning.entailment` says by how much.
    No such model has been measured. Raises ConfigError for another language than English, for texts that are not as
    many as references, and for vectors of another size than MiniLM's.
    """
    if language_of(language) != "en":
        raise ConfigError(f"meaning candidates are for English, not {language!r}")
    hyps, refs = text_list("hyps", hyps), text_list("refs", refs)
    if len(hyps) != len(refs):
        raise ConfigError(f"{len(hyps)} hyps, but {len(refs)} refs")
    pairs = _read(hyps, refs, encoder)
    verdicts = judge(nli, hyps, refs)
    found = (weigh(_find(pair), pair, verdict) for pair, verdict in zip(pairs, verdicts, strict=True))
    return [sorted(errors, key=lambda error: (error.hyp_span, error.ref_span)) for errors in found]


def _read(hyps: Sequence[str], refs: Sequence[str], encoder: TokenEncoder | None) -> Iterator[Pair]:
    for start in range(0, len(hyps), _BATCH):
        batch = list(zip(hyps[start : start + _BATCH], refs[start : start + _BATCH], strict=True))
        encoded = dict(encoder.encode(sorted({text for pair in batch for text in pair}))) if encoder else None
        for text in encoded.values() if encoded else ():
            if text.vectors.shape[1] != _DIMENSIONS:
                raise ConfigError(f"the encoder's vectors have {text.vectors.shape[1]} dimensions, not {_DIMENSIONS}")
        yield from (Pair.of(hyp, ref, encoded) for hyp, ref in batch)


def _find(pair: Pair) -> list[ErrorSpan]:
    found: list[ErrorSpan] = []
    if pair.hyp.text == pair.ref.text:
        return found
    for finder in FINDERS:
        found = merge(found, finder(pair))
    return found
