"""Translations as what they are used for: a system of a test set, or a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from mtqe.corpus import SystemOutput, TestSet
from mtqe.errors import ConfigError
from mtqe.readers import read
from mtqe.store import write_atomic, write_json
from mtqe.translation import BLANK, Translations, translate
from mtqe.translation.model import ModelSystem


def translate_segments(test_set: TestSet, name: str, system: ModelSystem) -> tuple[SystemOutput, dict[str, Any]]:
    """The translations of a test set's sources as a system of it, and what they took.

    The system's metadata are what decided them (`Translations.about`) and, as `usage`, what they took when they were
    made; the second value has what they took now beside it.
    """
    found = translate(
        [segment.source for segment in test_set.segments],
        documents=[segment.document for segment in test_set.segments],
        system=system,
    )
    known = {**found.about, "usage": dict(found.usage)}
    output = SystemOutput(name, found.texts, reasons=found.reasons, metadata=known)
    return output, {**found.about, **found.usage, **found.here}


def without_translation(output: SystemOutput) -> str:
    """How many segments have none, and why."""
    reasons = Counter(output.reasons.values())
    why = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common())
    return f"{output.name} has no translation of {len(output.reasons)} of {len(output.texts)} segments ({why})."


def translate_file(
    source: str | Path, output: Path, system: ModelSystem, input_format: str | None = None
) -> Translations:
    """Translates a file line by line, or each file of a directory into a file of the same name.

    Beside it, `OUTPUT.manifest.json` says what made it, what it took, and of each line without a translation, which is
    blank in `output`, why. A line break in a translation becomes a space.
    Raises ConfigError where `output` is `source` or a device, and where one is a file and the other a directory.
    """
    documents = read(source, input_format).documents
    if output.exists() and output.samefile(source):
        raise ConfigError(f"{output} is the source; write the translation elsewhere")
    if output.exists() and not (output.is_file() or output.is_dir()):
        raise ConfigError(f"{output} is neither a file nor a directory")
    if output.is_dir() != Path(source).is_dir() and output.exists():
        raise ConfigError(f"{source} and {output} must be two files or two directories")
    lines = [(document, line) for document in documents for line in document.lines]
    found = translate([line for _, line in lines], documents=[document.id for document, _ in lines], system=system)
    texts = iter([" ".join((text or "").split("\n")) for text in found.texts])
    for document in documents:
        path = output / f"{document.id}.txt" if Path(source).is_dir() else output
        write_atomic(path, "".join(f"{next(texts)}\n" for _ in document.lines))
    reasons = [
        {"document": document.id, "line": number, "reason": found.reasons[i]}
        for i, (document, number) in enumerate((d, n) for d in documents for n in range(1, len(d.lines) + 1))
        if i in found.reasons and found.answers[i] is not BLANK
    ]
    manifest = {"about": found.about, "usage": found.usage, "here": found.here, "without_translation": reasons}
    write_json(output.with_name(f"{output.name}.manifest.json"), manifest)
    return found


def summary(found: Translations) -> str:
    """One line: how many segments, how fast, at what cost, and what is missing."""
    usage = found.usage
    missing = Counter(answer.reason for answer in found.answers if answer.reason and answer is not BLANK)
    parts = [f"{len(found.answers)} segments, {usage['requests']} distinct"]
    parts += [f"{found.here['from_store']} translated earlier"] if found.here["from_store"] else []
    if usage["seconds"]:
        where = f" on {usage['device']}" if usage["device"] else ""
        speed = f"{usage['requests'] / usage['seconds']:.1f} segments/s, {usage['tokens_per_second']:.0f} tokens/s"
        parts.append(f"{usage['seconds']:.1f} s{where}, {speed}")
    parts += [f"cost {usage['cost']:.4f}"] if usage["cost"] is not None else []
    parts += [f"{usage['cut']} cut at the most tokens"] if usage["cut"] else []
    return "; ".join([*parts, *(f"{count} without translation: {reason}" for reason, count in missing.items())])
