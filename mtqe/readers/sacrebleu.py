"""Test sets by the names that sacreBLEU gives them, such as `wmt23`, through its own download and cache.

They have a source and the references that sacreBLEU uses for the pair, documents where it knows them, and the outputs
of systems where the name says so (`wmt21/systems`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mtqe.corpus import TestSet
from mtqe.errors import InputError, UnavailableError
from mtqe.readers._documents import grouped
from mtqe.readers._parallel import parallel_set
from mtqe.text import read_lines

#: What sacreBLEU keeps of a test set beside references and outputs.
_FIELDS = frozenset({"src", "docid", "origlang", "genre", "domain"})


def accepts(path: Path) -> bool:
    """A name that sacreBLEU knows where there is no such file."""
    return not path.exists() and str(path) in _test_sets()


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads one language pair.

    Raises InputError for a pair that is not there, UnavailableError where it cannot be downloaded.
    """
    known = _test_sets()[str(path)]
    if languages not in known.langpairs:
        raise InputError(f"has no {languages}", path=path, hint=f"-l is one of {', '.join(sorted(known.langpairs))}")
    try:
        source = Path(known.get_source_file(languages))
        used = known.get_reference_files(languages)
        fields = dict(zip(known.fieldnames(languages), known.get_files(languages), strict=True))
    except (Exception, SystemExit) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        hint = f"sacrebleu -t {path} -l {languages} --download brings it into ~/.sacrebleu on a machine with a network"
        raise UnavailableError(f"test set {path} cannot be had ({said}); {hint}") from None
    references = {field: Path(file) for field, file in fields.items() if file in used}
    others = {field: Path(file) for field, file in fields.items() if not (field.startswith("ref") or field in _FIELDS)}
    systems = others if str(path).endswith("/systems") else {}
    test_set = parallel_set(name, languages, source, references, systems)
    return _in_documents(test_set, *(Path(fields[key]) if key in fields else None for key in ("docid", "domain")))


def _test_sets() -> dict[str, Any]:
    from sacrebleu.dataset import DATASETS

    found: dict[str, Any] = DATASETS
    return found


def _in_documents(test_set: TestSet, ids: Path | None, domains: Path | None) -> TestSet:
    """With the documents that sacreBLEU knows, unless a document stands in two places."""
    if ids is None:
        return test_set
    of_line = read_lines(ids).lines
    of_domain = read_lines(domains).lines if domains else [""] * len(of_line)
    try:
        return grouped(test_set, list(zip(of_domain, of_line, strict=True)), ids)
    except InputError as error:
        note = f"{test_set.name}: documents are not told apart ({error.message})"
        return replace(test_set, notes=(*test_set.notes, note))
