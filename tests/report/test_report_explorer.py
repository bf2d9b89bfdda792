"""The segment explorer: what is packed is what was evaluated, and a real browser sorts, filters, searches and links."""

import base64
import itertools
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.report import explorer, folds, write
from mtqe.report.links import segments_link
from mtqe.report.view import parts
from mtqe.results import EntityError, ErrorSpan, Evaluation

SIZE = 90
PLACES = ("Orlivka", "Brenau", "Kelm", "Sosnivka", "Tarn")
WRONG = ("Orlovka", "Brinau", "Kelmo", "Sosnovka", "Tarnu")
LONG = "The mayor of Orlivka, who speaks slowly, says it once more. " * 60


def reference(i: int) -> str:
    return LONG if i == 7 else f"The ferry to {PLACES[i % 5]} leaves pier {i} at noon."


def careful(i: int) -> str:
    return reference(i).replace("at noon", "at midday")


def hasty(i: int) -> str:
    place = WRONG[i % 5] if i % 6 == 0 else PLACES[i % 5]
    return ("🚢🚢 " if i == 12 else "") + f"The boat to {place} leaves pier {i} at noon (no return)."


CHRF = {"careful": [50 + (37 * i) % 41 for i in range(SIZE)], "hasty": [40 + (23 * i) % 53 for i in range(SIZE)]}
TER = {"careful": [30 + i % 7 for i in range(SIZE)], "hasty": [35 + (11 * i) % 31 for i in range(SIZE)]}


def evaluation() -> Evaluation:
    """Two systems line by line, and a third that joins the first two segments and lacks the last one."""
    documents = tuple(
        Document(
            f"harbour-{d}",
            tuple(
                Segment(f"s{i}", f"Паром {i} відпливає опівдні.", (reference(i),), f"harbour-{d}")
                for i in range(d * 15, d * 15 + 15)
            ),
            {"domain": "news" if d % 2 else "talk"},
        )
        for d in range(6)
    )
    joined = (f"{reference(0)} And {reference(1)}", *map(reference, range(2, SIZE - 1)), None)
    systems = (
        SystemOutput("careful", tuple(map(careful, range(SIZE)))),
        SystemOutput("hasty", tuple(map(hasty, range(SIZE)))),
        SystemOutput("joined", joined, units=((0, 1), *((i,) for i in range(2, SIZE)))),
    )
    test_set = TestSet("the harbour", "uk", "en", documents, systems)
    names = {i: [_misspelled(i)] for i in range(0, SIZE, 6)}
    names[3] = [ErrorSpan(sample.spot(hasty(3), "(no return)"), category="Fluency/Grammar", confidence=0.9)]
    second = EntityError(
        sample.spot(joined[0], PLACES[1]), sample.spot(f"{reference(0)} {reference(1)}", PLACES[1]), status="variant"
    )
    values: dict[tuple[str, str], Any] = {
        ("joined", "chrf"): sample._scores([*range(1, SIZE - 1), None]),
        ("joined", "who"): sample._scores([0.0] * (SIZE - 1), {0: [second]}),
        ("hasty", "who"): sample._scores([0.0] * SIZE, names),
    }
    for system in ("careful", "hasty"):
        values[system, "chrf"] = sample._scores(CHRF[system])
        values[system, "ter"] = sample._scores(TER[system])
    infos = {info.name: info for info in (sample.CHRF, sample.TER, sample.ENTITIES)}
    return Evaluation("harbour", (test_set,), (sample._of(test_set, infos, values),), (), (), {}, write)


def _misspelled(i: int) -> EntityError:
    found, expected = sample.spot(hasty(i), WRONG[i % 5]), None
    if i != 7:
        expected = sample.spot(reference(i), PLACES[i % 5])
    return EntityError(found, expected, confidence=0.8, status="misspelled", type="place")


EVALUATION = evaluation()
SCROLL = """() => {
  const view = document.querySelector(".view");
  view.scrollTop += view.clientHeight / 2;
  view.dispatchEvent(new Event("scroll"));
}"""


