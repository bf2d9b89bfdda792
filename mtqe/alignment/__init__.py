"""Pairs what a system wrote with the lines of the reference when the two are segmented differently."""

from mtqe.alignment.lines import align
from mtqe.alignment.links import Alignment, Link
from mtqe.alignment.parallel import are_parallel
from mtqe.alignment.references import add_reference
from mtqe.alignment.system import align_system
from mtqe.alignment.words import WordLink, align_words, project

__all__ = [
    "Alignment",
    "Link",
    "WordLink",
    "add_reference",
    "align",
    "align_system",
    "align_words",
    "are_parallel",
    "project",
]
