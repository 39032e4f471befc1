"""Trains stable-baselines3 where ``splitgym study peers`` trained SplitGym's own algorithms.

That command writes ``peers.json``: environments, hyperparameters, seeds, and the starts of the test
episodes. This adds a run for each line and seed, beside its own, as ``runs/LINE-sb3/seed-K.csv``:
the mean return over the test episodes of the most probable actions, while learning. What is there
isn't run again. Afterwards the same ``study peers`` draws both and says whether they agree.
``run-peers.sh`` makes the virtual environment and runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import stable_baselines3
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from stable_baselines3.common.vec_env import DummyVecEnv
from twin import Surrogate, TwinEnv, TwinVector

import splitgym

ENV = "splitgym/SplitInference-v0"

# What a run depends on, beside its seed: the study refuses runs of other settings.
LINE = ("agent", "hyperparameters", "environment", "model")
ORDER = ("steps", "evaluations", "episodes", "evaluationSeed")


def scaled(env: Any) -> Any:
    """With observations from -1 to 1, as SplitGym's algorithms see them."""
    return gymnasium.wrappers.RescaleObservation(env, np.float32(-1), np.float32(1))


def learner(agent: str, given: dict[str, Any], make: Callable[[], Any], seed: int) -> BaseAlgorithm:
    """stable-baselines3's algorithm with the hyperparameters that SplitGym's had."""
    units = list(given["hiddenUnits"])
    same: dict[str, Any] = {
        "learning_rate": given["learningRate"],
        "gamma": given["discount"],
        "max_grad_norm": given["maxGradientNorm"],
        "seed": seed,
        "device": "cpu",
    }
    envs = DummyVecEnv([make] * given.get("environments", 1))
    if agent == "dqn":
        return stable_baselines3.DQN(
            "MlpPolicy",
            envs,
            buffer_size=given["replayCapacity"],
            learning_starts=given["learningStarts"],
            batch_size=given["batchSize"],
            train_freq=given["updateInterval"],
            gradient_steps=1,
            target_update_interval=given["targetUpdateInterval"],
            exploration_fraction=given["explorationFraction"],
            exploration_initial_eps=given["initialEpsilon"],
            exploration_final_eps=given["finalEpsilon"],
            policy_kwargs={"net_arch": units},
            **same,
        )
    same |= {
        "n_steps": given["rolloutSteps"],
        "gae_lambda": given["gaeLambda"],
        "ent_coef": given["entropyCoefficient"],
        "vf_coef": given["valueCoefficient"],
        "normalize_advantage": given["normalizeAdvantage"],
    }
    networks: dict[str, Any] = {"net_arch": {"pi": units, "vf": units}}
    if agent == "a2c":
        networks["optimizer_class"] = RMSpropTFLike
        networks["optimizer_kwargs"] = {
            "alpha": given["rmsDecay"],
            "eps": given["rmsEpsilon"],
            "weight_decay": 0,
        }
        return stable_baselines3.A2C(
            "MlpPolicy", envs, use_rms_prop=False, policy_kwargs=networks, **same
        )
    if agent == "ppo":
        return stable_baselines3.PPO(
            "MlpPolicy",
            envs,
            batch_size=given["batchSize"],
            n_epochs=given["epochs"],
            clip_range=given["clipRange"],
            policy_kwargs=networks,
            **same,
        )
    raise ValueError(f"agent {agent!r}: stable-baselines3 has ppo, a2c and dqn of ours")


