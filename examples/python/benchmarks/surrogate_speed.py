"""Environment steps a second: SplitGym's vector in process and, in the same run, NumPy's.

The same environment on the same surrogate with as many environments: SplitGym's as ``bench
surrogate`` has it, NumPy's by hand in arrays (``twin.py``), on one thread and on all of them, whole
and in blocks that the processor's caches hold. Beside them, how fast NumPy multiplies matrices.
Prints JSON. ``run-peers.sh --surrogate`` makes the virtual environment and runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from twin import Surrogate, TwinVector

PARAMETERS: dict[str, Any] = {
    "actions": 5,
    "actionKind": "moves",
    "actionMask": False,
    "observeStepsLeft": False,
    "reward": {"kind": "objective", "inferenceWeight": 1.0, "loadWeight": 1.0},
    "dynamics": {"kind": "static"},
    "sigmaRange": [0.0, 0.3],
    "mRange": [0.5, 10.0],
    "splitRange": [1, 29],
    "startSplitRange": [1, 29],
    "episodeSteps": 10,
    "endsAs": "truncated",
}
BLOCK = 1024


def rate(work: Callable[[], Any], count: int, seconds: float = 2.0) -> float:
    """How many a second, where a call does ``count``; the best of three."""
    best = 0.0
    work()
    for _ in range(3):
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            work()
            done += count
        best = max(best, done / (time.perf_counter() - start))
    return best


def numpy_rates(envs: int) -> dict[str, float]:
    """NumPy's, with as many threads as its environment variables allow."""
    surrogate = Surrogate.shipped("fading-awgn")
    whole = TwinVector(surrogate, PARAMETERS, envs)
    whole.reset()
    actions = np.arange(envs) % 5
    blocks = [TwinVector(surrogate, PARAMETERS, BLOCK) for _ in range(max(1, envs // BLOCK))]
    for block in blocks:
        block.reset()
    few = actions[:BLOCK]
    first = np.random.default_rng(1).random((envs, 128), np.float32)
    second = np.random.default_rng(2).random((128, 128), np.float32)
    product = first @ second
    square = np.random.default_rng(3).random((1024, 1024), np.float32)
    squared = square @ square
    return {
        "steps": rate(lambda: whole.step(actions), envs),
        "stepsInBlocks": rate(lambda: [block.step(few) for block in blocks], BLOCK * len(blocks)),
        "gigaflopsOfLayer": rate(
            lambda: np.matmul(first, second, out=product), 2 * envs * 128 * 128
        )
        / 1e9,
        "gigaflopsOfSquare": rate(lambda: np.matmul(square, square, out=squared), 2 * 1024**3)
        / 1e9,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", type=int, default=65_536, help="default: %(default)s")
    parser.add_argument("--report", type=Path, help="also write the JSON to this file")
    parser.add_argument("--numpy-alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.numpy_alone:
        print(json.dumps(numpy_rates(given.envs)))
        return
    busy = os.getloadavg()[0]
    rates = {}
    for threads in sorted({1, os.cpu_count() or 1}):
        # how many threads NumPy has is settled when it is imported
        environment = os.environ | {
            "OMP_NUM_THREADS": str(threads),
            "OPENBLAS_NUM_THREADS": str(threads),
        }
        command = [sys.executable, __file__, "--numpy-alone", "--envs", str(given.envs)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        rates[str(threads)] = json.loads(done.stdout)
    command = [os.environ["SPLITGYM_COMMAND"], "bench", "surrogate", "--json"]
    command += ["--envs", str(given.envs)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    own = json.loads(done.stdout)
    best = max(of["steps"] for of in rates.values())
    layer = rates["1"]["gigaflopsOfLayer"]
    result = {
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "loadBefore": busy,
        },
        "numpyVersion": np.__version__,
        "numpyByThreads": rates,
        "splitgym": own,
        "timesNumpy": own["vector"] / best,
        "timesNumpyInBlocks": own["vector"] / max(of["stepsInBlocks"] for of in rates.values()),
        "tableTimesNumpy": own["table"]["vector"] / best,
        "shareOfMatmul": own["gigaflops"] / layer,
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if given.report:
        given.report.write_text(text)


if __name__ == "__main__":
    main()
