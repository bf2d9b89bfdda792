"""`find_meaning_errors`: the candidates of all finders, for each segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mtqe.alignment.words import TokenEncoder
from mtqe.errors import ConfigError
from mtqe.meaning.contrast import find_contrasts
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
from mtqe.text import language_of, text_list

Finder = Callable[[Pair], Iterable[ErrorSpan]]
#: In the order in which they are asked; a place that one has marked is left to it.
FINDERS: Sequence[Finder] = (
    find_polarity,
    find_contrasts,
    find_opposites,
    find_crossed_opposites,
    find_roles,
    find_modality,
    find_tense,
    find_gender,
    find_senses,
    find_persons,
)


def find_meaning_errors(
    hyps: Sequence[str],
    refs: Sequence[str],
    *,
    language: str = "en",
    encoder: TokenEncoder | None = None,
    nli: Entailment | None = None,
) -> list[list[ErrorSpan]]:
    """Candidates for meaning errors: one list a segment, in the order of the text, with spans on both sides.

    Each has a `rule` (polarity, opposite, quantity, roles, modality, tense, gender, sense), an MQM category of
    Accuracy, and a confidence: from .5 up it is worth a reader's look. Dropped and invented content is not looked for.
    It is a heuristic: `experiments/bench/meaning.py` and `frontline.py --meaning` measure it.

    With `nli`, a model of `mtqe.neural.nli.load`, entailment in both directions lowers the confidence and contradiction
    raises it, or is a candidate (`contradiction`) where there is no other; `mtqe.meaning.entailment` says by how much.
    No such model has been measured. Raises ConfigError for another language than English.
    """
    if language_of(language) != "en":
        raise ConfigError(f"meaning candidates are for English, not {language!r}")
    hyps, refs = text_list("hyps", hyps), text_list("refs", refs)
    pairs = (Pair.of(h, r, encoder) for h, r in zip(hyps, refs, strict=True))
    verdicts = judge(nli, hyps, refs)
    found = (weigh(_find(pair), pair, verdict) for pair, verdict in zip(pairs, verdicts, strict=True))
    return [sorted(errors, key=lambda error: (error.hyp_span, error.ref_span)) for errors in found]


def _find(pair: Pair) -> list[ErrorSpan]:
    found: list[ErrorSpan] = []
    for finder in FINDERS:
        found = merge(found, finder(pair))
    return found
