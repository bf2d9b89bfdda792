"""Systems that are models: what they took stands beside how well they did."""

from dataclasses import replace
from typing import Any

import sample

from mtqe.report import page
from mtqe.report.plots import plots
from mtqe.results import Evaluation


def models(**usage: Any) -> Evaluation:
    """Three systems, of which `alpha` and `beta` are models that took what is given, `beta` twice as much."""
    evaluation = sample.systems(("alpha", "beta", "gamma"), sizes=(40,), documents=(1,))
    (test_set,) = evaluation.test_sets
    took = {"requests": 38, "tokens_in": 4000, "tokens_out": 1200, "cut": 2, "device": None} | usage
    systems = []
    for times, system in zip((1, 2, 0), test_set.systems, strict=True):
        about = {"model": f"owner/{system.name}<b>", "revision": "abc", "usage": took | {
            "cost": took["cost"] and times * took["cost"],
            "seconds": times * took["seconds"],
            "tokens_per_second": took["seconds"] and 1200 / took["seconds"],
        }}  # fmt: skip
        systems.append(replace(system, metadata=about) if times else system)
    return replace(evaluation, test_sets=(replace(test_set, systems=tuple(systems)),))


def test_what_models_took_stands_in_a_table() -> None:
    evaluation = models(seconds=9.5, cost=0.25)
    html, markdown = page.html(evaluation), page.markdown(evaluation)
    assert "owner/alpha&lt;b&gt;@abc" in html
    lines = [line for line in markdown.split("\n") if line.startswith("| alpha | owner/alpha")]
    (cells,) = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[2] == "–"
    assert cells[4:] == ["38", "0", "2", "9.5", "4.0", "4,000", "1,200", "126", "0.2500"]
    assert sum("| gamma | owner" in line for line in markdown.split("\n")) == 0


def test_quality_is_drawn_against_time_and_cost_where_they_are_known() -> None:
    drawn = plots(models(seconds=9.5, cost=0.25))
    assert "alpha" in drawn["set-1", "cost"].svg
    assert "at 0.25; beta" in drawn["set-1", "cost"].svg
    assert "at 9.5; beta" in drawn["set-1", "time"].svg
    assert drawn["set-1", "time"].left_out == "Not drawn: 1 of 3 systems, of which seconds are not known."
    assert {what for _, what in plots(models(seconds=0.0, cost=None))} & {"time", "cost"} == set()
    assert 'id="models"' not in page.html(sample.systems())
