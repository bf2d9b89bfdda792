"""Resampling and significance: arrays of sufficient statistics in, arrays out; nothing here knows of metrics or files.

`statistics` is always float64 `(systems, n, k)` or `(n, k)`: for each of n independent units (segments or documents)
the k numbers whose sums make a corpus score, and `aggregate` turns sums `(..., k)` into scores `(...)`.

`mtqe.stats.compat` has the tests of sacreBLEU, bit by bit.
"""

from mtqe.stats.power import (
    equivalent,
    leave_one_stratum_out,
    minimum_detectable_difference,
    power,
    runs_interval,
    unit_deviation,
)
from mtqe.stats.ranking import WinTieLoss, beats, clusters, rank_ranges, share_first, win_tie_loss
from mtqe.stats.resampling import bootstrap, interval
from mtqe.stats.significance import (
    all_assignments_fit,
    bootstrap_tests,
    draws_needed,
    holm,
    max_t_tests,
    paired_permutation,
    permutation_tests,
    rank_directions,
    smallest_p,
    wilcoxon_tests,
)

__all__ = [
    "WinTieLoss",
    "all_assignments_fit",
    "beats",
    "bootstrap",
    "bootstrap_tests",
    "clusters",
    "draws_needed",
    "equivalent",
    "holm",
    "interval",
    "leave_one_stratum_out",
    "max_t_tests",
    "minimum_detectable_difference",
    "paired_permutation",
    "permutation_tests",
    "power",
    "rank_directions",
    "rank_ranges",
    "runs_interval",
    "share_first",
    "smallest_p",
    "unit_deviation",
    "wilcoxon_tests",
    "win_tie_loss",
]
