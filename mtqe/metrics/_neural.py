"""What metrics of trained models share: which texts they see, what missing output counts as, what is warned of."""

from __future__ import annotations

import math
import platform
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mtqe import __version__
from mtqe.corpus import TestSet, Unit
from mtqe.errors import ConfigError, DataWarning
from mtqe.fluency.foreign import foreign_passage, foreign_script
from mtqe.fluency.passage import Passage
from mtqe.results import ErrorSpan, MetricSpec, SegmentScores

_SHOWN_IDS = 10


@dataclass(frozen=True, slots=True)
class Input:
    """A hypothesis with one source and one reference, where the model reads them."""

    hypothesis: str
    source: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Output:
    """What a model says of an input; `spans` are the errors it marks in the hypothesis, None where it marks none."""

    score: float
    spans: tuple[ErrorSpan, ...] | None = None
    truncated: bool = False


def score_systems(
    test_set: TestSet,
    run: Callable[[Sequence[Input]], Sequence[Output]],
    *,
    name: str,
    reads: frozenset[str],
    worst: float | None,
    higher_is_better: bool,
    spec: MetricSpec,
) -> dict[str, SegmentScores]:
    """Scores every unit of every system in one call of `run`.

    `reads` is what the model looks at of `source` and `reference`; of several references the best score counts.
    A missing or empty output gets `worst` without being shown to the model, which would give it some plausible score;
    with None it stays unscored. Warns of such output, of output in another language, and of texts that were cut.
    """
    units = {system.key: test_set.units(system.key) for system in test_set.systems}
    for system, of in units.items():
        _warn_of_output(name, system, of, test_set.target_language)
    inputs = {key: [_inputs(unit, reads) for unit in of] for key, of in units.items()}
    flat = [one for of in inputs.values() for of_unit in of if not isinstance(of_unit, str) for one in of_unit]
    answered = run(flat)
    marks = any(output.spans is not None for output in answered)
    outputs = iter(answered)
    found = {}
    for key, of_system in inputs.items():
        values, spans, cut = np.full(len(of_system), math.nan), [], []
        reasons: dict[int, str] = {}
        for i, of_unit in enumerate(of_system):
            best: Output | None = None
            if isinstance(of_unit, str):
                if worst is None or of_unit in _NOTHING_TO_READ:
                    reasons[i] = of_unit
                else:
                    values[i] = worst
            else:
                answers = [next(outputs) for _ in of_unit]
                numbers = [answer for answer in answers if math.isfinite(answer.score)]
                if numbers:
                    best = (max if higher_is_better else min)(numbers, key=lambda answer: answer.score)
                    values[i] = best.score
                else:  # what overflowed in 16 bits
                    reasons[i] = "no finite score"
                cut += [units[key][i].id] if any(answer.truncated for answer in answers) else []
            spans.append(best.spans or () if best else ())
        _warn(cut, f"{name} could not read to the end", key)
        found[key] = SegmentScores(values, spans=tuple(spans) if marks else None, reasons=reasons, spec=spec)
    return found


_NOTHING_TO_READ = ("no source", "no reference")


def _inputs(unit: Unit, reads: frozenset[str]) -> list[Input] | str:
    """What the model is shown of a unit, one input a reference; or why nothing."""
    if "source" in reads and not (unit.source or "").strip():
        return "no source"
    references = [text for text in unit.references if text is not None and text.strip()]
    if "reference" in reads and not references:
        return "no reference"
    if unit.hypothesis is None:
        return "no output"
    if not unit.hypothesis.strip():
        return "empty output"
    source = unit.source if "source" in reads else None
    return [Input(unit.hypothesis, source, text) for text in (references if "reference" in reads else [None])]


def _warn_of_output(name: str, system: str, units: Sequence[Unit], language: str) -> None:
    there = [unit for unit in units if unit.hypothesis is not None]
    _warn([unit.id for unit in there if not (unit.hypothesis or "").strip()], "no text in", system)
    foreign = [unit.id for unit in there if _is_foreign(unit.hypothesis or "", language)]
    _warn(foreign, f"another language than {language!r}, which {name} may score as if it were none, in", system)


def _is_foreign(text: str, language: str) -> bool:
    """Whether most of a text is in another language or script than it should be."""
    passage = Passage(text, language)
    return any(error.severity == "critical" for rule in (foreign_script, foreign_passage) for error in rule(passage))


def _warn(ids: Sequence[str], what: str, system: str) -> None:
    if ids:
        more = f" and {len(ids) - _SHOWN_IDS} more" if len(ids) > _SHOWN_IDS else ""
        warnings.warn(
            f"{what} {len(ids)} units of system {system!r}: {', '.join(ids[:_SHOWN_IDS])}{more}",
            DataWarning,
            stacklevel=3,
        )


def check_nulls(name: str, nulls: str) -> None:
    if nulls not in ("worst", "skip"):
        raise ConfigError(f"nulls of {name!r} is worst or skip, not {nulls!r}")


def sacrecomet(model: str, dtype: str, reads: frozenset[str]) -> str:
    """A signature in the manner of SacreCOMET (Zouhar et al., WMT 2024), ours in the place of the software."""
    mode = "r1" if "reference" in reads else "qe"
    return f"Python{platform.python_version()}|mtqe{__version__}|{dtype}|{short_name(model)}|{mode}"


def short_name(model: str) -> str:
    """A model's name without its owner, directory and revision."""
    return model.partition("@")[0].rstrip("/").rpartition("/")[2]
