"""Ukrainian, Russian and Belarusian forms of one name, as usually romanised: Andrii and Andrey, Lviv and Lvov."""

from __future__ import annotations

import re
from functools import lru_cache

from mtqe.entities.rewriting import rewrite, rules

_LANGUAGES = frozenset(["uk", "ru", "be"])

#: Consonants that the languages share but write differently; `v` before a vowel of the beginning is Ukrainian.
_CONSONANTS = rules(
    ("x", "x", "ks"),
    ("ph", "ph", "f"),
    ("ch", "shch|sch", "W"),
    ("sh", "sh", "S"),
    ("ch", "ch", "C"),
    ("zh", "zh", "Z"),
    ("", "kh|g", "h"),
    ("t", "tz|tc|ts", "c"),
    ("off", "off$", "ov"),
    ("v", "^v(?=[uo])", ""),
    ("", r"([^aeiouyj])\1+", r"\1"),
)
_VOWELS = re.compile("([aeiouyj]+)")
_GLIDE = re.compile("[yji]+(?=[aeou])")
_I_SOUND = re.compile("[yji]+(?![yjiaeou])")


def _pairs(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split("/")) for pair in text.split())


#: Vowels that stand for one another: anywhere; in a closed syllable or before `v`; at the end of a word.
_ANYWHERE = _pairs("i/e i/je e/je e/jo jo/je e/ja ui/ue ai/ae")
_CLOSED = _pairs("i/o")
_FINAL = _pairs("e/je e/o e/oe e/oje o/oe o/oje a/aja i/oi i/ei ja/eja")
#: Endings of cases that no name has in the nominative: instrumental, locative and dative, plural or adjective.
_CASE = re.compile("(?:[oe][iy]u|[iy]m|[iy]?[ao]kh|[iy]?am[iy]|o[hg]o|omu|ovi|evi)$")
_PATRONYMIC = re.compile("(?P<stem>.{2,}?)[aeiouyj]*(?:v[iy]?ch|(?<=[oei])v(?P<daughter>na))$")

#: Given names whose forms the rules above do not join, between bars: Ukrainian, Russian, Belarusian.
_GIVEN_NAMES = """
Oleksandr Aleksandr Aliaksandr Alexander | Oleksandra Aleksandra Aliaksandra | Oleksii Aleksei Aliaksei | Oleh Aleh
Mykola Nikolai Mikalai | Volodymyr Vladimir Uladzimir | Mykhailo Mikhail | Petro Pyotr Piatro Petr
Pavlo Pavel Paval | Dmytro Dmitrii Dzmitry Dmitro | Yevhen Evgenii Yauhen | Yevheniia Evgenia Yauheniia
Vasyl Vasilii Vasil | Danylo Daniil Danila | Kyrylo Kirill Kiryl | Hryhorii Grigorii Ryhor | Ihor Igor Ihar
Serhii Sergei Siarhei | Illia Ilya | Fedir Fyodor Fedor Fiodar | Yakiv Yakov Yakau | Yosyp Iosif Osip
Kostiantyn Konstantin Kanstantsin | Mykyta Nikita Mikita | Pylyp Filipp Pilip | Opanas Afanasii Panas
Havrylo Gavriil Gauryla | Yehor Egor Yahor | Heorhii Georgii Heorhi | Viktor Viktar | Valerii Valeri Valery
Tymofii Timofei Tsimafei | Matvii Matvei Matsvei | Andrii Andrei Andrej | Omelian Emelian Yemelyan | Lev Leu
Artem Artyom Artsiom | Anatolii Anatol | Ostap Astap | Zakhar Zakhary | Semen Semyon Siamion | Prokip Prokofii
Olena Elena Yelena Alena | Kateryna Ekaterina Katsiaryna | Tetiana Tatiana Tatsiana | Olha Olga Volha | Hanna Anna
Nadiia Nadezhda Nadzeia | Vira Vera | Svitlana Svetlana Sviatlana | Valentyna Valentina Valiantsina
Mariia Maria Maryia | Nataliia Natalia Natallia | Khrystyna Kristina Khrystsina | Oksana Aksana
Yelyzaveta Elizaveta Lizaveta | Liubov Lyubov Liubou | Paraskoviia Praskovya | Viktoriia Viktoryia
"""
#: Names of men that end as those of women do.
_MEN = frozenset(["mykola", "illia", "mykyta"])


