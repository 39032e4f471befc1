"""One connection to a server: JSON requests over HTTP with keep-alive."""

from __future__ import annotations

import http.client
import json
import os
import select
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from splitgym.errors import ConnectionLostError, InvalidValueError, SplitGymError, from_problem

DEFAULT_URL = "http://127.0.0.1:8642"

_CONNECT_SECONDS = 10.0


def server_url(url: str | None) -> str:
    """The given address, else that of ``SPLITGYM_URL``, else the server's default."""
    return (url or os.environ.get("SPLITGYM_URL") or DEFAULT_URL).rstrip("/")


class Client:
    """Sends requests one after another over one connection, which it opens when needed.

    Not safe for use by several threads at once. A process that was forked off opens a
    connection of its own.
    """

    def __init__(self, url: str, timeout: float = 120.0, token: str | None = None) -> None:
        """
        Args:
            url: the server's address, such as ``http://127.0.0.1:8642``.
            timeout: seconds within which an answer must come; it is longer than an LLM's step.
            token: sent as ``Authorization: Bearer``; by default that of ``SPLITGYM_TOKEN``.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https"):
            raise InvalidValueError(
                f"url is {url!r}, must be like {DEFAULT_URL}",
                field="url",
                value=url,
                allowed="http://HOST:PORT or https://HOST:PORT",
            )
        self.url = url
        self.timeout = timeout
        self._base = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json, application/problem+json"}
        token = token if token is not None else os.environ.get("SPLITGYM_TOKEN")
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = kind(host, port, timeout=_CONNECT_SECONDS)
        self._process = os.getpid()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
    ) -> dict[str, Any]:
        """The JSON object that the server answers, empty where the answer has no body.

        Args:
            method: the HTTP method.
            path: what follows the server's address, such as ``/v1/envs``.
            body: sent as JSON.
            repeatable: whether a second request does no harm, so that it may be sent again when
                the connection breaks before the first one's answer has come.

        Raises:
            InvalidValueError: if the server refuses a value.
            ConnectionLostError: if no answer comes.
            SplitGymError: if the server refuses for another reason.
        """
        content = None if body is None else json.dumps(body, default=_plain).encode()
        headers = self._headers
        if content is not None:
            headers = {**headers, "Content-Type": "application/json"}
        reused = self._open()
        try:
            return self._exchange(method, path, content, headers)
        except ConnectionLostError as lost:
            if not (reused and repeatable) or isinstance(lost.__cause__, TimeoutError):
                raise
        self._open()
        return self._exchange(method, path, content, headers)

    def close(self) -> None:
        """Closes the connection; a later request opens another."""
        self._connection.close()

    def _open(self) -> bool:
        """Sees to an open connection; whether it has been used before."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            self._connection.close()
        if self._connection.sock is not None:
            if not _closed_by_server(self._connection.sock):
                self._connection.sock.settimeout(self.timeout)
                return True
            self._connection.close()
        try:
            self._connection.connect()
        except OSError as e:
            self._connection.close()
            raise ConnectionLostError(
                f"No server answers at {self.url} ({e}); start one with: ./splitgym serve",
                command="./splitgym serve",
            ) from e
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sock.settimeout(self.timeout)
        return False

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        connection = self._connection
        try:
            connection.request(method, self._base + path, content, headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as e:
            connection.close()
            late = isinstance(e, TimeoutError)
            why = f"no answer within {self.timeout:g} s" if late else str(e) or type(e).__name__
            raise ConnectionLostError(
                f"{method} {self.url}{path}: the connection was lost ({why})"
            ) from e
        except BaseException:
            # An interrupted request's answer would be taken for the next one's.
            connection.close()
            raise
        if not 200 <= response.status < 300:
            raise from_problem(response.status, response.reason, _problem(response, answer))
        return _document(answer, f"{method} {self.url}{path}")


def _closed_by_server(sock: socket.socket) -> bool:
    """Between two requests there is nothing to read but the end of the connection."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])


def _document(answer: bytes, request: str) -> dict[str, Any]:
    if not answer:
        return {}
    try:
        document = json.loads(answer)
    except ValueError as e:
        raise SplitGymError(f"{request}: the answer isn't JSON: {answer[:80]!r}") from e
    if not isinstance(document, dict):
        raise SplitGymError(f"{request}: the answer isn't a JSON object: {answer[:80]!r}")
    return document


def _problem(response: http.client.HTTPResponse, answer: bytes) -> dict[str, Any] | None:
    if response.headers.get_content_type() != "application/problem+json":
        return None
    try:
        problem = json.loads(answer)
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def _plain(value: Any) -> Any:
    """What NumPy's scalars and arrays are in JSON."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{value!r} of type {type(value).__name__} can't be sent as JSON")
