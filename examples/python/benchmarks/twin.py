"""SplitInference-v0 on a surrogate, in NumPy alone: what libraries in Python are compared on.

The same spaces, rewards and ends as the server's environment of the same parameters; only the
random numbers are NumPy's. ``tests/test_twin.py`` holds it to a running server.
"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import ArrayLike, NDArray

_SHIPPED = (
    Path(__file__).resolve().parents[3] / "env-server/src/main/resources/io/splitgym/surrogate"
)
_SCALE = 10.5
DRIFT = 0.0005
_FEATURES = ("ln(sigma + 0.01), ln(m), ln(p)", "sigma, m, p", "sigma, p")
_USUAL = {"sigma": (0.0, 0.3), "m": (0.5, 10.0)}


class Surrogate:
    """What a surrogate's file predicts for (sigma, m, p): ln PPL, or the reward's first term."""

    def __init__(self, content: bytes) -> None:
        """Reads a surrogate.

        Args:
            content: the file, as ``docs/surrogate.md`` has it.
        """
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
        metadata = header.pop("__metadata__")
        tensors = {}
        for name, entry in header.items():
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(content[start:end], "<f4").reshape(entry["shape"])
        # those of draws.layers tell how draws lie around the mean
        count = sum(name.startswith("layers.") and name.endswith(".weight") for name in tensors)
        self._layers = [
            (
                np.ascontiguousarray(tensors[f"layers.{i}.weight"].T),
                tensors[f"layers.{i}.bias"],
            )
            for i in range(count)
        ]
        self._features = metadata["features"]
        if self._features not in _FEATURES:
            raise ValueError(f"features are {self._features!r}, must be one of {_FEATURES}")
        inputs = self._layers[0][0].shape[0]
        self._means = tensors.get("features.mean", np.zeros(inputs)).tolist()
        self._deviations = tensors.get("features.deviation", np.ones(inputs)).tolist()
        self._target = (
            float(tensors.get("target.mean", np.zeros(1))[0]),
            float(tensors.get("target.deviation", np.ones(1))[0]),
        )
        self.gives_reward_term = metadata["target"] == "first term of the reward"
        self.clean = 0.0 if self.gives_reward_term else float(metadata["cleanLogPerplexity"])
        self.layers = int(metadata["layers"])

    @classmethod
    def shipped(cls, channel: str) -> Surrogate:
        """The one that comes with the program for ``fading-awgn`` or ``erasure``."""
        return cls((_SHIPPED / f"smollm2-135m-{channel}.safetensors").read_bytes())

    def __call__(self, sigma: ArrayLike, m: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
        """The prediction for each of them."""
        state = [np.asarray(value, np.float64) for value in (sigma, m, p)]
        if self._features == "sigma, p":
            state = [state[0], state[2]]
        elif self._features == "ln(sigma + 0.01), ln(m), ln(p)":
            state = [np.log(state[0] + 0.01), np.log(state[1]), np.log(state[2])]
        state = np.broadcast_arrays(*state)
        x = np.empty((*state[0].shape, len(state)), np.float32)
        for i, (value, mean, deviation) in enumerate(
            zip(state, self._means, self._deviations, strict=True)
        ):
            x[..., i] = (value - mean) / deviation
        return np.asarray(self._target[0] + self._target[1] * self._network(x).astype(np.float64))

    def one(self, sigma: float, m: float, p: int) -> float:
        """The prediction for a single state and split, as fast as NumPy has it."""
        state: tuple[float, ...] = (sigma, m, p)
        if self._features == "sigma, p":
            state = (sigma, p)
        elif self._features != "sigma, m, p":
            state = (math.log(sigma + 0.01), math.log(m), math.log(p))
        x = [
            (value - mean) / deviation
            for value, mean, deviation in zip(state, self._means, self._deviations, strict=True)
        ]
        output = self._network(np.array(x, np.float32))
        return self._target[0] + self._target[1] * float(output)

    def _network(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        for weights, biases in self._layers[:-1]:
            x = x @ weights
            x += biases
            np.maximum(x, 0, out=x)
        weights, biases = self._layers[-1]
        return np.asarray((x @ weights)[..., 0] + biases[0])


class Rules:
    """What the parameters of ``POST /v1/envs`` say, and the reward, of numbers and of arrays."""

    def __init__(self, surrogate: Surrogate, parameters: dict[str, Any]) -> None:
        """Takes the parameters as the server describes them, none left out.

        Raises:
            ValueError: if they ask for what isn't here.
        """
        if parameters["actionKind"] != "moves":
            raise ValueError(f"actionKind {parameters['actionKind']!r}: only moves are here")
        if parameters["dynamics"]["kind"] not in ("static", "reference-drift"):
            raise ValueError(
                f"dynamics.kind {parameters['dynamics']['kind']!r}: only static and"
                " reference-drift are here"
            )
        if parameters["observeStepsLeft"] or parameters["actionMask"]:
            raise ValueError("observeStepsLeft and actionMask aren't here")
        if parameters.get("noise", "mean") != "mean":
            raise ValueError("noise sampled isn't here")
        if surrogate.gives_reward_term and parameters["reward"]["kind"] != "reference":
            raise ValueError("a surrogate of the reward's first term has the reward reference")
        self._surrogate = surrogate
        self._reward = parameters["reward"]
        self.needs_start = self._reward["kind"] == "reference" and not surrogate.gives_reward_term
        self.drifts = parameters["dynamics"]["kind"] == "reference-drift"
        deltas = parameters.get("moves")
        if deltas is None:
            steps = range(1, parameters["actions"] // 2 + 1)
            deltas = [0, *(delta for k in steps for delta in (-k, k))]
        self.moves = np.array(deltas, np.int64)
        self.sigma = tuple(parameters["sigmaRange"])
        self.m = tuple(parameters["mRange"])
        self.splits = tuple(parameters["splitRange"])
        self.starts = tuple(parameters["startSplitRange"])
        self.steps = int(parameters["episodeSteps"])
        self.terminates = parameters["endsAs"] == "terminated"
        reachable = (0.0, max(0.3, self.sigma[1])) if self.drifts else self.sigma
        self.reachable = reachable
        low, high = zip(
            _observed(reachable, _USUAL["sigma"]),
            _observed(self.m, _USUAL["m"]),
            self.splits if self.splits[0] < self.splits[1] else (1, surrogate.layers - 1),
            strict=True,
        )
        self.low, self.high = np.array(low, np.float32), np.array(high, np.float32)

    @property
    def observations(self) -> gymnasium.spaces.Box:
        """sigma, m and p."""
        return gymnasium.spaces.Box(self.low, self.high, dtype=np.float32)

    def reward(self, start: Any, value: Any, p: Any) -> Any:
        """For what a step led to.

        Args:
            start: what the surrogate says of the episode's start, where ``needs_start``
            value: what it says of the state now
            p: the split now
        """
        if self._reward["kind"] == "objective":
            lost = self._reward["inferenceWeight"] * (value - self._surrogate.clean)
            return -lost - self._reward["loadWeight"] * p / self._surrogate.layers
        load = (self.splits[1] - p) / self.splits[1]
        if self._surrogate.gives_reward_term:
            return value + load
        if isinstance(value, float):
            term: Any = -_SCALE * math.expm1(value - start)
            return (max(-_SCALE, term) if self._reward["clip"] else term) + load
        term = -_SCALE * np.expm1(value - start)
        return (np.maximum(-_SCALE, term) if self._reward["clip"] else term) + load


class TwinEnv(gymnasium.Env[NDArray[np.float32], Any]):
    """One environment."""

    metadata = {"render_modes": []}  # noqa: RUF012

    def __init__(self, surrogate: Surrogate, parameters: dict[str, Any]) -> None:
        """Makes it; the arguments are those of ``Rules``."""
        self._rules = Rules(surrogate, parameters)
        self._surrogate = surrogate
        self._moves = self._rules.moves.tolist()
        self.observation_space = self._rules.observations
        self.action_space = gymnasium.spaces.Discrete(len(self._rules.moves))
        self._sigma, self._m, self._p, self._steps = 0.0, 1.0, 1, 0
        self._start = 0.0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Starts an episode; ``options`` may hold sigma, m and p."""
        super().reset(seed=seed)
        fixed = options or {}
        rules = self._rules
        drawn = (
            self.np_random.uniform(*rules.sigma),
            self.np_random.uniform(*rules.m),
            int(self.np_random.integers(rules.starts[0], rules.starts[1] + 1)),
        )
        self._sigma = float(fixed.get("sigma", drawn[0]))
        self._m = float(fixed.get("m", drawn[1]))
        self._p = int(fixed.get("p", drawn[2]))
        self._steps = 0
        if rules.needs_start:
            self._start = self._surrogate.one(self._sigma, self._m, self._p)
        return self._observation(), {}

    def step(self, action: Any) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Moves the split, lets the channel change, and rewards what is then."""
        rules = self._rules
        p = min(max(self._p + self._moves[action], rules.splits[0]), rules.splits[1])
        if rules.drifts:
            drifted = self._sigma * (1 - DRIFT * (p - self._p))
            self._sigma = min(max(drifted, rules.reachable[0]), rules.reachable[1])
        self._p = p
        self._steps += 1
        value = self._surrogate.one(self._sigma, self._m, p)
        reward = float(rules.reward(self._start, value, p))
        over = self._steps >= rules.steps
        ends = over and rules.terminates
        return self._observation(), reward, ends, over and not ends, {}

    def _observation(self) -> NDArray[np.float32]:
        return np.array([self._sigma, self._m, self._p], np.float32)


class TwinVector:
    """Many environments in arrays, as fast as NumPy has them; no library's interface."""

    def __init__(self, surrogate: Surrogate, parameters: dict[str, Any], count: int) -> None:
        """Makes ``count`` environments; the others are those of ``Rules``."""
        self.rules = Rules(surrogate, parameters)
        self._surrogate = surrogate
        self._random = np.random.default_rng(0)
        self._count = count
        self._state: tuple[Any, ...] = ()
        self._steps = np.zeros(count, np.int64)

    def reset(self, starts: tuple[Any, Any, Any] | None = None) -> NDArray[np.float32]:
        """Starts an episode in each, from ``starts`` (sigma, m, p) where they are given."""
        sigma, m, p = starts or self._drawn(self._count)
        self._state = sigma, m, p, self._start_values(sigma, m, p)
        self._steps[:] = 0
        return self._observations()

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_]]:
        """Takes an action in each.

        Returns:
            observations, those of new episodes where one is over; rewards; what is over
        """
        rules = self.rules
        sigma, m, before, start = self._state
        p = np.clip(before + rules.moves[actions], *rules.splits)
        if rules.drifts:
            sigma = np.clip(sigma * (1 - DRIFT * (p - before)), *rules.reachable)
        rewards = rules.reward(start, self._surrogate(sigma, m, p), p)
        self._steps += 1
        over = self._steps >= rules.steps
        if over.any():
            sigma, m, p = sigma.copy(), m.copy(), p.copy()
            sigma[over], m[over], p[over] = drawn = self._drawn(int(over.sum()))
            if rules.needs_start:
                start = start.copy()
                start[over] = self._start_values(*drawn)
            self._steps[over] = 0
        self._state = sigma, m, p, start
        return self._observations(), rewards, over

    def returns(self, starts: tuple[Any, Any, Any], act: Any) -> NDArray[np.float64]:
        """The undiscounted return from each start.

        Args:
            act: observations [count, 3] to actions [count]
        """
        observations = self.reset(starts)
        total = np.zeros(self._count)
        for _ in range(self.rules.steps):
            observations, rewards, _over = self.step(np.asarray(act(observations)))
            total += rewards
        return total

    def _start_values(self, sigma: Any, m: Any, p: Any) -> Any:
        return self._surrogate(sigma, m, p) if self.rules.needs_start else np.zeros(len(p))

    def _drawn(self, count: int) -> tuple[Any, Any, Any]:
        rules = self.rules
        return (
            self._random.uniform(*rules.sigma, count),
            self._random.uniform(*rules.m, count),
            self._random.integers(rules.starts[0], rules.starts[1] + 1, count),
        )

    def _observations(self) -> NDArray[np.float32]:
        sigma, m, p, _start = self._state
        return np.stack([sigma, m, p], 1).astype(np.float32)


def _observed(reachable: Any, usual: tuple[float, float]) -> tuple[float, float]:
    """What bounds a dimension: its values, or the usual ones where it has a single value."""
    low, high = reachable
    return (min(low, usual[0]), max(high, usual[1])) if low == high else (low, high)
