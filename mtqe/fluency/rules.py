"""Rules that mark what is wrong in a text without looking at any other: one pure function each.

A rule takes a `Passage` and yields error spans of the hypothesis. A confidence from .5 up is a verdict; below it is a
hint, which costs nothing in the score. Precision goes first: what people write on purpose stays unmarked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mtqe.fluency import (
    agreement,
    artefacts,
    conventions,
    encoding,
    foreign,
    punctuation,
    repetition,
    spelling,
)
from mtqe.fluency.passage import Passage
from mtqe.results import ErrorSpan

Rule = Callable[[Passage], Iterable[ErrorSpan]]
RULES: tuple[Rule, ...] = (
    repetition.repeated_phrase,
    repetition.repeated_characters,
    repetition.echo,
    punctuation.unbalanced_brackets,
    punctuation.unbalanced_quotes,
    punctuation.space_before_punctuation,
    punctuation.doubled_punctuation,
    punctuation.double_space,
    punctuation.missing_space,
    punctuation.missing_final_mark,
    spelling.lower_case_start,
    spelling.misspelled,
    spelling.indefinite_article,
    encoding.undecodable,
    encoding.mojibake,
    foreign.foreign_script,
    foreign.mixed_script,
    foreign.foreign_passage,
    artefacts.left_over_code,
    artefacts.markdown,
    artefacts.model_chatter,
    artefacts.broken_off,
    agreement.demonstrative,
    agreement.subject_and_auxiliary,
    agreement.subject_pronoun,
    conventions.number_format,
    conventions.quotation_convention,
    conventions.odd_capitals,
    conventions.tokenised,
)


def find_errors(text: str, language: str) -> list[ErrorSpan]:
    """All that the rules mark in a text, by position. A repetition or echo that touches a loop is the loop's."""
    passage = Passage(text, language)
    found = [error for rule in RULES for error in rule(passage)]
    loops = [error for error in found if error.rule == "loop"]
    kept = [e for e in found if e.rule not in ("repeated-word", "echo") or not any(_touch(e, loop) for loop in loops)]
    return sorted(kept, key=lambda error: (error.hyp_span or (0, 0), error.rule))


def _touch(a: ErrorSpan, b: ErrorSpan) -> bool:
    assert a.hyp_span is not None
    assert b.hyp_span is not None
    return a.hyp_span[0] <= b.hyp_span[1] and b.hyp_span[0] <= a.hyp_span[1]
