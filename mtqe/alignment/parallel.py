"""Whether output that has a line for each segment answers them in order."""

from __future__ import annotations

from mtqe.alignment.lines import align
from mtqe.corpus import SystemOutput, TestSet


def is_shifted(system: SystemOutput, test_set: TestSet) -> bool:
    """Whether most lines answer another segment than their own, as after a lost line at the top and one too many below.

    `system` has one text a segment; the number of lines alone cannot tell.
    """
    documents = [segment.document for segment in test_set.segments]
    references = [next((r for r in s.references if r is not None), "") for s in test_set.segments]
    alignment = align(
        [text or "" for text in system.texts], references, hyp_documents=documents, ref_documents=documents
    )
    linked = [link for link in alignment.links if link.hyp and link.ref]
    return 2 * sum(not set(link.hyp) & set(link.ref) for link in linked) > len(linked)
