"""Entity errors of a list of segments: names and numbers of the references against the hypotheses."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TypeVar

from mtqe.entities.evidence import Context, judge_extra, judge_name
from mtqe.entities.findings import HINT, finding
from mtqe.entities.given import check_mentions
from mtqe.entities.knowledge.vocabulary import UNKNOWN, frequency
from mtqe.entities.matching import Matcher
from mtqe.entities.mentions import (
    Name,
    Scan,
    Token,
    Truecaser,
    find_names,
    foreign_letters,
    roles,
    scan,
    tokenise,
    tokens_of,
)
from mtqe.entities.model import Text
from mtqe.entities.numbers.find import Number, find_numbers
from mtqe.entities.numbers.match import NumberFinding, judge_number, match_numbers
from mtqe.entities.source import Source, source_of
from mtqe.entities.source_only import check_sources
from mtqe.entities.title_match import match_titles
from mtqe.entities.user.settle import apply_style
from mtqe.entities.user.style import Style
from mtqe.errors import InputError
from mtqe.results import EntityError, Span
from mtqe.text import Seen, seen, text_list

T = TypeVar("T")
#: How often a word that serves grammar is used, as `frequency` says, and how much more than in the target's language.
_GRAMMAR, _ALONE = 5.5, 3.0
_ROMAJI = re.compile(r"(?:(?:[kstnhmrgzjdbp]y?|[ck]h|sh|ts|[fwy])?[aiueo]|n(?![aiueo]))+")


@dataclass(frozen=True)
class _Segment:
    ref: Text
    ref_numbers: Sequence[Number]
    hyp: Text
    hyp_numbers: Sequence[Number]
    source: Source
    others: Sequence[str]

    @cached_property
    def source_numbers(self) -> Sequence[Number] | None:
        return _numbers_of(self.source.text, self.source.language or "") if self.source.text else None

    @cached_property
    def other_words(self) -> frozenset[str]:
        """Plain forms of the words of the other references."""
        return frozenset(word.form for text in self.others for word in scan(text).words)


def find_entity_errors(
    hyps: Sequence[str | None],
    refs: Sequence[str] | None,
    sources: Sequence[str | None] | None = None,
    *,
    source_language: str | None = None,
    target_language: str = "en",
    documents: Sequence[str] | None = None,
    other_references: Sequence[Sequence[str]] | None = None,
    mentions: Sequence[Sequence[Span]] | None = None,
    style: Style | None = None,
) -> list[list[EntityError]]:
    """What became of every name and number of the references, and which the hypotheses have beside them.

    Returns one list a segment: the names of the reference in order, then its numbers, then what only the hypothesis
    has. Every checked mention is in it, right ones as `match` or `variant`; `.is_error` tells the verdicts. A missing
    or empty hypothesis omits all of its mentions.

    `hyp_span` and `ref_span` cover the whole name (`Sergey Prilev`), also where one word of it is wrong, and
    `suggestion` is the reference's form.

    refs              None checks against the sources alone, with lower confidence; `source_language` is needed then.
    documents         names the document of each segment: a name that is missing here but stands in a neighbouring
                      segment of the same document is a hint only.
    other_references  further references of each segment: a form that one of them has is a variant, and what one of
                      them lacks too is undecided.
    mentions          for each segment the names to check, as spans of the reference, instead of those found in it
                      (`mtqe.entities.given`; a `TokenClassifier` may find them); numbers are not checked then.
    style             what the user knows: aliases, suppressions, naming policy, glossary.

    Capitalisation is counted over all texts of the call. In targets without capitals (Chinese, Japanese, Arabic) names
    are checked only where `mentions` tells them; numbers are. What no reader sees (soft hyphens, marks of direction, a
    second blank) makes no difference. Raises InputError where the lists differ in length, a reference is missing, or
    what is asked for needs references or sources that are not given.
    """
    hyps = text_list("hyps", hyps)
    refs, sources = _as_list("references", refs, hyps), _as_list("sources", sources, hyps)
    documents, mentions = _as_list("documents", documents, hyps), _as_list("mentions", mentions, hyps)
    other_references = _as_list("other references", other_references, hyps)
    _check_references(refs, mentions, other_references)
    see = seen if mentions is None else Seen  # mentions are spans of the texts as they are stored
    none = [None] * len(hyps)
    sides = [
        [see(text) for text in _texts(what, texts)]
        for what, texts in (("hyps", hyps), ("references", refs or none), ("sources", sources or none))
    ]
    read_hyps, read_refs, read_sources = ([text.text for text in side] for side in sides)
    others = [[seen(text).text for text in texts or () if text] for texts in other_references or none]
    languages = source_language, target_language
    if refs is None:
        if sources is None or source_language is None:
            raise InputError("without references the sources and their language are needed")
        found = check_sources(read_sources, read_hyps, source_language=source_language, target_language=target_language)
    elif mentions is None:
        with _no_garbage():
            found = _by_reference(read_hyps, read_refs, read_sources, documents, others, *languages)
    else:
        found = _given(read_hyps, read_refs, read_sources, mentions, *languages)
    if style is not None:
        settle = partial(apply_style, style=style, source_language=source_language, target_language=target_language)
        found = [
            settle(errors, None if refs is None else ref, hyp, source=source)
            for errors, hyp, ref, source in zip(found, read_hyps, read_refs, read_sources, strict=True)
        ]
    return [[_stored(e, *texts) for e in errors] for errors, *texts in zip(found, *sides, strict=True)]


def _check_references(
    refs: Sequence[str | None] | None,
    mentions: Sequence[object] | None,
    other_references: Sequence[object] | None,
) -> None:
    """Raises TypeError for a text where texts are due, InputError for a reference that is missing."""
    if any(isinstance(texts, str) for texts in other_references or ()):
        raise TypeError("other_references has a sequence of texts for each segment, not one text")
    if refs is None and (mentions is not None or other_references is not None):
        raise InputError("mentions and other references are of references, of which there are none")
    for number, ref in enumerate(refs or (), 1):
        if ref is None:
            raise InputError(f"segment {number} has no reference; refs=None checks against the sources")


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Without looking for cycles of objects, of which none are made here: it takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _as_list(what: str, items: Iterable[T] | None, hyps: Sequence[object]) -> list[T] | None:
    """What is given for each of the hypotheses. Raises InputError where that is not one for each."""
    if items is None:
        return None
    items = text_list(what, items)
    if len(items) != len(hyps):
        raise InputError(f"{len(items)} {what} for {len(hyps)} hypotheses")
    return items


def _texts(what: str, texts: Sequence[str | None]) -> Iterator[str]:
    """The texts, empty where they are missing. Raises TypeError for what is none (NaN of a data frame)."""
    for number, text in enumerate(texts, 1):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{what}: segment {number} is {text!r}, no text; None stands for a missing one")
        yield text or ""


def _stored(error: EntityError, hyp: Seen, ref: Seen, source: Seen) -> EntityError:
    """A finding in the texts as they are stored."""
    if hyp.at is ref.at is source.at is None:
        return error
    return replace(
        error,
        hyp_span=hyp.stored(error.hyp_span),
        ref_span=ref.stored(error.ref_span),
        src_span=source.stored(error.src_span),
    )


def _given(
    hyps: Sequence[str],
    refs: Sequence[str],
    sources: Sequence[str],
    mentions: Sequence[Sequence[Span]],
    source_language: str | None,
    target_language: str,
) -> list[list[EntityError]]:
    return [
        check_mentions(hyp, ref, spans, source, source_language=source_language, target_language=target_language)
        for hyp, ref, spans, source in zip(hyps, refs, mentions, sources, strict=True)
    ]


def _by_reference(
    hyps: Sequence[str],
    refs: Sequence[str],
    sources: Sequence[str],
    documents: Sequence[str] | None,
    others: Sequence[Sequence[str]],
    source_language: str | None,
    target_language: str,
) -> list[list[EntityError]]:
    scans = [(_scan(ref), scan(hyp)) for ref, hyp in zip(refs, hyps, strict=True)]
    truecaser = Truecaser((side for sides in scans for side in sides), target_language)
    segments = [
        _Segment(
            *_analyse_ref(ref, found[0], truecaser, _numbers_of(ref, truecaser.language)),
            *_analyse(hyp, found[1], truecaser, find_numbers(hyp, truecaser.language)),
            source_of(source, source_language),
            further,
        )
        for hyp, ref, found, source, further in zip(hyps, refs, scans, sources, others, strict=True)
    ]
    segments = _name_persons(segments)
    return [
        list(_check(segment, truecaser.language, _neighbours(segments, documents, i)))
        for i, segment in enumerate(segments)
    ]


#: References and sources are read once for all systems.
_scan = lru_cache(maxsize=1 << 12)(scan)
_numbers_of = lru_cache(maxsize=1 << 12)(find_numbers)


def _analyse(text: str, found: Scan, truecaser: Truecaser, numbers: Sequence[Number]) -> tuple[Text, Sequence[Number]]:
    tokens = tokenise(found, truecaser, numbers)
    return Text(text, tokens, find_names(text, tokens)), numbers


def _analyse_ref(
    text: str, found: Scan, truecaser: Truecaser, numbers: Sequence[Number]
) -> tuple[Text, Sequence[Number]]:
    return _ref_text(text, roles(found, truecaser, numbers)), numbers


@lru_cache(maxsize=1 << 12)
def _ref_text(text: str, roles: tuple[str, ...]) -> Text:
    """The tokens and names of a reference, which seldom differ between systems."""
    tokens = tokens_of(_scan(text), roles)
    return Text(text, tokens, find_names(text, tokens))


def _name_persons(segments: Sequence[_Segment]) -> list[_Segment]:
    """A surname alone is a person's where the texts have it with a given name somewhere."""
    sides = [side for segment in segments for side in (segment.ref, segment.hyp)]
    surnames = {side.tokens[name.tokens[-1]].form for side in sides for name in side.names if name.type == "person"}

    def named(side: Text) -> Text:
        alone = [n.type == "other" and side.tokens[n.tokens[-1]].form in surnames for n in side.names]
        if not any(alone):
            return side
        names = [replace(n, type="person") if is_one else n for n, is_one in zip(side.names, alone, strict=True)]
        return replace(side, names=names)

    changed = [(named(segment.ref), named(segment.hyp)) for segment in segments]
    return [
        segment if ref is segment.ref and hyp is segment.hyp else replace(segment, ref=ref, hyp=hyp)
        for segment, (ref, hyp) in zip(segments, changed, strict=True)
    ]


