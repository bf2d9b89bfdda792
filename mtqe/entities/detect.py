"""Entity errors of a list of segments: names and numbers of the references against the hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mtqe.entities.evidence import HINT, Source, judge_extra, judge_name, judge_number
from mtqe.entities.knowledge import frequency
from mtqe.entities.matching import Matcher, Text
from mtqe.entities.mentions import Name, Truecaser, find_names, foreign_letters, tokenise
from mtqe.entities.numbers import Number, find_numbers
from mtqe.entities.quantities import match_numbers
from mtqe.errors import InputError
from mtqe.results import EntityError, Severity, Span
from mtqe.text import language_of, text_list

#: The MQM type and the severity of each status.
_KINDS: dict[str, tuple[str, Severity]] = {
    "match": ("No error", "neutral"),
    "variant": ("No error", "neutral"),
    "undecided": ("No error", "neutral"),
    "misspelled": ("Accuracy/Mistranslation", "major"),
    "replaced": ("Accuracy/Mistranslation", "critical"),
    "mistranslated": ("Accuracy/Mistranslation", "major"),
    "wrong value": ("Accuracy/Mistranslation", "critical"),
    "omitted": ("Accuracy/Omission", "major"),
    "hallucinated": ("Accuracy/Addition", "major"),
    "untranslated": ("Accuracy/Untranslated", "major"),
}


@dataclass(frozen=True, slots=True)
class _Segment:
    ref: Text
    hyp: Text
    ref_numbers: Sequence[Number]
    hyp_numbers: Sequence[Number]
    source: str | None


def find_entity_errors(
    hyps: Sequence[str | None],
    refs: Sequence[str],
    sources: Sequence[str | None] | None = None,
    *,
    source_language: str | None = None,
    target_language: str = "en",
    documents: Sequence[str] | None = None,
) -> list[list[EntityError]]:
    """What became of every name and number of the references, and which the hypotheses have beside them.

    Returns one list a segment: the names of the reference in order, then its numbers, then what only the hypothesis
    has. Every checked mention is in it, right ones as `match` or `variant`; `.is_error` tells the verdicts. A missing
    or empty hypothesis omits all of its mentions.

    `hyp_span` and `ref_span` cover the whole name (`Sergey Prilev`), also where one word of it is wrong, and
    `suggestion` is the reference's form. `documents` names the document of each segment: a name that is missing here
    but stands in a neighbouring segment of the same document is a hint only.

    Capitalisation is counted over all texts of the call. Raises InputError where the lists differ in length.
    """
    hyps, refs = text_list("hyps", hyps), text_list("refs", refs)
    for what, given in (("references", refs), ("sources", sources), ("documents", documents)):
        if given is not None and len(given) != len(hyps):
            raise InputError(f"{len(given)} {what} for {len(hyps)} hypotheses")
    truecaser = Truecaser([*refs, *(hyp for hyp in hyps if hyp)], target_language)
    segments = [
        _analyse(hyp or "", ref, source, truecaser, target_language)
        for hyp, ref, source in zip(hyps, refs, sources or [None] * len(hyps), strict=True)
    ]
    segments = _name_persons(segments)
    return [
        _check(segment, language_of(target_language), source_language, _neighbours(segments, documents, i))
        for i, segment in enumerate(segments)
    ]


def _analyse(hyp: str, ref: str, source: str | None, truecaser: Truecaser, language: str) -> _Segment:
    sides = []
    for text in (ref, hyp):
        numbers = find_numbers(text, language)
        tokens = tokenise(text, truecaser, numbers)
        sides.append((Text(text, tokens, find_names(text, tokens)), numbers))
    (ref_side, ref_numbers), (hyp_side, hyp_numbers) = sides
    return _Segment(ref_side, hyp_side, ref_numbers, hyp_numbers, source)


def _name_persons(segments: Sequence[_Segment]) -> list[_Segment]:
    """A surname alone is a person's where the texts have it with a given name somewhere."""
    sides = [side for segment in segments for side in (segment.ref, segment.hyp)]
    surnames = {side.tokens[name.tokens[-1]].form for side in sides for name in side.names if name.type == "person"}

    def named(side: Text) -> Text:
        return replace(side, names=[_as_person(name, side, surnames) for name in side.names])

    return [replace(segment, ref=named(segment.ref), hyp=named(segment.hyp)) for segment in segments]


