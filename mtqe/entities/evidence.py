"""How sure a verdict is: what its rule was worth on labelled translations, and what the source says about it.

The figures are set by hand near the share of findings of a rule that readers called an error, on WMT system output and,
for what is too rare there (omissions, numbers), on perturbed translations (DEMETR); below .5 a finding is a hint.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex
from rapidfuzz.distance import Levenshtein

from mtqe.entities import slavic
from mtqe.entities.forms import plain, romanisation_key, same_stem
from mtqe.entities.knowledge import frequency, identities
from mtqe.entities.matching import Finding, Text
from mtqe.entities.mentions import Token
from mtqe.entities.numbers import Number, find_numbers
from mtqe.entities.quantities import NumberFinding
from mtqe.text import language_of, words

HINT = 0.4
#: Languages that write few vowels, so that different vowels are no different name.
_CONSONANTAL = frozenset(["ar", "fa", "he", "ur", "ps", "yi"])
#: Where a word is missing between a preposition, article or possessive and what follows it.
_HOLE = regex.compile(
    r"\b(?:of|in|at|from|to|by|with|for|near|between|the|an?)(?:\s*[,.;:)]|\s(?:and|or|but|of|in|at|from|is|was|has|had)\b)"
    r"|\(\s*[,;)]|,\s*,|(?<![\p{L}\p{N}.,)\"”])['’]s\b|^\s*[,;.]|\p{L}\s+\.$"
)
_NUMBER_CONFIDENCE = {
    "value": 0.8,
    "currency": 0.8,
    "percent dropped": 0.5,
    "currency dropped": 0.5,
    "said once": 0.95,
    "missing number": 0.6,
    "extra number": HINT,
}


class Source:
    """What a source sentence, where there is one, says about two spellings or two values."""

    def __init__(self, text: str | None, language: str | None) -> None:
        self.language = language_of(language) if language else None
        self.slavic = slavic.applies(self.language)
        self.words = {word.text for word in words(text or "")}
        self._keys = {key for word in self.words for key in self._keys_of(plain(word))}
        numbers = find_numbers(text, self.language or "") if text else []
        self._values = {value for number in numbers for value in number.values}

    def support(self, form: str) -> float:
        """1 where the plain form, or its romanisation, stands in the source; less where an inflection does; else 0."""
        keys = self._keys_of(form)
        if keys & self._keys:
            return 1.0
        return max(
            (
                Levenshtein.normalized_similarity(word, key)
                for key in keys
                for word in self._keys
                if word[:3] == key[:3] and same_stem(word, key, "")
            ),
            default=0.0,
        )

    def _keys_of(self, form: str) -> set[str]:
        return {form, romanisation_key(form, self.language)} | ({slavic.key(form)} if self.slavic else set())

    def has_value(self, number: Number) -> bool:
        return bool(number.values & self._values)

    def same_consonants(self, a: str, b: str) -> bool:
        return self.language in _CONSONANTAL and _consonants(a) == _consonants(b)


def judge_name(finding: Finding, ref: Text, hyp: Text, source: Source, near: frozenset[str]) -> tuple[str, str, float]:
    """Status, rule and confidence of one name; `near` are the plain words of the neighbouring hypotheses."""
    if finding.status == "omitted":
        return finding.status, finding.rule, _omitted(finding, ref, hyp, near)
    if finding.wrong is None:
        return finding.status, finding.rule, 0.95 if finding.status == "match" else 0.8
    wanted, given = ref.tokens[finding.wrong[0]], hyp.tokens[finding.wrong[1]]
    if source.same_consonants(wanted.form, given.form):
        return "variant", "unwritten vowels", 0.6
    right, wrong = source.support(wanted.form), source.support(given.form)
    known = finding.name.type == "place" and bool(identities(wanted.form))
    elsewhere = known and bool(identities(given.form))
    said = wrong == 1 > right  # the source has the output's form and not the reference's
    if elsewhere and not said and Levenshtein.distance(wanted.form, given.form) > 1:
        return "replaced", "another place", 0.7
    if (wrong == 1 or wrong > right) and (elsewhere or not known):  # a known place has its forms in the gazetteer
        return "undecided", "source has it", 0.5
    if source.slavic and slavic.compare(wanted.form, given.form) == "undecided":
        return "undecided", "East Slavic form", 0.5
    if (wanted.acronym and not wanted.code) or (finding.rule == "spelling" and wanted.role == "common"):
        return finding.status, finding.rule, HINT
    if finding.rule == "spelling":
        if finding.status == "mistranslated":  # a word of the same stem is as often a paraphrase
            return finding.status, finding.rule, HINT
        return finding.status, finding.rule, 0.6 if finding.similarity < 0.75 else 0.7
    status = "mistranslated" if given.role == "common" else "replaced"
    if finding.name.type == "title" or wanted.code or wanted.role == given.role == "common":
        return status, finding.rule, HINT
    return status, finding.rule, 0.65 if finding.rule == "position" else 0.5


def judge_extra(tokens: Sequence[Token], language: str, source: Source) -> float:
    """Confidence that a name without counterpart is invented: words that nothing else knows mostly are."""
    unknown = any(
        not (token.acronym or token.code or identities(token.form) or source.support(token.form))
        and frequency(token.text.lower(), language) < 2.5
        for token in tokens
    )
    return 0.6 if unknown else 0.3


def _omitted(finding: Finding, ref: Text, hyp: Text, near: frozenset[str]) -> float:
    tokens = [ref.tokens[i] for i in finding.name.tokens]
    if finding.name.type == "title" or any(token.form in near for token in tokens if token.role == "proper"):
        return HINT
    if _HOLE.search(hyp.text) and not _HOLE.search(ref.text):
        return 0.7
    if any(token.acronym or token.code for token in tokens):
        return 0.6 if finding.open_words == 0 else HINT
    return 0.6 if finding.open_words <= 2 else HINT


def judge_number(finding: NumberFinding, source: Source) -> float:
    """Confidence of a verdict on a number."""
    if finding.status == "match":
        return 0.95
    if finding.hyp and source.has_value(finding.hyp) and not (finding.ref and source.has_value(finding.ref)):
        return HINT
    if finding.status == "omitted" and finding.ref and (finding.ref.spelled or finding.ref.kind == "date"):
        return HINT
    return _NUMBER_CONFIDENCE[finding.rule]


def _consonants(form: str) -> str:
    return "".join(c for c in romanisation_key(form) if c not in "aeiou")
