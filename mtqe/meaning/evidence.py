"""What speaks for a gap between two words of a hypothesis, where content was dropped, and for an invented word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import regex
from rapidfuzz.fuzz import ratio

from mtqe.meaning.equal import said_otherwise
from mtqe.meaning.fitted import brokenness
from mtqe.meaning.frames import DETERMINERS, PREPOSITIONS
from mtqe.meaning.inflection import AUXILIARIES, FUNCTION_WORDS, word_set
from mtqe.meaning.pair import Pair, Side
from mtqe.meaning.usage import rarity, usage
from mtqe.results import FloatArray

Evidence = dict[str, float]
#: The rarity from which a word says something, and what a number says.
_COMMON, _NUMBER = 5.0, 8.0
#: So many linked words in a row say all that a context can.
_CONTEXT = 5
#: Words of the reference so far from where an invented word stands may be what it renders.
_NEAR = 3
_CLASSES = ("after determiner", "after auxiliary", "after degree", "before preposition", "before object", "seldom last")
_CONJUNCTIONS = word_set("and or but nor if because while although that which who whom whose")
_ALONE = word_set("that this these those some any each his her all both")
_OPENING = regex.compile(r"^[-'’(\[\"“„]")
_EMPTY = regex.compile(r"\"\"|“”|\(\)|''|\" \"|, ?[.,]")
_LAST = regex.compile(r"[.!?…»”\"')]\s*$")
_ADJECTIVE = regex.compile(r"(al|ic|ive|ous|ful|ary|able|ible|less|ish|an|ent|ant)$")


@dataclass(frozen=True)
class Content:
    """The words of a pair, what each says, and which of them have no answer in the other text."""

    pair: Pair

    @cached_property
    def hyp(self) -> list[str]:
        return [form.key for form in self.pair.hyp.forms]

    @cached_property
    def ref(self) -> list[str]:
        return [form.key for form in self.pair.ref.forms]

    @cached_property
    def hyp_free(self) -> list[int]:
        return [i for i in range(len(self.hyp)) if i not in self.pair.to_ref]

    @cached_property
    def ref_free(self) -> list[int]:
        return [j for j in range(len(self.ref)) if j not in self.pair.to_hyp]

    @cached_property
    def weights(self) -> tuple[list[float], list[float]]:
        """What each word of hypothesis and reference says; nothing, if the other text says it in another way."""
        sides = (self.pair.hyp, self.pair.ref)
        said = said_otherwise(self.hyp, self.ref, self.hyp_free, self.ref_free)
        hyp, ref = (
            [0.0 if k in answered else _weight(side, k) for k in range(len(side.forms))]
            for side, answered in zip(sides, said, strict=True)
        )
        return hyp, ref

    @cached_property
    def hyp_weights(self) -> list[float]:
        return self.weights[0]

    @cached_property
    def ref_weights(self) -> list[float]:
        return self.weights[1]

    @cached_property
    def hyp_mass(self) -> float:
        return sum(self.hyp_weights[i] for i in self.hyp_free)

    @cached_property
    def ref_mass(self) -> float:
        return sum(self.ref_weights[j] for j in self.ref_free)

    @cached_property
    def cosines(self) -> FloatArray:
        """The cosines of all words, (hypothesis, reference)."""
        assert self.pair.hyp.vectors is not None
        assert self.pair.ref.vectors is not None
        return np.asarray(self.pair.hyp.vectors @ self.pair.ref.vectors.T, np.float64)

    @cached_property
    def brokenness(self) -> FloatArray:
        """Of each gap the log-odds that words are missing from it, as the vectors beside it tell, (gaps,)."""
        assert self.pair.hyp.vectors is not None
        return brokenness(self.pair.hyp.vectors)

    @cached_property
    def whole(self) -> Evidence:
        """Of the pair as a whole: how long, how much of it has no answer."""
        return {
            "words of hypothesis": len(self.hyp),
            "more words in reference": len(self.ref) - len(self.hyp),
            "more said in reference": self.ref_mass - self.hyp_mass,
            "share alone in hypothesis": self.hyp_mass / (sum(self.hyp_weights) + 1),
            "share alone in reference": self.ref_mass / (sum(self.ref_weights) + 1),
        }

    def context(self, i: int, j: int, step: int) -> tuple[int, float]:
        """How many words in a row from a place on are linked in order, at most five, and how much they say."""
        count, said = 0, 0.0
        while 0 <= i < len(self.hyp) and self.pair.to_ref.get(i) == j and count < _CONTEXT:
            count, said = count + 1, said + self.hyp_weights[i]
            i, j = i + step, j + step
        return count, said


def _weight(side: Side, at: int) -> float:
    form = side.forms[at]
    if form.is_number:
        return _NUMBER
    if form.key in FUNCTION_WORDS or len(form.key) < 2:
        return 0.0
    return max(0.0, rarity(form.key) - _COMMON)


@dataclass
class _Missing:
    """Words of the reference without an answer that would stand in a gap."""

    words: list[int]
    said: float = 0.0
    fits: bool = False
    context: int = 0


def gaps(content: Content) -> Iterator[tuple[int, Sequence[int], Evidence]]:
    """Every gap, named by the word that follows it, with the words of the reference that may be missing there."""
    missing = _missing(content)
    nothing = _Missing([])
    for gap in range(len(content.hyp) + 1):
        there = missing.get(gap, nothing)
        found = content.whole | _reading(content, gap) | _surroundings(content, gap)
        if there.words:
            found |= _lack(content, gap, there)
        yield gap, there.words, found


def _missing(content: Content) -> dict[int, _Missing]:
    """Of each run of the reference's words without an answer, the gaps beside the answers of its neighbours."""
    to_hyp = content.pair.to_hyp
    found: dict[int, _Missing] = {}
    for first, last in runs(content.ref_free):
        after = to_hyp[first - 1] + 1 if first else 0
        before = to_hyp[last] if last < len(content.ref) else len(content.hyp)
        for gap in dict.fromkeys((after, before)):
            there = found.setdefault(gap, _Missing([]))
            there.words += range(first, last)
            there.said += sum(content.ref_weights[first:last])
            there.fits |= after == before
            there.context = max(
                there.context,
                content.context(after - 1, first - 1, -1)[0] + content.context(before, last, 1)[0],
            )
    return found


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The runs of consecutive numbers, each as the first and the one behind the last."""
    start = 0
    for k in range(1, len(numbers) + 1):
        if k == len(numbers) or numbers[k] != numbers[k - 1] + 1:
            yield numbers[start], numbers[k - 1] + 1
            start = k


def _lack(content: Content, gap: int, missing: _Missing) -> Evidence:
    """What the words that may be missing say, and how they would read in the gap."""
    usage_of = usage()
    best = max(missing.words, key=lambda j: content.ref_weights[j])
    word = content.ref[best]
    before, after = _around(content, gap)
    found = {
        "missing says": min(missing.said, 20.0),
        "missing fits": float(missing.fits),
        "missing fits and says": missing.fits * min(missing.said, 20.0),
        "missing words": len(missing.words),
        "missing word says": content.ref_weights[best],
        "missing word like one alone": max(
            (usage_of.likeness(word, content.hyp[i]) for i in content.hyp_free if content.hyp_weights[i] > 0),
            default=0.0,
        ),
        "missing word after it": usage_of.follows(before, word) if before else 0.0,
        "missing word before it": usage_of.follows(word, after) if after else 0.0,
        "missing word in capitals": float(content.pair.ref.text[content.pair.ref.spans[best][0]].isupper()),
        "missing elsewhere": (content.ref_mass - missing.said) / (sum(content.ref_weights) + 1),
        "missing context": missing.context,
    }
    if content.pair.hyp.vectors is not None and content.hyp:
        cosines, said = content.cosines[:, missing.words], [content.ref_weights[j] for j in missing.words]
        lacks = 1 - cosines.max(axis=0)
        free = 1 - cosines[content.hyp_free].max(axis=0) if content.hyp_free else np.ones(len(said))
        found |= {
            "missing unlike": float(lacks.max()),
            "missing unlike says": float(lacks @ said),
            "missing unlike those alone": float((free * said).max()),
        }
    return found


def _surroundings(content: Content, gap: int) -> Evidence:
    """Whether what stands about a gap has answers."""
    to_ref = content.pair.to_ref
    known_before, known_after = gap == 0 or gap - 1 in to_ref, gap == len(content.hyp) or gap in to_ref
    found = {
        "both neighbours known": float(known_before and known_after),
        "neighbours beside in reference": float(gap > 0 and to_ref.get(gap - 1, -9) + 1 == to_ref.get(gap, -99)),
        "alone near": sum(content.hyp_weights[i] for i in content.hyp_free if gap - 2 <= i < gap + 2),
    }
    if content.pair.hyp.vectors is not None and content.ref:
        for name, at in (("before", gap - 1), ("after", gap)):
            if 0 <= at < len(content.hyp):
                found[f"{name} like nearest"] = float(content.cosines[at].max())
                if at in to_ref:
                    found[f"{name} like answer"] = float(content.cosines[at, to_ref[at]])
    return found


def _around(content: Content, gap: int) -> tuple[str, str]:
    """The words before and after a gap, empty at the ends."""
    return content.hyp[gap - 1] if gap else "", content.hyp[gap] if gap < len(content.hyp) else ""


def _reading(content: Content, gap: int) -> Evidence:
    """How a hypothesis reads across a gap, whatever the reference says."""
    follows, classes = usage().follows, usage().classes
    words = content.hyp
    before, after = _around(content, gap)
    mark = between(content.pair.hyp, gap).strip()
    found: Evidence = {"mark": float(bool(mark)), "empty marks": float(_EMPTY.search(mark) is not None)}
    if content.pair.hyp.vectors is not None:
        found["reads broken"] = float(content.brokenness[gap])
    for name, word in (("before", before), ("after", after)):
        if word:
            found |= {f"{name} {of}": share for of, share in zip(_CLASSES, classes(word), strict=True)}
            found[f"{name} function word"] = float(word in FUNCTION_WORDS)
    found["letters before"] = len(before)
    if before and after and not mark:
        found["follows"] = follows(before, after)
        if gap > 1:
            found["follows two before"] = follows(words[gap - 2], after)
            found["follows before"] = follows(words[gap - 2], before)
    if before and gap + 1 < len(words):
        found["follows after"] = follows(after, words[gap + 1])
    if before and (mark or not after) and not _OPENING.match(mark):
        found |= {
            "hanging determiner": float(before in DETERMINERS - _ALONE),
            "hanging preposition": float(before in PREPOSITIONS),
            "hanging conjunction": float(before in _CONJUNCTIONS and before != "that"),
            "hanging auxiliary": float(before in AUXILIARIES),
            "auxiliary after comma": float("," in mark and after in AUXILIARIES),
        }
    if before and not after:
        found["no last mark"] = float(not mark and _LAST.search(content.pair.ref.text) is not None)
    if after and not before and content.ref:
        texts = (side.text[side.spans[0][0]] for side in (content.pair.hyp, content.pair.ref))
        small, large = next(texts).islower(), next(texts).isupper()
        found["small first letter"] = float(small and large)
        found["verb first"] = float(after in AUXILIARIES or after.endswith(("ed", "s")))
    return found


def between(side: Side, gap: int) -> str:
    """What stands between two words, or before the first or after the last."""
    start = side.spans[gap - 1][1] if gap else 0
    return side.text[start : side.spans[gap][0]] if gap < len(side.spans) else side.text[start:]


#: So many words in a row are looked at as one invention.
_LONGEST = 3


def inventions(content: Content) -> Iterator[tuple[tuple[int, int], Evidence]]:
    """Runs of up to three words of the hypothesis without an answer that say something, `[first, last)`."""
    for first, last in runs(content.hyp_free):
        for start in range(first, last):
            for stop in range(start + 1, min(last, start + _LONGEST) + 1):
                if sum(content.hyp_weights[start:stop]) > 0:
                    yield (start, stop), _invention(content, (first, last), (start, stop))


def _invention(content: Content, run: tuple[int, int], words: tuple[int, int]) -> Evidence:
    """How well the place of words is known, whether the reference has others for it, and how they read there."""
    (first, last), (start, stop) = run, words
    usage_of, hyp, ref, to_ref = usage(), content.hyp, content.ref, content.pair.to_ref
    after = to_ref[first - 1] if first else -1
    before = to_ref[last] if last < len(hyp) else len(ref)
    said = sum(content.hyp_weights[start:stop])
    near = {*range(after + 1, min(after + 1 + _NEAR, len(ref))), *range(max(before - _NEAR, 0), before)}
    free = [j for j in content.ref_free if j in near]
    neighbours = [k for k in (start - 1, stop) if 0 <= k < len(hyp)]
    left, right = hyp[start - 1] if start else "", hyp[stop] if stop < len(hyp) else ""
    rarest = hyp[max(range(start, stop), key=lambda i: content.hyp_weights[i])]
    spelt = {j: ratio(rarest, word) / 100 for j, word in enumerate(ref) if content.ref_weights[j] > 0}
    marked = any(between(content.pair.hyp, gap).strip() for gap in (start, stop))
    found: Evidence = content.whole | {
        "invented says": said,
        "invented words": stop - start,
        "place known": float(after + 1 == before and all(k in to_ref for k in neighbours)),
        "others in place": sum(content.ref_weights[j] for j in range(after + 1, before) if j in set(content.ref_free)),
        "others near": sum(content.ref_weights[j] for j in free),
        "beside alone": sum(content.hyp_weights[first:last]) - said,
        "alone elsewhere": (content.hyp_mass - said) / (sum(content.hyp_weights) + 1),
        "context before": content.context(first - 1, after, -1)[1],
        "context after": content.context(last, before, 1)[1],
        "like one near": max((usage_of.likeness(hyp[i], ref[j]) for i in range(start, stop) for j in free), default=0),
        "like one alone": max(
            (usage_of.likeness(hyp[i], ref[j]) for i in range(start, stop) for j in content.ref_free), default=0
        ),
        "spelt like one": max(spelt.values(), default=0),
        "spelt like one alone": max((spelt[j] for j in content.ref_free if j in spelt), default=0),
        "reads without": usage_of.follows(left, right) if left and right and not marked else 0.0,
        "reads before": usage_of.follows(left, hyp[start]) if left else 0.0,
        "reads after": usage_of.follows(hyp[stop - 1], right) if right else 0.0,
        "adverb": float(hyp[start].endswith("ly")),
        "adjective": float(_ADJECTIVE.search(hyp[start]) is not None),
        "in capitals": float(start > 0 and content.pair.hyp.text[content.pair.hyp.spans[start][0]].isupper()),
    }
    for name, word in (("word", hyp[start]), ("last word", hyp[stop - 1]), ("left", left), ("right", right)):
        if word:
            found |= {f"{name} {of}": share for of, share in zip(_CLASSES, usage_of.classes(word), strict=True)}
    if content.pair.hyp.vectors is not None and ref:
        found |= _unlikeness(content, words, free)
    return found


def _unlikeness(content: Content, words: tuple[int, int], near: Sequence[int]) -> Evidence:
    """How far the vectors of words are from those of the reference."""
    cosines = content.cosines
    said = np.array(content.hyp_weights[slice(*words)])
    lacks = 1 - cosines[slice(*words)].max(axis=1)

    def unlike(others: Sequence[int]) -> float:
        return (
            float((said * (1 - cosines[slice(*words)][:, others].max(axis=1))).max()) if others else float(said.max())
        )

    found = {
        "unlike": float(lacks.max()),
        "unlike says": float((lacks * said).max()),
        "unlike those alone": unlike(content.ref_free),
        "unlike those near": unlike(near),
    }
    for name, at in (("left", words[0] - 1), ("right", words[1])):
        if 0 <= at < len(content.hyp):
            found[f"{name} like nearest"] = float(cosines[at].max())
            if at in content.pair.to_ref:
                found[f"{name} like answer"] = float(cosines[at, content.pair.to_ref[at]])
    return found
