"""A section is one file: dropped beside the others it appears, and nothing else changes."""

from dataclasses import replace
from pathlib import Path

import pytest
import sample

import mtqe.report.sections
from mtqe.report import page

SECTION = """
from markupsafe import Markup
ORDER = 15
def html(evaluation):
    return Markup("<p>{}</p>").format(f"about {evaluation.name} & more")
def markdown(evaluation):
    return "an extra line"
"""


def test_a_dropped_file_is_a_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [section.name for section in page.sections()]
    (tmp_path / "reading_time.py").write_text(SECTION)
    monkeypatch.setattr(mtqe.report.sections, "__path__", [*mtqe.report.sections.__path__, str(tmp_path)])
    names = [section.name for section in page.sections()]
    assert names == [*before[:2], "reading_time", *before[2:]]
    evaluation = sample.article()
    html = page.html(evaluation)
    assert '<h2 id="reading_time-title">Reading time</h2>\n<p>about frontline: the port &amp; more</p>' in html
    assert "## Reading time\n\nan extra line" in page.markdown(evaluation)


def test_sections_without_content_are_left_out() -> None:
    html = page.html(sample.article())
    assert 'id="systems"' not in html
    assert 'href="#systems"' not in html


def test_what_people_translated_and_systems_that_are_not_drawn_are_said() -> None:
    names = ("alpha", "beta", "gamma", "delta", "epsilon")
    evaluation = sample.systems(names, sizes=(40,), documents=(1,))
    scores = evaluation.scores[0]
    people = {**scores.systems, "beta": replace(scores.systems["beta"], human=True)}
    (comparison,) = evaluation.comparisons
    pairs = tuple(pair for pair in comparison.pairs if "beta" not in (pair.a, pair.b))
    outside = replace(comparison, pairs=pairs)
    evaluation = replace(evaluation, scores=(replace(scores, systems=people),), comparisons=(outside,))
    html = page.html(evaluation)
    assert "Translated by people, and outside of tests and clusters: beta." in html
    assert "Translated by people, and outside of tests and clusters: beta." in page.markdown(evaluation)
    assert html.count("Drawn: the 4 best of 5 systems.") == 2
    few = page.html(sample.systems(names[:2]))
    assert "Translated by people" not in few
    assert "Drawn:" not in few
