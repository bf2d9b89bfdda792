"""Entity errors counted and listed: the tables say what the findings say, and a spreadsheet runs nothing."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import sample

from mtqe.report import editor, page
from mtqe.report.entities import consistency, type_counts
from mtqe.report.findings import verdicts
from mtqe.report.sections import names as names_section
from mtqe.report.view import parts
from mtqe.results import EntityError, Evaluation


def table(evaluation: Evaluation) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(editor.to_csv(evaluation))))


def test_the_counts_are_those_of_the_spans() -> None:
    evaluation = sample.article()
    (verdict,) = verdicts(evaluation).values()
    spans = [span for of in evaluation.scores[0]["system-a", "who"].spans or () for span in of]
    rows = type_counts(verdict)
    assert [row.type for row in rows] == ["all", "place", "person", "organisation", "number", "date", "other"]
    for row in rows:
        own = [s for s in spans if isinstance(s, EntityError) and row.type in ("all", s.type)]
        assert row.errors == sum(s.is_error for s in own)
        assert row.checked == sum(s.ref_span is not None for s in own)
        assert row.checked == row.errors + row.variants + sum(s.status == "match" for s in own)
    assert rows[0].hints == 1
    assert rows[0].share == "36 %"
    assert rows[0].interval is not None
    assert rows[0].interval.low < 4 / 11 < rows[0].interval.high


def test_page_and_markdown_show_the_counts() -> None:
    evaluation = sample.article()
    html, markdown = page.html(evaluation), page.markdown(evaluation)
    assert "| place | 3 | 2 | 67 % | 21–94 % | 1 | 1 | – | – | – | 1 |" in markdown
    row = re.search(r'<tr><th scope="row">place</th>(.*?)</tr>', html, re.DOTALL)
    assert row is not None
    assert re.findall(r">([^<>]+)</td>", row[1])[:4] == ["3", "2", "67 %", "21–94 %"]


def test_an_interval_never_claims_what_it_cannot_know() -> None:
    (verdict,) = verdicts(sample.article()).values()
    counts = type_counts(verdict)[0]
    assert replace(counts, checked=5000).interval_text == "0.1–0.2 %"
    assert replace(counts, checked=0).interval_text == "–"
    assert replace(counts, checked=0).share == "–"


def test_the_worst_names_come_first_with_an_example() -> None:
    evaluation = sample.systems()
    for part in parts(evaluation):
        (group,) = names_section.groups(part, evaluation)
        (name,) = group.wrong
        assert (name.reference, len(name.errors)) == ("Khelm", 6 if part.name == "set-1" else 40)
        assert name.example is not None
        assert name.example.quote() == ("The train in ", "Kelm", f" goes at {name.example.unit}.")


def test_numbers_stand_apart_from_names() -> None:
    evaluation = sample.article()
    names, numbers = names_section.groups(parts(evaluation)[0], evaluation)
    assert [name.reference for name in names.wrong] == ["Lozuvate", "Myroslava Bilozir", "Verkhnia Balka"]
    assert [name.reference for name in numbers.wrong] == ["2,300"]
    assert [name.reference for name in numbers.right] == ["Tuesday", "seven weeks", "14"]


def test_the_table_for_an_editor_has_what_is_wrong_or_may_be() -> None:
    rows = table(sample.article())
    assert [(r["wrong"], r["right"], r["status"], r["confidence"]) for r in rows] == [
        ("Lozuvatka", "Lozuvate", "misspelled", "0.93"),
        ("23,000", "2,300", "wrong value", "0.97"),
        ("", "Myroslava Bilozir", "omitted", "0.90"),
        ("Kremlin Balka", "Verkhnia Balka", "replaced", "0.86"),
        ("realistic", "", "hallucinated", "0.20"),
    ]
    assert rows[0]["context"] == "The grain terminal near [Lozuvatka] is taking barges again"
    assert rows[2]["context"].endswith("says crane driver [Myroslava Bilozir] from Verkhnia Balka.")
    assert {row["decision"] for row in rows} == {""}
    assert {(row["test_set"], row["system"], row["document"]) for row in rows} == {("the port", "system-a", "port")}


def test_json_lines_cover_their_texts() -> None:
    evaluation = sample.article()
    rows = [json.loads(line) for line in editor.to_json_lines(evaluation).split("\n")[:-1]]
    assert len(rows) == len(table(evaluation)) + 3  # the naming variants
    for row in rows:
        for side, text, form in (("hyp_span", "hypothesis", "found"), ("ref_span", "reference", "expected")):
            if row[side]:
                assert row[text][slice(*row[side])] == row[form]


def test_cells_that_look_like_formulas_are_texts(tmp_path: Path) -> None:
    from mtqe.entities.user.decisions import read_decisions

    evaluation = sample.article()
    values = dict(evaluation.scores[0].values)
    spans = list(values["system-a", "who"].spans or ())
    formula = replace(spans[0][0], hyp_span=None, ref_span=None, suggestion='=HYPERLINK("x","a;b")\n@SUM')
    spans[0] = (formula,)
    values["system-a", "who"] = replace(values["system-a", "who"], spans=tuple(spans))
    changed = replace(evaluation, scores=(replace(evaluation.scores[0], values=values),))
    text = editor.to_csv(changed)
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["right"] == "'" + str(formula.suggestion)
    path = tmp_path / "findings.csv"
    lines = list(csv.reader(io.StringIO(text)))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([lines[0], *([*line[:-1], "wrong"] for line in lines[1:])])
    decisions = read_decisions(path)
    assert decisions.rows[0].right == formula.suggestion
    assert (decisions.precision().right, decisions.precision().total) == (0, 4)
    assert editor.precision_line(decisions) == (
        "Decisions: 0 of 4 alarms right, 0 % (95 % interval 0 % to 49 %); no rows left open."
    )


def test_files_say_nothing_a_terminal_or_spreadsheet_obeys(reports: dict[str, Path]) -> None:
    text = editor.to_text(sample.hostile())
    assert not {"\x1b", "\u202e", "\0", "\r", "\a", "\u2028"} & set(text)
    with (reports["hostile"] / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(editor.COLUMNS)}
    assert len(rows) == 1 + 2 * len(sample.HOSTILE)
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell]
    lines = (reports["hostile"] / "findings.jsonl").read_text("utf-8").split("\n")
    assert [json.loads(line)["status"] for line in lines[:-1]] == ["replaced"] * 14


def test_a_name_with_two_right_forms_is_said_to_have_them() -> None:
    evaluation = sample.article()
    values = dict(evaluation.scores[0].values)
    who = values["system-a", "who"]
    hrynevych = replace((who.spans or ())[6][0], hyp_span=(0, 15), ref_span=(0, 15))
    assert isinstance(hrynevych, EntityError)
    system = evaluation.test_sets[0].systems[0]
    texts = [*system.texts[:6], "Ostap Hrynevych thinks that is realistic."]
    test_set = evaluation.test_sets[0].with_systems([replace(system, texts=tuple(texts), pieces=None)])
    spans = (*(who.spans or ())[:6], (replace(hrynevych, status="match"),))
    scores = replace(
        evaluation.scores[0],
        values={**values, ("system-a", "who"): replace(who, spans=spans)},
    )
    changed = replace(evaluation, test_sets=(test_set,), scores=(scores,))
    names, _ = consistency(changed)["the port", "system-a"]
    assert [(name.name, dict(name.counts)) for name in names] == [
        ("Ostap Hrynevych", {"Ostap Grinevich": 1, "Ostap Hrynevych": 1})
    ]
    assert "Ostap Grinevich 1×, Ostap Hrynevych 1×" in page.html(changed)
    assert "Ostap Grinevich 1×, Ostap Hrynevych 1×" in page.markdown(changed)
