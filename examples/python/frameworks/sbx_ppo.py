"""PPO of SBX, which is stable-baselines3 in JAX, on many environments behind one connection.

./run-example.sh sbx_ppo
"""

from __future__ import annotations

import argparse
import time

from sbx import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

import splitgym
from splitgym.sb3 import SplitGymVecEnv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with splitgym.local_server() as url:
        env = VecNormalize(VecMonitor(SplitGymVecEnv(given.envs, url=url)), norm_reward=False)
        model = PPO(
            "MlpPolicy",
            env,
            n_steps=max(2048 // given.envs, 16),
            batch_size=256,
            gamma=0.95,
            ent_coef=0.01,
            learning_rate=1e-3,
            seed=given.seed,
        )
        for name, steps in ("untrained", 0), ("trained", given.steps):
            started = time.perf_counter()
            if steps:
                model.learn(steps)
                rate = model.num_timesteps / (time.perf_counter() - started)
                print(f"{model.num_timesteps:,} steps, {rate:,.0f} a second")
            env.training = False
            env.seed(1_000_000)
            mean, deviation = evaluate_policy(model, env, n_eval_episodes=200)
            env.training = True
            print(f"{name:9} mean return {mean:.3f} +- {deviation / 200**0.5:.3f}")
        env.close()


if __name__ == "__main__":
    main()
