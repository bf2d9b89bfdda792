"""Verbs with a particle, and what one word would say for them: turn down is reject."""

from __future__ import annotations

from functools import lru_cache

from mtqe.meaning.frames import PREPOSITIONS, has_break
from mtqe.meaning.inflection import FUNCTION_WORDS, bases, word_set
from mtqe.meaning.pair import Side

_PHRASES = """
back down yield,back off retreat,back out withdraw,back up support,blow up destroy,break down fail,break off end,
break out start,break up separate,bring about cause,bring down reduce,bring forward advance,bring in introduce,
burn down destroy,buy up acquire,call off cancel,calm down relax,carry on continue,catch up reach,cave in surrender,
clean up clean,clear up clear,climb down descend,close down close,close in approach,come back return,cool down cool,
cover up conceal,cut back reduce,cut down reduce,cut off disconnect,die down ease,die out disappear,drop off decline,
drop out quit,fall apart disintegrate,fall back retreat,fall behind lag,fall off decline,fall through fail,
fight off repel,fill up fill,flare up escalate,give away reveal,give back return,give in surrender,give up abandon,
go away leave,go back return,go down fall,go on continue,go up rise,hand over surrender,hold back withhold,
hold off delay,hold out resist,hold up delay,keep away avoid,keep back withhold,keep on continue,keep out exclude,
knock down demolish,lay off dismiss,leave out omit,let down disappoint,let in admit,let off pardon,let out release,
light up illuminate,lock up imprison,lose out lose,pass over omit,pay back repay,play down minimise,
pull back withdraw,pull down demolish,pull out withdraw,put off postpone,put out extinguish,rule out exclude,
sell off sell,send back return,set off depart,set out depart,shut down close,shut off close,slow down slow,
speed up accelerate,split up separate,start off begin,stay away skip,stay behind remain,step back retreat,
step down resign,step up increase,switch off disable,switch on enable,take apart dismantle,take away remove,
take back withdraw,take on hire,tear down demolish,throw away discard,throw out discard,tie up fasten,
turn away reject,turn back return,turn down reject,turn off disable,turn on enable,use up exhaust,vote down reject,
vote in elect,wake up wake,warm up warm,water down weaken,wind down end,wind up end,wipe out destroy,write off cancel
"""
_MEANINGS = {
    (verb, particle): meaning
    for verb, particle, meaning in (entry.split() for entry in _PHRASES.replace("\n", "").strip().split(","))
}
_PARTICLES = frozenset(particle for _, particle in _MEANINGS)
_PREPOSITIONS = word_set("in on over through about behind by")
#: The most words between a verb and its particle (turn the offer down).
_REACH = 3


def meaning(side: Side, at: int) -> str | None:
    """What one word would say for a verb with its particle."""
    for k in range(at + 1, min(at + 2 + _REACH, len(side.forms))):
        word = side.forms[k].key
        if word in _PARTICLES and not _is_preposition(side, k):
            found = _meaning(side.forms[at].key, word)
            if found and (k == at + 1 or side.forms[k - 1].key not in FUNCTION_WORDS or k == at + 2):
                return found
    return None


def _is_preposition(side: Side, at: int) -> bool:
    """Whether a word that may be either has its own noun: the next word, if no clause ends and no preposition is it."""
    if side.forms[at].key not in _PREPOSITIONS or at + 1 == len(side.forms) or has_break(side, at, at + 1):
        return False
    return side.forms[at + 1].key not in PREPOSITIONS and side.forms[at + 1].key not in ("and", "or", "but", "to")


def is_particle(side: Side, at: int) -> bool:
    """Whether a word belongs to a verb before it, with which it says one thing."""
    word = side.forms[at].key
    if word not in _PARTICLES or _is_preposition(side, at):
        return False
    return any(_meaning(side.forms[k].key, word) for k in range(max(at - 1 - _REACH, 0), at))


@lru_cache(maxsize=1 << 14)
def _meaning(verb: str, particle: str) -> str | None:
    return next((_MEANINGS[base, particle] for base in bases(verb) if (base, particle) in _MEANINGS), None)
