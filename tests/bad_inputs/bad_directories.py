"""Bad directories: EvalSets, and the folders in which WMT publishes its texts."""

import gzip
from collections.abc import Iterator

from bad_cases import REFUSED, SAME, SET, Case
from spoiling import edit, gone, line, link_to, nothing, packed, put


def _set(path: str) -> str:
    return SET.replace("set.tsv", path)


def _directories() -> Iterator[Case]:
    evalset, wmt = _set("set"), _set("wmt")
    system, reference = "set/system-outputs/uk-en/other.txt", "set/references/uk-en.refA.txt"
    scores, docs = "set/human-scores/uk-en.mqm.seg.score", "set/documents/uk-en.docs"
    short = lambda d: b"".join(d.splitlines(True)[:9])  # noqa: E731
    yield Case("EvalSet: no source", gone("set/sources/uk-en.txt"), REFUSED, r"set: .*; ", evalset)
    yield Case("EvalSet: no reference", gone(reference), REFUSED, r"set/references: has no reference", evalset)
    yield Case(
        "EvalSet: a short output", edit(system, short), REFUSED, r"other\.txt: has 9 lines where .* has 20", evalset
    )
    yield Case("EvalSet: a short reference", edit(reference, short), REFUSED, r"refA\.txt: has 9 lines where", evalset)
    yield Case("EvalSet: an empty output", put(system, b""), REFUSED, r"other\.txt: the file is empty", evalset)
    yield Case("EvalSet: short documents", edit(docs, short), REFUSED, r"\.docs: has 9 lines for 20 segments", evalset)
    mixed = line(docs, 9, lambda _: b"news\tanother")
    yield Case("EvalSet: a document in two places", mixed, REFUSED, r"\.docs:10: document 'ferry' goes on", evalset)
    for what in ("nan", "inf", "good", ""):
        bad = line(scores, 3, lambda _, w=what: f"hyp\t{w}".encode())
        yield Case(
            f"EvalSet: score {what or 'empty'}", bad, REFUSED, r"seg\.score:3: is no system, tab and score; ", evalset
        )
    yield Case("EvalSet: short scores", edit(scores, short), REFUSED, r"has 9 scores of 'hyp' for 20 segments", evalset)
    yield Case(
        "EvalSet: another pair",
        nothing,
        REFUSED,
        r"set: has no uk-de; -l is one of uk-en",
        evalset.replace("uk-en", "uk-de"),
    )
    twice = packed(system, ".gz", gzip.compress)
    yield Case("EvalSet: an output twice", twice, REFUSED, r"other\.txt(\.gz)?: is the same as .*; keep one", evalset)
    yield Case(
        "WMT: no reference", gone("wmt/references/set.uk-en.ref.A.en"), REFUSED, r"references: has no reference", wmt
    )
    yield Case(
        "WMT: a short output",
        edit("wmt/system-outputs/set.uk-en.hyp.other.en", short),
        REFUSED,
        r"other\.en: has 9 lines",
        wmt,
    )
    loop = lambda d: link_to("..")(d / "wmt" / "sources" / "again")  # noqa: E731
    yield Case("WMT: a link in a circle", loop, SAME, "", wmt)


DIRECTORIES = list(_directories())
