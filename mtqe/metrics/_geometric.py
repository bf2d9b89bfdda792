"""The geometric mean of BLEU to the last bit of Python's own arithmetic, from which NumPy's logarithms may differ."""

from __future__ import annotations

import math
import sys

import numpy as np
from numpy.typing import NDArray

from mtqe.metrics._compiled import compiled
from mtqe.results import FloatArray

_LOG_0 = -9999999999.0  # as sacreBLEU has it


def scores(precision: FloatArray, orders: NDArray[np.int64], shortness: FloatArray) -> FloatArray:
    """BLEU (rows,) of precisions (rows, order), of which the first `orders` (rows,) count, from 0 to 100.

    shortness  (rows,): the logarithm of the brevity penalty.
    """
    exact = np.ascontiguousarray(precision, dtype=np.float64)
    return _scores(exact, orders, shortness, sys.version_info >= (3, 12))


@compiled
def _scores(precision: FloatArray, orders: NDArray[np.int64], shortness: FloatArray, compensated: bool) -> FloatArray:
    """`compensated`: whether Python's `sum` is that of Neumaier (1974), as it is from 3.12 on."""
    result = np.empty(len(orders))
    for i in range(len(orders)):
        total, lost = 0.0, 0.0
        for j in range(orders[i]):
            log = math.log(precision[i, j]) if precision[i, j] > 0 else _LOG_0
            after = total + log
            if compensated:
                lost += (total - after) + log if abs(total) >= abs(log) else (log - after) + total
            total = after
        result[i] = math.exp(shortness[i]) * math.exp((total + lost) / orders[i])
    return result
