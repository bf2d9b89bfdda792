"""The flow on one screen: load, align, score, compare, report."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from mtqe import comparison, metrics
from mtqe.checks import check, warn_of
from mtqe.corpus import TestSet, from_dict, to_dict
from mtqe.entities.user.style import Style
from mtqe.errors import ConfigError, InputError, MtqeError, UnavailableError
from mtqe.experiment import Experiment, SystemInput, TestSetInput, read_experiment
from mtqe.languages import language_of
from mtqe.metrics import entities
from mtqe.plugins import unknown
from mtqe.provenance import command_of, default_name, input_files, provenance, reading_options
from mtqe.readers import Translations, name_systems
from mtqe.readers._human import human_scores
from mtqe.results import Comparison, Evaluation, Note, Scores
from mtqe.score_files import read_scores, read_segment_scores, write_scores
from mtqe.store import Manifest, read_json, write_json
from mtqe.test_sets import load_test_set, noted, progress, translated

_SCHEMA = "mtqe.evaluation/1"
_EVALUATION, _AGAIN = "evaluation.json", "run it again"
_STORED = {"name", "test_sets", "notes", "provenance"}
_MEANING_UNCHECKED = "Whether the meaning is right (reversals, negation, who did what) is not checked."
_MEANING_CHECKED = "Beyond the candidates that are listed, whether the meaning is right is not checked."


def evaluate(
    translations: Translations = (),
    references: str | Path | Sequence[str | Path] = (),
    *,
    languages: str,
    source: str | Path | None = None,
    datasets: Sequence[str | Path] = (),
    ratings: Sequence[str | Path] = (),
    metrics: str | Sequence[str] | None = None,
    name: str | None = None,
    baseline: str | None = None,
    unit: str = "auto",
    draws: int | None = None,
    seed: int = 12345,
    input_format: str | None = None,
    strict: bool = False,
) -> Evaluation:
    """Evaluates files or data sets: aligns where segmentation differs, scores, finds errors, compares.

    `translations` are paths, or a mapping of system names to paths; a path is a file, or a directory with one file a
    document. `languages` is `uk-en`, or `en` when there is no source. With `datasets`, what `-d` takes, `references`
    name those of their references that are used, and `translations` are added, with a line a segment. `ratings` are
    files of error spans by people. `metrics` None means the default ones. The other parameters are those of
    `mtqe.compare`. What `mtqe.checks` finds becomes notes, with `strict` an InputError.
    Call `.report(directory)` on the result to write it down.
    """
    paths = [references] if isinstance(references, str | Path) else list(references)
    if not paths and not datasets:
        raise ConfigError("an evaluation needs at least one reference, or a data set")
    if datasets and source is not None:
        raise ConfigError("a data set has its own source")
    if name and len(datasets) > 1:
        raise ConfigError("several data sets have no name in common")
    requests = (metrics,) if isinstance(metrics, str) else metrics
    if datasets:
        test_sets = tuple(
            TestSetInput(
                name=name or default_name(Path(data)),
                languages=languages,
                references=(),
                systems=_systems(translations),
                dataset=str(data),
                reference_sets=tuple(map(str, paths)),
                ratings=tuple(map(Path, ratings)),
            )
            for data in datasets
        )
    else:
        files = _input(name or default_name(Path(paths[0])), languages, translations, paths, source)
        test_sets = (replace(files, ratings=tuple(map(Path, ratings))),)
    experiment = Experiment(
        name=" and ".join(entry.name for entry in test_sets),
        test_sets=test_sets,
        metrics=None if requests is None else tuple(requests),
        baseline=baseline,
        unit=unit,
        draws=draws,
        seed=seed,
        input_format=input_format,
        strict=strict,
    )
    return execute(experiment, command_of(experiment))


def find_entities(
    translations: Translations,
    references: Sequence[str | Path] = (),
    *,
    languages: str,
    source: str | Path | None = None,
    style: Style | None = None,
    input_format: str | None = None,
) -> Evaluation:
    """Checks the names and numbers of files, aligned as for `evaluate`, and nothing else.

    Without references the outputs are checked against `source`. `style` is what the user knows of names.
    """
    from mtqe import report

    if not references and source is None:
        raise ConfigError("names and numbers are checked against a reference or a source; give one")
    name = default_name(Path((*references, source)[0] or ""))
    test_set = _input(name, languages, translations, references, source)
    experiment = Experiment(name, (test_set,), metrics=("entities",), input_format=input_format)
    _check(experiment)
    notes: list[Note] = []
    loaded = load_test_set(test_set, experiment, notes)
    _look_at(loaded, notes)
    metric = entities.EntityErrors("empty", style, "reference" if references else "source")
    with noted(notes, name):
        scores = metrics.score_checked(loaded, {"entities": metric})
    return Evaluation(name, (loaded,), (scores,), (), tuple(dict.fromkeys(notes)), {}, writer=report.write)


def _input(
    name: str,
    languages: str,
    translations: Translations,
    references: Sequence[str | Path],
    source: str | Path | None,
) -> TestSetInput:
    return TestSetInput(
        name=name,
        languages=languages,
        references=tuple(map(Path, references)),
        systems=_systems(translations),
        source=None if source is None else Path(source),
    )


def _systems(translations: Translations) -> tuple[SystemInput, ...]:
    return tuple(SystemInput(name, tuple(map(Path, of))) for name, of in name_systems(translations).items())


def run_experiment(path: str | Path) -> Evaluation:
    """Runs an experiment file; see `mtqe.experiment` for what it may hold."""
    return execute(read_experiment(Path(path)), shlex.join(["mtqe", "run", str(path), *reading_options()]))


def execute(experiment: Experiment, command: str) -> Evaluation:
    """Everything between an experiment and its evaluation; `command` is what the report says to repeat it."""
    _check(experiment)
    manifest = Manifest(provenance(experiment, command))
    notes: list[Note] = []
    with manifest.step("load and align"):
        test_sets = [load_test_set(entry, experiment, notes) for entry in experiment.test_sets]
    test_sets = [
        translated(test_set, entry, manifest, notes)
        for test_set, entry in zip(test_sets, experiment.test_sets, strict=True)
    ]
    with manifest.step("check"):
        for test_set in test_sets:
            _look_at(test_set, notes, strict=experiment.strict)
    scores = [_score(test_set, experiment, manifest, notes) for test_set in test_sets]
    notes += _about_meaning(scores)
    with manifest.step("compare"):
        comparisons = [c for of in scores for c in _compare(of, manifest.provenance["config"])]
    return Evaluation(
        experiment.name,
        tuple(test_sets),
        tuple(scores),
        tuple(comparisons),
        tuple(dict.fromkeys(notes)),
        manifest.provenance,
        writer=partial(_write, manifest),
    )


def _look_at(test_set: TestSet, notes: list[Note], *, strict: bool = False) -> None:
    """Adds what the checks find to the notes, or raises InputError where it is to be strict."""
    so_far = [note.text for note in notes if note.test_set == test_set.name]
    with noted(notes, test_set.name, "warning"):
        warn_of(check(test_set), so_far, strict=strict)


def load_evaluation(directory: str | Path) -> Evaluation:
    """Reads a run directory back; its `.report(path)` renders the page and tables anew."""
    from mtqe import report

    directory = Path(directory)
    stored = _stored(directory)
    with _undamaged(directory):
        notes = tuple(Note(**note) for note in stored["notes"])
        config = stored["provenance"]["config"]
        comparison.check_options(config["unit"], config["draws"], config["seed"])
    test_sets, scores = _stored_scores(directory, stored)
    comparisons = tuple(c for of in scores for c in _compare(of, config))
    provenance = stored["provenance"]
    return Evaluation(stored["name"], test_sets, scores, comparisons, notes, provenance, writer=report.write)


def _stored(directory: Path) -> dict[str, Any]:
    stored = read_json(directory / _EVALUATION)
    if not (isinstance(stored, dict) and stored.get("schema") == _SCHEMA and set(stored) >= _STORED):
        raise InputError(f"not of the schema {_SCHEMA}", path=directory / _EVALUATION, hint=_AGAIN)
    return stored


def _stored_scores(directory: Path, stored: Mapping[str, Any]) -> tuple[tuple[TestSet, ...], tuple[Scores, ...]]:
    with _undamaged(directory):
        test_sets = tuple(from_dict(entry) for entry in stored["test_sets"])
    if not test_sets:
        raise InputError("has no test set", path=directory / _EVALUATION, hint=_AGAIN)
    return test_sets, read_scores(directory / "scores.parquet", test_sets)


@contextmanager
def _undamaged(directory: Path) -> Iterator[None]:
    """Raises InputError where what a run wrote has not the form that it was written in."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, MtqeError) as error:
        said = f"damaged ({type(error).__name__}: {error})"
        raise InputError(said, path=directory / _EVALUATION, hint=_AGAIN) from None


