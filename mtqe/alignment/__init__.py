"""Pairs what a system wrote with the lines of the reference when the two are segmented differently."""

from mtqe.alignment.lines import align
from mtqe.alignment.system import align_system

__all__ = ["align", "align_system"]
