import importlib.metadata
from pathlib import Path
from typing import ClassVar

import pytest

import mtqe.metrics
from mtqe import plugins
from mtqe.errors import ConfigError, UnavailableError
from mtqe.report.tables import metric_table


def test_names_are_the_modules() -> None:
    assert {"bleu", "chrf", "ter"} <= set(plugins.names("metrics"))
    assert "_sacrebleu" not in plugins.names("metrics")
    assert "text" in plugins.names("readers")


@pytest.mark.parametrize(
    ("request_", "parsed"),
    [
        ("bleu", ("bleu", None, {})),
        ("chrf:word_order=2", ("chrf", None, {"word_order": "2"})),
        ("bertscore:minilm", ("bertscore", "minilm", {})),
        ("comet:a/b@r1,dtype=bf16,x=1.5,y=true", ("comet", "a/b@r1", {"dtype": "bf16", "x": "1.5", "y": "true"})),
    ],
)
def test_parse(request_: str, parsed: object) -> None:
    assert plugins.parse(request_) == parsed


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("chrff", "did you mean 'chrf'"),
        ("chrf:wordorder=2", "did you mean 'word_order'"),
        ("bleu:large", "takes no model"),
        ("chrf:word_order=2,what", "neither key=value"),
        ("bleu:nulls=often", "'empty' or 'skip'"),
        ("bleu:smooth_method=x", "exp, floor, add-k or none"),
        ("bleu:lowercase=no", "lowercase is true or false, not 'no'"),
        ("bleu:max_ngram_order=x", "max_ngram_order is a number"),
        ("bleu:smooth_value=1e400", "smooth_value is a number"),
        ("bleu:max_ngram_order=0", "at least 1"),
        ("bleu:tokenize=foo", "tokenize is one of none, zh, 13a"),
        ("chrf:char_order=0", "at least 1"),
    ],
)
def test_what_does_not_exist_is_named(request_: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plugins.create("metrics", request_)


def test_values_are_read_as_annotated() -> None:
    parameters = plugins.create("metrics", "bleu:lowercase=true,smooth_value=0.5,smooth_method=floor").spec.parameters
    assert (parameters["lowercase"], parameters["smooth_value"]) == (True, 0.5)
    assert plugins.create("metrics", "bleu:tokenize=none").spec.parameters["tokenize"] == "none"
    assert plugins.create("metrics", "bleu:smooth_value=none").spec.parameters["smooth_value"] is None


def test_a_plugin_that_cannot_be_imported_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needy.py").write_text("import a_package_that_is_not_here\n")
    monkeypatch.setattr("mtqe.metrics.__path__", [*mtqe.metrics.__path__, str(tmp_path)])
    with pytest.raises(UnavailableError, match=r"metric 'needy' cannot be imported: .*a_package_that_is_not_here"):
        plugins.create("metrics", "needy")
    assert any(row[0] == "needy" and "a_package" in row[-1] for row in metric_table().shown)


class EntryPoints(list[importlib.metadata.EntryPoint]):
    names: ClassVar = {"loud"}


def test_an_entry_point_is_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outside.py").write_text("def make(): return 'made outside'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = importlib.metadata.EntryPoint("loud", "outside", "mtqe.metrics")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: EntryPoints([entry]))
    assert plugins.create("metrics", "loud") == "made outside"
