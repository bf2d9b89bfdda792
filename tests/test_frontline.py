"""The corpus is what its manifest says, its gold lies where it says, and nothing in it comes from elsewhere."""

import json
import re
import runpy
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mtqe.readers import load
from mtqe.results import NO_ERROR
from mtqe.store import file_digest
from mtqe.text import read_lines, split_sentences

PAIRS = ("de-en", "uk-en")
PARALLEL = ("literal", "smooth", "chatty", "postedit")
CATEGORIES = {
    "misspelled": "Accuracy/Mistranslation",
    "replaced": "Accuracy/Mistranslation",
    "mistranslated": "Accuracy/Mistranslation",
    "wrong value": "Accuracy/Mistranslation",
    "omitted": "Accuracy/Omission",
    "hallucinated": "Accuracy/Addition",
    "untranslated": "Accuracy/Untranslated",
    "mistranslation": "Accuracy/Mistranslation",
    "reversal": "Accuracy/Mistranslation",
    "negation": "Accuracy/Mistranslation",
    "role swap": "Accuracy/Mistranslation",
    "omission": "Accuracy/Omission",
    "addition": "Accuracy/Addition",
    "chatter": "Accuracy/Addition",
    "untranslated words": "Accuracy/Untranslated",
    "loop": "Fluency/Duplication",
    "fluency": "Fluency",
    "variant": "No error",
}
STATUSES = frozenset(list(CATEGORIES)[:7])
NAMES = frozenset({"place", "person", "organisation", "group", "work", "title"})
NUMBERS = frozenset({"number", "date", "time", "money", "percent", "unit"})
WITHOUT_COUNTERPART = frozenset({"hallucinated", "addition", "chatter", "loop", "fluency", "untranslated words"})


@pytest.fixture(scope="module")
def corpus(root: Path) -> Path:
    return root / "corpora" / "frontline"


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def gold(corpus: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read_lines(corpus / "gold.jsonl").lines]


def lines_of(corpus: Path, row: dict[str, Any], side: str) -> Sequence[str]:
    folder = {"hyp": f"systems/{row['system']}", "ref": "references/A", "src": "source"}[side]
    return read_lines(corpus / row["pair"] / folder / f"{row['document']}.txt").lines


def test_every_file_has_its_checksum(corpus: Path, manifest: dict[str, Any]) -> None:
    paths = [*corpus.rglob("*.txt"), *corpus.glob("*.jsonl")]
    assert manifest["licence"] == "CC0-1.0"
    assert manifest["files"] == {path.relative_to(corpus).as_posix(): file_digest(path) for path in paths}


def test_the_corpus_has_the_documents_and_systems_of_the_manifest(corpus: Path, manifest: dict[str, Any]) -> None:
    assert {f"{s['source_language']}-{s['target_language']}" for s in manifest["test_sets"]} == set(PAIRS)
    segments = 0
    for entry in manifest["test_sets"]:
        pair = corpus / f"{entry['source_language']}-{entry['target_language']}"
        test_set = load(
            pair / "references" / "A",
            source=pair / "source",
            translations={name: pair / "systems" / name for name in PARALLEL},
            languages=pair.name,
        )
        segments += len(test_set.segments)
        assert [document.id for document in test_set.documents] == [d["id"] for d in entry["documents"]]
        assert test_set.notes == ()
        assert all(segment.source and segment.references[0] for segment in test_set.segments)
        assert {path.name for path in (pair / "systems").iterdir()} == {s["name"] for s in entry["systems"]}
        assert {path.stem for path in (pair / "references/B").iterdir()} == {d["id"] for d in entry["documents"]}
        assert [s["name"] for s in entry["systems"] if s.get("human")] == ["postedit"]
        assert {d["domain"] for d in entry["documents"]} == {
            "front line",
            "politics",
            "sport",
            "local news",
            "science",
        }
    assert manifest["counts"]["segments"] == segments >= 300
    assert manifest["counts"]["documents"] == 24


def test_every_gold_span_lies_where_it_says(corpus: Path, gold: list[dict[str, Any]]) -> None:
    for row in gold:
        for side in ("hyp", "ref", "src"):
            if span := row[side]:
                text = lines_of(corpus, row, side)[span["line"] - 1]
                assert 0 <= span["start"] <= span["end"] <= len(text), row
                assert text[span["start"] : span["end"]] == span["text"], row


def test_gold_items_are_of_a_known_kind(gold: list[dict[str, Any]]) -> None:
    assert len({row["id"] for row in gold}) == len(gold)
    assert STATUSES.isdisjoint(NO_ERROR)
    for row in gold:
        kind, type_ = row["kind"], row["type"]
        assert row["category"] == CATEGORIES[kind], row
        assert (row["severity"] == "neutral") == (kind == "variant"), row
        assert row["severity"] in ("neutral", "minor", "major", "critical"), row
        types = {
            "variant": NAMES | NUMBERS | {"meaning"},
            "wrong value": NUMBERS,
            **dict.fromkeys(STATUSES - {"wrong value"}, NAMES | NUMBERS),
        }
        assert type_ in types.get(kind, {None}), row
        assert (row["hyp"]["text"] == "") == (kind in ("omitted", "omission")), row
        assert row["ref"] or kind in WITHOUT_COUNTERPART, row
        assert row["ref"] is None or row["ref"]["text"] != row["hyp"]["text"], row


