"""The surrogate file that convert_surrogate.py writes."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).parents[1] / "convert_surrogate.py"


def convert(tmp_path: Path, arrays: dict[str, np.ndarray], *options: str) -> tuple[int, str, Path]:
    source, target = tmp_path / "network.npz", tmp_path / "network.safetensors"
    np.savez(source, **arrays)  # type: ignore[arg-type]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(source), str(target), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr, target


def test_weights_go_over_as_they_are_and_metadata_tells_what_they_give(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    arrays = {}
    for number, (outputs, inputs) in zip((0, 2, 4), ((5, 2), (4, 5), (1, 4)), strict=True):
        arrays[f"fc.{number}.weight"] = rng.normal(size=(outputs, inputs)).astype(np.float32)
        arrays[f"fc.{number}.bias"] = rng.normal(size=outputs).astype(np.float32)
    code, errors, target = convert(tmp_path, arrays)
    assert code == 0, errors
    data = target.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    assert header["__metadata__"]["features"] == "sigma, p"
    assert header["__metadata__"]["target"] == "first term of the reward"
    for number in range(3):
        begin, end = header[f"layers.{number}.weight"]["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], "<f4")
        expected = arrays[f"fc.{2 * number}.weight"]
        assert header[f"layers.{number}.weight"]["shape"] == list(expected.shape)
        np.testing.assert_array_equal(values.reshape(expected.shape), expected)
    begin, end = header["target.deviation"]["data_offsets"]
    assert struct.unpack("<f", data[8 + length + begin : 8 + length + end]) == (10.0,)


def test_networks_of_another_shape_are_refused(tmp_path: Path) -> None:
    arrays = {"0.weight": np.ones((1, 4), np.float32), "0.bias": np.ones(1, np.float32)}
    code, errors, target = convert(tmp_path, arrays)
    assert code == 1
    assert "4 inputs and 1 outputs" in errors
    assert not target.exists()
