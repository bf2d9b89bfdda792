"""The client of HTTP endpoints against a real server that misbehaves: no segment lost, doubled, shifted or invented."""

import asyncio
import json
import logging
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misbehaving import OK, Server, serving, translation

from mtqe.errors import ConfigError
from mtqe.translation.endpoint import Endpoint
from mtqe.translation.model import Answer, ModelSystem, Request

KEY = "sk-of-the-tests-0123456789"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def system(server: Server, **options: Any) -> ModelSystem:
    """The prompt is the text alone; the first pause is 1/120 of the time-out."""
    options = {"prompt": "{text}", "timeout": 2.0, "concurrency": 4, **options}
    return ModelSystem("m", "uk", "en", endpoint=server.url, **options)


def asked(server: Server, texts: Sequence[str], **options: Any) -> list[Answer]:
    """The answers in the order of the texts, each of which came exactly once."""
    requests = [Request(text) for text in texts]
    came = list(Endpoint(system(server, **options)).translate(requests))
    assert sorted(index for index, _ in came) == list(range(len(texts)))
    return [answer for _, answer in sorted(came, key=lambda one: one[0])]


def test_each_text_gets_its_own_answer_and_its_tokens() -> None:
    texts = [f"text {i}" for i in range(20)]
    with serving() as server:
        answers = asked(server, texts)
        assert server.tries() == Counter(texts)
    assert answers == [Answer(translation(t), None, translation(t), len(t), 2) for t in texts]


def test_nothing_asked_is_nothing_sent() -> None:
    with serving() as server:
        assert asked(server, []) == []
        assert server.sent == []


def test_what_is_sent() -> None:
    with serving() as server:
        asked(server, ["a"])
        asked(server, ["b"], temperature=0.5, top_p=0.9, seed=3, max_tokens=9)
    greedy, drawn = server.sent
    assert greedy.path == "/v1/chat/completions"
    assert greedy.headers["Authorization"] == f"Bearer {KEY}"
    messages = [{"role": "user", "content": "a"}]
    assert greedy.body == {"model": "m", "messages": messages, "max_tokens": 512, "temperature": 0}
    assert drawn.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "b"}],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
    }


def test_another_variable_has_the_key_and_without_it_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", " other-key\n")
    with serving() as server:
        asked(server, ["a"], key_variable="OTHER")
        asked(server, ["b"], key_variable="NOT_THERE")
    assert server.sent[0].headers["Authorization"] == "Bearer other-key"
    assert "Authorization" not in server.sent[1].headers


PASSING = [
    ("retry-after=0.01",),
    ("retry-after=0", "status=429", "status=408"),
    ("status=500", "status=502", "status=503", "status=504", "status=529"),
    ("reset",),
    ("half", "cut"),
    ("body=", "body=data: {}\n\n", "body=\ud800"),
]


@pytest.mark.parametrize("ways", PASSING)
def test_what_passes_is_tried_again(ways: tuple[str, ...]) -> None:
    with serving({"b": ways}) as server:
        answers = asked(server, ["a", "b", "c"], timeout=1)
        assert server.tries() == {"a": 1, "b": len(ways) + 1, "c": 1}
    assert [answer.text for answer in answers] == ["<a>", "<b>", "<c>"]


def test_a_time_out_is_tried_again() -> None:
    with serving({"b": ["hang", "drip"]}) as server:
        answers = asked(server, ["a", "b", "c"], timeout=0.4)
        assert server.tries()["b"] == 3
    assert [answer.text for answer in answers] == ["<a>", "<b>", "<c>"]


