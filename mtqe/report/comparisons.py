"""A comparison as people read it: systems beside each other, pairs, what they say, and what the test set can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mtqe import stats
from mtqe.comparison.places import ALPHA, smallest_p
from mtqe.report.marks import visible
from mtqe.report.view import arrow, count, interval, listing, number, p_value, percent, rank
from mtqe.results import Comparison, PairResult, Scores, SystemResult

#: What the corrections of a family of tests are called.
CORRECTIONS = {"max-t": "step-down max-T", "holm": "Holm"}


@dataclass(frozen=True)
class Grid:
    """A table as it is shown: one head a column, and rows of cells; columns `words` hold words, the first a name.

    `rules` are the numbers of the rows above which a rule is drawn.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...]
    rules: frozenset[int] = frozenset()


def system_grid(scores: Scores, comparison: Comparison) -> Grid:
    """The systems, best first: cluster and ranks, name, score, interval, units, how often first, pairs won and lost.

    A dash stands for those outside, and a rule for the end of a cluster. One document ranks nothing; columns of which
    nothing is known are left out.
    """
    metric = scores.metrics[comparison.metric]
    columns: dict[str, list[str]] = {}
    ordered = sorted(comparison.systems, key=lambda place: rank(place.score, metric))
    for place in ordered:
        won, lost = ("–", "–") if _is_human(scores, place) else (str(place.wins), str(place.losses))
        cells = {
            "cluster": "–" if place.cluster is None else str(place.cluster),
            "ranks": "–" if place.ranks is None else _ranks(place.ranks),
            "System": place.system,
            f"{metric.label} {arrow(metric)}": number(place.score, metric.decimals) + ("†" if place.optimised else ""),
            "95 % interval": interval(place.interval, metric.decimals),
            "units": f"{place.units:,}",
            "first": "–" if place.first is None else f"{100 * place.first:.0f} %",
            "won": won,
            "lost": lost,
            "runs": _runs(place, metric.decimals),
        }
        for head, cell in cells.items():
            columns.setdefault(head, []).append(cell)
    left_out = {"cluster", "ranks", "first"} if is_one_document(scores) else set()
    left_out |= {"won", "lost"} if comparison.correction == "none" else set()
    heads = tuple(head for head, cells in columns.items() if head not in left_out and set(cells) - {"–", ""})
    rows = tuple(zip(*(columns[head] for head in heads), strict=True))
    first: dict[int, int] = {}
    for i, place in enumerate(ordered):
        if place.cluster is not None:
            first.setdefault(place.cluster, i)
    rules = list(first.values())[1:] if "cluster" in heads else []
    return Grid(heads, rows, (heads.index("System"),), frozenset(rules))


def score_and_ranks(place: SystemResult, decimals: int) -> str:
    """`53.1 (2–4)`: the score of a system and the ranks that the tests leave open."""
    score = number(place.score, decimals)
    return score if place.ranks is None else f"{score} ({_ranks(place.ranks)})"


def _ranks(ranks: tuple[int, int]) -> str:
    return "–".join(map(str, sorted(set(ranks))))


def is_one_document(scores: Scores) -> bool:
    return len({unit.document for units in scores.units.values() for unit in units}) == 1


def _is_human(scores: Scores, place: SystemResult) -> bool:
    return any(system.human for system in scores.systems.values() if system.name == place.system)


def _runs(place: SystemResult, decimals: int) -> str:
    """The score of every run, and from five on the interval of their mean over runs."""
    runs = ", ".join(number(score, decimals) for score in place.runs)
    return f"{runs} {interval(place.runs_interval, decimals)}" if place.runs_interval else runs