def load_scores(path: str | Path) -> tuple[Scores, ...]:
    """The scores of each test set in a run directory, or in a table (`mtqe.score_files.read_segment_scores`)."""
    path = Path(path)
    return read_segment_scores(path) if path.is_file() else _stored_scores(path, _stored(path))[1]


def compare(scores: Scores | str | Path, *, test_set: str | None = None, **options: Any) -> Comparison:
    """Compares systems by one metric: of `Scores`, or of a test set in a run directory or table of segment scores.

    `options` are those of `mtqe.comparison.compare`: metric, test, unit, baseline, draws, seed and more. `test_set`
    names one where there are several.
    """
    if not isinstance(scores, Scores):
        found = {of.test_set: of for of in load_scores(scores)}
        if test_set is None and len(found) == 1:
            (test_set,) = found
        if test_set not in found:
            raise ConfigError(f"name one test set of {scores}: {', '.join(found)}")
        scores = found[test_set]
    if test_set not in (None, scores.test_set):
        raise ConfigError(f"the scores are of test set {scores.test_set!r}, not {test_set!r}")
    return comparison.compare(scores, **options)


def _check(experiment: Experiment) -> None:
    """Refuses what cannot work before any work is done."""
    names = [entry.name for entry in experiment.test_sets]
    if not names:
        raise ConfigError("the experiment has no test set")
    if len(set(names)) < len(names):
        raise ConfigError(f"two test sets have the same name: {', '.join(names)}")
    requests = experiment.metrics if experiment.metrics is not None else metrics.DEFAULT
    if not requests or len(set(requests)) < len(requests):
        raise ConfigError(f"metrics must be named, each once, not {list(requests)}")
    for request in requests:
        metrics.create(request)
    comparison.check_options(experiment.unit, experiment.draws, experiment.seed)
    for entry in experiment.test_sets:
        systems = [system.name for system in entry.systems]
        if not systems and entry.dataset is None:
            raise ConfigError(f"test set {entry.name!r} names no system")
        if entry.dataset is None and experiment.baseline is not None and experiment.baseline not in systems:
            what = f"baseline {experiment.baseline!r} of test set {entry.name!r}"
            raise ConfigError(unknown(what, experiment.baseline, systems))
    for path in input_files(experiment):
        if not path.exists():
            raise InputError("no such file or directory", path=path)
        if not (path.is_file() or path.is_dir()):
            raise InputError("is neither a file nor a directory", path=path, hint="save a stream to a file first")


