"""Models behind an OpenAI-compatible HTTP endpoint."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from mtqe.errors import ConfigError
from mtqe.translation.model import Answer, ModelSystem, Request
from mtqe.translation.prompt import Prompt, clean

if TYPE_CHECKING:
    import httpx2

#: How often a request is sent at most.
_TRIES = 6
#: The pause before the second try, and the longest one that no server asked for, as shares of the time-out.
_FIRST_PAUSE, _LONGEST_PAUSE = 1 / 120, 1 / 8
#: What a server says that may do better in a moment; so may any of 500 and above.
_PASSING = {408, 409, 425, 429}
#: Requests in a row, beyond those at once, that fail before the rest are not sent.
_PATIENCE = 20
#: What some models want `max_tokens` to be called.
_NEW_LIMIT = "max_completion_tokens"
#: Of an answer's body, in bytes.
_LARGEST = 1 << 20
#: How much of a server's message a reason tells, in code points.
_TOLD = 200
#: Keys from this length on are secrets; shorter ones ("none") are not, and may be words of a translation.
_SECRET = 16
#: Counts up when the same model would answer otherwise.
_VERSION = 1


class Endpoint:
    """A chat model that is asked by `POST {endpoint}/chat/completions`, and nowhere else.

    Redirects are not followed, and proxies, user names and passwords from the environment not used. Each request has a
    connection of its own, so that an answer can belong to no other. It may last `ModelSystem.timeout` seconds from
    connecting to the last byte. Failures that may pass (no connection, a time-out, JSON that breaks off, HTTP 408, 409,
    425, 429 and 5xx) are tried again after pauses that double from 1/120 of the time-out up to 1/8 of it, shortened by
    up to half at random from the seed, and lasting as long as `Retry-After` asks, up to a whole time-out. What then is
    no answer is a reason, marked as temporary unless the model or a content filter refused. When many requests in a row
    failed, the rest are not sent.

    Tokens are those of the answer's `usage`, 0 where it has none; those of tries that failed are not known.

    Raises ConfigError for an address or a key that cannot be, and what `Prompt` raises.
    """

    def __init__(self, system: ModelSystem) -> None:
        import httpx2

        self._system = system
        self._url = _address(system.endpoint or "")
        self._key = _key(system.key_variable)
        self._prompt = Prompt(system)
        self._certificates = httpx2.create_ssl_context()
        self._failed = 0
        self._limit = "max_tokens"

    @property
    def about(self) -> Mapping[str, Any]:
        system = self._system
        sampling = {"temperature": system.temperature, "top_p": system.top_p, "seed": system.seed}
        return {
            "version": _VERSION,
            "endpoint": self._url,
            "model": system.model,
            "max_tokens": system.max_tokens,
            "sampling": sampling if system.temperature else None,
            "prompt": self._prompt.about,
        }

    def translate(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answer]]:
        """The answers as they come. Where this is interrupted or not read to its end, open requests are dropped.

        The requests run in a thread, since a notebook has an event loop of its own in the main one.
        """
        came: queue.SimpleQueue[tuple[int, Answer] | BaseException] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        work = loop.create_task(self._ask_all(requests, came))

        def run() -> None:
            try:
                loop.run_until_complete(work)
            except BaseException as error:
                came.put(error)
            finally:
                loop.run_until_complete(loop.shutdown_asyncgens())

        thread = threading.Thread(target=run, name="mtqe-endpoint", daemon=True)
        thread.start()
        try:
            for _ in requests:
                item = came.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            loop.call_soon_threadsafe(work.cancel)
            thread.join()
            loop.close()

    async def _ask_all(
        self, requests: Sequence[Request], came: queue.SimpleQueue[tuple[int, Answer] | BaseException]
    ) -> None:
        import httpx2

        waiting = iter(enumerate(requests))
        headers = {"Accept-Encoding": "identity", "Connection": "close", "Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"

        async def ask_some() -> None:
            for index, request in waiting:
                came.put((index, await self._ask(client, index, request)))

        async with (
            httpx2.AsyncClient(
                headers=headers,
                timeout=None,
                trust_env=False,
                follow_redirects=False,
                limits=httpx2.Limits(),
                verify=self._certificates,
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(min(self._system.concurrency, len(requests))):
                group.create_task(ask_some())

    async def _ask(self, client: httpx2.AsyncClient, index: int, request: Request) -> Answer:
        """The answer to a request, after as many tries as it takes."""
        if self._failed >= self._system.concurrency + _PATIENCE:
            return Answer(None, "not sent, since too many requests before it failed", temporary=True)
        draw = random.Random(f"{self._system.seed} {index}")
        pause = _FIRST_PAUSE * self._system.timeout
        for left in reversed(range(_TRIES)):
            try:
                answer = self._read(await self._post(client, self._body(request)), request)
            except _Failure as failure:
                if not left or not failure.passing:
                    self._failed += 1
                    return Answer(None, failure.reason, temporary=True)
                await asyncio.sleep(max(pause * draw.uniform(0.5, 1), min(failure.wait, self._system.timeout)))
                pause = min(2 * pause, _LONGEST_PAUSE * self._system.timeout)
            else:
                self._failed = 0
                return answer
        raise AssertionError("the last try returns")

    def _body(self, request: Request) -> dict[str, Any]:
        system = self._system
        body = {
            "model": system.model,
            "messages": self._prompt.messages(request),
            self._limit: system.max_tokens,
            "temperature": system.temperature,
        }
        return body | ({"top_p": system.top_p, "seed": system.seed} if system.temperature else {})

    async def _post(self, client: httpx2.AsyncClient, request: Mapping[str, Any]) -> bytes:
        """The body of a successful response."""
        import httpx2

        timeout, content = self._system.timeout, json.dumps(request).encode("ascii")
        data = bytearray()
        try:
            async with asyncio.timeout(timeout), client.stream("POST", self._url, content=content) as response:
                async for part in response.aiter_bytes():
                    data += part
                    if len(data) > _LARGEST:
                        raise _Failure(f"the answer is larger than {_LARGEST >> 20} MiB")
        except TimeoutError:
            raise _Failure(f"no whole answer within {timeout:g} s", passing=True) from None
        except httpx2.HTTPError as error:
            raise _Failure(f"no connection, or it broke: {error or type(error).__name__}", passing=True) from None
        if response.is_success:
            return bytes(data)
        status = f"HTTP {response.status_code}"
        if 300 <= response.status_code < 400:
            raise _Failure(f"{status}: a redirect, which is not followed")
        passing = response.status_code in _PASSING or response.status_code >= 500
        message = self._told(_message(bytes(data)))
        if response.status_code == 400 and _NEW_LIMIT in message and _NEW_LIMIT not in request:
            self._limit, passing = _NEW_LIMIT, True
        raise _Failure(f"{status}: {message}" if message else status, passing, _wait(response.headers))

    def _read(self, data: bytes, request: Request) -> Answer:
        """The answer in a body, which has exactly one."""
        try:
            body = json.loads(data.decode("utf-8"))
            whole = json.dumps(body)
        except (ValueError, RecursionError):
            raise _Failure("the answer is no JSON, or breaks off", passing=True) from None
        if len(self._key) >= _SECRET and self._key in whole:
            raise _Failure("the answer repeats the key")
        match body:
            case {"choices": [{"message": {"content": str() | None as raw} as message} as choice]}:
                pass
            case {"choices": [_, _, *_] as choices}:
                raise _Failure(f"{len(choices)} answers where one was asked for")
            case {"error": dict() | str()}:
                raise _Failure(f"an error as the answer: {self._told(_message(data))}")
            case _:
                raise _Failure("the answer has not the shape of a chat completion")
        if not _is_unicode(raw or ""):
            raise _Failure("the answer is no valid Unicode")
        tokens = _tokens(body.get("usage"))
        if isinstance(refusal := message.get("refusal"), str) and refusal:
            return Answer(None, f"refusal: {self._told(refusal)}", raw, *tokens)
        if choice.get("finish_reason") == "content_filter":
            return Answer(None, "refusal: stopped by the endpoint's content filter", raw, *tokens)
        text, reason = clean(raw or "", request.text)
        return Answer(text, reason, raw, *tokens, cut=choice.get("finish_reason") == "length")

    def _told(self, text: str) -> str:
        """What a reason tells of what a server says: one line, short, and without the key."""
        line = " ".join(text.split())
        if self._key:
            line = line.replace(self._key, "***")
        return line[:_TOLD].encode("utf-8", "replace").decode("utf-8")


class _Failure(Exception):
    """No answer, and why; `passing`: it may be tried again, after `wait` seconds or more."""

    def __init__(self, reason: str, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.passing, self.wait = reason, passing, wait


def _address(endpoint: str) -> str:
    """Where requests go. What an error says has not the address, in which there may be a password."""
    import httpx2

    try:
        url = httpx2.URL(endpoint)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigError("an endpoint is https://HOST/PATH or http://HOST/PATH, without a password and parameters")
    return f"{str(url).rstrip('/')}/chat/completions"


def _key(variable: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable():
        raise ConfigError(f"the environment variable {variable} has characters that no key has")
    return key


def _wait(headers: Mapping[str, str]) -> float:
    """The seconds that `Retry-After` asks for, as a number or a date (RFC 9110, section 10.2.3); else 0."""
    value = headers.get("Retry-After", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _message(data: bytes) -> str:
    """What the body of an error says, in the ways that servers write it."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    match body:
        case {"error": {"message": str(message)}} | {"error": str(message)}:
            return message
        case {"message": str(message)} | {"detail": str(message)}:
            return message
    return ""


def _tokens(usage: Any) -> tuple[int, int]:
    """Tokens in and out, 0 where a server says nothing of them."""
    counts = usage if isinstance(usage, dict) else {}
    values = [counts.get(name) for name in ("prompt_tokens", "completion_tokens")]
    tokens_in, tokens_out = (value if type(value) is int and value > 0 else 0 for value in values)
    return tokens_in, tokens_out


def _is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair, which JSON can write."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
