"""The reward table that ``splitgym reward-table`` writes, as NumPy reads it."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from servers import command
from splitgym.client import Client

GRID = ("--sigmas", "4", "--ms", "3")


def write(file: Path, *options: str) -> None:
    subprocess.run(
        [*command(), "reward-table", "--output", str(file), *GRID, *options],
        check=True,
        capture_output=True,
    )


def test_numpy_reads_the_rewards_that_the_environment_gives(tmp_path: Path, client: Client) -> None:
    write(tmp_path / "A.npz", "--preset", "A")
    with np.load(tmp_path / "A.npz", allow_pickle=False) as table:
        sigma, m, p, reward = (table[name] for name in ("sigma", "m", "p", "reward"))
        metadata = json.loads(str(table["metadata"]))
        best = table["best_split"]
        ln_ppl = table["ln_ppl"]
    assert (sigma.shape, m.shape, p.shape) == ((4,), (3,), (29,))
    assert reward.shape == ln_ppl.shape == (4, 3, 29)
    np.testing.assert_array_equal(best, p[reward.argmax(axis=-1)])
    assert metadata["preset"] == "A"
    assert metadata["parameters"]["reward"]["kind"] == "objective"
    points = [(s, shape, split) for s in sigma for shape in m for split in p]
    predicted = client.predict(points, preset="A").ln_ppl
    np.testing.assert_allclose(ln_ppl.ravel(), predicted, rtol=1e-6)
    expected = -(ln_ppl - metadata["cleanLnPpl"] + p / metadata["layers"])
    np.testing.assert_allclose(reward, expected, rtol=1e-12)


def test_csv_has_the_same_numbers_and_its_metadata_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "R.npz", "--preset", "reference")
    write(tmp_path / "R.csv", "--preset", "reference")
    with np.load(tmp_path / "R.npz", allow_pickle=False) as table:
        # counted from the episode's start, which is an axis of its own; m is a single value
        assert table["reward"].shape == (4, 1, 9, 10)
        np.testing.assert_array_equal(table["start"], np.arange(1, 10))
        rewards = table["reward"].ravel()
        metadata = json.loads(str(table["metadata"]))
    with (tmp_path / "R.csv").open() as rows:
        read = [float(row["reward"]) for row in csv.DictReader(rows)]
    assert read == rewards.tolist()
    assert json.loads((tmp_path / "R.csv.json").read_text()) == metadata


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        write(tmp_path / "table.xlsx")
    assert refused.value.returncode == 2
    assert b"must be a name that ends in .npz or .csv" in refused.value.stderr
