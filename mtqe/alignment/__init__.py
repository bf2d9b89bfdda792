"""Pairs what a system wrote with the lines of the reference when the two are segmented differently."""

from mtqe.alignment.lines import align
from mtqe.alignment.parallel import are_parallel
from mtqe.alignment.references import add_reference
from mtqe.alignment.system import align_system

__all__ = ["add_reference", "align", "align_system", "are_parallel"]
