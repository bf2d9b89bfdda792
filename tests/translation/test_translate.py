"""Requests to answers, and the answers on disk, by a model that is none."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import mtqe.translation
from mtqe.errors import ConfigError, InputError, UnavailableError
from mtqe.translation import Answer, ModelSystem, Request, Translations, translate
from mtqe.translation.outputs import summary, translate_file
from mtqe.translation.store import AnswerStore


class Shouting:
    """Answers in capitals, the last request first; `no` is refused and `busy` fails for the time being."""

    def __init__(self, version: int = 1) -> None:
        self.about: Mapping[str, Any] = {"shouting": version}
        self.asked: list[Request] = []

    def translate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        for index in reversed(range(len(requests))):
            text = requests[index].text
            self.asked.append(requests[index])
            if text == "no":
                yield index, Answer(None, "refused", "I cannot.", 1, 2)
            elif text == "busy":
                yield index, Answer(None, "HTTP 503", temporary=True)
            else:
                yield index, Answer(text.upper(), None, text.upper(), len(text), len(text))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Shouting:
    shouting = Shouting()
    monkeypatch.setattr(mtqe.translation, "_translator", lambda system: shouting)
    return shouting


def run(texts: Sequence[str | None], documents: Sequence[str] | None = None, **options: Any) -> Translations:
    system = ModelSystem("shouting", "uk", "en", task="chat", **options)
    return translate(texts, system=system, documents=documents)


def test_answers_stand_where_their_texts_stood(model: Shouting) -> None:
    found = run(["b", "no", None, "a", " ", "b"])
    assert found.texts == ("B", None, None, "A", None, "B")
    assert found.reasons == {1: "refused", 2: "no source text", 4: "no source text"}
    assert found.answers[1].raw == "I cannot."
    assert sorted(request.text for request in model.asked) == ["a", "b", "no"]


def test_what_may_pass_is_asked_again_and_nothing_else(model: Shouting) -> None:
    first = run(["a", "no", "busy"], price_out=1e6)
    assert first.reasons == {1: "refused", 2: "HTTP 503"}
    assert (first.here["from_store"], first.usage["tokens_in"], first.usage["cost"]) == (0, 2, 3.0)
    model.asked.clear()
    second = run(["a", "no", "busy", "c"])
    assert [request.text for request in model.asked] == ["c", "busy"]
    assert (second.usage["requests"], second.here["from_store"], second.usage["cost"]) == (4, 2, None)
    model.about = {"shouting": 2}
    assert run(["a"]).here["from_store"] == 0
    with pytest.raises(UnavailableError, match=r"no answer from .*: HTTP 503"):
        run([None, "busy"])


def test_documents_are_translated_in_order_with_what_stood_before(model: Shouting) -> None:
    texts = ["a1", "b1", "a2", "", "no", "a3", "b2", "a4"]
    documents = ["a", "b", "a", "a", "a", "a", "b", "a"]
    found = run(texts, documents, context=2)
    assert found.texts == ("A1", "B1", "A2", None, None, "A3", "B2", "A4")
    assert {request.text: request.context for request in model.asked} == {
        "a1": (),
        "b1": (),
        "a2": (("a1", "A1"),),
        "no": (("a1", "A1"), ("a2", "A2")),
        "a3": (("a2", "A2"),),
        "b2": (("b1", "B1"),),
        "a4": (("a3", "A3"),),
    }
    model.asked.clear()
    assert run(texts, documents, context=2).answers == found.answers
    assert model.asked == []
    assert run(["a1", "a2"], context=1).texts == ("A1", "A2")
    with pytest.raises(InputError, match="1 documents for 2 texts"):
        run(["a", "b"], ["x"])


def test_the_store_outlives_broken_lines_and_other_runs(tmp_path: Path) -> None:
    kept = {Request(f"t{i}", (("a\ud800", "b"),)): Answer(f"T\n{i}", None, "raw") for i in range(4)}
    stores = [AnswerStore(tmp_path, {"a": 1}) for _ in range(2)]
    for i, (request, answer) in enumerate(kept.items()):
        stores[i % 2].put(request, answer)
    stores[0].put(Request("later"), Answer(None, "time-out", temporary=True))
    files = sorted(tmp_path.rglob("*.jsonl"))
    assert len(files) == 2
    for file in files:
        with file.open("ab") as out:
            out.write(b"[" * 100_000 + b"\n")
            out.write(b'{"key":"' + b"0" * 64 + b'","answer":{"text":"\xd0')
    again = AnswerStore(tmp_path, {"a": 1})
    assert {request: again.get(request) for request in kept} == kept
    assert again.get(Request("later")) is None
    assert AnswerStore(tmp_path, {"a": 2}).get(next(iter(kept))) is None


def test_a_store_that_cannot_be_written(model: Shouting, cache: Path) -> None:
    cache.write_text("a file")
    with pytest.raises(UnavailableError, match=r"cannot be kept: .*Not a directory; set MTQE_CACHE to another"):
        run(["a"])


def test_files_and_directories(model: Shouting, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.txt").write_text("a\n\nno\n")
    (tmp_path / "in" / "y.txt").write_text("b")
    system = ModelSystem("shouting", "uk", "en", task="chat")
    found = translate_file(tmp_path / "in", tmp_path / "out", system)
    assert (tmp_path / "out" / "x.txt").read_text() == "A\n\n\n"
    assert (tmp_path / "out" / "y.txt").read_text() == "B\n"
    manifest = mtqe.store.read_json(tmp_path / "out.manifest.json")
    assert manifest["without_translation"] == [{"document": "x", "line": 3, "reason": "refused"}]
    assert (manifest["about"]["shouting"], manifest["usage"]["requests"]) == (1, 3)
    assert summary(found).startswith("4 segments, 3 distinct; ")
    assert summary(found).endswith("; 1 without translation: refused")
    translate_file(tmp_path / "in" / "x.txt", tmp_path / "x", system)
    assert (tmp_path / "x").read_text() == "A\n\n\n"
    with pytest.raises(ConfigError, match="two files or two directories"):
        translate_file(tmp_path / "in" / "x.txt", tmp_path / "out", system)
    for path in (tmp_path / "in", tmp_path / "in" / "x.txt"):
        with pytest.raises(ConfigError, match="is the source"):
            translate_file(path, path, system)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="neither a file nor a directory"):
        translate_file(tmp_path / "in" / "x.txt", tmp_path / "pipe", system)
    assert (tmp_path / "in" / "x.txt").read_text() == "a\n\nno\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "chatt"}, "unknown task 'chatt'; did you mean 'chat'"),
        ({"task": "seq2seq", "endpoint": "http://x"}, "leave task='seq2seq' out"),
        ({"beam": 0}, "beam is a whole number from 1"),
        ({"batch_tokens": 0}, "batch_tokens is a whole number from 1"),
        ({"beam": 2, "temperature": 1.0}, "beam search"),
        ({"top_p": 0.0}, "top_p above 0"),
        ({"timeout": float("nan")}, "timeout a number above 0"),
        ({"temperature": float("nan")}, "temperature and prices are numbers from 0"),
        ({"price_in": -1.0}, "temperature and prices are numbers from 0"),
        ({"context": 2}, "context is for chat models"),
        ({"prompt": "{text}"}, "prompt is for chat models"),
    ],
)
def test_what_no_model_can_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ModelSystem("m", "uk", "en", **options)


def test_an_answer_has_a_text_or_a_reason() -> None:
    for given in ({"text": "a", "reason": "b"}, {"text": None}, {"text": "a", "temporary": True}):
        with pytest.raises(ValueError, match="either a text or a reason"):
            Answer(**given)  # type: ignore[arg-type]
