"""Names that are said in another way, which is no error, and persons who are called by another name."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from mtqe.entities.forms import similarity, word_set
from mtqe.entities.knowledge.vocabulary import frequency
from mtqe.entities.mentions import Token
from mtqe.entities.model import Finding
from mtqe.entities.source_words import KNOWN, MORE, is_left, is_translation, shift
from mtqe.entities.titles import ARTICLES

if TYPE_CHECKING:
    from mtqe.entities.evidence import Context

#: Words for people, whom a place or a leader before them tells (Kharkiv residents, Kadyrov's men).
_PEOPLE = word_set(
    """
    people residents citizens inhabitants locals natives men women fighters forces troops soldiers militants units
    supporters followers loyalists militia
    """
)
#: Within so many words the next capital of a name comes (Ministry of the Interior).
_SOON = 3
#: Similarity from which words may be forms of one name, and from which they are one word.
ALIKE, _SAME = 0.4, 0.85
#: Words of so many letters are seldom alike by chance, and of so many or fewer may stand for longer ones.
_LONG, _SHORT = 6, 3
#: The particle of noble and Dutch names, between two of their words.
_PARTICLE = re.compile(r"(\w+) v[oa]n (?:de[rnm]? )?(\w+)$")


def why_missing(name: Finding, context: Context) -> str | None:
    """Why a name may be left out, or be there in another way."""
    tokens, text = context.ref.tokens, context.ref.text
    proper = [tokens[i] for i in name.name.tokens if tokens[i].role == "proper"]
    start, end = name.name.start, name.name.end
    if len(proper) == 1 and proper[0].acronym and text[start - 1 : start] + text[end : end + 1] == "()":
        return "a gloss"
    first = name.name.tokens[0]
    is_noun = len(name.name.tokens) == 1 and first > 0 and tokens[first - 1].form in ARTICLES
    if name.slot and is_noun and is_left(tokens[first], context):
        return "kept by the reference"
    if len(proper) == 1 and len(proper[0].form) >= _LONG and not proper[0].acronym:
        form = proper[0].form
        if any(
            similarity(form, t.form) >= _SAME for t in context.hyp.tokens if not t.capital and t.form[:3] == form[:3]
        ):
            return "in lower case"
    return None


def other_way(name: Finding, wanted: Token, given: Token, context: Context) -> tuple[str, str] | None:
    """The status and rule of a pair of which the output's word may be what the reference's says in another way."""
    assert name.wrong is not None
    after = context.hyp.tokens[name.wrong[1] + 1 : name.wrong[1] + 2]
    alike = wanted.form[0] == given.form[0]
    if alike and "." in wanted.text and given.role == "proper":
        return "variant", "initial"
    of_source = wanted.text in context.source.words and shift(wanted, context) > MORE
    if wanted.acronym and of_source and _may_begin(wanted, name.wrong[1], context):
        return "undecided", "acronym or what it stands for"
    if wanted.form.startswith(given.form) and after and after[0].form in _PEOPLE:
        return "variant", "its people"
    if name.rule == "spelling" and name.name.type == "organisation" and is_translation(given, wanted, context):
        return "undecided", "kept by the reference"
    return None


def _may_begin(acronym: Token, j: int, context: Context) -> bool:
    """Whether the name that a word is of, of several, begins as an acronym of the source's language does."""
    tokens = context.hyp.tokens
    first = next((name.tokens[0] for name in context.hyp.names if j in name.tokens), j)
    is_long = any(token.capital for token in tokens[first + 1 : first + 1 + _SOON])
    return is_long and tokens[first].form[0] == acronym.form[0]


def is_renamed(name: Finding, context: Context) -> bool:
    """Whether a person whose surname is said twice has another one once, behind the same given name."""
    tokens, hyp = context.ref.tokens, context.hyp.tokens
    if len(name.name.tokens) < 2:
        return False
    given, surname = (tokens[i] for i in name.name.tokens[-2:])
    forms = [token.form for token in tokens]
    if forms.count(surname.form) < 2 or not context.is_scarcer(surname.form):
        return False
    ours = {*forms, *(context.others or ())}
    return any(
        a.form == given.form and b.capital and b.form not in ours and not _may_be_form(surname, b, context)
        for a, b in pairwise(hyp)
        if context.hyp.text[a.end : b.start] == " " and len(b.form) > _SHORT
    )


def _may_be_form(wanted: Token, given: Token, context: Context) -> bool:
    """Whether a word may be another form of a name that the source does not spell."""
    is_copied = context.source.is_latin and wanted.text.isascii() and wanted.text in context.source.words
    is_new = given.text.isascii() and frequency(given.text.lower(), context.language) < KNOWN
    return similarity(wanted.form, given.form) >= ALIKE and not (is_copied and is_new)


def has_lost_particle(name: Finding, context: Context) -> bool:
    """Whether the particle of a noble or Dutch name is translated (Arndt of Seelow)."""
    match = _PARTICLE.search(context.ref.text[name.name.start : name.name.end])
    if match is None or match[0] in context.hyp.text:
        return False
    given, surname = match.groups()
    return any(f"{given} {of} {surname}" in context.hyp.text for of in ("of", "from"))
