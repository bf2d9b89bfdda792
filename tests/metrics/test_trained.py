"""The metrics of trained models on test sets: what they are shown, what missing output counts as, what is said."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import run, write_files

pytest.importorskip("torch")
pytest.importorskip("transformers")

import sys

sys.path.append(str(Path(__file__).resolve().parents[1] / "neural"))
import published

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, DataWarning
from mtqe.metrics import create
from mtqe.neural import comet, engine
from mtqe.neural.session import session

SOURCES = ("Der Fluss ist tief.", "Die Brücke ist alt.", "Am Ufer wartet ein Boot.")
REFERENCES = ("The river is deep.", "The bridge is old.", "A boat waits on the bank.")
SYSTEMS = {
    "a": ("The river is deep.", "The bridge is very old.", "A boat is waiting at the shore."),
    "b": ("River deep.", "", None),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("models")
    for name in ("regression", "unified-qe", "xcomet"):
        published.write_comet(name, directory)
    published.write_metricx("metricx-24", directory)
    return directory


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[None]:
    with session(store=tmp_path / "store"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "this copy of the model|.*asks for sparsemax", DataWarning)
        yield


def sample(
    references: tuple[tuple[str | None, ...], ...] = (REFERENCES,), sources: tuple[str, ...] | None = SOURCES
) -> TestSet:
    segments = tuple(
        Segment(str(i + 1), sources[i] if sources else None, tuple(of[i] for of in references), "d") for i in range(3)
    )
    systems = tuple(SystemOutput(name, texts) for name, texts in SYSTEMS.items())
    return TestSet("t", "de" if sources else None, "en", (Document("d", segments),), systems)


def predicted(model: Path, *segments: comet.Segment) -> list[float]:
    return [one.score for one in comet.Predictor(comet.find_checkpoint(str(model))).predict(segments)]


def test_scores_are_the_models_and_missing_output_is_not_shown_to_it(models: Path) -> None:
    scores = mtqe.score(sample(), [f"comet:{models / 'regression'}"])
    name = f"comet:{models / 'regression'}"
    expected = predicted(
        models / "regression", *(comet.Segment(*texts) for texts in zip(SYSTEMS["a"], SOURCES, REFERENCES, strict=True))
    )
    assert list(scores["a", name].values) == pytest.approx(expected, abs=1e-6)
    assert scores.corpus("a", name) == pytest.approx(sum(expected) / 3)
    assert scores["b", name].reasons == {1: "empty output", 2: "no output"}
    assert scores["b", name].spans is None


def test_missing_output_gets_the_worst_score_where_it_is_known(models: Path) -> None:
    name = f"comet:{models / 'xcomet'}"
    scores = mtqe.score(sample(), [name])
    assert list(scores["b", name].values[1:]) == [0, 0]
    assert scores["a", name].spans is not None
    skipped = mtqe.score(sample(), [f"{name},nulls=skip"])["b", f"{name},nulls=skip"]
    assert skipped.reasons == {1: "empty output", 2: "no output"}
    with pytest.raises(ConfigError, match="nulls of 'comet' is worst or skip, not 'empty'"):
        create(f"{name},nulls=empty")


def test_spans_lie_on_the_words_that_are_marked(models: Path) -> None:
    name = f"comet:{models / 'xcomet'}"
    spans = mtqe.score(sample(), [name])["a", name].spans
    assert spans is not None
    marked = [(text, span) for text, of in zip(SYSTEMS["a"], spans, strict=True) for span in of if text is not None]
    assert marked
    for text, span in marked:
        assert span.hyp_span is not None
        start, end = span.hyp_span
        assert 0 <= start <= end <= len(text)
        assert text[start:end] == text[start:end].lstrip()
        assert span.severity in ("minor", "major", "critical")


def test_the_best_of_several_references_counts(models: Path) -> None:
    others = ("A deep river.", None, "There is a boat.")
    name = f"comet:{models / 'regression'}"
    values = mtqe.score(sample((REFERENCES, others)), [name])["a", name].values
    pairs = [(0, REFERENCES[0]), (0, others[0]), (1, REFERENCES[1]), (2, REFERENCES[2]), (2, others[2])]
    shown = (comet.Segment(SYSTEMS["a"][i] or "", SOURCES[i], reference) for i, reference in pairs)
    each = predicted(models / "regression", *shown)
    assert list(values) == pytest.approx([max(each[:2]), each[2], max(each[3:])], abs=1e-6)


def test_a_model_that_can_do_without_a_reference(models: Path) -> None:
    name = f"comet:{models / 'xcomet'}"
    with_qe = mtqe.score(sample(), [f"{name},qe=true"])["a", f"{name},qe=true"]
    alone = mtqe.score(sample(references=((None,) * 3,)), [name])
    without = mtqe.score(sample(references=()), [name])["a", name]
    assert list(with_qe.values) == list(without.values)
    assert alone["a", name].reasons == dict.fromkeys(range(3), "no reference")
    assert without.spec is not None
    assert without.spec.parameters["reads"] == "source"
    with pytest.raises(ConfigError, match="cannot score without a reference"):
        mtqe.score(sample(), [f"comet:{models / 'regression'},qe=true"])


def test_what_a_model_needs_must_be_there(models: Path) -> None:
    with pytest.raises(ConfigError, match="needs a source"):
        mtqe.score(sample(sources=None), [f"comet:{models / 'unified-qe'}"])
    with pytest.raises(ConfigError, match="needs a reference"):
        mtqe.score(sample(references=()), [f"comet:{models / 'regression'}"])


def test_the_signature_says_what_made_the_number(models: Path) -> None:
    name = f"comet:{models / 'regression'}"
    scores = mtqe.score(sample(), [name])
    signature = scores.signature("a", name)
    checkpoint = comet.find_checkpoint(str(models / "regression"))
    for part in (f"weights:{checkpoint.sha256[:12]}", "layers:sparsemax-mix", "dtype:fp32", "reads:reference+source"):
        assert part in signature
    assert f";mtqe{mtqe.__version__};fp32;regression;r1" in signature


def test_foreign_and_empty_output_is_warned_of(models: Path) -> None:
    foreign = "Der Fluss ist tief und die alte Brücke über das Wasser wird heute nicht mehr benutzt."
    segments = tuple(
        Segment(str(i + 1), s, (r,), "d") for i, (s, r) in enumerate(zip(SOURCES, REFERENCES, strict=True))
    )
    output = SystemOutput("a", (foreign, "", REFERENCES[2]))
    whole = TestSet("t", "de", "en", (Document("d", segments),), (output,))
    with pytest.warns(DataWarning) as caught:
        mtqe.score(whole, [f"comet:{models / 'regression'}"])
    said = [str(warning.message) for warning in caught]
    assert "no text in 1 units of system 'a': 2" in said
    assert any(line.startswith("another language than 'en'") and line.endswith("system 'a': 1") for line in said)


def test_truncated_units_are_listed(models: Path) -> None:
    segments = (Segment("1", SOURCES[0], ("word " * 700,), "d"), Segment("2", SOURCES[1], (REFERENCES[1],), "d"))
    whole = TestSet("t", "de", "en", (Document("d", segments),), (SystemOutput("a", SYSTEMS["a"][:2]),))
    with pytest.warns(DataWarning) as caught:
        mtqe.score(whole, [f"comet:{models / 'regression'}"])
    said = [str(warning.message) for warning in caught]
    assert any(line.endswith("could not read to the end 1 units of system 'a': 1") for line in said)


def test_metricx_counts_errors(models: Path) -> None:
    tokenizer = models / "metricx-24-tokenizer"
    name = f"metricx:{models / 'metricx-24'},tokenizer={tokenizer}"
    scores = mtqe.score(sample(), [name])
    assert not scores.metrics[name].higher_is_better
    assert list(scores["b", name].values[1:]) == [25, 25]
    assert all(0 <= value <= 25 for value in scores["a", name].values)
    with pytest.raises(ConfigError, match="its name tells no version"):
        mtqe.score(sample(), [f"metricx:{models / 'regression'}"])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_files(
        tmp_path, {"src": SOURCES, "ref": REFERENCES, "hyp": ["The river.", "A bridge.", "A boat on the bank."]}
    )
    return tmp_path


def test_shards_are_merged_into_what_one_command_prints(
    models: Path, files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "TOKEN_BUDGET", {"cpu": 16})
    words = ["-t", f"s={files / 'hyp'}", "-r", f"{files / 'ref'}", "-s", f"{files / 'src'}", "-l", "de-en"]
    words += ["-m", "chrf", f"comet:{models / 'regression'}", "-f", "json"]
    whole = run(capsys, "score", *words)
    assert whole[0] == 0
    parts = str(files / "parts")
    assert run(capsys, "score", *words, "--shard", "1/2", "-o", parts)[:2] == (0, "")
    code, out, err = run(capsys, "merge", parts)
    assert (code, out) == (3, "")
    assert "lacks" in err
    assert run(capsys, "score", *words, "--shard=2/2", "-o", parts)[:2] == (0, "")
    assert run(capsys, "merge", parts) == whole
    assert json.loads(whole[1])
    code, _, err = run(capsys, "score", *words[:-2], "--shard", "2/2", "-o", parts)
    assert code == 2
    assert "has shards of another command line" in err


def test_errors_of_shards(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["score", "-t", f"{files / 'hyp'}", "-r", f"{files / 'ref'}", "-l", "en", "-m", "chrf"]
    assert "is I/N with I from 1 to N" in run(capsys, *words, "--shard", "3/2")[2]
    assert "--shard I/N and -o DIR go together" in run(capsys, *words, "--shard", "1/2")[2]
    code, _, err = run(capsys, *words, "--shard", "1/2", "-o", f"{files / 'parts'}")
    assert (code, "no metric of chrf is computed in shards" in err) == (2, True)
    assert run(capsys, "merge", f"{files / 'nowhere'}")[0] == 1


def test_the_device_is_that_of_the_command_line(models: Path, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["score", "-t", f"{files / 'hyp'}", "-r", f"{files / 'ref'}", "-s", f"{files / 'src'}", "-l", "de-en"]
    words += ["-m", f"comet:{models / 'regression'}"]
    assert run(capsys, *words, "--device", "cpu")[0] == 0
    code, _, err = run(capsys, *words, "--device", "gpu")
    assert (code, err) == (2, "mtqe: unknown device 'gpu'; known are auto, cpu, cuda, cuda:N, cuda:N,N and mps\n")


def test_a_run_is_read_again_without_its_model(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = published.write_comet("regression", files / "models")
    words = ["-t", f"s={files / 'hyp'}", f"t={files / 'src'}", "-r", f"{files / 'ref'}", "-s", f"{files / 'src'}"]
    words += ["-l", "de-en", "-m", f"comet:{model}", "-o", f"{files / 'out'}"]
    assert run(capsys, "evaluate", *words)[0] == 0
    page = (files / "out" / "report.html").read_bytes()
    (model / "checkpoints" / "model.ckpt").unlink()
    assert run(capsys, "report", f"{files / 'out'}")[0] == 0
    assert (files / "out" / "report.html").read_bytes() == page
    code, out, _ = run(capsys, "compare", f"{files / 'out'}")
    assert (code, "regression" in out) == (0, True)


def test_output_is_scored_against_its_source_alone(
    models: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", "-t", f"{files / 'hyp'}", "-s", f"{files / 'src'}", "-l", "de-en", "-f", "json", "-m"]
    code, out, _ = run(capsys, *words, f"comet:{models / 'unified-qe'}")
    assert (code, json.loads(out)["scores"][0]["n"]) == (0, 3)
    code, out, err = run(capsys, *words, "chrf")
    assert (code, out, "needs a reference" in err) == (2, "", True)
