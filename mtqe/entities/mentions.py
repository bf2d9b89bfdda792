"""Names in running text: tokens, a truecaser that tells names from sentence-initial words, and the names they form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import regex

from mtqe.entities.forms import plain, without_possessive, word_set
from mtqe.entities.knowledge.places import identities, is_country_word, is_demonym
from mtqe.entities.knowledge.vocabulary import frequency, is_common_word, is_international
from mtqe.entities.numbers.find import Number
from mtqe.languages import language_of

#: A designation (S-400, Covid-19), a dotted acronym, or a word; hyphens separate words, so that either spelling of a
#: compound gives the same tokens.
_TOKEN = regex.compile(
    r"\p{Lu}\p{L}*[-‐‑–−]?\p{Nd}[\p{L}\p{Nd}]*|(?:\p{Lu}\.){2,}|[\p{L}\p{M}]+(?:['’ʼ][\p{L}\p{M}]+)*['’]?"
)
_ASCII_TOKEN = re.compile(r"[A-Z][A-Za-z]*-?[0-9][A-Za-z0-9]*|(?:[A-Z]\.){2,}|[A-Za-z]+(?:'[A-Za-z]+)*'?")
#: What stands before a word whose capital may be due to its place: a sentence's end (no abbreviation's point), a
#: colon, a bullet, an opening quote or bracket.
_ABBREVIATIONS = "Mr|Mrs|Ms|Dr|Prof|St|Gen|Lt|Col|Sgt|Capt|Sen|Rep|Gov|No|vs"
_QUOTED_NAME = r"\p{Lu}\p{Ll}+(?:\s\p{Lu}\p{Ll}+)?[\"”»’]"
_INITIAL = regex.compile(
    rf"(?:^|\n|(?<!\b(?:{_ABBREVIATIONS}|\p{{Lu}}))\.[\"'”’)»]*\s|[!?…:;][\"'”’)»]*\s|(?:^|\s)[-–—•*|]\s"
    rf"|[\"“„«‘(\[](?!{_QUOTED_NAME}))"
    r"[\"'“”‘’«„(\[–—-]*\s*"
)
_LINK = regex.compile(
    r"[\s\-‑.]{0,2}|\s(?:de|da|del|della|di|du|des|la|le|van|von|der|den|zu|bin|ben|al|el)(?:\s(?:la|der|den))?\s"
)
#: Joins the name of an institution or a kind of place with what it is of, but no person with what follows.
_OF = regex.compile(r"\s(?:of|for)(?:\sthe)?\s")
_CONJUNCTION = regex.compile(r"\s(?:and|&)\s")
_PLURAL_ACRONYM = regex.compile(r"\p{Lu}{2,}s")
#: Capitals with a small letter among them: AfD, GmbH.
_ACRONYM = regex.compile(r"\p{Lu}{1,3}\p{Ll}\p{Lu}{1,3}")
_PRONOUN = regex.compile(r"I(?:['’]\p{L}+)?")
_WIDEST_LINK = len(" della der ")
_LONGEST_ACRONYM = 6
_SHORT_FORMS = {"st": "saint", "mt": "mount", "dr": "doctor", "prof": "professor"}
#: Letters of other scripts; some are of none (ʼ).
_FOREIGN = {
    "Latin": regex.compile(r"[^\P{L}\p{Latin}\p{Common}\p{Inherited}]+"),
    "Cyrillic": regex.compile(r"[^\P{L}\p{Cyrillic}\p{Latin}\p{Common}\p{Inherited}]+"),
}
_CYRILLIC_LANGUAGES = frozenset(["ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn"])
_OTHER_SCRIPTS = word_set("zh ja ko ar fa ur he hi bn ta te th ka hy el km")

#: Titles and ranks in front of a person's name.
TITLES = word_set(
    """
    mr mrs ms miss dr doctor prof professor sir lady lord president premier prime minister chancellor king
    queen prince princess duke duchess pope bishop archbishop cardinal father sister general colonel major
    captain lieutenant sergeant admiral marshal commander senator governor mayor judge justice secretary
    deputy vice chairman chairwoman chief director ceo head coach ambassador spokesman spokeswoman congressman
    congresswoman representative rep sen gen lt col capt sgt brig brigadier corporal commodore comrade foreign state
    """
)
#: Words that make a name the name of an organisation.
ORGANISATIONS = word_set(
    """
    ministry committee commission council agency bank university institute academy college school party union
    league association federation organisation organization corps army force forces navy legion regiment
    brigade fleet company corporation group holding holdings inc ltd llc club team fund foundation centre
    center office department bureau service police court parliament senate congress assembly government times
    post news press agency newspaper television tv radio channel media airlines hospital museum church society
    board authority administration cabinet embassy consulate trust
    """
)


class Word(NamedTuple):
    """What a word is by its letters: without its possessive, in lower case, and the `form` that it is compared by.

    `capital` says that it has one, also inside (iPhone).
    """

    text: str
    lower: str
    form: str
    capital: bool
    acronym: bool
    code: bool


class Token(NamedTuple):
    """A word of a text at code points `[start, end)`.

    `role` is `word` (not capitalised, or only because it begins a sentence), `common` (a capitalised common word, as
    in titles of organisations) or `proper`; `initial` says that a capital may be due to the place of the word.
    """

    text: str
    start: int
    end: int
    form: str
    role: str
    initial: bool
    capital: bool
    acronym: bool
    code: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words that names one thing; `tokens` are indices into the text's tokens."""

    start: int
    end: int
    tokens: tuple[int, ...]
    type: str


