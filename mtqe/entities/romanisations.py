"""Published romanisations of other scripts: what makes the spellings of two of them one, by source language.

Chinese has a closed table of syllables, so that Wade-Giles (and most of the Postal forms) is made from pinyin. The
spellings of the others are unified sound by sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mtqe.entities.rewriting import Rule, rewrite, rules

_KOREAN_NAMES = {
    **dict.fromkeys(("lee", "yi", "rhee", "ri"), "i"),
    "park": "bak",
    "choi": "choe",
    "woo": "u",
    "noh": "no",
    "roh": "no",
    "rim": "im",
    "lim": "im",
    "ahn": "an",
    "shin": "sin",
    "ryu": "yu",
    "yoo": "yu",
    "chung": "jeong",
    "young": "yeong",
    "sun": "seon",
    "hyun": "hyeon",
}
#: Spellings of Korean sounds (Revised Romanisation, McCune-Reischauer), in the order in which they are unified.
_KOREAN = rules(
    ("", "ch|j", "c"),
    ("sh", "sh", "s"),
    ("g", "g", "k"),
    ("d", "d", "t"),
    ("b", "b", "p"),
    ("r", "r", "l"),
    ("", "oo|eu|w(?=u)", "u"),
    ("ee", "ee", "i"),
    ("", "eo|u(?=n)", "o"),
    ("a", "ae|ay", "e"),
    ("", r"(.)\1+", r"\1"),
)
#: Hepburn as Kunrei (shi, si; ja, zya), and long vowels, written or not, as short ones.
_JAPANESE = rules(
    ("sh", "sh(?=i)", "s"),
    ("sh", "sh", "sy"),
    ("ch", "t?ch(?=i)", "t"),
    ("ch", "t?ch", "ty"),
    ("ts", "ts(?=u)", "t"),
    ("f", "f(?=u)", "h"),
    ("j", "j(?=i)", "z"),
    ("j", "jy?", "zy"),
    ("m", "m(?=[bp])", "n"),
    ("o", "(?<=o)[uh](?=[^aeiouy]|$)|(?<=o)o", ""),
    ("uu", "(?<=u)u", ""),
)
#: Arabic letters in English, French and German: dh, gh, q and the short vowels a and u, which are e and o too.
_ARABIC = rules(
    ("", "dj|dsch", "j"),
    ("tch", "tch", "ch"),
    ("", "ou|oo", "u"),
    ("ee", "ee", "i"),
    ("", "[ae][iy]", "ai"),
    ("e", "e", "a"),
    ("o", "o", "u"),
    ("q", "q", "k"),
    ("h", "(?<=a)h$", ""),
)
#: ELOT 743 beside what is heard: oi and ei, mp and nt at the beginning.
_GREEK = rules(
    ("", "oi|ei|y", "i"),
    ("", "^mp", "b"),
    ("", "^nt", "d"),
    ("gk", "gk", "g"),
    ("ch", "ch", "h"),
    ("af", "af(?=[aeioubgdlmnr])", "av"),
    ("ef", "ef(?=[aeioubgdlmnr])", "ev"),
)
#: Kaf, het, tsadi and qof of Hebrew, and its unwritten last he.
_HEBREW = rules(
    ("", "ch|kh", "h"),
    ("tz", "tz", "ts"),
    ("q", "q", "k"),
    ("h", "(?<=[ae])h$", ""),
)
_BY_LANGUAGE: dict[str, tuple[Rule, ...]] = {
    "ko": _KOREAN,
    "ja": _JAPANESE,
    "el": _GREEK,
    "he": _HEBREW,
    **dict.fromkeys(("ar", "fa", "ps", "ur"), _ARABIC),
    "de": rules(("e", "(?<=[aou])e", "")),
}


def _spelled(text: str) -> dict[str, str]:
    """What stands in pinyin, with what it is in the other romanisation where that differs (`b/p`)."""
    pairs = (item.partition("/") for item in text.split())
    return {pinyin: other or pinyin for pinyin, _, other in pairs}


#: Wade-Giles without apostrophes and marks. The Postal forms have the sounds from which j, q and x have come: Nanking,
#: Tientsin, Sian.
_INITIALS = _spelled("b/p p m f d/t t n l g/k k h j/ch q/ch x/hs zh/ch ch sh r/j z/ts c/ts s")
_POSTAL_INITIALS = _spelled("j/k q/k x/s"), _spelled("j/ts q/ts x/s")
_FINALS = _spelled(
    """
    a o e ai ei ao ou an en ang eng ong/ung i ia ie/ieh iao iu ian/ien in iang ing iong/iung
    u ua uo uai ui uan un uang ue/ueh
    """
)
_POSTAL_FINALS = _spelled("ou/ow ua/wa uan/wan uang/wang uai/wai ui/wei")
#: Syllables that do not follow from initials and finals.
_WHOLE = _spelled(
    """
    a o e/o ai ei ao ou an en ang er/erh yi/i ya yo ye/yeh yao you/yu yan/yen yin yang ying yong/yung yu yue/yueh yuan
    yun wu wa wo wai wei wan wen wang weng zhi/chih chi/chih shi/shih ri/jih zi/tzu ci/tzu si/ssu
    ge/ko ke/ko he/ho gui/kuei kui/kuei
    """
)
#: Which finals stand behind which initials.
_PALATAL, _LABIAL = frozenset("jqx"), frozenset("bpmf")
_AFTER_PALATALS = _spelled("i ia ie iao iu ian in iang ing iong u ue uan un").keys()
_AFTER_LABIALS = _spelled("a o ai ei ao ou an en ang eng i ie iao iu ian in ing u").keys()
_NOT_AFTER_OTHERS = frozenset(["iong", "o"])
_NOT_BEFORE_I = _spelled("zh ch sh r z c s g k h").keys()
_WITH_UO = _spelled("g k h sh").keys()
_LONGEST_SYLLABLE = len("zhuang")
#: Letters of the longest name that is read as pinyin.
_LONGEST_NAME = 20


def unify(form: str, source_language: str | None) -> str:
    """A plain form with the spellings of one sound that romanisations of this language have made one."""
    by = _BY_LANGUAGE.get(source_language or "")
    return rewrite(form, by) if by else form


@lru_cache(maxsize=1 << 14)
def korean(form: str) -> str:
    """Equal for Revised Romanisation, McCune-Reischauer and what families have made of their names."""
    return rewrite(_KOREAN_NAMES.get(form, form), _KOREAN)


@lru_cache(maxsize=1 << 14)
def wade_giles(form: str) -> frozenset[str]:
    """The Wade-Giles spellings of a plain form in pinyin of two syllables or more, and its Postal ones.

    Apostrophes, hyphens and diaeresis are left out, as `plain` does. Empty where the form is no pinyin.
    """
    if not form.isascii() or not form.isalpha() or not 4 <= len(form) <= _LONGEST_NAME:
        return frozenset()
    spelled = {
        "".join(parts[k] for parts in row) for row in _syllables(form) if len(row) > 1 for k in range(len(row[0]))
    }
    return frozenset(spelled - {form})


def _syllables(form: str) -> Iterator[list[tuple[str, ...]]]:
    """The ways to cut a form into syllables of pinyin, each with its other spellings."""
    if not form:
        yield []
    for end in range(1, min(len(form), _LONGEST_SYLLABLE) + 1):
        spellings = _table().get(form[:end])
        if spellings:
            for rest in _syllables(form[end:]):
                yield [spellings, *rest]


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    """Each syllable of pinyin in as many spellings."""
    table = {
        initial + final: _spellings(initial, final)
        for initial in _INITIALS
        for final in _FINALS
        if _goes(initial, final)
    }
    ways = len(table["ba"])
    return table | {syllable: (spelled,) * ways for syllable, spelled in _WHOLE.items()}


def _goes(initial: str, final: str) -> bool:
    if initial in _PALATAL:
        return final in _AFTER_PALATALS
    if initial in _LABIAL:
        return final in _AFTER_LABIALS
    if final in _NOT_AFTER_OTHERS or (initial in _NOT_BEFORE_I and final[0] == "i"):
        return False
    return final != "ue" or initial in ("l", "n")


def _spellings(initial: str, final: str) -> tuple[str, ...]:
    """One spelling for each way to write initials and finals."""
    last = "o" if final == "uo" and initial not in _WITH_UO else _FINALS[final]
    heads = [_INITIALS | others for others in ({}, *_POSTAL_INITIALS)]
    return tuple(head.get(initial, initial) + end for head in heads for end in (last, _POSTAL_FINALS.get(final, last)))
