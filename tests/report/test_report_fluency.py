"""The heat map and the least fluent passages: what is shaded, and that the section and the command say the same."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st
from test_report_marks import Reader

from mtqe.fluency import FluencyResult, Token
from mtqe.fluency.files import Place, SystemFluency
from mtqe.report import fluency, heat, page
from mtqe.report.marks import Mark, Shade, marked
from mtqe.results import Evaluation

WORDS = st.lists(st.integers(0, 12), min_size=2, max_size=8, unique=True).map(sorted)


def section(evaluation: Evaluation) -> str:
    found = re.search(r'<section id="fluency".*?</section>', page.html(evaluation), re.DOTALL)
    assert found is not None
    return found[0]


def without_words() -> Evaluation:
    evaluation = sample.article()
    (scores,) = evaluation.scores
    changed = replace(scores["system-a", "fluency"], words=None)
    values = {**scores.values, ("system-a", "fluency"): changed}
    return replace(evaluation, scores=(replace(scores, values=values),))


def test_classes_are_quantiles_of_the_words_that_count() -> None:
    words = [(4 * i, 4 * i + 3, 4.0 * i, True) for i in range(100)]  # i bits per character
    name = (400, 403, 4000.0, False)
    bounds = heat.class_bounds([[*words[:50], name], words[50:]])
    assert bounds == pytest.approx((59.4, 79.2, 89.1, 96.03))
    found = heat.shades([*words, name], bounds)
    assert [(shade.start // 4, shade.style) for shade in found] == [
        (i, "heat2" if i < 80 else "heat3" if i < 90 else "heat4" if i < 97 else "heat5") for i in range(60, 100)
    ]
    assert [shade.bits for shade in found] == list(range(60, 100))
    assert heat.class_bounds([[name], []]) == ()
    assert heat.shades([(0, 3, 8.0, True)] * 5, heat.class_bounds([[(0, 3, 8.0, True)]])) == []


@given(st.text("ab <&\u0416\u0301", max_size=12), WORDS, WORDS)
def test_shading_changes_neither_text_nor_marks(text: str, ends: list[int], edges: list[int]) -> None:
    shades = [Shade(a, b, "heat4", 2.0) for a, b in zip(ends[::2], ends[1::2], strict=False)]
    marks = [Mark(a, b, "wrong", "×", "title", f"m{a}-h") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    plain, shaded = str(marked(text, marks, "en")), str(marked(text, marks, "en", shades))
    assert Reader(shaded).text == text
    assert shaded.count('class="mark') == plain.count('class="mark')
    shaded_text = "".join(re.findall(r'<span class="heat4"[^>]*>(.*?)</span>', shaded))
    assert Reader(shaded_text).text == "".join(text[s.start : s.end] for s in shades)


def test_a_word_is_escaped_and_says_its_bits() -> None:
    text = '<b title="x"> ok'
    assert str(marked(text, [], "ar", [Shade(0, 13, "heat5", 3.456)])) == (
        '<bdi class="text" lang="ar" dir="rtl"><span class="heat5" title="3.5 bits per character">'
        "&lt;b title=&#34;x&#34;&gt;</span> ok</bdi>"
    )
    inside = str(marked(text, [Mark(0, 16, "fluency", "~", "spelling")], "en", [Shade(0, 2, "heat2", 1.0)]))
    assert 'title="spelling\nup to 1.0 bits per character"' in inside
    assert '<span class="heat2">&lt;b</span>' in inside


def test_the_section_says_what_the_command_says() -> None:
    evaluation = sample.article()
    (scores,) = evaluation.scores
    found = scores["system-a", "fluency"]
    result = FluencyResult(
        found.statistics,
        found.spans or (),
        tuple(tuple(Token(*word) for word in words) for words in found.words or ()),
        "",
    )
    texts = tuple(text or "" for text in sample.TEXTS)
    places = tuple(Place("port", "out.txt", i) for i, _ in enumerate(texts, 1))
    listed = fluency.to_text([SystemFluency("system-a", places, texts, result)]).partition("least fluent")[2]
    least = re.findall(r"^  (-[\d.]+)  out.txt:(\d+)  .*\n +(.*)$", listed, re.MULTILINE)
    assert len(least) == 5
    assert [float(score) for score, _, _ in least] == sorted(float(score) for score, _, _ in least)
    assert "1" not in [row for _, row, _ in least], "a heading"
    html, markdown = section(evaluation), page.markdown(evaluation)
    rows = re.findall(r'<th scope="row"><a href="[^"]*">(\d+)</a>', html)
    assert rows == [row for _, row, _ in least]
    table = markdown[markdown.index("## Least fluent passages") :]
    for score, row, why in least:
        assert re.search(rf"\| {row} \|.*\| {re.escape(why)} \| −{score[1:]} \|", table)
        for word, bits in re.findall(r"(\w+) (\d\.\d)", why):
            assert f"{word}</bdi> <small>{bits}</small>" in html


def test_causes_are_verdicts_by_rule_and_the_most_surprising_words_that_count() -> None:
    text = "We we saw saw the the quay of Ulm."
    spans = [
        replace(sample.ErrorSpan(sample.spot(text, passage)), rule="repeated-word", confidence=sure)
        for passage, sure in (("We we", 0.4), ("saw saw", 0.9), ("the the", 0.9))
    ]
    bits = [3.0, 6.0, 8.0, 16.0, 4.0, 2.0, 30.0, 3.0, 90.0]
    words = [(m.start(), m.end(), b, b < 90) for m, b in zip(re.finditer(r"\w+", text), bits, strict=True)]
    causes = fluency.causes(text, spans, words)
    assert causes.errors == {"repeated word": ["saw saw", "the the"]}
    assert causes.words == [("quay", 6.0), ("saw", 4.0), ("we", 2.0)]
    assert str(causes) == (
        "repeated word (saw saw, the the); surprising words, bits a character: quay 6.0, saw 4.0, we 2.0"
    )


def test_without_words_there_is_no_map_and_without_the_metric_no_section() -> None:
    html = page.html(without_words())
    assert 'id="heat"' not in html
    assert 'class="heat' not in html
    assert "surprising:" not in section(without_words())
    evaluation = sample.systems()
    assert 'id="fluency"' not in page.html(evaluation)
    assert "Least fluent passages" not in page.markdown(evaluation)


@pytest.mark.parametrize("scripted", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_shades_words(browser: Any, reports: dict[str, Path], scripted: bool, scheme: str) -> None:
    looks = """element => {
      const style = getComputedStyle(element);
      return [style.backgroundColor, style.borderBottomStyle, element.title];
    }"""
    with browser.new_context(color_scheme=scheme, java_script_enabled=scripted) as context:
        tab = context.new_page()
        tab.goto((reports["article"] / "report.html").as_uri())
        words = {n: tab.locator(f"#text td .heat{n}").first for n in range(2, 6)}
        assert {tuple(word.evaluate(looks)[:2]) for word in words.values()} == {("rgba(0, 0, 0, 0)", "none")}
        assert not tab.locator(".heat-key .heat5").is_visible()
        tab.check("#heat")
        on = {n: word.evaluate(looks) for n, word in words.items()}
        assert len({colour for colour, _, _ in on.values()} - {"rgba(0, 0, 0, 0)"}) == len(on)
        assert [style for _, style, _ in on.values()] == ["none", "none", "dotted", "solid"]
        assert on[4][2] == "3.6 bits per character"
        assert tab.locator(".heat-key .heat5").is_visible()
        names = tab.locator("#text td[data-label=Output] .mark", has_text="Lozuvatka")
        assert names.locator("[class^=heat]").count() == 0
        tab.uncheck("#heat")
        assert words[5].evaluate(looks)[0] == "rgba(0, 0, 0, 0)"


def test_hostile_words_are_shaded_as_text(browser: Any, reports: dict[str, Path]) -> None:
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto((reports["hostile"] / "report.html").as_uri())
        tab.check("#heat")
        cells = tab.locator("#text td[data-label=Output]")
        assert any("<script>window.hacked = 1</script>" in text for text in cells.all_inner_texts())
        assert cells.locator("[class^=heat]").count() > 0
        assert tab.evaluate("window.hacked") is None
