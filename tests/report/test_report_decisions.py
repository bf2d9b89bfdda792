"""What an editor decides in the page: kept, counted, read back by `mtqe entities --decisions`, put into the text."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample
from command import run, write_files

import mtqe
from mtqe.entities.user.decisions import read_decisions
from mtqe.report.decisions import COLUMNS, data, to_decide
from mtqe.report.sections import decisions as section
from mtqe.results import Evaluation

REFERENCE = [
    "The ferry from Reni to Izmail was late.",
    "",
    "Mayor Ostap Hrynevych of Lozuvate blamed the ice. It was 40 centimetres thick.",
    "The mayor of Lozuvate had asked Taras Bilozir for help.",
]
OUTPUT = [
    "Read also: the weather",
    "",
    "The ferry from Rina to Izmail was late.",
    "",
    "Mayor Ostap Hrynevych of Lozuvatka blamed the ice.  It was 400 centimetres thick.",
    "The mayor of Lozuvatka had 🚢 asked Petro Melnyk for help.",
    "",
    "All rights reserved",
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ferry")
    write_files(directory, {"ref.txt": REFERENCE, "out.txt": OUTPUT})
    return directory


@pytest.fixture(scope="module")
def ferry(files: Path) -> Evaluation:
    return mtqe.evaluate(files / "out.txt", files / "ref.txt", languages="en", metrics=["entities"])


@pytest.fixture(scope="module")
def report(ferry: Evaluation, files: Path) -> Path:
    return ferry.report(files / "report")


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    context = browser.new_context(accept_downloads=True)
    found = context.new_page()
    trouble: list[str] = []
    found.on("console", lambda message: trouble.append(message.text))
    found.on("pageerror", lambda error: trouble.append(str(error)))
    found.goto(report.as_uri())
    yield found
    assert trouble == []
    context.close()


def row(page: Any, form: str) -> Any:
    return page.locator("#decide tbody tr", has=page.locator("th", has_text=form))


def decide(page: Any, form: str, decision: str, note: str = "") -> None:
    row(page, form).locator("select").select_option(decision)
    row(page, form).locator("input").fill(note)


def downloaded(page: Any, action: str, directory: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(f"#decide [data-action={action}]")
    path = directory / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def status(page: Any) -> str:
    return str(page.inner_text("#decide .status"))


def test_the_lines_are_those_of_the_file(ferry: Evaluation) -> None:
    (system,) = data(ferry)["systems"]
    ((path, lines),) = system["files"]
    assert Path(path).name == "out.txt"
    assert lines == OUTPUT
    for item in system["items"]:
        for place in item["places"]:
            if place["at"]:
                _, line, start, end = place["at"]
                assert lines[line][start:end] == item["found"]
    assert {item["found"]: len(item["places"]) for item in system["items"]}["Lozuvatka"] == 2
    assert to_decide(ferry) == sum(len(item["places"]) for item in system["items"])


def test_decisions_are_counted_and_kept(page: Any) -> None:
    total = page.locator("#decide tbody tr").count()
    assert status(page) == f"0 of {total} decided."
    decide(page, "Rina", "right", "the port")
    decide(page, "Lozuvatka", "variant")
    row(page, "Petro Melnyk").first.locator("input").fill("who?")
    assert status(page) == f"2 of {total} decided."
    page.reload()
    assert status(page) == f"2 of {total} decided."
    assert row(page, "Rina").locator("select").input_value() == "right"
    assert row(page, "Rina").locator("input").input_value() == "the port"
    assert row(page, "Petro Melnyk").first.locator("input").input_value() == "who?"
    page.select_option("#decide [name=show]", "decided")
    assert page.locator("#decide tbody tr").count() == 2
    page.select_option("#decide [name=show]", "open")
    assert page.locator("#decide tbody tr").count() == total - 2
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#decide [data-action=clear]")
    page.reload()
    assert status(page) == f"0 of {total} decided."


def test_another_report_does_not_have_them(page: Any, browser: Any, files: Path, ferry: Evaluation) -> None:
    decide(page, "Rina", "right")
    write_files(files, {"other.txt": [*OUTPUT[:5], "The mayor of Lozuvatka had asked Petro Melnyk."]})
    other = mtqe.evaluate(files / "other.txt", files / "ref.txt", languages="en", metrics=["entities"])
    page.goto(other.report(files / "other").as_uri())
    assert status(page).startswith("0 of ")


def test_the_table_is_read_back(
    page: Any, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(page, "Rina", "wrong", '=HYPERLINK("x")\t"quoted"')
    decide(page, "Lozuvatka", "variant")
    decide(page, "400", "right")
    path = downloaded(page, "table", tmp_path)
    assert path.name == "decisions.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, delimiter="\t")
    assert tuple(head) == COLUMNS
    noted = [cells[-1] for cells in rows if cells[head.index("wrong")] == "Rina"]
    assert noted == ['\'=HYPERLINK("x")	"quoted"']
    found = read_decisions(path)
    assert [(group.canonical, group.variants) for group in found.aliases] == [("Lozuvate", ("Lozuvatka",))]
    assert [(of.right, of.wrong) for of in found.suppressions] == [("Reni", "Rina")]
    assert {(of.wrong, of.decision) for of in found.rows} >= {("400 centimetres", "error"), ("Lozuvatka", "variant")}

    monkeypatch.chdir(files)
    given = ["entities", "-t", "out.txt", "-r", "ref.txt", "-l", "en", "-f", "csv"]
    before = [line["wrong"] for line in csv.DictReader(run(capsys, *given)[1].splitlines())]
    code, out, _ = run(capsys, *given, "--decisions", str(path))
    after = [line["wrong"] for line in csv.DictReader(out.splitlines())]
    assert code == 0
    assert sorted(before) == sorted([*after, "Rina", "Lozuvatka", "Lozuvatka"])


def test_what_is_right_is_put_into_the_text(page: Any, tmp_path: Path) -> None:
    decide(page, "Rina", "right")
    decide(page, "Lozuvatka", "right")
    decide(page, "400", "wrong")
    path = downloaded(page, "text", tmp_path)
    assert path.name == "out.corrected.txt"
    corrected = [line.replace("Rina", "Reni").replace("Lozuvatka", "Lozuvate") for line in OUTPUT]
    assert path.read_text(encoding="utf-8").split("\n") == [*corrected, ""]
    assert "3 corrections were put in." in status(page)


def test_the_keyboard_is_enough(page: Any) -> None:
    page.focus("#decide [name=show]")
    page.keyboard.press("Tab")  # the table, which scrolls
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Decision on ")
    page.keyboard.press("r")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Note on ")
    page.keyboard.type("sure")
    assert status(page).startswith("1 of ")


def test_without_storage_it_is_said(browser: Any, report: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    page.goto(report.as_uri())
    decide(page, "Rina", "right")
    assert status(page).endswith("This browser keeps nothing for this page: download before you close it.")
    assert status(page).startswith("1 of ")
    context.close()


def test_without_a_script_there_are_no_controls(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert not page.locator("#decide").is_visible()
    assert "findings.csv has an empty column" in page.inner_text("#decisions")
    context.close()


def test_hostile_texts(browser: Any, reports: dict[str, Path], tmp_path: Path) -> None:
    evaluation = sample.hostile()
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.goto((reports["hostile"] / "report.html").as_uri())
    for select in page.locator("#decide tbody select").all():
        select.select_option("right")
    table = downloaded(page, "table", tmp_path)
    assert len(read_decisions(table).rows) == len(sample.HOSTILE)
    shown = page.input_value("#decide [name=system]")
    system = data(evaluation)["systems"][int(shown)]
    text = downloaded(page, "text", tmp_path).read_bytes().decode("utf-8", "surrogatepass")
    lines = list(system["files"][0][1])
    for item in system["items"]:
        for place in item["places"]:
            _, line, start, end = place["at"]
            lines[line] = lines[line][:start] + item["put"] + lines[line][end:]
    assert text == "".join(line + "\n" for line in lines)
    assert page.evaluate("window.hacked") is None
    context.close()


def test_overlapping_corrections_are_put_in_once(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that overlap the one that begins later; the other is told."""
    second = sample.entity(2, "000 tonnes", None, "wrong value", "unit", 0.9)
    monkeypatch.setitem(sample.NAMES, 2, [*sample.NAMES[2], replace(second, suggestion="300 tonnes")])
    path = sample.article().report(tmp_path / "overlap")
    page = browser.new_page()
    page.goto(path.as_uri())
    for form in ("23,000", "000 tonnes"):
        page.locator("#decide tbody tr", has_text=f"{form} →").locator("select").select_option("right")
    text = downloaded(page, "text", tmp_path).read_text(encoding="utf-8")
    assert "The first 14 barges carry 23,300 tonnes of barley.\n" in text
    assert "1 correction was put in. 1 could not be" in status(page)
    page.close()


def test_too_many_findings_are_for_a_spreadsheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "MOST", 3)
    body = str(section.html(sample.article()))
    assert "more than a page is good for (3)" in body
    assert "<script" not in body
    assert section.html(sample.systems()) is None or to_decide(sample.systems())


def test_nothing_in_the_data_ends_its_script() -> None:
    body = str(section.html(sample.hostile()))
    (packed,) = re.findall(r'<script type="application/json" id="decisions-data">(.*?)</script>', body, re.DOTALL)
    assert json.loads(packed) == json.loads(json.dumps(data(sample.hostile())))
