"""One name, one form: under which forms each name goes in a document, which are outliers, and by which naming policy.

A heuristic on findings: forms are counted where the detector found the name, right or misspelled. What differs by a
dropped given name (Putin, Vladimir Putin), an inflection or a possessive, an acronym or the name of a country's people
is one form.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mtqe.entities import slavic
from mtqe.entities.forms import plain, romanisation_key, similarity
from mtqe.entities.knowledge.places import country_codes, identities
from mtqe.entities.pairing import SIMILAR
from mtqe.entities.user.phrases import Piece, pieces, same_words
from mtqe.entities.user.policy import naming
from mtqe.languages import language_of
from mtqe.results import EntityError, Span

#: What the name of a finding may be called by; `replaced` ones are other names.
_NAMED = frozenset(["match", "variant", "undecided", "misspelled"])
_TYPES = frozenset(["place", "person", "organisation", "group", "work", "other"])
#: Confidence that an outlier is one: where most mentions agree, and where two forms are as frequent.
_MAJORITY, _TIE = 0.6, 0.4
#: By how a form ends, the romanisation of a given name in -ей or -ий.
_SCHEMES = (("ey", "-ey"), ("ei", "-ei"), ("ej", "-ej"), ("iy", "-iy"), ("ii", "-ii"), ("ij", "-ij"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at code points `span` of the hypothesis of a segment; `is_error` where its form is wrong by itself."""

    segment: int
    span: Span
    form: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class NameForms:
    """One name in one document: its form in the reference (the most frequent), or without one its own majority form.

    `forms` are the mentions under each form, the most frequent form first; forms that are one (see the module) stand
    under the longest of them. `majority` is the first, `outliers` are the others; a form that is only ever wrong comes
    after those that are not.
    """

    document: str
    name: str
    type: str
    forms: Mapping[str, tuple[Mention, ...]]

    @property
    def counts(self) -> Counter[str]:
        return Counter({form: len(mentions) for form, mentions in self.forms.items()})

    @property
    def majority(self) -> str:
        return next(iter(self.forms))

    @property
    def outliers(self) -> tuple[str, ...]:
        return tuple(self.forms)[1:]


@dataclass(frozen=True, slots=True)
class PolicyUse:
    """Which names of a document go by the endonym (Kyiv) and which by the exonym (Kharkov), each with its mentions.

    `schemes` are the romanisations of East Slavic given names in -ей and -ий, with the forms so written: `-ey` Sergey,
    `-ei` Alexei.
    """

    document: str
    endonyms: Mapping[str, int]
    exonyms: Mapping[str, int]
    schemes: Mapping[str, tuple[str, ...]]

    @property
    def is_mixed(self) -> bool:
        """Whether both kinds of names stand in it, or two ways to write one ending."""
        return bool(self.endonyms and self.exonyms) or self.mixed_schemes

    @property
    def mixed_schemes(self) -> bool:
        return any(sum(scheme[1] == vowel for scheme in self.schemes) > 1 for vowel in "ei")


@dataclass(slots=True)
class _Group:
    """A name under construction: the words of its fullest form, and what was found of it."""

    words: tuple[Piece, ...]
    type: str
    names: Counter[str] = field(default_factory=Counter)
    mentions: list[Mention] = field(default_factory=list)


def name_forms(
    errors: Sequence[Sequence[EntityError]],
    refs: Sequence[str] | None,
    hyps: Sequence[str | None],
    documents: Sequence[str] | None = None,
    *,
    source_language: str | None = None,
    target_language: str = "en",
) -> list[NameForms]:
    """The names of each document with their forms, documents and names in the order of their first mention.

    `errors` are the findings of each segment, as `find_entity_errors` returns them; `refs` None where they were made
    without references: then the forms themselves tell what is one name (a place that may go by both, one
    romanisation). Without `documents` all segments are one. All lists have one entry a segment.
    """
    languages = _Languages(source_language, language_of(target_language))
    by_document: dict[str, list[tuple[str, str, Mention]]] = defaultdict(list)
    for i, (found, hyp) in enumerate(zip(errors, hyps, strict=True)):
        for error in found:
            if (
                hyp
                and error.hyp_span
                and error.type in _TYPES
                and (error.status in _NAMED or error.rule in ("policy", "style"))
            ):
                form = hyp[slice(*error.hyp_span)]
                if not pieces(form):
                    continue
                name = refs[i][slice(*error.ref_span)] if refs and error.ref_span else form
                document = documents[i] if documents else ""
                by_document[document].append((name, error.type, Mention(i, error.hyp_span, form, error.is_error)))
    return [
        _forms(document, group, languages)
        for document, mentions in by_document.items()
        for group in _groups(mentions, languages)
    ]


def inconsistencies(names: Sequence[NameForms], segments: int) -> list[list[EntityError]]:
    """The mentions of outliers as one list a segment, the majority form being the suggestion.

    They are of the status `variant` (rule `inconsistent`, minor, MQM's inconsistent use of terminology): a form that is
    fine by itself is no entity error and is counted as none. One that is wrong has its own finding, and none here.
    """
    found: list[list[EntityError]] = [[] for _ in range(segments)]
    for name in names:
        for form in name.outliers:
            clear = name.counts[form] < name.counts[name.majority]
            for mention in (mention for mention in name.forms[form] if not mention.is_error):
                found[mention.segment].append(
                    EntityError(
                        mention.span,
                        category="Terminology/Inconsistent use of terminology",
                        severity="minor",
                        confidence=_MAJORITY if clear else _TIE,
                        rule="inconsistent",
                        suggestion=name.majority,
                        status="variant",
                        type=name.type,
                    )
                )
    return [sorted(errors, key=lambda error: error.hyp_span or (0, 0)) for errors in found]