def _neighbours(segments: Sequence[_Segment], documents: Sequence[str] | None, i: int) -> frozenset[str]:
    """Plain forms of the words in the hypotheses before and after, within the document."""
    if documents is None:
        return frozenset()
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(segments) and documents[j] == documents[i]]
    return frozenset(token.form for j in near for token in segments[j].hyp.tokens)


def _check(segment: _Segment, language: str, near: frozenset[str]) -> Iterator[EntityError]:
    ref, hyp = segment.ref, segment.hyp
    if not hyp.text.strip():
        yield from _all_omitted(segment)
        return
    matcher = Matcher(ref, hyp, language, segment.source)
    names, extra = matcher.match()
    context = Context(ref, hyp, segment.source, language, near, segment.other_words if segment.others else None)
    titles = list(match_titles(matcher, names, segment.source))
    judged = [judge_name(name, context) for name in names if not any(_within(name.name, title.ref) for title in titles)]
    yield from judged
    for title in titles:
        form = ref.text[slice(*title.ref)]
        yield finding(title.status, title.type, "title", title.confidence, title.hyp, title.ref, suggestion=form)
    yield from _numbers(segment, language)
    accepted = [error.hyp_span for error in judged if error.hyp_span and not error.is_error]
    for added, is_part in extra:
        if not any(_within(added, span) for span in (*(title.hyp for title in titles), *accepted)):
            yield judge_extra(added, is_part, context)
    answers = [name.hyp for name in names if name.hyp]
    answers += [(hyp.tokens[j].start, hyp.tokens[j].end) for name in names if not name.hyp for j in name.slot or ()]
    yield from _untranslated(segment, answers, language)


