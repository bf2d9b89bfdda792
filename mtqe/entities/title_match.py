"""What became of the titles of a reference: Foreign Secretary beside Secretary of State, a mayor for a major."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import regex

from mtqe.entities.findings import HINT
from mtqe.entities.forms import similarity, word_set
from mtqe.entities.knowledge.places import is_country_word
from mtqe.entities.knowledge.vocabulary import UNKNOWN, frequency
from mtqe.entities.matching import Matcher
from mtqe.entities.mentions import ORGANISATIONS, Token
from mtqe.entities.model import Finding, Text
from mtqe.entities.source import Source
from mtqe.entities.titles import (
    ARTICLES,
    COURTESY,
    HEADS,
    RANKS,
    Title,
    adjoin,
    find_titles,
    is_known,
    may_end_title,
    meaning,
)
from mtqe.results import Span

#: The senses of heads that a leader of any kind may be called by (the head of the city, its mayor).
_LED = frozenset().union(
    *map(HEADS.__getitem__, word_set("director governor mayor commander commissioner captain premier minister rector")),
    HEADS["administrator"],
)
_MINISTERS = frozenset(["minister", "ministry"])
#: Senses of heads that mean nothing without the word before them (fire chief, course manager).
_GENERAL = frozenset(["lead", "executive", "driver"])
#: How many words longer the passage may be in which a title stands for another.
_WIDER = 4
#: Words of so many letters or fewer mostly say little.
_SMALL = 3
#: How far behind a title the name may stand that it introduces.
_NEAR = 2
_LONGEST_NAME, _LONGEST_PHRASE = 4, 3
#: Words that are spelt so much alike are one (fraction, faction).
_SIMILAR = 0.7
_OUT_OF_SERVICE = frozenset(["retired", "reserve"])
_WITHIN_NAME = frozenset([" ", "-", "‑"])
_OF = frozenset(["of", "in"])
#: The confidence of titles that contradict one another, of words that are no title, of the same ones and of others that
#: may be the same.
_CONTRADICTION, _NO_TITLE, _MATCH, _VARIANT = 0.65, 0.6, 0.95, 0.8
#: The confidence that a rank is left out, which goes with its holder's name as other titles need not.
_NO_RANK = 0.55
_ERRORS = frozenset(["replaced", "mistranslated", "untranslated"])
#: Words that never belong to a title.
_FILLERS = word_set(
    """
    the a an of for in at on to by from with as and or but nor than that this these those which who whom whose when
    where he she it they we you i his her its their our your my him them us is was are were be been being has had have
    will would can could may might must should do does did does not no also only said say says told tell tells added
    adds noted notes announced reported asked explained explains mr mrs ms miss dr doctor professor sir lady madam
    if while after before during since until about into over under between such so very more most both all some any each
    other another there here now today yesterday comrade
    """
)

#: Endings of words that may be right, but for ranks: words for people, of which there are more than we know, and verbs.
_MAY_BE_RIGHT = regex.compile("(?:(?:[eo]r|i[sc]t|ian|[ae]nt|eer|man|woman)s?|ed|ing)$")
_BEFORE_NOUN = ARTICLES | word_set("said says told tells added adds by with to from and as of")


class TitleFinding(NamedTuple):
    """A title of the reference and what stands for it in the hypothesis, at code points.

    `status`, `confidence` and `type` are those of an `EntityError`; a ministry has the type `organisation`.
    """

    ref: Span
    hyp: Span | None
    status: str
    confidence: float
    type: str = "title"


class _Sides:
    """A reference and a hypothesis, and which words of theirs are counterparts; those of names may be spelt wrong."""

    def __init__(self, matcher: Matcher, names: Iterable[Finding]) -> None:
        self.ref, self.hyp, self.found = matcher.ref, matcher.hyp, matcher.found
        self.explained = {j for counterparts in self.found.values() for j in counterparts}
        self._spans = {i: name.hyp for name in names if name.hyp for i in name.name.tokens}

    @cached_property
    def ours(self) -> set[str]:
        return {meaning(token.form) for token in self.ref.tokens}

    @cached_property
    def theirs(self) -> set[str]:
        return {meaning(token.form) for token in self.hyp.tokens}

    def is_missing(self, i: int) -> bool:
        """Whether the hypothesis has nothing like a word of the reference."""
        return i not in self.found and meaning(self.ref.tokens[i].form) not in self.theirs

    def is_new(self, j: int) -> bool:
        """Whether the reference has nothing like a word of the hypothesis."""
        return j not in self.explained and meaning(self.hyp.tokens[j].form) not in self.ours

    def anchors(self, places: Iterable[int]) -> Iterator[int]:
        """The counterparts of longer words that have one."""
        for i in places:
            if len(self.found.get(i, ())) == 1 and len(self.ref.tokens[i].form) > _SMALL:
                yield self.found[i][0]

    def distance(self, i: int, j: int) -> float:
        return abs(i / len(self.ref.tokens) - j / len(self.hyp.tokens))

    def name(self, title: Title) -> list[int]:
        """The words of the hypothesis that answer the name which a title of the reference touches, in order."""
        if title.name is None:
            return []
        tokens, step = self.ref.tokens, 1 if title.name > title.last else -1
        words: set[int] = set()
        k = title.name
        while 0 <= k < len(tokens) and tokens[k].role == "proper" and abs(k - title.name) < _LONGEST_NAME:
            words.update(self._counterparts(k))
            if not 0 <= k + step < len(tokens) or self._gap(min(k, k + step)) not in _WITHIN_NAME:
                break
            k += step
        return sorted(words)

    def _counterparts(self, i: int) -> Iterable[int]:
        """The words of the hypothesis that answer a word of a name, if one passage does."""
        if i in self.found:
            return self.found[i] if len(self.found[i]) == 1 else ()
        start, end = self._spans.get(i, (0, 0))
        return [j for j, token in enumerate(self.hyp.tokens) if start <= token.start < end and token.role == "proper"]

    def _gap(self, i: int) -> str:
        return self.ref.text[self.ref.tokens[i].end : self.ref.tokens[i + 1].start]


def match_titles(matcher: Matcher, names: Iterable[Finding], source: Source) -> Iterator[TitleFinding]:
    """What became of the titles of the reference: those with a capital, and of the others those that are wrong.

    `matcher` has matched the names of both texts, with the findings `names`. Titles of one name that may be the same go
    together first, then any that may be the same, then other titles of one name, and titles in the same place. English
    alone has a list of titles.
    """
    ref, hyp = matcher.ref, matcher.hyp
    ours = find_titles(ref.text, ref.tokens) if matcher.language == "en" else []
    if not ours:
        return
    sides = _Sides(matcher, names)
    pairs = _pair(ours, find_titles(hyp.text, hyp.tokens), sides)
    for title in ours:
        found = _compare(title, pairs[title], sides) if title in pairs else _missing(title, sides, source)
        if found and (found.status in _ERRORS or any(token.role != "word" for token in _tokens(ref, title))):
            yield found


def _missing(title: Title, sides: _Sides, source: Source) -> TitleFinding | None:
    """A title of a name that has none that we know in the hypothesis."""
    if title.is_ministry or title.name is None or title.name - title.last > _NEAR:
        return None
    span = _with_courtesy(sides.ref, title)
    phrase = _phrase(title, sides, source)
    tokens = [sides.hyp.tokens[j] for j in phrase]
    left = any(_is_left(token, source) for token in tokens)
    if left or (tokens and (title.senses & RANKS or not _MAY_BE_RIGHT.search(tokens[-1].form))):
        status = "untranslated" if left else "mistranslated"
        return TitleFinding(span, (tokens[0].start, tokens[-1].end), status, _NO_TITLE)
    confidence = _NO_RANK if title.senses & RANKS else HINT
    return TitleFinding(span, None, "omitted", confidence) if title.name in sides.found else None


def _pair(ours: Sequence[Title], theirs: list[Title], sides: _Sides) -> dict[Title, Title]:
    names = {title: _touched(sides.name(title)) for title in ours}
    ways: tuple[Callable[[Title, Title], bool], ...] = (
        lambda a, b: b.name in names[a] and not _contradiction(a, b),
        lambda a, b: not _contradiction(a, b),
        lambda a, b: b.name in names[a],
        lambda a, b: _in_place(a, b, sides),
    )
    pairs: dict[Title, Title] = {}
    for way in ways:
        for title in ours:
            options = (
                [] if title in pairs else [b for b in theirs if title.is_ministry == b.is_ministry and way(title, b)]
            )
            if options:
                pairs[title] = min(options, key=lambda b: (sides.distance(title.head, b.head), b.head))
                theirs.remove(pairs[title])
    return pairs


def _touched(name: Sequence[int]) -> set[int]:
    """The words of a name, and those beside them, which may be a given name that only one side says."""
    return {j + step for j in name for step in (-1, 0, 1)}


def _compare(a: Title, b: Title, sides: _Sides) -> TitleFinding | None:
    """What became of a title for which another stands; None where a field is missing, as names are matched by it."""
    ref, hyp = sides.ref, sides.hyp
    span = _with_courtesy(ref, a)
    kind = "organisation" if a.is_ministry else "title"
    status = _contradiction(a, b)
    if status:
        return TitleFinding(span, _span(hyp, b.first, b.last), status, _CONTRADICTION, kind)
    strange = _strange(a, b, sides)
    if strange:
        whole = _span(hyp, min(b.first, *strange), max(b.last, *strange))
        return TitleFinding(span, whole, "mistranslated", _NO_TITLE, kind)
    if a.fields - b.fields:
        return None
    same = [token.form for token in _tokens(ref, a)] == [token.form for token in _tokens(hyp, b)]
    status, confidence = ("match", _MATCH) if same else ("variant", _VARIANT)
    return TitleFinding(span, _span(hyp, b.first, b.last), status, confidence, kind)


def _contradiction(a: Title, b: Title) -> str | None:
    """How two titles contradict one another: `replaced`, `mistranslated`, or None where they may be the same."""
    if not (
        a.senses & b.senses or ("lead" in a.senses and b.senses & _LED) or ("lead" in b.senses and a.senses & _LED)
    ):
        return "replaced"
    if _MINISTERS & a.senses & b.senses and a.fields and b.fields and not a.fields & b.fields:
        return "replaced"
    if (a.senses | b.senses) & RANKS:
        return None if a.grades <= b.grades or b.grades <= a.grades else "mistranslated"
    return "replaced" if ("deputy" in a.grades) != ("deputy" in b.grades) else None


def _strange(a: Title, b: Title, sides: _Sides) -> list[int]:
    """Words about a title that the reference does not have, where one is missing that it has (elder sergeant)."""
    hyp = sides.hyp
    before = [j for j in _modifiers(hyp, b, sides.is_new) if not is_known(hyp.tokens[j].form)]
    missing = {grade for grade in a.grades - b.grades if grade not in sides.theirs}
    if before and ((missing and not b.grades - a.grades) or (a.fields and not b.fields and "minister" in a.senses)):
        return before
    if missing & _OUT_OF_SERVICE and not _OUT_OF_SERVICE & b.grades:
        return _behind(hyp, b.last, sides.is_new)
    if _is_general(a, sides.ref) and _is_general(b, hyp) and b.name in _touched(sides.name(a)):
        ours, theirs = _about(sides.ref, a), _about(hyp, b)
        words = [*(sides.ref.tokens[i] for i in ours), *(hyp.tokens[j] for j in theirs)]
        differ = all(map(sides.is_missing, ours)) and all(map(sides.is_new, theirs))
        differ = differ and not any(similarity(a.form, b.form) >= _SIMILAR for a, b in combinations(words, 2))
        if ours and theirs and differ and not any(map(_tells_institution, words)):
            return theirs
    return []


def _is_general(title: Title, text: Text) -> bool:
    """Whether a title is of one person, and of a general sense."""
    return bool(title.senses & _GENERAL) and text.tokens[title.head].form in HEADS


def _about(text: Text, title: Title) -> list[int]:
    """What tells a title of a general sense: the words before its head, or behind `of`."""
    within = [k for k in range(title.first, title.last + 1) if k != title.head and text.tokens[k].form not in _FILLERS]
    words = [*_modifiers(text, title), *within, *([] if within else _behind(text, title.last))]
    return [k for k in words if not is_country_word(text.tokens[k].form)]


def _modifiers(text: Text, title: Title, wanted: Callable[[int], bool] = lambda k: True) -> list[int]:
    """The words before a title that may belong to it."""
    words = _before(text, title.first, wanted)
    is_verb = words and text.tokens[title.first].capital > text.tokens[words[-1]].capital  # become President
    return [] if is_verb else words


def _before(text: Text, first: int, wanted: Callable[[int], bool] = lambda k: True) -> list[int]:
    """Words that stand right before one, and may belong to it."""
    words: list[int] = []
    for k in range(first - 1, max(-1, first - 1 - _LONGEST_PHRASE), -1):
        if not adjoin(text.text, text.tokens, k) or text.tokens[k].form in _FILLERS or not wanted(k):
            break
        words.insert(0, k)
    return words


def _behind(text: Text, last: int, wanted: Callable[[int], bool] = lambda k: True) -> list[int]:
    """The words behind one that tell what it is of: of the stock."""
    tokens, k = text.tokens, last + 1
    if k >= len(tokens) or not adjoin(text.text, tokens, last) or tokens[k].form not in _OF:
        return []
    while k < len(tokens) and tokens[k].form in _OF | ARTICLES:
        k += 1
    return _run(text, k, wanted)


def _phrase(title: Title, sides: _Sides, source: Source) -> list[int]:
    """What stands beside the name of a title in the hypothesis where it has no title that we know."""
    hyp, name = sides.hyp, sides.name(title)
    tokens = hyp.tokens
    if not name or name[-1] - name[0] >= _LONGEST_NAME:
        return []

    def is_noun(k: int) -> bool:
        token = tokens[k]
        is_name = token.acronym or token.code or (token.role == "proper" and not _is_left(token, source))
        return k not in sides.explained and not (is_name or is_country_word(token.form) or may_end_title(token.form))

    first = name[0]
    while first > 0 and tokens[first - 1].form in COURTESY:
        first -= 1
    words = _before(hyp, first, is_noun)
    if words:
        token, before = tokens[words[0]], words[0] - 1
        is_phrase = before >= 0 and adjoin(hyp.text, tokens, before) and tokens[before].form in _BEFORE_NOUN
        return words if is_phrase or (token.capital and not (token.initial and len(words) == 1)) else []
    k = name[-1] + 1
    if k >= len(tokens) or hyp.text[tokens[k - 1].end : tokens[k].start] != ", ":
        return []
    while k < len(tokens) and (tokens[k].form in ARTICLES or (k in sides.explained and is_known(tokens[k].form))):
        k += 1
    words = _run(hyp, k, is_noun)
    return words if words and not _goes_on(hyp, words[-1]) else []


def _run(text: Text, first: int, wanted: Callable[[int], bool]) -> list[int]:
    """The words from one on that may belong to a title."""
    words: list[int] = []
    for k in range(first, min(len(text.tokens), first + _LONGEST_PHRASE)):
        if (words and not adjoin(text.text, text.tokens, k - 1)) or text.tokens[k].form in _FILLERS or not wanted(k):
            break
        words.append(k)
    return words


def _goes_on(text: Text, last: int) -> bool:
    """Whether a word follows that may belong to the same phrase."""
    after = last + 1
    return after < len(text.tokens) and adjoin(text.text, text.tokens, last) and text.tokens[after].form not in _FILLERS


def _tells_institution(token: Token) -> bool:
    return token.role == "proper" or token.form in ORGANISATIONS or is_country_word(token.form)


def _is_left(token: Token, source: Source) -> bool:
    """Whether a word stands as in the source, and is none of English."""
    return token.text in source.words and frequency(token.text.lower(), "en") < UNKNOWN


def _in_place(a: Title, b: Title, sides: _Sides) -> bool:
    """Whether a title stands between the counterparts of what stands before and after another."""
    low = next(sides.anchors(range(a.first - 1, -1, -1)), -1)
    high = next(sides.anchors(range(a.last + 1, len(sides.ref.tokens))), len(sides.hyp.tokens))
    return low < b.first and b.last < high and high - low - 1 <= a.last - a.first + 1 + _WIDER


def _with_courtesy(text: Text, title: Title) -> Span:
    """A title up to the name that it introduces: Brigadier General Dr."""
    is_near = title.name is not None and title.last < title.name <= title.last + _NEAR
    return _span(text, title.first, title.name - 1 if title.name is not None and is_near else title.last)


def _tokens(text: Text, title: Title) -> Sequence[Token]:
    return text.tokens[title.first : title.last + 1]


def _span(text: Text, first: int, last: int) -> Span:
    return text.tokens[first].start, text.tokens[last].end
