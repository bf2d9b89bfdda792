"""What the user knows: which forms of a name will do, which alarms are wrong, which terms and naming are asked for."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from mtqe.entities.user.files import check_form, tsv_rows
from mtqe.entities.user.glossary import Glossary, read_glossary
from mtqe.entities.user.phrases import Phrases
from mtqe.errors import ConfigError, InputError
from mtqe.plugins import unknown
from mtqe.store import digest, read_toml
from mtqe.text import fold

POLICIES = ("endonym", "exonym", "either")
#: What an alarm may say.
STATUSES = ("misspelled", "replaced", "mistranslated", "omitted", "hallucinated", "untranslated", "wrong value")
ANY = "*"


@dataclass(frozen=True, slots=True)
class AliasGroup:
    """Forms of one name: `canonical` and `variants` are all fine; `unacceptable` ones are known and not wanted."""

    canonical: str
    variants: tuple[str, ...] = ()
    unacceptable: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        return self.canonical, *self.variants, *self.unacceptable

    def accepts(self, number: int) -> bool:
        """Whether form `number` of `forms` is fine."""
        return number <= len(self.variants)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A wrong alarm: `right` is the form of the reference (or the one suggested), `wrong` that of the output.

    `*` stands for any form, an empty one for none: nothing in the output (omitted), nothing in the reference
    (hallucinated). `status` None means any.
    """

    right: str
    wrong: str
    status: str | None = None


@dataclass(frozen=True)
class Style:
    """What `find_entity_errors` is told beside the texts; `Style()` says nothing.

    `policy` is `endonym` (Kyiv), `exonym` (Kiev) or `either`; see `mtqe.entities.user.policy` for what they are.
    """

    policy: str = "either"
    aliases: tuple[AliasGroup, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    glossary: Glossary = field(default_factory=Glossary)

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ConfigError(unknown(f"policy {self.policy!r}", self.policy, POLICIES))

    @classmethod
    def load(cls, path: str | Path) -> Style:
        """Reads a style file (TOML); the paths in it are relative to it.

            policy = "endonym"          # endonym | exonym | either (the default)
            aliases = "names.tsv"       # see `read_aliases`
            suppress = "suppress.tsv"   # see `read_suppressions`
            glossary = "terms.tsv"      # see `mtqe.entities.user.glossary.read_glossary`

        Raises ConfigError for an unknown key or value, InputError naming file and line for a row that cannot be used.
        """
        path = Path(path)
        table = read_toml(path)
        known = ("policy", "aliases", "suppress", "glossary")
        for key, value in table.items():
            if key not in known:
                raise ConfigError(f"{path}: {unknown(f'key {key!r}', key, known)}")
            if not isinstance(value, str):
                raise ConfigError(f"{path}: {key!r} must be a text, not {value!r}")
        policy = table.pop("policy", "either")
        if policy not in POLICIES:
            raise ConfigError(f"{path}: {unknown(f'policy {policy!r}', policy, POLICIES)}")
        files = {key: Path(os.path.normpath(path.parent / value)) for key, value in table.items()}
        return cls(
            policy,
            read_aliases(files["aliases"]) if "aliases" in files else (),
            read_suppressions(files["suppress"]) if "suppress" in files else (),
            read_glossary(files["glossary"]) if "glossary" in files else Glossary(),
        )

    @property
    def fingerprint(self) -> str:
        """sha256 (hex) of everything it says, for signatures."""
        return digest(asdict(self))

    @cached_property
    def forms(self) -> Phrases:
        """The forms of all alias groups, one after another: see `form_of`."""
        return Phrases(form for group in self.aliases for form in group.forms)

    @cached_property
    def form_of(self) -> tuple[tuple[int, bool], ...]:
        """For each of `forms` the number of its group, and whether it is acceptable."""
        return tuple((i, group.accepts(j)) for i, group in enumerate(self.aliases) for j in range(len(group.forms)))

    @cached_property
    def bars_forms(self) -> bool:
        """Whether any form is unacceptable."""
        return any(group.unacceptable for group in self.aliases)

    def suppresses(self, names: Sequence[str], output: str, status: str) -> bool:
        """Whether an alarm of a status is known to be wrong; `names` are the forms that may be meant by `right`."""
        if not self._suppressed:
            return False
        return any(
            statuses is not None and (None in statuses or status in statuses)
            for right in (*map(fold, names or [""]), ANY)
            for wrong in (fold(output), ANY)
            for statuses in (self._suppressed.get((right, wrong)),)
        )

    @cached_property
    def _suppressed(self) -> Mapping[tuple[str, str], set[str | None]]:
        found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
        for suppression in self.suppressions:
            found[fold(suppression.right), fold(suppression.wrong)].add(suppression.status)
        return dict(found)


def read_aliases(path: Path) -> tuple[AliasGroup, ...]:
    """Rows of a canonical form and, in further columns, variants of it; `!` before one says that it is not acceptable.

    Rows with one canonical form add up. Lines that begin with `#` are comments.
    """
    fine: dict[str, list[str]] = {}
    barred: dict[str, list[str]] = defaultdict(list)
    for line, cells in tsv_rows(path):
        canonical = check_form(cells[0], "the canonical form", path, line)
        forms = [cell for cell in cells[1:] if cell]
        if not forms:
            hint = "put a tab between the canonical form and each of its variants"
            raise InputError(f"no variant of {canonical!r}", path=path, line=line, hint=hint)
        if canonical.startswith("!"):
            raise InputError(f"the canonical form {canonical!r} cannot be unacceptable", path=path, line=line)
        fine.setdefault(canonical, [])
        for cell in forms:
            into, others = (barred, fine) if cell.startswith("!") else (fine, barred)
            form = check_form(cell.removeprefix("!").strip(), "a variant", path, line)
            if form in others[canonical] or (into is barred and form == canonical):
                raise InputError(f"{form!r} is both a variant of {canonical!r} and barred", path=path, line=line)
            if form not in into[canonical] and form != canonical:
                into[canonical].append(form)
    return tuple(AliasGroup(name, tuple(forms), tuple(barred[name])) for name, forms in fine.items())


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """Rows of the form of the reference, the form of the output, and maybe a status; see `Suppression` for `*`."""
    found = []
    for line, cells in tsv_rows(path):
        if len(cells) not in (2, 3):
            hint = "write the form of the reference, a tab, the form of the output (* for any), and maybe a status"
            raise InputError(f"{len(cells)} columns where 2 or 3 are needed", path=path, line=line, hint=hint)
        right, wrong, *status = cells
        if {right, wrong} <= {ANY, ""}:
            raise InputError("this would suppress every alarm; name a form", path=path, line=line)
        if status and status[0] not in STATUSES:
            raise InputError(unknown(f"status {status[0]!r}", status[0], STATUSES), path=path, line=line)
        found.append(Suppression(right, wrong, status[0] if status else None))
    return tuple(found)
