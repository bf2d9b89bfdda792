"""Files of every kind, corrupted at random, N in all: what is raised that is no MtqeError, what hangs, what it takes.

    python experiments/bench/fuzz.py 200000 [SEED]

The kinds, their readers and the corruptions are those of tests/bad_inputs/fuzzing.py.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "bad_inputs"))

import fuzzing

_SLOW, _LARGE = 2.0, 500


def draw(chance: random.Random, name: str, data: bytes) -> bytes:
    """A file after one to four changes, or now and then any bytes at all; or another value, where it has values."""
    if name in fuzzing.VALUED and chance.random() < 0.5:
        return fuzzing.VALUED[name](data, chance.random(), chance.choice(fuzzing.VALUES))
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(300))
    edits = []
    for _ in range(min(chance.randint(1, 4), chance.randint(1, 4))):
        token = chance.choice(fuzzing.TOKENS) if chance.random() < 0.8 else chance.randbytes(chance.randint(1, 8))
        edits.append((chance.choice(fuzzing.EDITS), chance.random(), chance.random() ** 3, token))
    return fuzzing.corrupted(data, edits)


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    arguments = parser.parse_args()
    faulthandler.enable()
    chance = random.Random(arguments.seed)
    counts: Counter[tuple[str, str]] = Counter()
    slowest: dict[str, float] = dict.fromkeys(fuzzing.READERS, 0.0)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        fuzzing.write_files(directory)
        clean = {name: (directory / name).read_bytes() for name in fuzzing.READERS}
        for name, data in clean.items():
            assert fuzzing.outcome(name, data, directory) == "read", name
        before = highest = peak()
        for _ in range(arguments.cases):
            name = chance.choice(list(clean))
            data = draw(chance, name, clean[name])
            start = time.perf_counter()
            outcome = fuzzing.outcome(name, data, directory)
            seconds = time.perf_counter() - start
            slowest[name] = max(slowest[name], seconds)
            counts[name, outcome if outcome in ("read", "refused") else "other"] += 1
            counts[name, "slow"] += seconds > _SLOW
            if peak() > highest:
                highest = peak()
                counts[name, "large"] += highest - before > _LARGE
            if outcome not in ("read", "refused"):
                found[outcome[:300]] += 1
    columns = ("read", "refused", "other", "slow", "large")
    print(f"{'file':40}" + "".join(f"{column:>9}" for column in columns) + "  slowest")
    for name in clean:
        print(f"{name:40}" + "".join(f"{counts[name, c]:9}" for c in columns) + f"{slowest[name]:8.2f}s")
    totals = [sum(counts[name, c] for name in clean) for c in columns]
    print(f"{'all':40}" + "".join(f"{total:9}" for total in totals) + f"{max(slowest.values()):8.2f}s")
    print(
        f"memory: {before:.0f} MiB before, at most {highest - before:.0f} MiB more (a case is large over {_LARGE} MiB)"
    )
    for error, number in found.most_common():
        print(f"{number:6} {error}")


if __name__ == "__main__":
    main()
