"""EvalSet directories: documents, references, human outputs and scores, and counts of those that are at hand."""

from pathlib import Path

import numpy as np
import pytest

from mtqe.errors import ConfigError, InputError
from mtqe.metrics import score
from mtqe.readers import load
from mtqe.readers._human import human_scores

FILES = {
    "sources/uk-en.txt": "а\nб\nв\n",
    "references/uk-en.refA.txt": "a\nb\nc\n",
    "references/uk-en.refB.txt": "A\nB\nC\n",
    "system-outputs/uk-en/refB.txt": "A\nB\nC\n",
    "system-outputs/uk-en/one.txt": "a\n\nd\n",
    "documents/uk-en.docs": "news\tx\nnews\tx\ntalk\ty\n",
    "human-scores/uk-en.mqm.seg.score": "one\t-1\none\tNone\none\t-2.5\n" + "refB\t0\n" * 3 + "gone\t1\n" * 3,
    "human-scores/uk-en.mqm.sys.score": "one\t-1.75\n",
    "human-scores/uk-en.mqm.seg.score~": "one\t1\n",
    "sources/de-en.txt": "x\n",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_text(text, encoding="utf-8")
    return tmp_path / "set"


def test_everything_is_there(data: Path) -> None:
    test_set = load(data, languages="uk-en")
    assert (test_set.name, test_set.languages, test_set.domains) == ("set", "uk-en", {"x": "news", "y": "talk"})
    assert [(s.id, s.source, s.references) for s in test_set.segments] == [
        ("x:1", "а", ("a", "A")),
        ("x:2", "б", ("b", "B")),
        ("y:3", "в", ("c", "C")),
    ]
    assert [(s.name, s.human, s.texts) for s in test_set.systems] == [
        ("one", False, ("a", "", "d")),
        ("refB", True, ("A", "B", "C")),
    ]
    unread, gone, same = test_set.notes
    assert unread.endswith(
        "scores of systems and documents are not read (uk-en.mqm.sys.score); those of mtqe are means of the segments'"
    )
    assert same == "human output 'refB' is reference 2 itself and is not scored against it"
    assert gone.endswith("seg.score: the scores of 'gone' are left out; it has no output")
    (place,) = test_set.locate("one", 2, 0, 1)
    assert (place.path, place.line) == (str(data / "system-outputs/uk-en/one.txt"), 3)


def test_references_are_chosen_by_name(data: Path) -> None:
    test_set = load(data, languages="uk-en", reference_sets=["refB"])
    assert (test_set.reference_names, [s.references for s in test_set.segments]) == (
        ("refB",),
        [("A",), ("B",), ("C",)],
    )
    assert load(data, languages="uk-en", reference_sets=["refA"]).notes[2:] == ()
    swapped = load(data, languages="uk-en", reference_sets=["refB", "refA"])
    assert swapped.segments[0].references == ("A", "a")
    with pytest.raises(ConfigError, match=r"unknown reference 'refC' of set \(refA, refB\); did you mean"):
        load(data, languages="uk-en", reference_sets=["refC"])
    with pytest.raises(ConfigError, match="is no data set; the references are the files"):
        load(data / "references/uk-en.refA.txt", languages="en", reference_sets=["refA"])


@pytest.mark.parametrize("metric", ["chrf", "bleu", "ter", "entities", "meaning"])
def test_no_reference_is_scored_against_itself(data: Path, metric: str) -> None:
    alone = score(load(data, languages="uk-en", reference_sets=["refB"]), [metric])
    assert alone["refB", metric].reasons == dict.fromkeys(range(3), "no reference")
    assert np.isnan(alone.corpus("refB", metric))
    both, other = (score(load(data, languages="uk-en", reference_sets=names), [metric]) for names in ((), ["refA"]))
    np.testing.assert_array_equal(both["refB", metric].values, other["refB", metric].values)
    assert both["one", metric].scored == other["one", metric].scored


def test_human_scores_stand_beside_those_of_metrics(data: Path) -> None:
    test_set = load(data, languages="uk-en")
    human = human_scores(test_set)
    assert human is not None
    np.testing.assert_equal(human["one", "human:mqm"].values, [-1, np.nan, -2.5])
    assert human["one", "human:mqm"].reasons == {1: "not rated"}
    both = score(test_set, ["chrf"]).merged(human)
    assert (both.corpus("one", "human:mqm"), both.corpus("refB", "human:mqm")) == (-1.75, 0)
    assert both.metrics["human:mqm"].decimals == 4
    assert human_scores(test_set.with_systems([])) is None


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("references/uk-en.refA.txt", "a\n", "refA.txt: has 1 lines where"),
        ("system-outputs/uk-en/one.txt", "a\nb\n", "one.txt: has 2 lines where"),
        ("documents/uk-en.docs", "news\tx\n", "uk-en.docs: has 1 lines for 3 segments"),
        ("human-scores/uk-en.mqm.seg.score", "one\t1\n", "seg.score: has 1 scores of 'one' for 3 segments"),
        ("human-scores/uk-en.mqm.seg.score", "one\t1\none\tnan\n", "score:2: is no system, tab and score; None says"),
        ("human-scores/uk-en.mqm.seg.score", "one 1\n", "score:1: is no system, tab and score"),
        ("references/uk-en.refA.txt.gz", "a\nb\nc\n", "refA.txt.gz: is the same as"),
    ],
)
def test_what_does_not_fit_is_refused(data: Path, name: str, text: str, message: str) -> None:
    (data / name).write_text(text)
    with pytest.raises(InputError) as raised:
        load(data, languages="uk-en")
    assert message in str(raised.value)


