"""JSON-RPC at /mcp, side by side with a server that the openenv package makes."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastmcp import FastMCP
from openenv.core.env_server import create_fastapi_app
from openenv.core.env_server.mcp_environment import MCPEnvironment
from openenv.core.env_server.types import Action, Observation, State
from websockets.sync.client import ClientConnection, connect


class Counting(MCPEnvironment):
    """The same two tools, with next to nothing behind them."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        server = FastMCP("counting")

        @server.tool
        def take_action(action: int) -> dict[str, Any]:
            """Takes one action."""
            return {"reward": float(action)}

        @server.tool
        def describe() -> dict[str, Any]:
            """Tells what it is."""
            return {"description": "counts"}

        super().__init__(server)

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, **kwargs: Any
    ) -> Observation:
        return Observation()

    def _step_impl(
        self, action: Action, timeout_s: float | None = None, **kwargs: Any
    ) -> Observation:
        return Observation()

    @property
    def state(self) -> State:
        return State()


@pytest.fixture(scope="module")
def theirs() -> Iterator[str]:
    """OpenEnv's own server."""
    app = create_fastapi_app(Counting, Action, Observation, max_concurrent_envs=8)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def request(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


ALIKE: list[Any] = [
    request("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={}),
    request("resources/list"),
    request("tools/call"),
    request("openenv/session/close"),
    request("openenv/session/close", session_id="nobody"),
    {"jsonrpc": "1.0", "id": 1, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": "a"},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "more": 1},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": []},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": None},
    {"jsonrpc": "2.0", "id": 1.5, "method": "tools/list"},
    {"jsonrpc": "2.0", "method": "no/such"},
    {},
    "{",
]


def outcome(answer: dict[str, Any]) -> tuple[Any, ...]:
    """What there is to an answer but for its words."""
    assert set(answer) >= {"jsonrpc", "id"}
    error = answer.get("error")
    return answer["jsonrpc"], answer["id"], error and error["code"]


def over_http(url: str, message: Any) -> dict[str, Any]:
    body = message if isinstance(message, str) else json.dumps(message)
    http = urllib.request.Request(
        url + "/mcp", body.encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(http) as answer:
        return dict(json.load(answer))


class Socket:
    """A connection to /mcp."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def ask(self, message: Any) -> dict[str, Any]:
        self._connection.send(message if isinstance(message, str) else json.dumps(message))
        return dict(json.loads(self._connection.recv(timeout=60)))


@contextlib.contextmanager
def connected(url: str) -> Iterator[Socket]:
    with connect(url.replace("http", "ws", 1) + "/mcp") as connection:
        yield Socket(connection)


@pytest.mark.parametrize("message", ALIKE, ids=repr)
def test_refusals_have_the_same_codes(url: str, theirs: str, message: Any) -> None:
    assert outcome(over_http(url, message)) == outcome(over_http(theirs, message))
    with connected(url) as ours, connected(theirs) as other:
        assert outcome(ours.ask(message)) == outcome(other.ask(message))
        # neither hangs up over it
        assert "result" in ours.ask(request("tools/list"))
        assert "result" in other.ask(request("tools/list"))


def test_tools_are_listed_and_called_alike(url: str, theirs: str) -> None:
    with connected(url) as ours, connected(theirs) as other:
        both = [socket.ask(request("tools/list"))["result"]["tools"] for socket in (ours, other)]
        for tools in both:
            assert [tool["name"] for tool in tools] == ["take_action", "describe"]
            assert all(tool["description"] and tool["inputSchema"] for tool in tools)
        call = request("tools/call", name="take_action", arguments={"action": 1})
        for socket in (ours, other):
            result = socket.ask(call)["result"]
            assert isinstance(result["data"]["reward"], float)
            assert json.loads(result["content"][0]["text"])["reward"] == result["data"]["reward"]


def test_a_connection_is_a_session(url: str, theirs: str) -> None:
    with connected(url) as ours, connected(theirs) as other:
        for address, socket in ((url, ours), (theirs, other)):
            name = socket.ask(request("openenv/session/create"))["result"]["session_id"]
            assert socket.ask(request("openenv/session/create"))["result"]["session_id"] == name
            closing = request("openenv/session/close", session_id=name)
            assert socket.ask(closing)["error"]["code"] == -32600
            # it can be had over HTTP, too
            call = request("tools/call", name="describe", arguments={}, session_id=name)
            assert "result" in over_http(address, call)
        assert name not in over_http(url, request("tools/list"))
