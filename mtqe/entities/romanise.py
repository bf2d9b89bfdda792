"""Source words in any script as Latin letters, and the keys by which a name is compared with them.

A script keeps some sounds of a name and loses others: kana have one sign for r and l and put vowels between consonants,
Arabic and Hebrew write few vowels, Chinese characters have no voiced sounds. So two keys are compared, one of all
letters and one of the consonants that the script can tell apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import regex
from rapidfuzz.distance import Levenshtein

from mtqe.entities import slavic
from mtqe.entities.forms import plain, romanisation_key
from mtqe.entities.rewriting import rewrite, rules
from mtqe.entities.romanisations import korean

#: Runs of a text that are read on their own; kana and Han follow one another without a space.
_WORD = regex.compile(
    r"(?P<latin>[\p{Latin}\p{M}]+(?:['’ʼ][\p{Latin}\p{M}]+)*)|(?P<cyrillic>\p{Cyrillic}+(?:['’ʼ]\p{Cyrillic}+)*)"
    r"|(?P<katakana>[\p{Katakana}ー]+)|(?P<hiragana>[\p{Hiragana}ー]+)|(?P<han>\p{Han}+)|(?P<hangul>\p{Hangul}+)"
    r"|(?P<arabic>[\p{Arabic}&&[\p{L}\p{M}]]+)|(?P<hebrew>[\p{Hebrew}&&[\p{L}\p{M}]]+(?:[\"'״׳]\p{Hebrew}+)*)"
    r"|(?P<greek>\p{Greek}+)|(?P<other>[\p{L}\p{M}]+)",
    regex.V1,
)
CASED = frozenset(["cyrillic", "greek", "latin"])
#: Scripts of few written vowels: consonants alone are compared (abugidas do not write the commonest one).
CONSONANTAL = frozenset(["arabic", "hebrew", "other"])
#: Scripts of syllables without spaces: a name is any run of them.
SYLLABIC = frozenset(["han", "hangul"])
#: Signs of the longest run that is read as one name.
LONGEST_RUN = 8
_SMALL_KANA = dict(zip("ァィゥェォャュョヮぁぃぅぇぉゃゅょゎ", "aiueo\0\0\0aaiueo\0\0\0a", strict=True))
_GLIDES = dict(zip("ャュョゃゅょ", ("ya", "yu", "yo") * 2, strict=True))
_NASAL = re.compile("n(?=[bp])")
_HEBREW = str.maketrans({"ו": "w", "ב": "b", "ח": "x", "כ": "k", "ך": "k"})
_PREFIXES = {
    "arabic": re.compile("(?:[وف]?(?:[بك]?ال|لل)|[وفبلك])(?=..)"),
    "hebrew": re.compile("[והבלמשכ]{1,2}(?=..)"),
}

#: Spellings of consonants in Latin letters, in the order in which they are read; capitals are sounds of two letters.
_CONSONANTS = rules(
    ("h", "shch|sch|sh", "S"),
    ("d", "dzh|dg(?=e)|dj", "J"),
    ("ch", "tch|ch", "C"),
    ("t", "tz|ts", "T"),
    ("zh", "zh", "Z"),
    ("ph", "ph", "f"),
    ("ck", "ck", "k"),
    ("kh", "kh", "h"),
    ("gh", "gh", "g"),
    ("c", "c(?=[eiy])", "s"),
    ("", "[cq]", "k"),
    ("x", "x", "ks"),
    ("j", "j", "J"),
)
#: Pinyin writes other sounds with some of the letters.
_PINYIN = rules(("", "zh|ch|[cqjz]", "C"), ("", "sh|x", "s"), ("er", "^er$|^er(?=[^aeiou])", "r"))
#: Which sounds a script does not tell apart, and which it may leave unwritten (mapped to nothing).
_MERGED: dict[str, dict[str, str | None]] = {
    "cyrillic": {"h": "g", "w": "v", "y": None},
    "greek": {"w": "v", "y": None, "b": "v", "S": "s", "d": "t", "J": "T", "C": "T"},
    "latin": {},
    "katakana": {"l": "r", "v": "b", "S": "s", "f": "h", "z": "J", "Z": "J", "C": "t", "T": "t", "w": None, "y": None},
    "hiragana": {},
    "han": {"r": "l", "v": "f", "w": None, "y": None, "b": "p", "d": "t", "g": "k", "S": "s"}
    | dict.fromkeys("JTZz", "C"),
    "hangul": {"g": "k", "d": "t", "b": "p", "f": "p", "v": "p", "l": "r", "S": "s", "w": None, "y": None}
    | dict.fromkeys("JTZz", "C"),
    "arabic": {"p": "b", "v": "f", "g": "J", "S": "s", "Z": "J", "C": "T", "w": None, "y": None, "z": "d"},
    "hebrew": {"v": "b", "f": "p", "S": "s", "C": "k", "h": None, "J": None, "Z": "z", "T": "s", "w": None, "y": None},
    "other": {"w": "v", "f": "p", "S": "s", "h": None, "y": None, "z": "J", "Z": "J"},
}
_MERGES = {
    script: str.maketrans({"a": "", "e": "", "i": "", "o": "", "u": ""} | {k: v or "" for k, v in merged.items()})
    for script, merged in _MERGED.items()
}
_DOUBLE = re.compile(r"(.)\1+")
#: How much the consonants count beside all letters, where it is not half: the vowels of kana are Japanese.
_CONSONANT_SHARE = {"katakana": 0.7, "han": 0.7}
#: Consonants less similar than that are none of one name, whatever the letters between them.
_LEAST_CONSONANTS = 0.4
#: The least letters of a name that a longer word in Latin script begins with, and so has it.
_COMPOUND = 6
#: Letters that end a word of an inflecting language and are no part of the name, as the keys write them.
_ENDING = {"cyrillic": 3, "greek": 2, "latin": 2}


class Word(NamedTuple):
    """A run of one script at code points `[start, end)` of the source."""

    text: str
    start: int
    end: int
    script: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


class Run(NamedTuple):
    """Some syllables of a Han or Hangul word that stand together: their reading, and the joined skeletons of each.

    `start` and `end` count the signs of the word.
    """

    reading: str
    skeleton: str
    start: int
    end: int


def words_by_script(text: str) -> list[Word]:
    return [Word(m.group(), *m.span(), m.lastgroup or "other") for m in _WORD.finditer(text)]


@lru_cache(maxsize=1 << 16)
def reading(word: str, script: str) -> str:
    """A word of the source in Latin letters, lower case."""
    if script in ("katakana", "hiragana"):
        return _read_kana(word)
    if script == "hebrew":
        word = word.translate(_HEBREW)
    return plain(word)


@lru_cache(maxsize=1 << 11)  # for the names of some segments: they are many
def runs(word: str, script: str) -> tuple[Run, ...]:
    """The runs of up to eight signs of a Han or Hangul word; Han is read as in Mandarin."""
    readings = [plain(sign) for sign in word]
    skeletons = [read_skeleton(read, script) for read in readings]
    found = []
    for start in range(len(word)):
        read = bones = ""
        for end in range(start + 1, min(len(word), start + LONGEST_RUN) + 1):
            read, bones = read + readings[end - 1], bones + skeletons[end - 1]
            found.append(Run(read, bones, start, end))
    return tuple(found)


@lru_cache(maxsize=1 << 16)
def fit(form: str, word: str, script: str, language: str | None) -> float:
    """How well a plain form renders a source word, in [0, 1]; 1 where the keys agree.

    Han and Hangul words are compared as a whole; their parts are `runs`.
    """
    return max(_fit(form, read, script, language) for read in _readings(word, script))


def fit_run(form: str, bones: str, read: str, theirs: str, script: str) -> float:
    """The same for a run of syllables, with the skeletons of both."""
    if form == read:
        return 1.0
    if script == "han" and len(bones) > 2:  # as `_compare` has it, but at once: there are many
        consonants = Levenshtein.normalized_similarity(bones, theirs) if theirs else 0.0
        if consonants < _LEAST_CONSONANTS:
            return consonants
    return _compare(form, read, bones, theirs, script, None)


@lru_cache(maxsize=1 << 16)
def skeleton(form: str, script: str) -> str:
    """The consonants of a plain form that the script tells apart."""
    if script == "katakana":
        form = form.replace("th", "s")
    elif script == "arabic":
        form = form.rstrip("ah")  # the ending of feminine names, often not written in Latin letters
    form = _DOUBLE.sub(r"\1", form)
    return rewrite(form, _CONSONANTS).translate(_MERGES[script])


def _fit(form: str, read: str, script: str, language: str | None) -> float:
    if form == read:
        return 1.0
    if script == "latin":
        compound = len(form) >= _COMPOUND and read.startswith(form)  # Facebook in Facebooksíðu
        return max(_letters(form, read, script), 0.92 * compound)
    return _compare(form, read, skeleton(form, script), read_skeleton(read, script), script, language)


def _compare(form: str, read: str, bones: str, theirs: str, script: str, language: str | None) -> float:
    consonants = Levenshtein.normalized_similarity(bones, theirs) if bones and theirs else 0.0
    if script in CONSONANTAL:
        return consonants if len(bones) > 2 else 0.9 * consonants
    if consonants < _LEAST_CONSONANTS and len(bones) > 2 and script != "hangul":
        return consonants
    keys = romanisation_key(form, language), romanisation_key(read, language)
    if keys[0] == keys[1]:
        return 1.0
    if script == "cyrillic" and slavic.applies(language) and slavic.key(form) == slavic.key(read):
        return 1.0
    if script == "hangul":
        keys = korean(form), korean(read)
        consonants = 0.0
    if script == "katakana" and consonants == 1 and len(bones) > 2:
        return 0.92  # the vowels that it has between them say little
    letters = _letters(*keys, script)
    share = _CONSONANT_SHARE.get(script, 0.5)
    return max(letters, (1 - share) * letters + share * consonants)


def _letters(form: str, read: str, script: str) -> float:
    """Similarity of letters, where the ending of the source's word costs little."""
    best = Levenshtein.normalized_similarity(form, read)
    if best < 0.4:
        return best
    for cut in range(1, min(_ENDING.get(script, 0), len(read) - 3) + 1):
        stem = read[:-cut]
        best = max(best, Levenshtein.normalized_similarity(form, stem) - 0.02 * cut)
        if cut < 3 and len(form) > 4:
            best = max(best, Levenshtein.normalized_similarity(form[:-1], stem) - 0.02 * cut - 0.04)
    return best


