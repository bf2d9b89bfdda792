"""Run directories with a file that is missing, damaged or of something else, for `report`, `compare` and `merge`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bad_cases import SCORE, Case
from bad_works import refused
from spoiling import Spoil, edit, gone, instead, nothing, put

_STORED, _SCORES = "run/evaluation.json", "run/scores.parquet"
_NO_JSON, _DAMAGED = r"evaluation\.json: not valid JSON", r"evaluation\.json: damaged .*; run it again"
_NO_SCORES = r"scores\.parquet: not a score file of mtqe, or damaged; run it again"


def _value(new: Any, *keys: Any) -> Spoil:
    """Another value in evaluation.json."""

    def change(data: bytes) -> bytes:
        inner = root = json.loads(data)
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = new
        return json.dumps(root).encode()

    return edit(_STORED, change)


def _of_another(directory: Path) -> None:
    (directory / _SCORES).write_bytes((directory / "set.parquet").read_bytes())


_SYSTEM = ("test_sets", 0, "systems", 0)
_SPOILS = {
    "no evaluation": (gone(_STORED), r"evaluation\.json: file not found; is this"),
    "no scores": (gone(_SCORES), r"scores\.parquet: file not found; run mtqe"),
    "an evaluation cut off": (edit(_STORED, lambda d: d[: len(d) // 2]), _NO_JSON),
    "an empty evaluation": (put(_STORED, b""), _NO_JSON),
    "a deep evaluation": (put(_STORED, b"[" * 100_000), _NO_JSON),
    "an evaluation of latin-1": (put(_STORED, b'{"a": "\xe9"}'), _NO_JSON),
    "an evaluation that is a directory": (instead(_STORED, lambda p: p.mkdir()), r"evaluation\.json: .*directory"),
    "scores cut off": (edit(_SCORES, lambda d: d[: len(d) // 2]), _NO_SCORES),
    "scores damaged inside": (edit(_SCORES, lambda d: d[:50] + bytes(300) + d[350:]), _NO_SCORES),
    "empty scores": (put(_SCORES, b""), _NO_SCORES),
    "scores of another tool": (_of_another, _NO_SCORES),
    "another schema": (_value("mtqe.evaluation/9", "schema"), r"evaluation\.json: not of the schema .*; run it again"),
    "another text": (_value("x", *_SYSTEM, "texts", 3), _DAMAGED),
    "no test set": (_value([], "test_sets"), r"evaluation\.json: has no test set; run it again"),
    "test sets that are numbers": (_value([3], "test_sets"), _DAMAGED),
    "a number for references": (_value(7, "test_sets", 0, "documents", 0, "segments", 0, "references"), _DAMAGED),
    "a reason without a number": (_value({"x": "y"}, *_SYSTEM, "reasons"), _DAMAGED),
}
_OF_REPORT = {
    "no configuration": (_value({}, "provenance"), _DAMAGED),
    "another unit": (_value("word", "provenance", "config", "unit"), _DAMAGED),
    "a text for draws": (_value("many", "provenance", "config", "draws"), _DAMAGED),
    "notes that are numbers": (_value([1], "notes"), _DAMAGED),
}


def _runs() -> Iterator[Case]:
    for what, (spoil, says) in {**_SPOILS, **_OF_REPORT}.items():
        yield refused(f"report: {what}", says, "report run -o again", spoil)
    for what, (spoil, says) in _SPOILS.items():
        yield refused(f"compare: {what}", says, "compare run -f csv", spoil)
    yield refused("compare: no directory", r"none.evaluation\.json: file not found", "compare none")
    yield refused("compare: a run twice", "stands twice", "compare run run")


def _shards() -> Iterator[Case]:
    request = {"words": SCORE.split(), "directory": ".", "shards": 2, "device": "cpu"}
    align = ["align", "-t", "hyp.txt", "-r", "ref.txt"]
    broken = r"request\.json: (not valid JSON|not what mtqe score --shard writes; score the shards again)"
    for what, change in (("words that are numbers", {"words": [1]}), ("words that are a text", {"words": "score"}),
                         ("another command", {"words": align}), ("a text for shards", {"shards": "2"})):  # fmt: skip
        spoil = put("run/request.json", json.dumps({**request, **change}).encode())
        yield refused(f"merge: {what}", broken, "merge run", spoil)
    yield refused("merge: no JSON", broken, "merge run", put("run/request.json", b"{"))
    yield refused("merge: no words", broken, "merge run", put("run/request.json", b"{}"))
    lost = put("run/request.json", json.dumps({**request, "directory": "/no/such"}).encode())
    yield refused("merge: a directory that is gone", "/no/such: No such file", "merge run", lost)
    yield refused("merge: no shards", "run has no shards of mtqe score --shard", "merge run", nothing)
    yield refused("merge: no directory", "none has no shards of mtqe score --shard", "merge none", nothing)


RUNS = [*_runs(), *_shards()]
