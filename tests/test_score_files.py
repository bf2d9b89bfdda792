"""Tables of segment scores that were made elsewhere: read as they stand, or refused with file and line."""

import math
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command import write_files

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.metrics import score
from mtqe.run import compare
from mtqe.score_files import read_scores, read_segment_scores, write_scores

HEADER = "test_set\tsystem\trun\tmetric\tid\tdocument\tdomain\tscore"
ROWS = [
    "one\tours\t1\tcomet\ta\td1\tnews\t0.9",
    "one\tours\t1\tcomet\tb\td2\tchat\t",
    "one\tours\t2\tcomet\tb\td2\tchat\t0.7",
    "one\tours\t2\tcomet\ta\td1\tnews\t0.8",
    "one\ttheirs\t\tcomet\ta\td1\tnews\t0.5",
    "one\ttheirs\t\tcomet\tb\td2\tchat\tNaN",
    "two\tours\t\tcomet\ta\td1\t\t80.25",
]


def test_every_column_is_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"s.tsv": [HEADER, *ROWS]})
    one, two = read_segment_scores(tmp_path / "s.tsv")
    assert list(one.systems) == ["ours#1", "ours#2", "theirs"]
    assert [(u.id, u.document, u.segments) for u in one.units["theirs"]] == [("a", "d1", (0,)), ("b", "d2", (1,))]
    assert one.domains == {"d1": "news", "d2": "chat"}
    assert one["ours#2", "comet"].values.tolist() == [0.8, 0.7]
    assert math.isnan(one["theirs", "comet"].values[1])
    assert one["theirs", "comet"].reasons == {1: "no score was given"}
    assert one.corpus("ours#1", "comet") == 0.9
    assert (one.metrics["comet"].decimals, two.metrics["comet"].decimals) == (4, 2)
    assert one.metrics["comet"].higher_is_better
    assert one.signature("theirs", "comet").startswith("comet|given:s.tsv|sha256:")
    assert two.domains == {}


def test_the_surprisal_of_words_comes_back(tmp_path: Path) -> None:
    texts = ("The goat ate 14 letters in Kyiv.", None, "Мекає коза.", "")
    segments = tuple(Segment(str(i), None, ("A goat.",), "d") for i, _ in enumerate(texts))
    test_set = TestSet("goats", None, "en", (Document("d", segments),), (SystemOutput("a", texts),))
    scores = score(test_set, ["chrf", "fluency"])
    words = scores["a", "fluency"].words
    assert words is not None
    assert [(texts[0] or "")[start:end] for start, end, _, counted in words[0] if counted] == [
        *("The", "goat", "ate", "letters", "in"),
    ]
    assert len(words[0]) == 7
    assert (words[1], words[3]) == ((), ())
    write_scores(tmp_path / "scores.parquet", [scores])
    (back,) = read_scores(tmp_path / "scores.parquet", [test_set])
    assert back["a", "fluency"].words == words
    assert back["a", "fluency"].spans == scores["a", "fluency"].spans
    assert back["a", "chrf"].words is None
    table = pq.read_table(tmp_path / "scores.parquet")
    pq.write_table(table.drop_columns(["words"]), tmp_path / "older.parquet")
    (older,) = read_scores(tmp_path / "older.parquet", [test_set])
    assert older["a", "fluency"].words is None


def test_two_columns_are_enough(tmp_path: Path) -> None:
    write_files(tmp_path, {"wmt.tsv": ["system\tscore", "a\t1", "b\t3", "a\t2", "b\t5"]})
    comparison = compare(tmp_path / "wmt.tsv")
    assert (comparison.test_set, comparison.metric, comparison.unit) == ("wmt", "score", "segment")
    assert [(place.system, place.score) for place in comparison.systems] == [("b", 4.0), ("a", 1.5)]
    assert not comparison.pairs[0].identical


def test_equal_scores_are_not_called_identical_output(tmp_path: Path) -> None:
    write_files(tmp_path, {"x.tsv": ["system\tscore", "a\t1", "b\t1", "a\t2", "b\t2"]})
    (pair,) = compare(tmp_path / "x.tsv").pairs
    assert (pair.p, pair.identical) == (1.0, False)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["system\tscor", "a\t1"], "x.tsv:1: unknown column 'scor'; did you mean 'score'?"),
        (["system\tmetric", "a\tb"], "x.tsv:1: no column 'score'"),
        (["system\tscore\tscore", "a\t1\t2"], "x.tsv:1: a column stands twice"),
        (["system\tscore"], "x.tsv: no scores below the header"),
        (["system\tscore", "a\t1\t2"], "x.tsv:2: 3 fields where the header has 2"),
        (["system\tscore", "a\t1", "a\tgood"], "x.tsv:3: 'good' is no score"),
        (["system\tscore", "a\tinf"], "x.tsv:2: 'inf' is no score"),
        (["system\tid\tscore", "a\ts\t1", "a\ts\t2"], "x.tsv:3: segment 's' of 'a' is scored twice"),
        (["system\trun\tscore", "a\t0\t1"], "x.tsv:2: a run is a number from 1, not '0'"),
        (["system\tid\tdocument\tscore", "a\ts\td\t1", "b\ts\te\t1"], "x.tsv:3: segment 's' stands in two documents"),
        (["system\tid\tscore", "a\ts\t1", "a\tt\t1", "b\ts\t2"], "'b' has 1 of 2 score scores of 'x' (none of 't')"),
        (
            ["system\tdocument\tdomain\tscore", "a\td\tnews\t1", "a\td\tchat\t1"],
            "x.tsv:3: document 'd' has two domains",
        ),
    ],
)
def test_odd_tables_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    write_files(tmp_path, {"x.tsv": lines})
    with pytest.raises(InputError) as error:
        read_segment_scores(tmp_path / "x.tsv")
    assert message in str(error.value)


def test_a_metric_that_is_not_there_cannot_be_lower_is_better(tmp_path: Path) -> None:
    write_files(tmp_path, {"x.tsv": ["system\tscore", "a\t1"]})
    with pytest.raises(ConfigError, match="did you mean 'score'"):
        read_segment_scores(tmp_path / "x.tsv", ["scores"])
