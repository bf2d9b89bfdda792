"""The list of metrics and of published models."""

import csv
import io
import json
from pathlib import Path

import pytest
from command import run

from mtqe.neural.known import KNOWN
from mtqe.report import tables

Capture = pytest.CaptureFixture[str]
COMET = [f"comet:{known.model}" for known in KNOWN if known.metric == "comet"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub with the weights of one model, and with another model's configuration alone."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a model is looked up")

    monkeypatch.setattr("huggingface_hub.snapshot_download", refuse)
    for model, file in [("wmt22-comet-da", "checkpoints/model.ckpt"), ("wmt20-comet-da", "hparams.yaml")]:
        path = tmp_path / f"models--Unbabel--{model}" / "snapshots" / ("1" * 40) / file
        path.parent.mkdir(parents=True)
        path.touch()
    return tmp_path


def test_programs_get_one_list(capsys: Capture) -> None:
    rows = {row["name"]: row for row in json.loads(run(capsys, "metrics", "-f", "json")[1])}
    assert {"bleu", "comet", *COMET, "BLEURT", "MetricX-25"} <= set(rows)
    assert rows["comet"]["parameters"].startswith("model=Unbabel/wmt22-comet-da,dtype=None")
    assert (rows["comet"]["range"], rows["comet"]["better"], rows["comet"]["needs"]) == (
        "by model",
        "higher",
        "by model",
    )
    assert (rows["bleu"]["range"], rows["bleu"]["needs"], rows["bleu"]["licence"]) == ("0..100", "reference", None)
    kiwi = rows["comet:Unbabel/wmt22-cometkiwi-da"]
    assert (kiwi["licence"], kiwi["gated"], kiwi["needs"]) == ("CC-BY-NC-SA-4.0", True, "source")
    assert kiwi["cite"] == "rei-etal-2022-cometkiwi"
    assert [name for name, row in rows.items() if row["cached"]] == ["comet:Unbabel/wmt22-comet-da"]
    assert rows["BLEURT"]["about"] == "not supported yet"
    table = list(csv.DictReader(io.StringIO(run(capsys, "metrics", "-f", "csv")[1])))
    assert [row["name"] for row in table] == list(rows)


def test_people_get_tables(capsys: Capture) -> None:
    for form in ("text", "md", "latex"):
        out = run(capsys, "metrics", "-f", form)[1]
        assert all(request in out for request in COMET)
        assert "Not supported yet: BLEURT, DocCOMET (context), COMET ranking models, MetricX-25." in out


def test_the_text_fits_a_terminal(capsys: Capture) -> None:
    out = run(capsys, "metrics")[1]
    assert max(map(len, out.splitlines())) <= 120
    (line,) = [line for line in out.splitlines() if line.startswith("comet:Unbabel/wmt22-comet-da ")]
    assert line.split() == [COMET[0], "src+ref", "0..1", "2.3", "Apache-2.0", "yes", "rei-etal-2022-comet"]
    (line,) = [line for line in out.splitlines() if line.startswith("comet:Unbabel/wmt20-comet-da ")]
    assert "yes" not in line.split()


def test_models_of_other_metrics_fit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    create = tables.create
    monkeypatch.setattr(tables.plugins, "names", lambda _: ["comet", "metricx", "ter"])
    monkeypatch.setattr(tables, "create", lambda name: create(name.replace("metricx", "ter")))
    found = tables.model_tables()
    assert [title.partition(",")[0] for title in found] == [
        "Published models of comet: higher is better",
        "Published models of metricx: lower is better",
    ]
    assert all(len(line) <= 120 for table in found.values() for line in tables.render(table, "text").splitlines())
    assert sum(len(table.shown) for table in found.values()) == len(KNOWN)


def test_models_of_metrics_that_are_not_here_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables.plugins, "names", lambda _: ["bleu"])
    assert tables.model_tables() == {}
    assert "Published" not in tables.metrics_text("text")
