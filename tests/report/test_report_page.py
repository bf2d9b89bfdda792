"""The page in a real browser: it asks for nothing, runs nothing foreign, fits a phone and can be read by anyone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("article", "systems", "hostile", "named")


@contextmanager
def opened(browser: Any, report: Path, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """The page of a report, and what it asked for beside itself or complained about."""
    context = browser.new_context(**options)
    page = context.new_page()
    address = (report / "report.html").as_uri()
    trouble: list[str] = []
    page.on("request", lambda request: None if request.url.split("#")[0] == address else trouble.append(request.url))
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(address)
    yield page, trouble
    context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_asks_for_nothing_and_fits(browser: Any, reports: dict[str, Path], name: str, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    with opened(browser, reports[name], viewport=size, color_scheme=scheme) as (page, trouble):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (background == "rgb(21, 23, 26)") == (scheme == "dark")
        assert trouble == []


@pytest.mark.parametrize("name", NAMES)
def test_is_sound_and_accessible(browser: Any, reports: dict[str, Path], name: str) -> None:
    with opened(browser, reports[name]) as (page, trouble):
        found = page.evaluate(
            """async () => {
              for (let fold; (fold = document.querySelector("main details:not([open])"));) {
                fold.open = true;
                await new Promise((resolve) => fold.addEventListener("toggle", resolve));
              }
              const all = (selector) => [...document.querySelectorAll(selector)];
              const ids = all("[id]").map((element) => element.id);
              const links = all("a[href]").map((a) => a.getAttribute("href"));
              const labels = (svg) => svg.getAttribute("aria-labelledby").split(" ");
              return {
                repeated: ids.filter((id, i) => ids.indexOf(id) !== i),
                dangling: links.filter((link) => !/^#./.test(link) || !document.getElementById(link.split(/[#?]/)[1])),
                scopeless: all("th:not([scope])").length,
                styled: all("main [style]:not(#explorer .view *)").length,
                plots: all("svg").length,
                unlabelled: all("svg").filter((svg) => svg.getAttribute("role") !== "img"
                  || !labels(svg).every((id) => document.getElementById(id).textContent)).length,
                hacked: window.hacked === undefined ? null : window.hacked,
                foreign: all("main :is(img, iframe, svg[onload], a[href^='javascript'])").length
                  + all("main script:not([type^='application/'])").length,
              };
            }"""
        )
        plots = found.pop("plots")
        assert plots >= 1
        empty = {
            "repeated": [],
            "dangling": [],
            "scopeless": 0,
            "styled": 0,
            "unlabelled": 0,
            "hacked": None,
            "foreign": 0,
        }
        assert found == empty
        assert trouble == []


def test_a_reordering_name_does_not_touch_its_neighbours(browser: Any, reports: dict[str, Path]) -> None:
    with opened(browser, reports["hostile"]) as (page, _):
        text = page.inner_text("main")
    assert "abc ⟦U+202E⟧def 71.2" in text
    assert not {"\u202e", "\0", "\u2028", "\a"} & set(text)
    assert "{{ 7 * 7 }}" in text


def test_a_mark_lights_its_counterpart_and_the_switch_turns_the_page_dark(
    browser: Any, reports: dict[str, Path]
) -> None:
    with opened(browser, reports["article"], color_scheme="light") as (page, trouble):
        page.locator("td[data-label=Output] .mark", has_text="Lozuvatka").hover()
        assert page.locator("td[data-label=Reference] .mark.lit").inner_text() == "Lozuvate"
        page.locator("td[data-label=Reference] .mark", has_text="2,300").focus()
        assert page.locator("td[data-label=Output] .mark.lit", has_text="23,000").count() == 1
        page.click("#theme")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(21, 23, 26)"
        assert page.inner_text("#theme") == "Light page"
        page.click("#theme")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(253, 253, 252)"
        assert trouble == []


def test_reads_without_its_script(browser: Any, reports: dict[str, Path]) -> None:
    with opened(browser, reports["article"], java_script_enabled=False) as (page, trouble):
        assert page.locator("#theme").is_visible() is False
        assert "2 names are wrong" in page.inner_text("main")
        assert page.locator("table.text tbody tr.unit").count() == 6
        assert trouble == []


def test_a_link_into_a_folded_text_opens_it(browser: Any, reports: dict[str, Path]) -> None:
    with opened(browser, reports["systems"]) as (page, _):
        row = page.locator("#text details.system:not([open])").first.get_attribute("id") + "u1"
        assert page.locator(f"#{row}").count() == 0
        page.evaluate(f"location.hash = '{row}'")
        page.wait_for_selector(f"details[open] #{row}")
        assert page.locator(f"#{row}").is_visible()


def test_the_verdict_comes_before_any_score(browser: Any, reports: dict[str, Path]) -> None:
    with opened(browser, reports["article"], viewport={"width": 1280, "height": 900}) as (page, _):
        text = page.inner_text("main")
        verdict = text[: text.index("Scores")]
        for words in ("2 names are wrong", "Lozuvatka", "Kremlin Balka", "Your style?", "Ingulets", "Reads badly"):
            assert words in verdict
        assert "67.8" not in verdict
        assert "not comparable with those of other texts" in text
        assert page.locator(".headline").bounding_box()["y"] < 400