def test_a_pair_that_is_not_there_names_those_that_are(data: Path) -> None:
    with pytest.raises(InputError, match="set: has no en-uk; -l is one of de-en, uk-en"):
        load(data, languages="en-uk")
    with pytest.raises(InputError, match=r"references: has no reference de-en\.NAME\.txt"):
        load(data, languages="de-en")


@pytest.mark.parametrize(
    ("name", "pair", "systems", "human", "segments", "documents", "references", "rated"),
    [
        ("wmt21", "ru-en", 10, 1, 1000, 107, 2, {"human:wmt-raw": 9832, "human:wmt-z": 9832}),
        ("wmt21", "is-en", 10, 0, 1000, 47, 1, {"human:wmt-raw": 8903, "human:wmt-z": 8903}),
        ("wmt21", "ja-en", 16, 0, 1005, 81, 1, {"human:wmt-raw": 14482, "human:wmt-z": 14482}),
        ("wmt21", "zh-en", 8, 1, 650, 32, 1, {"human:mqm": 5850}),
        ("wmt21ted", "zh-en", 13, 2, 529, 5, 2, {"human:mqm": 7935}),
    ],
)
def test_counts_are_those_of_the_readme(
    shared: Path,
    name: str,
    pair: str,
    systems: int,
    human: int,
    segments: int,
    documents: int,
    references: int,
    rated: dict[str, int],
) -> None:
    test_set = load(shared / "data" / name, languages=pair)
    assert sum(not s.human for s in test_set.systems) == systems
    assert sum(s.human for s in test_set.systems) == human
    assert (len(test_set.segments), len(test_set.documents)) == (segments, documents)
    assert test_set.reference_sets == references
    scores = human_scores(test_set)
    assert scores is not None
    found = {m: sum(of.scored for (_, metric), of in scores.values.items() if metric == m) for m in scores.metrics}
    assert found == rated
    for file in (shared / "data" / name / "human-scores").glob(f"{pair}.*.sys.score"):
        rating = f"human:{file.name.split('.')[1]}"
        for line in file.read_text().splitlines():
            system, published = line.split("\t")
            assert scores.corpus(system, rating) == pytest.approx(float(published), rel=1e-5, abs=1e-5)


def test_outputs_of_a_directory_are_paired_by_document(data: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/y.txt").write_text("3\n")
    (tmp_path / "out/x.txt").write_text("1\n2\n")
    (data / "documents/uk-en.docs").write_text("news\ty\nnews\tx\nnews\tx\n")
    test_set = load(data, languages="uk-en", translations=tmp_path / "out")
    assert test_set.system("out").texts == ("3", "1", "2")
    (tmp_path / "out/y.txt").write_text("3\n4\n")
    (tmp_path / "out/x.txt").write_text("1\n")
    with pytest.raises(InputError, match="out: has other documents than set, or other lines in them; give a file a"):
        load(data, languages="uk-en", translations=tmp_path / "out")
    (data / "system-outputs/uk-en/two.en").write_text("1\n2\n3\n")
    assert (
        load(data, languages="uk-en")
        .notes[0]
        .endswith("set: outputs whose names do not end with .txt are left out (two.en)")
    )
