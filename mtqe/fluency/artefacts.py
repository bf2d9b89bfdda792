"""Rules for what a tool or a chat model left in its output: codes, markup, chatter, refusals, text that breaks off."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import unescape

import regex

from mtqe.fluency.passage import Passage, error_at
from mtqe.languages import language_of
from mtqe.results import ErrorSpan

_ENTITY = regex.compile(r"&(?:amp;)?(?:quot|apos|amp|lt|gt|nbsp|#\d{2,5}|#x[\da-fA-F]{2,5});")
_SPECIAL_TOKEN = regex.compile(
    r"</?s>|<(?:unk|pad|bos|eos|mask|sep|cls)>|\[(?:UNK|PAD|CLS|SEP|MASK)\]|\[/?INST\]|<\|\w+\|>|<0x[\dA-F]{2}>"
    r"|<(?:start|end)_of_turn>|<2[a-z]{2,3}>|>>[a-z]{2,3}<<",
    regex.IGNORECASE,
)
_SUBWORD = regex.compile(r"(?<=\p{L})@@(?=\s|$)|(?<=\s|^)@[-–,.]@(?=\s|$)|▁(?=[\p{L}\p{P}])|(?<=\p{L} )##(?=\p{Ll})|⁇")


def left_over_code(passage: Passage) -> Iterator[ErrorSpan]:
    """Any language: HTML entities, special tokens of a model ("<unk>", "</s>") and marks of subwords ("@@", "▁")."""
    text = passage.text
    if "&" in text:
        for match in _ENTITY.finditer(text):
            meant = unescape(unescape(match.group()))
            yield error_at(*match.span(), "Fluency/Character encoding", "html-entity", 0.9, suggestion=meant)
    if "<" in text or "[" in text:
        for match in _SPECIAL_TOKEN.finditer(text):
            yield error_at(*match.span(), "Design/Markup", "special-token", 0.9, "major")
    if "@" in text or "▁" in text or "##" in text or "⁇" in text:
        for match in _SUBWORD.finditer(text):
            yield error_at(*match.span(), "Design/Markup", "subword-mark", 0.9, "major", "")


_FENCE = regex.compile(r"```\w*")
_MARKDOWN = regex.compile(
    r"^#{1,6} (?=\p{L})|\*\*(?=[^\s*])[^*\n]+\*\*|(?<!\w)__(?=\p{L})[^_\n]+__(?!\w)", regex.MULTILINE
)


def markdown(passage: Passage) -> Iterator[ErrorSpan]:
    """Any language: a fence of Markdown; its headings and bold text are a hint, since the source may have them."""
    text = passage.text
    if "```" in text:
        for match in _FENCE.finditer(text):
            yield error_at(*match.span(), "Design/Markup", "markdown-fence", 0.8, "minor", "")
    if "#" in text or "**" in text or "__" in text:
        for match in _MARKDOWN.finditer(text):
            yield error_at(*match.span(), "Design/Markup", "markdown", 0.4)


_ENGLISH_CHATTER = (
    r"^\W*(?:(?:sure|certainly|of course|absolutely|okay)[!,.]\s+)?(?:here(?:['’]s| is| are)|below is)"
    r" (?:the|your|my|an?) (?:[\w-]+ ){0,4}?translat(?:ion|ed (?:text|version|sentence))s?\b[^.:\n]{0,60}:"
    r"|^the translation (?:of the (?:text|sentence|passage) )?(?:in(?:to)? \w+ )?is(?: as follows)?:"
    r"|^(?:sure|certainly|of course)! (?:here|i['’]d be happy|i can help)\b[^:.!\n]{0,60}[:.!]"
    r"|\(?\bnote: (?:i (?:have )?(?:translated|kept|used|left)|(?:the|this|in this) translation|i['’]ve)\b[^\n]*$"
    r"|\b(?:i hope this helps|let me know if you (?:need|have|would like|['’]d like) (?:any|further"
    r"|more|me to)\b[^.!\n]*)[.!]*$"
)
#: What a chat model says around a translation, by language; the English phrases are looked for in every language.
_CHATTER = {
    "de": (
        r"^(?:(?:gerne?|natürlich|selbstverständlich)[!,.]"
        r" )?hier ist (?:die|eine|deine|ihre) (?:\w+ )?übersetzung\b[^.:\n]{0,60}:"
    ),
    "es": (
        r"^¡?(?:(?:claro|por supuesto)[!,.] )?(?:aquí"
        r" (?:está|tienes|tiene)|esta es) (?:la|una|su|tu) traducción\b[^.:\n]{0,60}:"
    ),
    "fr": r"^(?:(?:bien sûr|certainement)\s?[!,.] )?voici (?:la|une|votre|ta) traduction\b[^.:\n]{0,60}:",
    "cs": r"^(?:(?:jistě|samozřejmě)[!,.] )?(?:zde|tady) je (?:\w+ )?překlad\b[^.:\n]{0,60}:",
    "ru": r"^(?:конечно[!,.] )?вот (?:\w+ )?перевод\b[^.:\n]{0,60}:",
    "uk": r"^(?:(?:звичайно|звісно)[!,.] )?ось (?:\w+ )?переклад\b[^.:\n]{0,60}:",
    "zh": r"^(?:当然(?:可以)?[！，。!,]\s?)?(?:以下|下面|这)是[^。：:\n]{0,15}(?:翻译|译文)[^。：:\n]{0,10}[：:]",
    "ja": (
        r"^(?:もちろんです[。！]|はい、)?(?:以下|こちら)(?:が|は)"
        r"[^。：:\n]{0,20}(?:翻訳|訳文)(?:です|になります)?[。：:]"
    ),
}
_ENGLISH_REFUSAL = (
    r"\b(?:(?:i['’]m|i am) (?:very )?sorry|i apologi[sz]e|sorry"
    r"|unfortunately),? (?:but )?i (?:can['’]t|cannot|am unable to"
    r"|am not able to|['’]m unable to|won['’]t) (?:translate|provide (?:a|the|this|that) translation"
    r"|assist with (?:that|this|your)"
    r"|fulfil+ (?:that|this|your)|comply with (?:that|this|your))\b[^.!\n]*"
    r"|\bas an ai (?:language )?(?:model|assistant)\b[^.!\n]*"
    r"|^i (?:can['’]t|cannot) (?:assist with (?:that|this)|fulfil+ (?:that|this|your)"
    r"|help with (?:that|this) request)\b[^.!\n]*"
)
_REFUSALS = {
    "de": r"^(?:es )?tut mir leid, (?:aber )?ich kann [^.\n]{0,60}nicht (?:übersetzen|erfüllen|bearbeiten)",
    "es": r"^lo siento, pero no puedo (?:traducir|ayudarte con es[ao]|cumplir con)",
    "fr": r"^(?:je suis )?désolée?, (?:mais )?je ne peux pas (?:traduire|répondre à cette demande)",
    "cs": r"^(?:omlouvám se|je mi líto), ale (?:nemohu|nemůžu) (?:přeložit|tento požadavek)",
    "ru": r"^(?:извините|к сожалению|простите), (?:но )?я не могу (?:перевести|выполнить (?:этот|ваш) запрос)",
    "uk": r"^(?:вибачте|на жаль|перепрошую), (?:але )?я не можу (?:перекласти|виконати (?:цей|ваш) запит)",
    "zh": r"^(?:很?抱歉|对不起)，?(?:但)?我(?:无法|不能)(?:翻译|提供[^。]{0,10}翻译|满足[^。]{0,6}要求)",
    "ja": r"^申し訳(?:ありません|ございません)が、[^。\n]{0,30}(?:翻訳|ご要望にお応え)(?:でき|することが?でき)",
}


#: One of these stands in every phrase above.
_CLUES = (
    *("translat", "sure!", "certainly!", "of course!", "note: ", "i hope this", "let me know", "an ai "),
    *("assist with", "fulfil", "comply with", "request", "überset", "erfüllen", "bearbeiten"),
    *("traduc", "no puedo", "ne peux", "překlad", "přelož", "požadavek", "перев", "перек", "запит", "запрос"),
    *("翻译", "译文", "翻訳", "訳文", "要求", "要望"),
)
#: The languages that have phrases of their own.
CHAT_LANGUAGES = tuple(_CHATTER)


@lru_cache(maxsize=64)
def _phrases(languages: tuple[str, ...]) -> regex.Pattern[str]:
    def either(english: str, own: dict[str, str]) -> str:
        return "|".join([english, *(own[language] for language in languages if language in own)])

    chatter, refusal = either(_ENGLISH_CHATTER, _CHATTER), either(_ENGLISH_REFUSAL, _REFUSALS)
    return regex.compile(f"(?P<refusal>{refusal})|(?P<chatter>{chatter})", regex.IGNORECASE)


def said_by_models(text: str, *languages: str) -> Iterator[regex.Match[str]]:
    """What a chat model says about its work, in English and `languages`: the group `refusal` or `chatter` is there."""
    lowered = text.lower()
    if any(clue in lowered for clue in _CLUES):
        yield from _phrases(languages).finditer(text)


def model_chatter(passage: Passage) -> Iterator[ErrorSpan]:
    """What a chat model says about its work ("Here is the translation:"), and its refusals.

    In any language what is said in English, besides Czech, German, Spanish, French, Japanese, Russian, Ukrainian and
    Chinese phrases in texts of these languages.
    """
    for match in said_by_models(passage.text, language_of(passage.language)):
        if match["refusal"] is not None:
            yield error_at(*match.span(), "Non-translation", "refusal", 0.9, "critical")
        else:
            yield error_at(*match.span(), "Accuracy/Addition", "model-chatter", 0.9, "major", "")


#: Words after which no sentence and no heading ends.
_GOES_ON = {
    "en": {"the", "a", "an", "and", "my", "your", "their", "our", "whose", "because", "although", "every", "than"},
    "de": {"und", "dass", "einen", "einem", "eines", "des", "weil", "sowie", "zur", "zum", "vom"},
    "es": {"el", "los", "las", "y", "de", "del", "al", "con", "su", "sus"},
    "fr": {"le", "les", "des", "du", "de", "et", "au", "aux", "leur", "ses"},
    "it": {"il", "gli", "di", "del", "della", "dei", "e", "con"},
    "pt": {"os", "e", "de", "do", "da", "dos", "das", "com"},
    "cs": {"a", "že", "protože", "aby", "v", "ve", "z", "ze", "s", "k"},
    "ru": {"и", "в", "с", "к", "из", "от", "для", "без", "на", "чтобы"},
    "uk": {"і", "й", "та", "в", "у", "з", "із", "від", "для", "без", "на", "щоб"},
}
_BROKEN_OFF = regex.compile(r"(?:(?<=\s)(\p{Ll}+)|(?<=\p{L})[-‐,，、])\s*$")


def broken_off(passage: Passage) -> Iterator[ErrorSpan]:
    """A text that ends in a word that another must follow; one that ends in a comma or hyphen is a hint.

    Words of Czech, English, French, German, Italian, Portuguese, Russian, Spanish and Ukrainian; marks of any
    language. Texts of less than eight words may be titles or labels and are left alone.
    """
    match = _BROKEN_OFF.search(passage.text, max(0, len(passage.text) - 40))
    if match is None or (match[1] and match[1] not in _GOES_ON.get(language_of(passage.language), ())):
        return
    if match[1] is None or len(passage.words) < 8:
        yield error_at(match.start(), len(passage.text.rstrip()), "Design/Truncation", "broken-off", 0.4)
    else:
        yield error_at(*match.span(1), "Design/Truncation", "broken-off", 0.6, "major")
