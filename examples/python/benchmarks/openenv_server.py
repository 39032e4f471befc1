"""SplitInference-v0 with the shipped surrogate as an OpenEnv environment, in NumPy.

What ``create_fastapi_app`` makes of it is served by uvicorn, as OpenEnv's documentation has it.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
from openenv.core.env_server import create_fastapi_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State
from twin import Surrogate

_MOVES = (0, -1, 1, -2, 2)
_LAYERS, _LAST_SPLIT, _STEPS = 30, 29, 10


class SplitAction(Action):
    """Which move."""

    action: int


class SplitObservation(Observation):
    """Noise, fading and split."""

    sigma: float = 0.0
    m: float = 1.0
    p: int = 1


class SplitEnvironment(Environment):  # type: ignore[misc]
    """Ten steps along the layers, the channel as it was at the start."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        super().__init__()
        self._surrogate = Surrogate.shipped("fading-awgn")
        self._random = np.random.default_rng()
        self._state = State(episode_id=str(uuid4()), step_count=0)
        self._sigma, self._m, self._p = 0.1, 1.0, 1

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, **fixed: Any
    ) -> SplitObservation:
        """Starts an episode; ``fixed`` may hold sigma, m and p."""
        if seed is not None:
            self._random = np.random.default_rng(seed)
        self._sigma = float(fixed.get("sigma", self._random.uniform(0.0, 0.3)))
        self._m = float(fixed.get("m", self._random.uniform(0.5, 10.0)))
        self._p = int(fixed.get("p", self._random.integers(1, _LAST_SPLIT + 1)))
        self._state = State(episode_id=episode_id or str(uuid4()), step_count=0)
        return self._observed(None)

    def step(
        self, action: SplitAction, timeout_s: float | None = None, **kwargs: Any
    ) -> SplitObservation:
        """Moves the split, and rewards what is left of the model's perplexity and the device."""
        self._p = min(max(self._p + _MOVES[action.action], 1), _LAST_SPLIT)
        self._state.step_count += 1
        lost = self._surrogate.one(self._sigma, self._m, self._p) - self._surrogate.clean
        return self._observed(-lost - self._p / _LAYERS)

    def _observed(self, reward: float | None) -> SplitObservation:
        return SplitObservation(
            sigma=self._sigma,
            m=self._m,
            p=self._p,
            reward=reward,
            done=self._state.step_count >= _STEPS,
        )

    @property
    def state(self) -> State:
        """Which episode, and how far it has come."""
        return self._state


app = create_fastapi_app(
    SplitEnvironment, SplitAction, SplitObservation, max_concurrent_envs=16
)
