"""Finders of contrasts, exchanged opposites, persons, control, senses, frames and verbs with particles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

import mtqe
from mtqe.meaning.contrast import find_contrasts
from mtqe.meaning.control import find_control
from mtqe.meaning.frames import frames
from mtqe.meaning.opposites import find_crossed_opposites
from mtqe.meaning.pair import Pair
from mtqe.meaning.persons import find_persons
from mtqe.meaning.phrases import is_particle, meaning
from mtqe.meaning.roles import find_roles
from mtqe.meaning.senses import find_senses
from mtqe.neural.encoder import Tokens
from mtqe.results import ErrorSpan

Finder = Callable[[Pair], Iterable[ErrorSpan]]

#: Finder, rule, hypothesis, reference, and what is marked in each.
FOUND = [
    (
        find_contrasts,
        "polarity",
        "The plan is not dangerous but useful.",
        "The plan is not useful but dangerous.",
        "not dangerous but useful",
        "not useful but dangerous",
    ),
    (
        find_contrasts,
        "polarity",
        "It was an accident, not a crime.",
        "It was a crime, not an accident.",
        "accident, not a crime",
        "crime, not an accident",
    ),
    (
        find_contrasts,
        "polarity",
        "The town is safe, if not safe, he says.",
        "The town is safe, if not quiet, he says.",
        "safe, if not safe",
        "",
    ),
    (
        find_crossed_opposites,
        "opposite",
        "Prices rose in the north while they fell in the south.",
        "Prices fell in the north while they rose in the south.",
        "rose",
        "fell",
    ),
    (
        find_crossed_opposites,
        "opposite",
        "Exports increased last year and imports decreased.",
        "Imports increased last year and exports decreased.",
        "Exports",
        "Imports",
    ),
    (find_persons, "roles", "We may miss the match in Lisbon.", "He may miss the match in Lisbon.", "We", "He"),
    (find_persons, "roles", "Yesterday he saw her at work.", "Yesterday I saw her at work.", "he", "I"),
    (
        find_persons,
        "gender",
        "Rivera had with him his first child.",
        "Rivera had with him her first child.",
        "his",
        "her",
    ),
    (
        find_control,
        "roles",
        "He offered to join the council.",
        "He proposed that the residents join the council.",
        "offered to join",
        "proposed that the residents join",
    ),
    (
        find_control,
        "roles",
        "The minister asked the workers to strike.",
        "The minister decided to strike.",
        "asked the workers to strike",
        "decided to strike",
    ),
    (find_senses, "sense", "He met a left-wing soldier.", "He met a soldier, left.", "left-wing", "left"),
    (find_senses, "sense", "A soldier (left) and a nurse.", "A leftist soldier and a nurse.", "left", "leftist"),
    (find_senses, "sense", "The winner, first, smiles.", "The first-class winner smiles.", "first", "first-class"),
    (
        find_roles,
        "roles",
        "The bank acquired the insurer in May.",
        "The insurer acquired the bank in May.",
        "bank acquired the insurer",
        "insurer acquired the bank",
    ),
    (find_roles, "roles", "He gave her the book.", "She gave him the book.", "He gave her", "She gave him"),
    (
        find_roles,
        "roles",
        "Mary said John left before Peter arrived.",
        "Mary said Peter left before John arrived.",
        "John left before Peter",
        "Peter left before John",
    ),
    (
        find_roles,
        "roles",
        "Kyiv handed the prisoners to Moscow.",
        "Moscow handed the prisoners to Kyiv.",
        "Kyiv handed the prisoners to Moscow",
        "Moscow handed the prisoners to Kyiv",
    ),
]

#: What says the same in other words.
SAME = [
    ("It was a crime, not an accident.", "It was not an accident but a crime."),
    ("The plan is not only useful but cheap.", "The plan is useful and cheap."),
    ("You may turn left or right.", "You may turn right or left."),
    ("In the south prices fell, and in the north they rose.", "Prices rose in the north and fell in the south."),
    ("I told him that we would wait.", "We told him that we would wait."),
    ('"We will win," the coach said.', "The coach said that they would win."),
    ("He said he was tired.", "He told us that he was tired."),
    ("He promised that Russia would respond.", "Russia promised to respond."),
    ("He asked him to leave.", "He agreed to leave."),
    ("The workers will be asked to leave.", "He will ask the workers to leave."),
    ("The left-wing parties won.", "The parties of the left won."),
    ("A left-wing politician, left, resigned.", "A leftist politician, left, resigned."),
    ("The minister was visited by the ambassador.", "The ambassador visited the minister."),
    ("France defeated Spain in the final.", "Spain lost to France in the final."),
    ("Anna sold the car to Peter.", "Peter bought the car from Anna."),
    ("The meeting was attended by the mayor.", "The mayor attended the meeting."),
    ("The board turned the offer down.", "The board rejected the offer."),
    ("The flights were called off.", "The flights were cancelled."),
    ("They put off the meeting until May.", "They postponed the meeting until May."),
    ("He broke anti-corruption laws.", "He broke anticorruption laws."),
]


class PlaceEncoder:
    """Every word is the word of the other text that has its number."""

    def encode(self, texts: Sequence[str]) -> Iterable[tuple[str, Tokens]]:
        for text in texts:
            spans = Pair.of(text, "").hyp.spans
            vectors = np.eye(len(spans), 384, dtype=np.float32)
            offsets = np.array(spans, np.int64).reshape(-1, 2)
            yield text, Tokens(vectors, np.ones(len(spans), bool), False, offsets)


def marked(found: Iterable[ErrorSpan], hyp: str, ref: str) -> list[tuple[str, str, str | None]]:
    texts = []
    for error in found:
        assert error.hyp_span is not None
        assert error.ref_span is not None
        texts.append((hyp[slice(*error.hyp_span)], ref[slice(*error.ref_span)], error.rule))
    return texts


@pytest.mark.parametrize(("find", "rule", "hyp", "ref", "hyp_text", "ref_text"), FOUND)
def test_a_finder_marks_what_was_turned_in_both_texts(
    find: Finder, rule: str, hyp: str, ref: str, hyp_text: str, ref_text: str
) -> None:
    found = list(find(Pair.of(hyp, ref)))
    assert (hyp_text, ref_text, rule) in marked(found, hyp, ref)
    assert all(error.category == "Accuracy/Mistranslation" and error.confidence >= 0.5 for error in found)


@pytest.mark.parametrize(("rule", "hyp", "ref"), [row[1:4] for row in FOUND])
def test_what_a_finder_marks_is_a_candidate(rule: str, hyp: str, ref: str) -> None:
    assert rule in [error.rule for error in mtqe.find_meaning_errors([hyp], [ref])[0] if error.confidence >= 0.5]


@pytest.mark.parametrize("pair", [*SAME, *[(ref, hyp) for hyp, ref in SAME]])
def test_paraphrase_is_left_alone_either_way_round(pair: tuple[str, str]) -> None:
    found = mtqe.find_meaning_errors([pair[0]], [pair[1]])[0]
    assert [error for error in found if error.confidence >= 0.5 and error.rule not in ("dropped", "invented")] == []


@pytest.mark.parametrize(
    ("hyp", "ref", "rule"),
    [
        ("Nothing is on the table.", "Nothing is off the table.", "quantity"),
        ("Yesterday she left the city.", "Yesterday he left the city.", "gender"),
        ("We may miss the match.", "He may miss the match.", "roles"),
    ],
)
def test_that_an_encoder_finds_opposites_alike_is_no_answer(hyp: str, ref: str, rule: str) -> None:
    found = mtqe.find_meaning_errors([hyp], [ref], encoder=PlaceEncoder())[0]
    assert rule in [error.rule for error in found if error.confidence >= 0.5]


@pytest.mark.parametrize(
    ("text", "verb", "passive", "negated", "subject", "objects"),
    [
        ("The bank acquired the insurer.", "acquired", False, False, ["bank"], [("insurer", "")]),
        ("The bank was not acquired by Berlin.", "acquired", True, True, ["bank"], [("Berlin", "by")]),
        ("She gave the prize to him.", "gave", False, False, ["She"], [("prize", ""), ("him", "to")]),
        ("The mayor will soon visit Rome.", "visit", False, False, ["mayor"], [("Rome", "")]),
    ],
)
def test_frames(
    text: str, verb: str, passive: bool, negated: bool, subject: list[str], objects: list[tuple[str, str]]
) -> None:
    side = Pair.of(text, "").hyp
    words = [text[slice(*span)] for span in side.spans]
    found = [frame for frame in frames(side) if words[frame.verb] == verb]
    assert len(found) == 1
    assert (found[0].passive, found[0].negated) == (passive, negated)
    assert [words[k] for k in found[0].subject] == subject
    assert [(words[k], preposition) for k, preposition in found[0].objects] == objects


@pytest.mark.parametrize(
    ("text", "verb", "expected"),
    [
        ("They turned down the offer.", "turned", "reject"),
        ("They turned the offer down.", "turned", "reject"),
        ("They turned to the offer.", "turned", None),
        ("The plane came down.", "came", None),
        ("He gave up.", "gave", "abandon"),
    ],
)
def test_a_verb_with_its_particle_is_one_word(text: str, verb: str, expected: str | None) -> None:
    side = Pair.of(text, "").hyp
    at = [form.key for form in side.forms].index(verb)
    assert meaning(side, at) == expected
    assert any(is_particle(side, k) for k in range(len(side.forms))) == (expected is not None)


def test_the_worst_of_the_article_are_candidates_and_little_else(shared: Path) -> None:
    hyps, refs = (
        [line for line in (shared / "article" / name).read_text(encoding="utf-8").split("\n") if line.strip()]
        for name in ("hypothesis.txt", "reference.txt")
    )
    units = [link for link in mtqe.align(hyps, refs).links if link.hyp and link.ref]
    pairs = [(" ".join(hyps[i] for i in unit.hyp), " ".join(refs[j] for j in unit.ref)) for unit in units]
    found = mtqe.find_meaning_errors([hyp for hyp, _ in pairs], [ref for _, ref in pairs])
    turned = [
        marked([error], hyp, ref)[0]
        for (hyp, ref), errors in zip(pairs, found, strict=True)
        for error in errors
        if error.confidence >= 0.5 and error.rule not in ("dropped", "invented")
    ]
    worst = {("prevented", "roles"), ("left-wing", "sense"), ("on", "quantity")}
    assert worst <= {(hyp_text, rule) for hyp_text, _, rule in turned}
    assert len(turned) <= len(worst) + 4
