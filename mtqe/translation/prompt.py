"""What chat models are asked, and what is removed from their answers."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import regex

from mtqe.errors import ConfigError, InputError
from mtqe.fluency.artefacts import CHAT_LANGUAGES, said_by_models
from mtqe.plugins import unknown
from mtqe.store import digest
from mtqe.text import read_lines
from mtqe.translation.model import ModelSystem, Request

#: The prompt where a system has none of its own.
TEMPLATE = (
    "Translate the following text from {source_language} into {target_language}."
    " Answer with the translation alone, without notes or explanations.\n\n{text}"
)
_FIELDS = ("source_language", "target_language", "text")
#: Counts up when `clean` would make something else of an answer, or `Prompt` of a request.
_VERSION = 1


class Prompt:
    """The messages that a chat model gets for a request.

    A template has `{text}` where the text goes, may have the English names of the languages as `{source_language}` and
    `{target_language}`, and writes other braces double. Examples and context come before the text, as turns of the same
    template that the model seems to have answered. There is no system message, which some models' templates refuse.

    about  what decides the messages and what is made of the answers, as JSON values.

    Raises ConfigError for a template that it cannot fill and a language that has no name, InputError for a line of the
    examples' file that is not source, tab, translation.
    """

    def __init__(self, system: ModelSystem) -> None:
        self._template = TEMPLATE if system.prompt is None else system.prompt
        fields = _fields(self._template)
        languages = {"source_language": system.source_language, "target_language": system.target_language}
        self._languages = {field: _name(code) for field, code in languages.items() if field in fields}
        self._examples = [] if system.examples is None else read_examples(system.examples)

    @property
    def about(self) -> Mapping[str, Any]:
        return {
            "version": _VERSION,
            "template": self._template,
            "languages": self._languages,
            "examples": digest(self._examples),
        }

    def messages(self, request: Request) -> list[dict[str, str]]:
        turns = []
        for source, translation in [*self._examples, *request.context]:
            turns += [self._asked(source), {"role": "assistant", "content": translation}]
        return [*turns, self._asked(request.text)]

    def _asked(self, text: str) -> dict[str, str]:
        return {"role": "user", "content": self._template.format(**self._languages, text=text)}


def _fields(template: str) -> set[str]:
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ConfigError(f"the prompt is no template: {error}; write {{{{ and }}}} for braces") from None
    fields = set()
    for _, field, spec, conversion in parsed:
        if field is None:
            continue
        if field not in _FIELDS or spec or conversion:
            raise ConfigError(unknown(f"field {{{field}}} in the prompt", field, _FIELDS))
        fields.add(field)
    if "text" not in fields:
        raise ConfigError("the prompt has no {text}, where the text to translate goes")
    return fields


def _name(code: str) -> str:
    """The English name of a language, "Portuguese (Brazil)" for `pt_BR`; a name stays as it is."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    language, *rest = code.replace("-", "_").split("_")
    if len(language) > 3:
        return code
    short = get_global("language_aliases").get(language.lower(), language)  # NLLB's `ukr_Cyrl` is `uk_Cyrl`
    try:
        name = Locale.parse("_".join([short, *rest])).get_display_name("en")
    except (UnknownLocaleError, ValueError):
        name = Locale("en").languages.get(language.lower())
    if name is None:
        raise ConfigError(f"no name is known for language {code!r}; write a prompt with the name in it")
    return name


def read_examples(path: Path) -> list[tuple[str, str]]:
    """Pairs of source and translation, a line each, with a tab between them.

    Raises InputError, with the line's number, where a line has fewer or more than two columns or a blank one.
    """
    pairs = []
    for number, line in enumerate(read_lines(path).lines, 1):
        columns = line.split("\t")
        if len(columns) != 2 or not all(column.strip() for column in columns):
            found = "a blank column" if len(columns) == 2 else f"{len(columns)} column{'s' * (len(columns) > 1)}"
            raise InputError(
                f"an example has {found}", path=path, line=number, hint="write source, tab, translation in each line"
            )
        pairs.append((columns[0], columns[1]))
    return pairs


