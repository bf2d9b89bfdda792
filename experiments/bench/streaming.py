"""A data set of millions of segments scored with BLEU and chrF: time and peak memory, and parity with sacreBLEU.

DATA is a folder like ../shared/data/wmt21, PAIR one of its pairs. The text of its first systems is repeated, with
words swapped and the line number in it so that no two lines are alike. Each size is one `mtqe score -d` in a process of
its own; its peak must stay below 1.5 GB and not grow with the text. sacreBLEU gets the smallest size, at once.

    OPENBLAS_NUM_THREADS=1 python experiments/bench/streaming.py -d ../shared/data/wmt21 -l ja-en
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

BAR = 1500.0  # MB
#: The peak of the largest text may be this many times that of the smallest.
GROWTH = 1.1


def rows(data: Path, pair: str, size: int, systems: int) -> Iterator[list[str]]:
    """The header, then `size` rows of a reference and the outputs."""
    outputs = sorted((data / "system-outputs" / pair).glob("*.txt"))[:systems]
    columns = [lines(data / "references" / f"{pair}.refA.txt"), *map(lines, outputs)]
    yield ["reference", *(path.stem for path in outputs)]
    for i in range(size):
        yield [changed(column[i % len(column)], i, i // len(column)) for column in columns]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").replace("\t", " ").removesuffix("\n").split("\n")


def changed(text: str, number: int, turn: int) -> str:
    """The text with two neighbouring words swapped, others each turn, and a number that no other line has."""
    words = text.split(" ")
    at = turn % len(words)
    words[at : at + 2] = words[at : at + 2][::-1]
    return " ".join([*words, str(number)])


def write(path: Path, table: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(row) + "\n" for row in table)


def score(path: Path, log: Path) -> tuple[dict[tuple[str, str], float], float, float]:
    """Scores by system and metric, seconds of CPU time and peak memory in MB of a fresh process."""
    command = [sys.executable, "-m", "mtqe", "score", "-d", str(path), "-l", "en", "-m", "bleu", "chrf", "-f", "json"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(process.returncode)
    found = {(row["system"], row["metric"]): row["value"] for row in json.loads(log.read_bytes())["scores"]}
    return found, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def peer(path: Path) -> dict[tuple[str, str], float]:
    with path.open(encoding="utf-8", newline="\n") as file:
        head, *body = (line.removesuffix("\n").split("\t") for line in file)
    reference, *outputs = (list(column) for column in zip(*body, strict=True))
    return {
        (system, name): metric.corpus_score(texts, [reference]).score
        for system, texts in zip(head[1:], outputs, strict=True)
        for name, metric in (("bleu", BLEU()), ("chrf", CHRF()))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-d", "--data", type=Path, required=True)
    parser.add_argument("-l", "--languages", default="ja-en", metavar="PAIR")
    parser.add_argument("--sizes", type=int, nargs="+", default=[200_000, 1_000_000, 2_000_000])
    parser.add_argument("--systems", type=int, default=1)
    arguments = parser.parse_args()
    peaks = []
    with tempfile.TemporaryDirectory() as directory:
        path, log = Path(directory, "data.tsv"), Path(directory, "scores.json")
        write(path, rows(arguments.data, arguments.languages, 10, 1))
        score(path, log)  # compiles
        for size in sorted(arguments.sizes):
            write(path, rows(arguments.data, arguments.languages, size, arguments.systems))
            _, seconds, peak = score(path, log)
            peaks.append(peak)
            what = f"{size:9,} segments x {arguments.systems}, {path.stat().st_size / 2**20:5.0f} MiB"
            each = seconds / size / arguments.systems * 1e6
            print(f"{what}: {seconds:6.1f} s CPU, {each:5.1f} us a segment, peak {peak:4.0f} MB", flush=True)
        # last, since the memory of this process counts as its children's
        write(path, rows(arguments.data, arguments.languages, min(arguments.sizes), arguments.systems))
        found, _, _ = score(path, log)
        start = time.process_time()
        expected = peer(path)
        assert found == expected, f"scores differ from sacreBLEU's: {found}, {expected}"
        size = f"{min(arguments.sizes):,} segments"
        print(f"{size}: the same scores as sacreBLEU ({time.process_time() - start:.1f} s CPU)")
    print(f"peak below {BAR:.0f} MB: {'met' if max(peaks) < BAR else 'MISSED'}")
    print(f"not growing with the text (at most {GROWTH} x): {'met' if peaks[-1] <= GROWTH * peaks[0] else 'MISSED'}")


if __name__ == "__main__":
    main()
