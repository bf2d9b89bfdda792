"""Files of ratings: what each format says, what it cannot, errors with file and line, and exact ways back."""

import contextlib
import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.errors import ConfigError, InputError
from mtqe.ratings import SEVERITIES, Rating, is_ratings, read, weight, write
from mtqe.results import EntityError, ErrorSpan

HEADER = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity"
ROWS = [
    "A\td\t1\t7\tr1\tДощ 🌧 йде.\tIt <v>is</v> 🌧 rain.\tAccuracy/Mistranslation\tMajor",
    "A\td\t1\t7\tr1\tДощ 🌧 йде.\tIt is 🌧 rain<v>.</v>\tFluency/Punctuation\tMinor",
    "A\td\t1\t7\tr2\tДощ 🌧 <v>йде</v>.\tIt is 🌧 rain.\tAccuracy/Omission\tminor",
    "A\td\t2\t8\tr1\tНі.\tNo.\tNo-error\tNo-error",
    "A\td\t2\t8\t\tНі.\tNo.\t\t",
]


def table(path: Path, *rows: str) -> Path:
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def test_an_mqm_table_has_the_errors_of_each_rater(tmp_path: Path) -> None:
    found = read(table(tmp_path / "x.tsv", HEADER, *ROWS)).ratings
    assert [(r.system, r.document, r.segment, r.rater, r.line, r.value) for r in found] == [
        ("A", "d", "1", "r1", 2, -5.1),
        ("A", "d", "1", "r2", 4, -1.0),
        ("A", "d", "2", "r1", 5, 0.0),
    ]
    assert (found[0].source, found[0].target) == ("Дощ 🌧 йде.", "It is 🌧 rain.")
    assert [(e.hyp_span, e.src_span, e.category, e.severity) for r in found for e in r.errors] == [
        ((3, 5), None, "Accuracy/Mistranslation", "major"),
        ((12, 13), None, "Fluency/Punctuation", "minor"),
        (None, (6, 9), "Accuracy/Omission", "minor"),
    ]


def test_marot_needs_no_header_and_wmt_has_others(tmp_path: Path) -> None:
    found = read(table(tmp_path / "x.tsv", HEADER, *ROWS)).ratings
    bare = read(table(tmp_path / "y.tsv", *(row + "\t{}" for row in ROWS))).ratings
    assert [replace(r, line=r.line + 1) for r in bare] == list(found)
    names = (
        "year source_lang document_id doc_segment_id system_id rater_id source reference candidate category severity"
    )
    rows = ["\t".join(["22", "uk", *r[1:3], r[0], r[4], r[5], "x", *r[6:]]) for r in (row.split("\t") for row in ROWS)]
    assert read(table(tmp_path / "z.tsv", names.replace(" ", "\t"), *rows)).ratings == found


def test_a_tool_stays_a_tool_in_marot(tmp_path: Path) -> None:
    error = ErrorSpan((0, 1), category="Other", severity="major", rule="bot")
    written = Rating("entities", "A", "d", "1", "bot", "s", "t", (error,))
    write([written], tmp_path / "x.any", "marot")
    (tmp_path / "x.any").rename(tmp_path / "x.tsv")
    (found,) = read(tmp_path / "x.tsv").ratings
    assert (found.protocol, found.rater, found.value) == ("automqm", "AutoMQM-bot", -5)
    write([found], tmp_path / "x.tsv")
    assert read(tmp_path / "x.tsv").ratings == (found,)


