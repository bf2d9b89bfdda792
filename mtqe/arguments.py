"""The words of the command line: commands, their options, and what those may be."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from mtqe import __version__

FORMATS = ("text", "json", "csv", "md", "latex")


def parser(functions: Mapping[str, Callable[[argparse.Namespace], None]]) -> argparse.ArgumentParser:
    """The parser of the command line; `functions` has what each command calls with its arguments."""
    whole = _Parser(prog="mtqe", description="Judge machine translation: align, score, find errors, compare, report.")
    whole.add_argument("--version", action="version", version=f"mtqe {__version__}")
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = _command(commands, "run", "run an experiment file and write its report")
    run.add_argument("file", metavar="FILE.toml", type=Path)
    _encoding_errors(run)
    _device(run)
    _output(run)

    evaluate = _command(commands, "evaluate", "do everything on files or data sets, and write a report")
    _files(evaluate)
    _data_set(evaluate)
    evaluate.set_defaults(documents=None)
    evaluate.add_argument("--name", help="name of the test set (default: the reference's file name)")
    _statistics(evaluate)
    _device(evaluate)
    _output(evaluate)

    score = _command(commands, "score", "print corpus scores of files that agree line by line, or of data sets (-d)")
    _files(score)
    _data_set(score)
    _documents(score)
    _gates(score)
    _device(score)
    score.add_argument(
        "--shard", type=_shard, metavar="I/N", help="run trained metrics on this part of the work only, for mtqe merge"
    )
    score.add_argument("-o", "--output", type=Path, metavar="DIR", help="where shards are kept (with --shard)")
    _format(score)

    merge = _command(commands, "merge", "print the scores of a directory that has all shards of mtqe score --shard")
    merge.add_argument("directory", metavar="DIR", type=Path)

    _translate(commands)
    _align(commands)
    _entities(commands)
    _fluency(commands)
    _compare(commands)

    convert = _command(commands, "convert", "write a text, a data set or error spans in another format")
    convert.add_argument("input", metavar="A", help="what -d and -r take; or what --ratings takes; or a run directory")
    convert.add_argument(
        "output",
        metavar="B",
        type=Path,
        help="a .txt, .tsv or .jsonl file, or an EvalSet directory; of error spans a .jsonl file, or .tsv for Marot",
    )
    convert.add_argument("-d", "--dataset", metavar="DATA", help="has the texts of ratings that come without (ESA)")
    _languages(convert, required=False)
    _input_format(convert)
    convert.add_argument("--output-format", metavar="NAME", help="write by this format, whatever B ends with")

    report = _command(commands, "report", "render the report of a run directory anew")
    report.add_argument("directory", metavar="DIR", type=Path)
    report.add_argument("--schema", action=_Schema, nargs=0, help="print the JSON Schema of results.json and exit")
    where = report.add_mutually_exclusive_group()
    where.add_argument("--index", action="store_true", help="write DIR/index.html over all reports below DIR instead")
    _output(where, default="DIR")

    _format(_command(commands, "metrics", "list the metrics, their parameters and the published models"))
    _fetch(commands)
    _doctor(commands)
    for name, command in commands.choices.items():
        command.set_defaults(command=functions[name])
    return whole


def _translate(commands: Any) -> None:
    translate = _command(commands, "translate", "translate a text by a model, on this machine or behind an endpoint")
    translate.add_argument(
        "-s", "--source", required=True, metavar="PATH", help="a file, or a directory with one file a document"
    )
    _languages(translate, example="uk-en")
    translate.add_argument(
        "--model", required=True, metavar="ID", help="a directory, OWNER/NAME@REVISION, or what the endpoint calls it"
    )
    translate.add_argument("--task", choices=("seq2seq", "chat"), help="what kind of model it is (default: seq2seq)")
    translate.add_argument("--beam", type=_positive, metavar="N", help="beams (default: 1, greedy search)")
    translate.add_argument(
        "--max-tokens", type=_positive, metavar="N", help="of a segment's translation (default: 512)"
    )
    translate.add_argument("--temperature", type=float, metavar="T", help="draw at random (default: 0, do not)")
    translate.add_argument(
        "--top-p", type=float, metavar="P", help="of the likeliest tokens with this share (default: 1)"
    )
    translate.add_argument("--seed", type=int, metavar="N", help="of what is drawn (default: 12345)")
    translate.add_argument("--dtype", choices=("fp32", "bf16", "fp16"), help="(default: fp32, on a GPU bf16)")
    translate.add_argument("--batch-tokens", type=_positive, metavar="N", help="tokens of a batch, padding included")
    _device(translate)
    chat = translate.add_argument_group("chat models")
    chat.add_argument("--prompt", metavar="TEXT", help="with {text}, {source_language} and {target_language} in it")
    chat.add_argument("--examples", type=Path, metavar="FILE.tsv", help="shown first: source, tab, translation")
    chat.add_argument(
        "--context", type=_positive, metavar="N", help="segments before, with their translations, shown too"
    )
    endpoint = translate.add_argument_group("endpoints")
    endpoint.add_argument("--endpoint", metavar="URL", help="of an OpenAI-compatible server: https://HOST/v1")
    endpoint.add_argument("--key-variable", metavar="NAME", help="environment variable with its key (OPENAI_API_KEY)")
    endpoint.add_argument("--concurrency", type=_positive, metavar="N", help="requests at once (default: 8)")
    endpoint.add_argument("--timeout", type=float, metavar="SECONDS", help="for a request (default: 120)")
    endpoint.add_argument("--price-in", type=float, metavar="P", help="of a million tokens in the prompt")
    endpoint.add_argument("--price-out", type=float, metavar="P", help="of a million tokens in the answer")
    _input_format(translate)
    translate.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="a file; a directory where the source is one"
    )


def _align(commands: Any) -> None:
    align = _command(commands, "align", "link the lines of a translation with those that they answer")
    align.add_argument(
        "-t",
        "--translations",
        required=True,
        metavar="PATH",
        help="output of one system: a file, or a directory with one file a document",
    )
    other = align.add_mutually_exclusive_group(required=True)
    other.add_argument("-r", "--references", metavar="PATH", help="one reference")
    other.add_argument("-s", "--source", metavar="PATH", help="what was translated, where there is no reference")
    align.add_argument("--encoder", metavar="NAME", help="minilm (English), or a transformers model by id or path")
    align.add_argument("--reorder", action="store_true", help="link blocks that stand elsewhere in the text, too")
    _device(align)
    _input_format(align)
    _format(align, ("text", "jsonl", "tsv"))


def _entities(commands: Any) -> None:
    entities = _command(commands, "entities", "list the names and numbers that translations get wrong")
    _translations(entities)
    entities.add_argument("-r", "--references", nargs="+", default=(), metavar="PATH", help="one path a reference")
    entities.add_argument("-s", "--source", metavar="PATH", help="what was translated; enough without a reference")
    _languages(entities)
    entities.add_argument("--style", metavar="FILE.toml", help="aliases, suppressions, naming policy, glossary")
    entities.add_argument(
        "--decisions", type=Path, metavar="FILE", help="findings.csv with decisions: error, variant or wrong"
    )
    _input_format(entities)
    _format(entities, ("text", "csv", "jsonl"))


def _fluency(commands: Any) -> None:
    fluency = _command(
        commands, "fluency", "score how fluent texts are, without a reference, and mark where they are not"
    )
    _translations(fluency)
    _languages(fluency)
    fluency.add_argument(
        "--lm",
        default="auto",
        metavar="NAME",
        help="hf:ID@REVISION or hf:DIR is a causal language model (default: auto)",
    )
    fluency.add_argument(
        "--lm-text", nargs="+", default=(), metavar="PATH", help="human text in the language, to fit the model on"
    )
    fluency.add_argument("--probe", choices=("minilm",), help="let an encoder look for broken syntax (English)")
    _device(fluency)
    _input_format(fluency)
    _format(fluency, ("text", "csv", "jsonl"))


def _compare(commands: Any) -> None:
    compare = _command(
        commands,
        "compare",
        "test systems against each other: of runs (DIR), files (-t, -r) or data sets (-d), or by scores made elsewhere",
    )
    compare.add_argument("directories", nargs="*", metavar="DIR", type=Path, help="run directories")
    _files(compare)
    _data_set(compare)
    _documents(compare)
    compare.add_argument("--scores", nargs="+", metavar="FILE.tsv", help="segment scores, columns system, score, ...")
    compare.add_argument(
        "--lower-is-better", nargs="+", default=(), metavar="METRIC", help="metrics of --scores that count errors"
    )
    compare.add_argument("--test-set", help="one test set, where there are several (default: each of them)")
    tests, corrections = ("permutation", "bootstrap", "wilcoxon"), ("max-t", "holm")
    compare.add_argument("--test", default=tests[0], choices=tests, help="(default: %(default)s)")
    compare.add_argument("--correction", default=corrections[0], choices=corrections, help="(default: %(default)s)")
    compare.add_argument("--margin", type=float, metavar="POINTS", help="call systems equivalent within this")
    compare.add_argument("--compat", choices=("sacrebleu",), help="its p-values and intervals, bit by bit")
    _statistics(compare)
    _device(compare)
    _gates(compare)
    compare.add_argument("--fail-if-worse", metavar="SYSTEM", help="exit 4 if a system is shown to be worse than this")
    _format(compare)


def _fetch(commands: Any) -> None:
    fetch = _command(commands, "fetch", "bring the models of metrics here, for machines without a network")
    fetch.add_argument("metrics", nargs="+", metavar="METRIC", help="such as comet:Unbabel/wmt22-comet-da@REVISION")


def _doctor(commands: Any) -> None:
    doctor = _command(commands, "doctor", "check that this machine and the models of metrics are ready to score")
    doctor.add_argument("metrics", nargs="*", metavar="METRIC", help="such as comet:Unbabel/wmt22-comet-da")
    doctor.add_argument("--parity", metavar="METRIC", help="compare its scores of an example with published ones")
    doctor.add_argument(
        "--expected",
        type=Path,
        metavar="FILE.json",
        help="the example: source, languages, and segments with mt, src, ref, score",
    )
    _device(doctor)
    _format(doctor, ("text", "json"))


class _Parser(argparse.ArgumentParser):
    """Options are never abbreviated, so that a new one cannot change what an old command line means."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


