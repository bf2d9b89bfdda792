"""Names and numbers of a translation without a reference: the source's, read as far as its script can be.

Candidates, of lower confidence than with a reference. A word of the output that fits none of the source's nearly is a
name written wrong; a place of the source under none of its names, where the output has another, is replaced; numbers
are compared by value. The confidences are set by hand near what readers called an error among the findings of a rule
on WMT system output, or, for numbers and places, among perturbed translations (DEMETR).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache

import regex

from mtqe.entities import slavic
from mtqe.entities.findings import HINT, finding
from mtqe.entities.forms import plain, same_stem
from mtqe.entities.knowledge.places import country_codes, identities, main_name
from mtqe.entities.knowledge.vocabulary import frequency
from mtqe.entities.mentions import Name, Token, Truecaser, find_names, foreign_letters, scan, tokenise
from mtqe.entities.model import Text
from mtqe.entities.numbers.find import Number, find_numbers
from mtqe.entities.numbers.match import NEAR, NumberFinding, match_numbers
from mtqe.entities.romanise import CASED, SYLLABIC, Word, fit, reading
from mtqe.entities.source import SIMILAR, Fit, Place, Source
from mtqe.languages import language_of
from mtqe.results import EntityError, Span

#: From this fit on, a form is one that the source's word may have.
_RENDERS = 0.87
_LONGEST_PHRASE = 4
#: Log10 of occurrences in a billion words: of a German word that may be a name; of a word that a language knows.
_RARE = 3.0
_USED = 2.0
#: English words for the people of a place, which are not spelt as the source has them.
_PEOPLE = regex.compile("(?:ians?|ites?|ese)$")
#: Languages whose words for numbers are read.
_SPELLED = frozenset(["en", "de", "ru", "uk"])


def check_sources(
    sources: Sequence[str], hyps: Sequence[str | None], *, source_language: str, target_language: str
) -> list[list[EntityError]]:
    """`check_source` of many segments, with the capitals counted over all of them: one list a segment."""
    truecaser = Truecaser((scan(hyp) for hyp in hyps if hyp), target_language)
    source_truecaser = Truecaser(map(scan, sources), source_language)
    return [
        check_source(
            source,
            hyp or "",
            source_language=source_language,
            target_language=target_language,
            truecaser=truecaser,
            source_truecaser=source_truecaser,
        )
        for source, hyp in zip(sources, hyps, strict=True)
    ]


def check_source(
    source: str,
    hyp: str,
    *,
    source_language: str,
    target_language: str,
    truecaser: Truecaser,
    source_truecaser: Truecaser,
) -> list[EntityError]:
    """What became in an output of the names and numbers of its source; `src_span` and `hyp_span` say where they are.

    The truecasers have counted the capitals of all outputs and of all sources. An empty output omits
    whatever the source is known to name.
    """
    checker = _Checker(source, hyp, source_language, target_language, truecaser, source_truecaser)
    if not hyp.strip():
        return list(checker.all_omitted())
    return [*checker.places(), *checker.names(), *checker.numbers(), *checker.untranslated()]


class _Checker:
    def __init__(
        self,
        source: str,
        hyp: str,
        source_language: str,
        target_language: str,
        truecaser: Truecaser,
        source_truecaser: Truecaser,
    ) -> None:
        self.source, self.language = Source(source, source_language), language_of(target_language)
        self._german = self.source.language == "de"
        self.source_numbers = find_numbers(source, source_language)
        self.hyp_numbers = find_numbers(hyp, target_language)
        tokens = tokenise(scan(hyp), truecaser, self.hyp_numbers)
        self.hyp = Text(hyp, tokens, find_names(hyp, tokens))
        self.missing: list[Place] = []  # places of the source that the output does not have
        self.explained: set[int] = set()  # tokens of the output that render a place of the source
        #: names of a source in a script with case
        self.source_names = [
            t
            for t in tokenise(scan(source), source_truecaser, self.source_numbers)
            if t.role == "proper" and not self._may_be_noun(t)
        ]
        scripts = {word.script for word in self.source.parts}
        self.readable = scripts <= CASED
        self.unread = "han" in scripts and not self.source.reads_han

    def _may_be_noun(self, token: Token) -> bool:
        """German nouns have capitals too: only a rare word is a name."""
        return self._german and frequency(token.text.lower(), "de") >= _RARE

    def all_omitted(self) -> Iterator[EntityError]:
        places = [place for place in self.source.places if self._is_name(place)]
        taken = {i for place in places for i in range(place.start, place.end)}
        names = [(t.start, t.end) for t in self.source_names if t.start not in taken]
        yield from (_error("omitted", "place", 1.0, "no output", None, _span(place)) for place in places)
        yield from (_error("omitted", "other", 1.0, "no output", None, span) for span in names)
        numbers = [number for number in self.source_numbers if number.asked]
        yield from (_error("omitted", n.kind, 1.0, "no output", None, (n.start, n.end)) for n in numbers)

    def places(self) -> Iterator[EntityError]:
        """The places of the source: under one of their names in the output, or another place instead."""
        there = list(_places(self.hyp.tokens))
        for place in filter(self._is_name, self.source.places):
            found = [tokens for tokens, ids in there if ids & place.ids]
            if not found and not self._rendered_somewhere(place):
                self.missing.append(place)
            for tokens in found[:1]:
                yield _error("match", "place", 0.9, "place name", _tokens_span(self.hyp, tokens), _span(place))
            self.explained.update(i for tokens in found for i in tokens)
        for place in list(self.missing):
            yield from self._another_place(place, there)

    def _is_name(self, place: Place) -> bool:
        """Whether a place of the source is named there: in a script with case by a name that is no part of another."""
        if _is_country(place.ids):
            return True
        if not self.source.text[place.start].isupper():
            return any(identity in identities(plain(main_name(identity))) for identity in place.ids)
        here = [t for t in self.source_names if place.start <= t.start < place.end]
        beside = [t for t in self.source_names if t.end == place.start - 1 or t.start == place.end + 1]
        return bool(here) and not beside and not any(t.initial for t in here)

    def _rendered_somewhere(self, place: Place) -> bool:
        """Whether a word of the output, with a capital or not, reads as the source's word for a place does."""
        words = [w for w in self.source.parts if place.start <= w.start < place.end and w.script not in SYLLABIC]
        return any(self._answer(word) for word in words)

    def _answer(self, word: Word) -> bool:
        return any(
            fit(token.form, word.text, word.script, self.source.language) >= SIMILAR
            or self._inflected(token.form, reading(word.text, word.script))
            for token in self.hyp.tokens
            if len(token.form) > 2
        )

    def _another_place(self, place: Place, there: Sequence[tuple[range, frozenset[str]]]) -> Iterator[EntityError]:
        """The first place of the output that the source does not explain, where both are countries or neither is."""
        country = _is_country(place.ids)
        for tokens, ids in there:
            if _is_country(ids) == country and self.explained.isdisjoint(tokens) and not self._rendered(tokens):
                self.explained.update(tokens)
                self.missing.remove(place)
                rule = "another country" if country else "another place"
                yield self._replaced("place", rule, _tokens_span(self.hyp, tokens), place)
                return

    def _replaced(self, type_: str, rule: str, hyp_span: Span, place: Place) -> EntityError:
        """Another name where a place should be; without capitals, many a town's name is a word as well."""
        sure = _is_country(place.ids) or self.source.text[place.start].isupper()
        confidence = _CONFIDENCE[rule] if sure else HINT
        return _error("replaced", type_, confidence, rule, hyp_span, _span(place), _english(place.ids))

    def _inflected(self, form: str, read: str) -> bool:
        if slavic.applies(self.source.language):
            form, read = slavic.key(form), slavic.key(read)
        return same_stem(form, read, "")

    def _rendered(self, tokens: range) -> bool:
        return all(self.source.find(self.hyp.tokens[i].form).score >= SIMILAR for i in tokens)

    def names(self) -> Iterator[EntityError]:
        """The names of the output, word by word, against the source; then the places that are missing still."""
        for name in self.hyp.names:
            yield self._judge(name)
        for place in self.missing:
            rule = "missing country" if _is_country(place.ids) else "missing place"
            yield _error("omitted", "place", _CONFIDENCE[rule], rule, None, _span(place), _english(place.ids))

    def _judge(self, name: Name) -> EntityError:
        tokens = self.hyp.tokens
        span = name.start, name.end
        core = [i for i in name.tokens if tokens[i].role == "proper" and i not in self.explained]
        fits = {i: self.source.find(tokens[i].form) for i in core}
        worst = min(fits, key=lambda i: fits[i].score, default=None)
        if worst is None:
            return _error("match", name.type, 0.6, "known", span)
        token, fit_ = tokens[worst], fits[worst]
        src_span = fit_.start, fit_.end
        if fit_.score >= _RENDERS:
            status = "match" if fit_.score == 1 else "variant"
            return _error(status, name.type, 0.8, "romanisation", span, src_span)
        word = self._word(fit_) if fit_.score >= SIMILAR else None
        if word:
            read = reading(word.text, word.script)
            if not self._unknown(token) or self._inflected(token.form, read):
                return _error("variant", name.type, 0.6, "like the source", span, src_span)
            if word.script in CASED and word.capital:
                rule = f"spelling, {word.script}"
                return _error("misspelled", name.type, _CONFIDENCE[rule], rule, span, src_span, read.capitalize())
            return _error("undecided", name.type, 0.5, "like the source", span, src_span)
        return self._without_answer(name, token, core)

    def _without_answer(self, name: Name, token: Token, core: list[int]) -> EntityError:
        """A name that nothing in the source reads like: another name there has no answer either, or it is invented."""
        span = name.start, name.end
        if self.unread:
            return _error("undecided", name.type, 0.5, "unread script", span)
        if self.missing:
            place = self.missing.pop(0)
            return self._replaced(name.type, "in place of a place", span, place)
        if not self._unknown(token) or len(core) < len(name.tokens):
            return _error("hallucinated", name.type, _CONFIDENCE["extra known name"], "extra known name", span)
        there = self._where(token, self.hyp.text)
        near = [t for t in self._unanswered if abs(self._where(t, self.source.text) - there) < NEAR]
        if near:
            source_span = near[0].start, near[0].end
            return _error("replaced", name.type, _CONFIDENCE["another name"], "another name", span, source_span)
        rule = "extra name" if self.readable else "extra name, other script"
        return _error("hallucinated", name.type, _CONFIDENCE[rule], rule, span)

    @cached_property
    def _unanswered(self) -> list[Token]:
        """Names of the source that no word of the output reads like."""
        by_start = {word.start: word for word in self.source.parts}
        names = [by_start[t.start] for t in self.source_names if t.start in by_start and not t.acronym]
        starts = {word.start for word in names if not self._answer(word)}
        taken = {i for place in self.source.places for i in range(place.start, place.end)}
        return [t for t in self.source_names if t.start in starts - taken and (not self._german or self._beside(t))]

    def _beside(self, token: Token) -> bool:
        """Whether another name follows or precedes, which in German a noun seldom has."""
        return any(t.end == token.start - 1 or t.start == token.end + 1 for t in self.source_names)

    def _where(self, token: Token, text: str) -> float:
        return token.start / max(1, len(text))

    def _word(self, found: Fit) -> Word:
        return next(word for word in self.source.parts if word.start <= found.start < word.end)

    def _unknown(self, token: Token) -> bool:
        """Whether the target language does not know a word: as a place, as a people or by its use."""
        if token.acronym or token.code or _PEOPLE.search(token.form) or identities(token.form):
            return False
        return frequency(token.text.lower(), self.language) < _USED

    def numbers(self) -> Iterator[EntityError]:
        """The numbers by value; what the source writes in words is known of some languages only."""
        sizes = len(self.source.text), len(self.hyp.text)
        for found in match_numbers(self.source_numbers, self.hyp_numbers, sizes):
            kind = (found.ref or found.hyp).kind  # type: ignore[union-attr]  # one of them is there
            src_span = (found.ref.start, found.ref.end) if found.ref else None
            hyp_span = (found.hyp.start, found.hyp.end) if found.hyp else None
            confidence = 0.9 if found.status == "match" else _CONFIDENCE.get(found.rule, HINT)
            if found.status == "wrong value" and self._may_be_said_otherwise(found):
                confidence = HINT
            suggestion = self.source.text[slice(*src_span)] if src_span and found.status == "wrong value" else None
            yield _error(found.status, kind, confidence, found.rule, hyp_span, src_span, suggestion)

    def _may_be_said_otherwise(self, found: NumberFinding) -> bool:
        """The same digits may have a magnitude that we do not read; a number in words may be one in the source."""
        ref, hyp = found.ref, found.hyp
        if not ref or not hyp:
            return False
        return bool(_digits(ref) & _digits(hyp)) or (hyp.spelled and self.source.language not in _SPELLED)

    def untranslated(self) -> Iterator[EntityError]:
        """Words left in the source's script, and words of the source that are none of the target language's."""
        for start, end in foreign_letters(self.hyp.text, self.language):
            yield _error("untranslated", "other", _CONFIDENCE["script"], "script", (start, end))
        for token in self.hyp.tokens:
            left = len(token.text) > 3 and token.text.islower() and token.text in self.source.words
            if left and frequency(token.text, self.language) < 1.5 and not foreign_letters(token.text, self.language):
                span = token.start, token.end
                yield _error("untranslated", "other", _CONFIDENCE["source word"], "source word", span)