def _score(test_set: TestSet, experiment: Experiment, manifest: Manifest, notes: list[Note]) -> Scores:
    """Scores by the metrics asked for; default ones that cannot be had here are left out, and said to be."""
    found: Scores | None = None
    for request in _default_metrics(test_set) if experiment.metrics is None else experiment.metrics:
        try:
            with manifest.step(f"score {test_set.name}: {request}"), noted(notes, test_set.name):
                part = metrics.score_checked(test_set, [request])
        except UnavailableError as error:
            if experiment.metrics is not None:
                raise
            notes.append(Note("unchecked", f"Left out: {error}.", test_set.name))
            continue
        found = part if found is None else found.merged(part)
    if found is None:
        raise UnavailableError("no default metric can be had here")
    human = human_scores(test_set)
    return found if human is None else found.merged(human)


def _default_metrics(test_set: TestSet) -> tuple[str, ...]:
    english = language_of(test_set.target_language) == "en"
    return metrics.DEFAULT + (("bertscore:minilm", "meaning") if english else ())


def _about_meaning(scores: Sequence[Scores]) -> list[Note]:
    """How far the meaning was checked, said once where it is the same for all test sets."""
    checked = {of.test_set: any(info.spec.name == "meaning" for info in of.metrics.values()) for of in scores}
    texts = {name: _MEANING_CHECKED if of_set else _MEANING_UNCHECKED for name, of_set in checked.items()}
    several = len(set(texts.values())) > 1
    return [Note("unchecked", text, name if several else None) for name, text in texts.items()]


def _compare(scores: Scores, config: Mapping[str, Any]) -> list[Comparison]:
    """Every metric's comparison; `config` is the experiment's, as the provenance keeps it."""
    options = {name: config[name] for name in ("unit", "baseline", "draws", "seed")}
    metrics = progress(list(scores.metrics), f"Comparing {scores.test_set}")
    return [comparison.compare(scores, metric=metric, **options) for metric in metrics]


def _write(manifest: Manifest, evaluation: Evaluation, directory: Path) -> Path:
    from mtqe import report

    with manifest.step("report"):
        write_json(
            directory / _EVALUATION,
            {
                "schema": _SCHEMA,
                "name": evaluation.name,
                "test_sets": [to_dict(test_set) for test_set in evaluation.test_sets],
                "notes": [asdict(note) for note in evaluation.notes],
                "provenance": evaluation.provenance,
            },
        )
        write_scores(directory / "scores.parquet", evaluation.scores)
        page = report.write(evaluation, directory)
    manifest.write(directory / "manifest.json")
    return page