class Scan(NamedTuple):
    """The words of a text, where they start, and at which of those a capital may be due to the place of the word.

    `capitals` are the indices of the words that have one.
    """

    words: Sequence[Word]
    starts: Sequence[int]
    capitals: Sequence[int]
    initials: frozenset[int]
    shouting: bool


def scan(text: str) -> Scan:
    words: list[Word] = []
    starts: list[int] = []
    capitals: list[int] = []
    initials: list[int] = []
    end = past = 0
    for written in (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text):
        word, start = _word(written), text.index(written, past)
        if word.capital:
            capitals.append(len(words))
            if text[end:start] != " " and _is_initial(text, end, start):
                initials.append(start)
        words.append(word)
        starts.append(start)
        end, past = start + len(word.text), start + len(written)
    initial = frozenset(starts if _is_headline(words) else initials)
    return Scan(words, starts, capitals, initial, _is_shouting(words))


@lru_cache(maxsize=1 << 16)
def _word(text: str) -> Word:
    text = without_possessive(text) or text  # a letter-like apostrophe alone
    singular = text[:-1] if _PLURAL_ACRONYM.fullmatch(text) else text
    form = plain(singular)
    form = _SHORT_FORMS.get(form, form) if text[0].isupper() else form
    code = any(c.isdigit() for c in form)
    lower = text.lower()
    acronym = len(form) > 1 and (singular.isupper() or _ACRONYM.fullmatch(text) is not None)
    return Word(text, lower, form, text != lower, acronym, code)


class Truecaser:
    """Which words are written with a capital inside a sentence, counted over the given texts."""

    def __init__(self, scans: Iterable[Scan], language: str) -> None:
        self.language = language_of(language)
        self._capital: Counter[str] = Counter()
        self._lower: Counter[str] = Counter()
        self._roles: dict[tuple[str, bool], str] = {}
        scans = [found for found in scans if len(found.initials) < len(found.words)]
        self._lower.update(word.text for found in scans for word in found.words if not word.capital)
        self._capital.update(
            found.words[i].lower
            for found in scans
            for i in found.capitals
            if found.starts[i] not in found.initials and not found.words[i].text.isupper()
        )

    def role(self, word: Word, initial: bool) -> str:
        """The role of one word; see `Token`."""
        if not word.capital:
            return "word"
        key = (word.text, initial)
        if key not in self._roles:
            self._roles[key] = self._role(word.lower, initial)
        return self._roles[key]

    def _role(self, lower: str, initial: bool) -> str:
        capital, low = self._capital[lower], self._lower[lower]
        common = (low > 0 and low >= capital) or (capital < 10 + 10 * low and is_common_word(lower, self.language))
        if common and self.language == "de":  # every noun has a capital
            return "word"
        if not initial:
            return "common" if common else "proper"
        if common or len(lower) == 1:
            return "word"
        known = (
            capital > 0
            or frequency(lower, self.language) < 3.0
            or self._is_place(lower)
            or is_international(lower, self.language)
        )
        return "proper" if known and frequency(lower, self.language) < 5.5 else "word"

    def _is_place(self, lower: str) -> bool:
        form = plain(lower)
        return is_country_word(form) or (frequency(lower, self.language) < 5.0 and bool(identities(form)))


def tokenise(found: Scan, truecaser: Truecaser, numbers: Sequence[Number] = ()) -> list[Token]:
    """The tokens of a text; words within one of its numbers (July, USD, PM) are no names."""
    return tokens_of(found, roles(found, truecaser, numbers))


def roles(found: Scan, truecaser: Truecaser, numbers: Sequence[Number] = ()) -> tuple[str, ...]:
    """The roles of the words of a text: with the scan all that its tokens depend on."""
    taken = {offset for number in numbers for offset in range(number.start, number.end)}
    words, starts, shouting = found.words, found.starts, found.shouting
    roles = ["word"] * len(words)
    for i in found.capitals:
        text, _, _, _, acronym, code = word = words[i]
        if starts[i] in taken or (text[0] == "I" and _PRONOUN.fullmatch(text)):
            continue
        if code or (acronym and not shouting and len(text.replace(".", "")) <= _LONGEST_ACRONYM):
            roles[i] = "proper"
        else:
            roles[i] = truecaser.role(word, shouting or starts[i] in found.initials)
    return tuple(roles)


