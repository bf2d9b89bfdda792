"""Places of the world by their names: GeoNames' from 500 inhabitants, and the names of territories in all languages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

from mtqe.entities.forms import similarity
from mtqe.entities.knowledge.build import fold, letters
from mtqe.tables import Index, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Letters of a name for each edit that a suggestion may be away from it (one in any case), and the most edits.
_LETTERS_PER_EDIT = 4
_MOST_EDITS = 3


class Suggestion(NamedTuple):
    """A known place: its own name, its country, inhabitants, and how similar the name is, in [0, 1]."""

    name: str
    country: str
    population: int
    similarity: float


class _Named(NamedTuple):
    """The places of each form, by number, the largest first."""

    keys: Index
    begin: memoryview[int]
    numbers: memoryview[int]

    def of(self, form: str) -> memoryview[int]:
        return self.places(self.keys.row(form))

    def places(self, row: int) -> memoryview[int]:
        """Those of a row, none of row -1."""
        return self.numbers[self.begin[row] : self.begin[row + 1] if row >= 0 else 0]


class Gazetteer:
    """What the table of places answers. An identity is a territory's code (UA), or with a GeoNames id (UA703448)."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._countries: list[str] = table.meta["countries"]
        self._territories: list[str] = table.meta["territories"]
        self._ids, self._population, self._country = table["id"], table["population"], table["country"]
        self._first = table["form.first"]
        self._forms, self._native = (
            _Named(table.index(n), table[f"{n}.begin"], table[f"{n}.places"]) for n in ("form", "native")
        )

    def identities(self, form: str, least: int = 0) -> frozenset[str]:
        """Of the places that a plain form names, those of so many inhabitants."""
        return frozenset(self._identity(i) for i in self._forms.of(form) if self._population[i] >= least)

    def identities_native(self, text: str) -> frozenset[str]:
        """Of the places and territories that bear a name in its own script; in Latin script only territories."""
        return frozenset(map(self._identity, self._native.of(fold(text))))

    def population(self, form: str) -> int:
        """Inhabitants of the largest place that a plain form names, 0 where there is none."""
        return next((self._population[i] for i in self._forms.of(form)), 0)

    def names(self, identity: str) -> tuple[str, ...]:
        """Names of a place in Latin script, its own first; none of what is no place here."""
        country, number = identity[:2], identity[2:]
        at = bisect_left(self._countries, country)
        if not number.isdigit() or self._countries[at : at + 1] != [country]:
            return ()
        low, high = self._range(at)
        place = bisect_left(self._ids, int(number), low, high)
        return tuple(self._names(place)) if place < high and self._ids[place] == int(number) else ()

    def suggest(self, form: str, countries: Set[str] = frozenset(), n: int = 3) -> list[Suggestion]:
        """The `n` places most like a misspelt plain form, in `countries` where any are given; the larger ones first."""
        for edits in range(1, min(_MOST_EDITS, max(1, len(form) // _LETTERS_PER_EDIT)) + 1):
            near = [
                (-similarity(form, other), -self._population[place], place)
                for row, other in self._near(form, edits, countries)
                for place in self._forms.places(row)
                if not countries or self._countries[self._country[place]] in countries
            ]
            if near:
                return self._suggestions(sorted(near), n)
        return []

    def _near(self, form: str, edits: int, countries: Set[str]) -> Iterator[tuple[int, str]]:
        """Forms so many edits away at most; most are ruled out by their letters, all at once."""
        import numpy as np
        from rapidfuzz.distance import OSA

        bits, first, text = np.frombuffer(self._table["form.letters"], np.uint64), self._first, self._table["form"]
        rows = self._rows(countries)
        near = np.flatnonzero(np.bitwise_count(bits[rows] ^ letters([form])[0]) <= 2 * edits)
        for row in dict.fromkeys(near.tolist() if isinstance(rows, slice) else rows[near].tolist()):
            start, end = first[row], first[row + 1]
            if abs(end - start - len(form)) <= edits:
                other = bytes(text[start:end]).decode()
                if OSA.distance(form, other, score_cutoff=edits) <= edits:
                    yield row, other

    def _rows(self, countries: Set[str]) -> slice | NDArray[np.uint32]:
        """The forms of places of these countries, all where none is given."""
        import numpy as np

        if not countries:
            return slice(None)
        first, form = self._table["entry.first"], np.frombuffer(self._table["entry.form"], np.uint32)
        ranges = [self._range(i) for i, country in enumerate(self._countries) if country in countries]
        return np.concatenate([form[:0], *(form[first[low] : first[high]] for low, high in ranges)])

    def _suggestions(self, near: list[tuple[float, int, int]], n: int) -> list[Suggestion]:
        """The first places of each name."""
        found: dict[str, Suggestion] = {}
        for unlikeness, _, place in near:
            name = self._names(place)[0]
            country = self._countries[self._country[place]]
            found.setdefault(name, Suggestion(name, country, self._population[place], -unlikeness))
            if len(found) == n:
                break
        return list(found.values())

    def _identity(self, place: int) -> str:
        if place >= len(self._ids):
            return self._territories[place - len(self._ids)]
        return f"{self._countries[self._country[place]]}{self._ids[place]}"

    def _range(self, country: int) -> tuple[int, int]:
        return bisect_left(self._country, country), bisect_right(self._country, country)

    def _names(self, place: int) -> list[str]:
        first = self._table["names.first"]
        return bytes(self._table["names"][first[place] : first[place + 1] - 1]).decode().split("\n")
