import math
from pathlib import Path

import numpy as np
import pytest

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.metrics.entities import make

REFERENCES = (("They left Lviv in 2014.",), ("Nothing happened then.",), ("Oksana Melnyk met the French envoy.",))


def made_of(*systems: SystemOutput, references: tuple[tuple[str | None, ...], ...] = REFERENCES) -> TestSet:
    segments = tuple(Segment(str(i), None, texts, "d") for i, texts in enumerate(references))
    return TestSet("t", "uk", "en", (Document("d", segments),), systems)


GOOD = SystemOutput("good", ("They left Lviv in 2014.", "Nothing happened.", "Oksana Melnyk met the French envoy."))
BAD = SystemOutput("bad", ("They left Lvuv in 2041.", "Nothing happened.", "Oksana Melnik met the French envoy."))


def test_errors_per_mention() -> None:
    scores = make().score(made_of(GOOD, BAD))
    assert scores["good"].statistics.tolist() == [[0, 2], [0, 0], [0, 2]]
    assert scores["bad"].statistics.tolist() == [[2, 2], [0, 0], [0, 2]]
    assert scores["bad"].values[0] == 1.0
    assert math.isnan(scores["bad"].values[1])
    assert scores["bad"].reasons == {1: "no name or number to check"}
    assert make().aggregate(scores["bad"].statistics.sum(axis=0)) == 0.5


def test_the_aggregate_is_vectorised() -> None:
    sums = np.array([[1.0, 4.0], [0.0, 0.0]])
    assert np.allclose(make().aggregate(sums), [0.25, np.nan], equal_nan=True)


def test_every_mention_has_a_span() -> None:
    spans = make().score(made_of(BAD))["bad"].spans
    assert [(s.status, s.ref_span) for s in spans[0]] == [("misspelled", (10, 14)), ("wrong value", (18, 22))]  # type: ignore[attr-defined]


def test_a_score_does_not_depend_on_other_systems() -> None:
    other = SystemOutput("other", ("The lviv, the Left, the oksana.", "Melnyk.", None))
    alone, beside = make().score(made_of(BAD))["bad"], make().score(made_of(GOOD, other, BAD))["bad"]
    assert alone.spans == beside.spans
    assert np.array_equal(alone.statistics, beside.statistics)


def test_missing_output_omits_or_is_skipped() -> None:
    missing = SystemOutput("missing", (None, None, None))
    empty, skipped = (make(nulls).score(made_of(missing))["missing"] for nulls in ("empty", "skip"))
    assert empty.statistics.tolist() == [[2, 2], [0, 0], [2, 2]]
    assert skipped.statistics.sum() == 0
    assert set(skipped.reasons.values()) == {"no output"}


def test_the_first_reference_is_checked_and_the_others_are_evidence() -> None:
    references = (
        ("They left Odesa.", "They left Lviv."),
        (None, "Melnyk left Lviv."),
        (None, None),
        ("They left Lviv.", "They left Lwow."),
    )
    hyps = SystemOutput("s", ("They left Lviv.", "Melnyk left Lvuv.", "Nothing.", "They left Lwow."))
    scores = make().score(made_of(hyps, references=references))["s"]
    assert [[(s.status, s.reference) for s in unit] for unit in scores.spans] == [  # type: ignore[attr-defined]
        [("variant", 0)],
        [("match", 1), ("misspelled", 1)],
        [],
        [("variant", 0)],
    ]
    assert scores.statistics.tolist() == [[0, 1], [1, 2], [0, 0], [0, 1]]
    assert scores.reasons == {2: "no reference"}
    assert "references:first+others-as-evidence" in make().spec.signature


def test_a_further_reference_makes_no_error() -> None:
    one = made_of(GOOD, references=tuple((texts[0],) for texts in REFERENCES))
    two = made_of(GOOD, references=tuple((texts[0], "Madrid had 7,000 guests.") for texts in REFERENCES))
    for test_set in (one, two):
        assert make().score(test_set)["good"].statistics[:, 0].sum() == 0


def test_a_style_file_settles_what_is_an_error_and_stands_in_the_signature(tmp_path: Path) -> None:
    (tmp_path / "names.tsv").write_text("Lviv\tLvuv\n")
    style = tmp_path / "style.toml"
    style.write_text('aliases = "names.tsv"\n')
    plain, styled = make(), make(style=str(style))
    assert plain.score(made_of(BAD))["bad"].statistics[0].tolist() == [2, 2]
    assert styled.score(made_of(BAD))["bad"].statistics[0].tolist() == [1, 2]
    signatures = [plain.spec.signature, styled.spec.signature]
    (tmp_path / "names.tsv").write_text("Lviv\tLvuv\tLwow\n")
    changed = make(style=str(style)).spec
    assert len({*signatures, changed.signature}) == len({plain.spec.key, styled.spec.key, changed.key}) == 3
    assert "style:none" in signatures[0]


def test_a_style_file_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "style.toml").write_text('alias = "names.tsv"\n')
    with pytest.raises(ConfigError, match="did you mean 'aliases'"):
        make(style=str(tmp_path / "style.toml"))


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty or skip"):
        make("worst")
