"""All test sets in one sentence, and the systems by their mean over them."""

from __future__ import annotations

import math
from collections import Counter

from markupsafe import Markup

from mtqe.comparison.places import ALPHA
from mtqe.report.comparisons import Grid, score_and_ranks
from mtqe.report.markdown import blocks, escape, table
from mtqe.report.render import render
from mtqe.report.view import Part, arrow, count, listing, macro_average, number, parts, rank, systems
from mtqe.results import Comparison, Evaluation

ORDER = 5
TITLE = "Overview"

#: Systems that the sentence names.
NAMED = 4


def html(evaluation: Evaluation) -> Markup | None:
    text, grid = sentence(evaluation), mean_grid(evaluation)
    return render("overview.html", sentence=text, grid=grid, meaning=meaning(evaluation)) if text else None


def markdown(evaluation: Evaluation) -> str | None:
    text, grid = sentence(evaluation), mean_grid(evaluation)
    if not text:
        return None
    rows = [[escape(cell) for cell in row] for row in grid.rows] if grid else []
    shown = table([escape(head) for head in grid.heads], rows, left=1) if grid else None
    return blocks(escape(text), shown, escape(meaning(evaluation)) if grid else None)


def sentence(evaluation: Evaluation) -> str:
    """Who leads by the primary metric, over all test sets; empty where no test set ranks systems."""
    ranking = [part for part in parts(evaluation) if part.comparisons and not part.one_document]
    tested = [part.comparisons[0] for part in ranking if part.comparisons[0].pairs]
    if not tested:
        return ""
    labels = listing(list(dict.fromkeys(part.primary.label for part in ranking if part.primary)))
    if all(place.cluster is None for comparison in tested for place in comparison.systems):
        return _against_baseline(labels, tested)
    return f"{_leaders(labels, tested)}{_best_mean(evaluation)}."


def _leaders(labels: str, comparisons: list[Comparison]) -> str:
    """Who stands in the first cluster, on the test sets where another follows."""
    where = f"by {labels}" + (f" on {len(comparisons)} test sets" if len(comparisons) > 1 else "")
    apart = [c for c in comparisons if max(place.cluster or 0 for place in c.systems) > 1]
    if not apart:
        return f"No cluster of systems stands apart {where}"
    first = [[place.system for place in c.systems if place.cluster == 1] for c in apart]
    said = f"First cluster {where}: {_counted(first, len(comparisons))}"
    none = len(comparisons) - len(apart)
    return f"{said}; on {_of(none, len(comparisons))} no cluster stands apart" if none else said


def _best_mean(evaluation: Evaluation) -> str:
    """Which of the systems that compete has the best mean, where there are means."""
    grid, people = mean_grid(evaluation), _people(evaluation)
    competing = [row for row in grid.rows if row[0] not in people] if grid else []
    return f"; {competing[0][0]} has the best mean, {competing[0][1]}" if competing else ""


def _against_baseline(labels: str, comparisons: list[Comparison]) -> str:
    better, worse = [], []
    for c in comparisons:
        shown = [pair for pair in c.pairs if pair.p_adjusted <= ALPHA and pair.delta]
        better.append([pair.a for pair in shown if (pair.delta > 0) == c.higher_is_better])
        worse.append([pair.a for pair in shown if (pair.delta > 0) != c.higher_is_better])
    n, baselines = len(comparisons), listing(list(dict.fromkeys(pair.b for c in comparisons for pair in c.pairs)))
    said = [f"{what}: {_counted(of, n)}" for what, of in (("better", better), ("worse", worse)) if any(of)]
    return f"Against {baselines} by {labels}: {'; '.join(said) or 'no difference is shown'}."


def _counted(names: list[list[str]], n: int) -> str:
    """Who is named most often, on how many of `n` test sets where there are several, and how many others there are."""
    counts = Counter(name for of in names for name in of)
    most = max(counts.values())
    first = [name for name in counts if counts[name] == most]
    more = [f"{len(first) - NAMED} more"] if len(first) > NAMED else []
    said = listing(first[:NAMED] + more) + (f" on {_of(most, n)}" if n > 1 else "")
    fewer = len(counts) - len(first)
    return f"{said}, {count(fewer, 'other')} on {'one' if most == 2 else 'fewer'}" if fewer else said


def _of(k: int, n: int) -> str:
    return "one" if k == 1 else ("both" if n == 2 else "all") if k == n else str(k)


def mean_grid(evaluation: Evaluation) -> Grid | None:
    """The systems that are on all test sets by their mean, with their score and ranks on each.

    None for one test set, for none such system, and where the test sets have different primary metrics.
    """
    shown = parts(evaluation)
    primary = {part.primary.name if part.primary else None for part in shown}
    metric = shown[0].primary if len(shown) > 1 and len(primary) == 1 else None
    if metric is None:
        return None
    means = {system: macro_average(evaluation, system, metric.name) for system in systems(evaluation)}
    ordered = sorted((s for s in means if not math.isnan(means[s])), key=lambda system: rank(means[system], metric))
    rows = [(s, number(means[s], metric.decimals), *(_on(part, s) for part in shown)) for s in ordered]
    heads = ("System", f"mean {metric.label} {arrow(metric)}", *(part.name for part in shown))
    return Grid(heads, tuple(rows), (0,)) if rows else None


def _on(part: Part, system: str) -> str:
    """The score of a system on one test set, and the ranks that the tests leave open."""
    places = {place.system: place for place in part.comparisons[0].systems} if part.comparisons else {}
    score = part.score(system, part.primary.name) if part.primary else None
    if score is None:
        return "–"
    return score_and_ranks(places[system], score.metric.decimals) if system in places else score.text


def meaning(evaluation: Evaluation) -> str:
    """What stands in the table of means, and what does not."""
    shown, grid = parts(evaluation), mean_grid(evaluation)
    units = listing([f"{part.name} n = {len(part.test_set.segments):,}" for part in shown])
    text = "The mean counts each test set once; no test is made of it. In parentheses the ranks that the tests on that "
    text += f"test set leave open. Segments: {units}."
    if people := _people(evaluation):
        text += f" Translated by people: {listing(people)}."
    others = len(systems(evaluation)) - (len(grid.rows) if grid else 0)
    return f"{text} Not on all test sets, and not in this table: {count(others, 'system')}." if others else text


def _people(evaluation: Evaluation) -> list[str]:
    found = {key for scores in evaluation.scores for key, system in scores.systems.items() if system.human}
    return [system for system in systems(evaluation) if system in found]
