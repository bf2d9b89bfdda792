"""Bad tables of scores, experiments, styles, decisions, run directories and places to write, and bad commands."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bad_cases import NOTED, REFUSED, SAME, SCORE, WARNED, Case
from spoiling import BOM, Spoil, edit, gone, instead, line, link_to, nothing, pipe, put, swap

_COMPARE = "compare --scores scores.tsv -f csv"
_ENTITIES = "entities -t hyp.txt -s src.txt -l uk-en --style style.toml --decisions decisions.csv -f csv"
_SET = "score -d set.jsonl -l en -m chrf"
_EVALUATE = "evaluate -t hyp.txt -r ref.txt -l en -m chrf --draws 100"


def _scores() -> Iterator[Case]:
    name = "scores.tsv"

    def case(what: str, spoil: Spoil, outcome: object, says: str = "") -> Case:
        return Case(f"scores: {what}", spoil, outcome, says, _COMPARE)

    yield case(
        "a byte-order mark", edit(name, lambda d: BOM + d), NOTED, r"scores\.tsv: a byte-order mark was stripped"
    )
    yield case("Windows line ends", edit(name, lambda d: d.replace(b"\n", b"\r\n")), SAME)
    yield case("a column less", line(name, 1, lambda _: b"system\tid"), REFUSED, r"scores\.tsv:1: no column 'score'")
    yield case("a column misspelled", swap(name, "score", "scroe"), REFUSED, r"scores\.tsv:1: .*did you mean 'score'")
    yield case("a column twice", swap(name, "id", "system"), REFUSED, r"scores\.tsv:1: a column stands twice")
    yield case("NaN", line(name, 4, lambda _: b"hyp\t2\tNaN"), WARNED)
    for what in ("inf", "1e999", "good", "0,5", "1_000"):
        bad = line(name, 4, lambda _, w=what: f"hyp\t2\t{w}".encode())
        yield case(f"{what} for a score", bad, REFUSED, rf"scores\.tsv:4: '{what}' is no score")
    yield case(
        "a row twice",
        edit(name, lambda d: d + d.splitlines(True)[-1]),
        REFUSED,
        r"scores\.tsv:42: segment '19' .* twice",
    )
    yield case(
        "a row less",
        edit(name, lambda d: b"".join(d.splitlines(True)[:-1])),
        REFUSED,
        r"scores\.tsv: 'other' has 19 of 20 .*; ",
    )
    yield case("a field less", line(name, 4, lambda _: b"hyp\t0.5"), REFUSED, r"scores\.tsv:4: 2 fields where")
    yield case("a header alone", edit(name, lambda d: d.splitlines(True)[0]), REFUSED, r"scores\.tsv: no scores")
    yield case("latin-1", line(name, 4, lambda _: b"caf\xe9\t2\t1"), REFUSED, r"scores\.tsv:4: not valid utf-8")
    yield case("nothing", put(name, b""), REFUSED, r"scores\.tsv: the file is empty")
    yield case("no file", gone(name), REFUSED, r"scores\.tsv: (file not found|no such file)")
    yield case("a directory", instead(name, lambda p: p.mkdir()), REFUSED, r"scores\.tsv: is a directory")


def _tables() -> Iterator[Case]:
    def style(what: str, content: bytes, says: str) -> Case:
        return Case(f"style: {what}", put("style.toml", content), REFUSED, says, _ENTITIES)

    yield style("an unknown key", b'polcy = "either"', r"style\.toml: unknown key 'polcy'; did you mean 'policy'")
    yield style("an unknown policy", b'policy = "exonyms"', r"style\.toml: .*did you mean 'exonym'")
    yield style("a number", b"policy = 1", r"style\.toml: 'policy' must be a text")
    yield style("no TOML", b"policy: either", r"style\.toml: not valid TOML")
    yield style("latin-1", b'policy = "\xe9"', r"style\.toml: not valid TOML")
    yield style("deep nesting", b"policy = " + b"[" * 50_000, r"style\.toml: not valid TOML")
    yield style("a number of 5000 digits", b"policy = " + b"9" * 5000, r"style\.toml: not valid TOML")
    yield style("a table that is not there", b'aliases = "none.tsv"', r"none\.tsv: file not found")
    yield Case("style: no file", gone("style.toml"), REFUSED, r"style\.toml: file not found", _ENTITIES)
    yield Case("style: a pipe", instead("style.toml", pipe), REFUSED, r"style\.toml: is a named pipe", _ENTITIES)
    no_variant = line("aliases.tsv", 1, lambda _: b"Odesa")
    yield Case(
        "aliases: no variant", no_variant, REFUSED, r"aliases\.tsv:1: no variant of 'Odesa'; put a tab", _ENTITIES
    )
    yield Case(
        "glossary: no target",
        put("terms.tsv", "міст".encode()),
        REFUSED,
        r"terms\.tsv:1: 1 columns where.*; ",
        _ENTITIES,
    )

    def decisions(what: str, spoil: Spoil, outcome: object, says: str) -> Case:
        return Case(f"decisions: {what}", spoil, outcome, says, _ENTITIES)

    name = "decisions.csv"
    yield decisions("a byte-order mark", edit(name, lambda d: BOM + d), SAME, "")
    yield decisions(
        "a column less", swap(name, "decision", "verdict"), REFUSED, r"decisions\.csv:1: no column 'decision'"
    )
    yield decisions(
        "an unknown verdict", swap(name, '"error"', '"eror"'), REFUSED, r"decisions\.csv:2: .*did you mean 'error'"
    )
    yield decisions(
        "a field less", swap(name, ',"variant"', ""), REFUSED, r"decisions\.csv:3: 2 cells under a head of 3"
    )
    yield decisions("an open quotation mark", swap(name, '"Odessa"', '"Odessa'), REFUSED, r"decisions\.csv:\d: ")
    yield decisions("a field of 1 MB", swap(name, "Odessa", "o" * 2**20), REFUSED, r"decisions\.csv:\d: not a table")
    yield decisions(
        "latin-1",
        put(name, b"wrong,right,decision\n\xe9,e,wrong\n"),
        REFUSED,
        r"decisions\.csv:2: not valid utf-8",
    )
    yield decisions("nothing", put(name, b""), REFUSED, r"decisions\.csv: the file is empty")
    yield decisions("a directory", instead(name, lambda p: p.mkdir()), REFUSED, r"decisions\.csv: is a directory")


def _experiments() -> Iterator[Case]:
    name = "experiment.toml"
    command = f"run {name} -o out"

    def case(what: str, spoil: Spoil, says: str) -> Case:
        return Case(
            f"experiment: {what}", spoil, REFUSED, says, command, after=lambda d: not (d / "out/report.html").exists()
        )

    yield case("an unknown key", swap(name, "references", "refrences"), r"experiment\.toml, test_set 1: .*'references'")
    yield case(
        "an unknown key at the top",
        swap(name, "metrics", "metrix"),
        r"experiment\.toml: unknown key 'metrix'; did you mean 'metrics'",
    )
    yield case("an unknown metric", swap(name, "chrf", "chfr"), r"did you mean 'chrf'")
    yield case(
        "a text for a list", swap(name, '["chrf"]', '"chrf"'), r"experiment\.toml: 'metrics' must be of type list"
    )
    yield case(
        "no system",
        swap(name, "[[test_set.system]]", "[test_set.others]"),
        r"experiment\.toml, test_set 1: 'system' is missing",
    )
    yield case("a file that is not there", swap(name, "hyp.txt", "nope.txt"), r"nope\.txt: no such file")
    yield case("a NUL in a path", swap(name, "hyp.txt", "hyp\\u0000.txt"), r"no such file")
    yield case("no TOML", swap(name, "= [", "= "), r"experiment\.toml: not valid TOML: .*line 2")
    yield case(
        "a key twice", swap(name, "metrics", 'name = "x"\nmetrics'), r"experiment\.toml: not valid TOML: .*line 2"
    )
    yield case(
        "latin-1",
        edit(name, lambda d: d.replace(b"ferry", b"f\xe9rry")),
        r"experiment\.toml: not valid TOML",
    )
    yield case("utf-16", edit(name, lambda d: d.decode().encode("utf-16")), r"experiment\.toml: not valid TOML")
    yield case("deep nesting", put(name, b"name = " + b"[" * 50_000), r"experiment\.toml: not valid TOML")
    yield case("a number of 5000 digits", put(name, b"seed = " + b"9" * 5000), r"experiment\.toml: not valid TOML")
    yield case("a seed below 0", edit(name, lambda d: b"seed = -1\n" + d), r"seed")
    yield case("draws below 0", edit(name, lambda d: b"draws = -1\n" + d), r"draws")
    yield case("a language that is none", swap(name, "uk-en", "uk-xx"), r"languages are a pair like uk-en")
    yield case("nothing", put(name, b""), r"experiment\.toml: 'test_set' is missing")
    yield case("a directory", instead(name, lambda p: p.mkdir()), r"experiment\.toml: .*directory")
    yield case("a pipe", instead(name, pipe), r"experiment\.toml: is a named pipe")


def refused(name: str, says: str, command: str, spoil: Spoil = nothing, **more: Any) -> Case:
    return Case(name, spoil, REFUSED, says, command, **more)


def _outputs() -> Iterator[Case]:
    def kept(directory: Path) -> bool:
        return (directory / "ref.txt").stat().st_size > 500

    yield refused("-o that is a file", r"ref\.txt: File exists", f"{_EVALUATE} -o ref.txt", after=kept)
    yield refused("-o below a file", r"ref\.txt.*: Not a directory", f"{_EVALUATE} -o ref.txt/out", after=kept)
    yield refused("-o that cannot be written", "/proc/", f"{_EVALUATE} -o /proc/mtqe")
    yield refused("-o in a circle", "loop", f"{_EVALUATE} -o loop", lambda d: link_to("loop")(d / "loop"))
    yield refused("a report into a file", r"ref\.txt.*: Not a directory", "report run -o ref.txt", after=kept)
    yield refused("B of no known ending", r"x\.doc cannot be written as '\.doc'; ", "convert set.tsv x.doc -l uk-en")
    is_there = r"x\.tsv: is no file that can be written"
    yield refused("B, a directory", is_there, "convert set.tsv x.tsv -l uk-en", lambda d: (d / "x.tsv").mkdir())
    yield refused("B that cannot be written", "/proc/", "convert set.tsv /proc/x.tsv -l uk-en")
    below = r"(File exists|Not a directory)"
    yield refused("B below a file", below, "convert set.tsv ref.txt/x.tsv -l uk-en", after=kept)
    several = r"x\.txt: one text is one file, .*; write"
    yield refused("A with several texts for .txt", several, "convert set.tsv x.txt -l uk-en")
    tab = swap("set.jsonl", "Nobody argued", "Nobody\\targued")
    held = r"x\.tsv:12: a text has a tab.*; write \.jsonl"
    to_tsv = "convert set.jsonl x.tsv -l uk-en"
    yield refused("a tab for a TSV", held, to_tsv, tab, after=lambda d: not (d / "x.tsv").exists())
    path = swap("set.tsv", "other", "../other")
    outside = r"'\.\./other' cannot have a file"
    yield refused("a system named as a path", outside, "convert set.tsv new -l uk-en", path)
    yield Case(
        "a script in a text",
        swap("hyp.txt", "No one", "<script>alert(1)</script>"),
        WARNED,
        command=f"{_EVALUATE} -o out",
        after=lambda d: b"<script>alert" not in (d / "out/report.html").read_bytes(),
    )


_LANGUAGES = {
    "xx-yy": "are a pair like uk-en",
    "en-": "did you mean en",
    "-en": "did you mean en",
    "": "expected one argument",
    "e": "are a pair like uk-en",
    "english": "did you mean en",
    "ukranian-english": "did you mean uk-en",
    "uk–en": "did you mean uk-en",
    "uk-en-": "did you mean uk-en",
}


def _commands() -> Iterator[Case]:
    for code, says in _LANGUAGES.items():
        for command in (SCORE, "fluency -t hyp.txt -l en", _EVALUATE, _ENTITIES.replace("uk-en", "en"), _SET):
            words = command.replace("-l en", f"'-l{code}'")
            yield refused(f"language {code!r}: {words[:20]}", f"languages.* {says}", words)

    def short(directory: Path) -> None:
        (directory / "short.txt").write_text("Nobody argued.\n", encoding="utf-8")

    def changed(old: str, new: str) -> str:
        return SCORE.replace(old, new)

    counts = r"short\.txt: has 1 lines where ref\.txt has 20; "
    yield refused("references of different counts", counts, changed("ref.txt", "ref.txt short.txt"), short)
    yield refused("a source of another length", counts, changed("-l en", "-l uk-en -s short.txt"), short)
    yield refused(
        "documents of another length", r"short\.txt: has 1 lines for 20", f"{SCORE} --documents short.txt", short
    )
    twice = "two systems have the same name.*; write name=path"
    yield refused("a system twice", twice, changed("sys=hyp.txt", "hyp.txt hyp.txt"))
    yield refused("two systems of one name", twice, changed("sys=hyp.txt", "a=hyp.txt a=other.txt"))
    yield refused("a run that is not there", r"none\.txt: no such file", changed("=hyp.txt", "=hyp.txt,none.txt"))
    again = "score -d set.tsv -t hyp.txt -l uk-en -m chrf"
    yield refused("a system of the data set again", "system 'hyp' stands twice", again)
    align = "align -t hyp.txt -r ref.txt -f tsv"
    yield refused("align: an empty output", r"hyp\.txt: the file is empty", align, put("hyp.txt", b""))
    yield Case("align: blank lines alone", put("hyp.txt", b"\n\n"), WARNED, "is it the same text", align)
    yield refused("align: latin-1", r"hyp\.txt:1: not valid", align, put("hyp.txt", b"caf\xe9\n"))
    evaluate, blank = f"{_EVALUATE} -o out", b"\n\n"
    yield Case("evaluate: blank lines", put("hyp.txt", blank), WARNED, r"hyp\.txt: only 0% of the reference", evaluate)
    yield refused("evaluate: no reference", r"ref\.txt: the file has no text", evaluate, put("ref.txt", blank))
    yield refused("evaluate: a pipe", r"hyp\.txt: is neither a file nor", evaluate, instead("hyp.txt", pipe))
    no_text = "fluency -t hyp.txt -l en --lm-text none.txt"
    yield refused("fluency: no human text", r"none\.txt: no such file", no_text)
    comet = "score -t sys=hyp.txt -r ref.txt -s src.txt -l uk-en -m comet:model/checkpoints/model.ckpt"
    code = r"model\.ckpt.*(pickle|code)"
    yield refused("a pickle as a checkpoint", code, comet, _checkpoint, after=lambda d: not (d / "evil").exists())


def _checkpoint(directory: Path) -> None:
    folder = directory / "model" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "model.ckpt").write_bytes(pickle.dumps(_Evil()))
    (folder.parent / "hparams.yaml").write_text("class_identifier: regression_metric\n", encoding="utf-8")


class _Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("evil"),)


WORKS = [*_scores(), *_tables(), *_experiments(), *_outputs(), *_commands()]
