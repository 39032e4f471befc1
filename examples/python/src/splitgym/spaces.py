"""Spaces as the server describes them, and the values in them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from splitgym.errors import SplitGymError

Space = spaces.Box | spaces.Discrete


def decode_space(description: Mapping[str, Any]) -> Space:
    """The Gymnasium space for a description such as ``{"type": "Discrete", "n": 5}``."""
    kind = description.get("type")
    if kind == "Box":
        dtype = np.dtype(description["dtype"]).type
        shape = tuple(description["shape"])
        return spaces.Box(
            low=np.array(description["low"], dtype=dtype).reshape(shape),
            high=np.array(description["high"], dtype=dtype).reshape(shape),
            dtype=dtype,
        )
    if kind == "Discrete":
        return spaces.Discrete(int(description["n"]), start=int(description.get("start", 0)))
    raise SplitGymError(
        f"The server describes a space of type {kind!r}, which this version of splitgym doesn't"
        " know: Box and Discrete",
        field="type",
        value=kind,
        allowed=["Box", "Discrete"],
    )


def decoder(space: Space) -> Callable[[Any], NDArray[Any] | np.int64]:
    """What makes values of the space from their JSON form; a new array on every call."""
    if not isinstance(space, spaces.Box):
        return np.int64
    # Gymnasium's spaces are asked for these once, not at each step.
    dtype, shape = space.dtype, space.shape

    def decode(element: Any) -> NDArray[Any]:
        array = np.array(element, dtype)
        return array if array.shape == shape else array.reshape(shape)

    return decode


def decode_info(info: dict[str, Any]) -> dict[str, Any]:
    """An info from its JSON form: an action mask is an array, as Gymnasium's spaces want it."""
    if "action_mask" in info:
        info["action_mask"] = np.array(info["action_mask"], dtype=np.int8)
    return info


def encode_element(space: Space, element: Any) -> Any:
    """The JSON form of a value. The server checks that it is in the space.

    Raises:
        TypeError: if a discrete space is given something that isn't a whole number.
    """
    if isinstance(space, spaces.Discrete):
        return operator.index(element)
    return np.asarray(element, dtype=space.dtype).tolist()
