"""PPO of Ray's RLlib, which makes vectors of the server's by Gymnasium's name for them.

./run-example.sh rllib_ppo
"""

from __future__ import annotations

import argparse

import ray
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import MeanStdFilter

import splitgym


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", type=int, default=64, help="of each runner")
    parser.add_argument("--runners", type=int, default=0, help="processes beside this one")
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with splitgym.local_server() as url:
        ray.init(include_dashboard=False, log_to_driver=False)
        algorithm = (
            PPOConfig()
            # What stands before the colon is imported wherever a runner is.
            .environment("splitgym:splitgym/SplitInference-v0", env_config={"url": url})
            .env_runners(
                num_env_runners=given.runners,
                num_envs_per_env_runner=given.envs,
                gym_env_vectorize_mode="vector_entry_point",
                env_to_module_connector=lambda *_, **__: MeanStdFilter(),
            )
            .training(
                train_batch_size_per_learner=4096,
                minibatch_size=256,
                num_epochs=10,
                lr=1e-3,
                gamma=0.95,
                entropy_coeff=0.01,
            )
            .debugging(seed=given.seed, log_level="ERROR")
            .build_algo()
        )
        for iteration in range(given.iterations):
            result = algorithm.train()["env_runners"]
            if iteration % 5 == 0 or iteration == given.iterations - 1:
                print(
                    f"{result['num_env_steps_sampled_lifetime']:9,.0f} steps"
                    f"   mean return {result['episode_return_mean']:.3f}"
                )
        algorithm.stop()
        ray.shutdown()


if __name__ == "__main__":
    main()
