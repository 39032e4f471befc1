"""HTTP connections that break, against a server that breaks them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from splitgym import ConnectionLostError, InvalidValueError, RemoteEnv, SplitGymError
from splitgym.client import Client

BOX = {"type": "Box", "low": [0], "high": [9], "shape": [1], "dtype": "float32", "names": ["p"]}
DESCRIPTION = {
    "id": "one",
    "observationSpace": BOX,
    "actionSpace": {"type": "Discrete", "n": 2, "start": 0},
}
EPISODE = {"observation": [1], "info": {}}
STEP = {"observation": [2], "reward": 1, "terminated": False, "truncated": False, "info": {}}

# An answer, or what is done to the connection instead.
HANG_UP = "hang up"
SILENCE = "silence"
Answer = dict[str, Any] | bytes | str


def http(content: Any, status: str = "200 OK", kind: str = "application/json") -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def over_http(**parameters: Any) -> RemoteEnv:
    return RemoteEnv(transport="http", **parameters)


class Script:
    """A server that answers as it was told, one request after another, and remembers them."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.requests: list[str] = []
        self.heads: list[str] = []
        self.connections = 0
        self.hung_up = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            with connection, connection.makefile("rb") as requests:
                self._serve(connection, requests)
            self.hung_up.release()

    def _serve(self, connection: socket.socket, requests: Any) -> None:
        while line := requests.readline():
            head = [line.decode().strip()]
            while field := requests.readline().decode().strip():
                head.append(field)
            lengths = [f for f in head if f.lower().startswith("content-length")]
            requests.read(int(lengths[0].split(":")[1]) if lengths else 0)
            self.requests.append(head[0].rsplit(" ", 1)[0])
            self.heads.append("\n".join(head))
            answer = self.answers.pop(0) if self.answers else {}
            if answer == HANG_UP:
                return
            if answer == SILENCE:
                continue
            last = isinstance(answer, dict) and answer.get("last")
            connection.sendall(answer if isinstance(answer, bytes) else http(answer))
            if last:
                return

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


Scripted = Callable[..., Script]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    scripts: list[Script] = []

    def scripted(*answers: Answer) -> Script:
        scripts.append(Script(list(answers)))
        return scripts[-1]

    yield scripted
    for script in scripts:
        script.close()


def test_requests_share_a_connection(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, EPISODE, STEP, STEP, {})
    with over_http(url=server.url) as env:
        env.reset()
        env.step(0)
        env.step(1)
    assert server.connections == 1
    assert server.requests == [
        "POST /v1/envs",
        "POST /v1/envs/one/reset",
        "POST /v1/envs/one/step",
        "POST /v1/envs/one/step",
        "DELETE /v1/envs/one",
    ]


def test_an_idle_connection_that_the_server_closed_is_replaced(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, {**EPISODE, "last": True}, STEP)
    env = over_http(url=server.url)
    env.reset()
    assert server.hung_up.acquire(timeout=5)
    assert env.step(0)[0] == 2
    assert server.connections == 2
    assert server.requests.count("POST /v1/envs/one/step") == 1


def keys(server: Script, request: str) -> list[str]:
    """The idempotency keys of the requests of a kind."""
    return [
        line.partition(": ")[2]
        for head in server.heads
        if head.startswith(request)
        for line in head.splitlines()
        if line.startswith("Idempotency-Key: ")
    ]


@pytest.mark.parametrize("seed", [1, None])
def test_a_reset_is_sent_again_under_the_same_key(scripted: Scripted, seed: int | None) -> None:
    server = scripted(DESCRIPTION, HANG_UP, EPISODE)
    env = over_http(url=server.url)
    assert env.reset(seed=seed)[0] == 1
    first, second = keys(server, "POST /v1/envs/one/reset")
    assert first == second


def test_a_step_is_sent_again_under_the_same_key_and_the_next_under_another(
    scripted: Scripted,
) -> None:
    server = scripted(DESCRIPTION, EPISODE, HANG_UP, STEP, STEP)
    env = over_http(url=server.url)
    env.reset()
    env.step(0)
    env.step(0)
    first, second, next_one = keys(server, "POST /v1/envs/one/step")
    assert first == second != next_one


