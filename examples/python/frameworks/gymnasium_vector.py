"""Gymnasium's vector interface alone: 4,096 environments search for a rule by cross-entropy.

    ./run-example.sh gymnasium_vector

A rule says how deep to split: ``1 + (depth - 1) * logistic(w . features)``. Each round plays 64
rules from the same 64 starts, all at once; the best eight tell where to look next.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import gymnasium
import numpy as np
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from numpy.typing import NDArray

import splitgym

ID = "splitgym/SplitInference-v0"


def actions(observations: NDArray[Any], rules: NDArray[Any], depth: float) -> NDArray[np.int64]:
    """The moves that lead nearest to the rules' splits: 1 and 2 go by one, 3 and 4 by two."""
    sigma, m, p = observations.T
    features = np.stack([np.ones_like(sigma), 10 * sigma, np.log(m), 10 * sigma * np.log(m)])
    goal = 1 + (depth - 1) / (1 + np.exp(-(rules.T * features).sum(axis=0)))
    moves = np.array([0, -1, 1, -2, 2])
    missed = np.abs(p[:, np.newaxis] + moves - goal[:, np.newaxis])
    return np.asarray(missed.argmin(axis=1))


def mean_returns(envs: Any, rules: NDArray[Any], seed: int) -> NDArray[np.float64]:
    """The mean return of each rule over an episode from each of the same starts."""
    depth = float(envs.single_observation_space.high[2])
    starts = envs.num_envs // len(rules)
    observations, _ = envs.reset(seed=[seed + i % starts for i in range(envs.num_envs)])
    rules = rules.repeat(starts, axis=0)
    while True:
        observations, _, _, _, infos = envs.step(actions(observations, rules, depth))
        if "episode" in infos:  # all have the same number of steps
            returns: NDArray[np.float64] = infos["episode"]["r"].reshape(-1, starts)
            return np.asarray(returns.mean(axis=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", type=int, default=64)
    parser.add_argument("--starts", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    random = np.random.default_rng(given.seed)
    mean, deviation = np.zeros(4), np.full(4, 3.0)
    with splitgym.local_server() as url:
        envs = RecordEpisodeStatistics(
            gymnasium.make_vec(ID, num_envs=given.rules * given.starts, url=url, actions=5)
        )
        started = time.perf_counter()
        for number in range(1, given.rounds + 1):
            rules = random.normal(mean, deviation, (given.rules, 4))
            returns = mean_returns(envs, rules, seed=given.starts * number)
            best = rules[np.argsort(returns)[-given.rules // 8 :]]
            mean, deviation = best.mean(axis=0), best.std(axis=0) + 0.1
            if number % 5 == 0:
                print(f"round {number:3}   mean return of all rules {returns.mean():.3f}")
        episodes = given.rounds * envs.num_envs
        print(f"{episodes:,} episodes in {time.perf_counter() - started:.1f} s")
        returns = mean_returns(envs, mean[np.newaxis], seed=1_000_000)
        print(f"the rule found: mean return {returns[0]:.3f} over {envs.num_envs:,} new starts")
        envs.close()


if __name__ == "__main__":
    main()
