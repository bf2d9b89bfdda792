from pathlib import Path

import pytest

from mtqe.errors import ConfigError
from mtqe.experiment import read_experiment

GOOD = """
metrics = ["chrf"]
seed = 7
[[test_set]]
name = "news"
languages = "uk-en"
source = "src.txt"
references = ["a.txt", "b.txt"]
[[test_set.system]]
name = "one"
path = "sys/one.txt"
[[test_set.system]]
name = "editor"
path = "sys/editor.txt"
human = true
"""


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ferry.toml"
    path.write_text(GOOD)
    experiment = read_experiment(path)
    (test_set,) = experiment.test_sets
    assert (experiment.name, experiment.metrics, experiment.seed) == ("ferry", ("chrf",), 7)
    assert test_set.references == (tmp_path / "a.txt", tmp_path / "b.txt")
    assert [(s.name, s.paths, s.human) for s in test_set.systems] == [
        ("one", (tmp_path / "sys/one.txt",), False),
        ("editor", (tmp_path / "sys/editor.txt",), True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("metrics =", "metrcs =", r"ferry\.toml: unknown key 'metrcs'; did you mean 'metrics'"),
        ('path = "sys/one.txt"', 'path = "x"\nhumn = true', "test_set 1, system 1: unknown key 'humn'"),
        ('languages = "uk-en"', "", "test_set 1: 'languages' is missing"),
        ("seed = 7", 'seed = "7"', "'seed' must be of type int, not '7'"),
        ("seed = 7", "seed = true", "'seed' must be of type int"),
        ('["chrf"]', "[]", "'metrics' must be a list of strings"),
        ("[[test_set]]", "[test_set]", "must be of type list"),
        ("seed = 7", "seed = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "ferry.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError, match=message) as caught:
        read_experiment(path)
    assert caught.value.exit_code == 2


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="file not found"):
        read_experiment(tmp_path / "none.toml")


def test_a_system_has_a_path_or_runs(tmp_path: Path) -> None:
    path = tmp_path / "runs.toml"
    one = 'name = "one"\npath = "sys/one.txt"'
    assert one in GOOD
    path.write_text(GOOD.replace(one, 'name = "one"\nruns = ["1.txt", "2.txt"]\noptimised_with = ["comet"]'))
    system = read_experiment(path).test_sets[0].systems[0]
    assert system.paths == (tmp_path / "1.txt", tmp_path / "2.txt")
    assert system.optimised_with == ("comet",)
    path.write_text(GOOD.replace(one, 'name = "one"\nruns = ["1.txt"]\npath = "2.txt"'))
    with pytest.raises(ConfigError, match="'path'"):
        read_experiment(path)
