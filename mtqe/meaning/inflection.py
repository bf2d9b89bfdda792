"""Base forms and grammar of English words, by rule and by a table of strong verbs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Base, past and participle; one word is all three, two words are the base and both others.
_STRONG_VERBS = """
arise arose arisen,be was been,bear bore born,beat beat beaten,become became become,begin began begun,bend bent,
bet,bind bound,bite bit bitten,bleed bled,blow blew blown,break broke broken,breed bred,bring brought,build built,
burn burnt,burst,buy bought,catch caught,choose chose chosen,come came come,cost,creep crept,cut,deal dealt,dig dug,
do did done,draw drew drawn,dream dreamt,drink drank drunk,drive drove driven,eat ate eaten,fall fell fallen,feed fed,
feel felt,fight fought,find found,flee fled,fly flew flown,forbid forbade forbidden,forget forgot forgotten,
forgive forgave forgiven,freeze froze frozen,get got gotten,give gave given,go went gone,grow grew grown,hang hung,
have had,hear heard,hide hid hidden,hit,hold held,hurt,keep kept,know knew known,lay laid,lead led,learn learnt,
leave left,lend lent,let,lie lay lain,light lit,lose lost,make made,mean meant,meet met,mistake mistook mistaken,
overcome overcame overcome,overtake overtook overtaken,pay paid,put,quit,read,ride rode ridden,ring rang rung,
rise rose risen,run ran run,say said,see saw seen,seek sought,sell sold,send sent,set,shake shook shaken,shed,
shine shone,shoot shot,show showed shown,shrink shrank shrunk,shut,sing sang sung,sink sank sunk,sit sat,sleep slept,
slide slid,sow sowed sown,speak spoke spoken,speed sped,spend spent,split,spread,spring sprang sprung,stand stood,
steal stole stolen,stick stuck,strike struck,strive strove striven,swear swore sworn,sweep swept,swell swelled swollen,
swim swam swum,swing swung,take took taken,teach taught,tear tore torn,tell told,think thought,throw threw thrown,
undergo underwent undergone,understand understood,undertake undertook undertaken,wake woke woken,wear wore worn,
weave wove woven,weep wept,win won,wind wound,withdraw withdrew withdrawn,withhold withheld,write wrote written,
thaw thawed,freeze froze frozen,upset,broadcast,cast,rebuild rebuilt,undo undid undone,prove proved proven
"""
BE = word_set("be am is are was were been being")
HAVE = word_set("have has had having")
DO = word_set("do does did")
MODALS = word_set("will would shall should can could may might must cannot 'll")
AUXILIARIES = BE | HAVE | DO | MODALS
#: Words between an auxiliary and its verb.
ADVERBS = word_set(
    "also already always still just now then even only ever soon often never not yet once again probably likely "
    "currently recently finally eventually later all both been being have be"
)
FUNCTION_WORDS = AUXILIARIES | word_set(
    "a an the this that these those and or but nor if as at by for from in into of off on onto out over to up with "
    "about after before between during through under than then so such it its he him his she her hers they them their "
    "i me my we us our you your who whom whose which what when where why how there here not no any some"
)


def _strong() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    bases_of: dict[str, str] = {}
    pasts, participles = set(), set()
    for entry in _STRONG_VERBS.replace("\n", "").strip().split(","):
        base, *forms = entry.split()
        past = forms[0] if forms else base
        participle = forms[-1] if forms else base
        pasts.add(past)
        participles.add(participle)
        bases_of |= {past: base, participle: base}
    return bases_of, frozenset(pasts), frozenset(participles)


_STRONG_BASES, _PASTS, _PARTICIPLES = _strong()
_VERBS = frozenset(_STRONG_BASES.values()) | frozenset(base + "s" for base in _STRONG_BASES.values())
_BEFORE_NOUNS = word_set("a an the of my your his its our their this these those no in on at by")


@lru_cache(maxsize=1 << 16)
def bases(word: str) -> tuple[str, ...]:
    """What a word of lower-case letters may be an inflection of, itself first."""
    found = [word]
    if word in _STRONG_BASES:
        found.append(_STRONG_BASES[word])
    for ending in ("ies", "ied"):
        if word.endswith(ending):
            found.append(word[:-3] + "y")
    for ending in ("s", "es", "d", "ed", "ing", "er", "est", "ly", "'s"):
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= 3:
            found.append(stem)
            if ending in ("ing", "est", "er"):
                found.append(stem + "e")
            if ending in ("ed", "ing", "er", "est") and stem[-1] == stem[-2]:
                found.append(stem[:-1])
            if stem.endswith("i"):
                found.append(stem[:-1] + "y")
    return tuple(dict.fromkeys(found))


def is_participle(word: str) -> bool:
    """Whether a word may stand after "is" in a passive."""
    return word in _PARTICIPLES or _is_regular(word)


def is_only_participle(word: str) -> bool:
    """Whether a strong verb's participle is no other of its forms (shown, taken)."""
    return word in _PARTICIPLES and word not in _PASTS and word not in _VERBS


def is_past(word: str) -> bool:
    """Whether a word may be a simple past."""
    return word in _PASTS or _is_regular(word)


def _is_regular(word: str) -> bool:
    return word.endswith("ed") and (len(word) > 4 or (len(word) == 4 and word[1] != "e"))


def is_strong(word: str) -> bool:
    """Whether a word is the present of a strong verb."""
    return word in _VERBS


def is_verb(words: Sequence[str], at: int) -> bool:
    """Whether a word of a sentence looks like a verb: by its form, or by what stands before it."""
    word = words[at]
    before = words[at - 1] if at else ""
    if before in _BEFORE_NOUNS:
        return False
    if before in MODALS or before in DO or before == "to":
        return True
    if word in _VERBS or word in _PASTS or word in _PARTICIPLES:
        return True
    return word.endswith(("ed", "ing")) and len(word) > 4
