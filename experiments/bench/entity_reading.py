"""What a person reads to make the detector of entity errors better: its mistakes one by one, and its confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from entity_cases import Case, Error, Findings, part_of, touch

from mtqe.results import NO_ERROR, EntityError

#: How many mistakes of a kind are shown of the large sets, chosen by a hash of the id.
SAMPLE = 60


def print_mistakes(cases: Sequence[Case], found: Findings) -> None:
    """Every mistake on natural and human references, a sample of those on DEMETR, and how often which was made."""
    for title, categories in (
        ("natural", ["natural"]),
        ("human_ref_vs_ref", ["human_ref_vs_ref"]),
        ("DEMETR", ["demetr_ne_replaced", "demetr_ne_removed", "demetr_numbers"]),
    ):
        some = [case for case in cases if case.category in categories]
        kinds = {kind: [case for case in some if mistake(case, found[case.id]) == kind] for kind in MISTAKES}
        print(f"\n{'=' * 20} {title}: {len(some)} segments, {sum(bool(case.wrong) for case in some)} with errors")
        for kind, explanation in MISTAKES.items():
            if kinds[kind]:
                print_counts(kind, explanation, kinds[kind], found)
        for kind, of in kinds.items():
            shown = sorted(of, key=lambda case: part_of(case, 1 << 32))[:SAMPLE] if title == "DEMETR" else of
            for case in shown:
                print_case(kind, case, found[case.id])


MISTAKES = {
    "MISS": "segments with an error and no verdict",
    "ASIDE": "segments with an error that no verdict touches, or not all, or with verdicts that touch none",
    "ALARM": "segments without error that have a verdict",
}


def mistake(case: Case, findings: Sequence[EntityError]) -> str | None:
    """Which of MISTAKES, if any."""
    flagged = [finding for finding in findings if finding.is_error]
    if not case.wrong:
        return "ALARM" if flagged else None
    if not flagged:
        return "MISS"
    missed = [e for e in case.gold if not any(touch(e, f) for f in flagged)]
    beside = [f for f in flagged if not any(touch(e, f) for e in case.gold)]
    return "ASIDE" if case.gold and (missed or beside) else None


def print_case(kind: str, case: Case, findings: Sequence[EntityError]) -> None:
    print(f"\n{kind} {case.id} {case.pair}")
    for side in ("src", "ref", "hyp"):
        print(f"  {side}  {case.row.get(side)}")
    for error in case.gold:
        about = " ".join(str(error[key]) for key in ("status", "type", "severity") if key in error)
        print(f"  gold {about}: {_both(case, error)}")
    for finding in findings:
        if finding.status != "match" or any(touch(error, finding) for error in case.gold):
            about = f"{finding.status} {finding.type} {finding.confidence:.2f} ({finding.rule})"
            print(f"  {'OURS' if finding.is_error else 'ours'} {about}: {_both(case, finding)}")


def _both(case: Case, error: Error) -> str:
    return " | ".join(text or "-" for text in case.texts(error))


def print_counts(kind: str, explanation: str, cases: Sequence[Case], found: Findings) -> None:
    """Of misses what was not found; of the rest the verdicts that touch no error."""
    print(f"\n{kind}: {len(cases)} {explanation}")
    verdicts = {case.id: [f for f in found[case.id] if f.is_error] for case in cases}
    missed = [(c, e) for c in cases for e in c.gold if not any(touch(e, f) for f in verdicts[c.id])]
    beside = [(c, f) for c in cases for f in verdicts[c.id] if not any(touch(e, f) for e in c.gold)]
    print_tally("  errors not found, by status", (e.get("status") for _, e in missed))
    print_tally("  errors not found, by type", (e.get("type") for _, e in missed))
    print_tally("  verdicts on no error, by rule", (f"{f.status} ({f.rule})" for _, f in beside))
    print_tally("  verdicts on no error, by type", (f.type for _, f in beside))
    print_tally("  segments, by pair", (case.pair for case in cases))


def print_tally(label: str, values: Iterable[Any]) -> None:
    tally = Counter(str(value) for value in values)
    if tally:
        print(f"{label:32}" + ", ".join(f"{value} {n}" for value, n in tally.most_common()))


def print_by_status(cases: Sequence[Case], found: Findings) -> None:
    """Of the errors of each status and pair how many a verdict touches, and how many of those have that status."""
    rows = [
        (case, error, [f for f in found[case.id] if f.is_error and touch(error, f)])
        for case in cases
        for error in case.gold
    ]
    pairs = sorted({case.pair for case, _, _ in rows})
    print(f"\n{'errors found / errors':<24}" + "".join(f"{label:>12}" for label in ("all", *pairs, "same status")))
    for status in [s for s, _ in Counter(error["status"] for _, error, _ in rows).most_common()] + ["all"]:
        of = [row for row in rows if status in (row[1]["status"], "all")]
        cells = [_found_of(of), *(_found_of([row for row in of if row[0].pair == pair]) for pair in pairs)]
        same = sum(any(f.status == error["status"] for f in hits) for _, error, hits in of)
        print(f"{status:<24}" + "".join(f"{cell:>12}" for cell in (*cells, same)))


def _found_of(rows: Sequence[tuple[Case, Any, Sequence[EntityError]]]) -> str:
    return f"{sum(bool(hits) for *_, hits in rows)} / {len(rows)}"


Calibration = dict[str, list[tuple[float, bool]]]  # by set: confidence, and whether there is an error


def calibration(cases: Sequence[Case], found: Findings) -> Calibration:
    """Every candidate, hint or verdict: whether it touches an error that readers, or the makers of DEMETR, marked.

    Candidates on passages that readers dispute are left out, and segments of DEMETR whose error has no place. DEMETR's
    other segments are machine translations that nobody read: what is called wrong there may be.
    """
    points: Calibration = {"natural": [], "DEMETR": []}
    for case in cases:
        name = "DEMETR" if case.category.startswith("demetr") else case.category
        if name in points and bool(case.gold) == case.wrong:
            points[name] += [
                (finding.confidence, any(touch(error, finding) for error in case.gold))
                for finding in found[case.id]
                if finding.status not in NO_ERROR
                and not any(touch(error, finding) for error in case.row.get("disputed", []))
            ]
    return points


def bins(points: Sequence[tuple[float, bool]]) -> Iterator[tuple[int, float, float]]:
    """Of each tenth of confidence that has candidates: how many, their mean confidence, the share that is right."""
    for tenth in range(10):
        of = [point for point in points if min(9, int(10 * point[0] + 1e-9)) == tenth]
        if of:
            yield len(of), *(sum(values) / len(of) for values in zip(*of, strict=True))


def calibration_error(points: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: the mean distance of confidence and share over bins, weighted by candidates."""
    return sum(n * abs(confidence - share) for n, confidence, share in bins(points)) / max(1, len(points))


