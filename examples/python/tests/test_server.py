"""Servers that come and go."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

import splitgym
from servers import command, served
from splitgym import Client, ConnectionLostError, RemoteEnv, RemoteVectorEnv, SplitGymError


def test_a_killed_and_restarted_server_is_gone_on_with(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        envs = [
            RemoteEnv(url=first.url, seed=3),
            RemoteEnv(url=first.url, seed=3, transport="http"),
            RemoteEnv(url=first.url, seed=3),
        ]
        vectors = [RemoteVectorEnv(4, url=first.url, seed=3) for _ in range(2)]
        for env in envs:
            env.reset(seed=5)
            env.step(2)
        for vector in vectors:
            vector.reset(seed=5)
            vector.step(np.full(4, 2))
        expected = envs[0].step(4), vectors[0].step(np.arange(4))
        first.kill()
        with served(tmp_path, port=first.port) as again:
            assert again.url == first.url
            went_on = vectors[1].step(np.arange(4))
            for env in envs[1:]:
                assert data_equivalence((env.step(4), went_on), expected, exact=True)
            for env in envs:
                env.close()
            for vector in vectors:
                vector.close()


def test_a_server_that_does_not_come_back_is_given_up(tmp_path: Path) -> None:
    with served(tmp_path, "--ephemeral") as server:
        client = Client(server.url, patience=0.2)
        env = RemoteEnv(client=client)
        env.reset(seed=1)
        server.kill()
        with pytest.raises(ConnectionLostError, match="No server answers"):
            env.step(0)
        env.close()


def test_a_local_server_is_started_where_none_runs_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\nbegin = {command()!r}\n"
        "os.execvp(begin[0], begin + sys.argv[1:])\n"
    )
    program.chmod(0o755)
    # The server wants it of its clients, too.
    monkeypatch.setenv("SPLITGYM_TOKEN", "a-long-secret-token-of-ours")
    monkeypatch.setenv("SPLITGYM_COMMAND", str(program))
    folder = str(tmp_path / "data")
    with splitgym.local_server("--data", folder, url="http://127.0.0.1:1") as url:
        with splitgym.local_server(url=url) as running:
            assert running == url
        for transport in ("websocket", "http"):
            with RemoteEnv(url=url, transport=transport) as env:
                env.reset(seed=1)
        monkeypatch.delenv("SPLITGYM_TOKEN")
        for transport in ("websocket", "http"):
            with pytest.raises(SplitGymError) as refused:
                RemoteEnv(url=url, transport=transport)  # type: ignore[arg-type]
            assert (refused.value.status, refused.value.kind) == (401, "unauthorized")
    with pytest.raises(ConnectionLostError):
        RemoteEnv(url=url)


def test_a_server_that_does_not_start_says_why() -> None:
    nobody = "http://127.0.0.1:1"
    says = [sys.executable, "-c", "import sys; sys.exit('no memory left')"]
    with (
        pytest.raises(SplitGymError, match="no memory left"),
        splitgym.local_server(url=nobody, command=says),
    ):
        pass
    with (
        pytest.raises(SplitGymError, match="can't be started"),
        splitgym.local_server(url=nobody, command=["/nowhere/splitgym"]),
    ):
        pass
