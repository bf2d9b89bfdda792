"""What the page, Markdown and JSON say of systems with runs, systems tuned on the metric, and power."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sample
from command import write_files

from mtqe import stats
from mtqe.comparison.places import ALPHA
from mtqe.report.comparisons import pair_grid, power, power_sentence, statement, system_grid
from mtqe.report.plots import plots
from mtqe.run import run_experiment

LINES = [f"the ferry of {place} sails on day {i}" for i in range(8) for place in ("Reni", "Izmail", "Vylkove")]
TOML = """
metrics = ["chrf", "bleu"]
draws = 200
[[test_set]]
name = "ferries"
languages = "en"
references = ["ref"]
[[test_set.system]]
name = "ours"
runs = ["ours1", "ours2"]
optimised_with = ["chrf"]
[[test_set.system]]
name = "theirs"
path = "theirs"
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report over 24 documents of a line each, one system with two runs."""
    folder = tmp_path_factory.mktemp("runs")
    for name, change in {
        "ref": lambda i, line: line,
        "ours1": lambda i, line: line.replace("sails", "leaves") if i % 3 else line,
        "ours2": lambda i, line: line.replace("sails", "goes") if i % 2 else line,
        "theirs": lambda i, line: line.replace("the ferry", "a ship") if i % 5 else line,
    }.items():
        (folder / name).mkdir()
        write_files(folder / name, {f"{i:02}.txt": [change(i, line)] for i, line in enumerate(LINES)})
    (folder / "run.toml").write_text(TOML, encoding="utf-8")
    run_experiment(folder / "run.toml").report(folder / "out")
    return folder / "out"


def test_a_report_shows_every_run_and_who_is_no_independent_judge(report: Path) -> None:
    results = json.loads((report / "results.json").read_text(encoding="utf-8"))
    by_chrf, by_bleu = results["comparisons"]
    ours = next(place for place in by_chrf["systems"] if place["system"] == "ours")
    scores = {row["system"]: row["value"] for row in results["scores"] if row["metric"] == "chrf"}
    assert set(scores) == {"ours#1", "ours#2", "theirs"}
    assert ours["runs"] == [scores["ours#1"], scores["ours#2"]]
    assert ours["score"] == pytest.approx(np.mean(ours["runs"]))
    assert ours["optimised"]
    assert not any(place["optimised"] for place in by_bleu["systems"])
    assert (by_chrf["unit"], by_chrf["pairs"][0]["agreement"] is None) == ("document", False)
    for page in ("report.html", "report.md"):
        text = (report / page).read_text(encoding="utf-8")
        assert f"{ours['score']:.1f}†" in text
        assert "Optimised with chrF, which is no independent judge of them: ours." in text
        assert "people agree" in text
        assert ", ".join(f"{score:.1f}" for score in ours["runs"]) in text


def test_power_is_drawn_and_stands_in_the_results(report: Path) -> None:
    comparison = json.loads((report / "results.json").read_text(encoding="utf-8"))["comparisons"][0]
    found = comparison["power"]
    (pair,) = comparison["pairs"]
    assert found["own"] == pair["units"] == 24
    assert found["units"] == [6, 12, 24, 48, 96, 192]
    assert found["detectable"][2] == pytest.approx(pair["detectable"])
    assert found["detectable"] == sorted(found["detectable"], reverse=True)
    assert all(shares == sorted(shares) and 0 < shares[0] <= 1 for _, shares in found["differences"])
    assert len(list((report / "figures").glob("*-power.svg"))) == 1
    assert "Probability to find a difference of chrF, by documents" in (report / "report.html").read_text(
        encoding="utf-8"
    )


def test_power_at_the_detectable_difference_is_eighty_per_cent() -> None:
    evaluation = sample.systems(("alpha", "beta", "gamma"), sizes=(40,), documents=(20,))
    comparison = evaluation.comparisons[0]
    deviations = (3.0, 5.0, 9.0)
    pairs = [replace(pair, deviation=d, units=20) for pair, d in zip(comparison.pairs, deviations, strict=True)]
    changed = replace(comparison, pairs=tuple(pairs))
    found = power(changed)
    assert found is not None
    for n, detectable in zip(found.units, found.detectable, strict=True):
        assert stats.power(detectable, 5.0, n, alpha=ALPHA / 3) == pytest.approx(0.8, abs=1e-6)
    assert power_sentence(changed).startswith(
        "Difference found with 80 % power, by documents (median pair; here 20): 10: "
    )
    assert power(replace(comparison, pairs=())) is None


def test_the_words_of_the_grids(report: Path) -> None:
    evaluation = sample.systems(("alpha", "beta"), sizes=(40,), documents=(20,))
    comparison, scores = evaluation.comparisons[0], evaluation.scores[0]
    systems, pairs = system_grid(scores, comparison), pair_grid(comparison)
    assert systems.heads == ("System", "chrF++ ↑", "95 % interval", "units", "won", "lost")
    assert systems.heads[systems.words[0]] == "System"
    assert pairs.heads[-1] == "reading at .05"
    assert {len(row) for row in pairs.rows} == {len(pairs.heads)}
    assert "No difference shown is no proof of equality." in statement(scores, comparison)
    assert ("toy", "power") not in plots(evaluation)