_QUOTES = '"“”„‟«»‹›「」『』〝〞'
_QUOTED = regex.compile(rf"(?:\"|“|”|„|«|「|『)([^{_QUOTES}]+)(?:\"|”|“|»|」|』)")
#: Quotation marks, and what else may open speech: a dash, a single mark.
_SOMEONE_SPEAKS = regex.compile(rf"[{_QUOTES}]|^\s*[-–—'‘’‚]")
_FENCED = regex.compile(r"```(?:[\w-]*[ \t]*\n)?((?:(?!```).)*?)\n?```", regex.DOTALL)
_LABEL = regex.compile(
    r"[*#\s]*(?:translation|übersetzung|traducción|traduction|překlad|перевод|переклад|翻译|译文|翻訳|訳文)[*\s]*[:：]",
    regex.IGNORECASE,
)
_BARE_REFUSAL = regex.compile(
    r"i(?:['’]m| am)? (?:cannot|can['’]t|unable to|not able to|won['’]t)"
    r" (?:translate|provide (?:a|the|this) translation)",
    regex.IGNORECASE,
)
#: How a text begins that a refusal may be the translation of: it is sorry, it cannot, or it is a machine.
_SORRY = regex.compile(
    r"\b(?:ai|ki|ia|ии|ші)\b|sorry|apolog|regret|can['’]?t\b|cannot|unable|not able|won['’]t|unfortunately"
    r"|вибач|перепрош|жаль|шкода|не мо[жгћ]|не зм|штучн|извин|прости|сожалени|не смо|искусственн|прабач|не маг|жао"
    r"|съжал|leid|entschuldig|verzeih|kann|siento|lament|disculp|perd[oó]n|no pued|desculp|não (?:posso|consigo)|spiace"
    r"|scus|non poss|désolé|pardon|excus|ne (?:peux|puis)|omlouv|promi[nň]|líto|bohužel|nemoh|nemů|ospravedl|žiaľ"
    r"|nemôž|przepr|przykro|niestety|nie mog|抱歉|对不起|對不起|不能|无法|無法|人工|申し訳|すみません|ごめん|でき|죄송"
    r"|미안|없|آسف|عذر|لا أستطيع|لا يمكن|نمی|üzgün|maalesef|özür",
    regex.IGNORECASE,
)
#: Where in a source `_SORRY` is looked for, in code points, and how much of a refusal a reason tells.
_BEGINNING, _TOLD = 80, 100
_OF_TRANSLATING = regex.compile(
    "translat|übersetz|traduc|tradui|traduz|překl|přelož|przekł|przetłum|перев[оеё]|перекла|翻译|翻譯|译|訳|번역",
    regex.IGNORECASE,
)


def clean(raw: str, source: str) -> tuple[str | None, str | None]:
    """What a chat model's answer has of a translation of `source`, and, where that is none, the reason.

    Removed is only, as often as it is there:
    - reasoning, up to `</think>`;
    - blanks and line ends around the answer (no-break spaces stay);
    - a fence of Markdown around all of it;
    - before it "Here is the translation:" and its kin, or "Translation:", in English and `CHAT_LANGUAGES`: on a line
      that the source has not, or followed by text where the source has fewer colons and does not speak of translating;
    - after it, on a line that the source has not, notes of the translator and offers of more help;
    - quotation marks around all of it, where there is none within it and none, nor a dash at its head, in the source.
    None comes of an answer of which nothing is left, of reasoning without an end, and of one that begins with a
    refusal; but where the source itself begins with an apology, an inability or a machine (in some 20 languages), a
    refusal is taken for its translation.
    """
    text = raw
    if "<think>" not in source and "</think>" not in source:
        text = text.rpartition("</think>")[2]
        if text.lstrip().startswith("<think>"):
            return None, "reasoning without an answer"
    before = None
    while text != before:
        before = text
        text = text.strip(" \t\r\n")
        if (fence := _FENCED.fullmatch(text)) and "```" not in source:
            text = fence[1]
        text = _without_chatter(text, source)
        if (quoted := _QUOTED.fullmatch(text)) and not _SOMEONE_SPEAKS.search(source):
            text = quoted[1].strip()
    if not text.strip():
        return None, "empty answer"
    if _refuses(text) and not _SORRY.search(source[:_BEGINNING]):
        return None, f"refusal: {' '.join(text.split())[:_TOLD]}"
    return text, None


def _without_chatter(text: str, source: str) -> str:
    more_lines = text.count("\n") > source.count("\n")
    more_colons = _colons(text) > _colons(source) and not _OF_TRANSLATING.search(source)
    if label := _LABEL.match(text):
        spans = [label.span()]
    else:
        spans = [match.span() for match in said_by_models(text, *CHAT_LANGUAGES) if match["chatter"] is not None]
    for start, end in spans:
        rest = text[end:].lstrip("*_ ")
        own_line = rest.startswith("\n") or not rest
        if start == 0 and ((own_line and more_lines) or (more_colons and text[end - 1] in ":：")):
            return rest
        if end == len(text) and more_lines and text[:start].rstrip("*_( ").endswith("\n"):
            return text[:start].rstrip("*_( ")
    return text


def _refuses(text: str) -> bool:
    if _BARE_REFUSAL.match(text):
        return True
    said = said_by_models(text, *CHAT_LANGUAGES)
    return any(match["refusal"] is not None and not any(map(str.isalnum, text[: match.start()])) for match in said)


def _colons(text: str) -> int:
    return text.count(":") + text.count("：")
