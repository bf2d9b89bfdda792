"""The folders in which WMT publishes its text files: `sources`, `references` and `system-outputs`.

Since 2021 a file is `SET.uk-en.src.uk`, `SET.uk-en.ref.A.en` or `SET.uk-en.hyp.SYSTEM.en`; before, it was
`SET-uken-src.uk`, `SET-uken-ref.en` or `SET.SYSTEM.uk-en`. They may lie in further folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mtqe.corpus import TestSet
from mtqe.errors import InputError
from mtqe.readers._parallel import parallel_set
from mtqe.text import bare

_FOLDERS = {"sources": "src", "references": "ref", "system-outputs": "hyp"}
_CODE = r"[a-z]{2,3}(?:_[A-Za-z]+)*"
_NEW = re.compile(rf"(?P<set>.+?)\.(?P<pair>{_CODE}-{_CODE})\.(?P<kind>src|ref|hyp)(?:\.(?P<name>.+))?\.[^.]+")
_OLD = re.compile(r"(?P<set>.+?)-(?P<pair>[a-z]{4,6})-(?P<kind>src|ref)(?P<name>)\.[^.]+")
_OLD_SYSTEM = re.compile(rf"(?P<set>[^.]+)\.(?P<name>.+)\.(?P<pair>{_CODE}-{_CODE})(?P<kind>)")


def accepts(path: Path) -> bool:
    """A directory with such folders, and a source with such a name."""
    return all((path / folder).is_dir() for folder in ("sources", "references")) and any(True for _ in _files(path))


def load(path: Path, *, languages: str, name: str) -> TestSet:
    """Reads one language pair. Raises InputError where there is none, or there are several test sets in it."""
    unknown: list[Path] = []
    files = [match for match in _files(path, unknown) if match["pair"].replace("-", "") == languages.replace("-", "")]
    sets = sorted({test_set for test_set, kind in ((f["set"], f["kind"]) for f in files) if kind == "src"})
    if len(sets) != 1:
        found = sorted({f["pair"] for f in _files(path)})
        said = f"has several test sets for {languages}: {', '.join(sets)}" if sets else f"has no {languages}"
        hint = "keep the files of one" if sets else f"-l is one of {', '.join(found)}"
        raise InputError(said, path=path, hint=hint)
    by_kind: dict[str, dict[str, Path]] = {"src": {}, "ref": {}, "hyp": {}}
    for file in files:
        if file["set"] == sets[0]:
            first = by_kind[file["kind"]].setdefault(file["name"], Path(file["path"]))
            if str(first) != file["path"]:
                raise InputError(f"is the same as {first}", path=file["path"], hint="keep one of the two")
    references = by_kind["ref"]
    humans = {*references, *(f"ref{reference}" for reference in references), *(f"ref-{r}" for r in references)}
    if not references:
        raise InputError(f"has no reference for {languages}", path=path / "references")
    test_set = parallel_set(name, languages, next(iter(by_kind["src"].values())), references, by_kind["hyp"], humans)
    if unknown:
        names = ", ".join(file.name for file in unknown[:5])
        said = f"{path}: files with other names than WMT gives are left out ({names})"
        test_set = replace(test_set, notes=(*test_set.notes, said))
    return test_set


def _files(path: Path, unknown: list[Path] | None = None) -> Iterator[dict[str, str]]:
    """What the names of the files say, in their order; files whose names say nothing are added to `unknown`."""
    for folder, kind in _FOLDERS.items():
        for file in sorted((path / folder).rglob("*")):
            name = bare(file).name.removesuffix(".txt")
            old = _OLD_SYSTEM if kind == "hyp" else _OLD
            if match := _NEW.fullmatch(name) or old.fullmatch(name):
                yield {**{k: v or "" for k, v in match.groupdict().items()}, "kind": kind, "path": str(file)}
            elif unknown is not None and file.is_file():
                unknown.append(file)
