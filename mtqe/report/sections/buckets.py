"""The systems again within parts of each test set: by length, similarity to the reference, domain, names, document."""

from __future__ import annotations

from markupsafe import Markup

from mtqe.report.buckets import FEW, BucketScores, best_two, bucket_scores
from mtqe.report.comparisons import Grid
from mtqe.report.links import segments_link
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.plots import plots
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, interval, number, parts
from mtqe.results import Evaluation

ORDER = 33
TITLE = "Buckets"

MEANING = (
    "The primary metric over the units of each bucket, with 95 % bootstrap intervals; they are no tests, and of many "
    f"buckets some stand out by chance. Buckets of fewer than {FEW} units say little: they are marked few, and grey."
)


def html(evaluation: Evaluation) -> Markup | None:
    found = bucket_scores(evaluation)
    shown = [part for part in parts(evaluation) if found[part.name]]
    if not shown:
        return None
    return render(
        "buckets.html",
        parts=shown,
        all=parts(evaluation),
        found=found,
        grid=grid,
        few=few,
        links=links,
        plots=plots(evaluation),
        meaning=MEANING,
    )


def markdown(evaluation: Evaluation) -> str | None:
    bodies = []
    for part in parts(evaluation):
        for of in bucket_scores(evaluation)[part.name]:
            shown = grid(part, of)
            heads = [escape(head.replace("\n", ", ")) for head in shown.heads]
            rows = [[escape(cell.replace("\n", " ")) for cell in row] for row in shown.rows]
            bodies += [
                f"### {escape(part.name)}: by {of.cut.kind}",
                table(heads, rows, left=1),
                " ".join(filter(None, (of.cut.meaning, of.cut.left_out))) or None,
            ]
    return blocks(*bodies, MEANING) if bodies else None


def grid(part: Part, of: BucketScores) -> Grid:
    """A row a system, a column a bucket with its number of units in the head; the last row is best less second best."""
    assert part.primary is not None
    decimals = part.primary.decimals
    heads = [
        f"{bucket.name}\nn = {n:,}{' (few)' if n < FEW else ''}"
        for bucket, n in zip(of.cut.buckets, of.sizes, strict=True)
    ]
    rows = [
        (system, *(f"{number(x.value, decimals)}\n{interval(x.interval, decimals)}" for x in estimates))
        for system, estimates in of.systems.items()
    ]
    if pair := best_two(part):
        ahead = (f"{number(x.value, decimals, signed=True)}\n{interval(x.interval, decimals)}" for x in of.differences)
        rows.append((f"{pair[0]} − {pair[1]}", *ahead))
    return Grid((f"{part.primary.label} {arrow(part.primary)}", *heads), tuple(rows), (0,))


def links(part: Part, of: BucketScores) -> list[list[str | None]]:
    """Of each figure of the grid its segments: where a system is worst, or the better of the two furthest ahead."""
    buckets = of.cut.buckets
    rows = [[segments_link(part, a=system, sort="worst", **b.state) for b in buckets] for system in of.systems]
    if part.primary and (pair := best_two(part)):
        better = part.primary.higher_is_better
        sorts = ["a-b" if (x.value > 0) == better else "b-a" for x in of.differences]
        both = zip(sorts, buckets, strict=True)
        rows.append([segments_link(part, a=pair[0], b=pair[1], sort=sort, **b.state) for sort, b in both])
    return rows


def few(of: BucketScores) -> list[int]:
    """The columns of the grid that stand on few units."""
    return [i for i, n in enumerate(of.sizes, 1) if n < FEW]