@pytest.mark.parametrize(
    ("way", "tries", "reason"),
    [
        ("status=429", 6, "HTTP 429: busy"),
        ("status=503", 6, "HTTP 503: busy"),
        ("hang", 6, "no whole answer within 0.12 s"),
        ("drip", 6, "no whole answer within 0.12 s"),
        ("reset", 6, "no connection, or it broke: "),
        ("cut", 6, "no connection, or it broke: "),
        ("half", 6, "the answer is no JSON, or breaks off"),
        ("body=" + "[" * 100_000, 6, "the answer is no JSON, or breaks off"),
        ("status=400", 1, "HTTP 400: busy"),
        ("status=401", 1, "HTTP 401: busy"),
        ("status=404", 1, "HTTP 404: busy"),
        ("two", 1, "2 answers where one was asked for"),
        ("huge", 1, "the answer is larger than 1 MiB"),
        ("body=[]", 1, "the answer has not the shape of a chat completion"),
        ("body=null", 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": []}', 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": {"0": "x"}}', 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": [{"text": "x"}]}', 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": [{"message": {"content": 7}}]}', 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": [{"message": {"content": ["x"]}}]}', 1, "the answer has not the shape of a chat completion"),
        ('body={"choices": [{"message": {"content": "\\ud800"}}]}', 1, "the answer is no valid Unicode"),
        ('body={"error": {"message": "out of\\nmoney"}}', 1, "an error as the answer: out of money"),
    ],
)
def test_what_fails_is_a_reason_that_may_pass(way: str, tries: int, reason: str) -> None:
    with serving({"b": [way] * 9}) as server:
        answers = asked(server, ["a", "b", "c"], timeout=0.12 if way in ("hang", "drip") else 2 if tries == 1 else 0.5)
        assert server.tries()["b"] == tries
    assert [answer.text for answer in answers] == ["<a>", None, "<c>"]
    assert answers[1].reason is not None
    assert answers[1].reason.startswith(reason)
    assert answers[1].temporary


def test_models_that_call_the_limit_otherwise() -> None:
    texts = [f"text {i}" for i in range(6)]
    with serving({text: ["renamed"] * 2 for text in texts}) as server:
        answers = asked(server, texts, max_tokens=7, concurrency=2)
        assert [answer.text for answer in answers] == [translation(text) for text in texts]
        assert sum("max_tokens" in sent.body for sent in server.sent) <= 2
        assert server.sent[-1].body["max_completion_tokens"] == 7


def test_refusals_and_empty_answers_are_reasons_that_stay() -> None:
    filtered = {"choices": [{"message": {"content": "Half"}, "finish_reason": "content_filter"}]}
    cut = {"choices": [{"message": {"content": "Half"}, "finish_reason": "length"}]}
    refused = {"choices": [{"message": {"content": None, "refusal": "I will not."}}], "usage": {"prompt_tokens": 5}}
    plan = {
        "empty": ["says= \n"],
        "null": ['body={"choices": [{"message": {"content": null}}]}'],
        "refused": ["says=I'm sorry, but I can't translate this text."],
        "declined": [f"body={json.dumps(refused)}"],
        "filtered": [f"body={json.dumps(filtered)}"],
        "long": [f"body={json.dumps(cut)}"],
    }
    with serving({key: ways * 2 for key, ways in plan.items()}) as server:
        assert asked(server, list(plan)) == [
            Answer(None, "empty answer", " \n"),
            Answer(None, "empty answer", None),
            Answer(
                None,
                "refusal: I'm sorry, but I can't translate this text.",
                "I'm sorry, but I can't translate this text.",
            ),
            Answer(None, "refusal: I will not.", None, 5),
            Answer(None, "refusal: stopped by the endpoint's content filter", "Half"),
            Answer("Half", None, "Half", cut=True),
        ]
        assert server.tries() == dict.fromkeys(plan, 1)


def test_answers_are_cleaned_and_the_raw_one_kept() -> None:
    with serving({"a": ["says=Here is the translation:\n\nBread."]}) as server:
        (answer,) = asked(server, ["a"])
    assert (answer.text, answer.raw) == ("Bread.", "Here is the translation:\n\nBread.")


