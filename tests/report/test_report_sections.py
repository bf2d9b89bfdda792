"""A section is one file: dropped beside the others it appears, and nothing else changes."""

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
    assert names == [before[0], "reading_time", *before[1:]]
    evaluation = sample.article()
    html = page.html(evaluation)
    assert '<h2 id="reading_time-title">Reading time</h2>\n<p>about frontline: the port &amp; more</p>' in html
    assert "## Reading time\n\nan extra line" in page.markdown(evaluation)


def test_sections_without_content_are_left_out() -> None:
    html = page.html(sample.article())
    assert 'id="systems"' not in html
    assert 'href="#systems"' not in html
