"""Written-out numbers of English, German, Russian and Ukrainian, inflected: one word each, or the parts of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import regex


@dataclass(frozen=True, slots=True)
class NumberWord:
    """What a word says: its value, and how it joins the words before it.

    role    cardinal, ordinal, hundred (multiplies what stands before it), scale (thousand and up), fraction,
            decade (thirties) or implied (a, both, a pair: explains a number of the other side, is not asked for).
    """

    value: Decimal
    role: str = "cardinal"

    @property
    def multiplies(self) -> bool:
        return self.role in ("hundred", "scale")


def word_reader(language: str) -> Callable[[str], NumberWord | None]:
    """The function that reads one word of a language, in lower case, capitalised or in capitals."""
    return _read_german if language == "de" else _lexicon(language).get


def vocabulary(language: str) -> frozenset[str] | None:
    """Every word that `word_reader` reads; None in German, which writes numbers as one word."""
    return None if language == "de" else frozenset(_lexicon(language))


def _table(role: str, **values: str) -> dict[str, NumberWord]:
    return {
        word: NumberWord(Decimal(key.removeprefix("n").replace("_", ".")), role)
        for key, words in values.items()
        for word in words.split()
    }


def _counted(words: str, first: int = 0, step: int = 1, role: str = "cardinal") -> dict[str, NumberWord]:
    return {word: NumberWord(Decimal(first + step * i), role) for i, word in enumerate(words.split())}


@lru_cache(maxsize=8)
def _lexicon(language: str) -> Mapping[str, NumberWord]:
    words: dict[str, NumberWord] = {"en": _english, "ru": _russian, "uk": _ukrainian}.get(language, dict)()
    return {
        form.replace("'", apostrophe): number
        for word, number in words.items()
        for form in (word, word.capitalize(), word.upper())
        for apostrophe in ("'’ʼ" if "'" in word else "'")
    }


def _english() -> dict[str, NumberWord]:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    ordinals += " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
    tens = "twenty thirty forty fifty sixty seventy eighty ninety"
    return {
        **_counted(ones + " seventeen eighteen nineteen"),
        **_counted(tens, 20, 10),
        **_counted(ordinals, 1, role="ordinal"),
        **_counted(" ".join(word[:-1] + "ieth" for word in tens.split()), 20, 10, "ordinal"),
        **_counted(" ".join(word[:-1] + "ies" for word in tens.split()), 20, 10, "decade"),
        "hundred": NumberWord(Decimal(100), "hundred"),
        "hundredth": NumberWord(Decimal(100), "ordinal"),
        **_table("scale", n1000="thousand", n1000000="million", n1000000000="billion", n1000000000000="trillion"),
        **_table("implied", n1="a an single", n2="both pair couple twice double", n3="triple", n12="dozen"),
        **_table("fraction", n0_5="half", n0_25="quarter"),
    }


#: For each number its word, its case forms, and its ordinal's stem.
_RUSSIAN = {
    1: "один одна одно одного одной одну одним одном",
    2: "два две двух двум двумя",
    3: "три трёх трех трём трем тремя трое троих",
    4: "четыре четырёх четырех четырём четырем четырьмя четверо четверых",
    5: "пять пяти пятью пятеро",
    6: "шесть шести шестью шестеро",
    7: "семь семи семеро",
    8: "восемь восьми восемью восьмью",
    9: "девять девяти девятью",
    10: "десять десяти десятью",
    11: "одиннадцать",
    12: "двенадцать",
    13: "тринадцать",
    14: "четырнадцать",
    15: "пятнадцать",
    16: "шестнадцать",
    17: "семнадцать",
    18: "восемнадцать",
    19: "девятнадцать",
    20: "двадцать",
    30: "тридцать",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти пятьюдесятью",
    60: "шестьдесят шестидесяти шестьюдесятью",
    70: "семьдесят семидесяти семьюдесятью",
    80: "восемьдесят восьмидесяти восемьюдесятью",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот двумстам двумястами двухстах",
    300: "триста трёхсот трехсот трёмстам тремстам тремястами трёхстах трехстах",
    400: "четыреста четырёхсот четырехсот четырёмстам четыремстам четырьмястами четырёхстах четырехстах",
    500: "пятьсот пятисот пятистам пятьюстами пятистах",
    600: "шестьсот шестисот шестистам шестьюстами шестистах",
    700: "семьсот семисот семистам семьюстами семистах",
    800: "восемьсот восьмисот восьмистам восемьюстами восьмистах",
    900: "девятьсот девятисот девятистам девятьюстами девятистах",
}
_UKRAINIAN = {
    1: "один одна одне одного одної одну одним одному",
    2: "два дві двох двом двома двоє",
    3: "три трьох трьом трьома троє",
    4: "чотири чотирьох чотирьом чотирма четверо",
    5: "п'ять п'яти п'ятьох п'ятьом п'ятьма п'ятеро",
    6: "шість шести шістьох шістьом шістьма шестеро",
    7: "сім семи сімох сімом сьома сімома семеро",
    8: "вісім восьми вісьмох вісьмом вісьма вісьмома восьмеро",
    9: "дев'ять дев'яти дев'ятьох дев'ятьом дев'ятьма дев'ятеро",
    10: "десять десяти десятьох десятьом десятьма",
    11: "одинадцять",
    12: "дванадцять",
    13: "тринадцять",
    14: "чотирнадцять",
    15: "п'ятнадцять",
    16: "шістнадцять",
    17: "сімнадцять",
    18: "вісімнадцять",
    19: "дев'ятнадцять",
    20: "двадцять",
    30: "тридцять",
    40: "сорок сорока",
    50: "п'ятдесят п'ятдесяти п'ятдесятьох п'ятдесятьма",
    60: "шістдесят шістдесяти шістдесятьох шістдесятьма",
    70: "сімдесят сімдесяти сімдесятьох сімдесятьма",
    80: "вісімдесят вісімдесяти вісімдесятьох вісімдесятьма",
    90: "дев'яносто дев'яноста",
    100: "сто ста",
    200: "двісті двохсот двомстам двомастами двохстах",
    300: "триста трьохсот трьомстам трьомастами трьохстах",
    400: "чотириста чотирьохсот чотирьомстам чотирмастами чотирьохстах",
    500: "п'ятсот п'ятисот п'ятистам п'ятьмастами п'ятистах",
    600: "шістсот шестисот шестистам шістьмастами шестистах",
    700: "сімсот семисот семистам сьомастами семистах",
    800: "вісімсот восьмисот восьмистам вісьмастами восьмистах",
    900: "дев'ятсот дев'ятисот дев'ятистам дев'ятьмастами дев'ятистах",
}
_RUSSIAN_ORDINALS = (
    "перв втор трет четвёрт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат "
    "пятнадцат шестнадцат семнадцат восемнадцат девятнадцат двадцат тридцат "
    "сороков пятидесят шестидесят семидесят восьмидесят девяност"
)
_UKRAINIAN_ORDINALS = (
    "перш друг трет четверт п'ят шост сьом восьм дев'ят десят одинадцят дванадцят тринадцят чотирнадцят "
    "п'ятнадцят шістнадцят сімнадцят вісімнадцят дев'ятнадцят двадцят тридцят "
    "сороков п'ятдесят шістдесят сімдесят вісімдесят дев'яност"
)
_RUSSIAN_ENDINGS = "ый ой ая ое ого ому ым ом ую ые ых ыми ий ья ье ьего ьему ьим ьем ьей ью ьи ьих ьими"
_UKRAINIAN_ENDINGS = "ий а е ого ому им ої ій у ою і их ими я є ього ьому ім ьої ю ьою іх іми"


def _slavic(cardinals: Mapping[int, str], ordinals: str, endings: str, stem: str) -> dict[str, NumberWord]:
    words = {word: NumberWord(Decimal(value)) for value, forms in cardinals.items() for word in forms.split()}
    for value, forms in cardinals.items():
        if forms.endswith(stem + "ть"):  # eleven to thirty decline alike
            oblique = forms[: -len("ь")]
            words |= {oblique + ending: NumberWord(Decimal(value)) for ending in ("и", "ью", "ьох", "ьом", "ьма")}
    for value, ordinal in enumerate(ordinals.split(), 1):
        number = NumberWord(Decimal(value if value <= 20 else 10 * value - 180), "ordinal")
        for form in {ordinal, ordinal.replace("ё", "е")}:
            words |= {form + ending: number for ending in endings.split() if form + ending not in words}
    return words


def _scales(stems: Mapping[int, tuple[str, str]]) -> dict[str, NumberWord]:
    return {
        stem + ending: NumberWord(Decimal(value), "scale")
        for value, (stem, endings) in stems.items()
        for ending in ["", *endings.split()]
    }


def _russian() -> dict[str, NumberWord]:
    big = "а у ом е ы ов ам ами ах"
    return {
        **_slavic(_RUSSIAN, _RUSSIAN_ORDINALS, _RUSSIAN_ENDINGS, "дца"),
        **_scales({10**3: ("тысяч", "а и у е ей ам ами ах"), 10**6: ("миллион", big), 10**9: ("миллиард", big)}),
        **_scales({10**12: ("триллион", big)}),
        **_table("implied", n0_5="половина половину половины"),
        **_table("implied", n2="оба обе обоих дважды вдвое пара пару двое двоих", n12="дюжина дюжину"),
        **_table("fraction", n0_5="пол полтысячи", n0_25="четверть четверти"),
        **_table("cardinal", n0="ноль нуля", n1_5="полтора полторы полутора"),
    }


def _ukrainian() -> dict[str, NumberWord]:
    big = "а у ом и ів ам ами ах"
    return {
        **_slavic(_UKRAINIAN, _UKRAINIAN_ORDINALS, _UKRAINIAN_ENDINGS, "дця"),
        **_scales({10**3: ("тисяч", "а і у ею ам ами ах"), 10**6: ("мільйон", big), 10**9: ("мільярд", big)}),
        **_scales({10**12: ("трильйон", big)}),
        **_table("implied", n0_5="половина половину половини"),
        **_table("implied", n2="обидва обидві обох двічі вдвічі пара пару", n12="дюжина дюжину"),
        **_table("fraction", n0_5="пів", n0_25="чверть чверті"),
        **_table("cardinal", n0="нуль нуля", n1_5="півтора півтори"),
    }


_GERMAN_ONES = "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn"
_GERMAN = {word: i for i, word in enumerate((_GERMAN_ONES + " siebzehn achtzehn neunzehn").split())}
_GERMAN |= {"zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80}
_GERMAN |= {"neunzig": 90, "zwo": 2, "dreissig": 30}
_GERMAN_ORDINALS = {"erst": 1, "dritt": 3, "siebt": 7, "acht": 8}
#: What every German number of two and more has in it, so that other words are turned down at once.
_GERMAN_STEM = regex.compile(
    r"zwei|zwo|drei|dritt|vier|fünf|sechs|sech|sieb|acht|neun|zehn|elf|zwölf|zwanzig|hundert|tausend|erst"
)
_GERMAN_COMPOUND = regex.compile(
    r"(?:(?P<thousands>.*?)tausend(?:und)?)?(?:(?P<hundreds>.*?)hundert(?:und)?)?(?P<rest>.*)"
)
_GERMAN_WORDS = {
    **_table("implied", n1="ein eine einen einem einer eines eins", n2="beide beiden beider paar doppelt zweimal"),
    **_table("implied", n12="dutzend", n0_5="hälfte"),
    **_table("fraction", n0_5="halb halbe halben halber halbes", n0_25="viertel"),
    **_table("cardinal", n1_5="anderthalb eineinhalb", n2_5="zweieinhalb", n3_5="dreieinhalb", n2="zweier"),
    **_table("cardinal", n0="null", n3="dreier"),
    **_table("scale", n1000="tausend tausende tausenden", n1000000="million millionen"),
    **_table("scale", n1000000000="milliarde milliarden", n1000000000000="billion billionen"),
    **_table("hundred", n100="hundert"),
}


@lru_cache(maxsize=1 << 16)
def _read_german(word: str) -> NumberWord | None:
    word = word.lower()
    if word in _GERMAN_WORDS:
        return _GERMAN_WORDS[word]
    if not _GERMAN_STEM.search(word):
        return None
    value = _german_compound(word)
    if value is not None:
        return NumberWord(Decimal(value))
    stem = regex.sub(r"e[nrsm]?$", "", word)
    if stem in ("acht", word):
        return NumberWord(Decimal(8), "ordinal") if stem == "acht" else None
    return _german_ordinal(stem)


def _german_ordinal(stem: str) -> NumberWord | None:
    """`zweiundvierzigst`, `dritt`, `hunderterst`: the last part has `t` or `st`."""
    for last, value in _GERMAN_ORDINALS.items():
        if stem.endswith(last):
            before = stem.removesuffix(last)
            base = _german_compound(before) if before else 0
            if base is not None and (not before or base >= 100):
                return NumberWord(Decimal(base + value), "ordinal")
    for suffix in ("st", "t"):
        number = _german_compound(stem.removesuffix(suffix)) if stem.endswith(suffix) else None
        if number is not None:
            return NumberWord(Decimal(number), "ordinal")
    return None


def _german_compound(word: str) -> int | None:
    """The value of `dreihundertfünfundzwanzigtausendeins`; None where a part is no number."""
    parts = _GERMAN_COMPOUND.fullmatch(word)
    if not word or parts is None:
        return None
    total = 0
    if parts["thousands"] is not None:
        thousands = _german_compound(parts["thousands"]) if parts["thousands"] else 1
        if thousands is None or thousands >= 1000:
            return None
        total += thousands * 1000
    if parts["hundreds"] is not None:
        hundreds = _german_below_hundred(parts["hundreds"]) if parts["hundreds"] else 1
        if hundreds is None:
            return None
        total += hundreds * 100
    if not parts["rest"]:
        return total if total else None
    rest = _german_below_hundred(parts["rest"].removesuffix("s") if parts["rest"] == "eins" else parts["rest"])
    return None if rest is None else total + rest


def _german_below_hundred(word: str) -> int | None:
    if word in _GERMAN:
        return _GERMAN[word]
    ones, joined, tens = word.partition("und")
    if joined and tens in _GERMAN and ones in _GERMAN and _GERMAN[ones] < 10 <= _GERMAN[tens]:
        return _GERMAN[ones] + _GERMAN[tens]
    return None
