"""The command line: words to the public functions, results to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import io
import logging
import os
import re
import shutil
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from mtqe.arguments import parser
from mtqe.errors import ConfigError, GateError, MtqeError, UnavailableError
from mtqe.inputs import beside, in_data_set, loaded, one_input, ratings_of, scored, scores_to_compare
from mtqe.neural.session import session
from mtqe.plugins import unknown
from mtqe.text import encoding_errors

if TYPE_CHECKING:
    from mtqe.results import Evaluation


_KINDS = {"input": "note", "warning": "warning", "unchecked": "not checked"}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: see `errors.py`, 70 for an internal error, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = parser(COMMANDS).parse_args(argv)
    arguments.words = list(sys.argv[1:] if argv is None else argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    warnings.showwarning = lambda message, *_: print(f"warning: {message}", file=sys.stderr)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        reading = encoding_errors(getattr(arguments, "encoding_errors", "strict"))
        with session(device=getattr(arguments, "device", None)), reading:
            arguments.command(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except MtqeError as error:
        if arguments.debug:
            raise
        print(f"mtqe: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("mtqe: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if arguments.debug:
            raise
        print(f"mtqe: {error.filename2 or error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return 1
    except Exception as error:
        if arguments.debug:
            raise
        print(
            f"mtqe: internal error: {type(error).__name__}: {error}; run again with --debug and report it",
            file=sys.stderr,
        )
        return 70
    return 0


def _run(arguments: argparse.Namespace) -> None:
    from mtqe.run import run_experiment

    _prepare(arguments.output)
    _finish(run_experiment(arguments.file), arguments.output)


def _evaluate(arguments: argparse.Namespace) -> None:
    from mtqe.run import evaluate

    one_input(arguments, "dataset")
    _prepare(arguments.output)
    evaluation = evaluate(
        arguments.translations or (),
        arguments.references or (),
        languages=arguments.languages,
        source=arguments.source,
        datasets=arguments.dataset,
        ratings=arguments.ratings,
        metrics=arguments.metrics,
        name=arguments.name,
        baseline=arguments.baseline,
        unit=arguments.unit,
        draws=arguments.draws,
        seed=arguments.seed,
        input_format=arguments.input_format,
        strict=arguments.strict,
    )
    _finish(evaluation, arguments.output)


def _translate(arguments: argparse.Namespace) -> None:
    from dataclasses import fields

    from mtqe.readers import split_languages
    from mtqe.translation.model import ModelSystem
    from mtqe.translation.outputs import summary, translate_file

    source, target = split_languages(arguments.languages)
    if source is None:
        raise ConfigError(f"a model translates from a source; write -l uk-{target}")
    options = {field.name: getattr(arguments, field.name, None) for field in fields(ModelSystem)}
    given = {name: value for name, value in options.items() if value is not None}
    system = ModelSystem(**{"source_language": source, "target_language": target, **given})
    found = translate_file(arguments.source, arguments.output, system, arguments.input_format)
    print(summary(found), file=sys.stderr)
    if failed := sum(answer.temporary for answer in found.answers):
        raise UnavailableError(
            f"{failed} of {len(found.answers)} segments may have a translation another time: run again"
        )


def _report(arguments: argparse.Namespace) -> None:
    from mtqe.report.index import write_index
    from mtqe.run import load_evaluation

    if arguments.index:
        print(write_index(arguments.directory))
        return
    evaluation = load_evaluation(arguments.directory)
    print(evaluation.report(arguments.output or arguments.directory))


def _score(arguments: argparse.Namespace) -> None:
    from mtqe.comparison.gates import too_low
    from mtqe.metrics import DEFAULT
    from mtqe.metrics._streaming import score_data_set
    from mtqe.readers import streams
    from mtqe.report.console import scores_text

    one_input(arguments, "dataset")
    if arguments.shard or arguments.output:
        _score_shard(arguments)
        return
    options = {"languages": arguments.languages, "input_format": arguments.input_format}
    scores: list[Any] = [] if arguments.dataset else [scored(arguments, arguments.references, **beside(arguments))]
    for path in arguments.dataset:
        whole = arguments.translations or arguments.references or arguments.ratings
        if whole or not streams(path, arguments.input_format):
            scores.append(scored(arguments, path, **in_data_set(arguments)))
            continue
        of_set, notes = score_data_set(path, arguments.metrics or DEFAULT, strict=arguments.strict, **options)
        for note in notes:
            print(f"note: {note}", file=sys.stderr)
        scores.append(of_set)
    failed = [line for of in scores for line in too_low(of, dict(arguments.fail_below))]
    print(scores_text(scores, arguments.format), end="", flush=True)
    _gate(failed)


def _score_shard(arguments: argparse.Namespace) -> None:
    from mtqe import metrics
    from mtqe.neural.checkpoints import need_neural
    from mtqe.neural.shards import Request

    if not (arguments.shard and arguments.output):
        raise ConfigError("--shard I/N and -o DIR go together")
    need_neural("--shard")
    own, of = arguments.shard
    request = Request.of(arguments.words, of)
    request.check(arguments.output)
    _prepare(arguments.output)
    for path in arguments.dataset or [arguments.references]:
        test_set = loaded(arguments, path, **(in_data_set if arguments.dataset else beside)(arguments))
        with session(store=arguments.output, shard=arguments.shard):
            for name in metrics.compute_shard(test_set, arguments.metrics or metrics.DEFAULT):
                print(f"shard {own} of {of}: {name} of {test_set.name} is in {arguments.output}", file=sys.stderr)
    request.keep(arguments.output)  # not before: a command that fails must not bar the one that corrects it


def _merge(arguments: argparse.Namespace) -> None:
    from mtqe.neural.shards import Request

    request = Request.read(arguments.directory)
    again, store = parser(COMMANDS).parse_args(request.words), arguments.directory.resolve()
    os.chdir(request.directory)
    reading = encoding_errors(again.encoding_errors)
    with session(store=store, merged=request.device, device=again.device), reading:
        _score(again)


def _gate(failed: Sequence[str]) -> None:
    if failed:
        raise GateError(f"gate not passed: {'; '.join(failed)}")


def _align(arguments: argparse.Namespace) -> None:
    from mtqe.alignment.show import align_files, json_lines, side_by_side, table

    rows, notes = align_files(
        arguments.translations,
        arguments.references,
        source=arguments.source,
        input_format=arguments.input_format,
        encoder=arguments.encoder,
        reorder=arguments.reorder,
    )
    if arguments.format == "text":
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        print(side_by_side(rows, shutil.get_terminal_size((100, 24)).columns, colour), end="", flush=True)
    else:
        _for_programs()
        print((json_lines if arguments.format == "jsonl" else table)(rows), end="", flush=True)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _entities(arguments: argparse.Namespace) -> None:
    from mtqe.entities.user.decisions import read_decisions
    from mtqe.entities.user.style import Style
    from mtqe.report import editor
    from mtqe.run import find_entities

    style = Style.load(arguments.style) if arguments.style else None
    decisions = read_decisions(arguments.decisions) if arguments.decisions else None
    evaluation = find_entities(
        arguments.translations,
        arguments.references,
        languages=arguments.languages,
        source=arguments.source,
        style=decisions.as_style(style) if decisions else style,
        input_format=arguments.input_format,
    )
    _say_notes(evaluation)
    if arguments.format != "text":
        _for_programs()
    forms = {"text": editor.to_text, "csv": editor.to_csv, "jsonl": editor.to_json_lines}
    print(forms[arguments.format](evaluation), end="", flush=True)
    if decisions:
        print(editor.precision_line(decisions), file=sys.stdout if arguments.format == "text" else sys.stderr)


def _fluency(arguments: argparse.Namespace) -> None:
    from mtqe.fluency.files import fluency_of_files
    from mtqe.report import fluency

    systems, notes = fluency_of_files(
        arguments.translations,
        languages=arguments.languages,
        lm=arguments.lm,
        lm_text=arguments.lm_text,
        probe=arguments.probe,
        input_format=arguments.input_format,
    )
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    if arguments.format != "text":
        _for_programs()
    forms = {"text": fluency.to_text, "csv": fluency.to_csv, "jsonl": fluency.to_json_lines}
    print(forms[arguments.format](systems), end="", flush=True)
    for signature in dict.fromkeys(system.result.signature for system in systems):
        print(f"signature: {signature}", file=sys.stderr)


def _compare(arguments: argparse.Namespace) -> None:
    from mtqe.comparison.gates import too_low, worse_than
    from mtqe.report.console import about, comparisons_text
    from mtqe.run import compare

    if arguments.baseline and arguments.fail_if_worse not in (None, arguments.baseline):
        raise ConfigError("--fail-if-worse names another system than --baseline")
    if arguments.lower_is_better and not arguments.scores:
        raise ConfigError("--lower-is-better is for the metrics of --scores")
    baseline = arguments.fail_if_worse or arguments.baseline
    results = []
    for scores in scores_to_compare(arguments):
        comparison = compare(
            scores,
            metric=arguments.metrics[0] if arguments.metrics else None,
            unit=arguments.unit,
            baseline=baseline,
            test=arguments.test,
            correction=arguments.correction,
            margin=arguments.margin,
            draws=arguments.draws,
            seed=arguments.seed,
            compat=arguments.compat,
        )
        results.append((scores, comparison))
    for scores, _ in results:
        for name in arguments.metrics or ():
            if name not in scores.metrics:
                raise ConfigError(unknown(f"metric {name!r} of {scores.test_set}", name, scores.metrics))
    shown = arguments.metrics or list(dict.fromkeys(name for scores, _ in results for name in scores.metrics))
    failed = [line for scores, _ in results for line in too_low(scores, dict(arguments.fail_below))]
    if arguments.fail_if_worse:
        failed += [line for scores, comparison in results for line in worse_than(scores, comparison, baseline)]
    print(comparisons_text(results, shown, arguments.format), end="", flush=True)
    print(about(results), file=sys.stderr)
    _gate(failed)


def _convert(arguments: argparse.Namespace) -> None:
    from mtqe import ratings, readers

    if (found := ratings_of(arguments)) is not None:
        notes = ratings.write(found, arguments.output, arguments.output_format)
    elif arguments.dataset:
        raise ConfigError(f"-d has the texts of ratings, and {arguments.input} holds none")
    elif not arguments.languages:
        raise ConfigError("the following arguments are required: -l/--languages")
    else:
        notes = readers.write(loaded(arguments, arguments.input), arguments.output, arguments.output_format)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _metrics(arguments: argparse.Namespace) -> None:
    from mtqe.report.tables import metrics_text

    print(metrics_text(arguments.format), end="")


def _fetch(arguments: argparse.Namespace) -> None:
    from mtqe.neural.fetch import fetch, listing

    failed = []
    for request in arguments.metrics:
        try:
            print(listing(request, fetch(request)), end="", flush=True)
        except UnavailableError as error:
            failed.append(f"{request}: {error}")
    if failed:
        raise UnavailableError("\nmtqe: ".join(failed))


def _doctor(arguments: argparse.Namespace) -> None:
    from dataclasses import asdict

    from mtqe.neural.doctor import examine
    from mtqe.neural.parity import example
    from mtqe.report.tables import to_json

    if arguments.expected and not arguments.parity:
        raise ConfigError("--expected is for --parity METRIC")
    parity = (arguments.parity, example(arguments.parity, arguments.expected)) if arguments.parity else None
    findings = []
    for finding in examine(arguments.metrics, parity):
        findings.append(finding)
        if arguments.format == "text":
            print(finding, flush=True)
    if arguments.format == "json":
        print(to_json([asdict(finding) for finding in findings]), end="", flush=True)
    if failed := sum(not finding.works for finding in findings):
        raise UnavailableError(f"{failed} of {len(findings)} checks failed")


def _for_programs() -> None:
    """Files for programs do not depend on what this terminal can show."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _prepare(output: Path | None) -> None:
    """Makes the output directory before the work, so that a path that cannot be one costs none."""
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)


def _finish(evaluation: Evaluation, output: Path | None) -> None:
    directory = output or Path("reports") / (re.sub(r"[^\w.-]+", "-", evaluation.name).strip("-.") or "report")
    _say_notes(evaluation)
    print(evaluation.report(directory))


def _say_notes(evaluation: Evaluation) -> None:
    for note in evaluation.notes:
        print(f"{_KINDS[note.kind]}: {evaluation.say(note)}", file=sys.stderr)


def _interrupt(_signal: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt


COMMANDS = {
    "run": _run,
    "evaluate": _evaluate,
    "score": _score,
    "merge": _merge,
    "translate": _translate,
    "align": _align,
    "entities": _entities,
    "fluency": _fluency,
    "compare": _compare,
    "convert": _convert,
    "report": _report,
    "metrics": _metrics,
    "fetch": _fetch,
    "doctor": _doctor,
}