def test_a_step_that_is_lost_twice_asks_for_a_reset(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, EPISODE, HANG_UP, HANG_UP, EPISODE, STEP)
    env = over_http(url=server.url)
    env.reset()
    with pytest.raises(ConnectionLostError, match="may have taken place"):
        env.step(0)
    with pytest.raises(SplitGymError, match="reset the environment"):
        env.step(0)
    assert server.requests.count("POST /v1/envs/one/step") == 2
    env.reset()
    env.step(0)


def test_a_server_that_never_answered_is_not_asked_again(scripted: Scripted) -> None:
    server = scripted(HANG_UP)
    with pytest.raises(ConnectionLostError):
        over_http(url=server.url)
    assert server.requests == ["POST /v1/envs"]


def test_bodies_in_chunks_are_put_together(scripted: Scripted) -> None:
    body = json.dumps(DESCRIPTION).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in (body[:7], body[7:], b""))
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
    server = scripted(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, EPISODE)
    assert over_http(url=server.url).reset()[0] == 1


@pytest.mark.parametrize("answer", [http({}, "500 Internal Server Error"), http(b"<html>")])
def test_a_failed_step_asks_for_a_reset_too(scripted: Scripted, answer: bytes) -> None:
    env = over_http(url=scripted(DESCRIPTION, EPISODE, answer, EPISODE, STEP).url)
    env.reset()
    with pytest.raises(SplitGymError):
        env.step(0)
    with pytest.raises(SplitGymError, match="reset the environment"):
        env.step(0)
    env.reset()
    env.step(0)


def test_a_server_that_stays_silent_is_given_up(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, SILENCE)
    env = over_http(url=server.url, timeout=0.3)
    with pytest.raises(ConnectionLostError, match=r"no answer within 0\.3 s"):
        env.reset(seed=1)
    assert server.requests.count("POST /v1/envs/one/reset") == 1


def test_a_lost_reset_is_asked_for_again_before_a_step(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, EPISODE, HANG_UP, HANG_UP, EPISODE, STEP)
    env = over_http(url=server.url)
    env.reset()
    with pytest.raises(ConnectionLostError, match="the reset may have taken place"):
        env.reset()
    with pytest.raises(SplitGymError, match="reset the environment"):
        env.step(0)
    env.reset()
    env.step(0)


def test_a_refused_reset_leaves_the_episode_as_it_was(scripted: Scripted) -> None:
    refusal = http({"detail": "no"}, "422 Unprocessable", "application/problem+json")
    env = over_http(url=scripted(DESCRIPTION, EPISODE, refusal, STEP).url)
    env.reset()
    with pytest.raises(InvalidValueError):
        env.reset(options={"p": 99})
    assert env.step(0)[0] == 2


def test_the_token_is_sent(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLITGYM_TOKEN", "secret")
    server = scripted({})
    client = Client(server.url, transport="http")
    client.call("health")
    client.close()
    assert "Authorization: Bearer secret" in server.heads[0]


def test_a_problem_becomes_an_exception(scripted: Scripted) -> None:
    problem = {
        "type": "urn:splitgym:problem:backend-unavailable",
        "detail": "the model isn't there",
        "command": "splitgym model pull x",
    }
    server = scripted(http(problem, "409 Conflict", "application/problem+json; charset=utf-8"))
    with pytest.raises(SplitGymError) as refused:
        over_http(url=server.url)
    assert not isinstance(refused.value, InvalidValueError)
    assert refused.value.status == 409
    assert refused.value.command == "splitgym model pull x"
    assert refused.value.kind == "backend-unavailable"
    assert str(refused.value) == "the model isn't there (run: splitgym model pull x)"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (http(b"<html>", "502 Bad Gateway", "text/html"), "502 Bad Gateway"),
        (http(b"<html>"), "isn't JSON"),
        (http([]), "isn't a JSON object"),
        (b"SMTP ready\r\n", "lost"),
    ],
)
def test_answers_of_something_else_are_told_from_the_servers(
    scripted: Scripted, answer: bytes, message: str
) -> None:
    with pytest.raises(SplitGymError, match=message):
        over_http(url=scripted(answer).url)


def test_an_unknown_space_frees_the_session(scripted: Scripted) -> None:
    server = scripted({**DESCRIPTION, "actionSpace": {"type": "Graph"}}, {})
    with pytest.raises(SplitGymError, match="'Graph'"):
        over_http(url=server.url)
    assert server.requests[-1] == "DELETE /v1/envs/one"
