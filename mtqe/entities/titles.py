"""Titles, ranks and roles in an English text, in any case: before a name, behind it, or alone.

A title ends in a word of a closed list, before which stands what says which it is (deputy, senior, foreign).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mtqe.entities.forms import american, word_set
from mtqe.entities.mentions import Token


def _senses(text: str) -> dict[str, frozenset[str]]:
    """A word's senses, of lines that each have a sense and the words that have it."""
    found: dict[str, set[str]] = {}
    for line in text.strip().splitlines():
        sense, words = line.split(":")
        for word in words.split():
            found.setdefault(word, set()).add(sense.strip())
    return {word: frozenset(senses) for word, senses in found.items()}


#: What the last word of a title may mean; titles of which the senses overlap may be one.
HEADS = _senses(
    """
    lead: head chief leader boss superior
    executive: director manager ceo executive president chair chairman chairwoman chairperson head chief boss principal
    executive: representative
    chair: chair chairman chairwoman chairperson president speaker
    president: president
    premier: premier chair chairman chairwoman
    chancellor: chancellor
    minister: minister
    secretary: secretary
    governor: governor gov voivode
    mayor: mayor burgomaster
    ambassador: ambassador envoy representative rep
    consul: consul
    commissioner: commissioner commissar ombudsman
    administrator: administrator
    spokesman: spokesman spokeswoman spokesperson speaker
    legislator: senator sen congressman congresswoman representative rep mp lawmaker legislator parliamentarian deputy
    legislator: delegate
    councillor: councillor councilor councilman councilwoman
    king: king
    queen: queen
    emperor: emperor tsar czar
    prince: prince duke
    princess: princess duchess
    count: count earl
    countess: countess
    baron: baron
    baroness: baroness
    pope: pope pontiff
    patriarch: patriarch
    cardinal: cardinal
    archbishop: archbishop
    bishop: bishop
    metropolitan: metropolitan
    priest: priest pastor vicar reverend chaplain
    rabbi: rabbi
    imam: imam
    mufti: mufti
    abbot: abbot
    judge: judge justice magistrate
    prosecutor: prosecutor attorney
    lawyer: lawyer attorney solicitor barrister
    professor: professor
    lecturer: lecturer
    rector: rector chancellor president
    dean: dean
    student: student postgraduate
    researcher: researcher scientist
    physician: physician surgeon
    nurse: nurse paramedic
    marshal: marshal
    general: general gen
    admiral: admiral
    commodore: commodore
    colonel: colonel col
    major: major
    captain: captain capt skipper
    lieutenant: lieutenant lt
    ensign: ensign
    sergeant: sergeant sgt
    corporal: corporal
    brigadier: brigadier brig
    officer: officer
    commander: commander commandant chief general admiral sheriff
    inspector: inspector superintendent constable detective
    sheriff: sheriff
    hetman: hetman
    ataman: ataman
    firefighter: firefighter fireman
    forester: forester ranger
    coach: coach trainer manager director
    footballer: representative striker midfielder defender goalkeeper
    referee: referee umpire
    engineer: engineer
    mechanic: mechanic
    driver: driver pilot
    editor: editor
    accountant: accountant
    dispatcher: dispatcher
    journalist: journalist reporter correspondent
    artist: artist
    """
)
#: Military ranks: each of them, or a word before it, makes another of a title.
RANKS = word_set(
    "marshal general admiral commodore colonel major captain lieutenant ensign sergeant corporal brigadier officer"
)
_SHORT_RANKS = {"lt": "lieutenant", "col": "colonel", "gen": "general", "brig": "brigadier", "sgt": "sergeant"}
#: Words before a head by which the title is another, with one form for those that say the same.
GRADES = {
    word: line.split()[0]
    for line in """
    deputy vice assistant associate co
    chief head main principal general
    senior leading
    honoured honored merited distinguished honorary
    acting interim caretaker
    junior
    staff
    master
    warrant
    petty
    first
    second
    third
    lance
    under
    people
    retired
    reserve
    """.strip().splitlines()
    for word in line.split()
}
#: Fields of a ministry, and the words that name them.
FIELDS = {
    word: line.split()[0]
    for line in """
    economy economic economics
    finance finances financial treasury exchequer
    trade commerce
    defence defense
    interior internal home
    foreign external
    health healthcare
    environment environmental ecology ecological
    education
    science
    culture cultural
    sport sports
    justice
    energy
    transport transportation
    agriculture agricultural farming
    labour labor employment
    industry industrial
    tourism
    infrastructure
    intelligence
    prime
    state
    """.strip().splitlines()
    for word in line.split()
}
#: Institutions that are told by their fields alone, which are compared as titles are.
MINISTRIES = word_set("ministry department")
_HEAD_FORMS = MINISTRIES | HEADS.keys() | {f"{word}s" for word in HEADS}
#: Words before a head that say little about which title it is.
_WITHIN = word_set(
    """
    former ex then late outgoing incoming incumbent current new federal national regional district city municipal
    provincial local supreme executive police army navy naval military fire press grand crown private
    """
)
#: Words behind a head that belong to it: of Foreign Affairs, in the reserve, of staff, in chief.
_BEHIND = word_set("affairs reserve staff chief")
#: Officers whose rank is told; others may have any.
_OFFICERS = word_set("petty warrant")
#: Words that are a title only before a name, or where no noun follows (deputy epidemiologist, major problem).
_AMBIGUOUS = word_set("deputy justice major general count chief head")
_AFTER = word_set("of for in at from with by who whose and or but is was has had will would said says told to")
_LINKS = word_set("of for in")
ARTICLES = word_set("the a an")
#: Titles of courtesy between another and a name.
COURTESY = word_set("mr mrs ms doctor professor sir")
_JOINTS = frozenset([" ", "-", "‑", ". "])
_TO_NAME = frozenset([" ", ", ", ". "])
_LONGEST_TAIL = 4
#: The words at most between the comma behind a name and its title, and of what a title is of before a name.
_BETWEEN, _LONGEST_OF = 4, 6