_CONFIDENCE = {
    "another country": 0.6,
    "another place": 0.5,
    "in place of a place": 0.5,
    "another name": 0.5,
    "missing country": HINT,
    "missing place": 0.2,
    "spelling, latin": 0.4,
    "spelling, cyrillic": 0.4,
    "spelling, greek": 0.4,
    "extra name": 0.5,
    "extra name, other script": HINT,
    "extra known name": 0.2,
    "value": 0.6,
    "missing number": 0.3,
    "extra number": 0.2,
    "script": 0.9,
    "source word": 0.6,
}


def _digits(number: Number) -> set[str]:
    """The significant digits of the values."""
    return {str(int(value.scaleb(9))).rstrip("0") for value in number.values if isinstance(value, Decimal)}


def _places(tokens: Sequence[Token]) -> Iterator[tuple[range, frozenset[str]]]:
    """The places and peoples that an output names, the longest name first: token indices and what they may be."""
    i = 0
    while i < len(tokens):
        if tokens[i].text[0].isupper():
            for end in range(min(len(tokens), i + _LONGEST_PHRASE), i, -1):
                form = "".join(token.form for token in tokens[i:end])
                ids = country_codes(form) or (identities(form) if tokens[i].role != "word" else frozenset())
                if ids:
                    yield range(i, end), ids
                    i = end - 1
                    break
        i += 1


def _is_country(ids: frozenset[str]) -> bool:
    return any(len(code) == 2 for code in ids)


@lru_cache(maxsize=1 << 12)
def _english(ids: frozenset[str]) -> str | None:
    from babel import Locale

    names = Locale("en").territories
    return next((str(names[code]) for code in sorted(ids) if code in names), None)


def _span(place: Place) -> Span:
    return place.start, place.end


def _tokens_span(hyp: Text, tokens: range) -> Span:
    return hyp.tokens[tokens[0]].start, hyp.tokens[tokens[-1]].end


def _error(
    status: str,
    type_: str,
    confidence: float,
    rule: str,
    hyp_span: Span | None = None,
    src_span: Span | None = None,
    suggestion: str | None = None,
) -> EntityError:
    return finding(status, type_, rule, confidence, hyp_span, None, src_span, suggestion=suggestion)
