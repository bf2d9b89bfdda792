"""Ratings find their segments, become scores and spans there, and agree with the scores that were published."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from mtqe.corpus import Document, Segment, SystemOutput, TestSet, UnitKey
from mtqe.errors import InputError
from mtqe.ratings import Rating, Ratings, of_evaluation, read
from mtqe.ratings.joining import joined, placed
from mtqe.readers import load
from mtqe.readers._human import human_scores
from mtqe.results import EntityError, ErrorSpan, Evaluation, MetricInfo, MetricSpec, Scores, SegmentScores

PATH = Path("x.tsv")
SOURCES = ("Дощ.", "Ні.", "Ні.")


def a_set(*systems: SystemOutput) -> TestSet:
    segments = [Segment(f"{d}:{i}", SOURCES[i], ("r",), d) for i, d in enumerate("dde")]
    documents = (Document("d", tuple(segments[:2])), Document("e", tuple(segments[2:])))
    return TestSet("x", "uk", "en", documents, systems or (SystemOutput("refA", ("It rains.", "No.", " N🌧  o! ")),))


def rating(segment: str, target: str | None, *errors: ErrorSpan, **changes: str) -> Rating:
    own = {"protocol": "mqm", "system": "ref-A", "document": "d", "rater": "r"} | changes
    return Rating(**own, segment=segment, source="Дощ.", target=target, errors=errors, line=7)


def test_scores_are_means_over_raters_and_errors_are_theirs() -> None:
    ratings = (
        rating("1", "It rains.", ErrorSpan((3, 8), rule="r")),
        rating("1", "It rains.", ErrorSpan(None, None, (0, 3), severity="minor", rule="s"), rater="s"),
        rating("2", "No."),
    )
    human = human_scores(joined(a_set(), [Ratings(PATH, ratings[:1]), Ratings(PATH, ratings[1:])]))
    assert human is not None
    scores = human["refA", "human:mqm"]
    np.testing.assert_array_equal(scores.values, [-3, 0, np.nan])
    assert scores.reasons == {2: "not rated"}
    assert scores.spans is not None
    assert [(e.hyp_span, e.src_span, e.rule) for e in scores.spans[0]] == [((3, 8), None, "r"), (None, (0, 3), "s")]


def place(*ratings: Rating) -> list[tuple[int, tuple[int, int] | None]]:
    found = placed(a_set(), Ratings(PATH, ratings), [])
    return [(segment, rating.errors[0].hyp_span if rating.errors else None) for _, segment, rating in found]


def test_a_rating_belongs_to_the_text_that_was_rated() -> None:
    assert place(rating("1", "No.")) == [(1, None)]  # another number, but the only such text
    assert place(rating("1", "No.", document="other")) == [(1, None)]
    assert place(rating("1", " It  rains.", ErrorSpan((5, 10)))) == [(0, (3, 8))]  # blanks differ
    assert place(rating("2", "N🌧o!", ErrorSpan((1, 3)), document="e")) == [(2, (2, 6))]
    assert place(rating("1", "N🌧o!", ErrorSpan((3, 3)), document="e")) == [(2, (6, 6))]


def test_items_of_esa_are_segments_where_a_document_was_rated_whole() -> None:
    def item(number: str, document: str, *errors: ErrorSpan) -> Rating:
        return Rating("esa", "refA", document, number, "u", None, None, errors, 50.0, 3)

    assert place(item("1", "e", ErrorSpan((1, 3)))) == [(2, (2, 3))]  # one character of two 16-bit units
    assert place(item("1", "e", ErrorSpan((3, 4)))) == [(2, (3, 4))]
    for lost in (item("1", "d"), item("1", "e", ErrorSpan((1, 9)))):  # one of two items; a place beyond the text
        notes: list[str] = []
        assert len(placed(a_set(), Ratings(PATH, (rating("1", "No."), lost)), notes)) == 1
        assert notes == ["x.tsv: 1 line with ratings of texts that are no output here and are left out (3)"]


def test_what_belongs_nowhere_is_noted_or_refused() -> None:
    known, unknown, other = rating("1", "It rains."), rating("1", "It rains.", system="B"), rating("1", "It hails.")
    notes = joined(a_set(), [Ratings(PATH, (known, unknown, other))]).notes
    assert notes == (
        "x.tsv: 1 line with ratings of 'B', which has no output here and are left out (7)",
        "x.tsv: 1 line with ratings of texts that are no output here and are left out (7)",
    )
    with pytest.raises(InputError, match=r"x\.tsv: has no rating of an output of 'x'; are documents, systems and"):
        joined(a_set(), [Ratings(PATH, (unknown, other))])
    both = Ratings(PATH, (known, rating("1", "It rains.", protocol="automqm")))
    assert joined(a_set(), [both]).notes == ("x.tsv: ratings by automqm are left out (1)",)
    with pytest.raises(InputError, match="holds no ratings by people but by comet; mtqe compare --scores"):
        joined(a_set(), [Ratings(PATH, (rating("1", "It rains.", protocol="comet"),))])


def test_scores_that_were_there_give_way_with_a_note() -> None:
    system = SystemOutput("refA", ("It rains.", "No.", "x"), metadata={"human_scores": {"mqm": [-1.0, 0.0, None]}})
    ratings = (rating("1", "It rains.", ErrorSpan(None)), rating("2", "No."))
    test_set = joined(a_set(system), [Ratings(PATH, ratings)])
    assert test_set.systems[0].metadata["human_scores"] == {"mqm": [-5.0, 0.0, None]}
    assert test_set.notes[0].startswith("1 of 3 mqm scores of 'refA' differ between the ratings and the test set;")


def test_the_published_scores_and_spans_of_ted_come_out(shared: Path, tmp_path: Path) -> None:
    """A table made of the development data's offsets, in the form of WMT's, against the scores of the EvalSet."""
    with gzip.open(shared / "data/mqm/ted-zhen.jsonl.gz", "rt", encoding="utf-8") as file:
        gold = [json.loads(line) for line in file]
    before = load(shared / "data/wmt21ted", languages="zh-en")
    first = {
        document.id: [s.id for s in before.segments].index(document.segments[0].id) for document in before.documents
    }
    rows = ["system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity"]
    for row in gold:
        own = [row["system"], row["doc"], str(row["line"] - first[row["doc"]] + 1), str(row["seg"]), row["rater"]]
        texts = {"src": before.segments[row["line"]].source or "", "tgt": row["target"]}
        for error in row["errors"] or [{"side": None, "category": "No-error", "severity": "No-error"}]:
            marked = dict(texts)
            if side := error["side"]:
                of, start, end = texts[side], error["start"], error["end"]
                marked[side] = f"{of[:start]}<v>{of[start:end]}</v>{of[end:]}"
            rows.append("\t".join([*own, *marked.values(), error["category"], error["severity"]]))
    path = tmp_path / "ted.tsv"
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    test_set = joined(before, [read(path)])
    assert test_set.notes == before.notes
    published, found = human_scores(before), human_scores(test_set)
    assert published is not None
    assert found is not None
    spans = {}
    for system in test_set.systems:
        of = found[system.key, "human:mqm"]
        np.testing.assert_allclose(of.values, published[system.key, "human:mqm"].values, atol=1e-9)
        spans |= {(system.key, i): errors for i, errors in enumerate(of.spans or ())}
    for row in gold:
        expected = [
            (e["side"] == "src", e["start"], e["end"], e["category"], e["severity"].lower()) for e in row["errors"]
        ]
        assert expected == [
            (e.hyp_span is None, *(e.hyp_span or e.src_span or ()), e.category, e.severity)
            for e in spans[row["system"], row["line"]]
        ]


def test_errors_of_metrics_are_ratings_by_them() -> None:
    units = tuple(UnitKey(s.id, s.document, (i,)) for i, s in enumerate(a_set().segments))
    hint, error = ErrorSpan((0, 1), confidence=0.4), ErrorSpan((0, 2), confidence=0.6)
    match = EntityError((0, 2), (0, 1), status="match")
    spans = ((hint, error, match), (), ())
    of_metric = SegmentScores(np.array([1.0, 0.0, np.nan]), spans=spans, reasons={2: "no output"})
    test_set = a_set(SystemOutput("A", ("It rains.", "No.", None)))
    info = MetricInfo("m", "m", 2, True, (0, 1), MetricSpec("m"))
    scores = Scores("x", "uk-en", "", {}, {"A": units}, {"m": info}, {("A", "m"): of_metric})
    found = of_evaluation(Evaluation("x", (test_set,), (scores,), (), (), {}, writer=lambda *_: PATH))
    assert [(r.protocol, r.document, r.segment, r.source, r.target, r.errors, r.score) for r in found] == [
        ("m", "d", "1", "Дощ.", "It rains.", (error,), 1.0),
        ("m", "d", "2", "Ні.", "No.", (), 0.0),
        ("m", "e", "1", "Ні.", "", (), None),
    ]