def print_calibration(calibration: Calibration) -> None:
    for name, points in calibration.items():
        print(f"\ncandidates on {name}: {len(points)}, expected calibration error {calibration_error(points):.3f}")
        print(f"{'n':>6}{'confidence':>12}{'share right':>13}")
        for n, confidence, share in bins(points):
            print(f"{n:>6}{confidence:>12.2f}{share:>13.2f}")


def plot_calibration(calibration: Calibration, out: Path) -> None:
    """calibration.svg and .png: share of candidates that are errors over their confidence, dots as large as n."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.hashsalt": "mtqe", "svg.fonttype": "none"}
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")
    for name, points in calibration.items():
        n, confidence, share = zip(*bins(points), strict=True)
        label = f"{name} (n = {len(points)}, ECE {calibration_error(points):.3f})"
        (line,) = axes.plot(confidence, share, linewidth=1.5, label=label)
        axes.scatter(confidence, share, s=[20 + 2 * size**0.7 for size in n], color=line.get_color(), zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="confidence", ylabel="share that is an error")
    axes.legend(loc="upper left", frameon=False)
    for suffix, metadata in (("svg", {"Date": None}), ("png", {})):
        figure.savefig(out / f"calibration.{suffix}", metadata=metadata, dpi=150)
    pyplot.close(figure)
