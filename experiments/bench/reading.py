"""A million plain lines read by mtqe and as sacreBLEU's command line reads them: the shortest times, and their ratio.

The lines are the first reference of a data set such as ../shared/data/wmt21, over and over, with their numbers. The two
take turns, each in the same process; sacreBLEU's part is its `smart_open` and the loop around it.

    python experiments/bench/reading.py ../shared/data/wmt21/references/ja-en.refA.txt
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sacrebleu.utils import smart_open

from mtqe.readers import read


def mtqe_lines(path: Path) -> Sequence[str]:
    return read(path).documents[0].lines


def sacrebleu_lines(path: Path) -> list[str]:
    found = []
    for line in smart_open(str(path), encoding="utf-8"):
        found.append(line.rstrip())
    return found


def seconds(reader: Callable[[Path], Sequence[str]], path: Path) -> float:
    gc.collect()
    start = time.perf_counter()
    reader(path)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    some = arguments.text.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "lines.txt")
        text = "".join(f"{some[i % len(some)]} {i}\n" for i in range(arguments.lines))
        path.write_text(text, encoding="utf-8")
        assert list(mtqe_lines(path)) == sacrebleu_lines(path)
        times = [(seconds(mtqe_lines, path), seconds(sacrebleu_lines, path)) for _ in range(arguments.rounds)]
    ours, theirs = (min(column) for column in zip(*times, strict=True))
    print(f"{arguments.lines} lines, {len(text) / 2**20:.0f} Mi characters, fastest of {arguments.rounds}")
    print(f"mtqe {ours:.3f} s, sacreBLEU {theirs:.3f} s, ratio sacreBLEU / mtqe {theirs / ours:.2f}")


if __name__ == "__main__":
    main()
