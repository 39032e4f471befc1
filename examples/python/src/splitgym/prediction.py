"""What a server's model tells without a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from splitgym.errors import InvalidValueError

# What the server takes at once.
_MOST_POINTS, _MOST_POINTS_LLM = 4096, 32


class Prediction(NamedTuple):
    """ln PPL at n points.

    Attributes:
        ln_ppl: float64 ``[n]``, the mean over fading and noise, in nats.
        spread: float64 ``[n]``, one standard deviation of the error of that mean, in nats; NaN
            where nothing is known of it.
        draw_deviation: float64 ``[n]``, the standard deviation of one draw of fading and noise over
            a whole text around that mean, in nats; NaN where it isn't known.
        source: text ``[n]``, ``"surrogate"`` or ``"measured"``.
    """

    ln_ppl: NDArray[np.float64]
    spread: NDArray[np.float64]
    draw_deviation: NDArray[np.float64]
    source: NDArray[np.str_]


def batches(points: ArrayLike, backend: str | None) -> list[NDArray[np.float64]]:
    """The points in as many pieces as the server wants them in.

    Raises:
        InvalidValueError: if they aren't ``[n, 3]``, or none.
    """
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3 or not len(array):
        raise InvalidValueError(
            f"points has shape {array.shape}, must be (n, 3): sigma, m, p of n >= 1 points",
            field="points",
            value=array.shape,
            allowed="(n, 3), n >= 1",
        )
    most = _MOST_POINTS_LLM if backend == "llm" else _MOST_POINTS
    return [array[i : i + most] for i in range(0, len(array), most)]


def joined(answers: Sequence[dict[str, Any]]) -> Prediction:
    """The answers to the pieces, as one."""

    def column(name: str, dtype: Any) -> NDArray[Any]:
        return np.concatenate([np.asarray(answer[name], dtype=dtype) for answer in answers])

    return Prediction(
        column("lnPpl", np.float64),
        column("spread", np.float64),
        column("drawDeviation", np.float64),
        column("source", np.str_),
    )