def _numbers(segment: _Segment, language: str) -> Iterator[EntityError]:
    ref, hyp = segment.ref.text, segment.hyp.text
    for number in match_numbers(segment.ref_numbers, segment.hyp_numbers, (len(ref), len(hyp))):
        is_open = number.status not in ("match", "variant")
        status, confidence = number.status, judge_number(number, segment.source_numbers if is_open else None)
        if segment.others and status in ("wrong value", "omitted", "hallucinated"):
            status, confidence = _by_others(number, segment.others, confidence, language)
        kind = (number.ref or number.hyp).kind  # type: ignore[union-attr]  # one of them is there
        suggestion = ref[number.ref.start : number.ref.end] if number.ref else None
        yield finding(
            status, kind, number.rule, confidence, _span(number.hyp), _span(number.ref), suggestion=suggestion
        )


def _by_others(number: NumberFinding, others: Sequence[str], confidence: float, language: str) -> tuple[str, float]:
    """A number that another reference has is a variant; one that it lacks too is undecided."""
    theirs = [other for text in others for other in find_numbers(text, language)]
    if number.hyp is not None:
        return ("variant", 0.8) if any(number.hyp.equals(other) for other in theirs) else (number.status, confidence)
    said = any(number.ref.equals(other) for other in theirs)  # type: ignore[union-attr]  # the other side is there
    return (number.status, confidence) if said else ("undecided", 0.5)


