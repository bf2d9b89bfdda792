"""Evaluations made by hand from invented texts: an article with every kind of finding, and two systems on two sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mtqe.corpus import Document, Piece, Segment, SystemOutput, TestSet, Unlinked
from mtqe.fluency import score_of
from mtqe.report import write
from mtqe.results import (
    Comparison,
    EntityError,
    ErrorSpan,
    Evaluation,
    Interval,
    MetricInfo,
    MetricSpec,
    Note,
    PairResult,
    Scores,
    SegmentScores,
    SystemInfo,
    SystemResult,
    WordSurprisal,
)

CHRF = MetricInfo(
    "chrf", "chrF++", 1, True, (-100, 100), MetricSpec("chrf", field_signature="nrefs:1|case:mixed|nc:6|nw:2|version:0")
)
TER = MetricInfo("ter", "TER", 1, False, (-100, 100), MetricSpec("ter", field_signature="nrefs:1|tok:tercom|version:0"))
FLUENCY = MetricInfo(
    "fluency",
    "Fluency",
    2,
    True,
    (-100, 100),
    MetricSpec("fluency", field_signature="fluency|lm:char|order:5|version:0"),
)
ENTITIES = MetricInfo("who", "Names kept", 1, True, (-100, 100), MetricSpec("who", field_signature="who|version:0"))
MEANING = MetricInfo(
    "meaning", "Meaning candidates", 2, False, (0, 100), MetricSpec("meaning", field_signature="meaning|version:0")
)

PROVENANCE: Mapping[str, Any] = {
    "command": ["mtqe", "evaluate", "-t", "output text.txt", "-r", "reference.txt", "-l", "uk-en"],
    "versions": {"mtqe": "0.1.0", "python": "3.11.2", "numpy": "2.0.0"},
    "seed": 7,
    "inputs": {"output text.txt": "1" * 64, "reference.txt": "2" * 64},
    "config": {"metrics": ["chrf:word_order=2", "ter"], "null_policy": "empty"},
}

#: source, reference, pieces of the output as (text, kind); no pieces: the output lacks it.
ARTICLE: Sequence[tuple[str, str, Sequence[tuple[str, str]]]] = (
    (
        "Зерновий термінал під Лозуватим знову приймає баржі",
        "The grain terminal near Lozuvate takes barges again",
        [("The grain terminal near Lozuvatka is taking barges again", "match")],
    ),
    (
        "Порт на річці Інгулець відкрився у вівторок після семи тижнів ремонту, сказав його голова Остап Гриневич.",
        "The port on the Inhulets river opened on Tuesday after seven weeks of repairs, its head Ostap Hrynevych said.",
        [
            ("The port on the Ingulets river opened on Tuesday after the seven weeks of repair,", "match"),
            ("said the head of port Ostap Grinevich.", "match"),
        ],
    ),
    (
        "Перші 14 барж везуть 2 300 тонн ячменю.",
        "The first 14 barges carry 2,300 tonnes of barley.",
        [("The first 14 barges carry 23,000 tonnes of barley.", "match")],
    ),
    (
        "«Ми не спали три ночі», — каже кранівниця Мирослава Білозір із Верхньої Балки.",
        "“We have not slept for three nights,” says crane driver Myroslava Bilozir from Verkhnia Balka.",
        [
            ("“We did not sleep on three nights,” says the crane operator from Kremlin Balka.", "match"),
            ("Share this story with your friends.", "addition"),
        ],
    ),
    (
        "Порт працював і взимку, хоча лід стояв до 20 березня.",
        "The port had worked in winter too, though the ice stayed until 20 March.",
        [],
    ),
    (
        "Служба річкового транспорту обіцяє другий причал до осені.",
        "The River Transport Service promises a second berth by autumn.",
        [("The River Transport Service will promise the second berth to autumn.", "match")],
    ),
    (
        "Остап Гриневич вважає це реальним.",
        "Ostap Hrynevych thinks that is realistic.",
        [("Ostap Grinevich thinks that is realistic.", "match")],
    ),
)


def spot(text: str, part: str) -> tuple[int, int]:
    start = text.index(part)
    return start, start + len(part)


TEXTS = [" ".join(text for text, _ in pieces) if pieces else None for _, _, pieces in ARTICLE]
SYSTEM = SystemOutput(
    "system-a",
    tuple(TEXTS),
    pieces=tuple(tuple(Piece(text, kind) for text, kind in pieces) for _, _, pieces in ARTICLE),
    unlinked=(
        Unlinked(Piece("Home / Regions / Today", "boilerplate"), 0, "port"),
        Unlinked(Piece("A barge below the terminal", "caption"), 2, "port"),
        Unlinked(Piece("Read also", "boilerplate"), 7, "port"),
        Unlinked(Piece("All rights reserved", "boilerplate"), 7, "port"),
    ),
    alignment="lines|gale-church|version:0",
)


def entity(unit: int, found: str | None, expected: str | None, status: str, kind: str, sure: float) -> EntityError:
    return EntityError(
        spot(TEXTS[unit] or "", found) if found else None,
        spot(ARTICLE[unit][1], expected) if expected else None,
        category="Accuracy/Mistranslation",
        confidence=sure,
        rule="sample",
        suggestion=expected,
        status=status,
        type=kind,
    )


def passage(unit: int, found: str, category: str, suggestion: str | None, sure: float = 0.8) -> ErrorSpan:
    return ErrorSpan(spot(TEXTS[unit] or "", found), category=category, confidence=sure, suggestion=suggestion)


NAMES = {
    0: [entity(0, "Lozuvatka", "Lozuvate", "misspelled", "place", 0.93)],
    1: [
        entity(1, "Ingulets", "Inhulets", "variant", "place", 0.88),
        entity(1, "Tuesday", "Tuesday", "match", "date", 1.0),
        entity(1, "seven weeks", "seven weeks", "match", "number", 1.0),
        entity(1, "Ostap Grinevich", "Ostap Hrynevych", "variant", "person", 0.7),
    ],
    2: [
        entity(2, "14", "14", "match", "number", 1.0),
        entity(2, "23,000", "2,300", "wrong value", "number", 0.97),
    ],
    3: [
        entity(3, None, "Myroslava Bilozir", "omitted", "person", 0.9),
        entity(3, "Kremlin Balka", "Verkhnia Balka", "replaced", "place", 0.86),
    ],
    5: [entity(5, "River Transport Service", "River Transport Service", "match", "organisation", 1.0)],
    6: [
        entity(6, "Ostap Grinevich", "Ostap Hrynevych", "variant", "person", 0.7),
        entity(6, "realistic", None, "hallucinated", "other", 0.2),
    ],
}
WORDING = {
    1: [
        passage(1, "after the seven weeks", "Fluency/Grammar", "after seven weeks"),
        passage(1, "head of port Ostap", "Fluency/Unidiomatic style", None, 0.3),
    ],
    3: [passage(3, "sleep on three nights", "Fluency/Grammar", None)],
    5: [
        passage(5, "to autumn", "Fluency/Grammar", "by autumn"),
        passage(5, "will promise", "Accuracy/Mistranslation", "promises"),
    ],
}

CANDIDATES = {
    1: [
        ErrorSpan(
            spot(TEXTS[1] or "", "opened"),
            spot(ARTICLE[1][1], "opened"),
            category="Accuracy/Mistranslation",
            confidence=0.6,
            rule="roles",
        ),
    ],
    3: [
        ErrorSpan(
            spot(TEXTS[3] or "", "did not sleep"),
            spot(ARTICLE[3][1], "have not slept"),
            category="Accuracy/Mistranslation",
            confidence=0.3,
            rule="tense",
        ),
    ],
    5: [
        ErrorSpan(
            (0, 0), spot(ARTICLE[5][1], "by autumn"), category="Accuracy/Omission", confidence=0.9, rule="dropped"
        ),
    ],
}


def article(name: str = "frontline: the port", provenance: Mapping[str, Any] = PROVENANCE) -> Evaluation:
    """One article, one system: omission, addition, caption, boilerplate, every status, a hint, fluency, meaning."""
    segments = [Segment(f"s{i + 1}", source, (ref,), "port") for i, (source, ref, _) in enumerate(ARTICLE)]
    test_set = TestSet("the port", "uk", "en", (Document("port", tuple(segments)),), (SYSTEM,))
    values = {
        ("system-a", "chrf"): _scores([78.2, 61.5, 70.1, 48.8, None, 66.0, 82.4]),
        ("system-a", "fluency"): fluency(TEXTS, WORDING),
        ("system-a", "who"): _scores([0.0, 100.0, 50.0, 0.0, None, 100.0, 100.0], NAMES),
        ("system-a", "meaning"): _scores([0.0, 4.8, 0.0, 0.0, None, 10.0, 0.0], CANDIDATES),
    }
    infos = {info.name: info for info in (CHRF, FLUENCY, ENTITIES, MEANING)}
    scores = _of(test_set, infos, values)
    notes = (
        Note("unchecked", "BERTScore was not run: the extra `offline` is not installed."),
        Note("input", "output text.txt: a byte-order mark was stripped; the file was read as utf-8"),
        Note("warning", "system 'system-a': 1 of 7 lines is empty (output text.txt:5)"),
    )
    return Evaluation(name, (test_set,), (scores,), (), notes, provenance, write)


def _of(test_set: TestSet, infos: dict[str, MetricInfo], values: dict[tuple[str, str], SegmentScores]) -> Scores:
    return Scores(
        test_set.name,
        test_set.languages,
        test_set.fingerprint,
        {system.key: SystemInfo.of(system) for system in test_set.systems},
        {system.key: test_set.units(system.key) for system in test_set.systems},
        infos,
        values,
    )


def _scores(values: Sequence[float | None], spans: Mapping[int, Sequence[ErrorSpan]] | None = None) -> SegmentScores:
    """Scores with None as unscored, and spans of some units."""
    filled = np.array([np.nan if value is None else value for value in values])
    reasons = {i: "no output" for i, value in enumerate(values) if value is None}
    found = None if spans is None else tuple(tuple(spans.get(i, ())) for i in range(len(values)))
    return SegmentScores(filled, spans=found, reasons=reasons)


def fluency(texts: Sequence[str | None], spans: Mapping[int, Sequence[ErrorSpan]]) -> SegmentScores:
    """Word k has (7 k + length of the text) % 41 / 10 bits per character, its end included; names have capitals."""
    words = [tuple(_words(text or "")) for text in texts]
    statistics = np.zeros((len(texts), 4))
    for i, text in enumerate(texts):
        if text is not None:
            counted = [word for word in words[i] if word[3]]
            sure = sum(span.confidence >= 0.5 for span in spans.get(i, ()))
            sums = sum(word[2] for word in counted), sum(end - start + 1 for start, end, _, _ in counted)
            statistics[i] = [*sums, sure, len(text)]
    reasons = {i: "no output" for i, text in enumerate(texts) if text is None}
    found = tuple(tuple(spans.get(i, ())) for i in range(len(texts)))
    return SegmentScores(score_of(statistics), statistics, found, reasons, words=tuple(words))


def _words(text: str) -> Iterator[WordSurprisal]:
    for k, match in enumerate(re.finditer(r"\w+", text)):
        start, end = match.span()
        yield start, end, (end - start + 1) * ((7 * k + len(text)) % 41 / 10), not match[0][0].isupper()


def systems(
    names: Sequence[str] = ("alpha", "beta"), sizes: Sequence[int] = (12, 80), documents: Sequence[int] = (1, 20)
) -> Evaluation:
    """Several systems on one test set a size, compared by chrF++; TER stands beside it without a test."""
    test_sets, all_scores, comparisons = [], [], []
    for k, (size, n_documents) in enumerate(zip(sizes, documents, strict=True)):
        test_set = _test_set(f"set-{k + 1}", names, size, n_documents)
        values = {}
        generator = np.random.default_rng(k)
        for s, name in enumerate(names):
            values[name, "chrf"] = _scores(list(np.clip(generator.normal(64 - 3 * s, 12, size), 0, 100)))
            values[name, "ter"] = _scores(list(np.clip(generator.normal(45 + 2 * s, 9, size), 0, 100)))
            errors = {i: [_kelm(test_set.system(name).texts[i] or "")] for i in range(s, size, 4)}
            values[name, "who"] = _scores([0.0 if i in errors else 100.0 for i in range(size)], errors)
        infos = {info.name: info for info in (CHRF, TER, ENTITIES)}
        scores = _of(test_set, infos, values)
        test_sets.append(test_set)
        all_scores.append(scores)
        comparisons.append(_comparison(scores, "document" if n_documents >= 20 else "segment", n_documents))
    return Evaluation("two sets", tuple(test_sets), tuple(all_scores), tuple(comparisons), (), PROVENANCE, write)


def _kelm(text: str) -> EntityError:
    return EntityError(
        spot(text, "Kelm"), spot("The train to Khelm leaves", "Khelm"), status="misspelled", type="place"
    )


def _test_set(name: str, systems: Sequence[str], size: int, n_documents: int) -> TestSet:
    per = -(-size // n_documents)
    documents = tuple(
        Document(
            f"{name}-d{d}",
            tuple(
                Segment(
                    f"{name}-{i}",
                    f"Потяг до Хелма відходить о {i}.",
                    (f"The train to Khelm leaves at {i}.",),
                    f"{name}-d{d}",
                )
                for i in range(d * per, min(size, (d + 1) * per))
            ),
        )
        for d in range(n_documents)
        if d * per < size
    )
    outputs = tuple(SystemOutput(s, tuple(f"The train in Kelm goes at {i}." for i in range(size))) for s in systems)
    return TestSet(name, "uk", "en", documents, outputs)


def _comparison(scores: Scores, unit: Any, n_documents: int) -> Comparison:
    corpus = {name: scores.corpus(name, "chrf") for name in scores.systems}
    ordered = sorted(corpus, key=lambda name: -corpus[name])
    pairs = [(a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    size = len(next(iter(scores.units.values())))
    p = [0.001 if k == 0 and unit == "document" else 0.2173 for k in range(len(pairs))]
    won = [pair for pair, value in zip(pairs, p, strict=True) if value < 0.05 / len(pairs)]
    return Comparison(
        scores.test_set,
        "chrf",
        1,
        True,
        unit,
        "20 documents or more" if unit == "document" else "fewer than 20 documents",
        draws=999,
        seed=7,
        smallest_p=0.001,
        test="permutation",
        correction="holm",
        margin=None,
        systems=tuple(
            SystemResult(
                s,
                corpus[s],
                Interval(corpus[s] - 2.4, corpus[s] + 2.2),
                size,
                sum(a == s for a, _ in won),
                sum(b == s for _, b in won),
            )
            for s in ordered
        ),
        pairs=tuple(
            PairResult(
                a,
                b,
                corpus[a] - corpus[b],
                Interval(corpus[a] - corpus[b] - 1.9, corpus[a] - corpus[b] + 2.0),
                p=p[k],
                p_adjusted=min(1.0, p[k] * len(pairs)),
                units=n_documents if unit == "document" else size,
                signature=f"paired-permutation|unit:{unit}|draws:999|seed:7",
            )
            for k, (a, b) in enumerate(pairs)
        ),
    )


#: Names that end a cell, a line, a file or a command in one format or another.
ODD_NAMES = (
    "=HYPERLINK(\"http://192.0.2.1\",'x')",
    "@SUM(1;2)|cell\tnext\r\nrow",
    "\\input{../secret} \\end{tabular} & _ % # $ ^ ~ {",
    "[-- *bold* `code` <b>b</b> ''",
    "+../../日本語/Київ \u202e\u2028 '=1",
)


def named() -> Evaluation:
    """Systems with such names on test sets whose names are paths, all compared."""
    made = systems(ODD_NAMES, sizes=(12, 31), documents=(1, 20))
    names = {"set-1": "../../../outside/..", "set-2": "/a//{b}\\c & d_e"}
    return replace(
        made,
        test_sets=tuple(replace(of, name=names[of.name]) for of in made.test_sets),
        scores=tuple(replace(of, test_set=names[of.test_set]) for of in made.scores),
        comparisons=tuple(replace(of, test_set=names[of.test_set]) for of in made.comparisons),
    )


#: Runs, reads as a template, reorders its neighbours, ends the line, breaks a table, or is long.
HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '<img src="http://192.0.2.1/x.png" onerror="window.hacked = 1">',
    '"><svg onload="window.hacked = 1"> {{ 7 * 7 }} {% raw %}',
    "abc \u202edef 71.2",
    "nul \0 bell \a delete \x7f separator \u2028 mark \ufeff",
    "| a | b |\n\n# heading `code` [link](javascript:window.hacked=1) $x$",
    "x" * 100_000,
)


def hostile() -> Evaluation:
    """Every text, name, id, label and note of the evaluation is one that a careless page would choke on."""
    segments = tuple(Segment(f"{i} {text[:80]}", text, (text, None), HOSTILE[0]) for i, text in enumerate(HOSTILE))
    names = (HOSTILE[1] + HOSTILE[3], "_$\\frac$ \0 \u202e")
    test_set = TestSet(HOSTILE[2], "uk", "en", (Document(HOSTILE[0], segments),)).with_systems(
        [
            SystemOutput(name, HOSTILE, unlinked=(Unlinked(Piece(HOSTILE[0], "boilerplate"), 0, HOSTILE[0]),))
            for name in names
        ]
    )
    label = MetricInfo("chrf", HOSTILE[2], 1, True, (-100, 100), MetricSpec("chrf", field_signature=HOSTILE[0]))
    spans = {
        i: [
            EntityError((0, 9), (2, 12), category=HOSTILE[0], suggestion=HOSTILE[1], status="replaced", type="place"),
            ErrorSpan((4, 10**9), category=HOSTILE[2], rule=HOSTILE[3], suggestion=HOSTILE[3]),
            ErrorSpan((3, 3), category="Fluency/" + HOSTILE[5]),
        ]
        for i in range(len(HOSTILE))
    }
    values = {
        (name, "chrf"): _scores([10.0 * i + s for i in range(len(HOSTILE))], spans) for s, name in enumerate(names)
    }
    values |= {(name, "fluency"): fluency(HOSTILE, {}) for name in names}
    scores = _of(test_set, {"chrf": label, "fluency": FLUENCY}, values)
    provenance = {"command": HOSTILE[0], "versions": {HOSTILE[1]: HOSTILE[2]}, "other": list(HOSTILE)}
    notes = tuple(Note("unchecked", text) for text in HOSTILE)
    comparison = _comparison(scores, "segment", 1)
    return Evaluation(HOSTILE[0], (test_set,), (scores,), (comparison,), notes, provenance, write)