class Curve(BaseCallback):
    """Evaluates after the first update at or behind each of some evenly spaced numbers of steps."""

    def __init__(self, steps: int, evaluations: int, evaluate: Callable[[Any], float]) -> None:
        super().__init__()
        self._marks = [max(1, steps * k // evaluations) for k in range(1, evaluations + 1)]
        self._evaluate = evaluate
        self.rows: list[tuple[int, float]] = []

    def _on_rollout_start(self) -> None:
        # what was collected before this has been learned from
        self._look()

    def _on_training_end(self) -> None:
        self._look()

    def _on_step(self) -> bool:
        return True

    def _look(self) -> None:
        steps = self.num_timesteps
        if self._marks and steps >= self._marks[0]:
            self.rows.append((steps, self._evaluate(self.model)))
            self._marks = [mark for mark in self._marks if mark > steps]


def makes(line: dict[str, Any], surrogate: Surrogate, url: str | None) -> Callable[[], Any]:
    """What makes the line's environment: the twin, or one of the server at ``url``."""
    parameters = line["environment"]

    def make() -> Any:
        if url is None:
            return scaled(TwinEnv(surrogate, parameters))
        return scaled(gymnasium.make(ENV, url=url, channel=line["channel"], **parameters))

    return make


def evaluation(tested: TwinVector, line: dict[str, Any]) -> Callable[[Any], float]:
    """The mean return of a model's most probable actions over the line's test episodes."""
    starts = tuple(
        np.array([start[name] for start in line["starts"]]) for name in ("sigma", "m", "p")
    )
    low, high = tested.rules.low, tested.rules.high

    def evaluate(model: Any) -> float:
        def act(observations: Any) -> Any:
            inputs = 2 * (observations - low) / (high - low) - 1
            return model.predict(inputs.astype(np.float32), deterministic=True)[0]

        return float(tested.returns(starts, act).mean())

    return evaluate


def run(
    line: dict[str, Any], order: dict[str, Any], folder: Path, seed: int, url: str | None
) -> str:
    """One training.

    Args:
        url: of a server to train on; None trains in the twin

    Returns:
        the curve as CSV
    """
    surrogate = Surrogate((folder / line["surrogate"]).read_bytes())
    tested = TwinVector(surrogate, line["environment"], order["episodes"])
    make = makes(line, surrogate, url)
    model = learner(line["agent"], line["hyperparameters"], make, seed)
    curve = Curve(order["steps"], order["evaluations"], evaluation(tested, line))
    model.learn(order["steps"], callback=curve)
    model.get_env().close()  # type: ignore[union-attr]
    return "steps,return\n" + "".join(f"{steps},{value!r}\n" for steps, value in curve.rows)


def write(file: Path, text: str) -> None:
    """The whole file or none of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as part:
        part.write(text)
    os.replace(part.name, file)


@contextlib.contextmanager
def place(through_server: bool) -> Iterator[str | None]:
    """Where to train: on a server that is started for it, or nowhere but here."""
    if not through_server:
        yield None
        return
    with splitgym.local_server("--port", "0") as url:
        yield url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--agents", default="ppo,a2c,dqn", help="default: %(default)s")
    parser.add_argument("--seeds", type=int, help="how many; default: as many as the study has")
    parser.add_argument(
        "--through-server",
        action="store_true",
        help="train through the Python client (lines LINE-sb3-server) instead of in the twin",
    )
    given = parser.parse_args()
    order = json.loads((given.study / "peers.json").read_text())
    torch.set_num_threads(1)
    label = "sb3-server" if given.through_server else "sb3"
    with place(given.through_server) as url:
        for seed in order["seeds"][: given.seeds]:
            for line in order["lines"]:
                folder = given.study / "runs" / f"{line['folder']}-{label}"
                file = folder / f"seed-{seed}.csv"
                if line["agent"] not in given.agents.split(",") or file.exists():
                    continue
                settings = {
                    "library": f"stable-baselines3 {stable_baselines3.__version__}",
                    "place": "server" if given.through_server else "twin",
                    **{name: line[name] for name in LINE},
                    **{name: order[name] for name in ORDER},
                }
                kept = folder / "settings.json"
                if kept.exists() and json.loads(kept.read_text()) != settings:
                    parser.error(f"{folder} has runs of other settings, see {kept}")
                began = time.perf_counter()
                text = run(line, order, given.study, seed, url)
                write(kept, json.dumps(settings, indent=2) + "\n")
                write(file, text)
                took = time.perf_counter() - began
                print(f"{line['folder']}-{label} seed {seed}: {took:.0f} s", flush=True)


if __name__ == "__main__":
    main()
