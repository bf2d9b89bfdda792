"""Mentions that a user gives, in any target language: whether the hypothesis has each of them, and what it has instead.

A mention is right where its letters and digits stand in the hypothesis: case, accents, width, punctuation, spaces and
kana are left out of the comparison, and clitics and endings may touch it. This is the rule of m-ETA (Conia et al.,
EMNLP 2024) with one accepted form and with folding. What stands in the place of a mention that is not there says what
kind of error it is.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from mtqe.alignment.features import UNSPACED
from mtqe.alignment.words import WordLink, align_words, project
from mtqe.entities.findings import finding
from mtqe.entities.forms import plain, romanisation_key, same_stem, word_set
from mtqe.errors import InputError
from mtqe.languages import language_of
from mtqe.results import EntityError, Span
from mtqe.text import fold, words

#: How often the verdict of a rule is that of EA-MT, which knows several accepted forms, where one of them is given.
_CONFIDENCE = {
    "exact": 0.95,
    "folded": 0.6,
    "clitic": 0.65,
    "order": 0.55,
    "inflection": 0.6,
    "romanisation": 0.6,
    "source form": 0.95,
    "number": 0.95,
    "spelling": 0.9,
    "part": 0.8,
    "words": 0.85,
    "position": 0.85,
    "nothing": 0.9,
}
#: Least similarity of a passage that is taken for the mention, and of two words that are one, misspelled.
_LIKE_THE_MENTION, _MISSPELLED = 0.7, 0.6
#: Letters that may follow a mention within its word, and that may stand between its halves in the other order (No.).
_ENDING, _BETWEEN = 4, 3
#: Scripts whose marks and ligatures are variants of letters; in the others (Thai, Devanagari) a mark is a letter.
_MARKED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]")
_MARK = regex.compile(r"[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
_ARABIC = str.maketrans("ىةکی", "يهكي")
#: In these scripts a name begins where a word does; in others words are not parted, or clitics stand before it.
_CASED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_UNSPACED = regex.compile(rf"{UNSPACED}|\p{{Katakana}}")
_LATIN = regex.compile(r"\p{Latin}")
_DIGITS = regex.compile(r"\d+")
_OPENED = regex.compile(r"(?r)[\"“„«「『《〈]\s?")
#: Languages that decline every word of a name.
_DECLINING = word_set("be bs cs el et fi hr is la lt lv pl ru sk sl sr uk")


class _Letters(NamedTuple):
    """The folded letters and digits of a text; `at` says which code point of it each of them is of."""

    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        return self.at[start], self.at[end - 1] + 1


def check_mentions(
    hyp: str | None,
    ref: str,
    spans: Sequence[Span],
    source: str | None = None,
    *,
    source_language: str | None = None,
    target_language: str,
) -> list[EntityError]:
    """What became of each mention of a reference in its hypothesis: one finding a span, in their order.

    `spans` are the code points `[start, end)` of the mentions in `ref`. The status is `match` or `variant` where the
    hypothesis has the mention, else `misspelled`, `replaced`, `mistranslated`, `untranslated` (the source's form was
    kept) or `omitted`; `hyp_span` is what stands for it. A missing or empty hypothesis omits every mention.
    Raises InputError for a span without text or that reaches out of the reference.
    """
    spans = [(start, end) for start, end in spans]
    for start, end in spans:
        if not 0 <= start < end <= len(ref) or not ref[start:end].strip():
            raise InputError(f"mention [{start}, {end}) is no text in a reference of {len(ref)} characters")
    if hyp is None or not hyp.strip():
        return [
            finding("omitted", "other", "no output", 1.0, None, span, suggestion=ref[slice(*span)]) for span in spans
        ]
    segment = _Segment(hyp, ref, source or "", source_language, language_of(target_language))
    return [segment.judge(span) for span in spans]


class _Segment:
    """A hypothesis with its reference; their words are aligned when the first mention asks for it."""

    def __init__(self, hyp: str, ref: str, source: str, source_language: str | None, language: str) -> None:
        self.hyp, self.ref, self.source = hyp, ref, source
        self.source_language, self.language = source_language, language
        self.letters = _letters(hyp)

    @cached_property
    def links(self) -> list[WordLink]:
        return align_words(self.hyp, self.ref)

    def judge(self, span: Span) -> EntityError:
        mention = self.ref[slice(*span)].strip()
        letters = _letters(mention).text
        status, rule, at = self._found(mention, letters, span) or self._instead(mention, letters, span)
        kind = "number" if letters.isdigit() else "work" if _OPENED.search(self.ref, endpos=span[0]) else "other"
        return finding(status, kind, rule, _CONFIDENCE[rule], at, span, suggestion=self.ref[slice(*span)])

    def _found(self, mention: str, letters: str, span: Span) -> tuple[str, str, Span] | None:
        """Where the hypothesis has the mention: a match, or a variant by one of the rules."""
        exact = self._nearest(_places(self.hyp, mention), span)
        if exact:
            return "match", "exact", exact
        if not letters:
            return None
        text = self.letters.text
        places = [("folded", _places(text, letters))]
        if letters.startswith("ال") and len(letters) > 4:  # the article after the preposition li-
            places.append(("clitic", _places(text, "لل" + letters[2:])))
        places += [("order", _places(text, second, first)) for first, second in _halves(mention)]
        for rule, found in places:
            at = self._nearest([self.letters.span(*place) for place in found], span)
            if at:
                same = self.hyp[slice(*at)].casefold() == mention.casefold()
                return ("match", "exact", at) if same else ("variant", rule, at)
        return self._word_by_word(mention)

    def _nearest(self, places: Iterable[Span], span: Span) -> Span | None:
        """Of the places that a name may stand at, the one nearest to where the mention stands in the reference."""
        share = span[0] / len(self.ref)
        whole = [at for at in places if self._is_whole(at, span)]
        return min(whole, key=lambda at: abs(at[0] / len(self.hyp) - share), default=None)

    def _is_whole(self, at: Span, span: Span) -> bool:
        """Not from the middle of a word on, unless the mention is so too, and with no more than an ending after it."""
        hyp, (start, end) = self.hyp, at
        if not _CASED.match(hyp, start):
            return True
        if _is_inside(hyp, start) and not _is_inside(self.ref, span[0]):
            return False
        rest = next((i for i, c in enumerate(hyp[end:]) if not c.isalpha()), len(hyp) - end)
        return rest <= _ENDING

    def _word_by_word(self, mention: str) -> tuple[str, str, Span] | None:
        """As many words in a row, each an inflection of the mention's or, in English, another romanisation."""
        if self.language not in _DECLINING and self.language != "en":
            return None
        wanted, given = [plain(word.text) for word in words(mention)], words(self.hyp)
        for i in range(len(given) - len(wanted) + 1):
            row = given[i : i + len(wanted)]
            if wanted and all(self._is_form(a, plain(b.text)) for a, b in zip(wanted, row, strict=True)):
                rule = "romanisation" if self.language == "en" else "inflection"
                return "variant", rule, (row[0].start, row[-1].end)
        return None

    def _is_form(self, wanted: str, given: str) -> bool:
        if wanted == given or wanted.isdigit() or given.isdigit():
            return wanted == given
        if self.language == "en":
            return romanisation_key(wanted, self.source_language) == romanisation_key(given, self.source_language)
        return same_stem(wanted, given, self.language)

    def _instead(self, mention: str, letters: str, span: Span) -> tuple[str, str, Span | None]:
        """What stands where the mention should: status, rule and place."""
        passage = self._passage(letters, span)
        if passage is None:
            return "omitted", "nothing", None
        there = self.hyp[slice(*passage)]
        if self._is_kept(there):
            return "untranslated", "source form", passage
        numbers = {int(n) for n in _DIGITS.findall(mention)}
        if numbers - {int(n) for n in _DIGITS.findall(self.hyp)}:
            return "replaced", "number", passage
        given = _letters(there).text
        if given and given in letters:
            return "mistranslated", "part", passage
        wanted, words_there = ([plain(word.text) for word in words(text)] for text in (mention, there))
        if _are_misspelled(wanted, words_there):
            return "misspelled", "spelling", passage
        if set(wanted) & set(words_there) or Levenshtein.normalized_similarity(letters, given) >= 0.5:
            return "mistranslated", "words", passage
        return ("replaced" if self._is_named_by_source(mention, there) else "mistranslated"), "position", passage

    def _passage(self, letters: str, span: Span) -> Span | None:
        """The passage most like the mention, in whole words, or else the one that stands in its place."""
        best = fuzz.partial_ratio_alignment(letters, self.letters.text, score_cutoff=100 * _LIKE_THE_MENTION)
        like = self._in_words(self.letters.span(best.dest_start, best.dest_end)) if best and letters else None
        if like and _letters(self.hyp[slice(*like)]).text not in letters:
            return like
        start, end = project(span, self.links, "hyp")  # where only a part is like the mention, another may be beside it
        if like and not (start < like[1] and like[0] < end <= start + 2 * (span[1] - span[0])):
            return like
        return (start, end) if end > start else None

    def _in_words(self, span: Span) -> Span:
        start, end = span
        if _UNSPACED.search(self.hyp, start, end):
            return span
        touched = [word for word in words(self.hyp) if word.start < end and start < word.end]
        inner = [word for word in touched if 2 * (min(end, word.end) - max(start, word.start)) > word.end - word.start]
        return (inner[0].start, inner[-1].end) if inner else span

    def _is_kept(self, there: str) -> bool:
        """Whether most of a passage are words of the source that the reference has not."""
        source = {fold(word.text) for word in words(self.source)} - {fold(word.text) for word in words(self.ref)}
        return 2 * sum(len(word.text) for word in words(there) if fold(word.text) in source) > len(there)

    def _is_named_by_source(self, mention: str, there: str) -> bool:
        """Whether the source has the reference's name, in its script or romanised, and not the hypothesis's."""
        source, wanted, given = plain(self.source), plain(mention), plain(there)
        return bool(given) and fuzz.partial_ratio(wanted, source) >= 80 > fuzz.partial_ratio(given, source) + 20