class Title(NamedTuple):
    """A title at tokens `[first, last]` with its head at `head`.

    `grades` are the words that say which of several it is, `fields` those of its office. `name` is the first word of
    the name behind it or behind what it is of, or the last of the one before it, None where it stands alone.
    """

    first: int
    head: int
    last: int
    senses: frozenset[str]
    grades: frozenset[str]
    fields: frozenset[str]
    name: int | None

    @property
    def is_ministry(self) -> bool:
        return "ministry" in self.senses


def find_titles(text: str, tokens: Sequence[Token]) -> list[Title]:
    """The titles of a text in order, and its ministries, which have the sense `ministry`."""
    titles: list[Title] = []
    past = 0
    for i, token in enumerate(tokens):
        if token.form in _HEAD_FORMS and i >= past and _is_head(text, tokens, i):
            titles.append(_title(text, tokens, i, past))
            past = titles[-1].last + 1
    return titles


@lru_cache(maxsize=1 << 12)
def meaning(form: str) -> str:
    """A key that words share that say the same within a title."""
    return FIELDS.get(form) or GRADES.get(form) or american(_singular(form))


def is_known(form: str) -> bool:
    """Whether we know what a word means within a title."""
    return form in GRADES or form in FIELDS or form in _WITHIN or may_end_title(form)


def adjoin(text: str, tokens: Sequence[Token], i: int) -> bool:
    """Whether nothing but a space or a hyphen parts a word from the next."""
    return text[tokens[i].end : tokens[i + 1].start] in _JOINTS


@lru_cache(maxsize=1 << 12)
def _singular(form: str) -> str:
    return form[:-1] if form[-1:] == "s" and form[:-1] in HEADS else form


def may_end_title(form: str) -> bool:
    """Whether a word may be the head of a title, or a ministry."""
    return form in _HEAD_FORMS