def test_gold_items_of_a_text_do_not_overlap(gold: list[dict[str, Any]]) -> None:
    spans = defaultdict(list)
    for row in gold:
        hyp = row["hyp"]
        spans[row["pair"], row["document"], row["system"], hyp["line"]].append((hyp["start"], hyp["end"]))
    for where, found in spans.items():
        ends = [0, *(end for _, end in sorted(found))]
        assert all(end <= start for end, (start, _) in zip(ends, sorted(found), strict=False)), where


def test_counts_agree_and_every_kind_is_frequent_in_both_pairs(
    manifest: dict[str, Any], gold: list[dict[str, Any]]
) -> None:
    errors = [row for row in gold if row["kind"] != "variant"]
    counts = manifest["counts"]
    assert counts["errors"] == len(errors) >= 400
    assert counts["variants"] == len(gold) - len(errors) >= 150
    for pair in PAIRS:
        kinds = Counter(row["kind"] for row in errors if row["pair"] == pair)
        types = Counter(row["type"] for row in errors if row["pair"] == pair and row["type"])
        assert counts["errors_by_kind"][pair] == kinds
        assert counts["errors_by_type"][pair] == types
        assert set(kinds) == set(CATEGORIES) - {"variant"}
        assert set(types) == NAMES | NUMBERS
        assert min(kinds.values()) >= 15
        assert min(types.values()) >= 15


def test_gold_alignment_links_every_line_once(corpus: Path) -> None:
    rows = [json.loads(line) for line in read_lines(corpus / "alignment.jsonl").lines]
    assert {(row["pair"], row["output"]) for row in rows} == {
        (pair, output) for pair in PAIRS for output in ("systems/webscrape", "references/B")
    }
    assert len(rows) == 2 * 24
    for row in rows:
        texts = [
            read_lines(corpus / row["pair"] / folder / f"{row['document']}.txt").lines
            for folder in (row["output"], "references/A")
        ]
        for side, lines in enumerate(texts):
            linked = sorted(chain.from_iterable(link[side] for link in row["links"]))
            assert linked == [i for i, line in enumerate(lines, 1) if line.strip()], row


@pytest.fixture(scope="module")
def bench(root: Path) -> SimpleNamespace:
    """The script that measures the detectors on the gold."""
    return SimpleNamespace(**runpy.run_path(str(root / "experiments" / "bench" / "frontline.py")))


def test_detectors_find_what_they_found(corpus: Path, bench: SimpleNamespace) -> None:
    errors, _ = bench.read_gold(corpus)
    found = bench.detect(corpus)
    assert all(bench.is_hit(error, [error]) for error in errors)
    for verdict in chain.from_iterable(found.values()):
        pair, document, system = verdict.where
        lines = read_lines(corpus / pair / "systems" / system / f"{document}.txt").lines
        places = [lines[at.line - 1][at.start : at.end] for at in verdict.hyp]
        assert " ".join(places) == verdict.text, verdict

    def recall(detector: str, kinds: frozenset[str]) -> float:
        asked = [error for error in errors if error.kind in kinds]
        return sum(bench.is_hit(error, found[detector]) for error in asked) / len(asked)

    def precision(detector: str) -> float:
        return sum(bench.is_hit(verdict, errors) for verdict in found[detector]) / len(found[detector])

    # Floors a little below what was measured: what falls below them has got worse.
    assert recall("entities", STATUSES) > 0.58
    assert precision("entities") > 0.87
    assert recall("fluency", frozenset({"loop"})) > 0.6
    assert precision("fluency") > 0.9


def test_a_perfect_detector_has_perfect_figures(
    corpus: Path, bench: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    errors, variants = bench.read_gold(corpus)
    names = bench.main.__globals__
    monkeypatch.setitem(names, "detect", lambda _: {"perfect": errors, "fooled": variants})
    monkeypatch.setattr("sys.argv", ["frontline.py", "--list"])
    bench.main()
    printed = re.sub(" +", " ", capsys.readouterr().out)
    assert f"\nall {len(errors)} 1.000 0.000 1.000\n" in printed
    assert f"\nall {len(errors)} 1.000 0\n" in printed
    assert f"\nall {len(variants)} 0.000 {len(variants)}\n" in printed
    assert "\nmissed: 0\n" in printed
    assert f"\nfooled: wrong verdict: {len(variants)}\n" in printed


SHORTEST = 6  # words: shorter sentences are anybody's


def test_no_sentence_comes_from_the_third_party_data(corpus: Path, shared: Path) -> None:
    ours: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for path in corpus.rglob("*.txt"):
        for line in read_lines(path).lines:
            for start, end in split_sentences(line, "en"):
                if len(sentence := words(line[start:end])) >= SHORTEST:
                    ours[sentence[:SHORTEST]].add(sentence)
    assert len(ours) > 3000
    paths = [path for path in shared.rglob("*") if path.suffix in (".txt", ".jsonl")]
    assert len(paths) > 50
    for path in paths:
        text = path.read_text(encoding="utf-8")
        theirs = words(
            " ".join(chain.from_iterable(strings(json.loads(x)) for x in text.split("\n") if x))
            if path.suffix == ".jsonl"
            else text
        )
        for i in range(len(theirs) - SHORTEST + 1):
            for sentence in ours.get(theirs[i : i + SHORTEST], ()):
                assert theirs[i : i + len(sentence)] != sentence, path


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