def unpacked(packed: str) -> tuple[dict[str, Any], list[list[str]]]:
    """The JSON, and the texts of each row, read as the module's docstring says."""
    data = zlib.decompress(base64.b85decode(packed.translate(str.maketrans("./,", "<>&"))), -15).decode()
    line, _, body = data.partition("\n")
    head = json.loads(line)
    words = dict(zip(head["letters"], head["words"], strict=True))
    texts = iter("".join(words.get(letter, letter) for letter in text) for text in body.split("\0")[:-1])
    return head, [[next(texts) for _ in range(n)] for n in head["stored"]]


def column(head: dict[str, Any], rows: list[list[str]], side: int) -> list[str | None]:
    return [None if k is None else texts[k] for texts, k in zip(rows, head["columns"][side], strict=True)]


def test_what_is_packed_is_what_was_evaluated() -> None:
    (part,) = parts(EVALUATION)
    head, rows = unpacked(explorer.packed(part, EVALUATION))
    segments = part.test_set.segments
    assert head["ids"] == [segment.id for segment in segments]
    assert [head["documents"][d] for d in head["of"]] == [segment.document for segment in segments]
    assert [head["domains"][d] for d in head["of"]] == [part.test_set.domains[s.document] for s in segments]
    assert column(head, rows, 0) == [segment.source for segment in segments]
    assert column(head, rows, 1) == [segment.references[0] for segment in segments]
    assert head["systems"] == list(part.systems)
    for place, system in enumerate(head["systems"]):
        expected = {i: unit.hypothesis for unit in part.units[system] for i in unit.segments}
        assert column(head, rows, 2 + place) == [expected[i] for i in range(SIZE)]
        for (name, _, decimals, higher), values in zip(head["metrics"], head["scores"][place], strict=True):
            assert higher == part.scores.metrics[name].higher_is_better
            if part.scores.has(system, name):
                of = part.scores[system, name].values
                scores = {i: of[k] for k, unit in enumerate(part.units[system]) for i in unit.segments}
                shown = [None if value is None else value / 10**decimals for value in values]
                assert shown == [None if scores[i] != scores[i] else round(scores[i], decimals) for i in range(SIZE)]
            else:
                assert set(values) == {None}
    assert head["joined"][head["systems"].index("joined")] == [[0, 0, 1], [1, 0, 1]]


def test_marks_are_packed_with_what_they_cover() -> None:
    (part,) = parts(EVALUATION)
    head, rows = unpacked(explorer.packed(part, EVALUATION))
    place = head["systems"].index("hasty")
    output, expected = column(head, rows, 2 + place), column(head, rows, 1)
    steps, kinds, confidences, _, _, starts, lengths, ref_starts, ref_lengths, *_ = head["marks"][place]
    places = [sum(steps[: k + 1]) for k in range(len(steps))]
    assert places == sorted([*range(0, SIZE, 6), 3])
    for k, row in enumerate(places):
        style, _, label, type_, status, error = head["kinds"][kinds[k]]
        found = (output[row] or "")[starts[k] : starts[k] + lengths[k]]
        if row == 3:
            assert (found, style, type_, error, confidences[k]) == ("(no return)", "fluency", "", False, 90)
            assert (ref_starts[k], ref_lengths[k]) == (-1, 0)
        else:
            assert (found, style, type_, status, error) == (WRONG[row % 5], "wrong", "place", "misspelled", True)
            assert label == "place, misspelled"
            assert (expected[row] or "")[ref_starts[k] : ref_starts[k] + ref_lengths[k]] == PLACES[row % 5]


def test_a_mark_of_joined_segments_stands_in_the_segment_that_it_is_of() -> None:
    (part,) = parts(EVALUATION)
    head, _ = unpacked(explorer.packed(part, EVALUATION))
    steps, _, _, _, _, starts, _, ref_starts, ref_lengths, *_ = head["marks"][head["systems"].index("joined")]
    assert steps == [0, 1]
    assert starts[0] == starts[1]
    assert list(zip(ref_starts, ref_lengths, strict=True)) == [(-1, 0), (reference(1).index(PLACES[1]), len(PLACES[1]))]