def _all_omitted(segment: _Segment) -> Iterator[EntityError]:
    mentions = [(name.type, name.start, name.end) for name in segment.ref.names]
    mentions += [(number.kind, number.start, number.end) for number in segment.ref_numbers if number.asked]
    for kind, start, end in mentions:
        suggestion = segment.ref.text[start:end]
        yield finding("omitted", kind, "no output", 1.0, None, (start, end), suggestion=suggestion)


def _untranslated(segment: _Segment, names: Sequence[Span], language: str) -> Iterator[EntityError]:
    """Names left in another script, and words of the source that are none of the target language's, as they were.

    A common noun in another script is no entity: in a script with capitals a word counts that has one, or that stands
    within the `names` that answer one of the reference, or stands where one should.
    """
    ref, hyp, source = segment.ref.text, segment.hyp, segment.source
    for start, end in foreign_letters(hyp.text, language):
        if not any(hyp.text[start:end] in text for text in (ref, *segment.others)) and (
            not hyp.text[start].islower() or any(low <= start < high for low, high in names)
        ):
            yield finding("untranslated", "other", "script", 0.9, (start, end))
    if not source.text:
        return
    known = segment.ref.forms | segment.other_words
    yield from _passages(segment, known, language)
    unread = not (source.is_cased or source.language == "ja")
    for token in hyp.tokens:
        if len(token.form) <= 3 or token.form in known or (unread and token.text not in source.text):
            continue
        if foreign_letters(token.text, language):
            continue
        unknown = frequency(token.text.lower(), language) < UNKNOWN
        if token.text.islower() and token.text in source.text and token.text in source.words:
            yield finding("untranslated", "other", "source word", 0.7 if unknown else HINT, (token.start, token.end))
        elif unknown and (source.has_common(token.form) or _may_be_romaji(token, source)):
            yield finding("untranslated", "other", "romanised word", 0.7, (token.start, token.end))


def _passages(segment: _Segment, known: Set[str], language: str) -> Iterator[EntityError]:
    """Three words as in the source about one that serves the grammar of its language alone (Rost und Reste)."""
    hyp, source = segment.hyp, segment.source
    for before, token, after in zip(hyp.tokens, hyp.tokens[1:], hyp.tokens[2:], strict=False):
        if token.capital or token.form in known or token.text not in source.words:
            continue
        used = frequency(token.text, source.language or "")
        passage = hyp.text[before.start : after.end]
        if used >= _GRAMMAR and used - frequency(token.text, language) >= _ALONE and passage in source.text:
            yield finding("untranslated", "other", "source passage", 0.7, (before.start, after.end))


def _may_be_romaji(token: Token, source: Source) -> bool:
    return source.language == "ja" and token.text.islower() and _ROMAJI.fullmatch(token.text) is not None


def _within(name: Name, span: Span | None) -> bool:
    return span is not None and span[0] <= name.start and name.end <= span[1]


def _span(mention: Name | Number | None) -> Span | None:
    return (mention.start, mention.end) if mention else None
