"""Aligns the lines of a hypothesis with the lines of a reference, document by document."""

from __future__ import annotations

from collections.abc import Sequence

from mtqe.alignment.chunks import chunks
from mtqe.alignment.dynamic import Pair, pair_lines
from mtqe.alignment.features import similarity
from mtqe.alignment.kinds import kinds
from mtqe.corpus import Alignment, Link
from mtqe.errors import ConfigError, InputError
from mtqe.text import text_list

#: The method and its version; a change that can move a link changes it.
METHOD = "lcs|v1"


def align(
    hyp: Sequence[str],
    ref: Sequence[str],
    *,
    hyp_documents: Sequence[str] | None = None,
    ref_documents: Sequence[str] | None = None,
) -> Alignment:
    """Links lines that say the same, without a model, in time near-linear in the number of lines.

    A link joins lines of both sides (1-1, 1-n, n-1, n-m), never crosses another, and needs evidence: words that the two
    texts share in the same order, or similar spelling. Every other line stands alone, see `mtqe.corpus.Link` for the
    kinds. `hyp_documents` and `ref_documents` name the document of each line; no link leaves its document. Documents
    come in the order of the reference, then those that only the hypothesis has. Identical documents are paired line by
    line. The score of a link is the Dice coefficient of the character n-grams of its sides, 0 for a line alone.

    Raises ConfigError when only one side names its documents, InputError when their number differs from the lines'.
    """
    hyp, ref = text_list("hyp", hyp), text_list("ref", ref)
    if (hyp_documents is None) != (ref_documents is None):
        raise ConfigError("hyp_documents and ref_documents go together: give both or none")
    hyp_groups, ref_groups = _group(hyp, hyp_documents, "hyp"), _group(ref, ref_documents, "ref")
    links: list[Link] = []
    for document in ref_groups | hyp_groups:
        hyp_lines, ref_lines = hyp_groups.get(document, []), ref_groups.get(document, [])
        local = _align_document([hyp[i] for i in hyp_lines], [ref[j] for j in ref_lines])
        links += (
            Link(tuple(hyp_lines[i] for i in x.hyp), tuple(ref_lines[j] for j in x.ref), x.score, x.kind) for x in local
        )
    return Alignment(tuple(links), METHOD)


def link_lines(hyp: Sequence[str], ref: Sequence[str]) -> list[Pair]:
    """The linked lines of one document, in order."""
    if list(hyp) == list(ref):
        return [((i,), (i,)) for i in range(len(hyp))]
    return [
        (tuple(hyp_lines[i] for i in pair[0]), tuple(ref_lines[j] for j in pair[1]))
        for hyp_lines, ref_lines in chunks(hyp, ref)
        for pair in pair_lines([hyp[i] for i in hyp_lines], [ref[j] for j in ref_lines])
    ]


def _align_document(hyp: Sequence[str], ref: Sequence[str]) -> list[Link]:
    pairs = link_lines(hyp, ref)
    links = [
        Link(h, r, similarity(" ".join(hyp[i] for i in h), " ".join(ref[j] for j in r)), "match") for h, r in pairs
    ]
    alone = kinds(hyp, {i for h, _ in pairs for i in h}, range(len(hyp)))
    links += (Link((i,), (), 0.0, kind) for i, kind in alone.items())
    linked_refs = {j for _, r in pairs for j in r}
    links += (Link((), (j,), 0.0, "omission") for j in range(len(ref)) if j not in linked_refs)
    return _in_reading_order(links)


def _in_reading_order(links: Sequence[Link]) -> list[Link]:
    """Hypothesis order; an omission follows the link of the reference line before it."""
    by_hyp = sorted((link for link in links if link.hyp), key=lambda link: link.hyp)
    omissions = sorted((link for link in links if not link.hyp), key=lambda link: link.ref)
    ordered: list[Link] = []
    waiting = 0
    for link in by_hyp:
        while link.ref and waiting < len(omissions) and omissions[waiting].ref < link.ref:
            ordered.append(omissions[waiting])
            waiting += 1
        ordered.append(link)
    return ordered + omissions[waiting:]


def _group(lines: Sequence[str], documents: Sequence[str] | None, side: str) -> dict[str, list[int]]:
    """The line numbers of each document."""
    if documents is None:
        return {"": list(range(len(lines)))}
    if len(documents) != len(lines):
        raise InputError(f"{side}_documents names {len(documents)} documents for {len(lines)} lines")
    groups: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        groups.setdefault(document, []).append(number)
    return groups
