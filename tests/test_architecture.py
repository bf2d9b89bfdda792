"""The house itself: imports point one way, importing is light, names do not collide, a plugin is one file."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mtqe

LAYERS = [
    {"errors"},
    {"packed", "languages"},
    {"text", "store"},
    {"corpus", "tables"},
    {"results"},
    {"plugins"},
    {"readers", "stats", "neural"},
    {"alignment", "ratings"},
    {"fluency", "entities", "meaning"},
    {"translation", "checks"},
    {"metrics"},
    {"comparison", "score_files"},
    {"report"},
    {"experiment"},
    {"test_sets", "provenance"},
    {"run"},
    {"arguments", "inputs"},
    {"cli"},
    {"__main__"},
]
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
HEAVY = {"torch", "transformers", "datasets", "matplotlib", "pandas", "numba", "scipy"}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "mtqe" and len(parts) > 1 else None


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names = [f"mtqe.{alias.name}" for alias in node.names] if module == "mtqe" else [module]
        rooms |= {room for name in names if (room := room_of(name))}
    return rooms & set(RANK)


def test_imports_point_one_way(root: Path) -> None:
    package = root / "mtqe"
    for path in package.rglob("*.py"):
        room = path.relative_to(package).with_suffix("").parts[0]
        if room == "__init__":
            continue
        for other in imported_rooms(path) - {room}:
            assert RANK[other] < RANK[room], f"{path} imports {other}, which stands above {room} or beside it"


def fresh(code: str, cwd: Path | None = None) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_public_name_is_there_twice() -> None:
    code = """
import mtqe
for _ in range(2):
    print(*(name for name in mtqe.__all__ if getattr(getattr(mtqe, name), "__name__", None) == name))
"""
    functions = [name for name in mtqe.__all__ if name != "__version__"]
    assert [line.split() for line in fresh(code).splitlines()] == [functions, functions]


def test_public_functions_can_be_called_twice(root: Path, tmp_path: Path) -> None:
    """A subpackage with a function's name would replace the function once it is imported: call each one again."""
    code = """
import mtqe
corpus = "corpora/frontline/uk-en"
for _ in range(2):
    test_set = mtqe.load(f"{corpus}/references/A", translations={"s": f"{corpus}/systems/literal"}, languages="en")
    scores = mtqe.score(test_set, ["chrf"])
    evaluation = mtqe.evaluate([f"{corpus}/systems/literal"], f"{corpus}/references/A", languages="en",
                               metrics=["chrf"], draws=10)
    print(
        mtqe.compare(scores, draws=10).systems[0].system,
        mtqe.align(["A b."], ["A b."]).links[0].kind,
        len(mtqe.find_entity_errors(["Irpen"], ["Irpin"])),
        len(mtqe.score_fluency(["It is is fine."], language="en").scores),
        *evaluation.scores[0].systems,
        *mtqe.run_experiment("experiment.toml").scores[0].systems,
    )
"""
    shutil.copytree(root / "corpora", tmp_path / "corpora")
    corpus = "corpora/frontline/uk-en"
    (tmp_path / "experiment.toml").write_text(
        f'metrics = ["chrf"]\ndraws = 10\n[[test_set]]\nname = "n"\nlanguages = "en"\n'
        f'references = ["{corpus}/references/A"]\n[[test_set.system]]\nname = "t"\npath = "{corpus}/systems/literal"\n'
    )
    assert fresh(code, cwd=tmp_path).splitlines() == ["s match 1 1 literal t"] * 2


@pytest.mark.parametrize("command", ["import mtqe", "from mtqe.cli import main; main(['metrics'])"])
def test_importing_and_listing_loads_nothing_heavy(command: str) -> None:
    code = f"{command}\nimport sys, json\nprint(); print(json.dumps(sorted(m.split('.')[0] for m in sys.modules)))"
    assert not HEAVY & set(json.loads(fresh(code).splitlines()[-1]))


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from mtqe.cli import main
try:
    main(["--help"])
except SystemExit:
    print("\\n" + " ".join(sorted(m.split(".")[0] for m in sys.modules)))
"""
    loaded = set(fresh(code).splitlines()[-1].split())
    assert not (HEAVY | {"numpy", "sacrebleu", "pyarrow"}) & loaded


def test_lexical_scoring_loads_no_model_library(root: Path) -> None:
    corpus = "corpora/frontline/uk-en"
    words = [
        "score",
        "-t",
        f"{corpus}/systems/literal",
        "-r",
        f"{corpus}/references/A",
        "-l",
        "en",
        "-m",
        "bleu",
        "chrf",
    ]
    code = f"import sys\nfrom mtqe.cli import main\nassert main({words!r}) == 0\nprint(*sorted(sys.modules))"
    assert not {"torch", "transformers"} & set(fresh(code, cwd=root).splitlines()[-1].split())


SHOUT = '''
"""How loud a translation is."""
from mtqe.results import MetricSpec, SegmentScores, mean


class Shout:
    spec = MetricSpec("shout", version="1")
    needs = uses = frozenset()
    higher_is_better = False
    label = "Shouting"
    decimals = 2
    range = (0, 1)
    aggregate = staticmethod(mean)

    def score(self, test_set):
        return {
            s.name: SegmentScores([sum(c.isupper() for c in text) / max(1, len(text)) for text in s.texts])
            for s in test_set.systems
        }


def make():
    """The share of capital letters."""
    return Shout()
'''


def test_a_metric_is_one_file(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "mtqe", tmp_path / "mtqe", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "mtqe" / "metrics" / "shout.py").write_text(SHOUT)
    (tmp_path / "ref.txt").write_text("Two men left.\nFog.\n")
    (tmp_path / "hyp.txt").write_text("TWO men left.\nFog.\n")

    def mtqe_(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mtqe", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "The share of capital letters." in mtqe_("metrics")
    files = ["-t", "hyp.txt", "-r", "ref.txt", "-l", "en", "-m", "shout", "chrf"]
    assert "shout|version:1" in mtqe_("score", *files)
    page = Path(tmp_path, mtqe_("evaluate", *files, "-o", "out").strip())
    assert "Shouting" in page.read_text(encoding="utf-8")
