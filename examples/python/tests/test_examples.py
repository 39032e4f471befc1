"""The examples that need nothing but the client, played for a moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (["quickstart.py"], "split after layer"),
        (["train_fitted_q.py", "--steps", "400", "--episodes", "4"], "trained"),
        (["plan.py", "--episodes", "2"], "predictions"),
        (
            ["frameworks/gymnasium_vector.py", "--rules=8", "--starts=2", "--rounds=5"],
            "the rule found",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_the_example_runs(url: str, program: list[str], says: str) -> None:
    run = subprocess.run(
        [sys.executable, *program],
        cwd=HERE,
        env={**os.environ, "SPLITGYM_URL": url},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert says in run.stdout


def test_every_framework_says_what_it_needs() -> None:
    programs = {path.stem for path in (HERE / "frameworks").glob("*.py")}
    requirements = {path.stem for path in (HERE / "frameworks").glob("*.txt")}
    assert programs == requirements
    for name in programs:
        lines = (HERE / "frameworks" / f"{name}.txt").read_text().splitlines()
        pinned = [line for line in lines if not line.startswith("#")]
        assert all("==" in line for line in pinned)
        assert any(line.startswith("gymnasium==") for line in pinned)


def test_importing_brings_no_framework() -> None:
    program = "import splitgym, sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    heavy = {"torch", "jax", "stable_baselines3", "ray", "requests", "websockets", "httpx"}
    assert not heavy & set(run.stdout.split())
