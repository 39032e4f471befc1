"""The leaderboard's test episodes, as a client of another language meets them."""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path

import gymnasium
import pytest

import splitgym  # noqa: F401
from servers import ROOT

EPISODES = ROOT / "docs" / "studies" / "leaderboard" / "test-episodes.csv"
STAY = 0


def first_episodes(file: Path) -> dict[str, list[dict[str, str]]]:
    with file.open() as rows:
        by_environment = groupby(csv.DictReader(rows), key=lambda row: row["environment"])
        return {name: list(group)[:3] for name, group in by_environment}


FIRST = first_episodes(EPISODES)


@pytest.mark.parametrize("name", FIRST)
def test_the_listed_seeds_give_the_listed_starts_and_returns(url: str, name: str) -> None:
    env = gymnasium.make("splitgym/SplitInference-v0", url=url, preset=name)
    for row in FIRST[name]:
        observation, _ = env.reset(seed=int(row["seed"]))
        start = [float(row["sigma"]), float(row["m"]), float(row["p"])]
        assert observation.tolist() == pytest.approx(start, rel=1e-6)
        total, over = 0.0, False
        while not over:
            _, reward, terminated, truncated, _ = env.step(STAY)
            total, over = total + float(reward), terminated or truncated
        if name != "varying":  # there it is what is expected, and an episode has its luck
            assert total == pytest.approx(float(row["alwaysStay"]), rel=1e-5)
        assert float(row["optimal"]) >= float(row["alwaysStay"])
    env.close()
