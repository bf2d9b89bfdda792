"""Writes predictions of lines and fluency on the development data, for the scorers that belong to the data.

Those of entities experiments/bench/entities.py writes.

python experiments/bench/predictions.py ../shared/data OUT
python ../shared/tools/score_align.py ../shared/data/align/syn_web.jsonl OUT/align.jsonl --by family
python ../shared/tools/score_fluency.py --scores OUT/fluency.jsonl
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mtqe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, predict in (("align", align), ("fluency", fluency)):
        with (arguments.out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in predict(arguments.data / name))


def align(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        for row in read(path):
            links = mtqe.align(row["hyp"], row["ref"]).links
            yield {"id": row["id"], "links": [[link.hyp, link.ref] for link in links]}


def fluency(folder: Path) -> Iterator[dict[str, Any]]:
    """Every text that the scorer asks for, with the human text of its language beside the set as `lm_text`."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    for row in [*read(folder / "pairs_demetr.jsonl"), *read(folder / "pairs_synth.jsonl")]:
        texts[row["lang"]] |= {row["good"]: None, row["bad"]: None}
    texts["en"] |= {row["text"]: None for row in read(folder / "mqm_ted_zhen.jsonl")}
    for language, of in texts.items():
        lm_text = (folder / "lm_text" / f"{language}.txt").read_text(encoding="utf-8").split("\n")
        result = mtqe.score_fluency(list(of), language=language, lm_text=lm_text)
        for text, score in zip(of, result.scores.tolist(), strict=True):
            yield {"lang": language, "text": text, "score": -1e9 if score != score else score}


def read(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    main()
