"""The fixtures themselves, and a live comparison with unbabel-comet in an environment of its own."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import published
import pytest

#: A Python with the packages that `peers.py` names, to save building one.
PYTHON = "MTQE_PEER_PYTHON"
ALL = (*published.COMET, *published.METRICX, *published.BERTSCORE)


@pytest.mark.parametrize("name", ALL)
def test_the_recorded_scores_are_of_these_weights(name: str) -> None:
    weights = published.FIXTURES / published.description(name)["tensors"]
    assert published.expected(name)["tensors_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()


def test_the_fixtures_are_small() -> None:
    assert sum(path.stat().st_size for path in published.FIXTURES.rglob("*") if path.is_file()) < 1_000_000


def peer_python(directory: Path) -> str:
    """The interpreter of the peer's environment; skips where it cannot be built."""
    if python := os.environ.get(PYTHON):
        return python
    python = str(directory / "peer" / "bin" / "python")
    steps = (
        [sys.executable, "-m", "venv", str(directory / "peer")],
        # torch first, so that pip takes a CPU build where its index has one
        [python, "-m", "pip", "install", "-q", "torch==2.13.0"],
        [python, "-m", "pip", "install", "-q", "setuptools<81", "transformers==4.57.6", "unbabel-comet==2.2.7"],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no environment for the peer ({PYTHON} may name one): {done.stderr.strip()[-300:]}")
    return python


@pytest.mark.slow
def test_the_peer_still_gives_the_recorded_scores(tmp_path: Path) -> None:
    names = ("regression", "xcomet")
    script, out = Path(published.__file__).with_name("peers.py"), tmp_path / "out.json"
    done = subprocess.run(
        [peer_python(tmp_path), str(script), *names, str(out)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(out.read_text(encoding="utf-8"))
    for name in names:
        recorded = published.expected(name)["runs"]
        for mode, systems in recorded.items():
            for system, columns in systems.items():
                for column, values in columns.items():
                    now = found[name]["runs"][mode][system][column]
                    if column != "error_spans":
                        assert now == pytest.approx(values, abs=2e-6)
                        continue
                    assert [[without_confidence(span) for span in spans] for spans in now] == [
                        [without_confidence(span) for span in spans] for spans in values
                    ]


def without_confidence(span: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in span.items() if key != "confidence"}
