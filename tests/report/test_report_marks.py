"""Overlapping marks become runs that say the whole text once."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from mtqe.report.marks import Mark, bdi, marked, visible
from mtqe.report.view import count, number, p_value, percent


class Reader(HTMLParser):
    """Collects the text, and for each character the marks that its element names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.marks: list[set[str]] = []
        self.open: list[set[str]] = [set()]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(set((dict(attrs).get("data-mark") or "").split()))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.marks += [self.open[-1]] * len(data)


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted), max_size=5)


@given(st.text("ab <&\u0416\u0301", max_size=10), SPANS)
def test_runs_say_the_text_once_and_cover_exactly_their_spans(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [Mark(start, end, "wrong", "×", "title", f"m{i}-h", f"m{i}-r") for i, (start, end) in enumerate(spans)]
    page = str(marked(text, marks, "en"))
    reader = Reader(page)
    assert reader.text == text
    for position, names in enumerate(reader.marks):
        assert names == {f"m{i}" for i, (start, end) in enumerate(spans) if start <= position < end}
    for i in range(len(spans)):
        assert page.count(f'id="m{i}-h"') == 1


def test_an_insertion_point_is_seen() -> None:
    page = str(marked("ab", [Mark(1, 1, "missing", "∅", "a word is missing", "m0-h")], "en"))
    assert 'data-symbol="‸∅"' in page
    assert Reader(page).text == "ab"


def test_controls_become_visible_and_joiners_stay() -> None:
    assert visible("a\0\u202eb\u2028\u0085") == "a␀⟦U+202E⟧b⟦U+2028⟧⟦U+0085⟧"
    assert visible("tab\tline\nनि\u200dक") == "tab\tline\nनि\u200dक"
    assert visible("\ud800") == "⟦U+D800⟧"


def test_isolation_carries_language_and_direction() -> None:
    assert bdi("<b>", "pt_BR") == '<bdi lang="pt-BR" dir="auto">&lt;b&gt;</bdi>'
    assert bdi("x", "ar") == '<bdi lang="ar" dir="rtl">x</bdi>'


def test_numbers_read_as_they_are() -> None:
    assert [number(v, 1) for v in (1234.56, -0.04, -2.25, float("nan"), None)] == ["1,234.6", "0.0", "−2.2", "–", "–"]
    assert number(0.3, 1, signed=True) == "+0.3"
    assert [percent(v) for v in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]
    assert [count(n, "row") for n in (0, 1, 1200)] == ["no rows", "1 row", "1,200 rows"]


@given(st.floats(0, 1), st.booleans())
def test_a_p_value_never_reads_zero(p: float, at_least: bool) -> None:
    text = p_value(p, at_least)
    shown = float(text.removeprefix("≤ "))
    assert shown > 0
    assert abs(shown - p) <= max(5.0001e-4, 0.1 * p)
    assert text.startswith("≤") == at_least
