"""Scores of a text in parts against those of the whole and against sacreBLEU: `==` on floats, wherever it is cut."""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from command import run, write_files
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from mtqe import metrics
from mtqe.corpus import Document, Segment, SystemOutput, TestSet
from mtqe.errors import ConfigError, InputError
from mtqe.metrics import _streaming
from mtqe.metrics._streaming import score_data_set, score_parts
from mtqe.report.tables import score_table
from mtqe.results import MetricSpec, SegmentScores

PEERS: Mapping[str, Any] = {"bleu": BLEU, "chrf": CHRF, "ter": TER}
MADE = {request: metrics.create(request) for request in ("bleu", "chrf:nulls=skip", "ter")}
References = tuple[str | None, ...]


def make(references: Sequence[References], systems: Mapping[str, Sequence[str | None]]) -> TestSet:
    segments = tuple(Segment(str(i), None, r, "d") for i, r in enumerate(references))
    outputs = tuple(SystemOutput(name, tuple(texts)) for name, texts in systems.items())
    return TestSet("t", None, "en", (Document("d", segments),), outputs)


def cut(references: Sequence[References], systems: Mapping[str, Sequence[str | None]], at: set[int]) -> list[TestSet]:
    borders = [0, *sorted(at), len(references)]
    return [
        make(references[a:b], {name: texts[a:b] for name, texts in systems.items()})
        for a, b in pairwise(borders)
        if a < b
    ]


text = st.lists(st.sampled_from(["a", "b", "the", "cat.", "(hi)", "1,912", "é", "猫"]), max_size=7).map(" ".join)


@settings(max_examples=30)
@given(data=st.data(), width=st.integers(1, 3))
def test_parts_make_the_table_of_the_whole(data: st.DataObject, width: int) -> None:
    """Also where references or outputs are missing: scores, counts, signatures and protocols, to the last bit."""
    reference = st.tuples(*[st.none() | text] * width)
    rows = data.draw(st.lists(st.tuples(reference, st.none() | text, text), min_size=1, max_size=12))
    references = [r for r, _, _ in rows]
    systems = {"a": [a for _, a, _ in rows], "b": [b for _, _, b in rows]}
    borders = data.draw(st.sets(st.integers(0, len(rows)), max_size=4))
    whole = score_table([metrics.score(make(references, systems), MADE)])
    found = score_table([score_parts(cut(references, systems, borders), MADE)])
    assert found.shown == whole.shown
    assert [plain(row) for row in found.values] == [plain(row) for row in whole.values]


def plain(row: Sequence[Any]) -> list[Any]:
    return [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_many_parts_make_sacrebleus_scores(width: int) -> None:
    """With three references TER adds up thirds, which round at every step: the order of the sum is the whole's."""
    generator = random.Random(width)
    words = [f"w{i}" for i in range(30)]

    def sentences() -> list[str]:
        return [" ".join(generator.choices(words, k=generator.randint(1, 12))) for _ in range(150)]

    columns, output = [sentences() for _ in range(width)], sentences()
    references: list[References] = list(zip(*columns, strict=True))
    systems = {"s": output}
    borders = set(generator.sample(range(1, 150), 40))
    found = score_parts(cut(references, systems, borders), list(PEERS))
    whole = metrics.score(make(references, systems), list(PEERS))
    for name, peer_class in PEERS.items():
        assert found.corpus("s", name) == whole.corpus("s", name)
        assert found["s", name].sums.tolist() == whole["s", name].statistics.sum(axis=0).tolist()
        peer = peer_class()
        score = peer.corpus_score(output, columns).score
        assert found.signature("s", name).endswith(f"|{peer.get_signature()}")
        assert found.corpus("s", name) == score


def test_signatures_say_that_the_references_vary() -> None:
    parts = [make([("a b", other)], {"s": ["a b"]}) for other in ("a c", None)]
    assert score_parts(parts[:1], "bleu").signature("s", "bleu").startswith("BLEU|nrefs:2|")
    found = score_parts(parts, "bleu")
    assert found.signature("s", "bleu").startswith("BLEU|nrefs:var|")
    assert found.metrics["bleu"].spec.signature == found.signature("s", "bleu")
    unscored = make([(None, None)], {"s": ["a b"]})
    for order in ([unscored, parts[0]], [parts[0], unscored]):
        found = score_parts(order, "bleu")
        assert found.signature("s", "bleu").startswith("BLEU|nrefs:2|")
        assert (found["s", "bleu"].scored, dict(found["s", "bleu"].reasons)) == (1, {"no reference": 1})


class Length:
    """The share of a text among 10 characters: a mean, of numbers that no binary fraction is."""

    spec = MetricSpec("length", version="1")
    needs: frozenset[str] = frozenset()
    higher_is_better = True

    def score(self, test_set: TestSet) -> dict[str, SegmentScores]:
        return {s.key: SegmentScores([len(text or "") / 10 for text in s.texts]) for s in test_set.systems}


def test_means_add_up_too() -> None:
    references, systems = [("x",)] * 50, {"s": ["y" * (i % 7) for i in range(50)]}
    found = score_parts(cut(references, systems, {1, 20, 23}), {"length": Length()})
    assert found.corpus("s", "length") == metrics.score(make(references, systems), {"length": Length()}).corpus(
        "s", "length"
    )


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="there is no text to score"):
        score_parts([], "bleu")
    with pytest.raises(InputError, match="the parts of 't' have different systems"):
        score_parts([make([("a",)], {"s": ["a"]}), make([("a",)], {"z": ["a"]})], "bleu")
    with pytest.raises(ConfigError, match="asked for twice"):
        score_parts([], ["bleu", "bleu"])


