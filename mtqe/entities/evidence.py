"""How sure a verdict is: what speaks for it and against it, each weighed on labelled translations.

The weights are log-odds, a ridge-penalised logistic regression for each rule, over WMT system output labelled by hand,
second human translations and perturbed ones (DEMETR); see `mtqe.entities.weights`. Below .5 a finding is a hint.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mtqe.entities import slavic
from mtqe.entities.findings import HINT, finding
from mtqe.entities.forms import same_stem, similarity
from mtqe.entities.holes import has_hole
from mtqe.entities.knowledge.places import country_codes, identities, is_demonym
from mtqe.entities.knowledge.vocabulary import frequency, is_common_word
from mtqe.entities.mentions import Name, Token
from mtqe.entities.model import Finding, Text
from mtqe.entities.other_ways import ALIKE, has_lost_particle, is_renamed, other_way, why_missing
from mtqe.entities.source import Source
from mtqe.entities.source_words import (
    KNOWN,
    has_left,
    is_compound_left,
    is_left,
    is_made_up,
    is_translation,
    is_used,
)
from mtqe.entities.weights import WEIGHTS
from mtqe.results import EntityError

#: Similarity below and from which two spellings are far from or near one another.
_FAR, _NEAR = 0.6, 0.85
#: Two towns of which the names are less similar are two towns, not one that is misspelt.
_SLIP = 0.75
#: What makes of a person's name that of the people behind him (Kadyrovites, Peronists).
_FOLLOWERS = frozenset(["ite", "ites", "ist", "ists"])
#: Differences in what the source says that are none, and that are clear.
_TIE, _CLEAR = 0.05, 0.5
#: An output of less than this share of the reference's length is short.
_SHORT = 0.75
#: The confidence of findings that are no errors, and of words left as the source has them.
_MATCH, _VARIANT, _UNDECIDED, _LEFT = 0.95, 0.8, 0.5, 0.7
#: The confidence of a name that the source lacks.
_LACKED = 0.65


@dataclass(frozen=True)
class Context:
    """A segment, with the plain words of its neighbours' hypotheses and of its other references, None without any."""

    ref: Text
    hyp: Text
    source: Source
    language: str
    near: frozenset[str]
    others: frozenset[str] | None

    @cached_property
    def has_hole(self) -> bool:
        """Whether the hypothesis, and not the reference, is ungrammatical where a name may have been."""
        return self.language == "en" and has_hole(self.hyp.text) and not has_hole(self.ref.text)

    @cached_property
    def _forms(self) -> tuple[list[str], list[str]]:
        """Plain forms of the words of the reference and of the hypothesis."""
        return [t.form for t in self.ref.tokens], [t.form for t in self.hyp.tokens]

    def is_scarcer(self, form: str) -> bool:
        """Whether the hypothesis has a plain form less often than the reference."""
        ref, hyp = self._forms
        return ref.count(form) > hyp.count(form)

    def elsewhere(self, form: str) -> bool:
        """Whether another reference has a plain form, or an inflection of it."""
        others = self.others or ()
        return form in others or any(same_stem(form, other, self.language) for other in others)


def judge_name(name: Finding, context: Context) -> EntityError:
    """What became of one name of the reference."""
    status, rule, confidence, evidence = _judge(name, context)
    start, end = name.name.start, name.name.end
    return finding(
        status,
        name.name.type,
        rule,
        confidence,
        name.hyp,
        (start, end),
        suggestion=context.ref.text[start:end],
        evidence=evidence,
    )


