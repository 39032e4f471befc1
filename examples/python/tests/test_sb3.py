"""The adapter for stable-baselines3, on what that library promises its callers.

The library brings gigabytes of its own, so where it isn't installed a stand-in takes the place of
the one class that the adapter extends.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import splitgym
from splitgym import RemoteVectorEnv


class VecEnv:
    """As much of stable_baselines3.common.vec_env.VecEnv (2.7) as the adapter needs."""

    def __init__(self, num_envs: int, observation_space: Any, action_space: Any) -> None:
        self.num_envs = num_envs
        self.observation_space = observation_space
        self.action_space = action_space
        self.reset_infos: list[dict[str, Any]] = [{} for _ in range(num_envs)]
        self._seeds: list[int | None] = [None] * num_envs
        self._options: list[dict[str, Any]] = [{} for _ in range(num_envs)]
        assert self.get_attr("render_mode") == [None] * num_envs

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        raise NotImplementedError

    def seed(self, seed: int | None = None) -> list[int | None]:
        self._seeds = [None if seed is None else seed + i for i in range(self.num_envs)]
        return self._seeds

    def set_options(self, options: dict[str, Any]) -> None:
        self._options = [dict(options) for _ in range(self.num_envs)]

    def _reset_seeds(self) -> None:
        self._seeds = [None] * self.num_envs

    def _reset_options(self) -> None:
        self._options = [{} for _ in range(self.num_envs)]

    def step(self, actions: Any) -> Any:
        self.step_async(actions)  # type: ignore[attr-defined]
        return self.step_wait()  # type: ignore[attr-defined]


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The class, made anew."""
    try:
        importlib.import_module("stable_baselines3.common.vec_env")
    except ImportError:
        for name in ("stable_baselines3", "stable_baselines3.common"):
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        vec_env: Any = types.ModuleType("stable_baselines3.common.vec_env")
        vec_env.VecEnv = VecEnv
        monkeypatch.setitem(sys.modules, vec_env.__name__, vec_env)
    monkeypatch.delitem(sys.modules, "splitgym.sb3", raising=False)
    yield importlib.import_module("splitgym.sb3").SplitGymVecEnv
    sys.modules.pop("splitgym.sb3", None)


def test_the_library_is_not_needed_unless_it_is_used() -> None:
    assert "sb3" not in vars(splitgym)


def test_the_last_step_tells_how_the_episode_ended_and_where(adapter: Any, url: str) -> None:
    env = adapter(2, url=url, episodeSteps=2)
    same = RemoteVectorEnv(2, url=url, episodeSteps=2, autoreset_mode="SameStep")
    env.seed(5)
    env.set_options({"p": 5})
    np.testing.assert_array_equal(env.reset(), same.reset(seed=5, options={"p": 5})[0])
    assert env.reset_infos[1]["split"] == 5
    _, _, dones, infos = env.step(np.array([2, 0]))
    same.step(np.array([2, 0]))
    assert not dones.any()
    assert "terminal_observation" not in infos[0]
    observations, rewards, dones, infos = env.step(np.array([2, 0]))
    expected = same.step(np.array([2, 0]))
    np.testing.assert_array_equal(observations, expected[0])
    assert rewards.dtype == np.float32
    assert dones.tolist() == [True, True]
    assert [info["TimeLimit.truncated"] for info in infos] == [True, True]
    assert [info["terminal_observation"][2] for info in infos] == [7, 5]
    assert [info["split"] for info in infos] == [7, 5]
    assert set(infos[0]["rewardTerms"]) == {"inference", "load"}
    env.close()
    same.close()


def test_an_end_of_the_task_is_no_time_limit(adapter: Any, url: str) -> None:
    env = adapter(2, url=url, episodeSteps=1, endsAs="terminated")
    env.reset()
    _, _, dones, infos = env.step(np.array([0, 0]))
    assert dones.all()
    assert [info["TimeLimit.truncated"] for info in infos] == [False, False]
    env.close()


def test_seeds_hold_for_one_reset(adapter: Any, url: str) -> None:
    env = adapter(2, url=url)
    env.seed(1)
    first = env.reset()
    assert not np.array_equal(env.reset(), first)
    env.seed(1)
    np.testing.assert_array_equal(env.reset(), first)
    env.close()


def test_attributes_can_be_read_and_not_set(adapter: Any, url: str) -> None:
    env = adapter(3, url=url)
    assert env.get_attr("num_envs", [0, 2]) == [3, 3]
    assert env.env_is_wrapped(object, 1) == [False]
    with pytest.raises(NotImplementedError):
        env.set_attr("x", 1)
    with pytest.raises(NotImplementedError):
        env.env_method("render")
    env.close()


def test_action_masks_are_what_a_maskable_ppo_asks_for(adapter: Any, url: str) -> None:
    env = adapter(2, url=url, actionMask=True)
    assert np.stack(env.env_method("action_masks")).tolist() == [[1] * 5] * 2
    env.set_options({"p": 1})
    env.reset()
    assert np.stack(env.env_method("action_masks")).tolist() == [[1, 0, 1, 0, 1]] * 2
    env.step(np.array([2, 0]))
    assert env.env_method("action_masks", indices=[0])[0].tolist() == [1, 1, 1, 0, 1]
    assert [mask().tolist() for mask in env.get_attr("action_masks", 1)] == [[1, 0, 1, 0, 1]]
    env.close()
    without = adapter(2, url=url)
    with pytest.raises(AttributeError, match="actionMask=True"):
        without.get_attr("action_masks")
    without.close()


def test_a_reset_cancels_the_step_that_is_under_way(adapter: Any, url: str) -> None:
    env = adapter(2, url=url)
    env.reset()
    env.step_async(np.array([2, 2]))
    env.set_options({"p": 5})
    assert env.reset()[:, 2].tolist() == [5, 5]
    assert env.step(np.array([2, 0]))[0][:, 2].tolist() == [6, 5]
    env.close()