class _Schema(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(resources.files("mtqe.report").joinpath("results.schema.json").read_text("utf-8"), end="")
        parser.exit()


def _command(commands: Any, name: str, text: str) -> Any:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.add_argument("--debug", action="store_true", help="show where an error came from")
    return command


def _files(command: argparse.ArgumentParser) -> None:
    _translations(command, required=False)
    which = "one path a reference; with -d, names of its references to use"
    command.add_argument("-r", "--references", nargs="+", metavar="PATH", help=which)
    command.add_argument("-s", "--source", metavar="PATH")
    _languages(command, required=False)
    command.add_argument(
        "-m", "--metrics", nargs="+", metavar="METRIC", help="such as chrf:word_order=2 bertscore:minilm meaning"
    )
    command.add_argument("--strict", action="store_true", help="end where the texts look odd, rather than warn of it")
    _input_format(command)


def _translations(command: argparse.ArgumentParser, required: bool = True) -> None:
    command.add_argument(
        "-t",
        "--translations",
        nargs="+",
        required=required,
        metavar="[NAME=]PATH",
        help="system outputs: files, or directories with one file a document; NAME=PATH,PATH are runs of one system",
    )


def _languages(
    command: argparse.ArgumentParser, required: bool = True, example: str = "uk-en, or en when there is no source"
) -> None:
    command.add_argument("-l", "--languages", required=required, help=example)


def _input_format(command: argparse.ArgumentParser) -> None:
    command.add_argument("--input-format", metavar="NAME", help="read every file by this reader")
    _encoding_errors(command)


def _encoding_errors(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--encoding-errors",
        choices=("strict", "replace"),
        default="strict",
        help="refuse files with bytes that are no UTF-8, or read U+FFFD for them (default: %(default)s)",
    )


def _statistics(command: argparse.ArgumentParser) -> None:
    command.add_argument("--baseline", metavar="SYSTEM", help="test the others against this one (default: all pairs)")
    command.add_argument("--unit", default="auto", choices=("auto", "document", "segment"), help="what is resampled")
    command.add_argument(
        "--draws", type=_positive, metavar="N", help="permutations (default: 10000, more where many pairs ask for them)"
    )
    command.add_argument("--seed", type=int, default=12345, metavar="N", help="(default: %(default)s)")


def _data_set(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-d",
        "--dataset",
        nargs="+",
        default=(),
        metavar="DATA",
        help="a .tsv, .csv, .jsonl or .parquet file with columns reference, source, one a system, ...; an EvalSet "
        "directory, a WMT .xml; wmt23 and other test sets of sacreBLEU; hf:ID,COLUMN=...; -t adds systems to it",
    )
    command.add_argument(
        "--ratings",
        nargs="+",
        default=(),
        metavar="FILE",
        help="error spans by people, as scores human:mqm or human:esa: TSV of Marot or WMT's MQM, CSV of WMT's ESA",
    )


def _documents(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--documents", metavar="FILE", help="the document of each line of the reference, or domain, tab and document"
    )


def _gates(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fail-below",
        nargs="+",
        action="extend",
        default=[],
        type=_limit,
        metavar="METRIC=SCORE",
        help="exit 4 if an output scores worse (higher, where lower is better)",
    )


def _device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device",
        metavar="NAME",
        help="cpu, mps, cuda, cuda:0,1 (a worker on each), cuda:0+1 (one model on both) (default: a GPU, if any)",
    )


def _shard(text: str) -> tuple[int, int]:
    own, _, of = text.partition("/")
    if not (own.isdecimal() and of.isdecimal() and 1 <= int(own) <= int(of)):
        raise argparse.ArgumentTypeError(f"is I/N with I from 1 to N, such as 3/16, not {text!r}")
    return int(own), int(of)


def _limit(text: str) -> tuple[str, float]:
    metric, _, limit = text.rpartition("=")
    try:
        if not math.isfinite(float(limit)):
            raise ValueError
        return metric, float(limit)
    except ValueError:
        raise argparse.ArgumentTypeError(f"is METRIC=SCORE, such as chrf=50, not {text!r}") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text!r}")
    return int(text)


def _output(command: argparse._ActionsContainer, default: str = "reports/NAME") -> None:
    command.add_argument("-o", "--output", type=Path, metavar="DIR", help=f"where to write (default: {default})")


def _format(command: argparse.ArgumentParser, choices: Sequence[str] = FORMATS) -> None:
    command.add_argument("-f", "--format", choices=choices, default="text", help="(default: %(default)s)")