def pair_grid(comparison: Comparison) -> Grid:
    """The pairs: a, b, difference, interval, p, adjusted p, units, agreement where it is known, what to read in it."""
    agreed = any(pair.agreement is not None for pair in comparison.pairs)
    heads = ["A", "B", "A − B", "95 % interval", "p", "adjusted p", "units"]
    rows = [
        (
            *pair_cells(pair, comparison),
            *([percent(pair.agreement) if pair.agreement else "–"] if agreed else []),
            reading(pair, comparison),
        )
        for pair in comparison.pairs
    ]
    heads += ["people agree", "reading at .05"] if agreed else ["reading at .05"]
    return Grid(tuple(heads), tuple(rows), (0, 1, len(heads) - 1))


def pair_cells(pair: PairResult, comparison: Comparison) -> list[str]:
    """Cells of a tested pair: a, b, difference, interval, p, adjusted p, units."""
    least = smallest_p(comparison.test, pair.units, comparison.draws)
    at_least = pair.p <= least
    at_least_adjusted = (
        at_least and pair.p_adjusted < 1 if comparison.correction == "holm" else pair.p_adjusted <= least
    )
    return [
        pair.a,
        pair.b,
        number(pair.delta, comparison.decimals, signed=True),
        interval(pair.interval, comparison.decimals),
        p_value(pair.p, at_least),
        "–" if comparison.correction == "none" else p_value(pair.p_adjusted, at_least_adjusted),
        f"{pair.units:,}",
    ]


def reading(pair: PairResult, comparison: Comparison) -> str:
    """What to read in a tested pair."""
    if pair.identical:
        return "identical output"
    equivalent = f"equivalent within {comparison.margin:g}" if pair.equivalent else ""
    if pair.p_adjusted <= ALPHA and pair.delta:
        better = "A better" if (pair.delta > 0) == comparison.higher_is_better else "B better"
        return f"{better}, but {equivalent}" if equivalent else better
    if equivalent:
        return equivalent
    shown = "" if pair.detectable is None else f"; {number(pair.detectable, comparison.decimals)} would show"
    return f"no difference shown{shown}"


def drawn(comparison: Comparison) -> str:
    """What was drawn, and how small a p that can reach; Wilcoxon's test draws nothing, its intervals do."""
    text = f"{comparison.draws:,} draws with seed {comparison.seed}"
    if comparison.test == "wilcoxon":
        return f"{text} for the intervals."
    return f"{text}; the smallest p they can reach is {p_value(comparison.smallest_p, False)}."


def conclusion(scores: Scores, comparison: Comparison) -> str:
    """What the tests say, in a line each: every pair of two systems or with a baseline, else the clusters."""
    clusters: dict[int, list[str]] = {}
    for place in comparison.systems:
        if place.cluster is not None:
            clusters.setdefault(place.cluster, []).append(place.system)
    if sum(map(len, clusters.values())) > 2:
        ranked = "; ".join(f"{k}. {listing(names)}" for k, names in clusters.items())
        rule = "one ends where all above are better than all below; sharing one is no proof of equality"
        within = " in this one document" if is_one_document(scores) else ""
        return one_line(f"Clusters by {comparison.metric}{within}: {ranked} ({rule}).") + "\n"
    return "".join(one_line(_sentence(pair, comparison)) + "\n" for pair in comparison.pairs)


def _sentence(pair: PairResult, comparison: Comparison) -> str:
    a, b, delta, between, p, adjusted, units = pair_cells(pair, comparison)
    what, shown = ("p", p) if comparison.correction == "none" else ("adjusted p", adjusted)
    sign = "" if shown.startswith("≤") else "= "
    between = "" if pair.interval is None else f" {between}"
    text = f"{a} − {b} = {delta} {comparison.metric}{between}, {what} {sign}{shown}, {comparison.test} test over "
    text += f"{units} {comparison.unit}s"
    if pair.detectable is None:
        return f"{text}."
    return f"{text}; so many show {number(pair.detectable, comparison.decimals)} with 80 % power."