def judge_extra(name: Name, partial: bool, context: Context) -> EntityError:
    """A name of the hypothesis without counterpart, or with `partial` some of its words."""
    tokens = [context.hyp.tokens[i] for i in name.tokens]
    proper = [token for token in tokens if token.role == "proper"]
    judged: _Judgement
    if any(context.elsewhere(token.form) for token in proper):
        judged = "variant", "another reference", _VARIANT, ()
    elif all(is_left(token, context) for token in tokens) or is_compound_left(name.tokens, context):
        judged = "untranslated", "source word", _LEFT, ()
    elif not context.source.reads_han and any(context.source.support(token.form) for token in proper):
        judged = "undecided", "source has it", _UNDECIDED, ()
    elif is_demonym(tokens[-1].form) and context.source.lacks_people(country_codes(tokens[-1].form)):
        judged = "hallucinated", "extra people", _LEFT, ()
    elif all(is_made_up(token, partial, context) for token in proper):
        judged = "hallucinated", "the source lacks it", _LACKED, ()
    else:
        judged = _weigh("hallucinated", "extra name", _of_extra(tokens, partial, context), context.source)
    status, rule, confidence, evidence = judged
    return finding(status, name.type, rule, confidence, (name.start, name.end), evidence=evidence)


#: A status, the rule that found it, a confidence in [0, 1] and what it rests on.
_Judgement = tuple[str, str, float, tuple[str, ...]]


def _judge(name: Finding, context: Context) -> _Judgement:
    if name.wrong is not None:
        return _judge_pair(name, context)
    if _may_have_stood(name, context) and context.has_hole:
        judged: _Judgement = "omitted", "hole", _VARIANT, ("a hole in the sentence",)
    elif name.status == "omitted":
        reason = why_missing(name, context)
        if reason:
            return "undecided", reason, _UNDECIDED, ()
        judged = _weigh("omitted", "missing", _of_missing(name, context), context.source)
        if any(token.form in context.near for token in _proper(name, context)):
            judged = (*judged[:2], min(judged[2], HINT), (*judged[3], "a neighbouring segment has it"))
    elif name.rule in ("another place", "another name"):
        return name.status, name.rule, _LEFT, ()
    elif name.rule == "words of the name":
        judged = _weigh(name.status, name.rule, _of_words(name, context), context.source)
    elif name.rule == "partial name":
        judged = _weigh("omitted", name.rule, _of_partial(name, context), context.source)
        if judged[2] < 0.5:
            return name.status, name.rule, _VARIANT, judged[3]
    elif name.name.type == "person" and is_renamed(name, context):
        return "replaced", "another name", _LEFT, ()
    elif has_lost_particle(name, context):
        return "mistranslated", "particle", _LEFT, ()
    elif name.rule in ("inflection", "compound", "place name") and has_left(name, context):
        return "untranslated", "source word", _LEFT, ()
    else:
        return name.status, name.rule, _MATCH if name.status == "match" else _VARIANT, ()
    missing = [context.ref.tokens[i].form for i in name.missing]
    if missing and context.others is not None and not any(map(context.elsewhere, missing)):
        return "undecided", "another reference lacks it", _UNDECIDED, ()
    return judged


def _may_have_stood(name: Finding, context: Context) -> bool:
    """Whether a name is gone, in part, or one time of several: it is what a hole in the sentence had."""
    if name.missing:
        return True
    forms = [token.form for token in _proper(name, context)]
    return bool(forms) and all(map(context.is_scarcer, forms))


