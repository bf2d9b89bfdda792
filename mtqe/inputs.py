"""What the words of a command name: test sets, and their scores."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtqe.errors import ConfigError
from mtqe.plugins import unknown

if TYPE_CHECKING:
    from mtqe.corpus import TestSet
    from mtqe.ratings import Rating
    from mtqe.results import Scores


def scored(arguments: argparse.Namespace, references: Any, **files: Any) -> Scores:
    """The scores of one test set that fits into memory, with those that people gave it (metrics `human:NAME`)."""
    from mtqe import metrics
    from mtqe.checks import check, warn_of
    from mtqe.readers._human import PREFIX, human_scores

    test_set = loaded(arguments, references, **files)
    human = human_scores(test_set)
    requests = arguments.metrics or metrics.DEFAULT
    warn_of(check(test_set), test_set.notes, strict=arguments.strict)
    scores = metrics.score_checked(
        test_set, [name for name in requests if human is None or not name.startswith(PREFIX)]
    )
    return scores if human is None else scores.merged(human)


def loaded(arguments: argparse.Namespace, references: Any, **files: Any) -> TestSet:
    from mtqe.ratings import read
    from mtqe.ratings.joining import joined
    from mtqe.readers import load

    test_set = load(references or (), arguments.input_format, languages=arguments.languages, **files)
    test_set = joined(test_set, [read(path) for path in getattr(arguments, "ratings", ())])
    for note in test_set.notes:
        print(f"note: {note}", file=sys.stderr)
    return test_set


def beside(arguments: argparse.Namespace) -> dict[str, Any]:
    """The files beside the references."""
    return {"translations": arguments.translations or (), "source": arguments.source, "documents": arguments.documents}


def in_data_set(arguments: argparse.Namespace) -> dict[str, Any]:
    """What is added to a data set, and which of its references are used."""
    return {"translations": arguments.translations or (), "reference_sets": arguments.references or ()}


def one_input(arguments: argparse.Namespace, *others: str) -> None:
    """Raises ConfigError unless there are files, or one of the other kinds of input, and nothing of a second kind."""
    from mtqe.readers import is_data_set_name

    for path in arguments.translations or ():
        if is_data_set_name(path):
            raise ConfigError(f"{path} is no file but a data set; did you mean -d {path}?")
    given = [name for name in others if getattr(arguments, name)]
    names = ["source", "documents", *(() if arguments.dataset else ["references"])]
    names += ["translations"] if len(arguments.dataset) != 1 else []
    files = any(getattr(arguments, name) for name in names)
    if len(given) + files != 1:
        choices = {"dataset": "-d", "scores": "--scores", "directories": "run directories"}
        kinds = ", or ".join([*(choices[name] for name in others), "-t with -r"])
        raise ConfigError(f"give {kinds}{': one of them' if given else ''}")
    if files and not (arguments.translations and (arguments.references or arguments.source)):
        raise ConfigError("the following arguments are required: -t/--translations, and -r/--references or -s/--source")
    if arguments.ratings and not (files or arguments.dataset):
        raise ConfigError("--ratings are of the outputs given with -d or -t")
    if (files or arguments.dataset) and not arguments.languages:
        raise ConfigError("the following arguments are required: -l/--languages")


def scores_to_compare(arguments: argparse.Namespace) -> list[Scores]:
    """The scores of runs, of tables, or of files that are scored now: of every test set, or the one that is named."""
    from mtqe.run import load_scores
    from mtqe.score_files import read_segment_scores

    one_input(arguments, "directories", "dataset", "scores")
    if arguments.scores:
        found = [of for path in arguments.scores for of in read_segment_scores(path, arguments.lower_is_better)]
    elif arguments.directories:
        found = [scores for path in arguments.directories for scores in load_scores(path)]
    elif arguments.dataset:
        found = [scored(arguments, path, **in_data_set(arguments)) for path in arguments.dataset]
    else:
        found = [scored(arguments, arguments.references, **beside(arguments))]
    names = [scores.test_set for scores in found]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"test set {name!r} stands twice in what is compared; put its systems into one")
    if arguments.test_set is not None:
        if arguments.test_set not in names:
            raise ConfigError(unknown(f"test set {arguments.test_set!r}", arguments.test_set, names))
        found = [scores for scores in found if scores.test_set == arguments.test_set]
    return found


def ratings_of(arguments: argparse.Namespace) -> list[Rating] | None:
    """The ratings in a file, with the texts of a data set where one is given, or the errors that a run has found.

    None where the input is neither a file of ratings nor a run directory.
    """
    from mtqe import ratings
    from mtqe.ratings.joining import placed

    path = Path(arguments.input)
    if (path / "evaluation.json").is_file():
        from mtqe.run import load_evaluation

        return ratings.of_evaluation(load_evaluation(path))
    if arguments.input_format or not ratings.is_ratings(path):
        return None
    file = ratings.read(path)
    notes, found = list(file.notes), list(file.ratings)
    if arguments.dataset:
        if not arguments.languages:
            raise ConfigError("the following arguments are required: -l/--languages")
        found = [rating for _, _, rating in placed(loaded(arguments, arguments.dataset), file, notes)]
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    return found
