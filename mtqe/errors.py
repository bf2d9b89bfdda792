"""What can go wrong, each kind with the exit code that the command line ends with."""

from __future__ import annotations

from pathlib import Path


class MtqeError(Exception):
    """The base of every error that mtqe raises on purpose; its text is one line for the user."""

    exit_code = 70


class InputError(MtqeError):
    """The data cannot be used as they are.

    `path` and `line` (counted from 1) say where, `hint` what to do.
    """

    exit_code = 1

    def __init__(
        self, message: str, *, path: str | Path | None = None, line: int | None = None, hint: str | None = None
    ) -> None:
        self.message, self.path, self.line, self.hint = message, path, line, hint
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(place + message + (f"; {hint}" if hint else ""))


class ConfigError(MtqeError):
    """The call, the command line or the experiment file asks for something that does not exist."""

    exit_code = 2


class UnavailableError(MtqeError):
    """An extra, a model or data that the call needs is not on this machine."""

    exit_code = 3


class GateError(MtqeError):
    """The work is done and its result printed, but a gate that the user set is not passed."""

    exit_code = 4


class DataWarning(UserWarning):
    """The data were used, but not as they stand (cut, for example): shown on stderr, and a note in the report."""
