"""What can go wrong, as exceptions."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


class SplitGymError(Exception):
    """The server refused a request, or its answer couldn't be had.

    Attributes:
        status: the HTTP status, None where no answer came.
        field: the name of the refused value, such as ``"sigma"``.
        value: the refused value.
        allowed: what would have been accepted, such as ``"in [0, 0.3]"``.
        command: the command that mends it, such as the one that pulls a missing model.
        kind: the problem's kind, such as ``"episode-not-running"``; None where no answer came.
    """

    def __init__(
        self,
        message: str | SplitGymError,
        status: int | None = None,
        field: str | None = None,
        value: Any = None,
        allowed: Any = None,
        command: str | None = None,
        kind: str | None = None,
    ) -> None:
        # Gymnasium's vector environments wrap a worker's exception in another of its type.
        if isinstance(message, SplitGymError):
            message, status, field, value, allowed, command, kind = message.args
        # All of them go to Exception, whose pickling calls the constructor with its args again.
        super().__init__(message, status, field, value, allowed, command, kind)
        self.message = str(message)
        self.status = status
        self.field = field
        self.value = value
        self.allowed = allowed
        self.command = command
        self.kind = kind

    def __str__(self) -> str:
        return self.message


class InvalidValueError(SplitGymError, ValueError):
    """A value isn't allowed: ``field``, ``value`` and ``allowed`` say which, and what is."""


class UnknownParameterError(InvalidValueError, TypeError):
    """An environment has no such parameter; to Python it is an unexpected keyword argument."""

    def __init__(self, message: str | SplitGymError, *others: Any) -> None:
        handled = sys.exc_info()[1]
        if not others and isinstance(handled, UnknownParameterError):
            # gymnasium.make raises another of its type, with more words and nothing else.
            others = handled.args[1:]
        super().__init__(message, *others)


class ConnectionLostError(SplitGymError, ConnectionError):
    """No server answers, or the connection broke before its answer came."""


_VALUE_STATUSES = frozenset({400, 413, 415, 422})


def from_problem(status: int, reason: str, problem: Mapping[str, Any] | None) -> SplitGymError:
    """The exception for a refusal.

    Args:
        status: the HTTP status.
        reason: its phrase, for answers that bring no problem.
        problem: its members (RFC 9457), None where the answer wasn't a problem.
    """
    kind = InvalidValueError if status in _VALUE_STATUSES else SplitGymError
    if problem is None:
        return kind(f"The server answered {status} {reason}".rstrip(), status)
    message = str(problem.get("detail") or problem.get("title") or f"{status} {reason}".rstrip())
    command = problem.get("command")
    if command and command not in message:
        message = f"{message} (run: {command})"
    return kind(
        message,
        status,
        problem.get("field"),
        problem.get("value"),
        problem.get("allowed"),
        command,
        str(problem.get("type", "")).rpartition(":")[2] or None,
    )
