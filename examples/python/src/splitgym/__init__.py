"""Gymnasium environments played on a SplitGym server.

Importing this package registers ``splitgym/SplitInference-v0``::

    import gymnasium
    import splitgym

    env = gymnasium.make("splitgym/SplitInference-v0", url="http://127.0.0.1:8642")
    envs = gymnasium.make_vec("splitgym/SplitInference-v0", num_envs=64)

``gymnasium.make("splitgym:splitgym/SplitInference-v0")`` imports it by itself.
"""

import gymnasium

from splitgym.client import Client
from splitgym.env import RemoteEnv, step_all
from splitgym.errors import (
    ConnectionLostError,
    InvalidValueError,
    SplitGymError,
    UnknownParameterError,
)
from splitgym.local import local_server
from splitgym.prediction import Prediction
from splitgym.session import State
from splitgym.vector import RemoteVectorEnv

__all__ = [
    "Client",
    "ConnectionLostError",
    "InvalidValueError",
    "Prediction",
    "RemoteEnv",
    "RemoteVectorEnv",
    "SplitGymError",
    "State",
    "UnknownParameterError",
    "local_server",
    "step_all",
]

gymnasium.register(
    id="splitgym/SplitInference-v0",
    entry_point="splitgym.env:RemoteEnv",
    vector_entry_point="splitgym.vector:RemoteVectorEnv",
    kwargs={"spec_id": "SplitInference-v0"},
)