def _as_person(name: Name, side: Text, surnames: set[str]) -> Name:
    surname = name.type == "other" and side.tokens[name.tokens[-1]].form in surnames
    return replace(name, type="person") if surname else name


def _neighbours(segments: Sequence[_Segment], documents: Sequence[str] | None, i: int) -> frozenset[str]:
    """Plain forms of the words in the hypotheses before and after, within the document."""
    if documents is None:
        return frozenset()
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(segments) and documents[j] == documents[i]]
    return frozenset(token.form for j in near for token in segments[j].hyp.tokens)


def _check(segment: _Segment, language: str, source_language: str | None, near: frozenset[str]) -> list[EntityError]:
    ref, hyp = segment.ref, segment.hyp
    if not hyp.text.strip():
        return _all_omitted(segment)
    source = Source(segment.source, source_language)
    findings, extra = Matcher(ref, hyp, language, source.language).match()
    errors = []
    for finding in findings:
        status, rule, confidence = judge_name(finding, ref, hyp, source, near)
        errors.append(_error(status, finding.name.type, confidence, rule, finding.hyp, _span(finding.name), ref.text))
    for number in match_numbers(segment.ref_numbers, segment.hyp_numbers, (len(ref.text), len(hyp.text))):
        kind = (number.ref or number.hyp).kind  # type: ignore[union-attr]  # one of them is there
        confidence = judge_number(number, source)
        errors.append(
            _error(number.status, kind, confidence, number.rule, _span(number.hyp), _span(number.ref), ref.text)
        )
    for name in extra:
        confidence = judge_extra([hyp.tokens[i] for i in name.tokens], language, source)
        errors.append(_error("hallucinated", name.type, confidence, "extra name", _span(name)))
    return errors + _untranslated(segment, [f.hyp for f in findings if f.hyp], source, language)


def _all_omitted(segment: _Segment) -> list[EntityError]:
    mentions = [(name.type, name.start, name.end) for name in segment.ref.names]
    mentions += [(number.kind, number.start, number.end) for number in segment.ref_numbers if number.asked]
    text = segment.ref.text
    return [_error("omitted", kind, 1.0, "no output", None, (start, end), text) for kind, start, end in mentions]


def _untranslated(segment: _Segment, names: Sequence[Span], source: Source, language: str) -> list[EntityError]:
    """Names left in another script, and words of the source that are none of the target language's, as they were.

    A common noun in another script is no entity: in a script with capitals a word counts that has one, or that stands
    within the `names` that answer one of the reference.
    """
    ref, hyp = segment.ref.text, segment.hyp
    errors = [
        _error("untranslated", "other", 0.9, "script", (start, end))
        for start, end in foreign_letters(hyp.text, language)
        if hyp.text[start:end] not in ref
        and (not hyp.text[start].islower() or any(low <= start < high for low, high in names))
    ]
    known = {token.text.lower() for token in segment.ref.tokens}
    for token in hyp.tokens:
        left = len(token.text) > 3 and token.text.islower() and token.text in source.words - known
        if left and not foreign_letters(token.text, language):
            confidence = 0.7 if frequency(token.text, language) < 1.5 else HINT
            errors.append(_error("untranslated", "other", confidence, "source word", (token.start, token.end)))
    return errors


def _span(mention: Name | Number | None) -> Span | None:
    return (mention.start, mention.end) if mention else None


def _error(
    status: str,
    type_: str,
    confidence: float,
    rule: str,
    hyp_span: Span | None = None,
    ref_span: Span | None = None,
    ref: str = "",
) -> EntityError:
    category, severity = _KINDS[status]
    suggestion = ref[slice(*ref_span)] if ref_span and status != "match" else None
    return EntityError(
        hyp_span,
        ref_span,
        category=category,
        severity=severity,
        confidence=confidence,
        rule=rule,
        suggestion=suggestion,
        status=status,
        type=type_,
    )
