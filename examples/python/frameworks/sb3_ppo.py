"""PPO of stable-baselines3: on one environment, or on many behind one connection.

./run-example.sh sb3_ppo --envs 1 --steps 20000
./run-example.sh sb3_ppo --envs 64
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import gymnasium
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecMonitor, VecNormalize

import splitgym
from splitgym.sb3 import SplitGymVecEnv

ID = "splitgym/SplitInference-v0"


class Stay:
    """What to beat: never moves the split."""

    def predict(self, observations: Any, *_: Any, **__: Any) -> tuple[Any, None]:
        return np.zeros(len(observations), dtype=np.int64), None


def make(url: str, envs: int) -> VecEnv:
    """One environment as stable-baselines3 has it, or a vector of the server's."""
    if envs > 1:
        return SplitGymVecEnv(envs, url=url)
    return DummyVecEnv([lambda: gymnasium.make(ID, url=url)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with splitgym.local_server() as url:
        with gymnasium.make(ID, url=url) as env:
            check_env(env.unwrapped)
        train = VecNormalize(VecMonitor(make(url, given.envs)), norm_reward=False)
        model = PPO(
            "MlpPolicy",
            train,
            n_steps=max(2048 // given.envs, 16),
            batch_size=256,
            gamma=0.95,
            ent_coef=0.01,
            learning_rate=1e-3,
            seed=given.seed,
            device="cpu",
        )
        started = time.perf_counter()
        model.learn(given.steps)
        rate = model.num_timesteps / (time.perf_counter() - started)
        print(f"{model.num_timesteps:,} steps on {given.envs} environments, {rate:,.0f} a second")

        # The same starts for both; the observations are scaled as they were in training.
        test = VecMonitor(SplitGymVecEnv(20, url=url))
        scaled = VecNormalize(test, training=False, norm_reward=False)
        scaled.obs_rms = train.obs_rms
        for name, policy in ("stay", Stay()), ("PPO", model):
            scaled.seed(1_000_000)
            mean, deviation = evaluate_policy(policy, scaled, n_eval_episodes=200)
            print(f"{name:5} mean return {mean:.3f} +- {deviation / 200**0.5:.3f}")
        scaled.close()
        train.close()


if __name__ == "__main__":
    main()
