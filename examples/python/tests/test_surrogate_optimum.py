"""From a network's weights to its exact optimum: convert_surrogate.py, then ``optimal``."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servers import command

SCRIPT = Path(__file__).parents[1] / "convert_surrogate.py"
MOVES = (0, -1, 1, -2, 2, -3, 3, -4, 4)
STEPS, LAST = 5, 10


class Network:
    """Linear and ReLU layers over (sigma, p) or (sigma, m, p)."""

    def __init__(self, inputs: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        sizes = (inputs, 7, 4, 1)
        self.layers = [
            (
                rng.normal(size=(after, before)).astype(np.float32) / np.float32(before),
                rng.normal(size=after).astype(np.float32) / np.float32(2),
            )
            for before, after in zip(sizes, sizes[1:], strict=False)
        ]

    def __call__(self, *inputs: float) -> float:
        values = np.array(inputs)
        for number, (weight, bias) in enumerate(self.layers):
            values = weight.astype(float) @ values + bias
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0)
        return float(values[0])

    def at_m(self, m: float) -> Network:
        """The network of (sigma, p) that this one of (sigma, m, p) is where m is constant."""
        folded = Network(2, 0)
        weight, bias = self.layers[0]
        folded.layers = [(weight[:, [0, 2]], bias + np.float32(m) * weight[:, 1]), *self.layers[1:]]
        return folded

    def convert(self, folder: Path, *options: str) -> Path:
        source, target = folder / "network.npz", folder / "network.safetensors"
        arrays = {}
        for number, (weight, bias) in enumerate(self.layers):
            arrays[f"{2 * number}.weight"], arrays[f"{2 * number}.bias"] = weight, bias
        np.savez(source, **arrays)  # type: ignore[arg-type]
        subprocess.run(
            [sys.executable, str(SCRIPT), str(source), str(target), *options], check=True
        )
        return target


def optimal(file: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [*command(), "optimal", "--surrogate", str(file), "--json", *options],
        capture_output=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def by_hand(network: Network) -> tuple[float, float, float]:
    """Optimal, always staying and random in the preset reference, averaged over the starts."""

    @cache
    def reward(sigma: float, p: int) -> float:
        return 10 * network(sigma, p) + (LAST - p) / LAST

    @cache
    def rest(sigma: float, p: int, left: int) -> tuple[float, float, float]:
        if left == 0:
            return 0.0, 0.0, 0.0
        best, stay, total = -np.inf, 0.0, 0.0
        for move in MOVES:
            to = min(LAST, max(1, p + move))
            drifted = round(min(0.3, sigma * (1 - 0.0005 * (to - p))), 12)
            after, gained = rest(drifted, to, left - 1), reward(drifted, to)
            best = max(best, gained + after[0])
            total += gained + after[2]
            if move == 0:
                stay = gained + after[1]
        return best, stay, total / len(MOVES)

    nodes = 33
    sigmas = np.linspace(0.01, 0.3, nodes)
    weights = np.array([1] + [4, 2] * (nodes // 2 - 1) + [4, 1]) / (3 * (nodes - 1))
    means = np.zeros(3)
    for sigma, weight in zip(sigmas, weights, strict=True):
        for p in range(1, LAST):
            means += weight * np.array(rest(float(sigma), p, STEPS)) / (LAST - 1)
    return means[0], means[1], means[2]


@pytest.mark.parametrize("inputs", [2, 3])
def test_optimum_of_a_network_that_gives_the_rewards_first_term(
    tmp_path: Path, inputs: int
) -> None:
    network = Network(inputs, seed=inputs)
    told = optimal(network.convert(tmp_path), "--preset=reference", "--actions=9")
    expected = by_hand(network if inputs == 2 else network.at_m(1))
    found = told["optimal"], told["alwaysStay"], told["random"]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-3)
    assert told["optimal"] > max(told["alwaysStay"], told["random"])


def test_optimum_of_a_network_that_gives_ln_ppl(tmp_path: Path) -> None:
    file = Network(2, seed=5).convert(
        tmp_path, "--target=lnppl", "--clean-lnppl=3", "--scale=0.3", "--offset=4"
    )
    told = optimal(file, "--preset=reference", "--actions=9")
    # staying changes no perplexity: what is left is the load's term of the splits 1 to 9
    assert told["alwaysStay"] == pytest.approx(STEPS * 0.5, abs=1e-9)
    assert told["optimal"] > told["alwaysStay"]


def test_a_rewards_first_term_goes_with_that_reward_only(tmp_path: Path) -> None:
    file = Network(2, seed=6).convert(tmp_path)
    done = subprocess.run(
        [*command(), "optimal", "--surrogate", str(file), "--channel=erasure", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "must be" in done.stderr
