import json
import os
from pathlib import Path

import pytest

from mtqe.errors import InputError
from mtqe.store import Manifest, canonical_json, digest, file_digest, read_json, write_atomic


def test_canonical_json_does_not_depend_on_order() -> None:
    assert canonical_json({"b": 1, "a": "ї"}) == '{"a":"ї","b":1}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file"
    write_atomic(path, "old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_directory_digest_sees_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = file_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert file_digest(tmp_path) != before
    assert file_digest(tmp_path / "b") == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


def test_manifest_keeps_times_apart(tmp_path: Path) -> None:
    manifest = Manifest({"command": "mtqe run x"})
    with manifest.step("score"):
        pass
    manifest.write(tmp_path / "m.json")
    written = json.loads((tmp_path / "m.json").read_text())
    assert written["command"] == "mtqe run x"
    assert written["times"]["steps"][0]["step"] == "score"
    assert written["times"]["steps"][0]["peak_memory_bytes"] > 10**6


def test_missing_and_broken_json_say_where(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{")
    for name in ("x.json", "y.json"):
        with pytest.raises(InputError, match=name):
            read_json(tmp_path / name)


def test_devices_and_pipes_are_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: is no file that can be written"):
        write_atomic(tmp_path / "pipe", "text")
    assert (tmp_path / "pipe").is_fifo()
