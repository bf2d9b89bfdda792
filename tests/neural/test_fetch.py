"""Models are brought here by what metrics look up; each failure is one line that says what to do."""

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command import run
from tiny_comet import COMMIT, hub, write_comet, write_encoder

from mtqe.errors import UnavailableError
from mtqe.neural.checkpoints import cached_models, fetched, lookups
from mtqe.neural.fetch import fetch

__all__ = ["hub"]
pytest.importorskip("torch")
errors = pytest.importorskip("huggingface_hub.errors")
Capture = pytest.CaptureFixture[str]


def of_hub(kind: str) -> Exception:
    error: Exception = getattr(errors, kind)("no", response=SimpleNamespace(headers={}, request=None))
    return error


def test_weights_and_the_encoder_that_they_name(hub: Path, capsys: Capture) -> None:
    model, encoder = write_comet(hub), write_encoder(hub)
    code, out, err = run(capsys, "fetch", "comet:owner/tiny", "chrf")
    assert (code, err) == (0, "")
    first, weights, other, second, none = out.splitlines()
    assert (first, second, none.strip()) == ("comet:owner/tiny", "chrf", "needs no model of the hub")
    megabytes = sum(path.stat().st_size for path in model.rglob("*") if path.is_file()) / 1e6
    assert weights.split() == ["owner/tiny", f"{megabytes:.2f}", "MB", str(model)]
    assert other.split()[0] == "owner/encoder"
    assert other.split()[-1] == str(encoder)


def test_what_is_asked_of_the_hub(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoint at its revision, then configuration and tokenizer of the encoder that it names, no weights."""
    snapshots = {"owner/tiny": write_comet(hub), "owner/encoder": write_encoder(hub)}
    asked = []

    def download(model: str, **options: Any) -> str:
        asked.append((model, options["revision"], options["allow_patterns"], options["local_files_only"]))
        return str(snapshots[model])

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert [(files.model, files.directory) for files in fetch("comet:owner/tiny@v1")] == [
        ("owner/tiny@v1", snapshots["owner/tiny"]),
        ("owner/encoder", snapshots["owner/encoder"]),
    ]
    assert asked[0] == ("owner/tiny", "v1", ["hparams.yaml", "checkpoints/model.ckpt", "README.md"], False)
    assert asked[1][:2] == ("owner/encoder", None)
    assert {"config.json", "tokenizer.json"} <= set(asked[1][2])
    assert not any(pattern.endswith((".bin", ".safetensors")) for pattern in asked[1][2])


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (of_hub("GatedRepoError"), r"'owner/m' is gated: accept its licence .* log in .* or set HF_TOKEN"),
        (of_hub("RevisionNotFoundError"), r"'owner/m' has no revision 'r'; give a branch, tag or commit"),
        (of_hub("RepositoryNotFoundError"), r"'owner/m' is neither a directory nor a model .* check the spelling"),
        (errors.LocalEntryNotFoundError("no"), r"'owner/m@r' is not on this machine and the hub cannot be reached; .*"),
        (errors.OfflineModeIsEnabled("no"), r"'owner/m@r' is not on this machine and the hub cannot be reached; .*"),
        (OSError(errno.ENOSPC, "No space left on device"), r"the disk of .*hub is full; make room, or set HF_HOME"),
        (RuntimeError("xet: No space left on device (os error 28)"), r"the disk of .*hub is full; make room"),
        (PermissionError(errno.EACCES, "Permission denied"), r".*hub cannot be written; set HF_HOME"),
        (RuntimeError("connection reset\nby peer"), r"'owner/m@r' could not be fetched: connection reset; ask again"),
        (TimeoutError(), r"'owner/m@r' could not be fetched: TimeoutError; ask again"),
    ],
)
def test_each_failure_is_one_line_with_the_remedy(
    hub: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("huggingface_hub.snapshot_download", fails)
    with pytest.raises(UnavailableError, match=message):
        fetched("owner/m@r", ["config.json"])
    code, out, err = run(capsys, "fetch", "comet:owner/m@r")
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.startswith("mtqe: comet:owner/m@r: ")


def test_a_failure_does_not_stop_the_others(hub: Path, capsys: Capture) -> None:
    write_comet(hub)
    write_encoder(hub)
    code, out, err = run(capsys, "fetch", "comet:owner/none", "comet:owner/tiny", "comet:no-owner")
    assert code == 3
    assert out.splitlines()[0] == "comet:owner/tiny"
    assert [line[:25] for line in err.splitlines()] == ["mtqe: comet:owner/none: '", "mtqe: comet:no-owner: 'no"]


def test_a_metric_that_does_not_exist_is_a_mistake_of_the_call(capsys: Capture) -> None:
    code, out, err = run(capsys, "fetch", "comets:owner/tiny")
    assert (code, out) == (2, "")
    assert "did you mean 'comet'" in err


def test_local_lookups_do_not_ask_the_network(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    write_encoder(hub)
    with lookups(local=True) as found:
        assert fetched("owner/encoder", ["config.json"]).name == COMMIT
        with pytest.raises(UnavailableError, match=r"'owner/none' is not on this machine; bring it"):
            fetched("owner/none", ["config.json"])
    assert list(found) == ["owner/encoder", "owner/none"]
    assert found["owner/none"] is None


def test_only_models_with_weights_count_as_here(hub: Path) -> None:
    assert cached_models() == frozenset()
    write_encoder(hub)
    write_comet(hub, "Owner/Tiny")
    assert cached_models() == {"owner/tiny"}
    hub.rename(hub.with_name("elsewhere"))
    assert cached_models() == frozenset()
