"""Trains an agent on a server by fitted Q iteration, with NumPy alone, and judges it.

In a few rounds it plays, at random at first and by what it knows later, keeps each transition,
and fits the value of every action to all of them by least squares: Q(observation, action) is
interpolated between points of a grid over (sigma, ln m, p).

    ./splitgym serve &
    python examples/python/train_fitted_q.py
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

import splitgym  # noqa: F401  (registers the environment)

Observation = NDArray[np.float32]
Policy = Callable[[Observation], int]

GRID = (9, 4, 15)
ROUNDS = 4
BACKUPS = 100


class GridQ:
    """Action values, linear in the weights of the grid's points."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        box = env.observation_space
        discrete = env.action_space
        assert isinstance(box, gymnasium.spaces.Box)
        assert isinstance(discrete, gymnasium.spaces.Discrete)
        self.actions = int(discrete.n)
        self.low = _with_log_m(box.low)
        self.width = _with_log_m(box.high) - self.low
        self.width[self.width == 0] = 1
        self.weights = np.zeros((int(np.prod(GRID)), self.actions))

    def features(self, observations: NDArray[np.float32]) -> NDArray[np.float64]:
        """How near each observation is to each point of the grid, [observations, points]."""
        place = (_with_log_m(observations) - self.low) / self.width
        near = [
            np.maximum(0, 1 - np.abs(place[:, i, np.newaxis] * (n - 1) - np.arange(n)))
            for i, n in enumerate(GRID)
        ]
        product: NDArray[np.float64] = np.einsum("ni,nj,nk->nijk", *near)
        return product.reshape(len(observations), -1)

    def greedy(self, observation: Observation) -> int:
        return int((self.features(observation[np.newaxis]) @ self.weights)[0].argmax())

    def fit(
        self,
        before: NDArray[np.float32],
        actions: NDArray[np.int64],
        rewards: NDArray[np.float64],
        after: NDArray[np.float32],
        terminated: NDArray[np.bool_],
        discount: float,
    ) -> None:
        """Fits the values to the transitions; a time limit isn't an end of the task."""
        points, next_points = self.features(before), self.features(after)
        taken = [np.flatnonzero(actions == a) for a in range(self.actions)]
        ridge = 0.1 * np.eye(points.shape[1])
        solvers = [np.linalg.solve(points[i].T @ points[i] + ridge, points[i].T) for i in taken]
        for _ in range(BACKUPS):
            future = (next_points @ self.weights).max(axis=1)
            targets = rewards + discount * np.where(terminated, 0, future)
            self.weights = np.stack(
                [solver @ targets[i] for solver, i in zip(solvers, taken, strict=True)], axis=1
            )


def _with_log_m(observations: NDArray[np.float32]) -> NDArray[np.float64]:
    """Fading matters most where m is small."""
    scaled = observations.astype(float)
    scaled[..., 1] = np.log(scaled[..., 1])
    return scaled


def evaluate(
    env: gymnasium.Env[Any, Any], policy: Policy, episodes: int
) -> NDArray[np.float64]:
    """The return of each episode; the same starts for every policy."""
    returns = np.zeros(episodes)
    for episode in range(episodes):
        observation, _ = env.reset(seed=1_000_000 + episode)
        done = False
        while not done:
            observation, reward, terminated, truncated, _ = env.step(policy(observation))
            returns[episode] += float(reward)
            done = terminated or truncated
    return returns


def train(env: gymnasium.Env[Any, Any], steps: int, discount: float, seed: int) -> GridQ:
    """Plays and fits in turn."""
    random = np.random.default_rng(seed)
    q = GridQ(env)
    transitions: list[tuple[Observation, int, float, Observation, bool]] = []
    playing = 0.0
    observation, _ = env.reset(seed=seed)
    for played in range(ROUNDS):
        exploring = 1 - played / ROUNDS
        started = time.monotonic()
        for _ in range(steps // ROUNDS):
            explores = random.random() < exploring
            action = int(random.integers(q.actions)) if explores else q.greedy(observation)
            after, reward, terminated, truncated, _ = env.step(action)
            transitions.append((observation, action, float(reward), after, terminated))
            observation = env.reset()[0] if terminated or truncated else after
        playing += time.monotonic() - started
        before, actions, rewards, afters, ends = zip(*transitions, strict=True)
        q.fit(
            np.array(before),
            np.array(actions),
            np.array(rewards),
            np.array(afters),
            np.array(ends),
            discount,
        )
    print(f"{len(transitions):,} steps played, {len(transitions) / playing:,.0f} a second")
    return q


def report(name: str, returns: NDArray[np.float64], baseline: NDArray[np.float64]) -> None:
    gain = returns - baseline
    root = np.sqrt(len(returns))
    print(
        f"{name:<12} {returns.mean():9.3f} +- {returns.std(ddof=1) / root:.3f}"
        f"   {gain.mean():+8.3f} +- {gain.std(ddof=1) / root:.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="default: SPLITGYM_URL, else the local server's")
    parser.add_argument("--preset", help="default: the server's")
    parser.add_argument("--actions", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20_000, help="to train (default: 20000)")
    parser.add_argument("--episodes", type=int, default=200, help="to evaluate (default: 200)")
    parser.add_argument("--discount", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    env = gymnasium.make(
        "splitgym/SplitInference-v0", url=given.url, preset=given.preset, actions=given.actions
    )
    random = np.random.default_rng(given.seed)
    stay = evaluate(env, lambda _: 0, given.episodes)
    at_random = evaluate(env, lambda _: int(random.integers(given.actions)), given.episodes)
    q = train(env, given.steps, given.discount, given.seed)
    after = evaluate(env, q.greedy, given.episodes)
    env.close()
    print(
        f"mean return of {given.episodes} episodes +- standard error, and beside always-stay:"
    )
    report("always stay", stay, stay)
    report("random", at_random, stay)
    report("trained", after, stay)


if __name__ == "__main__":
    main()
