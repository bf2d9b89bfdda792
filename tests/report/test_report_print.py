"""The page on paper: what is worst stands on it, what asks for a mouse does not, and no page is wasted."""

import re
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(("name", "pages"), [("article", 6), ("systems", 7)])
def test_a_report_is_a_few_pages(browser: Any, reports: dict[str, Path], name: str, pages: int) -> None:
    width = 680  # CSS pixels between the margins of A4
    page = browser.new_page(color_scheme="dark", viewport={"width": width, "height": 960})
    page.goto((reports[name] / "report.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= pages
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    hidden = page.locator("nav, #theme, .skip, details:not([open]) > summary")
    assert not any(hidden.evaluate_all("all => all.map(one => one.checkVisibility())"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_worst_rows_of_all_systems_are_printed(browser: Any, reports: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto((reports["systems"] / "report.html").as_uri())
    page.emulate_media(media="print")
    tables = page.locator("#worst table.worst:visible")
    assert tables.count() == 2
    assert tables.nth(1).locator("tbody tr").count() == 20
    assert {*tables.nth(1).locator("tbody th").all_inner_texts()} == {"alpha", "beta"}
    scores = [float(text) for text in tables.nth(1).locator("tbody td.num:not(.other)").all_inner_texts()]
    assert scores == sorted(scores)
    assert page.locator("#text").is_visible() is False
    page.close()
