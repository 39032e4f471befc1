"""Seconds of training: SplitGym's PPO, A2C or DQN and, in the same run, stable-baselines3's.

Both have the same hyperparameters, those of the preset, and the same environment on the surrogate:
SplitGym's in process, stable-baselines3's in NumPy (``twin.py``). Both final policies then play the
same test episodes. Prints JSON. ``run-peers.sh --time`` makes the virtual environment and runs
this.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import peers
import stable_baselines3
import torch
from twin import Surrogate, TwinVector


def ordered(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """What ``study peers`` orders: environment, hyperparameters and test episodes."""
    command = [os.environ["SPLITGYM_COMMAND"], "study", "peers", "--agents", given.agent]
    command += ["--presets", given.preset, "--actions", str(given.actions)]
    # one short run: only its order is wanted
    command += ["--steps", "10", "--evaluations", "1", "--seeds", "1", "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    order: dict[str, Any] = json.loads((folder / "peers.json").read_text())
    return order | {"steps": given.steps}


def own(given: argparse.Namespace, seed: int) -> dict[str, Any]:
    """SplitGym's training."""
    command = [os.environ["SPLITGYM_COMMAND"], "train", "--agent", given.agent, "--json"]
    command += ["--preset", given.preset, "--actions", str(given.actions)]
    command += ["--steps", str(given.steps), "--seed", str(seed), "--episodes", "200"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agent", default="ppo", help="default: %(default)s")
    parser.add_argument("--preset", default="reference", help="default: %(default)s")
    parser.add_argument("--actions", type=int, default=9, help="default: %(default)s")
    parser.add_argument("--steps", type=int, default=240_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--repeats", type=int, default=3, help="of SplitGym's training; default: %(default)s"
    )
    parser.add_argument("--report", type=Path, help="also write the JSON to this file")
    given = parser.parse_args()
    torch.set_num_threads(1)
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        order = ordered(given, folder)
        line = order["lines"][0]
        trained = [own(given, given.seed + i) for i in range(given.repeats)]
        surrogate = Surrogate((folder / line["surrogate"]).read_bytes())
        make = peers.makes(line, surrogate, None)
        model = peers.learner(line["agent"], line["hyperparameters"], make, given.seed)
        began = time.perf_counter()
        model.learn(given.steps)
        seconds = time.perf_counter() - began
        tested = TwinVector(surrogate, line["environment"], order["episodes"])
        returned = peers.evaluation(tested, line)(model)
    ours = statistics.median(run["seconds"] for run in trained)
    result = {
        "agent": given.agent,
        "preset": given.preset,
        "actions": given.actions,
        "steps": given.steps,
        "hyperparameters": line["hyperparameters"],
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "model": processor(),
            "loadBefore": busy,
        },
        "splitgym": {
            "seconds": ours,
            "allSeconds": [run["seconds"] for run in trained],
            "returns": [run["return"]["mean"] for run in trained],
        },
        "stableBaselines3": {
            "version": stable_baselines3.__version__,
            "torch": torch.__version__,
            "seconds": seconds,
            "return": returned,
        },
        "optimalReturn": trained[0]["optimalReturn"],
        "randomReturn": trained[0]["randomReturn"],
        "timesFaster": seconds / ours,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if given.report:
        peers.write(given.report, text)


def processor() -> str:
    """What the processor is called, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
