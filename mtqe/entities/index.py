"""The words of a hypothesis by all that a name of the reference may be found by, each made when first asked for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from mtqe.entities import slavic
from mtqe.entities.forms import romanisation_key
from mtqe.entities.knowledge.given_names import given_names
from mtqe.entities.knowledge.places import identities
from mtqe.entities.mentions import Token
from mtqe.entities.romanisations import wade_giles

#: A form of so many letters or fewer may be a word and an acronym.
_SHORT = 3
_SMALL_WORDS = frozenset(["of", "the", "and", "for", "in", "on", "de", "to"])
LONGEST_PHRASE = 4

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Index:
    """Places of the tokens by form, key, place named and initials, so that a long text costs no more a word."""

    def __init__(self, tokens: Sequence[Token], source_language: str | None) -> None:
        self.tokens, self.source_language = tokens, source_language
        self.by_form = grouped(zip([token.form for token in tokens], range(len(tokens)), strict=True))
        self.capitals = [i for i, token in enumerate(tokens) if token.capital]
        self._short: dict[tuple[str, bool], list[int]] = {}

    def exact(self, form: str, acronym: bool) -> Sequence[int]:
        """The words of a form; a short acronym is not the word that has its letters (US, us)."""
        found: Sequence[int] = self.by_form.get(form, ())
        if not found or len(form) > _SHORT:
            return found
        if (form, acronym) not in self._short:
            tokens = self.tokens
            self._short[form, acronym] = [j for j in found if tokens[j].acronym == acronym or tokens[j].initial]
        return self._short[form, acronym]

    def of_forms(self, forms: Sequence[str]) -> Sequence[int]:
        """The words of some forms, designations apart."""
        return sorted(j for form in forms for j in self.by_form[form] if not self.tokens[j].code) if forms else ()

    @cached_property
    def by_start(self) -> dict[str, list[str]]:
        """All forms by their first three letters."""
        return grouped(zip([form[:3] for form in self.by_form], self.by_form, strict=True))

    @cached_property
    def capital_forms(self) -> dict[str, list[int]]:
        """Capitalised words by form."""
        return grouped((self.tokens[j].form, j) for j in self.capitals)

    @cached_property
    def by_mark(self) -> dict[object, list[str]]:
        """Their forms by what East Slavic forms of one name have in common."""
        return grouped((mark, form) for form in self.capital_forms for mark in slavic.marks(form))

    @cached_property
    def by_key(self) -> dict[str, list[int]]:
        """Capitalised words by romanisation key."""
        return grouped((romanisation_key(self.tokens[j].form, self.source_language), j) for j in self.capitals)

    @cached_property
    def joined(self) -> dict[str, list[int]]:
        """Capitalised words, alone and with those that follow, joined."""
        return joined(self.tokens, self.capitals)

    @cached_property
    def by_wade_giles(self) -> dict[str, list[int]]:
        """Capitalised words of pinyin by what they are in Wade-Giles."""
        return grouped((form, j) for j in self.capitals for form in wade_giles(self.tokens[j].form))

    @cached_property
    def by_given_name(self) -> dict[int, list[int]]:
        """Capitalised words by the given names that they are forms of."""
        return grouped((name, j) for j in self.capitals for name in given_names(self.tokens[j].form))

    @cached_property
    def by_place(self) -> dict[str, list[int]]:
        """Capitalised words by the places that they name."""
        return grouped((place, j) for j in self.capitals for place in identities(self.tokens[j].form, 0))

    @cached_property
    def _phrases(self) -> list[range]:
        """Runs of some words that begin with a capital, the first and the longest first."""
        size = len(self.tokens)
        return [
            range(start, end) for start in self.capitals for end in range(min(size, start + LONGEST_PHRASE), start, -1)
        ]

    @cached_property
    def place_phrases(self) -> dict[str, range]:
        """The first of the phrases that name a place."""
        tokens, found = self.tokens, dict[str, range]()
        for phrase in self._phrases:
            for place in identities("".join(tokens[j].form for j in phrase), 0):
                found.setdefault(place, phrase)
        return found

    @cached_property
    def spelled_out(self) -> dict[str, range]:
        """The first of the phrases of which certain letters, sorted, are the initials."""
        found: dict[str, range] = {}
        for phrase in self._phrases:
            if len(phrase) > 1:
                for initials in _initials(self.tokens[phrase.start : phrase.stop]):
                    found.setdefault(sorted_letters(initials), phrase)
        return found

    @cached_property
    def acronyms(self) -> dict[str, range]:
        """The first of the acronyms of certain letters, sorted."""
        found: dict[str, range] = {}
        for j in self.capitals:
            if self.tokens[j].acronym:
                found.setdefault(sorted_letters(self.tokens[j].form), range(j, j + 1))
        return found


def _initials(phrase: Sequence[Token]) -> set[str]:
    """First letters of all words, and of those that are no small words."""
    small = [token for token in phrase if token.form not in _SMALL_WORDS]
    return {"".join(token.form[:1] for token in tokens) for tokens in (phrase, small)}


def joined(tokens: Sequence[Token], starts: Iterable[int]) -> dict[str, list[int]]:
    """The words from each start on that a hyphen or a space joins, by their joined forms."""
    found: dict[str, list[int]] = {}
    for start in starts:
        form = ""
        for j in range(start, min(len(tokens), start + LONGEST_PHRASE)):
            if j > start and tokens[j].start != tokens[j - 1].end + 1:
                break
            form += tokens[j].form
            found.setdefault(form, [*range(start, j + 1)])
    return found


def sorted_letters(letters: str) -> str:
    return "".join(sorted(letters))


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        if key in found:
            found[key].append(value)
        else:
            found[key] = [value]
    return found
