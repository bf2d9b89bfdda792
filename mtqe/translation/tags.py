"""How a model is told the languages: the tags that its tokenizer has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from mtqe.errors import ConfigError
from mtqe.plugins import unknown

#: Tags of the target before the text: MADLAD's `<2en>` and those of Marian models of several languages, `>>eng<<`.
_BEFORE_TEXT = (re.compile(r"<2(\w+)>"), re.compile(r">>(\w+)<<"))
#: Tags of which one opens the source and one the translation: M2M100's, NLLB's and mBART's.
_OPENING = (re.compile(r"__(\w+)__"), re.compile(r"([a-z]{3}_[A-Z][a-z]{3})"), re.compile(r"([a-z]{2}_[A-Z]{2})"))


class Tags(NamedTuple):
    """prefix: what stands before each text; source: the tokenizer's `src_lang`; first: the token answers start with."""

    prefix: str = ""
    source: str | None = None
    first: str | None = None


def tags_of(tokenizer: Any, source: str, target: str) -> Tags:
    """The tags for a pair of languages; none where the tokenizer has none, since the model then knows one pair only.

    Languages may be given as the model writes them (`ukr_Cyrl`) or as codes (`uk`), which stand for the same language
    in the same script. Raises ConfigError, with the nearest name, for a language that the model has no tag for.
    """
    vocabulary = {*tokenizer.get_vocab(), *getattr(tokenizer, "lang_code_to_token", {}).values()}
    for form in _BEFORE_TEXT:
        if known := _known(form, vocabulary):
            return Tags(prefix=f"{known[_match(target, known)]} ")
    for form in _OPENING if hasattr(tokenizer, "src_lang") else ():
        if known := _known(form, vocabulary):
            return Tags(source=_match(source, known), first=known[_match(target, known)])
    return Tags()


def _known(form: re.Pattern[str], vocabulary: Iterable[str]) -> dict[str, str]:
    return {match[1]: token for token in sorted(vocabulary) if (match := form.fullmatch(token))}


def _match(language: str, known: Iterable[str]) -> str:
    known = list(known)
    if language in known:
        return language
    for parts in (3, 2):  # with the country that it is mostly spoken in, and without
        for macrolanguages in (False, True):  # Arabic is `arb` in some models, Persian `pes`
            for code in known:
                if _subtags(code, macrolanguages)[:parts] == _subtags(language, macrolanguages)[:parts]:
                    return code
    raise ConfigError(unknown(f"language {language!r} of the model", language, known))


@lru_cache(maxsize=4096)
def _subtags(code: str, macrolanguages: bool) -> tuple[str | None, ...]:
    """Language, script and country; those that are likely where the code does not say."""
    from langcodes import Language

    try:
        found = Language.get(code)
    except ValueError:
        return (code,)
    found = (found.prefer_macrolanguage() if macrolanguages else found).maximize()
    return found.language, found.script, found.territory
