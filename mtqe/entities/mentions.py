"""Names in running text: tokens, a truecaser that tells names from sentence-initial words, and the names they form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from mtqe.entities.forms import plain, without_possessive, word_set
from mtqe.entities.knowledge import frequency, identities, is_common_word, is_country_word, is_demonym
from mtqe.entities.numbers import Number
from mtqe.text import language_of

#: A designation (S-400, Covid-19), a dotted acronym, or a word; hyphens separate words, so that either spelling of a
#: compound gives the same tokens.
_TOKEN = regex.compile(
    r"(?P<code>\p{Lu}\p{L}*[-‑]?\p{Nd}[\p{L}\p{Nd}]*)|(?:\p{Lu}\.){2,}|[\p{L}\p{M}]+(?:['’ʼ][\p{L}\p{M}]+)*['’]?"
)
#: What stands before a word whose capital may be due to its place: a sentence's end (no abbreviation's point), a
#: colon, a bullet, an opening quote or bracket.
_ABBREVIATIONS = "Mr|Mrs|Ms|Dr|Prof|St|Gen|Lt|Col|Sgt|Capt|Sen|Rep|Gov|No|vs"
_QUOTED_NAME = r"\p{Lu}\p{Ll}+(?:\s\p{Lu}\p{Ll}+)?[\"”»’]"
_INITIAL = regex.compile(
    rf"(?:^|\n|(?<!\b(?:{_ABBREVIATIONS}|\p{{Lu}}))\.[\"'”’)»]*\s|[!?…:;][\"'”’)»]*\s|(?:^|\s)[-–—•*|]\s"
    rf"|[\"“„«‘(\[](?!{_QUOTED_NAME}))"
    r"[\"'“”‘’«„(\[–—-]*\s*"
)
_LINK = regex.compile(r"[\s\-‑.]{0,2}|\s(?:of|for|de|da|del|di|du|van|von|der|den|bin|ben|al|el)(?:\sthe)?\s")
_CONJUNCTION = regex.compile(r"\s(?:and|&)\s")
_PRONOUN = regex.compile(r"I(?:['’]\p{L}+)?")
_SHORT_FORMS = {"st": "saint", "mt": "mount", "dr": "doctor", "prof": "professor", "tvs": "tv"}
_FOREIGN = {"Latin": regex.compile(r"[^\P{L}\p{Latin}]+"), "Cyrillic": regex.compile(r"[^\P{L}\p{Cyrillic}\p{Latin}]+")}
_CYRILLIC_LANGUAGES = frozenset(["ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn"])
_OTHER_SCRIPTS = word_set("zh ja ko ar fa ur he hi bn ta te th ka hy el km")

#: Titles and ranks in front of a person's name.
TITLES = word_set(
    """
    mr mrs ms miss dr doctor prof professor sir lady lord president premier prime minister chancellor king
    queen prince princess duke duchess pope bishop archbishop cardinal father sister general colonel major
    captain lieutenant sergeant admiral marshal commander senator governor mayor judge justice secretary
    deputy vice chairman chairwoman chief director ceo head coach ambassador spokesman spokeswoman congressman
    congresswoman representative rep sen gen lt col comrade foreign state
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


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text without its possessive, at code points `[start, end)`; `form` is what it is compared by.

    `role` is `word` (not capitalised, or only because it begins a sentence), `common` (a capitalised common word, as
    in titles of organisations) or `proper`.
    """

    text: str
    start: int
    end: int
    form: str
    role: str
    initial: bool

    @property
    def acronym(self) -> bool:
        return len(self.form) > 1 and self.text.isupper()

    @property
    def code(self) -> bool:
        return any(c.isdigit() for c in self.form)


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words that names one thing; `tokens` are indices into the text's tokens."""

    start: int
    end: int
    tokens: tuple[int, ...]
    type: str


