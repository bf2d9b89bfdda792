"""Small valid files of every kind that mtqe reads, what reads them, and what a careless world does to them."""

import bz2
import gzip
import io
import json
import lzma
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import clean_files
import pyarrow.parquet as pq
import zstandard

from mtqe.entities.user.decisions import read_decisions
from mtqe.entities.user.glossary import read_glossary
from mtqe.entities.user.style import Style, read_aliases, read_suppressions
from mtqe.errors import MtqeError
from mtqe.experiment import read_experiment
from mtqe.neural.shards import Request
from mtqe.readers import load, parts, read
from mtqe.run import load_scores
from mtqe.score_files import read_segment_scores

#: A change: what is done, where (parts of the length), and the bytes that come in.
Edit = tuple[str, float, float, bytes]
EDITS = ("insert", "replace", "delete", "double", "cut", "swap")
#: What breaks formats.
TOKENS = [
    b"\0", b"\r", b"\n", b"\r\n", b"\t", b"\t\t", b'"', b'""', b"'", b",", b";", b"=", b"|", b"#", b"!", b"\\", b"/",
    b"..",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff", b"\x80", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x1c", b"\x1a", b"{", b"}", b"[", b"]", b"[" * 3000, b"{}", b"[]", b"null", b"NaN",
    b"true", b"-1", b"1e999", b"9" * 5000, b"\\ud800", b"<", b">", b"&", b"&lt;", b"&x;", b"&#0;", b"&#xD800;", b"<!--",
    b"<![CDATA[", b"<?", b"<g>" * 300, b"</seg>", b"<seg>", b"<!DOCTYPE a [<!ENTITY x \"y\">]>", b"xml:lang=\"en\"",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PAR1", b"system", b"score",
    b"reference",
    b"hyp", b"id", b"en", b"uk", b"a" * 70_000, b" ", b"\xc2\xa0", b"\xe2\x80\xae",
]  # fmt: skip
_PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}


def _everything(path: Path) -> None:
    load(path, languages="uk-en")
    for _ in parts(path, languages="uk-en", size=50):
        pass


def _set(path: Path) -> None:
    load(path, languages="uk-en")


def _directory(path: Path) -> None:
    load(next(p for p in path.parents if p.name in ("set", "wmt")), languages="uk-en")


#: The reader of each file, by its name in the directory that `write_files` fills.
READERS: dict[str, Callable[[Path], Any]] = {
    "ref.txt": read,
    **{f"hyp.txt.{ending}": read for ending in _PACKED},
    **{f"set.{ending}": _everything for ending in ("tsv", "jsonl", "parquet")},
    **{f"set.{ending}": _set for ending in ("csv", "tmx", "xlf", "xml")},
    "page.html": read,
    "set/references/uk-en.refA.txt": _directory,
    "set/documents/uk-en.docs": _directory,
    "set/human-scores/uk-en.mqm.seg.score": _directory,
    "wmt/sources/set.uk-en.src.uk": _directory,
    "scores.tsv": read_segment_scores,
    "experiment.toml": read_experiment,
    "style.toml": Style.load,
    "aliases.tsv": read_aliases,
    "suppress.tsv": read_suppressions,
    "terms.tsv": read_glossary,
    "decisions.csv": lambda path: read_decisions(path).as_style(),
    "run/evaluation.json": lambda path: load_scores(path.parent),
    "run/scores.parquet": lambda path: load_scores(path.parent),
    "shards/request.json": lambda path: Request.read(path.parent),
}


def write_files(directory: Path) -> None:
    clean_files.write_clean(directory)
    clean_files.write_run(directory)
    for ending, pack in _PACKED.items():
        (directory / f"hyp.txt.{ending}").write_bytes(pack((directory / "hyp.txt").read_bytes()))
    (directory / "suppress.tsv").write_text("Odesa\tOdessa\tmisspelled\n*\tYakir\n", encoding="utf-8")
    shutil.rmtree(directory / "run" / "figures")
    (directory / "shards").mkdir()
    request = {"words": ["score"], "directory": ".", "shards": 2, "device": "cpu"}
    (directory / "shards" / "request.json").write_text(json.dumps(request), encoding="utf-8")


def corrupted(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes after some changes."""
    for what, at, size, token in edits:
        start = int(at * (len(data) + 1))
        end = start + int(size * min(200, len(data) - start))
        if what == "cut":
            data = data[:start]
        elif what == "double":
            data = data[:end] + data[start:end] + data[end:]
        elif what == "swap":
            data = data[end:] + data[start:end] + data[:start]
        else:
            token = b"" if what == "delete" else token
            data = data[:start] + token + data[start if what == "insert" else end :]
    return data


def with_value(data: bytes, at: float, new: object) -> bytes:
    """JSON with another value in the place of one of its values, which one `at` tells."""
    root = [json.loads(data)]
    places = list(_places(root))
    holder, key = places[int(at * len(places))]
    holder[key] = new
    return json.dumps(root[0]).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def with_head(data: bytes, at: float, new: object) -> bytes:
    """A file of scores with another value in the description of its scores."""
    table = pq.read_table(io.BytesIO(data))
    head = {key: with_value(value, at, new) for key, value in table.schema.metadata.items()}
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(head), sink)
    return sink.getvalue()


#: How another value is put into the files that are made of values.
VALUED = {"run/evaluation.json": with_value, "shards/request.json": with_value, "run/scores.parquet": with_head}
VALUES = [None, True, 0, -1, 1.5, 10**400, "", "x", "en", [], [1], ["x"], {}, {"x": 1}]


def outcome(name: str, data: bytes, directory: Path) -> str:
    """Reads other bytes in the place of a file: `read`, `refused`, or what was raised that is no MtqeError."""
    path = directory / name
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            READERS[name](path)
    except MtqeError:
        return "refused"
    except Exception as error:
        return f"{name}: {type(error).__name__}: {error}"
    finally:
        path.write_bytes(before)
    return "read"