def _places(text: str, first: str, second: str = "") -> Iterator[Span]:
    """Where `first` stands, with `second` after it, beside a few letters."""
    start = text.find(first)
    while start >= 0:
        end = start + len(first)
        at = text.find(second, end, end + _BETWEEN + len(second))
        if at >= 0:
            yield start, at + len(second)
        start = text.find(first, start + 1)


def _halves(mention: str) -> Iterator[tuple[str, str]]:
    """The letters of the mention cut at each of its words, or anywhere in scripts without spaces."""
    letters, at = _letters(mention)
    if _UNSPACED.search(mention):
        cuts: Sequence[int] = range(2, len(letters) - 1)
    else:
        starts = [word.start for word in words(mention)[1:]]
        cuts = [bisect_left(at, start) for start in starts]
    return ((letters[:cut], letters[cut:]) for cut in cuts)


def _are_misspelled(wanted: Sequence[str], given: Sequence[str]) -> bool:
    if len(wanted) != len(given):
        return Levenshtein.normalized_similarity("".join(wanted), "".join(given)) >= _LIKE_THE_MENTION
    return all(Levenshtein.normalized_similarity(a, b) >= _MISSPELLED for a, b in zip(wanted, given, strict=True))


def _is_inside(text: str, at: int) -> bool:
    return at > 0 and text[at - 1].isalpha() and text[at].isalpha()


@lru_cache(maxsize=1 << 12)
def _letters(text: str) -> _Letters:
    folded = [(letter, i) for i, c in enumerate(text) for letter in _fold(c)]
    return _Letters("".join(letter for letter, _ in folded), tuple(i for _, i in folded))


@lru_cache(maxsize=1 << 14)
def _fold(c: str) -> str:
    """One character as letters and digits: no marks and ligatures, digits in ASCII, hiragana for katakana."""
    folded = unicodedata.normalize("NFKC", c).casefold()
    if _MARKED.search(folded):
        decomposed = unicodedata.normalize("NFD", folded)
        folded = _MARK.sub("", decomposed).translate(_ARABIC)
        if _LATIN.match(folded):
            folded = plain(folded)
    kept = (str(unicodedata.decimal(x, x)) for x in folded if unicodedata.category(x)[0] in "LMN")
    return "".join(chr(ord(x) - 0x60) if "ァ" <= x <= "ヶ" else x for x in kept if not _MARK.match(x))
