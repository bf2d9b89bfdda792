"""The index over all reports: the numbers of their records, links that lead there, names that stay text."""

import json
from pathlib import Path
from typing import Any

import pytest
import sample

from mtqe.cli import main
from mtqe.errors import DataWarning, InputError
from mtqe.report.index import write_index


@pytest.fixture
def site(reports: dict[str, Path], tmp_path: Path) -> Path:
    """Reports in folders whose names are hostile too, two of them with a date; and three records that are none."""
    folders = {"systems": "2024/systems", "article": "javascript:alert(1)", "hostile": "<img src=x> #?%41&amp; \u202e"}
    for name, folder in folders.items():
        (tmp_path / folder).mkdir(parents=True)
        for file in ("results.json", "report.html"):
            (tmp_path / folder / file).write_bytes((reports[name] / file).read_bytes())
    for folder, date in ((folders["systems"], "2024-05-01T10:00:00Z"), (folders["article"], "2025-01-31T23:59:59Z")):
        (tmp_path / folder / "manifest.json").write_text(json.dumps({"times": {"started": date}}))
    for folder, text in (("broken", "{"), ("other", '{"schema": "other/1"}'), ("list", "[]")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "results.json").write_text(text)
        (tmp_path / folder / "report.html").write_text("")
    return tmp_path


def test_runs_stand_newest_first_and_what_is_none_is_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--index", str(site)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{site / 'index.html'}\n"
    assert [Path(line.split(": ")[2]).parent.name for line in err.splitlines()] == ["broken", "list", "other"]
    page = (site / "index.html").read_text("utf-8")
    assert page.index("frontline: the port") < page.index("two sets") < page.index("&lt;/script&gt;")
    assert "2025-01-31 · " in page
    assert main(["report", "--index", str(site)]) == 0
    assert (site / "index.html").read_text("utf-8") == page
    for scores in sample.systems().scores:
        for system in scores.systems:
            assert f"<strong>{scores.corpus(system, 'chrf'):.1f}</strong>" in page


def test_without_a_directory_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such directory"):
        write_index(tmp_path / "none")
    assert "There is no report here yet." in write_index(tmp_path).read_text("utf-8")


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_links_lead_to_the_reports_and_nothing_else_happens(browser: Any, site: Path, width: int, scheme: str) -> None:
    with pytest.warns(DataWarning):
        write_index(site)
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    trouble: list[str] = []
    page.on("request", lambda request: trouble.append(request.url))
    page.on("console", lambda message: trouble.append(message.text))
    address = (site / "index.html").as_uri()
    page.goto(address)
    assert trouble == [address]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(img, script, svg, iframe)").count() == 0
    assert not {*"\u202e\0\u2028"} & set(page.inner_text("body"))
    links = page.locator("main a").evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith(site.as_uri()) for link in links)
    for link, title in zip(links, ("frontline: the port", "two sets", "</script>"), strict=True):
        page.goto(link)
        assert page.title().startswith(title)
    page.close()