def _is_head(text: str, tokens: Sequence[Token], i: int) -> bool:
    form = _singular(tokens[i].form)
    if form == "officer":
        return i > 0 and tokens[i - 1].form in _OFFICERS
    if form not in _AMBIGUOUS or i + 1 == len(tokens) or not adjoin(text, tokens, i):
        return True
    after = tokens[i + 1]
    return after.role == "proper" or after.form in _AFTER or may_end_title(after.form)


def _title(text: str, tokens: Sequence[Token], head: int, past: int) -> Title:
    """The title around the word `head`, of which nothing stands before `past`."""
    first = head
    while head + 1 < len(tokens) and adjoin(text, tokens, head) and may_end_title(tokens[head + 1].form):
        head += 1
    while first > past and adjoin(text, tokens, first - 1) and is_known(tokens[first - 1].form):
        first -= 1
    last = _tail(text, tokens, head)
    before = [tokens[k].form for k in range(first, head)]
    behind = [tokens[k].form for k in range(head + 1, last + 1)]
    fields = {FIELDS[form] for form in (*before, *behind) if form in FIELDS}
    grades = {GRADES[form] for form in (*before, *behind) if form in GRADES}
    grades |= {form for word in before if (form := _SHORT_RANKS.get(word, word)) in RANKS}
    form = _singular(tokens[head].form)
    if "lieutenant" in grades and _SHORT_RANKS.get(form, form) not in RANKS:  # lieutenant governor
        grades = grades - {"lieutenant"} | {"deputy"}
    senses = _sense(form, before, behind, fields)
    if "premier" in senses:
        fields.discard("prime")
    return Title(first, head, last, senses, frozenset(grades), frozenset(fields), _name(text, tokens, first, last))


def _sense(head: str, before: Sequence[str], behind: Sequence[str], fields: set[str]) -> frozenset[str]:
    """What a head means together with the words around it."""
    if head in MINISTRIES:
        return frozenset(["ministry"])
    if head == "minister" and ("prime" in fields or behind == ["president"]):
        return HEADS["premier"]
    if head == "president" and before[-1:] == ["minister"]:
        return HEADS["premier"]
    if head == "secretary" and "press" in before:
        return HEADS["spokesman"]
    if head == "secretary" and fields:
        return HEADS["minister"] | HEADS["secretary"]
    if head == "general" and before and before[-1] in HEADS and before[-1] not in RANKS:
        return HEADS[before[-1]]  # attorney general
    return HEADS[head]


def _tail(text: str, tokens: Sequence[Token], head: int) -> int:
    """The last word of what follows a head and tells its field: of Foreign Affairs."""
    last = head
    for k in range(head + 1, min(len(tokens), head + 1 + _LONGEST_TAIL)):
        form = tokens[k].form
        if not adjoin(text, tokens, k - 1) or (k == head + 1 and form not in _LINKS):
            break
        if form in FIELDS or form in _BEHIND or form in MINISTRIES:
            last = k
        elif form not in _LINKS and form not in ARTICLES and form != "and":
            break
    return last


def _name(text: str, tokens: Sequence[Token], first: int, last: int) -> int | None:
    """The word by which a title touches a name."""
    after = last + 1
    while after < len(tokens) and text[tokens[after - 1].end : tokens[after].start] in _TO_NAME:
        if tokens[after].form not in COURTESY:
            if tokens[after].role == "proper":
                return after
            break
        after += 1
    for before in range(first - 1, max(-1, first - 1 - _BETWEEN), -1):
        gap = text[tokens[before].end : tokens[before + 1].start]
        if gap == ", " and tokens[before].role == "proper":
            return before
        if gap not in _JOINTS:
            break
    if last + 1 < len(tokens) and tokens[last + 1].form in _LINKS:
        for after in range(last + 2, min(len(tokens), last + 2 + _LONGEST_OF)):
            gap = text[tokens[after - 1].end : tokens[after].start]
            if gap in _TO_NAME and tokens[after].role == "proper":
                return after
            if gap not in _JOINTS:
                break
    return None
