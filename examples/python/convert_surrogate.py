"""Turns a PyTorch network into a surrogate file that SplitGym loads.

    python convert_surrogate.py reward_predictor.pth reward.safetensors
    splitgym optimal --surrogate reward.safetensors --preset reference --actions 9

    python convert_surrogate.py lnppl.pth lnppl.safetensors --target lnppl --clean-lnppl 3.9
    splitgym optimal --surrogate lnppl.safetensors --preset reference --actions 9

The input is a state_dict of a Sequential of Linear and ReLU layers, of any size, whose inputs are
(sigma, p) or (sigma, m, p), as they are, and whose only output, times --scale and plus --offset, is
the first term of the reward "reference" (--target reward, where --scale is 10 unless told
otherwise, as in the code of Chen et al.) or ln PPL in nats (--target lnppl, where it is 1).

A state_dict has weights and no activations: a network with Tanh between its layers is taken for one
with ReLU, and gives other values. Nothing here can notice that.

The form of the file is told in SurrogateFile's documentation. Needs torch to read the input; an
.npz file of the same arrays needs numpy only.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import re
import struct
import sys
from itertools import pairwise
from pathlib import Path

TARGETS = {"reward": "first term of the reward", "lnppl": "expected ln PPL in nats"}
SCALES = {"reward": 10.0, "lnppl": 1.0}
GREATEST_FLOAT32 = 3.4028234663852886e38


def arrays(path: Path) -> dict[str, list]:
    """The file's arrays as nested lists, by name, in the file's order."""
    try:
        return numpy_arrays(path) if path.suffix == ".npz" else torch_arrays(path)
    except pickle.UnpicklingError:
        sys.exit(
            f"{path}: must hold a state_dict alone, as torch.save(model.state_dict(), ...) writes"
            " it; a whole module's pickle could run any code and isn't read"
        )
    except Exception as error:  # of a file that isn't torch's the unpickler raises any kind
        sys.exit(f"{path} can't be read: {type(error).__name__}: {error}")


def numpy_arrays(path: Path) -> dict[str, list]:
    import numpy

    with numpy.load(path) as file:
        return {name: file[name].astype("float32").tolist() for name in file.files}


def torch_arrays(path: Path) -> dict[str, list]:
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict):
        sys.exit(f"{path}: must hold a state_dict, holds a {type(state).__name__}")
    for name, value in state.items():
        if not isinstance(value, torch.Tensor):
            sys.exit(
                f"{path}: {name} is a {type(value).__name__}, must be a tensor; of a checkpoint"
                " save the network's state_dict alone"
            )
    return {name: tensor.to(torch.float32).tolist() for name, tensor in state.items()}


def vector(name: str, value: object) -> list[float]:
    """The value, if it is a list of numbers that a float32 can hold."""
    if not isinstance(value, list) or any(isinstance(one, list) for one in value):
        sys.exit(f"{name} must be a vector")
    for one in value:
        if not abs(one) <= GREATEST_FLOAT32:
            sys.exit(f"{name} has the value {one}, must be finite")
    return value


def matrix(name: str, value: object) -> list[list[float]]:
    """The value, if it is a list of rows."""
    if not isinstance(value, list) or not all(isinstance(row, list) and row for row in value):
        sys.exit(
            f"{name} must be the weight [outputs, inputs] of a Linear layer; there is no place for"
            " others, such as LayerNorm"
        )
    return [vector(name, row) for row in value]


def layers(found: dict[str, list]) -> list[tuple[list[list[float]], list[float]]]:
    """(weight [outputs, inputs], bias [outputs]) of each layer, in the order of their numbers."""

    def number(name: str) -> list[int]:
        return [int(digits) for digits in re.findall(r"\d+", name)]

    weights = sorted((name for name in found if name.endswith("weight")), key=number)
    if not weights or len(found) != 2 * len(weights):
        sys.exit(f"{', '.join(found)}: must be the weight and bias of each of some Linear layers")
    result = []
    for name in weights:
        bias = name[: -len("weight")] + "bias"
        if bias not in found:
            sys.exit(f"{bias} is missing")
        result.append((matrix(name, found[name]), vector(bias, found[bias])))
        if len(result[-1][0]) != len(result[-1][1]):
            sys.exit(f"{bias} has {len(result[-1][1])} values, {name} {len(result[-1][0])} outputs")
    for (_, before), (after, _) in pairwise(result):
        if len(after[0]) != len(before):
            sys.exit(f"a layer takes {len(after[0])} values, the one before gives {len(before)}")
    inputs, outputs = len(result[0][0][0]), len(result[-1][1])
    if inputs not in (2, 3) or outputs != 1:
        sys.exit(f"{inputs} inputs and {outputs} outputs: must be 2 or 3 inputs and 1 output")
    return result


Tensors = dict[str, tuple[list[int], list[float]]]


def safetensors(metadata: dict[str, str], tensors: Tensors) -> bytes:
    """The bytes of a safetensors file of float32 tensors, (shape, values) by name."""
    header: dict[str, object] = {"__metadata__": metadata}
    data = b""
    for name in sorted(tensors):
        shape, values = tensors[name]
        packed = struct.pack(f"<{len(values)}f", *values)
        header[name] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": [len(data), len(data) + len(packed)],
        }
        data += packed
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def surrogate(
    network: list[tuple[list[list[float]], list[float]]], options: argparse.Namespace
) -> bytes:
    tensors = {
        "target.mean": ([1], [options.offset]),
        "target.deviation": ([1], [options.scale or SCALES[options.target]]),
    }
    for number, (weight, bias) in enumerate(network):
        shape = [len(weight), len(weight[0])]
        tensors[f"layers.{number}.weight"] = (shape, [v for row in weight for v in row])
        tensors[f"layers.{number}.bias"] = ([len(bias)], bias)
    metadata = {
        "format": "splitgym-surrogate",
        "version": "1",
        "features": "sigma, p" if len(network[0][0][0]) == 2 else "sigma, m, p",
        "target": TARGETS[options.target],
        "model": options.model,
        "layers": str(options.layers),
        "domain.sigma": " ".join(map(str, options.sigma)),
        "domain.m": " ".join(map(str, options.m)),
        "domain.p": " ".join(map(str, options.splits)),
        "channel": options.channel,
    }
    if options.channel == "erasure":
        metadata["channel.packetElements"] = "1"
    else:
        metadata["channel.noiseUnit"] = str(options.noise_unit)
        metadata["channel.blockTokens"] = "0"
        metadata["channel.equalised"] = "true"
    if options.target == "lnppl":
        metadata["cleanLogPerplexity"] = str(options.clean_lnppl)
    return safetensors(metadata, tensors)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", type=Path, help="state_dict (.pth, .pt) or the same as .npz")
    parser.add_argument("surrogate", type=Path, help="the file to write")
    parser.add_argument("--target", choices=tuple(TARGETS), default="reward")
    parser.add_argument(
        "--scale",
        type=float,
        help="of the output, above 0 (default: "
        + ", ".join(f"{scale:g} with {target}" for target, scale in SCALES.items())
        + ")",
    )
    parser.add_argument("--offset", type=float, default=0.0, help="of the output (default 0)")
    parser.add_argument("--layers", type=int, default=32, help="of the LLM (default 32)")
    parser.add_argument("--model", default="unknown", help="the LLM's name")
    parser.add_argument("--channel", choices=("erasure", "fading-awgn"), default="erasure")
    parser.add_argument("--noise-unit", type=float, default=1.0, help="of fading-awgn")
    parser.add_argument("--clean-lnppl", type=float, help="ln PPL without a channel, with lnppl")
    parser.add_argument("--sigma", type=float, nargs=2, default=(0.0, 0.3), metavar=("LOW", "HIGH"))
    parser.add_argument("--m", type=float, nargs=2, default=(0.5, 1000.0), metavar=("LOW", "HIGH"))
    parser.add_argument("--splits", type=int, nargs=2, default=(1, 10), metavar=("LOW", "HIGH"))
    options = parser.parse_args()
    if options.target == "lnppl" and options.clean_lnppl is None:
        parser.error("--target lnppl needs --clean-lnppl")
    if options.scale is not None and not 0 < options.scale <= GREATEST_FLOAT32:
        parser.error(f"--scale is {options.scale}, must be a finite number above 0")
    if not math.isfinite(options.offset):
        parser.error(f"--offset is {options.offset}, must be a finite number")
    converted = surrogate(layers(arrays(options.network)), options)
    try:
        options.surrogate.write_bytes(converted)
    except OSError as error:
        sys.exit(f"{options.surrogate} can't be written: {error.strerror}")


if __name__ == "__main__":
    main()
