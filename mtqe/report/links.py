"""Links into the segment explorer: its whole state stands in the fragment of the page's address.

A fragment is `#segments?` and what `application/x-www-form-urlencoded` makes of these keys; what is left out keeps its
default, what the explorer does not know is ignored:

set       a test set by name; default: the first that the explorer has
a, b      systems; default: the two best. An empty `b` shows `a` alone
metric    a metric by name, for sorting and the range of scores; default: the primary one
sort      `order` (default), `a-b` (where A is furthest ahead of B), `b-a`, `disagreement` (of the metrics on A and B,
          or on A alone), `worst` (of A), `entities` (most errors in names and numbers, A and B together)
bucket    a bucket that none of the other keys can say: `similarity 52–61 %`, `names and numbers: place`
domain    a domain, in full
document  a document in full, or a part of its name
error     `any`, or what A or B is marked with: a style of mark (`wrong`, `fluency`, ...), the type (`place`) or status
          (`misspelled`) of a name, or both (`place, misspelled`)
name      a name or number: in a reference, or on either side of a mark
low, high the range of the score of A, both inclusive
length    characters of the first reference, or of the source without one, as `low-high`, both inclusive
text      what source, references, A or B contain, in any case
diff      `pair` (default: A and B), `reference` (each against the first reference) or `none`
row       the id of the segment to show
"""

from __future__ import annotations

from urllib.parse import urlencode

from mtqe.report.view import FIRST, Part


def segments_link(
    part: Part,
    *,
    a: str | None = None,
    b: str | None = None,
    metric: str | None = None,
    sort: str | None = None,
    bucket: str | None = None,
    domain: str | None = None,
    document: str | None = None,
    error: str | None = None,
    name: str | None = None,
    low: float | None = None,
    high: float | None = None,
    length: tuple[int, int] | None = None,
    text: str | None = None,
    diff: str | None = None,
    row: str | None = None,
) -> str | None:
    """The link to the explorer in this state, see above; None where the explorer does not have the test set."""
    state = {key: value for key, value in locals().items() if value is not None and key != "part"}
    if length is not None:
        state["length"] = "{}-{}".format(*length)
    if part.id != FIRST:
        state["set"] = part.name
    return "#segments?" + urlencode(state, errors="replace") if part.is_explored else None


def row_link(part: Part, system: str, unit: int) -> str | None:
    """The link to a unit of a system: in the text where that is shown whole, else in the explorer."""
    if part.is_whole:
        return f"#{part.anchor(system, unit)}"
    segment = part.test_set.segments[part.units[system][unit].segments[0]]
    return segments_link(part, a=system, row=segment.id)