@pytest.mark.parametrize("usage", [None, [], {"prompt_tokens": "7", "completion_tokens": True}, {"prompt_tokens": -1}])
def test_without_a_usable_usage_the_tokens_are_0(usage: Any) -> None:
    body = {"choices": [{"message": {"content": "x"}}], "usage": usage}
    with serving({"a": [f"body={json.dumps(body)}"]}) as server:
        assert asked(server, ["a"]) == [Answer("x", None, "x", 0, 0)]


def test_answers_that_come_in_the_wrong_order_are_not_shifted() -> None:
    texts = [f"text {i}" for i in range(8)]
    plan = {text: [f"later={0.02 * (8 - i)}"] for i, text in enumerate(texts)}
    with serving(plan) as server:
        came = list(Endpoint(system(server, concurrency=8)).translate([Request(text) for text in texts]))
    assert [index for index, _ in came] != list(range(8))
    assert {index: answer.text for index, answer in came} == {i: translation(t) for i, t in enumerate(texts)}


def test_a_second_response_is_nobodys_answer() -> None:
    texts = [f"text {i}" for i in range(6)]
    with serving({text: ["twice"] for text in texts}) as server:
        answers = asked(server, texts, concurrency=1)
    assert [answer.text for answer in answers] == [translation(text) for text in texts]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_at_once_than_allowed(concurrency: int) -> None:
    texts = [f"text {i}" for i in range(12)]
    plan = {text: ["status=503", "later=0.02"] for text in texts}
    with serving(plan) as server:
        asked(server, texts, concurrency=concurrency)
        assert server.most_at_once == concurrency


WAYS = [OK, "status=429", "status=500", "reset", "half", "cut", "two", "twice", "later=0.005", "body={}", "status=400"]


@settings(max_examples=12)
@given(
    plans=st.lists(st.lists(st.sampled_from(WAYS), max_size=3), min_size=1, max_size=12),
    concurrency=st.integers(1, 6),
)
def test_whatever_the_server_does_no_segment_is_lost_doubled_or_shifted(
    plans: list[list[str]], concurrency: int
) -> None:
    texts = [f"text {i}" for i in range(len(plans))]
    with serving(dict(zip(texts, plans, strict=True))) as server:
        answers = asked(server, texts, concurrency=concurrency, timeout=0.5)
        assert server.most_at_once <= concurrency
        tries = server.tries()
    for text, ways, answer in zip(texts, plans, answers, strict=True):
        final = next((way for way in ways if way in (OK, "two", "twice", "later=0.005", "body={}", "status=400")), OK)
        failed = final in ("two", "body={}", "status=400")
        assert tries[text] == (ways.index(final) if final in ways else len(ways)) + 1
        assert (answer.text, answer.reason is None) == ((None, False) if failed else (translation(text), True))


def test_nothing_is_sent_anywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as other, serving(elsewhere=other.url) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, other.url.removesuffix("/v1"))
        server.plan = {str(status): [f"redirect={status}"] * 9 for status in (301, 302, 303, 307, 308)}
        server.plan["link"] = [f"says={other.url}/chat/completions"]
        answers = asked(server, [*server.plan, "a"])
        assert other.sent == []
        assert set(server.tries().values()) == {1}
    reasons = [f"HTTP {status}: a redirect, which is not followed" for status in (301, 302, 303, 307, 308)]
    assert [answer.reason for answer in answers] == [*reasons, None, None]


