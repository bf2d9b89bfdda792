"""Words of the source in a hypothesis, left as they were, and names that the source cannot be the reason of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtqe.entities.knowledge.places import country_codes, identities
from mtqe.entities.knowledge.vocabulary import UNKNOWN, frequency, is_compound, is_international
from mtqe.entities.mentions import ORGANISATIONS, TITLES, Token
from mtqe.entities.model import Finding
from mtqe.entities.titles import ARTICLES

if TYPE_CHECKING:
    from mtqe.entities.evidence import Context

#: Words from here on are words of a language; log10 of occurrences in a billion words, as all that follow.
KNOWN = 2.0
#: Words that are no titles and rarer may be names that other languages lack; names that only belong to one that the
#: reference has, and names that stand alone, are rarer than these.
_RARE, _RARE_PART, _RARE_NAME = 2.5, 3.5, 4.7
#: How much more often a word is used in one language than in another: than one of both, and as its alone.
MORE, _MUCH_MORE = 0.4, 1.4
#: How well a source may fit a name that it lacks.
_UNLIKE = 0.6
#: Words of so many letters or fewer may stand for longer ones (St).
_SHORT = 3


def is_left(token: Token, context: Context) -> bool:
    """Whether a word stands as in the source, of whose language it is a common word and of the target's none."""
    source, lower = context.source, token.text.lower()
    return (
        source.language is not None
        and token.text in source.words
        and frequency(lower, context.language) < UNKNOWN
        and frequency(lower, source.language) >= KNOWN
        and not is_international(lower, source.language)
        and not identities(token.form, 0)
    )


def is_compound_left(tokens: Sequence[int], context: Context) -> bool:
    """Whether behind an article stands a compound of the source's language, of which not all are in a list of words."""
    i, source = tokens[0], context.source
    token, before = context.hyp.tokens[i], context.hyp.tokens[i - 1].form if i else ""
    return (
        len(tokens) == 1
        and before in ARTICLES
        and source.language is not None
        and token.text in source.words
        and not is_used(token, context.language)
        and is_compound(token.text.lower(), source.language)
    )


def has_left(name: Finding, context: Context) -> bool:
    """Whether the counterpart of a name has a word as in a source in Latin script (Thuringians, Thüringer), unlike it.

    The target's language does not use such a word.
    """
    source, (start, end) = context.source, name.hyp or (0, 0)
    if not source.is_latin or any(context.ref.tokens[i].text in source.words for i in name.name.tokens):
        return False
    words = [token for token in context.hyp.tokens if start <= token.start < end and token.capital]
    ours = {token.form for token in context.ref.tokens}
    return any(
        token.form not in ours
        and token.text in source.words
        and frequency(token.text.lower(), context.language) < UNKNOWN
        and not context.elsewhere(token.form)
        for token in words
    )


def is_translation(of_target: Token, of_source: Token, context: Context) -> bool:
    """Whether two words alike are used the more each in its language, and one is in the source (Hessians, Hessen)."""
    source, lower = context.source.language, of_source.text.lower()
    if source is None or of_source.text not in context.source.words or is_international(lower, source):
        return False
    shifts = (-shift(of_target, context), shift(of_source, context))
    return min(shifts) > MORE and max(shifts) > _MUCH_MORE


def shift(token: Token, context: Context) -> float:
    """How much more a word is used in the source's language than in the target's, as log10."""
    lower, source = token.text.lower(), context.source.language
    return frequency(lower, source) - frequency(lower, context.language) if source else 0.0


def is_used(token: Token, language: str) -> bool:
    return frequency(token.text.lower(), language) > 0


def is_made_up(token: Token, partial: bool, context: Context) -> bool:
    """Whether a word that is no translation is like none in a source of which every name can be read.

    Other languages use a name as often; what only the target's language has may render another word (Baltic, Ostsee),
    and with `partial` it belongs to a name that the reference has too, so that it must be rare to be no common word.
    """
    source, lower, used = context.source, token.text.lower(), frequency(token.text.lower(), context.language)
    return (
        source.is_cased
        and len(token.text) > _SHORT
        and not (token.acronym or token.code or token.initial)
        and used < (_RARE_PART if partial else _RARE_NAME)
        and (used < _RARE or is_international(lower, context.language))
        and token.form not in TITLES | ORGANISATIONS
        and not country_codes(token.form)
        and source.find(token.form).score < _UNLIKE
        and not source.names_place(token.form)
    )
