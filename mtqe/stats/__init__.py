"""Resampling and significance: arrays of sufficient statistics in, arrays out; nothing here knows of metrics or files.

`statistics` is always float64 `(systems, n, k)` or `(n, k)`: for each of n independent units (segments or documents)
the k numbers whose sums make a corpus score, and `aggregate` turns sums `(..., k)` into scores `(...)`.
"""

from mtqe.stats.resampling import bootstrap, interval
from mtqe.stats.significance import all_assignments_fit, holm, paired_permutation, permutation_tests, smallest_p

__all__ = [
    "all_assignments_fit",
    "bootstrap",
    "holm",
    "interval",
    "paired_permutation",
    "permutation_tests",
    "smallest_p",
]
