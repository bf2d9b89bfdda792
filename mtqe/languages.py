"""Language codes and names, and how a language joins its words."""

from __future__ import annotations

import difflib
from functools import lru_cache

import regex

#: Languages whose sentences and words are joined without a space.
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue", "bo"})
_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]+)*")


@lru_cache(maxsize=1 << 10)
def language_of(code: str) -> str:
    """The bare language of a code as WMT writes it, `pt` of `pt_BR`, `sr` of `sr_Latn_RS`, or of an English name."""
    language = code.replace("-", "_").split("_")[0].lower()
    return language if len(language) <= 3 else _language_names().get(language, language)


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    from babel import Locale

    return {name.lower(): code for code, name in Locale("en").languages.items() if "_" not in code}


def is_language(code: str) -> bool:
    """Whether a text is a language code (`pt_BR`, `zh-Hans`), not a name (`german`), nor two letters that are none."""
    written = _LANGUAGE.fullmatch(code) is not None
    return written and (len(language := language_of(code)) > 2 or language in _short_codes())


@lru_cache(maxsize=1)
def _short_codes() -> frozenset[str]:
    """The codes of two letters, and those that were changed since."""
    from babel.core import get_global

    return frozenset(code for code in (*_language_names().values(), *get_global("language_aliases")) if len(code) == 2)


def near_language(text: str) -> str | None:
    """The text itself where it is a language code, or the code of the language whose name it is, or nearly is."""
    if is_language(text):
        return text
    near = difflib.get_close_matches(text.lower(), _language_names(), n=1, cutoff=0.8)
    return _language_names()[near[0]] if near else None


def joiner(language: str) -> str:
    """What stands between two joined sentences: a space, or nothing in scripts that are written without."""
    return "" if language_of(language) in UNSPACED else " "
