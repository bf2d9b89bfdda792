"""Aligns the lines of a hypothesis with the lines of a reference or of the source, document by document."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from mtqe.alignment import source as source_side
from mtqe.alignment.chunks import chunks
from mtqe.alignment.dynamic import Pair, pair_lines
from mtqe.alignment.encoders import LineEncoder, Vectors, embed, fingerprint, load_encoder, semantic_evidence
from mtqe.alignment.evidence import lexical_evidence
from mtqe.alignment.features import similarity, stems, words_of_stems
from mtqe.alignment.kinds import kinds
from mtqe.alignment.links import Alignment, Link
from mtqe.alignment.reorder import find_reordered, out_of_order
from mtqe.errors import ConfigError, InputError
from mtqe.text import text_list

#: The method and its version; a change that can move a link changes it.
METHOD = "lcs|v2"
#: So many words of evidence are named in a link.
_MOST_WORDS = 8
#: Lines without link are called moved from this similarity on.
_SURELY_THE_SAME = 0.4


def align(
    hyp: Sequence[str],
    ref: Sequence[str] | None,
    *,
    source: Sequence[str] | None = None,
    hyp_documents: Sequence[str] | None = None,
    ref_documents: Sequence[str] | None = None,
    encoder: str | Path | LineEncoder | None = None,
    reorder: bool = False,
) -> Alignment:
    """Links lines that say the same, in time near-linear in the number of lines.

    A link joins lines of both sides (1-1, 1-n, n-1, n-m) on the strength of words that the two texts share in the same
    order and of similar spelling; where the texts agree as a whole, place, length and the marks at the ends of lines
    link others too. Every other line stands alone, see `Link` for the kinds. Links never cross, unless `reorder` asks
    for those of blocks that stand elsewhere in the text. Identical documents are paired line by line. The score of a
    link is the Dice coefficient of the different word stems of its sides, 0 for a line alone.

    `source`, the lines that were translated, stands in where there is no reference (None, or without lines): `ref` is
    the source then, for `ref_documents` and in the links. Lengths, numbers, names and punctuation are the evidence, and
    the score says how much of it there is, at most 0.5 without an encoder. An encoder has to know both languages.

    `encoder` adds the closeness of lines to the evidence: `minilm` (which knows English only), a directory or model id
    of a transformers encoder, or an object whose `encode(texts)` returns a vector for each text, as the models of
    sentence-transformers do. Every distinct line is encoded once.

    `hyp_documents` and `ref_documents` name the document of each line; no link leaves its document. Documents come in
    the order of the reference, then those that only the hypothesis has.

    Raises ConfigError when there is neither reference nor source, when only one side names its documents, for `reorder`
    and `minilm` without reference, and for an encoder that returns no vectors; InputError for a line that is no text,
    and when the number of documents differs from that of lines; UnavailableError when an encoder cannot be loaded.
    """
    hyp = _lines("hyp", hyp)
    other, has_reference = _other_side(ref, source)
    if reorder and not has_reference:
        raise ConfigError("reorder needs a reference: blocks that stand elsewhere are known by their words")
    if (hyp_documents is None) != (ref_documents is None):
        raise ConfigError("hyp_documents and ref_documents go together: give both or none")
    hyp_groups, ref_groups = _group(hyp, hyp_documents, "hyp"), _group(other, ref_documents, "ref")
    if encoder == "minilm" and not has_reference:
        raise ConfigError("minilm knows English only; against a source, encoder must know both languages")
    if isinstance(encoder, str | Path):
        encoder = load_encoder(str(encoder))
    vectors = embed(encoder, [*hyp, *other]) if encoder is not None else None
    links: list[Link] = []
    for document in ref_groups | hyp_groups:
        hyp_lines, ref_lines = hyp_groups.get(document, []), ref_groups.get(document, [])
        texts = [hyp[i] for i in hyp_lines], [other[j] for j in ref_lines]
        local = _with_reference(*texts, vectors, reorder) if has_reference else _with_source(*texts, vectors)
        links += (
            Link(tuple(hyp_lines[i] for i in x.hyp), tuple(ref_lines[j] for j in x.ref), x.score, x.kind, x.evidence)
            for x in local
        )
    signature = METHOD if has_reference else source_side.METHOD
    signature += "" if has_reference or encoder is not None else "|score<=0.5"
    signature += "" if encoder is None else f"|encoder:{fingerprint(encoder)}"
    signature += "|reorder" if reorder else ""
    return Alignment(tuple(links), signature, tuple(hyp), tuple(other))


def link_lines(hyp: Sequence[str], ref: Sequence[str], vectors: Vectors | None = None) -> list[Pair]:
    """The linked lines of one document and its reference, in order; an empty line is linked in identical texts only."""
    if list(hyp) == list(ref):
        return [((i,), (i,)) for i in range(len(hyp))]
    measure = lexical_evidence if vectors is None else partial(semantic_evidence, vectors=vectors)
    ours, theirs = ([number for number, line in enumerate(lines) if line.strip()] for lines in (hyp, ref))
    one, two = [hyp[i] for i in ours], [ref[j] for j in theirs]
    pairs = [
        (tuple(hyp_lines[i] for i in pair[0]), tuple(ref_lines[j] for j in pair[1]))
        for hyp_lines, ref_lines in chunks(one, two)
        for pair in pair_lines([one[i] for i in hyp_lines], [two[j] for j in ref_lines], measure)
    ]
    return [(tuple(ours[i] for i in h), tuple(theirs[j] for j in r)) for h, r in pairs]


def _with_reference(hyp: Sequence[str], ref: Sequence[str], vectors: Vectors | None, reorder: bool) -> list[Link]:
    link = partial(link_lines, vectors=vectors)
    pairs = link(hyp, ref)
    if reorder:
        pairs = find_reordered(hyp, ref, pairs, link)
    moved = out_of_order(pairs)
    frequency = Counter(chain.from_iterable(map(stems, (*hyp, *ref))))
    links = []
    for h, r in pairs:
        ours, theirs = [hyp[i] for i in h], [ref[j] for j in r]
        kind = "moved" if (h, r) in moved else "match"
        links.append(Link(h, r, similarity(ours, theirs), kind, _common_words(ours, theirs, frequency)))
    return _name_moved(_with_lines_alone(links, hyp, ref), hyp, ref)


def _with_source(hyp: Sequence[str], source: Sequence[str], vectors: Vectors | None) -> list[Link]:
    links = []
    for (h, s), score in source_side.pair_with_source(hyp, source, vectors):
        words = source_side.common_words([hyp[i] for i in h], [source[j] for j in s])
        links.append(Link(h, s, score, "match", tuple(dict.fromkeys(words))[:_MOST_WORDS]))
    return _with_lines_alone(links, hyp, source)


def _with_lines_alone(links: Sequence[Link], hyp: Sequence[str], ref: Sequence[str]) -> list[Link]:
    """All lines of a document in reading order."""
    linked_hyp, linked_ref = {i for link in links for i in link.hyp}, {j for link in links for j in link.ref}
    hyp_kinds = kinds(hyp, linked_hyp, range(len(hyp)))
    return _in_reading_order(
        [
            *links,
            *(Link((i,), (), 0.0, kind if hyp[i].strip() else "empty") for i, kind in hyp_kinds.items()),
        ],
        [
            Link((), (j,), 0.0, "omission" if line.strip() else "empty")
            for j, line in enumerate(ref)
            if j not in linked_ref
        ],
    )


def _name_moved(links: Sequence[Link], hyp: Sequence[str], ref: Sequence[str]) -> list[Link]:
    """Calls lines alone `moved` that say the same as lines alone at another place of the other side."""
    ours, theirs = [x.hyp[0] for x in links if not x.ref], [x.ref[0] for x in links if not x.hyp]
    one, two = [hyp[i] for i in ours], [ref[j] for j in theirs]
    found = [
        (h, r)
        for h, r in find_reordered(one, two, link_lines(one, two), link_lines)
        if similarity([one[i] for i in h], [two[j] for j in r]) >= _SURELY_THE_SAME
    ]
    moved = {((ours[i],), ()) for h, _ in found for i in h} | {((), (theirs[j],)) for _, r in found for j in r}
    return [replace(link, kind="moved") if (link.hyp, link.ref) in moved else link for link in links]


def _in_reading_order(links: Iterable[Link], omissions: Iterable[Link]) -> list[Link]:
    """Hypothesis order; a reference line alone follows the link of the reference line before it."""
    links = sorted(links, key=lambda link: link.hyp)
    linked = sorted(j for link in links for j in link.ref)
    after: defaultdict[int, list[Link]] = defaultdict(list)
    for omission in omissions:
        place = bisect_left(linked, omission.ref[0])
        after[linked[place - 1] if place else -1].append(omission)
    ordered = after[-1]
    for link in links:
        ordered += (link, *chain.from_iterable(after[j] for j in link.ref))
    return ordered


def _common_words(hyp: Sequence[str], ref: Sequence[str], frequency: Mapping[str, int]) -> tuple[str, ...]:
    """Words of the first lines whose stems the others have, rarest first; character pairs in scripts without spaces."""
    there = set(chain.from_iterable(map(stems, ref)))
    words = {stem: word for line in hyp for stem, word in zip(stems(line), words_of_stems(line), strict=True)}
    rarest = sorted((stem for stem in words if stem in there), key=lambda stem: frequency[stem])
    return tuple(words[stem] for stem in rarest[:_MOST_WORDS])


def _other_side(ref: Sequence[str] | None, source: Sequence[str] | None) -> tuple[list[str], bool]:
    """The lines to align with, and whether they are a reference."""
    lines = None if ref is None else _lines("ref", ref)
    if source is not None and not lines:
        return _lines("source", source), False
    if lines is None:
        raise ConfigError("align needs a reference or a source")
    return lines, True


def _lines(side: str, texts: Iterable[str]) -> list[str]:
    lines = text_list(side, texts)
    for number, line in enumerate(lines):
        if not isinstance(line, str):
            raise InputError(f"{side}[{number}] is no text: {line!r}")
    return lines


def _group(lines: Sequence[str], documents: Sequence[str] | None, side: str) -> dict[str, list[int]]:
    """The line numbers of each document."""
    if documents is None:
        return {"": list(range(len(lines)))}
    documents = list(documents)
    if len(documents) != len(lines):
        raise InputError(f"{side}_documents names {len(documents)} documents for {len(lines)} lines")
    groups: dict[str, list[int]] = {}
    for number, document in enumerate(documents):
        groups.setdefault(document, []).append(number)
    return groups
