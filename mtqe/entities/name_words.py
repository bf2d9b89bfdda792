"""Words in names that make the name of something else, or leave it what it is: United and City, Office and Bureau."""

from __future__ import annotations

from functools import lru_cache

from mtqe.entities.forms import american

#: So many first letters are those of the same direction (North, Northern).
_STEM = 4
#: Words of so many letters have no plural ending that could be told.
_SHORT = 5
#: Beginnings of the names of one disease.
_COVID = ("covid", "corona", "sarscov", "ncov")
#: Words of which one in the place of another makes the name of something else.
_EXCLUSIVE = [
    frozenset(map(american, words.split()))
    for words in (
        "north south east west northern southern eastern western northeastern southeastern northwestern southwestern",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi",
        "upper lower",
        "old new",
        "senior junior",
        "red white black blue green yellow",
        "united city rovers wanderers athletic",
        "conservative labour liberal republican democratic",
        "foreign interior defence finance health justice education agriculture energy culture transport",
        "prime foreign interior defence finance health justice education agriculture energy culture transport vice",
    )
]

#: Common words by which one institution, place or work may as well be called.
_SYNONYMS = [
    frozenset(words.split())
    for words in (
        "office center centre bureau department agency institute administration service authority directorate division",
        "association federation union society league confederation alliance",
        "committee commission council board",
        "company corporation firm group holding enterprise",
        "fund foundation trust",
        "college academy university institute school",
        "senate congress parliament assembly",
        "plan program programme project scheme initiative",
        "act law bill code",
        "prize award",
        "festival fair exhibition exposition expo show",
        "championship cup tournament league",
        "newspaper paper daily times post news",
        "film movie",
        "region oblast province district county prefecture area territory okrug",
        "city town municipality",
        "highway freeway motorway expressway",
        "street avenue road",
        "hospital clinic",
        "level class grade category",
        "north northern",
        "south southern",
        "east eastern",
        "west western",
        "army military force troop",
    )
]


@lru_cache(maxsize=1 << 14)
def kinds_of(form: str) -> frozenset[int]:
    """The kinds of institutions, places and works that a plain form may name, as numbers; near synonyms share one."""
    singular = form.removesuffix("s") if len(form) > _SHORT and not form.endswith("ss") else form
    return frozenset(kind for kind, words in enumerate(_SYNONYMS) if singular in words)


def exclude(a: str, b: str) -> bool:
    """Whether two plain forms in American spelling are words of which one for the other makes another name."""
    return a[:_STEM] != b[:_STEM] and any(a in words and b in words for words in _EXCLUSIVE)


def is_covid(form: str) -> bool:
    return form.startswith(_COVID)


def same_disease(a: str, b: str) -> bool:
    """Whether two plain forms name that disease, with the same digits if both have some (Covid-19, coronavirus)."""
    digits = [[c for c in form if c.isdigit()] for form in (a, b)]
    return is_covid(a) and is_covid(b) and (digits[0] == digits[1] or not all(digits))
