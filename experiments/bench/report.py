"""The report of 10,000 segments x 20 systems in headless Chromium: size, time, memory and requests against their bars.

DATA is a folder like ../shared/data/wmt21, PAIR one of its pairs. Its lines are repeated; each repetition of each
system's output has two neighbouring words swapped and another word replaced by one of that system's, at random places,
so that no repetition is like another. Systems beyond those of DATA are made in the same way. Scored are chrF and BLEU;
every capitalised word of an output that its reference lacks is marked as a wrong name, about as many as the metric
`entities` marks, at none of its cost.

    OPENBLAS_NUM_THREADS=1 python experiments/bench/report.py -d ../shared/data/wmt21 -l ja-en
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import mtqe
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.report import write
from mtqe.results import EntityError, Evaluation, MetricInfo, MetricSpec, SegmentScores

BARS = {
    "file (MB)": 10.0,
    "ready (ms)": 2000.0,
    "sort (ms)": 50.0,
    "first search (ms)": 400.0,
    "next search (ms)": 50.0,
    "elements": 3000.0,
    "heap (MB)": 150.0,
    "requests": 0.0,
    "console messages": 0.0,
}
ORDERS = ("a-b", "b-a", "worst", "disagreement", "entities", "order")
SEARCHES = ("committee", "the", "tokyo", "Ukraine 2", "e")
#: How often the same sort and the same search are timed; their figure is the median.
REPEATED = 5
_NAME = re.compile(r"(?<=\w )[A-Z]\w+")
#: Dispatches an input event and says how long its handler and the layout that it asks for took.
SET = """([name, value]) => {
  const field = document.querySelector(`#explorer [name="${name}"]`);
  const start = performance.now();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""
READY = """new MutationObserver((_, observer) => {
  if (!document.querySelector("#explorer[data-ready]")) return;
  window.ready = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });"""


def evaluation(data: Path, pair: str, size: int, systems: int) -> Evaluation:
    test_set = _test_set(data, pair, size, systems)
    scores = mtqe.score(test_set, ["chrf", "bleu"])
    spec = MetricSpec("names")
    names = MetricInfo("names", "Names kept", 1, True, (0, 100), spec)
    values = {(system.key, "names"): _marked(test_set, system) for system in test_set.systems}
    scores = replace(scores, metrics={**scores.metrics, "names": names}, values={**scores.values, **values})
    comparison = mtqe.compare(scores, metric="chrf")
    return Evaluation(f"{pair}, {size} x {systems}", (test_set,), (scores,), (comparison,), (), {}, write)


def _test_set(data: Path, pair: str, size: int, systems: int) -> TestSet:
    sources, references = (
        _lines(data / "sources" / f"{pair}.txt"),
        _lines(data / "references" / f"{pair}.refA.txt"),
    )
    domains = [line.split("\t") for line in _lines(data / "documents" / f"{pair}.docs")]
    files = sorted((data / "system-outputs" / pair).glob("*.txt"))
    turns = [(turn, i) for turn in range(-(-size // len(sources))) for i in range(len(sources))][:size]
    documents: dict[str, list[Segment]] = {}
    for turn, i in turns:
        name = f"{domains[i][1]}-{turn}"
        segment = Segment(f"{turn}-{i}", sources[i], (references[i],), name)
        documents.setdefault(name, []).append(segment)
    found = tuple(Document(name, tuple(of), {"domain": f"domain-{len(of) % 3}"}) for name, of in documents.items())
    order = [tuple(map(int, segment.id.split("-"))) for document in found for segment in document.segments]
    outputs = []
    for s in range(systems):
        texts = _lines(files[s % len(files)])
        words = " ".join(texts).split()
        generator = np.random.default_rng(s)
        changed = (turn > 0 or s >= len(files) for turn, _ in order)
        own = [
            _changed(texts[i], words, generator) if new else texts[i]
            for (_, i), new in zip(order, changed, strict=True)
        ]
        outputs.append(SystemOutput(f"{files[s % len(files)].stem}{'-2' * (s >= len(files))}", tuple(own)))
    return TestSet(pair, *pair.split("-"), found, tuple(outputs))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _changed(text: str, vocabulary: list[str], generator: np.random.Generator) -> str:
    words = text.split(" ")
    at, other = generator.integers(len(words), size=2)
    words[at : at + 2] = words[at : at + 2][::-1]
    words[other] = vocabulary[generator.integers(len(vocabulary))]
    return " ".join(words)


def _marked(test_set: TestSet, system: SystemOutput) -> SegmentScores:
    spans = [
        tuple(_names(s.references[0] or "", text or ""))
        for s, text in zip(test_set.segments, system.texts, strict=True)
    ]
    return SegmentScores(np.array([100.0 - 10 * len(of) for of in spans]), spans=tuple(spans))


def _names(reference: str, text: str) -> Iterator[EntityError]:
    """Capitalised words inside the text that the reference lacks, each beside one of its own that the text lacks."""
    expected = [match.span() for match in _NAME.finditer(reference) if match[0] not in text]
    found = [match.span() for match in _NAME.finditer(text) if match[0] not in reference]
    for span, other in zip(found, expected, strict=False):
        yield EntityError(span, other, confidence=0.8, status="misspelled", type="place")


def measured(report: Path) -> Iterator[tuple[str, float]]:
    """Each figure as it is known, some of them several times."""
    from playwright.sync_api import sync_playwright

    yield "file (MB)", report.stat().st_size / 1e6
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.add_init_script(READY)
        for _ in range(3):
            page.goto(report.as_uri())
            page.wait_for_selector("#explorer[data-ready]")
            yield "ready (ms)", page.evaluate("window.ready")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield "first sort (ms)", page.evaluate(SET, ["sort", ORDERS[0]])
        for order in ORDERS:
            yield "sort (ms)", statistics.median(page.evaluate(SET, ["sort", order]) for _ in range(REPEATED))
            yield "elements", page.evaluate("document.querySelectorAll('*').length")
        yield "explorer's elements", page.evaluate("document.querySelectorAll('#explorer *').length")
        yield "first search (ms)", page.evaluate(SET, ["text", SEARCHES[0]])
        for text in SEARCHES:
            yield "next search (ms)", statistics.median(page.evaluate(SET, ["text", text]) for _ in range(REPEATED))
            yield "elements", page.evaluate("document.querySelectorAll('*').length")
        page.evaluate(SET, ["text", ""])
        yield from _scrolled(page)
        yield from _heap(page)
        yield "requests", len([url for url in asked if url != report.as_uri()])
        yield "console messages", len(said)
        browser.close()


def _scrolled(page: Any) -> Iterator[tuple[str, float]]:
    for k in range(10):
        script = """(k) => { const view = document.querySelector("#explorer .view"); const start = performance.now();
          view.scrollTop = k * 7919; view.dispatchEvent(new Event("scroll")); return performance.now() - start; }"""
        yield "redraw (ms)", page.evaluate(script, k)
        yield "elements", page.evaluate("document.querySelectorAll('*').length")


def _heap(page: Any) -> Iterator[tuple[str, float]]:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    yield "heap (MB)", (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-d", "--data", type=Path, required=True)
    parser.add_argument("-l", "--languages", default="ja-en", metavar="PAIR")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--systems", type=int, default=20)
    parser.add_argument("-o", "--output", type=Path, help="keep the report in this directory")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        made = evaluation(arguments.data, arguments.languages, arguments.size, arguments.systems)
        report = made.report(arguments.output or Path(directory))
        figures: dict[str, list[float]] = {}
        for name, value in measured(report):
            figures.setdefault(name, []).append(value)
    for name, values in figures.items():
        bar = BARS.get(name)
        verdict = "" if bar is None else f"   at most {bar:g}: {'met' if max(values) <= bar else 'MISSED'}"
        middle = f" (median {statistics.median(values):.1f} of {len(values)})" if len(values) > 1 else ""
        print(f"{name:20} {max(values):8.1f}{middle}{verdict}")


if __name__ == "__main__":
    main()
