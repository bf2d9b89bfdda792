"""Models beside files: from an experiment, and from the command line, to the report."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from misbehaving import serving, translation

from mtqe.cli import main
from mtqe.errors import ConfigError, UnavailableError
from mtqe.experiment import read_experiment
from mtqe.run import load_evaluation, run_experiment
from mtqe.translation import ModelSystem

DOCUMENTS = ("bridge-at-dawn", "rowers-without-a-river")


@pytest.fixture
def folder(root: Path, models: Path, tmp_path: Path) -> Path:
    """experiments/models.toml with its models, and three documents of the corpus."""
    whole, part = root / "corpora" / "frontline" / "uk-en", tmp_path / "corpora" / "frontline" / "uk-en"
    for path in whole.rglob("*.txt"):
        if path.stem in DOCUMENTS:
            (part / path.relative_to(whole).parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, part / path.relative_to(whole))
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "models").symlink_to(models)
    (tmp_path / "experiments").mkdir()
    shutil.copy(root / "experiments" / "models.toml", tmp_path / "experiments")
    return tmp_path


def test_an_experiment_with_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(folder / "experiments" / "models.toml"), "-o"]
    assert main([*words, str(folder / "one")]) == 0
    page = Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8")
    assert '<section id="models"' in page
    assert "chrF against seconds" in page
    manifest = json.loads((folder / "one" / "manifest.json").read_bytes())
    steps = {step["step"].rpartition(": ")[2]: step for step in manifest["times"]["steps"] if "from_store" in step}
    assert list(steps) == ["marian", "chat"]
    for step in steps.values():
        assert step["from_store"] == 0 < step["tokens_per_second"]
        assert len(step["weights"][0]) == 64
    chat = steps["chat"]
    assert chat["cost"] == pytest.approx((0.1 * chat["tokens_in"] + 0.4 * chat["tokens_out"]) / 1e6)
    assert steps["marian"]["cost"] is None
    stored = json.loads((folder / "one" / "evaluation.json").read_bytes())
    (test_set,) = stored["test_sets"]
    assert [system["name"] for system in test_set["systems"]] == ["literal", "marian", "chat"]
    marian = test_set["systems"][1]
    assert marian["metadata"]["weights"] == steps["marian"]["weights"]
    assert all((text is None) == (str(i) in marian["reasons"]) for i, text in enumerate(marian["texts"]))

    again = run_experiment(folder / "experiments" / "models.toml")
    assert again.test_sets == load_evaluation(folder / "one").test_sets
    (step,) = [step for step in again.writer.args[0].steps if step["step"].endswith(": chat")]
    assert (step["from_store"], step["seconds"]) == (chat["requests"], chat["seconds"])


def test_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder / "corpora/frontline/uk-en/source/bridge-at-dawn.txt"
    words = ["translate", "-s", str(source), "-l", "uk-en", "--model", str(folder / "reports/models/marian")]
    assert main([*words, "--max-tokens", "9", "-o", str(folder / "out.txt")]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert " s on cpu, " in captured.err
    lines = source.read_text(encoding="utf-8").count("\n")
    assert (folder / "out.txt").read_text(encoding="utf-8").count("\n") == lines
    assert main([*words[:3], "-l", "en", *words[5:], "-o", str(folder / "out.txt")]) == 2
    assert "write -l uk-en" in capsys.readouterr().err


def test_the_command_line_says_what_may_have_a_translation_next_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in.txt").write_text("a\nb\nc\n")
    with serving({"b": ["status=404"]}) as server:
        words = ["translate", "-s", str(folder / "in.txt"), "-l", "uk-en", "--model", "m", "--endpoint", server.url]
        words += ["--prompt", "{text}", "--price-in", "1000000", "-o", str(folder / "out.txt")]
        assert main(words) == UnavailableError.exit_code
        captured = capsys.readouterr().err
        assert "cost 2.0000; 1 without translation: HTTP 404: busy" in captured
        assert captured.endswith("mtqe: 1 of 3 segments may have a translation another time: run again\n")
        assert (folder / "out.txt").read_text() == f"{translation('a')}\n\n{translation('c')}\n"
        assert main(words) == 0
        assert server.tries() == {"a": 1, "b": 2, "c": 1}
    assert (folder / "out.txt").read_text() == "".join(f"{translation(text)}\n" for text in "abc")


BASE = """
[[test_set]]
name = "n"
languages = "uk-en"
source = "s"
references = ["r"]
[[test_set.system]]
name = "m"
"""


def test_the_keys_of_a_model(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    (tmp_path / "local").mkdir()
    file.write_text(BASE + 'model = "owner/name@rev"\nbeam = 4\ntimeout = 3\ntarget_language = "eng_Latn"')
    (system,) = read_experiment(file).test_sets[0].systems
    assert system.model == ModelSystem("owner/name@rev", "uk", "eng_Latn", beam=4, timeout=3.0)
    assert system.paths == ()
    file.write_text(BASE + 'model = "local"\ntask = "chat"\nexamples = "x.tsv"')
    (system,) = read_experiment(file).test_sets[0].systems
    assert system.model == ModelSystem(str(tmp_path / "local"), "uk", "en", task="chat", examples=tmp_path / "x.tsv")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('model = "a/b"\nbeams = 4', "system 1: unknown key 'beams'; did you mean 'beam'"),
        ('model = "a/b"\npath = "x"', r"has one of 'path', 'runs' and 'model', not \['path', 'model'\]"),
        ("", "has one of 'path', 'runs' and 'model', not none"),
        ('path = "x"\nbeam = 4', "system 1: 'model' is missing"),
        ('model = "a/b"\nbeam = 0', "system 1: beam is a whole number"),
        ('model = "a/b"\nbeam = "4"', "'beam' must be of type int"),
    ],
)
def test_keys_that_are_none(tmp_path: Path, keys: str, message: str) -> None:
    file = tmp_path / "e.toml"
    file.write_text(BASE + keys)
    with pytest.raises(ConfigError, match=message):
        read_experiment(file)
    file.write_text((BASE + 'model = "a/b"').replace("uk-en", "en"))
    with pytest.raises(ConfigError, match="a model translates from a source; write languages such as 'uk-en'"):
        read_experiment(file)


def test_reading_an_experiment_needs_no_torch() -> None:
    code = "import mtqe.run, sys; assert not {'torch', 'transformers'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