@lru_cache(maxsize=1 << 16)
def read_skeleton(read: str, script: str) -> str:
    """`skeleton` of what the source reads; pinyin has other letters for some sounds."""
    if script == "han":
        read = rewrite(read, _PINYIN)
    return skeleton(read, script)


@lru_cache(maxsize=1 << 16)
def _readings(word: str, script: str) -> tuple[str, ...]:
    """The reading, and those without the articles and prepositions that Arabic and Hebrew write with the word."""
    found = [reading(word, script)]
    prefix = _PREFIXES.get(script)
    match = prefix.match(word) if prefix else None
    if match:
        found.append(reading(word[match.end() :], script))
        if match.end() > 1:
            found.append(reading(word[1:], script))
    return tuple(found)


def _read_kana(word: str) -> str:
    """Hepburn: a small vowel replaces the one before it (ティ ti), a small tsu and the long mark are not read."""
    read = ""
    for sign in word:
        if sign in "ーッっ":
            continue
        if sign not in _SMALL_KANA:
            read += plain(sign)
            continue
        stem = read[:-1]
        if sign in _GLIDES:
            read = stem + (_GLIDES[sign][1:] if stem.endswith(("sh", "ch", "j")) else _GLIDES[sign])
        else:
            vowel = _SMALL_KANA[sign]
            read = stem + ("w" if read[-1:] == "u" and stem[-1:] in ("", *"aeiou") else "") + vowel
    return _NASAL.sub("m", read)