COLUMNS = {
    "ref.txt": ["A storm closed the port of Reni.", 'Nobody "was" hurt.', "The ferry sails on 5 May.", "Fog."],
    "good.txt": ["A storm closed the port of Reni.", 'No one "was" hurt.', "The ferry sails on 5 May.", ""],
    "poor.txt": ["The storm has shut Rena port.", '"Nobody is hurt hurt.', "Steam goes at May 6.", "Mist."],
}


@pytest.fixture
def data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same texts as files and as a data set."""
    monkeypatch.chdir(tmp_path)
    rows = ["\t".join(row) for row in zip(*COLUMNS.values(), strict=True)]
    write_files(tmp_path, {**COLUMNS, "ref.tsv": ["reference\tgood\tpoor", *rows]})
    return Path("ref.tsv")


@pytest.mark.parametrize(
    ("requests", "form"), [("bleu chrf ter", "text"), ("bleu chrf ter", "json"), ("chrf fluency", "csv")]
)
def test_a_data_set_is_scored_as_the_files_are(
    data_set: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, requests: str, form: str
) -> None:
    monkeypatch.setattr(_streaming, "_PART", 40)
    options = ["-l", "en", "-m", *requests.split(), "-f", form]
    code, out, err = run(capsys, "score", "-d", str(data_set), *options)
    assert (code, err.count("\n")) == (0, 1)
    assert "system 'good': 1 of 4 lines is empty" in err
    assert out == run(capsys, "score", "-t", "good.txt", "poor.txt", "-r", "ref.txt", *options)[1]
    assert "good" in out


def test_what_looks_at_the_whole_text_has_a_limit(
    data_set: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_streaming, "LARGEST_WHOLE", data_set.stat().st_size)
    scores, _ = score_data_set(data_set, ["fluency", "bleu"], languages="en")
    assert [scores[system, "fluency"].scored for system in ("good", "poor")] == [3, 4]
    monkeypatch.setattr(_streaming, "LARGEST_WHOLE", data_set.stat().st_size - 1)
    code, out, err = run(capsys, "score", "-d", str(data_set), "-l", "en", "-m", "bleu", "fluency", "chrf")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "metric 'fluency' scores a segment by its whole corpus" in err
    assert err.endswith("or leave fluency out: -m bleu chrf\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["-d", "ref.tsv", "ref.jsonl", "-t", "good.txt"], 2, "give -d, or -t with -r: one of them"),
        (["-d", "ref.tsv", "-s", "ref.txt"], 2, "give -d, or -t with -r: one of them"),
        (["-t", "good.txt"], 2, "required: -t/--translations, and -r/--references or -s/--source"),
        (["-d", "none.tsv"], 1, "none.tsv: no such file"),
        (["-d", "ref.txt"], 1, "ref.txt: is no data set"),
        (["-d", "bad.tsv"], 1, "bad.tsv:3: 1 field under a header of 2"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(
    data_set: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str
) -> None:
    write_files(Path(), {"bad.tsv": ["ref\ta", "r\ta", "r"]})
    got, out, err = run(capsys, "score", *words, "-l", "en", "-m", "bleu")
    assert (got, out, err.count("\n")) == (code, "", 1)
    assert message in err
