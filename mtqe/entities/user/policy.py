"""By which name a place goes: the one of its own country (Kyiv, Köln) or the traditional English one (Kiev, Cologne).

GeoNames' names carry no language, so this is a heuristic on three facts: the main name of a place, the country, and how
often English uses a form. Most main names are the English ones where English never changed (Vienna, Moscow): such a
place has no form that a policy could ask for or forbid, whatever its people call it (Wien).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

import regex

from mtqe.entities import slavic
from mtqe.entities.forms import plain, romanisation_key, similarity, word_set
from mtqe.entities.knowledge.places import forms_of, identities, main_name, population
from mtqe.entities.knowledge.vocabulary import frequency, is_common_word

Kind = Literal["endonym", "exonym"]

#: Countries whose own names, or own romanisations of them, English has come to take over: GeoNames has these as main
#: names, though English may have used another form more often.
_RENAMED = word_set("UA BY MD KZ KG UZ TM TJ GE AM AZ IN BD LK MM CN KR")
_USED = 1.3  # so frequent (log10 per billion words) is a form that English has, not one of another language,
_REACH = 1.0  # and so much less than the main name at most
_ESTABLISHED = 2.5
_COGNATE = 0.4  # similarity of forms with one origin (Köln, Cologne)
_SHORT = 4  # letters: such names are like too many others (Sumy, sumo)
#: Confidence that a form is the exonym: by the rule of the languages; a form like the main name that English uses; one
#: that English uses more than the main name; one unlike the main name, which may as well be a former name.
_BY_RULE, _LIKE, _MORE_USED, _UNLIKE = 0.8, 0.6, 0.6, 0.4
_DOUBLED = regex.compile(r"([^aeiouy])\1")


class Naming(NamedTuple):
    """What kind of form a name is, how sure that is, and the form of the other kind."""

    kind: Kind
    confidence: float
    other: str


@lru_cache(maxsize=1 << 14)
def naming(form: str, name: str | None = None) -> Naming | None:
    """Whether `form` is the endonym or the English exonym of a place that has both; None where it is neither.

    `name` is the same place in the reference or the source: it tells which of several places is meant (Odesa, Odessa
    in Texas). Without it, the largest one is.
    """
    place = _place(plain(form), plain(name) if name else None)
    if place is None:
        return None
    own, exonyms = main_name(place), _exonyms(place)
    if not exonyms:
        return None
    if _key(form) == _key(own):
        used = [x for x in exonyms if _use(x) >= _USED]
        best = max(used, key=lambda x: (exonyms[x], _use(x), x), default=None)
        return Naming("endonym", exonyms[best], best) if best else None
    confidence = next((exonyms[x] for x in exonyms if plain(x) == plain(form)), None)
    return Naming("exonym", confidence, own) if confidence else None


def _place(form: str, name: str | None) -> str | None:
    """The place that both plain forms name, the largest where there are more."""
    known = identities(form)
    meant = (known & identities(name) if name else known) or known
    largest = meant & identities(form, population(form))
    return min(largest or meant, default=None)


@lru_cache(maxsize=1 << 14)
def _exonyms(place: str) -> dict[str, float]:
    """The traditional English forms of a place, with the confidence that they are."""
    own = main_name(place)
    forms = {_without_marks(form) for form in forms_of(place)}
    found = {form: _confidence(form, own, place[:2]) for form in forms if _key(form) != _key(own)}
    return {form: confidence for form, confidence in sorted(found.items()) if confidence}


def _confidence(form: str, own: str, country: str) -> float:
    a, b = plain(form), plain(own)
    used, own_use = _use(form), _use(own)
    if country in ("UA", "BY") and slavic.compare(a, b) == "variant":
        return _BY_RULE
    if used < max(_USED, own_use - _REACH) or is_common_word(a, "en"):
        return 0.0
    if country in _RENAMED:
        return _LIKE if len(a) > _SHORT and similarity(a, b) >= _COGNATE else _UNLIKE
    if used >= _ESTABLISHED and used > own_use > 0:
        return _MORE_USED if similarity(a, b) >= _COGNATE else _UNLIKE
    return 0.0


def _use(form: str) -> float:
    return frequency(form.lower(), "en")


def _without_marks(form: str) -> str:
    """A romanisation as English writes it, without what stands for a soft sign (L'vov)."""
    bare = form.replace("'", "").replace("’", "")
    return bare if _use(bare) > _use(form) else form


def _key(form: str) -> tuple[str, list[str]]:
    """What is written alike; a doubled consonant is a difference here (Odesa, Odessa)."""
    return romanisation_key(plain(form)), _DOUBLED.findall(plain(form))
