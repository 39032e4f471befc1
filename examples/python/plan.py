"""Two ways to look ahead: asking the model without a step, and trying moves from a saved state.

./splitgym serve &
python examples/python/plan.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

import splitgym
from splitgym import RemoteEnv

MOVES = np.array([0, -1, 1, -2, 2])  # what the five actions do to the split


class Predicting:
    """Asks for ln PPL at every split under the present channel, and takes the best way."""

    def __init__(self, env: RemoteEnv) -> None:
        self.env = env
        self.goal = 0.0

    def __call__(self, observation: Any, first: bool) -> int:
        if first:  # the channel is static in an episode
            self.goal = self.best_goal(*observation)
        return int(abs(observation[2] + MOVES - self.goal).argmin())

    def best_goal(self, sigma: float, m: float, p: float) -> float:
        parameters = self.env.description["parameters"]
        low, high = parameters["splitRange"]
        splits = np.arange(low, high + 1)
        told = self.env.predict([[sigma, m, split] for split in splits])
        reward = -told.ln_ppl - splits / (high + 1)
        # Where the split is after each step on the way to each goal, two layers at a time.
        steps = np.arange(1, parameters["episodeSteps"] + 1)
        far = (splits - p)[:, np.newaxis]
        ways = p + np.sign(far) * np.minimum(2 * steps, abs(far))
        values = reward[ways.astype(int) - low].sum(axis=1)
        return float(splits[values.argmax()])


class Trying:
    """Tries all pairs of moves from here on a clone, and takes the better pair's first move."""

    def __init__(self, env: RemoteEnv) -> None:
        self.env = env
        self.clone: RemoteEnv | None = None

    def __call__(self, observation: Any, first: bool) -> int:
        if self.clone is None:
            self.clone = self.env.clone()
        here = self.env.save()
        values = []
        for action in range(len(MOVES)):
            self.clone.restore(here)
            _, reward, terminated, truncated, _ = self.clone.step(action)
            if not (terminated or truncated):
                after = self.clone.save()
                rewards = []
                for second in range(len(MOVES)):
                    self.clone.restore(after)
                    rewards.append(self.clone.step(second)[1])
                reward += max(rewards)
            values.append(reward)
        return int(np.argmax(values))


def mean_return(
    env: RemoteEnv, policy: Callable[[Any, bool], int], episodes: int
) -> tuple[float, float]:
    """The mean return over the same starts for every policy, and its standard error."""
    returns = np.zeros(episodes)
    for episode in range(episodes):
        observation, _ = env.reset(seed=1_000_000 + episode)
        first, done = True, False
        while not done:
            observation, reward, terminated, truncated, _ = env.step(policy(observation, first))
            returns[episode] += reward
            first, done = False, terminated or truncated
    return float(returns.mean()), float(returns.std(ddof=1) / episodes**0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episodes", type=int, default=100)
    given = parser.parse_args()
    with splitgym.local_server() as url:
        env = gymnasium.make("splitgym/SplitInference-v0", url=url, actions=5).unwrapped
        assert isinstance(env, RemoteEnv)
        policies: dict[str, Callable[[Any, bool], int]] = {
            "stay": lambda *_: 0,
            "two moves ahead": Trying(env),
            "predictions": Predicting(env),
        }
        for name, policy in policies.items():
            mean, error = mean_return(env, policy, given.episodes)
            print(f"{name:16} mean return {mean:.3f} +- {error:.3f}")
        env.close()


if __name__ == "__main__":
    main()
