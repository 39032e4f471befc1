"""OpenEnv's own clients against the server."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from openenv.core import GenericEnvClient
from openenv.core.mcp_client import MCPToolClient


def episode(url: str, **reset: Any) -> list[tuple[Any, ...]]:
    """What an episode of staying and moving leads to."""
    with GenericEnvClient(base_url=url).sync() as env:
        result = env.reset(**reset)
        seen = [(result.observation, result.reward, result.done, result.metadata)]
        action = 0
        while not result.done:
            result = env.step({"action": action % 3})
            seen.append((result.observation, result.reward, result.done, result.metadata))
            action += 1
        return seen


def test_five_lines_run_an_episode(url: str) -> None:
    with GenericEnvClient(base_url=url).sync() as env:
        result = env.reset(seed=42)
        while not result.done:
            result = env.step({"action": 1})
    assert set(result.observation) == {"sigma", "m", "p", "metadata"}
    assert isinstance(result.reward, float)
    assert result.metadata["truncated"] is True
    assert result.metadata["terminated"] is False
    assert result.metadata["info"]["stepsLeft"] == 0
    assert result.observation["metadata"] == result.metadata


def test_the_example_runs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(sys, "argv", ["episode.py", url]):
        runpy.run_path(str(Path(__file__).parents[1] / "episode.py"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert lines[-1].endswith("True")


def test_a_reset_has_no_reward_and_is_not_done(url: str) -> None:
    first = episode(url, seed=1)[0]
    assert first[1] is None
    assert first[2] is False


def test_the_seed_decides_the_episode(url: str) -> None:
    assert episode(url, seed=5) == episode(url, seed=5)
    assert episode(url, seed=5) != episode(url, seed=6)


def test_it_is_the_episode_that_the_rest_routes_run(server: str, url: str) -> None:
    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            server + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))

    made = post("/v1/envs", {"spec": "SplitInference-v0", "preset": "H", "actions": 5})
    path = "/v1/envs/" + made["id"]
    post(path + "/reset", {"seed": 9})
    with GenericEnvClient(base_url=url).sync() as env:
        env.reset(seed=9, preset="H", actions=5)
        for action in (4, 0, 3):
            here = env.step({"action": action})
            there = post(path + "/step", {"action": action})
            values = [here.observation[name] for name in ("sigma", "m", "p")]
            assert values == there["observation"]
            assert here.reward == there["reward"]
            assert here.metadata["info"] == there["info"]


def test_an_episode_that_ends_as_terminated_says_so(url: str) -> None:
    last = episode(url, seed=3, preset="reference")[-1]
    assert last[3]["terminated"] is True
    assert last[3]["truncated"] is False
    assert last[3]["info"]["split"] == last[0]["p"]


def test_a_reset_chooses_the_environment(url: str) -> None:
    with GenericEnvClient(base_url=url).sync() as env:
        env.reset(backend="surrogate", preset="H", actions=9, options={"p": 12})
        state = env.state()
        assert state["preset"] == "H"
        assert state["action_space"]["n"] == 9
        assert env.step({"action": 8}).observation["p"] == 16
        # the same one goes on when nothing else is asked for
        env.reset(seed=1)
        assert env.state()["preset"] == "H"
        env.reset(preset="L")
        assert env.state()["action_space"]["n"] == 5


def test_the_state_follows_the_episode(url: str) -> None:
    with GenericEnvClient(base_url=url).sync() as env:
        assert env.state()["step_count"] == 0
        env.reset(seed=1, episode_id="mine")
        env.step({"action": 0})
        assert env.state()["episode_id"] == "mine"
        assert env.state()["step_count"] == 1
        env.reset()
        assert env.state()["episode_id"] not in (None, "mine")
        assert env.state()["step_count"] == 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda env: env.step({"action": 0}), "EXECUTION_ERROR"),
        (lambda env: env.reset(preset="none"), "VALIDATION_ERROR"),
        (lambda env: env.reset(presett="H"), "VALIDATION_ERROR"),
        (lambda env: env.reset(seed="x"), "VALIDATION_ERROR"),
        (lambda env: env.reset(seed=1) and env.step({"action": 5}), "VALIDATION_ERROR"),
        (lambda env: env.reset(seed=1) and env.step({"move": 1}), "VALIDATION_ERROR"),
    ],
)
def test_an_error_names_what_was_wrong_and_the_socket_stays(url: str, call: Any, code: str) -> None:
    with GenericEnvClient(base_url=url).sync() as env:
        with pytest.raises(RuntimeError, match=f"must be.*{code}|no episode.*{code}"):
            call(env)
        assert env.reset(seed=1).done is False


def test_sessions_are_side_by_side_and_freed(root_url: str) -> None:
    for _ in range(5):
        with GenericEnvClient(base_url=root_url).sync() as one:
            with GenericEnvClient(base_url=root_url).sync() as two:
                one.reset(seed=1, episode_id="one")
                two.reset(seed=2, episode_id="two")
                one.step({"action": 0})
                assert one.state()["step_count"] == 1
                assert two.state()["step_count"] == 0
                with pytest.raises(RuntimeError, match="CAPACITY_REACHED"):
                    with GenericEnvClient(base_url=root_url).sync() as three:
                        three.reset()
                # a full server still lets a connection have another environment
                assert one.reset(preset="H").done is False
        wait_until_free(root_url)


def wait_until_free(root_url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with urllib.request.urlopen(root_url + "/v1/envs") as answer:
            if json.load(answer)["environments"] == []:
                return
        time.sleep(0.02)
    pytest.fail("connections are closed, and their environments still there")


def test_many_sessions_of_one_process(url: str) -> None:
    async def one(seed: int) -> float:
        async with GenericEnvClient(base_url=url) as env:
            total = 0.0
            result = await env.reset(seed=seed)
            while not result.done:
                result = await env.step({"action": 0})
                total += result.reward
            return total

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(one(seed) for seed in range(40)))

    assert len(set(asyncio.run(all_of_them()))) == 40


def test_tools_act_in_the_episode_of_the_connection(url: str) -> None:
    async def session() -> None:
        async with MCPToolClient(base_url=url, mode="production") as env:
            await env.reset(seed=4)
            assert {tool.name for tool in await env.list_tools()} == {"take_action", "describe"}
            moved = await env.call_tool("take_action", action=2)
            assert moved["reward"] is not None
            assert (await env.call_tool("describe"))["state"]["step_count"] == 1
            assert (await env.state()).step_count == 1
            with pytest.raises(RuntimeError, match="must be"):
                await env.call_tool("take_action", action=99)

    asyncio.run(session())
