"""Rows here are invented."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqe.entities.user.decisions import Decision, Decisions, read_decisions, wilson
from mtqe.entities.user.settle import settle
from mtqe.entities.user.style import AliasGroup, Style, Suppression
from mtqe.errors import InputError
from mtqe.results import EntityError

HEAD = "system\tstatus\tconfidence\twrong\tright\tdecision\n"


def read(tmp_path: Path, rows: str, name: str = "decisions.tsv", head: str = HEAD) -> Decisions:
    path = tmp_path / name
    path.write_text(head + rows, encoding="utf-8")
    return read_decisions(path)


def test_verdicts_become_aliases_and_suppressions(tmp_path: Path) -> None:
    decisions = read(
        tmp_path,
        "a\tmisspelled\t0.7\tZoubko\tZubko\tvariant\n"
        "a\treplaced\t0.65\tBand\tLegion\twrong\n"
        "b\treplaced\t0.65\tMadrid\tKyiv\terror\n"
        "b\tomitted\t0.6\t\tMr Hale\tvariant\n"
        "b\thallucinated\t0.6\tEdited\t\twrong\n"
        "b\tmisspelled\t0.6\tLviw\tLviv\t\n",
    )
    assert decisions.aliases == (AliasGroup("Zubko", ("Zoubko",)),)
    assert decisions.suppressions == (
        Suppression("Legion", "Band", "replaced"),
        Suppression("", "Edited", "hallucinated"),
        Suppression("Mr Hale", "", "omitted"),
    )
    assert (len(decisions.rows), decisions.open) == (5, 1)
    precision = decisions.precision()
    assert (precision.right, precision.total) == (1, 5)


def test_the_detector_does_not_repeat_what_was_decided(tmp_path: Path) -> None:
    decisions = read(tmp_path, "a\tmisspelled\t0.7\tZoubko\tZubko\tvariant\na\treplaced\t0.7\tBand\tLegion\twrong\n")
    errors = [
        EntityError((0, 6), (0, 5), status="misspelled", type="person"),
        EntityError((15, 19), (14, 20), status="replaced", type="organisation"),
    ]
    settled = settle(errors, "Zubko led the Legion.", "Zoubko led the Band.", decisions.as_style())
    assert [(e.status, e.rule) for e in settled] == [("variant", "alias"), ("variant", "suppressed")]


def test_hints_are_no_alarms(tmp_path: Path) -> None:
    decisions = read(
        tmp_path, "a\tomitted\t0.4\t\tKyiv\terror\na\tundecided\t0.5\tx\ty\terror\na\tomitted\t0,5\t\tz\terror\n"
    )
    assert decisions.precision().total == 1


def test_an_error_anywhere_keeps_a_pair_of_forms_from_being_an_alias(tmp_path: Path) -> None:
    rows = "a\treplaced\t0.7\tBand\tLegion\twrong\na\treplaced\t0.7\tband\tLegion\terror\n"
    decisions = read(tmp_path, rows)
    assert (decisions.aliases, decisions.suppressions) == ((), ())
    assert decisions.precision().right == 1


def test_decisions_add_to_a_style_and_do_not_undo_it(tmp_path: Path) -> None:
    rows = "a\tmisspelled\t0.7\tKyjiw\tKyiv\tvariant\na\tmisspelled\t0.7\tKiev\tKyiv\tvariant\n"
    style = Style("endonym", (AliasGroup("Kyiv", ("Kyyiv",), ("Kiev",)),), (Suppression("a", "b"),))
    merged = read(tmp_path, rows).as_style(style)
    assert merged.aliases == (AliasGroup("Kyiv", ("Kyyiv", "Kyjiw"), ("Kiev",)),)
    assert (merged.policy, merged.suppressions) == ("endonym", (Suppression("a", "b"),))


def test_no_decision_says_nothing(tmp_path: Path) -> None:
    decisions = read(tmp_path, "a\tmisspelled\t0.7\tx\ty\t\n")
    assert decisions.as_style() == Style()
    assert decisions.precision().interval is None


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("a\tmisspelled\t0.7\tx\ty\tvariants\n", 2),
        ("a\tmisspelled\t0.7\tx\ty\terror\na\tmispelled\t0.7\tx\ty\terror\n", 3),
        ("a\tmisspelled\thigh\tx\ty\terror\n", 2),
        ("a\tmisspelled\t1.7\tx\ty\terror\n", 2),
        ("a\tmisspelled\t0.7\tx\ty\n", 2),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, rows: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, rows)
    assert caught.value.line == line


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'decision'"):
        read(tmp_path, "x\ty\n", head="wrong\tright\n")
    with pytest.raises(InputError, match="not found"):
        read_decisions(tmp_path / "none.tsv")


@pytest.mark.parametrize(("name", "comma"), [("d.csv", ","), ("d.csv", ";"), ("d.tsv", "\t"), ("d.txt", "\t")])
def test_the_extension_tells_how_cells_are_separated(tmp_path: Path, name: str, comma: str) -> None:
    row, head = comma.join(["'-5", "'=SUM", "Error "]) + "\n", comma.join(["wrong", "right", "Decision"]) + "\n"
    assert read(tmp_path, row, name, head).rows == (Decision("-5", "=SUM", "error"),)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).map(str.strip)
CELLS = CELL.filter(lambda text: not text.startswith("'"))
ROWS = st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["error", "variant", "wrong", ""])), max_size=8)


@settings(max_examples=50)
@given(ROWS, st.sampled_from([("d.csv", ","), ("d.tsv", "\t")]))
def test_no_row_is_lost(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], form: tuple[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / form[0]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=form[1])
        writer.writerow(["wrong", "right", "decision", "place"])
        neutral = [[f"'{cell}" if cell[:1] in tuple("=+-@") else cell for cell in row] for row in rows]
        writer.writerows([*row, "d:1"] for row in neutral)
    decisions = read_decisions(path)
    assert decisions.rows == tuple(Decision(*row) for row in rows if row[2])
    assert decisions.open == sum(not row[2] for row in rows)


def test_wilsons_interval_is_that_of_the_books() -> None:
    assert wilson(0, 0) is None
    interval = wilson(81, 263)  # Newcombe 1998, table I
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_holds_the_share(right: int, more: int) -> None:
    interval = wilson(right, right + more)
    assert interval is not None
    assert 0 <= interval.low <= right / (right + more) <= interval.high <= 1
