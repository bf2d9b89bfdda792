"""The corpus agrees with its manifest, and nothing in it comes from the third-party data."""

import json
from pathlib import Path

import pytest

from mtqe.readers import load
from mtqe.store import file_digest


@pytest.fixture
def corpus(root: Path) -> Path:
    return root / "corpora" / "frontline"


def test_every_file_has_its_checksum(corpus: Path) -> None:
    manifest = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    files = {path.relative_to(corpus).as_posix(): file_digest(path) for path in corpus.rglob("*.txt")}
    assert manifest["licence"] == "CC0-1.0"
    assert manifest["files"] == files


def test_source_reference_and_literal_agree_line_by_line(corpus: Path) -> None:
    pair = corpus / "uk-en"
    test_set = load(
        pair / "references" / "A",
        source=pair / "source",
        translations={"literal": pair / "systems" / "literal"},
        languages="uk-en",
    )
    manifest = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    assert [document.id for document in test_set.documents] == manifest["test_sets"][0]["documents"]
    assert test_set.notes == ()
    assert all(segment.source and segment.references[0] for segment in test_set.segments)


def test_no_line_comes_from_the_third_party_data(corpus: Path, shared: Path) -> None:
    ours = {line for path in corpus.rglob("*.txt") for line in path.read_text(encoding="utf-8").split("\n") if line}
    paths = [path for path in shared.rglob("*") if path.suffix in (".txt", ".jsonl")]
    assert len(paths) > 50
    for path in paths:
        text = path.read_text(encoding="utf-8").replace('\\"', '"')  # as JSON writes quotes
        assert not [line for line in ours if len(line) > 30 and line in text], path
