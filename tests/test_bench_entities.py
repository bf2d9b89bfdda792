"""The arithmetic of experiments/bench/entities.py and fit_entities.py, on rows made by hand."""

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mtqe.entities import forms, matching, weights
from mtqe.entities.findings import finding
from mtqe.results import Span

MODULES = ("predictions", "entity_cases", "entity_reading", "entities", "fit_entities")


@pytest.fixture(scope="module")
def bench(root: Path) -> Iterator[SimpleNamespace]:
    """The names of all modules of the bench."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "experiments" / "bench")
        modules = [importlib.import_module(name) for name in MODULES]
        yield SimpleNamespace(**{name: value for module in modules for name, value in vars(module).items()})
        for name in MODULES:
            del sys.modules[name]


def make(bench: Any, id_: str, ref: str, hyp: str, gold: Sequence[Span] = (), **row: Any) -> Any:
    errors = [{"status": "misspelled", "ref_span": span, "hyp_span": None} for span in gold]
    row |= {"id": id_, "ref": ref, "hyp": hyp}
    return bench.Case("natural", "ru", "en", bool(gold), errors, row)


def names(bench: Any, case: Any, *words: str, type_: str = "person") -> list[Any]:
    places = ((case.row["ref"].index(word), len(word)) for word in words)
    return [bench.Mention((start, start + length), type_) for start, length in places]


def test_exact_wants_a_name_as_it_is_but_for_case(bench: Any) -> None:
    case = make(bench, "1", "Sergey Brilev in Kyiv", "SERGEY Prilev in kyiv")
    exact = bench.Lookup(99.99)
    flagged = exact.errors(case, names(bench, case, "Sergey Brilev", "Kyiv"))
    assert [case.texts(error)[0] for error in flagged] == ["Sergey Brilev"]
    by_word = bench.Lookup(99.99, by_word=True).errors(case, names(bench, case, "Sergey Brilev"))
    assert [case.texts(error)[0] for error in by_word] == ["Brilev"]


@pytest.mark.parametrize(("numbers", "flagged"), [("like names", False), ("exact", True), ("left alone", False)])
def test_fuzzy_has_a_rule_of_its_own_for_numbers(bench: Any, numbers: str, flagged: bool) -> None:
    case = make(bench, "1", "of 70,000 men", "of 50,000 men")
    lookup = bench.Lookup(60, numbers)
    assert bool(lookup.errors(case, names(bench, case, "70,000", type_="number"))) is flagged


def test_a_baseline_is_tuned_on_the_very_cases(bench: Any) -> None:
    right = make(bench, "1", "with Sergey", "with Sergei")
    wrong = make(bench, "2", "near Irpin", "near Lvov", [(5, 10)])
    mentions = {"1": names(bench, right, "Sergey"), "2": names(bench, wrong, "Irpin")}
    fuzzy = bench.tune([right, wrong], mentions, **bench.FUZZY)
    assert [bool(fuzzy.errors(case, mentions[case.id])) for case in (right, wrong)] == [False, True]
    exact = bench.tune([right, wrong], mentions, **bench.EXACT)
    assert exact.errors(right, mentions["1"])


def test_a_verdict_has_an_error_status_and_half_the_confidence(bench: Any) -> None:
    found = [
        finding("misspelled", "person", "spelling", 0.5, (0, 4), (0, 4)),
        finding("misspelled", "person", "spelling", 0.49, (5, 9), (5, 9)),
        finding("variant", "person", "spelling", 0.9, (10, 14), (10, 14)),
    ]
    assert bench.verdicts(found) == [{"type": "person", "ref_span": (0, 4), "hyp_span": (0, 4)}]


def test_errors_touch_on_either_side(bench: Any) -> None:
    found = finding("hallucinated", "person", "extra name", 0.9, (3, 7))
    assert bench.touch({"ref_span": None, "hyp_span": (6, 9)}, found)
    assert not bench.touch({"ref_span": (3, 7), "hyp_span": (7, 9)}, found)


def test_an_outcome_counts_the_errors_that_verdicts_touch(bench: Any) -> None:
    case = make(bench, "1", "Anna met Boris", "Ana met Bob", [(0, 4), (9, 14)])
    outcome = bench.outcome(case, [[], [{"ref_span": (0, 14), "hyp_span": None}], [{"ref_span": (5, 8)}]])
    assert outcome == (True, 2, (False, True, True), (0, 2, 0))


def figures(cells: dict[tuple[bool, bool], int]) -> dict[str, float]:
    return {"recall": cells[True, True] / max(1, cells[True, True] + cells[True, False])}


def test_measures_count_each_outcome_as_often_as_it_comes(bench: Any) -> None:
    found, missed, right = (
        bench.Outcome(*of) for of in ((True, 2, (True,), (1,)), (True, 2, (False,), (0,)), (False, 0, (True,), (0,)))
    )
    sample = {found: 3, missed: 1, right: 5}
    assert bench.measure("recall", 0, figures)(sample) == 3 / 4
    assert bench.measure("span_recall", 0, figures)(sample) == 3 / 8


def test_differences_are_paired_by_segment(bench: Any) -> None:
    same = [bench.Outcome(True, 1, (hit, hit, not hit), (0, 0, 0)) for hit in (True, False) * 20]
    assert bench.estimate(same, bench.difference("recall", "ours", "exact", figures)) == (0, 0, 0)
    alone = bench.estimate(same, bench.measure("recall", 0, figures))
    assert alone.low < 0.4 < alone.value == 0.5 < 0.6 < alone.high
    opposite = bench.estimate(same, bench.difference("recall", "ours", "fuzzy", figures))
    assert opposite.high - opposite.low == pytest.approx(2 * (alone.high - alone.low))


def test_an_interval_is_the_same_each_time(bench: Any) -> None:
    of = [bench.Outcome(True, 1, (i % 3 > 0,), (0,)) for i in range(30)]
    measure = bench.measure("recall", 0, figures)
    assert bench.estimate(of, measure) == bench.estimate(of, measure)


def test_parts_depend_on_the_id_alone_and_share_nothing(bench: Any) -> None:
    cases = [make(bench, f"segment-{i}", "a", "a") for i in range(200)]
    halves = [[case for case in cases if bench.part_of(case, 2) == half] for half in (0, 1)]
    assert sum(map(len, halves)) == 200
    assert min(map(len, halves)) > 70
    assert bench.part_of(make(bench, "segment-7", "other", "texts"), 2) == bench.part_of(cases[7], 2)


def test_rows_become_cases(bench: Any, tmp_path: Path) -> None:
    natural = {"id": "n", "pair": "ja-en", "ref": "a", "hyp": "b", "label": "undecided", "errors": []}
    omitted = {"has_error": True, "type": "omitted", "ref_span": None, "hyp_span": None}
    asked = {"has_error": False, "type": "match", "ref_span": [0, 2], "hyp_span": [1, 3]}
    rows = [
        {"id": "d", "cat": "demetr_ne_removed", "src_lang": "chinese_simple", "ref": "a", "hyp": "b", "label": omitted},
        {"id": "e", "cat": "eamt", "src_lang": "en", "tgt_lang": "de", "ref": "ab", "hyp": "cab", "label": asked},
    ]
    for name, of in (("natural/segments", [natural]), ("entities/all", rows)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in of), encoding="utf-8")
    undecided, removed, mention = bench.read_cases(tmp_path)
    assert (undecided.wrong, undecided.pair) == (None, "ja-en")
    assert (removed.wrong, removed.gold, removed.pair) == (True, [], "zh-en")
    assert (mention.wrong, mention.gold, mention.pair, mention.mention) == (False, [], "en-de", (0, 2))


def test_mistakes_are_of_three_kinds(bench: Any) -> None:
    wrong, right = make(bench, "1", "Anna", "Ana", [(0, 4)]), make(bench, "2", "Anna", "Anna")
    there, beside = (finding("omitted", "person", "missing", 0.9, None, span) for span in ((0, 4), (4, 5)))
    assert bench.mistake(wrong, []) == "MISS"
    assert bench.mistake(wrong, [there]) is None
    assert bench.mistake(wrong, [there, beside]) == "ASIDE"
    assert bench.mistake(right, [there]) == "ALARM"
    assert bench.mistake(right, []) is None


def test_calibration_leaves_out_what_readers_dispute(bench: Any) -> None:
    disputed = [{"ref_span": [10, 12], "hyp_span": None}]
    case = make(bench, "1", "Anna with Bo", "Ana with B.", [(0, 4)], disputed=disputed)
    found = [
        finding("omitted", "person", "missing", p, None, (at, at + 2)) for p, at in ((0.8, 0), (0.3, 5), (0.9, 10))
    ]
    points = bench.calibration([case], {"1": found})["natural"]
    assert points == [(0.8, True), (0.3, False)]
    assert bench.calibration_error(points) == pytest.approx((0.2 + 0.3) / 2)


@pytest.mark.parametrize("component", ["gazetteer", "romanisation key", "truecaser", "name-likeness"])
def test_a_component_is_off_and_then_on_again(bench: Any, component: str) -> None:
    before = {name: value for name, value in vars(matching).items() if not name.startswith("__")}
    with bench.without(component):
        off = matching.romanisation_key("sergey") != forms.romanisation_key("sergei")
        assert off == (component == "romanisation key")
    assert {name: value for name, value in vars(matching).items() if not name.startswith("__")} == before


def test_evidence_weighs_what_it_tells(bench: Any) -> None:
    cases = [make(bench, f"segment-{i}", "a", "a") for i in range(4000)]
    examples = [bench.Example(case, "spelling", ("near",) * (i % 2), i % 4 == 0) for i, case in enumerate(cases)]
    names, design, right, weight = bench.matrices(examples)
    bias, near = bench.fit(design, right, weight)
    assert names == ["near"]
    assert bias == pytest.approx(0, abs=0.1)
    assert near < -3


def test_weights_are_written_as_the_module_has_them(bench: Any) -> None:
    assert bench.written(weights.WEIGHTS) == Path(weights.__file__).read_text(encoding="utf-8")


def test_the_detector_judges_with_other_weights_and_then_with_its_own(bench: Any) -> None:
    own = {rule: dict(of) for rule, of in weights.WEIGHTS.items()}
    with bench.using({rule: {"": -9.0} for rule in own}):
        assert bench.mtqe.find_entity_errors(["He met Bob."], ["He met Anna."])[0][0].confidence < 0.01
    assert own == weights.WEIGHTS
