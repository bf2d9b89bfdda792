"""experiments/bench/calibration.py in small: its nulls are true, and its table says what was simulated."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mtqe.results import FloatArray, mean


@pytest.fixture(scope="module")
def calibration(root: Path) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "experiments" / "bench")
        yield importlib.import_module("calibration")
        del sys.modules["calibration"]


def f1(sums: FloatArray) -> FloatArray:
    return np.asarray(200 * sums[..., 0] / (sums[..., 1] + sums[..., 2]))


@pytest.fixture(scope="module")
def outputs() -> FloatArray:
    """Six systems, 120 segments: matches, hypothesis and reference lengths; documents share their difficulty."""
    generator = np.random.default_rng(1)
    reference = generator.integers(4, 40, 120)
    hypothesis = np.maximum(1, reference + generator.integers(-3, 4, (6, 120)))
    difficulty = np.repeat(generator.beta(6, 4, 30), 4)
    matches = np.minimum(generator.binomial(hypothesis, difficulty), reference)
    return np.stack([matches, hypothesis, np.broadcast_to(reference, (6, 120))], axis=-1).astype(np.float64)


def test_the_table_of_a_small_run(calibration: ModuleType, outputs: FloatArray) -> None:
    documents = np.repeat(np.arange(30), 4)
    metrics = [
        calibration.Metric("F1", outputs, f1, slice(0, 1)),
        calibration.Metric("mean of segments", calibration.as_mean(f1(outputs)), mean, slice(0, 1)),
    ]
    cells = list(calibration.simulate(metrics, documents, 30))
    default = [cell for cell in cells if cell.default]
    assert {cell.null for cell in default} >= {"exchange of documents", "exchange of segments"}
    rejected, simulations = sum(cell.rejected for cell in default), sum(cell.simulations for cell in default)
    assert 0.005 < rejected / simulations < 0.11
    table = calibration.markdown(cells, "xx-yy", documents)
    assert table.count(" %") == len(cells) + table.split("\n\n## ")[0].count(" %")
    assert all(f"## {cell.null[0].upper()}{cell.null[1:]}\n" in table for cell in cells)
    assert "120 segments, 30 documents" in table


def test_the_nulls_are_true(calibration: ModuleType, outputs: FloatArray) -> None:
    pair, generator = outputs[[0, 1]], np.random.default_rng(3)
    documents = np.repeat(np.arange(30), 4)
    made = calibration.exchange(pair, documents, generator, 5)
    assert made.shape == (10, 120, 3)
    for a, b in zip(made[::2], made[1::2], strict=True):
        swapped = (a != pair[0]).any(axis=-1)
        assert np.array_equal(np.where(swapped[:, None], b, a), pair[0])
        of_documents = (a == pair[1]).all(axis=-1).reshape(30, 4)
        assert ((of_documents.all(axis=1)) | ((a == pair[0]).all(axis=-1).reshape(30, 4).all(axis=1))).all()
    summed = calibration.by_document(outputs, documents)
    metric = calibration.Metric("F1", outputs, f1, slice(0, 1))
    equal = calibration.equalised(summed[[0, 1]], metric)
    assert f1(equal[0].sum(axis=0)) == pytest.approx(f1(equal[1].sum(axis=0)))
    dealt = calibration.shuffled(summed, np.array([0, 0, 0, 1, 1, 1]), generator)
    assert np.sort(dealt[:3], axis=0) == pytest.approx(np.sort(summed[:3], axis=0))
    assert not np.array_equal(dealt, summed)


def test_the_verdict_is_the_binomial_interval(calibration: ModuleType) -> None:
    """99 % of a binomial(10,000, .05), one cell: 444 to 557."""
    cells = [calibration.Cell("null", "test", "F1", hits, 10_000) for hits in (443, 445, 556, 558)]
    assert [calibration.verdict(cell, 1) for cell in cells] == ["less often", "as said", "as said", "too often"]
    assert calibration.verdict(calibration.Cell("null", "test", "F1", 558, 10_000), 40) == "as said"
