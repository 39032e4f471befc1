"""The surrogate file that convert_surrogate.py writes."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "convert_surrogate.py"


def convert(tmp_path: Path, arrays: dict[str, np.ndarray], *options: str) -> tuple[int, str, Path]:
    source = tmp_path / "network.npz"
    np.savez(source, **arrays)  # type: ignore[arg-type]
    return run(source, tmp_path, *options)


def run(source: Path, tmp_path: Path, *options: str) -> tuple[int, str, Path]:
    target = tmp_path / "network.safetensors"
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
    assert deviation(target) == 10


def deviation(target: Path) -> float:
    data = target.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    begin, end = json.loads(data[8 : 8 + length])["target.deviation"]["data_offsets"]
    return float(struct.unpack("<f", data[8 + length + begin : 8 + length + end])[0])


def test_outputs_are_scaled_by_the_rewards_10_and_ln_ppl_not_at_all(tmp_path: Path) -> None:
    arrays = {"0.weight": np.ones((1, 2), np.float32), "0.bias": np.ones(1, np.float32)}
    lnppl = ("--target=lnppl", "--clean-lnppl=3")
    for options, expected in (
        ((), 10),
        (lnppl, 1),
        (("--scale=2",), 2),
        ((*lnppl, "--scale=3"), 3),
    ):
        code, errors, target = convert(tmp_path, arrays, *options)
        assert code == 0, errors
        assert deviation(target) == expected
    code, errors, _ = convert(tmp_path, arrays, "--scale=0")
    assert code == 2
    assert "--scale is 0.0, must be a finite number above 0" in errors


def test_what_is_no_linear_layer_is_named(tmp_path: Path) -> None:
    ones = np.ones((3, 2), np.float32)
    norm = {
        "0.weight": ones,
        "0.bias": ones[:, 0],
        "1.weight": ones[:, 0],
        "1.bias": ones[:, 0],
        "2.weight": ones[:1],
        "2.bias": ones[:1, 0],
    }
    nan = {"0.weight": ones[:1] * np.nan, "0.bias": ones[:1, 0]}
    huge = {"0.weight": ones[:1].astype(float) * 1e300, "0.bias": ones[:1, 0]}
    short = {"0.weight": ones, "0.bias": ones[:2, 0]}
    for arrays, named in (
        (norm, "1.weight must be the weight [outputs, inputs] of a Linear layer"),
        (nan, "0.weight has the value nan, must be finite"),
        (huge, "0.weight has the value inf, must be finite"),
        (short, "0.bias has 2 values, 0.weight 3 outputs"),
    ):
        code, errors, target = convert(tmp_path, arrays)
        assert code == 1
        assert named in errors
        assert "Traceback" not in errors
        assert not target.exists()


def test_what_torch_saved_beside_a_state_dict_is_named(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(2, 1)
    for saved, named in (
        ({"model": layer.state_dict(), "epoch": 3}, "model is a OrderedDict, must be a tensor"),
        (layer, "must hold a state_dict alone"),
        ([1], "must hold a state_dict, holds a list"),
    ):
        source = tmp_path / "network.pth"
        torch.save(saved, source)
        code, errors, target = run(source, tmp_path)
        assert code == 1
        assert named in errors
        assert "Traceback" not in errors
        assert not target.exists()
    torch.save(layer.state_dict(), source)
    assert run(source, tmp_path)[0] == 0


def test_missing_and_unreadable_files_are_named(tmp_path: Path) -> None:
    code, errors, _ = run(tmp_path / "nosuch.npz", tmp_path)
    assert code == 1
    assert "nosuch.npz can't be read" in errors
    (tmp_path / "text.npz").write_text("weights")
    code, errors, _ = run(tmp_path / "text.npz", tmp_path)
    assert code == 1
    assert "Traceback" not in errors


def test_networks_of_another_shape_are_refused(tmp_path: Path) -> None:
    arrays = {"0.weight": np.ones((1, 4), np.float32), "0.bias": np.ones(1, np.float32)}
    code, errors, target = convert(tmp_path, arrays)
    assert code == 1
    assert "4 inputs and 1 outputs" in errors
    assert not target.exists()
