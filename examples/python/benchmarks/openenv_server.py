"""SplitInference-v0 with the shipped surrogate as an OpenEnv environment, in NumPy.

What ``create_fastapi_app`` makes of it is served by uvicorn, as OpenEnv's documentation has it.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from openenv.core.env_server import create_fastapi_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

_FILE = (
    Path(__file__).resolve().parents[3]
    / "env-server/src/main/resources/io/splitgym/surrogate/smollm2-135m-fading-awgn.safetensors"
)
_MOVES = (0, -1, 1, -2, 2)
_LAYERS, _LAST_SPLIT, _STEPS = 30, 29, 10


class Surrogate:
    """Expected ln PPL for (sigma, m, p), from the file that the server ships."""

    def __init__(self) -> None:
        content = _FILE.read_bytes()
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
        self.clean = float(header.pop("__metadata__")["cleanLogPerplexity"])
        tensors = {}
        for name, entry in header.items():
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content[start:end], "<f4").reshape(entry["shape"])
        self._weights = [np.ascontiguousarray(tensors[f"layers.{i}.weight"].T) for i in range(3)]
        self._biases = [tensors[f"layers.{i}.bias"] for i in range(3)]
        self._mean, self._deviation = tensors["features.mean"], tensors["features.deviation"]
        self._target = float(tensors["target.mean"][0]), float(tensors["target.deviation"][0])

    def __call__(self, sigma: float, m: float, p: int) -> float:
        logarithms = np.log(np.array([sigma + 0.01, m, p]))
        x = ((logarithms - self._mean) / self._deviation).astype(np.float32)
        x = np.maximum(x @ self._weights[0] + self._biases[0], 0)
        x = np.maximum(x @ self._weights[1] + self._biases[1], 0)
        output = x @ self._weights[2] + self._biases[2]
        return self._target[0] + self._target[1] * float(output[0])


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
        self._surrogate = Surrogate()
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
        lost = self._surrogate(self._sigma, self._m, self._p) - self._surrogate.clean
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