def policy_use(names: Sequence[NameForms]) -> list[PolicyUse]:
    """A row a document in which a name goes by a form that shows a policy; see `mtqe.entities.user.policy`."""
    by_document: dict[str, list[NameForms]] = defaultdict(list)
    for name in names:
        by_document[name.document].append(name)
    rows = [_policy_use(document, its) for document, its in by_document.items()]
    return [row for row in rows if row.endonyms or row.exonyms or row.schemes]


def _policy_use(document: str, names: Sequence[NameForms]) -> PolicyUse:
    kinds: dict[str, Counter[str]] = {"endonym": Counter(), "exonym": Counter()}
    schemes: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for form, mentions in name.forms.items():
            if name.type == "person":
                for word in pieces(form):
                    if (scheme := _scheme(word.form)) is not None:
                        schemes[scheme].add(form[word.start : word.end])
            elif (found := naming(form, name.name)) and found.confidence >= 0.5:
                kinds[found.kind][form] += len(mentions)
    ordered = {scheme: tuple(sorted(schemes[scheme])) for scheme in sorted(schemes)}
    return PolicyUse(document, dict(kinds["endonym"]), dict(kinds["exonym"]), ordered)


def _scheme(form: str) -> str | None:
    if not slavic.is_given_name(form):
        return None
    return next((name for ending, name in _SCHEMES if form.endswith(ending)), None)


@dataclass(frozen=True, slots=True)
class _Languages:
    source: str | None
    target: str

    def same_name(self, a: Sequence[Piece], b: Sequence[Piece], *, person: bool) -> bool:
        """Whether two forms name one thing: the same words in any romanisation, one place, a surname and its bearer."""
        if len(a) != len(b) and not person:
            return self._one_place(a, b)
        shorter, longer = sorted((a, b), key=len)
        if person:
            return all(self._same_word(x, y) for x, y in zip(reversed(shorter), reversed(longer), strict=False))
        return all(self._same_word(x, y) for x, y in zip(a, b, strict=True)) or self._one_place(a, b)

    def _same_word(self, a: Piece, b: Piece) -> bool:
        if same_words([a], [b], self.target) or romanisation_key(a.form) == romanisation_key(b.form):
            return True
        return slavic.applies(self.source) and slavic.compare(a.form, b.form) == "variant"

    @staticmethod
    def _one_place(a: Sequence[Piece], b: Sequence[Piece]) -> bool:
        one, other = (plain("".join(word.form for word in words)) for words in (a, b))
        alike = similarity(one, other) >= SIMILAR or slavic.compare(one, other) == "variant"
        return alike and any(len(i) > 2 for i in identities(one) & identities(other))

    def one_form(self, a: str, b: str) -> bool:
        """Whether the two are no inconsistency: one is part of the other, inflected, an acronym, or a country."""
        one, other = sorted((pieces(a), pieces(b)), key=len)
        if all(any(same_words([word], [near], self.target) for near in other) for word in one):
            return True
        joined = ["".join(word.form for word in words) for words in (one, other)]
        if joined[0] == joined[1] or country_codes(joined[0]) & country_codes(joined[1]):
            return True
        return any(text.isupper() and len(text) > 1 for text in (a, b))


def _groups(mentions: Sequence[tuple[str, str, Mention]], languages: _Languages) -> list[_Group]:
    """Names that are one, the fullest ones first so that a surname joins its bearer; in the order of first mention."""
    groups: list[_Group] = []
    by_size = sorted(mentions, key=lambda entry: -len(pieces(entry[0])))
    for name, type_, mention in by_size:
        words = pieces(name)
        for group in groups:
            person = "person" in (type_, group.type)
            if languages.same_name(words, group.words, person=person):
                break
        else:
            group = _Group(words, type_)
            groups.append(group)
        group.names[name] += 1
        group.mentions.append(mention)
    for group in groups:
        group.mentions.sort(key=lambda mention: (mention.segment, mention.span))
    return sorted(groups, key=lambda group: (group.mentions[0].segment, group.mentions[0].span))


def _forms(document: str, group: _Group, languages: _Languages) -> NameForms:
    """The mentions of a group under its distinct forms; a shorter form goes with the most frequent that it fits."""
    counts = Counter(mention.form for mention in group.mentions)  # keeps the order of first mention, as do the sorts
    distinct: dict[str, list[str]] = {}
    for form in sorted(counts, key=lambda form: (-len(pieces(form)), -counts[form])):
        fits = [main for main in distinct if languages.one_form(form, main)]
        best = max(fits, key=lambda main: sum(counts[x] for x in distinct[main]), default=form)
        distinct.setdefault(best, []).append(form)
    forms = {main: tuple(m for m in group.mentions if m.form in its) for main, its in distinct.items()}
    order = sorted(forms, key=lambda main: (_is_wrong(forms[main]), -len(forms[main]), forms[main][0].segment))
    name = group.names.most_common(1)[0][0]
    return NameForms(document, name, group.type, {main: forms[main] for main in order})


def _is_wrong(mentions: Sequence[Mention]) -> bool:
    return all(mention.is_error for mention in mentions)
