"""WebSockets that break, against a server that breaks them."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from splitgym import ConnectionLostError, InvalidValueError, RemoteEnv, SplitGymError
from splitgym.stream import Stream

BOX = {"type": "Box", "low": [0], "high": [9], "shape": [1], "dtype": "float32", "names": ["p"]}
DESCRIPTION = {
    "id": "one",
    "observationSpace": BOX,
    "actionSpace": {"type": "Discrete", "n": 2, "start": 0},
}
EPISODE = {"observation": [1], "info": {}}
STEP = {"observation": [2], "reward": 1, "terminated": False, "truncated": False, "info": {}}

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10

# What is sent for a message: its result, or frames made from its id.
Reply = dict[str, Any] | Callable[[int], bytes]


def frame(opcode: int, content: bytes, last: bool = True) -> bytes:
    length = len(content)
    size = bytes((length,)) if length < 126 else b"\x7e" + length.to_bytes(2, "big")
    return bytes(((0x80 if last else 0) | opcode,)) + size + content


def answer(number: int, result: Any, member: str = "result") -> bytes:
    return json.dumps({"id": number, member: result}).encode()


def hang_up(_: int) -> bytes:
    return b""


class Script:
    """A server that answers as it was told, one message after another, and remembers them."""

    def __init__(self, replies: list[Reply], accept: bytes | None = None) -> None:
        self.replies = replies
        self.accept = accept
        self.messages: list[dict[str, Any]] = []
        self.pongs: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            with connection, connection.makefile("rb") as lines:
                key = b""
                while line := lines.readline().strip():
                    if line.lower().startswith(b"sec-websocket-key:"):
                        key = line.partition(b":")[2].strip()
                hashed = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
                accept = self.accept or base64.b64encode(hashed)
                connection.sendall(
                    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
                )
                while self._answer(connection, lines):
                    pass

    def _answer(self, connection: socket.socket, lines: Any) -> bool:
        head = lines.read(2)
        if len(head) < 2:
            return False
        assert head[1] & 0x80, "a client masks its frames"
        length = head[1] & 0x7F
        if length == 126:
            length = int.from_bytes(lines.read(2), "big")
        mask = lines.read(4)
        content = bytes(b ^ mask[i % 4] for i, b in enumerate(lines.read(length)))
        opcode = head[0] & 15
        if opcode == PONG:
            self.pongs.append(content)
            return True
        if opcode == CLOSE:
            return False
        message = json.loads(content)
        self.messages.append(message)
        reply = self.replies.pop(0) if self.replies else {}
        frames = (
            reply(message["id"])
            if callable(reply)
            else frame(TEXT, answer(message["id"], reply))
        )
        connection.sendall(frames)
        return bool(frames) and frames[-2:] != b"!!"

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


Scripted = Callable[..., Script]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    scripts: list[Script] = []

    def scripted(*replies: Reply, **how: Any) -> Script:
        scripts.append(Script(list(replies), **how))
        return scripts[-1]

    yield scripted
    for script in scripts:
        script.close()


def test_messages_share_a_socket(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, EPISODE, STEP)
    with RemoteEnv(url=server.url) as env:
        env.reset(seed=4)
        env.step(1)
    assert server.connections == 1
    assert [message["type"] for message in server.messages] == ["create", "reset", "step", "delete"]
    assert server.messages[1]["seed"] == 4
    assert server.messages[2]["action"] == 1
    assert server.messages[2]["environment"] == "one"


def test_pieces_with_pings_between_are_put_together(scripted: Scripted) -> None:
    def pieces(number: int) -> bytes:
        text = answer(number, {**EPISODE, "info": {"long": "x" * 300}})
        return (
            frame(TEXT, text[:5], last=False)
            + frame(PING, b"there?")
            + frame(0, text[5:200], last=False)
            + frame(0, text[200:])
        )

    server = scripted(DESCRIPTION, pieces, STEP)
    env = RemoteEnv(url=server.url)
    assert env.reset()[1]["long"] == "x" * 300
    env.step(0)
    assert server.pongs == [b"there?"]


def test_a_ping_between_two_messages_is_answered(scripted: Scripted) -> None:
    def with_ping(number: int) -> bytes:
        return frame(TEXT, answer(number, EPISODE)) + frame(PING, b"still?")

    server = scripted(DESCRIPTION, with_ping, STEP, STEP)
    env = RemoteEnv(url=server.url)
    env.reset()
    env.step(0)
    env.step(0)  # whose message the server reads behind the pong
    assert server.pongs == [b"still?"]
    assert server.connections == 1


def test_a_socket_that_the_server_closed_between_two_messages_is_replaced(
    scripted: Scripted,
) -> None:
    def with_close(number: int) -> bytes:
        return frame(TEXT, answer(number, EPISODE)) + frame(CLOSE, b"\x03\xe9idle!!")

    server = scripted(DESCRIPTION, with_close, STEP)
    env = RemoteEnv(url=server.url)
    env.reset()
    assert env.step(0)[0] == 2
    assert server.connections == 2
    assert [message["type"] for message in server.messages].count("step") == 1


def test_a_step_is_sent_again_under_the_same_key(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, EPISODE, hang_up, STEP, STEP)
    env = RemoteEnv(url=server.url)
    env.reset()
    env.step(0)
    env.step(0)
    first, second, other = (m["idempotencyKey"] for m in server.messages if m["type"] == "step")
    assert first == second != other


def test_a_step_that_is_lost_twice_tells_the_close_code_and_asks_for_a_reset(
    scripted: Scripted,
) -> None:
    def closes(_: int) -> bytes:
        return frame(CLOSE, b"\x03\xf1too large!!")

    server = scripted(DESCRIPTION, EPISODE, closes, closes, EPISODE)
    env = RemoteEnv(url=server.url)
    env.reset()
    with pytest.raises(ConnectionLostError, match=r"1009 too large.*reset the environment"):
        env.step(0)
    with pytest.raises(SplitGymError, match="reset the environment"):
        env.step(0)
    env.reset()


def test_a_silent_server_is_given_up(scripted: Scripted) -> None:
    server = scripted(DESCRIPTION, lambda _: frame(PING, b""))
    env = RemoteEnv(url=server.url, timeout=0.3)
    with pytest.raises(ConnectionLostError, match=r"no answer within 0\.3 s"):
        env.reset()


def test_an_answer_to_something_else_is_not_taken(scripted: Scripted) -> None:
    server = scripted(lambda number: frame(TEXT, answer(number + 7, DESCRIPTION)))
    with pytest.raises(ConnectionLostError, match="came instead"):
        RemoteEnv(url=server.url)


def test_a_problem_becomes_an_exception(scripted: Scripted) -> None:
    problem = {"type": "urn:splitgym:problem:limit-reached", "status": 429, "detail": "full"}
    server = scripted(lambda number: frame(TEXT, answer(number, problem, "problem")))
    with pytest.raises(SplitGymError, match="full") as refused:
        RemoteEnv(url=server.url)
    assert (refused.value.status, refused.value.kind) == (429, "limit-reached")


def test_what_opens_no_socket_is_told_from_a_server(scripted: Scripted) -> None:
    with pytest.raises(SplitGymError, match="something other"):
        RemoteEnv(url=scripted(accept=b"wrong").url)


def test_a_step_in_pieces_behind_a_ping_is_put_together(scripted: Scripted) -> None:
    def pieces(number: int) -> bytes:
        text = answer(number, {**STEP, "info": {"long": "x" * 300}})
        return frame(PING, b"there?") + frame(TEXT, text[:9], last=False) + frame(0, text[9:])

    server = scripted(DESCRIPTION, EPISODE, pieces, STEP)
    env = RemoteEnv(url=server.url)
    env.reset()
    assert env.step(0)[4]["long"] == "x" * 300
    assert env.step(1)[0] == 2
    assert server.pongs == [b"there?"]
    assert server.connections == 1


@pytest.mark.parametrize("length", [1, 40, 124, 125, 126, 127, 3000, 66000])
def test_an_answer_may_have_any_length(scripted: Scripted, length: int) -> None:
    def padded(number: int) -> bytes:
        text = answer(number, {**STEP, "info": {"long": "x" * length}})
        if len(text) >= 1 << 16:
            return b"\x81\x7f" + len(text).to_bytes(8, "big") + text
        return frame(TEXT, text)

    env = RemoteEnv(url=scripted(DESCRIPTION, EPISODE, padded, STEP).url)
    env.reset()
    assert len(env.step(0)[4]["long"]) == length
    assert env.step(1)[0] == 2


def test_an_interrupted_step_asks_for_a_reset_and_its_answer_is_taken_for_no_other(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = scripted(DESCRIPTION, EPISODE, STEP, EPISODE, STEP)
    env = RemoteEnv(url=server.url)
    env.reset()

    def interrupted(_: Stream) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stream, "read_ahead", interrupted)
        with pytest.raises(KeyboardInterrupt):
            env.step(0)
    with pytest.raises(SplitGymError, match="reset the environment"):
        env.step(0)
    assert env.reset()[0] == 1
    assert env.step(0)[0] == 2
    assert server.connections == 2


def test_a_refused_step_leaves_the_connection_and_the_episode(scripted: Scripted) -> None:
    problem = {"type": "urn:splitgym:problem:invalid-value", "status": 422, "detail": "no"}
    server = scripted(
        DESCRIPTION, EPISODE, lambda number: frame(TEXT, answer(number, problem, "problem")), STEP
    )
    env = RemoteEnv(url=server.url)
    env.reset()
    with pytest.raises(InvalidValueError, match="no"):
        env.step(7)
    assert env.step(0)[0] == 2
    assert server.connections == 1


def test_steps_answered_in_another_order_are_refused(scripted: Scripted) -> None:
    def of_another(number: int) -> bytes:
        return frame(TEXT, answer(number + 1, {**STEP, "info": {"long": "x" * 200}}))

    env = RemoteEnv(url=scripted(DESCRIPTION, EPISODE, of_another, of_another).url)
    env.reset()
    with pytest.raises(ConnectionLostError, match="came instead"):
        env.step(0)