def tokens_of(found: Scan, roles: Sequence[str]) -> list[Token]:
    initials, shouting = found.initials, found.shouting
    return [
        Token(text, start, start + len(text), form, role, shouting or start in initials, capital, acronym, code)
        for (text, _, form, capital, acronym, code), start, role in zip(found.words, found.starts, roles, strict=True)
    ]


def find_names(text: str, tokens: list[Token]) -> list[Name]:
    """Runs of proper and capitalised common words, joined over hyphens and words such as `of`, titles apart."""
    runs: list[list[int]] = []
    for i, token in enumerate(tokens):
        if token.role == "word":
            continue
        if runs and _joined(text, tokens, runs[-1][-1], i):
            runs[-1].append(i)
        else:
            runs.append([i])
    names = []
    for run in runs:
        for part in _split_titles(run, tokens):
            start, end = tokens[part[0]].start, tokens[part[-1]].end
            type_ = _type([tokens[i] for i in part], text, start)
            last = part[-1] + 1
            if type_ == "person" and len(part) > 1 and last < len(tokens) and _hangs(text, end, tokens[last]):
                part, end = [*part, last], tokens[last].end
            names.append(Name(start, end, tuple(part), type_))
    return names


def foreign_letters(text: str, language: str) -> list[tuple[int, int]]:
    """Runs of letters in a script that the language is not written in (none are known of unlisted languages)."""
    if text.isascii():
        return []
    code = language_of(language)
    if code in _OTHER_SCRIPTS:
        return []
    script = "Cyrillic" if code in _CYRILLIC_LANGUAGES else "Latin"
    return [match.span() for match in _FOREIGN[script].finditer(text)]


def _joined(text: str, tokens: list[Token], a: int, b: int) -> bool:
    gap = text[tokens[a].end : tokens[b].start]
    if gap == " ":
        return True
    if len(gap) > _WIDEST_LINK:
        return False
    if _LINK.fullmatch(gap):
        return not (tokens[b].initial and gap.startswith("."))
    if _OF.fullmatch(gap):
        return tokens[a].role == "common" or tokens[a].acronym
    both_common = tokens[a].role == tokens[b].role == "common"
    return bool(both_common and _CONJUNCTION.fullmatch(gap))


def _hangs(text: str, end: int, following: Token) -> bool:
    """Whether a word in lower case is joined by a hyphen to the one that ends there (Kim Jong-un)."""
    return not following.capital and following.start == end + 1 and text[end] in "-‑"


def _split_titles(run: list[int], tokens: list[Token]) -> list[list[int]]:
    """A title stands apart from the name that it introduces (President | Liz Smith), except within other words."""
    size = 0
    while size < len(run) and tokens[run[size]].form in TITLES:
        size += 1
    rest = run[size:]
    names_person = rest and all(tokens[i].role == "proper" for i in rest)
    return [run[:size], rest] if size and names_person else [run]


def _type(tokens: list[Token], text: str, start: int) -> str:
    forms = [token.form for token in tokens]
    phrase = "".join(forms)
    if set(forms) <= TITLES:
        return "title"
    if ORGANISATIONS & set(forms):
        return "organisation"
    before = text[:start].rstrip(" .").rpartition(" ")[2]
    if plain(before) in TITLES - {"state", "foreign"} and tokens[0].role == "proper":
        return "person"
    if is_country_word(phrase):
        return "group" if is_demonym(phrase) else "place"
    if any(token.acronym for token in tokens):
        return "organisation"
    if identities(phrase) and any(token.role == "proper" for token in tokens):
        return "place"
    if len(tokens) in (2, 3) and all(token.role == "proper" and not token.code for token in tokens):
        return "place" if any(is_country_word(form) for form in forms) else "person"
    return "other"


def _is_initial(text: str, end: int, start: int) -> bool:
    """Whether a capital at `start` may be due to what stands between it and the word that ends at `end`."""
    for match in _INITIAL.finditer(text, end):
        if match.end() >= start:
            return match.end() == start
    return False


def _is_headline(words: Sequence[Word]) -> bool:
    """Whether most longer words have a capital, so that capitals say nothing."""
    longer = [word.capital for word in words[1:] if len(word.text) > 3]
    return len(longer) >= 5 and sum(longer) > 0.75 * len(longer)


def _is_shouting(words: Sequence[Word]) -> bool:
    """Whether most letters are capitals."""
    shouted = sum(len(word.text) for word in words if word.acronym)
    return shouted > 0 and 2 * shouted > sum(len(word.text) for word in words)