class Truecaser:
    """Which words are written with a capital inside a sentence, counted over the given texts."""

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self.language = language_of(language)
        self._capital: Counter[str] = Counter()
        self._lower: Counter[str] = Counter()
        for text in texts:
            if _is_headline(text):
                continue
            initials = _initials(text)
            for match in _TOKEN.finditer(text):
                word = without_possessive(match.group())
                if word[0].islower():
                    self._lower[word] += 1
                elif not word.isupper() and match.start() not in initials:
                    self._capital[word.lower()] += 1

    def role(self, word: str, initial: bool) -> str:
        """The role of one word; see `Token`."""
        if not word[0].isupper():
            return "word"
        lower = word.lower()
        capital, low = self._capital[lower], self._lower[lower]
        common = (low > 0 and low >= capital) or (capital < 10 + 10 * low and is_common_word(lower, self.language))
        if not initial:
            return "common" if common else "proper"
        if common or len(word) == 1:
            return "word"
        known = capital > 0 or frequency(lower, self.language) < 3.0 or self._is_place(lower)
        return "proper" if known and frequency(lower, self.language) < 5.5 else "word"

    def _is_place(self, lower: str) -> bool:
        form = plain(lower)
        return is_country_word(form) or (frequency(lower, self.language) < 5.0 and bool(identities(form)))


def tokenise(text: str, truecaser: Truecaser, numbers: Sequence[Number] = ()) -> list[Token]:
    """The tokens of a text; words within one of its numbers (July, USD, PM) are no names."""
    taken = {offset for number in numbers for offset in range(number.start, number.end)}
    headline, shouting = _is_headline(text), sum(c.isupper() for c in text) > sum(c.islower() for c in text)
    initials, found = _initials(text), []
    for match in _TOKEN.finditer(text):
        word = without_possessive(match.group())
        initial = headline or shouting or match.start() in initials
        if match.start() in taken or _PRONOUN.fullmatch(word):
            role = "word"
        elif match["code"] or _is_acronym(word, shouting):
            role = "proper"
        else:
            role = truecaser.role(word, initial)
        form = plain(word)
        form = _SHORT_FORMS.get(form, form) if word[0].isupper() else form
        found.append(Token(word, match.start(), match.start() + len(word), form, role, initial))
    return found


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
            names.append(Name(start, end, tuple(part), _type([tokens[i] for i in part], text, start)))
    return names


def foreign_letters(text: str, language: str) -> list[tuple[int, int]]:
    """Runs of letters in a script that the language is not written in (none are known of unlisted languages)."""
    code = language_of(language)
    if code in _OTHER_SCRIPTS:
        return []
    script = "Cyrillic" if code in _CYRILLIC_LANGUAGES else "Latin"
    return [match.span() for match in _FOREIGN[script].finditer(text)]


def _joined(text: str, tokens: list[Token], a: int, b: int) -> bool:
    gap = text[tokens[a].end : tokens[b].start]
    if _LINK.fullmatch(gap):
        return not (tokens[b].initial and gap.startswith("."))
    both_common = tokens[a].role == tokens[b].role == "common"
    return bool(both_common and _CONJUNCTION.fullmatch(gap))


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
    if identities(phrase):
        return "place"
    if len(tokens) in (2, 3) and all(token.role == "proper" and not token.code for token in tokens):
        return "place" if any(is_country_word(form) for form in forms) else "person"
    return "other"


def _is_acronym(word: str, shouting: bool) -> bool:
    letters = word.replace(".", "")
    return not shouting and 2 <= len(letters) <= 6 and letters.isupper()


def _initials(text: str) -> frozenset[int]:
    """Offsets at which a capital may be due to the place of the word."""
    return frozenset(match.end() for match in _INITIAL.finditer(text))


def _is_headline(text: str) -> bool:
    """Whether most longer words have a capital, so that capitals say nothing."""
    words = [match.group() for match in _TOKEN.finditer(text)][1:]
    longer = [word for word in words if len(word) > 3]
    return len(longer) >= 5 and sum(word[0].isupper() for word in longer) > 0.75 * len(longer)