def _judge_pair(name: Finding, context: Context) -> _Judgement:
    """A name of which one word is another in the hypothesis."""
    assert name.wrong is not None
    source = context.source
    wanted, given = context.ref.tokens[name.wrong[0]], context.hyp.tokens[name.wrong[1]]
    if context.elsewhere(given.form):
        return "variant", "another reference", _VARIANT, ()
    if wanted.code and given.code and _letters(wanted) == _letters(given):
        return "replaced", "designation", _VARIANT, ()
    if source.same_consonants(wanted.form, given.form):
        return "variant", "unwritten vowels", _VARIANT, ()
    if similarity(wanted.form, given.form) >= ALIKE and is_translation(wanted, given, context):
        return "untranslated", "source word", _LEFT, ()
    said = other_way(name, wanted, given, context)
    if said:
        return (*said, _UNDECIDED if said[0] == "undecided" else _VARIANT, ())
    begins = any(other.tokens[0] == name.wrong[1] for other in context.hyp.names)
    if name.rule != "spelling" and begins and source.names_place(given.form) and not identities(wanted.form):
        return "undecided", "source has it", _UNDECIDED, ()
    if wanted.form.startswith(given.form) and wanted.form[len(given.form) :] in _FOLLOWERS:
        return "mistranslated", "a person for his followers", _LEFT, ()
    contrast = source.contrast(wanted.text, given.text)
    if contrast is not None and contrast < 0 and source.support(given.form) == 1:
        is_word = frequency(wanted.text.lower(), context.language) >= KNOWN
        is_new = given.text in source.words and not is_used(given, context.language)
        if (wanted.role == "common" and is_new) or (is_word and is_left(given, context)):
            return "untranslated", "source word", _LEFT, ()
        if slavic.applies(source.language) and slavic.keeps_case(wanted.form, given.form):
            return "misspelled", "case ending", _LEFT, ()
        place = name.name.type == "place" and identities(wanted.form)  # it has its forms in the gazetteer
        established = not source.is_latin and is_used(wanted, context.language) and not is_used(given, context.language)
        if (identities(given.form) or not place) and not source.reads_han and not established:
            return "undecided", "source has it", _UNDECIDED, ()
    unknown = not (is_used(wanted, context.language) or identities(wanted.form, 0))
    if contrast is not None and contrast < 0 and unknown and identities(given.form):
        return "undecided", "source has it", _UNDECIDED, ()
    if slavic.applies(source.language) and slavic.compare(wanted.form, given.form) == "undecided":
        return "undecided", "East Slavic form", _UNDECIDED, ()
    if given.role == "common" and (source.reads_han or wanted.text in source.words):
        contrast = None  # kept by the reference, translated by the output
    if wanted.acronym and not given.acronym and name.slot and _may_stand_for(wanted, name.slot, context.hyp):
        return "undecided", "acronym or what it stands for", _UNDECIDED, ()
    status = "mistranslated" if name.status == "replaced" and given.role == "common" else name.status
    countries = country_codes(wanted.form) and country_codes(given.form)
    if status == "misspelled" and (countries or (name.similarity < _SLIP and _is_place(wanted) and _is_place(given))):
        status = "replaced"
    rule = "spelling" if name.rule == "spelling" else "position"
    return _weigh(status, rule, _of_pair(name, wanted, given, contrast, context), source)


def _may_stand_for(acronym: Token, words: Sequence[int], text: Text) -> bool:
    """Whether words begin with half of an acronym's letters: in another language it has others."""
    initials = {text.tokens[j].form[0] for j in words}
    return 2 * sum(c in initials for c in acronym.form) >= len(acronym.form)


def _is_place(token: Token) -> bool:
    """Whether a word names a place, and is no common word that may also be a place's name (Alliance, Mobile)."""
    return token.role != "common" and bool(identities(token.form))


def _letters(token: Token) -> str:
    return "".join(c for c in token.form if not c.isdigit())


def _weigh(status: str, rule: str, evidence: Iterable[str], source: Source) -> _Judgement:
    found, weights = (*evidence, *([] if source.text else ["no source"])), WEIGHTS[rule]
    odds = weights[""] + sum(weights.get(piece, 0.0) for piece in found)
    return status, rule, 1 / (1 + math.exp(-odds)), found


def _of_pair(name: Finding, wanted: Token, given: Token, contrast: float | None, context: Context) -> Iterator[str]:
    source, language = context.source, context.language
    if name.rule == "spelling":
        yield from ["far apart"] * (name.similarity < _FAR) + ["near"] * (name.similarity >= _NEAR)
    elif name.rule != "position":
        yield name.rule
    if name.name.type in ("title", "place"):
        yield name.name.type
    if wanted.role == "common":
        yield "a common word is wanted"
    if given.role != "proper":
        yield "a common word stands there"
    if wanted.role == "common" and given.role != "proper":
        yield "both are common words"
    if wanted.acronym and given.acronym:
        yield "both are acronyms"
    elif wanted.acronym:
        yield "an acronym is wanted"
    elif given.acronym:
        yield "an acronym stands there"
    if wanted.code:
        yield "a code is wanted"
    if contrast is not None:
        yield from _of_contrast(contrast)
        if contrast > 0 and wanted.text in source.words:
            yield "the source spells it so"
        elif contrast > 0 and source.is_cased and source.support(wanted.form) == 1:
            yield "the source has the reference's form"
    if _is_place(wanted):
        yield "a known place is wanted"
    elif identities(wanted.form, 0) and not identities(given.form, 0):
        yield "a small place is wanted"
    if _is_place(given):
        yield "a known place stands there"
    elif not is_used(given, language) and not identities(given.form, 0):
        yield "an unknown word stands there"
    if name.partial:
        yield "the rest of the name is right"
    if name.slot is None:
        yield "its surroundings moved"


