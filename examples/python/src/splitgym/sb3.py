"""A vector of environments for stable-baselines3, which isn't needed unless this is imported.

::

    from splitgym.sb3 import SplitGymVecEnv

    model = PPO("MlpPolicy", SplitGymVecEnv(64), n_steps=32)
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Discrete
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from splitgym.errors import SplitGymError
from splitgym.vector import RemoteVectorEnv


class SplitGymVecEnv(VecEnv):  # type: ignore[misc]  # untyped where the library isn't installed
    """Many environments on a SplitGym server, as stable-baselines3 wants them.

    An environment whose episode ends starts another within the same step; the info of that step
    has the last observation as ``terminal_observation``, the last info's entries, and whether a
    limit ended the episode as ``TimeLimit.truncated``, which algorithms need to bootstrap.
    """

    def __init__(self, num_envs: int, **parameters: Any) -> None:
        """Makes the vector.

        Args:
            num_envs: how many environments.
            parameters: what ``RemoteVectorEnv`` takes, such as ``url`` and ``preset``, but for
                ``autoreset_mode``.
        """
        self.vector = RemoteVectorEnv(num_envs, autoreset_mode="SameStep", **parameters)
        self.render_mode = None
        self._masks: NDArray[np.int8] | None = None
        actions = self.vector.single_action_space
        if self.vector.description["parameters"].get("actionMask"):
            assert isinstance(actions, Discrete)
            self._masks = np.ones((self.vector.num_envs, int(actions.n)), dtype=np.int8)
        super().__init__(
            self.vector.num_envs,
            self.vector.single_observation_space,
            self.vector.single_action_space,
        )

    def reset(self) -> NDArray[Any]:
        """Starts an episode in each, with the seeds and options that were set before."""
        seeds = list(self._seeds)
        options = [dict(given) for given in self._options]
        if any(given != options[0] for given in options):
            raise SplitGymError(
                "options differ between environments; a vector has the same for all",
                field="options",
            )
        observations, infos = self.vector.reset(
            seed=seeds if any(seed is not None for seed in seeds) else None,
            options=options[0] or None,
        )
        self.reset_infos = _rows(infos, self.num_envs)
        self._masks = infos.get("action_mask")
        self._reset_seeds()
        self._reset_options()
        return np.asarray(observations)

    def step_async(self, actions: NDArray[Any]) -> None:
        """Sends an action for each."""
        self.vector.step_async(actions)

    def step_wait(
        self,
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """What they led to."""
        observations, rewards, terminations, truncations, infos = self.vector.step_wait()
        final_obs = infos.pop("final_obs", None)
        infos.pop("_final_obs", None)
        final_info = infos.pop("final_info", None)
        infos.pop("_final_info", None)
        self._masks = infos.get("action_mask")
        dones = terminations | truncations
        rows = _rows(infos, self.num_envs)
        ended = _rows(final_info, self.num_envs) if final_info is not None else rows
        for i in np.flatnonzero(dones):
            self.reset_infos[i] = rows[i]
            rows[i] = {
                **ended[i],
                "terminal_observation": final_obs[i] if final_obs is not None else None,
                "TimeLimit.truncated": bool(truncations[i] and not terminations[i]),
            }
        return observations, rewards.astype(np.float32), dones, rows

    def close(self) -> None:
        """Frees the vector on the server."""
        self.vector.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """An attribute of the vector, once for each environment asked for.

        ``action_masks`` is there where the environments were made with ``actionMask=True``.
        """
        if attr_name == "action_masks":
            masks = self._masks
            if masks is None:
                raise AttributeError("action_masks: make the environments with actionMask=True")
            return [functools.partial(masks.__getitem__, i) for i in self._chosen(indices)]
        value = getattr(self if attr_name == "render_mode" else self.vector, attr_name)
        return [value for _ in self._chosen(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refused: the environments are the server's."""
        raise NotImplementedError(f"{attr_name} can't be set: the environments are the server's")

    def env_method(
        self, method_name: str, *arguments: Any, indices: Any = None, **named: Any
    ) -> list[Any]:
        """``action_masks``, for sb3-contrib's MaskablePPO with ``actionMask=True``; no other."""
        if method_name == "action_masks":
            return [mask() for mask in self.get_attr(method_name, indices)]
        raise NotImplementedError(
            f"{method_name} can't be called: the environments are the server's"
        )

    def env_is_wrapped(self, wrapper_class: type[Any], indices: Any = None) -> list[bool]:
        """None of them is wrapped."""
        return [False for _ in self._chosen(indices)]

    def _chosen(self, indices: Any) -> Iterable[int]:
        if indices is None:
            return range(self.num_envs)
        return [indices] if isinstance(indices, int) else list(indices)


def _rows(columns: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The info of each environment, from the arrays of a vector's infos."""
    rows: list[dict[str, Any]] = [{} for _ in range(count)]
    for name, column in columns.items():
        if name.startswith("_") and name[1:] in columns:
            continue
        values: Sequence[Any]
        if isinstance(column, dict):
            values = _rows(column, count)
        else:
            values = column.tolist() if column.ndim == 1 else list(column)
        mask = columns.get(f"_{name}")
        there = range(count) if mask is None else np.flatnonzero(mask).tolist()
        for i in there:
            rows[i][name] = values[i]
    return rows
