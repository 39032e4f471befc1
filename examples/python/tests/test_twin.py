"""The NumPy twin of the environment, which other libraries are compared on, beside the server."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from splitgym.env import RemoteEnv

_FILE = Path(__file__).parents[1] / "benchmarks" / "twin.py"
_SPEC = importlib.util.spec_from_file_location("twin", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
twin = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(twin)

CASES: list[tuple[str, dict[str, Any]]] = [
    ("erasure", {"preset": "reference", "actions": 9}),
    ("erasure", {"preset": "reference", "actions": 5, "reward": {"clip": False}}),
    ("fading-awgn", {"preset": "A"}),
    ("fading-awgn", {"actions": 7, "dynamics": {"kind": "reference-drift"}}),
    ("fading-awgn", {"moves": [0, 3, -2], "reward": {"loadWeight": 2.5}}),
]


@pytest.mark.parametrize(("channel", "chosen"), CASES)
def test_the_twin_plays_the_servers_episodes(
    url: str, channel: str, chosen: dict[str, Any]
) -> None:
    rng = np.random.default_rng(3)
    remote = RemoteEnv(url=url, channel=channel, **chosen)
    try:
        parameters = remote.description["parameters"]
        surrogate = twin.Surrogate.shipped(channel)
        env = twin.TwinEnv(surrogate, parameters)
        assert env.observation_space == remote.observation_space
        assert env.action_space == remote.action_space
        starts = []
        returns = []
        actions = rng.integers(0, env.action_space.n, parameters["episodeSteps"])
        for episode in range(6):
            seen, _info = remote.reset(seed=episode)
            start = {"sigma": float(seen[0]), "m": float(seen[1]), "p": int(seen[2])}
            seen, _info = remote.reset(seed=episode, options=start)
            observed, _info = env.reset(seed=episode, options=start)
            np.testing.assert_array_equal(observed, seen)
            starts.append(start)
            total = 0.0
            for action in actions:
                theirs = remote.step(int(action))
                ours = env.step(int(action))
                np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6)
                assert ours[1] == pytest.approx(theirs[1], abs=2e-4)
                assert ours[2:4] == theirs[2:4]
                total += ours[1]
            assert ours[2] or ours[3]
            returns.append(total)
        vector = twin.TwinVector(surrogate, parameters, len(starts))
        begin = tuple(np.array([start[name] for start in starts]) for name in ("sigma", "m", "p"))
        moves = iter(actions)
        totals = vector.returns(begin, lambda seen: np.full(len(seen), next(moves)))
        np.testing.assert_allclose(totals, returns, atol=1e-3)
    finally:
        remote.close()


def test_starts_are_within_the_observation_space() -> None:
    parameters = {
        "actions": 3,
        "actionKind": "moves",
        "actionMask": False,
        "observeStepsLeft": False,
        "reward": {"kind": "objective", "inferenceWeight": 1.0, "loadWeight": 1.0},
        "dynamics": {"kind": "static"},
        "sigmaRange": [0.01, 0.15],
        "mRange": [0.5, 10],
        "splitRange": [1, 29],
        "startSplitRange": [2, 4],
        "episodeSteps": 2,
        "endsAs": "truncated",
    }
    env = twin.TwinEnv(twin.Surrogate.shipped("fading-awgn"), parameters)
    first, _info = env.reset(seed=5)
    again, _info = env.reset(seed=5)
    np.testing.assert_array_equal(first, again)
    splits = set()
    for _ in range(50):
        seen, _info = env.reset()
        assert env.observation_space.contains(seen)
        splits.add(int(seen[2]))
    assert splits == {2, 3, 4}
    assert isinstance(env.action_space, gymnasium.spaces.Discrete)
    with pytest.raises(ValueError, match="gauss-markov"):
        twin.TwinEnv(
            twin.Surrogate.shipped("erasure"), {**parameters, "dynamics": {"kind": "gauss-markov"}}
        )
