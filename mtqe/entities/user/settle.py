"""The findings of a segment in the light of a style: aliases, glossary, naming policy, then suppressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mtqe.entities.user.glossary import NOT_AS_ASKED, glossary_findings
from mtqe.entities.user.phrases import Hit, Phrases, longest, pieces, same_words
from mtqe.entities.user.policy import naming
from mtqe.entities.user.style import Style
from mtqe.languages import language_of
from mtqe.results import NO_ERROR, EntityError, Span

#: How sure the detector is of what a user says.
_SAID = 0.95
#: Rules of findings that the user's word is already in.
_SETTLED = frozenset(["alias", "glossary", "policy", "style", "suppressed"])
_RIGHT = frozenset(["match", "variant"])
_ANSWERED = _RIGHT | {"hallucinated"}  # no name of the reference that is still looked for


def apply_style(
    errors: Sequence[EntityError],
    ref: str | None,
    hyp: str,
    style: Style,
    *,
    source: str | None = None,
    source_language: str | None = None,
    target_language: str = "en",
) -> list[EntityError]:
    """The findings of one segment, with those of the glossary where there is a source, settled; see `settle`.

    A finding about a required term and the glossary's about the same are one: an error of the detector at a passage
    that the glossary asks for is a `variant`, and one whose reference has a term that the output lacks is of the rule
    `glossary`.
    """
    found = list(errors)
    if source and style.glossary.terms:
        terms = glossary_findings(style.glossary, source, hyp, source_language or "", target_language)
        found = _join_glossary(found, terms, ref, style, language_of(target_language))
    return settle(found, ref, hyp, style, source=source, language=target_language)


def settle(
    errors: Sequence[EntityError],
    ref: str | None,
    hyp: str,
    style: Style,
    *,
    source: str | None = None,
    language: str = "en",
) -> list[EntityError]:
    """What the findings of a segment are, given what the user knows; settling twice is settling once.

    - An error, or what is undecided, about a name of an alias group of which a form stands in the hypothesis is a
      `variant` of the rule `alias`, with the span of that form; what was `hallucinated` there is gone, being answered.
      Of a name that is longer than the alias (Mayor Vitali Klitschko) the other words must stand there too.
    - Where it is an unacceptable form of the group that stands there, the finding is `mistranslated` (rule `style`,
      minor), the canonical form its suggestion.
    - With a naming policy, a place by its other kind of name is `mistranslated` (rule `policy`, minor), as sure as
      `mtqe.entities.user.policy` is; an alias outweighs that. Policies are about English.
    - A suppressed alarm, or what is undecided and suppressed, is a `variant` of the rule `suppressed`.

    `hyp_span` and, where there is a reference, `ref_span` are of these texts; without a reference the form of the
    source, or of the hypothesis, tells the group.
    """
    segment = _Segment(ref, hyp, source, style, language_of(language))
    found = list(errors)
    if style.aliases:
        found = segment.by_aliases(found)
    if style.policy != "either" and segment.language == "en":
        found = [segment.by_policy(error) for error in found]
    return [segment.by_suppressions(error) for error in found] if style.suppressions else found


@dataclass(frozen=True, slots=True)
class _Segment:
    ref: str | None
    hyp: str
    source: str | None
    style: Style
    language: str

    def by_aliases(self, errors: list[EntityError]) -> list[EntityError]:
        to_answer = any(error.status not in _ANSWERED for error in errors)
        hits = self._hits(self.hyp) if to_answer or self.style.bars_forms else []
        if not hits:
            return errors
        named = {text: self._hits(text) for text in (self.ref, self.source) if text}
        taken = [e.hyp_span for e in errors if e.hyp_span and e.status in NO_ERROR]
        answered: list[Span] = []
        found = []
        for error in errors:
            new = error if error.rule in _SETTLED else self._by_group(error, named, hits, taken)
            if new is not error and new.hyp_span:
                answered.append(new.hyp_span)
                taken.append(new.hyp_span)
            found.append(new)
        return [e for e in found if not (e.status == "hallucinated" and _overlaps(e.hyp_span, answered))]

    def _hits(self, text: str) -> list[Hit]:
        return longest(self.style.forms.find(text, self.language))

    def _spans(self, hits: Sequence[Hit], group: int, accepted: bool) -> list[Span]:
        return [hit.span for hit in hits if self.style.form_of[hit.phrase] == (group, accepted)]

    def _groups(self, hits: Sequence[Hit], span: Span | None) -> list[int]:
        """The alias groups of which a form stands at a span, in order."""
        return list(
            dict.fromkeys(self.style.form_of[hit.phrase][0] for hit in hits if span and _overlap(hit.span, span))
        )

    def _by_group(
        self, error: EntityError, named: Mapping[str, list[Hit]], hits: Sequence[Hit], taken: Sequence[Span]
    ) -> EntityError:
        if error.status in _RIGHT:
            return self._checked(error, named, hits)
        return error if error.status in _ANSWERED else self._answered(error, named, hits, taken)

    def _checked(self, error: EntityError, named: Mapping[str, list[Hit]], hits: Sequence[Hit]) -> EntityError:
        """A right name, wrong where its form is not acceptable."""
        text, span = self._name(error)
        groups = self._groups(named[text], span) if text else self._groups(hits, error.hyp_span)
        for group in groups:
            barred, fine = self._spans(hits, group, False), self._spans(hits, group, True)
            if _overlaps(error.hyp_span, barred) and not _overlaps(error.hyp_span, fine):
                return self._barred(error, error.hyp_span, group)
        return error

    def _answered(
        self, error: EntityError, named: Mapping[str, list[Hit]], hits: Sequence[Hit], taken: Sequence[Span]
    ) -> EntityError:
        """A wrong or missing name, answered where a form of its group stands in the hypothesis."""
        text, span = self._name(error)
        for group in self._groups(named[text], span) if text else ():
            covered = [hit.span for hit in named[text] if self.style.form_of[hit.phrase][0] == group]
            if not self._has_rest(text, span, covered):
                continue
            if fine := self._spans(hits, group, True):
                return _variant(error, "alias", _choose(fine, error.hyp_span, taken))
            if barred := self._spans(hits, group, False):
                return self._barred(error, _choose(barred, error.hyp_span, taken), group)
        return error

    def _has_rest(self, text: str, span: Span | None, covered: Sequence[Span]) -> bool:
        """Whether the words of a name beside its alias stand in the hypothesis."""
        words = [word for word in pieces(text) if _overlaps(span, [(word.start, word.end)])]
        rest = [word for word in words if not _overlaps((word.start, word.end), covered)]
        there = pieces(self.hyp)
        return all(any(same_words([word], [other], self.language) for other in there) for word in rest)

    def _name(self, error: EntityError) -> tuple[str, Span | None]:
        """The text that the name of a finding is read in, and where: the reference, else the source, else none."""
        if self.ref and error.ref_span:
            return self.ref, error.ref_span
        return (self.source, error.src_span) if self.source and error.src_span else ("", None)

    def _barred(self, error: EntityError, span: Span | None, group: int) -> EntityError:
        canonical = self.style.aliases[group].canonical
        return _unwanted(replace(error, hyp_span=span), NOT_AS_ASKED, "style", _SAID, canonical)

    def by_policy(self, error: EntityError) -> EntityError:
        if error.status not in NO_ERROR or error.rule in _SETTLED or error.type == "person" or not error.hyp_span:
            return error
        text, span = self._name(error)
        name, output = text[slice(*span)] if span else None, self.hyp[slice(*error.hyp_span)]
        found = naming(output, name)
        if found is None or found.kind == self.style.policy or self._is_accepted(output):
            return error
        wanted = found.other
        if name and text == self.ref and (asked := naming(name, output)) and asked.kind == self.style.policy:
            wanted = name
        return _unwanted(error, "Locale convention/Name format", "policy", found.confidence, wanted)

    def _is_accepted(self, output: str) -> bool:
        return any(self.style.form_of[hit.phrase][1] for hit in self._hits(output))

    def by_suppressions(self, error: EntityError) -> EntityError:
        if error.status in _RIGHT:
            return error
        sides = ((self.ref, error.ref_span), (self.source, error.src_span))
        names = [text[slice(*span)] for text, span in sides if text and span]
        names += [error.suggestion] if error.suggestion else []
        output = self.hyp[slice(*error.hyp_span)] if error.hyp_span else ""
        known = self.style.suppresses(names, output, error.status)
        return _variant(error, "suppressed", error.hyp_span) if known else error


def _join_glossary(
    errors: list[EntityError], terms: Mapping[int, EntityError], ref: str | None, style: Style, language: str
) -> list[EntityError]:
    found, further = list(errors), []
    for number, term in terms.items():
        if term.hyp_span:
            same = [i for i, e in enumerate(found) if e.status in NO_ERROR and _overlaps(e.hyp_span, [term.hyp_span])]
            wrong = [i for i, e in enumerate(found) if e.status not in NO_ERROR and _inside(e.hyp_span, term.hyp_span)]
            for i in wrong:
                found[i] = _variant(found[i], "glossary", found[i].hyp_span)
            same += wrong
        else:
            same = [i for i, e in enumerate(found) if _lacks(e, term, ref, style.glossary.targets[number], language)][
                :1
            ]
            for i in same:
                found[i] = replace(term, hyp_span=found[i].hyp_span, ref_span=found[i].ref_span, type=found[i].type)
        further += [] if same else [term]
    return found + further


def _lacks(error: EntityError, term: EntityError, ref: str | None, targets: Phrases, language: str) -> bool:
    """Whether an error is about a term that the output lacks: at its place in the source, or with it as reference."""
    if error.status in NO_ERROR:
        return False
    if term.src_span and _overlaps(error.src_span, [term.src_span]):
        return True
    return bool(ref and error.ref_span and targets.find(ref[slice(*error.ref_span)], language))


def _variant(error: EntityError, rule: str, span: Span | None) -> EntityError:
    return replace(
        error,
        hyp_span=span,
        category="No error",
        severity="neutral",
        confidence=_SAID,
        rule=rule,
        status="variant",
    )


def _unwanted(error: EntityError, category: str, rule: str, confidence: float, suggestion: str) -> EntityError:
    return replace(
        error,
        category=category,
        severity="minor",
        confidence=confidence,
        rule=rule,
        suggestion=suggestion,
        status="mistranslated",
    )


def _choose(spans: Sequence[Span], near: Span | None, taken: Sequence[Span]) -> Span:
    """The form where the finding is, else the first that answers no other name, else the first."""
    here = [span for span in spans if near and _overlap(span, near)]
    free = [span for span in spans if not _overlaps(span, taken)]
    return (here or free or spans)[0]


def _inside(inner: Span | None, outer: Span) -> bool:
    return inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _overlaps(span: Span | None, others: Iterable[Span]) -> bool:
    return span is not None and any(_overlap(span, other) for other in others)
