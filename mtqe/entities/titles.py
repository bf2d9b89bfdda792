"""Titles and ranks in front of one person's name in both texts: Foreign Secretary beside Secretary of State."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtqe.entities.forms import american, word_set
from mtqe.entities.mentions import ORGANISATIONS, TITLES, Token
from mtqe.results import Span

#: Words that say no office.
_COURTESY = word_set("mr mrs ms miss madam sir lady lord comrade dr doctor father sister")
#: Words within a title, and those of them that do not count when two are compared.
_MODIFIERS = word_set(
    """
    of the in general acting deputy vice first second third junior senior staff master major lieutenant warrant petty
    chief foreign state defence defense interior finance prime lord grand crown federal national regional district
    """
)
_SMALL = word_set("of the in")
_SAME = {
    "gen": "general",
    "lt": "lieutenant",
    "col": "colonel",
    "capt": "captain",
    "sgt": "sergeant",
    "sen": "senator",
    "rep": "representative",
    "gov": "governor",
    "prof": "professor",
    "chairman": "chair",
    "chairwoman": "chair",
    "premier": "minister prime",
    "congressman": "representative",
    "congresswoman": "representative",
    "spokeswoman": "spokesman",
    "vice": "deputy",
    "director": "chief",
    "head": "chief",
    "ceo": "chief",
}


class TitlePair(NamedTuple):
    """Two titles of one person that differ; `same_office` says that their last words are the same."""

    ref: Span
    hyp: Span
    same_office: bool


def differing_titles(
    ref: Sequence[Token], hyp: Sequence[Token], found: Mapping[int, tuple[int, ...]]
) -> Iterator[TitlePair]:
    """Pairs of titles of which neither says all of the other; `found` are the counterparts of the words of `ref`.

    Both end where a name begins of which the first word has one counterpart. Offices that are told by an institution
    (head of the ministry) are not compared.
    """
    for i in range(1, len(ref)):
        if ref[i].role != "proper" or not _is_office(ref[i - 1]) or len(found.get(i, ())) != 1:
            continue
        (j,) = found[i]
        if j == 0 or not _is_office(hyp[j - 1]):
            continue
        ours, theirs = _title(ref, i - 1), _title(hyp, j - 1)
        if any(token.form in ORGANISATIONS for token in (*ours, *theirs)):
            continue
        one, other = _offices(ours), _offices(theirs)
        if one and other and not (one <= other or other <= one):
            same = _office(ours[-1]) == _office(theirs[-1])
            yield TitlePair((ours[0].start, ours[-1].end), (theirs[0].start, theirs[-1].end), same)


def _is_office(token: Token) -> bool:
    return token.form in TITLES


def _title(tokens: Sequence[Token], last: int) -> Sequence[Token]:
    """The words of the title that ends at `last`, without small words before it."""
    first = last
    while first > 0 and (
        tokens[first - 1].form in TITLES | _MODIFIERS
        or (tokens[first - 1].role == "common" and tokens[first - 1].end + 1 == tokens[first].start)
    ):
        first -= 1
    while tokens[first].form in _SMALL:
        first += 1
    return tokens[first : last + 1]


def _offices(title: Sequence[Token]) -> frozenset[str]:
    words = " ".join(map(_office, title)).split()
    return frozenset(american(word) for word in words if word not in _SMALL | _COURTESY)


def _office(token: Token) -> str:
    return _SAME.get(token.form, token.form)