def _of_contrast(contrast: float) -> Iterator[str]:
    if abs(contrast) < _TIE:
        yield "the source fits neither better"
    else:
        yield "the source is nearer the " + ("reference" if contrast > 0 else "output")
    if abs(contrast) > _CLEAR:
        yield "by far"


def _of_words(name: Finding, context: Context) -> Iterator[str]:
    if all(context.ref.tokens[i].role != "proper" for i in name.name.tokens):
        yield "common words"
    if name.slot is None:
        yield "its surroundings moved"
    elif name.slot:
        yield "other words stand there"
    if name.missing[-1] == name.name.tokens[-1]:
        yield "its last word is missing"


def _of_partial(name: Finding, context: Context) -> Iterator[str]:
    if any(context.ref.tokens[i].role == "proper" for i in name.missing):
        yield "a proper word is missing"
    if name.name.type == "person":
        yield "person"
    if name.missing[0] == name.name.tokens[0]:
        yield "its first word is missing"
    yield from _of_place(name)


def _of_place(name: Finding) -> Iterator[str]:
    """What stands where something is missing."""
    if name.slot is None:
        yield "its surroundings moved"
    elif not name.slot:
        yield "nothing stands there"


def _of_missing(name: Finding, context: Context) -> Iterator[str]:
    tokens = [context.ref.tokens[i] for i in name.name.tokens]
    proper = _proper(name, context)
    if name.name.type in ("title", "place"):
        yield name.name.type
    if not proper:
        yield "common words"
    yield from _of_place(name)
    yield from _of_letters(tokens)
    if len(tokens) > 1:
        yield "several words"
    yield from _of_source(proper, context.source)
    codes = frozenset().union(*(country_codes(token.form) for token in tokens))
    if codes and context.source.knows_countries and not codes & context.source.place_ids:
        yield "the source names no such country"
    if len(context.hyp.text) < _SHORT * (len(context.ref.text) - (name.name.end - name.name.start)):
        yield "a shorter output"
    if any(map(_is_place, tokens)):
        yield "a known place"


def _of_letters(tokens: Sequence[Token]) -> Iterator[str]:
    if any(token.code for token in tokens):
        yield "code"
    elif any(token.acronym for token in tokens):
        yield "acronym"


def _proper(name: Finding, context: Context) -> list[Token]:
    return [token for i in name.name.tokens if (token := context.ref.tokens[i]).role == "proper"]


def _of_source(tokens: Sequence[Token], source: Source) -> Iterator[str]:
    if any(token.text in source.words for token in tokens):
        yield "the source has the same word"
    elif any(source.support(token.form) or source.names_place(token.form) for token in tokens):
        yield "the source has it"
    elif tokens and source.is_cased:
        yield "the source lacks it"


def _of_extra(tokens: Sequence[Token], partial: bool, context: Context) -> Iterator[str]:
    language, source = context.language, context.source
    if partial:
        yield "the rest of the name is right"
    if all(is_common_word(token.text, language) for token in tokens):
        yield "ordinary words"
    if any(
        not (token.acronym or token.code or identities(token.form)) and frequency(token.text.lower(), language) < 2.5
        for token in tokens
    ):
        yield "an unknown word"
    yield from _of_source(tokens, source)
    yield from _of_letters(tokens)
    if len(tokens) > 1:
        yield "several words"
    places = [token.form for token in tokens if identities(token.form)]
    if places and source.text and not any(map(source.names_place, places)):
        yield "the source names no such place"
    if tokens[0].initial:
        yield "begins a sentence"
    if country_codes(tokens[0].form):
        yield "country"
