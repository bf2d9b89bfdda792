"""Answers of models on disk, so that nothing is translated twice."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from mtqe.errors import UnavailableError
from mtqe.store import canonical_json, digest, write_json
from mtqe.translation.model import Answer, Request


class AnswerStore:
    """Answers by request, in one directory for everything that decides them (`about`).

    Each run appends to a file of its own, a line an answer, as answers come: several runs may share a directory, and an
    interrupted one loses no more than its last line, which is as good as absent where it breaks off. What may pass
    (`Answer.temporary`) is not kept.
    """

    def __init__(self, directory: Path, about: Mapping[str, Any]) -> None:
        self._about = dict(about)
        self._directory = directory / digest(self._about)[:32]
        self._answers: dict[str, Answer] = {}
        self._file: BinaryIO | None = None
        for path in sorted(self._directory.glob("*.jsonl")):
            for line in path.read_bytes().split(b"\n"):
                try:
                    row = json.loads(line)
                    self._answers[row["key"]] = Answer(**row["answer"])
                except (ValueError, TypeError, KeyError, RecursionError):
                    continue

    def get(self, request: Request) -> Answer | None:
        return self._answers.get(_key(request))

    def put(self, request: Request, answer: Answer) -> None:
        """Keeps an answer. Raises UnavailableError where the directory cannot be written."""
        if answer.temporary:
            return
        key = _key(request)
        self._answers[key] = answer
        line = canonical_json({"key": key, "request": asdict(request), "answer": asdict(answer)}) + "\n"
        try:
            if self._file is None:
                if not (self._directory / "about.json").exists():
                    write_json(self._directory / "about.json", self._about)
                self._file = (self._directory / f"{uuid.uuid4().hex}.jsonl").open("xb")
            self._file.write(line.encode("utf-8", "surrogatepass"))
            self._file.flush()
        except OSError as error:
            raise UnavailableError(
                f"translations cannot be kept: {self._directory}: {error.strerror}; set MTQE_CACHE to another directory"
            ) from None

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # of what `put` could not write, and said so
                self._file.close()


def _key(request: Request) -> str:
    return digest(asdict(request))
