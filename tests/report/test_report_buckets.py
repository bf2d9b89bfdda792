"""Buckets: who is in which, what is scored in it, and what is said of those with few units."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from mtqe import comparison
from mtqe.corpus import TestSet
from mtqe.report import buckets, page
from mtqe.report.buckets import FEW, MOST, bucket_scores, cuts
from mtqe.report.plots import plots
from mtqe.report.sections import buckets as section
from mtqe.report.view import parts
from mtqe.results import Evaluation, Scores
from mtqe.run import load_evaluation, run_experiment


def evaluation(sizes: int = 120, documents: int = 12) -> Evaluation:
    """Two systems, `alpha` the better; every third document is of sport, segments grow longer, one kind of name."""
    found = sample.systems(("alpha", "beta"), sizes=(sizes,), documents=(documents,))
    (test_set,), (scores,) = found.test_sets, found.scores
    grown = []
    for d, document in enumerate(test_set.documents):
        segments = tuple(replace(s, references=("x" * (1 + int(s.id.split("-")[2])),)) for s in document.segments)
        grown.append(replace(document, segments=segments, metadata={"domain": "news" if d % 3 else "sport"}))
    outputs = tuple(
        replace(system, texts=tuple("x" * (1 + i) if system.name == "alpha" else "" for i in range(sizes)))
        for system in test_set.systems
    )
    test_set = replace(test_set, documents=tuple(grown), systems=outputs)
    scores = replace(scores, domains=test_set.domains)
    return replace(
        found,
        test_sets=(test_set,),
        scores=(scores,),
        comparisons=(comparison.compare(scores, metric="chrf", draws=200),),
    )


def by_kind(of: Evaluation) -> dict[str, buckets.BucketScores]:
    return {found.cut.kind: found for found in bucket_scores(of)["set-1"]}


def test_scores_and_differences_are_means_over_the_segments_of_a_bucket() -> None:
    of = evaluation()
    alpha, beta = (of.scores[0][name, "chrf"].values for name in ("alpha", "beta"))
    sport = np.array([i // 10 % 3 == 0 for i in range(120)])
    found = by_kind(of)["domain"]
    assert [bucket.name for bucket in found.cut.buckets] == ["sport", "news"]
    for bucket, inside, a, b, ahead in zip(
        found.cut.buckets,
        (sport, ~sport),
        found.systems["alpha"],
        found.systems["beta"],
        found.differences,
        strict=True,
    ):
        assert (bucket.segments == inside).all()
        assert (a.n, b.n, ahead.n) == (inside.sum(),) * 3
        assert a.value == pytest.approx(alpha[inside].mean())
        assert b.value == pytest.approx(beta[inside].mean())
        assert ahead.value == pytest.approx((alpha - beta)[inside].mean())
        half = 1.98 * (alpha - beta)[inside].std(ddof=1) / np.sqrt(inside.sum())
        assert ahead.interval is not None
        assert ahead.interval.low == pytest.approx(ahead.value - half, abs=0.15 * half)
        assert ahead.interval.high == pytest.approx(ahead.value + half, abs=0.15 * half)


def test_who_is_in_which_bucket() -> None:
    found = by_kind(evaluation())
    assert [b.name for b in found["length"].cut.buckets] == ["1–30", "31–60", "61–90", "91–120"]
    assert found["length"].sizes == [30, 30, 30, 30]
    # alpha's output is the reference and beta's is empty: every segment is half alike, so there are no two buckets
    assert "similarity to the reference" not in found
    names = {b.name: np.flatnonzero(b.segments).tolist() for b in found["names and numbers"].cut.buckets}
    marked = sorted({*range(0, 120, 4), *range(1, 120, 4)})
    assert names == {"place": marked, "none": [i for i in range(120) if i not in marked]}
    documents = found["document"].cut
    assert [b.name for b in documents.buckets] == [f"set-1-d{d}" for d in range(MOST)]
    assert documents.left_out == "Shown: the 8 of 12 with most segments."


def test_similarity_is_the_mean_over_systems() -> None:
    of = evaluation()
    (test_set,) = of.test_sets
    systems = list(test_set.systems)
    half = tuple(text if i < 60 else "" for i, text in enumerate(systems[0].texts))
    changed = replace(test_set, systems=(systems[0], replace(systems[1], texts=half)))
    (part,) = parts(replace(of, test_sets=(changed,)))
    (cut,) = [cut for cut in cuts(part) if cut.kind.startswith("similarity")]
    assert {b.name: int(b.segments.sum()) for b in cut.buckets} == {"50 %": 60, "100 %": 60}


@given(st.lists(st.sampled_from([1.0, 2.0, 2.5, 7.0, 9.0, float("nan")]), min_size=0, max_size=300))
def test_every_value_is_in_one_bin_with_its_equals(values: list[float]) -> None:
    array = np.array(values)
    found = buckets._bins(array)
    if not found:
        return
    counts = np.sum(found, axis=0)
    assert (counts == ~np.isnan(array)).all()
    sides = [(array[mask].min(), array[mask].max()) for mask in found]
    assert all(high < low for (_, high), (low, _) in pairwise(sides))


def test_buckets_of_few_units_are_said_to_be() -> None:
    of = evaluation()
    html, markdown = page.html(of), page.markdown(of)
    assert 'class="num few"' in html
    assert "n = 10 (few)" in html
    assert "set-1-d0, n = 10 (few)" in markdown
    found = by_kind(of)
    (part,) = parts(of)
    assert section.few(found["document"]) == list(range(1, MOST + 1))
    assert section.few(found["domain"]) == []
    assert section.grid(part, found["domain"]).rows[-1][0] == "alpha − beta"
    assert "alpha − beta" in html
    plot = plots(of)["set-1", "buckets"].svg
    assert "sport (40)" in plot
    assert "set-1-d0" not in plot


def test_a_short_text_has_no_buckets_and_one_system_no_differences() -> None:
    assert 'id="buckets"' not in page.html(sample.article())
    assert bucket_scores(evaluation(sizes=2 * FEW - 1))["set-1"] == []
    of = evaluation()
    (scores,) = of.scores
    people = {**scores.systems, "beta": replace(scores.systems["beta"], human=True)}
    alone = by_kind(replace(of, scores=(replace(scores, systems=people),)))
    assert set(alone["length"].systems) == {"alpha", "beta"}
    assert alone["length"].differences == ()


def test_merged_segments_stand_where_the_first_of_them_does() -> None:
    """`beta` has the first two segments as one unit; a pair is compared on what is common to both."""
    of = evaluation()
    (test_set,), (scores,) = of.test_sets, of.scores
    alpha, beta = test_set.systems
    merged = replace(beta, units=((0, 1), *((i,) for i in range(2, 120))), texts=beta.texts[1:])
    test_set = replace(test_set, systems=(alpha, merged))
    values = {**scores.values}
    for metric in scores.metrics:
        own = scores["beta", metric]
        values["beta", metric] = replace(own, values=own.values[1:], statistics=own.statistics[1:], spans=None)
    scores = _with(scores, test_set, values)
    of = replace(
        of, test_sets=(test_set,), scores=(scores,), comparisons=(comparison.compare(scores, metric="chrf", draws=50),)
    )
    found = by_kind(of)["length"]
    assert [x.n for x in found.systems["alpha"]] == [30, 30, 30, 30]
    assert [x.n for x in found.systems["beta"]] == [29, 30, 30, 30]
    a, b = scores["alpha", "chrf"].values, scores["beta", "chrf"].values
    assert found.differences[0].n == 29
    assert found.differences[0].value == pytest.approx(a[:30].mean() - b[:29].mean())


def _with(scores: Scores, test_set: TestSet, values: dict[tuple[str, str], object]) -> Scores:
    return replace(
        scores,
        systems={s.key: type(scores.systems["alpha"]).of(s) for s in test_set.systems},
        units={s.key: test_set.units(s.key) for s in test_set.systems},
        values=values,
    )


def test_a_stored_run_has_the_same_buckets(tmp_path: Path) -> None:
    lines = [f"The ferry to {'Reni' if i % 2 else 'Vylkove'} carries {i} " + "lorries " * (i % 9) for i in range(70)]
    (tmp_path / "ref").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "a").write_text("\n".join(line.replace("ferry", "boat") for line in lines) + "\n", encoding="utf-8")
    (tmp_path / "b").write_text("\n".join(line.replace("carries", "has") for line in lines) + "\n", encoding="utf-8")
    (tmp_path / "run.toml").write_text(
        'metrics = ["chrf"]\ndraws = 50\n[[test_set]]\nname = "t"\nlanguages = "en"\nreferences = ["ref"]\n'
        + "".join(f'[[test_set.system]]\nname = "{name}"\npath = "{name}"\n' for name in "ab"),
        encoding="utf-8",
    )
    made = run_experiment(tmp_path / "run.toml")
    made.report(tmp_path / "out")
    again = load_evaluation(tmp_path / "out")
    assert section.markdown(again) == section.markdown(made)
    assert section.html(again) == section.html(made)
    assert "by length" in str(section.markdown(again))
