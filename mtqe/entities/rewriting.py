"""Spellings unified by rules that are tried one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class Rule(NamedTuple):
    """A pattern and what replaces it; `within` stands in every match, so that most words are turned down by it."""

    within: str
    pattern: re.Pattern[str]
    replacement: str


def rules(*lines: tuple[str, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(within, re.compile(pattern), replacement) for within, pattern, replacement in lines)


def rewrite(form: str, by: Iterable[Rule]) -> str:
    """A form after each rule in turn."""
    for within, pattern, replacement in by:
        if within in form:  # many times as quick as the pattern
            form = pattern.sub(replacement, form)
    return form
