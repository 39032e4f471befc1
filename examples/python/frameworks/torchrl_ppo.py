"""PPO written with TorchRL, on a vector of the server's.

./run-example.sh torchrl_ppo
"""

from __future__ import annotations

import argparse
import time

import gymnasium
import torch
from tensordict.nn import TensorDictModule
from torch import nn
from torch.distributions import Categorical
from torchrl.collectors import Collector
from torchrl.envs import EnvBase, GymEnv, GymWrapper, TransformedEnv
from torchrl.envs.transforms import ObservationNorm
from torchrl.envs.utils import ExplorationType, check_env_specs, set_exploration_type
from torchrl.modules import ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

import splitgym

ID = "splitgym/SplitInference-v0"
EPOCHS, BATCH = 10, 256


def vector(url: str, envs: int) -> EnvBase:
    """TorchRL resets by itself, so Gymnasium's vector needn't; observations go to [-1, 1]."""
    made = gymnasium.make_vec(ID, num_envs=envs, url=url, autoreset_mode="Disabled")
    box = made.single_observation_space
    assert isinstance(box, gymnasium.spaces.Box)
    low, high = torch.as_tensor(box.low), torch.as_tensor(box.high)
    scaled = ObservationNorm(
        loc=-(high + low) / (high - low), scale=2 / (high - low), in_keys=["observation"]
    )
    return TransformedEnv(GymWrapper(made, categorical_action_encoding=True), scaled)


def network(outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(3, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs)
    )


def mean_return(env: EnvBase, policy: nn.Module | None) -> torch.Tensor:
    """Over one episode of each environment, the same for every policy; None takes action 0."""
    env.set_seed(1_000_000)
    stay = TensorDictModule(
        lambda o: torch.zeros(o.shape[:-1], dtype=torch.int64), ["observation"], ["action"]
    )
    with torch.no_grad(), set_exploration_type(ExplorationType.DETERMINISTIC):
        played = env.rollout(1000, policy or stay)
    return played["next", "reward"].sum(dim=1).mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    with splitgym.local_server() as url:
        one = GymEnv(ID, url=url)
        check_env_specs(one)
        env, test = vector(url, given.envs), vector(url, 200)
        actor = ProbabilisticActor(
            TensorDictModule(network(env.action_spec.space.n), ["observation"], ["logits"]),
            in_keys=["logits"],
            distribution_class=Categorical,
            return_log_prob=True,
        )
        critic = ValueOperator(network(1), in_keys=["observation"])
        advantage = GAE(gamma=0.95, lmbda=0.95, value_network=critic)
        loss = ClipPPOLoss(actor, critic, entropy_coeff=0.01, normalize_advantage=True)
        optimizer = torch.optim.Adam(loss.parameters(), lr=1e-3)
        collector = Collector(env, actor, frames_per_batch=2048, total_frames=given.steps)
        print(f"stay      mean return {mean_return(test, None):.3f}")
        print(f"untrained mean return {mean_return(test, actor):.3f}")
        started = time.perf_counter()
        steps = 0
        for played in collector:
            steps += played.numel()
            for _ in range(EPOCHS):
                with torch.no_grad():
                    advantage(played)
                flat = played.reshape(-1)
                for rows in torch.randperm(len(flat)).split(BATCH):
                    losses = loss(flat[rows])
                    total = sum(
                        losses[f"loss_{part}"] for part in ("objective", "critic", "entropy")
                    )
                    optimizer.zero_grad()
                    total.backward()
                    optimizer.step()
        rate = steps / (time.perf_counter() - started)
        print(f"{steps:,} steps on {given.envs} environments, {rate:,.0f} a second")
        print(f"trained   mean return {mean_return(test, actor):.3f}")
        collector.shutdown()
        test.close()
        one.close()


if __name__ == "__main__":
    main()
