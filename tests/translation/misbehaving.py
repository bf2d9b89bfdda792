"""An OpenAI-compatible HTTP server on this machine that misbehaves as told, and remembers what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

OK = "ok"


def translation(text: str) -> str:
    """What the server makes of a text: one that belongs to no other."""
    return f"<{text}>"


def completion(content: Any, **usage: int) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return {"object": "chat.completion", "choices": [choice], **({"usage": usage} if usage else {})}


@dataclass(frozen=True)
class Sent:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def text(self) -> str:
        last: str = self.body["messages"][-1]["content"]
        return last


@dataclass
class Server:
    """`plan` has what becomes of a text, one way a try; a text without a plan, or at its end, is translated."""

    plan: dict[str, Sequence[str]] = field(default_factory=dict)
    elsewhere: str = ""
    sent: list[Sent] = field(default_factory=list)
    most_at_once: int = 0
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tries(self) -> Counter[str]:
        return Counter(sent.text for sent in self.sent)

    def came(self, sent: Sent) -> str:
        """Notes a request and says what becomes of it."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            before = self.tries()[sent.text]
            self.sent.append(sent)
        ways = self.plan.get(sent.text, ())
        return ways[before] if before < len(ways) else OK

    def leaves(self) -> None:
        """Notes that an answer is on its way; once its end is there the client may ask again."""
        with self._lock:
            self._at_once -= 1


class _Http(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ours: Server

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = Sent(self.path, dict(self.headers), json.loads(data or b'{"messages": [{"content": ""}]}'))
        way = self.ours.came(sent)
        self.here = True
        try:
            self._answer(way, sent)
        except OSError:  # the client has gone
            pass
        finally:
            self._leave()

    def _answer(self, way: str, sent: Sent) -> None:
        name, _, value = way.partition("=")
        good = completion(translation(sent.text), prompt_tokens=len(sent.text), completion_tokens=2)
        whole = json.dumps(good).encode()
        match name:
            case "ok":
                self._send(200, whole)
            case "later":  # others that came later are answered first
                self.ours.closing.wait(float(value))
                self._send(200, whole)
            case "status":
                self._send(int(value), b'{"error": {"message": "busy"}}')
            case "renamed":  # as models do that know max_completion_tokens only
                if "max_tokens" in sent.body:
                    self._send(400, b'{"error": {"message": "use max_completion_tokens, not max_tokens"}}')
                else:
                    self._send(200, whole)
            case "retry-after":
                self._send(429, b"", {"Retry-After": value})
            case "hang":
                self.ours.open.set()
                self.ours.closing.wait(20)
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "half":  # JSON that breaks off, in a whole response
                self._send(200, whole[: len(whole) // 2])
            case "cut":  # a response that breaks off
                self._send(200, whole[: len(whole) // 2], {"Content-Length": str(len(whole))})
                self.close_connection = True
            case "body":
                self._send(200, value.encode("utf-8", "surrogatepass"))
            case "says":
                self._send(200, json.dumps(completion(value)).encode())
            case "two":
                self._send(200, json.dumps({**good, "choices": good["choices"] * 2}).encode())
            case "twice":  # a second response that nobody asked for
                self._send(200, whole)
                self._send(200, json.dumps(completion("of another")).encode())
            case "drip":
                self._head(200, {"Content-Length": str(len(whole))})
                for byte in whole:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    if self.ours.closing.wait(0.01):
                        return
            case "redirect":
                self._send(int(value), b"", {"Location": f"{self.ours.elsewhere}/chat/completions"})
            case "huge":
                self._head(200, {"Transfer-Encoding": "chunked"})
                for _ in range(1000):
                    self.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            case "echo":  # of the key
                self._send(
                    int(value), json.dumps({"error": {"message": f"wrong: {sent.headers['Authorization']}"}}).encode()
                )
            case _:
                raise ValueError(way)

    def _leave(self) -> None:
        if self.here:
            self.ours.leaves()
        self.here = False

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self._leave()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, status: int, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._head(status, {"Content-Length": str(len(data)), **(headers or {})})
        self.wfile.write(data)
        self.wfile.flush()


@contextmanager
def serving(plan: dict[str, Sequence[str]] | None = None, elsewhere: str = "") -> Iterator[Server]:
    ours = Server(plan or {}, elsewhere)
    handler = type("Handler", (_Handler,), {"ours": ours})
    http = _Http(("127.0.0.1", 0), handler)
    ours.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield ours
    finally:
        ours.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()