@given(
    st.lists(
        st.lists(st.none() | st.text(alphabet=" aб-\n\t🚢語̈\ud800\0", max_size=12), min_size=3, max_size=3), min_size=1
    )
)
def test_any_text_comes_back(texts: list[list[str | None]]) -> None:
    rows = [[None if text is None else explorer._storable(text) for text in row] for row in texts]
    assert all(
        len(a or "") == len(b or "") for x, y in zip(texts, rows, strict=True) for a, b in zip(x, y, strict=True)
    )
    stored, columns, flat = explorer._texts(list(zip(*texts, strict=True)))
    letters, coded = explorer._coded(flat)
    words = {letter: word for word, letter in letters.items()}
    back = iter("".join(words.get(letter, letter) for letter in text) for text in coded)
    found = [[next(back) for _ in range(n)] for n in stored]
    assert [[None if (k := of[i]) is None else found[i][k] for of in columns] for i in range(len(texts))] == rows


def test_links_hold_the_state() -> None:
    (part,) = parts(EVALUATION)
    link = segments_link(part, a="x & y", b="", name="Ivan's 50 %", length=(1, 20), low=0.5)
    assert link == "#segments?a=x+%26+y&b=&name=Ivan%27s+50+%25&low=0.5&length=1-20"
    (article,) = parts(sample.article())
    assert segments_link(article, a="system-a") is None
    first, second = parts(sample.systems())
    assert segments_link(second, a="alpha") == "#segments?a=alpha&set=set-2"
    assert segments_link(first) == "#segments?"


def test_only_long_closed_folds_are_put_away() -> None:
    long = "x" * (folds.LONG + 1)
    inner = f"<details><summary>in</summary>{long}</details>"
    body = f"<p></p><details open><summary>a</summary>{inner}</details><details><summary>b</summary>short</details>"
    inside = f"<details class='c'><summary>c</summary>{inner}</details><noscript>{inner}</noscript>"
    put_away = '<noscript class="fold">'
    assert folds.folded(Markup(body)) == (
        f"<p></p><details open><summary>a</summary><details><summary>in</summary>{put_away}{long}</noscript></details>"
        "</details><details><summary>b</summary>short</details>"
    )
    assert folds.folded(Markup(inside)) == (
        f"<details class='c'><summary>c</summary>{put_away}{inner}</noscript></details><noscript>{inner}</noscript>"
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return EVALUATION.report(tmp_path_factory.mktemp("explorer"))


@pytest.fixture(scope="module")
def shared_page(browser: Any, report: Path) -> Iterator[tuple[Any, list[str]]]:
    page, trouble = opened(browser, report)
    yield page, trouble
    page.context.close()


@pytest.fixture
def page(shared_page: tuple[Any, list[str]]) -> Iterator[Any]:
    """The explorer in its first state; nothing may be asked for or complained about."""
    found, trouble = shared_page
    found.click("[data-action=reset]")
    yield found
    assert trouble == []


def opened(browser: Any, report: Path, link: str = "", **options: Any) -> tuple[Any, list[str]]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()
    trouble: list[str] = []
    page.on(
        "request", lambda request: None if request.url.split("#")[0] == report.as_uri() else trouble.append(request.url)
    )
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(report.as_uri() + link)
    page.wait_for_selector("#explorer[data-ready]")
    return page, trouble


def choose(page: Any, state: Mapping[str, str]) -> None:
    """Fills in fields, folded ones too, as a hand would."""
    for name, value in state.items():
        page.locator(f"#explorer [name={name}]").evaluate(
            "(field, value) => { field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })); }",
            value,
        )
        assert page.input_value(f"#explorer [name={name}]") == value


def numbers(page: Any) -> list[int]:
    """The segments drawn, counted from 0."""
    return [int(text) - 1 for text in page.locator("#explorer .row .about a").all_inner_texts()]


def found(page: Any, filters: Mapping[str, str]) -> list[int]:
    """What passes the filters, all of it, in the order of the text."""
    choose(page, filters)
    rows: list[int] = []
    for _ in range(SIZE):
        rows += [row for row in numbers(page) if row not in rows]
        before = page.evaluate("document.querySelector('.view').scrollTop")
        page.evaluate(SCROLL)
        if page.evaluate("document.querySelector('.view').scrollTop") == before:
            break
    count = re.match(r"\d+", page.inner_text(".status"))
    assert count is not None
    assert int(count[0]) == len(rows)
    return rows


def cell(page: Any, row: int, label: str) -> Any:
    of = page.locator(".row", has=page.locator(".about a", has_text=re.compile(rf"^{row + 1}$")))
    return of.locator(".texts > .sides .side", has=page.locator("small", has_text=re.compile(f"^{label}")))


def best_first(key: Sequence[float]) -> list[int]:
    return sorted(range(SIZE), key=lambda i: (-key[i], i))


def test_only_the_rows_in_view_are_drawn_and_each_is_whole(page: Any) -> None:
    assert found(page, {}) == list(range(SIZE))
    assert len(numbers(page)) < 20
    choose(page, {"text": "speaks slowly"})
    assert cell(page, 7, "Reference").locator("bdi.text").inner_text() == LONG
    assert page.locator(".row").bounding_box()["height"] > 500
    choose(page, {"text": ""})
    boxes = [row.bounding_box() for row in page.locator(".row").all()]
    assert all(round(a["y"] + a["height"]) == round(b["y"]) for a, b in itertools.pairwise(boxes))


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ({"sort": "a-b"}, [a - b for a, b in zip(CHRF["careful"], CHRF["hasty"], strict=True)]),
        ({"sort": "b-a"}, [b - a for a, b in zip(CHRF["careful"], CHRF["hasty"], strict=True)]),
        ({"sort": "b-a", "metric": "ter"}, [a - b for a, b in zip(TER["careful"], TER["hasty"], strict=True)]),
        ({"sort": "worst"}, [-a for a in CHRF["careful"]]),
        ({"sort": "worst", "metric": "ter", "a": "hasty", "b": ""}, TER["hasty"]),
        ({"sort": "worst", "a": "joined"}, [-1.0, *(-float(max(1, i)) for i in range(1, SIZE - 1)), -1000.0]),
        ({"sort": "entities"}, [float(i % 6 == 0) for i in range(SIZE)]),
    ],
)
def test_sorts(page: Any, state: dict[str, str], key: list[float]) -> None:
    choose(page, {"a": "careful", "b": "hasty"} | state)
    rows = numbers(page)
    assert len(rows) > 2
    assert rows == best_first(key)[: len(rows)]


