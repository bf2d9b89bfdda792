"""The references of a data set: which are used, and which are an output, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mtqe import plugins
from mtqe.corpus import TestSet
from mtqe.errors import ConfigError


def choose(data_set: TestSet, names: Sequence[str]) -> TestSet:
    """With these reference sets alone, in this order; without names as it is."""
    if not names:
        return data_set
    of_set = data_set.reference_names
    for name in names:
        if name not in of_set:
            what = f"reference {name!r} of {data_set.name} ({', '.join(of_set) or 'its references have no names'})"
            raise ConfigError(plugins.unknown(what, name, of_set))
    kept = [of_set.index(name) for name in dict.fromkeys(names)]
    documents = tuple(
        replace(d, segments=tuple(replace(s, references=tuple(s.references[i] for i in kept)) for s in d.segments))
        for d in data_set.documents
    )
    return replace(data_set, documents=documents, reference_names=tuple(of_set[i] for i in kept))


def own_references(data_set: TestSet) -> list[str]:
    """A note for each human output that is one of the references."""
    columns = list(zip(*(segment.references for segment in data_set.segments), strict=True))
    return [
        f"human output {system.name!r} is reference {number} itself and is not scored against it"
        for system in data_set.systems
        for number, column in enumerate(columns, 1)
        if system.human and column == system.texts
    ]