def test_tags_that_do_not_pair_cost_the_place_not_the_error(tmp_path: Path) -> None:
    path = table(
        tmp_path / "x.tsv",
        HEADER,
        "A\td\t1\t1\tr\ts\t<v>one two\tOther\tMajor",
        "A\td\t2\t2\tr\ts\t<v>one</v> and <v>two</v>\tOther\tMajor",
    )
    one, two = read(path).ratings
    assert (one.target, one.errors[0].hyp_span, one.value) == ("one two", None, -5)
    assert (two.target, two.errors[0].hyp_span, two.value) == ("one and two", (0, 11), -5)
    assert read(path).notes == (
        f"{path}: 1 line with an error that lost its place, since <v> and </v> do not pair (2)",
        f"{path}: 1 line with an error of several passages, which are taken as one (3)",
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*ROWS, "A\td\t1"], "x.tsv:7: 3 fields where there are 9 columns; a tab"),
        ([ROWS[0].replace("Major", "Grave")], "x.tsv:2: severity 'Grave' is none of neutral, minor, major, critical"),
        ([ROWS[0], ROWS[1].replace("rain", "hail")], "x.tsv:3: rates another text than line 2, which has the same"),
        ([ROWS[4]], "x.tsv: the file has no rating"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(table(tmp_path / "x.tsv", HEADER, *rows))
    assert str(raised.value).startswith(f"{tmp_path}/{message}")


def test_weights_are_those_of_the_field() -> None:
    def of(category: str, severity: str) -> float:
        return weight(ErrorSpan(None, category=category, severity=severity))  # type: ignore[arg-type]

    assert [of("Style/Awkward", severity) for severity in SEVERITIES] == [0, 1, 5, 10]
    assert (of("Fluency/Punctuation", "minor"), of("Fluency/Punctuation", "major")) == (0.1, 5)
    assert (of("Non-translation!", "major"), of("Source error", "minor")) == (25, 1)


ERRORS = (
    '[{"start_i":3,"end_i":4,"severity":"major","error_type":null},'
    '{"start_i":"missing","end_i":"missing","severity":"minor","error_type":null},'
    '{"start_i":0,"end_i":1,"severity":"undecided","error_type":null}]'
)


def esa(path: Path, *rows: list[str]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def esa_row(**changes: str) -> list[str]:
    row = {"login": "u1", "system": "wmt23.A", "item": "10", "kind": "TGT", "src": "ukr", "tgt": "eng", "score": "70"}
    row |= {"document": "d#A", "whole": "False", "errors": "[]", "start": "1.5", "end": "2.5"}
    return list((row | changes).values())


def test_an_esa_table_has_scores_and_errors(tmp_path: Path) -> None:
    path = esa(
        tmp_path / "x.csv",
        esa_row(errors=ERRORS, item="11"),
        esa_row(score="90"),
        esa_row(kind="BAD", document="d#A#bad1"),
        esa_row(whole="True"),
    )
    file = read(path)
    assert [(r.protocol, r.system, r.document, r.segment, r.rater, r.value, r.line) for r in file.ratings] == [
        ("esa", "A", "d", "1", "u1", 90.0, 2),
        ("esa", "A", "d", "2", "u1", 70.0, 1),
    ]
    assert [(e.hyp_span, e.category, e.severity) for e in file.ratings[1].errors] == [
        ((3, 5), "Other", "major"),
        (None, "Accuracy/Omission", "minor"),
    ]
    assert [note.partition(": ")[2] for note in file.notes] == [
        "errors that the annotator left undecided are left out (1)",
        "rows that test annotators are left out (1)",
        "scores of documents are left out (1)",
    ]
    for ending in ("jsonl", "tsv"):
        with pytest.raises(InputError, match=r"of .* is not known.*; give (it|the texts) with -d and -l"):
            write(file.ratings, tmp_path / f"y.{ending}")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (esa_row(item="x"), "is no row of 12 fields with an item's number"),
        (esa_row(score="101"), "score 101 is not from 0 to 100"),
        (esa_row(score="nan"), "has no score, or no errors as JSON (score nan is no number)"),
        (esa_row(item="9" * 5000), "is no row of 12 fields"),
        (esa_row(), "rates the item of line 1 again"),
        (esa_row(errors='[{"start_i":3}]', item="9"), "has no score, or no errors as JSON"),
        (esa_row(errors='[{"start_i":3,"end_i":1,"severity":"minor"}]'), "has no score, or no errors as JSON ((3, 2)"),
        (esa_row(errors="[" * 9999), "has no score, or no errors as JSON"),
        (esa_row()[:5], "is no row of 12 fields"),
    ],
)
def test_a_bad_esa_row_is_named(tmp_path: Path, row: list[str], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(esa(tmp_path / "x.csv", esa_row(), row))
    assert str(raised.value).startswith(f"{tmp_path}/x.csv:2: {message}")


SEGMENT = {"src": "Дощ.", "mt": "A rain falls.", "ref": "Rain.", "COMET": 0.75}
MARKED = SEGMENT | {"errors": [{"text": "rain", "start": 1, "end": 6, "severity": "minor", "confidence": 0.4}]}


def test_comet_exports_scores_and_spans(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"out/A.en.txt": [SEGMENT, MARKED]}))
    one, two = read(path).ratings
    assert (one.system, one.segment, one.value, one.errors) == ("A.en", "1", 0.75, ())
    assert two.errors == (ErrorSpan((2, 6), severity="minor", confidence=0.4, rule="comet"),)
    for bad in ({"errors": [{"start": 1, "end": 99, "severity": "minor"}]}, {"COMET": None}, {"mt": 1}):
        path.write_text(json.dumps({"A": [SEGMENT, SEGMENT | bad]}))
        with pytest.raises(InputError, match=r"x\.json: segment 2 of 'A' is not as COMET writes it \("):
            read(path)
    for text, message in (
        ("{", r"x\.json:1: is no JSON"),
        ("[]", "has no list of segments for each file; comet-score"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read(path)


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(["a\tb", "\n", "<v>", "🌧\u2028"])
name = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)


@st.composite
def any_rating(draw: st.DrawFn, plain: bool = False) -> Rating:
    """A rating; a `plain` one has all that Marot can say and nothing more."""
    source = draw(st.none() | (text.filter(bool) if plain else text))
    target = draw(text if plain else st.none() | text)

    def span(of: str | None) -> st.SearchStrategy[tuple[int, int] | None]:
        ends = st.tuples(*[st.integers(0, len(of or ""))] * 2).map(lambda pair: (min(pair), max(pair)))
        return st.none() if of is None else st.none() | ends

    rater, shared = draw(name), {"category": draw(text), "severity": draw(st.sampled_from(SEVERITIES))}
    errors = [
        ErrorSpan(draw(span(target)), None, draw(span(source)), rule=rater, **shared)
        for _ in range(draw(st.integers(0, 2)))
    ]  # type: ignore[arg-type]
    if not plain and draw(st.booleans()):
        errors.append(
            EntityError(None, (1, 2), None, confidence=0.5, suggestion="x", status="omitted", evidence=("e",))
        )
    score = None if plain else draw(st.none() | st.floats(allow_nan=False, allow_infinity=False))
    own = [draw(name) for _ in range(3)]
    return Rating("mqm", *own, rater, source, target, tuple(errors), score)  # type: ignore[call-arg, arg-type]


@given(ratings=st.lists(any_rating(), min_size=1, max_size=4))
def test_json_lines_come_back(ratings: list[Rating], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "x.jsonl"
    assert write(ratings, path) == []
    assert is_ratings(path)
    assert [replace(r, line=0) for r in read(path).ratings] == ratings


@given(ratings=st.lists(any_rating(plain=True), min_size=1, max_size=4, unique_by=lambda r: (r.system, r.rater)))
def test_marot_comes_back_or_is_refused(ratings: list[Rating], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "x.tsv"
    try:
        assert write(ratings, path) == []
    except InputError:
        assert not path.exists()
        return
    assert [replace(r, line=0) for r in read(path).ratings] == ratings


LINE = (
    '{"protocol": "x", "system": "A", "document": "d", "segment": "1", "rater": "r", "source": null, "target": "t", '
    '"errors": [{"hyp_span": [0, 1], "severity": "minor"}], "score": 1.5}'
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "JSONDecodeError"),
        ('{"protocol": "mqm", "rater": "r"}', "its keys are not protocol, system"),
        ("7", "AttributeError"),
        (LINE.replace("1.5", "1e999"), "score inf is no number"),
        (LINE.replace("1.5", "9" * 400), "OverflowError"),
        (LINE.replace("1.5", "true").replace("[0, 1]", "[0, 1.0]"), "is no span of a text of 1 characters"),
        (LINE.replace("[0, 1]", "[0, 2]"), "is no span of a text of 1 characters"),
        (LINE.replace("[0, 1]", "7"), "TypeError"),
        (LINE.replace('"minor"', "1"), "severity 1 is none of"),
        (LINE.replace('"minor"', '"minor", "confidence": 2'), "confidence 2 is not from 0 to 1"),
        (LINE.replace('"d"', "7"), "'document' is 7"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "x.jsonl"
    write([Rating("mqm", "A", "d", "1", "r", None, None, ())], path)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match=rf"x\.jsonl:2: is no rating \(.*{message}.*; mtqe convert"):
        read(path)


def test_half_a_surrogate_pair_is_not_written(tmp_path: Path) -> None:
    for ending in ("jsonl", "tsv"):
        with pytest.raises(InputError, match="half of a surrogate pair cannot be written"):
            write([Rating("mqm", "A", "d", "1", "r", "s", "\ud800", ())], tmp_path / f"x.{ending}")


def test_what_is_no_file_of_ratings_is_refused(tmp_path: Path) -> None:
    assert not is_ratings(table(tmp_path / "x.tsv", "ref\tA", "r\ta"))
    (tmp_path / "x.csv").write_bytes(b"a\rb,c\n")
    assert not is_ratings(tmp_path / "x.csv")
    for bad, error in (
        (tmp_path / "x.tsv", "holds no ratings that are known; known"),
        (tmp_path / "y", "file not found"),
    ):
        with pytest.raises(InputError, match=error):
            read(bad)
    with pytest.raises(ConfigError, match=r"x\.csv: error spans are written as \.jsonl \(jsonl\), or as"):
        write([], tmp_path / "x.csv")


VALID = {
    "x.tsv": "".join(row + "\n" for row in (HEADER, *ROWS)),
    "x.csv": 'u,A,1,TGT,a,b,70,d#A,False,"[{""start_i"":3,""end_i"":4,""severity"":""major""}]",1,2\n',
    "x.json": json.dumps({"A": [SEGMENT, MARKED]}),
    "x.jsonl": LINE + "\n",
}
pieces = st.sampled_from(
    [
        '"',
        "[",
        "]",
        "{",
        "}",
        "null",
        "-1",
        "1e999",
        "9" * 400,
        "true",
        "\t",
        ",",
        "\n",
        "<v>",
        "\\ud800",
        "Major",
        "NaN",
        "x",
    ]
)


@pytest.mark.parametrize("name", VALID)
@settings(max_examples=300)
@given(edits=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9), pieces), min_size=1, max_size=4))
def test_damage_is_an_error_of_ours_or_nothing(
    name: str, edits: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = VALID[name]
    for at, length, new in edits:
        text = text[: at % len(text)] + new + text[at % len(text) + length :] + " "
    path = tmp_path_factory.mktemp("t") / name
    path.write_text(text, encoding="utf-8")
    with contextlib.suppress(InputError):
        for rating in read(path).ratings:
            assert rating.value is None or math.isfinite(rating.value)