def test_metrics_disagree_where_one_prefers_a_and_the_other_b(page: Any) -> None:
    leads = []
    for sign, of in ((1, CHRF), (-1, TER)):
        values = [sign * (a - b) for a, b in zip(of["careful"], of["hasty"], strict=True)]
        middle = sum(values) / SIZE
        spread = (sum((v - middle) ** 2 for v in values) / SIZE) ** 0.5
        leads.append([(v - middle) / spread for v in values])
    choose(page, {"a": "careful", "b": "hasty", "sort": "disagreement"})
    rows = numbers(page)
    assert rows == best_first([abs(x - y) for x, y in zip(*leads, strict=True)])[: len(rows)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"domain": "news"}, [i for i in range(SIZE) if i // 15 % 2]),
        ({"document": "harbour-2"}, list(range(30, 45))),
        ({"document": "BOUR-1"}, list(range(15, 30))),
        ({"error": "any"}, sorted([*range(0, SIZE, 6), 3])),
        ({"error": "fluency"}, [3]),
        ({"error": "place"}, list(range(0, SIZE, 6))),
        ({"error": "place, misspelled", "domain": "talk"}, [i for i in range(0, SIZE, 6) if not i // 15 % 2]),
        ({"error": "any", "b": ""}, []),
        ({"name": "Brinau"}, [i for i in range(0, SIZE, 6) if i % 5 == 1]),
        ({"name": "Tarn"}, list(range(4, SIZE, 5))),
        ({"low": "60", "high": "62.5"}, [i for i in range(SIZE) if 60 <= CHRF["careful"][i] <= 62.5]),
        ({"metric": "ter", "high": "30"}, [i for i in range(SIZE) if TER["careful"][i] <= 30]),
        ({"low": "a lot"}, list(range(SIZE))),
        ({"length": f"{len(LONG)}-{len(LONG)}"}, [7]),
        ({"text": "PIER 12 AT"}, [12]),
        ({"text": "опівдні"}, list(range(SIZE))),
        ({"text": ".*"}, []),
        ({"text": "(NO RETURN)", "document": "harbour-0"}, list(range(15))),
        ({"text": "(no return)", "b": ""}, []),
        ({"text": "noon.the"}, []),
    ],
    ids=str,
)
def test_filters(page: Any, filters: dict[str, str], expected: list[int]) -> None:
    assert found(page, {"a": "careful", "b": "hasty"} | filters) == expected


def test_differences_stand_on_both_sides(page: Any) -> None:
    choose(page, {"a": "careful", "b": "hasty"})
    assert cell(page, 1, "A").locator(".difference").all_inner_texts() == ["ferry", "midday"]
    assert cell(page, 1, "B").locator(".difference").all_inner_texts() == ["boat", "noon (no return)"]
    assert cell(page, 1, "Reference").locator(".difference").count() == 0
    choose(page, {"diff": "reference"})
    assert cell(page, 1, "A").locator(".difference").all_inner_texts() == ["midday"]
    assert cell(page, 1, "B").locator(".difference").all_inner_texts() == ["boat", "(no return)"]
    parts = cell(page, 1, "Reference").locator(".difference")
    assert [(p.inner_text(), p.get_attribute("data-who")) for p in parts.all()] == [("ferry", "B"), ("noon", "A")]
    choose(page, {"diff": "none"})
    assert page.locator(".row .difference").count() == 0


def test_what_was_searched_for_is_shown(page: Any) -> None:
    choose(page, {"a": "careful", "b": "hasty", "text": "PIER 12 "})
    assert page.locator(".row .hit").all_inner_texts() == ["pier 12 "] * 3
    choose(page, {"text": "kelmo"})
    assert page.locator(".row .mark .hit").all_inner_texts() == ["Kelmo"] * page.locator(".row").count()


def test_marks_stand_on_both_sides_and_light_each_other(page: Any) -> None:
    choose(page, {"a": "careful", "b": "hasty", "text": "pier 12 at"})
    mark = cell(page, 12, "B").locator(".mark")
    assert (mark.inner_text(), mark.get_attribute("data-symbol")) == ("Kelmo", "×")
    assert mark.get_attribute("title") == "place, misspelled; reference: Kelm; confidence 0.80"
    mark.hover()
    other = cell(page, 12, "Reference").locator(".mark.lit")
    assert (other.inner_text(), other.get_attribute("title")[:3]) == ("Kelm", "B: ")


def test_joined_missing_and_further_outputs_are_shown(page: Any) -> None:
    choose(page, {"a": "joined", "b": "careful"})
    assert "A has rows 1 to 2 as one text with one score." in page.locator(".row").first.inner_text()
    choose(page, {"text": f"pier {SIZE - 1} at"})
    assert cell(page, SIZE - 1, "A").inner_text().endswith("not in the output")
    others = page.locator(".row details")
    assert others.inner_text() == "1 other system"
    others.locator("summary").click()
    assert others.locator("bdi.text").inner_text() == hasty(SIZE - 1)
    assert others.locator("small").inner_text() == f"hasty {CHRF['hasty'][-1]}.0"


def test_keys_move_search_and_change_systems(page: Any) -> None:
    def now() -> list[str]:
        return page.locator(".row[aria-current] .about a").all_inner_texts()

    page.focus(".view")
    for key, row in (("j", "1"), ("j", "2"), ("j", "3"), ("k", "2")):
        page.keyboard.press(key)
        assert now() == [row]
    for _ in range(30):
        page.keyboard.press("j")
    assert now() == ["32"]
    box, view = page.locator(".row[aria-current]").bounding_box(), page.locator(".view").bounding_box()
    assert view["y"] <= box["y"]
    assert box["y"] + box["height"] <= view["y"] + view["height"] + 1
    a, b = page.input_value("[name=a]"), page.input_value("[name=b]")
    page.keyboard.press("]")
    assert page.input_value("[name=a]") != a
    page.keyboard.press("[")
    assert (page.input_value("[name=a]"), now()) == (a, ["32"])
    page.keyboard.press("}")
    assert page.input_value("[name=b]") != b
    page.keyboard.press("?")
    assert page.locator("#explorer .keys[open]").count() == 1
    page.keyboard.press("/")
    page.keyboard.type("pier 4 ")
    assert (numbers(page), page.input_value("[name=a]")) == ([4], a)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "view"


def test_the_address_holds_the_state(browser: Any, report: Path, page: Any) -> None:
    choose(page, {"a": "hasty", "b": "careful", "sort": "worst", "error": "place", "text": "pier 3"})
    page.locator(".row").nth(1).click()
    page.click("[data-action=copy]")
    said = page.locator(".status", has_text="The link is ")
    assert said.inner_text() in ("The link is copied.", "The link is in the address bar.")
    link = page.url.partition("#")[2]
    other, trouble = opened(browser, report, f"#{link}")
    assert numbers(other) == numbers(page)
    assert other.locator(".row[aria-current]").count() == 1
    assert other.input_value("[name=a]") == "hasty"
    assert other.inner_text(".filters > summary") == "Filters (1)"
    assert other.locator("#segments").bounding_box()["y"] < 10
    (part,) = parts(EVALUATION)
    made = segments_link(part, a="joined", b="", document="harbour-3", row="s50")
    other.evaluate("hash => { location.hash = hash; }", made)
    other.wait_for_selector(".row[aria-current] .about a >> text=51")
    assert (other.input_value("[name=b]"), other.inner_text(".status")) == ("", "15 of 90 segments")
    other.evaluate("location.hash = 'segments?a=nobody&sort=%00&row=none&document=harbour-3&x=%zz'")
    other.wait_for_timeout(100)
    assert other.inner_text(".status") == "15 of 90 segments"
    assert trouble == []
    other.context.close()


def test_a_link_picks_its_test_set(browser: Any, reports: dict[str, Path]) -> None:
    link = "#segments?a=beta&set=set-2&row=set-2-7"
    page, trouble = opened(browser, reports["systems"] / "report.html", link)
    assert [page.input_value(f"[name={name}]") for name in ("set", "a", "b")] == ["set-2", "beta", "alpha"]
    assert page.locator(".row[aria-current] .about a").inner_text() == "8"
    choose(page, {"set": "set-1"})
    page.wait_for_selector(".status >> text=12 segments")
    assert trouble == []
    page.context.close()


def test_a_name_of_another_section_leads_here(page: Any) -> None:
    page.locator("#names table.names th a", has_text="Sosnivka").first.click()
    page.wait_for_selector(".status >> text=18 of 90 segments")
    assert page.input_value("[name=name]") == "Sosnivka"


def test_reads_without_its_script(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#explorer").is_visible() is False
    assert page.locator("#segments table.text tbody tr").count() == 3 * (50 // 3)
    assert page.locator("#segments table.text tbody tr").first.is_visible()
    context.close()


def test_an_old_browser_says_so_in_one_line(browser: Any, report: Path) -> None:
    page = browser.new_context().new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(report.as_uri())
    page.wait_for_selector("#explorer >> text=cannot unpack")
    assert "DecompressionStream is not defined" in page.inner_text("#explorer")
    assert page.locator("#explorer").bounding_box()["height"] < 40
    page.context.close()


@pytest.mark.parametrize("policy", [True, False])
def test_hostile_texts_do_nothing(browser: Any, reports: dict[str, Path], tmp_path: Path, policy: bool) -> None:
    html = (reports["hostile"] / "report.html").read_text("utf-8")
    file = tmp_path / "report.html"
    file.write_text(html if policy else re.sub("<meta http-equiv[^>]*>", "", html), "utf-8")
    page, trouble = opened(browser, file)
    for name in ("a", "b", "sort", "error", "diff"):
        for option in page.locator(f"#explorer [name={name}] option").all():
            choose(page, {name: option.get_attribute("value")})
    choose(page, {"error": "", "text": "</SCRIPT>"})
    assert numbers(page) == [0]
    page.click("[data-action=reset]")
    for details in page.locator(".row details summary").all():
        details.click()
    assert numbers(page)[:4] == [0, 1, 2, 3]
    shown = page.locator("#explorer").evaluate("element => element.textContent")
    assert "abc ⟦U+202E⟧def 71.2" in shown
    assert "nul ␀ bell ␇" in shown
    assert not {"\u202e", "\0", "\u2028", "\a"} & set(shown)
    assert page.locator("#explorer :is(img, script, iframe, svg, [onload], [onerror])").count() == 0
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert trouble == []
    page.context.close()