def test_the_key_is_nowhere_but_in_the_header(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plan = {"a": ["echo=401"], "b": ["echo=500"] * 9, "c": ["echo=200"], "d": [f"says=It is {KEY}."], "e": ["reset"]}
    with serving(plan) as server:
        endpoint = Endpoint(system(server, timeout=0.2))
        came = list(endpoint.translate([Request(text) for text in plan]))
    assert len(came) == 5
    assert KEY not in repr(came) + json.dumps(endpoint.about) + caplog.text + repr(system(server)) + repr(endpoint)
    assert [answer.text for _, answer in sorted(came, key=lambda one: one[0])] == [None, None, None, None, "<e>"]
    assert any("***" in (answer.reason or "") for _, answer in came)


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
def test_a_key_that_no_header_may_have_is_not_told(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as error:
        Endpoint(ModelSystem("m", "uk", "en", endpoint="http://localhost/v1"))
    assert key not in str(error.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "localhost:8000",
        "ftp://h/v1",
        "http://",
        "https://u:secret@h/v1",
        "https://h/v1?key=secret",
        "http://h:x/secret",
    ],
)
def test_an_address_that_cannot_be_is_an_error_without_it(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="https://HOST/PATH") as error:
        Endpoint(ModelSystem("m", "uk", "en", endpoint=endpoint))
    assert "secret" not in str(error.value)


def test_about_has_what_decides_an_answer_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        first = system(server)
        about = Endpoint(first).about
        monkeypatch.setenv("OPENAI_API_KEY", "another")
        for same in (
            replace(first, timeout=9, concurrency=1, price_in=1.0, seed=1),
            replace(first, endpoint=f"{first.endpoint}/"),
        ):
            assert Endpoint(same).about == about
        for other in ({"model": "n"}, {"max_tokens": 5}, {"temperature": 1.0}, {"prompt": "T: {text}"}):
            assert Endpoint(replace(first, **other)).about != about
    assert json.loads(json.dumps(about)) == about


def test_retry_after_is_kept_in_seconds_and_as_a_date_up_to_the_time_out() -> None:
    pauses = {}
    for text, value in {"seconds": "0.2", "date": formatdate(time.time() + 9, usegmt=True), "odd": "soon"}.items():
        with serving({text: [f"retry-after={value}"]}) as server:
            started = time.perf_counter()
            assert asked(server, [text], timeout=0.4)[0].text == translation(text)
            pauses[text] = time.perf_counter() - started
    assert pauses["seconds"] >= 0.2
    assert pauses["date"] >= 0.4


def test_a_server_that_is_gone_is_not_asked_for_ever() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = Server(url=f"http://127.0.0.1:{closed.getsockname()[1]}/v1")
        answers = asked(server, [f"text {i}" for i in range(60)], timeout=0.01, concurrency=2)
    assert {answer.text for answer in answers} == {None}
    assert all(answer.temporary for answer in answers)
    assert sum((answer.reason or "").startswith("not sent") for answer in answers) == 60 - 22 - 1


@pytest.fixture
def interruptible() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_keeps_what_came_and_drops_the_rest() -> None:
    texts = [f"text {i}" for i in range(8)]
    came: dict[int, str | None] = {}

    def interrupt() -> None:
        while not (server.open.is_set() and len(came) == 4):
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGINT)

    def read() -> None:
        requests = [Request(text) for text in texts]
        for index, answer in Endpoint(system(server, timeout=20, concurrency=2)).translate(requests):
            came[index] = answer.text

    with serving({texts[4]: ["hang"], texts[5]: ["hang"]}) as server:
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            read()
        assert not running()
        assert set(server.tries()) <= set(texts[:6])
    assert came == {i: translation(text) for i, text in enumerate(texts[:4])}


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "mtqe-endpoint"]


def test_a_reader_that_stops_early_leaves_nothing_running() -> None:
    with serving({"b": ["hang"]}) as server:
        answers: Iterator[tuple[int, Answer]] = Endpoint(system(server, concurrency=1, timeout=20)).translate(
            [Request(text) for text in "abc"]
        )
        assert next(answers)[0] == 0
        server.open.wait(5)
        answers.close()  # type: ignore[attr-defined]
        assert not running()
        assert server.tries() == {"a": 1, "b": 1}


def test_it_works_where_an_event_loop_runs_already() -> None:
    async def in_a_notebook() -> list[Answer]:
        return asked(server, ["a"])

    with serving() as server, ThreadPoolExecutor() as elsewhere:  # the browser of other tests has a loop in this thread
        assert elsewhere.submit(asyncio.run, in_a_notebook()).result()[0].text == "<a>"