def statement(scores: Scores, comparison: Comparison) -> str:
    """What the tests stand on, in words."""
    one_document = is_one_document(scores)
    reason = comparison.unit_reason.strip().rstrip(".")
    units = sorted({pair.units for pair in comparison.pairs})
    shared = f" ({', '.join(f'{n:,}' for n in units)} in each pair)" if units else ""
    tests = "Paired " * (comparison.correction != "none") + f"{comparison.test} tests over {comparison.unit}s{shared}. "
    text = tests[0].upper() + tests[1:]
    text += f"{reason[0].upper()}{reason[1:]}. " if reason else ""
    text += drawn(comparison)
    if comparison.correction in CORRECTIONS:
        text += f" Adjusted p: {CORRECTIONS[comparison.correction]} over {count(len(comparison.pairs), 'pair')}, the "
        text += "family of this table."
    if not one_document and any(place.cluster for place in comparison.systems):
        text += " A cluster ends only where every system above is better than every one below, at .05; ranks are those "
        text += "that the tests leave open; first: the share of resamples."
    if any(pair.agreement is not None for pair in comparison.pairs):
        text += " People agree: the share of published pairs with such a difference in which people preferred the same "
        text += "system (Kocmi et al. 2024); no test of this pair."
    tested = {name for pair in comparison.pairs for name in (pair.a, pair.b)}
    if human := [name for name, system in scores.systems.items() if system.human and system.name not in tested]:
        text += f" Translated by people, and outside of tests and clusters: {listing(human)}."
    if one_document:
        text += " One document: this says nothing about other texts, and it is no ranking of the systems."
    return " ".join([text, *comparison.notes, "No difference shown is no proof of equality."])


@dataclass(frozen=True)
class Power:
    """What the test set can show, for the pair whose differences vary as the median pair's do.

    units        sizes of test sets at which the test can reach its alpha, the own one among them if it is one.
    detectable   for each size the difference that is found with 80 % power.
    differences  three true differences, and for each the probability (sizes,) of finding it.
    """

    own: int
    units: tuple[int, ...]
    detectable: tuple[float, ...]
    differences: tuple[tuple[float, tuple[float, ...]], ...]


def power(comparison: Comparison) -> Power | None:
    """Power by the number of units, at .05 over the number of pairs; None where no pair was tested or none varies."""
    varying = sorted((pair.deviation, pair.units) for pair in comparison.pairs if pair.deviation)
    if not varying:
        return None
    deviation, own = varying[len(varying) // 2]
    alpha = ALPHA / len(comparison.pairs)
    units = np.unique([max(2, round(own * factor)) for factor in (0.25, 0.5, 1, 2, 4, 8)])
    detectable = stats.minimum_detectable_difference(deviation, units, alpha=alpha)
    now = float(detectable[list(units).index(own)])
    units = np.array([n for n in units if smallest_p(comparison.test, n, comparison.draws) <= alpha], dtype=np.intp)
    if not len(units):
        return None
    detectable = stats.minimum_detectable_difference(deviation, units, alpha=alpha)
    sizes = [_one_digit(now * factor) for factor in (0.5, 1, 2)]
    curves = [stats.power(size, deviation, units, alpha=alpha) for size in sizes]
    return Power(
        own,
        tuple(units.tolist()),
        tuple(detectable.tolist()),
        tuple((size, tuple(curve.tolist())) for size, curve in zip(sizes, curves, strict=True)),
    )


def power_sentence(comparison: Comparison) -> str:
    """The detectable differences by the number of units, in a line; empty where there are none."""
    found = power(comparison)
    if found is None:
        return ""
    shown = [
        f"{n:,}: {number(value, comparison.decimals)}"
        for n, value in zip(found.units, found.detectable, strict=True)
        if math.isfinite(value)
    ]
    sizes = ", ".join(shown)
    return f"Difference found with 80 % power, by {comparison.unit}s (median pair; here {found.own:,}): {sizes}."


def _one_digit(value: float) -> float:
    return float(f"{value:.0e}")


def one_line(text: str) -> str:
    return visible(" ".join(text.split()))