def applies(source_language: str | None) -> bool:
    """Whether texts from this language, or from one that is not told, may have a name in two of these languages."""
    return source_language is None or source_language in _LANGUAGES


@lru_cache(maxsize=1 << 16)
def key(form: str) -> str:
    """Equal for the usual romanisations of one East Slavic name, `h` and `g` among them; `form` comes from `plain`."""
    return "".join(_sound(part) if i % 2 else part for i, part in enumerate(_parts(form)))


def is_given_name(form: str) -> bool:
    """Whether a plain form is one of the given names that these languages share."""
    return key(form) in _given_names()


@lru_cache(maxsize=1 << 16)
def compare(a: str, b: str) -> str | None:
    """`variant` where two plain forms are one name in two of the languages, by rule or as given names or patronymics.

    `undecided` where, beside a vowel that differs as between these languages, one differs without a rule: most often
    the other language has another word there. None otherwise.
    """
    given = _given_names()
    if given.get(key(a), key(a)) == given.get(key(b), key(b)) or (_father(a) and _father(a) == _father(b)):
        return "variant"
    one, other = _parts(a), _parts(b)
    if one[::2] != other[::2]:
        return None
    regular = irregular = 0
    for i in range(1, len(one), 2):
        x, y = one[i], other[i]
        if _sound(x) != _sound(y):
            agree = _alternate(x, y, one[i + 1], final=i + 2 == len(one))
            regular, irregular = regular + agree, irregular + (not agree)
    if irregular == 0:
        return "variant"
    return "undecided" if irregular == 1 and regular else None


def keeps_case(wanted: str, given: str) -> bool:
    """Whether a plain form has an ending of a case where another has that of the nominative (Snihurivkoiu)."""
    match = _CASE.search(given)
    return match is not None and len(match.string) > len(match[0]) + 3 and wanted.startswith(given[: match.start()])


@lru_cache(maxsize=1 << 16)
def marks(form: str) -> tuple[object, ...]:
    """A given name, consonants, a father: forms that `compare` calls variants share one of them, so it is a sieve."""
    return _given_names().get(key(form), key(form)), tuple(_parts(form)[::2]), *filter(None, [_father(form)])


@lru_cache(maxsize=1 << 16)
def _parts(form: str) -> list[str]:
    """Consonants at even places, the vowels between them at odd ones."""
    return _VOWELS.split(rewrite(form, _CONSONANTS))


def _sound(vowels: str) -> str:
    return _I_SOUND.sub("i", _GLIDE.sub("j", vowels))


def _alternate(a: str, b: str, after: str, *, final: bool) -> bool:
    """Whether two groups of vowels are one in two of the languages; Ukrainian `y` is Russian `i` alone."""
    pair = frozenset([_sound(a), _sound(b)])
    if after == "":
        return pair in _FINAL
    if "y" in (a, b):
        return False
    closed = final or len(after) > 1 or after == "v"
    return pair in _ANYWHERE or (closed and pair in _CLOSED)


@lru_cache(maxsize=1)
def _given_names() -> dict[str, str]:
    """Keys of the forms of a given name to the first of them."""
    names = [line.lower().split() for line in _GIVEN_NAMES.replace("\n", " | ").split("|")]
    return {key(form): name[0] for name in names for form in name}


@lru_cache(maxsize=1)
def _fathers() -> dict[str, str]:
    """The same without last vowels, which patronymics change."""
    men = {form: name for form, name in _given_names().items() if name[-1] != "a" or name in _MEN}
    return {form.rstrip("aeiouj"): name for form, name in men.items()}


@lru_cache(maxsize=1 << 16)
def _father(form: str) -> tuple[str, str | None] | None:
    """Whose child a patronymic calls somebody, and the ending of a daughter's; None of other words."""
    match = _PATRONYMIC.match(form)
    if match is None:
        return None
    stem = key(match["stem"]).rstrip("aeiouj")
    return _fathers().get(stem, stem), match["daughter"]
