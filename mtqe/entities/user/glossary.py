"""Glossary check: where the source has a term, the output has one of its required translations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mtqe.entities.user.files import check_form, tsv_rows
from mtqe.entities.user.phrases import Phrases, longest
from mtqe.errors import InputError
from mtqe.languages import language_of
from mtqe.results import EntityError

#: What MQM calls a term, or a name, that is not the one which the resource of the project asks for.
NOT_AS_ASKED = "Terminology/Inconsistent with terminology resource"
_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the source language and its translations, the preferred one first; any of them will do."""

    source: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Glossary:
    """Terms, indexed when first used."""

    terms: tuple[Term, ...] = ()

    @cached_property
    def sources(self) -> Phrases:
        return Phrases(term.source for term in self.terms)

    @cached_property
    def targets(self) -> tuple[Phrases, ...]:
        return tuple(Phrases(term.targets) for term in self.terms)


def read_glossary(path: Path) -> Glossary:
    """Rows of source term, tab, required target terms separated by `|`; rows of one term add up.

    Raises InputError naming file and line for a row of any other form.
    """
    targets: dict[str, list[str]] = {}
    for line, cells in tsv_rows(path):
        if len(cells) != 2:
            raise InputError(
                f"{len(cells)} columns where a source term and its target terms are needed",
                path=path,
                line=line,
                hint="separate the two by a tab, several target terms by |",
            )
        source = check_form(cells[0], "the source term", path, line)
        for target in cells[1].split("|"):
            term = check_form(target.strip(), "a target term", path, line)
            if term not in targets.setdefault(source, []):
                targets[source].append(term)
    return Glossary(tuple(Term(source, tuple(forms)) for source, forms in targets.items()))


def check_glossary(
    terms: Iterable[Term], source: str, hyp: str, source_language: str, target_language: str = "en"
) -> list[EntityError]:
    """One finding a term that the source has, in the order of the source; see `Term` for what satisfies it.

    `match` with both spans where a required translation stands in the output, inflected or not; else `mistranslated`
    (`omitted` of an empty output) with the span of the source alone and the preferred translation as suggestion. A
    term within a longer one (bank in World Bank) is not asked for. Where many texts are checked, `glossary_findings`
    takes a `Glossary`, which is indexed once.
    """
    return list(glossary_findings(Glossary(tuple(terms)), source, hyp, source_language, target_language).values())


def glossary_findings(
    glossary: Glossary, source: str, hyp: str, source_language: str, target_language: str = "en"
) -> dict[int, EntityError]:
    """The findings of `check_glossary` by the number of their term."""
    target_language = language_of(target_language)
    found: dict[int, EntityError] = {}
    for hit in longest(glossary.sources.find(source, language_of(source_language))):
        if hit.phrase in found:
            continue
        targets = glossary.targets[hit.phrase].find(hyp, target_language)
        if targets:
            found[hit.phrase] = EntityError(
                targets[0].span,
                src_span=hit.span,
                category="No error",
                severity="neutral",
                confidence=_CONFIDENCE,
                rule="glossary",
                status="match",
            )
        else:
            found[hit.phrase] = EntityError(
                None,
                src_span=hit.span,
                category=NOT_AS_ASKED,
                confidence=_CONFIDENCE,
                rule="glossary",
                suggestion=glossary.terms[hit.phrase].targets[0],
                status="mistranslated" if hyp.strip() else "omitted",
            )
    return found
